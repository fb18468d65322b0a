"""Frames in, frames of doses out, without files: polars, Arrow and pandas, and so Spark, Ray and Dask."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from cec.batch.columns import ABOUT_THE_PERSON, Column, columns_for
from cec.batch.desk import Desk
from cec.batch.single import Settings
from cec.calculate import fingerprint
from cec.errors import InputError
from cec.load import load_pharmacy, load_regimen
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

Table = TypeVar("Table")

REJECTED = "rejected"
"""The column that says why a row has no doses."""

_MOST_DESKS = 16
_desks: dict[str, Desk] = {}
"""Desks by what they were made for: a cluster hands over a table in many batches."""


def dose_table(
    frame: Table,
    regimen: Regimen | str | Sequence[Regimen | str] = "cec-induction",
    pharmacy: Pharmacy | str | Path | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    start: datetime.date | None = None,
    cycle: int | None = None,
    as_of: datetime.date | None = None,
) -> Table:
    """The rows of a frame with regimen, bsa_m2, an amount for each drug, alerts and rejected, all of them texts.

    `frame` is a polars or pandas frame, or an Arrow table or record batch; what comes back is of the same kind and has
    the same rows in the same order. A row that gets no dose has nothing in the new columns but `rejected`, the reason.
    Of several regimens the first is for rows that name none. `columns` says which column tells what, where its name
    does not: {"height": "Wzrost"}.

    >>> import polars as pl
    >>> patients = pl.DataFrame({"id": ["007", "8"], "height_cm": [128.0, 1.28], "weight_kg": [26, 26]})
    >>> dose_table(patients).select("id", "clofarabine_mg").rows()
    [('007', '38.4'), ('8', None)]
    """
    rows = _as_polars(frame)
    several = regimen if isinstance(regimen, Sequence) and not isinstance(regimen, str) else [regimen]
    regimens = [load_regimen(one) if isinstance(one, str) else one for one in several]
    if not regimens:
        raise InputError("name a regimen")
    shop = pharmacy if isinstance(pharmacy, Pharmacy) else load_pharmacy(pharmacy)
    found = columns_for(rows.columns, columns or {}, regimens)
    told = {fact: column for fact, column in found.items() if fact not in ABOUT_THE_PERSON}
    desk = _desk(regimens, Settings(regimens[0], shop, start, cycle, as_of), told)
    if taken := [name for name in (*desk.columns_made, REJECTED) if name in rows.columns and name not in _names(told)]:
        raise InputError(f"the frame has columns that this would add: {', '.join(taken)}")
    return cast("Table", _with_columns(frame, _made(rows, desk)))


def _names(told: Mapping[str, Column]) -> tuple[str, ...]:
    """The frame's own column of regimens, which may be filled."""
    return (told["regimen"].name,) if "regimen" in told else ()


def _desk(regimens: Sequence[Regimen], settings: Settings, told: Mapping[str, Column]) -> Desk:
    """The desk for these regimens, settings and columns, kept for the next frame."""
    key = fingerprint(regimens, settings.pharmacy, settings.start, settings.cycle, settings.as_of, told)
    if key not in _desks:
        if len(_desks) >= _MOST_DESKS:
            _desks.clear()
        _desks[key] = Desk(settings, told, {one.name: one for one in regimens})
    return _desks[key]


def _made(rows: pl.DataFrame, desk: Desk) -> dict[str, pl.Series]:
    """The new columns, a text or nothing for every row."""
    import polars as pl

    answered = desk.answer(rows)
    every = rows.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"))
    refused = answered.refused.select("row", pl.col("reason").alias(REJECTED))
    joined = every.join(answered.dosed, on="row", how="left", maintain_order="left").join(
        refused, on="row", how="left", maintain_order="left"
    )
    made = {name: joined.get_column(name) for name in (*desk.columns_made, REJECTED)}
    if told := desk.columns.get("regimen"):
        named = rows.get_column(told.name).cast(pl.String)
        is_empty = named.fill_null("").str.strip_chars() == ""
        made = {told.name: made.pop("regimen").zip_with(is_empty, named), **made}
    return made


def _as_polars(frame: Any) -> pl.DataFrame:
    """The same rows as a polars frame."""
    import polars as pl

    library = type(frame).__module__.partition(".")[0]
    if isinstance(frame, pl.DataFrame):
        return frame
    if library == "pandas":
        return pl.from_pandas(frame)
    if library == "pyarrow":
        return cast("pl.DataFrame", pl.from_arrow(frame))
    raise InputError(f"a {type(frame).__name__} is no frame of polars or pandas and no Arrow table or record batch")


def _with_columns(frame: Any, made: Mapping[str, pl.Series]) -> Any:
    """The frame with more columns; its own stay as they are."""
    import polars as pl

    if isinstance(frame, pl.DataFrame):
        return frame.with_columns(series.alias(name) for name, series in made.items())
    if type(frame).__module__.startswith("pandas"):
        return frame.assign(**{name: series.to_list() for name, series in made.items()})
    for name, series in made.items():
        texts = series.to_arrow().cast("string")
        if name in frame.schema.names:
            frame = frame.set_column(frame.schema.names.index(name), name, texts)
        else:
            frame = frame.append_column(name, texts)
    return frame
