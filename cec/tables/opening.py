"""Opening a table in any format, and knowing the format of a file by the end of its name."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from cec.errors import Fault, FileError, InputError
from cec.files import PACKED, TABLES, WORKBOOKS
from cec.tables import csv, jsonl, parquet, xlsx
from cec.tables.cells import as_texts
from cec.tables.declared import AS_CEC_WRITES, Declared
from cec.tables.layout import KINDS, Block, Kind, Layout, Rows
from cec.tables.streams import STANDARD, Source, in_portions, reading, reads
from cec.tables.temporary import naming_temporary, temporary_folder

if TYPE_CHECKING:
    import polars as pl

BYTES_OF_A_ROW = 32
"""About what a line of a table of patients has, or more."""


def rows_of(block: Block, layout: Layout, wanted: Collection[str] | None = None) -> Rows:
    """The rows of a block as a frame; with `wanted`, other columns may be missing from it."""
    if layout.kind == "csv":
        return csv.rows(block, layout, wanted)
    if layout.kind == "jsonl":
        return jsonl.rows(block, layout, wanted)
    return Rows(cast("pl.DataFrame", block.content), block.rows)


def all_cells(rows: Rows, places: pl.Series, layout: Layout) -> list[pl.Series]:
    """Every cell of some of the rows as texts, column by column, whichever columns were read of them."""
    if rows.frame.width == len(layout.columns) or rows.lines is None:
        return [as_texts(cells) for cells in rows.frame[places].iter_columns()]
    cells_of = csv.cells if layout.kind == "csv" else jsonl.cells
    return cells_of(rows.lines.gather(places).to_list(), layout).get_columns()


class Table(NamedTuple):
    """An open table: its layout, its rows in blocks, and how much there is: bytes, or rows of Parquet; 0 if unknown."""

    layout: Layout
    blocks: Iterator[Block]
    size: int


def kind_of(path: str, named: str | None = None, option: str = "--input-format") -> Kind:
    """The format of a table: as named, else by the end of the file's name; CSV on standard input and output.

    >>> kind_of("patients.csv.zst"), kind_of("patients.JSONL"), kind_of("-")
    ('csv', 'jsonl', 'csv')
    """
    if named:
        if named not in KINDS:
            raise InputError(Fault(f"'{named}' is not one of {', '.join(KINDS)}", option, code="not-one-of"))
        return named
    if path == STANDARD:
        return "csv"
    endings = [suffix.lower() for suffix in Path(path).suffixes]
    ending = next((suffix for suffix in reversed(endings) if suffix not in PACKED), "")
    if ending in WORKBOOKS:
        text = "is a workbook of another kind than .xlsx; save it as .xlsx, or as CSV (UTF-8)"
        raise FileError(Fault(text, "", path))
    if ending not in TABLES and os.path.isdir(path):  # noqa: PTH112  it raises nothing, whatever the name is
        raise FileError(Fault("is a folder; name a file in it", "", path))
    if ending not in TABLES:
        known = ", ".join(TABLES)
        raise InputError(
            f"the name {path} does not tell the format (by {known}, also with .gz or .zst); say {option} csv"
        )
    return TABLES[ending]


@contextmanager
def opening(path: str, kind: Kind, declared: Declared = AS_CEC_WRITES, *, at_once: int = 0) -> Iterator[Table]:
    """A table to be read once, from its first row to its last; at once about so many rows, else many."""
    _refuse_for_others(kind, declared)
    if kind == "xlsx":
        with reading(path, is_workbook=True) as source:
            layout, frame, numbers = xlsx.read_table(b"".join(reads(source)), declared.sheet, source.name)
        yield Table(layout, xlsx.blocks(frame, numbers, at_once or xlsx.ROWS), frame.height)
        return
    if kind == "parquet":
        with reading(path) as source, _as_file(source, path) as file:
            layout, rows = parquet.read_header(file, source.name)
            size = at_once or parquet.ROWS
            yield Table(layout, parquet.blocks(file, source.name, size), rows)
        return
    with reading(path, declared.encoding) as whole:
        lines = csv if kind == "csv" else jsonl
        layout, pieces = csv.read_header(whole, declared.encoding) if kind == "csv" else jsonl.read_header(whole)
        blocks = lines.blocks
        if kind == "jsonl" and jsonl.are_bundles(layout):
            from cec.tables import bundles

            layout, pieces = bundles.read_header(pieces)
            blocks = bundles.blocks
        source = whole
        if at_once:
            source, pieces = in_portions(whole, pieces, at_once * BYTES_OF_A_ROW)
        yield Table(layout, blocks(source, layout, pieces), source.size)


def _refuse_for_others(kind: Kind, declared: Declared) -> None:
    """InputError where something is said of a table that one of this kind does not have."""
    if declared.encoding and kind != "csv":
        raise InputError(Fault("is for CSV; a table of this format has only one encoding", "--encoding"))
    if declared.sheet and kind != "xlsx":
        raise InputError(Fault("is for a workbook (.xlsx), and this table is not one", "--sheet"))


@contextmanager
def _as_file(source: Source, path: str) -> Iterator[Path]:
    """The file; what comes through a pipe or compressed is kept in one, because Parquet is read from its end."""
    if source.size and isinstance(source.stream, BufferedReader):
        yield Path(path)
        return
    with temporary_folder() as folder:
        copy = folder / "table.parquet"
        with naming_temporary(), copy.open("wb") as file:
            file.writelines(reads(source))
        yield copy
