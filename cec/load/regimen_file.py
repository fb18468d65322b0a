"""The shape of a regimen file."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from typing import Any

from cec.errors import CecError, InputError
from cec.load.shapes import (
    Field,
    Shape,
    choice,
    either,
    list_of,
    mapping,
    mapping_of,
    text,
)
from cec.load.texts import (
    positive,
    read_clock,
    read_condition,
    read_count,
    read_days,
    read_name,
    read_text,
)
from cec.regimen import (
    BEFORE_FIRST_INFUSION,
    Check,
    Condition,
    DoseBand,
    DrugLine,
    NextCycle,
    OtherDoseSet,
    Regimen,
    Source,
)
from cec.units import AMOUNT, DURATION, EXPOSURE, PER_AREA, PER_WEIGHT, Quantity, span

TEXT = text(read_text)
COUNT = text(read_count, {"type": "integer", "minimum": 1})
DURATION_TEXT = text(positive(DURATION), {"type": "string", "examples": ["2 h", "30 min"]})
DAYS = text(read_days, {"type": ["string", "integer"], "examples": ["1-5", "1, 8, 15"]})
DOSE = text(
    positive(PER_AREA, PER_WEIGHT, AMOUNT, EXPOSURE),
    {"type": "string", "examples": ["40 mg/m2", "0.5 mg/kg", "2 mg", "AUC 5"]},
)
AMOUNT_TEXT = text(positive(AMOUNT), {"type": "string", "examples": ["2 mg"]})


def _conditions() -> Shape:
    """Conditions by fact, all of which must hold."""
    by_fact = mapping_of(text(read_text, {"type": ["string", "boolean"]}))

    def read(node: Any, where: str, reading: Any) -> Any:
        values = by_fact.read(node, where, reading)
        if not isinstance(values, dict):
            return values
        conditions: list[Condition] = []
        for (key, value), (name, words) in zip(node.entries, values.items(), strict=True):
            try:
                conditions.append(read_condition(name, words))
            except CecError as error:
                place = value if name == key.text else key
                invalid = reading.fault(place, f"{where}: {name}", *(fault.text for fault in error.faults))
        if len(conditions) < len(values):
            return invalid
        return tuple(conditions) if conditions else reading.fault(node, where, "is empty; name at least one condition")

    return Shape(read, {**by_fact.schema, "minProperties": 1})


CONDITIONS = _conditions()

BAND = mapping(
    {
        "when": Field(CONDITIONS, "for whom this dose is, e.g. {age: under 1 year}", required=True),
        "dose": Field(DOSE, "the dose for them", required=True),
    },
    lambda values: DoseBand(**values),
)


def _clock_times(value: str) -> tuple[str, ...]:
    if value == BEFORE_FIRST_INFUSION:
        return (value,)
    times = tuple(read_clock(part.strip()) for part in value.split(","))
    if list(times) != sorted(set(times)):
        raise InputError(f"'{value}' names a time twice or not in rising order")
    return times


def _drug_line(values: dict[str, Any]) -> DrugLine:
    """A drug line, with what does not fit together refused."""
    line = DrugLine(**values)
    faults = [*_unit_faults(line), *_frequency_faults(line), *_duration_faults(line), *_place_faults(line)]
    if unknown := sorted(set(line.assumed) - set(LINE_FIELDS) - {"taper"}):
        faults.append(f"assumed: {', '.join(unknown)}: not a key of a drug line")
    if faults:
        raise CecError(*faults)
    return line


def _unit_faults(line: DrugLine) -> Iterator[str]:
    """Why doses and maximum are not in one unit."""
    units = {_amount_unit(dose) for dose in _doses(line)}
    if line.maximum and line.maximum.unit not in units:
        yield f"maximum {line.maximum} is not in the unit of the dose ({', '.join(sorted(units))})"
    if len(units) > 1:
        yield f"doses are in {' and in '.join(sorted(units))}; use one unit"


def _frequency_faults(line: DrugLine) -> Iterator[str]:
    """Why it is not clear how often, and how far apart, a day's doses are."""
    if line.times > 1 and line.divided_into > 1:
        yield "give either times or divided_into, not both"
    if line.times > 1 and not line.every:
        yield f"times: {line.times} needs 'every', e.g. every: 6 h"
    if line.times > 1 and len(line.at) > 1:
        yield "give either 'times' with 'every', or clock times in 'at'"
    if line.divided_into > 1 and not line.every and len(line.at) != line.divided_into:
        yield f"divided_into: {line.divided_into} needs 'every' (e.g. every: 8 h) or as many clock times in 'at'"
    if line.every and max(line.times, line.divided_into) == 1:
        yield "every needs times or divided_into: how many doses a day"
    elif line.every and span(line.every) * line.per_day > datetime.timedelta(days=1):
        yield f"{line.per_day} doses every {line.every} do not fit into a day"


