"""Regimen, patient and pharmacy of a saved order, held to what their files may say.

Each is written out as its file would say it and read again by the shape of that file. No message shows what was read of
a patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from cec.errors import CecError, Fault
from cec.load.patient_file import PATIENT, PATIENT_FIELDS
from cec.load.pharmacy_file import PHARMACY
from cec.load.regimen_file import REGIMEN
from cec.load.shapes import Reading
from cec.load.shortened_numbers import put_back
from cec.load.writing import MOST_DECIMALS, NotWritableError
from cec.order import Order, patient_after
from cec.patient import Patient
from cec.regimen import name_in_file
from cec.units import Quantity

_FILES = {"regimen": REGIMEN, "patient": PATIENT, "pharmacy": PHARMACY}
"""The file that each noun of an order could have come from."""

_OF_THE_FILE = ("sha256", "reviews")
"""What a noun holds that its file does not say."""


def as_from_files(order: Order) -> tuple[Order, list[Fault]]:
    """The order with regimen, patient and pharmacy as their files give them, and why they could not have come from one.

    A number that another tool cut comes back whole where the file's text gives it: a weight of so many pounds.
    """
    nouns, faults = {}, []
    for key, shape in _FILES.items():
        noun = getattr(order, key)
        reading = Reading("")
        try:
            stated = _with_cut_sums(noun) if key == "patient" else noun
            from_file = shape.read(shape.write(stated), key, reading)
        except NotWritableError:
            faults.append(Fault(f"no {key} file gives it", key))
            continue
        if reading.faults:
            placed = (fault._replace(where=_inside(key, fault.where)) for fault in reading.faults)
            faults += map(_without_values, placed) if key == "patient" else placed
            continue
        kept = {name: getattr(noun, name) for name in _OF_THE_FILE if hasattr(noun, name)}
        if key == "patient" and from_file.earlier_doses == stated.earlier_doses:
            kept["earlier_doses"] = noun.earlier_doses
        if key == "regimen" and from_file.name == name_in_file(noun.name):
            kept["name"] = noun.name
        from_file = replace(from_file, **kept)
        if from_file == noun or put_back(_parts(noun), _parts(from_file)) == _parts(from_file):
            nouns[key] = from_file
        else:
            faults.append(Fault(f"a {key} file gives another value", _first_difference(key, noun, from_file)))
    return replace(order, **nouns), faults


def faults_of_changes(order: Order) -> Iterator[Fault]:
    """What of the changes of an order no patient file and no pharmacy file may hold."""
    patient = _with_cut_sums(order.patient)
    for number, change in enumerate(order.changes, 1):
        try:
            patient = patient_after(patient, (change,))
            declared = {name: getattr(change, name) for name in ("reductions", "set_doses", "withheld")}
            nouns = {"patient": replace(patient, **declared), "pharmacy": change.pharmacy}
            for key, noun in nouns.items():
                reading = Reading("")
                if noun:
                    _FILES[key].read(_FILES[key].write(noun), key, reading)
                if reading.faults:
                    yield Fault(f"is not what a {key} file may hold", f"changes {number}")
        except (CecError, NotWritableError, KeyError):
            yield Fault("is not what a patient file or a pharmacy file may hold", f"changes {number}")
            return


def _with_cut_sums(patient: Patient) -> Patient:
    """The patient with no more digits of earlier doses than a file has: sums over cycles may go on without an end."""
    sums = {drug: _cut(each) for drug, each in patient.earlier_doses.items()}
    return replace(patient, earlier_doses=sums)


def _cut(amount: Quantity) -> Quantity:
    whole, _, decimals = f"{amount.value:f}".partition(".")
    return Quantity(Decimal(f"{whole}.{decimals[:MOST_DECIMALS]}"), amount.unit)


def _parts(noun: Any) -> Any:
    """A noun in mappings, lists, texts and numbers; a date is the text that a file has of it."""
    return msgspec.to_builtins(noun, builtin_types=(Decimal,))


def _inside(key: str, where: str) -> str:
    return where if where.startswith(key) else f"{key}: {where}"


def _without_values(fault: Fault) -> Fault:
    """The fault of a patient by its place and what may stand there, without what was read."""
    keys = fault.about or (re.split(r"[:\s]+", fault.where)[1:2] or ("",))
    places = [f"{name} {PATIENT_FIELDS[name].about}" for name in keys if name in PATIENT_FIELDS]
    where = ": ".join(("patient", *filter(None, keys)))
    return Fault(f"is not what a patient file may hold; {'; '.join(places)}", where)


def _first_difference(where: str, value: Any, other: Any) -> str:
    """The place of the first value that two records, lists or mappings do not share."""
    if isinstance(value, msgspec.Struct) and type(value) is type(other):
        value, other = map(_by_field, (value, other))
    if isinstance(value, Mapping) and isinstance(other, Mapping) and value.keys() == other.keys():
        name = next(name for name in value if value[name] != other[name])
        return _first_difference(f"{where}: {name}", value[name], other[name])
    if isinstance(value, tuple) and isinstance(other, tuple) and len(value) == len(other):
        number = next(number for number, pair in enumerate(zip(value, other, strict=True), 1) if pair[0] != pair[1])
        return _first_difference(f"{where} {number}", value[number - 1], other[number - 1])
    return where


def _by_field(record: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}
