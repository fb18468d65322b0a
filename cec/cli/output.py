"""Where the output goes: standard output, a pipe or a file, each with what it can show."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from cec.cli.messages import input_as_wrong_usage, say, wrong_usage
from cec.errors import CecError, InputError
from cec.rendering import (
    CHECKED_FILES,
    FORMATS,
    Format,
    Formats,
    cautions,
    check_options,
    find_format,
    format_of_ending,
    refuse_other_ending,
    render,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cec.cli.output_options import OutputOptions, PrintOptions
    from cec.course.void import Void
    from cec.order import Order
    from cec.rendering.findings import CheckedFile
    from cec.rendering.terminal.drawing import Terminal


class Chosen(NamedTuple):
    """A format of a document, what it is told, and the file that is written."""

    format: Format
    formats: Formats
    options: Mapping[str, Any]
    output: Path | None
    overwrites: bool = False
    is_quiet: bool = False


def chosen_format(output: OutputOptions, formats: Formats, **options: object) -> Chosen:
    """The format that was named, else that of the file's ending, else the table, with the options that were typed.

    Wrong usage where there is no such format, or it cannot take one of the options.
    """
    ending = output.output.suffix if output.output else ""
    paper = getattr(output, "paper", None)  # of those that are printed
    with input_as_wrong_usage():
        if output.format is None:
            chosen = format_of_ending(ending, formats)
        else:
            chosen = find_format(output.format, formats)
            refuse_other_ending(chosen, ending, formats)
        checked = check_options(chosen, {"paper": paper, **options}, formats)
        return Chosen(chosen, formats, checked, output.output, output.overwrite, output.quiet)


def show(document: object, chosen: Chosen, void: Void | None = None) -> None:
    """Put a document where it was asked for, in its format; on standard error what to mind beside it."""
    put(written(document, chosen, void), chosen)
    for caution in cautions(document, chosen.format):
        if not chosen.is_quiet:
            say(caution)


class ChosenPapers(NamedTuple):
    """Where every paper of an order goes, and what it is printed on."""

    folder: Path
    paper: str | None
    is_quiet: bool
    oral: bool = False


def chosen_form(
    output: PrintOptions, formats: Formats, every_paper_in: Path | None, *, explain: bool, oral: bool = False
) -> Chosen | ChosenPapers:
    """The format that was named, or every paper into a folder; wrong usage beside an option that is about one form."""
    if every_paper_in is None:
        return chosen_format(output, formats, explain=explain, oral=oral)
    asked = {
        "--format": output.format,
        "--output": output.output,
        "--overwrite": output.overwrite,
        "--explain": explain,
    }
    if beside := [name for name, value in asked.items() if value]:
        raise wrong_usage(f"writes every paper, so it stands without {beside[0]}", "--all")
    with input_as_wrong_usage():
        check_options(FORMATS["labels"], {"paper": output.paper}, FORMATS)
    return ChosenPapers(every_paper_in, output.paper, output.quiet, oral)


def show_order(order: Order, chosen: Chosen | ChosenPapers, void: Void | None = None) -> None:
    """Put an order where it was asked for, in its format, or in every paper that it can have."""
    if isinstance(chosen, Chosen):
        show(order, chosen, void)
    else:
        _write_papers(order, chosen, void)


def _write_papers(order: Order, chosen: ChosenPapers, void: Void | None) -> None:
    """Every paper of an order in a new folder, all or none; on standard error those that it cannot have, and why."""
    from cec.files import appearing, taking_names, write_file
    from cec.rendering.papers import PAPERS, papers_of

    found = papers_of(order, chosen.paper, oral=chosen.oral, void=void)
    with taking_names() as parts:
        place = Path(appearing(chosen.folder, parts))
        for name, content in found.contents.items():
            write_file(place / name, content)
    if not chosen.is_quiet:
        for name, why in found.wanting.items():
            say(f"{chosen.folder / name}: not written: {why}")
        for name in found.contents:
            for caution in cautions(order, PAPERS[name]):
                say(caution)


def written(document: object, chosen: Chosen, void: Void | None = None) -> bytes:
    """The document in its format, for a terminal as wide as it is; `void` in each that can say so."""
    options = dict(chosen.options)
    if "terminal" in chosen.format.options:
        options["terminal"] = terminal_of(chosen.output)
    if "void" in chosen.format.options:
        options["void"] = void
    return render(document, chosen.format.name, chosen.formats, **options)


def put(content: bytes, chosen: Chosen) -> None:
    """Put what was written where it was asked for."""
    is_drawn = "terminal" in chosen.format.options
    if chosen.format.is_binary and _is_standard(chosen.output) and sys.stdout is not None and sys.stdout.isatty():
        raise InputError("this format is for a file or a printer, not for the terminal; add -o FILE")
    deliver(content, chosen.output, overwrites=chosen.overwrites, is_drawn=is_drawn)


def deliver(content: bytes, output: Path | None = None, *, overwrites: bool = False, is_drawn: bool = False) -> None:
    """Put `content` where it was asked for: into a file, or, for none or `-`, to standard output.

    What was drawn for a terminal steers it; all else is shown there with a code for what could.
    """
    if output is not None and not _is_standard(output):
        from cec.cli.places import refuse_existing
        from cec.files import write_file

        refuse_existing(output, content, overwrites=overwrites)
        write_file(output, content)
        return
    from cec.standard_output import standard_output

    with standard_output(is_drawn=is_drawn) as stream:
        stream.write(content)


@contextmanager
def progress(noun: str = "rows", *, is_shown: bool = True) -> Iterator[Callable[[int, int, int], None]]:
    """What is told how many of a noun there are, at which position of which size; on a terminal it draws a bar."""
    if not is_shown or sys.stderr is None or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from cec.rendering.terminal.styled import progress_bar

    with progress_bar(noun) as bar:
        yield bar


def _is_standard(output: Path | None) -> bool:
    return output is None or str(output) == "-"


def report(files: Sequence[Path], read: Callable[[Path], str | CheckedFile], output: OutputOptions) -> None:
    """What `read` finds in each file, or what it holds; exit 1 if anything is wrong with any."""
    from cec.cli.places import keep_apart
    from cec.rendering.findings import CheckedFiles

    keep_apart({f"FILE {number}": file for number, file in enumerate(files, 1)}, {"--output": output.output})
    chosen = chosen_format(output, CHECKED_FILES)
    checked = CheckedFiles(tuple(_checked(file, read) for file in files))
    show(checked, chosen)
    if checked.is_wrong:
        raise typer.Exit(1)


def _checked(file: Path, read: Callable[[Path], str | CheckedFile]) -> CheckedFile:
    """What `read` finds in a file, or its faults."""
    from cec.rendering.findings import CheckedFile, finding_of

    try:
        found = read(file)
    except CecError as error:
        return CheckedFile(str(file), "", tuple(finding_of(fault, str(file)) for fault in error.faults))
    return CheckedFile(str(file), found) if isinstance(found, str) else found


def terminal_of(output: Path | None) -> Terminal:
    """What the reader's terminal can show, or a pipe, as wide as `COLUMNS` says if it does."""
    from cec.rendering.terminal.drawing import Terminal

    if not _is_standard(output) or sys.stdout is None:
        return Terminal()
    if not sys.stdout.isatty():
        columns = os.environ.get("COLUMNS", "")
        return Terminal(width=max(int(columns), 20), edge=True) if columns.isdecimal() else Terminal()
    styled = os.environ.get("TERM") != "dumb" and (os.name != "nt" or "WT_SESSION" in os.environ)
    lines = "utf" in (sys.stdout.encoding or "").lower()
    return Terminal(
        width=max(shutil.get_terminal_size().columns, 20),
        edge=True,
        lines=lines,
        colour=styled and not os.environ.get("NO_COLOR"),
        bold=styled,
        brief=True,
    )
