"""cec schedule: the administrations of one cycle, day by day."""

from __future__ import annotations

from typing import Annotated

from cec.cli.inputs import draft
from cec.cli.options import (
    START,
    CheckOptions,
    ExplainOption,
    OutputOptions,
    PatientOptions,
    PharmacyOptions,
    RegimenArgument,
    TimeOptions,
)
from cec.cli.output import chosen_format, show
from cec.render import FORMATS


def schedule(
    *,
    regimen: RegimenArgument,
    start: Annotated[str, START],
    times: TimeOptions,
    patient: PatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    output: OutputOptions,
    explain: ExplainOption = False,
) -> None:
    """The day-by-day administration schedule of one cycle.

    The regimen must be named: induction and consolidation differ in their days.

    Examples:
      cec schedule cec-consolidation --height 128 --weight 26 --start 2026-11-30
      cec schedule cec-induction --patient ann.yaml --start 2026-11-30 -o ann.pdf
    """
    chosen = chosen_format(output, FORMATS, explain=explain)
    show(draft(regimen, patient, pharmacy, checks, start=start, times=times, output=output.output), chosen)
