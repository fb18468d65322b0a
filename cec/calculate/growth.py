"""CDC growth reference 2000: how a child's height, weight or BMI compares with children of that age and sex.

Source: Kuczmarski RJ et al. 2000 CDC growth charts for the United States: methods and development. Vital Health Stat
11(246), 2002; LMS tables of stature, weight and BMI for age, 2 to 20 years (public domain). cdc_lms.csv holds every
sixth month: between these, z lies within 0.04 (height) or 0.003 (weight, BMI) of what the tables by month give.
Modified z: "Modified z-scores in the CDC growth charts", cdc.gov.

Nearly all that a z-score costs is one power of a Decimal. A check over many rows should ask for the limits instead
(`value_at`, `value_at_modified_z`: kept after their first use) and compare: both grow with z.
"""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from cec.errors import InputError
from cec.units import context_of

if TYPE_CHECKING:
    from cec.facts import Sex

Measure = Literal["height", "weight", "bmi"]
"""Height in cm, weight in kg, body mass index in kg/m2."""

YOUNGEST, OLDEST = Decimal(24), Decimal(240)
"""Ages of the reference, months, both included."""

_DIGITS = context_of(16)
"""A z-score is held against limits with one decimal and reaches no dose: fewer digits than `units.EXACT`, in a quarter
less time, and the same ones everywhere."""

_NEARLY_ZERO = Decimal("0.01")
_ONE, _TWO = Decimal(1), Decimal(2)


class Lms(NamedTuple):
    """Cole's parameters of one age: power (L), median (M) and coefficient of variation (S)."""

    power: Decimal
    median: Decimal
    variation: Decimal

    def z_score(self, value: Decimal) -> Decimal:
        """((value/M)^L - 1) / (L S), or ln(value/M) / S where L is nearly 0."""
        ratio = _DIGITS.divide(value, self.median)
        if abs(self.power) < _NEARLY_ZERO:
            return _DIGITS.divide(_DIGITS.ln(ratio), self.variation)
        raised = _DIGITS.subtract(_power(ratio, self.power), _ONE)
        return _DIGITS.divide(raised, _DIGITS.multiply(self.power, self.variation))

    def value_at(self, z: Decimal) -> Decimal | None:
        """M (1 + L S z)^(1/L), or M e^(S z) where L is nearly 0; none where no value has that z-score."""
        if abs(self.power) < _NEARLY_ZERO:
            return _DIGITS.multiply(self.median, _DIGITS.exp(_DIGITS.multiply(self.variation, z)))
        base = _DIGITS.add(_ONE, _DIGITS.multiply(_DIGITS.multiply(self.power, self.variation), z))
        if base <= 0:
            return None
        return _DIGITS.multiply(self.median, _power(base, _DIGITS.divide(_ONE, self.power)))

    def half_distance(self, z: Decimal) -> Decimal:
        """Half the distance from the median to the value two z-scores off, on the side where z lies."""
        end = self.value_at(_TWO.copy_sign(z))
        if end is None:
            raise ArithmeticError(f"no value lies two z-scores off the median of {self}")
        return _DIGITS.divide(abs(_DIGITS.subtract(end, self.median)), _TWO)


def z_score(measure: Measure, sex: Sex, age_months: Decimal, value: Decimal) -> Decimal | None:
    """How many standard deviations a value lies from the median of that age and sex; none outside 24 to 240 months.

    Source: CDC growth charts 2000, LMS method.

    >>> z = z_score("weight", "male", Decimal(24), Decimal(13))
    >>> round(z, 3)
    Decimal('0.237')
    """
    lms = reference(measure, sex, age_months)
    return lms.z_score(_above_zero(measure, value)) if lms else None


def modified_z(measure: Measure, sex: Sex, age_months: Decimal, value: Decimal) -> Decimal | None:
    """Distance from the median in halves of the distance to the value at z = 2 (-2 below); none outside the ages.

    Unlike the z-score it has no ceiling, and so finds what cannot be. Source: CDC, modified z-scores.

    >>> round(modified_z("bmi", "female", Decimal(200), Decimal(333)), 0)
    Decimal('49')
    """
    lms = reference(measure, sex, age_months)
    if lms is None:
        return None
    difference = _DIGITS.subtract(_above_zero(measure, value), lms.median)
    return _DIGITS.divide(difference, lms.half_distance(difference))


@lru_cache(maxsize=4096)
def value_at(measure: Measure, sex: Sex, age_months: Decimal, z: Decimal) -> Decimal | None:
    """The value (cm, kg, kg/m2) with that z-score; none outside the ages, or where no value reaches it.

    >>> round(value_at("height", "male", Decimal(24), Decimal(0)), 1)
    Decimal('86.5')
    """
    lms = reference(measure, sex, age_months)
    return lms.value_at(z) if lms else None


@lru_cache(maxsize=4096)
def value_at_modified_z(measure: Measure, sex: Sex, age_months: Decimal, z: Decimal) -> Decimal | None:
    """The value (cm, kg, kg/m2) with that modified z-score, which may lie below 0; none outside the ages.

    >>> round(value_at_modified_z("weight", "male", Decimal(96), Decimal(8)), 1)
    Decimal('76.6')
    """
    lms = reference(measure, sex, age_months)
    if lms is None:
        return None
    return _DIGITS.add(lms.median, _DIGITS.multiply(z, lms.half_distance(z)))


@lru_cache(maxsize=4096)
def reference(measure: Measure, sex: Sex, age_months: Decimal) -> Lms | None:
    """L, M and S of that age, linear between the ages of the table; none outside 24 to 240 months.

    >>> reference("height", "male", Decimal(24))
    Lms(power=Decimal('0.941524'), median=Decimal('86.4522'), variation=Decimal('0.0403215'))
    """
    if not YOUNGEST <= age_months <= OLDEST:
        return None
    ages, rows = _table()[measure, sex]
    after = min(bisect_right(ages, age_months), len(ages) - 1)
    low, high = rows[after - 1], rows[after]
    span = _DIGITS.subtract(ages[after], ages[after - 1])
    part = _DIGITS.divide(_DIGITS.subtract(age_months, ages[after - 1]), span)
    return Lms(*(_DIGITS.fma(part, _DIGITS.subtract(end, begin), begin) for begin, end in zip(low, high, strict=True)))


@cache
def _table() -> dict[tuple[str, str], tuple[list[Decimal], list[Lms]]]:
    """The ages and the parameters of each measure and sex, by age."""
    table: dict[tuple[str, str], tuple[list[Decimal], list[Lms]]] = {}
    import csv

    with Path(__file__).with_name("cdc_lms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            ages, parameters = table.setdefault((row["measure"], row["sex"]), ([], []))
            ages.append(Decimal(row["age_months"]))
            parameters.append(Lms(Decimal(row["L"]), Decimal(row["M"]), Decimal(row["S"])))
    return table


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    """The base to that exponent by its logarithm, in half the time of Decimal's own power."""
    return _DIGITS.exp(_DIGITS.multiply(exponent, _DIGITS.ln(base)))


def _above_zero(measure: Measure, value: Decimal) -> Decimal:
    if value <= 0:
        raise InputError(f"a {measure} of {value} is not possible")
    return value
