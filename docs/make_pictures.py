"""Draws docs/pictures/: the sheet, worksheet and a label of a sample patient, and what commands show on a terminal.

Run by hand, on Linux or macOS: python docs/make_pictures.py
"""

from __future__ import annotations

import datetime
import json
import os
import pty
import re
import shlex
import subprocess
import sys
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))

from msgspec.structs import replace  # noqa: E402  after the path
from rich.console import Console  # noqa: E402
from rich.text import Text  # noqa: E402

from cec import draft_order, load_patient, load_pharmacy, load_regimen  # noqa: E402
from cec.course.found_orders import FiledOrder, OrdersOfPatient  # noqa: E402
from cec.course.history import history  # noqa: E402
from cec.load.typed import Texts  # noqa: E402
from cec.order.change import Change, GivenAmount  # noqa: E402
from cec.rendering import HISTORIES, render  # noqa: E402
from cec.rendering.pdf.labels import label_data  # noqa: E402
from cec.rendering.pdf.order import sheet_data  # noqa: E402
from cec.rendering.pdf.typesetting import pictures  # noqa: E402
from cec.rendering.pdf.worksheet import worksheet_data  # noqa: E402
from cec.units import Quantity  # noqa: E402

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
PIXELS_PER_INCH = 112
FINGERPRINT = re.compile(r"\b((?:regimen|input|order|file)\s)[0-9a-f]{16}\b")


class Screen(NamedTuple):
    """A command, and the lines of what it shows that are drawn: from the one that begins so to the one that does."""

    command: str
    first: str = ""
    last: str = ""


SCREENS = {
    "dose.svg": Screen("cec dose --height 128cm --weight 57.3kg --age 8 --sex female", "Measures", "Assumed"),
    "schedule.svg": Screen(
        "cec schedule cec-consolidation --height 109cm --weight 18.5kg --age 5 --sex m --start 2026-11-30",
        "Look at",
        "Day 3",
    ),
    "verify.svg": Screen(
        "cec verify cec-induction --height 128cm --weight 26kg clofarabine=192mg etoposide=96mg", "Drug", "Beside"
    ),
}
COLUMNS = 100
LARGEST = 320_000
"""Bytes that a picture may take."""
FONTS_OF_THE_NETWORK = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def sheets() -> dict[str, bytes]:
    """Pages of the order sheet and of the worksheet, and a label, as pictures, by name."""
    pharmacy = load_pharmacy(FOLDER.parent / "cec" / "load" / "starter_pharmacy.yaml")
    order = draft_order(load_regimen("cec-induction"), load_patient(texts=PATIENT), pharmacy, start=START, cycle=1)
    first, days, *_ = _pages("order", sheet_data(order))
    cards = _pages("worksheet", worksheet_data(order))[1]
    made_at_eight = replace(pharmacy, made_at="08:00", jurisdiction="US label")
    labelled = draft_order(order.regimen, order.patient, made_at_eight, start=START, cycle=1)
    steady = replace(labelled, fingerprint="0123456789abcdef" * 4, alerts=())
    label = _pages("labels", label_data(steady), "100x60mm")[0]
    return {"sheet.png": first, "sheet-days.png": days, "worksheet.png": cards, "label.png": label}


def _pages(template: str, data: Any, paper: str = "a4") -> list[bytes]:
    """The pages of a sheet, with fingerprints of no order: theirs would change with every version of the program."""
    steady = FINGERPRINT.sub(r"\g<1>0123456789abcdef", json.dumps(data, ensure_ascii=False))
    return pictures(template, json.loads(steady), paper, PIXELS_PER_INCH)


def screens() -> dict[str, bytes]:
    """What each command shows on a terminal, as pictures, by name."""
    return {name: _picture(name, screen) for name, screen in SCREENS.items()}


def _picture(name: str, screen: Screen) -> bytes:
    """A terminal with a command and what is drawn of what it shows, in its colours."""
    lines = [Text.from_ansi(line) for line in _shown(screen.command).splitlines()]
    first = next(place for place, line in enumerate(lines) if line.plain.startswith(screen.first))
    last = next(place for place, line in enumerate(lines) if place > first and line.plain.startswith(screen.last))
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        for line in (f"$ {screen.command}", "…", *lines[first:last], "…"):
            console.print(line, highlight=False)
        picture = console.export_svg(title="cec", unique_id=Path(name).stem)
    return FONTS_OF_THE_NETWORK.sub("", picture).encode()


def _shown(command: str) -> str:
    """What a command writes to a terminal of this width."""
    terminal = {"COLUMNS": str(COLUMNS), "LINES": "50", "TERM": "xterm-256color", "PYTHONPATH": str(FOLDER.parent)}
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", *shlex.split(command)], stdout=theirs, stderr=theirs, env={**os.environ, **terminal}
    ):
        os.close(theirs)
        pieces = b"".join(iter(partial(_piece, ours), b""))
    os.close(ours)
    return pieces.decode().replace("\r\n", "\n")


def _piece(terminal: int) -> bytes:
    """What comes next from a terminal; nothing once the program has ended."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def histories() -> dict[str, bytes]:
    """The picture of a history of five cycles: one a week late, one without the last tablets, three with less."""
    files, start = [], datetime.date(2026, 9, 7)
    for number, (gap, reductions) in enumerate(CYCLES, 1):
        start += datetime.timedelta(days=gap)
        patient = load_patient(texts={**ADULT, "reductions": list(reductions)})
        order = draft_order(load_regimen("examples/rchop-21"), patient, start=start, cycle=number)
        if number == NOT_WHOLLY_GIVEN:
            last = order.administrations[-1]
            untold = GivenAmount(last.line, last.protocol_day, last.number, last.drug, Quantity(Decimal(0), "mg"))
            change = Change(on=last.date, from_day=5, reason="vomiting", written_by=order.written_by, given=(untold,))
            order = replace(order, changes=(change,))
        files.append(FiledOrder(f"{number}.json", order))
    found = history(OrdersOfPatient(tuple(files), (), ()))
    return {"history.svg": render(found, "svg", HISTORIES)}


ADULT: Texts = {"id": "7", "height": "170 cm", "weight": "68 kg", "age": "46", "sex": "female"}
CYCLES: tuple[tuple[int, tuple[str, ...]], ...] = (
    (0, ()),
    (21, ()),
    (28, ("doxorubicin=25%: febrile neutropenia",)),
    (21, ("doxorubicin=25%: febrile neutropenia", "vincristine=50%: neuropathy")),
    (21, ("doxorubicin=25%: febrile neutropenia", "vincristine=50%: neuropathy")),
)
"""Days since the cycle before, and what is reduced."""
NOT_WHOLLY_GIVEN = 2
"""The cycle of which somebody told that the last dose was not given."""


def main() -> None:
    """Writes every picture and says how large it is."""
    for name, picture in {**sheets(), **screens(), **histories()}.items():
        if len(picture) > LARGEST:
            raise SystemExit(f"{name} has {len(picture)} bytes, more than {LARGEST}")
        (FOLDER / "pictures" / name).write_bytes(picture)
        sys.stdout.write(f"docs/pictures/{name}: {len(picture) // 1000} kB\n")


if __name__ == "__main__":
    main()
