"""The drug lines that one cycle gives, each with its days there and how often on each."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from cec.anchors import Lines, awaited, doses_from, lines_of, selected
from cec.days import LAST_DAY, Calendar, Series, holds, is_open, numbers_of
from cec.errors import Fault, InputError
from cec.order import Administration, Dose, Order
from cec.regimen import WEEKDAYS, DrugLine, Regimen
from cec.units import DURATION, Quantity, convert_exactly, exact, span


class Cycle(NamedTuple):
    """Which cycle it is and when it begins, as far as that is told."""

    number: int | None = None
    start: datetime.date | None = None
    days: int | None = None
    """The last day up to which lines with an open end are drawn."""


class CycleLine(NamedTuple):
    """A drug line in one cycle: its days there, and how often it is given on each."""

    of: DrugLine
    days: tuple[int, ...]
    per_day: int
    is_open: bool = False
    """Whether nothing says where its days end; they then go on to the longest cycle's last."""
    hangs_on_weekday: bool = False
    """Whether its days depend on the day of the week of day 1, which is not told."""

    @property
    def most(self) -> int | None:
        """The most administrations that the cycle has of it, where the line says so."""
        return self.of.total_doses.most if self.of.total_doses else None

    def counts_on(self, days: Collection[int]) -> tuple[int, ...]:
        """How many administrations each of these of its days has."""
        most, per_day = self.most, self.per_day
        if most is None or self.hangs_on_weekday:
            return (per_day,) * len(days)
        places = (place for place, day in enumerate(self.days) if day in days)
        return tuple(min(per_day, most - place * per_day) for place in places)

    def count_on(self, days: Collection[int], counts: tuple[int, ...]) -> int | None:
        """How many these days, with so many administrations on each, have together; None where nobody can know."""
        goes_on = self.is_open and LAST_DAY in days
        if self.hangs_on_weekday or goes_on:
            return self.most if set(days) == set(self.days) else None
        return sum(counts)


def cycle_of(order: Order) -> Cycle:
    """The cycle that an order is for."""
    return Cycle(order.cycle, order.start, order.days)


def lines_of_cycle(regimen: Regimen, cycle: Cycle) -> dict[int, CycleLine]:
    """The drug lines that this cycle gives, by their number from 1; InputError where that hangs on an untold cycle."""
    if cycle.number is None and (differing := [line.drug for line in regimen.drugs if line.hangs_on_cycle]):
        words = f"{regimen.name} does not give {', '.join(differing)} alike in every cycle; say which cycle this is"
        raise InputError(Fault(words, about=("cycle",)))
    given = {
        number: line
        for number, line in enumerate(regimen.drugs, 1)
        if not line.cycles or (cycle.number and holds(cycle.number, line.cycles))
    }
    resolved = {number: line_in_cycle(line, regimen, cycle) for number, line in given.items() if not line.anchors}
    if len(resolved) < len(given):
        in_cycle = lines_of(given)
        for number in given:
            _resolve(number, in_cycle, regimen, cycle, resolved)
    lines = {number: resolved[number] for number, line in given.items() if line.days or resolved[number].days}
    if not lines:
        raise InputError(Fault(f"{regimen.name} gives nothing in cycle {cycle.number}", about=("cycle",)))
    return lines


def day_1(regimen: Regimen, cycle: int | None, dates: Mapping[str, datetime.date]) -> datetime.date | None:
    """The date of day 1, from that of one of the cycle's days: by --start, --day-0, --day-1 or --first-day.

    InputError for a day 0 that the regimen does not have, and for a start that may be meant as either.
    """
    if not dates:
        return None
    option, date = next(iter(dates.items()))
    calendar = regimen.calendar
    if option == "--day-0" and not calendar.has_day_0:
        raise InputError(Fault(f"{regimen.name} has no day 0; give --day-1", option))
    if option == "--start" and calendar.has_day_0:
        words = (
            f"day 0 of {regimen.name} is the {regimen.day_0}: say which day it is with --day-0, --day-1 or --first-day"
        )
        raise InputError(Fault(words, option))
    first = min(day for line in lines_of_cycle(regimen, Cycle(cycle)).values() for day in line.days)
    of_option = {"--day-0": 0, "--first-day": first}
    return date - datetime.timedelta(days=calendar.place(of_option.get(option, 1)))


def refuse_idle_days(days: int | None, *regimens: Regimen) -> None:
    """InputError where a last day is told and none of these regimens has a line that could end on it."""
    if days is not None and not any(is_open(line.days) or line.repeat for each in regimens for line in each.drugs):
        names = ", ".join(dict.fromkeys(regimen.name for regimen in regimens))
        text = f"no line of {names} is without an end, so all its days are given; leave doses out with --without"
        raise InputError(Fault(text, "--days"))


def _resolve(number: int, given: Lines, regimen: Regimen, cycle: Cycle, resolved: dict[int, CycleLine]) -> CycleLine:
    """A line in a cycle, after those on whose days its own hang."""
    if number in resolved:
        return resolved[number]
    line = given.by_number[number]
    if line.days or not line.anchors:
        resolved[number] = line_in_cycle(line, regimen, cycle)
    else:
        resolved[number] = CycleLine(line, (), 1)  # until it is known, and in a circle
        days: set[int] = set()
        others = []
        for anchor in line.anchors:
            found = [_resolve(other, given, regimen, cycle, resolved) for other in awaited(number, anchor, given)]
            days.update(selected(anchor, sorted({day for other in found for day in other.days})))
            others += found
        is_open, on_weekday = (
            any(each) for each in ([o.is_open for o in others], [o.hangs_on_weekday for o in others])
        )
        resolved[number] = CycleLine(line, tuple(sorted(days)), 1, is_open, on_weekday)
    if line.anchors:
        resolved[number] = resolved[number]._replace(per_day=doses_from(number, given))
    return resolved[number]


