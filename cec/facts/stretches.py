"""Stretches of the number line, from one cut to another: what limits leave to a fact.

A cut lies just before a number or just after it, so that `under 1 year` ends exactly where `at least 1 year` begins,
and `at most 1 year` does not.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from cec.facts.fact import Bounds


class Cut(NamedTuple):
    """A place on the number line: just before a number, or just after it."""

    number: Decimal
    after: bool = False


class Stretch(NamedTuple):
    """What lies between two cuts."""

    low: Cut
    high: Cut

    def holds(self, number: Decimal) -> bool:
        """Whether a number lies in it.

        >>> under_20 = Stretch(LOWEST, Cut(Decimal(20)))
        >>> under_20.holds(Decimal("19.9")), under_20.holds(Decimal(20))
        (True, False)
        """
        low, high = self
        is_above = number > low.number if low.after else number >= low.number
        return is_above and (number <= high.number if high.after else number < high.number)


LOWEST, HIGHEST = Cut(Decimal("-Infinity")), Cut(Decimal("Infinity"))
"""Before every number, and after every one."""

EVERYTHING = Stretch(Cut(Decimal(0)), HIGHEST)
"""What a condition without limits holds for: no fact that conditions compare is negative."""


def stretch_within(bounds: Bounds) -> Stretch:
    """What lies within bounds, both included.

    >>> stretch_within(Bounds(Decimal(20), None)).low
    Cut(number=Decimal('20'), after=False)
    """
    low = LOWEST if bounds.low is None else Cut(bounds.low)
    return Stretch(low, HIGHEST if bounds.high is None else Cut(bounds.high, after=True))


def common(stretch: Stretch, other: Stretch) -> Stretch:
    """What lies in both."""
    return Stretch(max(stretch.low, other.low), min(stretch.high, other.high))


def is_empty(stretch: Stretch) -> bool:
    """Whether nothing lies in it."""
    return stretch.low >= stretch.high
