"""Doses of rows -> a row for each administration, with the cells that `cec schedule --format csv` gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from cec.batch.known import PLAIN_TEXT
from cec.batch.plan import Plan
from cec.batch.single import draft_row
from cec.calculate.schedule import draw_up
from cec.facts.reading import read_text
from cec.render.csv.order import SCHEDULE_COLUMNS, schedule_rows
from cec.tables.rows import row_texts
from cec.units import Quantity

if TYPE_CHECKING:
    import polars as pl

AT_ONCE = 4_000
"""Rows whose administrations are made at a time: each has about twenty."""

_OF_THE_ROW = ("id", "bsa_m2", "alerts")
"""Cells that a row brings; the dose, its unit and its rate come from the drug line, all others from the cycle."""


def schedule(dosed: pl.DataFrame, texts: Mapping[str, pl.Series], plan: Plan) -> pl.DataFrame:
    """The administrations of every dosed row in order; `row` is the place of the patient's row."""
    import polars as pl

    schema = {"row": pl.UInt32(), **{name: pl.String() for name in SCHEDULE_COLUMNS}}
    if not dosed.height:
        return pl.DataFrame(schema=schema)
    rows = dosed.get_column("row")
    said = {fact: texts[fact].gather(rows).fill_null("") for fact in ("start", "cycle") if fact in texts}
    is_given = {f"is {name} given": (pl.col(name) != "0").fill_null(value=False) for name in plan.columns}
    patients = dosed.with_columns(
        id=_printed(texts["id"].gather(rows)),
        when=pl.concat_str(list(said.values()), separator="|") if said else pl.lit(""),
        **is_given,
    )
    parts = []
    for _, group in patients.group_by("when", *is_given, maintain_order=True):
        first = next(row_texts(texts, plan.told_by, group.get_column("row").head(1).to_list()))
        cycle = _cycle(first, plan)
        parts += [_administrations(some, cycle, plan) for some in group.iter_slices(AT_ONCE)]
    made = pl.concat(parts)
    return made if len(parts) == 1 else made.sort("row", maintain_order=True)


def _printed(ids: pl.Series) -> pl.Series:
    """The ids as the single path reads them; nearly all are plain and stay as they are."""
    import polars as pl

    others = ids.filter(~ids.str.contains(PLAIN_TEXT)).unique()
    return ids.replace(others, pl.Series([read_text(one) for one in others], dtype=pl.String)) if len(others) else ids


def _cycle(texts: Mapping[str, str], plan: Plan) -> pl.DataFrame:
    """The administrations of a cycle in which the same drugs are given: each with the drug line that it belongs to."""
    import polars as pl

    order = draft_row(texts, plan.settings)
    if order.start is None:
        raise ValueError("a schedule has a start")
    doses = [
        msgspec.structs.replace(
            dose, ordered=Quantity(Decimal(bool(dose.ordered.value)), order.line_of(dose).amount_unit)
        )
        for dose in order.doses
    ]
    every = draw_up(order.regimen, doses, order.start, order.pharmacy).administrations
    rows = list(schedule_rows(msgspec.structs.replace(order, administrations=every)))
    cycle = pl.DataFrame(rows, schema=dict.fromkeys(SCHEDULE_COLUMNS, pl.String), orient="row")
    return cycle.drop(*_OF_THE_ROW, "dose", "rate", "rate_unit").with_columns(
        line=pl.Series([row.line - 1 for row in every], dtype=pl.Int64)
    )


def _administrations(patients: pl.DataFrame, cycle: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Every patient with every administration of the cycle that gives a dose."""
    import polars as pl

    crossed = patients.drop("regimen").with_row_index("place").join(cycle.with_row_index("time"), how="cross")

    def of_line(names: Sequence[str]) -> pl.Expr:
        value = pl.lit(None, dtype=pl.String)
        for index, name in enumerate(names):
            if name in patients.columns:
                value = pl.when(pl.col("line") == index).then(pl.col(name)).otherwise(value)
        return value

    crossed = crossed.with_columns(
        dose=of_line(plan.columns),
        rate=of_line([f"{name} rate" for name in plan.columns]).fill_null(""),
        rate_unit=of_line([f"{name} rate_unit" for name in plan.columns]).fill_null(""),
    )
    given = crossed.filter(pl.col("dose").is_not_null() & (pl.col("dose") != "0")).sort("place", "time")
    return given.select("row", *SCHEDULE_COLUMNS)
