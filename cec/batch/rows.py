"""Rows by the single path, one after the other: the answer to all that is not plain, and the measure of all that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.doses import in_unit_of
from cec.batch.plan import Plan
from cec.batch.single import draft_row
from cec.errors import CecError, InputError
from cec.render.csv import alert_codes, number
from cec.tables.rows import Refusal, refusal, row_texts

if TYPE_CHECKING:
    import polars as pl

    from cec.order import Order


class Answers(NamedTuple):
    """Every row once, by its place in the block from 0, each frame in order.

    `dosed` has the columns of `dosed_schema`, `refused` those of `refused_schema`.
    """

    dosed: pl.DataFrame
    refused: pl.DataFrame

    @property
    def rows(self) -> int:
        """How many rows are answered."""
        return self.dosed.height + self.refused.height


def dosed_schema(plan: Plan) -> dict[str, pl.DataType]:
    """The columns of dosed rows: the row, and the texts that are added to a table."""
    import polars as pl

    names = (*(plan.separator.join(group) for group in plan.groups), "alerts", *plan.rates)
    return {"row": pl.UInt32(), **{name: pl.String() for name in names}}


def refused_schema() -> dict[str, pl.DataType]:
    """The columns of refused rows: the row, the facts at fault with commas between them, and the reason."""
    import polars as pl

    return {"row": pl.UInt32(), "facts": pl.String(), "reason": pl.String()}


def one_by_one(texts: Mapping[str, pl.Series], plan: Plan, rows: Sequence[int]) -> Answers:
    """The doses of these rows by the single path; rows that say the same are drafted once."""
    import polars as pl

    kept: dict[tuple[tuple[str, str], ...], list[str | None] | Refusal] = {}
    dosed, refused = [], []
    for row, said in zip(rows, row_texts(texts, plan.told_by, rows), strict=True):
        key = tuple(said.items())
        if key not in kept:
            try:
                kept[key] = _cells_of(draft_row(said, plan.settings), plan)
            except CecError as error:
                kept[key] = refusal(error)
        cells = kept[key]
        if isinstance(cells, Refusal):
            refused.append((row, ",".join(cells.facts), cells.reason))
        else:
            dosed.append((row, *cells))
    return Answers(
        pl.DataFrame(dosed, schema=dosed_schema(plan), orient="row"),
        pl.DataFrame(refused, schema=refused_schema(), orient="row"),
    )


def _cells_of(order: Order, plan: Plan) -> list[str | None]:
    """The cells of an order under the columns of its plan; InputError where a column cannot hold them."""
    cells: dict[str, str] = {"bsa_m2": number(order.measures[0].bsa.value), "alerts": alert_codes(order)}
    for place, dose in enumerate(order.doses):
        name = plan.columns[dose.line - 1]
        if name in cells and not plan.settings.has_schedule:
            raise InputError(f"{dose.drug}: amounts differ by day; use --long")
        cells[name] = in_unit_of(order.line_of(dose), dose.ordered)
        if plan.rates:
            rate = order.preparations[place].rate
            cells |= {f"{name} rate": number(rate), f"{name} rate_unit": rate.unit if rate else ""}
    together = {
        plan.separator.join(group): plan.separator.join(cells.get(name, "") for name in group)
        for group in plan.groups
        if len(group) > 1
    }
    return [{**cells, **together}.get(name) for name in dosed_schema(plan) if name != "row"]
