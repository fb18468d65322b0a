"""Conditions of a regimen held against what is known of a patient: true, false, or not known."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from cec.regimen import Comparison, Condition, Limit
from cec.units import AGE, AREA, CLEARANCE, DURATION, LENGTH, WEIGHT, Kind, Quantity, convert

Facts = Mapping[str, Quantity | bool | None]
"""What is known, by the name that conditions have for it; a name that is absent or None is not known."""
NO_FACTS: Facts = MappingProxyType({})
"""Nothing is known."""

_COMPARE: dict[Comparison, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_SMALLEST_UNIT: dict[str, tuple[str, Kind]] = {
    "age": ("months", AGE),
    "weight": ("g", WEIGHT),
    "height": ("mm", LENGTH),
    "bsa": ("m2", AREA),
    "creatinine_clearance": ("mL/min", CLEARANCE),
    "days_since_day_1": ("min", DURATION),
}
"""The unit in which two quantities of a fact compare exactly: a year has whole months, a month no whole years."""


def judge(conditions: tuple[Condition, ...], facts: Facts) -> bool | None:
    """Whether every condition holds; None where that depends on something that is not known.

    >>> infant = (Condition("age", (Limit("<", Quantity(Decimal(1), "years")),)),)
    >>> judge(infant, {"age": Quantity(Decimal(11), "months")}), judge(infant, {"age": Quantity(Decimal(12), "months")})
    (True, False)
    >>> judge(infant, {}) is None
    True
    """
    answers = [_holds(condition, facts.get(condition.fact)) for condition in conditions]
    if False in answers:
        return False
    return None if None in answers else True


def unknown_facts(conditions: tuple[Condition, ...], facts: Facts) -> tuple[str, ...]:
    """The facts that the conditions speak of and nobody has told."""
    return tuple(
        dict.fromkeys(
            condition.fact for condition in conditions if _holds(condition, facts.get(condition.fact)) is None
        )
    )


def _holds(condition: Condition, fact: Quantity | bool | None) -> bool | None:
    """Whether one condition holds. A fact of another kind than the condition's is as good as unknown."""
    if condition.is_so is not None:
        return fact is condition.is_so if isinstance(fact, bool) else None
    if not isinstance(fact, Quantity):
        return None
    return all(_within(condition.fact, fact, limit) for limit in condition.limits)


def _within(name: str, fact: Quantity, limit: Limit) -> bool:
    bound = limit.value
    if fact.unit != bound.unit:
        unit, kind = _SMALLEST_UNIT[name]
        fact, bound = convert(fact, unit, kind), convert(bound, unit, kind)
    return _COMPARE[limit.comparison](fact.value, bound.value)
