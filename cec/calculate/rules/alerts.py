"""What the rules find of one order: alerts, and which checks were not made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cec.calculate.known_facts import what_is_missing
from cec.calculate.rules import rules_for
from cec.calculate.rules.rule import Answers, Case, Rule, number_of
from cec.conditions import history_asked
from cec.facts import FACTS, Facts, drug_of, fact_of, of_history
from cec.order import NOT_APPLICABLE, NOT_ASKED, NOT_CHECKED, Alert, NotMade
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Level, Regimen, entry_of

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
    for amounts in dict.fromkeys(rule.amounts for rule in rules if rule.amounts):
        case = case._replace(facts={**case.facts, **amounts(case)})
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
        answers = rule.answered(case) if rule.answered else Answers()
        text = "; ".join((text, *answers.texts))
        if rule.hints and rule.hints not in hinted:
            hinted.add(rule.hints)
            text = "; ".join((text, *(hint for hint in rule.hints(case) if hint not in text)))
        if (rule.code, rule.about, text) in texts:  # of a check with several conditions of which any may hold
            continue
        texts.add((rule.code, rule.about, text))
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
