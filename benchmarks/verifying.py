"""What `cec verify` takes for a table: of rows that agree, and of rows in which every dose is wrong."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import polars as pl

from benchmarks.measuring import in_turn, of_a_command, print_table
from cec import dose_table, load_regimen

AGREEING, WRONG = 50_000, 400
DOSES = ("clofarabine_mg", "etoposide_mg", "cyclophosphamide_mg", "prednisone_mg")
HEAD = ("id", "height_mm", "weight_kg", *DOSES)


def main(rounds: int) -> None:
    draw = random.Random(2026)
    with tempfile.TemporaryDirectory() as folder:
        tables = {
            "no rows": _write(Path(folder, "none.csv"), 1, lambda dose: dose),
            "rows that agree": _write(Path(folder, "right.csv"), AGREEING, lambda dose: dose),
            "each dose ten times": _write(Path(folder, "ten.csv"), WRONG, lambda dose: dose * 10),
            "each dose another number": _write(
                Path(folder, "any.csv"), WRONG, lambda dose: round(dose * Decimal(str(draw.uniform(0.5, 3))), 1)
            ),
        }
        tasks = {
            name: of_a_command(("-m", "cec", "verify", str(path), "-q"), ends_with=int(name.startswith("each")))
            for name, (path, _) in tables.items()
        }
        taken = in_turn(tasks, rounds)
    start = min(taken["no rows"])
    rows = {name: [max(seconds - start, 1e-9) for seconds in taken[name]] for name in tables if name != "no rows"}
    counts = {name: count for name, (_, count) in tables.items() if name in rows}
    per_row = {name: [each / counts[name] for each in seconds] for name, seconds in rows.items()}
    print_table("A row of cec verify, without the start", per_row, "rows that agree", each=dict.fromkeys(rows, 1))


def _write(path: Path, count: int, written: Callable[[Decimal], Decimal]) -> tuple[Path, int]:
    """A table of orders of random patients, and how many rows it has."""
    lines = [",".join(HEAD)]
    for row in _doses(count):
        doses = (f"{written(Decimal(row[name])).normalize():f}" for name in DOSES)
        lines.append(",".join((row["id"], row["height_mm"], row["weight_kg"], *doses)))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path, len(lines) - 1


def _doses(count: int) -> Iterator[dict[str, str]]:
    draw = random.Random(count)
    frame = pl.DataFrame(
        {
            "id": [f"{number:06}" for number in range(count)],
            "height_mm": [str(draw.randint(1000, 1850)) for _ in range(count)],
            "weight_kg": [f"{draw.uniform(15, 95):.1f}" for _ in range(count)],
        }
    )
    dosed = dose_table(frame, load_regimen("cec-induction"))
    return dosed.filter(pl.col("rejected").is_null()).iter_rows(named=True)
