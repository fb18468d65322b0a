"""An order released by a person, and a cycle cancelled of which nothing was given."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from cec.course.given import administrations_given
from cec.errors import OrderRefused
from cec.fingerprint import fingerprint
from cec.load.order_file import SavedOrder
from cec.order import Cancelled, Order


def released(saved: SavedOrder, by: str, on: datetime.date) -> dict[str, Any]:
    """The content of an order as it was saved, with who released it and on which day; nothing else is another.

    OrderRefused where it is released already, is cancelled, or holds a stop that nobody accepted.
    """
    order = saved.order
    if order.release:
        raise OrderRefused(f"is released already, by {order.release.by} on {order.release.on}")
    _refuse_cancelled(order)
    _refuse_before_what_is_known(order, on)
    if stops := [alert.code for alert in order.alerts if alert.level == "stop" and not alert.accepted]:
        raise OrderRefused(f"has a stop that nobody accepted: {', '.join(stops)}")
    return {**saved.tree, "release": {"by": by, "on": on, "fingerprint": order.fingerprint}}


def cancelled(order: Order, on: datetime.date, reason: str) -> Order:
    """The order that replaces one of whose cycle nothing was given before that day: the same, and cancelled.

    OrderRefused where something was given: then the rest of the cycle is stopped.
    """
    _refuse_cancelled(order)
    _refuse_before_what_is_known(order, on)
    given = [each for each in administrations_given(order, on) if each.status == "given" and each.amount.value]
    if given:
        row, amount = given[0].row, given[0].amount
        raise OrderRefused(
            f"{row.drug} {amount} on day {row.protocol_day}, {row.date}, counts as given on {on}: a cycle is cancelled "
            "of which nothing was given; cec change --stop all ends one that began, --not-given tells what was not"
        )
    replacing = msgspec.structs.replace(
        order,
        revision=order.revision + 1,
        first=order.first or order.fingerprint,
        replaces=order.fingerprint,
        cancelled=Cancelled(on, reason),
        release=None,
    )
    return msgspec.structs.replace(replacing, fingerprint=fingerprint(replacing))


def _refuse_cancelled(order: Order) -> None:
    if order.cancelled:
        raise OrderRefused(f"is cancelled already, on {order.cancelled.on}: {order.cancelled.reason}")


def _refuse_before_what_is_known(order: Order, on: datetime.date) -> None:
    """OrderRefused for a day before that of the order's last change, or of the measures that it is computed from."""
    if order.changes and on < order.changes[-1].on:
        raise OrderRefused(f"was changed on {order.changes[-1].on}, which is after {on}; look at the date")
    measured_on = order.patient.measured_on
    if measured_on and on < measured_on:
        raise OrderRefused(f"is of a patient measured on {measured_on}, which is after {on}; look at the date")