def _duration_faults(line: DrugLine) -> Iterator[str]:
    """Why an infusion has no length, or would still run when it starts again."""
    if "infusion" in line.route.lower() and not line.over:
        yield f"'over' is missing: how long the {line.route} runs, e.g. over: 2 h"
    if not line.over:
        return
    if line.every and span(line.over) > span(line.every):
        yield f"over {line.over} every {line.every}: one dose would still run when the next one starts"
    apart = min((after - before for before, after in itertools.pairwise(line.days)), default=None)
    if apart and span(line.over) > datetime.timedelta(days=apart):
        yield f"over {line.over} on days {apart} apart: one day's infusion would still run when the next day's starts"


def _place_faults(line: DrugLine) -> Iterator[str]:
    """Why it is not clear when in the day the line comes."""
    if line.after and line.at:
        yield "give either 'after' or 'at', not both"
    if line.gap and not line.after:
        yield "gap needs 'after': the drug that it waits for"


def _doses(line: DrugLine) -> tuple[Quantity, ...]:
    return (line.dose,) if isinstance(line.dose, Quantity) else tuple(band.dose for band in line.dose)


def _amount_unit(dose: Quantity) -> str:
    """The unit of the amount that a dose comes to."""
    return "mg" if dose.unit == "AUC" else dose.unit.partition("/")[0]


LINE_FIELDS: dict[str, Field] = {
    "drug": Field(TEXT, "the drug's full name", required=True),
    "purpose": Field(TEXT, "what it is given for, where that is not the treatment itself"),
    "dose": Field(
        either(list_of(BAND), DOSE, lambda node: node.items is not None),
        "dose of one administration, in mg/m2 (by BSA), mg/kg (by weight), mg (flat) or AUC (Calvert); or a list of "
        "{when, dose} for bands of age or weight",
        required=True,
    ),
    "maximum": Field(AMOUNT_TEXT, "the most that one administration may be, e.g. 2 mg"),
    "lifetime_maximum": Field(
        text(positive(PER_AREA, PER_WEIGHT, AMOUNT), {"type": "string", "examples": ["450 mg/m2"]}),
        "the most that a patient may have in all, e.g. 450 mg/m2",
    ),
    "route": Field(TEXT, "e.g. IV infusion, IV bolus, oral, intrathecal", required=True),
    "over": Field(DURATION_TEXT, "how long one infusion runs, e.g. 2 h"),
    "days": Field(DAYS, "days of the cycle, e.g. 1-5 or 1, 8, 15", required=True),
    "cycles": Field(DAYS, "the cycles in which the drug is given, where not in all"),
    "times": Field(COUNT, "how often a day the dose is given; needs every"),
    "every": Field(DURATION_TEXT, "time from one start to the next, e.g. 6 h"),
    "divided_into": Field(COUNT, "the dose is a day's dose, given in so many equal parts"),
    "at": Field(
        text(_clock_times, {"type": "string", "examples": ["08:00, 20:00", BEFORE_FIRST_INFUSION]}),
        'clock times in quotes, e.g. "08:00, 20:00", or: before first infusion',
    ),
    "after": Field(TEXT, "the drug after whose end this one starts, where that is not the line above"),
    "gap": Field(DURATION_TEXT, "time between the end of that drug and this start"),
    "diluent": Field(TEXT, "what the protocol names as diluent"),
    "note": Field(TEXT, "anything else the protocol says of this line"),
    "source": Field(TEXT, "where this line is from, if not from the regimen's source"),
    "assumed": Field(mapping_of(TEXT), "what goes beyond the source: key of this line, and why"),
}

