"""cec schedule: the administrations of one cycle, day by day."""

from __future__ import annotations

from cec.cli.inputs import draft
from cec.cli.options import (
    CheckOptions,
    ExplainOption,
    OutputOptions,
    PatientOptions,
    PharmacyOptions,
    RegimenArgument,
    StartOptions,
)
from cec.cli.output import show_explained


def schedule(
    *,
    regimen: RegimenArgument,
    start: StartOptions,
    patient: PatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    output: OutputOptions,
    explain: ExplainOption = False,
) -> None:
    """The day-by-day administration schedule of one cycle.

    The regimen must be named: induction and consolidation differ in their days.

    Example: cec schedule cec-consolidation --height 128cm --weight 26kg --start 2026-11-30
    """
    show_explained(draft(regimen, patient, pharmacy, checks, start), output, explain=explain)
