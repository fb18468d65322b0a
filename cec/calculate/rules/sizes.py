"""Whether height, weight and body mass index can be those of this patient.

They are held against the CDC growth reference where age and sex are known and it has that age, else the body mass index
against its plausible bounds. The first that speaks says which slip would explain the size.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from cec.calculate.growth import OLDEST, YOUNGEST, Measure, modified_z, value_at, value_at_modified_z, z_score
from cec.calculate.rounding import deviation_percent, to_nearest
from cec.calculate.rules.rule import Case, LimitQuestion, Limits, OutOfScope, Rule, Unknown
from cec.calculate.rules.slips import Size, pounds, slips, typed
from cec.facts import FACTS, Bounds, Sex, body_mass_index
from cec.facts.stretches import Cut, Stretch, stretch_within
from cec.units import EXACT, Quantity, write_number, write_signed

IMPLAUSIBLE_Z: dict[Measure, tuple[Decimal, Decimal]] = {
    "height": (Decimal(-5), Decimal(4)),
    "weight": (Decimal(-5), Decimal(8)),
    "bmi": (Decimal(-4), Decimal(8)),
}
"""Modified z-scores beyond which CDC calls a measure biologically implausible."""

HEAVIEST_Z = Decimal("2.5")
"""The ordinary z-score of weight above which somebody looks: CDC's limit misses pounds typed as kg from 4 years on."""

USUAL_Z = Decimal(3)
USUAL_BODY_MASS_INDEXES = Bounds(Decimal(11), Decimal(35))
"""What a size that was probably meant lies within: modified z-scores, or kg/m2 without a growth reference."""

_CDC = "CDC growth reference 2000"
GROWTH_REFERENCE = "growth reference"
"""What is not checked without age or sex."""
_GIVEN = ("sex", "age")
_WORDS: dict[Measure, tuple[str, str, str]] = {
    "height": ("height", "height", "cm"),
    "weight": ("weight", "weight", "kg"),
    "bmi": ("body_mass_index", "BMI", "kg/m2"),
}
"""The fact that is each measure of the growth reference, its name on paper and its unit."""

OUTSIDE_REFERENCE = OutOfScope(f"age outside {write_number(YOUNGEST / 12)} to {write_number(OLDEST / 12)} years")
"""What is said of sizes at ages that the growth reference does not have."""

Drawn = Callable[[Sex, Decimal], Stretch]
"""The limits for a sex and an age in months."""


@lru_cache(maxsize=4096)
def growth_limits(drawn: Drawn, sex: Sex | None, age: Quantity | None) -> Limits:
    """Limits of the growth reference for a sex and an age; outside its ages there are none, and it is said.

    An age from a date of birth is in completed months, and people tell completed years. CDC's tables have each
    completed month at its middle, half a month later; cec asks at its beginning, because nothing here needs more: half
    a month moves a z-score by at most 0.15 (height below 3 years; 0.1 later, 0.07 for weight), and weights are held
    against a slightly younger child, where pounds taken as kg stand out the more.
    """
    if age is not None and not _in_reference(age):
        return OUTSIDE_REFERENCE
    unknown = tuple(name for name, value in (("age", age), ("sex", sex)) if value is None)
    if unknown or age is None or sex is None:
        return Unknown(unknown)
    return drawn(sex, FACTS["age"].in_unit(age).value)


def _in_reference(age: Quantity) -> bool:
    return YOUNGEST <= FACTS["age"].in_unit(age).value <= OLDEST


def _by_modified_z(measure: Measure, low: Decimal, high: Decimal, sex: Sex, months: Decimal) -> Stretch:
    """The values between two modified z-scores."""
    values = [value_at_modified_z(measure, sex, months, z) for z in (low, high)]
    return stretch_within(Bounds(*values))


def _by_z(measure: Measure, high: Decimal, sex: Sex, months: Decimal) -> Stretch:
    """The values up to a z-score."""
    return stretch_within(Bounds(None, value_at(measure, sex, months, high)))


def _growth_rule(measure: Measure, drawn: Drawn, limits: str, source: str, z: Callable[..., Decimal | None]) -> Rule:
    """A check of one measure against limits of the growth reference."""
    fact, word, _ = _WORDS[measure]
    question = LimitQuestion(fact, limits=partial(growth_limits, drawn), given=_GIVEN)
    return Rule(
        code=f"{word.lower()}-for-age",
        level="check",
        about=word,
        asks=(question,),
        text=partial(_growth_words, measure, question, z),
        source=source,
        limits=limits,
        hints=size_slips,
        not_checked=GROWTH_REFERENCE,
    )


def implausible_for_age(measure: Measure) -> Rule:
    """A check of one measure against CDC's limits of biologically implausible values."""
    low, high = IMPLAUSIBLE_Z[measure]
    source = f"{_CDC}, limits of biologically implausible values"
    drawn = partial(_by_modified_z, measure, low, high)
    return _growth_rule(measure, drawn, f"modified z {low} to {high}", source, modified_z)


def heavy_for_age() -> Rule:
    """A check of the weight against an ordinary z-score."""
    drawn = partial(_by_z, "weight", HEAVIEST_Z)
    return _growth_rule("weight", drawn, f"z at most {HEAVIEST_Z}", _CDC, z_score)


def _growth_words(measure: Measure, question: LimitQuestion, z: Callable[..., Decimal | None], case: Case) -> str:
    """What a measure is beside those of other children, and by how many z-scores."""
    unit = _WORDS[measure][2]
    value, stretch = _values(_size(case))[measure], question.limits_in(case.facts)
    if not isinstance(stretch, Stretch):
        return ""
    is_low = Cut(value) < stretch.low
    far = "far " if z is modified_z else ""
    name = "modified z" if z is modified_z else "z"
    score = z(measure, *_sex_and_months(case), value)
    weight = typed(case.patient.weight, case.patient.weight_given)
    hint = "" if is_low or measure != "weight" or not weight else pounds(weight)
    return (
        f"{_tenth(value)} {unit} is {far}{'below' if is_low else 'above'} what children of this age and sex have: "
        f"{name} {_signed(score)}; look again{f'; {hint}' if hint else ''}"
    )


