"""What each drug line comes to in a cycle that was changed: what was given of it, and what is ordered."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from cec.course.given import administrations_given
from cec.units import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cec.order import Order


class LineTotal(NamedTuple):
    """One drug line: how often which amount was given, and is ordered, in words; and what they come to."""

    counted: str
    total: Quantity


def line_totals(order: Order) -> dict[int, LineTotal]:
    """By the number of the drug line: of each of which something was given or told, and of which a total is known."""
    by_line: dict[int, list[tuple[str, Quantity]]] = {}
    unknown = {dose.line for dose in order.doses if dose.no_total and dose.ordered.value}
    until = {dose.line for dose in order.doses if dose.until}
    for each in administrations_given(order) if order.changes else ():
        if each.row.line not in unknown:
            status = "ordered up to" if each.status == "ordered" and each.row.line in until else each.status
            by_line.setdefault(each.row.line, []).append((status, each.amount))
    return {
        line: _total(rows)
        for line, rows in by_line.items()
        if any(not status.startswith("ordered") for status, _ in rows)
    }


def _total(rows: list[tuple[str, Quantity]]) -> LineTotal:
    parts = []
    for status in ("given", "ordered", "ordered up to"):
        amounts = [amount for each, amount in rows if each == status and amount.value]
        if amounts:
            parts.append(f"{status} {_counted(amounts)}")
    without = sum(status == "not given" for status, _ in rows)
    parts += [f"{without} not given"] if without else []
    unit = rows[0][1].unit
    return LineTotal("; ".join(parts), Quantity(sum((amount.value for _, amount in rows), Decimal(0)), unit))


def _counted(amounts: Iterable[Quantity]) -> str:
    """How often each amount: 2 × 38.4 mg + 20 mg."""
    counts: dict[Quantity, int] = {}
    for amount in amounts:
        counts[amount] = counts.get(amount, 0) + 1
    return " + ".join(f"{count} × {amount}" for amount, count in counts.items())
