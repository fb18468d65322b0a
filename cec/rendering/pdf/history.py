"""A patient's history as PDF: the picture, what to look at, each cycle with its drugs, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cec.rendering import svg
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
from cec.rendering.pdf.page import coded_alert
from cec.rendering.pdf.typesetting import typeset

if TYPE_CHECKING:
    from cec.course.patient_history import History


def render(history: History, *, paper: str = "a4") -> bytes:
    """The history as a tagged PDF on a4 or letter; the same orders give the same bytes."""
    return typeset("history", history_data(history), paper)


def history_data(history: History) -> dict[str, Any]:
    """All that stands on it, in its words."""
    return {
        "title": title_of(history),
        "period": period(history),
        "alerts": [coded_alert(alert) for alert in history.alerts],
        "left_out": [[each.file, each.why] for each in history.left_out],
        "columns": list(DRUG_COLUMNS),
        "cycles": [
            {
                "title": cycle_title(cycle),
                "facts": list(cycle_facts(cycle)),
                "rows": [list(row) for row in drug_lines(cycle)],
            }
            for cycle in history.cycles
        ],
        "total_columns": list(TOTAL_COLUMNS),
        "totals": [list(row) for row in total_lines(history)],
        "picture": svg.render(history).decode(),
    }
