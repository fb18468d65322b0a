"""What differs between two regimens, on the terminal."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cec.render.terminal.drawing import PIPE, STRONG, Part, Terminal, draw, section, wrap

if TYPE_CHECKING:
    from cec.authoring.changes import Changes

_TITLES = {"given": "Given otherwise", "checked": "Checked otherwise", "told": "Said otherwise"}


def render(document: Changes, *, terminal: Terminal = PIPE) -> bytes:
    """What is given otherwise, then what is checked otherwise, then words."""
    parts: list[Part] = [*wrap(f"{document.before} → {document.after}", terminal, style=STRONG)]
    for kind, title in _TITLES.items():
        lines = [wrap(str(each), terminal, "  ", "    ") for each in document.of(kind)]
        parts += section(title, list(chain.from_iterable(lines)))
    parts += section(
        "Look at", list(chain.from_iterable(wrap(each, terminal, "  ", "    ") for each in document.advice))
    )
    if not document.changes:
        parts += wrap("no difference: both say the same", terminal)
    return draw(parts, terminal)
