"""Draws the sheets of the ten orders that are hardest to lay out, each page as a picture and as a bad photocopy of it.

Run by hand after a change of a sheet, and look at every page: python -m benchmarks.hardest_papers FOLDER

A page is drawn at 150 pixels to the inch; its copy at 75, in black and white without greys, as a worn copier gives it.
"""

from __future__ import annotations

import datetime
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen
from cec.load.typed import Texts
from cec.rendering.pdf.order import render_pictures

START = datetime.date(2026, 11, 30)
STARTER = Path(__file__).parent.parent / "cec" / "load" / "starter_pharmacy.yaml"
HEAD = "name: {name}\ntitle: {title}\nedition: 1\nfor: an example\nsource: {{citation: written for this}}\n"
SIZE: Texts = {"height": "128 cm", "weight": "26 kg"}
FULL: Texts = {
    **SIZE,
    "id": "0070-118",
    "name": "Zofia Łącka-Wiśniewska",
    "born": "2018-05-14",
    "sex": "female",
    "measured_on": "2026-11-29",
    "creatinine": "0.4 mg/dL",
    "diagnosis": "B-cell precursor ALL, second relapse",
    "ward": "3A",
    "bed": "12",
    "physician": "Dr. A. Nowak",
    "protocol_number": "PPLLSG-17",
    "allergies": "asparaginase (anaphylaxis, 2025), co-trimoxazole (rash)",
}
MANY_DRUGS = """\
cycle_length: 28 days
drugs:
  - {drug: methotrexate, dose: 5 g/m2, route: IV infusion, over: 24 h, days: "1, 15"}
  - {drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV infusion, over: 10 min, days: "1, 8, 15, 22"}
  - {drug: asparaginase Erwinia chrysanthemi, dose: 25000 units/m2, route: intramuscular, days: "2, 4, 6"}
  - {drug: methylprednisolone sodium succinate, dose: 20 mg/m2, times: 3, every: 8 h, route: IV bolus, days: 1-7}
  - {drug: cytarabine, dose: 75 mg/m2, route: IV bolus, days: "1-4, 8-11, 15-18, 22-25"}
  - {drug: mercaptopurine, dose: 60 mg/m2, route: oral, days: 1-28, at: "21:00"}
  - {drug: folinic acid, dose: 15 mg/m2, route: IV bolus, days: "2, 16", times: 4, every: 6 h, at: "21:00"}
  - {drug: doxorubicin, dose: 30 mg/m2, route: IV continuous infusion, over: 48 h, days: "1, 8"}
"""
LONG_INFUSIONS = """\
drugs:
  - {drug: methotrexate, dose: 5 g/m2, route: IV infusion, over: 24 h, days: 1, at: "10:00"}
  - {drug: folinic acid, dose: 15 mg/m2, route: IV bolus, days: 2-3, times: 4, every: 6 h, at: "22:00"}
  - {drug: cytarabine, dose: 4000 mg/m2, route: IV continuous infusion, over: 96 h, days: 3, at: "12:00"}
"""
TRIPLE = """\
drugs:
  - {drug: methotrexate, dose: 12 mg, route: intrathecal, days: "1, 8", at: "10:00"}
  - {drug: cytarabine, dose: 30 mg, route: intrathecal, days: "1, 8", at: "10:00"}
  - {drug: hydrocortisone, dose: 15 mg, route: intrathecal, days: "1, 8", at: "10:00"}
  - {drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV infusion, over: 10 min, days: "1, 8", at: "14:00"}
  - {drug: dexamethasone, dose: 10 mg/m2, divided_into: 2, route: oral, days: 1-10}
"""
BAGS = """\
drugs:
  - {drug: etoposide, dose: 100 mg/m2, route: IV continuous infusion, over: 96 h, days: 1, at: "09:00"}
  - {drug: cytarabine, dose: 100 mg/m2, route: IV continuous infusion, over: 24 h, days: 1-3, at: "11:00"}
"""
TABLETS = """\
cycle_length: 28 days
drugs:
  - {drug: mercaptopurine, dose: 50 mg/m2, route: oral, days: daily, at: night}
  - {drug: methotrexate, dose: 20 mg/m2, route: oral, days: [1, 8, 15, 22]}
  - {drug: aciclovir, dose: 400 mg, route: oral, days: daily, times: 2}
  - {drug: prednisone, dose: 40 mg/m2, divided_into: 2, route: oral, days: 1-5}
"""
NIGHT = "drugs:\n" + "".join(
    f"  - {{drug: drug{number}, dose: {number} mg/m2, route: IV bolus, days: 1, times: 4, every: 6 h}}\n"
    for number in range(10, 22)
)
LESS_ETOPOSIDE = "etoposide=25%: mucositis grade 3"


