"""Opening a table in any format, and knowing the format of a file by the end of its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cec.batch import csv_table, jsonl_table, parquet_table
from cec.batch.streams import STANDARD, Source, in_portions, reading, reads
from cec.batch.table import Block, Kind, Layout, Rows
from cec.errors import InputError

ENDINGS: dict[str, Kind] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
PACKED = (".gz", ".zst")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")

FEW_ROWS = 10
FEW_BYTES = 1 << 8
"""What a small block has at most, and never less than a row: about a second of printing."""

READERS: dict[Kind, Callable[[Block, Layout], Rows]] = {
    "csv": csv_table.rows,
    "jsonl": jsonl_table.rows,
    "parquet": parquet_table.rows,
}
"""What makes a frame of a block."""


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
        if named not in READERS:
            raise InputError(f"{option}: '{named}' is none of {', '.join(READERS)}")
        return next(kind for kind in READERS if kind == named)
    if path == STANDARD:
        return "csv"
    endings = [suffix.lower() for suffix in Path(path).suffixes]
    ending = next((suffix for suffix in reversed(endings) if suffix not in PACKED), "")
    if ending in WORKBOOKS:
        raise InputError(f"{path} is a workbook, which is neither read nor written; save the table as CSV (UTF-8)")
    if ending not in ENDINGS and os.path.isdir(path):  # noqa: PTH112  it raises nothing, whatever the name is
        raise InputError(f"{path} is a folder; name a file in it")
    if ending not in ENDINGS:
        known = ", ".join(ENDINGS)
        raise InputError(
            f"the name {path} does not tell the format (by {known}, also with .gz or .zst); say {option} csv"
        )
    return ENDINGS[ending]


@contextmanager
def opening(path: str, kind: Kind, *, in_small_blocks: bool = False) -> Iterator[Table]:
    """A table to be read once, from its first row to its last; in small blocks where each row is a lot of work."""
    if kind == "parquet":
        with reading(path) as source, _as_file(source, path) as file:
            layout, rows = parquet_table.read_header(file, source.name)
            size = FEW_ROWS if in_small_blocks else parquet_table.ROWS
            yield Table(layout, parquet_table.blocks(file, source.name, size), rows)
        return
    with reading(path) as whole:
        lines = csv_table if kind == "csv" else jsonl_table
        layout, pieces = lines.read_header(whole)
        source = whole
        if in_small_blocks:
            source, pieces = in_portions(whole, pieces, FEW_BYTES)
        yield Table(layout, lines.blocks(source, layout, pieces), source.size)


@contextmanager
def _as_file(source: Source, path: str) -> Iterator[Path]:
    """The file; what comes through a pipe or compressed is kept in one, because Parquet is read from its end."""
    if source.size and isinstance(source.stream, BufferedReader):
        yield Path(path)
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "table.parquet"
        with copy.open("wb") as file:
            file.writelines(reads(source))
        yield copy
