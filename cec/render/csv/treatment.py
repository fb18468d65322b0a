"""The calendar of a treatment as CSV: the rows of the schedule of each cycle, with its place in the treatment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cec.render.csv import write_order
from cec.render.csv.order import SCHEDULE_COLUMNS, schedule_rows

if TYPE_CHECKING:
    from cec.treatment import TreatmentCalendar

COLUMNS = ("treatment", "phase", "cycle_in_all", *SCHEDULE_COLUMNS)


def render(calendar: TreatmentCalendar) -> bytes:
    """Every administration of every cycle."""
    return write_order(calendar.orders[0], COLUMNS, _rows(calendar))


def _rows(calendar: TreatmentCalendar) -> Iterator[Sequence[str]]:
    for order in calendar.orders:
        place = order.of_treatment
        for row in schedule_rows(order):
            yield (calendar.treatment.name, str(place.phase if place else ""), str(place.in_all if place else ""), *row)
