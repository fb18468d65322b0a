"""Starts that follow from those of another drug, and bags of one chain that follow each other."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from cec.anchors import repeats
from cec.calculate.schedule.given_line import NO_TIME, GivenLine, Start
from cec.calculate.schedule.times_of_day import TimesOfDay
from cec.regimen import Anchor
from cec.units import span


def meant_by(
    anchor: Anchor, given: Sequence[tuple[Start, datetime.timedelta]], *, by_day: bool
) -> Sequence[tuple[Start, datetime.timedelta]]:
    """The administrations that an anchor means: each, or the first or last of each day or of the cycle."""
    if anchor.which not in {"first", "last"}:
        return given
    place = 0 if anchor.which == "first" else -1
    if not by_day:
        return [given[place]] if given else []
    of_days: dict[int, list[tuple[Start, datetime.timedelta]]] = {}
    for each in given:
        of_days.setdefault(each[0].dose_day, []).append(each)
    return [of_day[place] for of_day in of_days.values()]


def started_from(
    line: GivenLine, anchor: Anchor, theirs: Start, over: datetime.timedelta, times: TimesOfDay
) -> Iterator[Start]:
    """The starts that follow from one administration of another drug; those on another date belong to that."""
    if theirs.at is None:
        for _ in range(repeats(line.of)):
            yield Start(theirs.day, theirs.date, None, theirs.dose_day)
        return
    is_end = anchor.edge == "end"
    base = theirs.at + over if is_end else theirs.at
    by = span(anchor.by) if anchor.by else span(times.pharmacy.gap) if is_end and over else NO_TIME
    for at in line.repeated(base - by if anchor.is_before else base + by):
        date = times.clock.date(at)
        day = theirs.day if date == theirs.date else times.dates.day_from(theirs.dose_day, date)
        yield Start(day, date, at, theirs.dose_day)


def as_chain(line: GivenLine, starts: Sequence[Start], times: TimesOfDay) -> list[Start]:
    """The starts, where they are bags of one chain: each after the first starts where the last one ended."""
    chained: list[Start] = []
    for start in sorted(starts, key=times.in_time):
        before, over = chained[-1] if chained else None, line.over(start.dose_day)
        if before and before.at and start.at and over:
            apart = times.date_of(start.dose_day) - times.date_of(before.dose_day)
            if apart == over == line.over(before.dose_day):
                chained.append(times.start(start.dose_day, before.at + apart))
                continue
        chained.append(start)
    return chained
