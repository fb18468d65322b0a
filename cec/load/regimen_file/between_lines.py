"""What does not fit together between the drug lines of a regimen, its days and its cycles."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from operator import itemgetter

from cec.anchors import Lines, days_of, doses_from, numbered, repeats
from cec.conditions import are_apart
from cec.days import is_open, numbers_of
from cec.drug_names import drug_key, spelled_twice
from cec.load.days import write_days
from cec.load.regimen_file.start_faults import start_faults
from cec.regimen import DrugLine, Regimen
from cec.units import AMOUNT, Quantity, dose_unit, drug_of_share, is_convertible, span

MOST_ADMINISTRATIONS = 50_000
"""Of one cycle: a hundred times the longest protocol, which has some 450."""

LineFaults = Iterator[tuple[int, str]]
"""What is wrong with lines, each by its number from 1."""

_DAY = datetime.timedelta(days=1)
_MICROSECOND = datetime.timedelta.resolution

_EVERY_CYCLE = -1
"""A bit for each cycle: all of them."""


def faults_between_lines(regimen: Regimen) -> Iterator[str]:
    """Why the drug lines of a regimen do not make a cycle, in the order of the lines."""
    if not regimen.drugs:
        yield "drugs: is empty; a regimen has at least one drug line"
    lines = numbered(regimen)
    administrations = sum(len(days_of(number, lines)) * doses_from(number, lines) for number in lines.by_number)
    if administrations > MOST_ADMINISTRATIONS:
        yield f"drugs: {administrations:,} doses in one cycle; at most {MOST_ADMINISTRATIONS:,} are scheduled"
    faults = [
        *_days_beyond(regimen),
        *start_faults(lines),
        *_spelled_twice(regimen.drugs),
        *_lifetime_faults(regimen.drugs),
        *_repeats(regimen.drugs),
        *_shares(regimen.drugs),
    ]
    for number, text in sorted(faults, key=itemgetter(0)):
        yield f"drugs {number} ({lines.by_number[number].drug}): {text}"


def next_cycle_faults(regimen: Regimen) -> Iterator[str]:
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
    no_time = datetime.timedelta()
    runs = span(line.longest) if line.longest else no_time
    if not line.anchors:
        return days[-1] + max(1, -(-runs // _DAY)) - 1
    by = max((span(anchor.by) for anchor in line.anchors if anchor.by and not anchor.is_before), default=no_time)
    last_start = by + (span(line.every) * (repeats(line) - 1) if line.every else no_time)
    return days[-1] + max(last_start // _DAY, (last_start + runs - _MICROSECOND) // _DAY)


def _days_beyond(regimen: Regimen) -> LineFaults:
    """Lines with days that the regimen does not count."""
    for number, line in enumerate(regimen.drugs, 1):
        days = numbers_of(line.days)
        if not days:
            continue
        if days[0] < 0 and not regimen.day_0:
            yield (
                number,
                f"days: day {days[0]} lies before day 1; say how days are counted there: "
                "day_0: transplantation (-1, 0, 1 follow each other), or day_0: none (1 follows -1)",
            )
        if 0 in days and not regimen.calendar.has_day_0:
            right = f"write {write_days(tuple(filter(None, days)))}" if regimen.day_0 else "say what it is"
            yield number, f"days: day 0 has no meaning here; {right}, or day_0: transplantation if there is one"
        if regimen.last_day and not is_open(line.days) and days[-1] > regimen.last_day:
            yield (
                number,
                f"days: day {days[-1]} lies after the end of the cycle (cycle_length {regimen.cycle_length})",
            )


def _spelled_twice(lines: Sequence[DrugLine]) -> LineFaults:
    """Lines whose drug, or another drug that they name, is spelled in another way in the lines."""
    drugs = [line.drug for line in lines]
    for other, name in spelled_twice(drugs):
        above = f"line {drugs.index(name) + 1} spells it '{name}'"
        yield drugs.index(other) + 1, f"{above}; a drug has one name in a file"
    spellings = {drug_key(name): name for line in lines for name in (line.drug, line.called) if name}
    for number, line in enumerate(lines, 1):
        shares = (drug_of_share(dose.unit) for dose in line.doses)
        for name in dict.fromkeys(filter(None, (line.after, *(each.to for each in line.start), *shares))):
            if (other := spellings.get(drug_key(name), name)) != name:
                yield number, f"'{name}' is '{other}' of the lines; write it in one way"


def _lifetime_faults(lines: Sequence[DrugLine]) -> LineFaults:
    """Lines whose lifetime maximum is another than that of a line above, or of another kind of amount.

    A lifetime maximum belongs to the drug, whichever of its lines says it.
    """
    stated: dict[str, tuple[int, Quantity]] = {}
    units: dict[str, set[str]] = {}
    for line in lines:
        units.setdefault(drug_key(line.drug), set()).add(line.amount_unit)
    for number, line in enumerate(lines, 1):
        maximum = line.lifetime_maximum
        if maximum is None:
            continue
        above, other = stated.setdefault(drug_key(line.drug), (number, maximum))
        if other != maximum:
            yield number, f"lifetime_maximum {maximum} is {other} in line {above}; a drug has one"
        for unit in sorted(units[drug_key(line.drug)]):
            if not is_convertible(unit, dose_unit(maximum.unit).amount, AMOUNT):
                yield number, f"lifetime_maximum {maximum} cannot be held against a dose in {unit}"


def _repeats(lines: Sequence[DrugLine]) -> LineFaults:
    """Lines that give somebody a drug the same way on days of a cycle on which a line above gives it.

    Of each day the first line that has it is named.
    """
    alike: dict[tuple[object, ...], list[tuple[int, DrugLine]]] = {}
    for number, line in enumerate(lines, 1):
        key = (drug_key(line.drug), line.route, line.at, line.anchors, line.called)
        alike.setdefault(key, []).append((number, line))
    for group in alike.values():
        by_day: dict[int, list[tuple[int, int]]] = {}
        for number, line in group:
            cycles = sum(1 << cycle for cycle in numbers_of(line.cycles)) or _EVERY_CYCLE
            repeated: set[int] = set()
            for day in numbers_of(line.days):
                left = cycles
                for above, its_cycles in by_day.setdefault(day, []):
                    if cycles & its_cycles and not are_apart(lines[above - 1].only, line.only):
                        repeated.add(above)
                        left &= ~its_cycles
                if left:
                    by_day[day].append((number, left))
            for above in sorted(repeated):
                yield (
                    number,
                    f"repeats line {above} on the same days; "
                    "join the two, or tell them apart by days, at, start, only or called",
                )


def _shares(lines: Sequence[DrugLine]) -> LineFaults:
    """Lines with a share of a drug that no line gives, or of another share."""
    drugs = {drug_key(line.drug) for line in lines}
    for number, line in enumerate(lines, 1):
        if not line.shared_with:
            continue
        if not line.share_unit:
            is_drug = drug_key(line.shared_with) in drugs
            why = "is a share itself; write its amount" if is_drug else "is not a drug of this regimen"
            yield number, f"dose: {line.shared_with} {why}"
            continue
        for name, maximum in (("maximum", line.maximum), ("maximum_a_day", line.maximum_a_day)):
            if maximum and maximum.unit != line.share_unit:
                yield number, f"{name} {maximum} is not in {line.share_unit}"
