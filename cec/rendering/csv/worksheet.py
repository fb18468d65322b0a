"""The preparation worksheet as CSV: a row per dose of the cycle; or the pick list, a row per item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cec.order import ShelfLife
from cec.rendering.csv import alert_codes, clock_time, number, words, write_order
from cec.rendering.words import changed_words
from cec.rendering.words.preparation import containers
from cec.rendering.worksheet import SIGNED, tasks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cec.order import Administration, Order, Preparation

ORDER_COLUMNS = ("regimen", "edition", "id", "cycle")
TASK_COLUMNS = (
    "day",
    "date",
    "start",
    "not_after",
    "dose_of_day",
    "doses_of_day",
    "drug",
    "dose",
    "unit",
    "route",
    "over",
)
ORIGIN_COLUMNS = ("prescribed", "prescribed_unit", "bsa_m2", "weight_kg", "changed")
"""What a dose comes from, and what a person changed of it."""
PICK_COLUMNS = ("kind", "drug", "item", "count", "volume_mL", "alerts")
FIGURES = {
    "draw_mL": "draw",
    "contains": "contains",
    "deviation_percent": "deviation_percent",
    "unused": "unused",
    "unused_percent": "unused_percent",
    "bag_mL": "bag",
    "remove_mL": "remove",
    "final_volume_mL": "final_volume",
    "lowest_volume_mL": "lowest_volume",
    "highest_volume_mL": "highest_volume",
    "concentration": "concentration",
    "lowest_concentration": "lowest_concentration",
    "highest_concentration": "highest_concentration",
    "rate_mL_per_h": "rate",
}
"""Columns of figures, and the field of a preparation that each shows. Amounts are in the dose's unit."""
SHELF_LIFE = ("made_at", "use_before", "use_within", "storage", "storage_jurisdiction", "no_use_before")
"""When it is made and must be used before; within how long of making, how it is stored, by whose label; or why not."""
COLUMNS = (
    *(*ORDER_COLUMNS, *TASK_COLUMNS, *ORIGIN_COLUMNS, "product", "take", "strength", "strength_unit", "diluent"),
    *(
        *FIGURES,
        *SHELF_LIFE,
        "label",
        "handling",
        "missing",
        "batch",
        *(name.replace(" ", "_") for name in SIGNED),
        "alerts",
    ),
)


def render(order: Order, *, pick_list: bool = False) -> bytes:
    """A row per dose with empty columns to fill in, or the pick list of the cycle."""
    if pick_list:
        return write_order(order, (*ORDER_COLUMNS, *PICK_COLUMNS), _pick_rows(order))
    return write_order(order, COLUMNS, _rows(order))


def _rows(order: Order) -> Iterator[tuple[str, ...]]:
    for task in tasks(order):
        dose, preparation, row = task.dose, task.preparation, task.row
        yield (
            *_of_order(order),
            str(task.day),
            task.date.isoformat() if task.date else "",
            clock_time(row.start) if row else "",
            clock_time(row.not_after) if row else "",
            str(task.number),
            str(dose.count_on(row.protocol_day if row else task.day)),
            dose.drug,
            number(dose.ordered),
            dose.ordered.unit,
            dose.route,
            dose.runs,
            number(dose.prescribed),
            dose.prescribed.unit,
            number(order.measures_on(task.day).bsa.value),
            number(order.measures_on(task.day).weight),
            changed_words(dose),
            preparation.product,
            containers(preparation),
            number(preparation.strength),
            preparation.strength.unit if preparation.strength else "",
            preparation.diluent,
            *(number(getattr(preparation, field)) for field in FIGURES.values()),
            *shelf_life_cells(preparation, row),
            "; ".join(dose.label),
            "; ".join(preparation.handling),
            preparation.missing,
            *("" for _ in ("batch", *SIGNED)),
            alert_codes(order),
        )


def shelf_life_cells(preparation: Preparation, row: Administration | None) -> tuple[str, ...]:
    """The columns of SHELF_LIFE."""
    life = preparation.shelf_life or ShelfLife()
    times = (clock_time(row.made_at), clock_time(row.use_before)) if row else ("", "")
    return (*times, words(life.within), life.storage, life.jurisdiction, life.unknown)


def _pick_rows(order: Order) -> Iterator[tuple[str, ...]]:
    codes = alert_codes(order)
    for item in order.pick_list:
        yield (*_of_order(order), item.kind, item.drug, item.item, number(item.count), number(item.volume), codes)


def _of_order(order: Order) -> tuple[str, ...]:
    return (order.regimen.name, str(order.regimen.edition), order.patient.id, str(order.cycle or ""))
