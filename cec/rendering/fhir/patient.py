"""The patient of an order as FHIR R4: who it is, the measures that doses and checks use, and what else was told."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from cec.facts import told_facts
from cec.fhir.codes import CATEGORY, DERIVED, LOINC, measure_of
from cec.patient import Patient
from cec.rendering.csv.order import declared
from cec.rendering.fhir.parts import coding, concept, filled, id_of, notes, quantity, refer
from cec.rendering.words.patient import bsa_words, clearance_words, measures
from cec.units import Quantity, write_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cec.order import Measures, Order
    from cec.rendering.fhir.parts import Resource

_MEASURED = frozenset({"height", "weight", "written_bsa"})
"""Facts whose Observations come from the order's own measures."""
_CLEARANCE = "creatinine-clearance"
_ELSEWHERE = frozenset({"id", "name", "born", "sex", "height", "weight", "measured_on", "physician"})
"""Facts that have places of their own in R4: in the Patient, the Observations, the MedicationRequests."""


def order_id(order: Order, kind: str, *names: str | int) -> str:
    """The id of a resource of an order."""
    return id_of(order.fingerprint or order.sha256, kind, *names)


def patient_of(order: Order) -> Resource:
    """Who it is, as far as it was told."""
    patient = order.patient
    return filled(
        resourceType="Patient",
        id=order_id(order, "Patient"),
        identifier=[{"value": patient.id}] if patient.id else [],
        name=[{"text": patient.name}] if patient.name else [],
        gender=patient.sex,
        birthDate=patient.born.isoformat() if patient.born else "",
    )


def observations_of(order: Order, measured: Measures, patient: Resource) -> list[Resource]:
    """Height, weight, BSA and, where it is known, the clearance that doses are computed from, from a day on."""
    later = measured is not order.measures[0]
    patient_then = order.patient_on(measured.from_day)
    date = order.date_of(measured.from_day) if later else patient_then.measured_on
    given = measures(patient_then)
    found = [
        ("height", measured.height, given),
        ("weight", measured.weight, given),
        ("written_bsa", measured.bsa.area, f"BSA {bsa_words(measured.bsa)}"),
    ]
    if clearance := measured.clearance:
        found.append((_CLEARANCE, clearance.value, f"Creatinine clearance {clearance_words(clearance)}"))
    return [
        _observation(order, patient, fact, amount, date=date, note=note, day=measured.from_day)
        for fact, amount, note in found
    ]


def _observation(
    order: Order,
    patient: Resource,
    fact: str,
    amount: Quantity,
    *,
    date: datetime.date | None = None,
    note: str = "",
    day: int = 0,
) -> Resource:
    """One measure, by its LOINC code where it has one, else by its name."""
    measure = measure_of(fact, amount.unit)
    code = coding(LOINC, measure.code, measure.display) if measure else coding(DERIVED, fact)
    category = [concept("", coding(CATEGORY, measure.category))] if measure and measure.category else []
    return filled(
        resourceType="Observation",
        id=order_id(order, "Observation", fact, day),
        status="final",
        category=category,
        code=concept(measure.display if measure else fact.replace("-", " "), code),
        subject=refer(patient),
        effectiveDateTime=date.isoformat() if date else "",
        valueQuantity=quantity(amount),
        note=notes([note]),
    )


def other_measures(order: Order, patient: Resource) -> Iterator[Resource]:
    """What else was told of the patient and has a LOINC code."""
    for fact in told_facts("patient"):
        value = order.patient.fact(fact.name)
        if fact.name not in _MEASURED and isinstance(value, Quantity) and measure_of(fact.name, value.unit):
            yield _observation(order, patient, fact.name, value)


def told_of(patient: Patient) -> Iterator[tuple[str, str]]:
    """What was told of the patient and has no place in R4, by the names of columns and as these say it."""
    for fact in told_facts("patient"):
        value = patient.fact(fact.name)
        if value is None or fact.name in _ELSEWHERE:
            continue
        if not isinstance(value, Quantity):
            yield fact.name, value.isoformat() if isinstance(value, datetime.date) else str(value)
        elif not measure_of(fact.name, value.unit):
            yield fact.name, write_quantity(value)
    yield from ((name, str(is_so).lower()) for name, is_so in patient.history.items())
    yield from ((f"earlier_{drug}", _as_text(amount)) for drug, amount in patient.earlier_doses.items())
    yield from ((f"earlier_{drug}_since", date.isoformat()) for drug, date in patient.earlier_doses_since.items())
    yield "reduce", declared(patient.reductions)
    yield "set", declared(patient.set_doses)
    yield "without", declared(patient.withheld)
    yield "choose", "; ".join(f"{drug}={text}" for drug, texts in patient.choices.items() for text in texts)


def _as_text(amount: Quantity) -> str:
    """An amount as it is read of a text; of one that goes on, as sums of earlier doses do, no more than 12 decimals."""
    number, _, unit = write_quantity(amount).partition(" ")
    whole, point, decimals = number.partition(".")
    return f"{whole}{point}{decimals[:12]} {unit}" if amount.endless else write_quantity(amount)
