"""Frames in, frames of doses out, without files: polars, Arrow and pandas, and so Spark, Ray and Dask."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from decimal import localcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from cec.batch.forked import refuse_forked_process
from cec.batch.libraries import columns_of, names_of, readable, with_columns
from cec.batch.regimens import Regimens
from cec.batch.single_row import NOT_MADE, Settings
from cec.calculate import refuse_other_types, sha256_of_inputs
from cec.errors import Fault, InputError
from cec.load import load_pharmacy, load_regimen
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.tables.amounts import REJECTED
from cec.tables.asked import refuse_asked
from cec.tables.cells import filled
from cec.tables.columns import ABOUT_THE_PERSON, Column, columns_for
from cec.tables.declared import AS_CEC_WRITES, Declared, read_decimal, read_form, refuse_idle_values
from cec.tables.rows import Refusal
from cec.units import EXACT

if TYPE_CHECKING:
    import polars as pl

Table = TypeVar("Table")

_MOST_KEPT = 16
_kept: dict[str, Regimens] = {}
"""What was found out so far, by what it was found out for: a cluster hands over a table in many batches."""


def dose_table(
    frame: Table,
    regimen: Regimen | str | Path | Sequence[Regimen | str | Path] = "cec-induction",
    pharmacy: Pharmacy | str | Path | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
    values: Mapping[str, Mapping[str, str]] | None = None,
    decimal: str = ".",
    dates: str = "",
    start: datetime.date | None = None,
    cycle: int | None = None,
    as_of: datetime.date | None = None,
) -> Table:
    """The rows of a frame with regimen, bsa_m2, an amount for each drug, alerts and rejected, all of them texts.

    `frame` is a polars or pandas frame, or an Arrow table or record batch; what comes back is of the same kind and has
    the same rows in the same order. Of whatever else speaks Arrow's PyCapsule protocol, a relation of DuckDB or a
    RecordBatchReader, it is an Arrow table (pyarrow must be installed). A row that gets no dose has nothing in the new
    columns but `rejected`, the reason. Of several regimens the first is for rows that name none. `columns` says which
    column tells what, where its name does not: {"height": "Wzrost"}. A column that holds a word of a fact and is not
    read is refused before any row is dosed, unless `ignore` names it. `values`, `decimal` and `dates` say how texts are
    written, as the options of `cec batch` do: {"sex": {"K": "female"}}, ",", "DD.MM.YYYY". Which checks could not be
    made is told by `cec batch`, and in an order.

    >>> import polars as pl
    >>> patients = pl.DataFrame({"id": ["007", "8"], "height_cm": [128.0, 1.28], "weight_kg": [26, 26]})
    >>> dose_table(patients).select("id", "clofarabine_mg").rows()
    [('007', '38.4'), ('8', None)]
    """
    frame = cast("Table", readable(frame))
    forms = Declared(read_decimal(decimal), read_form(dates) if dates else "", values=values or {}, has_points=True)
    added = dose_columns(
        frame,
        regimen,
        pharmacy,
        columns=columns,
        ignore=ignore,
        start=start,
        cycle=cycle,
        as_of=as_of,
        declared=forms,
    )
    return cast("Table", with_columns(frame, {name: cells for name, cells in added.items() if name != NOT_MADE}))


def dose_columns(
    frame: Any,
    regimen: Regimen | str | Path | Sequence[Regimen | str | Path],
    pharmacy: Pharmacy | str | Path | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
    start: datetime.date | None = None,
    cycle: int | None = None,
    as_of: datetime.date | None = None,
    declared: Declared = AS_CEC_WRITES,
) -> dict[str, pl.Series]:
    """The columns that `dose_table` adds to a frame, and what was wanting for checks of each row (`NOT_MADE`)."""
    refuse_forked_process()
    refuse_other_types({"start": start, "as_of": as_of}, {"cycle": cycle})
    _refuse_other_arguments(regimen, columns, ignore, declared.values)
    with localcontext(EXACT):
        names = names_of(frame)
        several = [regimen] if isinstance(regimen, str | Path | Regimen) else regimen
        regimens = [each if isinstance(each, Regimen) else load_regimen(each) for each in several]
        shop = pharmacy if isinstance(pharmacy, Pharmacy) else load_pharmacy(pharmacy)
        found = columns_for([name for name in names if name not in ignore], columns or {}, regimens, "", declared)
        refuse_idle_values(declared.values, [*found])
        columns_read = {fact: column for fact, column in found.items() if fact not in ABOUT_THE_PERSON}
        meant = {text: load_regimen(name) for text, name in declared.values.get("regimen", {}).items()}
        answerer = _answerer(regimens, Settings(regimens[0], shop, start, cycle, as_of), columns_read, meant)
        own = _own_regimen_column(columns_read)
        if taken := [name for name in (*answerer.columns_made, REJECTED) if name in names and name not in own]:
            raise InputError(f"the frame has columns that this would add: {', '.join(taken)}")
        read = [name for column in found.values() for name in column.names]
        refuse_asked(names, [*read, *own], regimens, ignored=ignore)
        return _new_columns(columns_of(frame, names, columns_read), answerer)


def _own_regimen_column(columns: Mapping[str, Column]) -> tuple[str, ...]:
    """The frame's own column of regimens, which may be filled."""
    return (columns["regimen"].name,) if "regimen" in columns else ()


