"""Single values from their text: texts, numbers, dates, ages, the sex, yes or no; InputError for any other text."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Literal

from cec.errors import InputError
from cec.units import AGE, CLEARANCE, Kind, Quantity, read_number, read_quantity

Sex = Literal["female", "male"]


def read_text(value: str) -> str:
    """A text without line breaks or control characters around or inside it."""
    text = " ".join(value.split())
    if not text.isprintable():
        raise InputError("has a character that cannot be printed; remove it")
    return text


def read_count(value: str) -> int:
    """A whole number from 1."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}", value, re.ASCII):
        raise InputError(f"'{value}' is not a whole number from 1, like 3")
    return int(value)


def read_count_from_0(value: str) -> int:
    """A whole number from 0."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,5}", value, re.ASCII):
        raise InputError(f"'{value}' is not a whole number from 0, like 2")
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


def read_yes_or_no(value: str) -> bool:
    """The answer to a question about the patient: true or false, as spreadsheets have it also yes or no.

    >>> read_yes_or_no("No"), read_yes_or_no("true")
    (False, True)
    """
    word = value.strip().lower()
    if word not in _ANSWERS:
        raise InputError(f"'{value}' is neither true nor false; write true or false, yes or no")
    return _ANSWERS[word]


_ANSWERS = {"true": True, "yes": True, "y": True, "false": False, "no": False, "n": False}


def read_date(value: str) -> datetime.date:
    """A date from its ISO form.

    >>> read_date("2026-11-30")
    datetime.date(2026, 11, 30)
    """
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
        raise InputError(f"'{value}' is not a date; write year-month-day, like 2026-11-30")
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError:
        raise InputError(f"'{value}' is not in the calendar; write year-month-day, like 2026-11-30") from None
    if not 1900 <= day.year <= 2099:
        raise InputError(f"'{value}' is not between the years 1900 and 2099")
    return day


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
        return Quantity(years * 12 + months, "months")
    return read_quantity(value, AGE, bare="years")


def read_sex(value: str) -> Sex:
    """female or male."""
    words: dict[str, Sex] = {"female": "female", "f": "female", "male": "male", "m": "male"}
    word = value.strip().lower()
    if word not in words:
        raise InputError(f"'{value}' is neither female nor male, as the formulas know it; write female, male, f or m")
    return words[word]


def positive(*kinds: Kind, bare: str = "") -> Callable[[str], Quantity]:
    """A reader of quantities above 0."""

    def read(value: str) -> Quantity:
        quantity = read_quantity(value, *kinds, bare=bare)
        if quantity.value <= 0:
            raise InputError(f"'{value}' is not above 0")
        return quantity

    return read


def from_zero(*kinds: Kind) -> Callable[[str], Quantity]:
    """A reader of quantities from 0."""
    return lambda value: read_quantity(value, *kinds)


def read_clearance(value: str) -> Quantity:
    """A clearance of the patient's own, in mL/min; one per 1.73 m2 is refused with what would be right."""
    if "1.73" in value:
        raise InputError(
            f"'{value}' is per 1.73 m2, not this patient's own clearance; multiply it by the patient's BSA / 1.73 m2 "
            f"and write it like {CLEARANCE.example}, or give the creatinine instead"
        )
    return positive(CLEARANCE)(value)
