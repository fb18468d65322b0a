"""When each drug line starts on each of its days.

Lines into a vein that have no clock times and hang on no other line follow each other in the order of the file. Nobody
waits for an infusion that runs very long, and no other route waits for anything. What finds no time on its date has
none.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cec.calculate.schedule.clock import Clock
from cec.days import Calendar
from cec.pharmacy import Pharmacy
from cec.regimen import BEFORE_FIRST_INFUSION, DrugLine
from cec.routes import is_intravenous
from cec.units import span

Starts = dict[int, list[datetime.datetime | None]]
"""The starts of a line by its days; None where a dose finds no time on its date."""

A_DAY = datetime.timedelta(days=1)
NO_TIME = datetime.timedelta()
_NOBODY_WAITS = datetime.timedelta(hours=12)
"""From this duration on an infusion has a line of its own while others are given."""


class DatesOfDays(NamedTuple):
    """The dates of the days of a cycle, and the other way round."""

    calendar: Calendar
    start: datetime.date

    def of(self, day: int) -> datetime.date:
        """The date of a day of the cycle."""
        return self.calendar.date(self.start, day)

    def day(self, date: datetime.date) -> int:
        """The day of the cycle that a date is."""
        return self.calendar.day(self.start, date)


class Line(NamedTuple):
    """A drug line with the days on which it is given, each with the place of its dose in the order."""

    number: int
    of: DrugLine
    dose_indexes: dict[int, int]
    over: datetime.timedelta
    """How long one administration runs."""

    @property
    def is_before_infusions(self) -> bool:
        """Whether it is given before the day's first infusion, whenever that is."""
        return self.of.at == (BEFORE_FIRST_INFUSION,)

    @property
    def is_waited_for(self) -> bool:
        """Whether others start only when its first dose of the day has ended."""
        return self.over < _NOBODY_WAITS and "continuous" not in self.of.route

    def repeated(self, first: datetime.datetime) -> list[datetime.datetime | None]:
        """The starts of one day: the first, and the others after each interval."""
        if not self.of.every:
            return [first]
        return [first + span(self.of.every) * number for number in range(self.of.per_day)]


def place_lines(lines: Sequence[Line], dates: DatesOfDays, pharmacy: Pharmacy, clock: Clock) -> dict[int, Starts]:
    """The starts of every line, by its number; none on the days of a line that comes before the first infusion."""
    cycle = _Cycle(lines, dates, pharmacy, clock)
    for line in lines:
        cycle.starts[line.number] = {}
        for day in sorted(line.dose_indexes):
            cycle.starts[line.number][day] = _starts_on(day, line, cycle)
    return cycle.starts


class _Cycle:
    """What is known while lines are placed, in the order of the file."""

    def __init__(self, lines: Sequence[Line], dates: DatesOfDays, pharmacy: Pharmacy, clock: Clock) -> None:
        self.lines, self.dates, self.pharmacy, self.clock = lines, dates, pharmacy, clock
        self.starts: dict[int, Starts] = {}

    def at(self, day: int, clock: str) -> datetime.datetime:
        """A clock time on the date of a day."""
        return datetime.datetime.combine(self.dates.of(day), datetime.time.fromisoformat(clock))


def _starts_on(day: int, line: Line, cycle: _Cycle) -> list[datetime.datetime | None]:
    """The starts of a line on one of its days."""
    if line.is_before_infusions:
        return []
    if len(line.of.at) > 1 or (line.of.at and not line.of.every):
        return [cycle.at(day, clock) for clock in line.of.at]
    carried = _carried_on(day, line, cycle)
    if carried:
        return line.repeated(carried)
    first = _first_start(day, line, cycle)
    if first is None:
        return [None] * line.of.per_day
    return line.repeated(first)


def _carried_on(day: int, line: Line, cycle: _Cycle) -> datetime.datetime | None:
    """The start that follows from the doses before: the next bag of a chain, the same clock, or the interval."""
    before = _latest_before(day, line, cycle)
    if before is None:
        return None
    apart = cycle.dates.of(day) - cycle.dates.of(before.day)
    if line.over and line.over == before.line.over == apart:
        return cycle.clock.later(
            before.last, line.over
        )  # one chain of bags, also from one line of the drug to the next
    if before.line is line and not line.is_waited_for and not line.of.every:
        return before.first + apart
    if not line.of.every or line.of.at or apart > A_DAY:
        return None
    every = span(line.of.every)
    if before.line is line and every * line.of.per_day == A_DAY:
        return before.last + every
    first = _first_start(day, line, cycle)
    return max(first, before.last + every) if first else None


class _Before(NamedTuple):
    """The doses of a drug on the last day before another: whose they are, and when the first and the last start."""

    day: int
    line: Line
    first: datetime.datetime
    last: datetime.datetime


def _latest_before(day: int, line: Line, cycle: _Cycle) -> _Before | None:
    """The doses of the same drug by the same route on the last day before this one, where they have times."""
    found = [
        _Before(its_day, other, starts[0], starts[-1])
        for other in cycle.lines
        if (other.of.drug, other.of.route) == (line.of.drug, line.of.route)
        for its_day, starts in cycle.starts.get(other.number, {}).items()
        if its_day < day and starts and starts[0] and starts[-1]
    ]
    return max(found, key=lambda each: (each.day, each.line.number), default=None)


def _first_start(day: int, line: Line, cycle: _Cycle) -> datetime.datetime | None:
    """When a line may start on a day by itself; None where that is another date or hangs on what has no time.

    Where the drug that it comes after is not given on that day, it takes its place in the order of the file.
    """
    opening = cycle.at(day, line.of.at[0] if line.of.at else cycle.pharmacy.first_infusion)
    if line.of.after:
        awaited = [other for other in _above(line, cycle) if other.of.drug == line.of.after]
        gap = span(line.of.gap or cycle.pharmacy.gap)
        if ends := [end + gap if end else None for end in _ends(awaited, day, cycle)]:
            return _on_date(day, ends, cycle)
    if not is_intravenous(line.of.route) or line.of.at:
        return opening
    gap = span(cycle.pharmacy.gap)
    waited_for = [other for other in _above(line, cycle) if other.is_waited_for and _holds_up(other, cycle)]
    ends = [end + gap if end and other.over else end for other in waited_for for end in _ends([other], day, cycle)]
    return _on_date(day, [opening, *ends], cycle)


def _on_date(day: int, times: Sequence[datetime.datetime | None], cycle: _Cycle) -> datetime.datetime | None:
    """The latest of some times; None where one is not known, or it lies on another date than that of the day."""
    known = [time for time in times if time]
    if len(known) < len(times):
        return None
    latest = max(known)
    return latest if latest.date() == cycle.dates.of(day) else None


def _above(line: Line, cycle: _Cycle) -> Iterator[Line]:
    """The lines that stand above one in the file."""
    return (other for other in cycle.lines if other.number < line.number)


def _holds_up(line: Line, cycle: _Cycle) -> bool:
    """Whether the lines below one wait for it: it stands in the queue, or hangs on the end of one that does."""
    if not is_intravenous(line.of.route) or line.of.at:
        return False
    if not line.of.after:
        return True
    return any(
        other.is_waited_for and _holds_up(other, cycle)
        for other in _above(line, cycle)
        if other.of.drug == line.of.after
    )


def _ends(lines: Sequence[Line], day: int, cycle: _Cycle) -> Iterator[datetime.datetime | None]:
    """When the first dose of each of these lines on a day has ended."""
    for line in lines:
        for first in cycle.starts.get(line.number, {}).get(day, [])[:1]:
            yield cycle.clock.later(first, line.over) if first else None
