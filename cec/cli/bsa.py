"""cec bsa: every formula for body surface area, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cec.cli.inputs import read_patient, read_pharmacy, require_measures, together
from cec.cli.options import PatientOptions, PharmacyOptions, SizeOptions, TableOutputOptions
from cec.cli.output import chosen_format, deliver, look_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cec.calculate.bsa_comparison import ComparedBsa
    from cec.patient import Patient
    from cec.pharmacy import Pharmacy
    from cec.render.terminal.paper import Look


def bsa(size: SizeOptions, pharmacy: PharmacyOptions, output: TableOutputOptions) -> None:
    """Body surface area by every formula, side by side.

    With each formula's equation, citation and difference from the formula in use.

    Example: cec bsa --height 128cm --weight 26kg --sex female
    """
    from cec.calculate.bsa_comparison import compare_bsa

    name = chosen_format(output, FORMS)
    options = PatientOptions(**size._asdict())
    require_measures(options)
    loaded = together(lambda: read_patient(options), lambda: read_pharmacy(pharmacy))
    patient: Patient = loaded[0]
    policy: Pharmacy = loaded[1]
    rows = compare_bsa(patient, policy.bsa_formula)
    deliver(FORMS[name](patient, policy, rows, look_of(output.output)), output.output)


def _table(patient: Patient, policy: Pharmacy, rows: tuple[ComparedBsa, ...], look: Look) -> bytes:
    from cec.render.terminal.bsa import render

    return render(patient, policy, rows, look)


def _json(patient: Patient, policy: Pharmacy, rows: tuple[ComparedBsa, ...], _look: Look) -> bytes:
    from cec.render.json import write

    return write({"patient": patient, "compared_with": policy.bsa_formula, "formulas": rows})


def _csv(patient: Patient, policy: Pharmacy, rows: tuple[ComparedBsa, ...], _look: Look) -> bytes:
    from cec.render.csv import number, write

    columns = ("formula", "height_cm", "weight_kg", "sex", "bsa_m2", "compared_with", "difference_percent", "source")
    return write(
        columns,
        (
            (
                row.formula,
                number(patient.height),
                number(patient.weight),
                patient.sex or "",
                number(row.value),
                policy.bsa_formula,
                number(row.difference_percent),
                row.source,
            )
            for row in rows
        ),
    )


FORMS: dict[str, Callable[[Patient, Pharmacy, tuple[ComparedBsa, ...], Look], bytes]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
}
