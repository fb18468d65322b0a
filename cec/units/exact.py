"""Exact numbers as fractions, and what of them is kept: all their digits or, where these do not end, the first ones.

A number in an order is shown, saved and read again with the digits that are kept; the next stage of a calculation
starts from the fraction.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal, Inexact
from fractions import Fraction
from typing import NamedTuple

from cec.errors import InputError
from cec.units.dose_units import dose_unit
from cec.units.quantity import EXACT, Quantity, context_of

KEPT_DIGITS = 15
"""Significant digits that are kept of a number without an end: a binary float holds them, whatever tool reads it."""

MOST_DIGITS = 30
"""A number of more significant digits than this counts as one without an end."""


def _context(digits: int, *traps: type[Inexact]) -> Context:
    context = context_of(digits)
    context.rounding = ROUND_DOWN
    for trap in traps:
        context.traps[trap] = True
    return context


_WHOLE, _CUT = _context(MOST_DIGITS, Inexact), _context(KEPT_DIGITS)


class Exact(NamedTuple):
    """An exact number with its unit, as one stage of a calculation hands it to the next.

    >>> third = Exact(Fraction(400, 3), "mg")
    >>> print(third, "and", Exact(third.number * 3, "mg"))
    133.33333… mg and 400 mg
    """

    number: Fraction
    unit: str

    @property
    def kept(self) -> Quantity:
        """What stands in an order: all digits, or the first 15 (cut, not rounded) and that they go on."""
        return kept(self.number, self.unit)

    def __str__(self) -> str:
        return str(self.kept)


def exact(quantity: Quantity) -> Exact:
    """The same quantity as an exact number."""
    return Exact(Fraction(quantity.value), quantity.unit)


def kept(number: Fraction, unit: str) -> Quantity:
    """A number with its unit as it stands in an order.

    >>> kept(Fraction(37, 4), "mg")
    Quantity(value=Decimal('9.25'), unit='mg')
    >>> kept(Fraction(200, 3), "mg")
    Quantity(value=Decimal('66.6666666666666'), unit='mg', endless=True)
    """
    above, below = Decimal(number.numerator), Decimal(number.denominator)
    try:
        return Quantity(_WHOLE.divide(above, below), unit)
    except Inexact:
        return Quantity(_CUT.divide(above, below), unit, endless=True)


def compared(number: Fraction, unit: str) -> Quantity:
    """A number with its unit and 40 digits: to be held against limits, never to be shown or saved."""
    value = EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
    return Quantity(value, unit, endless=kept(number, unit).endless)


def multiply(dose: Quantity, measure: Exact) -> Exact:
    """A dose per m2 or per kg times a measure in just that unit: what is left is the amount.

    >>> print(multiply(Quantity(Decimal(40), "mg/m2"), Exact(Fraction(24, 25), "m2")))
    38.4 mg
    """
    unit = dose_unit(dose.unit)
    if unit.per != measure.unit:
        raise InputError(f"{dose} cannot be multiplied by {measure}")
    return Exact(Fraction(dose.value) * measure.number, unit.amount)