SOURCE = mapping(
    {
        "citation": Field(TEXT, "the publication or protocol", required=True),
        "url": Field(TEXT, "its address"),
    },
    lambda values: Source(**values),
)

NEXT_CYCLE = mapping(
    {
        "earliest_day": Field(
            COUNT, "the day of this cycle that the next one may start on, at the earliest", required=True
        ),
        "text": Field(TEXT, "what else must be met"),
        "source": Field(TEXT, "by whose rule"),
    },
    lambda values: NextCycle(**values),
)

CHECK = mapping(
    {
        "when": Field(CONDITIONS, "facts and their bounds, all of which must hold", required=True),
        "level": Field(
            choice("note", "check", "stop"), "note, check (a person looks) or stop (no dose)", required=True
        ),
        "code": Field(text(read_name), "short name, by which a stop is accepted", required=True),
        "about": Field(TEXT, "the drug or measure that it is about"),
        "text": Field(TEXT, "what the person should know and do", required=True),
        "source": Field(TEXT, "by whose rule"),
    },
    lambda values: Check(**values),
    label="code",
)

OTHER_DOSE_SET = mapping(
    {
        "doses": Field(mapping_of(DOSE), "by drug, e.g. {etoposide: 150 mg/m2}", required=True),
        "source": Field(TEXT, "where they are published"),
    },
    lambda values: OtherDoseSet(**values),
)


def _regimen(values: dict[str, Any]) -> Regimen:
    """A regimen, with lines that do not fit together refused."""
    values["indication"] = values.pop("for")
    regimen = Regimen(**values, sha256="")
    faults = []
    if not regimen.drugs:
        faults.append("drugs: is empty; a regimen has at least one drug line")
    for index, line in enumerate(regimen.drugs):
        above = regimen.drugs[:index]
        if line.after and line.after not in {other.drug for other in above}:
            faults.append(f"drugs {index + 1} ({line.drug}): after: no line above is for '{line.after}'")
        for number, other in enumerate(above, 1):
            if _repeats(line, other):
                faults.append(
                    f"drugs {index + 1} ({line.drug}): repeats line {number} on the same days; "
                    "join the two, or give them different days"
                )
    codes = [check.code for check in regimen.checks]
    faults += [
        f"checks: code '{code}' stands twice; a code names one check"
        for code in sorted(set(codes))
        if codes.count(code) > 1
    ]
    drugs = {line.drug for line in regimen.drugs}
    faults += [
        f"other_dose_sets {index}: {drug} is no drug of this regimen"
        for index, other in enumerate(regimen.other_dose_sets, 1)
        for drug in other.doses
        if drug not in drugs
    ]
    if faults:
        raise CecError(*faults)
    return regimen


def _repeats(line: DrugLine, other: DrugLine) -> bool:
    """Whether two lines give the same drug the same way on a common day of a common cycle."""
    same_cycle = not line.cycles or not other.cycles or set(line.cycles) & set(other.cycles)
    return bool(
        line.drug.lower() == other.drug.lower()
        and line.route == other.route
        and set(line.days) & set(other.days)
        and same_cycle
    )


REGIMEN_FIELDS: dict[str, Field] = {
    "name": Field(text(read_name), "the regimen's name on the command line", required=True),
    "title": Field(TEXT, "the regimen's name on paper", required=True),
    "edition": Field(COUNT, "raised when any dose, day, route or duration changes", required=True),
    "phase": Field(TEXT, "e.g. induction"),
    "for": Field(TEXT, "disease and patients", required=True),
    "source": Field(SOURCE, "where the regimen is published", required=True),
    "next_cycle": Field(NEXT_CYCLE, "when the next cycle may begin"),
    "drugs": Field(
        list_of(mapping(LINE_FIELDS, _drug_line, label="drug")), "drug lines in the day's sequence", required=True
    ),
    "prescribe_separately": Field(list_of(TEXT), "what is not computed here and must not be forgotten"),
    "checks": Field(list_of(CHECK), "what a person must look at, and when"),
    "other_dose_sets": Field(
        list_of(OTHER_DOSE_SET), "other doses under the same letters, which `cec verify` recognises in a foreign order"
    ),
    "assumed": Field(mapping_of(TEXT), "what goes beyond the source: what, and why"),
}

REGIMEN = mapping(REGIMEN_FIELDS, _regimen)
