"""How many order sheets one process prints in a second, and what one sheet from the command line costs.

Run by hand: python benchmarks/sheets.py [ROUNDS]. The commands take turns in one run on one machine; medians count.
"""

from __future__ import annotations

import datetime
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from startup import BARE, SIZE, imports, ratios_of

from cec import draft_order, load_patient, load_regimen, render

START = datetime.date(2026, 11, 30)
SHEETS = 300
DOSE = ("-m", "cec", "dose", *SIZE)
SCHEDULE = ("-m", "cec", "schedule", "cec-induction", *SIZE, "--start", START.isoformat())
MOST_ON_TOP = 5
"""What a sheet may cost on top of `cec dose`, in multiples of a bare interpreter."""


def sheets_per_second() -> float:
    """Sheets of different patients, from their measures to the bytes of the PDF."""
    regimen = load_regimen("cec-induction")
    start = 0.0
    for number in range(SHEETS + 1):
        if number == 1:
            start = time.perf_counter()  # the first one loads the fonts
        patient = load_patient(texts={"height": f"{1000 + number} mm", "weight": "26 kg", "id": f"{number:05}"})
        render(draft_order(regimen, patient, start=START), "pdf")
    return SHEETS / (time.perf_counter() - start)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        sheet = (*SCHEDULE, "--format", "pdf", "-o", str(Path(folder) / "sheet.pdf"))
        commands = {"python -c pass": BARE, "cec dose": DOSE, "cec schedule": SCHEDULE, "cec schedule, PDF": sheet}
        found = ratios_of(commands, rounds)
        spent = imports(sheet)
    on_top = found["cec schedule, PDF"] - found["cec dose"]
    for name, ratio in found.items():
        print(f"{name:32}{ratio:6.1f} x")
    verdict = "  TOO SLOW" if on_top > MOST_ON_TOP else ""
    print(f"{'one sheet on top of cec dose':32}{on_top:6.1f} x, at most {MOST_ON_TOP}{verdict}")
    print("imports of one sheet:", ", ".join(f"{room} {taken:.0f} ms" for room, taken in spent.items()))
    print(f"\n{sheets_per_second():.0f} sheets a second in one process, {SHEETS} patients")
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
