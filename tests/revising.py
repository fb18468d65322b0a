"""Orders that are changed within a cycle, and what is said of them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen
from cec.calculate.revision import revise
from cec.order import Change
from cec.units import Quantity

MONDAY = datetime.date(2026, 11, 30)
"""Day 1."""


def day(number: int) -> datetime.date:
    """The date of a day of a cycle that begins on Monday and is not moved."""
    return MONDAY + datetime.timedelta(days=number - 1)


def kg(number: int) -> Quantity:
    return Quantity(Decimal(number), "kg")


def drafted(regimen: Any = "cec-induction", pharmacy: Any = None, **texts: Any) -> Order:
    """The worked order: 128 cm and 26 kg are 0.96 m2 (√(128 × 26 / 3600) = 0.9615)."""
    patient = load_patient(texts={"id": "17", "height": "128 cm", "weight": "26 kg", **texts})
    return draft_order(load_regimen(regimen), patient, pharmacy or load_pharmacy(), start=MONDAY, cycle=1)


def revised(before: Order, on: datetime.date, from_day: int, *, strict: bool = False, **what: Any) -> Order:
    """The order after a change."""
    change = Change(on=on, from_day=from_day, reason="a reason", written_by=before.written_by, **what)
    return revise(before, change, strict=strict)


def doses(order: Order, drug: str) -> list[str]:
    """The doses of a drug, each with its days and the total of these days."""
    return [
        f"{dose.ordered} on {', '.join(map(str, dose.days))}: {dose.cycle_total}"
        for dose in order.doses
        if dose.drug == drug and dose.ordered.value
    ]


def rows(order: Order, drug: str) -> list[tuple[int, str, str]]:
    """The administrations of a drug: day by the protocol, date, dose."""
    return [(row.protocol_day, f"{row.date:%d-%b}", str(row.dose)) for row in order.administrations if row.drug == drug]


def codes(order: Order) -> set[str]:
    return {alert.code for alert in order.alerts}
