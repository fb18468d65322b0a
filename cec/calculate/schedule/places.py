"""When each drug line starts on each of its days.

Lines into a vein that have no clock times and hang on no other line follow each other in the order of the file. Nobody
waits for an infusion that runs very long, and no other route waits for anything. What finds no time on its date has
none. What hangs on another drug is counted from that one's start or end, in real hours.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from cec.anchors import Lines, awaited, repeats
from cec.calculate.schedule.clock import Dates, Instant
from cec.calculate.schedule.following import as_chain, meant_by, started_from
from cec.calculate.schedule.given_line import A_DAY, GivenLine, Start
from cec.calculate.schedule.times_of_day import TimesOfDay, word_of
from cec.errors import InputError
from cec.pharmacy import Pharmacy
from cec.regimen import Anchor
from cec.units import span


class _Before(NamedTuple):
    """The doses of a line on one of its days: when the first and the last of them start."""

    line: GivenLine
    day: int
    first: Instant
    last: Instant


class Places:
    """The starts of the lines of a cycle, each found when it is asked for."""

    def __init__(self, lines: Sequence[GivenLine], all_lines: Lines, dates: Dates, pharmacy: Pharmacy) -> None:
        self.lines = {line.number: line for line in lines}
        self._into_vein = [line for line in lines if line.is_vein]
        self._queued = {line.number for line in lines if line.is_queued}
        self.all_lines, self.times = all_lines, TimesOfDay(dates, pharmacy)
        self._found: dict[int, list[Start]] = {}
        self._by_day: dict[int, dict[int, list[Start]]] = {}
        self._under_way: list[int] = []

    def of(self, number: int) -> list[Start]:
        """The starts of a line in the order of time; InputError where they hang in the end on themselves."""
        if number not in self._found:
            if number in self._under_way:
                drugs = (self.lines[each].of.drug for each in (*self._under_way, number))
                raise InputError(f"{' waits for '.join(drugs)}: a circle; give one of them a clock time")
            self._under_way.append(number)
            self._found[number] = self._placed(self.lines[number])
            self._under_way.pop()
        return self._found[number]

    def _on(self, number: int, day: int) -> list[Start]:
        """The starts of a line by the doses of one of its days, in the order of time."""
        if number not in self._by_day:
            days = self._by_day[number] = {}
            for start in self.of(number):
                days.setdefault(start.dose_day, []).append(start)
        return self._by_day[number].get(day, [])

    def _placed(self, line: GivenLine) -> list[Start]:
        if line.is_before_infusions:
            starts = [Start(day, self.times.date_of(day), None, day) for day in line.days]
        elif line.of.anchors:
            starts = self._anchored(line, line.of.anchors)
        else:
            starts = self._day_by_day(line)
        starts.sort(key=self.times.in_time)
        return list(_within(line, starts))

    # Lines that hang on no other

    def _day_by_day(self, line: GivenLine) -> list[Start]:
        """The starts of each day: they follow from those of the day before, or are placed by themselves."""
        so_far: dict[int, list[Start]] = {}
        for day in line.days:
            may_follow = line.of.every or not line.is_waited_for(day)  # by an interval, or as a chain
            carried = self._carried_on(line, day, so_far) if may_follow else None
            again = [self.times.start(day, each) for each in line.repeated(carried)] if carried else []
            so_far[day] = again or self._own(line, day)
        return [start for starts in so_far.values() for start in starts]

    def _carried_on(self, line: GivenLine, day: int, so_far: Mapping[int, list[Start]]) -> Instant | None:
        """The start that follows from the doses before: the next bag of a chain, the same clock, or the interval."""
        before = self._doses_before(line, day, so_far)
        if before is None:
            return None
        their_line, their_day, first, last = before
        apart = self.times.date_of(day) - self.times.date_of(their_day)
        is_one_bag = bool(line.of.every) or line.of.per_day == 1
        if is_one_bag and line.over(day) and line.over(day) == their_line.over(their_day) == apart:
            return last + apart  # one chain of bags, also from one line of the drug to the next
        is_own = their_line is line
        if is_own and not line.is_waited_for(day) and not line.of.every and line.number in self._queued:
            return self.times.at(self.times.date_of(day), f"{self.times.clock.local(first):%H:%M}")
        if not line.of.every or line.of.at or apart > A_DAY:
            return None
        every = span(line.of.every)
        if is_own and every * line.of.per_day == A_DAY:
            return last + every
        own = self._first_of(line, day)
        return max(own, last + every) if own else None

    def _doses_before(self, line: GivenLine, day: int, so_far: Mapping[int, list[Start]]) -> _Before | None:
        """The doses of the same drug by the same route on the last day before: of the line itself, or of one above."""
        date = self.times.date_of(day)
        found = []
        for other in self.lines.values():
            is_above = other.number < line.number and not other.of.anchors and other.is_alike(line)
            if other is not line and not is_above:
                continue
            last = next((each for each in reversed(other.days) if self.times.date_of(each) < date), None)
            if last is None:
                continue
            times = [start.at for start in (so_far.get(last, ()) if other is line else self._on(other.number, last))]
            known = sorted(at for at in times if at)
            if known and len(known) == len(times):
                found.append((self.times.date_of(last), other.number, _Before(other, last, known[0], known[-1])))
        return max(found, key=lambda each: each[:2])[2] if found else None

    def _own(self, line: GivenLine, day: int) -> list[Start]:
        """The starts of a day of a line by itself."""
        date = self.times.date_of(day)
        if line.of.at and not (line.of.every and len(line.of.at) == 1):
            return [self.times.start_by_clock(day, time) for time in line.of.at]
        first = self._first_of(line, day)
        count = line.of.per_day
        if count > 1 and not line.of.every:
            return self.times.spread(line, day, first)
        if first is None:
            return [Start(day, date, None, day) for _ in range(count)]
        word = word_of(*line.of.at)
        starts = [self.times.start(day, each, word) for each in line.repeated(first)]
        if line.of.is_on_end:
            return [replace(start, day=self.times.dates.day_from(day, start.date)) for start in starts]
        return starts

    def _first_of(self, line: GivenLine, day: int) -> Instant | None:
        """When a line may start on a day by itself; None where that is another date or hangs on what has no time."""
        date = self.times.date_of(day)
        if line.of.at:
            return self.times.at(date, line.of.at[0])
        opening = self.times.at(date, self.times.pharmacy.first_infusion)
        if not line.is_vein:
            return opening
        gap = span(self.times.pharmacy.gap)
        times: list[Instant | None] = [opening]
        for other in self._waited_for(line, day):
            starts = self._waited_starts(other, day)
            first = starts[0].at if starts else opening
            over = other.over(day)
            times.append(first and first + over + (gap if over else A_DAY * 0))
        known = [each for each in times if each]
        if len(known) < len(times) or self.times.clock.date(max(known)) != date:
            return None
        return max(known)

    def _waited_starts(self, other: GivenLine, day: int) -> list[Start]:
        """The starts by a day of a line that others wait for: those from the first of what it hangs on.

        Its later ones may hang on what waits for it: potassium with the fluid before cisplatin, and with that after.
        """
        anchors = other.of.anchors
        if len(anchors) > 1:
            return [start for start in self._anchored(other, anchors[:1]) if start.dose_day == day]
        return self._on(other.number, day)

    def _waited_for(self, line: GivenLine, day: int) -> Iterator[GivenLine]:
        """The lines above one in the queue, and what hangs beside them, that are given on a day."""
        for other in self._into_vein:
            if day in other.dose_indexes and other.is_waited_for(day) and self._holds_up(other, line, day):
                yield other

    def _holds_up(self, other: GivenLine, line: GivenLine, day: int) -> bool:
        """Whether a line waits for another: it stands above in the queue, or hangs beside one that does."""
        if other.number in self._queued:
            return other.number < line.number
        if not other.of.anchors or not other.of.anchors[0].is_beside:
            return False
        roots = [
            self.lines[each]
            for each in awaited(other.number, other.of.anchors[0], self.all_lines)
            if each in self.lines
        ]
        roots = [root for root in roots if day in root.dose_indexes]
        if not roots:
            return other.number < line.number
        return all(root is not line and root.is_waited_for(day) and self._holds_up(root, line, day) for root in roots)

    # Lines that hang on another

    def _anchored(self, line: GivenLine, anchors: Sequence[Anchor]) -> list[Start]:
        """The starts of a line that hangs on another drug: on each of its days, for each of these of its anchors."""
        starts: list[Start] = []
        for anchor in anchors:
            given = self._given(line, anchor)
            days = anchor.days or line.days
            chosen = meant_by(
                anchor, [each for each in given if each[0].dose_day in days], by_day=bool(line.of.days or anchor.days)
            )
            starts += [each for theirs, over in chosen for each in started_from(line, anchor, theirs, over, self.times)]
            given_on = {theirs.dose_day for theirs, _ in given}
            lacking = [day for day in line.days if day in days and day not in given_on]
            starts += [each for day in lacking for each in self._without(line, anchor, day)]
        return as_chain(line, starts, self.times)

    def _given(self, line: GivenLine, anchor: Anchor) -> list[tuple[Start, datetime.timedelta]]:
        """Every administration of the drug that an anchor names, with how long it runs."""
        found = [
            (start, self.lines[number].over(start.dose_day))
            for number in awaited(line.number, anchor, self.all_lines)
            if number in self.lines
            for start in self.of(number)
        ]
        return sorted(found, key=lambda each: self.times.in_time(each[0]))

    def _without(self, line: GivenLine, anchor: Anchor, day: int) -> Iterator[Start]:
        """The starts of a day on which the other drug is not given: in the line's own place, or without a time."""
        first = self._first_of(line, day) if anchor.is_beside else None
        for at in line.repeated(first) if first else [None] * repeats(line.of):
            date = self.times.clock.date(at) if at else self.times.date_of(day)
            yield Start(day, date, at, day, replaces_anchor=anchor.to)


def _within(line: GivenLine, starts: list[Start]) -> Iterator[Start]:
    """These starts, no more than the cycle has; on each day of its own no more than that day has.

    A day that is left out takes its doses with it: later days do not give them instead.
    """
    counted: Counter[int] = Counter()
    for start in starts[: line.most] if line.most else starts:
        counted[start.dose_day] += 1
        if counted[start.dose_day] <= line.counts.get(start.dose_day, counted[start.dose_day]):
            yield start
