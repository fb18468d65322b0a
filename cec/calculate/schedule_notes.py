"""What a person must see in a schedule: intervals that do not hold, infusions that overlap, intrathecal beside IV."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from cec.order import Administration
from cec.regimen import DrugLine
from cec.routes import is_into_csf, is_intravenous
from cec.units import span

_DAY = datetime.timedelta(days=1)
_HOUR = datetime.timedelta(hours=1)


def with_notes(rows: Sequence[Administration], lines: Sequence[DrugLine]) -> tuple[Administration, ...]:
    """The same administrations, each with what a person must see in its time; they depend on the times alone."""
    numbered = list(enumerate(rows))
    infusions = [(place, row) for place, row in numbered if is_intravenous(row.route) and row.end]
    notes = (
        (
            *_late(row, rows),
            *_interval(row, rows, lines[row.line - 1]),
            *_overlap(place, row, infusions),
            *_beside_iv(row, rows),
        )
        for place, row in numbered
    )
    return tuple(replace(row, notes=told) if told else row for row, told in zip(rows, notes, strict=True))


def _late(row: Administration, rows: Sequence[Administration]) -> Iterator[str]:
    """A dose that comes a day or more after its day began, because what the regimen gives before it runs so long."""
    began = min(other.time for other in rows if other.day == row.day)
    if row.time - began >= _DAY:
        yield (
            f"belongs to day {row.day}, but what the regimen gives before it runs until then; "
            "a clock time in the regimen ('at') would hold it to its day"
        )


def _interval(row: Administration, rows: Sequence[Administration], line: DrugLine) -> Iterator[str]:
    """An interval to the dose before that is shorter than prescribed; or longer, where a line's doses fill the day."""
    if not line.every:
        return
    before = [
        other
        for other in rows
        if other.time < row.time and (other.drug, other.route) == (row.drug, row.route) and other.day >= row.day - 1
    ]
    if not before:
        return
    every, last = span(line.every), max(before, key=lambda other: other.time)
    since = row.time - last.time
    is_round_the_clock = every * line.per_day >= _DAY and last.line == row.line
    if since < every or (since > every and is_round_the_clock):
        yield f"{_duration(since)} after the dose before, prescribed every {line.every}"


def _overlap(place: int, row: Administration, infusions: Sequence[tuple[int, Administration]]) -> Iterator[str]:
    """What runs into the vein when another IV dose starts; of two that start together, the later row says it."""
    if not is_intravenous(row.route):
        return
    names = [
        other.drug
        for earlier, other in infusions
        if other.end and row.time < other.end and (other.time, earlier) < (row.time, place)
    ]
    if names:
        run = "runs" if len(set(names)) == 1 else "run"
        yield f"starts while {', '.join(dict.fromkeys(names))} {run}: another line, or known to be compatible"


def _beside_iv(row: Administration, rows: Sequence[Administration]) -> Iterator[str]:
    """What is given into a vein at the clock time of an intrathecal dose."""
    if not is_into_csf(row.route):
        return
    names = [
        other.drug
        for other in rows
        if is_intravenous(other.route) and (other.time == row.time or (other.end and other.time < row.time < other.end))
    ]
    if names:
        told = ", ".join(dict.fromkeys(names))
        yield f"{row.route}, at the same time as IV {told}: give them apart, at another time and place"


def _duration(time: datetime.timedelta) -> str:
    """A duration in hours and minutes.

    >>> _duration(datetime.timedelta(hours=9)), _duration(datetime.timedelta(hours=9, minutes=30))
    ('9 h', '9 h 30 min')
    """
    hours, rest = divmod(time, _HOUR)
    minutes = rest // datetime.timedelta(minutes=1)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "")))
