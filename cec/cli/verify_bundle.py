"""cec verify of a Bundle of FHIR: read with the options, shown, and on standard error what was not read of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cec.cli.drafting import acceptances
from cec.cli.inputs import naming_options, texts_of_patient, today
from cec.cli.messages import say
from cec.cli.option import typed_options
from cec.cli.options import CheckOptions
from cec.cli.output import chosen_format, show
from cec.cli.verifying import keep_answer_apart, read_terms, refuse_typed, shipped_regimens
from cec.errors import CecError
from cec.rendering import VERIFIED_DOSES, VERIFIED_TABLES, Formats

if TYPE_CHECKING:
    from cec.cli.verifying import Asked


def formats_of_bundle(file: Path) -> Formats | None:
    """The formats of the verification of a Bundle of FHIR, or of a file with one on each line; None for other files."""
    endings = {suffix.lower() for suffix in file.suffixes}
    if not endings & {".json", ".jsonl", ".ndjson"}:
        return None
    from cec.verification.bundle import are_bundles, is_bundle, read_file

    try:
        if file.suffix.lower() == ".json":
            return VERIFIED_DOSES if is_bundle(read_file(file)) else None
        return VERIFIED_TABLES if are_bundles(file) else None
    except CecError:
        return None


def bundle_agrees(file: Path, formats: Formats, asked: Asked) -> bool:
    """Show the doses of a Bundle, or of a file of Bundles line by line, held against cec's own; whether all agree."""
    from cec.rendering.verification import VerifiedDoses, VerifiedRows
    from cec.verification.bundle import verify_bundle, verify_bundles

    are_several = formats is VERIFIED_TABLES
    refuse_typed([*asked.written[:1], *typed_options(asked.table)], f"{file.name} holds its doses")
    if are_several:
        refuse_typed(typed_options(asked.patient, CheckOptions(asked.checks.accept)), f"{file.name} holds its patients")
    refuse_typed(["--patient"] if asked.patient.patient else [], f"{file.name} holds its patient; give single facts")
    chosen = chosen_format(asked.output, formats)
    keep_answer_apart(asked, "BUNDLE", file)
    terms: dict[str, Any] = {
        **read_terms(asked, accept=lambda: acceptances(asked.checks.accept or ())),
        "strict": asked.checks.strict,
        "texts": texts_of_patient(asked.patient),
        "as_of": today(),
        "others": shipped_regimens(),
        "partial": asked.partial,
    }
    tell = (lambda _note: None) if chosen.is_quiet else say
    if are_several:
        rows = tuple(verify_bundles(file, tell, **terms))
        show(VerifiedRows(rows, "Bundle"), chosen)
        return all(row.agrees for row in rows)
    found = naming_options(lambda: verify_bundle(file, **terms))
    for note in found.notes:
        tell(note)
    show(VerifiedDoses(found.order, found.verification), chosen)
    return found.verification.agrees