def _shipped(changes: Texts, accept: str = "", start: datetime.date | None = START, cycle: int | None = 1) -> Order:
    """An order of the shipped induction for a patient who is told in full, with what is another of this one."""
    accepted = {accept: "tumour board of 12-Nov-2026: no other treatment"} if accept else {}
    patient = load_patient(texts={**FULL, **changes})
    return draft_order(
        load_regimen("cec-induction"), patient, load_pharmacy(STARTER), start=start, cycle=cycle, accept=accepted
    )


def _written(name: str, title: str, lines: str) -> Order:
    """An order of a regimen that is written here."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.yaml"
        file.write_text(HEAD.format(name=name, title=title) + lines, encoding="utf-8")
        return draft_order(load_regimen(file), load_patient(texts=FULL), load_pharmacy(STARTER), start=START)


INFANT: Texts = {"height": "75 cm", "weight": "9 kg", "born": "2025-05-14"}
HEAVY: Texts = {"weight": "57.3 kg", "creatinine": "0.9 mg/dL", "reductions": [LESS_ETOPOSIDE]}
NOTHING_TOLD: Texts = dict.fromkeys(FULL.keys() - SIZE.keys(), "")

ORDERS: dict[str, Callable[[], Order]] = {
    "full-patient-file": lambda: _shipped({"reductions": [LESS_ETOPOSIDE]}),
    "many-alerts": lambda: _shipped(HEAVY, cycle=3),
    "accepted-stop-and-omitted-drug": lambda: _shipped(
        {**INFANT, "reductions": ["etoposide=100%: anaphylaxis in cycle 1"]}, "under-10-kg"
    ),
    "nothing-told": lambda: draft_order(load_regimen("cec-induction"), load_patient(texts=SIZE)),
    "eight-drugs-in-28-days": lambda: _written("many-drugs", "Eight drugs in 28 days", MANY_DRUGS),
    "high-dose-methotrexate": lambda: _written("long-infusions", "High-dose methotrexate", LONG_INFUSIONS),
    "intrathecal-triple": lambda: _written("triple", "Triple intrathecal therapy with vincristine", TRIPLE),
    "bags-over-days": lambda: _written("bags", "Continuous infusions", BAGS),
    "tablets-for-28-days": lambda: _written("tablets", "Maintenance", TABLETS),
    "twelve-drugs-over-midnight": lambda: _written("night", "Twelve drugs every six hours", NIGHT),
}
"""The ten orders, by the names of their pictures."""


def photocopy(picture: bytes) -> bytes:
    """A page as a worn copier gives it: every point is black or white, and what is nearly white is lost."""
    width, height, channels, rows = _pixels(picture)
    lines = (bytes(255 * (row[at] > DARKEST_LOST) for at in range(0, width * channels, channels)) for row in rows)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(b"\0" + line for line in lines))), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return picture[:8] + b"".join(chunks)


DARKEST_LOST = 140
"""Of 255: whatever is lighter is white on the copy."""


def _pixels(picture: bytes) -> tuple[int, int, int, list[bytearray]]:
    """Width, height, bytes of a point, and the rows of a PNG of 8 bits a channel that is not interlaced."""
    chunks: dict[bytes, bytes] = {}
    place = 8
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        chunks[kind] = chunks.get(kind, b"") + picture[place + 8 : place + 8 + length]
        place += length + 12
    width, height, _, colours = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colours]
    size, data = width * channels, zlib.decompress(chunks[b"IDAT"])
    rows: list[bytearray] = []
    for number in range(height):
        way, raw = data[number * (size + 1)], bytearray(data[number * (size + 1) + 1 : (number + 1) * (size + 1)])
        rows.append(_unfiltered(way, raw, rows[-1] if rows else bytearray(size), channels))
    return width, height, channels, rows


def _unfiltered(way: int, row: bytearray, above: bytearray, channels: int) -> bytearray:
    """A row of a PNG without its filter."""
    for at in range(len(row)):
        left, up = row[at - channels] if at >= channels else 0, above[at]
        corner = above[at - channels] if at >= channels else 0
        nearest = min((left, up, corner), key=lambda each: abs(left + up - corner - each))
        row[at] = (row[at] + (0, left, up, (left + up) // 2, nearest)[way]) & 255
    return row


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("hardest-papers")
    folder.mkdir(parents=True, exist_ok=True)
    for name, order_of in ORDERS.items():
        order = order_of()
        for number, picture in enumerate(render_pictures(order, ppi=150), 1):
            (folder / f"{name}-{number}.png").write_bytes(picture)
        for number, picture in enumerate(render_pictures(order, ppi=75), 1):
            (folder / f"{name}-{number}-copy.png").write_bytes(photocopy(picture))
        print(f"{folder / name}: {number} pages")


if __name__ == "__main__":
    main()
