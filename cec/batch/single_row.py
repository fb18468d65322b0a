"""One row by the single path: the same readers and the same `draft_order` as `cec dose` and `cec schedule`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from cec.calculate import draft_order
from cec.errors import CecError, InputError
from cec.load.patient_keys import Part
from cec.order import Order
from cec.pharmacy import Pharmacy
from cec.regimen import Level, Regimen
from cec.rendering.csv import levels_by_code, number
from cec.tables.amounts import amount_columns
from cec.tables.rows import Read, Refusal, read_row, refusal
from cec.units import AMOUNT, Quantity, convert

Cells = list[str | None]
"""The cells of a dosed row, under the columns of `answer_columns`."""

BY_DAY = "by day"
"""Stands for the amounts of a line that a row has on some of its days only, or that differ by day, in a schedule."""

LEVELS = "alert_levels"
"""The column of the levels of a row's alerts, in a schedule."""
NOT_MADE = "checks not made"
"""The column of what was wanting for checks of a row that were not made. It is counted and never written."""
NEXT_REASON = "; "

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Settings(NamedTuple):
    """What holds for every row that does not say otherwise."""

    regimen: Regimen
    pharmacy: Pharmacy
    start: datetime.date | None = None
    cycle: int | None = None
    as_of: datetime.date | None = None
    has_schedule: bool = False
    """Whether a row comes to its administrations instead of its doses."""
    has_sheets: bool = False
    """Whether a sheet is printed for each row."""
    days: int | None = None
    """Up to which day lines with an open end are drawn."""

    @property
    def needs_start(self) -> bool:
        """Whether a row must say when its cycle starts, and whose it is."""
        return self.has_schedule or self.has_sheets

    @property
    def has_rates(self) -> bool:
        """Whether infusion rates are shown, which stand in a schedule."""
        return self.has_schedule and bool(self.pharmacy.formulary)


def read(parts: Mapping[str, Part], settings: Settings) -> Read:
    """What a row says, of which `parts` has each fact that it tells; CecError with every fault."""
    return read_row(parts, settings.start, settings.cycle, needs_start=settings.needs_start)


def draft(row: Read, settings: Settings, accept: Mapping[str, str] = _NOTHING) -> Order:
    """The order of a row; `accept` lets stops through, to see what else there is to say of such rows."""
    return draft_order(
        settings.regimen,
        row.patient,
        settings.pharmacy,
        start=row.start,
        cycle=row.cycle,
        days=settings.days,
        as_of=settings.as_of,
        accept=accept,
        scheduled=settings.needs_start or settings.days is not None or not settings.regimen.is_endless,
    )


def answer_columns(settings: Settings) -> tuple[str, ...]:
    """The columns of a dosed row: BSA, an amount for each drug line, alerts, their levels and rates where they are
    written, and what was wanting for checks."""
    amounts = amount_columns(settings.regimen)
    rates = (f"{name} {what}" for name in amounts for what in ("rate", "rate_unit")) if settings.has_rates else ()
    levels = (LEVELS,) if settings.has_schedule else ()
    return ("bsa_m2", *amounts, "alerts", *levels, NOT_MADE, *rates)


def answer_of(parts: Mapping[str, Part], settings: Settings) -> Cells | Refusal:
    """The cells of a row, or why there are none."""
    try:
        return cells_of(draft(read(parts, settings), settings), settings)
    except CecError as error:
        return refusal(error)


def cells_of(order: Order, settings: Settings) -> Cells:
    """The cells of an order under these columns; InputError where a column cannot hold them."""
    amounts = amount_columns(order.regimen)
    cells: dict[str, str] = {
        "bsa_m2": number(order.measures[0].bsa.value),
        "alerts": " ".join(levels_of(order)),
        LEVELS: " ".join(levels_of(order).values()),
        NOT_MADE: NEXT_REASON.join(reasons_of(order)),
    }
    for place, dose in enumerate(order.doses):
        name = amounts[dose.line - 1]
        line = order.line_of(dose)
        if name in cells and not settings.has_schedule:
            raise InputError(f"{dose.drug}: amounts differ by day; use --long")
        amount = number(convert(dose.ordered, line.amount_unit, AMOUNT))
        cells[name] = (
            BY_DAY if settings.has_schedule and (name in cells or dose.days != order.days_of(dose)) else amount
        )
        if settings.has_rates:
            cells |= rate_cells(name, order.preparations[place].rate)
    return [cells.get(name) for name in answer_columns(settings)]


def levels_of(order: Order) -> dict[str, Level]:
    """The level of each alert of an order by its code, without the note on checks that were not made."""
    levels = levels_by_code(order)
    told_beside = {alert.code for alert in order.alerts if alert.not_made}
    return {code: level for code, level in levels.items() if code not in told_beside}


def reasons_of(order: Order) -> tuple[str, ...]:
    """What was wanting for checks of an order that were not made, in few words, each once."""
    return tuple(dict.fromkeys(each.what for alert in order.alerts for each in alert.not_made))


def rate_cells(name: str, rate: Quantity | None) -> dict[str, str]:
    """The cells of an infusion rate."""
    return {f"{name} rate": number(rate), f"{name} rate_unit": rate.unit if rate else ""}
