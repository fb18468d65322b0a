"""Draws docs/pictures/sheet.png and docs/pictures/sheet-days.png: both pages of the order sheet of a sample patient.

Run by hand: python docs/make_sheet_picture.py
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from cec import draft_order, load_patient, load_pharmacy, load_regimen
from cec.load.typed import Texts
from cec.render.pdf.order import render_pictures

FOLDER = Path(__file__).parent
PATIENT: Texts = {
    "id": "0070-118",
    "born": "2018-05-14",
    "sex": "female",
    "height": "128 cm",
    "weight": "26 kg",
    "measured_on": "2026-11-29",
    "creatinine": "0.4 mg/dL",
    "diagnosis": "B-cell precursor ALL, second relapse",
    "allergies": "none known",
    "reductions": ["etoposide=25%: mucositis grade 3"],
}
START = datetime.date(2026, 11, 30)
NAMES = ("sheet.png", "sheet-days.png")
LARGEST = 300_000
"""Bytes that a picture may take."""


def main() -> None:
    """Writes both pictures and says how large they are."""
    pharmacy = load_pharmacy(FOLDER.parent / "cec" / "load" / "starter_pharmacy.yaml")
    order = draft_order(load_regimen("cec-induction"), load_patient(texts=PATIENT), pharmacy, start=START, cycle=1)
    for name, picture in zip(NAMES, render_pictures(order, ppi=112), strict=True):
        if len(picture) > LARGEST:
            raise SystemExit(f"{name} has {len(picture)} bytes, more than {LARGEST}")
        (FOLDER / "pictures" / name).write_bytes(picture)
        sys.stdout.write(f"docs/pictures/{name}: {len(picture) // 1000} kB\n")


if __name__ == "__main__":
    main()
