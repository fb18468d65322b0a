"""What every check and every choice of a regimen hangs on, as one whole number for each row: its pattern.

Rows of one pattern have the same alert codes and the same protocol doses, so that one of them, drafted by the single
path, answers for all. A pattern is made of bits (is the weight under 20 kg? is the age known?), of the growth reference
and of a code for the texts of facts that are no measures (number of previous cycles, yes or no); see `kinds`.

Whoever adds an alert that hangs on something new to `cec.calculate` adds its question to `bits`.
"""

from __future__ import annotations

import datetime
import math
import operator
from collections.abc import Iterator, Mapping
from functools import partial, reduce
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.areas import DOUBT
from cec.batch.exact import BILLION
from cec.batch.growth_limits import LIMITS, MEASURES, age_limits, month_index, month_limits
from cec.calculate.growth import OLDEST, YOUNGEST
from cec.calculate.rule import LimitQuestion
from cec.calculate.rules import questions
from cec.calculate.sizes import growth_limits, without_reference
from cec.facts import FACTS, fact_of
from cec.facts.stretches import Cut, Stretch
from cec.regimen import Regimen

if TYPE_CHECKING:
    import polars as pl

    from cec.pharmacy import Pharmacy

_WHOLE = {
    "age": ("age", BILLION),
    "weight": ("weight", BILLION),
    "height": ("height", BILLION),
    "previous_weight": ("previous_weight", BILLION),
    "bsa": ("bsa", BILLION),
    "days_since_day_1": ("days_since_day_1", 1),
    "days_since_measured": ("days_old", 1),
}
"""Facts with a column of whole numbers, and how many to the unit of the fact."""

_CODED = ("total_cycles", "sex", "start")
"""Facts that hang on nothing but texts that have a code, or on bits of their own."""


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
    asked = [question for question in _limit_questions(regimen, pharmacy) if not _is_of_growth(question)]
    cuts = dict.fromkeys(cut for question in asked for cut in _cuts_of(question))
    found += [_bit_of(*cut) for cut in cuts]
    indexes = FACTS["body_mass_index"].plausible or ()
    return [*found, *(_above("bmi", pl.col("bmi"), float(index)) for index in indexes if index is not None)]


def are_all_answered(regimen: Regimen, pharmacy: Pharmacy) -> bool:
    """Whether the columns answer every question of every rule; else each row is drafted for itself."""
    known = {*_WHOLE, *_floats(), *_CODED}
    return all(
        _is_of_growth(question)
        or (
            (question.limits is None or question.given == ("start",))
            and (question.fact in known or fact_of(question.fact).told != "derived")  # no column: its text counts
        )
        for question in _limit_questions(regimen, pharmacy)
    )


def _limit_questions(regimen: Regimen, pharmacy: Pharmacy) -> Iterator[LimitQuestion]:
    return (question for question in questions(regimen, pharmacy) if isinstance(question, LimitQuestion))


def _is_of_growth(question: LimitQuestion) -> bool:
    """Whether its limits are those of the growth reference, which have bits of their own."""
    return getattr(question.limits, "func", None) in {growth_limits, without_reference}


def _cuts_of(question: LimitQuestion) -> Iterator[tuple[str, Cut]]:
    """Each place at which the answer to a question changes, with its fact; no number of a condition is below 0."""
    stretch = question.limits_for(datetime.date.min) if question.given == ("start",) else question.stretch
    if isinstance(stretch, Stretch) and question.fact in {*_WHOLE, *_floats()}:
        for cut in stretch:
            if cut.number.is_finite() and (cut.number or question.is_outside):
                yield question.fact, cut


def _bit_of(fact: str, cut: Cut) -> Bit:
    """Whether a fact lies beyond a cut."""
    import polars as pl

    if fact not in _WHOLE:
        return _above(*_floats()[fact], float(cut.number))
    column, scale = _WHOLE[fact]
    beyond = (
        pl.col(column) > math.floor(cut.number * scale)
        if cut.after
        else pl.col(column) >= math.ceil(cut.number * scale)
    )
    return Bit(beyond, column)


def _floats() -> dict[str, tuple[str, pl.Expr]]:
    """Facts that are floats: the column without which they are not known, and their number in the unit of the fact."""
    import polars as pl

    before = pl.col("previous_weight")
    return {
        "creatinine": ("creatinine", pl.col("creatinine") * 88.4),
        "creatinine_clearance": ("clearance", pl.col("clearance")),
        "weight_change": ("previous_weight", (pl.col("weight") - before).abs() / before * 100),
        "body_mass_index": ("bmi", pl.col("bmi")),
    }


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


def _above(column: str, value: pl.Expr, limit: float) -> Bit:
    """Whether a float lies above a limit; in doubt near it."""
    return Bit(value > limit, column, (value / limit - 1).abs() < DOUBT)
