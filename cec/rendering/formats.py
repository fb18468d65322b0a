"""Every format of every document: a record each. A new format is one module and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

SHEETS = ("a4", "letter")
"""The sizes of sheets, by the names that people give them."""
LABEL_PRINTER = "100x60mm"
"""One label to a page."""


class Format(NamedTuple):
    """One way to write a document."""

    name: str
    module: str
    """Where its function stands; loaded when it is called, for most are heavier than the whole calculation."""
    ending: str = ""
    """The ending of a file's name that asks for it; nothing where it must be named."""
    options: tuple[str, ...] = ()
    """What its function can be told beside the document."""
    papers: tuple[str, ...] = ()
    """What it is printed on: the choices of its option `paper`, the usual one first."""
    shows: tuple[str, ...] = ()
    """Options of other formats that change nothing here, because what they ask for is always shown."""
    is_binary: bool = False
    """Whether no terminal can show it."""
    function: str = "render"
    cautions: str = ""
    """The function of its module that says what to mind beside the document."""


Formats = Mapping[str, Format]
"""The formats of one document by their names."""


def by_name(*formats: Format) -> dict[str, Format]:
    """Formats by their names."""
    return {each.name: each for each in formats}


FORMATS: Formats = by_name(
    Format("table", "cec.rendering.terminal.order", ".txt", ("explain", "terminal", "void")),
    Format("json", "cec.rendering.json", ".json", shows=("explain",)),
    Format("csv", "cec.rendering.csv.order", ".csv", ("void",)),
    Format("pdf", "cec.rendering.pdf.order", ".pdf", ("void",), papers=SHEETS, is_binary=True),
    Format(
        *("labels", "cec.rendering.pdf.labels"),
        options=("oral", "void"),
        papers=(*SHEETS, LABEL_PRINTER),
        is_binary=True,
        cautions="cautions",
    ),
    Format("ics", "cec.rendering.ics", ".ics", ("void",), cautions="cautions"),
    Format("fhir", "cec.rendering.fhir.order", options=("void",)),
)
"""The formats of an order. All but JSON, which is the order as it was saved, can be told that it is `void`."""

WORKSHEETS: Formats = by_name(
    Format("table", "cec.rendering.terminal.worksheet", ".txt", ("explain", "pick_list", "terminal")),
    Format("csv", "cec.rendering.csv.worksheet", ".csv", ("pick_list",)),
    Format("json", "cec.rendering.json", ".json", shows=("explain",)),
    Format("pdf", "cec.rendering.pdf.worksheet", ".pdf", ("void",), papers=SHEETS, is_binary=True),
)
"""The formats of an order's preparation worksheet; JSON is the order, which holds preparations, fluids, pick list."""

PRINTED: Formats = {**FORMATS, "worksheet": WORKSHEETS["pdf"]._replace(name="worksheet", ending="")}
"""The formats of a saved order, its worksheet on paper among them."""

WORKLISTS: Formats = by_name(
    Format("table", "cec.rendering.terminal.worklist", ".txt", ("pick_list", "terminal")),
    Format("csv", "cec.rendering.csv.worklist", ".csv", ("pick_list",)),
    Format("json", "cec.rendering.json", ".json", function="worklist"),
    Format("pdf", "cec.rendering.pdf.worklist", ".pdf", papers=SHEETS, is_binary=True),
    Format(
        "labels",
        "cec.rendering.pdf.labels",
        options=("oral",),
        papers=(*SHEETS, LABEL_PRINTER),
        is_binary=True,
        function="worklist",
    ),
)
"""The formats of a ward's day."""

COMPARISONS: Formats = by_name(
    Format("table", "cec.rendering.terminal.comparison", ".txt", ("terminal",)),
    Format("json", "cec.rendering.json", ".json"),
    Format("pdf", "cec.rendering.pdf.comparison", ".pdf", papers=SHEETS, is_binary=True),
)
"""The formats of two orders side by side."""

