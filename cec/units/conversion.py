"""Conversion between units by pint, behind a closed registry: the one place that knows pint.

Body weight has a dimension of its own, so mg/kg is not a pure number. pint's parser never sees what a user typed. Where
the definitions that pint gets lead from both units to the same ones (lb and kg, mg/dL and micromol/L), the factor comes
straight from them, because loading pint takes longer than an order does.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import prod
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cec.errors import InputError
from cec.units.exact import Exact, exact
from cec.units.kinds import AMOUNTS, Kind
from cec.units.quantity import Quantity

if TYPE_CHECKING:
    from pint import UnitRegistry

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
day_of_age = [age]
week_of_age = 7 day_of_age
month = 30.4375 day_of_age
year = 12 month
micromole_of_creatinine = [creatinine]
milligram_of_creatinine = 8.84 micromole_of_creatinine
giga_per_liter = [blood_count]
per_microliter = 0.001 giga_per_liter
micromole_of_bilirubin = [bilirubin]
milligram_of_bilirubin = 1.7104 micromole_of_bilirubin
enzyme_unit = [enzyme_activity]
microkatal = 60 enzyme_unit
gram_of_haemoglobin = [haemoglobin]
tablet = [tablets]
"""


def _definitions() -> dict[str, str]:
    """What each unit is defined as: a number of another one, or a dimension of its own in brackets."""
    others = dict(line.split(" = ") for line in _PINT_DEFINITIONS.strip().splitlines())
    return {**{each.name: each.definition for each in AMOUNTS.values()}, **others}


def convert(quantity: Quantity, unit: str, kind: Kind) -> Quantity:
    """The same quantity in another unit of its kind, with the digits that are kept of it.

    >>> from cec.units import AMOUNT, WEIGHT, read_quantity
    >>> print(convert(read_quantity("1 g", AMOUNT), "mg", AMOUNT))
    1,000 mg
    >>> print(convert(read_quantity("26 kg", WEIGHT), "lb", WEIGHT))
    57.32018… lb
    """
    if quantity.unit == unit:
        return quantity
    return convert_exactly(quantity, unit, kind).kept


def convert_exactly(quantity: Quantity, unit: str, kind: Kind) -> Exact:
    """The same quantity in another unit of its kind, as an exact number; InputError where there is no such thing."""
    if quantity.unit == unit:
        return exact(quantity)
    if quantity.unit not in kind.units or unit not in kind.units:
        raise InputError(f"{quantity} is not a {kind.name} in {unit}")
    factor = _factor(kind.units[quantity.unit], kind.units[unit])
    if factor is None:
        raise InputError(f"{quantity} cannot be given in {unit}")
    return Exact(Fraction(quantity.value) * factor, unit)


def is_convertible(unit: str, other: str, kind: Kind) -> bool:
    """Whether what is in one unit of a kind can be given in another.

    >>> from cec.units import AMOUNT
    >>> is_convertible("g", "mcg", AMOUNT), is_convertible("g", "units", AMOUNT)
    (True, False)
    """
    units = kind.units
    return unit == other or (unit in units and other in units and _factor(units[unit], units[other]) is not None)


@cache
def _factor(unit: str, other: str) -> Fraction | None:
    """How many of the other unit one of a unit is; None where they have no dimension in common."""
    in_base, another = _in_base(unit), _in_base(other)
    if in_base.base == another.base:
        return in_base.factor / another.factor
    from pint import DimensionalityError

    try:
        converted: Any = closed_registry().Quantity(Fraction(1), unit).to(other)
    except DimensionalityError:
        return None
    return Fraction(converted.magnitude)


class _InBase(Struct, frozen=True):
    """How many of the units that no definition leads further from one of another is."""

    base: str
    factor: Fraction


@cache
def _in_base(unit: str) -> _InBase:
    """One of a unit in the units that its definitions lead to, what is above and below each stroke by itself.

    >>> _in_base("milligram_of_creatinine / deciliter")
    _InBase(base='micromole_of_creatinine / meter ** 3', factor=Fraction(88400, 1))
    """
    above, *below = map(_without_stroke, unit.split(" / "))
    return _InBase(
        " / ".join(each.base for each in (above, *below)), above.factor / prod(each.factor for each in below)
    )


def _without_stroke(unit: str) -> _InBase:
    """The same of a unit without a stroke; one that is not a number of another leads to itself."""
    number, _, other = _definitions().get(unit, unit).partition(" ")
    if not number[:1].isdigit():
        return _InBase(unit, Fraction(1))
    inner = _without_stroke(other)
    return _InBase(inner.base, inner.factor * Fraction(number))


@cache
def closed_registry() -> UnitRegistry[Any]:
    """The closed registry: only the units above, fractions throughout."""
    from pint import UnitRegistry

    registry: UnitRegistry[Any] = UnitRegistry(None, non_int_type=Fraction)
    for name, definition in _definitions().items():
        registry.define(f"{name} = {definition}")
    return registry
