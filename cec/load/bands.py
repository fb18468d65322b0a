"""Whether the bands of a dose leave nobody out between them, and nobody in two of them.

The bands of one line are boxes: a stretch for each fact that any of them names. Between the lowest and the highest
bound of each fact every patient must be in exactly one box; what lies beyond is told, not refused: a regimen may be for
children alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from cec.conditions import stretch_of, words
from cec.facts.stretches import EVERYTHING, Cut, Stretch, common, is_empty
from cec.regimen import DoseBand

MOST_BANDS = 100
"""Bands of one drug line: each is held against every other."""

_YES_OR_NO = Stretch(Cut(EVERYTHING.low.number), Cut(EVERYTHING.low.number + 2))
"""Both answers: true and false lie at 1 and 0."""

Box = Mapping[str, Stretch]
"""The stretch of each fact; a fact that is absent may be anything."""


class BandFault(NamedTuple):
    """What is wrong with the bands, and at which of them, counted from 0."""

    band: int
    text: str


def band_faults(bands: Sequence[DoseBand]) -> Iterator[BandFault]:
    """Every patient whom two bands hold, and every one whom none holds between the lowest and the highest bound.

    >>> from cec.load.texts import read_condition
    >>> from cec.units import AMOUNT, read_quantity
    >>> bands = [DoseBand((read_condition("age", age),), read_quantity("6 mg", AMOUNT))
    ...          for age in ("under 1 year", "over 1 year, under 3 years", "at least 30 months")]
    >>> for fault in band_faults(bands):
    ...     print(fault.band + 1, fault.text)
    2 no band is for age exactly 1 year; let one band end where the next begins
    3 bands 2 and 3 are both for age at least 30 months, under 3 years; let one band end where the next begins
    """
    if len(bands) > MOST_BANDS:
        yield BandFault(MOST_BANDS, f"has more than {MOST_BANDS} bands; no table of doses has so many")
        return
    boxes = [_box(band) for band in bands]
    faults = [*_gaps(boxes, bands), *_overlaps(boxes, bands)]
    yield from sorted(faults, key=lambda fault: fault.band)


def beyond_bands(bands: Sequence[DoseBand]) -> tuple[str, ...]:
    """Who is below the lowest or above the highest bound, and so has no dose: in the words of a regimen file."""
    boxes = [_box(band) for band in bands]
    hull = _hull(boxes)
    return tuple(
        words(fact, stretch)
        for fact, (low, high) in hull.items()
        for stretch in (Stretch(EVERYTHING.low, low), Stretch(high, EVERYTHING.high))
        if not is_empty(stretch) and fact not in _yes_or_no(bands)
    )


def _box(band: DoseBand) -> Box:
    return {condition.fact: stretch_of(condition) for condition in band.when}


def _yes_or_no(bands: Sequence[DoseBand]) -> set[str]:
    """The facts that are true or false."""
    return {condition.fact for band in bands for condition in band.when if condition.is_so is not None}


def _hull(boxes: Sequence[Box]) -> dict[str, Stretch]:
    """By fact, from the lowest to the highest bound of all bands."""
    facts = dict.fromkeys(fact for box in boxes for fact in box)
    named = {fact: [box.get(fact, EVERYTHING) for box in boxes] for fact in facts}
    return {
        fact: Stretch(min(low for low, _ in stretches), max(high for _, high in stretches))
        for fact, stretches in named.items()
    }


def _gaps(boxes: Sequence[Box], bands: Sequence[DoseBand]) -> Iterator[BandFault]:
    """What no band has, each at the band above it."""
    left: list[Box] = [{**_hull(boxes), **dict.fromkeys(_yes_or_no(bands), _YES_OR_NO)}]
    for box in boxes:
        left = [rest for whole in left for rest in _without(whole, box)]
    for gap in left:
        yield BandFault(
            _above(gap, boxes), f"no band is for {_said(gap, bands)}; let one band end where the next begins"
        )


def _above(gap: Box, boxes: Sequence[Box]) -> int:
    """The first band that begins where the gap ends; the first one of all where none does."""
    for number, box in enumerate(boxes):
        if any(box.get(fact, EVERYTHING).low == stretch.high for fact, stretch in gap.items()):
            return number
    return 0


def _without(whole: Box, box: Box) -> Iterator[Box]:
    """What of a box lies outside another, in boxes."""
    rest = dict(whole)
    shared = {fact: common(stretch, box.get(fact, EVERYTHING)) for fact, stretch in whole.items()}
    if any(map(is_empty, shared.values())):
        yield whole
        return
    for fact, (low, high) in shared.items():
        for side in (Stretch(rest[fact].low, low), Stretch(high, rest[fact].high)):
            if not is_empty(side):
                yield {**rest, fact: side}
        rest[fact] = shared[fact]


def _overlaps(boxes: Sequence[Box], bands: Sequence[DoseBand]) -> Iterator[BandFault]:
    """What two bands have, each at the later of them."""
    for (first, box), (second, other) in combinations(enumerate(boxes), 2):
        facts = dict.fromkeys((*box, *other))
        shared = {fact: common(box.get(fact, EVERYTHING), other.get(fact, EVERYTHING)) for fact in facts}
        if not any(map(is_empty, shared.values())):
            text = f"bands {first + 1} and {second + 1} are both for {_said(shared, bands)}; "
            yield BandFault(second, f"{text}let one band end where the next begins")


def _said(box: Box, bands: Sequence[DoseBand]) -> str:
    """A box in the words of a regimen file, without what may be anything."""
    asked = _yes_or_no(bands)
    texts = []
    for fact, stretch in box.items():
        if fact in asked:
            texts += [] if stretch == _YES_OR_NO else [f"{fact} {'true' if stretch.low.number else 'false'}"]
        elif stretch != EVERYTHING:
            texts.append(words(fact, stretch))
    return " and ".join(texts) or "every patient"
