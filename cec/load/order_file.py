"""A saved order, as `--format json` wrote it: read strictly, and all its faults at once, each with its place.

Regimen, patient and pharmacy inside it are held to what their files are held to: each is written out as its file would
say it and read again by the shapes of that file. No message shows what was read of a patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from cec.errors import CecError, Fault, FileError
from cec.fingerprint import fingerprint_of_json
from cec.load.json_nodes import read_json
from cec.load.nodes import Node, decode, read_bytes
from cec.load.order_rules import structural_faults
from cec.load.patient_file import PATIENT, PATIENT_FIELDS
from cec.load.pharmacy_file import PHARMACY
from cec.load.regimen_file import REGIMEN
from cec.load.shapes import Reading
from cec.load.shapes.json_records import Definitions, record
from cec.load.shortened_numbers import put_back
from cec.load.writing import MOST_DECIMALS, NotWritableError
from cec.order import SCHEMA, Order, patient_after
from cec.patient import Patient
from cec.regimen import name_in_file
from cec.units import EXACT, Quantity
from cec.version import __version__

LARGEST_ORDER = 50_000_000
"""Bytes of a saved order."""

DEFINITIONS: Definitions = {}
"""The JSON Schema of each record in an order, by its name."""
ORDER = record(Order, DEFINITIONS)

_FILES = {"regimen": REGIMEN, "patient": PATIENT, "pharmacy": PHARMACY}
"""The file that each noun of an order could have come from."""

_BESIDE_THE_FILE = ("sha256", "reviews")
"""What a noun holds of its file that stands not in it."""


class SavedOrder(NamedTuple):
    """An order as it stands in a file."""

    order: Order
    fingerprint: str
    """That of the content, whatever fingerprint the order bears."""
    tree: dict[str, Any]
    """The content: texts, exact numbers, lists and mappings."""


def load_order(source: str | Path | bytes) -> Order:
    """The order of a JSON file, of its text or of its bytes; FileError with every fault and its place.

    A text that begins with a brace is JSON, any other the path of a file. The numbers are as they were saved:
    `cec verify` computes them again, and tells whether anybody edited them.

    >>> from cec import draft_order, load_patient, load_regimen, render
    >>> order = draft_order(load_regimen("cec-induction"), load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    >>> print(load_order(render(order, "json")).doses[0].ordered)
    38.4 mg
    """
    return read_order(source).order


def read_order(source: str | Path | bytes) -> SavedOrder:
    """The order of a JSON file, of its text or of its bytes, with the fingerprint of what stands there."""
    name, content = _content_of(source)
    try:
        root = read_json(decode(content, name) if isinstance(content, bytes) else content, name)
    except FileError as error:
        raise FileError(Fault(NO_ORDER, "", name, code="not-an-order"), *error.faults) from None
    _refuse_other_forms(root, name)
    reading = Reading(name)
    with localcontext(EXACT):
        order = ORDER.read(root, "", reading)
        if not reading.faults:
            order, faults = _as_from_files(order)
            found = (*faults, *_faults_of_changes(order), *structural_faults(order))
            reading.faults += [fault._replace(file=name) for fault in found]
    if reading.faults:
        faults = sorted(map(_without_names, reading.faults), key=lambda fault: (fault.line, fault.column))
        raise FileError(*faults, *_of_a_newer(root, name))
    tree = _plain(root)
    return SavedOrder(order, fingerprint_of_json(tree), tree)


def _content_of(source: str | Path | bytes) -> tuple[str, str | bytes]:
    """The name of a source, where it has one, and what stands in it."""
    if isinstance(source, bytes):
        return "", source
    if isinstance(source, str) and _NO_PATH.search(source):
        return "", source.removeprefix("\ufeff")
    return str(source), read_bytes(Path(source), LARGEST_ORDER)


_NO_PATH = re.compile(r'[{"\n]|^\ufeff?\s*(\[|$)|.{1000}')
"""What a text has that is JSON, whole or damaged: never taken for the name of a file, which messages show."""


def _refuse_other_forms(root: Node, name: str) -> None:
    """FileError for what is not an order, or one of another form than this program reads."""
    entries = {key.text: value for key, value in root.entries or ()}
    form = entries["schema"].text or "" if "schema" in entries else ""
    if form == SCHEMA:
        return
    if number := _FORM.fullmatch(form):
        is_newer = int(number[1]) > int(_FORM.sub(r"\1", SCHEMA))
        words = f"was saved by a newer cec ({form}); this one, {__version__}, reads {SCHEMA}" if is_newer else _OLDER
    else:
        words = _OLDER if not form and entries.keys() >= {"regimen", "patient", "doses"} else NO_ORDER
    raise FileError(Fault(words, "", name, code="not-an-order"))


NO_ORDER = "is not an order that cec saved"
_OLDER = f"was saved by an older cec, before {SCHEMA}; draft it again"
_FORM = re.compile(r"cec\.order/([0-9]{1,4})", re.ASCII)


def _of_a_newer(root: Node, name: str) -> Iterator[Fault]:
    """What may be behind faults where a newer version of the program wrote the order."""
    written_by = next((value.text or "" for key, value in root.entries or () if key.text == "written_by"), "")
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}){2}", written_by) and _numbers(written_by) > _numbers(__version__):
        yield Fault(f"was written by cec {written_by}, which is newer than this one, {__version__}", "", name)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _as_from_files(order: Order) -> tuple[Order, list[Fault]]:
    """The order with regimen, patient and pharmacy as their files give them, and why they could not have come from one.

    A number that another tool cut comes back whole where the file's text gives it: a weight of so many pounds.
    """
    nouns, faults = {}, []
    for key, shape in _FILES.items():
        noun = getattr(order, key)
        reading = Reading("")
        try:
            stated = _with_cut_sums(noun) if key == "patient" else noun
            again = shape.read(shape.write(stated), key, reading)
        except NotWritableError:
            faults.append(Fault(f"no {key} file gives it", key))
            continue
        if reading.faults:
            placed = (fault._replace(where=_inside(key, fault.where)) for fault in reading.faults)
            faults += map(_without_values, placed) if key == "patient" else placed
            continue
        beside = {name: getattr(noun, name) for name in _BESIDE_THE_FILE if hasattr(noun, name)}
        if key == "patient" and again.earlier_doses == stated.earlier_doses:
            beside["earlier_doses"] = noun.earlier_doses
        again = msgspec.structs.replace(again, **beside)
        if key == "regimen" and name_in_file(noun.name) == again.name:
            again = msgspec.structs.replace(again, name=noun.name)
        if again == noun or put_back(_parts(noun), _parts(again)) == _parts(again):
            nouns[key] = again
        else:
            faults.append(Fault(f"a {key} file gives another value", _first_difference(key, noun, again)))
    return msgspec.structs.replace(order, **nouns), faults


def _faults_of_changes(order: Order) -> Iterator[Fault]:
    """What of the changes of an order no patient file and no pharmacy file may hold."""
    patient = _with_cut_sums(order.patient)
    for number, change in enumerate(order.changes, 1):
        try:
            patient = patient_after(patient, (change,))
            declared = {name: getattr(change, name) for name in ("reductions", "set_doses", "withheld")}
            nouns = {"patient": msgspec.structs.replace(patient, **declared), "pharmacy": change.pharmacy}
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
    return msgspec.structs.replace(patient, earlier_doses=sums)


def _cut(amount: Quantity) -> Quantity:
    whole, _, decimals = f"{amount.value:f}".partition(".")
    return Quantity(Decimal(f"{whole}.{decimals[:MOST_DECIMALS]}"), amount.unit)


def _parts(noun: Any) -> Any:
    """A noun in mappings, lists, texts and numbers; a date is the text that a file has of it."""
    return msgspec.to_builtins(noun, builtin_types=(Decimal,))


def _inside(key: str, where: str) -> str:
    return where if where.startswith(key) else f"{key}: {where}"


def _without_names(fault: Fault) -> Fault:
    """The fault without a key that somebody chose for what is known of the patient."""
    return fault._replace(where=re.sub(r"^(patient: (history|earlier_doses)):.*", r"\1", fault.where))


def _without_values(fault: Fault) -> Fault:
    """The fault of a patient by its place and what may stand there, without what was read."""
    keys = fault.about or (re.split(r"[:\s]+", fault.where)[1:2] or ("",))
    places = [f"{name} {PATIENT_FIELDS[name].about}" for name in keys if name in PATIENT_FIELDS]
    where = ": ".join(("patient", *filter(None, keys)))
    return Fault(f"is not what a patient file may hold; {'; '.join(places)}", where)


def _first_difference(where: str, noun: Any, again: Any) -> str:
    """The place of the first value that two records, lists or mappings do not share."""
    if isinstance(noun, msgspec.Struct) and type(noun) is type(again):
        noun, again = map(_by_field, (noun, again))
    if isinstance(noun, Mapping) and isinstance(again, Mapping) and noun.keys() == again.keys():
        name = next(name for name in noun if noun[name] != again[name])
        return _first_difference(f"{where}: {name}", noun[name], again[name])
    if isinstance(noun, tuple) and isinstance(again, tuple) and len(noun) == len(again):
        number = next(number for number, pair in enumerate(zip(noun, again, strict=True), 1) if pair[0] != pair[1])
        return _first_difference(f"{where} {number}", noun[number - 1], again[number - 1])
    return where


def _by_field(record: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}


def _plain(node: Node) -> Any:
    """The node as texts, exact numbers, lists and mappings."""
    if node.entries is not None:
        return {str(key.text): _plain(value) for key, value in node.entries}
    if node.items is not None:
        return list(map(_plain, node.items))
    if node.json == "a number":
        return Decimal(str(node.text))
    return node.text if node.json == "a text" else _WORDS[node.json]


_WORDS = {"true": True, "false": False, "null": None}


def order_schema() -> dict[str, Any]:
    """The JSON Schema of a saved order."""
    return cast("dict[str, Any]", {**ORDER.schema, "$defs": dict(sorted(DEFINITIONS.items()))})
