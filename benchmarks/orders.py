"""What one order takes in a process that has drafted before, and what each format takes to draw it."""

from __future__ import annotations

import datetime
import gc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cec
from benchmarks.measuring import in_turn, of_this_process, print_table

DOSES = "doses of cec-induction"
START = datetime.date(2026, 11, 30)
TIMES = 50
"""How often each is done in a round."""


def main(rounds: int) -> None:
    induction = cec.load_regimen("cec-induction")
    patient = cec.load_patient(texts={"height": "128 cm", "weight": "26 kg"})
    known = {"height": "128 cm", "weight": "26 kg", "age": "8 years", "sex": "female", "creatinine": "0.5 mg/dL"}
    stock = cec.load_pharmacy(Path(cec.__file__).parent / "load" / "starter_pharmacy.yaml")
    draft = partial(cec.draft_order, induction)
    order = draft(patient, start=START)
    draw = partial(cec.render, order)
    tasks: dict[str, Callable[[], object]] = {
        DOSES: partial(draft, patient),
        "with age, sex and creatinine": partial(draft, cec.load_patient(texts=known)),
        "with its schedule": partial(draft, patient, start=START),
        "with schedule and preparation": partial(draft, patient, stock, start=START),
        "its JSON": partial(draw, "json"),
        "its CSV": partial(draw, "csv"),
        "its table, into a pipe": partial(draw, "table"),
        "its calendar": partial(draw, "ics"),
    }
    gc.disable()
    taken = in_turn({name: of_this_process(do, TIMES) for name, do in tasks.items()}, rounds)
    gc.enable()
    print_table("One order in a process that has drafted before", taken, DOSES)
