"""Why the start of a drug line cannot hang on what it names."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, islice

from msgspec.structs import replace

from cec.anchors import DEEPEST, Lines, awaited, days_of, depths, doses_from
from cec.days import numbers_of
from cec.drug_names import drug_key
from cec.load.regimen_file.starts import write_anchor
from cec.regimen import Anchor, DrugLine
from cec.units import span

MOST_STARTS = 96
"""Doses that hang on one of another drug."""

_DATE_IS_OPEN = datetime.timedelta(hours=12)
"""From this time on, "on day 2" could mean the day of the other drug or that of the start."""


def start_faults(lines: Lines) -> Iterator[tuple[int, str]]:
    """Why the start of a line, by its number, cannot hang on what it names."""
    yield from _unclear_names(lines)
    depth_of = depths(lines)
    for number, line in lines.by_number.items():
        key = "after" if line.after else "start"
        if len(line.anchors) > MOST_STARTS:
            yield number, f"{key}: {len(line.anchors):,} starts; at most {MOST_STARTS} hang on one dose"
        elif number not in depth_of:
            yield number, f"{key}: hangs in the end on itself, or on what does: a circle"
        elif depth_of[number] > DEEPEST:
            yield number, f"{key}: hangs on more than {DEEPEST} others, one on the next; give one of them a time"
        else:
            for anchor in line.anchors:
                yield from ((number, f"{key}: {text}") for text in _faults(number, anchor, lines))
    for number, line in lines.by_number.items():
        if line.anchors and line.is_on_end and len(days_of(number, lines)) > 1:
            most = line.total_doses.most if line.total_doses else 0
            yield (
                number,
                "total_doses counts the whole cycle, and its start comes on several days; "
                f"write times: {most} for so many from each",
            )


def _unclear_names(lines: Lines) -> Iterator[tuple[int, str]]:
    """Names of lines that another line or drug has too."""
    drugs: dict[str, list[int]] = {}
    for number, line in lines.by_number.items():
        drugs.setdefault(drug_key(line.drug), []).append(number)
    for number, line in lines.by_number.items():
        named = lines.by_name[drug_key(line.called)] if line.called else (number,)
        others = [other for other in named if other != number] or [
            other for other in drugs.get(drug_key(line.called), ()) if other != number
        ]
        if others:
            yield number, f"called: '{line.called}' is also line {others[0]}"


def _faults(number: int, anchor: Anchor, lines: Lines) -> Iterator[str]:
    """What is wrong with one anchor of a line."""
    line, others = lines.by_number[number], awaited(number, anchor, lines)
    if not others:
        yield _why_nobody(number, anchor, lines)
    elif anchor.by and span(anchor.by) >= _DATE_IS_OPEN and line.days:
        yield (
            f"{anchor.by} on: days could mean the day of {anchor.to} or that of the start; leave days out, or write "
            f"{write_anchor(replace(anchor, days=numbers_of(line.days)))}"
        )
    else:
        given = {other: set(days_of(other, lines)) for other in others}
        days = set(anchor.days) or set(numbers_of(line.days)) or set().union(*given.values())
        if missing := sorted(days.difference(*given.values())):
            yield f"{anchor.to} is not given on day {', '.join(map(str, missing))}; leave these days out"
        elif not anchor.which:
            yield from _which_is_open(line, anchor, lines, {other: given[other] & days for other in others})


def _why_nobody(number: int, anchor: Anchor, lines: Lines) -> str:
    """Why no line is what an anchor names."""
    if set(lines.by_name.get(drug_key(anchor.to), ())) - {number}:
        return f"'{anchor.to}' is not given in the cycles of this line"
    names = [each.called or each.drug for other, each in islice(lines.by_number.items(), 12) if other != number]
    return f"no line is for '{anchor.to}'" + (f"; there are {', '.join(dict.fromkeys(names))}" if names else "")


def _which_is_open(line: DrugLine, anchor: Anchor, lines: Lines, given: Mapping[int, set[int]]) -> Iterator[str]:
    """Why it is not clear which administration is meant; `given` has the days of each line that may be."""
    others = {number: lines.by_number[number] for number in given}
    of_days = [[other for other, days in given.items() if day in days] for day in sorted(set().union(*given.values()))]
    if several := next(filter(None, (_in_one_cycle(each, others) for each in of_days)), None):
        places = " and ".join(map(str, several))
        yield f"{anchor.to} is given by lines {places} on one day; name the one that is meant by its 'called'"
    elif any(days and doses_from(other, lines) > 1 for other, days in given.items()):
        yield f"{anchor.to} is given several times a day: write {_ways(anchor)}"
    elif not (line.days or anchor.days) and any(
        _is_chain(others[other]) and len(days) > 1 for other, days in given.items()
    ):
        yield f"{anchor.to} is one chain of bags: write {_ways(anchor)}, or days"


def _in_one_cycle(numbers: Iterable[int], lines: Mapping[int, DrugLine]) -> tuple[int, int] | None:
    """Two of these lines that one cycle gives both."""
    cycles = {number: set(numbers_of(lines[number].cycles)) for number in numbers}
    pairs = combinations(cycles, 2)
    return next((pair for pair in pairs if not all(map(cycles.get, pair)) or cycles[pair[0]] & cycles[pair[1]]), None)


def _ways(anchor: Anchor) -> str:
    ways = [write_anchor(replace(anchor, which=which)) for which in ("each", "first", "last")]
    return f"{', '.join(ways[:2])} or {ways[2]}"


def _is_chain(line: DrugLine) -> bool:
    """Whether an infusion runs as long as its days lie apart."""
    days = numbers_of(line.days)
    return bool(line.over) and len(days) > 1 and span(line.over) == datetime.timedelta(days=days[1] - days[0])
