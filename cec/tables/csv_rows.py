"""Lines of CSV -> rows that are plainly right, and the others with what is wrong with each.

A row is one line. A cell in quotes may run over as many as 100 lines, as long as none of them is a row by itself: so a
quote that somebody forgot to close costs its own row and no other, and never mixes two patients. Where it is closed
later although a row lies between, nobody can tell what is meant, and all of these lines are rejected.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cec.tables.layout import Layout, Rejected

MOST_LINES = 100
"""Lines over which one cell may run."""

_NEVER_CLOSED = "unexpected end of data"
"""The words of Python's csv for a quote that is still open at the end."""


class Record(NamedTuple):
    """What stands in some lines: the text and cells of a row, or its lines as rejected rows, counted from 0."""

    lines: int
    text: str = ""
    cells: list[str] | None = None
    rejected: Sequence[Rejected] = ()


def divided(lines: Sequence[bytes], layout: Layout, *, final: bool) -> Iterator[Record]:
    """Each row with its lines, one after the other; unless `final`, a row that is still open at the end is left out."""
    index = 0
    while index < len(lines):
        record = _record(lines, index, layout)
        if record is None:
            if not final:
                return
            record = _refused(lines[index : index + 1], _unclosed(layout), layout)
        yield record
        index += record.lines


def split_line(text: str, separator: str) -> tuple[list[str] | None, str]:
    """The cells of one row, or None and what is wrong with it."""
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), []), ""
    except csv.Error as error:
        return None, str(error)


def _record(lines: Sequence[bytes], index: int, layout: Layout) -> Record | None:
    """The row that begins in a line; None where a cell is still open after the last line."""
    if not lines[index]:
        return Record(1)
    text, reason = _decoded(lines[index], layout)
    cells, fault = (None, "") if reason else split_line(text, layout.separator)
    if cells is not None and not (reason := _miscounted(len(cells), layout)):
        return Record(1, text, cells)
    if cells is None and fault == _NEVER_CLOSED:
        return _over_lines(lines, index, text, layout)
    return _refused(lines[index : index + 1], reason or malformed(fault, layout.separator), layout)


def _over_lines(lines: Sequence[bytes], index: int, text: str, layout: Layout) -> Record | None:
    """The row whose cell goes on in the next lines; refused with all of them where one may be a row by itself."""
    has_row, may_be_whole, broken = False, text.count(layout.separator) >= len(layout.header) - 1, ""
    for count in range(2, MOST_LINES + 1):
        if index + count > len(lines):
            return None
        more, reason = _decoded(lines[index + count - 1], layout)
        broken = broken or reason
        has_row = has_row or _is_row(more, layout, is_after_a_row=may_be_whole)
        text += "\n" + more
        if '"' not in more:
            continue
        cells, fault = split_line(text, layout.separator)
        if cells is not None and len(cells) == len(layout.header):
            fault = _doubtful(count) if has_row else broken
            return _refused(lines[index : index + count], fault, layout) if fault else Record(count, text, cells)
        if cells is not None or fault != _NEVER_CLOSED:
            break
    return _refused(lines[index : index + 1], _unclosed(layout), layout)


def _is_row(text: str, layout: Layout, *, is_after_a_row: bool) -> bool:
    """Whether a line may be a row by itself; with a quote in a cell only where the line before it may be one too."""
    cells, _ = split_line(text, layout.separator)
    if cells is None or len(cells) != len(layout.header):
        return False
    return is_after_a_row or not any('"' in cell for cell in cells)


def _decoded(line: bytes, layout: Layout) -> tuple[str, str]:
    """The line as text; the reason where a byte of it is not of the table's encoding."""
    try:
        return line.decode(), ""
    except UnicodeDecodeError as error:
        place = len(line[: error.start].decode()) if layout.encoding else error.start
        what = f"{'character' if layout.encoding else 'byte'} {place + 1} of the line"
        reason = f"{what} (hexadecimal {line[error.start]:02X}) is {not_utf8(layout.encoding)}"
        return line.decode(errors="replace"), reason


def not_utf8(encoding: str) -> str:
    """What is wrong with a byte that cannot be read, and what would be right."""
    if encoding:
        return f"not {encoding}, which --encoding says; say which it is"
    return "not UTF-8; save the table as UTF-8, or say what it is: --encoding cp1250 (Central Europe), cp1252"


def _miscounted(count: int, layout: Layout) -> str:
    wanted = len(layout.header)
    if count == wanted:
        return ""
    return f"has {count} cell{'s' * (count != 1)}; the first line names {wanted} columns"


def _unclosed(layout: Layout) -> str:
    return f'a quote is not closed before the next row; write a cell as {layout.separator}"text"{layout.separator}'


def _doubtful(count: int) -> str:
    return (
        f"is one of {count} lines that may be one row or several, by their quotes; write each row in one line, or "
        "double every quote inside a cell"
    )


def malformed(fault: str, separator: str) -> str:
    """What is wrong with a line, from the words of Python's csv."""
    if fault == _NEVER_CLOSED:
        return "a quote is not closed, or a cell has a line break; write it in one line"
    if "larger" in fault:
        return f"has a cell of more than {csv.field_size_limit():,} characters"
    name = {",": "a comma", ";": "a semicolon", "|": "a bar", "\t": "a tab"}[separator]
    return f"a cell in quotes is followed by something else than {name}"


def _refused(lines: Sequence[bytes], reason: str, layout: Layout) -> Record:
    """Lines of which no row is made, each with its cells where it divides into as many as there are columns."""
    found = [_rejected(place, line, reason, layout) for place, line in enumerate(lines) if line]
    return Record(len(lines), rejected=found)


def _rejected(place: int, line: bytes, reason: str, layout: Layout) -> Rejected:
    text = line.decode(errors="replace")
    cells, _ = split_line(text, layout.separator)
    if cells is None or len(cells) != len(layout.header):
        return Rejected(place, "", reason, text=text)
    column = next((name for name, cell in zip(layout.header, cells, strict=True) if "\ufffd" in cell), "")
    return Rejected(place, column, reason, tuple(cells))
