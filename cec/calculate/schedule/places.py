"""When each drug line starts on each of its days.

Lines into a vein that have no clock times and hang on no other line follow each other in the order of the file. Nobody
waits for an infusion that runs very long, and no other route waits for anything. What finds no time on its date has
none. What hangs on another drug is counted from that one's start or end, in real hours.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from cec.anchors import Lines, awaited, repeats
from cec.calculate.schedule.clock import Clock, Dates, Instant
from cec.calculate.schedule.given_line import A_DAY, GivenLine, Start
from cec.errors import InputError
from cec.pharmacy import Pharmacy
from cec.regimen import Anchor
from cec.units import span

_MINUTE = datetime.timedelta(minutes=1)

SPREAD = "spread over the day"
"""What is said of a dose of several a day whose protocol states no interval."""


class Places:
    """The starts of the lines of a cycle, each found when it is asked for."""

    def __init__(self, lines: Sequence[GivenLine], all_lines: Lines, dates: Dates, pharmacy: Pharmacy) -> None:
        self.lines = {line.number: line for line in lines}
        self._into_vein = [line for line in lines if line.is_vein]
        self.all_lines, self.dates, self.pharmacy = all_lines, dates, pharmacy
        self.clock = Clock(pharmacy.zone)
        self.date_of, self.at = cache(dates.of), cache(self.clock.at)
        self._found: dict[int, list[Start]] = {}
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

    def _placed(self, line: GivenLine) -> list[Start]:
        if line.is_before_infusions:
            starts = [Start(day, self.date_of(day), None, day) for day in line.days]
        elif line.of.anchors:
            starts = self._anchored(line, line.of.anchors)
        else:
            starts = self._day_by_day(line, self._own)
        starts.sort(key=lambda start: (start.at or self._end_of(start.date), start.day))
        return list(_within(line, starts))

    def _end_of(self, date: datetime.date) -> Instant:
        return self.at(date, "23:59")

    # Lines that hang on no other

    def _day_by_day(self, line: GivenLine, place: Callable[[GivenLine, int], list[Start]]) -> list[Start]:
        """The starts of each day: they follow from those of the day before, or are placed by themselves."""
        starts: list[Start] = []
        for day in line.days:
            carried = self._carried_on(line, day, starts)
            starts += [self._dated(day, each) for each in line.repeated(carried)] if carried else place(line, day)
        return starts

    def _dated(self, day: int, at: Instant) -> Start:
        return Start(day, self.clock.date(at), at, day)

    def _carried_on(self, line: GivenLine, day: int, so_far: Sequence[Start]) -> Instant | None:
        """The start that follows from the doses before: the next bag of a chain, the same clock, or the interval."""
        before = self._doses_before(line, day, so_far)
        if before is None:
            return None
        their_line, their_day, first, last = before
        apart = self.date_of(day) - self.date_of(their_day)
        is_one_bag = bool(line.of.every) or line.of.per_day == 1
        if is_one_bag and line.over(day) and line.over(day) == their_line.over(their_day) == apart:
            return last + apart  # one chain of bags, also from one line of the drug to the next
        is_own = their_line is line
        if is_own and not line.is_waited_for(day) and not line.of.every and not line.of.at and line.is_queued:
            return self.at(self.date_of(day), f"{self.clock.local(first):%H:%M}")
        if not line.of.every or line.of.at or apart > A_DAY:
            return None
        every = span(line.of.every)
        if is_own and every * line.of.per_day == A_DAY:
            return last + every
        own = self._first_of(line, day)
        return max(own, last + every) if own else None

    def _doses_before(
        self, line: GivenLine, day: int, so_far: Sequence[Start]
    ) -> tuple[GivenLine, int, Instant, Instant] | None:
        """The doses of the same drug by the same route on the last day before: whose, which day, first and last."""
        date = self.date_of(day)
        found = []
        for other in self.lines.values():
            is_alike = (other.of.drug, other.of.route) == (line.of.drug, line.of.route)
            if not is_alike or (other is not line and (other.number > line.number or other.of.anchors)):
                continue
            days = [each for each in other.days if self.date_of(each) < date]
            starts = so_far if other is line else self.of(other.number) if days else ()
            times = [start.at for start in starts if days and start.dose_day == days[-1]]
            if times and None not in times:
                known = sorted(each for each in times if each)
                found.append((self.date_of(days[-1]), other.number, (other, days[-1], known[0], known[-1])))
        return max(found, key=lambda each: each[:2])[2] if found else None

    def _own(self, line: GivenLine, day: int) -> list[Start]:
        """The starts of a day of a line by itself."""
        date = self.date_of(day)
        if line.of.at and not (line.of.every and len(line.of.at) == 1):
            return [self._at_clock(day, time) for time in line.of.at]
        first = self._first_of(line, day)
        count = line.of.per_day
        if count > 1 and not line.of.every:
            return self._spread(line, day, first)
        if first is None:
            return [Start(day, date, None, day) for _ in range(count)]
        starts = [self._dated(day, each)._replace(word=_word(*line.of.at)) for each in line.repeated(first)]
        of_dates = [start._replace(day=self.dates.day_from(day, start.date)) for start in starts]
        return of_dates if line.of.is_on_end else starts

    def _at_clock(self, day: int, time: str) -> Start:
        """A start at a clock time, or a word for one, on the date of a day."""
        date = self.date_of(day)
        local = datetime.datetime.combine(date, datetime.time.fromisoformat(self.pharmacy.clock_of(time)))
        wall = local if self.clock.is_missing(local) else None
        return Start(day, date, self.clock.instant(local), day, _word(time), wall)

    def _clock_time(self, date: datetime.date, time: str) -> Instant:
        return self.at(date, self.pharmacy.clock_of(time))

    def _spread(self, line: GivenLine, day: int, first: Instant | None) -> list[Start]:
        """Several doses without an interval: into a vein over 24 h, else over the pharmacy's day."""
        date, count = self.date_of(day), line.of.per_day
        if line.is_vein:
            if first is None:
                return [Start(day, date, None, day, SPREAD) for _ in range(count)]
            times = [first + A_DAY * each / count // _MINUTE * _MINUTE for each in range(count)]
            return [self._dated(day, time)._replace(word=SPREAD) for time in times]
        opening, closing = (
            datetime.datetime.combine(date, datetime.time.fromisoformat(time))
            for time in (self.pharmacy.first_dose, self.pharmacy.last_dose)
        )
        evenly = [opening + (closing - opening) * each / (count - 1) // _MINUTE * _MINUTE for each in range(count)]
        return [Start(day, date, self.clock.instant(time), day, SPREAD) for time in evenly]

    def _first_of(self, line: GivenLine, day: int) -> Instant | None:
        """When a line may start on a day by itself; None where that is another date or hangs on what has no time."""
        date = self.date_of(day)
        if line.of.at:
            return self._clock_time(date, line.of.at[0])
        opening = self.at(date, self.pharmacy.first_infusion)
        if not line.is_vein:
            return opening
        gap = span(self.pharmacy.gap)
        times: list[Instant | None] = [opening]
        for other in self._waited_for(line, day):
            first = next((start.at for start in self._waited_starts(other) if start.dose_day == day), opening)
            over = other.over(day)
            times.append(first and first + over + (gap if over else A_DAY * 0))
        known = [each for each in times if each]
        if len(known) < len(times) or self.clock.date(max(known)) != date:
            return None
        return max(known)

    def _waited_starts(self, other: GivenLine) -> list[Start]:
        """The starts of a line that others wait for: those from the first of what it hangs on.

        Its later ones may hang on what waits for it: potassium with the fluid before cisplatin, and with that after.
        """
        anchors = other.of.anchors
        return self._anchored(other, anchors[:1]) if len(anchors) > 1 else self.of(other.number)

    def _waited_for(self, line: GivenLine, day: int) -> Iterator[GivenLine]:
        """The lines above one in the queue, and what hangs beside them, that are given on a day."""
        for other in self._into_vein:
            if day in other.dose_indexes and other.is_waited_for(day) and self._holds_up(other, line, day):
                yield other

    def _holds_up(self, other: GivenLine, line: GivenLine, day: int) -> bool:
        """Whether a line waits for another: it stands above in the queue, or hangs beside one that does."""
        if other.is_queued:
            return other.number < line.number
        if not other.of.anchors or not other.of.anchors[0].is_beside:
            return False
        roots = [self.lines[each] for each in self._awaited(other, other.of.anchors[0]) if each in self.lines]
        roots = [root for root in roots if day in root.dose_indexes]
        if not roots:
            return other.number < line.number
        return all(root is not line and root.is_waited_for(day) and self._holds_up(root, line, day) for root in roots)

    # Lines that hang on another

    def _awaited(self, line: GivenLine, anchor: Anchor) -> list[int]:
        """The numbers of the lines that an anchor of a line names."""
        return list(awaited(line.number, anchor, self.all_lines))

    def _anchored(self, line: GivenLine, anchors: Sequence[Anchor]) -> list[Start]:
        """The starts of a line that hangs on another drug: on each of its days, for each of these of its anchors."""
        starts: list[Start] = []
        for anchor in anchors:
            given = self._given(line, anchor)
            days = anchor.days or line.days
            chosen = _chosen(
                anchor, [each for each in given if each[0].dose_day in days], by_day=bool(line.of.days or anchor.days)
            )
            starts += [each for theirs, over in chosen for each in self._from(line, anchor, theirs, over)]
            lacking = [day for day in line.days if day in days and day not in {each.dose_day for each, _ in given}]
            starts += [each for day in lacking for each in self._without(line, anchor, day)]
        return self._as_chain(line, starts)

    def _given(self, line: GivenLine, anchor: Anchor) -> list[tuple[Start, datetime.timedelta]]:
        """Every administration of the drug that an anchor names, with how long it runs."""
        found = [
            (start, self.lines[number].over(start.dose_day))
            for number in self._awaited(line, anchor)
            if number in self.lines
            for start in self.of(number)
        ]
        return sorted(found, key=lambda each: (each[0].at or self._end_of(each[0].date), each[0].day))

    def _from(self, line: GivenLine, anchor: Anchor, theirs: Start, over: datetime.timedelta) -> Iterator[Start]:
        """The starts that follow from one administration of another drug; those on another date belong to that."""
        if theirs.at is None:
            for _ in range(repeats(line.of)):
                yield Start(theirs.day, theirs.date, None, theirs.dose_day)
            return
        base = theirs.at + (over if anchor.edge == "end" else A_DAY * 0)
        by = span(anchor.by) if anchor.by else span(self.pharmacy.gap) if anchor.edge == "end" and over else A_DAY * 0
        for at in line.repeated(base - by if anchor.is_before else base + by):
            date = self.clock.date(at)
            day = theirs.day if date == theirs.date else self.dates.day_from(theirs.dose_day, date)
            yield Start(day, date, at, theirs.dose_day)

    def _without(self, line: GivenLine, anchor: Anchor, day: int) -> Iterator[Start]:
        """The starts of a day on which the other drug is not given: in the line's own place, or without a time."""
        first = self._first_of(line, day) if anchor.is_beside else None
        for at in line.repeated(first) if first else [None] * repeats(line.of):
            date = self.clock.date(at) if at else self.date_of(day)
            yield Start(day, date, at, day, replaces_anchor=anchor.to)

    def _as_chain(self, line: GivenLine, starts: list[Start]) -> list[Start]:
        """The starts, where they are bags of one chain: each after the first starts where the last one ended."""
        starts.sort(key=lambda start: (start.at or self._end_of(start.date), start.day))
        chained: list[Start] = []
        for start in starts:
            before = chained[-1] if chained else None
            follows = before and before.at and start.at and line.over(start.dose_day)
            if before and before.at and follows:
                apart = self.date_of(start.dose_day) - self.date_of(before.dose_day)
                if apart == line.over(start.dose_day) == line.over(before.dose_day):
                    chained.append(self._dated(start.dose_day, before.at + apart))
                    continue
            chained.append(start)
        return chained


def _within(line: GivenLine, starts: list[Start]) -> Iterator[Start]:
    """These starts, no more than the cycle has; on each day of its own no more than that day has.

    A day that is left out takes its doses with it: later days do not give them instead.
    """
    counted: Counter[int] = Counter()
    for start in starts[: line.most] if line.most else starts:
        counted[start.dose_day] += 1
        if counted[start.dose_day] <= line.counts.get(start.dose_day, counted[start.dose_day]):
            yield start


def _chosen(
    anchor: Anchor, given: list[tuple[Start, datetime.timedelta]], *, by_day: bool
) -> list[tuple[Start, datetime.timedelta]]:
    """The administrations that an anchor means: each, or the first or last of each day or of the cycle."""
    if anchor.which not in {"first", "last"}:
        return given
    place = 0 if anchor.which == "first" else -1
    if not by_day:
        return [given[place]] if given else []
    days = dict.fromkeys(start.dose_day for start, _ in given)
    return [[each for each in given if each[0].dose_day == day][place] for day in days]


def _word(*times: str) -> str:
    """The word of the day among these times; nothing for clock times."""
    return next((time for time in times if ":" not in time), "")
