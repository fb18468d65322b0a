"""An exact decimal number with its unit, and how it is written."""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction
from functools import lru_cache

import msgspec

from cec.errors import InputError, printable

DIGITS = 40
"""Significant digits of what is no fraction, a root or a power, and of figures that are only compared."""


def context_of(digits: int) -> Context:
    """A decimal context of that many digits, the same whatever the process has made its default."""
    return Context(digits, ROUND_HALF_EVEN, -999_999, 999_999, 1, 0, [], [InvalidOperation, DivisionByZero, Overflow])


EXACT = context_of(DIGITS)

LARGEST_EXPONENT = 30
"""Powers of ten, either way, beyond which nothing is a quantity: only a damaged file has such numbers."""

_PLURALS = {"days", "weeks", "months", "years", "units", "drops", "cells"}


class Quantity(msgspec.Struct, frozen=True, omit_defaults=True, repr_omit_defaults=True):
    """A number with its unit: exact or, where it is `endless`, the first digits of one without an end.

    >>> Quantity(Decimal("0.50"), "mg/kg")
    Quantity(value=Decimal('0.5'), unit='mg/kg')
    >>> print(Quantity(Decimal(2200), "mg"))
    2,200 mg
    >>> print(Quantity(Decimal("0.961480340123730"), "m2", endless=True))
    0.96148… m2
    """

    value: Decimal
    unit: str
    endless: bool = False

    def __post_init__(self) -> None:
        if _is_plain(str(self.value)):  # as nearly every number is
            return
        if not self.value.is_finite() or (self.value and abs(self.value.adjusted()) > LARGEST_EXPONENT):
            raise ValueError(f"{cut(str(self.value))} is not the number of a quantity")
        msgspec.structs.force_setattr(self, "value", plain(self.value))

    def __str__(self) -> str:
        number = _first_digits(self.value) if self.endless else f"{self.value:,f}"
        if self.unit.startswith("AUC"):
            return f"AUC {number}{self.unit.removeprefix('AUC')}"
        if self.unit.startswith("%"):
            return f"{number}{self.unit}"
        return f"{number} {self.unit_word}".rstrip()

    @property
    def unit_word(self) -> str:
        """The unit as it stands after the number: one of it without the s of several."""
        return self.unit[:-1] if self.value == 1 and not self.endless and self.unit in _PLURALS else self.unit


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent, so that equal numbers have equal digits."""
    value = value.normalize(EXACT) or Decimal(0)  # never a negative zero
    return value.quantize(Decimal(1), context=EXACT) if "E+" in str(value) else value


def _is_plain(text: str) -> bool:
    """Whether a number is in its plain form, by its text: digits, with a point no 0 at the end, and not very many."""
    whole, point, decimals = text.partition(".")
    return (
        whole.isdigit() and len(text) < LARGEST_EXPONENT and (not point or (decimals[-1] != "0" and decimals.isdigit()))
    )


def write_number(value: Decimal) -> str:
    """A number as it stands on a sheet: no trailing zero, a leading zero, commas from 1,000.

    >>> write_number(Decimal("1760.50"))
    '1,760.5'
    """
    return f"{plain(value):,f}"


SHOWN_DECIMALS = 5
"""Decimals of a number without an end that are shown."""


def shorten(value: Decimal | Fraction, decimals: int = SHOWN_DECIMALS) -> str:
    """A number cut (not rounded) after some decimals; an ellipsis says that there are more.

    >>> shorten(Decimal("0.9614803401"))
    '0.96148…'
    >>> shorten(Fraction(191, 200))
    '0.955'
    """
    above, below = value.as_integer_ratio()
    whole, rest = divmod(abs(above) * 10**decimals, below)
    shown = Decimal(-whole if above < 0 else whole).scaleb(-decimals, EXACT)
    return f"{shown:,.{decimals}f}…" if rest else write_number(shown)


def _first_digits(value: Decimal) -> str:
    """The digits that are shown of a number without an end: those after the last that is kept are not known."""
    whole, _, rest = f"{value:,f}".partition(".")
    known = max(0, min(SHOWN_DECIMALS, 14 - value.adjusted()))
    return f"{whole}.{rest:0<{SHOWN_DECIMALS}}"[: len(whole) + 1 + known] + "…" if known else f"{whole}…"


_TIMEDELTA = {"min": "minutes", "h": "hours", "days": "days", "weeks": "weeks"}


@lru_cache(maxsize=1 << 10)
def span(duration: Quantity) -> datetime.timedelta:
    """A duration as a span of time, to a millionth of its unit.

    >>> span(Quantity(Decimal("1.5"), "h"))
    datetime.timedelta(seconds=5400)
    """
    whole = int(duration.value)
    rest = int(EXACT.multiply(EXACT.subtract(duration.value, Decimal(whole)), Decimal(10**6)))
    unit = datetime.timedelta(**{_TIMEDELTA[duration.unit]: 1})
    try:
        return unit * whole + unit * rest / 10**6
    except OverflowError:
        raise InputError(f"{duration} is longer than any calendar") from None


def cut(text: str) -> str:
    """A text that can be shown on one line."""
    return printable(text if len(text) <= 60 else text[:60] + "…")
