"""Where the output goes: standard output, a pipe or a file, each with what it can show."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cec.errors import CecError, InputError
from cec.render import BINARY, ENDINGS, FORMATS, format_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from typing import Any

    from cec.cli.options import OutputOptions, TableOutputOptions, WorksheetOutputOptions
    from cec.order import Order
    from cec.render.terminal.drawing import Terminal


def show(order: Order, output: OutputOptions, **options: Any) -> None:
    """The order in the form and at the place that were asked for; `options` are those of its form."""
    from cec.render import render

    name = chosen_format(output)
    if name == "table":
        options["terminal"] = terminal_of(output.output)
    options |= paper_of(output, name)
    deliver(render(order, name, **options), output.output, binary=name in BINARY)


def paper_of(output: OutputOptions | WorksheetOutputOptions, name: str) -> dict[str, str]:
    """The paper that was asked for, as an option of the format; wrong usage for a format that is on no paper."""
    if output.paper is None:
        return {}
    if name not in BINARY:
        raise typer.BadParameter(f"{name} is printed on no paper; use --format pdf", param_hint="--paper")
    return {"paper": output.paper}


def show_explained(order: Order, output: OutputOptions, *, explain: bool) -> None:
    """The order as asked, with the steps of each dose in the table on request. JSON has the steps in any case."""
    name = chosen_format(output)
    if explain and name not in {"table", "json"}:
        raise typer.BadParameter(f"{name} has no room for the steps; use table or json", param_hint="--explain")
    show(order, output, **({"steps": explain} if name == "table" else {}))


def chosen_format(
    output: OutputOptions | TableOutputOptions | WorksheetOutputOptions, formats: Collection[str] = FORMATS
) -> str:
    """The format that was named, else that of the file's ending, else the table. An unknown one is wrong usage."""
    if output.format is None:
        return _format_by_ending(output.output, formats)
    if output.format not in formats:
        raise typer.BadParameter(f"'{output.format}' is none of {', '.join(formats)}", param_hint="--format")
    return output.format


def _format_by_ending(output: Path | None, formats: Collection[str]) -> str:
    """The format that the ending of a file's name asks for; the table where there is no file or no ending."""
    ending = output.suffix if output else ""
    if ending and ENDINGS.get(ending.lower()) not in formats:
        known = ", ".join(each for each, name in ENDINGS.items() if name in formats)
        raise typer.BadParameter(
            f"'{ending}' tells no format of this command; end the file's name in {known}, or add --format",
            param_hint="--output",
        )
    return format_for(output)


def deliver(content: bytes, output: Path | None, *, binary: bool = False) -> None:
    """Put `content` where it was asked for: into a file, or, for none or `-`, to standard output."""
    from cec.files import standard_output, write_file

    if not _is_standard(output):
        write_file(output or "", content)
        return
    if binary and sys.stdout is not None and sys.stdout.isatty():
        raise InputError("this format is for a file or a printer, not for the terminal; add -o FILE")
    with standard_output() as stream:
        stream.write(content)


def _is_standard(output: Path | None) -> bool:
    return output is None or str(output) == "-"


def report(files: Sequence[Path], read: Callable[[Path], str]) -> None:
    """A line for each file without a fault, else a line for each fault; exit 1 if there is any."""
    lines: list[str] = []
    faults = 0
    for file in files:
        try:
            lines.append(f"{file}: no fault found: {read(file)}")
        except CecError as error:
            faults += len(error.faults)
            lines += map(str, error.faults)
    deliver("".join(f"{line}\n" for line in lines).encode(errors="backslashreplace"), None)
    if faults:
        raise typer.Exit(1)


def terminal_of(output: Path | None) -> Terminal:
    """What the reader's paper can show: the terminal's own, or that of a pipe."""
    from cec.render.terminal.drawing import Terminal

    if not _is_standard(output) or sys.stdout is None or not sys.stdout.isatty():
        return Terminal()
    styled = os.environ.get("TERM") != "dumb" and (os.name != "nt" or "WT_SESSION" in os.environ)
    lines = "utf" in (sys.stdout.encoding or "").lower()
    return Terminal(
        width=max(shutil.get_terminal_size().columns, 20),
        edge=True,
        lines=lines,
        colour=styled and not os.environ.get("NO_COLOR"),
        bold=styled,
    )
