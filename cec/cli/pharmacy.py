"""cec pharmacy: new, check, show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cec.cli.inputs import pharmacy_file
from cec.cli.new_file import write_new
from cec.cli.option import ChosenFrom
from cec.cli.options import FilesArgument
from cec.cli.output import deliver, report, terminal_of
from cec.cli.output_options import FileOptions, OutputOptions, QuietOption
from cec.cli.places import keep_apart
from cec.rendering import CHECKED_FILES

STARTER = "starter_pharmacy.yaml"


def new_pharmacy(
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="The file to write; - is standard output.")] = Path(
        "pharmacy.yaml"
    ),
    quiet: QuietOption = False,
) -> None:
    """Write a commented starter file to adapt. A file that is there already stays as it is.

    Examples:
      cec pharmacy new
      cec pharmacy new ward-3.yaml
    """
    from importlib.resources import files

    content = files("cec.load").joinpath(STARTER).read_bytes()
    write_new("pharmacy", file, content, ": check every value against your pharmacy and the labels in use", quiet=quiet)


def check_pharmacies(files: FilesArgument, output: Annotated[OutputOptions, ChosenFrom(CHECKED_FILES)]) -> None:
    """Every fault of pharmacy files, each with its place.

    As file:line:column: where: what is wrong; what would be right. Exit 1 if there is any.

    Examples:
      cec pharmacy check pharmacy.yaml
      cec pharmacy check pharmacies/*.yaml
    """
    from cec.load import load_pharmacy, load_regimen
    from cec.load.misspelt import unknown_drugs

    def read(file: Path) -> str:
        pharmacy = load_pharmacy(file)
        regimen = load_regimen(pharmacy.default_regimen)
        about = f"{pharmacy.name or 'a pharmacy without a name'}, default regimen {regimen.title}"
        unknown = ", ".join(unknown_drugs(file, pharmacy))
        return f"{about}; rules for drugs that nothing gives: {unknown}" if unknown else about

    report(files, read, output)


def show_pharmacy(
    *,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A pharmacy file; without one, that which is in use.")
    ] = None,
    output: FileOptions,
) -> None:
    """The policy and the formulary that are in force.

    With the values that hold where the file says nothing.

    Examples:
      cec pharmacy show pharmacy.yaml
      cec pharmacy show
    """
    from cec.load import load_pharmacy
    from cec.rendering.terminal.pharmacy import render

    keep_apart({"FILE": file}, {"--output": output.output})
    drawn = render(load_pharmacy(pharmacy_file(file)), terminal_of(output.output))
    deliver(drawn, output.output, overwrites=output.overwrite, is_drawn=True)
