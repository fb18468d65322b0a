"""Every BSA formula side by side on the terminal."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cec.rendering.terminal import draw
from cec.rendering.terminal.drawing import (
    BLANK_LINE,
    PIPE,
    STRONG,
    TableColumn,
    Terminal,
    labelled,
    section,
    table_or_cards,
    wrap,
)
from cec.rendering.words import signed_percent
from cec.rendering.words.patient import identity, measures

if TYPE_CHECKING:
    from cec.calculate.bsa_comparison import BsaComparison, ComparedBsa
    from cec.rendering.terminal.drawing import Part

_COLUMNS = (TableColumn("Formula"), TableColumn("BSA, unrounded", style=STRONG), TableColumn("Difference", right=True))


def render(comparison: BsaComparison, *, terminal: Terminal = PIPE) -> bytes:
    """Each formula's BSA and its difference from the one in use, then equations and citations."""
    patient, formulas = comparison.patient, comparison.formulas
    cells = [
        (
            row.title,
            str(row.value) if row.value else "-",
            signed_percent(row.difference_percent) if row.difference_percent is not None else "-",
        )
        for row in formulas
    ]
    entries = [
        ("Patient", identity(patient, patient.age)),
        ("Measures", measures(patient)),
        ("Compared with", next(row.title for row in formulas if row.formula == comparison.compared_with)),
    ]
    cited = list(chain.from_iterable(_cited(row, terminal) for row in formulas))
    return draw(
        [
            *labelled(entries, terminal),
            BLANK_LINE,
            *table_or_cards(_COLUMNS, cells, terminal),
            *section("Equations (height in cm, weight in kg) and citations", cited),
        ],
        terminal,
    )


def _cited(row: ComparedBsa, terminal: Terminal) -> list[Part]:
    """The equation of a formula with its source, and why it gives nothing."""
    return [
        *wrap(f"{row.title} ({row.formula}): {row.equation}", terminal, "  ", "    "),
        *wrap(row.source, terminal, "    ", "    "),
        *wrap(row.missing, terminal, "    ", "    "),
    ]
