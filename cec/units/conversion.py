"""Conversion between units by pint, behind a closed registry: the one place that knows pint.

Body weight has a dimension of its own, so mg/kg is not a pure number. pint's parser never sees what a user typed, and
pint is loaded at the first conversion.
"""

from __future__ import annotations

from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from functools import cache
from typing import TYPE_CHECKING, Any

from cec.errors import InputError
from cec.units.quantity import DIGITS, Quantity

if TYPE_CHECKING:
    from pint import UnitRegistry

    from cec.units.kinds import Kind

_CONVERSION = Context(prec=DIGITS + 20, traps=[InvalidOperation, DivisionByZero, Overflow])
"""pint multiplies by reciprocals: with 20 digits to spare, 420 min are 7 h and not 7.000…002 h."""

_PINT_DEFINITIONS = """
gram = [drug_mass]
milligram = 0.001 gram
microgram = 0.001 milligram
drug_unit = [drug_units]
meter = [length]
centimeter = 0.01 meter
millimeter = 0.001 meter
inch = 2.54 centimeter
foot = 12 inch
body_kilogram = [body_weight]
body_gram = 0.001 body_kilogram
body_pound = 0.45359237 body_kilogram
liter = 0.001 meter ** 3
deciliter = 0.1 liter
milliliter = 0.001 liter
minute = [time]
hour = 60 minute
day = 24 hour
week = 7 day
month = [age]
year = 12 month
micromole_of_creatinine = [creatinine]
milligram_of_creatinine = 8.84 micromole_of_creatinine
tablet = [tablets]
"""


_MONTHS = {"months": Decimal(1), "years": Decimal(12)}
"""Months in each unit of age: so common and so simple that pint need not load for it."""


def convert(quantity: Quantity, unit: str, kind: Kind) -> Quantity:
    """The same quantity in another unit of its kind, exactly.

    >>> from cec.units import AMOUNT
    >>> print(convert(Quantity(Decimal(1), "g"), "mg", AMOUNT))
    1,000 mg
    """
    if quantity.unit == unit:
        return quantity
    if quantity.unit not in kind.units or unit not in kind.units:
        raise InputError(f"{quantity} is not a {kind.name} in {unit}")
    with localcontext(_CONVERSION):
        if unit in _MONTHS:
            return Quantity(quantity.value * _MONTHS[quantity.unit] / _MONTHS[unit], unit)
        from pint import DimensionalityError

        try:
            converted: Any = closed_registry().Quantity(quantity.value, kind.units[quantity.unit])
            converted = converted.to(kind.units[unit])
        except DimensionalityError:
            raise InputError(f"{quantity} cannot be given in {unit}") from None
        return Quantity(converted.magnitude, unit)


@cache
def closed_registry() -> UnitRegistry[Any]:
    """The closed registry: only the units above, Decimal throughout."""
    from pint import UnitRegistry

    registry: UnitRegistry[Any] = UnitRegistry(None, non_int_type=Decimal)
    for line in _PINT_DEFINITIONS.strip().splitlines():
        registry.define(line)
    return registry
