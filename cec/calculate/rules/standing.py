"""Whether the files of an order hold for it: the regimen's is the shipped one, in use and reviewed as it is now; the
pharmacy's name drugs as the regimen does.
"""

from __future__ import annotations

from collections.abc import Iterator

from cec.calculate.rules.rule import Rule
from cec.drug_names import misspelt_drug
from cec.order import code_of_drug
from cec.pharmacy import Pharmacy
from cec.regimen import NOT_SHIPPED, Level, Regimen, entry_of

DIGITS = 16
"""The digits of a fingerprint that tell two files apart."""

_NOT_FOR_PATIENTS = {
    "draft": "a draft: not yet for patients",
    "example": "an example, transcribed from a publication and not reviewed: not for patients",
}
"""What a status other than in use or withdrawn says."""


def standing_rules(regimen: Regimen, pharmacy: Pharmacy) -> Iterator[Rule]:
    """What is to be said of every order of a regimen, because of the file that it comes from."""
    if regimen.name.startswith(NOT_SHIPPED):
        text = f"{regimen.name}: the file that was used bears this name and has other content"
        yield _rule("not-shipped", "check", text, "the file is the shipped one")
    instead = f"; {regimen.superseded_by} takes its place" if regimen.superseded_by else ""
    if regimen.status == "withdrawn":
        yield _rule("withdrawn", "stop", f"{regimen.name} is withdrawn{instead}", "the file is not withdrawn")
    elif instead:
        yield _rule("superseded", "check", f"{regimen.name} is superseded{instead}", "no other takes its place")
    if regimen.status in _NOT_FOR_PATIENTS:
        text = f"{regimen.name} is {_NOT_FOR_PATIENTS[regimen.status]}"
        yield _rule(regimen.status, "check", text, "the file is in use")
    if not regimen.is_reviewed and (pharmacy.require_review or regimen.reviews):
        level: Level = "stop" if pharmacy.require_review else "check"
        yield _rule("not-reviewed", level, _not_reviewed(regimen), "the file is as it was reviewed")


def _rule(code: str, level: Level, text: str, limits: str) -> Rule:
    return Rule(code, level, "regimen", (), text, limits=limits)


def _not_reviewed(regimen: Regimen) -> str:
    """Why a file does not count as reviewed."""
    file = f"this file (SHA-256 {regimen.sha256[:DIGITS]})"
    if not regimen.reviews:
        return f"nobody reviewed {file}"
    last = regimen.reviews[-1]
    return f"{file} was changed after {last.by} reviewed it on {last.date} (SHA-256 {last.sha256[:DIGITS]})"


def not_applied_rules(regimen: Regimen, pharmacy: Pharmacy) -> Iterator[Rule]:
    """A check for each drug of the regimen whose name a rule or product of the pharmacy nearly has."""
    given = {line.drug: True for line in regimen.drugs}
    found: dict[str, dict[str, list[str]]] = {}
    for key, names in pharmacy.names_of_drugs.items():
        for name in names:
            if entry_of(name, given) is None and (drug := misspelt_drug(name, given)):
                found.setdefault(drug, {}).setdefault(name, []).append(key)
    for drug, keys in found.items():
        named = "; ".join(f"'{name}' in {' and '.join(of_name)}" for name, of_name in keys.items())
        text = f"the pharmacy file names {named}: not applied to {drug}; if that is meant, name it so there"
        limits = "no rule or product of the pharmacy is for a drug of nearly this name"
        yield Rule(code_of_drug("rule-not-applied", drug), "check", drug, (), text, limits=limits, drug=drug)
