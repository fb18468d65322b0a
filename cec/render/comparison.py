"""Two orders side by side, in the same words in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cec.days import list_days
from cec.render.words import OMITTED
from cec.render.words.pharmacy import DIGITS
from cec.render.words.times import paper_date
from cec.units import Quantity

if TYPE_CHECKING:
    from cec.course.comparison import Cell, ComparedOrder, Comparison

NOTHING = "-"
"""What stands for what an order does not have."""


def cell_words(cell: Cell, *, from_days: bool = False) -> str:
    """What an order says, with its days where it is not the same on all of them."""
    texts = []
    for each in cell:
        days = list_days(each.days)
        noun = "day" if len(each.days) == 1 else "days"
        when = f"{'from' if from_days else 'on'} {noun} {days}" if each.value and days else days
        value = OMITTED if isinstance(each.value, Quantity) and not each.value.value else each.value
        texts.append(f"{value} {when}".strip())
    return "; ".join(texts) or NOTHING


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
