"""A patient's history as text: what to look at, each cycle with its drugs, and what they come to in all."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cec.rendering.history import (
    DRUG_COLUMNS,
    TOTAL_COLUMNS,
    cycle_facts,
    cycle_title,
    drug_lines,
    period,
    title_of,
    total_lines,
)
from cec.rendering.terminal import draw, head
from cec.rendering.terminal.drawing import (
    BLANK_LINE,
    PIPE,
    STRONG,
    Part,
    TableColumn,
    Terminal,
    section,
    table_or_cards,
    wrap,
    wrap_each,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cec.course.patient_history import CycleOfHistory, History


def render(history: History, *, terminal: Terminal = PIPE) -> bytes:
    """The history as UTF-8 text."""
    left_out = (f"{each.file}: {each.why}" for each in history.left_out)
    return draw(
        [
            *wrap(title_of(history), terminal, style=STRONG),
            *wrap(period(history), terminal),
            *head.look_at(history.alerts, terminal),
            *section("Not counted", wrap_each(left_out, terminal)),
            *chain.from_iterable(_cycle(cycle, terminal) for cycle in history.cycles),
            *section("In all", _grid(TOTAL_COLUMNS, total_lines(history), terminal)),
        ],
        terminal,
    )


def _cycle(cycle: CycleOfHistory, terminal: Terminal) -> list[Part]:
    return [
        BLANK_LINE,
        *wrap(cycle_title(cycle), terminal, style=STRONG),
        *wrap_each(cycle_facts(cycle), terminal),
        *_grid(DRUG_COLUMNS, drug_lines(cycle), terminal),
    ]


def _grid(names: Sequence[str], rows: Sequence[Sequence[str]], terminal: Terminal) -> list[Part]:
    """The rows in a table, or as lines; columns that nothing fills are left out."""
    filled = [place for place in range(len(names)) if any(row[place] for row in rows)]
    columns = [TableColumn(names[place], right=place > 0) for place in filled]
    return table_or_cards(columns, [[row[place] for place in filled] for row in rows], terminal) if rows else []
