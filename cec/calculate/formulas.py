"""Published equations for body surface area, renal function and carboplatin, each with its citation.

No result is rounded; rounding is the caller's, by the pharmacy's policy. An equation stands in one place: its text, its
working with a patient's numbers and its value all come from the same coefficients.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from cec.calculate.equations import BsaFormula, Equation, FallingPowers, Part, Powers, Root
from cec.errors import InputError
from cec.units import AGE, CREATININE, Exact, Quantity, convert, convert_exactly

if TYPE_CHECKING:
    from cec.facts import Sex


class Worked(NamedTuple):
    """A result with its working and the source of its equation."""

    value: Exact
    how: str
    source: str


def _powers(coefficient: str, weight_power: str, height_power: str = "0") -> Powers:
    return Powers(Decimal(coefficient), Decimal(height_power), Decimal(weight_power))


def _one(name: str, title: str, equation: Equation, citation: str) -> BsaFormula:
    """A formula that is one equation for every patient."""
    return BsaFormula(name, title, (Part(equation),), citation)


_FORMULAS = (
    _one(
        "mosteller",
        "Mosteller",
        Root(3600),
        "Mosteller RD. Simplified calculation of body-surface area. N Engl J Med 1987;317(17):1098. "
        "doi:10.1056/NEJM198710223171717",
    ),
    _one(
        "du-bois",
        "Du Bois",
        _powers("0.007184", "0.425", "0.725"),
        "Du Bois D, Du Bois EF. A formula to estimate the approximate surface area if height and weight be known. "
        "Arch Intern Med 1916;17:863-871. doi:10.1001/archinte.1916.00080130010002",
    ),
    _one(
        "haycock",
        "Haycock",
        _powers("0.024265", "0.5378", "0.3964"),
        "Haycock GB, Schwartz GJ, Wisotsky DH. Geometric method for measuring body surface area. "
        "J Pediatr 1978;93:62-66",
    ),
    _one(
        "gehan-george",
        "Gehan-George",
        _powers("0.0235", "0.51456", "0.42246"),
        "Gehan EA, George SL. Estimation of human body surface area from height and weight. "
        "Cancer Chemother Rep 1970;54:225-235",
    ),
    _one(
        "boyd",
        "Boyd",
        FallingPowers(Decimal("0.0003207"), Decimal("0.3"), Decimal("0.7285"), Decimal("0.0188")),
        "Boyd E. The Growth of the Surface Area of the Human Body. Univ of Minnesota Inst of Child Welfare "
        "Monograph X, 1935",
    ),
    _one(
        "fujimoto",
        "Fujimoto",
        _powers("0.008883", "0.444", "0.663"),
        "Fujimoto S, Watanabe T, Sakamoto A, Yukawa K, Morimoto K. Studies on the physical surface area of Japanese. "
        "18. Nippon Eiseigaku Zasshi 1968;23:443-450",
    ),
    _one(
        "takahira",
        "Takahira",
        _powers("0.007241", "0.425", "0.725"),
        "Takahira H. Rep Imp Inst Nutr Tokyo 1925;1:61-95 (known through Fujimoto 1968)",
    ),
    _one(
        "shuter-aslani",
        "Shuter-Aslani",
        _powers("0.00949", "0.441", "0.655"),
        "Shuter B, Aslani A. Body surface area: Du Bois and Du Bois revisited. Eur J Appl Physiol 2000;82:250-254",
    ),
    BsaFormula(
        "schlich",
        "Schlich",
        (
            Part(_powers("0.000579479", "0.38", "1.24"), sex="male"),
            Part(_powers("0.000975482", "0.46", "1.08"), sex="female"),
        ),
        "Schlich E, Schumm M, Schlich M. 3-D-Body-Scan als anthropometrisches Verfahren zur Bestimmung der "
        "spezifischen Körperoberfläche. Ernährungs Umschau 2010;57:178-183",
    ),
    BsaFormula(
        "livingston-lee",
        "Livingston-Lee",
        (Part(_powers("0.1173", "0.6466")), Part(_powers("0.1037", "0.6724"), below=Decimal(10))),
        "Livingston EH, Lee S. Body surface area prediction in normal-weight and obese patients. "
        "Am J Physiol Endocrinol Metab 2001;281:E586-E591",
    ),
)

BSA_FORMULAS: dict[str, BsaFormula] = {formula.name: formula for formula in _FORMULAS}
"""Every formula by its name on the command line; in every equation height is in cm and weight in kg."""


def bsa_formula(name: str) -> BsaFormula:
    """The formula of that name; InputError with the nearest name for any other.

    >>> bsa_formula("du-bois").title
    'Du Bois'
    """
    if name in BSA_FORMULAS:
        return BSA_FORMULAS[name]
    from difflib import get_close_matches

    alike = get_close_matches("-".join(name[:40].lower().replace("_", " ").split()), BSA_FORMULAS, 1, 0.5)
    hint = f"did you mean {alike[0]}?" if alike else f"there are {', '.join(BSA_FORMULAS)}"
    raise InputError(f"there is no BSA formula '{name[:40]}'; {hint}")


def body_surface_area(formula: str, height: Quantity, weight: Quantity, sex: Sex | None = None) -> Exact:
    """Body surface area in m2 by a formula of BSA_FORMULAS from cm and kg, unrounded.

    >>> print(body_surface_area("mosteller", Quantity(Decimal(100), "cm"), Quantity(Decimal("32.8329"), "kg")))
    0.955 m2
    """
    return bsa_formula(formula).compute(_in("cm", height), _in("kg", weight), sex)


SCHWARTZ = (
    "Schwartz GJ, Muñoz A, Schneider MF, et al. New equations to estimate GFR in children with CKD. "
    "J Am Soc Nephrol 2009;20:629-637. doi:10.1681/ASN.2008030287"
)
COCKCROFT_GAULT = (
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


def bedside_schwartz(height: Quantity, creatinine: Quantity) -> Worked:
    """Estimated GFR of a child in mL/min/1.73 m2: 0.413 × height (cm) / creatinine (mg/dL), by Schwartz 2009.

    >>> bedside_schwartz(Quantity(Decimal(128), "cm"), Quantity(Decimal("0.5"), "mg/dL")).how
    '0.413 × 128 cm / 0.5 mg/dL = 105.728 mL/min/1.73 m2'
    """
    serum, text = _serum(creatinine)
    value = Fraction(SCHWARTZ_FACTOR) * Fraction(_in("cm", height)) / serum
    return _worked(value, "mL/min/1.73 m2", f"{SCHWARTZ_FACTOR} × {height} / {text}", SCHWARTZ)


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
    value = age_factor * Fraction(_in("kg", weight)) / (Fraction(COCKCROFT_GAULT_DIVISOR) * serum)
    how = f"({COCKCROFT_GAULT_AGE} - {years}) × {weight} / ({COCKCROFT_GAULT_DIVISOR} × {text})"
    if sex == "female":
        value, how = value * Fraction(COCKCROFT_GAULT_WOMEN), f"{how} × {COCKCROFT_GAULT_WOMEN}"
    return _worked(value, "mL/min", how, COCKCROFT_GAULT)


class ExposureFormula(NamedTuple):
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
    cleared = Fraction(formula.constant) + Fraction(formula.per_kg) * Fraction(_in("kg", weight))
    words = f"{formula.per_kg} × {weight}" if formula.per_kg else f"{formula.constant}"
    value = Fraction(target.value) * (clearance.number + cleared)
    return _worked(value, "mg", f"{target} × ({clearance} + {words})", formula.citation)


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


def _worked(value: Fraction, unit: str, how: str, source: str) -> Worked:
    result = Exact(value, unit)
    return Worked(result, f"{how} = {result}", source)


def _serum(creatinine: Quantity) -> tuple[Fraction, str]:
    """Serum creatinine in mg/dL, above 0, and its text in an equation."""
    value = convert_exactly(creatinine, "mg/dL", CREATININE).number
    if value <= 0:
        raise InputError(f"a serum creatinine of {creatinine} is not possible; write it like {CREATININE.example}")
    return value, str(creatinine) if creatinine.unit == "mg/dL" else f"({creatinine} / 88.4)"


def _in(unit: str, quantity: Quantity) -> Decimal:
    """The number of a quantity that must be in just that unit."""
    if quantity.unit != unit:
        raise InputError(f"{quantity} is not in {unit}")
    return quantity.value
