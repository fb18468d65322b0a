"""Orders in a folder: a first, and those that replace it, with their fingerprints."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import msgspec

from cec import Order, draft_order, load_patient, load_regimen, render
from cec.fingerprint import fingerprint
from cec.order import Cancelled

START = datetime.date(2026, 11, 30)


def first_order(regimen: str | Path = "cec-induction", **texts: Any) -> Order:
    """Revision 1 of a patient of 128 cm and 26 kg."""
    patient = load_patient(texts={"id": "17", "height": "128 cm", "weight": "26 kg", **texts})
    return draft_order(load_regimen(regimen), patient, start=START, cycle=1)


def replacing(old: Order, **fields: Any) -> Order:
    """An order that replaces another and cancels its cycle, unless it is told otherwise."""
    beside = {
        "revision": old.revision + 1,
        "first": old.first or old.fingerprint,
        "replaces": old.fingerprint,
        "cancelled": Cancelled(START, "fever"),
        **fields,
    }
    new = msgspec.structs.replace(old, **beside)
    return msgspec.structs.replace(new, fingerprint=fingerprint(new), release=None)


def save(order: Order, path: Path) -> Path:
    """The file of an order."""
    path.write_bytes(render(order, "json"))
    return path
