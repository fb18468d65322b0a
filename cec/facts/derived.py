"""Facts that nobody tells, each a row: computed from other facts, exactly, by nothing but their values."""

from __future__ import annotations

import datetime
from decimal import Decimal

from cec.facts.fact import Fact, between
from cec.units import AREA, BODY_MASS_INDEX, CLEARANCE, DURATION, EXACT, PER_173, PERCENT, Quantity

POSSIBLE_BODY_MASS_INDEXES = between(3, 200)
"""kg/m2; far beyond any patient, so that only a slip falls outside."""


def body_mass_index(height: Quantity, weight: Quantity) -> Quantity:
    """Weight in kg over the square of the height, from cm, in metres: kg/m2, unrounded.

    >>> print(body_mass_index(Quantity(Decimal(200), "cm"), Quantity(Decimal(100), "kg")))
    25 kg/m2
    """
    metres = EXACT.divide(height.value, Decimal(100))
    return Quantity(EXACT.divide(weight.value, EXACT.multiply(metres, metres)), "kg/m2")


def weight_change(weight: Quantity, previous_weight: Quantity) -> Quantity | None:
    """How far a weight lies from the last one, either way, in percent of the last one.

    >>> print(weight_change(Quantity(Decimal(18), "kg"), Quantity(Decimal(20), "kg")))
    10%
    """
    if not previous_weight.value:
        return None
    moved = abs(EXACT.subtract(weight.value, previous_weight.value))
    return Quantity(EXACT.divide(EXACT.multiply(moved, Decimal(100)), previous_weight.value), "%")


def days_between(earlier: datetime.date, later: datetime.date) -> Quantity:
    """Days from one date to another.

    >>> print(days_between(datetime.date(2026, 11, 30), datetime.date(2026, 12, 2)))
    2 days
    """
    return Quantity(Decimal((later - earlier).days), "days")


def with_this_cycle(previous_cycles: Quantity) -> Quantity:
    """The number of cycles with this one.

    >>> print(with_this_cycle(Quantity(Decimal(2), "")))
    3
    """
    return Quantity(EXACT.add(previous_cycles.value, Decimal(1)), "")


DERIVED_FACTS = (
    Fact("weight_unit", "the unit in which the weight was typed", "word", told="derived", inputs=("weight",)),
    Fact(
        "body_mass_index",
        "body mass index",
        "quantity",
        (BODY_MASS_INDEX,),
        "kg/m2",
        told="derived",
        inputs=("height", "weight"),
        derive=body_mass_index,
        possible=POSSIBLE_BODY_MASS_INDEXES,
        plausible=between(8, 60),
        short="BMI",
        look_at="both",
    ),
    Fact(
        "bsa",
        "body surface area",
        "quantity",
        (AREA,),
        "m2",
        told="derived",
        inputs=("height", "weight", "sex"),
        plausible=between("0.2", 3),
        short="BSA",
        look_at="height and weight",
    ),
    Fact(
        "kidney_function",
        "creatinine clearance or GFR as it is known: of children per 1.73 m2 where it is estimated, else in mL/min",
        "quantity",
        (CLEARANCE,),
        "mL/min",
        told="derived",
        inputs=("creatinine_clearance",),
        plausible=between(5, 200),
    ),
    Fact(
        "normalised_clearance",
        "creatinine clearance or GFR per 1.73 m2",
        "quantity",
        (PER_173,),
        "mL/min/1.73 m2",
        told="derived",
        inputs=("creatinine_clearance",),
    ),
    Fact(
        "clearance_method",
        "how the clearance is known: measured, bedside Schwartz or Cockcroft-Gault",
        "word",
        told="derived",
        inputs=("creatinine_clearance",),
    ),
    Fact(
        "weight_change",
        "change of the weight since the last calculation",
        "quantity",
        (PERCENT,),
        "%",
        told="derived",
        inputs=("weight", "previous_weight"),
        derive=weight_change,
    ),
    Fact(
        "days_since_day_1",
        "days since day 1 of the previous cycle",
        "count",
        (DURATION,),
        "days",
        bare="days",
        told="derived",
        inputs=("previous_day_1", "start"),
        derive=days_between,
        plausible=between(None, 365),
    ),
    Fact(
        "days_since_measured",
        "age of the measures at the start",
        "count",
        (DURATION,),
        "days",
        bare="days",
        told="derived",
        inputs=("measured_on", "start"),
        derive=days_between,
        plausible=between(None, 365),
    ),
    Fact(
        "total_cycles",
        "number of cycles with this one",
        "count",
        told="derived",
        inputs=("previous_cycles",),
        derive=with_this_cycle,
    ),
)
