"""How a regimen file is read; what does not fit together is refused."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

import msgspec

from cec.anchors import Lines, days_of, doses_from, numbered, repeats
from cec.conditions import are_apart
from cec.days import is_open, numbers_of
from cec.drug_names import drug_key, is_same_drug, spelled_twice
from cec.errors import CecError, InputError
from cec.load.anchors import anchor_faults, on_end_faults, with_names
from cec.load.declared import Record, file_of
from cec.load.drug_line import DRUG_LINE, WAYS
from cec.load.how_much import ENTRY
from cec.load.shapes import stated_of, text
from cec.load.texts import read_name
from cec.load.when import write_days
from cec.regimen import Check, DoseEntry, DrugLine, Regimen, name_in_file
from cec.units import AMOUNT, Quantity, convert_exactly, dose_unit, drug_of_share, span

MOST_ADMINISTRATIONS = 50_000
"""Of one cycle: a hundred times the longest protocol, which has some 450."""

_DAY = datetime.timedelta(days=1)
_MICROSECOND = datetime.timedelta.resolution

EVERY_CYCLE = -1
"""A bit for each cycle: all of them."""


def build_regimen(values: dict[str, Any]) -> Regimen:
    """A regimen, with lines that do not fit together refused."""
    regimen = Regimen(**{**values, "drugs": tuple(with_names(_with_share_units(values["drugs"])))}, sha256="")
    faults = []
    if not regimen.drugs:
        faults.append("drugs: is empty; a regimen has at least one drug line")
    lines = numbered(regimen)
    administrations = sum(len(days_of(number, lines)) * doses_from(number, lines) for number in lines.by_number)
    if administrations > MOST_ADMINISTRATIONS:
        faults.append(f"drugs: {administrations:,} doses in one cycle; at most {MOST_ADMINISTRATIONS:,} are scheduled")
    of_lines = [
        *_days_beyond(regimen),
        *anchor_faults(regimen),
        *on_end_faults(regimen),
        *_spelled_twice(regimen.drugs),
        *_lifetime_faults(regimen.drugs),
        *_repeats(regimen.drugs),
        *_shares(regimen.drugs),
    ]
    faults += [text for _, text in sorted(of_lines, key=itemgetter(0))]
    faults += [
        f"checks: code '{code}' stands twice; a code names one check"
        for code, times in sorted(Counter(check.code for check in regimen.checks).items())
        if times > 1
    ]
    drugs = {line.drug for line in regimen.drugs}
    faults += [
        f"other_dose_sets {index}: {drug} is not a drug of this regimen"
        for index, other in enumerate(regimen.other_dose_sets, 1)
        for drug in other.doses
        if drug not in drugs
    ]
    faults += [
        f"checks {index} ({check.code}): about: '{check.about}' is {drug} of the drug lines; write its name in one way"
        for index, check in enumerate(regimen.checks, 1)
        for drug in sorted(drugs - {check.about})
        if check.about and is_same_drug(drug, check.about)
    ]
    faults += [
        f"checks {index} ({check.code}): offers: {drug} is not a drug of this regimen"
        for index, check in enumerate(regimen.checks, 1)
        for drug in check.offers
        if drug not in drugs
    ]
    faults += _next_cycle_faults(regimen)
    if faults:
        raise CecError(*faults)
    return regimen


def _with_share_units(lines: Sequence[DrugLine]) -> Iterator[DrugLine]:
    """The lines, those with a share of another drug's dose with the unit of its amounts."""
    units = {drug_key(line.drug): line.amount_unit for line in reversed(lines) if not line.shared_with}
    for line in lines:
        unit = units.get(drug_key(line.shared_with)) if line.shared_with else None
        yield msgspec.structs.replace(line, share_unit=unit) if unit else line


def _shares(lines: Sequence[DrugLine]) -> Iterator[tuple[int, str]]:
    """Lines, by number, with a share of a drug that no line gives, or of another share."""
    drugs = {drug_key(line.drug) for line in lines}
    for number, line in enumerate(lines, 1):
        if not line.shared_with:
            continue
        if line.share_unit:
            maximums = {"maximum": line.maximum, "maximum_a_day": line.maximum_a_day}
            for name, maximum in maximums.items():
                if maximum and maximum.unit != line.share_unit:
                    yield number, f"drugs {number} ({line.drug}): {name} {maximum} is not in {line.share_unit}"
            continue
        is_drug = drug_key(line.shared_with) in drugs
        why = "is a share itself; write its amount" if is_drug else "is not a drug of this regimen"
        yield number, f"drugs {number} ({line.drug}): dose: {line.shared_with} {why}"


def _next_cycle_faults(regimen: Regimen) -> Iterator[str]:
    """Why the next cycle may not begin on the day that the regimen says."""
    if regimen.next_cycle is None:
        return
    earliest, length = regimen.next_cycle.earliest_day, regimen.last_day
    lines = numbered(regimen)
    last = max((_last_day(number, lines) for number in lines.by_number), default=0)
    if earliest <= last:
        yield (
            f"next_cycle: earliest_day {earliest} is not after day {last}, on which this cycle still "
            f"gives a drug; write {last + 1} or a later day"
        )
    if length and earliest > length + 1:
        yield (
            f"next_cycle: earliest_day {earliest} is later than the day after cycle_length {regimen.cycle_length}; "
            f"write {length + 1} or an earlier day"
        )


