"""The checks of a regimen's own file: what they say of a clearance, and what they offer a person to declare.

Nothing of an offer is ever applied by itself. Only a reduction whose reason begins with the code of the check answers
it, where it is as large as the offered one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from cec.calculate.declared import declaration_on
from cec.calculate.rules.readings import CLEARANCES, KNOWN, clearance_of
from cec.calculate.rules.rule import Answers, Case, Rule, question_of
from cec.drug_names import is_same_drug
from cec.order import Dose
from cec.patient import Reduction, SetDose, target
from cec.pharmacy import Pharmacy
from cec.regimen import Check, Regimen
from cec.units import write_number


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


def answers(check: Check, case: Case) -> Answers:
    """What a person declared of the drugs that a check offers to reduce, and which reductions are left to declare."""
    found = list(_found(check, case))
    return Answers(
        tuple(each.text for each in found if each.text),
        tuple(each.offer for each in found if each.offer),
        is_whole=bool(found) and all(each.is_answer for each in found),
    )


def begins_with(reason: str, code: str) -> bool:
    """Whether a reason begins with the code of a check.

    >>> begins_with("clofarabine-renal: 45 mL/min", "clofarabine-renal")
    True
    >>> begins_with("clofarabine-renal-severe", "clofarabine-renal")
    False
    """
    return re.match(rf"{re.escape(code)}(?![\w-])", reason, re.IGNORECASE) is not None


class _Found(Struct, frozen=True):
    """What was found of the doses of one drug: an offer where nothing is declared of them, else what is, in words."""

    text: str = ""
    offer: Reduction | None = None
    is_answer: bool = False


def _found(check: Check, case: Case) -> Iterator[_Found]:
    for drug, percent in check.offers.items():
        given = [dose for dose in case.doses if is_same_drug(dose.drug, drug) and dose.ordered.value]
        declared = [_declaration_on(dose, case) for dose in given]
        alike: dict[tuple[_Declared, int], list[Dose]] = {}
        is_mixed = len(set(declared)) > 1
        for dose, declaration in zip(given, declared, strict=True):
            alike.setdefault((declaration, dose.line if is_mixed else 0), []).append(dose)
        for (declaration, line), doses in alike.items():
            offer = _offer(Reduction(drug, percent, check.code), line, doses, given)
            yield _Found(offer=offer) if declaration is None else _held_against(declaration, offer)


_Declared = Reduction | SetDose | None


def _declaration_on(dose: Dose, case: Case) -> _Declared:
    declared = declaration_on(case.patient, (dose.drug, dose.called), dose.line, dose.line_days[0])
    return declared if isinstance(declared, Reduction | SetDose) else None


def _offer(whole: Reduction, line: int, doses: list[Dose], given: list[Dose]) -> Reduction:
    """The reduction that is offered for some of the given doses of a drug: of their days, and of their line where it
    has several."""
    if not line:
        return whole
    of_line = [dose for dose in given if dose.line == line]
    days = sorted({day for dose in doses for day in dose.line_days}) if len(doses) < len(of_line) else ()
    return replace(whole, days=tuple(days), line=line if len(of_line) < len(given) else None)


def _held_against(declared: Reduction | SetDose, offer: Reduction) -> _Found:
    """What a declaration is to the reduction that a check offers for the same doses."""
    where = target(offer).removeprefix(offer.drug).replace(" line ", " in line ")
    if isinstance(declared, SetDose):
        return _Found(f"{offer.drug} is set to {declared.dose}{where}: {declared.reason}")
    by, offered = (f"by {write_number(each.percent)}%" for each in (declared, offer))
    if not begins_with(declared.reason, offer.reason):
        return _Found(f"already reduced {by}{where} for {declared.reason}; this would be further")
    if declared.percent < offer.percent:
        return _Found(f"{by} is declared{where}, less than the {offered} that is offered")
    return _Found(f"answered: {by}, declared{where}", is_answer=True)
