"""The tables of docs/performance.md: python -m benchmarks [NAME] [ROUNDS], every one of them without a name.

What is compared takes turns in one run, so that another busy program slows all of it alike; ratios count, not seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import batch, commands, orders, sheets, verifying

TABLES: dict[str, tuple[Callable[[int], None], int]] = {
    "commands": (commands.main, 15),
    "orders": (orders.main, 15),
    "sheets": (sheets.main, 3),
    "verify": (verifying.main, 3),
    "batch": (batch.main, 5),
}
"""What is measured, and in how many rounds if no other number is told."""


def main() -> None:
    name, rounds = (*sys.argv[1:3], "", "")[:2]
    if name and name not in TABLES:
        raise SystemExit(f"'{name}' is not measured; there are {', '.join(TABLES)}")
    for each in [name] if name else TABLES:
        measure, usual = TABLES[each]
        measure(int(rounds or usual))


if __name__ == "__main__":
    main()
