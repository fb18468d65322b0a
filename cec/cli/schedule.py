"""cec schedule: the administrations of one cycle, day by day."""

from __future__ import annotations

from typing import Annotated

from cec.cli.drafting import draft_calendar, drafting_of, require_start
from cec.cli.option import ChosenFrom
from cec.cli.options import CheckOptions, PatientOptions, PharmacyOptions, RegimenArgument, StartOptions, TimeOptions
from cec.cli.output import chosen_form, chosen_format, show, show_order
from cec.cli.output_options import AllPapersOption, ExplainOption, OralOption, PrintOptions
from cec.errors import InputError
from cec.rendering import FORMATS, TREATMENTS


def schedule(
    *,
    regimen: RegimenArgument,
    start: StartOptions,
    times: TimeOptions,
    patient: PatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    output: Annotated[PrintOptions, ChosenFrom(FORMATS)],
    all_papers: AllPapersOption = None,
    oral: OralOption = False,
    explain: ExplainOption = False,
) -> None:
    """The days of one cycle, or the calendar of a treatment in phases.

    Each administration with its date and time. The regimen must be named: induction and consolidation differ in days.

    Examples:
      cec schedule cec-consolidation --height 128 --weight 26 --start 2026-11-30
      cec schedule cec-induction --patient ann.yaml --start 2026-11-30 -o ann.pdf
    """
    from cec.load.treatment_file import is_treatment

    require_start(start)
    if start.phase is None and is_treatment(regimen):
        if all_papers:
            raise InputError("the calendar of a treatment has no papers; add --phase N for those of one cycle")
        of_treatment = chosen_format(output, TREATMENTS)
        calendar = draft_calendar(regimen, patient, pharmacy, checks, start=start, times=times, output=output.output)
        show(calendar, of_treatment)
        return
    chosen = chosen_form(output, FORMATS, all_papers, explain=explain, oral=oral)
    drafting = drafting_of(regimen, patient, pharmacy, checks, start=start, times=times, output=output.output)
    show_order(drafting.order(), chosen)
