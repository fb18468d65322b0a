"""Single values of regimens and pharmacies from their text: names, clock times, percentages, caps."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from cec.errors import InputError
from cec.facts import Bounds
from cec.facts.reading import positive, read_clearance
from cec.units import AREA, PERCENT, Quantity, read_quantity


def read_name(value: str) -> str:
    """A short name for files and scripts: small letters, digits and hyphens."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value, re.ASCII):
        raise InputError(f"'{value}' is not a name; use small letters, digits and hyphens, like cec-induction")
    return value


def read_clock(value: str) -> str:
    """A time of day, 00:00 to 23:59."""
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value, re.ASCII):
        raise InputError(f"'{value}' is not a time of day; write it like 09:00")
    return value


def read_percent(value: str) -> Decimal:
    """A percentage above 0, up to 100. The sign is needed: 0.25 may be meant as 25%."""
    percent = read_quantity(value, PERCENT).value
    if not 0 < percent <= 100:
        raise InputError(f"'{value}' is not above 0 and up to 100%")
    return percent


MOST_DEVIATION = Decimal(20)
"""Percent by which every drug may be rounded at most; a wider one names its drug. The bound is cec's own."""


def read_deviation(value: str) -> Decimal:
    """The percentage by which rounding may move any dose, up to 20.

    >>> read_deviation("5%")
    Decimal('5')
    """
    percent = read_percent(value)
    if percent > MOST_DEVIATION:
        most = f"more than {MOST_DEVIATION}% for every drug; write it like 5%"
        raise InputError(f"'{value}' is {most}, and a drug that needs more under largest_deviation_of")
    return percent


def read_tolerance(value: str) -> Decimal:
    """The percentage by which a written dose may differ and still agrees, up to 20.

    >>> read_tolerance("3%")
    Decimal('3')
    """
    percent = read_percent(value)
    if percent > MOST_DEVIATION:
        raise InputError(f"'{value}' would let another dose agree; write {MOST_DEVIATION}% or less, like 5%")
    return percent


def read_reduction_percent(value: str) -> Decimal:
    """By how many percent a dose is reduced: `by 25%`, `to 75%`, or `25%`, which is `by 25%`.

    >>> read_reduction_percent("to 75%"), read_reduction_percent("by 25%"), read_reduction_percent("25%")
    (Decimal('25'), Decimal('25'), Decimal('25'))
    """
    way, _, number = value.strip().rpartition(" ") if re.match(r"(by|to)\s", value.strip()) else ("by", "", value)
    percent = read_percent(number)
    if way != "to":
        return percent
    if percent == 100:
        raise InputError(f"'{value}' reduces nothing; write by how much, like by 25%")
    return 100 - percent


def read_rounding_amount(value: str) -> Quantity | None:
    """An amount of BSA to round to, up to 0.1 m2, or the word none."""
    if value == "none":
        return None
    step = positive(AREA)(value)
    if step.value > Decimal("0.1"):
        raise InputError(f"'{value}' is coarser than 0.1 m2; write it like 0.01 m2")
    return step


def read_clearance_cap(value: str) -> Quantity | Literal["none"]:
    """The most that a clearance counts, 60 to 200 mL/min, or the word none.

    >>> print(read_clearance_cap("125 mL/min"))
    125 mL/min
    """
    if value == "none":
        return "none"
    cap = read_clearance(value)
    if not CLEARANCE_CAPS.hold(cap.value):
        raise InputError(f"'{value}' is not a cap of a clearance ({CLEARANCE_CAPS} mL/min); write it like 125 mL/min")
    return cap


CLEARANCE_CAPS = Bounds(Decimal(60), Decimal(200))
"""mL/min: our own limit, because a slipped decimal point would move every dose by AUC."""
