"""From which vials each dose of a day is drawn: from its own, or from opened ones that it may share."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cec.calculate.rounding import to_nearest
from cec.course.ward_day import FromVial, Vials
from cec.units import EXACT, Quantity, plain, span


class Need(NamedTuple):
    """What one dose takes of vials of one product; amount and content are in one unit."""

    amount: Decimal
    content: Decimal
    """What one vial holds."""
    time: datetime.datetime
    """When the dose starts: from one to the next, the time counts for which a vial has been open."""
    share: Hashable
    """Doses for which this is equal may be drawn from one vial."""
    keeps: Quantity | None = None
    """How long an opened vial may be drawn from; None where nothing bounds it."""


class _Opened:
    """An open vial: what is left in it, which doses may be drawn from it, and until when."""

    def __init__(self, number: int, need: Need) -> None:
        self.number, self.left, self.share = number, need.content, need.share
        self.until = need.time + span(need.keeps) if need.keeps else None

    def is_for(self, need: Need) -> bool:
        """Whether a dose may be drawn from it."""
        is_fresh = self.until is None or need.time <= self.until
        return bool(self.left) and self.share == need.share and is_fresh


def drawn(needs: Sequence[Need], unit: str) -> list[tuple[FromVial, ...]]:
    """From which vials each dose is drawn, in the sequence of the doses; the vial that was opened first goes first.

    >>> at = datetime.datetime(2026, 12, 1, 9)
    >>> needs = [Need(Decimal(amount), Decimal(20), at, "") for amount in (40, 30, 5)]
    >>> for vials in drawn(needs, "mg"):
    ...     print(", ".join(f"{each.amount} of vial {each.vial}" for each in vials))
    20 mg of vial 1, 20 mg of vial 2
    20 mg of vial 3, 10 mg of vial 4
    5 mg of vial 4
    """
    opened: list[_Opened] = []
    return [tuple(_draw(need, opened, unit)) for need in needs]


def _draw(need: Need, opened: list[_Opened], unit: str) -> list[FromVial]:
    """What one dose takes of the vials that are open for it and then of new ones, which are added to them."""
    taken, rest = [], need.amount
    usable = [vial for vial in opened if vial.is_for(need)]
    while rest > 0:
        if not usable:
            opened.append(_Opened(len(opened) + 1, need))
            usable.append(opened[-1])
        vial = usable.pop(0)
        part = min(rest, vial.left)
        vial.left, rest = EXACT.subtract(vial.left, part), EXACT.subtract(rest, part)
        taken.append(FromVial(vial.number, Quantity(part, unit)))
    return taken


def shared_vials(needs: Sequence[Need], draws: Sequence[Sequence[FromVial]], unit: str) -> Vials:
    """The vials that these doses were drawn from."""
    contents = {each.vial: need.content for need, draw in zip(needs, draws, strict=True) for each in draw}
    return _vials(len(contents), sum(contents.values(), Decimal(0)), needs, unit)


def single_vials(needs: Sequence[Need], unit: str) -> Vials:
    """The vials that these doses would take, each from vials of its own."""
    counts = [-(-Fraction(need.amount) // Fraction(need.content)) for need in needs]
    held = (EXACT.multiply(need.content, Decimal(count)) for need, count in zip(needs, counts, strict=True))
    return _vials(sum(counts), sum(held, Decimal(0)), needs, unit)


def _vials(count: int, held: Decimal, needs: Sequence[Need], unit: str) -> Vials:
    unused = EXACT.subtract(held, sum((need.amount for need in needs), Decimal(0)))
    return Vials(count, Quantity(held, unit), Quantity(unused, unit), percent_of(unused, held))


def percent_of(part: Decimal | Fraction, whole: Decimal | Fraction) -> Decimal:
    """A part of a whole in percent, to one decimal, half-up; 0 of nothing.

    >>> percent_of(Decimal("8.8"), Decimal(160))
    Decimal('5.5')
    """
    return plain(to_nearest(Fraction(part) * 100 / Fraction(whole), Decimal("0.1"))) if whole else Decimal(0)
