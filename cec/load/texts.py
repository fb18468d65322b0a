"""Single values from their text: dates, days, clock times, ages, percentages, conditions; InputError for any other."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal

from cec.errors import InputError
from cec.load.bounds import can_hold
from cec.patient import Sex
from cec.regimen import Comparison, Condition, Limit
from cec.units import (
    AGE,
    AREA,
    CLEARANCE,
    DURATION,
    LENGTH,
    PERCENT,
    WEIGHT,
    Kind,
    Quantity,
    convert,
    read_number,
    read_quantity,
)

LAST_DAY = 366
"""The longest cycle that a regimen file may describe, in days."""


def read_text(value: str) -> str:
    """A text without line breaks or control characters around or inside it."""
    text = " ".join(value.split())
    if not text.isprintable():
        raise InputError("has a character that cannot be printed; remove it")
    return text


def read_name(value: str) -> str:
    """A short name for files and scripts: small letters, digits and hyphens."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value, re.ASCII):
        raise InputError(f"'{value}' is no name; use small letters, digits and hyphens, like cec-induction")
    return value


def read_count(value: str) -> int:
    """A whole number from 1."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}", value, re.ASCII):
        raise InputError(f"'{value}' is no whole number from 1, like 3")
    return int(value)


def read_count_from_0(value: str) -> int:
    """A whole number from 0."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,5}", value, re.ASCII):
        raise InputError(f"'{value}' is no whole number from 0, like 2")
    return int(value)


def read_boolean(value: str) -> bool:
    """true or false, in words, however capital letters stand in them: tables write True and TRUE.

    >>> read_boolean("TRUE")
    True
    """
    word = value.strip().lower()
    if word not in {"true", "false"}:
        raise InputError(f"'{value}' is neither true nor false; write true or false")
    return word == "true"


def read_date(value: str) -> datetime.date:
    """A date from its ISO form.

    >>> read_date("2026-11-30")
    datetime.date(2026, 11, 30)
    """
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
        raise InputError(f"'{value}' is no date; write year-month-day, like 2026-11-30")
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError:
        raise InputError(f"'{value}' is not in the calendar; write year-month-day, like 2026-11-30") from None
    if not 1900 <= day.year <= 2200:
        raise InputError(f"'{value}' is not between the years 1900 and 2200")
    return day


def read_clock(value: str) -> str:
    """A time of day, 00:00 to 23:59."""
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value, re.ASCII):
        raise InputError(f"'{value}' is no time of day; write it like 09:00")
    return value


def read_days(value: str) -> tuple[int, ...]:
    """Day numbers in rising order, from days and ranges of days.

    >>> read_days("1-3, 8")
    (1, 2, 3, 8)
    """
    days: list[int] = []
    for part in value.split(","):
        match = re.fullmatch(r"\s*([0-9]{1,3})\s*(?:-\s*([0-9]{1,3}))?\s*", part, re.ASCII)
        if not match:
            raise InputError(f"'{value}' are no days; write them like 1-5 or 1, 8, 15")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= LAST_DAY:
            reason = "runs backwards" if last < first else f"is not within days 1 to {LAST_DAY}"
            raise InputError(f"'{part.strip()}' {reason}; write days like 1-5 or 1, 8, 15")
        if days and first <= days[-1]:
            raise InputError(f"'{value}' names a day twice or not in rising order; write days like 1-5, 8-12")
        days += range(first, last + 1)
    return tuple(days)


_YEARS_MONTHS = re.compile(r"([0-9]+)\s*(?:years?|y)\s*([0-9]+)\s*(?:months?|mo|m)", re.ASCII)


def read_age(value: str) -> Quantity:
    """An age in years (also for a bare number), in months, or in both, which are then months.

    >>> print(read_age("8y"), read_age("6 years 4 months"), sep=", ")
    8 years, 76 months
    """
    if match := _YEARS_MONTHS.fullmatch(value.strip()):
        years, months = (read_number(number, "6 years 4 months") for number in match.groups())
        if months >= 12:
            raise InputError(f"'{value}' has 12 months or more beside years; write it like 6 years 4 months")
        age = Quantity(years * 12 + months, "months")
    else:
        age = read_quantity(value, AGE, bare="years")
    if age.value > (Decimal(125) if age.unit == "years" else Decimal(1500)):
        raise InputError(f"{age} is not a possible age")
    return age


