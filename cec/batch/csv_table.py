"""CSV: blocks of whole lines from a stream, and frames of texts from blocks.

Clean blocks are read by polars as they are. Whatever is doubtful (quotes that do not match, a byte that is no UTF-8,
too many or too few cells, empty lines) is first taken apart line by line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from cec.batch.csv_lines import malformed, repair, split_line
from cec.batch.streams import LONGEST_LINE, Source, reads, whole_lines
from cec.batch.table import Block, Layout, Rejected, Rows, unlike
from cec.errors import Fault, FileError

if TYPE_CHECKING:
    import polars as pl

_END = "\x1f"
"""Marks the end of each row while a block with quotes is read: a row that is too short has it in the wrong column."""

_MARK = b"\xef\xbb\xbf"
"""The byte order mark that some programs put at the beginning of a file."""


def read_header(source: Source) -> tuple[Layout, Iterator[bytes]]:
    """The layout by the first line, and the bytes that follow it."""
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
        place = Fault("this byte is no UTF-8; save the table as UTF-8", "", source.name, 1, error.start + 1)
        raise FileError(place) from None
    separator = max(",;|\t", key=lambda character: len(split_line(text, character)[0] or ()))
    header, fault = split_line(text, separator)
    if header is None or len(line) > LONGEST_LINE:
        reason = "it is too long" if header else malformed(fault, separator)
        raise FileError(Fault(f"the first line names no columns: {reason}", "", source.name, 1, 1))
    layout = Layout("csv", tuple(header), unlike([name.strip() for name in header]), separator)
    return layout, _followed(rest, pieces)


def _other_kind(line: bytes) -> str:
    """What a first line shows that is no row of names, and what to do about it."""
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
            reason = f"the line is longer than {LONGEST_LINE:,} bytes"
            cut = Rejected(number, "", reason, text=content.decode(errors="replace"))
            yield block._replace(rejected=(*block.rejected, cut))
            number, unused = number + 1, b""
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
    if _is_clean(content, layout):
        return Block(content, range(number, number + count), (), source.position()), b"", number + count
    repaired = repair(content, number, layout, final=final)
    block = Block(repaired.content, repaired.rows, repaired.rejected, source.position())
    return block, repaired.unused, number + count - repaired.unused.count(b"\n")


def _is_clean(content: bytes, layout: Layout) -> bool:
    """Whether every quote is at an end of a cell of one line; reading it still shows whether every line is a row."""
    if not (content.isascii() or _is_utf8(content)):
        return False
    if b'"' not in content:
        return True
    separator = re.escape(layout.separator.encode())
    plain = rb'(?:(?<=[\n%b])|\A)"[^"\n]*"(?=[\n%b]|\Z)' % (separator, separator)
    return b'"' not in re.sub(plain, b"", content)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def rows(block: Block, layout: Layout, wanted: Collection[str] | None = None) -> Rows:
    """The rows of a block as a frame of texts; with `wanted`, other columns may be missing from it."""
    content = block.content
    if not isinstance(content, bytes):
        raise TypeError("a block of CSV is bytes")
    is_repaired = not isinstance(block.rows, range)
    if not is_repaired and wanted is not None:
        frame = _read_some(content, layout, wanted)
        if frame is not None and frame.height == len(block.rows):
            return Rows(frame, block.rows, block.rejected, content)
    frame = _read(content, layout, is_repaired=is_repaired)
    if frame is not None and frame.height == len(block.rows):
        return Rows(frame, block.rows, block.rejected, content)
    if is_repaired:
        raise AssertionError("rows that were taken apart do not read back")
    repaired = repair(content, block.rows[0], layout, final=True)
    return rows(Block(repaired.content, repaired.rows, (*block.rejected, *repaired.rejected)), layout)


def _read_some(content: bytes, layout: Layout, wanted: Collection[str]) -> pl.DataFrame | None:
    """The frame of some columns, where all rows are sure to have as many cells as the header; else None.

    polars does not count the cells of columns that it leaves out. But where no row lacks its last cell, and there are
    just as many separators as so many rows need, no row can have more.
    """
    import polars as pl

    if b'"' in content or _END.encode() in content or not content:
        return None
    last = layout.columns[-1]
    read = [name for name in layout.columns if name in wanted or name == last]
    try:
        frame = pl.read_csv(
            _marked(content),
            has_header=False,
            columns=[layout.columns.index(name) for name in read],
            infer_schema=False,
            separator=layout.separator,
            quote_char=None,
        )
    except pl.exceptions.PolarsError:
        return None
    frame.columns = read
    return None if frame.get_column(last).null_count() or _has_short_rows(content, layout, frame.height) else frame


def _read(content: bytes, layout: Layout, *, is_repaired: bool) -> pl.DataFrame | None:
    """The frame, or None where polars does not read it as rows of the right length."""
    import polars as pl

    names = layout.columns
    if not content:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    has_quotes = b'"' in content
    marks_ends = has_quotes and not is_repaired
    if marks_ends:
        end = f"{layout.separator}{_END}\n".encode()
        content = content.removesuffix(b"\n").replace(b"\n", end) + end
    try:
        frame = pl.read_csv(
            _marked(content),
            has_header=False,
            new_columns=[*names, _END] if marks_ends else list(names),
            infer_schema=False,
            separator=layout.separator,
            quote_char='"' if has_quotes else None,
        )
    except pl.exceptions.PolarsError:
        return None
    if not marks_ends:
        lacks_cells = frame.to_series(-1).null_count() > 0 and not is_repaired
        return None if lacks_cells and _has_short_rows(content, layout, frame.height) else frame
    ends = frame.get_column(_END)
    return frame.drop(_END) if ends.null_count() == 0 and (ends == _END).all() else None


def _marked(content: bytes) -> bytes:
    """The content with a second mark before one that it begins with: polars takes one off, and this is the cell's."""
    return _MARK + content if content.startswith(_MARK) else content


def _has_short_rows(content: bytes, layout: Layout, rows: int) -> bool:
    """Whether rows without quotes lack cells: polars takes what is not there for empty."""
    return content.count(layout.separator.encode()) != rows * (len(layout.columns) - 1)


def cells(lines: pl.Series, layout: Layout) -> pl.DataFrame:
    """All cells of some rows that are plain lines."""
    content = "\n".join([*lines, ""]).encode()
    return rows(Block(content, range(len(lines))), layout).frame


def lines(content: bytes, rows: int) -> pl.Series | None:
    """The rows of CSV as they stand, a text each; None where a row has several lines."""
    import polars as pl

    try:
        frame = pl.read_csv(
            _marked(content),
            has_header=False,
            new_columns=["line"],
            infer_schema=False,
            separator=_END,
            quote_char=None,
        )
    except pl.exceptions.PolarsError:
        return None
    return frame.to_series() if frame.shape == (rows, 1) else None
