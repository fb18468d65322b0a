"""Pounds taken as kilograms, where no growth reference is held: the body mass index is about 2.2 times the true one."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from cec.calculate.rounding import to_nearest
from cec.calculate.rules.rule import Case, LimitQuestion, Limits, Rule, TextQuestion, number_of
from cec.calculate.rules.slips import pounds, typed
from cec.facts import FACTS, Bounds, Value
from cec.facts.stretches import LOWEST, Cut, Stretch, stretch_within
from cec.units import EXACT, WEIGHT, Quantity, convert, write_number


class Slip(NamedTuple):
    """For which ages, in months: the body mass index above which somebody looks, and what it would be in pounds."""

    ages: Stretch
    above: Decimal
    in_pounds: Bounds


SLIPS = (
    Slip(Stretch(LOWEST, Cut(Decimal(24))), Decimal(25), Bounds(Decimal(12), Decimal(22))),
    Slip(stretch_within(Bounds(Decimal(240))), Decimal(40), Bounds(Decimal(18), Decimal(30))),
)
"""kg/m2. The last one holds too where no growth reference can be asked, because nobody told age or sex."""


def pounds_rule() -> Rule:
    """A check of a weight typed in kg that is far too high, and usual in pounds."""
    return Rule(
        code="pounds",
        level="check",
        about="weight",
        asks=(
            TextQuestion("weight_unit", is_kg),
            LimitQuestion("body_mass_index", limits=_usual_in_pounds, given=("sex", "age"), is_outside=False),
        ),
        text=_text,
        limits="; ".join(
            f"{ages}: not above {slip.above} as typed and {slip.in_pounds} kg/m2 as pounds"
            for ages, slip in zip(("under 2 years", "from 20 years, and without age or sex"), SLIPS, strict=True)
        ),
    )


def is_kg(unit: str) -> bool:
    """Whether a weight was typed in kg."""
    return unit == "kg"


@lru_cache(maxsize=4096)
def _usual_in_pounds(sex: Value | None, age: Value | None) -> Limits:
    """Where a body mass index lies that is too high as kg and usual as pounds, and that nobody asks about anyway."""
    months = number_of("age", age)
    slip = None if months is None else next((each for each in SLIPS if each.ages.holds(months)), None)
    slip = slip or (SLIPS[-1] if months is None or sex is None else None)
    if slip is None:
        return None
    low, high = (EXACT.divide(bound or Decimal(0), _pound()) for bound in slip.in_pounds)
    asked_anyway = (FACTS["body_mass_index"].plausible or Bounds()).high or high
    return Stretch(max(Cut(slip.above, after=True), Cut(low)), Cut(min(high, asked_anyway), after=True))


def _pound() -> Decimal:
    return convert(Quantity(Decimal(1), "lb"), "kg", WEIGHT).value


def _text(case: Case) -> str:
    patient, index = case.patient, number_of("body_mass_index", case.facts["body_mass_index"]) or Decimal(0)
    weight = typed(patient.weight, patient.weight_given)
    return (
        f"height {patient.height} and weight {patient.weight} give {_tenth(index)} kg/m2; "
        f"{pounds(weight) if weight else ''}, which gives {_tenth(EXACT.multiply(index, _pound()))}; look at the unit"
    )


def _tenth(value: Decimal) -> str:
    return write_number(to_nearest(value, Decimal("0.1")))
