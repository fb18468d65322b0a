"""Whether the conditions of several doses leave no patient out between them, and hold none twice.

Conditions are boxes: a stretch for each fact that any of them names. Between the lowest and the highest bound of each
fact every patient whom the line is for must be in exactly one box; who lies beyond is told and not refused, for a
regimen may be for children alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations, product

from msgspec import Struct

from cec.conditions import stretch_of, words
from cec.facts.stretches import EVERYTHING, Cut, Stretch, common, is_empty
from cec.regimen import AnyOf, Conditions, DoseEntry

_YES_OR_NO = Stretch(Cut(EVERYTHING.low.number), Cut(EVERYTHING.low.number + 2))
"""Both answers: true and false lie at 1 and 0."""

Box = Mapping[str, Stretch]
"""The stretch of each fact; a fact that is absent may be anything."""


class EntryFault(Struct, frozen=True):
    """What is wrong with the entries of a line, and at which of them, counted from 0."""

    entry: int
    text: str


def faults_of_groups(
    entries: Sequence[DoseEntry], only: AnyOf = (), numbers: Sequence[int] = ()
) -> Iterator[EntryFault]:
    """Every patient whom two entries hold, and every one whom none holds between the lowest and the highest bound.

    `only` says whom the line is for: nobody else matters. `numbers` are those of the entries in their line, from 0.

    >>> from cec.load.conditions import read_condition
    >>> from cec.units import AMOUNT, read_quantity
    >>> entries = [DoseEntry(read_quantity("6 mg", AMOUNT), (read_condition("age", age),))
    ...            for age in ("under 1 year", "over 1 year, under 3 years", "at least 30 months")]
    >>> for fault in faults_of_groups(entries):
    ...     print(fault.entry + 1, fault.text)
    2 no entry is for age exactly 1 year; let one end where the next begins
    3 entries 2 and 3 are both for age at least 30 months, under 3 years; let one end where the next begins
    """
    if len(entries) < 2 and not any(entry.when for entry in entries):
        return
    groups = dict(zip(numbers or range(len(entries)), (_boxes(entry.for_whom) for entry in entries), strict=True))
    patients = _boxes(only)
    answers = _yes_or_no([*(conditions for entry in entries for conditions in entry.for_whom), *only])
    faults = [*_gaps(groups, patients, answers), *_overlaps(groups, patients, answers)]
    yield from sorted(faults, key=lambda fault: fault.entry)


def beyond_entries(entries: Sequence[DoseEntry], only: AnyOf = ()) -> tuple[str, ...]:
    """Who is below the lowest or above the highest bound, and so has no dose: in the words of a regimen file."""
    conditions = [each for entry in entries for each in entry.for_whom]
    patients = _boxes(only)
    return tuple(
        words(fact, stretch)
        for fact, (low, high) in _around(_boxes(conditions)).items()
        for stretch in (Stretch(EVERYTHING.low, low), Stretch(high, EVERYTHING.high))
        if fact not in _yes_or_no(conditions) and any(_shared({fact: stretch}, box) for box in patients)
    )


def _boxes(any_of: Sequence[Conditions]) -> list[Box]:
    """The boxes of conditions of which any may hold; one of everybody where there are none."""
    return [{condition.fact: stretch_of(condition) for condition in conditions} for conditions in any_of] or [{}]


def _yes_or_no(several: Sequence[Conditions]) -> set[str]:
    """The facts that are true or false."""
    return {condition.fact for conditions in several for condition in conditions if condition.is_so is not None}


def _around(boxes: Sequence[Box]) -> dict[str, Stretch]:
    """By fact, from the lowest to the highest bound of all boxes."""
    facts = dict.fromkeys(fact for box in boxes for fact in box)
    stretches = {fact: [box.get(fact, EVERYTHING) for box in boxes] for fact in facts}
    return {
        fact: Stretch(min(low for low, _ in of_fact), max(high for _, high in of_fact))
        for fact, of_fact in stretches.items()
    }


def _shared(box: Box, other: Box) -> dict[str, Stretch] | None:
    """What lies in both; None where nothing does."""
    facts = dict.fromkeys((*box, *other))
    shared = {fact: common(box.get(fact, EVERYTHING), other.get(fact, EVERYTHING)) for fact in facts}
    return None if any(map(is_empty, shared.values())) else shared


def _gaps(groups: Mapping[int, Sequence[Box]], patients: Sequence[Box], answers: set[str]) -> Iterator[EntryFault]:
    """Patients whom no entry has, each group of them at the entry above it."""
    boxes = list(chain.from_iterable(groups.values()))
    around = {**_around(boxes), **dict.fromkeys(answers, _YES_OR_NO)}
    gaps: list[Box] = [shared for each in patients if (shared := _shared(around, each)) is not None]
    for box in boxes:
        gaps = [rest for whole in gaps for rest in _outside(whole, box)]
    for gap in gaps:
        text = f"no entry is for {_in_words(gap, answers)}; let one end where the next begins"
        yield EntryFault(_entry_above(gap, groups), text)


def _entry_above(gap: Box, groups: Mapping[int, Sequence[Box]]) -> int:
    """The first entry that begins where the gap ends; the first of all where none does."""
    for number, boxes in groups.items():
        if any(box.get(fact, EVERYTHING).low == stretch.high for box in boxes for fact, stretch in gap.items()):
            return number
    return next(iter(groups))


def _outside(whole: Box, box: Box) -> Iterator[Box]:
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


def _overlaps(groups: Mapping[int, Sequence[Box]], patients: Sequence[Box], answers: set[str]) -> Iterator[EntryFault]:
    """Patients whom two entries have, each group of them at the later entry."""
    for (first, boxes), (second, others) in combinations(groups.items(), 2):
        shared = (_shared(box, other) for box, other in product(boxes, others))
        of_patients = (_shared(both, each) for both in shared if both is not None for each in patients)
        both = next((each for each in of_patients if each is not None), None)
        if both is not None:
            text = f"entries {first + 1} and {second + 1} are both for {_in_words(both, answers)}"
            yield EntryFault(second, f"{text}; let one end where the next begins")


def _in_words(box: Box, answers: set[str]) -> str:
    """A box as a regimen file says it, without what may be anything."""
    texts = []
    for fact, stretch in box.items():
        if fact in answers:
            texts += [] if stretch == _YES_OR_NO else [f"{fact} {'true' if stretch.low.number else 'false'}"]
        elif stretch != EVERYTHING:
            texts.append(words(fact, stretch))
    return " and ".join(texts) or "every patient"
