"""Conditions of a regimen held against what is known of a patient: true, false, or not known."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal

from cec.calculate.known_facts import Facts
from cec.facts import FACTS, Fact, Value, fact_of, of_history
from cec.regimen import Comparison, Condition, Limit
from cec.units import Quantity

_COMPARE: dict[Comparison, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


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


def unknown_facts(conditions: tuple[Condition, ...], facts: Facts) -> tuple[Fact, ...]:
    """The facts that the conditions speak of and nobody has told."""
    unknown = (each for each in conditions if _holds(each, facts.get(each.fact)) is None)
    return tuple({each.fact: FACTS.get(each.fact) or of_history(each.fact) for each in unknown}.values())


def _holds(condition: Condition, fact: Value | None) -> bool | None:
    """Whether one condition holds. A fact of another kind than the condition's is as good as unknown."""
    if condition.is_so is not None:
        return fact is condition.is_so if isinstance(fact, bool) else None
    if not isinstance(fact, Quantity):
        return None
    return all(_within(condition.fact, fact, limit) for limit in condition.limits)


def _within(name: str, fact: Quantity, limit: Limit) -> bool:
    bound = limit.value
    if fact.unit != bound.unit:
        known = fact_of(name)
        fact, bound = known.in_unit(fact), known.in_unit(bound)
    return _COMPARE[limit.comparison](fact.value, bound.value)
