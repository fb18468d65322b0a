"""cec verify of a Bundle of FHIR: read with the options, shown, and on standard error what was not read of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cec.cli.drafting import acceptances
from cec.cli.inputs import naming_options, pharmacy_file, read_pharmacy, read_text_of, texts_of_patient, today
from cec.cli.messages import say
from cec.cli.output import show
from cec.cli.places import keep_apart
from cec.errors import together
from cec.render import VERIFIED_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cec.cli.options import CheckOptions, PatientOptions, PharmacyOptions
    from cec.cli.output import Chosen
    from cec.regimen import Regimen


def verified_bundle(
    file: Path,
    chosen: Chosen,
    *,
    regimen: str | None,
    patient: PatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    start: str | None,
    cycle: str | None,
    tolerance: Callable[[], object],
    partial: bool,
    others: Sequence[Regimen],
) -> bool:
    """Show the doses of a Bundle, or of a file of Bundles line by line, held against cec's own; whether all agree."""
    from cec.facts.reading import read_count, read_date
    from cec.load import load_regimen
    from cec.render.verification import VerifiedDoses, VerifiedRows
    from cec.verification.bundle import verify_bundle, verify_bundles

    if patient.patient is not None:
        raise typer.BadParameter(f"{file.name} holds its patient; options replace facts of it", param_hint="--patient")
    keep_apart(
        {"BUNDLE": file, "--regimen": regimen, "--pharmacy": pharmacy_file(pharmacy.pharmacy)},
        {"--output": chosen.output},
    )
    loaded: list[Any] = together(
        lambda: read_pharmacy(pharmacy),
        lambda: read_text_of("--start", start, read_date),
        lambda: read_text_of("--cycle", cycle, read_count),
        tolerance,
        lambda: acceptances(checks.accept or ()),
    )
    this_pharmacy, this_start, this_cycle, percent, accepted = loaded
    terms: dict[str, Any] = {
        "regimen": load_regimen(regimen) if regimen else None,
        "pharmacy": this_pharmacy,
        "start": this_start,
        "cycle": this_cycle,
        "accept": accepted,
        "strict": checks.strict,
        "texts": texts_of_patient(patient),
        "as_of": today(),
        "tolerance": percent,
        "others": others,
        "partial": partial,
    }
    tell = (lambda _note: None) if chosen.is_quiet else say
    if chosen.formats is VERIFIED_TABLES:
        rows = tuple(verify_bundles(file, tell, **terms))
        show(VerifiedRows(rows, "Bundle"), chosen)
        return all(row.agrees for row in rows)
    found = naming_options(lambda: verify_bundle(file, **terms))
    for note in found.notes:
        tell(note)
    show(VerifiedDoses(found.order, found.verification), chosen)
    return found.verification.agrees
