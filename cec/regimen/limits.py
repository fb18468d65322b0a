"""Conditions as a file says them: one fact, and within which limits it must lie."""

from typing import Literal, TypeAlias

import msgspec

from cec.units import Quantity

Comparison = Literal["<", "<=", ">", ">="]


class Limit(msgspec.Struct, frozen=True):
    """One bound of a condition: ``under 20 kg``."""

    comparison: Comparison
    value: Quantity


class Condition(msgspec.Struct, frozen=True):
    """One fact and what must be true of it: within every limit, or just so (yes or no)."""

    fact: str
    limits: tuple[Limit, ...] = ()
    is_so: bool | None = None


Conditions: TypeAlias = tuple[Condition, ...]
"""All of which must hold."""

AnyOf: TypeAlias = tuple[Conditions, ...]
"""Of which at least one must hold whole; an empty one holds for everybody."""

_COMPARED = {"<": "under", "<=": "at most", ">": "over", ">=": "at least"}


def condition_words(condition: Condition) -> str:
    """What must be true, in words.

    >>> from decimal import Decimal
    >>> condition_words(Condition("weight", (Limit("<", Quantity(Decimal(20), "kg")),)))
    'weight under 20 kg'
    """
    fact = condition.fact.replace("_", " ")
    if condition.is_so is not None:
        return fact if condition.is_so else f"no {fact}"
    return f"{fact} {' and '.join(f'{_COMPARED[limit.comparison]} {limit.value}' for limit in condition.limits)}"


def any_words(any_of: AnyOf) -> str:
    """For whom one of several conditions holds, in words."""
    return " or ".join(" and ".join(map(condition_words, conditions)) for conditions in any_of)
