"""What the start of a drug line hangs on: the lines of another drug, and which of their administrations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from cec.days import LAST_DAY, numbers_of
from cec.drug_names import drug_key, is_same_drug
from cec.regimen import Anchor, DrugLine, Regimen

DEEPEST = 10
"""How many starts may hang on each other, one on the next."""
MOST_OF_A_NAME = 200
"""Lines of one name that a start is held against."""


class Lines(Struct, frozen=True):
    """Drug lines by their number in the regimen, from 1, and the numbers of those of a name, by its letters."""

    by_number: Mapping[int, DrugLine]
    by_name: Mapping[str, Sequence[int]]
    """By what a line is called and, where none is called so, by drug."""


def numbered(regimen: Regimen) -> Lines:
    """The drug lines of a regimen."""
    return lines_of(dict(enumerate(regimen.drugs, 1)))


def lines_of(by_number: Mapping[int, DrugLine]) -> Lines:
    """These drug lines, with their names."""
    drugs: dict[str, list[int]] = {}
    called: dict[str, list[int]] = {}
    for number, line in by_number.items():
        drugs.setdefault(drug_key(line.drug), []).append(number)
        if line.called:
            called.setdefault(drug_key(line.called), []).append(number)
    return Lines(by_number, drugs | called)


def awaited(number: int, anchor: Anchor, lines: Lines) -> dict[int, DrugLine]:
    """The lines that a line's anchor names, in the cycles in which the line itself is given."""
    cycles = set(numbers_of(lines.by_number[number].cycles))
    others = {
        other: lines.by_number[other]
        for other in lines.by_name.get(drug_key(anchor.to), ())[:MOST_OF_A_NAME]
        if other != number
    }
    return {
        other: line
        for other, line in others.items()
        if not cycles or not line.cycles or cycles & set(numbers_of(line.cycles))
    }


def days_of(number: int, lines: Lines, last: int = LAST_DAY) -> tuple[int, ...]:
    """The days of a line: its own, or those of the drug that its start hangs on."""
    return _days_of(number, lines, last, frozenset())


def _days_of(number: int, lines: Lines, last: int, seen: frozenset[int]) -> tuple[int, ...]:
    line = lines.by_number[number]
    if line.days or number in seen or len(seen) >= DEEPEST:
        return numbers_of(line.days, last)
    found: set[int] = set()
    for anchor in line.anchors:
        of_others = (_days_of(other, lines, last, seen | {number}) for other in awaited(number, anchor, lines))
        days = sorted({day for days in of_others for day in days})
        found.update(selected(anchor, days))
    return tuple(sorted(found))


def depths(lines: Lines) -> dict[int, int]:
    """On how many others in a row the start of each line hangs; not of those that hang in the end on themselves."""
    hangs_on = {
        number: {other for anchor in line.anchors for other in awaited(number, anchor, lines)}
        for number, line in lines.by_number.items()
    }
    carries: dict[int, list[int]] = {}
    for number, others in hangs_on.items():
        for other in others:
            carries.setdefault(other, []).append(number)
    left = {number: len(others) for number, others in hangs_on.items()}
    found = {number: 0 for number, count in left.items() if not count}
    ready = list(found)
    while ready:
        number = ready.pop()
        for above in carries.get(number, ()):
            left[above] -= 1
            if not left[above]:
                found[above] = 1 + max(found[other] for other in hangs_on[above])
                ready.append(above)
    return found


def selected(anchor: Anchor, days: list[int]) -> list[int]:
    """Of the days of a drug those whose doses an anchor means, where its line names none."""
    if anchor.days:
        return [day for day in days if day in anchor.days]
    return {"first": days[:1], "last": days[-1:]}.get(anchor.which, days)


def doses_from(number: int, lines: Lines, seen: frozenset[int] = frozenset()) -> int:
    """How many administrations of a line hang on each day that its start hangs on."""
    line = lines.by_number[number]
    if not line.anchors or number in seen or len(seen) >= DEEPEST:
        return line.per_day
    below = seen | {number}
    starts = (
        max((doses_from(other, lines, below) for other in awaited(number, anchor, lines)), default=1)
        if anchor.which == "each"
        else 1
        for anchor in line.anchors
    )
    return sum(starts) * repeats(line)


def repeats(line: DrugLine) -> int:
    """How many administrations follow from each start: one, so many times, or so many in the cycle."""
    if line.every is None:
        return 1
    stated = max(line.times, line.divided_into)
    return line.total_doses.most if stated == 1 and line.total_doses else stated


def is_same_name(name: str, *others: str) -> bool:
    """Whether a name is one of some others, however they are spelled."""
    return any(is_same_drug(name, other) for other in others if other)
