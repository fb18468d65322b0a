"""Frames of answers -> CSV, JSON Lines or Parquet, piece by piece."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Literal, TypeAlias, cast

import msgspec

from cec.batch import parquet_table
from cec.batch.streams import STANDARD, writing
from cec.batch.table import Kind
from cec.files import Part

if TYPE_CHECKING:
    import polars as pl

RejectsKind = Kind | Literal["lines"]
"""Rejects may also be lines for a person to read."""

Piece: TypeAlias = "list[bytes] | pl.DataFrame"
"""Some rows, encoded: bytes in parts, or a frame for Parquet."""

_JSON = msgspec.json.Encoder(decimal_format="number")


def encode(
    frame: pl.DataFrame, kind: RejectsKind, separator: str, numbers: Collection[str], lines: pl.Series | None = None
) -> Piece:
    """The rows of a frame in a format. `numbers` are columns of texts that JSON has as numbers.

    `lines` are the rows as they were read, in the same format; what the frame has is put behind them.
    """
    if kind == "csv":
        text = _Written()
        file = cast("IO[bytes]", text)
        if lines is None:
            _without_empty(frame).write_csv(file, include_header=False, separator=separator)
        else:  # a line has its own quotes, and nothing that is put behind it needs any
            frame = frame.insert_column(0, lines.alias("\x1f"))
            frame.write_csv(file, include_header=False, separator=separator, quote_style="never")
        return text.parts
    if kind == "lines":
        told = frame.select("row", "column", "reason").iter_rows()
        return ["".join(f"row {row}: {reason}\n" for row, _, reason in told).encode(errors="replace")]
    return [_json_lines(frame, numbers, [] if lines is None else lines.to_list())] if kind == "jsonl" else frame


class _Written(io.RawIOBase):
    """What is written to it, part by part: to put megabytes together costs as much as to make them."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        """True: it is written to."""
        return True

    def write(self, data: Any) -> int:
        """Keep it; how many bytes it is."""
        self.parts.append(bytes(data))
        return len(data)


def _without_empty(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with nothing for empty texts, which polars writes as two quotes."""
    import polars as pl

    texts = pl.col(pl.String)
    return frame.with_columns(pl.when(texts != "").then(texts).name.keep())


def _json_lines(frame: pl.DataFrame, numbers: Collection[str], lines: Sequence[str]) -> bytes:
    """One object per row; a number has just the digits of its text."""
    import polars as pl
    import polars.selectors as cs

    frame = frame.with_columns(cs.by_dtype(pl.Float32).cast(pl.String).cast(pl.Float64))  # 0.1, not 0.10000000149
    columns = {name: frame.get_column(name).to_list() for name in frame.columns}
    for name in numbers:
        if name in columns:
            columns[name] = [msgspec.Raw(text.encode()) if text else None for text in columns[name]]
    rows = (dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True))
    if lines:
        read = (msgspec.json.decode(line, type=dict[str, msgspec.Raw]) for line in lines)
        rows = ({**said, **row} for said, row in zip(read, rows, strict=True))
    return b"".join(_JSON.encode(row) + b"\n" for row in rows)


@contextmanager
def table_writer(
    path: str, kind: RejectsKind, header: Sequence[str], separator: str, parts: list[Part]
) -> Iterator[Callable[[Piece], None]]:
    """How to put encoded rows into a file or standard output, under a header; lines go to standard error.

    A file takes its name together with the other parts.
    """
    if kind == "lines":
        yield partial(_put, sys.stderr.buffer, at_once=True) if sys.stderr else _forget
        return
    with writing(path, parts) as stream:
        if kind == "parquet":
            beside = Path(gettempdir()) if path == STANDARD else Path(path).resolve().parent
            with parquet_table.writing(stream, beside) as put_part:
                yield put_part
            return
        if kind == "csv":
            line = io.StringIO()
            csv.writer(line, delimiter=separator, lineterminator="\n").writerow(header)
            stream.write(line.getvalue().encode())
        yield partial(_put, stream, at_once=path == STANDARD)


def _forget(_: Piece) -> None:
    """Show nothing where standard error is closed; the exit status says that rows were rejected."""


def _put(stream: BinaryIO, piece: Piece, *, at_once: bool) -> None:
    """Write what is ready, and show it at once where somebody waits for it."""
    if not isinstance(piece, list):
        raise TypeError("only Parquet is written from frames")
    stream.writelines(piece)
    if at_once:
        stream.flush()
