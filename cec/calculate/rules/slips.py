"""What a strange height or weight would be if somebody slipped: another unit, a decimal point, the two swapped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache, partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cec.calculate.growth import OLDEST, YOUNGEST, Measure, modified_z
from cec.calculate.rounding import deviation_percent, to_nearest
from cec.calculate.rules.rule import Case
from cec.errors import InputError
from cec.facts import FACTS, Bounds, Sex, body_mass_index
from cec.units import EXACT, LENGTH, WEIGHT, Quantity, convert, read_quantity, write_number


class Size(Struct, frozen=True):
    """A height in cm and a weight in kg."""

    height: Decimal
    weight: Decimal


class Typed(Struct, frozen=True):
    """The number that was typed, and its unit."""

    number: Decimal
    unit: str


_LENGTHS = ("cm", "in", "m", "ft")
_WEIGHTS = ("kg", "lb", "g")
"""Units that may have been meant; sizes are kept in the first."""

_POINT = (Decimal("0.1"), Decimal(10))

USUAL_Z = Decimal(3)
USUAL_BODY_MASS_INDEXES = Bounds(Decimal(11), Decimal(35))
"""What a size that was probably meant lies within: modified z-scores, or kg/m2 without a growth reference."""

NEAR_PERCENT = 10
"""How near to the last weight another one must be that was probably meant, in percent."""


def size_slips(case: Case) -> tuple[str, ...]:
    """Every slip that would make a usual size of this one, with the number that it makes."""
    patient, (sex, months) = case.patient, sex_and_months(case)
    is_grown = sex is not None and YOUNGEST <= months <= OLDEST
    plausible = partial(_usual_for_age, sex, months) if is_grown else _usual
    height, weight = typed(patient.height, patient.height_given), typed(patient.weight, patient.weight_given)
    return slips(size_of(case), height, weight, plausible)


def change_slips(case: Case) -> tuple[str, ...]:
    """Every slip of the weight that would bring it about to the last one."""
    size, patient = size_of(case), case.patient
    before = patient.previous_weight or patient.weight
    return slips(size, None, typed(patient.weight, patient.weight_given), partial(_is_near, size, before.value))


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
        yield from ((replace(size, weight=kilograms), words) for kilograms, words in _other_units(weight, _WEIGHTS))
    if height:
        yield from ((replace(size, height=centimetres), words) for centimetres, words in _other_units(height, _LENGTHS))
    yield Size(size.weight, size.height), "height and weight may be swapped"
    for factor in _POINT:
        slipped = Size(EXACT.multiply(size.height, factor), EXACT.multiply(size.weight, factor))
        yield replace(size, weight=slipped.weight), f"the decimal point may have slipped: {tenth(slipped.weight)} kg"
        yield replace(size, height=slipped.height), f"the decimal point may have slipped: {tenth(slipped.height)} cm"


def _other_units(measure: Typed, units: tuple[str, ...]) -> Iterator[tuple[Decimal, str]]:
    """The same number in every other unit, in cm or kg, and how it is said."""
    kept = units[0]
    for unit in units:
        if unit != measure.unit:
            value = EXACT.multiply(measure.number, _one(unit, kept))
            means = f" would be {tenth(value)} {kept}" if unit != kept else " may have been meant"
            yield value, f"{write_number(measure.number)} {unit}{means}"


@cache
def _one(unit: str, kept: str) -> Decimal:
    """How much of the unit that is kept one of another is."""
    kind = LENGTH if kept in LENGTH.units else WEIGHT
    return convert(Quantity(Decimal(1), unit), kept, kind).value


def _usual_for_age(sex: Sex, months: Decimal, size: Size) -> bool:
    """Whether most children of that age and sex are about that size."""
    scores = (modified_z(measure, sex, months, value) for measure, value in values_of(size).items())
    return all(abs(score or Decimal(0)) <= USUAL_Z for score in scores)


def _usual(size: Size) -> bool:
    """Whether most people have such a body mass index, and the height is a possible one."""
    possible = FACTS["height"].possible or Bounds()
    return possible.hold(size.height) and USUAL_BODY_MASS_INDEXES.hold(values_of(size)["bmi"])


def _is_near(size: Size, before: Decimal, other: Size) -> bool:
    """Whether the other size differs in its weight alone, and that is about the last one."""
    return other.height == size.height and abs(deviation_percent(other.weight, before)) <= NEAR_PERCENT


def size_of(case: Case) -> Size:
    """Height and weight of a patient."""
    return Size(case.patient.height.value, case.patient.weight.value)


def values_of(size: Size) -> dict[Measure, Decimal]:
    """Height in cm, weight in kg and body mass index in kg/m2."""
    index = body_mass_index(Quantity(size.height, "cm"), Quantity(size.weight, "kg"))
    return {"height": size.height, "weight": size.weight, "bmi": index.value}


def sex_and_months(case: Case) -> tuple[Any, Decimal]:
    """Sex and age of a patient, in months."""
    age = case.facts["age"]
    return case.facts["sex"], FACTS["age"].in_unit(age).value if isinstance(age, Quantity) else Decimal(0)


def tenth(value: Decimal) -> str:
    """A number to one decimal."""
    return write_number(to_nearest(value, Decimal("0.1")))
