"""Which event of a calendar is which: UIDs, by which a later calendar updates the events of an earlier one.

A UID is made only from what an administration is: patient, name of the regimen, cycle, number of the drug line, day of
the cycle, and which dose of that day. Another start, time, dose, duration or edition of the regimen gives the same
UIDs, so that a program that goes by them updates the events of the first import at the second. Not every program does;
docs/schedules-and-sheets.md says which.

- The patient is the id; without one, name and date of birth; without these the first order of the chain, because two
  patients must never share events: an order that is drafted anew then makes new ones. Each event says so.
- Where no cycle is named, all orders of that regimen for that patient share their events, so that a postponed start
  moves them; the cycle must be named before there is a second one. Each event says so.
- What a change of an order took away is cancelled. What another order gave, which this one does not replace, stays.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cec.order import Administration, Order

_NAMESPACE = uuid.UUID("5ad9ad5f-4ed1-55f0-a2c0-6b6b0f0f3c6e")
"""Of the UIDs. If it changes, every calendar doubles."""


def uid_of(order: Order, parts: Sequence[str | int]) -> str:
    """The same text for the same administration, from which nobody reads who the patient is."""
    phase = [order.of_treatment.name, order.of_treatment.phase] if order.of_treatment else []
    whole = json.dumps([_patient(order), *phase, order.regimen.name, order.cycle, *parts])
    return str(uuid.uuid5(_NAMESPACE, whole))


def parts_of(row: Administration) -> tuple[str | int, ...]:
    """What an administration is, of which its UID is made."""
    return row.drug, row.line, row.protocol_day, row.number


def _patient(order: Order) -> list[str]:
    patient = order.patient
    if patient.id:
        return ["id", patient.id]
    if patient.name and patient.born:
        return ["name", patient.name, patient.born.isoformat()]
    return ["order", order.first or order.fingerprint]


def cautions(order: Order) -> Iterator[str]:
    """What a calendar of another order would do to the events of this one, where it is not named well enough."""
    if _patient(order)[0] == "order":
        yield "No patient id is given: an order drafted anew makes new events, and these stay until they are deleted."
    elif not order.cycle:
        yield (
            "No cycle is named: the calendar of another cycle of this regimen that names none has the same events, and "
            "may replace these."
        )
