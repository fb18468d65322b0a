"""How long one order takes in a process that has drafted before, as a multiple of a fixed loop of plain Python.

Run by hand: python benchmarks/drafting.py [ROUNDS]. Orders and loop take turns in one run; of each the fastest round of
processor time counts, so that another busy program makes no difference.
"""

from __future__ import annotations

import datetime
import gc
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cec

EACH = 100
"""How often each is done in a round."""

LOOP = "a loop of 2,000 additions"
MOST = {"doses of cec-induction": 300}
"""What each may take at most, in microseconds, on two processors of 2026."""


def loop() -> int:
    """What everything is measured in."""
    total = 0
    for number in range(2_000):
        total += number
    return total


def orders() -> dict[str, Callable[[], object]]:
    """What is timed, by its name."""
    induction = cec.load_regimen("cec-induction")
    patient = cec.load_patient(texts={"height": "128 cm", "weight": "26 kg"})
    known = {"height": "128 cm", "weight": "26 kg", "age": "8 years", "sex": "female", "creatinine": "0.5 mg/dL"}
    stock = cec.load_pharmacy(Path(cec.__file__).parent / "load" / "starter_pharmacy.yaml")
    start = datetime.date(2026, 11, 30)
    draft = partial(cec.draft_order, induction)
    return {
        "doses of cec-induction": partial(draft, patient),
        "the same, with age, sex and creatinine": partial(draft, cec.load_patient(texts=known)),
        "the same, with its schedule": partial(draft, patient, start=start),
        "the same, with schedule and preparation": partial(draft, patient, stock, start=start),
    }


def microseconds(do: Callable[[], object]) -> float:
    """The processor time of doing it once."""
    start = time.process_time()
    for _ in range(EACH):
        do()
    return (time.process_time() - start) / EACH * 1e6


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    timed = {LOOP: loop, **orders()}
    best = dict.fromkeys(timed, float("inf"))
    gc.disable()
    for _ in range(rounds):
        for name, do in timed.items():
            best[name] = min(best[name], microseconds(do))
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors; {LOOP}: {best[LOOP]:.1f} microseconds")
    for name, taken in best.items():
        if name != LOOP:
            most = f", at most {MOST[name]}{'  TOO SLOW' if taken > MOST[name] else ''}" if name in MOST else ""
            print(f"{name:44}{taken:8.0f} microseconds{taken / best[LOOP]:8.2f} x{most}")


if __name__ == "__main__":
    main()
