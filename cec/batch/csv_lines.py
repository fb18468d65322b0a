"""Lines of a doubtful piece of CSV -> rows that are plainly right, and the others with what is wrong with each.

A row is one line. A cell in quotes may run over as many as 100 lines, as long as none of them is a row by itself: so a
quote that somebody forgot to close costs its own row and no other, and never mixes two patients. Where it is closed
later although a row lies between, nobody can tell what is meant, and all of these lines are rejected.
"""

from __future__ import annotations

import csv
import io
from typing import NamedTuple

from cec.batch.table import Layout, Rejected

MOST_LINES = 100
"""Lines over which one cell may run."""

_NEVER_CLOSED = "unexpected end of data"
"""The words of Python's csv for a quote that is still open at the end."""


class Repaired(NamedTuple):
    """The right rows as CSV, one after the other, with their line numbers; the wrong ones; the lines not yet used."""

    content: bytes
    rows: list[int]
    rejected: list[Rejected]
    unused: bytes


def repair(content: bytes, first: int, layout: Layout, *, final: bool) -> Repaired:
    """The rows of whole lines, of which the first is line `first`; unless `final`, an open cell at the end waits."""
    lines = content.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    separator = layout.separator.encode()
    separators = len(layout.header) - 1
    rows: list[int] = []
    good: list[bytes] = []
    rejected: list[Rejected] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if line.isascii() and line.count(separator) == separators and b'"' not in line:
            good.append(line)
            rows.append(first + index)
            index += 1
            continue
        if not line:
            index += 1
            continue
        used, cells, reason = _record(lines, index, layout)
        if used > len(lines) - index:
            if not final:
                return Repaired(_joined(good), rows, rejected, b"\n".join(lines[index:]) + b"\n")
            used, cells, reason = 1, None, _unclosed(layout)
        if cells is not None and not reason:
            good.append(_written(cells, layout.separator))
            rows.append(first + index)
        else:
            among = enumerate(lines[index : index + used], first + index)
            rejected += (_rejected(number, one, reason, layout) for number, one in among if one)
        index += used
    return Repaired(_joined(good), rows, rejected, b"")


def split_line(text: str, separator: str) -> tuple[list[str] | None, str]:
    """The cells of one line, or None and what is wrong with it."""
    try:
        cells = next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error as error:
        return None, str(error)
    return cells, ""


def _record(lines: list[bytes], index: int, layout: Layout) -> tuple[int, list[str] | None, str]:
    """The row that begins in a line: over how many lines, its cells, and what is wrong with it.

    More lines than there are mean that a cell may still go on.
    """
    text, reason = _decoded(lines[index])
    if reason:
        return 1, None, reason
    cells, fault = split_line(text, layout.separator)
    if cells is not None:
        return 1, cells, _miscounted(len(cells), layout)
    if fault != _NEVER_CLOSED:
        return 1, None, malformed(fault, layout.separator)
    has_row, may_be_whole, broken = False, text.count(layout.separator) >= len(layout.header) - 1, ""
    for count in range(2, MOST_LINES + 1):
        if index + count > len(lines):
            return count, None, ""
        more, reason = _decoded(lines[index + count - 1])
        broken = broken or reason
        has_row = has_row or _is_row(more, layout, is_after_a_row=may_be_whole)
        text += "\n" + more
        if '"' not in more:
            continue
        cells, fault = split_line(text, layout.separator)
        if cells is not None and len(cells) == len(layout.header):
            fault = _doubtful(count) if has_row else broken
            return count, None if fault else cells, fault
        if cells is not None or fault != _NEVER_CLOSED:
            break
    return 1, None, _unclosed(layout)


def _is_row(text: str, layout: Layout, *, is_after_a_row: bool) -> bool:
    """Whether a line may be a row by itself; with a quote in a cell only where the line before it may be one too."""
    cells, _ = split_line(text, layout.separator)
    if cells is None or len(cells) != len(layout.header):
        return False
    return is_after_a_row or not any('"' in cell for cell in cells)


def _decoded(line: bytes) -> tuple[str, str]:
    """The line as text; the reason where a byte of it is no UTF-8."""
    try:
        return line.decode(), ""
    except UnicodeDecodeError as error:
        byte = line[error.start]
        reason = f"byte {error.start + 1} of the line (hexadecimal {byte:02X}) is no UTF-8; save the table as UTF-8"
        return line.decode(errors="replace"), reason


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


def _rejected(row: int, line: bytes, reason: str, layout: Layout) -> Rejected:
    """The rejected line with its cells where it divides into as many as there are columns."""
    text = line.decode(errors="replace")
    cells, _ = split_line(text, layout.separator)
    if cells is None or len(cells) != len(layout.header):
        return Rejected(row, "", reason, text=text)
    column = next((name for name, cell in zip(layout.header, cells, strict=True) if "\ufffd" in cell), "")
    return Rejected(row, column, reason, tuple(cells))


def _written(cells: list[str], separator: str) -> bytes:
    """The cells as one CSV row without its line end; quoted where they need it."""
    row = io.StringIO()
    csv.writer(row, delimiter=separator, lineterminator="\n").writerow(cells)
    return row.getvalue().removesuffix("\n").encode()


def _joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)
