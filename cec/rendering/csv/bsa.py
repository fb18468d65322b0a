"""Every BSA formula side by side as CSV, a row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cec.rendering.csv import number, write

if TYPE_CHECKING:
    from cec.calculate.bsa_comparison import BsaComparison

COLUMNS = ("formula", "height_cm", "weight_kg", "sex", "bsa_m2", "compared_with", "difference_percent", "source")


def render(comparison: BsaComparison) -> bytes:
    """Each formula's BSA and its difference from the one in use."""
    patient = comparison.patient
    rows = (
        (
            row.formula,
            number(patient.height),
            number(patient.weight),
            patient.sex or "",
            number(row.value),
            comparison.compared_with,
            number(row.difference_percent),
            row.source,
        )
        for row in comparison.formulas
    )
    return write(COLUMNS, rows)
