"""A cycle beyond a week at one sight: which drug is given on which of its days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cec.rendering.words import ordered_words
from cec.rendering.words.times import weekday_date
from cec.routes import is_into_csf

if TYPE_CHECKING:
    from cec.order import Dose, Order
    from cec.rendering.days import Day

LONGEST_WITHOUT = 7
"""Days of a cycle that the blocks of its days show at one sight."""
_MOST_COLUMNS = 29
"""Four weeks, and the day on which their last infusion ends."""
APART = "into the cerebrospinal fluid, on its own page"


def day_grid(order: Order, days: list[Day]) -> list[dict[str, Any]]:
    """The days on which anything stands, in parts of about the same length, with a row for each dose."""
    if days[-1].number - days[0].number < LONGEST_WITHOUT:
        return []
    parts = -(-len(days) // _MOST_COLUMNS)
    count = -(-len(days) // parts)
    return [
        {
            "days": [
                {"number": str(day.number), "date": weekday_date(day.date) if day.date else ""} for day in columns
            ],
            "rows": list(_rows(order, columns)),
        }
        for columns in (days[first : first + count] for first in range(0, len(days), count))
    ]


def _rows(order: Order, days: list[Day]) -> list[dict[str, Any]]:
    rows: dict[tuple[str, str], list[str]] = {}
    for index, dose in enumerate(order.doses):
        key = (APART, "") if is_into_csf(dose.route) else (dose.drug, ordered_words(dose))
        cells = [_cell(order, day, index, dose) for day in days]
        before = rows.setdefault(key, [""] * len(days))
        rows[key] = [there or cell for there, cell in zip(before, cells, strict=True)]
    return [{"drug": drug, "dose": dose, "cells": cells} for (drug, dose), cells in rows.items() if any(cells)]


def _cell(order: Order, day: Day, index: int, dose: Dose) -> str:
    """How often a dose is given on a day; that it runs on, or that it is left out."""
    if any(each.dose_index == index for each in day.omitted):
        return "no"
    dated = sum(row.dose_index == index for row in day.rows)
    count = dated if order.administrations else dose.count_on(day.number) if day.number in dose.days else 0
    if count and dose.ordered.value:
        return f"{count}×"
    return "→" if any(each.dose_index == index for each in day.running) else ""
