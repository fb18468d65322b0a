"""What goes into the cerebrospinal fluid, on a page of its own with its own signatures, beside nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cec.order import identity
from cec.rendering.pdf.doses import dose_data, totals_of
from cec.rendering.pdf.page import alert_data
from cec.rendering.words.alerts import by_severity
from cec.rendering.words.revision import given_rows, row_marks
from cec.rendering.words.times import dose_of_day, row_time, weekday_date
from cec.routes import is_into_csf, routes_of, use_only

if TYPE_CHECKING:
    from cec.order import Dose, Order, Preparation
    from cec.rendering.days import Day

SIGN = ("Prescriber", "Checked by", "Given by")
"""Who signs for a dose into the cerebrospinal fluid, each on every day of it."""


def intrathecal_page(order: Order, days: list[Day]) -> dict[str, Any] | None:
    """The page's frame, its doses and its days; None where nothing goes there."""
    apart = [index for index, dose in enumerate(order.doses) if is_into_csf(dose.route)]
    given = [order.doses[index] for index in apart if order.doses[index].ordered.value]
    if not given:
        return None
    routes = dict.fromkeys(route for dose in given for route in routes_of(dose.route))
    return {
        "frame": use_only(*(dose.route for dose in given)),
        "route": " or ".join(routes),
        "look_at": [
            alert_data(alert)
            for alert in by_severity(order.alerts)
            if alert.level != "note" and alert.about in {dose.drug for dose in given}
        ],
        "doses": [dose_data(order, index) for index in apart],
        "days": [block for day in days if (block := _block(order, day))["rows"]],
        "totals": totals_of(order, apart=True),
        "signatures": list(SIGN),
    }


def _block(order: Order, day: Day) -> dict[str, Any]:
    """A day with what is given on it, in the sequence of the schedule, else of the regimen."""
    preparations = {each.dose_index: each for each in order.preparations}
    marks, past = row_marks(order), given_rows(order)
    if order.administrations:
        rows = [
            _row(order.doses[row.dose_index], preparations.get(row.dose_index), row_time(row, day.date or row.date))
            | {"drug": row.drug + dose_of_day(row)}
            | {"mark": marks.get(identity(row), ""), "status": past.get(identity(row), "")}
            for row in day.rows
            if is_into_csf(row.route)
        ]
    else:
        rows = [
            _row(dose, preparations.get(index), dose.timing)
            for index, dose in enumerate(order.doses)
            if is_into_csf(dose.route) and day.number in dose.days and dose.ordered.value
            for _ in range(dose.count_on(day.number))
        ]
    return {"name": day.name, "date": weekday_date(day.date) if day.date else "", "rows": rows}


def _row(dose: Dose, preparation: Preparation | None, time: str) -> dict[str, Any]:
    volume = preparation.final_volume or preparation.draw if preparation else None
    cells = {"drug": dose.drug, "dose": str(dose.ordered), "time": time, "volume": str(volume or "")}
    return cells | {"mark": "", "status": ""}
