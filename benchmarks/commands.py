"""What a command takes from its start to its end, as a multiple of `python -c pass`, and what loads the longest."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import ROOT, SIZE, in_turn, of_a_command, print_table

BARE = "python -c pass"
CEC = ("-m", "cec")
DOSE = (*CEC, "dose", *SIZE)
SCHEDULE = (*CEC, "schedule", "cec-induction", *SIZE, "--start", "2026-11-30")
ROOMS = {
    "typer": ("typer", "shellingham", "annotated_doc"),
    "rich": ("rich", "pygments", "markdown_it"),
    "pint": ("pint", "flexparser", "flexcache"),
    "PyYAML": ("yaml",),
    "msgspec": ("msgspec", "typing_extensions"),
    "typst": ("typst",),
    "cec itself": ("cec",),
}


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sheet = str(Path(folder) / "sheet.pdf")
        tasks = {
            BARE: of_a_command(("-c", "pass")),
            "cec --version": of_a_command((*CEC, "--version")),
            "cec dose, JSON": of_a_command((*DOSE, "--format", "json")),
            "cec dose, CSV": of_a_command((*DOSE, "--format", "csv")),
            "cec dose, table into a pipe": of_a_command(DOSE),
            "cec dose, table on a terminal": of_a_command(DOSE, on_a_terminal=True),
            "cec dose, creatinine in micromol/L": of_a_command((*DOSE, "--creatinine", "44micromol/L")),
            "cec schedule, table into a pipe": of_a_command(SCHEDULE),
            "cec schedule, calendar": of_a_command((*SCHEDULE, "--format", "ics")),
            "cec schedule, PDF": of_a_command((*SCHEDULE, "-o", sheet, "--overwrite")),
        }
        print_table("A command from its start to its end", in_turn(tasks, rounds), BARE)
    bare, spent = imports(("-c", "pass")), imports((*DOSE, "--format", "json"))
    beyond = sum(spent.values()) - sum(bare.values())
    parts = ", ".join(f"{room} {taken:.0f}" for room, taken in sorted(spent.items(), key=lambda item: -item[1]))
    print(f"\ncec dose, JSON: {beyond:.0f} ms of imports beyond a bare interpreter's: {parts}")


def imports(arguments: tuple[str, ...]) -> dict[str, float]:
    """Milliseconds that each library's own modules take to load (-X importtime, the time of each module alone)."""
    command = [sys.executable, "-X", "importtime", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    spent = dict.fromkeys([*ROOMS, "standard library"], 0.0)
    for line in done.stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[0].strip().isdigit():
            top = parts[2].strip().partition(".")[0]
            room = next((name for name, tops in ROOMS.items() if top in tops), "standard library")
            spent[room] += int(parts[0]) / 1000
    return spent
