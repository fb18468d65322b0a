"""Conversion between units by pint, behind a closed registry: the one place that knows pint.

Body weight has a dimension of its own, so mg/kg is not a pure number. pint's parser never sees what a user typed. Where
both units are one word each (lb and kg, not mg/dL and micromol/L) the factor comes straight from the definitions that
pint gets, because loading pint takes longer than an order does.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cec.errors import InputError
from cec.units.kinds import AMOUNTS, Kind
from cec.units.quantity import DIGITS, Quantity, context_of

if TYPE_CHECKING:
    from pint import UnitRegistry

_CONVERSION = context_of(DIGITS + 20)
"""pint multiplies by reciprocals: with 20 digits to spare, 420 min are 7 h and not 7.000…002 h."""

_PINT_DEFINITIONS = """
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


def _definitions() -> dict[str, str]:
    """What each unit is defined as: a number of another one, or a dimension of its own in brackets."""
    others = dict(line.split(" = ") for line in _PINT_DEFINITIONS.strip().splitlines())
    return {**{each.name: each.definition for each in AMOUNTS.values()}, **others}


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
        one, other = _in_base(kind.units[quantity.unit]), _in_base(kind.units[unit])
        if one and other and one.base == other.base:
            return Quantity(quantity.value * one.factor / other.factor, unit)
        from pint import DimensionalityError

        try:
            converted: Any = closed_registry().Quantity(quantity.value, kind.units[quantity.unit])
            converted = converted.to(kind.units[unit])
        except DimensionalityError:
            raise InputError(f"{quantity} cannot be given in {unit}") from None
        return Quantity(converted.magnitude, unit)


class _InBase(NamedTuple):
    """How many of the unit that a dimension begins with one of another is."""

    base: str
    factor: Decimal


@cache
def _in_base(unit: str) -> _InBase | None:
    """One of a unit in the unit that its dimension begins with; none where it is defined by more than one word."""
    definition = _definitions().get(unit, "")
    if definition.startswith("["):
        return _InBase(unit, Decimal(1))
    number, _, other = definition.partition(" ")
    inner = _in_base(other) if other else None
    return inner and _InBase(inner.base, _CONVERSION.multiply(inner.factor, Decimal(number)))


@cache
def closed_registry() -> UnitRegistry[Any]:
    """The closed registry: only the units above, Decimal throughout."""
    from pint import UnitRegistry

    registry: UnitRegistry[Any] = UnitRegistry(None, non_int_type=Decimal)
    for name, definition in _definitions().items():
        registry.define(f"{name} = {definition}")
    return registry
