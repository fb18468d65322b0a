"""The one BSA, or the one weight, from which several wrong doses of an order were computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from cec.calculate.rounding import to_nearest
from cec.facts import FACTS, Bounds
from cec.order import Measures
from cec.units import EXACT, Quantity, dose_unit, write_number
from cec.verification.case import Candidate, Case, recomputed, unrounded_dose

COARSEST = Decimal("0.02")
"""Half of the last written digit as a part of an amount, up to which two amounts tell of one common measure."""


class _Multiplier(NamedTuple):
    """A measure that doses are multiplied by, how to change it, and how small and large it can be."""

    mistake: str
    unit: str
    value: Callable[[Measures], Decimal]
    replaced: Callable[[Measures, Decimal], Measures]
    bounds: Bounds | None


_MULTIPLIERS = {
    "bsa": _Multiplier(
        "another BSA",
        "m2",
        lambda measures: measures.bsa.value,
        lambda measures, value: msgspec.structs.replace(
            measures, bsa=msgspec.structs.replace(measures.bsa, value=value)
        ),
        FACTS["bsa"].plausible,
    ),
    "weight": _Multiplier(
        "another weight",
        "kg",
        lambda measures: measures.weight.value,
        lambda measures, value: msgspec.structs.replace(measures, weight=Quantity(value, "kg")),
        FACTS["weight"].possible,
    ),
}


def common_measures(cases: Mapping[int, Case], places: Sequence[int]) -> dict[str, dict[int, Candidate]]:
    """By the mistake's name, the cases (by their places) that one other BSA or one other weight explains."""
    found = {}
    for measure, multiplier in _MULTIPLIERS.items():
        several = [place for place in places if dose_unit(cases[place].dose.prescribed.unit).measure == measure]
        if explained := _computed_with(multiplier, cases, *_of_one_ratio(cases, several)):
            found[multiplier.mistake] = explained
    return found


def _of_one_ratio(cases: Mapping[int, Case], places: Sequence[int]) -> tuple[list[int], Decimal, Decimal]:
    """Most cases whose written amounts may be the same part of the right ones, with the bounds of that part."""
    bounds: dict[int, tuple[Decimal, Decimal]] = {}
    for place in places:
        case, dose = cases[place], unrounded_dose(cases[place].dose)
        is_capped = case.line.maximum is not None and dose >= case.line.maximum.value
        if dose and not is_capped and case.half_step <= EXACT.multiply(case.written.value, COARSEST):
            low, high = (EXACT.divide(case.written.value + half, dose) for half in (-case.half_step, case.half_step))
            bounds[place] = low, high
    best: list[int] = []
    for start, _ in bounds.values():
        together = [place for place, (low, high) in bounds.items() if low <= start <= high]
        best = max(best, together, key=len)
    lows, highs = ([bounds[place][side] for place in best] for side in (0, 1))
    return best, max(lows, default=Decimal(0)), min(highs, default=Decimal(0))


def _computed_with(
    multiplier: _Multiplier, cases: Mapping[int, Case], places: Sequence[int], low: Decimal, high: Decimal
) -> dict[int, Candidate]:
    """The cases with one ratio, each computed again with the measure of the fewest digits that gives all of them."""
    if len(places) < 2:
        return {}
    measures = cases[places[0]].measures
    usual = multiplier.value(measures)
    value = _shortest(EXACT.multiply(usual, low), EXACT.multiply(usual, high))
    if multiplier.bounds and not multiplier.bounds.hold(value):
        return {}
    percent = to_nearest(EXACT.divide(value * 100, usual), Decimal("0.1"))
    unit = multiplier.unit
    words = f"computed for {write_number(value)} {unit}, {write_number(percent)}% of {write_number(usual)} {unit}"
    explained = {}
    for place in places:
        again = recomputed(cases[place], words, measures=multiplier.replaced(measures, value))
        fitting = (each for each in again if cases[place].fits(each.amount))
        if each := next(fitting, None):
            explained[place] = each
    return explained if len(explained) == len(places) else {}


def _shortest(low: Decimal, high: Decimal) -> Decimal:
    """The number of the fewest decimals between two others.

    >>> _shortest(Decimal("1.554314"), Decimal("1.554325"))
    Decimal('1.55432')
    """
    middle = EXACT.divide(EXACT.add(low, high), Decimal(2))
    for decimals in range(12):
        value = to_nearest(middle, Decimal(1).scaleb(-decimals))
        if low <= value <= high:
            return value
    return middle
