"""The order as text: on a terminal as wide as it is, in a pipe as plain columns of one width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cec.order import Order
from cec.rendering.terminal import dose, draw, head, schedule, steps
from cec.rendering.terminal.drawing import PIPE, Terminal

if TYPE_CHECKING:
    from cec.course.void import Void


def render(order: Order, *, explain: bool = False, terminal: Terminal = PIPE, void: Void | None = None) -> bytes:
    """The order as UTF-8 text: its doses, its days where it has a start, and on request the steps of each dose."""
    return draw(
        [
            *head.head(order, terminal, explain=explain, void=void),
            *dose.dose_table(order, terminal),
            *dose.given_totals(order, terminal),
            *head.to_look_at(order, terminal, explain=explain),
            *(schedule.days(order, terminal) if order.start else []),
            *(steps.every_step(order, terminal) if explain else []),
            *head.foot(order, terminal, explain=explain, void=void),
        ],
        terminal,
    )
