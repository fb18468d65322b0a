"""cec help: the help of a command, or of all."""

from __future__ import annotations

from typing import Annotated

import typer


def show_help(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[COMMAND]...", help="As it is typed: regimen check.")
    ] = None,
) -> None:
    """The help of a command; without one, the list of all.

    Examples:
      cec help dose
      cec help regimen check
    """
    from cec.cli import program

    program()([*(words or ()), "--help"], prog_name="cec")
