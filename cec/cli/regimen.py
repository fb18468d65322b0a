"""cec regimen: list, show, check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cec.cli.options import OUTPUT, FilesArgument, OutputFileOption, RegimenArgument
from cec.cli.output import deliver, report, terminal_of
from cec.cli.places import keep_apart


def list_regimens() -> None:
    """The shipped regimens, each with its doses and days.

    Examples:
      cec regimen list
      cec regimen list | grep clofarabine
    """
    from cec.load import load_regimen, regimen_names
    from cec.render.terminal.regimen import render_list

    deliver(render_list([load_regimen(name) for name in regimen_names()], terminal_of(None)), None, is_drawn=True)


def show_regimen(
    regimen: RegimenArgument,
    output: OutputFileOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the text and source of every check.", rich_help_panel=OUTPUT)
    ] = False,
) -> None:
    """A regimen on one screen, as the protocol reads.

    Examples:
      cec regimen show cec-consolidation
      cec regimen show my-regimen.yaml --explain
    """
    from cec.load import check_regimen
    from cec.render.terminal.regimen import render

    keep_apart({"REGIMEN": regimen}, {"--output": output})
    deliver(render(check_regimen(regimen), terminal_of(output), explain=explain), output, is_drawn=True)


def check_regimens(files: FilesArgument) -> None:
    """Every fault of regimen files, each with its place.

    As file:line:column: where: what is wrong; what would be right. Exit 1 if there is any. A route that
    kills is a fault. Of a file without a fault it is said for whom a drug has no dose: who lies beyond all its bands.

    Examples:
      cec regimen check my-regimen.yaml
      cec regimen check regimens/*.yaml
    """
    report(files, _read)


def _read(file: Path) -> str:
    """What a regimen file gives, and for whom it has no dose; FileError with its faults."""
    from cec.load import check_regimen
    from cec.load.bands import beyond_bands
    from cec.regimen import NOT_SHIPPED
    from cec.render.words.regimen import title_with_doses

    regimen = check_regimen(file)
    other = [f"it is {regimen.name}: give it another name"] if regimen.name.startswith(NOT_SHIPPED) else []
    without = (
        f"{line.drug}: no dose for {' or '.join(beyond)}"
        for line in regimen.drugs
        if isinstance(line.dose, tuple) and (beyond := beyond_bands(line.dose))
    )
    return "; ".join((title_with_doses(regimen), *other, *without))
