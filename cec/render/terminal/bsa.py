"""BSA formulas side by side on the terminal."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from rich.text import Text

from cec.render.terminal.paper import STRONG, Column, Look, draw, facts, section, table, wrap
from cec.render.words import identity, measures
from cec.units import shorten, write_number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from cec.calculate.bsa_comparison import ComparedBsa
    from cec.patient import Patient
    from cec.pharmacy import Pharmacy

_COLUMNS = (
    Column("Formula"),
    Column("BSA, unrounded", style=STRONG),
    Column("Difference", right=True),
)


def render(patient: Patient, policy: Pharmacy, rows: Sequence[ComparedBsa], look: Look) -> bytes:
    """Every formula's BSA and its difference from the one in use, then equations and citations."""
    in_use = next(row.title for row in rows if row.formula == policy.bsa_formula)
    cells = [
        (
            row.title,
            f"{shorten(row.value.value)} {row.value.unit}" if row.value else "-",
            _signed(row.difference_percent) if row.value else "-",
        )
        for row in rows
    ]
    cited = [
        [
            *wrap(f"{row.title} ({row.formula}): {row.equation}", look, "  ", "    "),
            *wrap(row.source, look, "    ", "    "),
            *wrap(row.missing, look, "    ", "    "),
        ]
        for row in rows
    ]
    return draw(
        [
            *facts(
                [
                    ("Patient", identity(patient, patient.age)),
                    ("Measures", measures(patient)),
                    ("Compared with", in_use),
                ],
                look,
            ),
            Text(),
            table(_COLUMNS, cells, look),
            *section("Equations (height in cm, weight in kg) and citations", list(chain.from_iterable(cited))),
        ],
        look,
    )


def _signed(percent: Decimal | None) -> str:
    """A difference with its sign."""
    return "" if percent is None else f"{'+' if percent > 0 else ''}{write_number(percent)}%"
