"""What doses are computed from: body surface area by the pharmacy's formula, and creatinine clearance."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import msgspec

from cec.calculate.formulas import bedside_schwartz, body_surface_area, bsa_formula, cockcroft_gault
from cec.calculate.rounding import to_nearest
from cec.order import Bsa, CreatinineClearance, Measures, Order
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.units import AGE, Exact, Quantity, convert, exact

YOUNGEST_ESTIMATED, ADULT = Decimal(12), Decimal(18 * 12)
"""Ages in months from which bedside Schwartz and Cockcroft-Gault estimate kidney function; for infants nothing does."""


class KidneyFunction(NamedTuple):
    """A creatinine clearance, and its exact number."""

    shown: CreatinineClearance
    value: Exact


class Measured(NamedTuple):
    """The measures of an order, and the exact numbers of those that are computed."""

    shown: Measures
    bsa: Exact
    """The BSA that doses are computed from."""
    unrounded_bsa: Exact
    clearance: Exact | None = None


def measure(patient: Patient, pharmacy: Pharmacy, age: Quantity | None) -> Measured:
    """What doses are computed from, for a patient of that age."""
    bsa, area, unrounded = measure_bsa(patient, pharmacy)
    clearance, value = creatinine_clearance(patient, age) or (None, None)
    return Measured(Measures(1, patient.height, patient.weight, bsa, clearance), area, unrounded, value)


def measured_again(order: Order, day: int) -> Measured:
    """The measures of an order on a day of its cycle with their exact numbers, which an order does not keep."""
    shown = order.measures_on(day)
    patient = msgspec.structs.replace(order.patient, height=shown.height, weight=shown.weight)
    return measure(patient, order.pharmacy, order.age)._replace(shown=shown)


def measured_as(
    height: Quantity,
    weight: Quantity,
    area: Exact,
    formula: str,
    *,
    kidneys: KidneyFunction | None = None,
    from_day: int = 1,
) -> Measured:
    """Measures of which only the numbers matter: their BSA has no working."""
    used = area.kept
    bsa = Bsa(
        formula=formula,
        title="",
        value=used.value,
        unrounded=used.value,
        how="",
        source="",
        unit="m2",
        endless=used.endless,
        unrounded_endless=used.endless,
    )
    clearance, value = kidneys or (None, None)
    return Measured(Measures(from_day, height, weight, bsa, clearance), area, area, value)


def measure_bsa(patient: Patient, pharmacy: Pharmacy) -> tuple[Bsa, Exact, Exact]:
    """The body surface area by the pharmacy's formula and rounding; its exact number, m2, and that before rounding."""
    formula = bsa_formula(pharmacy.bsa_formula)
    unrounded = body_surface_area(formula.name, patient.height, patient.weight, patient.sex)
    how = formula.working(patient.height.value, patient.weight.value, patient.sex, area=unrounded)
    area, step = unrounded, pharmacy.bsa_rounding
    if step:
        area = Exact(Quantity(to_nearest(unrounded.number, step.value), "m2"))
        how += f", rounded half-up to {step}: {area}"
    else:
        how += ", not rounded"
    used, found = area.kept, unrounded.kept
    bsa = Bsa(
        formula=formula.name,
        title=formula.title,
        value=used.value,
        unrounded=found.value,
        how=how,
        source=formula.citation,
        unit="m2",
        endless=used.endless,
        unrounded_endless=found.endless,
    )
    return bsa, area, unrounded


def creatinine_clearance(patient: Patient, age: Quantity | None) -> KidneyFunction | None:
    """Kidney function: as measured, else estimated from creatinine; None where neither can be had.

    Bedside Schwartz from 1 to below 18 years, in mL/min/1.73 m2; Cockcroft-Gault from 18, in mL/min. No formula here is
    for infants.
    """
    if clearance := patient.creatinine_clearance:
        return KidneyFunction(CreatinineClearance(clearance, "measured", f"{clearance}, measured"), exact(clearance))
    if patient.creatinine is None or age is None:
        return None
    months = convert(age, "months", AGE).value
    if months < YOUNGEST_ESTIMATED:
        return None
    if months < ADULT:
        estimate, method = bedside_schwartz(patient.height, patient.creatinine), "bedside Schwartz"
    elif patient.sex is None:
        return None
    else:
        estimate, method = cockcroft_gault(age, patient.weight, patient.creatinine, patient.sex), "Cockcroft-Gault"
    shown = CreatinineClearance(estimate.value.kept, method, estimate.how, estimate.source)
    return KidneyFunction(shown, estimate.value)
