"""How the start of a drug line is read that hangs on another drug; what it cannot hang on is refused."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, islice
from typing import Any

from msgspec.structs import replace

from cec.anchors import DEEPEST, Lines, awaited, days_of, depths, doses_from
from cec.days import numbers_of
from cec.drug_names import drug_key
from cec.errors import InputError
from cec.load.days import read_plain_days, write_days
from cec.load.shapes import commas_or_list, texts_like
from cec.load.writing import write_text
from cec.regimen import Anchor, DrugLine
from cec.units import DURATION, Quantity, read_quantity, span

_RIGHT = (
    "write it like with oxaliplatin, after cytarabine, 3 h after the end of cytarabine, 24 h after the start of "
    "methotrexate, or 30 min before paclitaxel"
)
_DURATION = r"(?P<by>[0-9.]+\s*(?:min(?:ute)?s?|h(?:ou)?rs?|h|days?|weeks?))"
_WHICH = r"(?:(?:the\s+)?(?P<which>first|last)\s+|(?P<each>each)\s+)?"
_ON = r"(?:\s+on\s+days?\s+(?P<days>-?[0-9][-0-9,\sto]*))?"
_NAME = r"(?P<name>\S.*?)"
_FORMS = (
    rf"(?P<beside>with|after)\s+{_WHICH}(?!the\s){_NAME}{_ON}",
    rf"{_DURATION}\s+(?P<order>before|after)\s+its\s+(?P<edge>start|end)",
    rf"{_DURATION}\s+(?P<order>before|after)\s+(?:the\s+(?P<edge>start|end)\s+of\s+)?{_WHICH}{_NAME}{_ON}",
)
"""How an anchor may be written; a pattern is made when the first anchor is read, for most regimens have none."""

MOST_STARTS = 96
"""Doses that hang on one of another drug."""

_DATE_IS_OPEN = datetime.timedelta(hours=12)
"""From this time on, "on day 2" could mean the day of the other drug or that of the start."""


def read_anchors(value: str) -> tuple[Anchor, ...]:
    """What the starts of a line hang on.

    >>> [anchor] = read_anchors("42 h after the start of the last methotrexate on day 1")
    >>> anchor.to, anchor.edge, str(anchor.by), anchor.which, anchor.days
    ('methotrexate', 'start', '42 h', 'last', (1,))
    >>> [write_anchor(each) for each in read_anchors("with mesna, 4 h after its start")]
    ['with mesna', '4 h after the start of mesna']
    """
    parts: list[str] = []
    for part in map(str.strip, value.split(",")):
        if parts and re.fullmatch(r"-?[0-9]+(\s*(-|to)\s*-?[0-9]+)?", part):  # days 1, 8
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    anchors: list[Anchor] = []
    for part in parts:
        anchors.append(_read_anchor(part, anchors[0] if anchors else None))
    return tuple(anchors)


def _read_anchor(text: str, first: Anchor | None) -> Anchor:
    """One anchor; "its" is the drug of the first."""
    found = next(filter(None, (re.fullmatch(form, text) for form in _FORMS)), None)
    if found is None:
        raise InputError(f"'{text}' is not a start; {_RIGHT}")
    words: dict[str, Any] = {"edge": None, "by": None, "name": None, **found.groupdict()}
    edge: Any
    if words.get("beside"):
        edge, by = ("start" if words["beside"] == "with" else "end"), None
    else:
        edge, by = words["edge"] or ("start" if words["order"] == "before" else ""), _duration(words["by"])
    if not edge:
        name = words["name"]
        raise InputError(f"'{text}': from when on? Write {by} after the start of {name}, or after the end of {name}")
    if words["name"] is None:
        if first is None:
            raise InputError(f"'{text}': whose? Name the drug first, like with ifosfamide, {text}")
        return replace(first, edge=edge, by=by, is_before=words["order"] == "before")
    return Anchor(
        to=words["name"],
        edge=edge,
        by=by,
        is_before=words.get("order") == "before",
        which=words.get("each") or words.get("which") or "",
        days=read_plain_days(words["days"]) if words.get("days") else (),
    )


def _duration(text: str) -> Quantity:
    return read_quantity(text, DURATION)


def write_anchor(anchor: Anchor) -> str:
    """The text of what a start hangs on."""
    which = {"": "", "each": "each "}.get(anchor.which, f"the {anchor.which} ")
    whose = f"{which}{anchor.to}" + (f" on {_noun(anchor)} {write_days(anchor.days)}" if anchor.days else "")
    if anchor.by is None:
        return f"{'with' if anchor.edge == 'start' else 'after'} {whose}"
    order = "before" if anchor.is_before else "after"
    return f"{write_text(anchor.by)} {order} the {anchor.edge} of {whose}"


def _noun(anchor: Anchor) -> str:
    return "day" if len(anchor.days) == 1 else "days"


def _write_anchors(anchors: tuple[Anchor, ...]) -> str:
    return ", ".join(map(write_anchor, anchors))


STARTS = commas_or_list(
    read_anchors,
    texts_like("with oxaliplatin", "30 min before paclitaxel", "[with ifosfamide, 4 h after its start]"),
    _write_anchors,
)


def with_names(drugs: Iterable[DrugLine]) -> Iterator[DrugLine]:
    """The same lines, whose starts hang on a line that is called so where "first", "last" or "each" begin its name."""
    lines = list(drugs)
    called = {drug_key(line.called) for line in lines if line.called}

    def named(anchor: Anchor) -> Anchor:
        whole = f"{anchor.which} {anchor.to}"
        return replace(anchor, to=whole, which="") if anchor.which and drug_key(whole) in called else anchor

    for line in lines:
        start = tuple(map(named, line.start))
        yield replace(line, start=start) if start != line.start else line


def start_faults(lines: Lines) -> Iterator[tuple[int, str]]:
    """Why the start of a line, by its number, cannot hang on what it names."""
    yield from _unclear_names(lines)
    deep = depths(lines)
    for number, line in lines.by_number.items():
        key = "after" if line.after else "start"
        if len(line.anchors) > MOST_STARTS:
            yield number, f"{key}: {len(line.anchors):,} starts; at most {MOST_STARTS} hang on one dose"
        elif number not in deep:
            yield number, f"{key}: hangs in the end on itself, or on what does: a circle"
        elif deep[number] > DEEPEST:
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
        own = (number,)
        names = [each.called or each.drug for other, each in islice(lines.by_number.items(), 12) if other != number]
        known = f"; there are {', '.join(dict.fromkeys(names))}" if names else ""
        is_elsewhere = bool(set(lines.by_name.get(drug_key(anchor.to), ())) - set(own))
        yield (
            f"'{anchor.to}' is not given in the cycles of this line"
            if is_elsewhere
            else f"no line is for '{anchor.to}'{known}"
        )
        return
    if anchor.by and span(anchor.by) >= _DATE_IS_OPEN and line.days:
        yield (
            f"{anchor.by} on: days could mean the day of {anchor.to} or that of the start; leave days out, or write "
            f"{write_anchor(replace(anchor, days=numbers_of(line.days)))}"
        )
        return
    given = {other: days_of(other, lines) for other in others}
    every = {day for days in given.values() for day in days}
    wanted = set(anchor.days) or set(numbers_of(line.days)) or every
    if missing := sorted(wanted - every):
        yield f"{anchor.to} is not given on day {', '.join(map(str, missing))}; leave these days out"
        return
    if anchor.which:
        return
    on_a_day = [[other for other, days in given.items() if day in days] for day in sorted(wanted)]
    if several := next(filter(None, (_in_one_cycle(each, others) for each in on_a_day)), None):
        places = " and ".join(map(str, several))
        yield f"{anchor.to} is given by lines {places} on one day; name the one that is meant by its 'called'"
    elif any(doses_from(other, lines) > 1 for of_day in on_a_day for other in of_day):
        yield f"{anchor.to} is given several times a day: write {_ways(anchor)}"
    elif any(_is_chain(each) and len(wanted & set(given[other])) > 1 for other, each in others.items()) and not (
        line.days or anchor.days
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