def line_in_cycle(line: DrugLine, regimen: Regimen, cycle: Cycle) -> CycleLine:
    """A drug line with its days in a cycle: those of the file, repeated, of the right weekdays, of so many doses."""
    if line.has_plain_days:
        return CycleLine(line, numbers_of(line.days), line.per_day)
    is_endless = is_open(line.days) or line.repeat is not None
    last = min(filter(None, (regimen.last_day, cycle.days)), default=None)
    days: tuple[int, ...] = tuple(_days(line, regimen.calendar, last or LAST_DAY if is_endless else LAST_DAY))
    hangs_on_weekday = bool(line.weekdays) and cycle.start is None
    if line.weekdays and cycle.start:
        wanted = {WEEKDAYS.index(day) for day in line.weekdays}
        days = tuple(day for day in days if regimen.calendar.date(cycle.start, day).weekday() in wanted)
    if line.total_doses and not hangs_on_weekday:
        days = days[: -(-line.total_doses.most // line.per_day)]
    stops = last is not None or (line.total_doses is not None and not hangs_on_weekday)
    return CycleLine(line, days, line.per_day, is_endless and not stops, hangs_on_weekday)


def _days(line: DrugLine, calendar: Calendar, last: int) -> Iterator[int]:
    """The days that a line names, with those of its repeats, up to the last."""
    if line.repeat is None:
        yield from numbers_of(line.days, last)
        return
    every = span(line.repeat).days
    named = [day for day in numbers_of(line.days, last) if not isinstance(day, Series)]
    later = (calendar.later(day, time * every) for time in range(last // every + 2) for day in named)
    yield from sorted({day for day in later if day <= last})


def with_days(dose: Dose, line: CycleLine, days: tuple[int, ...]) -> Dose:
    """A dose on these days of its line, with the totals of a day and of the cycle, or why there are none."""
    counts = line.counts_on(days)
    count = line.count_on(days, counts)
    return msgspec.structs.replace(
        dose,
        days=days,
        per_day=line.per_day,
        counts=() if set(counts) == {line.per_day} else counts,
        daily_total=_of_a_day(dose, line.per_day),
        cycle_total=None if count is None else _times(dose.ordered, count),
        no_total=_no_total(line) if count is None else "",
    )


def with_days_given(
    doses: Sequence[Dose], rows: Sequence[Administration], lines: Mapping[int, CycleLine]
) -> list[Dose]:
    """The doses, those whose start hangs on another drug on the days on which they really come."""
    days: dict[int, Counter[int]] = {}
    for row in rows:
        days.setdefault(row.dose_index, Counter())[row.protocol_day] += 1
    return [
        _on_days(dose, days[index]) if lines[dose.line].of.is_carried and index in days else dose
        for index, dose in enumerate(doses)
    ]


def _on_days(dose: Dose, given: Mapping[int, int]) -> Dose:
    """A dose that is given so many times on each of these days."""
    days = tuple(sorted(given))
    counts = tuple(given[day] for day in days)
    return msgspec.structs.replace(
        dose,
        days=days,
        hangs_on_days=() if days == dose.line_days else dose.line_days,
        per_day=max(counts),
        counts=() if len(set(counts)) == 1 else counts,
        daily_total=_of_a_day(dose, max(counts)),
        cycle_total=_times(dose.ordered, sum(counts)),
        no_total="",
    )


def restricted(dose: Dose, days: Collection[int]) -> Dose:
    """A dose on those of its days that are among these; its totals are not told."""
    counts = {day: dose.count_on(day) for day in dose.days if day in days}
    return msgspec.structs.replace(
        dose, days=tuple(counts), counts=tuple(counts.values()), daily_total=None, cycle_total=None
    )


def joined(parts: Sequence[Dose]) -> Dose:
    """One dose of several restricted ones that differ in nothing but their days, with its totals."""
    counts = dict(sorted((day, part.count_on(day)) for part in parts for day in part.days))
    most = parts[0].per_day if len({part.per_day for part in parts}) == 1 else max(counts.values())
    return msgspec.structs.replace(
        parts[0],
        days=tuple(counts),
        counts=() if set(counts.values()) == {most} else tuple(counts.values()),
        per_day=most,
        daily_total=_of_a_day(parts[0], most),
        cycle_total=_times(parts[0].ordered, sum(counts.values())),
    )


def _no_total(line: CycleLine) -> str:
    return (
        "which days of the week it is given on depends on the date of day 1"
        if line.hangs_on_weekday
        else f"its days go on without an end; {WHERE_IT_ENDS}"
    )


WHERE_IT_ENDS = "the regimen's cycle_length says where they end, or total_doses, or --days 28"


def _of_a_day(dose: Dose, count: int) -> Quantity:
    """All administrations of a day together or, of an infusion over more than a day, what it gives in 24 h."""
    if dose.over is None or span(dose.over) <= A_DAY:
        return _times(dose.ordered, count)
    day = exact(dose.ordered).times(Decimal(count)).times(Decimal(24))
    return day.divided_by(convert_exactly(dose.over, "h", DURATION), dose.ordered.unit).kept


A_DAY = datetime.timedelta(days=1)


def _times(amount: Quantity, count: int) -> Quantity:
    return exact(amount).times(Decimal(count)).kept if count != 1 else amount
