"""What a person must look at: allergies, the regimen's checks, measures, lifetime maximums, what was not checked."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal

from cec.calculate.allergies import check_allergies
from cec.calculate.conditions import judge, unknown_facts
from cec.calculate.known_facts import Facts, what_is_missing
from cec.calculate.lifetime import check_lifetime, lifetime_maximums
from cec.calculate.measure_checks import check_measures, in_growth_reference
from cec.calculate.rounding import to_nearest
from cec.facts import FACTS, Fact, earlier_doses_of
from cec.order import Alert, CreatinineClearance, Dose
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import NOT_SHIPPED, Regimen, entry_of
from cec.units import Quantity

NOT_CHECKED = "incomplete"
"""The code of the note on what could not be checked."""

_SEVEREST_FIRST = ("stop", "check", "note")


def check(
    regimen: Regimen,
    patient: Patient,
    pharmacy: Pharmacy,
    facts: Facts,
    *,
    doses: Sequence[Dose] = (),
    start: datetime.date | None = None,
    clearance: CreatinineClearance | None = None,
) -> tuple[Alert, ...]:
    """Every alert on these doses, the severest first; the last one says what nothing was known of.

    >>> from cec.load import load_patient, load_regimen
    >>> patient = load_patient(texts={"height": "79 cm", "weight": "9.9 kg"})
    >>> facts = {"bsa": Quantity(patient.weight.value / 20, "m2"), "weight": patient.weight}
    >>> [alert.code for alert in check(load_regimen("cec-induction"), patient, Pharmacy(), facts)]
    ['under-10-kg', 'longer-infusion', 'incomplete']
    """
    age, bsa = _quantity(facts, "age"), _quantity(facts, "bsa")
    given = [dose.drug for dose in doses if dose.ordered.value]
    alerts = [
        *check_allergies(patient.allergies, given, pharmacy),
        *_check_name(regimen),
        *_check_regimen(regimen, facts, clearance),
        *check_measures(patient, age, bsa, pharmacy, start),
    ]
    if bsa:
        alerts += check_lifetime(regimen, patient, doses, bsa)
    alerts += _not_checked(regimen, patient, facts, start)
    return tuple(sorted(alerts, key=lambda alert: _SEVEREST_FIRST.index(alert.level)))


def _check_name(regimen: Regimen) -> Iterator[Alert]:
    """A check where the regimen's file bears the name of a shipped one, and is another."""
    if regimen.name.startswith(NOT_SHIPPED):
        text = f"{regimen.name}: the file that was used bears this name and has other content"
        yield Alert("not-shipped", "check", "regimen", text)


def _check_regimen(regimen: Regimen, facts: Facts, clearance: CreatinineClearance | None) -> Iterator[Alert]:
    """The regimen's checks whose conditions all hold; those on an estimated clearance say that it is one."""
    for rule in regimen.checks:
        if judge(rule.when, facts):
            asks_clearance = any(condition.fact == "creatinine_clearance" for condition in rule.when)
            told = _estimate(clearance) if clearance and asks_clearance else ""
            yield Alert(rule.code, rule.level, rule.about, rule.text + told, rule.source)


def _estimate(clearance: CreatinineClearance) -> str:
    """What the clearance is, as the end of a sentence: labels mean the patient's own, in mL/min."""
    value = Quantity(to_nearest(clearance.value.value, Decimal("0.1")), clearance.value.unit)
    normalised = ", not converted to the patient's own mL/min" if value.unit != "mL/min" else ""
    return f"; here {value} ({clearance.method}{normalised})"


def _not_checked(regimen: Regimen, patient: Patient, facts: Facts, start: datetime.date | None) -> Iterator[Alert]:
    """One note on everything that could not be checked because a fact is not known, by fact."""
    gaps: dict[str, list[str]] = {}
    for fact, what in _gaps(regimen, patient, facts, start):
        said = gaps.setdefault(what_is_missing(fact, facts).not_given, [])
        if what not in {*said, "", fact.name.replace("_", "-")}:
            said.append(what)
    if gaps:
        told = "; ".join(words + (f" ({', '.join(what)})" if what else "") for words, what in gaps.items())
        yield Alert(NOT_CHECKED, "note", "", f"not checked: {told}")


def _gaps(regimen: Regimen, patient: Patient, facts: Facts, start: datetime.date | None) -> Iterator[tuple[Fact, str]]:
    """Each unknown fact with each thing that depends on it; what would only be a note is not named."""
    age = _quantity(facts, "age")
    if age is None:
        yield FACTS["age"], "growth reference"
    if patient.sex is None and (age is None or in_growth_reference(age)):
        yield FACTS["sex"], "growth reference"
    drugs = {line.drug for line in regimen.drugs}
    previous = _quantity(facts, "previous_cycles")
    irrelevant = {"days_since_day_1"} if previous and previous.value == 0 else set()
    for rule in regimen.checks:
        if judge(rule.when, facts) is None:
            unknown = unknown_facts(rule.when, facts)
            what = rule.about if rule.about in drugs else rule.code
            what = "" if rule.level == "note" else what
            yield from ((fact, what) for fact in unknown if fact.name not in irrelevant)
    if start and patient.measured_on is None:
        yield FACTS["measured_on"], "how old they are"
    for drug in lifetime_maximums(regimen):
        if entry_of(drug, patient.earlier_doses) is None:
            yield earlier_doses_of(drug), "lifetime maximum"


def _quantity(facts: Facts, name: str) -> Quantity | None:
    fact = facts.get(name)
    return fact if isinstance(fact, Quantity) else None
