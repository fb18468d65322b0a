"""The one BSA, or the one weight, from which several wrong doses of an order were computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import msgspec

from cec.calculate.measures import Measured
from cec.calculate.rounding import to_nearest
from cec.facts import FACTS, Bounds
from cec.units import EXACT, Exact, Quantity, dose_unit, exact, write_number
from cec.verification.case import Candidate, Case, OtherMeasures, may_fit, recomputed, rounding_step
from cec.verification.measure_mistakes import already_measured, remeasured
from cec.verification.screening import MeasureSpans, spans_of

COARSEST = Fraction("0.02")
"""Half of the last written digit as a part of an amount, up to which two such amounts tell of one measure."""

MOST_WEIGHTS = 50
"""Weights that are tried where the digits of a dose per kg leave several open."""


class _Multiplier(NamedTuple):
    """A measure that doses are multiplied by, how to change it, and how small and large it can be."""

    mistake: str
    unit: str
    value: Callable[[Measured], Exact]
    replaced: Callable[[Measured, Quantity], Measured]
    bounds: Bounds | None


_MULTIPLIERS = {
    "bsa": _Multiplier(
        "another BSA",
        "m2",
        lambda measured: measured.bsa,
        lambda measured, area: measured._replace(bsa=exact(area)),
        FACTS["bsa"].plausible,
    ),
    "weight": _Multiplier(
        "another weight",
        "kg",
        lambda measured: exact(measured.shown.weight),
        lambda measured, weight: measured._replace(shown=msgspec.structs.replace(measured.shown, weight=weight)),
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


def _of_one_ratio(cases: Mapping[int, Case], places: Sequence[int]) -> tuple[list[int], Fraction, Fraction]:
    """Most cases whose written amounts may be the same part of the right ones, with the bounds of that part."""
    bounds: dict[int, tuple[Fraction, Fraction]] = {}
    for place in places:
        case, dose = cases[place], cases[place].unrounded
        if dose and (case.dose.maximum is None or dose < case.dose.maximum.value):
            written, half_step = Fraction(case.written.value), _half_step(case)
            bounds[place] = (written - half_step) / dose, (written + half_step) / dose
    best: list[int] = []
    for start, _ in bounds.values():
        together = [place for place, (low, high) in bounds.items() if low <= start <= high]
        best = max(best, together, key=lambda group: (_fine(cases, group), len(group)))
    lows, highs = ([bounds[place][side] for place in best] for side in (0, 1))
    return best, max(lows, default=Fraction(0)), min(highs, default=Fraction(0))


def _fine(cases: Mapping[int, Case], places: Iterable[int]) -> int:
    """How many written amounts have digits enough to tell of one measure."""
    return sum(_half_step(cases[place]) <= Fraction(cases[place].written.value) * COARSEST for place in places)


def _half_step(case: Case) -> Fraction:
    """Half of what a written amount may have been rounded to: its last digit, or the pharmacy's step."""
    return max(Fraction(case.half_step), (rounding_step(case) or Fraction(0)) / 2)


def _of_one_weight(cases: Mapping[int, Case], places: Sequence[int]) -> dict[int, Candidate]:
    """Wrong doses per kg and per m2 together, where one weight, to 0.1 kg, gives all of them."""
    by_weight, by_area = (_by_measure(cases, places, measure) for measure in ("weight", "bsa"))
    of_one_ratio, low, high = _of_one_ratio(cases, by_weight)
    of_one_area, _, _ = _of_one_ratio(cases, by_area)
    if not of_one_area or not of_one_ratio or _fine(cases, (*of_one_area, *of_one_ratio)) < 2:
        return {}
    case = cases[of_one_area[0]]
    usual = exact(case.measured.shown.weight)
    tenths = range(int(usual.number * low * 10), int(usual.number * high * 10) + 2)
    weights = [Quantity(Decimal(tenth).scaleb(-1, EXACT), "kg") for tenth in tenths[:MOST_WEIGHTS]]
    for weight in sorted(weights, key=lambda weight: weight.value != int(weight.value)):
        words = _words(weight, usual)
        for other in remeasured(case.order, case.measured, words, weight=weight):
            places, needed = [*by_weight, *by_area], [*of_one_ratio, *of_one_area]
            if explained := _computed_from(other, cases, places, needed=needed):
                return explained
    return {}


def _of_one_measure(multiplier: _Multiplier, cases: Mapping[int, Case], places: Sequence[int]) -> dict[int, Candidate]:
    """Wrong doses of one kind, computed again with the measure of the fewest digits that gives most of them."""
    of_one_ratio, low, high = _of_one_ratio(cases, places)
    if _fine(cases, of_one_ratio) < 2:
        return {}
    measured = cases[of_one_ratio[0]].measured
    usual = multiplier.value(measured)
    value = Quantity(_shortest(usual.number * low, usual.number * high), multiplier.unit)
    if multiplier.bounds and not multiplier.bounds.hold(value.value):
        return {}
    other = already_measured(_words(value, usual), multiplier.replaced(measured, value))
    return _computed_from(other, cases, places, needed=of_one_ratio)


def _computed_from(
    other: OtherMeasures, cases: Mapping[int, Case], places: Sequence[int], *, needed: Sequence[int]
) -> dict[int, Candidate]:
    """The cases that other measures explain; none where they do not explain all that are needed."""

    def may_fit_all(spans: MeasureSpans) -> bool:
        return all(may_fit(cases[place], spans) for place in needed)

    for measured in other.measured.values() if may_fit_all(other.spans) else ():
        if may_fit_all(spans_of(measured)):
            fitting = {place: _fitting(cases[place], other.words, measured) for place in places}
            explained = {place: each for place, each in fitting.items() if each}
            if explained.keys() >= set(needed):
                return explained
    return {}


def _fitting(case: Case, words: str, measured: Measured) -> Candidate | None:
    """The written amount, computed from other measures; None where it is another."""
    again = recomputed(case, words, measured=measured)
    return next((each for each in again if case.fits(each.amount)), None)


def _words(value: Quantity, usual: Exact) -> str:
    percent = write_number(to_nearest(Fraction(value.value) * 100 / usual.number, Decimal("0.1")))
    return f"computed for {value}, {percent}% of {usual}"


def _shortest(low: Fraction, high: Fraction) -> Decimal:
    """The number of the fewest decimals between two others, of 12 decimals where they lie very near to each other.

    >>> _shortest(Fraction("1.554314"), Fraction("1.554325"))
    Decimal('1.55432')
    """
    middle = (low + high) / 2
    nearest = (to_nearest(middle, Decimal(1).scaleb(-decimals)) for decimals in range(13))
    return next((value for value in nearest if low <= value <= high), to_nearest(middle, Decimal("1e-12")))
