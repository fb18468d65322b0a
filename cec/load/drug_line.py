"""The shape of a drug line, with its conditions and dose bands; what does not fit together is refused."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from typing import Any

from cec.errors import CecError, InputError
from cec.facts.reading import positive, read_count, read_text
from cec.load.bands import band_faults
from cec.load.nodes import Node
from cec.load.routes import ROUTES, read_route
from cec.load.shapes import INVALID, Field, Shape, either, list_of, mapping, mapping_of, text
from cec.load.texts import read_clock, read_condition, read_days
from cec.load.written import write_condition, write_list
from cec.regimen import BEFORE_FIRST_INFUSION, LAST_DAY, Condition, DoseBand, DrugLine
from cec.routes import fatal_in_csf, is_into_csf
from cec.units import AMOUNT, DOSES, DURATION, TOTALS, dose_unit, span

MOST_A_DAY = 96
"""Doses of one line on one day: one every quarter of an hour."""
LONGEST_GAP = 31
"""Days between the end of one drug and the start of another that waits for it."""
DAY = datetime.timedelta(days=1)

TEXT = text(read_text)
COUNT = text(read_count, {"type": "integer", "minimum": 1})
DURATION_TEXT = text(positive(DURATION), {"type": "string", "examples": ["2 h", "30 min"]})
DAYS = text(read_days, {"type": ["string", "integer"], "examples": ["1-5", "1, 8, 15"]}, write_list)
DOSE = text(
    positive(*DOSES),
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
        places = {key.text: value for key, value in node.entries}
        conditions: list[Condition] = []
        for name, words in values.items():
            try:
                conditions.append(read_condition(name, words))
            except CecError as error:
                invalid = reading.fault(places[name], f"{where}: {name}", *error.faults)
        if len(conditions) < len(values):
            return invalid
        return tuple(conditions) if conditions else reading.fault(node, where, "is empty; name at least one condition")

    def write(conditions: Any) -> Node:
        texts = ((each.fact, write_condition(each)) for each in conditions)
        return Node(0, 0, entries=tuple((Node(0, 0, text=fact), Node(0, 0, text=words)) for fact, words in texts))

    return Shape(read, {**by_fact.schema, "minProperties": 1}, write)


CONDITIONS = _conditions()

BAND = mapping(
    {
        "when": Field(CONDITIONS, "for whom this dose is, e.g. {age: under 1 year}", required=True),
        "dose": Field(DOSE, "the dose for them", required=True),
    },
    lambda values: DoseBand(**values),
)


def _bands() -> Shape:
    """The bands of a dose, which hold every patient between their bounds once."""
    bands = list_of(BAND)

    def read(node: Any, where: str, reading: Any) -> Any:
        values = bands.read(node, where, reading)
        if values is INVALID:
            return values
        for fault in band_faults(values):
            values = reading.fault(node.items[fault.band], where, fault.text)
        return values

    return Shape(read, bands.schema, bands.write)


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
    units = {dose_unit(dose.unit).amount for dose in line.doses}
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
    if line.per_day > MOST_A_DAY:
        yield f"{line.per_day} doses a day; no drug is given more than {MOST_A_DAY} times"
    elif line.every and max(line.times, line.divided_into) == 1:
        yield "every needs times or divided_into: how many doses a day"
    elif line.every and (span(line.every) > DAY or span(line.every) * line.per_day > DAY):
        yield f"{line.per_day} doses every {line.every} do not fit into a day"


def _duration_faults(line: DrugLine) -> Iterator[str]:
    """Why an infusion has no length, or would still run when it starts again."""
    if "infusion" in line.route.lower() and not line.over:
        yield f"'over' is missing: how long the {line.route} runs, e.g. over: 2 h"
    if not line.over:
        return
    if span(line.over) > DAY * LAST_DAY:
        yield f"over {line.over} is longer than the longest cycle, {LAST_DAY} days"
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
    if line.gap and span(line.gap) > DAY * LONGEST_GAP:
        yield f"gap {line.gap} is longer than {LONGEST_GAP} days"


LINE_FIELDS: dict[str, Field] = {
    "drug": Field(TEXT, "the drug's full name", required=True),
    "purpose": Field(TEXT, "what it is given for, where that is not the treatment itself"),
    "dose": Field(
        either(_bands(), DOSE, lambda node: node.items is not None, lambda dose: isinstance(dose, tuple)),
        "dose of one administration, in mg/m2 (by BSA), mg/kg (by weight), mg (flat) or AUC (Calvert); or a list of "
        "{when, dose} for bands of age or weight, in which nobody is left out or in two",
        required=True,
    ),
    "maximum": Field(AMOUNT_TEXT, "the most that one administration may be, e.g. 2 mg"),
    "lifetime_maximum": Field(
        text(positive(*TOTALS), {"type": "string", "examples": ["450 mg/m2"]}),
        "the most that a patient may have in all, e.g. 450 mg/m2",
    ),
    "route": Field(
        text(read_route, {"enum": list(ROUTES)}), "e.g. IV infusion, IV bolus, oral, intrathecal", required=True
    ),
    "over": Field(DURATION_TEXT, "how long one infusion runs, e.g. 2 h"),
    "days": Field(DAYS, "days of the cycle, e.g. 1-5 or 1, 8, 15", required=True),
    "cycles": Field(DAYS, "the cycles in which the drug is given, where not in all"),
    "times": Field(COUNT, "how often a day the dose is given; needs every"),
    "every": Field(DURATION_TEXT, "time from one start to the next, e.g. 6 h"),
    "divided_into": Field(COUNT, "the dose is a day's dose, given in so many equal parts"),
    "at": Field(
        text(_clock_times, {"type": "string", "examples": ["08:00, 20:00", BEFORE_FIRST_INFUSION]}, write_list),
        'clock times in quotes, e.g. "08:00, 20:00", or: before first infusion',
    ),
    "after": Field(TEXT, "the drug after whose end this one starts, where that is not the line above"),
    "gap": Field(DURATION_TEXT, "time between the end of that drug and this start"),
    "diluent": Field(TEXT, "what the protocol names as diluent"),
    "label": Field(TEXT, "what must stand on every label of the drug, e.g. for intravenous use only"),
    "note": Field(TEXT, "anything else the protocol says of this line"),
    "source": Field(TEXT, "where this line is from, if not from the regimen's source"),
    "assumed": Field(mapping_of(TEXT), "what goes beyond the source: key of this line, and why"),
}


def _noting_fatal_routes(lines: Shape) -> Shape:
    """The same shape, noting a route that kills: the file is read, and no dose comes of it."""

    def read(node: Any, where: str, reading: Any) -> Any:
        line = lines.read(node, where, reading)
        if isinstance(line, DrugLine) and is_into_csf(line.route) and (row := fatal_in_csf([line.drug])):
            place = next(value for key, value in node.entries if key.text == "route")
            reading.danger(place, f"{where} ({line.drug}): route", f"{line.route}: {row.why} [{row.source}]")
        return line

    return Shape(read, lines.schema, lines.write)


DRUG_LINE = _noting_fatal_routes(mapping(LINE_FIELDS, _drug_line, label="drug"))
