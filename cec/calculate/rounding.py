"""Rounding, half-up, in one function; down, and by a table of bands; and how far a dose moved."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from cec.errors import InputError, OrderRefused
from cec.pharmacy import DoseRounding
from cec.units import AMOUNT, DIGITS, EXACT, Quantity, context_of, convert

_SETTLED = context_of(DIGITS - 4)
"""Four digits less than the arithmetic before: 97.4999… of 40 digits, which is 65/60 × 90, counts as the tie it is."""


def to_nearest(value: Decimal, step: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """The multiple of `step` nearest to `value`, a tie away from zero.

    >>> to_nearest(Decimal("0.955"), Decimal("0.01"))
    Decimal('0.96')
    >>> to_nearest(Decimal("250"), Decimal("100"))
    Decimal('300')
    """
    multiples = _SETTLED.divide(value, step).to_integral_value(rounding)
    return EXACT.multiply(multiples, step)


def round_down(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `value`.

    >>> round_down(Decimal("38.4"), Decimal("5"))
    Decimal('35')
    """
    return to_nearest(value, step, ROUND_DOWN)


def deviation_percent(value: Decimal, reference: Decimal) -> Decimal:
    """How far `value` lies from `reference`, in percent of it, unrounded.

    >>> deviation_percent(Decimal(76), Decimal(75)).quantize(Decimal("0.01"))
    Decimal('1.33')
    """
    return EXACT.divide(EXACT.multiply(EXACT.subtract(value, reference), Decimal(100)), reference)


def round_dose(dose: Quantity, rule: DoseRounding, drug: str) -> tuple[Quantity, str]:
    """The rounded dose and, in words, how; OrderRefused where the rule has another unit or no band for the dose."""
    if rule.way == "band":
        for band in rule.bands:
            low, high = (_in_unit_of(dose, bound, drug).value for bound in (band.low, band.high))
            if low <= dose.value <= high:
                return _in_unit_of(dose, band.dose, drug), f"in the band {band.low} to {band.high}"
        raise OrderRefused(f"{drug}: the pharmacy's table of bands has no band for {dose}")
    if rule.to is None:
        raise OrderRefused(f"{drug}: the pharmacy's rounding names no amount")
    step = _in_unit_of(dose, rule.to, drug)
    if rule.way == "down":
        return Quantity(round_down(dose.value, step.value), dose.unit), f"down to a multiple of {rule.to}"
    return Quantity(to_nearest(dose.value, step.value), dose.unit), f"to the nearest {rule.to}"


def _in_unit_of(dose: Quantity, amount: Quantity, drug: str) -> Quantity:
    """An amount of a rounding in the unit of the dose; OrderRefused where it is of another kind."""
    try:
        return convert(amount, dose.unit, AMOUNT)
    except InputError:
        right = f"give its rounding in {dose.unit}"
        raise OrderRefused(f"{drug}: the pharmacy rounds it by {amount}, its dose is in {dose.unit}; {right}") from None
