"""Orders of several patients of one day, for worklists and histories."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from regimen_texts import regimen_file

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen
from cec.course.found_orders import FiledOrder
from cec.order import Release

TUESDAY = datetime.date(2026, 12, 1)
PHARMACY = """\
name: Hospital pharmacy
share_vials: true
share_vials_between_patients: true
formulary:
  clofarabine:
    cytotoxic: true
    products:
      - {name: clofarabine 20 mg vial, form: solution, strength: 1 mg/mL, volume: 20 mL, keeps_opened: 6 h}
    diluents: [sodium chloride 0.9%]
    bags: [100 mL]
    measuring_step: 0.1 mL
  methotrexate:
    cytotoxic: true
    products:
      - {name: methotrexate 50 mg vial, form: solution, strength: 25 mg/mL, volume: 2 mL, keeps_opened: 6 h}
    measuring_step: 0.1 mL
  cyclophosphamide:
    cytotoxic: true
    products:
      - {name: cyclophosphamide 500 mg vial, form: powder, content: 500 mg, reconstituted_with: 25 mL,
         keeps_opened: 6 h}
      - {name: cyclophosphamide 1 g vial, form: powder, content: 1000 mg, reconstituted_with: 50 mL, keeps_opened: 6 h}
    bags: [250 mL]
    measuring_step: 0.1 mL
  prednisone:
    products: [{name: prednisone 5 mg tablet, form: tablet, content: 5 mg, halves: true}]
"""
CLOFARABINE = "drug: clofarabine, dose: {}, route: IV infusion, over: 2 h, days: 1, at: '{}'"


def pharmacy_file(folder: Path, text: str = PHARMACY, name: str = "pharmacy.yaml") -> Path:
    """The pharmacy as a file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def order_of(
    folder: Path,
    *lines: str,
    start: datetime.date = TUESDAY,
    pharmacy: str = PHARMACY,
    released: bool = True,
    **texts: Any,
) -> Order:
    """The order of a patient of 128 cm and 26 kg by these drug lines."""
    order = draft_order(
        load_regimen(regimen_file(folder, "sample", *lines)),
        load_patient(texts={"height": "128 cm", "weight": "26 kg", **texts}),
        load_pharmacy(pharmacy_file(folder, pharmacy)),
        start=start,
    )
    release = Release("Maria Kowal", start, order.fingerprint)
    return replace(order, release=release) if released else order


def filed(*orders: Order) -> list[FiledOrder]:
    """Orders with names of files: a.json, b.json and so on."""
    return [FiledOrder(f"{chr(ord('a') + number)}.json", order) for number, order in enumerate(orders)]
