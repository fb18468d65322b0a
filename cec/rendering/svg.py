"""A patient's history as a picture: cycles on a line of time, each drug's doses as bars of given against ordered.

No name and no id stand in it. It is drawn in black and greys, so that a copy shows the same.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from cec.days import paper_date
from cec.drug_names import is_same_drug
from cec.units import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cec.course.patient_history import CycleOfHistory, DrugOfCycle, History

WIDTH, LEFT, RIGHT = 760, 140, 70
"""Of the picture; of the names beside it; of what is left free at its other side for the words of the last cycle."""
LANE, BAR, TOP, AXIS = 62, 34, 20, 52
"""Heights: of a drug, of its largest bar, above the first, of the line of time."""
NARROWEST, ROOM_FOR_WORDS = 8, 66
"""Widths: of a bar, and of what must lie between two for amounts to stand above them."""
FONT = "'IBM Plex Sans', 'Helvetica Neue', Arial, sans-serif"
GIVEN, TO_GIVE, NOT_GIVEN = "#222222", "#b8b8b8", "#ffffff"
LEGEND = ((GIVEN, "given"), (TO_GIVE, "to be given"), (NOT_GIVEN, "ordered, not given"))


class _Scale(NamedTuple):
    """The line of time: its first date, and how many days it has."""

    first: datetime.date
    days: int

    def x(self, date: datetime.date) -> Fraction:
        """Where a date begins."""
        return LEFT + Fraction((date - self.first).days * (WIDTH - LEFT - RIGHT), self.days)


def render(history: History) -> bytes:
    """The picture as SVG."""
    cycles = history.cycles
    first = min(cycle.first for cycle in cycles)
    scale = _Scale(first, (max(cycle.last for cycle in cycles) - first).days + 1)
    drugs = [each.drug for each in history.drugs]
    height = TOP + LANE * len(drugs) + AXIS
    lanes = [line for place, drug in enumerate(drugs) for line in _lane(drug, TOP + LANE * place, cycles, scale)]
    words = "Doses by cycle: given, to be given, and ordered but not given"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" font-family="{FONT}" font-size="10" fill="#000000">',
        f"<title>{words}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        *lanes,
        *_axis(cycles, scale, TOP + LANE * len(drugs)),
        "</svg>",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _lane(drug: str, top: int, cycles: tuple[CycleOfHistory, ...], scale: _Scale) -> Iterator[str]:
    """A drug's bars, the highest of them as high as there is room."""
    base = top + LANE - 12
    found = [each for cycle in cycles for each in cycle.drugs if is_same_drug(each.drug, drug)]
    most = max(map(_most, found), default=Fraction(0))
    yield _text(LEFT - 10, base - 12, drug, anchor="end", weight="bold")
    yield f'<line x1="{LEFT}" y1="{base}" x2="{WIDTH - 10}" y2="{base}" stroke="#000000" stroke-width="0.75"/>'
    starts = [scale.x(each.first) for each in found] + [Fraction(WIDTH)]
    for each, x, following in zip(found, starts, starts[1:], strict=False):
        width = max(scale.x(each.last + datetime.timedelta(days=1)) - x, Fraction(NARROWEST))
        yield from _bar(each, x, width if each is found[-1] else min(width, following - x - 1), base, most)
        if following - x >= ROOM_FOR_WORDS:
            yield _text(x, base - BAR - 4, _amounts(each), size=8)


def _most(drug: DrugOfCycle) -> Fraction:
    return max(Fraction(drug.ordered.value), Fraction(drug.given.value) + Fraction(drug.to_give.value))


def _bar(drug: DrugOfCycle, x: Fraction, width: Fraction, base: int, most: Fraction) -> Iterator[str]:
    """What was ordered as an empty bar; in it what was given and, above that, what is to be given."""
    if not most:
        return
    given, to_give = (Fraction(amount.value) * BAR / most for amount in (drug.given, drug.to_give))
    ordered = Fraction(drug.ordered.value) * BAR / most
    yield _rect(x, base - ordered, width, ordered, NOT_GIVEN)
    if to_give:
        yield _rect(x, base - given - to_give, width, to_give, TO_GIVE)
    if given:
        yield _rect(x, base - given, width, given, GIVEN)


def _amounts(drug: DrugOfCycle) -> str:
    """What was given, of what was ordered where that is another amount."""
    if drug.given == drug.ordered:
        return str(drug.given)
    return f"{shorten(drug.given.value)} of {drug.ordered}"


def _axis(cycles: tuple[CycleOfHistory, ...], scale: _Scale, top: int) -> Iterator[str]:
    """Each day 1 with its date where there is room, how much later than planned it came, and what the greys mean."""
    last = Fraction(-WIDTH)
    for place, cycle in enumerate(cycles):
        x = scale.x(cycle.day_1)
        ends = f'x1="{_number(x)}" y1="{TOP}" x2="{_number(x)}" y2="{top + 4}"'
        yield f'<line {ends} stroke="#888888" stroke-width="0.5"/>'
        if x - last >= ROOM_FOR_WORDS:
            last = x
            number = f"cycle {cycle.cycle}" if cycle.cycle else "day 1"
            yield _text(x, top + 12, number + _later(cycles[place - 1] if place else None), size=8, weight="bold")
            yield _text(x, top + 22, paper_date(cycle.day_1), size=8)
    for place, (fill, words) in enumerate(LEGEND):
        left = Fraction(LEFT + 110 * place)
        yield _rect(left, Fraction(top + 34), Fraction(10), Fraction(10), fill)
        yield _text(left + 14, top + 43, words, size=9)


def _later(before: CycleOfHistory | None) -> str:
    """By how many days a cycle came later or earlier than the one before it planned."""
    delay = before.delay if before else None
    return f", {abs(delay)} d {'later' if delay > 0 else 'earlier'}" if delay else ""


def _rect(x: Fraction, y: Fraction, width: Fraction, height: Fraction, fill: str) -> str:
    place = f'x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"'
    return f'<rect {place} fill="{fill}" stroke="#000000" stroke-width="0.75"/>'


def _text(
    x: Fraction | int, y: int, words: str, *, anchor: str = "start", size: int = 10, weight: str = "normal"
) -> str:
    style = f'text-anchor="{anchor}" font-size="{size}" font-weight="{weight}"'
    return f'<text x="{_number(Fraction(x))}" y="{y}" {style}>{escape(words)}</text>'


def _number(value: Fraction) -> str:
    """A length to a hundredth, as SVG writes it."""
    hundredths = (value * 100).__floor__()
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".")
