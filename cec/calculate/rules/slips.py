"""What a strange height or weight would be if somebody slipped: another unit, a decimal point, the two swapped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from cec.calculate.rounding import to_nearest
from cec.errors import InputError
from cec.units import EXACT, LENGTH, WEIGHT, Quantity, convert, read_quantity, write_number


class Size(NamedTuple):
    """A height in cm and a weight in kg."""

    height: Decimal
    weight: Decimal


class Typed(NamedTuple):
    """The number that was typed, and its unit."""

    number: Decimal
    unit: str


_LENGTHS = ("cm", "in", "m", "ft")
_WEIGHTS = ("kg", "lb", "g")
"""Units that may have been meant; sizes are kept in the first."""
_POINT = (Decimal("0.1"), Decimal(10))


def typed(quantity: Quantity, given: str) -> Typed | None:
    """The number and unit of a measure as it was typed; none where it was feet and inches, or pounds and ounces.

    >>> typed(Quantity(Decimal("25.9908428"), "kg"), "57.3 lb")
    Typed(number=Decimal('57.3'), unit='lb')
    """
    if not given:
        return Typed(quantity.value, quantity.unit)
    try:
        as_typed = read_quantity(given, WEIGHT, LENGTH)
    except InputError:
        return None
    return Typed(as_typed.value, as_typed.unit)


def pounds(weight: Typed) -> str:
    """What a number of kg would be if it were pounds; nothing where pounds were typed.

    >>> pounds(Typed(Decimal("57.3"), "kg"))
    '57.3 lb would be 26 kg'
    """
    return next((words for _, words in _other_units(weight, _WEIGHTS) if " lb would be " in words), "")


def slips(size: Size, height: Typed | None, weight: Typed | None, plausible: Callable[[Size], bool]) -> tuple[str, ...]:
    """Every slip that would make a plausible size, with the number that it makes."""
    return tuple(words for other, words in _candidates(size, height, weight) if plausible(other))


def _candidates(size: Size, height: Typed | None, weight: Typed | None) -> Iterator[tuple[Size, str]]:
    """Every size that was possibly meant, and how it is said."""
    if weight:
        yield from ((size._replace(weight=kilograms), words) for kilograms, words in _other_units(weight, _WEIGHTS))
    if height:
        yield from ((size._replace(height=centimetres), words) for centimetres, words in _other_units(height, _LENGTHS))
    yield Size(size.weight, size.height), "height and weight may be swapped"
    for factor in _POINT:
        slipped = Size(EXACT.multiply(size.height, factor), EXACT.multiply(size.weight, factor))
        yield size._replace(weight=slipped.weight), f"the decimal point may have slipped: {_short(slipped.weight)} kg"
        yield size._replace(height=slipped.height), f"the decimal point may have slipped: {_short(slipped.height)} cm"


def _other_units(measure: Typed, units: tuple[str, ...]) -> Iterator[tuple[Decimal, str]]:
    """The same number in every other unit, in cm or kg, and how it is said."""
    kept = units[0]
    for unit in units:
        if unit != measure.unit:
            value = EXACT.multiply(measure.number, _one(unit, kept))
            means = f" would be {_short(value)} {kept}" if unit != kept else " may have been meant"
            yield value, f"{write_number(measure.number)} {unit}{means}"


@cache
def _one(unit: str, kept: str) -> Decimal:
    """How much of the unit that is kept one of another is."""
    kind = LENGTH if kept in LENGTH.units else WEIGHT
    return convert(Quantity(Decimal(1), unit), kept, kind).value


def _short(value: Decimal) -> str:
    return write_number(to_nearest(value, Decimal("0.1")))
