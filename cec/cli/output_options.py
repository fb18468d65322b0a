"""Options of what comes out: its format and its paper, the file that it goes to, and what is said beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, TypeAlias

from msgspec import Struct

from cec.cli.option import OUTPUT, flag, format_option, option, paper_option
from cec.rendering.papers import PAPERS

OutputFileOption: TypeAlias = Annotated[
    Path | None,
    option("FILE", "Write to this file, whole or not at all; - is standard output.", "--output", "-o", heading=OUTPUT),
]
OverwriteOption: TypeAlias = Annotated[
    bool, flag("Replace a file that is there already; never a saved order that counts.", "--overwrite", heading=OUTPUT)
]
QuietOption: TypeAlias = Annotated[
    bool,
    flag("On standard error nothing but what went wrong: no counts, no hints.", "--quiet", "-q", heading=OUTPUT),
]


class FileOptions(Struct, frozen=True):
    """Where to, for what has one form."""

    heading: ClassVar[str] = OUTPUT
    output: OutputFileOption = None
    overwrite: OverwriteOption = False


class OutputOptions(Struct, frozen=True):
    """In which form, and where to, for a document that is not printed."""

    heading: ClassVar[str] = OUTPUT
    format: Annotated[str | None, format_option] = None
    output: OutputFileOption = None
    overwrite: OverwriteOption = False
    quiet: QuietOption = False


class PrintOptions(OutputOptions, frozen=True):
    """In which form, and where to, and on which paper."""

    paper: Annotated[str | None, paper_option] = None


AllPapersOption: TypeAlias = Annotated[
    Path | None,
    option(
        "FOLDER",
        f"Write {', '.join([*PAPERS][:-1])} and {[*PAPERS][-1]} into a new folder.",
        "--all",
        heading=OUTPUT,
    ),
]


OralOption: TypeAlias = Annotated[
    bool, flag("Labels of doses by mouth too, in a layout of their own.", "--oral", heading=OUTPUT)
]


ExplainOption: TypeAlias = Annotated[
    bool,
    flag("Show every step of every dose, and what replaced what.", "--explain", heading=OUTPUT),
]
