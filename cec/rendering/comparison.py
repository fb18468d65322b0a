"""Two orders side by side, in the same words in every format."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from cec.days import days_in_words, list_days, paper_date
from cec.rendering.words import DIGITS, OMITTED
from cec.rendering.words.patient import age_in_words
from cec.units import Quantity

if TYPE_CHECKING:
    from cec.course.comparison import Cell, ComparedOrder, Comparison, OnDays

NOTHING = "-"
"""What stands for what an order does not have."""


def cell_words(cell: Cell, *, from_days: bool = False) -> str:
    """What an order says, after the days on which it holds where it is not the same on all of them."""
    return "; ".join(_on_days(each, from_days=from_days) for each in cell) or NOTHING


def _on_days(each: OnDays, *, from_days: bool) -> str:
    days = list_days(each.days)
    if each.value == "":
        return days
    value = _in_words(each.value)
    return f"{'from ' if from_days else ''}{days_in_words(each.days)}: {value}" if days else value


def _in_words(value: Quantity | datetime.date | str) -> str:
    """An amount, or that nothing is left of it; an age as people say it; a date as on every paper."""
    if isinstance(value, Quantity):
        return age_in_words(value) if value.value else OMITTED
    return paper_date(value) if isinstance(value, datetime.date) else value


def order_words(order: ComparedOrder) -> str:
    """Which order it is, in a line."""
    parts = (
        order.file,
        order.regimen,
        f"cycle {order.cycle}" if order.cycle else "",
        f"day 1 {paper_date(order.start)}" if order.start else "",
        f"revision {order.revision}",
        f"order {order.fingerprint[:DIGITS]}",
    )
    return ", ".join(filter(None, parts))


def verdict(comparison: Comparison) -> str:
    """Whether the two differ, and in how much."""
    count = sum(row.differs for row in comparison.rows)
    if not count:
        return f"All {len(comparison.rows)} lines that are compared are the same."
    return f"{count} of {len(comparison.rows)} lines {'differs' if count == 1 else 'differ'}."
