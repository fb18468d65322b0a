"""cec print: the papers of a saved order, as its numbers were saved; nothing is computed again."""

from __future__ import annotations

from typing import Annotated

from cec.cli.messages import say
from cec.cli.option import ChosenFrom
from cec.cli.output import chosen_form, show_order
from cec.cli.output_options import AllPapersOption, ExplainOption, OralOption, PrintOptions
from cec.cli.places import keep_apart
from cec.cli.saved import OrderArgument
from cec.errors import Fault, FileError
from cec.rendering import PRINTED


def print_order(
    *,
    order: OrderArgument,
    output: Annotated[PrintOptions, ChosenFrom(PRINTED)],
    all_papers: AllPapersOption = None,
    oral: OralOption = False,
    explain: ExplainOption = False,
) -> None:
    """Print a saved order again; nothing is computed.

    In any form: sheet, labels, worksheet, calendar. An order that somebody edited is refused. Where another order in
    the same folder replaces or cancels it, every page and every label says VOID, and by what; where nobody can tell
    which of the folder's orders counts, nothing is printed.

    Examples:
      cec print order.json -o sheet.pdf
      cec print order.json --all papers
    """
    from cec.course.chain import look_in_folder
    from cec.course.first_look import read_unedited

    chosen = chosen_form(output, PRINTED, all_papers, explain=explain, oral=oral)
    keep_apart({"ORDER": order}, {"--output": output.output})
    saved, folder = read_unedited(order), look_in_folder(order)
    if folder.broken:
        words = "which of these orders counts is not known, so none is printed; leave the one that does in the folder"
        raise FileError(*folder.broken, Fault(words, "", str(order)))
    show_order(saved.order, chosen, folder.void)
    for remark in folder.remarks:
        say(f"{order}: {remark}")
