"""Documents -> bytes: what cec has computed, in every format. Renderers only draw: they change no number."""

from __future__ import annotations

from decimal import localcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cec.errors import Fault, InputError
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
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
    "check_options",
    "find_format",
    "format_of_ending",
    "refuse_other_ending",
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


def find_format(name: str, formats: Formats = FORMATS) -> Format:
    """The format of that name; InputError where the document has none."""
    if name in formats:
        return formats[name]
    raise InputError(Fault(f"'{name}' is not a format; write {_either(formats)}", "format"))


def format_of_ending(ending: str, formats: Formats) -> Format:
    """The format that the ending of a file's name asks for, the table where there is no ending; InputError for others.

    >>> format_of_ending(".PDF", FORMATS).name
    'pdf'
    """
    endings = {each.ending: each for each in formats.values() if each.ending}
    found = endings.get(ending.lower()) if ending else formats["table"]
    if found is None:
        raise InputError(
            Fault(f"'{ending}' tells no format; end the file's name in {_either(endings)}, or name a format", "output")
        )
    return found


def refuse_other_ending(chosen: Format, ending: str, formats: Formats) -> None:
    """InputError where a format with an ending of its own is named for a file with the ending of another."""
    if chosen.ending and ending.lower() in {each.ending for each in formats.values()} - {"", chosen.ending}:
        text = f"'{chosen.name}' is not what {ending} says; end the file's name in {chosen.ending}, or leave one out"
        raise InputError(Fault(text, "format"))


def check_options(chosen: Format, options: Mapping[str, Any], formats: Formats = FORMATS) -> dict[str, Any]:
    """The options for the format's function; InputError for one that it cannot take, with the formats that can.

    >>> check_options(FORMATS["json"], {"explain": True, "paper": None})
    {}
    >>> check_options(FORMATS["csv"], {"explain": True})
    Traceback (most recent call last):
    cec.errors.InputError: explain: is not an option of csv, but of table and json
    """
    asked = {option: value for option, value in options.items() if value not in (None, False)}
    for option, value in asked.items():
        if not _takes(chosen, option):
            others = [each.name for each in formats.values() if _takes(each, option)]
            but = f", but of {' and '.join(others)}" if others else ""
            raise InputError(Fault(f"is not an option of {chosen.name}{but}", option))
        if option == "paper" and value not in chosen.papers:
            raise InputError(
                Fault(f"'{value}' is not a paper for {chosen.name}; write {_either(chosen.papers)}", option)
            )
    return {option: value for option, value in asked.items() if option not in chosen.shows}


def _takes(each: Format, option: str) -> bool:
    """Whether a format can be told this, or shows it anyway."""
    return option in (*each.options, *each.shows) or (option == "paper" and bool(each.papers))


def _either(names: Iterable[str]) -> str:
    """Names to choose from: a4 or letter."""
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