def _sex_and_months(case: Case) -> tuple[Any, Decimal]:
    age = case.facts["age"]
    return case.facts["sex"], FACTS["age"].in_unit(age).value if isinstance(age, Quantity) else Decimal(0)


def body_mass_index_rule() -> Rule:
    """A check of the body mass index where the growth reference cannot be asked."""
    bounds = FACTS["body_mass_index"].plausible or Bounds()
    return Rule(
        code="bmi",
        level="check",
        about="BMI",
        asks=(LimitQuestion("body_mass_index", limits=partial(without_reference, bounds), given=_GIVEN),),
        text=partial(_body_mass_index_words, bounds),
        limits=f"{bounds} kg/m2, outside the ages of the growth reference or without age or sex",
        hints=size_slips,
    )


@lru_cache(maxsize=4096)
def without_reference(bounds: Bounds, sex: Sex | None, age: Quantity | None) -> Limits:
    """The bounds where the growth reference cannot be asked, because it has no such age or nobody told age or sex."""
    is_asked = sex is not None and age is not None and _in_reference(age)
    return None if is_asked else stretch_within(bounds)


def _body_mass_index_words(bounds: Bounds, case: Case) -> str:
    size = _size(case)
    return (
        f"height {_tenth(size.height)} cm and weight {_tenth(size.weight)} kg give {_tenth(_values(size)['bmi'])} "
        f"kg/m2, outside {bounds} kg/m2; look at both"
    )


def size_slips(case: Case) -> tuple[str, ...]:
    """Every slip that would make a usual size of this one, with the number that it makes."""
    patient, (sex, months) = case.patient, _sex_and_months(case)
    is_grown = sex is not None and YOUNGEST <= months <= OLDEST
    plausible = partial(_usual_for_age, sex, months) if is_grown else _usual
    height, weight = typed(patient.height, patient.height_given), typed(patient.weight, patient.weight_given)
    return slips(_size(case), height, weight, plausible)


def _usual_for_age(sex: Sex, months: Decimal, size: Size) -> bool:
    """Whether most children of that age and sex are about that size."""
    scores = (modified_z(measure, sex, months, value) for measure, value in _values(size).items())
    return all(abs(score or Decimal(0)) <= USUAL_Z for score in scores)


def _usual(size: Size) -> bool:
    """Whether most people have such a body mass index, and the height is a possible one."""
    possible = FACTS["height"].possible or Bounds()
    return possible.hold(size.height) and USUAL_BODY_MASS_INDEXES.hold(_values(size)["bmi"])


def weight_change_rule(level: Any, percent: int) -> Rule:
    """A question about a weight that is more than so many percent from the last one."""
    return Rule(
        code="weight-change",
        level=level,
        about="weight",
        asks=(LimitQuestion("weight_change", stretch_within(Bounds(None, Decimal(percent)))),),
        text=partial(_weight_change_words, f"more than {percent}%", f"more than {percent}%"),
        hints=change_slips,
    )


def another_weight_rule() -> Rule:
    """A stop at a weight below half of the last one or above twice that, which is hardly of one patient."""
    change = weight_change_rule("stop", 50)
    return change._replace(
        asks=(*change.asks, LimitQuestion("weight", limits=_half_to_twice, given=("previous_weight",))),
        text=partial(_weight_change_words, "less than half of that", "more than twice that"),
        limits="from half to twice the last weight",
    )


def _half_to_twice(previous_weight: Quantity | None) -> Limits:
    """The weights in kg from half of the last one to twice that; without one nobody asks."""
    if previous_weight is None:
        return None
    before = previous_weight.value
    return stretch_within(Bounds(EXACT.divide(before, Decimal(2)), EXACT.multiply(before, Decimal(2))))


def _weight_change_words(below: str, above: str, case: Case) -> str:
    now, before = case.patient.weight, case.patient.previous_weight or case.patient.weight
    change, beyond = deviation_percent(now.value, before.value), above if now.value > before.value else below
    return f"{now} is {_signed(change)}% from the last {before}, {beyond}; weigh again or confirm"


def change_slips(case: Case) -> tuple[str, ...]:
    """Every slip of the weight that would bring it about to the last one."""
    size, patient = _size(case), case.patient
    before = patient.previous_weight or patient.weight
    return slips(size, None, typed(patient.weight, patient.weight_given), partial(_is_near, size, before.value))


NEAR_PERCENT = 10
"""How near to the last weight another one must be that was probably meant, in percent."""


def _is_near(size: Size, before: Decimal, other: Size) -> bool:
    """Whether the other size differs in its weight alone, and that is about the last one."""
    return other.height == size.height and abs(deviation_percent(other.weight, before)) <= NEAR_PERCENT


def _size(case: Case) -> Size:
    return Size(case.patient.height.value, case.patient.weight.value)


def _values(size: Size) -> dict[Measure, Decimal]:
    """Height in cm, weight in kg and body mass index in kg/m2."""
    index = body_mass_index(Quantity(size.height, "cm"), Quantity(size.weight, "kg"))
    return {"height": size.height, "weight": size.weight, "bmi": index.value}


def _tenth(value: Decimal) -> str:
    return write_number(to_nearest(value, Decimal("0.1")))


def _signed(value: Decimal | Fraction | None) -> str:
    """A number to one decimal with its sign."""
    return write_signed(to_nearest(value or Decimal(0), Decimal("0.1")))
