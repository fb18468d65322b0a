"""Rules of the pharmacy for a misspelt drug are applied to nothing; an order of the drug that is meant says so."""

from __future__ import annotations

from collections.abc import Iterator

from cec.calculate.rules.rule import Rule, code_of_drug
from cec.drug_names import misspelt_drug
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen, entry_of


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
