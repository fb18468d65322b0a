"""Every check that applies to one order, in one table; and what they find: alerts, and which checks were not made.

A row is a rule, or what makes rules of a regimen and a pharmacy. A rule has the shape of a regimen's check: code,
level, facts with limits, words, source; the regimen's own checks are rules too. A row is a check in every command,
format and batch. Alerts on how a dose is made up come of making it up, not of rules: see `preparation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from msgspec.structs import replace

from cec.calculate.known_facts import what_is_missing
from cec.calculate.rules.allergies import allergy_rules
from cec.calculate.rules.clearance import clearance_rules
from cec.calculate.rules.compared import another_weight_rule, date_rules, weight_change_rule, written_bsa_rule
from cec.calculate.rules.fatal_mistakes import into_csf_rules, vinca_rules, weekly_rules
from cec.calculate.rules.for_age import heavy_for_age, height_of_other_age_rule, implausible_for_age
from cec.calculate.rules.lifetime import lifetime_rules
from cec.calculate.rules.plausible import body_mass_index_rule, plausible_rules, pounds_rule
from cec.calculate.rules.readings import reading_rules
from cec.calculate.rules.regimen_checks import regimen_rules
from cec.calculate.rules.rule import Answers, Case, LimitQuestion, Question, Rule, number_of, question_of
from cec.calculate.rules.standing import not_applied_rules, standing_rules
from cec.conditions import conditions_of, history_asked
from cec.facts import FACTS, Facts, drug_of, fact_of, of_history
from cec.facts.stretches import HIGHEST, Cut, Stretch
from cec.order import NOT_APPLICABLE, NOT_ASKED, NOT_CHECKED, Alert, NotMade
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Level, Regimen, entry_of

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


_SEVEREST_FIRST = ("stop", "check", "note")

Answered = tuple[Rule, bool | None]
"""A rule, and whether it speaks; None where that depends on something that is not known."""

_Gaps = dict[str, dict[str, None]]
"""Why checks were not made, and by each reason the checks, each once, in their order."""

_Placed = tuple[Level, Alert]
"""An alert, and the level by which it stands among the others."""


def alerts_of(case: Case) -> tuple[Alert, ...]:
    """Every alert of the rules on a case, the severest first; the last one says which checks were not made.

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
    lines = [*((dose.line, dose.drug) for dose in case.doses if dose.ordered.value), *case.refused]
    given = {"", 0, *(name for line in lines for name in line)}
    rules = [rule for rule in rules_for(case.regimen, case.pharmacy) if rule.drug in given and rule.line in given]
    for amounts in dict.fromkeys(rule.amounts for rule in rules if rule.amounts and case.is_whole):
        case = replace(case, facts={**case.facts, **amounts(case)})
    answers = [(rule, rule.answer(case.facts)) for rule in rules]
    spoken = [rule for rule, answer in answers if answer]
    heard = {(rule.code, rule.about) for rule in spoken}
    unsure = [
        (rule, answer)
        for rule, answer in answers
        if rule.not_checked is not None and ((answer is None and (rule.code, rule.about) not in heard) or rule.wants)
    ]
    found = [*_spoken(spoken, case), *_unasked(case), *_not_made(unsure, case)]
    return tuple(alert for _, alert in sorted(found, key=lambda each: _SEVEREST_FIRST.index(each[0])))


def _spoken(rules: Iterable[Rule], case: Case) -> Iterator[_Placed]:
    """An alert for each rule that is the first to speak of one thing under its code.

    The first of rules with the same hints gives them. What a person answered is a note, in the place that the rule has.
    """
    heard, hinted = set(), set()
    for rule in rules:
        if (rule.code, rule.about) in heard:
            continue
        heard.add((rule.code, rule.about))
        text = rule.text if isinstance(rule.text, str) else rule.text(case)
        answers = rule.answered(case) if rule.answered else Answers()
        text = "; ".join((text, *answers.texts))
        if rule.hints and rule.hints not in hinted:
            hinted.add(rule.hints)
            text = "; ".join((text, *(hint for hint in rule.hints(case) if hint not in text)))
        level = "note" if answers.is_whole else rule.level
        yield rule.level, Alert(rule.code, level, rule.about, text, rule.source, offers=answers.offers)


def not_asked(patient: Patient, regimen: Regimen, pharmacy: Pharmacy) -> list[str]:
    """What of a patient's history neither the regimen nor the pharmacy asks for."""
    return sorted(patient.history.keys() - history_asked(regimen, pharmacy)) if patient.history else []


def _unasked(case: Case) -> Iterator[_Placed]:
    """A note on what somebody told of the history and nothing here asks for."""
    if names := not_asked(case.patient, case.regimen, case.pharmacy):
        yield "note", Alert(NOT_ASKED, "note", "history", f"not asked by this regimen: {', '.join(names)}")


def _not_made(unsure: Iterable[Answered], case: Case) -> Iterator[_Placed]:
    """One note on every check that was not made, by what was wanting; what most of them wanted stands first."""
    untold: _Gaps = {}
    others: _Gaps = {}
    whys: dict[tuple[str, bool], str] = {}
    for rule, answer in unsure:
        wanting = rule.wanting(case.facts, answer=answer)
        for name in wanting.facts:
            asked = name, name in rule.wants
            if asked not in whys:
                whys[asked] = _uncounted(name, case.patient) or _untold(name, case.facts, is_wanted=asked[1])
            if why := whys[asked]:
                untold.setdefault(why, {})[rule.not_checked or ""] = None
        for why in wanting.out_of_scope:
            others.setdefault(why, {})[rule.not_checked or ""] = None
    if gaps := {**untold, **others}:
        widest_first = sorted(gaps.items(), key=lambda gap: -len(gap[1]))
        words = "; ".join(f"{why} ({', '.join(checks)})" for why, checks in widest_first)
        not_made = tuple(NotMade(why, tuple(checks)) for why, checks in widest_first)
        code = NOT_CHECKED if untold else NOT_APPLICABLE
        yield "note", Alert(code, "note", "", f"not checked: {words}", not_made=not_made)


def _uncounted(name: str, patient: Patient) -> str:
    """That nobody told what was given of a drug before its doses were counted; nothing where that is not so."""
    counted = patient.earlier_doses_since
    since = entry_of(drug_of(name), counted) if counted else None
    return f"no earlier doses of {drug_of(name)} before {since} given" if since else ""


def _untold(name: str, facts: Facts, *, is_wanted: bool) -> str:
    """That nobody told a fact that a rule reads; nothing where there is none to tell."""
    if name == "days_since_day_1" and number_of("previous_cycles", facts.get("previous_cycles")) == 0:
        return ""
    # a yes or no of the history may have a name that earlier doses would have
    fact = FACTS.get(name) or (fact_of(name) if is_wanted else of_history(name))
    return what_is_missing(fact, facts).not_given
