"""A saved order, as `--format json` wrote it: read strictly, and all its faults at once, each with its place.

What is read is held together by `order_rules`, and its regimen, patient and pharmacy to their files by `order_nouns`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import localcontext
from pathlib import Path
from typing import Any, NamedTuple, cast

from cec.errors import Fault, FileError
from cec.fingerprint import fingerprint_of_json
from cec.load.json_nodes import read_json, values_of
from cec.load.nodes import Node, decode, read_bytes
from cec.load.order_nouns import as_from_files, faults_of_changes
from cec.load.order_rules import structural_faults
from cec.load.shapes import Reading
from cec.load.shapes.json_records import Definitions, record
from cec.order import SCHEMA, Order
from cec.units import EXACT
from cec.version import __version__

LARGEST_ORDER = 50_000_000
"""Bytes of a saved order."""

DEFINITIONS: Definitions = {}
"""The JSON Schema of each record in an order, by its name."""
ORDER = record(Order, DEFINITIONS)


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
            order, faults = as_from_files(order)
            found = (*faults, *faults_of_changes(order), *structural_faults(order))
            reading.faults += [fault._replace(file=name) for fault in found]
    if reading.faults:
        faults = sorted(map(_without_names, reading.faults), key=lambda fault: (fault.line, fault.column))
        raise FileError(*faults, *_of_a_newer(root, name))
    tree = values_of(root)
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
    schema = root.value_of("schema")
    form = schema.text or "" if schema else ""
    if form == SCHEMA:
        return
    if number := _FORM.fullmatch(form):
        is_newer = int(number[1]) > int(_FORM.sub(r"\1", SCHEMA))
        words = f"was saved by a newer cec ({form}); this one, {__version__}, reads {SCHEMA}" if is_newer else _OLDER
    else:
        is_older = not form and all(map(root.value_of, ("regimen", "patient", "doses")))
        words = _OLDER if is_older else NO_ORDER
    raise FileError(Fault(words, "", name, code="not-an-order"))


NO_ORDER = "is not an order that cec saved"
_OLDER = f"was saved by an older cec, before {SCHEMA}; draft it again"
_FORM = re.compile(r"cec\.order/([0-9]{1,4})", re.ASCII)


def _of_a_newer(root: Node, name: str) -> Iterator[Fault]:
    """What may be behind faults where a newer version of the program wrote the order."""
    written = root.value_of("written_by")
    written_by = written.text or "" if written else ""
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}){2}", written_by) and _numbers(written_by) > _numbers(__version__):
        yield Fault(f"was written by cec {written_by}, which is newer than this one, {__version__}", "", name)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _without_names(fault: Fault) -> Fault:
    """The fault without a key that somebody chose for what is known of the patient."""
    return fault._replace(where=re.sub(r"^(patient: (history|earlier_doses)):.*", r"\1", fault.where))


def order_schema() -> dict[str, Any]:
    """The JSON Schema of a saved order."""
    return cast("dict[str, Any]", {**ORDER.schema, "$defs": dict(sorted(DEFINITIONS.items()))})
