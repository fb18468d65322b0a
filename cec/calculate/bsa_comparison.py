"""Every BSA formula for one patient, side by side."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from cec.calculate.formulas import BSA_FORMULAS, bsa_formula
from cec.calculate.rounding import deviation_percent, to_nearest
from cec.errors import InputError
from cec.patient import Patient
from cec.units import Quantity, plain


class ComparedBsa(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one formula gives, m2, and how far that lies from the formula in use; or why it gives nothing."""

    formula: str
    title: str
    equation: str
    source: str
    value: Quantity | None = None
    difference_percent: Decimal | None = None
    missing: str = ""


class BsaComparison(msgspec.Struct, frozen=True):
    """Every formula for one patient, and the name of the one that they are compared with."""

    patient: Patient
    compared_with: str
    formulas: tuple[ComparedBsa, ...]


def compare_bsa(patient: Patient, reference: str = "mosteller") -> BsaComparison:
    """Each formula's BSA, m2, unrounded, and its difference from the reference in percent to two decimals.

    >>> girl = Patient(height=Quantity(Decimal(128), "cm"), weight=Quantity(Decimal(26), "kg"), sex="female")
    >>> [(row.title, row.difference_percent) for row in compare_bsa(girl).formulas][0]
    ('Mosteller', Decimal('0'))
    """
    height, weight = patient.height.value, patient.weight.value
    compared_with = bsa_formula(reference).compute(height, weight, patient.sex)
    rows = []
    for formula in BSA_FORMULAS.values():
        row = ComparedBsa(formula.name, formula.title, formula.equation, formula.citation)
        try:
            value = formula.compute(height, weight, patient.sex)
        except InputError as error:
            rows.append(msgspec.structs.replace(row, missing=str(error)))
            continue
        difference = plain(to_nearest(deviation_percent(value.number, compared_with.number), Decimal("0.01")))
        rows.append(msgspec.structs.replace(row, value=value.kept, difference_percent=difference))
    return BsaComparison(patient, reference, tuple(rows))
