"""What is known of a patient and a cycle, by fact: what was told, and what follows from it."""

from __future__ import annotations

from cec.facts import FACTS, Fact, Facts, Value, earlier_doses_of, told_facts
from cec.patient import Patient


def known_facts(patient: Patient, computed: Facts) -> Facts:
    """Every fact that is known of a patient, with those of the cycle and those that only `cec.calculate` computes.

    >>> from cec.load import load_patient
    >>> patient = load_patient(texts={"height": "200 cm", "weight": "90 kg", "previous_weight": "100 kg"})
    >>> facts = known_facts(patient, {"cycle": None})
    >>> print(facts["weight_change"], facts["body_mass_index"], facts["total_cycles"])
    10% 22.5 kg/m2 None
    """
    facts: dict[str, Value | None] = {
        **patient.history,  # first: what is measured or counted is never replaced by a yes or no
        **{earlier_doses_of(drug).name: amount for drug, amount in patient.earlier_doses.items()},
        **{fact.name: patient.fact(fact.name) for fact in told_facts("patient")},
        **computed,
    }
    for fact in FACTS.values():
        if fact.derive:
            inputs = [facts.get(name) for name in fact.inputs]
            facts[fact.name] = None if None in inputs else fact.derive(*inputs)
    return facts


def what_is_missing(fact: Fact, facts: Facts) -> Fact:
    """The fact that somebody should tell where this one is not known: itself, or what it is derived from.

    >>> what_is_missing(FACTS["creatinine_clearance"], {"age": None}).not_given
    'no creatinine given'
    """
    missing = next((name for name in fact.inputs if facts.get(name) is None), "")
    return what_is_missing(FACTS[missing], facts) if missing else fact
