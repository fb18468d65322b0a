"""Conditions as stretches of the number line: whether they can hold at all, and how a stretch is said.

A stretch runs from one cut to another. A cut lies just before a number or just after it, so that `under 1 year` ends
exactly where `at least 1 year` begins, and `at most 1 year` does not.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from cec.facts import fact_of
from cec.regimen import Condition, Limit
from cec.units import Quantity


class Cut(NamedTuple):
    """A place on the number line: just before a number, or just after it."""

    number: Decimal
    after: bool = False


class Stretch(NamedTuple):
    """What lies between two cuts."""

    low: Cut
    high: Cut


EVERYTHING = Stretch(Cut(Decimal(0)), Cut(Decimal("Infinity")))
"""No fact is negative."""


def stretch_of(condition: Condition) -> Stretch:
    """Where a condition holds. True and false lie at 1 and 0.

    >>> week = Limit("<", Quantity(Decimal(1), "weeks"))
    >>> stretch_of(Condition("days_since_day_1", (week,))).high
    Cut(number=Decimal('7'), after=False)
    """
    if condition.is_so is not None:
        return Stretch(Cut(Decimal(condition.is_so)), Cut(Decimal(condition.is_so + 1)))
    stretch = EVERYTHING
    for limit in condition.limits:
        cut = _cut(condition.fact, limit)
        low, high = (cut, EVERYTHING.high) if limit.comparison in {">", ">="} else (EVERYTHING.low, cut)
        stretch = common(stretch, Stretch(low, high))
    return stretch


def _cut(fact: str, limit: Limit) -> Cut:
    """Where a limit cuts the number line."""
    number = fact_of(fact).in_unit(limit.value).value
    after = limit.comparison in {"<=", ">"}
    if not fact_of(fact).counts:
        return Cut(number, after)
    whole = int(number)
    return Cut(Decimal(whole if number == whole and not after else whole + 1))


def common(one: Stretch, other: Stretch) -> Stretch:
    """What lies in both."""
    return Stretch(max(one.low, other.low), min(one.high, other.high))


def is_empty(stretch: Stretch) -> bool:
    """Whether nothing lies in it."""
    return stretch.low >= stretch.high


def can_hold(condition: Condition) -> bool:
    """Whether a condition is true of anybody.

    >>> limits = (Limit(">=", Quantity(Decimal(18), "years")), Limit("<", Quantity(Decimal(1), "years")))
    >>> can_hold(Condition("age", limits)), can_hold(Condition("age", limits[:1]))
    (False, True)
    """
    return not is_empty(stretch_of(condition))


def words(fact: str, stretch: Stretch) -> str:
    """A stretch in the words of a regimen file.

    >>> words("age", Stretch(Cut(Decimal(12)), Cut(Decimal(30))))
    'age at least 1 year, under 30 months'
    """
    low, high = stretch
    if low.number == high.number:
        return f"{fact} exactly {_amount(fact, low.number)}"
    if fact_of(fact).counts and high.number - low.number == 1:
        return f"{fact} {_amount(fact, low.number)}"
    said = []
    if low > EVERYTHING.low:
        said.append(f"{'over' if low.after else 'at least'} {_amount(fact, low.number)}")
    if high < EVERYTHING.high:
        said.append(f"{'at most' if high.after else 'under'} {_amount(fact, high.number)}")
    return f"{fact} {', '.join(said)}" if said else f"any {fact}"


def _amount(fact: str, number: Decimal) -> Quantity:
    """A number with the unit in which a regimen file would have it."""
    if fact == "age" and number % 12 == 0:
        return Quantity(number / 12, "years")
    return Quantity(number, fact_of(fact).unit)
