"""What facts are computed from other facts, exactly, by nothing but their values."""

from __future__ import annotations

import datetime
from decimal import Decimal

from cec.units import EXACT, Quantity


def body_mass_index(height: Quantity, weight: Quantity) -> Quantity:
    """Weight in kg over the square of the height, from cm, in metres: kg/m2, unrounded.

    >>> print(body_mass_index(Quantity(Decimal(200), "cm"), Quantity(Decimal(100), "kg")))
    25 kg/m2
    """
    metres = EXACT.divide(height.value, Decimal(100))
    return Quantity(EXACT.divide(weight.value, EXACT.multiply(metres, metres)), "kg/m2")


def weight_change(weight: Quantity, previous_weight: Quantity) -> Quantity | None:
    """How far a weight lies from the last one, either way, in percent of the last one.

    >>> print(weight_change(Quantity(Decimal(18), "kg"), Quantity(Decimal(20), "kg")))
    10%
    """
    if not previous_weight.value:
        return None
    moved = abs(EXACT.subtract(weight.value, previous_weight.value))
    return Quantity(EXACT.divide(EXACT.multiply(moved, Decimal(100)), previous_weight.value), "%")


def days_between(earlier: datetime.date, later: datetime.date) -> Quantity:
    """Days from one date to another.

    >>> print(days_between(datetime.date(2026, 11, 30), datetime.date(2026, 12, 2)))
    2 days
    """
    return Quantity(Decimal((later - earlier).days), "days")


def with_this_cycle(previous_cycles: Quantity) -> Quantity:
    """The number of cycles with this one.

    >>> print(with_this_cycle(Quantity(Decimal(2), "")))
    3
    """
    return Quantity(EXACT.add(previous_cycles.value, Decimal(1)), "")
