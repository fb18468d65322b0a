"""A written amount, and the dose computed again with something else in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import msgspec

from cec.calculate.again import as_given, declared_again
from cec.calculate.declared import Declared
from cec.calculate.dosing import compute_dose
from cec.calculate.lines import cycle_of, lines_of_cycle
from cec.calculate.measures import Measured
from cec.errors import CecError
from cec.order import Dose, Order, Step
from cec.pharmacy import DoseRounding
from cec.regimen import DrugLine, Regimen, entry_of
from cec.units import AMOUNT, Exact, Quantity, convert_exactly, dose_unit, kept, shorten
from cec.verification.written import Written

FINEST = Fraction(1, 1_000_000)
"""What doses are rounded to where they would have endless digits."""


class OtherMeasures(NamedTuple):
    """What else the doses of an order may have been computed from, and why."""

    words: str
    kind: str
    """What variants of one cause have in common."""
    variant: str
    measured: Measured


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
    measured: Measured
    """What the dose was computed from."""
    measured_wrong: Callable[[str, int], tuple[OtherMeasures, ...]]
    """The measures that a mistake, by its name, leads to on a day of the cycle."""
    right: tuple[Fraction, ...] = ()
    """The right amount as ordered, as it was before rounding, and from the BSA before rounding."""
    unrounded: Fraction = Fraction(0)
    """The right amount as it was before rounding."""
    bounds: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0))
    """Between which amounts, both among them, the digits are those that are written."""
    per: str = ""
    """The measure that the prescribed dose is per."""
    reach: tuple[Fraction, Fraction] | None = None
    """Between which of these measures the dose can be the written one; None where only the whole computation tells."""

    def fits(self, amount: Fraction) -> bool:
        """Whether an amount, rounded to the digits that are written, is the written one."""
        least, most = self.bounds
        return least <= amount <= most

    def distance(self, amount: Fraction) -> Fraction:
        """How far the written amount lies from another, in the unit of the dose."""
        return abs(Fraction(self.written.value) - amount)


class Candidate(NamedTuple):
    """What a mistake leads to, in the unit of the dose, with its working."""

    amount: Fraction
    working: str
    words: str = ""
    """What is the same for every drug that the mistake befell, where the working does not say it."""
    kind: str = ""
    """Mistakes of one name are one mistake where their kind and variant are the same."""
    variant: str = ""


def candidate(case: Case, amount: Fraction, working: str, kind: str = "") -> Candidate:
    """An amount with its working."""
    return Candidate(amount, f"{working} is {_shown(amount)} {case.dose.ordered.unit}", kind=kind)


def _shown(amount: Fraction) -> str:
    """An amount whole where five decimals are enough, or its first two where it is not small."""
    whole = shorten(amount)
    return shorten(amount, 2) if whole.endswith("…") and amount >= 1 else whole


def with_right_amounts(case: Case) -> Case:
    """The case with what is right in its place, and what the written amount may have been before rounding."""
    written, half_step = Fraction(case.written.value), Fraction(case.half_step)
    case = case._replace(bounds=(written - half_step, written + half_step))
    unrounded = _unrounded_dose(case)
    from_unrounded = case.measured._replace(bsa=case.measured.unrounded_bsa)
    amounts = [Fraction(case.dose.ordered.value), unrounded]
    amounts += [each.amount for each in recomputed(case, measured=from_unrounded)][-1:]
    per = dose_unit(case.dose.prescribed.unit).measure
    case = case._replace(right=tuple(dict.fromkeys(amounts)), unrounded=unrounded, per=per)
    return case._replace(reach=_reach(case))


def _unrounded_dose(case: Case) -> Fraction:
    """The number of the right amount before it was rounded, in the unit of the dose."""
    if case.dose.steps[-1].what != "rounded":
        return Fraction(case.dose.ordered.value)
    settled = as_given(case.order.line_of(case.dose), case.dose)
    return compute_dose(settled, case.measured, case.order.pharmacy, declared=_declared(case)).unrounded.number


def may_fit(case: Case, measured: Measured | None = None, *, by: str = "", figure: Quantity | None = None) -> bool:
    """Whether the dose from other measures can be the written one; true where only the whole computation can say.

    `by` is the measure that its figure is multiplied by, where that is another than it is per; `figure` is another one.
    """
    if case.per == "nothing":
        return False
    if case.reach is None:
        return True
    multiplier = _multiplier(measured or case.measured, by or case.per)
    if figure:
        if figure.unit != case.dose.prescribed.unit:
            return True
        multiplier *= Fraction(figure.value) / Fraction(case.dose.prescribed.value)
    least, most = case.reach
    return least <= multiplier <= most


def _reach(case: Case) -> tuple[Fraction, Fraction] | None:
    """Between which measures the dose can be the written one; None where only the whole computation can say."""
    if case.per not in {"bsa", "weight"} or case.line.caps or dose_unit(case.dose.prescribed.unit).time:
        return None
    step = rounding_step(case)
    if step is None or not case.unrounded:
        return None
    of_one = case.unrounded / _multiplier(case.measured, case.per)
    least, most = case.bounds
    return (least - step) / of_one, (most + step) / of_one


def _multiplier(measured: Measured, measure: str) -> Fraction:
    """The number by which a figure per m2 or per kg is multiplied."""
    return measured.bsa.number if measure == "bsa" else Fraction(measured.shown.weight.value)


def rounding_step(case: Case) -> Fraction | None:
    """By how much rounding can move a dose of this drug, in its unit; None where only a table of bands says."""
    rule = entry_of(case.line.drug, case.order.pharmacy.dose_rounding)
    if rule is None:
        return FINEST
    return convert_exactly(rule.to, case.dose.ordered.unit, AMOUNT).number if rule.to else None


def in_words(case: Case, amount: Fraction) -> str:
    """An amount of the case's drug, with its unit."""
    return str(Exact(amount, case.dose.ordered.unit))


