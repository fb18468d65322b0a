"""What differs between two regimens, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cec.rendering.terminal import draw
from cec.rendering.terminal.drawing import PIPE, STRONG, Part, Terminal, section, wrap, wrap_each

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cec.authoring.changes import Changes, Kind

_TITLES: Mapping[Kind, str] = {"given": "Given otherwise", "checked": "Checked otherwise", "told": "Said otherwise"}


def render(document: Changes, *, terminal: Terminal = PIPE) -> bytes:
    """What is given otherwise, then what is checked otherwise, then words."""
    parts: list[Part] = [*wrap(f"{document.before} → {document.after}", terminal, style=STRONG)]
    for kind, title in _TITLES.items():
        parts += section(title, wrap_each(map(str, document.of(kind)), terminal))
    parts += section("Look at", wrap_each(document.advice, terminal))
    if not document.changes:
        parts += wrap("no difference: both say the same", terminal)
    return draw(parts, terminal)
