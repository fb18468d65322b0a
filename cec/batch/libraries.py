"""Frames of polars and pandas and tables of Arrow: their columns as those of polars, and columns put behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from cec.errors import Fault, InputError
from cec.tables.cells import mute_columns
from cec.tables.columns import Column

if TYPE_CHECKING:
    import polars as pl


def readable(frame: Any) -> Any:
    """The frame; of another kind that speaks Arrow's protocol, which may be read only once, an Arrow table."""
    if _library(frame) or type(frame).__name__ == "LazyFrame" or not hasattr(frame, "__arrow_c_stream__"):
        return frame
    try:
        import pyarrow
    except ImportError:
        name = type(frame).__name__
        raise InputError(f"a {name} becomes an Arrow table, for which pyarrow is not installed") from None
    try:
        return pyarrow.table(frame)
    except (pyarrow.ArrowException, TypeError, ValueError):  # a column, not a table
        return frame


def _library(frame: Any) -> str:
    """Whose frame this is: polars, pandas or pyarrow; nothing where it is none of theirs."""
    kinds = {("polars", "DataFrame"), ("pandas", "DataFrame"), ("pyarrow", "Table"), ("pyarrow", "RecordBatch")}
    bases = ((base.__module__.partition(".")[0], base.__name__) for base in type(frame).__mro__)
    return next((library for library, name in bases if (library, name) in kinds), "")


def _kind(frame: Any) -> str:
    """Whose frame this is: polars, pandas or pyarrow; InputError where it is none of theirs."""
    if library := _library(frame):
        return library
    name = type(frame).__name__
    hint = "; call its collect() first" if name == "LazyFrame" else ""
    raise InputError(f"a {name} is not a frame of polars or pandas and no Arrow table or record batch{hint}")


def names_of(frame: Any) -> list[str]:
    """The names of a frame's columns, in their order."""
    return list(frame.schema.names) if _kind(frame) == "pyarrow" else [str(name) for name in frame.columns]


def columns_of(frame: Any, names: Sequence[str], columns: Mapping[str, Column]) -> pl.DataFrame:
    """The columns that tell something, as a polars frame; InputError where one cannot be read."""
    import polars as pl

    kind = _kind(frame)
    rows: dict[str, pl.Series] = {}
    faults: list[Fault] = []
    for fact, name in ((fact, name) for fact, column in columns.items() for name in column.names):
        if names.count(name) > 1:
            faults.append(Fault(f"several columns have the name '{name}', of which one must tell the {fact}"))
            continue
        try:
            rows[name] = _column(frame, kind, names.index(name))
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, NotImplementedError, TypeError, ValueError):
            faults.append(
                Fault(f"column '{name}' cannot be read; texts, numbers, dates or booleans can tell the {fact}")
            )
    faults += mute_columns({name: cells.dtype for name, cells in rows.items()}, columns)
    if faults:
        raise InputError(*faults)
    return pl.DataFrame(rows)


def _column(frame: Any, kind: str, place: int) -> pl.Series:
    """One column of a frame of any kind."""
    import polars as pl

    if kind == "polars":
        return cast("pl.DataFrame", frame).to_series(place)
    if kind == "pyarrow":
        return cast("pl.Series", pl.from_arrow(frame.column(place)))
    cells = frame.iloc[:, place]
    try:
        return cast("pl.Series", pl.from_pandas(cells))
    except (TypeError, ValueError):  # texts and numbers, mixed
        if {type(cell) for cell in cells.dropna()} <= {str, int, float, Decimal}:
            return pl.Series(None if is_none else str(cell) for cell, is_none in zip(cells, cells.isna(), strict=True))
        raise


def with_columns(frame: Any, added: Mapping[str, pl.Series]) -> Any:
    """The frame with more columns; its own stay as they are."""
    kind = _kind(frame)
    if kind == "polars":
        return frame.with_columns(series.alias(name) for name, series in added.items())
    if kind == "pandas":
        labels = {str(label): label for label in frame.columns}
        frame = frame.copy(deep=False)
        for name, series in added.items():
            frame[labels.get(name, name)] = series.to_list()
        return frame
    for name, series in added.items():
        texts = series.to_arrow().cast("string")
        if name in frame.schema.names:
            frame = frame.set_column(frame.schema.names.index(name), name, texts)
        else:
            frame = frame.append_column(name, texts)
    return frame
