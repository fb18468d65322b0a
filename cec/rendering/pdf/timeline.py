"""The infusions of a day as bars on one scale of hours, beside each other where they overlap."""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

_HOURS_PER_MARK = (1, 2, 3, 4, 6, 8, 12)
_MOST_MARKS = 12
_HOUR = datetime.timedelta(hours=1)
_MINUTE = datetime.timedelta(minutes=1)
_A_DAY = datetime.timedelta(days=1)
_NARROWEST = 30
"""Of a scale, how narrow a bar may be drawn: one part in so many."""


class Drawn(NamedTuple):
    """What is drawn on a day's scale: the letter of its row, from when to when; a moment ends as it begins."""

    letter: str
    begin: datetime.datetime
    end: datetime.datetime


def timeline(date: datetime.date, drawn: list[Drawn]) -> dict[str, Any] | None:
    """The scale of a date and its bars, in minutes since midnight, in lanes; None where nothing runs beside others."""
    midnight = datetime.datetime.combine(date, datetime.time())
    on_date = [each for each in drawn if each.begin < midnight + _A_DAY]
    if len(on_date) < 2 or all(each.begin == each.end for each in on_date):
        return None
    begin = max(min(each.begin for each in on_date), midnight)
    end = min(max(each.end for each in on_date), midnight + _A_DAY)
    from_hour = (begin - midnight) // _HOUR
    to_hour = max(-((midnight - end) // _HOUR), from_hour + 1)
    every = next((hours for hours in _HOURS_PER_MARK if (to_hour - from_hour) / hours < _MOST_MARKS), 24)
    least = (to_hour - from_hour) * 60 // _NARROWEST
    lanes: list[list[dict[str, Any]]] = []
    for each in on_date:
        bar = _bar(each, midnight, least)
        lane = next((lane for lane in lanes if lane[-1]["room"] <= bar["from"]), None)
        if lane is None:
            lanes.append([bar])
        else:
            lane.append(bar)
    return {
        "from": from_hour * 60,
        "to": to_hour * 60,
        "marks": [{"at": hour * 60, "text": f"{hour:02}"} for hour in range(from_hour, to_hour + 1, every)],
        "lanes": lanes,
    }


def _bar(drawn: Drawn, midnight: datetime.datetime, least: int) -> dict[str, Any]:
    """A bar within its day: where it runs in from the day before, and where it runs on to the next."""
    begin, end = max(drawn.begin, midnight), min(drawn.end, midnight + _A_DAY)
    start, stop = (begin - midnight) // _MINUTE, (end - midnight) // _MINUTE
    return {
        "letter": drawn.letter,
        "from": start,
        "to": stop,
        "room": max(stop, start + least),
        "moment": drawn.begin == drawn.end,
        "onward": drawn.end > midnight + _A_DAY,
    }
