"""Conditions: where on the number line they hold, in which words, and whether they hold of a patient."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import product

import msgspec

from cec.facts import FACTS, Fact, Facts, Value, fact_of, of_history
from cec.facts.stretches import EVERYTHING, Cut, Stretch, common, is_empty
from cec.pharmacy import Pharmacy
from cec.regimen import AnyOf, Condition, Conditions, Limit, Regimen
from cec.units import Quantity


@lru_cache(maxsize=4096)
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


def conditions_of(regimen: Regimen, pharmacy: Pharmacy) -> Iterator[tuple[str, Conditions]]:
    """Everything that is held against what is known of a patient, each with whose it is: check, drug or product."""
    yield from ((check.code, conditions) for check in regimen.checks for conditions in check.any_of)
    for line in regimen.drugs:
        whom = (conditions for entry in line.entries for conditions in entry.for_whom)
        yield from ((line.drug, conditions) for conditions in (*line.only, *whom))
    for drug in pharmacy.formulary.values():
        yield from ((product.name, product.not_for) for product in drug.products)


def cuts_within(conditions: Conditions, fact: str, low: Decimal, high: Decimal) -> Iterator[Decimal]:
    """The numbers between two others (neither included) at which conditions on a fact begin or end to hold.

    >>> from cec.load.conditions import read_condition
    >>> list(cuts_within((read_condition("age", "under 18 months"),), "age", Decimal(12), Decimal(24)))
    [Decimal('18')]
    """
    cuts = (cut.number for each in conditions if each.fact == fact for cut in stretch_of(each))
    return (number for number in cuts if low < number < high)


def can_hold(condition: Condition) -> bool:
    """Whether a condition is true of anybody.

    >>> limits = (Limit(">=", Quantity(Decimal(18), "years")), Limit("<", Quantity(Decimal(1), "years")))
    >>> can_hold(Condition("age", limits)), can_hold(Condition("age", limits[:1]))
    (False, True)
    """
    return not is_empty(stretch_of(condition))


def are_apart(any_of: AnyOf, other: AnyOf) -> bool:
    """Whether of nobody both hold, each of them several conditions of which any may; an empty one holds of everybody.

    >>> from cec.load.conditions import read_condition
    >>> young, old = (((read_condition("age", age),),) for age in ("under 75 years", "at least 75 years"))
    >>> are_apart(young, old), are_apart(young, young), are_apart(young, ())
    (True, False, False)
    """
    return bool(any_of and other) and all(
        any(
            each.fact == its.fact and is_empty(common(stretch_of(each), stretch_of(its)))
            for each, its in product(conditions, others)
        )
        for conditions, others in product(any_of, other)
    )


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
    texts = []
    if low > EVERYTHING.low:
        texts.append(f"{'over' if low.after else 'at least'} {_amount(fact, low.number)}")
    if high < EVERYTHING.high:
        texts.append(f"{'at most' if high.after else 'under'} {_amount(fact, high.number)}")
    return f"{fact} {', '.join(texts)}" if texts else f"any {fact}"


def _amount(fact: str, number: Decimal) -> Quantity:
    """A number with the unit in which a regimen file would have it."""
    if fact == "age" and number % 12 == 0:
        return Quantity(number / 12, "years")
    return Quantity(number, fact_of(fact).unit)


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


def judge_any(any_of: AnyOf, facts: Facts) -> bool | None:
    """Whether one of several holds, each whole; None where that depends on something that is not known.

    An empty one holds for everybody.
    """
    answers = [judge(conditions, facts) for conditions in any_of]
    if True in answers or not answers:
        return True
    return None if None in answers else False


def unknown_facts(conditions: tuple[Condition, ...], facts: Facts) -> tuple[Fact, ...]:
    """The facts that the conditions speak of and nobody has told."""
    unknown = (each for each in conditions if _holds(each, facts.get(each.fact)) is None)
    return tuple({each.fact: FACTS.get(each.fact) or of_history(each.fact) for each in unknown}.values())


def _holds(condition: Condition, value: Value | None) -> bool | None:
    """Whether one condition holds. A fact of another kind than the condition's is as good as unknown."""
    if condition.is_so is not None:
        return value is condition.is_so if isinstance(value, bool) else None
    if not isinstance(value, Quantity):
        return None
    return stretch_of(condition).holds(fact_of(condition.fact).in_unit(value).value)


def history_asked(*nouns: object) -> set[str]:
    """Every yes or no of a history that a condition within these nouns asks for.

    >>> sorted(history_asked((Condition("prior_hsct", is_so=True), Condition("age"))))
    ['prior_hsct']
    """
    asked: set[str] = set()
    for noun in nouns:
        if isinstance(noun, Condition):
            asked |= {noun.fact} if noun.is_so is not None and noun.fact not in FACTS else set()
        elif isinstance(noun, msgspec.Struct):
            asked |= history_asked(*(getattr(noun, name) for name in noun.__struct_fields__))
        elif isinstance(noun, dict):
            asked |= history_asked(*noun.values())
        elif isinstance(noun, tuple):
            asked |= history_asked(*noun)
    return asked
