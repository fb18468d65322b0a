"""The different values of a measure that a batch meets, and the texts that hang on each of them, made once.

A value is found by its place on a grid (tenths of a kg, hundredths of a m2), so that a block of rows costs no more than
a look at each row. Values on no grid are kept for their own block alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

WIDEST = 1 << 19
"""Places that a grid may have: 350 kg in grams are 350,000."""

Made = dict[str, "pl.Series"]
"""Columns that hang on the values, by name, a cell for each place; at place 0 nothing."""


class Looked(NamedTuple):
    """A column of a block: where its values are kept, and for each row the place of its value."""

    lookup: Lookup
    places: pl.Series

    def made(self, key: Hashable, make: Callable[[Sequence[int]], Made]) -> Made:
        """What hangs on the values, by place; `make` makes it for values, and is asked once for each of them.

        A column that has nothing for any value is left out.
        """
        return {name: told for name, told in self.lookup.made(key, make).items() if told.null_count() < len(told)}

    def each(self, told: pl.Series) -> pl.Series:
        """For each row what hangs on its value."""
        return told.gather(self.places)


class Lookup:
    """Values, each with a place from 1 on. Several threads may ask at a time."""

    def __init__(self, step: int, values: Sequence[int] = ()) -> None:
        self._step = step
        self._values = list(values)
        self._grid: pl.Series | None = None
        self._made: dict[Hashable, Made] = {}
        self._lock = threading.Lock()

    def look(self, column: pl.Series, *, alone: bool = False) -> Looked:
        """Where the values of a column are kept; none of them may be missing or below 0.

        `alone` keeps them apart from all others: what hangs on them is made for no other values.
        """
        import polars as pl

        highest = column.max()
        on_grid = isinstance(highest, int) and highest // self._step < WIDEST and (column % self._step).max() == 0
        if on_grid and not alone:
            return Looked(self, self._places(column // self._step))
        unique = column.unique()
        numbers = pl.int_range(1, len(unique) + 1, dtype=pl.UInt32, eager=True)
        return Looked(Lookup(1, unique.to_list()), column.replace_strict(unique, numbers, return_dtype=pl.UInt32))

    def _places(self, index: pl.Series) -> pl.Series:
        """The places of values by their distance from 0; those not met before get the next ones."""
        import polars as pl

        grid = self._grid
        places = None if grid is None else grid.gather(index)
        if places is None or places.min() == 0:
            with self._lock:
                grid = pl.repeat(0, WIDEST, dtype=pl.UInt32, eager=True) if self._grid is None else self._grid
                new = index.filter(grid.gather(index) == 0).unique()
                first = len(self._values) + 1
                numbers = pl.int_range(first, first + len(new), dtype=pl.UInt32, eager=True)
                self._values += (new * self._step).to_list()
                self._grid = grid = grid.clone().scatter(new, numbers)
                places = grid.gather(index)
        if len(places) and not places.min():
            raise AssertionError("a value was met and has no place")
        return places

    def made(self, key: Hashable, make: Callable[[Sequence[int]], Made]) -> Made:
        """What hangs on every value met so far."""
        import polars as pl

        with self._lock:
            before = self._made.get(key, {})
            known = len(next(iter(before.values()))) - 1 if before else 0
            if known < len(self._values) or not before:
                more = make(self._values[known:])
                nothing = {name: pl.Series([None], dtype=told.dtype) for name, told in more.items()}
                start = before or nothing
                self._made[key] = {name: pl.concat([start[name], told], rechunk=True) for name, told in more.items()}
            return self._made[key]
