"""What doses are computed from: body surface area by the pharmacy's formula, and creatinine clearance."""

from __future__ import annotations

from decimal import Decimal

from cec.calculate.formulas import bedside_schwartz, body_surface_area, bsa_formula, cockcroft_gault
from cec.calculate.rounding import to_nearest
from cec.order import Bsa, CreatinineClearance
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.units import AGE, Quantity, convert, plain, write_number

YOUNGEST_ESTIMATED, ADULT = Decimal(12), Decimal(18 * 12)
"""Ages in months from which bedside Schwartz and Cockcroft-Gault estimate kidney function; for infants nothing does."""


def measure_bsa(patient: Patient, pharmacy: Pharmacy) -> Bsa:
    """The body surface area that doses are computed from, m2, by the pharmacy's formula and rounding."""
    formula = bsa_formula(pharmacy.bsa_formula)
    unrounded = body_surface_area(formula.name, patient.height, patient.weight, patient.sex)
    how = formula.working(patient.height.value, patient.weight.value, patient.sex)
    value, step = unrounded, pharmacy.bsa_rounding
    if step:
        value = to_nearest(unrounded, step.value)
        how += f", rounded half-up to {step}: {write_number(value)} m2"
    else:
        how += ", not rounded"
    return Bsa(
        formula=formula.name,
        title=formula.title,
        value=plain(value),
        unrounded=plain(unrounded),
        how=how,
        source=formula.citation,
    )


def creatinine_clearance(patient: Patient, age: Quantity | None) -> CreatinineClearance | None:
    """Kidney function: as measured, else estimated from creatinine; None where neither can be had.

    Bedside Schwartz from 1 to below 18 years, in mL/min/1.73 m2; Cockcroft-Gault from 18, in mL/min. No formula here is
    for infants.
    """
    if patient.creatinine_clearance:
        return CreatinineClearance(
            patient.creatinine_clearance, "measured", f"{patient.creatinine_clearance}, measured"
        )
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
    return CreatinineClearance(estimate.value, method, estimate.how, estimate.source)
