"""Single values from their text: texts, numbers, dates, ages, the sex, yes or no; InputError for any other text."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Literal

from cec.days import MONTHS
from cec.errors import Fault, InputError
from cec.units import AGE, CLEARANCE, Kind, Quantity, in_two_units, read_quantity

Sex = Literal["female", "male"]

MIDNIGHT = r"(?:[T ]00:00(?::00(?:\.0+)?)?)?"
"""What programs write behind a date that has no time."""


_ERRORS = frozenset(
    {
        *("#FORMULA!", "#N/A", "#DIV/0!", "#REF!", "#NAME?"),
        *("#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!"),
    }
)
"""What stands in the cell of a spreadsheet where a formula has no value."""


def read_text(value: str) -> str:
    """A text without line breaks or control characters around or inside it, that is not the error of a formula."""
    text = " ".join(value.split())
    if text in _ERRORS:
        raise InputError(f"'{text}' is a formula without a value; write the value")
    if not text.isprintable():
        raise InputError("has a character that cannot be printed; remove it")
    return text


def read_count(value: str) -> int:
    """A whole number from 1."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}", value, re.ASCII):
        raise InputError(Fault(f"'{value}' is not a whole number from 1, like 3", code="not-a-number"))
    return int(value)


def read_count_from_0(value: str) -> int:
    """A whole number from 0."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,5}", value, re.ASCII):
        raise InputError(Fault(f"'{value}' is not a whole number from 0, like 2", code="not-a-number"))
    return int(value)


def read_boolean(value: str) -> bool:
    """true or false, in words, however capital letters stand in them: tables write True and TRUE.

    >>> read_boolean("TRUE")
    True
    """
    word = value.strip().lower()
    if word not in {"true", "false"}:
        raise InputError(Fault(f"'{value}' is neither true nor false; write true or false", code="not-one-of"))
    return word == "true"


def read_yes_or_no(value: str) -> bool:
    """The answer to a question about the patient: true or false, as spreadsheets have it also yes or no.

    >>> read_yes_or_no("No"), read_yes_or_no("true")
    (False, True)
    """
    word = value.strip().lower()
    if word not in _ANSWERS:
        text = f"'{value}' is neither true nor false; write true or false, yes or no"
        raise InputError(Fault(text, code="not-one-of"))
    return _ANSWERS[word]


_ANSWERS = {"true": True, "yes": True, "y": True, "false": False, "no": False, "n": False}


def read_date(value: str) -> datetime.date:
    """A date from its ISO form, midnight behind it or not, or as cec prints it, with the English month in letters.

    >>> read_date("2026-11-30"), read_date("30-Nov-2026")
    (datetime.date(2026, 11, 30), datetime.date(2026, 11, 30))
    >>> read_date("46356")
    Traceback (most recent call last):
    cec.errors.InputError: '46356' is a number by which Excel counts days, 2026-11-30; write the date
    """
    year, month, day = _parts_of_date(value)
    if not year:
        if counted := day_of_excel(value):
            text = f"'{value}' is a number by which Excel counts days, {counted}; write the date"
            raise InputError(Fault(text, code="day-number"))
        raise InputError(Fault(f"'{value}' is not a date; write year-month-day, like 2026-11-30", code="not-a-date"))
    return date_of(value, year, month, day)


def date_of(text: str, year: int, month: int, day: int) -> datetime.date:
    """The date of these numbers; InputError, with the text that told them, where there is none from 1900 to 2099."""
    try:
        date = datetime.date(year, month, day)
    except ValueError:
        words = f"'{text}' is not in the calendar; write year-month-day, like 2026-11-30"
        raise InputError(Fault(words, code="not-a-date")) from None
    if not 1900 <= date.year <= 2099:
        raise InputError(Fault(f"'{text}' is not between the years 1900 and 2099", code="not-a-date"))
    return date


def _parts_of_date(text: str) -> tuple[int, int, int]:
    """Year, month and day; noughts where the text has another form."""
    if iso := re.fullmatch(rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}){MIDNIGHT}", text, re.ASCII):
        return int(iso[1]), int(iso[2]), int(iso[3])
    printed = re.fullmatch(r"([0-9]{2})-([A-Za-z]{3})-([0-9]{4})", text, re.ASCII)
    if printed and printed[2].title() in MONTHS:
        return int(printed[3]), MONTHS.index(printed[2].title()) + 1, int(printed[1])
    return 0, 0, 0


def day_of_excel(text: str) -> datetime.date | None:
    """The date of a number of five digits by which Excel counts days, 1 being 1900-01-01; None of any other text.

    >>> day_of_excel("46356.5"), day_of_excel("2018")
    (datetime.date(2026, 11, 30), None)
    """
    match = re.fullmatch(r"([1-7][0-9]{4})(\.[0-9]+)?", text, re.ASCII)
    day = datetime.date(1899, 12, 30) + datetime.timedelta(int(match[1])) if match else None
    return day if day and day.year <= 2099 else None


def read_age(value: str) -> Quantity:
    """An age in years (also for a bare number), months, weeks or days, or in two of these, and then in the smaller.

    >>> print(read_age("8y"), read_age("6 years 4 months"), read_age("6 weeks 3 days"), sep=", ")
    8 years, 76 months, 45 days
    """
    months = in_two_units(value, "years", "months", 12, "6 years 4 months")
    age = months or in_two_units(value, "weeks", "days", 7, "6 weeks 3 days") or read_quantity(value, AGE, bare="years")
    if age.unit in {"weeks", "days"} and age.value % 1:
        raise InputError(f"'{value}' is not a whole number of {age.unit}; write it like 45 days")
    return age


def read_sex(value: str) -> Sex:
    """female or male."""
    words: dict[str, Sex] = {"female": "female", "f": "female", "male": "male", "m": "male"}
    word = value.strip().lower()
    if word not in words:
        text = f"'{value}' is neither female nor male, as the formulas know it; write female, male, f or m"
        raise InputError(Fault(text, code="not-one-of"))
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
