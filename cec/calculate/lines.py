"""The drug lines that one cycle gives."""

from __future__ import annotations

from cec.errors import Fault, InputError
from cec.regimen import DrugLine, Regimen


def lines_of_cycle(regimen: Regimen, cycle: int | None) -> dict[int, DrugLine]:
    """The drug lines that this cycle gives, by their number from 1; InputError where that hangs on an untold cycle."""
    if cycle is None and (differing := [line.drug for line in regimen.drugs if line.cycles]):
        words = f"{regimen.name} does not give {', '.join(differing)} in every cycle; say which cycle this is"
        raise InputError(Fault(words, about=("cycle",)))
    numbered = enumerate(regimen.drugs, 1)
    lines = {number: line for number, line in numbered if not line.cycles or cycle in line.cycles}
    if not lines:
        raise InputError(Fault(f"{regimen.name} gives nothing in cycle {cycle}", about=("cycle",)))
    return lines