def _last_day(number: int, lines: Lines) -> int:
    """The last day on which a line is given or still runs, an infusion of 24 h on the day of its start.

    Where nothing in the line says where its days end, it is none; what hangs on another drug counts from its day.
    """
    line = lines.by_number[number]
    if is_open(line.days) or line.repeat or line.until or not (days := days_of(number, lines)):
        return 0
    runs = span(line.longest) if line.longest else datetime.timedelta()
    if not line.anchors:
        return days[-1] + max(1, -(-runs // _DAY)) - 1
    by = max((span(anchor.by) for anchor in line.anchors if anchor.by and not anchor.is_before), default=runs - runs)
    apart = span(line.every) * (repeats(line) - 1) if line.every else runs - runs
    return days[-1] + max((by + apart) // _DAY, (by + apart + runs - _MICROSECOND) // _DAY)


def _days_beyond(regimen: Regimen) -> Iterator[tuple[int, str]]:
    """Lines, by number, with days that the regimen does not count."""
    for number, line in enumerate(regimen.drugs, 1):
        days, where = numbers_of(line.days), f"drugs {number} ({line.drug}): days"
        if not days:
            continue
        if days[0] < 0 and not regimen.day_0:
            yield (
                number,
                (
                    f"{where}: day {days[0]} lies before day 1; say how days are counted there: "
                    "day_0: transplantation (-1, 0, 1 follow each other), or day_0: none (1 follows -1)"
                ),
            )
        if 0 in days and not regimen.calendar.has_day_0:
            right = f"write {write_days(tuple(filter(None, days)))}" if regimen.day_0 else "say what it is"
            yield number, f"{where}: day 0 has no meaning here; {right}, or day_0: transplantation if there is one"
        if regimen.last_day and not is_open(line.days) and days[-1] > regimen.last_day:
            yield (
                number,
                f"{where}: day {days[-1]} lies after the end of the cycle (cycle_length {regimen.cycle_length})",
            )


def _spelled_twice(lines: tuple[DrugLine, ...]) -> Iterator[tuple[int, str]]:
    """Lines, by number, whose drug a line above spells in another way."""
    names = [line.drug for line in lines]
    for other, name in spelled_twice(names):
        number = names.index(other) + 1
        where = f"drugs {number} ({other}): line {names.index(name) + 1} spells it '{name}'"
        yield number, f"{where}; a drug has one name in a file"
    known = {drug_key(name): name for line in lines for name in (line.drug, line.called) if name}
    for number, line in enumerate(lines, 1):
        shares = (drug_of_share(dose.unit) for dose in line.doses)
        for name in dict.fromkeys(filter(None, (line.after, *(each.to for each in line.start), *shares))):
            if (other := known.get(drug_key(name), name)) != name:
                yield number, f"drugs {number} ({line.drug}): '{name}' is '{other}' of the lines; write it in one way"


def _lifetime_faults(lines: tuple[DrugLine, ...]) -> Iterator[tuple[int, str]]:
    """Lines, by number, whose lifetime maximum is another than that of a line above, or of another kind of amount.

    A lifetime maximum belongs to the drug, whichever of its lines says it.
    """
    stated: dict[str, tuple[int, Quantity]] = {}
    counted: dict[str, set[str]] = {}
    for line in lines:
        counted.setdefault(drug_key(line.drug), set()).add(line.amount_unit)
    for number, line in enumerate(lines, 1):
        maximum = line.lifetime_maximum
        if maximum is None:
            continue
        above, other = stated.setdefault(drug_key(line.drug), (number, maximum))
        where = f"drugs {number} ({line.drug}): lifetime_maximum {maximum}"
        if other != maximum:
            yield number, f"{where} is {other} in line {above}; a drug has one"
        for unit in sorted(counted[drug_key(line.drug)]):
            if not _is_convertible(unit, dose_unit(maximum.unit).amount):
                yield number, f"{where} cannot be held against a dose in {unit}"


def _is_convertible(unit: str, other: str) -> bool:
    """Whether an amount in one unit can be given in another."""
    try:
        convert_exactly(Quantity(Decimal(1), unit), other, AMOUNT)
    except InputError:
        return False
    return True


def _repeats(lines: tuple[DrugLine, ...]) -> Iterator[tuple[int, str]]:
    """Lines, by number, that give somebody a drug the same way on days of a cycle on which a line above gives it.

    Of each day the first line that has it is named.
    """
    alike: dict[tuple[object, ...], list[tuple[int, DrugLine]]] = {}
    for number, line in enumerate(lines, 1):
        told_apart = (line.at, line.anchors, line.called)
        alike.setdefault((drug_key(line.drug), line.route, told_apart), []).append((number, line))
    for group in alike.values():
        by_day: dict[int, list[tuple[int, int]]] = {}
        for number, line in group:
            cycles = sum(1 << cycle for cycle in numbers_of(line.cycles)) or EVERY_CYCLE
            repeated: set[int] = set()
            for day in numbers_of(line.days):
                left = cycles
                for above, theirs in by_day.setdefault(day, []):
                    if cycles & theirs and not are_apart(lines[above - 1].only, line.only):
                        repeated.add(above)
                        left &= ~theirs
                if left:
                    by_day[day].append((number, left))
            for above in sorted(repeated):
                yield (
                    number,
                    f"drugs {number} ({line.drug}): repeats line {above} on the same days; "
                    "join the two, or tell them apart by days, at, start, only or called",
                )


def _check(values: dict[str, Any]) -> Check:
    when, *or_when = values.pop("when")
    return Check(**values, when=when, or_when=tuple(or_when))


def _parts_of_check(check: Check) -> dict[str, Any]:
    return {**stated_of(check), "when": check.any_of}


CHECK = Record(_check, "code", parts=_parts_of_check)

REGIMEN = file_of(
    Regimen,
    {Regimen: Record(build_regimen), DrugLine: DRUG_LINE, DoseEntry: ENTRY, Check: CHECK},
    {**WAYS, "name": text(read_name), "regimen name": text(read_name, write=name_in_file)},
)
