"""The patient: who the doses are for, and what was measured when."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from cec.errors import Fault, InputError
from cec.units import EXACT, Quantity, write_number

Sex = Literal["female", "male"]

HEIGHTS = (Decimal(20), Decimal(250))
"""Possible heights, cm."""
WEIGHTS = (Decimal("0.3"), Decimal(350))
"""Possible body weights, kg."""
BODY_MASS_INDEXES = (Decimal(3), Decimal(200))
"""Possible body mass indexes, kg/m2: far beyond any patient, so that only a slip falls outside."""


class Reduction(msgspec.Struct, frozen=True):
    """By how much a person reduces one drug, and why. 25% leaves 75% of the dose."""

    drug: str
    percent: Decimal
    reason: str


class Patient(msgspec.Struct, frozen=True, omit_defaults=True):
    """Measures in cm and kg; `…_given` is what was typed where that was another unit."""

    height: Quantity
    weight: Quantity
    height_given: str = ""
    weight_given: str = ""
    id: str = ""
    name: str = ""
    born: datetime.date | None = None
    age: Quantity | None = None
    sex: Sex | None = None
    measured_on: datetime.date | None = None
    creatinine: Quantity | None = None
    creatinine_clearance: Quantity | None = None
    previous_weight: Quantity | None = None
    previous_day_1: datetime.date | None = None
    previous_cycles: int | None = None
    history: dict[str, bool] = {}
    earlier_doses: dict[str, Quantity] = {}
    reductions: tuple[Reduction, ...] = ()
    diagnosis: str = ""
    allergies: str = ""

    def __post_init__(self) -> None:
        faults = _size_faults(self.height, self.weight)
        if faults:
            raise InputError(*faults)

    def age_on(self, day: datetime.date | None) -> Quantity | None:
        """The age as given or, from the date of birth, in completed months on that day."""
        if self.born is None or day is None:
            return self.age
        months = (day.year - self.born.year) * 12 + day.month - self.born.month - (day.day < self.born.day)
        return Quantity(Decimal(months), "months")


def body_mass_index(height: Decimal, weight: Decimal) -> Decimal:
    """Weight in kg over the square of the height, from cm, in metres: kg/m2, unrounded.

    >>> body_mass_index(Decimal(200), Decimal(100))
    Decimal('25')
    """
    metres = EXACT.divide(height, Decimal(100))
    return EXACT.divide(weight, EXACT.multiply(metres, metres))


def _size_faults(height: Quantity, weight: Quantity) -> list[Fault]:
    """Why these are no measures of a person."""
    low_height, high_height = HEIGHTS
    low_weight, high_weight = WEIGHTS
    faults: list[Fault] = []
    if not low_height <= height.value <= high_height:
        other = next(
            (
                f"; did you mean {write_number(height.value)} {unit}?"
                for unit, factor in (("m", Decimal(100)), ("in", Decimal("2.54")), ("mm", Decimal("0.1")))
                if Decimal(40) <= height.value * factor <= Decimal(220)
            ),
            "",
        )
        text = f"{height} is not a possible height ({low_height} to {high_height} cm){other}"
        faults.append(Fault(text, about=("height",)))
    if not low_weight <= weight.value <= high_weight:
        other = f"; did you mean {write_number(weight.value)} g?" if 500 <= weight.value <= 200_000 else ""
        text = f"{weight} is not a possible body weight ({low_weight} to {high_weight} kg){other}"
        faults.append(Fault(text, about=("weight",)))
    if faults:
        return faults
    index = body_mass_index(height.value, weight.value)
    low_index, high_index = BODY_MASS_INDEXES
    if not low_index <= index <= high_index:
        swapped = 8 <= body_mass_index(weight.value, height.value) <= 60
        hint = "; are height and weight swapped?" if swapped else "; look at both"
        text = f"height {height} and weight {weight} cannot be of one person{hint}"
        faults.append(Fault(text, about=("height", "weight")))
    return faults