HISTORIES: Formats = by_name(
    Format("table", "cec.rendering.terminal.history", ".txt", ("terminal",)),
    Format("csv", "cec.rendering.csv.history", ".csv"),
    Format("json", "cec.rendering.json", ".json"),
    Format("pdf", "cec.rendering.pdf.history", ".pdf", papers=SHEETS, is_binary=True),
    Format("svg", "cec.rendering.svg", ".svg"),
)
"""The formats of a patient's history."""

VERIFIED_DOSES: Formats = by_name(
    Format("table", "cec.rendering.terminal.verification", ".txt", ("terminal",), function="verified_doses"),
    Format("json", "cec.rendering.json", ".json", function="verified_doses"),
    Format("csv", "cec.rendering.csv.verification", ".csv", function="verified_doses"),
)
"""The formats of written doses held against an order."""

VERIFIED_ORDERS: Formats = by_name(
    Format("table", "cec.rendering.terminal.verification", ".txt", ("terminal",), function="verified_order"),
    Format("json", "cec.rendering.json", ".json", function="verified_order"),
)
"""The formats of a saved order held against itself."""

VERIFIED_TABLES: Formats = by_name(
    Format("table", "cec.rendering.terminal.verification", ".txt", ("terminal",), function="verified_table"),
    Format("json", "cec.rendering.json", ".json", function="verified_table"),
    Format("csv", "cec.rendering.csv.verification", ".csv", function="verified_table"),
)
"""The formats of a table of written doses, each row held against its own order."""

BSA_COMPARISONS: Formats = by_name(
    Format("table", "cec.rendering.terminal.bsa", ".txt", ("terminal",)),
    Format("json", "cec.rendering.json", ".json"),
    Format("csv", "cec.rendering.csv.bsa", ".csv"),
)
"""The formats of every BSA formula side by side."""


TREATMENTS: Formats = by_name(
    Format("table", "cec.rendering.terminal.treatment", ".txt", ("terminal",)),
    Format("json", "cec.rendering.json", ".json", function="treatment"),
    Format("csv", "cec.rendering.csv.order", ".csv", function="treatment"),
    Format("ics", "cec.rendering.ics", ".ics", function="treatment"),
)
"""The formats of the calendar of a treatment; the sheet of one of its cycles is that of an order."""

VALIDATIONS: Formats = by_name(
    Format("table", "cec.rendering.terminal.validation", ".txt", ("explain", "terminal")),
    Format("json", "cec.rendering.json", ".json", shows=("explain",)),
    Format("pdf", "cec.rendering.pdf.validation", ".pdf", papers=SHEETS, shows=("explain",), is_binary=True),
)
"""The formats of worked cases that were run."""

LISTED_REGIMENS: Formats = by_name(
    Format("table", "cec.rendering.terminal.regimen", ".txt", ("terminal",), function="listed"),
    Format("json", "cec.rendering.json", ".json"),
)
"""The formats of the list of regimens."""

SHOWN_REGIMENS: Formats = by_name(
    Format("table", "cec.rendering.terminal.regimen", ".txt", ("explain", "terminal")),
    Format("fhir", "cec.rendering.fhir.regimen", shows=("explain",)),
)
"""The formats of a regimen, or of a treatment with its regimens."""

REGIMEN_CHANGES: Formats = by_name(
    Format("table", "cec.rendering.terminal.changes", ".txt", ("terminal",)),
    Format("json", "cec.rendering.json", ".json"),
)
"""The formats of what differs between two regimens."""

EXAMINATIONS: Formats = by_name(
    Format("table", "cec.rendering.terminal.validation", ".txt", ("terminal",), function="examination"),
    Format("json", "cec.rendering.json", ".json"),
)
"""The formats of what was found of an installation."""

CHECKED_FILES: Formats = by_name(
    Format("table", "cec.rendering.findings", ".txt"),
    Format("json", "cec.rendering.json", ".json"),
    Format("github", "cec.rendering.findings", function="github"),
)
"""The formats of what checking files found."""
