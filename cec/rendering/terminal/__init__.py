"""Text for a terminal or a pipe, one module per document; here how its parts become bytes."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from cec.rendering.terminal.drawing import GAP, Line, columns_of, widths_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cec.rendering.terminal.drawing import Part, TableColumn, Terminal


def draw(parts: Iterable[Part], terminal: Terminal) -> bytes:
    """The parts one under the other as UTF-8 text: plain characters, or what a terminal has beyond them."""
    if terminal.lines or terminal.bold:
        from cec.rendering.terminal.styled import styled

        lines: Iterable[str] = styled(parts, terminal).splitlines()
    else:
        lines = chain.from_iterable(map(_in_plain_lines, parts))
    return "".join(f"{line.rstrip()}\n" for line in lines).encode()


def _in_plain_lines(part: Part) -> Iterator[str]:
    """The lines of a part; a row has as many as its longest cell, and the headings stand at the foot of theirs."""
    if isinstance(part, Line):
        yield part.text
        return
    widths = widths_of(part)
    headings = [column.heading.split("\n") for column in part.columns]
    most = max(map(len, headings), default=0)
    rows = [[cell.split("\n") for cell in row] for row in part.rows]
    for row in ([[""] * (most - len(lines)) + lines for lines in headings], *rows):
        for cells in zip_longest(*row, fillvalue=""):
            yield (" " * GAP).join(map(_justified, cells, widths, part.columns))


def _justified(cell: str, width: int, column: TableColumn) -> str:
    text = cell.rstrip() if column.right else cell
    blank = " " * (width - columns_of(text))
    return blank + text if column.right else text + blank
