"""The preparation worksheet -> bytes, one module per format; `words` says for all of them what stands on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from cec.order import Order


def _table(order: Order, **options: Any) -> bytes:
    from cec.render.terminal import worksheet

    return worksheet.render(order, **options)


def _csv(order: Order, **options: Any) -> bytes:
    from cec.render.worksheet import csv

    return csv.render(order, **options)


def _json(order: Order) -> bytes:
    from cec.render import json

    return json.render(order)


def _pdf(order: Order, **options: Any) -> bytes:
    from cec.render.worksheet import pdf

    return pdf.render(order, **options)


WORKSHEETS: dict[str, Callable[..., bytes]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "pdf": _pdf,
}
"""Every form of the worksheet by its name; JSON is the order, which holds preparations, fluids and pick list."""
