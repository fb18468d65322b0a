"""Two orders side by side, on the terminal."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from cec.course.comparison import PATIENT
from cec.rendering.comparison import cell_words, order_words, verdict
from cec.rendering.terminal import draw
from cec.rendering.terminal.drawing import (
    BLANK_LINE,
    PIPE,
    STRONG,
    WIDEST_TEXT,
    Part,
    TableColumn,
    Terminal,
    labelled,
    section,
    table,
    wrap,
)
from cec.rendering.words import bind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cec.course.comparison import ComparedRow, Comparison

DIFFERS = "differs"
_BESIDE = 17 + len(DIFFERS) + 3 * 2
"""Columns of a line that the two orders do not have."""


def render(comparison: Comparison, *, terminal: Terminal = PIPE) -> bytes:
    """Every line that is compared, and which of them differ."""
    return draw(
        [
            *labelled([("A", order_words(comparison.first)), ("B", order_words(comparison.second))], terminal),
            *(
                part
                for about, rows in groupby(comparison.rows, key=lambda row: row.about)
                for part in section(about[0].upper() + about[1:], _rows(rows, terminal))
            ),
            BLANK_LINE,
            *wrap(verdict(comparison), terminal, style=STRONG),
        ],
        terminal,
    )


def _rows(rows: Iterable[ComparedRow], terminal: Terminal) -> list[Part]:
    """The lines of one drug, of the patient or of the order, each cell in the half of the width that is its own."""
    room = max(12, (min(terminal.width, WIDEST_TEXT) - _BESIDE) // 2)
    cells = [
        (
            f"{row.what:17}",
            *(_in_lines(cell_words(each, from_days=row.about == PATIENT), room) for each in (row.first, row.second)),
            DIFFERS if row.differs else "",
        )
        for row in rows
    ]
    return [
        table([TableColumn(""), TableColumn(f"{'A':{room}}"), TableColumn(f"{'B':{room}}"), TableColumn("")], cells)
    ]


def _in_lines(text: str, room: int) -> str:
    lines = textwrap.wrap(bind(text), room, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")
