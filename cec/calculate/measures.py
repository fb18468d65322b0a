"""What doses are computed from: body surface area by the pharmacy's formula, and creatinine clearance."""

from __future__ import annotations

from msgspec import Struct

from cec.calculate.formulas import body_surface_area, bsa_formula
from cec.calculate.kidneys import (
    KidneyFunction,
    creatinine_clearance,
)
from cec.calculate.rounding import to_nearest
from cec.order import Bsa, Measures
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.units import Exact, Quantity


class Measured(Struct, frozen=True):
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
