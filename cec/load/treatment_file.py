"""How the file of a treatment is read: its phases, and the regimen of each; all faults at once."""

from __future__ import annotations

from decimal import localcontext
from pathlib import Path
from typing import Any

import msgspec

from cec.errors import CecError, Fault, FileError
from cec.load import check_regimen, load_regimen
from cec.load.nodes import SourceFile, read_bytes
from cec.load.regimen_file import build_regimen
from cec.load.regimen_file.doses import ENTRY
from cec.load.regimen_file.drug_line import DRUG_LINE
from cec.load.regimen_file.ways import WAYS
from cec.load.reviews import load_reviews
from cec.load.search import is_example, refuse_other_name, regimen_names, regimen_path
from cec.load.shapes import Reading
from cec.load.shapes.file_records import Record, file_of
from cec.load.yaml_nodes import read_for_faults
from cec.regimen import AN_EXAMPLE, DoseEntry, DrugLine, Regimen
from cec.treatment import Phase, Treatment
from cec.units import EXACT, span

MOST_CYCLES = 200
"""Of one treatment."""


def _phase(values: dict[str, Any]) -> Phase:
    """A phase, of a named regimen or of drugs of its own."""
    phase = Phase(**values)
    if bool(phase.regimen) == bool(phase.drugs):
        raise CecError("give either regimen: whose cycles these are, or drugs: its lines in place")
    if phase.title and phase.regimen:
        raise CecError("title belongs to drugs in place; a regimen has one of its own")
    return phase


def _treatment(values: dict[str, Any]) -> Treatment:
    treatment = Treatment(**values)
    if not treatment.phases:
        raise CecError("phases: is empty; a treatment has at least one")
    if treatment.name in regimen_names():
        raise CecError(f"name: '{treatment.name}' is that of a shipped regimen; give the treatment another")
    if treatment.count > MOST_CYCLES:
        raise CecError(f"phases: {treatment.count:,} cycles; at most {MOST_CYCLES} are drawn")
    return treatment


TREATMENT = file_of(
    Treatment,
    {Treatment: Record(_treatment), Phase: Record(_phase), DrugLine: DRUG_LINE, DoseEntry: ENTRY},
    WAYS,
)


def is_treatment(name_or_path: str | Path) -> bool:
    """Whether a file says phases instead of drugs; not where it cannot be read."""
    try:
        path = regimen_path(name_or_path)
        if b"phases" not in read_bytes(path):  # most files: parsing one takes longer than an order does
            return False
        root = read_for_faults(path).root
    except CecError:
        return False
    return "phases" in {key.text for key, _ in root.entries or ()}


def load_treatment(name_or_path: str | Path) -> Treatment:
    """The treatment of a name or a file, with the regimen of each phase; FileError with every fault of the file."""
    return _read(name_or_path)


def check_treatment(name_or_path: str | Path) -> Treatment:
    """The treatment of a name or a file; FileError also with what no reason would let through for any patient."""
    return _read(name_or_path, checked=True)


def load_either(name_or_path: str | Path, *, checked: bool = False) -> Regimen | Treatment:
    """The regimen, or the treatment of phases, of a name or a file."""
    if is_treatment(name_or_path):
        return _read(name_or_path, checked=checked)
    return check_regimen(name_or_path) if checked else load_regimen(name_or_path)


def _read(name_or_path: str | Path, *, checked: bool = False) -> Treatment:
    path = regimen_path(name_or_path)
    source = read_for_faults(path)
    reading = Reading(source.name)
    with localcontext(EXACT):
        treatment = TREATMENT.read(source.root, "", reading)
    found = source.all_faults(reading.faults + reading.dangers if checked else reading.faults)
    if found or not isinstance(treatment, Treatment):
        raise FileError(*found)
    refuse_other_name(treatment.name, path, name_or_path)
    regimens: list[Regimen] = []
    faults: list[Fault] = []
    for number, phase in enumerate(treatment.phases, 1):
        try:
            regimen = _regimen_of(number, phase, treatment, source, checked=checked)
            _refuse_lengths(number, phase, regimen)
            regimens.append(regimen)
        except CecError as error:
            faults += [fault if fault.file else fault._replace(file=source.name) for fault in error.faults]
    if faults:
        raise FileError(*faults)
    name = f"{AN_EXAMPLE}{treatment.name}" if is_example(path) else treatment.name
    return msgspec.structs.replace(treatment, name=name, regimens=tuple(regimens), sha256=source.sha256)


def _regimen_of(number: int, phase: Phase, treatment: Treatment, source: SourceFile, *, checked: bool) -> Regimen:
    """The regimen of a phase: of a file beside the treatment's, of a name, or made of its lines, reviewed with them."""
    if phase.drugs:
        values = {
            "name": f"{treatment.name}-phase-{number}",
            "title": phase.title or f"{treatment.title}, phase {number}",
            "edition": treatment.edition,
            "indication": treatment.indication,
            "source": treatment.source,
            "drugs": phase.drugs,
            "cycle_length": phase.cycle_length,
        }
        try:
            regimen = build_regimen(values)
        except CecError as error:
            raise CecError(*(each._replace(where=f"phases {number}") for each in error.faults)) from None
        return msgspec.structs.replace(regimen, sha256=source.sha256, reviews=load_reviews(Path(source.name)))
    beside = Path(source.name).parent / phase.regimen
    named = beside if beside.suffix else phase.regimen
    return check_regimen(named) if checked else load_regimen(named)


def _refuse_lengths(number: int, phase: Phase, regimen: Regimen) -> None:
    """CecError where the length of a phase's cycles is not that of its regimen, or too short for it."""
    length, own = span(phase.cycle_length).days, regimen.last_day
    where = f"phases {number} ({regimen.name}): cycle_length {phase.cycle_length}"
    if own and own != length:
        raise CecError(f"{where} is not that of the regimen, {regimen.cycle_length}")
    earliest = regimen.next_cycle.earliest_day if regimen.next_cycle else 0
    if earliest > length + 1:
        raise CecError(f"{where} is too short: the regimen's next cycle begins on day {earliest} at the earliest")
    ends = [line.days[-1] for line in regimen.drugs if line.days and isinstance(line.days[-1], int)]
    if late := [day for day in ends if isinstance(day, int) and day > length]:
        raise CecError(f"{where} is too short: the regimen gives drugs up to day {max(late)}")
