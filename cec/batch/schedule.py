"""Doses of rows -> a row for each administration, with the cells that `cec schedule --format csv` gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cec.batch.engine import Engine
from cec.batch.single_row import BY_DAY, LEVELS, levels_of
from cec.calculate.lines import cycle_of, lines_of_cycle
from cec.calculate.schedule.drawing import draw_up
from cec.order import Order
from cec.rendering.csv.order import SCHEDULE_COLUMNS, declared, schedule_rows
from cec.tables.columns import DECLARATIONS
from cec.tables.rows import read_fact, row_texts
from cec.units import Quantity

if TYPE_CHECKING:
    import polars as pl

AT_ONCE = 10_000
"""Administrations that are made at a time."""

MOST_CYCLES = 64
"""Cycles that are kept: one for each start, cycle number and set of lines that are given."""

_TOLD = ("id", "bsa_m2", "alerts", LEVELS, *DECLARATIONS)
_OF_THE_ROW = (*_TOLD, "dose", "rate", "rate_unit")
"""Cells that a row brings, the last three from the drug line; all others come from the cycle."""


class _Cycle(NamedTuple):
    """The administrations of a cycle in which certain lines are given: the cells, and the place of each one's line."""

    cells: pl.DataFrame
    lines: pl.Series


class Scheduler:
    """The administrations of rows that an engine has dosed; cycles are kept from block to block."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._cycles: dict[tuple[object, ...], _Cycle] = {}
        self._longest = AT_ONCE
        """Administrations of the longest cycle that was last met; at first, as many as may be made at a time."""

    def schedule(self, dosed: pl.DataFrame, texts: Mapping[str, pl.Series]) -> Iterator[pl.DataFrame]:
        """The administrations of all dosed rows in their order, some rows at a time; `row` is the patient's place."""
        import polars as pl

        rows = dosed.get_column("row")
        names = self._engine.names
        is_by_day = pl.any_horizontal((pl.col(name) == BY_DAY).fill_null(value=False) for name in names)
        hangs_on_amounts = any(line.is_by_rate for line in self._engine.settings.regimen.drugs)
        patients = dosed.with_columns(
            _as_read("id", texts["id"].gather(rows), str),
            *(
                _as_read(fact, texts[fact].gather(rows), declared) if fact in texts else pl.lit("").alias(fact)
                for fact in DECLARATIONS
            ),
            *(texts[fact].gather(rows).alias(f"told {fact}") for fact in ("start", "cycle") if fact in texts),
            *((pl.col(name) != "0").fill_null(value=False).alias(f"is {name} given") for name in names),
            # a row with lines of its own days is by itself, whatever others say
            pl.when(is_by_day | hangs_on_amounts).then("row").alias("is by day"),
        )
        keys = [name for name in patients.columns if name.startswith(("told ", "is "))]
        first = 0
        while first < patients.height:
            some = patients[first : first + max(1, AT_ONCE // self._longest)]
            first += some.height
            parts, longest = [], 1
            for key, group in some.group_by(keys, maintain_order=True):
                row = int(group.item(0, "row"))
                if key[-1] is not None:
                    parts.append(_of_order(self._order(row, texts), row))
                    continue
                cycle = self._cycle(key, row, texts)
                longest = max(longest, len(cycle.lines))
                parts.append(_crossed(group, cycle, names))
            self._longest = longest
            yield parts[0] if len(parts) == 1 else pl.concat(parts).sort("row", maintain_order=True)

    def _cycle(self, key: tuple[object, ...], row: int, texts: Mapping[str, pl.Series]) -> _Cycle:
        """The administrations of rows that say the same of start and cycle, and are given the same lines."""
        if key not in self._cycles:
            if len(self._cycles) >= MOST_CYCLES:
                self._cycles.clear()
            self._cycles[key] = _cycle_of(self._order(row, texts))
        return self._cycles[key]

    def _order(self, row: int, texts: Mapping[str, pl.Series]) -> Order:
        columns = self._engine.columns
        asked = {fact: cells for fact, cells in texts.items() if fact in columns}
        return self._engine.order(next(row_texts(asked, columns, [row])))


def _of_order(order: Order, row: int) -> pl.DataFrame:
    """The administrations of one row's order, just as they are."""
    import polars as pl

    cells = pl.DataFrame(list(schedule_rows(order)), schema=dict.fromkeys(SCHEDULE_COLUMNS, pl.String), orient="row")
    levels = levels_of(order)
    cells = cells.with_columns(alerts=pl.lit(" ".join(levels)), alert_levels=pl.lit(" ".join(levels.values())))
    return cells.select(pl.lit(row, dtype=pl.UInt32).alias("row"), *SCHEDULE_COLUMNS)


def _cycle_of(order: Order) -> _Cycle:
    """The administrations of an order's cycle, whatever the amounts are that it gives."""
    import polars as pl

    if order.start is None:
        raise ValueError("a schedule has a start")
    lines = lines_of_cycle(order.regimen, cycle_of(order))
    units = [order.line_of(dose).amount_unit for dose in order.doses]
    doses = [
        msgspec.structs.replace(dose, ordered=Quantity(Decimal(bool(dose.ordered.value)), unit))
        for dose, unit in zip(order.doses, units, strict=True)
    ]
    every = draw_up(order.regimen, doses, order.start, order.pharmacy, lines).administrations
    rows = list(schedule_rows(msgspec.structs.replace(order, administrations=every)))
    cells = pl.DataFrame(rows, schema=dict.fromkeys(SCHEDULE_COLUMNS, pl.String), orient="row")
    return _Cycle(cells.drop(_OF_THE_ROW), pl.Series([row.line - 1 for row in every], dtype=pl.Int64))


def _crossed(patients: pl.DataFrame, cycle: _Cycle, names: tuple[str, ...]) -> pl.DataFrame:
    """Every patient with every administration of the cycle."""
    import polars as pl

    many, times = patients.height, len(cycle.lines)
    every = pl.int_range(many * times, eager=True)
    whose, which = every // max(times, 1), every % max(times, 1)
    of_line = cycle.lines.gather(which) * many + whose

    def each(columns: list[str]) -> pl.Series:
        return pl.concat([patients.get_column(name) for name in columns]).gather(of_line)

    rates = {}
    for what in ("rate", "rate_unit"):
        columns = [f"{name} {what}" for name in names]
        is_there = columns[0] in patients.columns
        rates[what] = each(columns).fill_null("") if is_there else pl.Series([""]).new_from_index(0, len(every))
    cells = {name: cycle.cells.get_column(name).gather(which) for name in cycle.cells.columns}
    cells |= {name: patients.get_column(name).gather(whose) for name in ("row", *_TOLD)}
    return pl.DataFrame({**cells, "dose": each(list(names)), **rates}).select("row", *SCHEDULE_COLUMNS)


def _as_read(fact: str, cells: pl.Series, write: Callable[[Any], str]) -> pl.Series:
    """What cells tell of a fact as the single path reads and writes it; an empty text for nothing."""
    import polars as pl

    different = cells.unique()
    texts = [write(read_fact(fact, cell).value) if cell else "" for cell in different]
    return cells.replace_strict(different, pl.Series(texts, dtype=pl.String), return_dtype=pl.String).alias(fact)
