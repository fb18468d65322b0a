"""Pieces of Markdown that several pages are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def table(rows: Iterable[Sequence[str]]) -> str:
    """A table, of which the first row is the head.

    >>> print(table([("key", "meaning"), ("`for`", "yes | no")]), end="")
    | key | meaning |
    |---|---|
    | `for` | yes &#124; no |
    """
    head, *others = (f"| {' | '.join(map(_cell, row))} |" for row in rows)
    return "\n".join((head, "|---" * (head.count(" | ") + 1) + "|", *others, ""))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "&#124;")


def anchor(heading: str) -> str:
    """The name by which a link reaches a heading.

    >>> anchor("`cec regimen check`")
    'cec-regimen-check'
    """
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())


def code(text: str) -> str:
    """A text as code, or nothing for nothing."""
    return f"`{text}`" if text else ""
