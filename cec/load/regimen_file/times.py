"""The texts of a drug line that say how often it is given, and when in the day, the week and the cycle."""

from __future__ import annotations

import datetime
import re

from msgspec.structs import replace

from cec.days import LAST_DAY
from cec.errors import InputError
from cec.load.shapes import commas_or_list, text, texts_like, texts_or_numbers_like
from cec.load.texts import read_clock
from cec.load.writing import write_text
from cec.regimen import BEFORE_FIRST_INFUSION, MEALS, PARTS_OF_DAY, WEEKDAYS, WORDS_OF_DAY, DoseCount
from cec.units import DURATION, Quantity, read_quantity, span

_A_DAY = datetime.timedelta(days=1)
_IN_DAYS = replace(DURATION, example="28 days")


def read_whole_days(value: str) -> Quantity:
    """A time of whole days.

    >>> print(read_whole_days("3 weeks"))
    3 weeks
    """
    duration = read_quantity(value, _IN_DAYS)
    if span(duration) % _A_DAY or not _A_DAY <= span(duration) < _A_DAY * LAST_DAY:
        raise InputError(f"'{value}' is not a number of days from 1 to {LAST_DAY - 1}; write it like 28 days")
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


WHOLE_DAYS = text(read_whole_days, texts_like("28 days"))
REPEAT = text(read_repeat, texts_like("every 28 days"), lambda every: f"every {write_text(every)}")
DAYS_OF_THE_WEEK = commas_or_list(read_weekdays, texts_like("Monday to Friday"))
CLOCK_TIMES = commas_or_list(read_clock_times, texts_like("08:00, 20:00", "after breakfast", BEFORE_FIRST_INFUSION))
DOSE_COUNT = commas_or_list(read_dose_count, texts_or_numbers_like("7", "at most 12"), write_dose_count)