def recomputed(
    case: Case,
    words: str = "",
    *,
    measured: Measured | None = None,
    prescribed: Quantity | None = None,
    line: DrugLine | None = None,
    reduced: bool = True,
    kind: str = "",
    variant: str = "",
) -> Iterator[Candidate]:
    """The dose computed again with something else, as the pharmacy rounds and unrounded; none where that is refused."""
    order = case.order
    dose = prescribed or case.dose.prescribed
    line = msgspec.structs.replace(line or case.line, dose=dose)
    settled = as_given(order.line_of(case.dose), case.dose)._replace(line=line, prescribed=dose)
    declared = _declared(case) if reduced else None
    finest = DoseRounding("nearest", kept(FINEST, case.dose.ordered.unit))
    pharmacies = [msgspec.structs.replace(order.pharmacy, dose_rounding={line.drug: finest})]
    if is_rounded := entry_of(line.drug, order.pharmacy.dose_rounding) is not None:
        pharmacies.insert(0, order.pharmacy)
    for pharmacy in pharmacies:
        try:
            found = compute_dose(settled, measured or case.measured, pharmacy, declared=declared).dose
        except CecError:
            continue
        steps = found.steps if is_rounded and pharmacy is order.pharmacy else found.steps[:-1]
        yield Candidate(Fraction(found.ordered.value), working(steps), words, kind or words, variant)


def _declared(case: Case) -> Declared | None:
    """What was declared of the drug line on the days of the dose."""
    order = case.order
    return declared_again(case.dose, order, lines_of_cycle(order.regimen, cycle_of(order)))


def working(steps: tuple[Step, ...]) -> str:
    """How an amount came about, from the first multiplication to the last step that changed anything."""
    values = [step.value for step in steps]
    return "; ".join(
        step.how
        for place, step in enumerate(steps)
        if step.what == "calculated"
        or (step.what not in {"prescribed", "measured"} and values[place - 1] != step.value)
    )
