"""How the file of a treatment is read: its phases, and the regimen of each; all faults at once."""

from __future__ import annotations

from decimal import localcontext
from pathlib import Path
from typing import Any

import msgspec

from cec.errors import CecError, Fault, FileError
from cec.load import load_regimen
from cec.load.declared import Record, file_of
from cec.load.drug_line import DRUG_LINE, WAYS
from cec.load.how_much import ENTRY
from cec.load.nodes import SourceFile, read_file
from cec.load.regimen_file import build_regimen
from cec.load.search import regimen_path
from cec.load.shapes import Reading, text
from cec.load.texts import read_name
from cec.regimen import DoseEntry, DrugLine, Regimen
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
    if treatment.count > MOST_CYCLES:
        raise CecError(f"phases: {treatment.count:,} cycles; at most {MOST_CYCLES} are drawn")
    return treatment


TREATMENT = file_of(
    Treatment,
    {Treatment: Record(_treatment), Phase: Record(_phase), DrugLine: DRUG_LINE, DoseEntry: ENTRY},
    {**WAYS, "name": text(read_name)},
)


def is_treatment(name_or_path: str | Path) -> bool:
    """Whether a file says phases instead of drugs; not where it cannot be read."""
    try:
        root = read_file(regimen_path(name_or_path)).root
    except CecError:
        return False
    return "phases" in {key.text for key, _ in root.entries or ()}


def load_treatment(path: str | Path) -> Treatment:
    """The treatment of a file, with the regimen of each phase; FileError with every fault of the file."""
    source = read_file(path)
    reading = Reading(source.name)
    with localcontext(EXACT):
        treatment = TREATMENT.read(source.root, "", reading)
    if reading.faults or not isinstance(treatment, Treatment):
        raise FileError(*sorted(reading.faults, key=lambda fault: (fault.line, fault.column)))
    regimens: list[Regimen] = []
    faults: list[Fault] = []
    for number, phase in enumerate(treatment.phases, 1):
        try:
            regimen = _regimen_of(number, phase, treatment, source)
            _refuse_lengths(number, phase, regimen)
            regimens.append(regimen)
        except CecError as error:
            faults += [fault if fault.file else fault._replace(file=source.name) for fault in error.faults]
    if faults:
        raise FileError(*faults)
    return msgspec.structs.replace(treatment, regimens=tuple(regimens), sha256=source.sha256)


def _regimen_of(number: int, phase: Phase, treatment: Treatment, source: SourceFile) -> Regimen:
    """The regimen of a phase: of a file beside the treatment's, of a name, or made of its lines."""
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
            return msgspec.structs.replace(build_regimen(values), sha256=source.sha256)
        except CecError as error:
            raise CecError(*(each._replace(where=f"phases {number}") for each in error.faults)) from None
    beside = Path(source.name).parent / phase.regimen
    path = beside if Path(phase.regimen).suffix else regimen_path(phase.regimen)
    try:
        return load_regimen(path if Path(phase.regimen).suffix else phase.regimen)
    except FileError as error:
        raise FileError(*error.faults) from None


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
