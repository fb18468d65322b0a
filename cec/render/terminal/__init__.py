"""The order as text: on a terminal as wide as it is, in a pipe as plain columns of one width."""

from __future__ import annotations

from cec.order import Order
from cec.render.terminal import dose, explain, head, schedule
from cec.render.terminal.paper import Look, draw


def render(order: Order, *, steps: bool = False, look: Look | None = None) -> bytes:
    """The order as UTF-8 text: its doses, its days where it has a start, and on request the steps of each dose."""
    look = look or Look()
    return draw(
        [
            *head.head(order, look),
            *dose.dose_table(order, look),
            *head.to_look_at(order, look),
            *(schedule.days(order, look) if order.start else []),
            *(explain.steps(order, look) if steps else []),
            *head.foot(order, look),
        ],
        look,
    )
