"""Rounding, half-up, in one function; down, and by a table of bands; and how far a dose moved."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from cec.errors import InputError, OrderRefused
from cec.pharmacy import DoseRounding
from cec.units import AMOUNT, EXACT, Exact, Quantity, convert, plain


def to_nearest(value: Decimal | Fraction, step: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """The multiple of `step` nearest to `value`, a tie away from zero; or the next one up, or towards zero.

    >>> to_nearest(Decimal("0.955"), Decimal("0.01"))
    Decimal('0.96')
    >>> to_nearest(Decimal("250"), Decimal("100"))
    Decimal('300')
    """
    above, below = value.as_integer_ratio()
    of_step, in_step = step.as_integer_ratio()
    multiples = _WHOLE[rounding](above * in_step, below * of_step)
    return EXACT.multiply(Decimal(multiples), step)


def _half_up(above: int, below: int) -> int:
    whole = (2 * abs(above) + below) // (2 * below)
    return whole if above >= 0 else -whole


def _down(above: int, below: int) -> int:
    whole = abs(above) // below
    return whole if above >= 0 else -whole


def _up(above: int, below: int) -> int:
    return -(-above // below)


_WHOLE: dict[str, Callable[[int, int], int]] = {
    ROUND_HALF_UP: _half_up,
    ROUND_DOWN: _down,
    ROUND_CEILING: _up,
}
"""The whole number that a fraction is rounded to."""


def round_down(value: Decimal | Fraction, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `value`.

    >>> round_down(Decimal("38.4"), Decimal("5"))
    Decimal('35')
    """
    return to_nearest(value, step, ROUND_DOWN)


def deviation_percent(value: Decimal | Fraction, reference: Decimal | Fraction) -> Fraction:
    """How far `value` lies from `reference`, in percent of it, unrounded.

    >>> deviation_percent(Decimal(76), Decimal(75))
    Fraction(4, 3)
    """
    above, below = value.as_integer_ratio()
    of_reference, in_reference = reference.as_integer_ratio()
    return Fraction(100 * (above * in_reference - of_reference * below), below * of_reference)


def round_dose(dose: Exact, rule: DoseRounding, drug: str) -> tuple[Quantity, str]:
    """The rounded dose and, in words, how; OrderRefused where the rule has another unit or no band for the dose."""
    if rule.way == "band":
        for band in rule.bands:
            low, high = (_in_unit_of(dose, bound, drug).value for bound in (band.low, band.high))
            if low <= dose.number <= high:
                return _in_unit_of(dose, band.dose, drug), f"in the band {band.low} to {band.high}"
        raise OrderRefused(
            f"{drug}: the pharmacy's table of bands has no band for {dose}{_nearest_bands(dose, rule, drug)}"
        )
    if rule.to is None:
        raise OrderRefused(f"{drug}: the pharmacy's rounding names no amount")
    step = _in_unit_of(dose, rule.to, drug)
    if rule.way == "down":
        return Quantity(round_down(dose.number, step.value), dose.unit), f"down to a multiple of {rule.to}"
    return Quantity(to_nearest(dose.number, step.value), dose.unit), f"to the nearest {rule.to}"


def _nearest_bands(dose: Exact, rule: DoseRounding, drug: str) -> str:
    """The bands below and above a dose that lies in none, in words."""
    below = [band for band in rule.bands if _in_unit_of(dose, band.high, drug).value < dose.number]
    above = [band for band in rule.bands if _in_unit_of(dose, band.low, drug).value > dose.number]
    near = [f"{band.low} to {band.high}" for band in (*below[-1:], *above[:1])]
    return f"; the nearest {'are' if len(near) > 1 else 'is'} {' and '.join(near)}"


_STEPS = tuple(Decimal(first).scaleb(power) for power in range(3, -4, -1) for first in ("5", "2.5", "2", "1"))
"""Amounts that people round to, from the largest."""


def finer_rounding(
    dose: Exact, step: Quantity, largest_deviation: Decimal, finest: Quantity | None = None
) -> tuple[Quantity, Quantity] | None:
    """The coarsest rounding below `step` that moves a dose by no more than is allowed, and what it gives.

    `finest` is the amount of which what can be measured is a multiple, where that is known. None where none would do.

    >>> mg = lambda number: Quantity(Decimal(number), "mg")
    >>> print(*finer_rounding(Exact(mg("8.55")), mg("1"), Decimal(5), mg("0.5")))
    0.5 mg 8.5 mg
    """
    coarse = convert(step, dose.unit, AMOUNT).value
    measured = convert(finest, dose.unit, AMOUNT).value if finest else None
    for finer in _STEPS:
        if finer >= coarse or (measured and finer % measured):
            continue
        rounded = to_nearest(dose.number, finer)
        if rounded and abs(deviation_percent(rounded, dose.number)) <= largest_deviation:
            return Quantity(plain(finer), dose.unit), Quantity(plain(rounded), dose.unit)
    return None


def _in_unit_of(dose: Exact, amount: Quantity, drug: str) -> Quantity:
    """An amount of a rounding in the unit of the dose; OrderRefused where it is of another kind."""
    try:
        return convert(amount, dose.unit, AMOUNT)
    except InputError:
        right = f"give its rounding in {dose.unit}"
        raise OrderRefused(f"{drug}: the pharmacy rounds it by {amount}, its dose is in {dose.unit}; {right}") from None
