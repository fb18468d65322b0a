"""The one BSA, or the one weight, from which several wrong doses of an order were computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from msgspec.structs import replace

from cec.calculate.measures import Measured
from cec.calculate.rounding import to_nearest
from cec.facts import FACTS, Bounds
from cec.units import EXACT, Exact, Quantity, exact, write_number
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
        lambda measured, area: replace(measured, bsa=exact(area)),
        FACTS["bsa"].plausible,
    ),
    "weight": _Multiplier(
        "another weight",
        "kg",
        lambda measured: exact(measured.shown.weight),
        lambda measured, weight: replace(measured, shown=replace(measured.shown, weight=weight)),
        FACTS["weight"].possible,
    ),
}


class _Ratio(NamedTuple):
    """The part of the right ones that several written amounts may be, so far as their digits tell."""

    places: Sequence[int]
    low: Fraction
    high: Fraction
    fine: int
    """How many of them have digits enough to tell of one measure."""


def common_measures(cases: Mapping[int, Case], places: Sequence[int]) -> dict[str, dict[int, Candidate]]:
    """By the mistake's name, the cases (by their places) that one other BSA or one other weight explains."""
    by_measure = {name: [place for place in places if cases[place].per == name] for name in _MULTIPLIERS}
    ratios = {name: _of_one_ratio(cases, of_measure) for name, of_measure in by_measure.items()}
    found = {}
    for name, multiplier in _MULTIPLIERS.items():
        if explained := _of_one_measure(multiplier, cases, by_measure[name], ratios[name]):
            found[multiplier.mistake] = explained
    if explained := _of_one_weight(cases, [*by_measure["weight"], *by_measure["bsa"]], **ratios):
        found[_MULTIPLIERS["weight"].mistake] = explained
    return found


def _of_one_ratio(cases: Mapping[int, Case], places: Sequence[int]) -> _Ratio:
    """Most cases whose written amounts may be the same part of the right ones, with the bounds of that part."""
    bounds: dict[int, tuple[Fraction, Fraction]] = {}
    fine = set()
    for place in places:
        case, dose = cases[place], cases[place].unrounded
        if dose and (case.dose.maximum is None or dose < case.dose.maximum.value):
            written, half_step = Fraction(case.written.value), _half_step(case)
            bounds[place] = (written - half_step) / dose, (written + half_step) / dose
            if half_step <= written * COARSEST:
                fine.add(place)
    best: list[int] = []
    for start, _ in bounds.values():
        together = [place for place, (low, high) in bounds.items() if low <= start <= high]
        best = max(best, together, key=lambda group: (len(fine.intersection(group)), len(group)))
    lows, highs = ([bounds[place][side] for place in best] for side in (0, 1))
    least, most = max(lows, default=Fraction(0)), min(highs, default=Fraction(0))
    return _Ratio(best, least, most, len(fine.intersection(best)))


def _half_step(case: Case) -> Fraction:
    """Half of what a written amount may have been rounded to: its last digit, or the pharmacy's step."""
    return max(Fraction(case.half_step), (rounding_step(case) or Fraction(0)) / 2)


def _of_one_weight(
    cases: Mapping[int, Case], places: Sequence[int], *, weight: _Ratio, bsa: _Ratio
) -> dict[int, Candidate]:
    """Wrong doses per kg and per m2 together, where one weight, to 0.1 kg, gives all of them."""
    if not weight.places or not bsa.places or weight.fine + bsa.fine < 2:
        return {}
    case = cases[bsa.places[0]]
    usual = exact(case.measured.shown.weight)
    tenths = range(int(usual.number * weight.low * 10), int(usual.number * weight.high * 10) + 2)
    weights = [Quantity(Decimal(tenth).scaleb(-1, EXACT), "kg") for tenth in tenths[:MOST_WEIGHTS]]
    for each in sorted(weights, key=lambda weight: weight.value != int(weight.value)):
        for other in remeasured(case.order, case.measured, "", weight=each):
            if explained := _computed_from(other, cases, places, needed=[*weight.places, *bsa.places]):
                return _in_words(explained, each, usual)
    return {}


def _of_one_measure(
    multiplier: _Multiplier, cases: Mapping[int, Case], places: Sequence[int], ratio: _Ratio
) -> dict[int, Candidate]:
    """Wrong doses of one kind, computed again with the measure of the fewest digits that gives most of them."""
    if ratio.fine < 2:
        return {}
    measured = cases[ratio.places[0]].measured
    usual = multiplier.value(measured)
    value = Quantity(_shortest(usual.number * ratio.low, usual.number * ratio.high), multiplier.unit)
    if multiplier.bounds and not multiplier.bounds.hold(value.value):
        return {}
    other = already_measured("", multiplier.replaced(measured, value))
    return _in_words(_computed_from(other, cases, places, needed=ratio.places), value, usual)


def _computed_from(
    other: OtherMeasures, cases: Mapping[int, Case], places: Sequence[int], *, needed: Sequence[int]
) -> dict[int, Candidate]:
    """The cases that other measures explain; none where they do not explain all that are needed."""

    def may_fit_all(spans: MeasureSpans) -> bool:
        return all(may_fit(cases[place], spans) for place in needed)

    for measured in other.measured.values() if may_fit_all(other.spans) else ():
        if may_fit_all(spans_of(measured)):
            fitting = {place: _fitting(cases[place], measured) for place in places}
            explained = {place: each for place, each in fitting.items() if each}
            if explained.keys() >= set(needed):
                return explained
    return {}


def _fitting(case: Case, measured: Measured) -> Candidate | None:
    """The written amount, computed from other measures; None where it is another."""
    return next((each for each in recomputed(case, measured=measured) if case.fits(each.amount)), None)


def _in_words(explained: Mapping[int, Candidate], value: Quantity, usual: Exact) -> dict[int, Candidate]:
    """What a measure explains, with how large it is of the one of the order."""
    words = _words(value, usual) if explained else ""
    return {place: each._replace(words=words) for place, each in explained.items()}


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
