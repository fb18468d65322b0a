"""Days and cycles from their text and back."""

from __future__ import annotations

import re

from cec.days import LAST_DAY, Cycles, Days, Series, is_open, numbers_of, series_in_words
from cec.errors import InputError
from cec.load.shapes import commas_or_list, texts_or_numbers_like

_DAYS = "write them like 1-5, or 1, 8, 15, or -7 to -4, or 15 onwards, or daily"
_CYCLES = "write them like 1-4, or 1, 3, 5, or odd, or 2 onwards, or every 4th from 1"

_RANGE = re.compile(r"(-?[0-9]{1,3})(?:(?:\s*-\s*|\s+to\s+)(-?[0-9]{1,3}))?", re.ASCII)
_ONWARDS = re.compile(r"(-?[0-9]{1,3})\s+onwards", re.ASCII)
_EVERY = re.compile(r"every\s+([0-9]{1,3})(?:st|nd|rd|th)\s+from\s+([0-9]{1,3})", re.ASCII)
_D_NUMBER = re.compile(r"(?i)d(?:ays?)?\s*(?=-?[0-9])", re.ASCII)


def read_days(value: str) -> Days:
    """Days of a cycle in rising order: days, ranges, and an open end.

    >>> read_days("-2 to 1, 8"), read_days("1, 15 onwards")
    ((-2, -1, 0, 1, 8), (1, Series(first=15, every=1)))
    """
    days = _read_days(value)
    if days[-1] == LAST_DAY:
        raise InputError(
            f"'{value}' reaches day {LAST_DAY}, up to which days without an end are counted; "
            f"write 15 onwards, or end by day {LAST_DAY - 1}"
        )
    return days


def _read_days(value: str) -> Days:
    return (Series(1),) if value.strip() == "daily" else _read(value, "days", _DAYS, -LAST_DAY)


def read_plain_days(value: str) -> tuple[int, ...]:
    """Days without an open end.

    >>> read_plain_days("1-3, 8")
    (1, 2, 3, 8)
    """
    days = _read_days(value)
    if is_open(days):
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
    """Numbers, ranges and an open end, in rising order from the lowest that is possible."""
    found: list[int | Series] = []
    for part in map(str.strip, value.split(",")):
        before = found[-1] if found else lowest - 1
        if isinstance(before, Series):
            raise InputError(f"'{value}' goes on after '{series_in_words(before)}', which has no end")
        ends = _ends(part)
        if ends is None:
            raise InputError(f"'{value}' are not {noun}; {_suggestion(value) or right}")
        first, last = ends
        if last is not None and last < first:
            raise InputError(f"'{part}' runs backwards; {right}")
        if first < lowest or (last or first) > LAST_DAY:
            raise InputError(f"'{part}' is not within {noun} {lowest} to {LAST_DAY}; {right}")
        if first <= before:
            raise InputError(f"'{value}' names one twice or not in rising order; {right}")
        found += [Series(first)] if last is None else range(first, last + 1)
    return tuple(found)


def _ends(part: str) -> tuple[int, int | None] | None:
    """The first number of a part and its last, None where it goes on without an end; None for any other text."""
    if match := _RANGE.fullmatch(part):
        return int(match[1]), int(match[2] or match[1])
    if match := _ONWARDS.fullmatch(part):
        return int(match[1]), None
    return None


def _suggestion(value: str) -> str:
    """What to write for the short forms of protocols and other signs between numbers; nothing for any other text."""
    text = _BETWEEN_ENDS.sub("-", _BETWEEN_NUMBERS.sub(", ", value.strip()))
    plain = ", ".join(_D_NUMBER.sub("", part.strip()) for part in text.split(","))
    if plain != value and all(_ends(part.strip()) for part in plain.split(",")):
        return f"write {plain}"
    return _IN_WORDS.get(value.strip().lower(), "")


_BETWEEN_ENDS = re.compile(r"\s*(?:\N{EN DASH}|\N{EM DASH}|\N{MINUS SIGN}|\.\.+)\s*")
_BETWEEN_NUMBERS = re.compile(r"\s*(?:;|/|&|\+|\band\b)\s*")
_IN_WORDS = {
    **dict.fromkeys(("every day", "each day", "all days"), "write daily"),
    "weekly": "write days: 1, and repeat: every 7 days",
    **dict.fromkeys(
        ("monday to friday", "weekdays", "mon-fri"), "write days: 1 onwards, and weekdays: Monday to Friday"
    ),
}
"""What is written for days in words, and what says the same."""


def write_days(days: Days | Cycles) -> str:
    """The text of days or cycles."""
    return ", ".join(series_in_words(each) if isinstance(each, Series) else str(each) for each in days)


DAYS = commas_or_list(
    read_days, texts_or_numbers_like("1-5", "1, 8, 15", "-7 to -4", "15 onwards", "daily"), write_days
)
PLAIN_DAYS = commas_or_list(read_plain_days, texts_or_numbers_like("1-5", "1, 8, 15"), write_days)
CYCLES = commas_or_list(read_cycles, texts_or_numbers_like("1-4", "odd", "2 onwards", "every 4th from 1"), write_days)
