"""What a patient has had of each drug before and after each cycle, as orders tell and give it; where these differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from cec.calculate.rules.lifetime import lifetime_maximums, total_in
from cec.course.amounts_of_cycle import CountedCycle, Units, sums_of
from cec.drug_names import drug_key
from cec.order import Alert, Order
from cec.regimen import entry_of
from cec.units import kept

EARLIER_DIFFER = "earlier-doses-differ"
SAME = Fraction(1, 10**9)
"""Two totals that differ by no more than this part of them were only cut to the digits that an order keeps."""


class AmountBefore(NamedTuple):
    """What was given of a drug before the oldest order, and the order that tells it."""

    amount: Fraction
    by: Order


def told_before_all(cycles: Sequence[CountedCycle], units: Units) -> dict[str, AmountBefore]:
    """What was given of each drug before these orders: as the oldest tells it, or a later one that knows of more."""
    before_all: dict[str, AmountBefore] = {}
    given: dict[str, Fraction] = {}
    for cycle in cycles:
        for drug, amount in cycle.order.patient.earlier_doses.items():
            key = drug_key(drug)
            before = _told_before(cycle.order, drug, units.get(key, amount.unit)) or Fraction(0)
            more = before - given.get(key, Fraction(0))
            known = before_all[key].amount if key in before_all else Fraction(0)
            if cycle is cycles[0] or more > known + SAME * before:
                before_all[key] = AmountBefore(more, cycle.order)
        for key, doses in cycle.doses.items():
            sums = sums_of(doses)
            given[key] = given.get(key, Fraction(0)) + sums.given + sums.to_give
    return before_all


def _told_before(order: Order, drug: str, unit: str) -> Fraction | None:
    """What an order tells of earlier doses of a drug; None where it tells nothing."""
    amount = entry_of(drug, order.patient.earlier_doses)
    if amount is None:
        return None
    return total_in(unit, amount, order.measures[-1].weight, order.measures[-1].bsa.area)


def totals_after(
    cycles: Sequence[CountedCycle], before_all: Mapping[str, AmountBefore]
) -> Iterator[Mapping[str, Fraction]]:
    """What the patient has had of each drug after each cycle, by the key of its name."""
    totals = {key: each.amount for key, each in before_all.items()}
    for cycle in cycles:
        for key, doses in cycle.doses.items():
            sums = sums_of(doses)
            totals[key] = totals.get(key, Fraction(0)) + sums.given + sums.to_give
        yield dict(totals)


def differing_earlier_doses(cycles: Sequence[CountedCycle], units: Units) -> Iterator[Alert]:
    """What a later order tells of earlier doses, where that is not what the orders before it come to."""
    for cycle, totals in zip(cycles[1:], totals_after(cycles, told_before_all(cycles[:1], units)), strict=False):
        earlier, maximums = cycle.order.patient.earlier_doses, lifetime_maximums(cycle.order.regimen)
        for key, drug in {drug_key(drug): drug for drug in (*earlier, *maximums)}.items():
            unit = units.get(key) or earlier[drug].unit
            before, total = _told_before(cycle.order, drug, unit), totals.get(key, Fraction(0))
            if abs((before or Fraction(0)) - total) > SAME * total:
                what = "nothing" if before is None else str(kept(before, unit))
                come_to = f"the orders before it come to {kept(total, unit)}"
                text = f"{cycle.file} tells of {what} before it; {come_to}; the larger sum counts here"
                yield Alert(EARLIER_DIFFER, "check", drug, text)
