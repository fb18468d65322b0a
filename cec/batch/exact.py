"""Columns of texts -> columns of exact integers, where that is plainly possible; null everywhere else.

A length, weight or age is kept as a whole number of billionths of a cm, kg or month. A plain number goes by a binary
float and back: with at most 12 digits that is exact. Any other text is read once by the reader of the single path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cec.errors import CecError
from cec.facts.reading import positive, read_age
from cec.tables.columns import Column
from cec.units import AGE, CLEARANCE, CREATININE, EXACT, Quantity, convert, read_length, read_weight

if TYPE_CHECKING:
    import polars as pl

BILLION = 10**9

DATES = ("born", "measured_on", "previous_day_1", "start")

_PLAIN_NUMBER = r"^(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,9})?$"
_PLAIN_DATE = r"^(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"


class _Reader(NamedTuple):
    """How the texts of one fact are read, and what a bare number stands for, by the unit in the column's name."""

    read: Callable[[str], Quantity]
    factors: dict[str, int]


def _months(text: str) -> Quantity:
    return convert(read_age(text), "months", AGE)


_READERS = {
    "height": _Reader(read_length, {"": 1, "cm": 1, "m": 100}),
    "weight": _Reader(read_weight, {"": 1, "kg": 1}),
    "previous_weight": _Reader(read_weight, {"": 1, "kg": 1}),
    "age": _Reader(_months, {"": 12, "years": 12, "months": 1}),
}

NUMBERS = tuple(_READERS)

_CONCENTRATIONS = {"creatinine": ("mg/dL", CREATININE), "creatinine_clearance": ("mL/min", CLEARANCE)}


def billionths(value: Decimal) -> int | None:
    """The number times 10^9, where that is a whole number.

    >>> billionths(Decimal("26.5"))
    26500000000
    """
    scaled = EXACT.multiply(value, Decimal(BILLION))
    return int(scaled) if scaled == scaled.to_integral_value() else None


def read_plain(columns: Mapping[str, Column], texts: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    """Lengths, weights and ages in billionths of cm, kg or months, dates, and the sex; null where a text is no such.

    A date is a plain one between 1900 and 2199; the sex 1 female, 2 male, 0 without a text, and only in these words.
    """
    import polars as pl

    frame = pl.DataFrame([series.alias(fact) for fact, series in texts.items()])
    read = frame.select(_plain(fact, columns[fact]).alias(fact) for fact in texts).to_dict()
    for fact, series in texts.items():
        if fact in _READERS and read[fact].null_count() > series.null_count():
            others = series.filter(read[fact].is_null() & series.is_not_null()).unique()
            known = {text: _careful(fact, columns[fact], text) for text in others}
            read[fact] = read[fact].fill_null(series.replace_strict(known, default=None, return_dtype=pl.Int64))
    return read


def _plain(fact: str, column: Column) -> pl.Expr:
    """What plain texts say; null for every other text."""
    import polars as pl

    text = pl.col(fact)
    if fact == "sex":
        return pl.when(text == "female").then(1).when(text == "male").then(2).when(text.is_null()).then(0).cast(pl.Int8)
    if fact in DATES:
        return pl.when(text.str.contains(_PLAIN_DATE)).then(text.str.to_date("%Y-%m-%d", strict=False))
    factor = _READERS[fact].factors.get(column.unit)
    if factor is None:
        return pl.repeat(None, pl.len(), dtype=pl.Int64)
    number = (text.cast(pl.Float64, strict=False) * (BILLION * factor)).round().cast(pl.Int64, strict=False)
    return pl.when(text.str.contains(_PLAIN_NUMBER)).then(number)


@lru_cache(maxsize=1 << 16)
def _careful(fact: str, column: Column, text: str) -> int | None:
    """What the reader of the single path makes of a text."""
    try:
        return billionths(_READERS[fact].read(column.text(text)).value) if text.strip() else None
    except CecError:
        return None


def concentrations(fact: str, column: Column, texts: pl.Series) -> pl.Series:
    """Creatinine in mg/dL or clearance in mL/min as floats, only to be held against limits; null elsewhere."""
    import polars as pl

    known = {text: _concentration(fact, column, text) for text in texts.drop_nulls().unique()}
    return texts.replace_strict(known, default=None, return_dtype=pl.Float64)


@lru_cache(maxsize=1 << 16)
def _concentration(fact: str, column: Column, text: str) -> float | None:
    unit, kind = _CONCENTRATIONS[fact]
    try:
        return float(convert(positive(kind)(column.text(text)), unit, kind).value)
    except CecError:
        return None


def is_said(texts: pl.Series) -> pl.Series:
    """Whether a cell says anything: not null, empty or only white space."""
    if texts.null_count() == len(texts):
        return texts.is_not_null()
    return (texts.str.len_bytes() > 0).fill_null(value=False) & ~texts.str.contains(r"^\s+$").fill_null(value=False)
