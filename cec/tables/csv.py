"""CSV: blocks of whole rows from a stream, and frames of texts from blocks.

A block of plain lines (no quote, as many cells as the header names) is read by polars. Every other block is taken
apart row by row, so that whatever is wrong with a row costs no other row.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from cec.errors import Fault, FileError
from cec.tables.csv_rows import divided, malformed, not_utf8, split_line
from cec.tables.layout import Block, Layout, Rejected, Rows, unlike
from cec.tables.lines import LONGEST_LINE, TOO_LONG, is_utf8, whole_lines
from cec.tables.streams import Source, reads

if TYPE_CHECKING:
    import polars as pl

_LINE = "\x1f"
"""A sign that divides nothing: polars reads each line as one cell by it."""

_MARK = b"\xef\xbb\xbf"
"""The byte order mark that some programs put at the beginning of a file."""


def read_header(source: Source, encoding: str = "") -> tuple[Layout, Iterator[bytes]]:
    """The layout by the first line, and the bytes that follow it, which were in this encoding."""
    pieces = reads(source)
    start = b""
    for piece in pieces:
        start += piece
        if b"\n" in start or b"\r" in start[:-1] or len(start) > LONGEST_LINE:
            break
    line, rest = _first_line(start.removeprefix(_MARK))
    if not line.strip():
        what = "its first line is empty" if rest.strip() else "is empty"
        raise FileError(
            Fault(f"{what}: the first line names the columns, e.g. id,height_cm,weight_kg", "", source.name)
        )
    if other := _other_kind(line):
        raise FileError(Fault(other, "", source.name))
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        text = f"this byte is {not_utf8(encoding)}"
        place = Fault(text, "", source.name, 1, error.start + 1, code="not-utf-8")
        raise FileError(place) from None
    separator = max(",;|\t", key=lambda character: len(split_line(text, character)[0] or ()))
    header, fault = split_line(text, separator)
    if header is None or len(line) > LONGEST_LINE:
        reason = "it is too long" if header else malformed(fault, separator)
        raise FileError(Fault(f"the first line names no columns: {reason}", "", source.name, 1, 1))
    layout = Layout("csv", tuple(header), unlike([name.strip() for name in header]), separator, encoding)
    return layout, _followed(rest, pieces)


def _other_kind(line: bytes) -> str:
    """What a first line shows that is not a row of names, and what to do about it."""
    if line.startswith(b"PAR1"):
        return "is Parquet; say --input-format parquet"
    if line.lstrip().startswith((b"{", b"[")):
        return "is JSON, as its first line shows; write one object per line, and say --input-format jsonl"
    if re.fullmatch(rb'"?sep=.?"?', line.strip(), re.IGNORECASE):
        return "begins with a line for Excel; take it out, so that the first line names the columns"
    return ""


def _first_line(start: bytes) -> tuple[bytes, bytes]:
    ends = [place for place in (start.find(b"\n"), start.find(b"\r")) if place >= 0]
    if not ends:
        return start, b""
    end = min(ends)
    width = 2 if start[end : end + 2] == b"\r\n" else 1
    return start[:end], start[end + width :]


def _followed(rest: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    if rest:
        yield rest
    yield from pieces


def blocks(source: Source, layout: Layout, pieces: Iterator[bytes]) -> Iterator[Block]:
    """Blocks of whole rows, at least one; line numbers count from 1, the header being the first."""
    number, unused = 2, b""
    for content, is_cut in whole_lines(pieces):
        if is_cut:
            block, _, number = _block(unused, number, layout, source, final=True)
            cut = Rejected(number, "", TOO_LONG, text=content.decode(errors="replace"))
            yield block._replace(rejected=(*block.rejected, cut))
            unused, number = b"", number + 1
        else:
            block, unused, number = _block(unused + content, number, layout, source, final=False)
            yield block
    if unused or number == 2:
        yield _block(unused, number, layout, source, final=True)[0]


def _block(content: bytes, number: int, layout: Layout, source: Source, *, final: bool) -> tuple[Block, bytes, int]:
    """The block of these lines, the lines that wait for more, and the number of the first line that is not in it."""
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    count = content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
    if b'"' not in content:
        return Block(content, range(number, number + count), (), source.position()), b"", number + count
    block, unused = _taken_apart(content, number, layout, source.position(), final=final)
    return block, unused, number + count - unused.count(b"\n")


def rows(block: Block, layout: Layout, wanted: Collection[str] | None = None) -> Rows:
    """The rows of a block as a frame of texts, with the lines that they stand in; of plain lines only these columns."""
    if isinstance(block.content, bytes):
        plain = _plain(block.content, block, layout, wanted)
        if plain is not None:
            return plain
        careful, _ = _taken_apart(block.content, block.rows[0], layout, block.position, final=True)
        return rows(careful._replace(rejected=(*block.rejected, *careful.rejected)), layout)
    return Rows(block.content.drop(_LINE), block.rows, block.rejected, block.content.get_column(_LINE))


def _plain(content: bytes, block: Block, layout: Layout, wanted: Collection[str] | None) -> Rows | None:
    """The rows where every line is one, without quotes, of as many cells as there are columns; else None."""
    import polars as pl

    read = [name for name in layout.columns if wanted is None or name in wanted] or layout.columns[:1]
    if not content:
        empty = pl.DataFrame(schema=dict.fromkeys(read, pl.String))
        return Rows(empty, block.rows, block.rejected, pl.Series(_LINE, [], dtype=pl.String))
    if _LINE.encode() in content or not (content.isascii() or is_utf8(content)):
        return None
    marked = _MARK + content if content.startswith(_MARK) else content  # polars takes one off, and this is the cell's
    try:
        lines = pl.read_csv(
            marked, has_header=False, new_columns=[_LINE], infer_schema=False, separator=_LINE, quote_char=None
        ).to_series()
        if len(lines) != len(block.rows) or lines.null_count():  # empty lines
            return None
        if not (lines.str.count_matches(layout.separator, literal=True) == len(layout.columns) - 1).all():
            return None
        frame = pl.read_csv(
            marked,
            has_header=False,
            columns=[layout.columns.index(name) for name in read],
            infer_schema=False,
            separator=layout.separator,
            quote_char=None,
        )
    except pl.exceptions.PolarsError:
        return None
    frame.columns = list(read)
    return Rows(frame, block.rows, block.rejected, lines) if frame.height == len(lines) else None


def _taken_apart(content: bytes, first: int, layout: Layout, position: int, *, final: bool) -> tuple[Block, bytes]:
    """The block of these lines row by row, and the lines at the end that wait for more."""
    lines = content.removesuffix(b"\n").split(b"\n")
    cells = _cells_of_lines(lines, layout)
    if cells is not None:
        texts = [line.decode() for line in lines]
        return Block(_frame(cells, texts, layout), range(first, first + len(lines)), (), position), b""
    numbers: list[int] = []
    texts, cells = [], []
    rejected: list[Rejected] = []
    used = 0
    for record in divided(lines, layout, final=final):
        number, used = first + used, used + record.lines
        if record.cells is not None:
            numbers.append(number)
            texts.append(record.text)
            cells.append(record.cells)
        rejected += (reject._replace(row=number + reject.row) for reject in record.rejected)
    unused = b"".join(line + b"\n" for line in lines[used:])
    return Block(_frame(cells, texts, layout), numbers, rejected, position), unused


def _cells_of_lines(lines: Sequence[bytes], layout: Layout) -> list[list[str]] | None:
    """The cells of each line, where every line is a row; else None."""
    try:
        texts = (line.decode() for line in lines)
        cells = list(csv.reader(texts, delimiter=layout.separator, strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None
    width = len(layout.columns)
    return cells if len(cells) == len(lines) and all(len(row) == width for row in cells) else None


def _frame(cells: Sequence[Sequence[str]], texts: Sequence[str], layout: Layout) -> pl.DataFrame:
    """A column of texts for each of the table, nothing for an empty cell, and one of the lines."""
    import polars as pl

    columns = zip(*cells, strict=True) if cells else ((),) * len(layout.columns)
    columns_by_name = {
        name: pl.Series(column, dtype=pl.String) for name, column in zip(layout.columns, columns, strict=True)
    }
    frame = pl.DataFrame(columns_by_name).with_columns(pl.all().replace("", None))
    return frame.with_columns(pl.Series(_LINE, texts, dtype=pl.String))


def cells(lines: Sequence[str], layout: Layout) -> pl.DataFrame:
    """All cells of some rows, each given by the lines that it stands in."""
    split = [_cells_of_row(text, layout.separator) for text in lines]
    return _frame(split, lines, layout).drop(_LINE)


def _cells_of_row(text: str, separator: str) -> list[str]:
    return next(csv.reader([text], delimiter=separator, strict=True)) if '"' in text else text.split(separator)
