"""The JSON Schema of each kind of file that cec reads or writes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
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


def _file(module: str, shape: str) -> dict[str, Any]:
    """The schema of a file that people write, by the module and the name of its shape."""
    found: dict[str, Any] = getattr(import_module(module), shape).schema
    return found


def _record(module: str, kind: str) -> dict[str, Any]:
    """The schema of a record that is only written, by its module and its name."""
    from cec.load.shapes.json_records import Definitions, record

    definitions: Definitions = {}
    schema = record(getattr(import_module(module), kind), definitions).schema
    return {**schema, "$defs": dict(sorted(definitions.items()))}


SCHEMAS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "order": ("An order that cec saved", _order),
    "regimen": ("A regimen file of cec", partial(_file, "cec.load.regimen_file", "REGIMEN")),
    "patient": ("A patient file of cec", partial(_file, "cec.load.patient_file", "PATIENT")),
    "pharmacy": ("A pharmacy file of cec", partial(_file, "cec.load.pharmacy_file", "PHARMACY")),
    "treatment": (
        "A file of a treatment of several phases",
        partial(_file, "cec.load.treatment_file", "TREATMENT"),
    ),
    "cases": ("Worked cases beside a regimen of cec", partial(_file, "cec.cases.worked_case", "CASES")),
    "worklist": ("A worklist of cec: every dose of a day", partial(_record, "cec.course.ward_day", "Worklist")),
    "history": ("A patient's history by cec", partial(_record, "cec.course.patient_history", "History")),
}
"""What there is a schema of: its title, and what gives it."""
