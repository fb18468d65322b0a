"""Rows by columns and rows by the single path, side by side; and tables of patients that look real, from a seed."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec
import polars as pl

from cec import Pharmacy, Regimen, load_pharmacy, load_regimen
from cec.batch import rows as single_path
from cec.batch.answers import answer
from cec.batch.cells import apart
from cec.batch.plan import Plan
from cec.batch.rows import Answers
from cec.batch.single import Settings, draft_row
from cec.errors import CecError
from cec.tables.columns import columns_for
from cec.tables.rows import row_texts
from cec.units import Quantity

INDUCTION = load_regimen("cec-induction")
DAY = datetime.date(2026, 11, 30)

Table = Mapping[str, Sequence[str | None]]
"""The cells of a table, by what its columns tell."""


def amount(text: str, unit: str) -> Quantity:
    """A number with its unit."""
    return Quantity(Decimal(text), unit)


def settings(pharmacy: Pharmacy | None = None, regimen: Regimen = INDUCTION) -> Settings:
    """How rows are dosed, by default as for somebody who has set nothing."""
    return Settings(regimen, pharmacy or load_pharmacy())


def with_policy(**changes: object) -> Pharmacy:
    """A pharmacy that does some things in another way."""
    return msgspec.structs.replace(load_pharmacy(), **changes)


def by_columns(cells: Table, given: Settings, rows: int = 1 << 20, separator: str = "") -> Answers:
    """The dosed and the refused rows of a table, as a batch answers them in blocks of so many rows.

    With a separator, as it does for CSV: neighbouring cells together.
    """
    frame = _table(cells)
    plan = _plan(frame, given, separator)
    dosed, refused = [], []
    for first in range(0, max(frame.height, 1), rows):
        answers = answer(_texts(frame[first : first + rows], plan), plan)
        told = answers.dosed
        if separator:
            cells_of_each = apart(told.drop("row"), separator)
            nothing = pl.exclude("alerts").replace("", None)
            told = told.select("row").hstack(cells_of_each.with_columns(nothing))
        dosed.append(told.with_columns(pl.col("row") + first))
        refused.append(answers.refused.with_columns(pl.col("row") + first))
    return Answers(pl.concat(dosed), pl.concat(refused))


def one_by_one(cells: Table, given: Settings) -> Answers:
    """The same by the single path alone."""
    frame = _table(cells)
    plan = _plan(frame, given)
    return single_path.one_by_one(_texts(frame, plan), plan, range(frame.height))


def amounts_of_orders(cells: Table, given: Settings) -> dict[int, list[str | None]]:
    """Of each row that has an order, the amount of every line of the regimen in its unit; None of one not given."""
    frame = _table(cells)
    plan = _plan(frame, given)
    found: dict[int, list[str | None]] = {}
    for row, texts in enumerate(row_texts(_texts(frame, plan), plan.told_by, range(frame.height))):
        try:
            order = draft_row(texts, given)
        except CecError:
            continue
        doses = iter(order.doses)
        is_given = [not line.cycles or order.cycle in line.cycles for line in given.regimen.drugs]
        found[row] = [str(next(doses).ordered).replace(",", "") if one else None for one in is_given]
        assert not list(doses)
    return found


def _plan(frame: pl.DataFrame, given: Settings, separator: str = "") -> Plan:
    return Plan(given, columns_for(frame.columns, {}, [given.regimen]), separator)


def _texts(frame: pl.DataFrame, plan: Plan) -> dict[str, pl.Series]:
    return {fact: frame.get_column(one.name) for fact, one in plan.told_by.items()}


def _table(cells: Table) -> pl.DataFrame:
    return pl.DataFrame(dict(cells), schema=dict.fromkeys(cells, pl.String))


def sizes(seed: int, rows: int, decimals: int = 1) -> dict[str, list[str | None]]:
    """Heights and weights of children, some of them strange."""
    draw = random.Random(seed)
    heights: list[str | None] = []
    weights: list[str | None] = []
    for _ in range(rows):
        years = draw.uniform(0.5, 20)
        heights.append(f"{max(45, 75 + min(years, 15) * 6 + draw.gauss(0, 9)):.{min(decimals, 2)}f}")
        weights.append(f"{max(2.5, 9 + years * 2.6 + draw.gauss(0, 6)):.{decimals}f}")
    return {"height": heights, "weight": weights}


def patients(seed: int, rows: int) -> dict[str, list[str | None]]:
    """Rows that tell all that a row can tell, some of it wrong or missing."""
    draw = random.Random(seed)
    table = sizes(seed, rows)

    def day() -> str:
        return str(DAY - datetime.timedelta(days=draw.choice([0, 1, 7, 8, 13, 14, 20, 21, 40, -1])))

    def sometimes(share: float, *texts: str) -> list[str | None]:
        return [draw.choice(texts) if draw.random() < share else None for _ in range(rows)]

    table["age"] = [f"{draw.uniform(0, 21):.1f}" if draw.random() < 0.8 else None for _ in range(rows)]
    table["sex"] = sometimes(0.9, "female", "male", "f", "M", "x")
    table["measured_on"] = [day() if draw.random() < 0.3 else None for _ in range(rows)]
    table["previous_day_1"] = [day() if draw.random() < 0.3 else None for _ in range(rows)]
    table["previous_weight"] = [f"{draw.uniform(8, 60):.1f}" if draw.random() < 0.2 else None for _ in range(rows)]
    table["previous_cycles"] = sometimes(0.3, "0", "1", "4", "-1")
    table["cycle"] = sometimes(0.2, "1", "2", "3")
    table["creatinine"] = sometimes(0.3, "0.5 mg/dL", "44 micromol/L", "1.2 mg/dL", "2 mg/dL", "0.5")
    table["prior_hsct"] = sometimes(0.2, "true", "false")
    table["reduce"] = sometimes(0.05, "etoposide=25%: mucositis", "etoposide=25%: a; clofarabine=50%: b", "x=5%: y")
    table["allergies"] = sometimes(0.1, "Etoposide 2024", "zażółć: wysypka", "Clolar? Endoxan!", "a\u200bb", " ")
    table["start"] = sometimes(0.5, str(DAY), "2026-12-24", "30.11.2026")
    for _ in range(rows // 50):
        name = draw.choice(list(table))
        table[name][draw.randrange(rows)] = draw.choice(
            ["", "  ", "-1", "1e3", "26,5", "128 cm", "57.3 lb", "0", "NaN"]
        )
    born = draw.random() < 0.3
    if born:
        table["born"] = [str(DAY - datetime.timedelta(days=draw.randrange(200, 7000))) for _ in range(rows)]
        table["age"] = [None if draw.random() < 0.95 else age for age in table["age"]]
    return {name: cells for name, cells in table.items() if name in {"height", "weight", "sex"} or draw.random() < 0.7}
