"""Every check that applies to one order, in one table.

A row is a rule, or what makes rules of a regimen and a pharmacy. A rule has the shape of a regimen's check: code,
level, facts with limits, words, source; the regimen's own checks are rules too. A row is a check in every command,
format and batch. Alerts on how a dose is made up come of making it up, not of rules: see `preparation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial

from cec.calculate.rules.allergies import allergy_rules
from cec.calculate.rules.clearance import clearance_rules
from cec.calculate.rules.dates import date_rules
from cec.calculate.rules.fatal_routes import into_csf_rules, vinca_rules
from cec.calculate.rules.grown import height_of_other_age_rule
from cec.calculate.rules.lifetime import lifetime_rules
from cec.calculate.rules.not_applied import not_applied_rules
from cec.calculate.rules.offers import answers
from cec.calculate.rules.pounds import pounds_rule
from cec.calculate.rules.readings import CLEARANCES, KNOWN, clearance_of, reading_rules
from cec.calculate.rules.rule import Case, LimitQuestion, Question, Rule, question_of
from cec.calculate.rules.sizes import (
    another_weight_rule,
    body_mass_index_rule,
    heavy_for_age,
    implausible_for_age,
    weight_change_rule,
)
from cec.calculate.rules.standing import standing_rules
from cec.calculate.rules.weekly import weekly_rules
from cec.calculate.rules.written_bsa import written_bsa_rule
from cec.conditions import conditions_of
from cec.facts import FACTS, Bounds, Fact
from cec.facts.stretches import HIGHEST, Cut, Stretch, stretch_within
from cec.pharmacy import Pharmacy
from cec.regimen import Check, Regimen
from cec.units import Quantity, convert


def regimen_rules(regimen: Regimen, _pharmacy: Pharmacy) -> Iterator[Rule]:
    """The regimen's own checks; those on an estimated clearance say that it is one."""
    for check in regimen.checks:
        asks_clearance = any(_asked_clearance(check))
        for conditions in check.any_of:
            yield Rule(
                code=check.code,
                level=check.level,
                about=check.about,
                asks=tuple(map(question_of, conditions)),
                text=partial(_with_estimate, check) if asks_clearance else check.text,
                source=check.source,
                not_checked=check.code,
                answered=partial(answers, check) if check.offers else None,
            )


def _asked_clearance(check: Check) -> Iterator[str]:
    """The facts of the clearance that a check asks about."""
    asked = (condition.fact for conditions in check.any_of for condition in conditions)
    return (fact for fact in asked if fact in CLEARANCES)


def _with_estimate(check: Check, case: Case) -> str:
    """A check's text and what the clearance is, in the unit of its bound."""
    fact = next(_asked_clearance(check), "")
    if case.clearance is None or not fact:
        return check.text
    is_other = fact == KNOWN and case.clearance.own
    unconverted = ", not converted to the patient's own mL/min" if is_other else ""
    return f"{check.text}; here {clearance_of(case, fact)} ({case.clearance.method}{unconverted})"


_ASKED_ELSEWHERE = {
    *("body_mass_index", "creatinine_clearance", "kidney_function"),
    *("days_since_day_1", "days_since_measured"),
}
"""Facts whose plausible bounds hang on others, and have rules of their own."""


def plausible_rules(_regimen: Regimen, _pharmacy: Pharmacy) -> Iterator[Rule]:
    """A check for each fact with plausible bounds in the table of facts: hardly anybody is outside them."""
    for fact in FACTS.values():
        if fact.plausible and fact.name not in _ASKED_ELSEWHERE:
            yield Rule(
                code=(fact.short or fact.name).lower().replace("_", "-"),
                level="check",
                about=fact.short or fact.name.replace("_", " "),
                asks=(LimitQuestion(fact.name, stretch_within(fact.plausible)),),
                text=partial(_implausible, fact),
                hints=partial(_other_units, fact),
            )


def _implausible(fact: Fact, case: Case) -> str:
    amount = case.facts[fact.name]
    if not isinstance(amount, Quantity):
        return ""
    look = f"look at {fact.look_at}" if fact.look_at else "look again"
    return f"{amount} is outside {fact.bounds_in(amount.unit, fact.plausible or Bounds())}; {look}"


def _other_units(fact: Fact, case: Case) -> tuple[str, ...]:
    """What the number would be in another unit of the fact that makes it plausible."""
    amount = case.facts[fact.name]
    if fact.told == "derived" or not isinstance(amount, Quantity) or not fact.kind or not fact.plausible:
        return ()
    others = (Quantity(amount.value, unit) for unit in fact.kind.units if unit != amount.unit)
    return tuple(
        f"{other} would be {convert(other, amount.unit, fact.kind)}"
        for other in others
        if fact.plausible.hold(fact.in_unit(other).value)
    )


RulesOf = Callable[[Regimen, Pharmacy], Iterable[Rule]]
"""What makes rules of a regimen and a pharmacy."""

RULES: tuple[Rule | RulesOf, ...] = (
    allergy_rules,
    standing_rules,
    not_applied_rules,
    regimen_rules,
    implausible_for_age("height"),
    height_of_other_age_rule(),
    implausible_for_age("weight"),
    heavy_for_age(),
    implausible_for_age("bmi"),
    body_mass_index_rule(),
    pounds_rule(),
    plausible_rules,
    written_bsa_rule(),
    another_weight_rule(),
    weight_change_rule("check", 10),
    weight_change_rule("note", 5),
    clearance_rules,
    reading_rules,
    date_rules,
    lifetime_rules,
    into_csf_rules,
    vinca_rules,
    weekly_rules,
)
"""Every check, in the order in which those of one level are told."""


_kept: dict[tuple[int, int, int], tuple[tuple[object, ...], tuple[Rule, ...]]] = {}
"""Rules by the identity of what they come from, which stands beside them so that it stays alive."""

_MOST_KEPT = 64


def rules_for(regimen: Regimen, pharmacy: Pharmacy) -> tuple[Rule, ...]:
    """Every rule that holds for orders of a regimen in a pharmacy."""
    key = (id(RULES), id(regimen), id(pharmacy))
    kept = _kept.get(key)
    if kept is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        rules = (row if isinstance(row, Rule) else tuple(row(regimen, pharmacy)) for row in RULES)
        flat = tuple(rule for each in rules for rule in ((each,) if isinstance(each, Rule) else each))
        kept = _kept[key] = ((RULES, regimen, pharmacy), flat)
    return kept[1]


def questions(regimen: Regimen, pharmacy: Pharmacy) -> Iterator[Question]:
    """Everything on which an alert, a dose or a product of an order of this regimen hangs, but for amounts.

    Rows with the same answers, the same facts known, the same reductions (drug, percentage, and which checks their
    reasons answer) and the same regimen have the same alert codes and the same prescribed doses. Rules that hang on
    ordered amounts (`Rule.amounts`) are left out: of them each row must be asked for itself.
    """
    for rule in rules_for(regimen, pharmacy):
        if rule.amounts is None:
            yield from rule.asks
        yield from (LimitQuestion(name) for name in rule.wants)
    for _, when in conditions_of(regimen, pharmacy):
        yield from map(question_of, when)
    yield LimitQuestion("previous_cycles", Stretch(Cut(Decimal(1)), HIGHEST))  # without one, no day 1 is missing
