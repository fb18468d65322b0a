"""A written amount that is wrong, and the dose computed again with something else in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from math import prod
from typing import NamedTuple

import msgspec

from cec.calculate.dosing import compute_dose
from cec.calculate.formulas import body_surface_area
from cec.calculate.rounding import to_nearest
from cec.errors import CecError
from cec.order import Bsa, Dose, Measures, Order
from cec.pharmacy import DoseRounding
from cec.regimen import DrugLine, Regimen
from cec.units import EXACT, Quantity, shorten


class Case(NamedTuple):
    """One written amount that is wrong, and what it is held against."""

    written: Quantity
    """In the unit of the dose."""
    dose: Dose
    line: DrugLine
    order: Order
    all_written: Mapping[str, Quantity]
    others: tuple[Regimen, ...]
    """Regimens that the order may have been mistaken for."""

    @property
    def measures(self) -> Measures:
        """What the dose was computed from."""
        return self.order.measures_on(self.dose.days[0])


class Candidate(NamedTuple):
    """What a mistake leads to, in the unit of the dose, and how."""

    amount: Decimal
    how: str


def candidate(case: Case, amount: Decimal, how: str) -> Candidate:
    """An amount with its working."""
    return Candidate(amount, f"{how} is {shorten(amount, 2)} {case.dose.ordered.unit}")


def right(case: Case) -> Iterator[Decimal]:
    """The right amount as ordered and, where it was rounded, as it was before."""
    yield case.dose.ordered.value
    if case.dose.steps[-1].what == "rounded":
        yield case.dose.steps[-2].value.value


def times(case: Case, counts: Mapping[str, int]) -> Iterator[Candidate]:
    """The right amount so many times: the product of counts, each with what it counts, those of 1 left out."""
    told = [f"{count} {what} × " for what, count in counts.items() if count > 1]
    for amount in right(case):
        product = EXACT.multiply(amount, Decimal(prod(counts.values())))
        yield candidate(case, product, f"{''.join(told)}{in_words(case, amount)}")


def in_words(case: Case, amount: Decimal) -> str:
    """An amount of the case's drug, with its unit."""
    return f"{shorten(amount)} {case.dose.ordered.unit}"


def recomputed(
    case: Case,
    how: str,
    *,
    height: Decimal | None = None,
    weight: Decimal | None = None,
    formula: str = "",
    largest_bsa: Decimal | None = None,
    prescribed: Quantity | None = None,
    line: DrugLine | None = None,
    reduced: bool = True,
) -> Iterator[Candidate]:
    """The dose computed again with something else, as the pharmacy rounds and unrounded; none where that is refused."""
    order = case.order
    line = msgspec.structs.replace(line or case.line, dose=prescribed or case.dose.prescribed)
    kg = Quantity(weight or case.measures.weight.value, "kg")
    cm = Quantity(height or case.measures.height.value, "cm")
    finest = DoseRounding("nearest", Quantity(Decimal("0.000001"), case.dose.ordered.unit))
    pharmacies = (order.pharmacy, msgspec.structs.replace(order.pharmacy, dose_rounding={line.drug: finest}))
    reduction = next((each for each in order.patient.reductions if each.drug == line.drug), None) if reduced else None
    for pharmacy in pharmacies:
        try:
            bsa = _bsa(order, formula or case.measures.bsa.formula, cm, kg, largest_bsa)
            measures = Measures(1, cm, kg, bsa, case.measures.clearance)
            amount = compute_dose(line, measures, pharmacy, reduction=reduction).ordered.value
        except CecError:
            continue
        yield Candidate(amount, f"{how} gives {shorten(amount, 2)} {case.dose.ordered.unit}")


def _bsa(order: Order, formula: str, height: Quantity, weight: Quantity, largest: Decimal | None) -> Bsa:
    """The BSA of other measures, by another formula or cut off, rounded as the pharmacy does."""
    value = _area(formula, height, weight, order.patient.sex)
    step = order.pharmacy.bsa_rounding
    value = to_nearest(value, step.value) if step else value
    value = min(value, largest) if largest else value
    return Bsa(formula=formula, title="", value=value, unrounded=value, how="", source="")


_area = lru_cache(maxsize=64)(body_surface_area)
"""The drugs of one order ask for the same areas again and again."""
