"""Conditions on facts (`age: under 1 year`) from their text and back."""

from __future__ import annotations

import re
from typing import Any

from cec.conditions import can_hold
from cec.errors import CecError, InputError
from cec.facts import FACTS, Fact, bounded_facts, of_history
from cec.facts.reading import read_boolean, read_text
from cec.load.nodes import Node
from cec.load.shapes import INVALID, Reading, Schema, Shape, list_of, text
from cec.load.shapes.mappings import mapping_of
from cec.load.shapes.suggestions import did_you_mean
from cec.load.writing import NotWritableError, write_fact, write_text
from cec.regimen import AnyOf, Comparison, Condition, Conditions, Limit

_COMPARISONS: dict[str, Comparison] = {
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "under": "<",
    "at most": "<=",
    "over": ">",
    "at least": ">=",
    "\N{LESS-THAN OR EQUAL TO}": "<=",
    "\N{GREATER-THAN OR EQUAL TO}": ">=",
}
_BOUND = re.compile(rf"\s*({'|'.join(sorted(_COMPARISONS, key=len, reverse=True))})\s*(\S.*?)\s*")
_FROM_TO = re.compile(r"\s*([0-9][^,]*?)\s+to\s+([0-9][0-9.]*\s*([^0-9\s].*?)?)\s*", re.ASCII)
"""From one bound to another, both included; a unit may stand behind the second alone."""


def read_condition(name: str, value: str) -> Condition:
    """One condition of a check, a drug line or a dose, on the fact of this name.

    >>> print(read_condition("weight", "at least 10 kg, under 20 kg").limits[1])
    Limit(comparison='<', value=Quantity(value=Decimal('20'), unit='kg'))
    >>> [str(limit.value) for limit in read_condition("creatinine_clearance", "30 to 60 mL/min").limits]
    ['30 mL/min', '60 mL/min']
    """
    fact = FACTS.get(name) or of_history(name)
    if fact.form == "yes or no":
        return _yes_or_no(name, value)
    if not fact.is_bounded:
        raise InputError(f"'{name}' is nothing that a condition can compare{_facts_in_words()}")
    if name == "creatinine_clearance" and "1.73" in value:
        raise InputError(
            f"'{value}' is per 1.73 m2; write it under normalised_clearance, or in mL/min, the patient's own"
        )
    if re.search(r"[0-9],[0-9]", value):
        raise InputError(f"'{value}' has a comma in a number: use a point for decimals and nothing for thousands")
    limits = tuple(limit for part in value.split(",") for limit in _limits(fact, part, value))
    if name == "age" and any(fact.in_unit(limit.value).value % 1 for limit in limits):
        raise InputError(f"'{value}': an age is known in completed months; write whole months, like 18 months")
    condition = Condition(name, limits)
    if not can_hold(condition):
        raise InputError(f"'{value}' can never be true: no {name} lies within these bounds; look at each of them")
    for limit in limits:
        if limit.value.value and (impossible := fact.impossible(limit.value)):
            raise InputError(f"'{value}': {impossible}")
    return condition


def _yes_or_no(name: str, value: str) -> Condition:
    """A condition on what is true or false."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name, re.ASCII):
        raise InputError(f"'{name}' is not a fact{did_you_mean(name.lower(), FACTS) or _facts_in_words()}")
    try:
        return Condition(name, is_so=read_boolean(value))
    except InputError:
        near = did_you_mean(name, (fact.name for fact in bounded_facts()))
        raise InputError(f"'{value}' is neither true nor false{near or _facts_in_words()}") from None


def _facts_in_words() -> str:
    """What a condition can be about, as the end of a message."""
    bounded = ", ".join(fact.name for fact in bounded_facts())
    return f"; facts with bounds are {bounded}; any other word, like prior_hsct, is true or false"


def _limits(fact: Fact, part: str, value: str) -> tuple[Limit, ...]:
    """The limits of one part of a value: one bound, or two with `to` between them."""
    if both := _FROM_TO.fullmatch(part):
        low = both[1] if re.search(r"[^0-9.\s]", both[1]) else f"{both[1]} {both[3] or ''}"
        return Limit(">=", fact.read_bound(low.strip())), Limit("<=", fact.read_bound(both[2]))
    if bound := _BOUND.fullmatch(part):
        return (Limit(_COMPARISONS[bound[1]], fact.read_bound(bound[2])),)
    raise InputError(
        f"'{value}' is not a bound; write it like: under 20 kg, at least 1 year, 30 to 60 mL/min, or < 20 kg"
    )


def write_condition(condition: Condition) -> str:
    """The text of what must be true of a fact.

    >>> write_condition(read_condition("age", "at least 1 year, under 30 months"))
    '>= 1 years, < 30 months'
    """
    if condition.is_so is not None:
        return write_text(condition.is_so)
    fact = FACTS.get(condition.fact)
    if fact is None:
        raise NotWritableError
    return ", ".join(f"{limit.comparison} {write_fact(limit.value, fact)}" for limit in condition.limits)


def _conditions() -> Shape:
    """Conditions by fact, all of which must hold."""
    by_fact = mapping_of(text(read_text, {"type": ["string", "boolean"]}))

    def read(node: Node, where: str, reading: Reading) -> Any:
        texts = by_fact.read(node, where, reading)
        if texts is INVALID:
            return INVALID
        if not texts:
            return reading.fault(node, where, "is empty; name at least one condition")
        before = len(reading.faults)
        conditions = []
        for key, value in node.entries or ():
            name = key.text or ""
            try:
                conditions.append(read_condition(name, texts[name]))
            except CecError as error:
                reading.fault(value, f"{where}: {name}", *error.faults)
        return INVALID if len(reading.faults) > before else tuple(conditions)

    def write(conditions: Conditions) -> Node:
        return Node(entries=tuple((Node(text=each.fact), Node(text=write_condition(each))) for each in conditions))

    return Shape(read, {**by_fact.schema, "properties": _fact_schemas(), "minProperties": 1}, write)


def _fact_schemas() -> Schema:
    """The JSON Schema of a condition on each fact of the table; any other word is a yes or no of the history."""
    bounds = {fact.name: {"type": "string", "description": _bound_words(fact)} for fact in bounded_facts()}
    answers = {fact.name: {"type": "boolean"} for fact in FACTS.values() if fact.form == "yes or no"}
    return {**bounds, **answers}


def _bound_words(fact: Fact) -> str:
    """What a condition on a fact is about, with its units."""
    units = f" ({', '.join(unit for kind in fact.kinds for unit in kind.units)})" if fact.kinds else ""
    return f"{fact.about}{units}: under, at most, over or at least"


CONDITIONS = _conditions()
"""Facts and their bounds, all of which must hold."""


def _any_conditions() -> Shape:
    """Conditions that must all hold, or a list of such of which any may."""
    several = list_of(CONDITIONS)

    def read(node: Node, where: str, reading: Reading) -> Any:
        if node.items == () and not node.is_cut:
            return reading.fault(node, where, "is empty; name at least one condition")
        if node.items is not None:
            return several.read(node, where, reading)
        conditions = CONDITIONS.read(node, where, reading)
        return INVALID if conditions is INVALID else (conditions,)

    def write(any_of: AnyOf) -> Node:
        return several.write(any_of) if len(any_of) > 1 else CONDITIONS.write(any_of[0])

    return Shape(read, {"anyOf": [CONDITIONS.schema, several.schema]}, write)


ANY_CONDITIONS = _any_conditions()
"""Conditions that must all hold, or a list of such of which any may."""
