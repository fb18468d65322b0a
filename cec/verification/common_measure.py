"""The one BSA, or the one weight, from which several wrong doses of an order were computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from cec.calculate.rounding import to_nearest
from cec.facts import FACTS, Bounds
from cec.order import Measures
from cec.regimen import entry_of
from cec.units import AMOUNT, EXACT, Quantity, convert, dose_unit, write_number
from cec.verification.case import Candidate, Case, recomputed, unrounded_dose
from cec.verification.measure_mistakes import remeasured

COARSEST = Decimal("0.02")
"""Half of the last written digit as a part of an amount, up to which two such amounts tell of one measure."""

MOST_WEIGHTS = 50
"""Weights that are tried where the digits of a dose per kg leave several open."""


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
        if explained := _of_one_measure(multiplier, cases, _by_measure(cases, places, measure)):
            found[multiplier.mistake] = explained
    if explained := _of_one_weight(cases, places):
        found[_MULTIPLIERS["weight"].mistake] = explained
    return found


def _by_measure(cases: Mapping[int, Case], places: Sequence[int], measure: str) -> list[int]:
    return [place for place in places if dose_unit(cases[place].dose.prescribed.unit).measure == measure]


def _of_one_ratio(cases: Mapping[int, Case], places: Sequence[int]) -> tuple[list[int], Decimal, Decimal]:
    """Most cases whose written amounts may be the same part of the right ones, with the bounds of that part."""
    bounds: dict[int, tuple[Decimal, Decimal]] = {}
    for place in places:
        case, dose = cases[place], unrounded_dose(cases[place].dose)
        if dose and (case.line.maximum is None or dose < case.line.maximum.value):
            low, high = (case.written.value + half for half in (-_half_step(case), _half_step(case)))
            bounds[place] = EXACT.divide(low, dose), EXACT.divide(high, dose)
    best: list[int] = []
    for start, _ in bounds.values():
        together = [place for place, (low, high) in bounds.items() if low <= start <= high]
        best = max(best, together, key=lambda group: (_fine(cases, group), len(group)))
    lows, highs = ([bounds[place][side] for place in best] for side in (0, 1))
    return best, max(lows, default=Decimal(0)), min(highs, default=Decimal(0))


def _fine(cases: Mapping[int, Case], places: Iterable[int]) -> int:
    """How many written amounts have digits enough to tell of one measure."""
    return sum(_half_step(cases[place]) <= EXACT.multiply(cases[place].written.value, COARSEST) for place in places)


def _half_step(case: Case) -> Decimal:
    """Half of what a written amount may have been rounded to: its last digit, or the pharmacy's step."""
    rule = entry_of(case.line.drug, case.order.pharmacy.dose_rounding)
    if rule is None or rule.way != "nearest" or rule.to is None:
        return case.half_step
    return max(case.half_step, EXACT.divide(convert(rule.to, case.dose.ordered.unit, AMOUNT).value, Decimal(2)))


def _of_one_weight(cases: Mapping[int, Case], places: Sequence[int]) -> dict[int, Candidate]:
    """Wrong doses per kg and per m2 together, where one weight, to 0.1 kg, gives all of them."""
    by_weight, by_area = (_by_measure(cases, places, measure) for measure in ("weight", "bsa"))
    of_one_ratio, low, high = _of_one_ratio(cases, by_weight)
    of_one_area, _, _ = _of_one_ratio(cases, by_area)
    if not of_one_area or not of_one_ratio or _fine(cases, (*of_one_area, *of_one_ratio)) < 2:
        return {}
    case = cases[of_one_area[0]]
    usual = case.measures.weight.value
    tenths = range(int(EXACT.multiply(usual, low) * 10), int(EXACT.multiply(usual, high) * 10) + 2)
    weights = [EXACT.divide(Decimal(tenth), Decimal(10)) for tenth in tenths[:MOST_WEIGHTS]]
    for weight in sorted(weights, key=lambda weight: weight != int(weight)):
        words = _words(weight, usual, "kg")
        for _, _, _, measures in remeasured(case.order, case.measures, words, weight=Quantity(weight, "kg")):
            explained = _computed_from(measures, words, cases, [*by_weight, *by_area])
            if {*of_one_ratio, *of_one_area} <= set(explained):
                return explained
    return {}


def _of_one_measure(multiplier: _Multiplier, cases: Mapping[int, Case], places: Sequence[int]) -> dict[int, Candidate]:
    """Wrong doses of one kind, computed again with the measure of the fewest digits that gives most of them."""
    of_one_ratio, low, high = _of_one_ratio(cases, places)
    if _fine(cases, of_one_ratio) < 2:
        return {}
    measures = cases[of_one_ratio[0]].measures
    usual = multiplier.value(measures)
    value = _shortest(EXACT.multiply(usual, low), EXACT.multiply(usual, high))
    if multiplier.bounds and not multiplier.bounds.hold(value):
        return {}
    words = _words(value, usual, multiplier.unit)
    explained = _computed_from(multiplier.replaced(measures, value), words, cases, places)
    return explained if set(of_one_ratio) <= set(explained) else {}


def _computed_from(
    measures: Measures, words: str, cases: Mapping[int, Case], places: Sequence[int]
) -> dict[int, Candidate]:
    """The cases that other measures explain."""
    explained = {}
    for place in places:
        again = recomputed(cases[place], words, measures=measures)
        fitting = (each for each in again if cases[place].fits(each.amount))
        if each := next(fitting, None):
            explained[place] = each
    return explained


def _words(value: Decimal, usual: Decimal, unit: str) -> str:
    percent = write_number(to_nearest(EXACT.divide(value * 100, usual), Decimal("0.1")))
    return f"computed for {write_number(value)} {unit}, {percent}% of {write_number(usual)} {unit}"


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
