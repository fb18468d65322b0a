"""A patient key by key, for tables: what a text says of a key is read once for all the rows that say it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from cec.errors import Fault, InputError
from cec.load.patient_file import PATIENT_FIELDS, build_patient
from cec.load.shapes import Reading
from cec.load.typed import Text, node_of
from cec.patient import Patient


class Part(NamedTuple):
    """What is told of one key of a patient, read; or what is wrong with it."""

    key: str
    value: Any = None
    faults: tuple[Fault, ...] = ()


_PLACES = {key: place for place, key in enumerate(PATIENT_FIELDS)}


def read_part(key: str, text: Text) -> Part:
    """What is told of one key of a patient: a text, or the texts of a list or a mapping."""
    reading = Reading("")
    value = PATIENT_FIELDS[key].shape.read(node_of(text), key, reading)
    return Part(key, value, tuple(reading.faults))


def patient_of(parts: Iterable[Part]) -> Patient:
    """The patient of these parts, in any order; several of a mapping count together. InputError with every fault."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for key, value, wrong in sorted(parts, key=lambda part: _PLACES[part.key]):
        faults += wrong
        values[key] = {**values[key], **value} if key in values and not faults else value
    missing = (key for key, field in PATIENT_FIELDS.items() if field.required and key not in values)
    faults += (Fault(f"'{key}' is missing: {PATIENT_FIELDS[key].about}", about=(key,)) for key in missing)
    if faults:
        raise InputError(*faults)
    return build_patient(values)
