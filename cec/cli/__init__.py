"""The command line. `main` turns a fault of the input into plain lines."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Annotated, Any

import typer
from typer.main import get_command

from cec.cli.commands import commands
from cec.cli.group import Group, with_examples_apart
from cec.cli.messages import WrongUsage, say, say_fault, say_lines, tell_json, tells_json
from cec.errors import CecError, Fault
from cec.version import __version__

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


app = typer.Typer(
    name="cec",
    cls=Group,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _install_completion(*, wanted: bool) -> None:
    """Let the shell complete, where that is wanted, and end."""
    if wanted:
        from cec.cli.shells import install, this_shell

        say(install(this_shell(os.environ), os.environ))
        raise typer.Exit


def _show_completion(shell: str | None) -> None:
    """Print the script of a shell, where one is named, and end."""
    if shell is not None:
        from cec.cli.output import deliver
        from cec.cli.shells import script_of

        deliver(script_of(shell), None)
        raise typer.Exit


def _print_version(*, wanted: bool) -> None:
    """Print the version, where that is wanted, and end."""
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
def program() -> Any:
    """All of cec, made once, however often a process calls; each command when it is first called."""
    root: Any = get_command(app)
    root.commands = commands()
    return root


def _complete(words: Sequence[str], begun: str) -> None:
    """Tell a shell what may come next."""
    from cec.cli.completion import complete
    from cec.cli.output import deliver

    deliver(complete(program(), words, begun).encode(), None)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run cec. Exit 0: done. 1: refused, with the reasons on standard error. 2: wrong usage."""
    typed = sys.argv[1:] if arguments is None else arguments
    tell_json(wanted="--errors=json" in typed or ("--errors", "json") in pairwise(typed))
    try:
        if begun := os.environ.get("_CEC_COMPLETE"):
            _complete(typed, begun[1:])
            return
        code = program()(arguments, prog_name="cec", standalone_mode=False)
    except CecError as error:
        for fault in error.faults:
            say_fault(fault, error.code)
        sys.exit(1)
    except WrongUsage as error:
        if tells_json():
            say_fault(Fault(error.format_message(), code="usage"))
        else:
            usage = io.StringIO()
            error.show(usage)
            say_lines(usage.getvalue())
        sys.exit(error.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
