"""What every check and every choice of a regimen hangs on, as one whole number for each row: its pattern.

Rows of one pattern have the same alert codes and the same protocol doses, so that one of them, drafted by the single
path, answers for all. A pattern is made of bits (is the weight under 20 kg? is the age known?), of the growth reference
and of a code for the texts of facts that are no measures (number of previous cycles, yes or no); see `kinds`.

Whoever adds an alert that hangs on something new to `cec.calculate` adds its question to `bits`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping, Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.areas import DOUBT
from cec.batch.exact import BILLION
from cec.batch.growth_limits import LIMITS, MEASURES, age_limits, month_index, month_limits
from cec.calculate.growth import OLDEST, YOUNGEST
from cec.calculate.measure_checks import WEIGHT_CHANGES
from cec.facts import FACTS
from cec.regimen import Condition, Limit, Regimen
from cec.units import span

if TYPE_CHECKING:
    import polars as pl

    from cec.pharmacy import Pharmacy

MEASURED = {"age": BILLION, "weight": BILLION, "height": BILLION, "bsa": BILLION, "days_since_day_1": 1}
"""Facts with a column of whole numbers, and how many to the unit of the fact."""


_OFTEN_UNKNOWN = (
    *("age", "born", "start", "measured_on", "previous_day_1", "previous_weight"),
    *("creatinine", "creatinine_clearance", "clearance"),
)


PLACES = 38
"""Questions that a pattern has places for, in a whole number of 63 bits beside the growth reference and the code."""

MOST_CODES = 1 << (63 - 4 - PLACES)
"""Codes that there is room for; rows with others, in tables of millions of different texts, are answered one by one."""


class Bit(NamedTuple):
    """A question that a row answers with yes or no, and where floats cannot tell.

    Where no row tells `column`, every answer is no, and the question need not be asked; without one it always is.
    """

    yes: pl.Expr
    column: str | None = None
    doubt: pl.Expr | None = None


def bits(regimen: Regimen, pharmacy: Pharmacy) -> list[Bit]:
    """Every question on which an alert or a protocol dose hangs, but for the sizes of the growth reference."""
    import polars as pl

    found = [Bit(pl.col(name).is_null()) for name in ("height", "weight")]
    found += [Bit(pl.col(name).is_not_null(), name) for name in _OFTEN_UNKNOWN]
    found += [Bit(pl.col("sex") == code, "sex") for code in (1, 2)]
    in_reference = (int(YOUNGEST * BILLION), int(OLDEST * BILLION))
    found.append(Bit(pl.col("age").is_between(*in_reference), "age"))  # without a sex, only these ages are a gap
    found += _limits_of(regimen)
    found += [
        *_beyond_plausible("bsa"),
        Bit(pl.duration(days=pl.col("days_old")) > span(pharmacy.measures_valid_for), "days_old"),
        Bit(pl.col("days_old") < 0, "days_old"),
    ]
    before = pl.col("previous_weight")
    change = (pl.col("weight") - before).abs() / before * 100
    found += [_above("previous_weight", change, float(percent)) for percent, _ in WEIGHT_CHANGES]
    indexes = FACTS["body_mass_index"].plausible or ()
    return [*found, *(_above("bmi", pl.col("bmi"), float(index)) for index in indexes if index is not None)]


def _beyond_plausible(fact: str) -> Iterator[Bit]:
    """Whether a column of billionths lies below or above the plausible bounds of its fact."""
    import polars as pl

    low, high = FACTS[fact].plausible or (None, None)
    if low is not None:
        yield Bit(pl.col(fact) < int(low * BILLION), fact)
    if high is not None:
        yield Bit(pl.col(fact) > int(high * BILLION), fact)


def answers_to(known: pl.DataFrame, asked: Mapping[int, Bit]) -> pl.Series:
    """For each row a whole number with the answers to these questions, each at its place."""
    return known.select(_answers(asked)).to_series()


def _answers(asked: Mapping[int, Bit]) -> pl.Expr:
    import polars as pl

    nothing, total = pl.lit(0, dtype=pl.UInt8), pl.lit(0, dtype=pl.Int64)
    for first in range(0, PLACES, 8):  # eight to a byte cost half of eight whole numbers
        some = {place - first: bit.yes for place, bit in asked.items() if first <= place < first + 8}
        yes = (
            pl.when(is_so).then(pl.lit(1 << place, dtype=pl.UInt8)).otherwise(nothing) for place, is_so in some.items()
        )
        if some:
            total += reduce(operator.or_, yes).cast(pl.Int64) * (1 << first)
    return total


def with_patterns(known: pl.DataFrame, asked: Mapping[int, Bit], codes: pl.Series) -> pl.DataFrame:
    """Row, BSA and weight of each row with its `pattern`; null where floats cannot tell or the row is not plain.

    A pattern is made of the row's code, 4 bits of the growth reference (0: it does not apply; else 1 and a bit for each
    measure beyond its limits) and the answers to the questions that have a place in it. All others are in the code.
    """
    import polars as pl

    doubts = (bit.doubt.fill_null(value=False) for bit in asked.values() if bit.doubt is not None)
    is_sure = pl.col("is_plain") & ~pl.any_horizontal(pl.lit(value=False), *doubts)
    code = pl.lit(codes) if len(codes) > 1 else pl.lit(codes[0], dtype=pl.Int64)
    is_sure &= code < MOST_CODES
    answers = _answers({place: bit for place, bit in asked.items() if place < PLACES})
    asking = known.lazy().with_columns(pattern=code * (16 << PLACES) + answers, is_sure=is_sure)
    if known.get_column("age").null_count() == known.height:
        told = pl.when("is_sure").then(pl.col("pattern")).alias("pattern")
        return asking.select("row", "bsa", "weight", told).collect(optimizations=pl.QueryOptFlags.none())
    months = month_limits()
    limits = [pl.lit(months.get_column(name)).gather(pl.col("month")).alias(name) for name in LIMITS]
    growth = pl.when(pl.col("month").is_not_null()).then(pl.lit(1 << PLACES, dtype=pl.Int64)).otherwise(0)
    needed = ("row", "bsa", "weight", "sex", "age", "metres", "kilograms", "bmi", "is_plain")
    found = (
        asking.with_columns(month=month_index(pl.col("sex"), pl.col("age")))
        .with_columns(limits)
        .select(
            *needed,
            pattern=pl.when("is_sure").then(pl.col("pattern") + growth),
            is_beyond=~pl.all_horizontal(_within(name) for name in MEASURES),
        )
        .collect(optimizations=pl.QueryOptFlags.none())
    )
    rest = found.filter(pl.col("is_beyond") & pl.col("is_plain"))
    found = found.select("row", "bsa", "weight", "pattern")
    return _beyond(found, rest) if rest.height else found


def _beyond(found: pl.DataFrame, rest: pl.DataFrame) -> pl.DataFrame:
    """The same with the growth of those rows by the limits of their very age."""
    import polars as pl

    ages = rest.select("sex", "age").unique()
    limits = pl.DataFrame([age_limits(*age) for age in ages.iter_rows()], schema=LIMITS, orient="row")
    limits = pl.concat([ages, limits], how="horizontal")
    rest = rest.join(limits, on=["sex", "age"], how="left", maintain_order="left")
    beyond = pl.sum_horizontal(
        (~_within(name)).cast(pl.Int64) * (2 << (bit + PLACES)) for bit, name in enumerate(MEASURES)
    )
    is_near = pl.any_horizontal(
        (_SIZES[name]() / pl.col(limit) - 1).abs() < DOUBT
        for name in MEASURES
        for limit in (f"{name}_low", f"{name}_high")
    )
    told = rest.select("row", pattern=pl.when(~is_near).then(pl.col("pattern") + beyond))
    return found.with_columns(found.get_column("pattern").scatter(told.get_column("row"), told.get_column("pattern")))


def _within(measure: str) -> pl.Expr:
    import polars as pl

    return _SIZES[measure]().is_between(pl.col(f"{measure}_low"), pl.col(f"{measure}_high"))


def _size(name: str, factor: int) -> pl.Expr:
    import polars as pl

    return pl.col(name) * factor


_SIZES = {
    "height": partial(_size, "metres", 100),
    "weight": partial(_size, "kilograms", 1),
    "bmi": partial(_size, "bmi", 1),
}
"""Height in cm, weight in kg and body mass index in kg/m2, as columns of floats."""


def _limits_of(regimen: Regimen) -> Iterator[Bit]:
    """Each bound of each condition of the regimen, over the columns of whole numbers."""
    import polars as pl

    bands = [band.when for line in regimen.drugs if isinstance(line.dose, tuple) for band in line.dose]
    conditions = [condition for when in (*bands, *(check.when for check in regimen.checks)) for condition in when]
    for fact, limit in dict.fromkeys(_bounds(conditions)):
        if fact == "creatinine_clearance":
            yield _above("clearance", pl.col("clearance"), float(limit.value.value))
            continue
        scale = MEASURED[fact]
        bound = FACTS[fact].in_unit(limit.value).value
        is_open = limit.comparison in {"<", ">="}
        beyond = pl.col(fact) < math.ceil(bound * scale) if is_open else pl.col(fact) > math.floor(bound * scale)
        yield Bit(beyond, fact)


def _bounds(conditions: Sequence[Condition]) -> Iterator[tuple[str, Limit]]:
    for condition in conditions:
        if condition.fact in {*MEASURED, "creatinine_clearance"}:
            yield from ((condition.fact, limit) for limit in condition.limits)


def _above(column: str, value: pl.Expr, limit: float) -> Bit:
    """Whether a float lies above a limit; in doubt near it."""
    return Bit(value > limit, column, (value / limit - 1).abs() < DOUBT)
