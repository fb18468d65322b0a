"""Whether facts lie within their plausible bounds: each by itself, and the body mass index that height and weight make.

Where no growth reference is held, pounds taken as kilograms give a body mass index of about 2.2 times the true one.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache, partial

from msgspec import Struct

from cec.calculate.rules.for_age import in_reference
from cec.calculate.rules.rule import Case, LimitQuestion, Limits, Rule, TextQuestion, number_of
from cec.calculate.rules.slips import pounds, size_of, size_slips, tenth, typed, values_of
from cec.facts import FACTS, Bounds, Fact, Sex, Value
from cec.facts.stretches import LOWEST, Cut, Stretch, stretch_within
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.units import EXACT, WEIGHT, Quantity, convert

_ASKED_ELSEWHERE = {
    *("body_mass_index", "creatinine_clearance", "kidney_function"),
    *("days_since_day_1", "days_since_measured"),
}
"""Facts whose plausible bounds hang on others, and have rules of their own."""


class Slip(Struct, frozen=True):
    """For which ages, in months: the body mass index above which somebody looks, and what it would be in pounds."""

    ages: Stretch
    above: Decimal
    in_pounds: Bounds


SLIPS = (
    Slip(Stretch(LOWEST, Cut(Decimal(24))), Decimal(25), Bounds(Decimal(12), Decimal(22))),
    Slip(stretch_within(Bounds(Decimal(240))), Decimal(40), Bounds(Decimal(18), Decimal(30))),
)
"""kg/m2. The last one holds too where no growth reference can be asked, because nobody told age or sex."""


def plausible_rules(_regimen: Regimen, _pharmacy: Pharmacy) -> Iterator[Rule]:
    """A check for each fact with plausible bounds in the table of facts: hardly anybody is outside them."""
    for fact in FACTS.values():
        if fact.plausible and fact.name not in _ASKED_ELSEWHERE:
            yield Rule(
                code=(fact.short or fact.name).lower().replace("_", "-"),
                level="check",
                about=fact.short or fact.name.replace("_", " "),
                asks=(LimitQuestion(fact.name, stretch_within(fact.plausible)),),
                text=partial(_implausible, fact),
                hints=partial(_other_units, fact),
            )


def _implausible(fact: Fact, case: Case) -> str:
    amount = case.facts[fact.name]
    if not isinstance(amount, Quantity):
        return ""
    look = f"look at {fact.look_at}" if fact.look_at else "look again"
    return f"{amount} is outside {fact.bounds_in(amount.unit, fact.plausible or Bounds())}; {look}"


def _other_units(fact: Fact, case: Case) -> tuple[str, ...]:
    """What the number would be in another unit of the fact that makes it plausible."""
    amount = case.facts[fact.name]
    if fact.told == "derived" or not isinstance(amount, Quantity) or not fact.kind or not fact.plausible:
        return ()
    others = (Quantity(amount.value, unit) for unit in fact.kind.units if unit != amount.unit)
    return tuple(
        f"{other} would be {convert(other, amount.unit, fact.kind)}"
        for other in others
        if fact.plausible.hold(fact.in_unit(other).value)
    )


def body_mass_index_rule() -> Rule:
    """A check of the body mass index where the growth reference cannot be asked."""
    bounds = FACTS["body_mass_index"].plausible or Bounds()
    return Rule(
        code="bmi",
        level="check",
        about="BMI",
        asks=(LimitQuestion("body_mass_index", limits=partial(without_reference, bounds), given=("sex", "age")),),
        text=partial(_body_mass_index_words, bounds),
        limits=f"{bounds} kg/m2, outside the ages of the growth reference or without age or sex",
        hints=size_slips,
    )


@lru_cache(maxsize=4096)
def without_reference(bounds: Bounds, sex: Sex | None, age: Quantity | None) -> Limits:
    """The bounds where the growth reference cannot be asked, because it has no such age or nobody told age or sex."""
    is_asked = sex is not None and age is not None and in_reference(age)
    return None if is_asked else stretch_within(bounds)


def _body_mass_index_words(bounds: Bounds, case: Case) -> str:
    size = size_of(case)
    return (
        f"height {tenth(size.height)} cm and weight {tenth(size.weight)} kg give {tenth(values_of(size)['bmi'])} "
        f"kg/m2, outside {bounds} kg/m2; look at both"
    )


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
        text=_pounds_words,
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


def _pounds_words(case: Case) -> str:
    patient, index = case.patient, number_of("body_mass_index", case.facts["body_mass_index"]) or Decimal(0)
    weight = typed(patient.weight, patient.weight_given)
    return (
        f"height {patient.height} and weight {patient.weight} give {tenth(index)} kg/m2; "
        f"{pounds(weight) if weight else ''}, which gives {tenth(EXACT.multiply(index, _pound()))}; look at the unit"
    )
