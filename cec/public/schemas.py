"""The JSON Schema of each kind of file that cec reads or writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from cec.errors import InputError

Noun = Literal["order", "regimen", "patient", "pharmacy", "treatment", "cases", "worklist", "history"]
"""What has a JSON Schema."""


def schema(noun: Noun) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a saved order, of a regimen, patient, pharmacy, treatment or case file, or of
    the JSON of a worklist or a history.

    InputError for any other word.

    >>> schema("order")["title"], sorted(schema("patient")["required"])
    ('An order that cec saved', ['height', 'weight'])
    """
    if noun not in SCHEMAS:
        raise InputError(f"'{noun}' has no schema; there are {', '.join(SCHEMAS)}")
    title, of_noun = SCHEMAS[noun]
    return {"$schema": DRAFT, "title": title, **of_noun()}


DRAFT = "https://json-schema.org/draft/2020-12/schema"


def _order() -> dict[str, Any]:
    from cec.load.order_file import order_schema

    return order_schema()


def _regimen() -> dict[str, Any]:
    from cec.load.regimen_file import REGIMEN

    return REGIMEN.schema


def _patient() -> dict[str, Any]:
    from cec.load.patient_file import PATIENT

    return PATIENT.schema


def _pharmacy() -> dict[str, Any]:
    from cec.load.pharmacy_file import PHARMACY

    return PHARMACY.schema


def _treatment() -> dict[str, Any]:
    from cec.load.treatment_file import TREATMENT

    return TREATMENT.schema


def _cases() -> dict[str, Any]:
    from cec.cases.worked_case import CASES

    return CASES.schema


def _worklist() -> dict[str, Any]:
    from cec.course.ward_day import Worklist

    return _of_record(Worklist)


def _history() -> dict[str, Any]:
    from cec.course.patient_history import History

    return _of_record(History)


def _of_record(kind: type) -> dict[str, Any]:
    from cec.load.shapes.json_records import Definitions, record

    definitions: Definitions = {}
    return {**record(kind, definitions).schema, "$defs": dict(sorted(definitions.items()))}


SCHEMAS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "order": ("An order that cec saved", _order),
    "regimen": ("A regimen file of cec", _regimen),
    "patient": ("A patient file of cec", _patient),
    "pharmacy": ("A pharmacy file of cec", _pharmacy),
    "treatment": ("A file of a treatment of several phases", _treatment),
    "cases": ("Worked cases beside a regimen of cec", _cases),
    "worklist": ("A worklist of cec: every dose of a day", _worklist),
    "history": ("A patient's history by cec", _history),
}
"""What there is a schema of: its title, and where it comes from."""
