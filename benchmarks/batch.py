"""How long `cec batch` takes for a table, and how much memory, beside two plain scripts that do less.

Run by hand: python -m benchmarks batch [ROUNDS] for a million rows; python -m benchmarks.batch [ROWS] [ROUNDS] [FOLDER]
for others. The commands take turns in one run on one machine, after a round that does not count, in which their doses
are compared; medians count. ROWS may be several numbers with commas: 1000000,10000000.

`plain polars` reads the same CSV, computes BSA and the same four doses in binary floats and writes the same columns,
with no check of anything; `streamed`, it does so without ever holding the table. `csv and Decimal` is a loop over
Python's csv that computes them in decimals, with no check.
"""

from __future__ import annotations

import csv
import os
import random
import statistics
import subprocess
import sys
import time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

ROOT = Path(__file__).parent.parent
COLUMNS = ("id", "name", "height_cm", "weight_kg", "age", "sex", "ward")
ADDED = ("regimen", "bsa_m2", "clofarabine_mg", "etoposide_mg", "cyclophosphamide_mg", "prednisone_mg", "alerts")


class Run(NamedTuple):
    """Seconds from start to end, and the largest memory in MiB."""

    seconds: float
    memory: float


def make(path: Path, rows: int) -> None:
    """Children of 2 to 18 years, about as tall and heavy as children are."""
    draw = random.Random(2015)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(COLUMNS) + "\n")
        for number in range(rows):
            age = draw.uniform(2, 18)
            height = (77 + 6.4 * age if age < 13 else 160 + 2 * (age - 13)) * draw.gauss(1, 0.04)
            index = (15.8 if age < 8 else 15.8 + 0.55 * (age - 8)) * draw.lognormvariate(0, 0.09)
            weight = index * height * height / 10_000
            sex = "female" if draw.random() < 0.5 else "male"
            file.write(f"{number:08},Patient {number},{height:.1f},{weight:.1f},{age:.1f},{sex},ward {number % 9}\n")


def plain_polars(source: str, target: str) -> None:
    import polars as pl

    _dosed(pl.read_csv(source, schema_overrides={"id": pl.String}).lazy()).collect().write_csv(target)


def streamed_polars(source: str, target: str) -> None:
    import polars as pl

    _dosed(pl.scan_csv(source, schema_overrides={"id": pl.String})).sink_csv(target)


def _dosed(table: pl.LazyFrame) -> pl.LazyFrame:
    import polars as pl

    bsa = (((pl.col("height_cm") * pl.col("weight_kg") / 3600).sqrt() * 100).round() / 100).alias("bsa_m2")
    area = pl.col("bsa_m2")
    doses = [(area * 40).alias(ADDED[2]), (area * 100).alias(ADDED[3]), (area * 440).alias(ADDED[4])]
    table = table.with_columns(pl.lit("cec-induction").alias("regimen"), bsa)
    return table.with_columns(*doses, (pl.col("weight_kg") * 0.5).alias(ADDED[5]), pl.lit("").alias("alerts"))


def csv_and_decimal(source: str, target: str) -> None:
    hundredth = Decimal("0.01")
    with Path(source).open(encoding="utf-8", newline="") as file, Path(target).open("w", newline="") as output:
        reader, writer = csv.reader(file), csv.writer(output)
        writer.writerow([*next(reader), *ADDED])
        for row in reader:
            weight = Decimal(row[3])
            bsa = (Decimal(row[2]) * weight / 3600).sqrt().quantize(hundredth, ROUND_HALF_UP)
            doses = (bsa * 40, bsa * 100, bsa * 440, weight * Decimal("0.5"))
            writer.writerow([*row, "cec-induction", bsa, *(f"{dose.normalize():f}" for dose in doses), ""])


SCRIPTS = {
    "plain polars": plain_polars,
    "plain polars, streamed": streamed_polars,
    "csv and Decimal": csv_and_decimal,
}


def arguments(name: str, source: Path, target: Path) -> list[str]:
    if name in SCRIPTS:
        return [__file__, "--script", name, str(source), str(target)]
    return ["-m", "cec", "batch", str(source), "-o", str(target), "--overwrite"]


def run(name: str, source: Path, target: Path) -> Run:
    """One run of a command; its memory is that of its first process."""
    target.unlink(missing_ok=True)
    command = arguments(name, source, target)
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    accepted = {0} if name in SCRIPTS else {0, 1}  # 1: some rows were rejected, which these are
    if os.waitstatus_to_exitcode(status) not in accepted or not target.exists():
        raise SystemExit(f"{command} failed")
    return Run(seconds, usage.ru_maxrss / 1024)


def first_row(source: Path) -> float:
    """Seconds from the start to the first dosed row on standard output."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "cec", "batch", str(source)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        process.stdout.readline()
        process.stdout.readline()
        taken = time.perf_counter() - start
        process.kill()
    return taken


def compare(*tables: str) -> None:
    """Stop where they do not come to the same doses: no two rows may differ by more than binary floats do."""
    import polars as pl

    found = [pl.read_csv(path, n_rows=100_000, columns=["id", *ADDED[1:6]]) for path in tables]
    for path, table in zip(tables, found, strict=True):
        both = found[0].join(table, on="id", suffix=" too")
        off = [(pl.col(name) - pl.col(f"{name} too")).abs() > 1e-6 for name in ADDED[1:6]]
        others = both.filter(pl.any_horizontal(off)).height  # BSA at a tie, where floats err
        if both.height < 0.99 * found[0].height or others > both.height / 1_000:
            raise SystemExit(f"{path}: {both.height} of {found[0].height} rows, {others} with other doses")
        Path(path).unlink()


def measure(rows: int, rounds: int, folder: Path) -> None:
    source, target = folder / f"patients-{rows}.csv", folder / "doses.csv"
    if not source.exists():
        make(source, rows)
    names = ["plain polars", "plain polars, streamed", "cec batch"]
    names += ["csv and Decimal"] if rows <= 1_000_000 else []
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for name in names:
        run(name, source, folder / f"{name}.csv")
    tables = [str(folder / f"{name}.csv") for name in names]  # in a process of its own: its memory would be theirs
    subprocess.run([sys.executable, __file__, "--script", "compare", *tables], check=True)
    for _ in range(rounds):
        for name in names:
            runs[name].append(run(name, source, target))
    plain = statistics.median(each.seconds for each in runs["plain polars"])
    print(
        f"\n{rows:,} rows, {source.stat().st_size / 2**20:,.0f} MiB; {os.cpu_count()} processors; median of {rounds}\n"
    )
    print("| | × plain polars | least, s | median | most | largest memory |\n|---|---|---|---|---|---|")
    for name, taken in runs.items():
        times = [each.seconds for each in taken]
        median, memory = statistics.median(times), statistics.median(each.memory for each in taken)
        shown = " | ".join(f"{value:.2f}" for value in (median / plain, min(times), median, max(times)))
        print(f"| {name} | {shown} | {memory:,.0f} MiB |")
    print(f"\nfirst dosed row after {first_row(source):.2f} s", flush=True)


def main(rounds: int, sizes: str = "1000000", folder: str = "") -> None:
    os.environ["PYTHONPATH"] = str(ROOT)
    with TemporaryDirectory() as temporary:
        for rows in map(int, map(float, sizes.split(","))):
            measure(rows, rounds, Path(folder or temporary))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--script"]:
        (SCRIPTS | {"compare": compare})[sys.argv[2]](*sys.argv[3:])
    else:
        rows, rounds, folder = (*sys.argv[1:4], *("1000000", "3", "")[len(sys.argv) - 1 :])
        main(int(rounds), rows, folder)
