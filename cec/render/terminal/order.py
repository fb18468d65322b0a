"""The order as text: on a terminal as wide as it is, in a pipe as plain columns of one width."""

from __future__ import annotations

from cec.order import Order
from cec.render.terminal import dose, explain, head, schedule
from cec.render.terminal.drawing import Terminal, draw


def render(order: Order, *, steps: bool = False, terminal: Terminal | None = None) -> bytes:
    """The order as UTF-8 text: its doses, its days where it has a start, and on request the steps of each dose."""
    terminal = terminal or Terminal()
    return draw(
        [
            *head.head(order, terminal),
            *dose.dose_table(order, terminal),
            *head.to_look_at(order, terminal),
            *(schedule.days(order, terminal) if order.start else []),
            *(explain.steps(order, terminal) if steps else []),
            *head.foot(order, terminal),
        ],
        terminal,
    )