def _answerer(
    regimens: Sequence[Regimen], settings: Settings, columns: Mapping[str, Column], meant: Mapping[str, Regimen]
) -> Regimens:
    """The answerer for these regimens, settings and columns, kept for the next frame; `meant` are those of texts."""
    key = sha256_of_inputs(regimens, settings.pharmacy, settings.start, settings.cycle, settings.as_of, columns, meant)
    answerer = _kept.get(key)
    if answerer is None:
        answerer = Regimens(settings, columns, {**_by_name([*regimens, *meant.values()]), **meant})
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = answerer
    return answerer  # whatever other threads do to the others meanwhile


def _by_name(regimens: Sequence[Regimen]) -> dict[str, Regimen | Refusal]:
    """The regimens by name; InputError where two different ones have the same."""
    named: dict[str, Regimen | Refusal] = {}
    for regimen in regimens:
        if named.setdefault(regimen.name, regimen) != regimen:
            raise InputError(f"two regimens have the name {regimen.name}; give one of them another name")
    return named


def _new_columns(rows: pl.DataFrame, answerer: Regimens) -> dict[str, pl.Series]:
    """The new columns, a text or nothing for every row."""
    import polars as pl

    answered = answerer.answer(rows)
    every = rows.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"))
    refused = answered.refused.select("row", pl.col("reason").alias(REJECTED))
    joined = every.join(answered.dosed, on="row", how="left", maintain_order="left").join(
        refused, on="row", how="left", maintain_order="left"
    )
    columns = {name: joined.get_column(name) for name in (*answerer.columns_made, NOT_MADE, REJECTED)}
    if column := answerer.columns.get("regimen"):
        columns = {column.name: filled(rows.get_column(column.name), columns.pop("regimen")), **columns}
    return columns


def _refuse_other_arguments(regimen: Any, columns: Any, ignore: Any, values: Any) -> None:
    """InputError for arguments of other types than they are to be, each with one that would be right.

    >>> _refuse_other_arguments("cec-induction", ["Wzrost"], (), {})
    Traceback (most recent call last):
    cec.errors.InputError: columns is not a mapping; write columns={'height': 'Wzrost'}
    """
    of_values = list(values.values()) if isinstance(values, Mapping) else [values]
    faults: list[str] = []
    if not regimen or not isinstance(regimen, str | Path | Regimen | Sequence):
        faults.append(f"name a regimen; {regimen!r} is not one")
    if columns is not None and not isinstance(columns, Mapping):
        faults.append("columns is not a mapping; write columns={'height': 'Wzrost'}")
    if isinstance(ignore, str) or not isinstance(ignore, Collection):
        faults.append(f"ignore is {'a text' if isinstance(ignore, str) else 'not a list'}; write ignore=['{ignore}']")
    if any(not isinstance(each, Mapping) for each in of_values):
        faults.append("values is not a mapping of mappings; write values={'sex': {'K': 'female'}}")
    elif others := [text for each in of_values for pair in each.items() for text in pair if not isinstance(text, str)]:
        faults.append(f"values has {others[0]!r}, which is not a text; write '{others[0]}'")
    if faults:
        raise InputError(*map(Fault, faults))
