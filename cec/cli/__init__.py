"""The command line: one module per command, all listed here. `main` turns a fault of the input into plain lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any

import typer
from typer.main import get_command

from cec.cli import batch, bsa, dose, pharmacy, prepare, regimen, schedule, schema, verify
from cec.cli.options import OnceCommand, takes_groups
from cec.errors import CecError

app = typer.Typer(
    name="cec",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
regimens = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="List, show and check regimens.")
pharmacies = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Write, check and show a pharmacy file.")

COMMANDS = (
    (app, "dose", dose.dose),
    (app, "schedule", schedule.schedule),
    (app, "prepare", prepare.prepare),
    (app, "verify", verify.verify),
    (app, "batch", batch.batch),
    (app, "bsa", bsa.bsa),
    (app, "schema", schema.print_schema),
    (regimens, "list", regimen.list_regimens),
    (regimens, "show", regimen.show_regimen),
    (regimens, "check", regimen.check_regimens),
    (pharmacies, "new", pharmacy.new_pharmacy),
    (pharmacies, "check", pharmacy.check_pharmacies),
    (pharmacies, "show", pharmacy.show_pharmacy),
)
for _parent, _name, _command in COMMANDS:
    _parent.command(_name, cls=OnceCommand, no_args_is_help=_parent is app)(takes_groups(_command))
app.add_typer(regimens, name="regimen")
app.add_typer(pharmacies, name="pharmacy")


def _print_version(*, wanted: bool) -> None:
    if wanted:
        from cec import __version__

        typer.echo(f"cec {__version__}")
        raise typer.Exit


@app.callback()
def _cec(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """Chemotherapy doses and day-by-day schedules from YAML regimens, each number with its derivation.

    What cec prints is a draft: a pharmacist checks it, a prescriber signs it.
    """


@cache
def _program() -> Callable[..., Any]:
    """All commands with their options: made once, however often a process calls."""
    return get_command(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run cec. Exit 0: done. 1: refused, with the reasons on standard error. 2: wrong usage."""
    try:
        _program()(arguments, prog_name="cec")
    except CecError as error:
        for fault in error.faults:
            typer.echo(str(fault) if fault.file else f"cec: {fault}", err=True)
        sys.exit(1)
