"""Whether the doses of one line leave nobody out between them, and nobody in two of them.

The conditions of an entry are boxes: a stretch for each fact that any of them names. Between the lowest and the highest
bound of each fact every patient whom the line is for must be in exactly one entry; what lies beyond is told, not
refused: a regimen may be for children alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations, product

from msgspec import Struct

from cec.conditions import stretch_of, words
from cec.days import LAST_DAY, Series, holds, numbers_of
from cec.facts.stretches import EVERYTHING, Cut, Stretch, common, is_empty
from cec.regimen import AnyOf, Conditions, DoseEntry, DrugLine
from cec.units import span

MOST_ENTRIES = 100
"""Doses of one drug line: each is held against every other."""

_YES_OR_NO = Stretch(Cut(EVERYTHING.low.number), Cut(EVERYTHING.low.number + 2))
"""Both answers: true and false lie at 1 and 0."""

Box = Mapping[str, Stretch]
"""The stretch of each fact; a fact that is absent may be anything."""


class EntryFault(Struct, frozen=True):
    """What is wrong with the entries, and at which of them, counted from 0."""

    entry: int
    text: str


def entry_faults(line: DrugLine) -> Iterator[EntryFault]:
    """What is wrong with the doses of a line: on each of its days, in each cycle, just one is for each patient."""
    entries = line.entries
    if len(entries) > MOST_ENTRIES:
        yield EntryFault(MOST_ENTRIES, f"has more than {MOST_ENTRIES} entries; no table of doses has so many")
        return
    used: set[int] = set()
    found: dict[EntryFault, None] = {}
    days = _first_of_each([entry.days for entry in entries], _days(line))
    cycles = _first_of_each([entry.cycles for entry in entries], numbers_of(line.cycles or (Series(1),)))
    for (on_day, day), (in_cycle, cycle) in product(days.items(), cycles.items()):
        numbers = sorted(on_day & in_cycle)
        used.update(numbers)
        if not numbers:
            of_cycle = f" of cycle {cycle}" if any(entry.cycles for entry in entries) else ""
            found[EntryFault(0, f"no entry is for day {day}{of_cycle}{_lines_apart(entries)}")] = None
        for fault in faults_of_facts([entries[number] for number in numbers], line.only, numbers):
            found[fault] = None
    first_day = min(_days(line))
    for number, entry in enumerate(entries):
        if entry.step and any(entry.is_on(first_day, cycle) for cycle in cycles.values()):
            found[EntryFault(number, f"has no day before day {first_day}, than which it could be {entry.step}")] = None
        if entry.step and not entry.each_day and any(_is_on_several(entry, line, cycle) for cycle in cycles.values()):
            found[EntryFault(number, _once_or_each_day(entry))] = None
        if entry.step and {each.dose.unit for each in entries} != {entry.dose.unit}:
            found[
                EntryFault(number, f"all doses must be in {entry.dose.unit} for one to be {entry.step} than another")
            ] = None
    unused = (number for number in range(len(entries)) if number not in used)
    found |= {EntryFault(number, "is for none of the days and cycles of the line"): None for number in unused}
    yield from sorted(found, key=lambda fault: fault.entry)


def _lines_apart(entries: Sequence[DoseEntry]) -> str:
    """What to do where a drug is given on other days in some cycles, which is no matter of entries."""
    is_both = any(entry.days for entry in entries) and any(entry.cycles for entry in entries)
    return "; where the days differ by cycle, write a line for each, with days and cycles of its own" if is_both else ""


def _days(line: DrugLine) -> tuple[int, ...]:
    """The days of a line, with those of its repeats, in the longest cycle."""
    of_entries = sorted({day for entry in line.entries for day in numbers_of(entry.days)})
    named = numbers_of(line.days) or tuple(of_entries) or (1,)
    if line.repeat is None:
        return named
    return tuple(sorted({day for first in named for day in range(first, LAST_DAY + 1, span(line.repeat).days)}))


def _is_on_several(entry: DoseEntry, line: DrugLine, cycle: int) -> bool:
    return sum(entry.is_on(day, cycle) for day in _days(line)) > 1


def _once_or_each_day(entry: DoseEntry) -> str:
    """What is wrong with a step on several days: a step at their beginning is not told from one on each of them."""
    return (
        f"'{entry.words}' on several days would be so much {entry.step} on each of them than on the day before: "
        f"write {entry.words} each day where that is meant, else the dose itself"
    )


def _first_of_each(several: Sequence[Sequence[int | Series]], numbers: Sequence[int]) -> dict[frozenset[int], int]:
    """Which of several lists (an empty one is of all) hold a number: each such set of them, with its first number."""
    if not any(several):
        return {frozenset(range(len(several))): number for number in numbers[:1]}
    found: dict[frozenset[int], int] = {}
    for number in numbers:
        found.setdefault(
            frozenset(place for place, each in enumerate(several) if not each or holds(number, each)), number
        )
    return found


def faults_of_facts(
    entries: Sequence[DoseEntry], only: AnyOf = (), numbers: Sequence[int] = ()
) -> Iterator[EntryFault]:
    """Every patient whom two entries hold, and every one whom none holds between the lowest and the highest bound.

    `only` says whom the line is for: nobody else matters. `numbers` are those of the entries in their line, from 0.

    >>> from cec.load.conditions import read_condition
    >>> from cec.units import AMOUNT, read_quantity
    >>> entries = [DoseEntry(read_quantity("6 mg", AMOUNT), (read_condition("age", age),))
    ...            for age in ("under 1 year", "over 1 year, under 3 years", "at least 30 months")]
    >>> for fault in faults_of_facts(entries):
    ...     print(fault.entry + 1, fault.text)
    2 no entry is for age exactly 1 year; let one end where the next begins
    3 entries 2 and 3 are both for age at least 30 months, under 3 years; let one end where the next begins
    """
    if len(entries) < 2 and not any(entry.when for entry in entries):
        return
    places = numbers or range(len(entries))
    boxes = [_boxes(entry.for_whom) for entry in entries]
    whom = _boxes(only)
    asked = _yes_or_no([*(conditions for entry in entries for conditions in entry.for_whom), *only])
    faults = [*_gaps(boxes, whom, asked, places), *_overlaps(boxes, whom, asked, places)]
    yield from sorted(faults, key=lambda fault: fault.entry)


def beyond_entries(entries: Sequence[DoseEntry], only: AnyOf = ()) -> tuple[str, ...]:
    """Who is below the lowest or above the highest bound, and so has no dose: in the words of a regimen file."""
    conditions = [each for entry in entries for each in entry.for_whom]
    hull, whom = _hull(list(map(_box, conditions))), _boxes(only)
    return tuple(
        words(fact, stretch)
        for fact, (low, high) in hull.items()
        for stretch in (Stretch(EVERYTHING.low, low), Stretch(high, EVERYTHING.high))
        if fact not in _yes_or_no(conditions) and any(_shared({fact: stretch}, box) for box in whom)
    )


def _boxes(any_of: AnyOf) -> list[Box]:
    """The boxes of conditions of which any may hold; one of everybody where there are none."""
    return list(map(_box, any_of)) or [{}]


def _box(conditions: Conditions) -> Box:
    return {condition.fact: stretch_of(condition) for condition in conditions}


def _yes_or_no(several: Sequence[Conditions]) -> set[str]:
    """The facts that are true or false."""
    return {condition.fact for conditions in several for condition in conditions if condition.is_so is not None}


def _hull(boxes: Sequence[Box]) -> dict[str, Stretch]:
    """By fact, from the lowest to the highest bound of all boxes."""
    facts = dict.fromkeys(fact for box in boxes for fact in box)
    named = {fact: [box.get(fact, EVERYTHING) for box in boxes] for fact in facts}
    return {
        fact: Stretch(min(low for low, _ in stretches), max(high for _, high in stretches))
        for fact, stretches in named.items()
    }


def _shared(box: Box, other: Box) -> dict[str, Stretch] | None:
    """What lies in both; None where nothing does."""
    facts = dict.fromkeys((*box, *other))
    shared = {fact: common(box.get(fact, EVERYTHING), other.get(fact, EVERYTHING)) for fact in facts}
    return None if any(map(is_empty, shared.values())) else shared


def _gaps(
    entries: Sequence[Sequence[Box]], whom: Sequence[Box], asked: set[str], places: Sequence[int]
) -> Iterator[EntryFault]:
    """What no entry has, each at the entry above it."""
    boxes = list(chain.from_iterable(entries))
    hull = {**_hull(boxes), **dict.fromkeys(asked, _YES_OR_NO)}
    left: list[Box] = [shared for each in whom if (shared := _shared(hull, each)) is not None]
    for box in boxes:
        left = [rest for whole in left for rest in _without(whole, box)]
    for gap in left:
        text = f"no entry is for {_said(gap, asked)}; let one end where the next begins"
        yield EntryFault(places[_above(gap, entries)], text)


def _above(gap: Box, entries: Sequence[Sequence[Box]]) -> int:
    """The first entry that begins where the gap ends; the first one of all where none does."""
    for number, boxes in enumerate(entries):
        if any(box.get(fact, EVERYTHING).low == stretch.high for box in boxes for fact, stretch in gap.items()):
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


def _overlaps(
    entries: Sequence[Sequence[Box]], whom: Sequence[Box], asked: set[str], places: Sequence[int]
) -> Iterator[EntryFault]:
    """What two entries have, each at the later of them."""
    for (first, boxes), (second, others) in combinations(zip(places, entries, strict=True), 2):
        shared = (_shared(box, other) for box, other in product(boxes, others))
        of_patients = (_shared(both, patients) for both in shared if both is not None for patients in whom)
        both = next((each for each in of_patients if each is not None), None)
        if both is not None:
            text = f"entries {first + 1} and {second + 1} are both for {_said(both, asked)}; "
            yield EntryFault(second, f"{text}let one end where the next begins")


def _said(box: Box, asked: set[str]) -> str:
    """A box in the words of a regimen file, without what may be anything."""
    texts = []
    for fact, stretch in box.items():
        if fact in asked:
            texts += [] if stretch == _YES_OR_NO else [f"{fact} {'true' if stretch.low.number else 'false'}"]
        elif stretch != EVERYTHING:
            texts.append(words(fact, stretch))
    return " and ".join(texts) or "every patient"
