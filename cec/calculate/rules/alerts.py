"""What the rules find of one order: alerts, and what could not be checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cec.calculate.known_facts import what_is_missing
from cec.calculate.rules import rules_for
from cec.calculate.rules.rule import Case, Rule, number_of
from cec.calculate.rules.sizes import GROWTH_REFERENCE
from cec.facts import FACTS, Fact, fact_of, of_history
from cec.order import NOT_CHECKED, Alert

_SEVEREST_FIRST = ("stop", "check", "note")

Answered = tuple[Rule, bool | None]
"""A rule, and whether it speaks; None where that depends on something that is not known."""


def alerts_of(case: Case) -> tuple[Alert, ...]:
    """Every alert of the rules on a case, the severest first; the last one says what nothing was known of.

    >>> from decimal import Decimal
    >>> from cec import load_patient, load_regimen
    >>> from cec.pharmacy import Pharmacy
    >>> from cec.units import Quantity
    >>> from cec.calculate.known_facts import known_facts
    >>> patient = load_patient(texts={"height": "79 cm", "weight": "9.9 kg"})
    >>> facts = known_facts(patient, {"bsa": Quantity(Decimal("0.47"), "m2")})
    >>> [alert.code for alert in alerts_of(Case(load_regimen("cec-induction"), patient, Pharmacy(), facts))]
    ['under-10-kg', 'longer-infusion', 'incomplete']
    """
    given = {dose.drug for dose in case.doses if dose.ordered.value}
    rules = (rule for rule in rules_for(case.regimen, case.pharmacy) if not rule.drug or rule.drug in given)
    answers = [(rule, rule.answer(case.facts)) for rule in rules]
    spoken = (rule for rule, answer in answers if answer)
    unsure = (each for each in answers if each[0].not_checked is not None and (each[1] is None or each[0].wants))
    found = [*_spoken(spoken, case), *_not_checked(unsure, case)]
    return tuple(sorted(found, key=lambda alert: _SEVEREST_FIRST.index(alert.level)))


def _spoken(rules: Iterable[Rule], case: Case) -> Iterator[Alert]:
    """An alert for each rule that is the first of its code; the first of rules with the same hints gives them."""
    heard, hinted = set(), set()
    for rule in rules:
        key = (rule.code, rule.asks[0].fact if rule.asks else "")
        if key in heard:
            continue
        heard.add(key)
        text = rule.text if isinstance(rule.text, str) else rule.text(case)
        if rule.hints and rule.hints not in hinted:
            hinted.add(rule.hints)
            text = "; ".join((text, *(hint for hint in rule.hints(case) if hint not in text)))
        yield Alert(rule.code, rule.level, rule.about, text, rule.source)


def _not_checked(unsure: Iterable[Answered], case: Case) -> Iterator[Alert]:
    """One note on everything that could not be checked because a fact is not known, by fact."""
    gaps: dict[str, list[str]] = {}
    for fact, what in _gaps(unsure, case):
        named = gaps.setdefault(what_is_missing(fact, case.facts).not_given, [])
        if what and what not in named and what != fact.name.replace("_", "-"):
            named.append(what)
    if gaps:
        words = "; ".join(words + (f" ({', '.join(what)})" if what else "") for words, what in gaps.items())
        yield Alert(NOT_CHECKED, "note", "", f"not checked: {words}")


def _gaps(unsure: Iterable[Answered], case: Case) -> Iterator[tuple[Fact, str]]:
    """Each unknown fact with what depends on it, those of the growth reference first."""
    found = dict.fromkeys(
        (name, name in FACTS or name in rule.wants, rule.not_checked or "")
        for rule, answer in sorted(unsure, key=lambda each: each[0].not_checked != GROWTH_REFERENCE)
        for name in rule.unknown(case.facts, answer=answer)
    )
    is_first_cycle = number_of("previous_cycles", case.facts.get("previous_cycles")) == 0
    for name, is_in_table, what in found:  # a yes or no of the history may have a name that earlier doses would have
        if name != "days_since_day_1" or not is_first_cycle:
            yield fact_of(name) if is_in_table else of_history(name), what
