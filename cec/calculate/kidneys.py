"""Kidney function as measured or estimated, and carboplatin by it: published equations, each with its citation.

No result is rounded; rounding is the caller's, by the pharmacy's policy.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cec.calculate.formulas import number_in
from cec.errors import InputError
from cec.order import CreatinineClearance
from cec.patient import Patient
from cec.units import AGE, CREATININE, Exact, Quantity, convert, convert_exactly, exact

if TYPE_CHECKING:
    from cec.facts import Sex


class Worked(msgspec.Struct, frozen=True):
    """A result with its working and the source of its equation."""

    value: Exact
    how: str
    source: str


_SCHWARTZ_2009 = (
    "Schwartz GJ, Muñoz A, Schneider MF, et al. New equations to estimate GFR in children with CKD. "
    "J Am Soc Nephrol 2009;20:629-637. doi:10.1681/ASN.2008030287"
)
_COCKCROFT_1976 = (
    "Cockcroft DW, Gault MH. Prediction of creatinine clearance from serum creatinine. Nephron 1976;16:31-41"
)
CALVERT = (
    "Calvert AH, Newell DR, Gumbrell LA, et al. Carboplatin dosage: prospective evaluation of a simple formula based "
    "on renal function. J Clin Oncol 1989;7:1748-1756. doi:10.1200/JCO.1989.7.11.1748"
)
NEWELL = (
    "Newell DR, Pearson ADJ, Balmanno K, et al. Carboplatin pharmacokinetics in children: the development of a "
    "pediatric dosing formula. J Clin Oncol 1993;11:2314-2323. doi:10.1200/JCO.1993.11.12.2314"
)

STANDARD_AREA = Decimal("1.73")
"""m2, to which a GFR is often normalised."""

SCHWARTZ_FACTOR = Decimal("0.413")

COCKCROFT_GAULT_AGE, COCKCROFT_GAULT_DIVISOR, COCKCROFT_GAULT_WOMEN = Decimal(140), Decimal(72), Decimal("0.85")
"""The coefficients of the equations below."""

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


def bedside_schwartz(height: Quantity, creatinine: Quantity) -> Worked:
    """Estimated GFR of a child in mL/min/1.73 m2: 0.413 × height (cm) / creatinine (mg/dL), by Schwartz 2009.

    >>> bedside_schwartz(Quantity(Decimal(128), "cm"), Quantity(Decimal("0.5"), "mg/dL")).how
    '0.413 × 128 cm / 0.5 mg/dL = 105.728 mL/min/1.73 m2'
    """
    serum, text = _serum(creatinine)
    value = Fraction(SCHWARTZ_FACTOR) * Fraction(number_in("cm", height)) / serum
    return _worked(value, "mL/min/1.73 m2", f"{SCHWARTZ_FACTOR} × {height} / {text}", _SCHWARTZ_2009)


def cockcroft_gault(age: Quantity, weight: Quantity, creatinine: Quantity, sex: Sex | None) -> Worked:
    """Creatinine clearance of an adult in mL/min: (140 - age) × weight / (72 × creatinine), 15% less in women.

    Age counts in completed years, weight in kg, creatinine in mg/dL.

    >>> adult = Quantity(Decimal(40), "years"), Quantity(Decimal(80), "kg"), Quantity(Decimal(1), "mg/dL")
    >>> cockcroft_gault(*adult, "female").how
    '(140 - 40) × 80 kg / (72 × 1 mg/dL) × 0.85 = 94.44444… mL/min'
    """
    if sex is None:
        raise InputError("Cockcroft-Gault needs the patient's sex; give --sex female or --sex male")
    years = int(convert(age, "years", AGE).value)
    if years >= COCKCROFT_GAULT_AGE:
        raise InputError(f"Cockcroft-Gault gives nothing for an age of {age}")
    serum, text = _serum(creatinine)
    age_factor = Fraction(COCKCROFT_GAULT_AGE) - years
    value = age_factor * Fraction(number_in("kg", weight)) / (Fraction(COCKCROFT_GAULT_DIVISOR) * serum)
    how = f"({COCKCROFT_GAULT_AGE} - {years}) × {weight} / ({COCKCROFT_GAULT_DIVISOR} × {text})"
    if sex == "female":
        value, how = value * Fraction(COCKCROFT_GAULT_WOMEN), f"{how} × {COCKCROFT_GAULT_WOMEN}"
    return _worked(value, "mL/min", how, _COCKCROFT_1976)


def own_clearance(clearance: Exact, area: Exact) -> Worked:
    """A patient's own GFR in mL/min from one in mL/min/1.73 m2 and the body surface area in m2.

    >>> own = own_clearance(Exact(Fraction(50), "mL/min/1.73 m2"), Exact(Quantity(Decimal("0.53"), "m2")))
    >>> print(own.how)
    50 mL/min/1.73 m2 × 0.53 m2 / 1.73 m2 = 15.31791… mL/min
    """
    value = clearance.number * area.number / Fraction(STANDARD_AREA)
    return _worked(value, "mL/min", f"{clearance} × {area} / {STANDARD_AREA} m2", "")


def normalised_clearance(own: Exact, area: Exact) -> Worked:
    """A GFR in mL/min/1.73 m2 from a patient's own in mL/min and the body surface area in m2.

    >>> normalised_clearance(Exact(Fraction(20), "mL/min"), Exact(Fraction(1, 2), "m2")).how
    '20 mL/min × 1.73 m2 / 0.5 m2 = 69.2 mL/min/1.73 m2'
    """
    value = own.number * Fraction(STANDARD_AREA) / area.number
    return _worked(value, "mL/min/1.73 m2", f"{own} × {STANDARD_AREA} m2 / {area}", "")


class ExposureFormula(msgspec.Struct, frozen=True):
    """Dose in mg = target AUC (mg/mL × min) × (GFR in mL/min + what is cleared otherwise, mL/min, also per kg)."""

    citation: str
    constant: Decimal = Decimal(0)
    per_kg: Decimal = Decimal(0)


EXPOSURE_FORMULAS = {
    "AUC": ExposureFormula(CALVERT, constant=Decimal(25)),
    "AUC by newell-1993": ExposureFormula(NEWELL, per_kg=Decimal("0.36")),
}
"""The formulas of carboplatin by the unit of the target: Calvert's for adults, Newell's for children."""


def dose_by_exposure(target: Quantity, clearance: Exact, weight: Quantity) -> Worked:
    """Dose of carboplatin in mg for a target AUC, by the formula that its unit names.

    The GFR is the patient's own in mL/min, not one per 1.73 m2; the weight is in kg.

    >>> ninety, child = Exact(Fraction(90), "mL/min"), Quantity(Decimal(12), "kg")
    >>> print(dose_by_exposure(Quantity(Decimal(5), "AUC"), ninety, child).value)
    575 mg
    >>> print(dose_by_exposure(Quantity(Decimal(5), "AUC by newell-1993"), ninety, child).how)
    AUC 5 by newell-1993 × (90 mL/min + 0.36 × 12 kg) = 471.6 mg
    """
    if clearance.unit != "mL/min":
        raise InputError(f"{clearance} is not in mL/min")
    formula = EXPOSURE_FORMULAS[target.unit]
    cleared = Fraction(formula.constant) + Fraction(formula.per_kg) * Fraction(number_in("kg", weight))
    words = f"{formula.per_kg} × {weight}" if formula.per_kg else f"{formula.constant}"
    value = Fraction(target.value) * (clearance.number + cleared)
    return _worked(value, "mg", f"{target} × ({clearance} + {words})", formula.citation)


def _worked(value: Fraction, unit: str, how: str, source: str) -> Worked:
    result = Exact(value, unit)
    return Worked(result, f"{how} = {result}", source)


def _serum(creatinine: Quantity) -> tuple[Fraction, str]:
    """Serum creatinine in mg/dL, above 0, and its text in an equation."""
    value = convert_exactly(creatinine, "mg/dL", CREATININE).number
    if value <= 0:
        raise InputError(f"a serum creatinine of {creatinine} is not possible; write it like {CREATININE.example}")
    return value, str(creatinine) if creatinine.unit == "mg/dL" else f"({creatinine} / 88.4)"
