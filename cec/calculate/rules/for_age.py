"""Whether height, weight and body mass index can be those of a patient of that age and sex.

They are held against the CDC growth reference; at ages that it does not have, a height against what nobody has there.
The first that speaks says which slip would explain the size.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache, partial

from cec.calculate.growth import OLDEST, YOUNGEST, Measure, modified_z, value_at, value_at_modified_z, z_score
from cec.calculate.rounding import to_nearest
from cec.calculate.rules.rule import Case, LimitQuestion, Limits, OutOfScope, Rule, Unknown, number_of
from cec.calculate.rules.slips import pounds, sex_and_months, size_of, size_slips, tenth, typed, values_of
from cec.facts import FACTS, Bounds, Sex, Value
from cec.facts.stretches import HIGHEST, LOWEST, Cut, Stretch, common, stretch_within
from cec.units import EXACT, Quantity, write_number, write_signed

IMPLAUSIBLE_Z: dict[Measure, tuple[Decimal, Decimal]] = {
    "height": (Decimal(-5), Decimal(4)),
    "weight": (Decimal(-5), Decimal(8)),
    "bmi": (Decimal(-4), Decimal(8)),
}
"""Modified z-scores beyond which CDC calls a measure biologically implausible."""

HEAVIEST_Z = Decimal("2.5")
"""The ordinary z-score of weight above which somebody looks: CDC's limit misses pounds typed as kg from 4 years on."""

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

TALLEST_INFANT, SHORTEST_ADULT = Decimal(100), Decimal(130)
"""cm, under 2 and over 20 years; a shorter adult is asked about only where months explain it."""

_FARTHEST = (Decimal(-5), Decimal(4))
"""Modified z-scores between which a height of a child is plausible."""


@lru_cache(maxsize=4096)
def growth_limits(drawn: Drawn, sex: Sex | None, age: Quantity | None) -> Limits:
    """Limits of the growth reference for a sex and an age; outside its ages there are none, and it is said.

    An age from a date of birth is in completed months, and people tell completed years. CDC's tables have each
    completed month at its middle, half a month later; cec asks at its beginning, because nothing here needs more: half
    a month moves a z-score by at most 0.15 (height below 3 years; 0.1 later, 0.07 for weight), and weights are held
    against a slightly younger child, where pounds taken as kg stand out the more.
    """
    if age is not None and not in_reference(age):
        return OUTSIDE_REFERENCE
    unknown = tuple(name for name, value in (("age", age), ("sex", sex)) if value is None)
    if unknown or age is None or sex is None:
        return Unknown(unknown)
    return drawn(sex, FACTS["age"].in_unit(age).value)


def in_reference(age: Quantity) -> bool:
    """Whether the growth reference has an age."""
    return YOUNGEST <= FACTS["age"].in_unit(age).value <= OLDEST


def _by_modified_z(measure: Measure, low: Decimal, high: Decimal, sex: Sex, months: Decimal) -> Stretch:
    """The values between two modified z-scores."""
    values = [value_at_modified_z(measure, sex, months, z) for z in (low, high)]
    return stretch_within(Bounds(*values))


def _by_z(measure: Measure, high: Decimal, sex: Sex, months: Decimal) -> Stretch:
    """The values up to a z-score."""
    return stretch_within(Bounds(None, value_at(measure, sex, months, high)))


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


def _growth_words(measure: Measure, question: LimitQuestion, z: Callable[..., Decimal | None], case: Case) -> str:
    """What a measure is beside those of other children, and by how many z-scores."""
    unit = _WORDS[measure][2]
    value, stretch = values_of(size_of(case))[measure], question.limits_in(case.facts)
    if not isinstance(stretch, Stretch):
        return ""
    is_low = Cut(value) < stretch.low
    far = "far " if z is modified_z else ""
    name = "modified z" if z is modified_z else "z"
    score = write_signed(to_nearest(z(measure, *sex_and_months(case), value) or Decimal(0), Decimal("0.1")))
    weight = typed(case.patient.weight, case.patient.weight_given)
    hint = "" if is_low or measure != "weight" or not weight else pounds(weight)
    return (
        f"{tenth(value)} {unit} is {far}{'below' if is_low else 'above'} what children of this age and sex have: "
        f"{name} {score}; look again{f'; {hint}' if hint else ''}"
    )


def height_of_other_age_rule() -> Rule:
    """A check of a height that no infant has, or hardly any adult, and many of as many months."""
    return Rule(
        code="height-for-age",
        level="check",
        about="height",
        asks=(LimitQuestion("height", limits=_of_other_age, given=("sex", "age"), is_outside=False),),
        text=_other_age_words,
        limits=f"under 2 years up to {TALLEST_INFANT} cm; over 20 years from {SHORTEST_ADULT} cm, where the height is "
        "usual at as many months",
    )


@lru_cache(maxsize=4096)
def _of_other_age(_sex: Value | None, age: Value | None) -> Limits:
    """The heights in cm that are asked about at an age."""
    months = number_of("age", age)
    if months is None or YOUNGEST <= months <= OLDEST:
        return None
    if months < YOUNGEST:
        return Stretch(Cut(TALLEST_INFANT, after=True), HIGHEST)
    other = EXACT.divide(months, Decimal(12))
    if other < YOUNGEST:
        return None
    low, high = (value_at_modified_z("height", "female", other, z) for z in _FARTHEST)
    return common(Stretch(LOWEST, Cut(SHORTEST_ADULT)), stretch_within(Bounds(low, high)))


def _other_age_words(case: Case) -> str:
    age, months = case.facts["age"], number_of("age", case.facts["age"])
    if not isinstance(age, Quantity) or months is None:
        return ""
    is_infant = months < YOUNGEST
    shown = (
        age if is_infant or age.unit == "years" else Quantity(Decimal(int(EXACT.divide(months, Decimal(12)))), "years")
    )
    words = f"{case.patient.height} is hardly possible at an age of {shown}; look at both"
    if case.patient.born or (age.unit == "months") is not is_infant or not age.value:
        return words
    return f"{words}; {Quantity(age.value, 'years' if is_infant else 'months')} may have been meant"
