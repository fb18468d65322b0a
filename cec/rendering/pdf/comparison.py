"""Two orders side by side, as PDF."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from cec.course.comparison import PATIENT
from cec.rendering.comparison import cell_words, order_words, verdict
from cec.rendering.pdf.typesetting import typeset

if TYPE_CHECKING:
    from cec.course.comparison import Comparison


def render(comparison: Comparison, *, paper: str = "a4") -> bytes:
    """The comparison as a tagged PDF on a4 or letter; the same orders give the same bytes."""
    return typeset("comparison", comparison_data(comparison), paper)


def comparison_data(comparison: Comparison) -> dict[str, Any]:
    """All that stands on it, in its words."""
    return {
        "title": f"{comparison.first.file} and {comparison.second.file}, side by side",
        "orders": [["A", order_words(comparison.first)], ["B", order_words(comparison.second)]],
        "differ": comparison.differ,
        "verdict": verdict(comparison),
        "groups": [
            {
                "about": about[0].upper() + about[1:],
                "rows": [
                    [
                        row.what,
                        cell_words(row.first, from_days=about == PATIENT),
                        cell_words(row.second, from_days=about == PATIENT),
                        row.differs,
                    ]
                    for row in rows
                ],
            }
            for about, rows in groupby(comparison.rows, key=lambda row: row.about)
        ],
    }
