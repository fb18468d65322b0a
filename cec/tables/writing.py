"""Frames of answers -> CSV, JSON Lines or Parquet, piece by piece."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Literal, TypeAlias, cast

import msgspec

from cec.files import Part
from cec.standard_output import harmless
from cec.tables import parquet, xlsx
from cec.tables.appending import LinesPut, after_old_frames, old_rows
from cec.tables.layout import Kind
from cec.tables.streams import STANDARD, writing

if TYPE_CHECKING:
    import polars as pl

RejectsKind = Kind | Literal["lines", "faults"]
"""Rejects may also be lines for a person to read, or for a program, on standard error."""

Piece: TypeAlias = "list[bytes] | pl.DataFrame"
"""Some rows, encoded: bytes in parts, or a frame for Parquet."""

_JSON = msgspec.json.Encoder(decimal_format="number")


def encode(
    frame: pl.DataFrame,
    kind: RejectsKind,
    separator: str,
    numbers: Collection[str],
    *,
    lines: pl.Series | None = None,
    own: str = "",
) -> Piece:
    """The rows of a frame in a format. `numbers` are columns of texts that JSON has as numbers.

    `lines` are the rows as they were read, in the same format; what the frame has is put behind them, but for `own`, a
    column that JSON Lines may have already. Of faults `own` is the name of the file.
    """
    if kind in {"parquet", "xlsx"}:
        return frame
    if not frame.height:
        return []
    if kind == "lines" or kind == "faults":  # noqa: PLR1714  so that mypy knows what is left
        rows = frame.select("row", "column", "reason").iter_rows()
        are_lines = kind == "lines"
        return [_as_line(row, why) if are_lines else _as_fault(row, column, why, own) for row, column, why in rows]
    if kind == "jsonl":
        return _written(_json_lines(frame, numbers, lines, own).to_frame(), separator, as_it_is=True)
    if lines is None:
        return _written(_without_empty(frame), separator, as_it_is=False)
    frame = frame.insert_column(0, lines.alias("\x1f"))  # a line has its own quotes, and what is added needs none
    return _written(frame, separator, as_it_is=True)


def _as_line(row: int, reason: str) -> bytes:
    """A rejected row as a line for a person."""
    return f"row {row}: {reason}\n".encode(errors="replace")


def _as_fault(row: int, column: str | None, reason: str, file: str) -> bytes:
    """A rejected row as the command line tells a fault to a program."""
    place: dict[str, Any] = {"where": column or None, "file": file, "line": row, "column": None, "about": []}
    return _JSON.encode({"code": "rejected-row", "text": reason, **place}) + b"\n"


def _written(frame: pl.DataFrame, separator: str, *, as_it_is: bool) -> list[bytes]:
    """The rows of a frame as CSV, or each text just as it is."""
    text = _Written()
    style: Literal["never", "necessary"] = "never" if as_it_is else "necessary"
    frame.write_csv(cast("IO[bytes]", text), include_header=False, separator=separator, quote_style=style)
    return text.parts


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


def _json_lines(frame: pl.DataFrame, numbers: Collection[str], lines: pl.Series | None, own: str) -> pl.Series:
    """One object per row; a number has just the digits of its text."""
    import polars as pl

    texts = {cells.name: _as_json(cells, is_number=cells.name in numbers) for cells in frame.iter_columns()}
    if lines is not None and own:
        lines = _with_own(lines, own, texts.pop(own))
    names = [_JSON.encode(name).decode() for name in texts]
    parts = [pl.lit(f"{name}:") + pl.lit(cells) for name, cells in zip(names, texts.values(), strict=True)]
    added = pl.concat_str(parts, separator=",") + "}"
    if lines is None:
        return frame.select("{" + added).to_series()
    begun = pl.lit(lines.str.strip_suffix("}"))
    return frame.select(pl.when(begun == "{").then(begun).otherwise(begun + ",") + added).to_series()


def _with_own(lines: pl.Series, name: str, cells: pl.Series) -> pl.Series:
    """The objects with this JSON under a name, in its place where they have it already."""
    import polars as pl

    read = (msgspec.json.decode(line, type=dict[str, msgspec.Raw]) for line in lines)
    objects = (each | {name: msgspec.Raw(cell.encode())} for each, cell in zip(read, cells, strict=True))
    return pl.Series([_JSON.encode(each).decode() for each in objects], dtype=pl.String)


def _as_json(cells: pl.Series, *, is_number: bool) -> pl.Series:
    """Each cell as JSON has it."""
    import polars as pl

    if is_number:
        return cells.replace("", None).fill_null("null")
    if cells.dtype == pl.Float32:
        cells = cells.cast(pl.String).cast(pl.Float64)  # 0.1, not 0.10000000149
    if cells.dtype != pl.String:
        return pl.Series([_JSON.encode(cell).decode() for cell in cells.to_list()], dtype=pl.String)
    special = cells.filter(cells.str.contains(r'["\\\x00-\x1f]').fill_null(value=False)).unique()
    plain = cells.to_frame("cell").select(pl.lit('"') + pl.col("cell") + '"').to_series()
    if len(special):
        plain = cells.replace_strict(special, [_JSON.encode(cell).decode() for cell in special], default=plain)
    return plain.fill_null("null")


@contextmanager
def table_writer(
    path: str, kind: RejectsKind, header: Sequence[str], separator: str, parts: list[Part], *, appends: bool = False
) -> Iterator[Callable[[Any], None]]:
    """How to put pieces of this kind into a file or standard output, under a header; lines go to standard error.

    A file takes its name together with the other parts; where it `appends`, the rows that it has stand first.
    """
    if kind == "lines" or kind == "faults":  # noqa: PLR1714  so that mypy knows what is left
        yield partial(_put, harmless(sys.stderr), at_once=True) if sys.stderr else _forget
        return
    is_file = path != STANDARD and (os.path.isfile(path) or not os.path.exists(path))  # noqa: PTH110, PTH113  never raise
    with writing(path, parts) as stream:
        if kind == "xlsx":
            with xlsx.writing(stream, header, path) as put_rows:
                yield put_rows
            return
        if kind == "parquet":
            with parquet.writing(stream, path if is_file else None) as put_part:
                yield after_old_frames(path, header, put_part) if appends else put_part
            return
        if appends:
            stream.writelines(old_rows(path, kind, header, separator))
            put = LinesPut(partial(_put, stream, at_once=False))
            yield put
            put.refuse_known(path)
            return
        if kind == "csv":
            line = io.StringIO()
            csv.writer(line, delimiter=separator, lineterminator="\n").writerow(header)
            stream.write(line.getvalue().encode())
        yield partial(_put, stream, at_once=path == STANDARD)


def _forget(_: object) -> None:
    """Show nothing where standard error is closed; the exit status says that rows were rejected."""


def _put(stream: BinaryIO, piece: list[bytes], *, at_once: bool) -> None:
    """Write what is ready, and show it at once where somebody waits for it."""
    stream.writelines(piece)
    if at_once:
        stream.flush()
