"""Which mistakes explain the wrong doses of an order: all of them are judged together.

A mistake fits where its amount, rounded to the digits that are written, is the written one; what only rounding explains
is no mistake. What explains most drugs comes first and is told once. A right dose
contradicts a mistake in what all doses are computed from.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cec.calculate.rounding import deviation_percent
from cec.verification.case import Candidate, Case, recomputed, with_right_amounts
from cec.verification.common_measure import common_measures
from cec.verification.measure_mistakes import MEASURE_MISTAKES
from cec.verification.mistakes import MISTAKES
from cec.verification.outcome import Explanation, SharedExplanation

ROUNDED = "the expected dose, rounded to the digits that are written, is the same"


class Cause(NamedTuple):
    """One mistake in one way: the same for all drugs that it explains."""

    mistake: str
    kind: str
    variant: Hashable


Explained = dict[int, Candidate]
"""The cases that one cause explains, by their places, each with what the cause leads to."""


class Explanations(NamedTuple):
    """What explains each case, by its place, and what explains several of them at once."""

    single: Mapping[int, tuple[Explanation, ...]]
    shared: tuple[SharedExplanation, ...]
    hints: Mapping[int, str]
    """What else is to be said of a case."""


def explain(cases: Mapping[int, Case], wrong: Sequence[int], tolerance: Decimal) -> Explanations:
    """What explains the wrong ones among the written amounts of one order; all stand by the places of their doses.

    A dose within `tolerance` (percent) of the right one is not an explanation for a wrong one.
    """
    cases = {place: with_right_amounts(case) for place, case in cases.items()} if wrong else {}
    rounded = [place for place in wrong if _distance_to_right(cases[place]) <= cases[place].half_step]
    places = [place for place in wrong if cases[place].written.value]
    found = _fitting(cases, places, tolerance)
    agreeing = [case for place, case in cases.items() if place not in wrong or place in rounded]
    found = {cause: explained for cause, explained in found.items() if not _is_contradicted(cause, agreeing)}
    found |= _by_common_measures(found, cases, [place for place in places if place not in rounded])
    widths = {place: _width(found, place) for place in places}
    kept = {
        cause: {place: each for place, each in explained.items() if len(explained) == widths[place]}
        for cause, explained in found.items()
    }
    return Explanations(
        single={place: _of_one(kept, place) for place in places},
        shared=_of_several(kept, {place: case.dose.drug for place, case in cases.items()}),
        hints=_hints(rounded, _alike_by_maximum(kept, cases)),
    )


def _by_common_measures(
    found: Mapping[Cause, Explained], cases: Mapping[int, Case], places: Sequence[int]
) -> dict[Cause, Explained]:
    """Another BSA or weight, where it explains more drugs than every cause that explains any of them."""
    widths = {place: _width(found, place) for place in places}
    if all(width >= len(places) for width in widths.values()):
        return {}
    return {
        Cause(mistake, mistake, ""): explained
        for mistake, explained in common_measures(cases, places).items()
        if len(explained) > max(widths[place] for place in explained)
    }


def _hints(rounded: Sequence[int], alike: Mapping[int, str]) -> dict[int, str]:
    """What else is to be said of each case."""
    hints = {place: [ROUNDED] for place in rounded}
    for place, text in alike.items():
        hints.setdefault(place, []).append(text)
    return {place: "; ".join(texts) for place, texts in hints.items()}


def _width(found: Mapping[Cause, Explained], place: int) -> int:
    """How many drugs the widest cause of a case explains."""
    return max((len(explained) for explained in found.values() if place in explained), default=0)


def _alike_by_maximum(found: Mapping[Cause, Explained], cases: Mapping[int, Case]) -> dict[int, str]:
    """The cases in which several causes all lead to the regimen's maximum."""
    hints = {}
    for place, case in cases.items():
        if maximum := case.dose.maximum:
            mistakes = {
                cause.mistake
                for cause, explained in found.items()
                if place in explained and explained[place].amount == maximum.value
            }
            if len(mistakes) > 1:
                hints[place] = f"the maximum of {maximum} makes these alike"
    return hints


def _distance_to_right(case: Case) -> Fraction:
    """How far a written amount lies from the right one, however that is rounded."""
    return min(map(case.distance, case.right))


def _fitting(cases: Mapping[int, Case], places: Sequence[int], tolerance: Decimal) -> dict[Cause, Explained]:
    """Every cause with the drugs whose written amounts it explains."""
    found: dict[Cause, Explained] = {}
    to_right = {place: _distance_to_right(cases[place]) for place in places}
    for mistake, candidates in MISTAKES.items():
        for place in places:
            case = cases[place]
            for each in candidates(case):
                if not case.fits(each.amount) or case.distance(each.amount) >= to_right[place]:
                    continue
                expected = case.dose.ordered.value
                if not expected or abs(deviation_percent(each.amount, expected)) > tolerance:
                    found.setdefault(Cause(mistake, each.kind, each.variant), {}).setdefault(place, each)
    return found


def _is_contradicted(cause: Cause, agreeing: Sequence[Case]) -> bool:
    """Whether a dose that agrees would be another, had this mistake been made with what all are computed from."""
    return cause.mistake in MEASURE_MISTAKES and any(_contradicts(cause, case) for case in agreeing)


def _contradicts(cause: Cause, case: Case) -> bool:
    """Whether the written amount lies nearer to the right one than to what the cause would have made of it."""
    wrong = [
        case.distance(each.amount)
        for other in case.measured_wrong(cause.mistake, case.measured.shown.from_day)
        if other.kind == cause.kind and cause.variant in other.measured
        for each in recomputed(case, measured=other.measured[cause.variant])
    ]
    return bool(wrong) and min(wrong) > max(Fraction(case.half_step), _distance_to_right(case))


def _of_one(found: Mapping[Cause, Explained], place: int) -> tuple[Explanation, ...]:
    """What explains one case: of each mistake every kind, in its first variant."""
    texts: dict[str, dict[str, str]] = {}
    for cause, explained in found.items():
        if place in explained:
            texts.setdefault(cause.mistake, {}).setdefault(cause.kind, _text(explained[place]))
    return tuple(Explanation(mistake, " or ".join(dict.fromkeys(kinds.values()))) for mistake, kinds in texts.items())


def _of_several(found: Mapping[Cause, Explained], drugs: Mapping[int, str]) -> tuple[SharedExplanation, ...]:
    """What explains several cases at once, with the working of each."""
    shared: dict[tuple[str, tuple[str, ...], str], SharedExplanation] = {}
    for cause, explained in found.items():
        if len(explained) > 1:
            names = tuple(drugs[place] for place in sorted(explained))
            workings = "; ".join(f"{drugs[place]} {explained[place].working}" for place in sorted(explained))
            words = next(iter(explained.values())).words
            is_told_by_words = not any(each.working for each in explained.values())
            text = words if is_told_by_words else ": ".join(filter(None, (words, workings)))
            shared.setdefault((cause.mistake, names, cause.kind), SharedExplanation(cause.mistake, names, text))
    return tuple(sorted(shared.values(), key=lambda each: -len(each.drugs)))


def _text(each: Candidate) -> str:
    return ": ".join(filter(None, (each.words, each.working)))
