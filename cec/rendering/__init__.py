"""Documents -> bytes: what cec has computed, in every format. Renderers only draw: they change no number."""

from __future__ import annotations

from decimal import localcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cec.rendering.formats import (
    BSA_COMPARISONS,
    CHECKED_FILES,
    COMPARISONS,
    EXAMINATIONS,
    FORMATS,
    HISTORIES,
    LISTED_REGIMENS,
    PRINTED,
    REGIMEN_CHANGES,
    SHOWN_REGIMENS,
    TREATMENTS,
    VALIDATIONS,
    VERIFIED_DOSES,
    VERIFIED_ORDERS,
    VERIFIED_TABLES,
    WORKLISTS,
    WORKSHEETS,
    Format,
    Formats,
    check_options,
    find_format,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "BSA_COMPARISONS",
    "CHECKED_FILES",
    "COMPARISONS",
    "EXAMINATIONS",
    "FORMATS",
    "HISTORIES",
    "LISTED_REGIMENS",
    "PRINTED",
    "REGIMEN_CHANGES",
    "SHOWN_REGIMENS",
    "TREATMENTS",
    "VALIDATIONS",
    "VERIFIED_DOSES",
    "VERIFIED_ORDERS",
    "VERIFIED_TABLES",
    "WORKLISTS",
    "WORKSHEETS",
    "Format",
    "Formats",
    "cautions",
    "render",
]


def cautions(document: Any, chosen: Format) -> Iterator[str]:
    """What to mind beside a document in a format, in words."""
    if chosen.cautions:
        yield from getattr(import_module(chosen.module), chosen.cautions)(document)


def render(document: Any, format_name: str = "table", formats: Formats = FORMATS, **options: Any) -> bytes:
    """An order (or what `formats` are for) in a format: table, json, csv and so on; options as its record names them.

    >>> from cec import draft_order, load_patient, load_regimen
    >>> order = draft_order(load_regimen("cec-induction"), load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    >>> render(order, "pdf", paper="letter")[:5]
    b'%PDF-'
    """
    from cec.units import EXACT

    chosen = find_format(format_name, formats)
    function = getattr(import_module(chosen.module), chosen.function)
    with localcontext(EXACT):
        content: bytes = function(document, **check_options(chosen, options, formats))
    return content
