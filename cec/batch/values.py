"""Columns of texts -> what they say: each different text is read once, by the readers of `cec dose`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from cec.facts import FACTS
from cec.load.patient_keys import Part
from cec.tables.columns import Column
from cec.tables.rows import read_cell
from cec.units import Quantity

if TYPE_CHECKING:
    import polars as pl

MOST_KEPT = 1 << 18
"""Different texts, values or answers that are kept for the next block; with more, all are found anew."""

NOTHING, UNREAD = 0, 1
"""The keys of a cell that says nothing, and of one that cannot be read."""


def value_of(part: Part) -> Any:
    """What is told of a fact, as rules know it; of reductions all."""
    value = part.value
    if isinstance(value, dict):
        return next(iter(value.values()))
    if isinstance(value, tuple) and value and isinstance(value[0], Quantity):
        return value[0]
    return Quantity(Decimal(value), "") if isinstance(value, int) and not isinstance(value, bool) else value


def size_of(fact: str, value: Quantity) -> Decimal:
    """A size in cm or kg."""
    return FACTS[fact].in_unit(value).value


class Texts:
    """The different texts of one fact, each with a place: what it says, and the key that all texts of its kind share.

    At place 0 is a cell without a text.
    """

    def __init__(self, fact: str, column: Column, key_of: Callable[[str, Part], int]) -> None:
        self.fact, self.column, self._key_of = fact, column, key_of
        self._places: dict[str | None, int] = {None: 0}
        self.parts: list[Part | None] = [None]
        self.values: list[Any] = [None]
        self._keys = [NOTHING]
        self._sizes: list[float | None] = [None]

    def places(self, texts: pl.Series) -> pl.Series:
        """The place of what each cell says."""
        import polars as pl

        if texts.null_count() == len(texts):
            return pl.Series([0], dtype=pl.UInt32).new_from_index(0, len(texts))
        codes = texts.cast(pl.Categorical(pl.Categories.random())).to_physical()
        if texts.null_count():
            codes = codes.fill_null(whole(codes.max()) + 1)
        first = codes.arg_unique()
        different = texts[first].to_list()
        for text in different:
            if text not in self._places:
                self._read(text)
        places = pl.Series([self._places[text] for text in different], dtype=pl.UInt32)
        table = pl.Series([0], dtype=pl.UInt32).new_from_index(0, whole(codes.max()) + 1)
        return table.scatter(codes[first], places)[codes]

    def keys(self, places: pl.Series) -> pl.Series:
        """The key of each cell, by its place."""
        import polars as pl

        return pl.Series(self._keys, dtype=pl.UInt32)[places]

    def sizes(self, places: pl.Series) -> pl.Series:
        """The size that each cell tells, as the nearest float to one in its unit; null where it tells none."""
        import polars as pl

        values = self.values[len(self._sizes) :]
        self._sizes += (value and float(size_of(self.fact, value)) for value in values)
        return pl.Series(self._sizes, dtype=pl.Float64)[places]

    def _read(self, text: str) -> None:
        """Find out what a text says, at the next place."""
        part = read_cell(self.fact, self.column, text)
        self._places[text] = len(self.parts)
        self.parts.append(part)
        self.values.append(None if part is None or part.faults else value_of(part))
        self._keys.append(NOTHING if part is None else UNREAD if part.faults else self._key_of(self.fact, part))


class Numbers:
    """A number for each different thing, from a first one on, never that of another."""

    def __init__(self, first: int = 0) -> None:
        self._first = first
        self._numbers: dict[Hashable, int] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._numbers)

    def of(self, thing: Hashable) -> int:
        """The number of a thing; the next one where it has none yet."""
        with self._lock:
            return self._numbers.setdefault(thing, len(self._numbers) + self._first)


def combined(columns: Sequence[pl.Series]) -> pl.Series:
    """One whole number for each row: rows have the same where they have the same in every column of UInt32."""
    import polars as pl

    code, size = columns[0], whole(columns[0].max()) + 1
    for column in columns[1:]:
        many = whole(column.max()) + 1
        if size * many >= 1 << 63:
            code = code.rank("dense")
            size = whole(code.max()) + 1
        if size * many >= 1 << 32 and code.dtype == pl.UInt32:
            code = code.cast(pl.UInt64)
        if many > 1:
            code, size = code * many + column, size * many
    return code


def whole(largest: object) -> int:
    """The largest number of a column of whole numbers; 0 where it has none."""
    return largest if isinstance(largest, int) else 0


class Different(NamedTuple):
    """The first row of each different code, and for each row which of them it has, counted from 0."""

    first: pl.Series
    which: pl.Series

    def each(self, values: Sequence[Any], kind: pl.DataType | type[pl.DataType]) -> pl.Series:
        """For each row the value of its code."""
        import polars as pl

        found = pl.Series(values, dtype=kind)
        return found.new_from_index(0, len(self.which)) if len(found) == 1 else found[self.which]


def different(columns: Sequence[pl.Series]) -> Different:
    """Which rows have the same in every column of UInt32."""
    import polars as pl

    codes = combined(columns)
    first = codes.arg_unique()
    numbers = pl.int_range(len(first), dtype=pl.UInt32, eager=True)
    largest = whole(codes.max())
    if largest < MOST_KEPT:
        table = pl.Series([0], dtype=pl.UInt32).new_from_index(0, largest + 1).scatter(codes[first], numbers)
        return Different(first, table[codes])
    return Different(first, codes.replace_strict(codes[first], numbers, return_dtype=pl.UInt32))
