"""cec dose: the doses of one patient."""

from __future__ import annotations

from typing import Annotated

import typer

from cec.cli.drafting import drafting_of
from cec.cli.option import ChosenFrom
from cec.cli.options import CheckOptions, CycleOption, PatientOptions, PharmacyOptions, TimeOptions
from cec.cli.output import chosen_format, show
from cec.cli.output_options import ExplainOption, PrintOptions
from cec.rendering import FORMATS


def dose(
    *,
    patient: PatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    output: Annotated[PrintOptions, ChosenFrom(FORMATS)],
    regimen: Annotated[
        str | None,
        typer.Argument(
            metavar="[REGIMEN]",
            help="A shipped regimen (cec regimen list) or the path of a regimen file; "
            "by default the pharmacy's, else cec-induction.",
            show_default=False,
        ),
    ] = None,
    cycle: CycleOption = None,
    explain: ExplainOption = False,
) -> None:
    """The doses of one patient, each with its derivation.

    Examples:
      cec dose --height 128cm --weight 26kg
      cec dose cec-consolidation --patient patient.yaml --explain
    """
    chosen = chosen_format(output, FORMATS, explain=explain)
    show(
        drafting_of(regimen, patient, pharmacy, checks, times=TimeOptions(cycle), output=output.output).order(),
        chosen,
    )
