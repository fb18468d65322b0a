"""The command line: one module per command, all listed here. `main` turns a fault of the input into plain lines."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

import typer
from typer.main import get_command

from cec.cli import (
    batch,
    bsa,
    doctor,
    dose,
    new_regimen,
    patient,
    pharmacy,
    prepare,
    print_order,
    regimen,
    schedule,
    schema,
    verify,
)
from cec.cli.command import Command, Group, takes_groups, with_examples_apart
from cec.cli.messages import say, say_lines
from cec.errors import CecError
from cec.version import __version__

app = typer.Typer(
    name="cec",
    cls=Group,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
regimens = typer.Typer(
    cls=Group,
    rich_markup_mode=None,
    no_args_is_help=True,
    help=with_examples_apart(
        "List, show, begin, check, compare, test and review regimens.\n\n"
        "Examples:\n  cec regimen show cec-induction\n  cec regimen check my-regimen.yaml"
    ),
)
pharmacies = typer.Typer(
    cls=Group,
    rich_markup_mode=None,
    no_args_is_help=True,
    help=with_examples_apart(
        "Write, check and show a pharmacy file.\n\nExamples:\n  cec pharmacy new\n  cec pharmacy check pharmacy.yaml"
    ),
)
patients = typer.Typer(
    cls=Group,
    rich_markup_mode=None,
    no_args_is_help=True,
    help=with_examples_apart(
        "Write, check and show a patient file.\n\nExamples:\n  cec patient new eva.yaml\n  cec patient check ann.yaml"
    ),
)

GREETING = f"""\
cec {__version__}: chemotherapy doses and schedules from regimens, exact to the digit.

At the bench, one patient's doses:
  cec dose --height 128cm --weight 26kg

At the printer, a sheet to sign, day by day:
  cec schedule cec-induction --patient ann.yaml --start 2026-11-30 -o ann.pdf

In a script, a table of patients:
  cec batch patients.csv -o doses.csv

All commands: cec help. One of them: cec help dose.
What cec prints is a draft: a pharmacist checks it, a prescriber signs it."""


def help_of(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[COMMAND]...", help="As it is typed: regimen check.")
    ] = None,
) -> None:
    """The help of a command; without one, the list of all.

    Examples:
      cec help dose
      cec help regimen check
    """
    _program()([*(words or ()), "--help"], prog_name="cec")


COMMANDS = (
    (app, "dose", dose.dose),
    (app, "schedule", schedule.schedule),
    (app, "prepare", prepare.prepare),
    (app, "print", print_order.print_order),
    (app, "verify", verify.verify),
    (app, "batch", batch.batch),
    (app, "bsa", bsa.bsa),
    (app, "schema", schema.print_schema),
    (app, "doctor", doctor.doctor),
    (regimens, "list", regimen.list_regimens),
    (regimens, "show", regimen.show_regimen),
    (regimens, "new", new_regimen.new_regimen),
    (regimens, "check", regimen.check_regimens),
    (regimens, "diff", regimen.compare_regimens),
    (regimens, "test", regimen.validate_regimens),
    (regimens, "review", regimen.review_regimen),
    (patients, "new", patient.new_patient),
    (patients, "check", patient.check_patients),
    (patients, "show", patient.show_patient),
    (pharmacies, "new", pharmacy.new_pharmacy),
    (pharmacies, "check", pharmacy.check_pharmacies),
    (pharmacies, "show", pharmacy.show_pharmacy),
    (app, "help", help_of),
)
FINDS_NO_REGIMENS = (
    (app, "help"),
    (app, "print"),
    (app, "bsa"),
    (app, "schema"),
    (patients, "new"),
    (patients, "show"),
    (pharmacies, "new"),
    (pharmacies, "show"),
)
"""Commands to which no name of a regimen says anything."""

for _parent, _name, _command in COMMANDS:
    _needs_more = _parent is app and _name not in {"help", "doctor"}
    _finds = (_parent, _name) not in FINDS_NO_REGIMENS
    _parent.command(_name, cls=Command, no_args_is_help=_needs_more)(takes_groups(_command, finds_regimens=_finds))
app.add_typer(regimens, name="regimen")
app.add_typer(patients, name="patient")
app.add_typer(pharmacies, name="pharmacy")


def _install_completion(*, wanted: bool) -> None:
    if wanted:
        from cec.cli.shells import install, this_shell

        say(install(this_shell(os.environ), os.environ))
        raise typer.Exit


def _show_completion(shell: str | None) -> None:
    if shell is not None:
        from cec.cli.output import deliver
        from cec.cli.shells import script_of

        deliver(script_of(shell), None)
        raise typer.Exit


def _print_version(*, wanted: bool) -> None:
    if wanted:
        from cec.cli.output import deliver

        deliver(f"cec {__version__}\n".encode(), None)
        raise typer.Exit


@app.callback(
    help=with_examples_apart(
        "Chemotherapy doses and day-by-day schedules from YAML regimens, each number with its derivation.\n\n"
        "What cec prints is a draft: a pharmacist checks it, a prescriber signs it.\n\n"
        "Examples:\n  cec dose --height 128cm --weight 26kg\n  cec batch patients.csv -o doses.csv"
    )
)
def _cec(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_print_version),
    ] = False,
    install_completion: Annotated[
        bool,
        typer.Option(
            "--install-completion",
            help="Let this shell (bash, zsh, fish, PowerShell) complete commands, options, regimens and drugs.",
            is_eager=True,
            callback=_install_completion,
        ),
    ] = False,
    show_completion: Annotated[
        str | None,
        typer.Option(
            metavar="bash|zsh|fish|powershell",
            help="Print the script that does so, to put it where you like.",
            is_eager=True,
            callback=_show_completion,
        ),
    ] = None,
) -> None:
    """All of cec: greets where no command is given."""
    del version, install_completion, show_completion  # their own functions answer
    if context.invoked_subcommand is None:
        say_lines(GREETING)
        raise typer.Exit(2)


@cache
def _program() -> Any:
    """All commands with their options: made once, however often a process calls."""
    return get_command(app)


def _complete(words: Sequence[str], begun: str) -> None:
    """Tell a shell what may come next."""
    from cec.cli.completion import complete
    from cec.cli.output import deliver

    deliver(complete(_program(), words, begun).encode(), None)


WrongUsage: Any = typer.BadParameter.__base__
"""Every fault of how a command was called, also that of an option that there is not."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run cec. Exit 0: done. 1: refused, with the reasons on standard error. 2: wrong usage."""
    try:
        if begun := os.environ.get("_CEC_COMPLETE"):
            _complete(sys.argv[1:] if arguments is None else arguments, begun[1:])
            return
        code = _program()(arguments, prog_name="cec", standalone_mode=False)
    except CecError as error:
        for fault in error.faults:
            say(str(fault) if fault.file else f"cec: {fault}")
        sys.exit(1)
    except WrongUsage as error:
        usage = io.StringIO()
        error.show(usage)
        say_lines(usage.getvalue())
        sys.exit(error.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
