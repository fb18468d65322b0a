"""How a regimen file is read; what does not fit together is refused.

`ways` names the room that reads the text of each key; `drug_line` holds the keys of a line together, `between_lines`
the lines of a regimen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from cec.drug_names import drug_key, is_same_drug
from cec.errors import CecError
from cec.load.regimen_file.between_lines import faults_between_lines, next_cycle_faults
from cec.load.regimen_file.doses import ENTRY
from cec.load.regimen_file.drug_line import DRUG_LINE
from cec.load.regimen_file.starts import with_names
from cec.load.regimen_file.ways import WAYS
from cec.load.shapes.file_records import Record, file_of
from cec.load.shapes.mappings import stated_of
from cec.regimen import Check, DoseEntry, DrugLine, Regimen


def build_regimen(values: dict[str, Any]) -> Regimen:
    """The regimen of these values; CecError with everything in it that does not fit together."""
    drugs = tuple(with_names(_with_share_units(values["drugs"])))
    regimen = Regimen(**{**values, "drugs": drugs}, sha256="")
    faults = (*faults_between_lines(regimen), *_faults_of_names(regimen), *next_cycle_faults(regimen))
    if faults:
        raise CecError(*faults)
    return regimen


def _with_share_units(lines: Sequence[DrugLine]) -> Iterator[DrugLine]:
    """The lines, those with a share of another drug's dose with the unit of its amounts."""
    units = {drug_key(line.drug): line.amount_unit for line in reversed(lines) if not line.shared_with}
    for line in lines:
        unit = units.get(drug_key(line.shared_with)) if line.shared_with else None
        yield replace(line, share_unit=unit) if unit else line


def _faults_of_names(regimen: Regimen) -> Iterator[str]:
    """Codes of checks that stand twice, and drugs of other dose sets and checks that are not those of the lines."""
    drugs = {line.drug for line in regimen.drugs}
    for code, times in sorted(Counter(check.code for check in regimen.checks).items()):
        if times > 1:
            yield f"checks: code '{code}' stands twice; a code names one check"
    for number, other in enumerate(regimen.other_dose_sets, 1):
        for drug in _not_among(drugs, other.doses):
            yield f"other_dose_sets {number}: {drug} is not a drug of this regimen"
    for number, check in enumerate(regimen.checks, 1):
        where = f"checks {number} ({check.code})"
        for drug in sorted(other for other in drugs - {check.about} if is_same_drug(other, check.about)):
            yield f"{where}: about: '{check.about}' is {drug} of the drug lines; write its name in one way"
        for drug in _not_among(drugs, check.offers):
            yield f"{where}: offers: {drug} is not a drug of this regimen"


def _not_among(drugs: Container[str], names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if name not in drugs)


def _check(values: dict[str, Any]) -> Check:
    when, *or_when = values.pop("when")
    return Check(**values, when=when, or_when=tuple(or_when))


def _values_of_check(check: Check) -> dict[str, Any]:
    return {**stated_of(check), "when": check.any_of}


CHECK = Record(_check, "code", parts=_values_of_check)

REGIMEN = file_of(Regimen, {Regimen: Record(build_regimen), DrugLine: DRUG_LINE, DoseEntry: ENTRY, Check: CHECK}, WAYS)
"""The shape of a regimen file."""
