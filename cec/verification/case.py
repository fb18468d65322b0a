"""A written amount, and the dose computed again with something else in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

import msgspec

from cec.calculate.dosing import compute_dose
from cec.errors import CecError
from cec.order import Dose, Measures, Order, Step
from cec.pharmacy import DoseRounding
from cec.regimen import DrugLine, Regimen, entry_of
from cec.units import EXACT, Quantity, shorten
from cec.verification.written import Written


class OtherMeasures(NamedTuple):
    """What else the doses of an order may have been computed from, and why."""

    words: str
    kind: str
    """What variants of one cause have in common."""
    variant: str
    measures: Measures


class Case(NamedTuple):
    """One written amount, and what it is held against."""

    written: Quantity
    """In the unit of the dose."""
    half_step: Decimal
    """Half of what its last written digit is worth, in that unit."""
    dose: Dose
    line: DrugLine
    order: Order
    all_written: Mapping[str, Written]
    """What was written first for each drug."""
    others: tuple[Regimen, ...]
    """Regimens that the order may have been mistaken for."""
    measured_wrong: Callable[[str, int], tuple[OtherMeasures, ...]]
    """The measures that a mistake, by its name, leads to on a day of the cycle."""
    right: tuple[Decimal, ...] = ()
    """The right amount as ordered, as it was before rounding, and from the BSA before rounding."""

    @property
    def measures(self) -> Measures:
        """What the dose was computed from."""
        return self.order.measures_on(self.dose.days[0])

    def fits(self, amount: Decimal) -> bool:
        """Whether an amount, rounded to the digits that are written, is the written one."""
        return self.distance(amount) <= self.half_step

    def distance(self, amount: Decimal) -> Decimal:
        """How far the written amount lies from another, in the unit of the dose."""
        return abs(EXACT.subtract(self.written.value, amount))


class Candidate(NamedTuple):
    """What a mistake leads to, in the unit of the dose, with its working."""

    amount: Decimal
    working: str
    words: str = ""
    """What is the same for every drug that the mistake befell, where the working does not say it."""
    kind: str = ""
    """Mistakes of one name are one mistake where their kind and variant are the same."""
    variant: str = ""


def candidate(case: Case, amount: Decimal, working: str, kind: str = "") -> Candidate:
    """An amount with its working."""
    return Candidate(amount, f"{working} is {shorten(amount, 2)} {case.dose.ordered.unit}", kind=kind)


def right_amounts(case: Case) -> tuple[Decimal, ...]:
    """The right amount as ordered, as it was before rounding, and from the BSA before rounding."""
    bsa = case.measures.bsa
    unrounded = msgspec.structs.replace(case.measures, bsa=msgspec.structs.replace(bsa, value=bsa.unrounded))
    from_unrounded = [each.amount for each in recomputed(case, measures=unrounded)][-1:]
    return tuple(dict.fromkeys((case.dose.ordered.value, unrounded_dose(case.dose), *from_unrounded)))


def unrounded_dose(dose: Dose) -> Decimal:
    """The number of a dose before it was rounded."""
    return dose.steps[-2 if dose.steps[-1].what == "rounded" else -1].value.value


def in_words(case: Case, amount: Decimal) -> str:
    """An amount of the case's drug, with its unit."""
    return f"{shorten(amount)} {case.dose.ordered.unit}"


def recomputed(
    case: Case,
    words: str = "",
    *,
    measures: Measures | None = None,
    prescribed: Quantity | None = None,
    line: DrugLine | None = None,
    reduced: bool = True,
    kind: str = "",
    variant: str = "",
) -> Iterator[Candidate]:
    """The dose computed again with something else, as the pharmacy rounds and unrounded; none where that is refused."""
    order = case.order
    line = msgspec.structs.replace(line or case.line, dose=prescribed or case.dose.prescribed)
    reduction = next((each for each in order.patient.reductions if each.drug == line.drug), None) if reduced else None
    finest = DoseRounding("nearest", Quantity(Decimal("0.000001"), case.dose.ordered.unit))
    pharmacies = [msgspec.structs.replace(order.pharmacy, dose_rounding={line.drug: finest})]
    if is_rounded := entry_of(line.drug, order.pharmacy.dose_rounding) is not None:
        pharmacies.insert(0, order.pharmacy)
    for pharmacy in pharmacies:
        try:
            dose = compute_dose(line, measures or case.measures, pharmacy, reduction=reduction)
        except CecError:
            continue
        steps = dose.steps if is_rounded and pharmacy is order.pharmacy else dose.steps[:-1]
        yield Candidate(dose.ordered.value, working(steps), words, kind or words, variant)


def working(steps: tuple[Step, ...]) -> str:
    """How an amount came about, from the first multiplication to the last step that changed anything."""
    values = [step.value for step in steps]
    return "; ".join(
        step.how
        for place, step in enumerate(steps)
        if step.what == "calculated"
        or (step.what in {"capped", "reduced", "rounded"} and values[place - 1] != step.value)
    )
