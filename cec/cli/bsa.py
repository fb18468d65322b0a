"""cec bsa: every formula for body surface area, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cec.cli.inputs import read_patient, read_pharmacy, require_measures, together
from cec.cli.options import BsaPolicyOptions, PatientOptions, PharmacyOptions, SizeOptions, TableOutputOptions
from cec.cli.output import chosen_format, deliver, terminal_of
from cec.cli.places import keep_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cec.calculate.bsa_comparison import ComparedBsa
    from cec.patient import Patient
    from cec.pharmacy import Pharmacy
    from cec.render.terminal.drawing import Terminal


def bsa(size: SizeOptions, pharmacy: BsaPolicyOptions, output: TableOutputOptions) -> None:
    """Body surface area by every formula, side by side.

    With each formula's equation, citation and difference from the formula in use.

    Example: cec bsa --height 128cm --weight 26kg --sex female
    """
    from cec.calculate.bsa_comparison import compare_bsa

    name = chosen_format(output, FORMS)
    options = PatientOptions(**size._asdict())
    require_measures(options)
    keep_apart({"--patient": size.patient, "--pharmacy": pharmacy.pharmacy}, {"--output": output.output})
    patient, policy = together(
        lambda: read_patient(options), lambda: read_pharmacy(PharmacyOptions(**pharmacy._asdict()))
    )
    rows = compare_bsa(patient, policy.bsa_formula)
    deliver(FORMS[name](patient, policy, rows, terminal_of(output.output)), output.output)


def _table(patient: Patient, policy: Pharmacy, rows: Sequence[ComparedBsa], terminal: Terminal) -> bytes:
    """Every formula's BSA and its difference from the one in use, then equations and citations."""
    from rich.text import Text

    from cec.render.terminal.drawing import STRONG, Column, Part, draw, facts, section, table, wrap
    from cec.render.words import identity, measures, signed_percent
    from cec.units import shorten

    columns = (Column("Formula"), Column("BSA, unrounded", style=STRONG), Column("Difference", right=True))
    cells = [
        (
            row.title,
            f"{shorten(row.value.value)} {row.value.unit}" if row.value else "-",
            signed_percent(row.difference_percent) if row.difference_percent is not None else "-",
        )
        for row in rows
    ]
    told = [
        ("Patient", identity(patient, patient.age)),
        ("Measures", measures(patient)),
        ("Compared with", next(row.title for row in rows if row.formula == policy.bsa_formula)),
    ]
    cited: list[Part] = []
    for row in rows:
        cited += wrap(f"{row.title} ({row.formula}): {row.equation}", terminal, "  ", "    ")
        for text in (row.source, row.missing):
            cited += wrap(text, terminal, "    ", "    ")
    return draw(
        [
            *facts(told, terminal),
            Text(),
            table(columns, cells, terminal),
            *section("Equations (height in cm, weight in kg) and citations", cited),
        ],
        terminal,
    )


def _json(patient: Patient, policy: Pharmacy, rows: Sequence[ComparedBsa], _terminal: Terminal) -> bytes:
    from cec.render.json import write

    return write({"patient": patient, "compared_with": policy.bsa_formula, "formulas": rows})


def _csv(patient: Patient, policy: Pharmacy, rows: Sequence[ComparedBsa], _terminal: Terminal) -> bytes:
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


FORMS: dict[str, Callable[[Patient, Pharmacy, Sequence[ComparedBsa], Terminal], bytes]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
}
