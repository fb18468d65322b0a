"""What the rules find of one order: alerts, and which checks were not made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cec.calculate.known_facts import what_is_missing
from cec.calculate.rules import rules_for
from cec.calculate.rules.rule import Case, Rule, number_of
from cec.conditions import history_asked
from cec.facts import FACTS, fact_of, of_history
from cec.order import NOT_APPLICABLE, NOT_ASKED, NOT_CHECKED, Alert, NotMade
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Level, Regimen

_SEVEREST_FIRST = ("stop", "check", "note")

Answered = tuple[Rule, bool | None]
"""A rule, and whether it speaks; None where that depends on something that is not known."""


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
    rules = (rule for rule in rules_for(case.regimen, case.pharmacy) if {rule.drug, rule.line} <= given)
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
    """An alert for each rule that is the first of its code; the first of rules with the same hints gives them.

    What a person answered is a note, in the place that the rule has.
    """
    heard, hinted, texts = set(), set(), set()
    for rule in rules:
        key = (rule.code, rule.asks[0].fact if rule.asks else "")
        if key in heard:
            continue
        heard.add(key)
        text = rule.text if isinstance(rule.text, str) else rule.text(case)
        if rule.hints and rule.hints not in hinted:
            hinted.add(rule.hints)
            text = "; ".join((text, *(hint for hint in rule.hints(case) if hint not in text)))
        if (rule.code, rule.about, text) in texts:  # of a check with several conditions of which any may hold
            continue
        texts.add((rule.code, rule.about, text))
        level = "note" if rule.is_answered and rule.is_answered(case) else rule.level
        yield rule.level, Alert(rule.code, level, rule.about, text, rule.source)


def not_asked(patient: Patient, regimen: Regimen, pharmacy: Pharmacy) -> list[str]:
    """What of a patient's history neither the regimen nor the pharmacy asks for."""
    return sorted(patient.history.keys() - history_asked(regimen, pharmacy)) if patient.history else []


def _unasked(case: Case) -> Iterator[_Placed]:
    """A note on what somebody told of the history and nothing here asks for."""
    if names := not_asked(case.patient, case.regimen, case.pharmacy):
        yield "note", Alert(NOT_ASKED, "note", "history", f"not asked by this regimen: {', '.join(names)}")


def _not_made(unsure: Iterable[Answered], case: Case) -> Iterator[_Placed]:
    """One note on every check that was not made, by what was wanting; what most of them wanted stands first."""
    untold = _by_reason(_untold(unsure, case))
    others = _by_reason((why, rule.not_checked or "") for rule, _ in unsure for why in rule.out_of_scope(case.facts))
    if gaps := {**untold, **others}:
        widest_first = sorted(gaps.items(), key=lambda gap: -len(gap[1]))
        words = "; ".join(f"{why} ({', '.join(checks)})" for why, checks in widest_first)
        not_made = tuple(NotMade(why, tuple(checks)) for why, checks in widest_first)
        code = NOT_CHECKED if untold else NOT_APPLICABLE
        yield "note", Alert(code, "note", "", f"not checked: {words}", not_made=not_made)


def _by_reason(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, None]]:
    """The checks of each reason, each once, in their order."""
    found: dict[str, dict[str, None]] = {}
    for why, check in pairs:
        found.setdefault(why, {})[check] = None
    return found


def _untold(unsure: Iterable[Answered], case: Case) -> Iterator[tuple[str, str]]:
    """What nobody told, with each check that hangs on it."""
    is_first_cycle = number_of("previous_cycles", case.facts.get("previous_cycles")) == 0
    for rule, answer in unsure:
        for name in rule.unknown(case.facts, answer=answer):
            if name != "days_since_day_1" or not is_first_cycle:
                # a yes or no of the history may have a name that earlier doses would have
                fact = fact_of(name) if name in FACTS or name in rule.wants else of_history(name)
                yield what_is_missing(fact, case.facts).not_given, rule.not_checked or ""
