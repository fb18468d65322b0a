"""A height that nobody has at that age: months were typed as years, or years as months.

It is asked about where no growth reference is held; the limits at these ages are cec's own.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from cec.calculate.growth import OLDEST, YOUNGEST, value_at_modified_z
from cec.calculate.rules.rule import Case, LimitQuestion, Limits, Rule, number_of
from cec.facts import Bounds, Value
from cec.facts.stretches import HIGHEST, LOWEST, Cut, Stretch, common, stretch_within
from cec.units import EXACT, Quantity

TALLEST_INFANT, SHORTEST_ADULT = Decimal(100), Decimal(130)
"""cm, under 2 and over 20 years; a shorter adult is asked about only where months explain it."""
_FARTHEST = (Decimal(-5), Decimal(4))
"""Modified z-scores between which a height of a child is plausible."""


def height_of_other_age_rule() -> Rule:
    """A check of a height that no infant has, or hardly any adult, and many of as many months."""
    return Rule(
        code="height-for-age",
        level="check",
        about="height",
        asks=(LimitQuestion("height", limits=_of_other_age, given=("sex", "age"), is_outside=False),),
        text=_text,
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


def _text(case: Case) -> str:
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
