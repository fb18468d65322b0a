"""How the texts of a drug line are read that say on which days and in which cycles it is given."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

from cec.days import LAST_DAY, Cycles, Days, Series, numbers_of, series_in_words
from cec.errors import InputError
from cec.load.how_long import HOW_LONG
from cec.load.nodes import Node
from cec.load.shapes import Reading, Schema, Shape, text
from cec.load.texts import read_clock
from cec.load.written import write_list, write_text
from cec.regimen import BEFORE_FIRST_INFUSION, MEALS, PARTS_OF_DAY, WEEKDAYS, WORDS_OF_DAY, DoseCount
from cec.units import DURATION, Quantity, read_quantity, span

_DAYS = "write them like 1-5, or 1, 8, 15, or -7 to -4, or 15 onwards, or daily"
_CYCLES = "write them like 1-4, or 1, 3, 5, or odd, or 2 onwards, or every 4th from 1"

_A_DAY = datetime.timedelta(days=1)

_RANGE = re.compile(r"(-?[0-9]{1,3})(?:(?:\s*-\s*|\s+to\s+)(-?[0-9]{1,3}))?", re.ASCII)
_ONWARDS = re.compile(r"(-?[0-9]{1,3})\s+onwards", re.ASCII)
_EVERY = re.compile(r"every\s+([0-9]{1,3})(?:st|nd|rd|th)\s+from\s+([0-9]{1,3})", re.ASCII)
_D_NUMBER = re.compile(r"(?i)d(?:ays?)?\s*(?=-?[0-9])", re.ASCII)


def read_days(value: str) -> Days:
    """Days of a cycle in rising order: days, ranges, and an open end.

    >>> read_days("-2 to 1, 8"), read_days("1, 15 onwards")
    ((-2, -1, 0, 1, 8), (1, Series(first=15, every=1)))
    """
    if value.strip() == "daily":
        return (Series(1),)
    return _read(value, "days", _DAYS, -LAST_DAY)


def read_plain_days(value: str) -> tuple[int, ...]:
    """Days without an open end.

    >>> read_plain_days("1-3, 8")
    (1, 2, 3, 8)
    """
    days = read_days(value)
    if any(isinstance(each, Series) for each in days):
        raise InputError(f"'{value}' has no end; write days like 1-5 or 1, 8, 15")
    return numbers_of(days)


def read_cycles(value: str) -> Cycles:
    """Cycles of a treatment.

    >>> read_cycles("every 4th from 1"), read_cycles("even"), read_cycles("1-3")
    ((Series(first=1, every=4),), (Series(first=2, every=2),), (1, 2, 3))
    """
    word = value.strip()
    if word in {"odd", "even"}:
        return (Series(1 if word == "odd" else 2, 2),)
    if match := _EVERY.fullmatch(word):
        every, first = int(match[1]), int(match[2])
        if every and first:
            return (Series(first, every),)
    return _read(value, "cycles", _CYCLES, 1)


def _read(value: str, noun: str, right: str, lowest: int) -> tuple[int | Series, ...]:
    """Numbers, ranges and an open end, from the lowest possible one on."""
    found: list[int | Series] = []
    for part in map(str.strip, value.split(",")):
        last_so_far = found[-1] if found else lowest - 1
        if isinstance(last_so_far, Series):
            raise InputError(f"'{value}' goes on after '{series_in_words(last_so_far)}', which has no end")
        span = _span(part)
        if span is None:
            raise InputError(f"'{value}' are not {noun}; {_meant(value) or right}")
        first, last = span
        if last is not None and last < first:
            raise InputError(f"'{part}' runs backwards; {right}")
        if first < lowest or (last or first) > LAST_DAY:
            raise InputError(f"'{part}' is not within {noun} {lowest} to {LAST_DAY}; {right}")
        if first <= last_so_far:
            raise InputError(f"'{value}' names one twice or not in rising order; {right}")
        found += [Series(first)] if last is None else range(first, last + 1)
    return tuple(found)


def _span(part: str) -> tuple[int, int | None] | None:
    """The first and the last of a part, which has none where it is open; None for what is no part."""
    if match := _RANGE.fullmatch(part):
        return int(match[1]), int(match[2] or match[1])
    if match := _ONWARDS.fullmatch(part):
        return int(match[1]), None
    return None


def _meant(value: str) -> str:
    """What the short forms of protocols stand for."""
    plain = ", ".join(_D_NUMBER.sub("", part.strip()) for part in value.split(","))
    if plain != value and all(_span(part.strip()) for part in plain.split(",")):
        return f"write {plain}"
    if re.fullmatch(r"(?i)q\s*[0-9]+\s*(d|w|days?|weeks?)", value.strip()):
        return "how long a cycle is stands in the regimen's cycle_length: 21 days"
    if value.strip().lower() in {"monday to friday", "weekdays", "mon-fri"}:
        return "write days: 1 onwards, and weekdays: Monday to Friday"
    return ""


def write_days(days: Days | Cycles) -> str:
    """The text of days or cycles."""
    return ", ".join(series_in_words(each) if isinstance(each, Series) else str(each) for each in days)


def read_whole_days(value: str) -> Quantity:
    """A time of whole days.

    >>> print(read_whole_days("3 weeks"))
    3 weeks
    """
    duration = read_quantity(value, DURATION)
    if span(duration) % _A_DAY or not _A_DAY <= span(duration) <= _A_DAY * LAST_DAY:
        raise InputError(f"'{value}' is not a number of days from 1 to {LAST_DAY}; write it like 28 days")
    return duration


def read_repeat(value: str) -> Quantity:
    """After how many days the same days come again.

    >>> print(read_repeat("every 28 days"))
    28 days
    """
    every, _, duration = value.strip().partition(" ")
    if every != "every":
        raise InputError(f"'{value}' does not say after how many days; write it like every 28 days")
    return read_whole_days(duration)


def read_weekdays(value: str) -> tuple[str, ...]:
    """Days of the week, in the week's order.

    >>> read_weekdays("Monday to Friday")[-1], read_weekdays("Monday, Thursday")
    ('Friday', ('Monday', 'Thursday'))
    """
    found: list[str] = []
    for part in map(str.strip, value.split(",")):
        first, to, last = part.partition(" to ")
        if first not in WEEKDAYS or (to and last not in WEEKDAYS[WEEKDAYS.index(first) + 1 :]):
            raise InputError(f"'{value}' are not days of the week; write Monday to Friday, or Monday, Thursday")
        found += WEEKDAYS[WEEKDAYS.index(first) : WEEKDAYS.index(last or first) + 1]
    if found != sorted(set(found), key=WEEKDAYS.index):
        raise InputError(f"'{value}' names a day twice or not in the week's order, which begins on Monday")
    return tuple(found)


def read_clock_times(value: str) -> tuple[str, ...]:
    """Times of day: clock times in rising order, words of the day, or before the first infusion.

    >>> read_clock_times("08:00, 20:00"), read_clock_times("after breakfast, night")
    (('08:00', '20:00'), ('after breakfast', 'night'))
    """
    times = tuple(map(str.strip, value.split(",")))
    for time in times:
        if time not in WORDS_OF_DAY and time != BEFORE_FIRST_INFUSION:
            try:
                read_clock(time)
            except InputError:
                words = f"{', '.join(PARTS_OF_DAY)}; before, with or after {', '.join(MEALS)}; {BEFORE_FIRST_INFUSION}"
                raise InputError(f"'{time}' is not a time of day; write it like 09:00, or a word: {words}") from None
    clocks = [time for time in times if ":" in time]
    if clocks != sorted(set(clocks)) or len(set(times)) < len(times):
        raise InputError(f"'{value}' names a time twice or not in rising order")
    return times


def read_dose_count(value: str) -> DoseCount:
    """So many administrations in a cycle: just so many, at most, at least and at most.

    >>> read_dose_count("7"), read_dose_count("at least 4, at most 12")
    (DoseCount(least=7, most=7), DoseCount(least=4, most=12))
    """
    match = re.fullmatch(r"(?:at least ([0-9]{1,4}), )?at most ([0-9]{1,4})|([0-9]{1,4})", value.strip(), re.ASCII)
    least, most = (int(match[1] or match[3] or 0), int(match[2] or match[3])) if match else (0, 0)
    if not 0 <= least <= most or most < 1:
        right = "write it like 7, or at most 12, or at least 4, at most 12"
        raise InputError(f"'{value}' is not a number of doses; {right}")
    return DoseCount(least, most)


def write_dose_count(count: DoseCount) -> str:
    """The text of a number of administrations."""
    if count.least == count.most:
        return str(count.most)
    return f"at least {count.least}, at most {count.most}" if count.least else f"at most {count.most}"


def commas_or_list(convert: Callable[[str], Any], schema: Schema, write: Callable[[Any], str] = write_list) -> Shape:
    """A text with commas, or a list that says the same: inside { } a comma ends a value."""
    single = text(convert, schema, write)

    def read(node: Node, where: str, reading: Reading) -> Any:
        if node.items is None:
            return single.read(node, where, reading)
        if not node.items or any(item.text is None for item in node.items):
            return reading.fault(node, where, "is a list of other things than single values")
        joined = ", ".join(item.text or "" for item in node.items)
        return single.read(Node(node.line, node.column, text=joined), where, reading)

    any_of = {"anyOf": [schema, {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1}]}
    return Shape(read, any_of, single.write)


def _words(*examples: str) -> Schema:
    return {"type": ["string", "integer"], "examples": list(examples)}


DAYS = commas_or_list(read_days, _words("1-5", "1, 8, 15", "-7 to -4", "15 onwards", "daily"), write_days)
PLAIN_DAYS = commas_or_list(read_plain_days, _words("1-5", "1, 8, 15"), write_days)

WHEN = {
    "days": DAYS,
    "cycles": commas_or_list(read_cycles, _words("1-4", "odd", "2 onwards", "every 4th from 1"), write_days),
    **HOW_LONG,
    "repeat": text(read_repeat, _words("every 28 days"), lambda every: f"every {write_text(every)}"),
    "whole days": text(read_whole_days, _words("28 days")),
    "clock times": commas_or_list(
        read_clock_times, {"type": "string", "examples": ["08:00, 20:00", "after breakfast", BEFORE_FIRST_INFUSION]}
    ),
    "weekdays": commas_or_list(read_weekdays, _words("Monday to Friday")),
    "dose count": commas_or_list(read_dose_count, _words("7", "at most 12"), write_dose_count),
}
"""The ways to read when a drug line is given."""
