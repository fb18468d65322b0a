"""The worklist of a day as CSV: a row per dose; or the pick list, a row per item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cec.rendering.csv import clock_time, number, write
from cec.rendering.csv.worksheet import FIGURES, PICK_COLUMNS, SHELF_LIFE, shelf_life_cells
from cec.rendering.words.preparation import containers
from cec.rendering.worklist import vials_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cec.course.ward_day import DoseOfDay, OrderOfDay, WardDay

PATIENT_COLUMNS = ("id", "name", "born", "ward", "bed")
ORDER_COLUMNS = ("regimen", "edition", "cycle", "order", "revision", "file", "status", "released_by", "alerts")
ROW_COLUMNS = ("number", "date", "day", "start", "not_after", "drug", "dose", "unit", "route", "over", "given")
COLUMNS = (
    *(*ROW_COLUMNS, *PATIENT_COLUMNS, "product", "take", "vials", "strength", "strength_unit", "diluent"),
    *(*FIGURES, *SHELF_LIFE, "label", "handling", "missing", *ORDER_COLUMNS),
)


def render(document: WardDay, *, pick_list: bool = False) -> bytes:
    """A row per dose, or per item that the day takes from the shelf."""
    worklist = document.worklist
    if pick_list:
        date = worklist.date.isoformat()
        items = (
            (date, item.kind, item.drug, item.item, number(item.count), number(item.volume))
            for item in worklist.pick_list
        )
        return write(("date", *PICK_COLUMNS[:-1]), items)
    return write(COLUMNS, (_row(dose, worklist.orders[dose.order]) for dose in worklist.doses))


def _row(dose: DoseOfDay, order: OrderOfDay) -> tuple[str, ...]:
    row, preparation, patient = dose.administration, dose.preparation, order.patient
    return (
        *(str(dose.number), row.date.isoformat(), str(row.protocol_day)),
        *(clock_time(row.start), clock_time(row.not_after)),
        *(row.drug, number(row.dose), row.dose.unit, row.route, row.runs, number(dose.given)),
        *(patient.id, patient.name, patient.born.isoformat() if patient.born else "", patient.ward, patient.bed),
        preparation.product if preparation else "",
        containers(preparation) if preparation else "",
        vials_words(dose),
        number(preparation.strength) if preparation else "",
        preparation.strength.unit if preparation and preparation.strength else "",
        preparation.diluent if preparation else "",
        *(number(getattr(preparation, field)) if preparation else "" for field in FIGURES.values()),
        *(shelf_life_cells(preparation, row) if preparation else ("" for _ in SHELF_LIFE)),
        "; ".join(dose.label),
        "; ".join(preparation.handling) if preparation else "",
        preparation.missing if preparation else NO_FORMULARY,
        *_of_order(order),
    )


NO_FORMULARY = "drafted without a formulary"


def _of_order(order: OrderOfDay) -> Iterator[str]:
    yield from (order.regimen, str(order.edition), str(order.cycle or ""), order.fingerprint, str(order.revision))
    yield from (order.file, "released" if order.release else "draft", order.release.by if order.release else "")
    yield " ".join(dict.fromkeys(alert.code for alert in order.alerts))
