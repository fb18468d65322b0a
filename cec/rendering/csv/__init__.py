"""CSV: one module per document; here how a cell is written."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from cec.order import Order
from cec.regimen import Level
from cec.rendering.words import pharmacy_words, void_words
from cec.units import Quantity, plain

if TYPE_CHECKING:
    from cec.course.void import Void


def alert_codes(order: Order) -> str:
    """The codes of the order's alerts, each once, so that a script sees that there is something to look at."""
    return " ".join(levels_by_code(order))


def levels_by_code(order: Order) -> dict[str, Level]:
    """The level of each alert by its code, in the order's sequence; of two under one code, the severer stands first."""
    levels: dict[str, Level] = {}
    for alert in order.alerts:
        levels.setdefault(alert.code, alert.level)
    return levels


def write_order(order: Order, columns: Sequence[str], rows: Iterable[Sequence[str]], void: Void | None = None) -> bytes:
    """Rows of an order under their headings, each with the pharmacy file that was used, and whether it is a draft."""
    pharmacy, status = pharmacy_words(order.pharmacy), _status(order, void)
    return write((*columns, "pharmacy", "status"), ((*row, pharmacy, status) for row in rows))


def _status(order: Order, void: Void | None) -> str:
    """That an order is a draft or released, by whom and when; that it is void, and why: in one cell."""
    if words := void_words(order, void):
        return words
    return f"released by {order.release.by} on {order.release.on}" if order.release else "draft"


FORMULA = r"^[=+\-@\t\r]"
"""How a cell begins that a spreadsheet may take for a formula."""
_BEGINS_A_FORMULA = frozenset("=+-@\t\r")
"""The same as a set of letters: a table in CSV has many cells."""
_NUMBER = re.compile(r"[+-]?[0-9.,]+%?", re.ASCII)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: with an apostrophe before it, where it may be one.

    >>> harmless("=HYPERLINK(1)"), harmless("-9.09"), harmless("")
    ("'=HYPERLINK(1)", '-9.09', '')
    """
    return f"'{cell}" if cell[:1] in _BEGINS_A_FORMULA and not _NUMBER.fullmatch(cell) else cell


def write(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Rows under their headings as UTF-8 CSV; no cell begins a formula of a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(harmless, row) for row in rows)
    return text.getvalue().encode()


def clock_time(time: datetime.datetime | None) -> str:
    """A local time in ISO form, to the minute; nothing where there is none."""
    return time.isoformat(timespec="minutes") if time else ""


def words(value: Quantity | None) -> str:
    """A measure with its unit, as `cec batch` and `cec verify` read it in a cell: 1 year, 0.5 mg/dL."""
    return f"{number(value)} {value.unit_word}" if value else ""


def number(value: Quantity | Decimal | None) -> str:
    """A number for a script: every digit, a point, no thousands separator; nothing where there is none."""
    if value is None:
        return ""
    digits = value.value if isinstance(value, Quantity) else value
    return f"{plain(digits):f}"
