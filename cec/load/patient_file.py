"""The shape of a patient file; command-line options and the cells of a table are read by the same fields."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from cec.errors import Fault, InputError
from cec.load.shapes import Field, Shape, either, list_of, mapping, mapping_of, text
from cec.load.texts import (
    positive,
    read_age,
    read_boolean,
    read_count_from_0,
    read_date,
    read_percent,
    read_sex,
    read_text,
)
from cec.patient import Patient, Reduction
from cec.units import CLEARANCE, CREATININE, TOTALS, Quantity, read_length, read_weight

TEXT = text(read_text)
DATE = text(read_date, {"type": "string", "format": "date", "examples": ["2026-11-30"]})


def _measure(read: Any, unit: str, example: str) -> Shape:
    """A height or weight: the canonical quantity and, where another unit was typed, that text."""

    def with_text(value: str) -> tuple[Quantity, str]:
        words = read_text(value)
        quantity: Quantity = read(words)
        is_canonical = re.fullmatch(rf"[0-9.]+\s*({unit})?", words)
        return quantity, "" if is_canonical else words

    return text(with_text, {"type": ["string", "number"], "examples": [example]})


def _read_last_weight(value: str) -> Quantity:
    """A body weight above 0, because a change is counted in percent of it."""
    weight = read_weight(value)
    if weight.value <= 0:
        raise InputError(f"'{value}' is not above 0")
    return weight


def read_clearance(value: str) -> Quantity:
    """A clearance of the patient's own, in mL/min; one per 1.73 m2 is refused with what would be right."""
    if "1.73" in value:
        raise InputError(
            f"'{value}' is per 1.73 m2, not this patient's own clearance; multiply it by the patient's BSA / 1.73 m2 "
            f"and write it like {CLEARANCE.example}, or give the creatinine instead"
        )
    return positive(CLEARANCE)(value)


_ANOTHER_REDUCTION = re.compile(r"[\w)]\s*(=\s*[0-9][0-9.,]*\s*[%:]|[\s:][0-9][0-9.,]*\s*%\s*:)")
"""A word with a percentage, as a drug has it in a reduction. `neutrophils >= 50%` is none."""


def _refuse_another(value: str) -> str:
    """The text of a part of a reduction; one that holds another reduction, which would go unseen in it, is refused."""
    words = read_text(value)
    if _ANOTHER_REDUCTION.search(words):
        raise InputError(
            f"'{words}' holds another reduction; give each by itself (one --reduce each, one item each in a file, "
            "; between them in a cell), or write the reason without = and :"
        )
    return words


def read_reduction(value: str) -> Reduction:
    """One reduction from its short form.

    >>> read_reduction("etoposide=25%: mucositis grade 3")
    Reduction(drug='etoposide', percent=Decimal('25'), reason='mucositis grade 3')
    """
    words = read_text(value)
    match = re.fullmatch(r"([^=:]+?)\s*=\s*([^:]+?)\s*:\s*(\S.*)", words)
    if not match:
        raise InputError(f"'{words}' is no reduction; write drug, percent and reason: etoposide=25%: mucositis grade 3")
    drug, percent, reason = match[1], _refuse_another(match[2]), _refuse_another(match[3])
    return Reduction(drug, read_percent(percent), reason)


REDUCTION = either(
    text(read_reduction, {"type": "string", "examples": ["etoposide=25%: mucositis grade 3"]}),
    mapping(
        {
            "drug": Field(TEXT, "which drug", required=True),
            "percent": Field(
                text(read_percent, {"type": ["string", "number"]}), "by how much, e.g. 25%", required=True
            ),
            "reason": Field(text(_refuse_another), "why", required=True),
        },
        lambda values: Reduction(**values),
        label="drug",
    ),
    lambda node: node.text is not None,
)


def _patient(values: dict[str, Any]) -> Patient:
    for name in ("height", "weight"):
        values[name], given = values[name]
        if given:
            values[f"{name}_given"] = given
    if "previous_weight" in values:
        values["previous_weight"] = values["previous_weight"][0]
    if "born" in values and "age" in values:
        raise InputError(Fault("give either born or age, not both", about=("born", "age")))
    patient = Patient(**values)
    for day in (patient.measured_on, patient.previous_day_1):
        if patient.born and day and day < patient.born:
            raise InputError(Fault(f"{day} lies before the date of birth, {patient.born}", about=("born",)))
    for drug, times in sorted(Counter(reduction.drug for reduction in patient.reductions).items()):
        if times > 1:
            words = f"{drug} is reduced twice; give one percentage and one reason"
            raise InputError(Fault(words, about=("reductions",)))
    return patient


PATIENT_FIELDS: dict[str, Field] = {
    "id": Field(TEXT, "the patient's number"),
    "name": Field(TEXT, "the patient's name"),
    "height": Field(_measure(read_length, "cm", "128 cm"), "height, e.g. 128 cm, 1.28 m, 4 ft 2 in", required=True),
    "weight": Field(_measure(read_weight, "kg", "26 kg"), "actual body weight, e.g. 26 kg, 57.3 lb", required=True),
    "measured_on": Field(DATE, "the day of these measures, e.g. 2026-11-29"),
    "born": Field(DATE, "date of birth, e.g. 2018-05-14"),
    "age": Field(
        text(read_age, {"type": ["string", "number"], "examples": ["8 years"]}),
        "age, e.g. 8, 30 months, 6 years 4 months",
    ),
    "sex": Field(text(read_sex, {"enum": ["female", "male", "f", "m"]}), "female or male"),
    "creatinine": Field(
        text(positive(CREATININE), {"type": "string", "examples": ["0.5 mg/dL", "44 micromol/L"]}),
        "serum creatinine, e.g. 0.5 mg/dL",
    ),
    "creatinine_clearance": Field(
        text(read_clearance, {"type": "string", "examples": ["90 mL/min"]}),
        "measured creatinine clearance or GFR, e.g. 90 mL/min; used before any estimate",
    ),
    "previous_weight": Field(_measure(_read_last_weight, "kg", "25 kg"), "body weight at the last calculation"),
    "previous_day_1": Field(DATE, "day 1 of the previous cycle"),
    "previous_cycles": Field(
        text(read_count_from_0, {"type": "integer", "minimum": 0}), "number of cycles of this treatment given before"
    ),
    "history": Field(
        mapping_of(text(read_boolean, {"type": "boolean"})),
        "what is known, e.g. prior_hsct: true; what is not here is unknown",
    ),
    "earlier_doses": Field(
        mapping_of(text(positive(*TOTALS), {"type": "string", "examples": ["150 mg/m2"]})),
        "amounts given before, by drug, for lifetime maximums",
    ),
    "reductions": Field(list_of(REDUCTION), "declared reductions: drug, percent, reason"),
    "diagnosis": Field(TEXT, "diagnosis, for the sheet"),
    "allergies": Field(TEXT, "allergies, for the sheet; a drug of the order that they name is a check"),
}

PATIENT = mapping(PATIENT_FIELDS, _patient)
