"""cec prepare: the worksheet that doses are made up from, and what the cycle takes from the shelf."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cec.cli.inputs import draft
from cec.cli.options import (
    START,
    CheckOptions,
    ExplainOption,
    PatientOptions,
    PharmacyOptions,
    RegimenArgument,
    TimeOptions,
    WorksheetOutputOptions,
)
from cec.cli.output import chosen_format, deliver, paper_of, terminal_of
from cec.errors import InputError
from cec.render import BINARY, WORKSHEETS


def prepare(
    *,
    regimen: RegimenArgument,
    patient: PatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    output: WorksheetOutputOptions,
    times: TimeOptions,
    start: Annotated[str | None, START] = None,
    pick_list: Annotated[bool, typer.Option("--pick-list", help="Only the pick list of the whole cycle.")] = False,
    explain: ExplainOption = False,
) -> None:
    """The preparation worksheet, and the pick list of the cycle.

    What to take, draw and mix for each dose, and what to check. It needs a pharmacy file with a formulary: cec pharmacy
    new writes one to adapt.

    Example: cec prepare cec-induction --patient patient.yaml --pharmacy pharmacy.yaml
    """
    name = chosen_format(output, WORKSHEETS)
    options = _options(name, output, pick_list=pick_list, explain=explain)
    order = draft(regimen, patient, pharmacy, checks, start=start, times=times, output=output.output)
    if not order.pharmacy.formulary:
        raise InputError(
            "the pharmacy has no formulary, so nothing can be prepared; "
            "cec pharmacy new writes a file with one to adapt, to be given with --pharmacy"
        )
    deliver(WORKSHEETS[name](order, **options), output.output, binary=name in BINARY)


def _options(name: str, output: WorksheetOutputOptions, *, pick_list: bool, explain: bool) -> dict[str, Any]:
    """What this format is told beside the order; typer's usage error for what it has no room for."""
    if pick_list and name not in {"table", "csv"}:
        raise typer.BadParameter(
            f"{name} is not made for the pick list alone; use table or csv", param_hint="--pick-list"
        )
    if explain and name not in {"table", "json"}:
        raise typer.BadParameter(f"{name} has no room for the steps; use table or json", param_hint="--explain")
    options: dict[str, Any] = {**({"pick_list": True} if pick_list else {}), **paper_of(output, name)}
    if name == "table":
        options |= {"terminal": terminal_of(output.output), "steps": explain}
    return options
