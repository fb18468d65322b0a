"""cec prepare: the worksheet that doses are made up from, and what the cycle takes from the shelf."""

from __future__ import annotations

from typing import Annotated

from cec.cli.drafting import drafting_of
from cec.cli.option import OUTPUT, ChosenFrom, flag
from cec.cli.options import CheckOptions, PatientOptions, PharmacyOptions, RegimenArgument, StartOptions, TimeOptions
from cec.cli.output import chosen_format, show
from cec.cli.output_options import ExplainOption, PrintOptions
from cec.rendering import WORKSHEETS


def prepare(
    *,
    regimen: RegimenArgument,
    patient: PatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    output: Annotated[PrintOptions, ChosenFrom(WORKSHEETS)],
    start: StartOptions,
    times: TimeOptions,
    pick_list: Annotated[bool, flag("Only the pick list of the whole cycle.", "--pick-list", heading=OUTPUT)] = False,
    explain: ExplainOption = False,
) -> None:
    """The preparation worksheet, and the pick list of the cycle.

    What to take, draw and mix for each dose, and what to check, from the formulary of a pharmacy file (cec pharmacy new
    writes one to adapt); without one, lines to write it on.

    Examples:
      cec prepare cec-induction --patient patient.yaml --pharmacy pharmacy.yaml
      cec prepare cec-induction --patient ann.yaml --pharmacy ph.yaml --pick-list
    """
    from cec.rendering.worksheet import require_formulary

    chosen = chosen_format(output, WORKSHEETS, pick_list=pick_list, explain=explain)
    drafting = drafting_of(regimen, patient, pharmacy, checks, start=start, times=times, output=output.output)
    order = drafting.order()
    if pick_list:
        require_formulary(order)
    show(order, chosen)
