"""cec print: the papers of a saved order, as its numbers were saved; nothing is computed again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cec.cli.options import AllPapersOption, ChosenFrom, ExplainOption, OralOption, PrintOptions
from cec.cli.output import chosen_form, show_order
from cec.cli.places import keep_apart
from cec.errors import Fault, FileError
from cec.render import PRINTED

if TYPE_CHECKING:
    from cec.order import Order


def print_order(
    *,
    order: Annotated[Path, typer.Argument(metavar="ORDER", help="A saved order, from --format json.")],
    output: Annotated[PrintOptions, ChosenFrom(PRINTED)],
    all_papers: AllPapersOption = None,
    oral: OralOption = False,
    explain: ExplainOption = False,
) -> None:
    """Print a saved order again; nothing is computed.

    In any form: sheet, labels, worksheet, calendar. An order that somebody edited is refused.

    Examples:
      cec print order.json -o sheet.pdf
      cec print order.json --all papers
    """
    chosen = chosen_form(output, PRINTED, all_papers, explain=explain, oral=oral)
    keep_apart({"ORDER": order}, {"--output": output.output})
    show_order(_unedited(order), chosen)


def _unedited(file: Path) -> Order:
    """The order of a file; FileError where its content is not that of its fingerprint."""
    from shlex import quote

    from cec.load.order_file import read_order

    order, fingerprint, _ = read_order(file)
    if fingerprint != order.fingerprint:
        edited = f"its content is not that of its fingerprint; cec verify {quote(str(file))} tells what was edited"
        raise FileError(Fault(edited, "", str(file)))
    return order
