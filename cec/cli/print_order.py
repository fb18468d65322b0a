"""cec print: the papers of a saved order, as its numbers were saved; nothing is computed again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cec.cli.messages import say
from cec.cli.option import ChosenFrom
from cec.cli.options import AllPapersOption, ExplainOption, OralOption, PrintOptions
from cec.cli.output import chosen_form, show_order
from cec.cli.places import keep_apart
from cec.render import PRINTED


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
    from cec.course.chain import read_unedited, remarks_on

    chosen = chosen_form(output, PRINTED, all_papers, explain=explain, oral=oral)
    keep_apart({"ORDER": order}, {"--output": output.output})
    show_order(read_unedited(order).order, chosen)
    for remark in remarks_on(order):
        say(f"{order}: {remark}")
