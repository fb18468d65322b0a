"""The limits of the growth reference over columns: rows that lie well within them, and for the others, beyond which.

Most rows are settled by the limits of their month of age, drawn a little closer. The rest are held against the limits
of their very age in binary floats; a row so near a limit that floats cannot tell is left to the single path.
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.exact import BILLION
from cec.calculate.growth import OLDEST, YOUNGEST, Measure, reference
from cec.calculate.sizes import HEAVIEST_Z, IMPLAUSIBLE_Z

if TYPE_CHECKING:
    import polars as pl

    from cec.facts import Sex

MEASURES: tuple[Measure, ...] = ("height", "weight", "bmi")
SEXES: tuple[Sex, ...] = ("female", "male")
_MONTHS = int(OLDEST - YOUNGEST) + 1
_CLOSER = 0.005
"""How much closer the limits of a whole month are drawn: far more than they bend within one."""


class _Parameters(NamedTuple):
    """Cole's parameters as floats; see `cec.calculate.growth.Lms`."""

    power: float
    median: float
    variation: float

    def value_at(self, z: float) -> float:
        """The value with that z-score."""
        if abs(self.power) < 0.01:
            return self.median * math.exp(self.variation * z)
        return self.median * math.pow(1 + self.power * self.variation * z, 1 / self.power)


LIMITS = tuple(f"{measure}_{side}" for measure in MEASURES for side in ("low", "high"))
"""The names of the limits, in the order in which they are given."""


def month_index(sex: pl.Expr, months: pl.Expr) -> pl.Expr:
    """The row of `month_limits` for a sex (1 female, 2 male) and an age in billionths of a month; null outside."""
    import polars as pl

    first, last = int(YOUNGEST) * BILLION, int(OLDEST) * BILLION
    inside = months.is_between(first, last) & sex.is_in([1, 2])
    return pl.when(inside).then((sex.cast(pl.Int64) - 1) * _MONTHS + (months - first) // BILLION)


@cache
def month_limits() -> pl.DataFrame:
    """Low and high limits of each measure (cm, kg, kg/m2), drawn closer, for each sex and month of age."""
    import polars as pl

    rows = []
    for sex in SEXES:
        ages = [
            [_limits(measure, _at_month(measure, sex, month)) for measure in MEASURES] for month in range(_MONTHS + 1)
        ]
        for now, later in pairwise(ages):
            row: list[float] = []
            for (low, high), (next_low, next_high) in zip(now, later, strict=True):
                row += (max(low, next_low) * (1 + _CLOSER), min(high, next_high) * (1 - _CLOSER))
            rows.append(row)
    return pl.DataFrame(rows, schema=LIMITS, orient="row")


@lru_cache(maxsize=1 << 14)
def age_limits(sex: int, months: int) -> tuple[float, ...]:
    """Low and high limits of each measure (cm, kg, kg/m2) by sex (1 female, 2 male) and age (billionths of a month).

    >>> [round(limit, 2) for limit in age_limits(2, 24 * BILLION)][:2]
    [69.06, 100.43]
    """
    sizes = (_limits(measure, _at_age(measure, SEXES[sex - 1], months)) for measure in MEASURES)
    return tuple(limit for pair in sizes for limit in pair)


@lru_cache(maxsize=1 << 10)
def _at_age(measure: Measure, sex: Sex, months: int) -> _Parameters:
    """The parameters of an age in billionths of a month."""
    lms = reference(measure, sex, Decimal(months) / BILLION)
    if lms is None:
        raise ValueError(f"the growth reference has no age of {months / BILLION} months")
    return _Parameters(*map(float, lms))


def _at_month(measure: Measure, sex: Sex, month: int) -> _Parameters:
    """The parameters of a whole month, counted from the youngest age, by the ages of the table around it."""
    month = min(month, _MONTHS - 1)
    before = month - month % 6
    after = min(before + 6, _MONTHS - 1)
    first, last = (_at_age(measure, sex, (int(YOUNGEST) + age) * BILLION) for age in (before, after))
    return _Parameters(*(low + (high - low) * (month % 6) / 6 for low, high in zip(first, last, strict=True)))


def _limits(measure: Measure, lms: _Parameters) -> tuple[float, float]:
    """The lowest and highest value that raise no question."""
    low_z, high_z = map(float, IMPLAUSIBLE_Z[measure])
    low = lms.median + low_z * (lms.median - lms.value_at(-2)) / 2
    high = lms.median + high_z * (lms.value_at(2) - lms.median) / 2
    return low, min(high, lms.value_at(float(HEAVIEST_Z))) if measure == "weight" else high
