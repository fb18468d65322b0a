"""Exact numbers, and what of them is kept: all their digits or, where these do not end, the first ones.

A number in an order is shown, saved and read again with the digits that are kept; the next stage of a calculation
starts from the exact number.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal, Inexact
from fractions import Fraction

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


class Exact:
    """An exact number with its unit, as one stage of a calculation hands it to the next. It is never changed.

    While a number ends it is computed as a decimal, which is the faster way to the same number as a fraction.

    >>> third = Exact(Fraction(400, 3), "mg")
    >>> print(third, "and", third.times(Decimal(3)))
    133.33333… mg and 400 mg
    """

    __slots__ = ("_kept", "_number", "unit")

    def __init__(self, number: Fraction | Quantity, unit: str = "") -> None:
        """From a fraction with its unit, or from a quantity that is exact."""
        self._number: Fraction | None
        self._kept: Quantity | None
        if isinstance(number, Quantity):
            self._number, self._kept, self.unit = None, number, number.unit
        else:
            self._number, self._kept, self.unit = number, None, unit

    @property
    def number(self) -> Fraction:
        """The number as a fraction."""
        if self._number is None:
            self._number = Fraction(self.kept.value)
        return self._number

    @property
    def kept(self) -> Quantity:
        """What stands in an order: all digits, or the first 15 (cut, not rounded) and that they go on."""
        if self._kept is None:
            self._kept = kept(self.number, self.unit)
        return self._kept

    def compared(self, unit: str = "") -> Quantity:
        """The quantity with 40 digits where they do not end: to be held against limits, never to be shown or saved."""
        value, is_endless = self.kept.value, self.kept.endless
        if is_endless:
            value = EXACT.divide(Decimal(self.number.numerator), Decimal(self.number.denominator))
        return Quantity(value, unit or self.unit, is_endless)

    def times(self, factor: Decimal | Exact, unit: str = "") -> Exact:
        """The product with a number, in this unit or another."""
        if (decimals := self._decimals(factor)) is not None:
            try:
                return Exact(Quantity(_WHOLE.multiply(*decimals), unit or self.unit))
            except Inexact:
                pass
        return Exact(self.number * _fraction(factor), unit or self.unit)

    def divided_by(self, divisor: Decimal | Exact, unit: str = "") -> Exact:
        """The quotient by a number, in this unit or another."""
        if (decimals := self._decimals(divisor)) is not None:
            try:
                return Exact(Quantity(_WHOLE.divide(*decimals), unit or self.unit))
            except Inexact:
                pass
        return Exact(self.number / _fraction(divisor), unit or self.unit)

    def _decimals(self, other: Decimal | Exact) -> tuple[Decimal, Decimal] | None:
        """This number and another as decimals, where both end."""
        own = self.kept
        if isinstance(other, Decimal):
            return None if own.endless else (own.value, other)
        two = other.kept
        return None if own.endless or two.endless else (own.value, two.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Exact) and (self.number, self.unit) == (other.number, other.unit)

    def __hash__(self) -> int:
        return hash((self.kept.value, self.unit))

    def __repr__(self) -> str:
        return f"Exact({self.number!r}, {self.unit!r})"

    def __str__(self) -> str:
        return str(self.kept)


def _fraction(number: Decimal | Exact) -> Fraction:
    return Fraction(number) if isinstance(number, Decimal) else number.number


def exact(quantity: Quantity) -> Exact:
    """The same quantity as an exact number."""
    return Exact(quantity)


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


def multiply(dose: Exact, measure: Exact) -> Exact:
    """A dose per m2 or per kg times a measure in just that unit: what is left is the amount.

    >>> print(multiply(Exact(Quantity(Decimal(40), "mg/m2")), Exact(Fraction(24, 25), "m2")))
    38.4 mg
    """
    unit = dose_unit(dose.unit)
    if unit.per != measure.unit or unit.time:
        raise InputError(f"{dose} cannot be multiplied by {measure}")
    return measure.times(dose, unit.amount)
