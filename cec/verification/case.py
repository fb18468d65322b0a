"""A written amount, and the dose computed again with something else in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from msgspec.structs import replace

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
from cec.verification.screening import ANYWHERE, MeasureSpans, Span, between, spans_of
from cec.verification.written import Written

FINEST = Fraction(1, 1_000_000)
"""What doses are rounded to where they would have endless digits."""


@dataclass(frozen=True)
class OtherMeasures:
    """What else the doses of an order may have been computed from, and why; computed only when it is asked for."""

    words: str
    kind: str
    """What one cause is called, however the BSA was rounded."""
    spans: MeasureSpans
    """Where these measures lie, however the BSA was rounded."""
    compute: Callable[[], Mapping[Hashable, Measured]]

    @cached_property
    def measured(self) -> Mapping[Hashable, Measured]:
        """The measures, by the variant: how the BSA was rounded."""
        return self.compute()


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
    multiples: tuple[Span, ...] = ()
    """Of each right amount, what it can be multiplied by to be the written one."""
    unrounded: Fraction = Fraction(0)
    """The right amount as it was before rounding."""
    bounds: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0))
    """Between which amounts, both among them, the digits are those that are written."""
    per: str = ""
    """The measure that the prescribed dose is per."""
    reach: Span | None = None
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
    """What is the same for every drug that the mistake explains, where the working does not say it."""
    kind: str = ""
    """Mistakes of one name are one mistake where their kind and variant are the same."""
    variant: Hashable = ""


def candidate(case: Case, amount: Fraction, working: str, kind: str = "") -> Candidate:
    """An amount with its working."""
    return Candidate(amount, f"{working} is {_shown(amount)} {case.dose.ordered.unit}", kind=kind)


def _shown(amount: Fraction) -> str:
    """An amount whole where five decimals are enough, or its first two where it is not small."""
    whole = shorten(amount)
    return shorten(amount, 2) if whole.endswith("…") and amount >= 1 else whole


def multiplied_by(case: Case, factor: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
    """Each right amount that, times the factor, is the written one, and that product."""
    for amount, multiples in zip(case.right, case.multiples, strict=True):
        if multiples.holds(factor) and case.fits(product := amount * factor):
            yield amount, product


def with_right_amounts(case: Case) -> Case:
    """The case with what is right in its place, and what the written amount may have been before rounding."""
    written, half_step = Fraction(case.written.value), Fraction(case.half_step)
    least, most = written - half_step, written + half_step
    case = case._replace(bounds=(least, most), per=dose_unit(case.dose.prescribed.unit).measure)
    unrounded = _unrounded_dose(case)
    amounts = [Fraction(case.dose.ordered.value), unrounded]
    if case.per not in _APART_FROM_BSA:
        from_unrounded = replace(case.measured, bsa=case.measured.unrounded_bsa)
        amounts += [each.amount for each in recomputed(case, measured=from_unrounded)][-1:]
    right = tuple(dict.fromkeys(amounts))
    multiples = tuple(between(least / amount, most / amount) if amount else ANYWHERE for amount in right)
    case = case._replace(right=right, multiples=multiples, unrounded=unrounded)
    return case._replace(reach=_reach(case))


_APART_FROM_BSA = ("weight", "nothing")
"""What a dose is per where the BSA does not matter."""


def _unrounded_dose(case: Case) -> Fraction:
    """The number of the right amount before it was rounded, in the unit of the dose."""
    if case.dose.steps[-1].what != "rounded":
        return Fraction(case.dose.ordered.value)
    settled = as_given(case.order.line_of(case.dose), case.dose)
    return compute_dose(settled, case.measured, case.order.pharmacy, declared=_declared(case)).unrounded.number


def may_fit(case: Case, spans: MeasureSpans | None = None, *, by: str = "", figure: Quantity | None = None) -> bool:
    """Whether the dose from other measures can be the written one; true where only the whole computation can say.

    `by` is the measure that its figure is multiplied by, where that is another than it is per; `figure` is another one.
    """
    if case.per == "nothing":
        return False
    if case.reach is None:
        return True
    multiplier = (spans or spans_of(case.measured)).of(by or case.per)
    if figure:
        if figure.unit != case.dose.prescribed.unit:
            return True
        times = Fraction(figure.value) / Fraction(case.dose.prescribed.value)
        multiplier = between(*(times * Fraction(bound) for bound in multiplier))
    return case.reach.meets(multiplier)


def _reach(case: Case) -> Span | None:
    """Between which measures the dose can be the written one; None where only the whole computation can say."""
    if case.per not in {"bsa", "weight"} or case.line.caps or dose_unit(case.dose.prescribed.unit).time:
        return None
    step = rounding_step(case)
    if step is None or not case.unrounded:
        return None
    usual = case.measured.bsa.number if case.per == "bsa" else Fraction(case.measured.shown.weight.value)
    of_one = case.unrounded / usual
    least, most = case.bounds
    return between((least - step) / of_one, (most + step) / of_one)


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
    variant: Hashable = "",
) -> Iterator[Candidate]:
    """The dose computed again with something else, as the pharmacy rounds and unrounded; none where that is refused."""
    order = case.order
    dose = prescribed or case.dose.prescribed
    line = replace(line or case.line, dose=dose)
    settled = replace(as_given(order.line_of(case.dose), case.dose), line=line, prescribed=dose)
    declared = _declared(case) if reduced else None
    finest = DoseRounding("nearest", kept(FINEST, case.dose.ordered.unit))
    pharmacies = [replace(order.pharmacy, dose_rounding={line.drug: finest})]
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
