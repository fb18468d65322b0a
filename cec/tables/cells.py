"""Columns of frames of any type -> texts, as a table in CSV would have them; and the columns that have none."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from cec.errors import Fault
from cec.tables.columns import Column
from cec.tables.layout import Kind

if TYPE_CHECKING:
    import polars as pl

_JSON = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def as_texts(cells: pl.Series) -> pl.Series:
    """The cells as texts. Whole numbers and days are written as such, whatever the type: 5, not 5.0.

    >>> import polars as pl
    >>> as_texts(pl.Series([26.0, 18.5])).to_list()
    ['26', '18.5']
    >>> as_texts(pl.Series([datetime.datetime(2018, 5, 14)])).to_list()
    ['2018-05-14']
    """
    import polars as pl

    if cells.dtype == pl.String:
        return cells
    if not _is_plain(cells.dtype):
        return pl.Series(cells.name, [_as_json(cell) for cell in cells.to_list()], dtype=pl.String)
    texts = cells.cast(pl.String)
    if cells.dtype.is_float():
        return texts.str.strip_suffix(".0")
    if cells.dtype == pl.Datetime:
        return cells.dt.date().cast(pl.String).zip_with(cells.dt.time() == datetime.time(), texts)
    return texts


def filled(cells: pl.Series, regimens: pl.Series) -> pl.Series:
    """A table's own column of regimens, its empty cells filled with the regimens that the rows were dosed by."""
    texts = as_texts(cells)
    is_empty = texts.fill_null("").str.strip_chars() == ""
    return regimens.zip_with(is_empty, texts).alias(cells.name)


def mute_columns(types: Mapping[str, pl.DataType], columns: Mapping[str, Column]) -> list[Fault]:
    """What is wrong with columns that must tell something and are of a type that has no texts."""
    names = {name: fact for fact, column in columns.items() for name in column.names}
    return [
        Fault(f"column '{name}' is {type_}; texts, numbers, dates or booleans can tell the {names[name]}")
        for name, type_ in types.items()
        if name in names and not _is_plain(type_)
    ]


def unwritable_columns(types: Mapping[str, pl.DataType], kind: Kind) -> list[Fault]:
    """What is wrong with columns that would pass through into a table of a kind that cannot hold them."""
    found = [f"'{name}' ({type_})" for name, type_ in types.items() if not _is_writable(type_, kind)]
    if not found:
        return []
    holds = "texts, numbers and dates" if kind in {"csv", "xlsx"} else "no bytes"
    return [Fault(f"{', '.join(found)}: {_KINDS[kind]} holds {holds}; write Parquet, or take these columns out first")]


_KINDS: dict[Kind, str] = {"csv": "CSV", "jsonl": "JSON Lines", "parquet": "Parquet", "xlsx": "a workbook"}


def _is_plain(type_: pl.DataType) -> bool:
    """Whether cells of a type are texts, numbers, dates, booleans or nothing."""
    import polars as pl

    plain = {pl.String, pl.Categorical, pl.Enum, pl.Boolean, pl.Null, pl.Date, pl.Datetime}
    return type_.base_type() in plain or type_.is_numeric()


def _is_writable(type_: Any, kind: Kind) -> bool:
    """Whether a table of a kind can hold cells of a type, so that they can be read again."""
    import polars as pl

    if kind == "parquet" or _is_plain(type_) or type_ == pl.Time:
        return True
    if kind in {"csv", "xlsx"}:
        return False
    if isinstance(type_, pl.Struct):
        return all(_is_writable(field.dtype, kind) for field in type_.fields)
    if isinstance(type_, (pl.List, pl.Array)):
        return _is_writable(type_.inner, kind)
    return bool(type_ == pl.Duration)


def _as_json(cell: Any) -> str | None:
    """A cell as the text that JSON has for it."""
    if cell is None:
        return None
    text = _JSON.encode(cell)
    return msgspec.json.decode(text, type=str) if text.startswith(b'"') else text.decode()
