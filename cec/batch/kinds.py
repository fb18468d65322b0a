"""Texts of a block -> which pattern each row has, and what is known of that pattern: learnt once, from one row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from cec.batch.known import read_columns
from cec.batch.patterns import PLACES, Bit, answers_to, with_patterns
from cec.batch.plan import Pattern, Plan
from cec.tables.rows import row_texts

if TYPE_CHECKING:
    import polars as pl

_FEW = 6


class Kinds(NamedTuple):
    """`rows` has the row, its BSA, weight, pattern and kind, the place of the pattern among `patterns`.

    Kind and pattern are null where a row is not plain.
    """

    rows: pl.DataFrame
    patterns: list[Pattern]


def find_kinds(texts: Mapping[str, pl.Series], plan: Plan) -> Kinds:
    """The kind of every row; patterns that the plan has not met before are learnt."""
    numbers, others = read_columns(texts, plan.told_by, plan.settings)
    told = {name for name in numbers.columns if numbers.get_column(name).null_count() < numbers.height}
    asked = {place: bit for place, bit in enumerate(plan.bits) if bit.column is None or bit.column in told}
    codes = _codes({fact: series for fact, series in texts.items() if fact in others}, numbers, asked, plan)
    known = with_patterns(numbers, asked, codes)
    pattern = known.get_column("pattern")
    met = dict(plan.patterns)
    kind = _places(pattern, met)
    if kind.null_count() > pattern.null_count():
        strangers = known.filter(kind.is_null() & pattern.is_not_null())
        with plan.lock:
            _learn(strangers, texts, plan)
            met = dict(plan.patterns)
        kind = _places(pattern, met)
    return Kinds(known.select("row", "bsa", "weight", "pattern", kind.alias("kind")), list(met.values()))


def _places(patterns: pl.Series, met: Collection[int]) -> pl.Series:
    """The place of each pattern among those that were met; null where it is none of them."""
    import polars as pl

    places = {pattern: place for place, pattern in enumerate(met)} or {-1: 0}
    return patterns.replace_strict(places, default=None, return_dtype=pl.Int64)


def _learn(strangers: pl.DataFrame, texts: Mapping[str, pl.Series], plan: Plan) -> None:
    """Find out about patterns that no block had before, each from one of its rows."""
    for row, pattern in strangers.unique("pattern", keep="first", maintain_order=True).select("row", "pattern").rows():
        if pattern not in plan.patterns:
            plan.learn(pattern, next(row_texts(texts, plan.told_by, [row])))


def _codes(texts: Mapping[str, pl.Series], numbers: pl.DataFrame, asked: Mapping[int, Bit], plan: Plan) -> pl.Series:
    """A number for what makes the pattern of each row beside its own places, never that of anything else in any block.

    That is the texts, and the answers to questions that have no place in a pattern. Just one where there is none.
    """
    import polars as pl

    parts = [
        _coded(series, partial(plan.code_of_text, fact))
        for fact, series in texts.items()
        if series.null_count() < len(series)
    ]
    for first in range(PLACES, len(plan.bits), PLACES):
        some = {place - first: bit for place, bit in asked.items() if first <= place < first + PLACES}
        parts.append(_coded(answers_to(numbers, some), partial(plan.code_of_answers, first)))
    return (
        reduce(lambda codes, part: _coded(codes * (1 << 31) + part, plan.code_of), parts) if parts else pl.Series([0])
    )


def _coded(column: pl.Series, code_of: Callable[[Any], int]) -> pl.Series:
    """What the function makes of each value; few different values are compared one by one, which is fastest."""
    import polars as pl

    known = {value: code_of(value) for value in column.unique()}
    if len(known) > _FEW:
        return column.replace_strict(known, return_dtype=pl.Int64)
    code = pl.lit(None, dtype=pl.Int64)
    for value, number_of_value in known.items():
        is_it = pl.col("value").eq_missing(pl.lit(value, dtype=column.dtype))
        code = pl.when(is_it).then(number_of_value).otherwise(code)
    return column.to_frame("value").select(code.alias("code")).to_series()
