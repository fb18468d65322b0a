"""What is to be said of amounts that agree: a remark changes no verdict."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from cec.order import Alert
from cec.regimen import DrugLine
from cec.units import Quantity, dose_unit
from cec.verification.case import Case
from cec.verification.outcome import NOT_MULTIPLIED


def remarks(judged: Sequence[tuple[Case, bool]]) -> tuple[Alert, ...]:
    """What is to be said of the written amounts of one order, each with whether it agrees.

    Near 1 m2 a figure per m2 lies within the tolerance. That all of them were written tells that nobody multiplied;
    where they are the right doses all the same (as the pharmacy rounds), there is nothing to tell.
    """
    by_area = [(case, agrees) for case, agrees in judged if figures_per_area(case.line)]
    if not any(agrees and case.written != case.dose.ordered for case, agrees in by_area):
        return ()
    area = by_area[0][0].measured.bsa
    if area.number == 1 or any(case.written.value != _figure(case.dose.prescribed, case.line) for case, _ in by_area):
        return ()
    names = ", ".join(f"{case.dose.drug} {case.written}" for case, _ in by_area)
    words, was = ("is the figure", "was it") if len(by_area) == 1 else ("are the figures", "were they")
    text = f"{names} {words} per m2 of the regimen, but the BSA is {area}: {was} multiplied by it?"
    return (Alert(NOT_MULTIPLIED, "check", "", text),)


def figures_per_area(line: DrugLine) -> frozenset[Decimal | Fraction]:
    """The numbers of a line's doses per m2, each as one amount; none of a line that has doses of another kind.

    >>> from cec import load_regimen
    >>> [figures_per_area(line) for line in load_regimen("cec-induction").drugs][-2:]
    [frozenset({Decimal('440')}), frozenset()]
    """
    if any(dose_unit(dose.unit).measure != "bsa" for dose in line.doses):
        return frozenset()
    return frozenset(_figure(dose, line) for dose in line.doses)


def _figure(dose: Quantity, line: DrugLine) -> Decimal | Fraction:
    """The number of a dose per m2 or, where that is a day's dose, of its part."""
    return Fraction(dose.value) / line.divided_into if line.divided_into > 1 else dose.value
