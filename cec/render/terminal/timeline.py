"""A day's infusions as bars on one scale of time, side by side to the eye."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from cec.order import Administration
from cec.render.words.times import clock

_LONGEST = datetime.timedelta(hours=24)
"""A bar of the day ends here; what runs on shows an arrow."""
_MINUTES_PER_MARK = (5, 10, 15, 20, 30, 60, 120, 180, 240)
NARROWEST = 12
WIDEST = 40


def timeline(rows: Sequence[Administration], room: int, *, lines: bool) -> tuple[str, list[str]]:
    """The scale and a bar for each row, at most `room` characters wide; ASCII unless `lines`."""
    filled, moment, onward = ("█", "●", "▶") if lines else ("=", "*", ">")
    timed = [row for row in rows if row.start or row.not_after] or rows
    start = min(row.time for row in timed)
    stop = min(max(row.end or row.time for row in timed), start + _LONGEST)
    span = (stop - start) // datetime.timedelta(minutes=1)
    per_mark = next((minutes for minutes in _MINUTES_PER_MARK if -(-span // minutes) <= room), _MINUTES_PER_MARK[-1])

    def mark(time: datetime.datetime) -> int:
        """How many marks after the start a time lies, rounded up."""
        return -(-((time - start) // datetime.timedelta(minutes=1)) // per_mark)

    length = max(mark(stop), 1)

    def bar(row: Administration) -> str:
        if row not in timed:
            return ""
        if row.time > stop:
            return " " * length + onward
        first = (row.time - start) // datetime.timedelta(minutes=per_mark)
        if row.end is None or row.end == row.time:
            return " " * first + moment
        last = max(mark(min(row.end, stop)), first + 1)
        return " " * first + filled * (last - first) + (onward if row.end > stop else "")

    scale = clock(start) if length < NARROWEST - 1 else f"{clock(start)}{clock(stop):>{length - 5}}"
    return scale, [bar(row) for row in rows]
