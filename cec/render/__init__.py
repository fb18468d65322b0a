"""Order -> bytes, one module per format. Renderers only draw: they compute no dose and change no number."""

from __future__ import annotations

from decimal import localcontext
from typing import TYPE_CHECKING, Any

from cec.errors import InputError
from cec.units import EXACT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import PurePath

    from cec.order import Order


def _table(order: Order, **options: Any) -> bytes:
    from cec.render.terminal import order as document

    return document.render(order, **options)


def _json(order: Order) -> bytes:
    from cec.render import json

    return json.render(order)


def _csv(order: Order) -> bytes:
    from cec.render.csv import order as document

    return document.render(order)


def _pdf(order: Order, **options: Any) -> bytes:
    from cec.render.pdf import order as document

    return document.render(order, **options)


def _labels(order: Order, **options: Any) -> bytes:
    from cec.render.pdf import labels

    return labels.render(order, **options)


def _ics(order: Order) -> bytes:
    from cec.render import ics

    return ics.render(order)


def _worksheet_table(order: Order, **options: Any) -> bytes:
    from cec.render.terminal import worksheet

    return worksheet.render(order, **options)


def _worksheet_csv(order: Order, **options: Any) -> bytes:
    from cec.render.csv import worksheet

    return worksheet.render(order, **options)


def _worksheet_pdf(order: Order, **options: Any) -> bytes:
    from cec.render.pdf import worksheet

    return worksheet.render(order, **options)


FORMATS: dict[str, Callable[..., bytes]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
    "pdf": _pdf,
    "labels": _labels,
    "ics": _ics,
}
"""Every format by its name. The modules load when they are used: most are heavier than the whole calculation."""

WORKSHEETS: dict[str, Callable[..., bytes]] = {
    "table": _worksheet_table,
    "csv": _worksheet_csv,
    "json": _json,
    "pdf": _worksheet_pdf,
}
"""Every form of the worksheet by its name; JSON is the order, which holds preparations, fluids and pick list."""

BINARY = frozenset({"pdf", "labels"})
"""Formats that no terminal can show."""

ENDINGS = {".json": "json", ".csv": "csv", ".pdf": "pdf", ".ics": "ics", ".txt": "table"}
"""The format that the ending of a file's name asks for."""


def render(order: Order, format_name: str = "table", **options: Any) -> bytes:
    """The order in a format: table, json, csv and so on; options as the format's own `render` has them.

    >>> from cec import draft_order, load_patient, load_regimen
    >>> order = draft_order(load_regimen("cec-induction"), load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    >>> render(order, "pdf")[:5]
    b'%PDF-'
    """
    with localcontext(EXACT):
        return FORMATS[known_format(format_name)](order, **options)


def known_format(name: str) -> str:
    """The name of a format that there is; InputError for any other."""
    if name in FORMATS:
        return name
    raise InputError(f"there is no format '{name}'; there are {', '.join(FORMATS)}")


def format_for(path: PurePath | None) -> str:
    """The format that a file's ending asks for, else the table."""
    name = ENDINGS.get(path.suffix.lower(), "table") if path else "table"
    return name if name in FORMATS else "table"
