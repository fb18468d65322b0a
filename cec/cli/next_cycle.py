"""cec next: the order of the cycle after a saved one."""

from __future__ import annotations

from typing import Annotated

import typer

from cec.cli.continuing import Asked, continue_order
from cec.cli.drafting import require_start
from cec.cli.messages import say
from cec.cli.option import ChosenFrom
from cec.cli.options import CarriedPatientOptions, CheckOptions, PharmacyOptions, StartOptions, TimeOptions
from cec.cli.output import Chosen, chosen_form, show_order, written
from cec.cli.output_options import AllPapersOption, ExplainOption, PrintOptions
from cec.cli.places import keep_apart
from cec.cli.saved import OrderArgument
from cec.rendering import FORMATS


def next_cycle(
    *,
    order: OrderArgument,
    regimen: Annotated[
        str | None,
        typer.Argument(
            metavar="[REGIMEN]", help="Another regimen or a treatment; without it that of ORDER.", show_default=False
        ),
    ] = None,
    start: StartOptions,
    times: TimeOptions,
    patient: CarriedPatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    output: Annotated[PrintOptions, ChosenFrom(FORMATS)],
    all_papers: AllPapersOption = None,
    explain: ExplainOption = False,
) -> None:
    """The order of the next cycle, from a saved one.

    It carries on who the patient is, history, previous day 1 and weight, the number of the cycle and what was given of
    each drug. The weight is asked for, height and creatinine once they are older than the pharmacy allows, and of each
    reduction whether it goes on. Without a pharmacy file that of ORDER is used. An order (.json) is never written over.

    Examples:
      cec next order.json --start 2027-01-04 --weight 27kg --height 129cm
      cec next eva.json --start 2027-01-04 --weight 27kg --height 129cm -o c2.json
    """
    from cec.course.first_look import look_at, read_unedited
    from cec.course.writing import current_beside, write_next

    require_start(start)
    chosen = chosen_form(output, FORMATS, all_papers, explain=explain)
    keep_apart({"ORDER": order}, {"--output": output.output})
    saved, old = read_unedited(order).order, look_at(order)
    current_beside(old, order.parent, to_next=True)
    continued = continue_order(saved, order, Asked(regimen, start, times, patient, pharmacy, checks))
    if isinstance(chosen, Chosen) and chosen.format.name == "json" and chosen.output and str(chosen.output) != "-":
        write_next(old, chosen.output, written(continued.order, chosen))
    else:
        show_order(continued.order, chosen)
    if not output.quiet:
        for remark in continued.remarks:
            say(remark)
