"""Rows a CPU second of `cec batch` over tables of many kinds, and the memory of long ones.

Run by hand: python -m benchmarks.batch_kinds [ROWS] [FOLDER]. Each command is a whole process; the seconds are those of
all its threads.
"""

from __future__ import annotations

import csv
import datetime
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.batch import make

DAY = datetime.date(2026, 11, 30)
LONG = ("--long", "--start", str(DAY))
MANY = """\
name: many
title: 448 administrations
edition: 1
for: measuring
source: {citation: none}
drugs:
"""

Row = dict[str, str]


def patients(path: Path) -> Iterator[Row]:
    """The patients of the other benchmark, row by row: what this process holds would count for those it starts."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def in_pounds(rows: Iterable[Row], draw: random.Random) -> Iterator[Row]:
    for row in rows:
        yield {"id": row["id"], "height_cm": row["height_cm"], "age": row["age"], "sex": row["sex"]} | {
            "weight_lb": f"{float(row['weight_kg']) / 0.45359237 + draw.random() / 10:.3f}"
        }


def with_every_fact(rows: Iterable[Row], draw: random.Random) -> Iterator[Row]:
    """Created of what a hospital's table may have: birth, creatinine, history, and the days and weight before."""
    for row in rows:
        yield {"id": row["id"], "height_cm": row["height_cm"], "weight_kg": row["weight_kg"], "sex": row["sex"]} | {
            "born": str(DAY - datetime.timedelta(days=int(float(row["age"]) * 365.25) + draw.randrange(30))),
            "creatinine": f"{draw.uniform(0.3, 0.9):.3f} mg/dL",
            "measured_on": str(DAY - datetime.timedelta(days=draw.choice([0, 1, 2, 7, 13, 15]))),
            "previous_weight": f"{float(row['weight_kg']) * draw.gauss(1, 0.02):.1f}",
            "previous_day_1": str(DAY - datetime.timedelta(days=draw.choice([21, 28, 35]))),
            "previous_cycles": draw.choice("123"),
            "prior_hsct": draw.choice(["true", "false"]),
            "cycle": "2",
            "start": str(DAY),
        }


def with_reasons(rows: Iterable[Row], _: random.Random) -> Iterator[Row]:
    for number, row in enumerate(rows):
        yield row | {"reduce": f"etoposide=25%: mucositis grade 3, note {number}"}


def impossible(rows: Iterable[Row], _: random.Random) -> Iterator[Row]:
    for row in rows:
        yield row | {"height_cm": f"{float(row['height_cm']) / 100:.3f}"}


def unreadable(rows: Iterable[Row], _: random.Random) -> Iterator[Row]:
    for row in rows:
        yield row | {"weight_kg": row["weight_kg"].replace(".", ",")}


KINDS = {
    "pounds with 3 decimals": in_pounds,
    "every fact told": with_every_fact,
    "every row with another reason": with_reasons,
    "rejected, an impossible height": impossible,
    "rejected, commas": unreadable,
}


def run(name: str, source: Path, rows: int, *options: str) -> None:
    """One run, told in a line."""
    target = source.with_name(f"doses{source.suffix}")
    command = [sys.executable, "-m", "cec", "batch", str(source), "-o", str(target), "--overwrite", *options]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in {0, 1}:
        raise SystemExit(f"{command} failed")
    seconds = usage.ru_utime + usage.ru_stime
    print(f"{name:36} {rows / seconds:10,.0f} rows a second {usage.ru_maxrss / 1024:6.0f} MiB")


def write(path: Path, rows: Iterable[Row]) -> None:
    every = iter(rows)
    first = next(every)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(first))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(every)


def measure(rows: int, folder: Path) -> None:
    source = folder / "patients.csv"
    make(source, rows)
    for name, kind in KINDS.items():
        write(folder / "table.csv", kind(patients(source), random.Random(1)))
        run(name, folder / "table.csv", rows)
    numbers = {"height_cm", "weight_kg", "age"}
    lines = ({key: float(cell) if key in numbers else cell for key, cell in row.items()} for row in patients(source))
    with (folder / "table.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in lines)
    run("JSON Lines in and out", folder / "table.jsonl", rows)
    run("--long", source, rows, *LONG)
    drugs = (
        f"  - {{drug: drug {n}, dose: {n} mg/m2, route: oral, days: 1-28, every: 6 h, times: 4}}\n" for n in "1234"
    )
    (folder / "many.yaml").write_text(MANY + "".join(drugs), encoding="utf-8")
    write(folder / "few.csv", islice(patients(source), rows // 15))
    run("--long, 448 administrations", folder / "few.csv", rows // 15, *LONG, "--regimen", str(folder / "many.yaml"))


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    if len(sys.argv) > 2:
        measure(wanted, Path(sys.argv[2]))
    else:
        with TemporaryDirectory() as temporary:
            measure(wanted, Path(temporary))
