"""What the start of a drug line hangs on (`start: 3 h after the end of cytarabine`), from its text and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from msgspec.structs import replace

from cec.drug_names import drug_key
from cec.errors import InputError
from cec.load.days import read_plain_days, write_days
from cec.load.shapes import commas_or_list, texts_like
from cec.load.writing import write_text
from cec.regimen import Anchor, DrugLine
from cec.units import DURATION, read_quantity

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

_EDGES = {"with": "start", "after": "end"}
"""Of which end of the other drug each word alone speaks."""


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
    words = next((found.groupdict("") for form in _FORMS if (found := re.fullmatch(form, text))), None)
    if words is None:
        raise InputError(f"'{text}' is not a start; {_RIGHT}")
    by = read_quantity(words["by"], DURATION) if "by" in words else None
    is_before = words.get("order") == "before"
    name, edge = words.get("name", ""), _EDGES.get(words.get("beside", "")) or words["edge"]
    if not edge and not is_before:
        raise InputError(f"'{text}': from when on? Write {by} after the start of {name}, or after the end of {name}")
    start_or_end: Literal["start", "end"] = "end" if edge == "end" else "start"
    if not name:
        if first is None:
            raise InputError(f"'{text}': whose? Name the drug first, like with ifosfamide, {text}")
        return replace(first, edge=start_or_end, by=by, is_before=is_before)
    which: Any = words["each"] or words["which"]
    return Anchor(name, start_or_end, by, is_before, which, read_plain_days(words["days"]) if words["days"] else ())


def write_anchor(anchor: Anchor) -> str:
    """The text of what a start hangs on."""
    which = {"": "", "each": "each "}.get(anchor.which, f"the {anchor.which} ")
    noun = "day" if len(anchor.days) == 1 else "days"
    whose = f"{which}{anchor.to}" + (f" on {noun} {write_days(anchor.days)}" if anchor.days else "")
    if anchor.by is None:
        return f"{'with' if anchor.edge == 'start' else 'after'} {whose}"
    order = "before" if anchor.is_before else "after"
    return f"{write_text(anchor.by)} {order} the {anchor.edge} of {whose}"


STARTS = commas_or_list(
    read_anchors,
    texts_like("with oxaliplatin", "30 min before paclitaxel", "[with ifosfamide, 4 h after its start]"),
    lambda anchors: ", ".join(map(write_anchor, anchors)),
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
