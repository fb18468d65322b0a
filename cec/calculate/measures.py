"""What doses are computed from: body surface area by the pharmacy's formula, and creatinine clearance."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import msgspec

from cec.calculate.formulas import (
    bedside_schwartz,
    body_surface_area,
    bsa_formula,
    cockcroft_gault,
    normalised_clearance,
    own_clearance,
)
from cec.calculate.rounding import to_nearest
from cec.order import Bsa, CreatinineClearance, Measures
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.units import AGE, Exact, Quantity, convert, exact

YOUNGEST_ESTIMATED, ADULT = Decimal(12), Decimal(18 * 12)
"""Ages in months from which bedside Schwartz and Cockcroft-Gault estimate kidney function; for infants nothing does."""

MEASURED, SCHWARTZ, COCKCROFT_GAULT = "measured", "bedside Schwartz", "Cockcroft-Gault"
"""How a clearance is known."""


class KidneyFunction(NamedTuple):
    """A creatinine clearance, its exact number, and the same in both readings where the body surface area is known."""

    shown: CreatinineClearance
    value: Exact
    own: Exact | None = None
    """The patient's own, mL/min."""
    normalised: Exact | None = None
    """Per 1.73 m2."""


class Measured(NamedTuple):
    """The measures of an order, and the exact numbers of those that are computed."""

    shown: Measures
    bsa: Exact
    """The BSA that doses are computed from."""
    unrounded_bsa: Exact
    kidneys: KidneyFunction | None = None

    @property
    def clearance(self) -> Exact | None:
        """The creatinine clearance as it was measured or estimated: in mL/min, or per 1.73 m2."""
        return self.kidneys and self.kidneys.value


def measure(patient: Patient, pharmacy: Pharmacy, age: Quantity | None) -> Measured:
    """What doses are computed from, for a patient of that age."""
    bsa, area, unrounded = measure_bsa(patient, pharmacy)
    kidneys = creatinine_clearance(patient, age, area)
    shown = Measures(1, patient.height, patient.weight, bsa, kidneys and kidneys.shown)
    return Measured(shown, area, unrounded, kidneys)


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
    return Measured(Measures(from_day, height, weight, bsa, kidneys and kidneys.shown), area, area, kidneys)


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


def creatinine_clearance(patient: Patient, age: Quantity | None, bsa: Exact | None) -> KidneyFunction | None:
    """Kidney function: as measured, else estimated from creatinine; None where neither can be had.

    Bedside Schwartz from 1 to below 18 years, in mL/min/1.73 m2; Cockcroft-Gault from 18, in mL/min. No formula here is
    for infants. Without a body surface area each stands in its own unit alone.
    """
    found = _as_known(patient, age)
    if found is None or bsa is None or not bsa.number:
        return found
    if found.value.unit == "mL/min":
        return found._replace(own=found.value, normalised=normalised_clearance(found.value, bsa).value)
    own = own_clearance(found.value, bsa)
    shown = msgspec.structs.replace(found.shown, own=own.value.kept, own_how=own.how)
    return KidneyFunction(shown, found.value, own.value, found.value)


def _as_known(patient: Patient, age: Quantity | None) -> KidneyFunction | None:
    """Kidney function in the unit in which it is measured or estimated."""
    if clearance := patient.creatinine_clearance:
        return KidneyFunction(CreatinineClearance(clearance, MEASURED, f"{clearance}, measured"), exact(clearance))
    if patient.creatinine is None or age is None:
        return None
    months = convert(age, "months", AGE).value
    if months < YOUNGEST_ESTIMATED:
        return None
    if months < ADULT:
        estimate, method = bedside_schwartz(patient.height, patient.creatinine), SCHWARTZ
    elif patient.sex is None:
        return None
    else:
        estimate, method = cockcroft_gault(age, patient.weight, patient.creatinine, patient.sex), COCKCROFT_GAULT
    shown = CreatinineClearance(estimate.value.kept, method, estimate.how, estimate.source)
    return KidneyFunction(shown, estimate.value)
