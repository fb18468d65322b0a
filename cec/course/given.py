"""What was given of an order, and what is only ordered: every administration with its amount.

cec reads no clock. What is dated before the day of the last change counts as given as ordered, unless somebody told
otherwise; all else is ordered.
"""

from __future__ import annotations

import datetime
from typing import Literal, NamedTuple

from cec.order import Administration, Order, given_amounts, identity
from cec.units import Quantity

Status = Literal["given", "not given", "ordered"]


class Given(NamedTuple):
    """One administration with the amount that was given or is ordered; 0 where it was not given."""

    row: Administration
    amount: Quantity
    status: Status
    is_told: bool = False
    """Whether somebody told what was given; else it counts as given as ordered."""


def administrations_given(order: Order, before: datetime.date | None = None) -> tuple[Given, ...]:
    """Every administration of an order, in its sequence, each given, not given or ordered.

    Of a cancelled cycle there are none. With `before`, what is dated before that day counts as given too: the day on
    which somebody goes on from the order.
    """
    if order.cancelled:
        return ()
    days = [change.on for change in order.changes[-1:]] + ([before] if before else [])
    until = max(days, default=datetime.date.min)
    amounts = given_amounts(order.changes)
    return tuple(_given(row, amounts.get(identity(row)), until) for row in order.administrations)


def _given(row: Administration, amount: Quantity | None, until: datetime.date) -> Given:
    if amount is not None:
        return Given(row, amount, "given" if amount.value else "not given", is_told=True)
    return Given(row, row.dose, "given" if row.date < until else "ordered")


def counts(order: Order) -> bool:
    """Whether an order's cycle counts as one: something of it was given or is ordered."""
    return any(each.amount.value for each in administrations_given(order))


def last_day_given(order: Order) -> datetime.date | None:
    """The last day on which something of an order is given or ordered, to the end of its infusions."""
    rows = (each.row for each in administrations_given(order) if each.amount.value)
    return max((max(row.date, row.end.date()) if row.end else row.date for row in rows), default=None)