def read_sex(value: str) -> Sex:
    """female or male."""
    words: dict[str, Sex] = {"female": "female", "f": "female", "male": "male", "m": "male"}
    word = value.strip().lower()
    if word not in words:
        raise InputError(f"'{value}' is neither female nor male, as the formulas know it; write female, male, f or m")
    return words[word]


def read_percent(value: str) -> Decimal:
    """A percentage above 0, up to 100. The sign is needed: 0.25 may be meant as 25%."""
    percent = read_quantity(value, PERCENT).value
    if not 0 < percent <= 100:
        raise InputError(f"'{value}' is not above 0 and up to 100%")
    return percent


def positive(*kinds: Kind, bare: str = "") -> Callable[[str], Quantity]:
    """A reader of quantities above 0."""

    def read(value: str) -> Quantity:
        quantity = read_quantity(value, *kinds, bare=bare)
        if quantity.value <= 0:
            raise InputError(f"'{value}' is not above 0")
        return quantity

    return read


def read_rounding_amount(value: str) -> Quantity | None:
    """An amount of BSA to round to, up to 0.1 m2, or the word none."""
    if value == "none":
        return None
    step = positive(AREA)(value)
    if step.value > Decimal("0.1"):
        raise InputError(f"'{value}' is coarser than 0.1 m2; write it like 0.01 m2")
    return step


_COMPARISONS: dict[str, Comparison] = {
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "under": "<",
    "at most": "<=",
    "over": ">",
    "at least": ">=",
}

_FACTS: dict[str, Callable[[str], Quantity]] = {
    "age": lambda text: read_quantity(text, AGE),
    "weight": lambda text: convert(read_quantity(text, WEIGHT), "kg", WEIGHT),
    "height": lambda text: convert(read_quantity(text, LENGTH), "cm", LENGTH),
    "bsa": lambda text: read_quantity(text, AREA),
    "creatinine_clearance": lambda text: read_quantity(text, CLEARANCE),
    "days_since_day_1": lambda text: read_quantity(text, DURATION, bare="days"),
    "cycle": lambda text: Quantity(read_number(text, "3"), ""),
    "previous_cycles": lambda text: Quantity(read_number(text, "3"), ""),
    "total_cycles": lambda text: Quantity(read_number(text, "3"), ""),
}
"""Facts that conditions compare, each with the reader of its bounds. Any other fact is a yes or no of the history."""

_KNOWN_FACTS = f"facts with bounds are {', '.join(_FACTS)}; any other word, like prior_hsct, is true or false"


def read_condition(fact: str, value: str) -> Condition:
    """One condition of a check or a dose band.

    >>> print(read_condition("weight", "at least 10 kg, under 20 kg").limits[1])
    Limit(comparison='<', value=Quantity(value=Decimal('20'), unit='kg'))
    """
    if fact not in _FACTS:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", fact, re.ASCII):
            raise InputError(f"'{fact}' is no fact; {_KNOWN_FACTS}")
        try:
            return Condition(fact, is_so=read_boolean(value))
        except InputError:
            raise InputError(f"'{value}' is neither true nor false; {_KNOWN_FACTS}") from None
    limits = []
    for part in value.split(","):
        match = re.fullmatch(r"\s*(<=|>=|<|>|under|over|at most|at least)\s*(\S.*?)\s*", part)
        if not match:
            raise InputError(f"'{value}' is no bound; write it like: under 20 kg, at least 1 year, or < 20 kg")
        limits.append(Limit(_COMPARISONS[match[1]], _FACTS[fact](match[2])))
    condition = Condition(fact, tuple(limits))
    if not can_hold(condition):
        raise InputError(f"'{value}' can never be true: no {fact} lies within these bounds; look at each of them")
    return condition
