"""How an order shows itself in a notebook: the table of doses that a person expects, every text escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from cec.days import runs_of

if TYPE_CHECKING:
    from cec.order import Order

HEADINGS = ("Drug", "Protocol dose", "Ordered dose", "Times a day", "Days", "Route", "Over")


def order_html(order: Order) -> str:
    """The order as HTML: whose and which it is, a row for each dose, alerts, and that it is a draft."""
    patient, bsa = order.patient_now, order.measures[-1].bsa.value
    person = (
        patient.name,
        f"id {patient.id}" if patient.id else "",
        f"{patient.height}, {patient.weight}, BSA {bsa} m2",
    )
    which = (
        order.regimen.title,
        f"cycle {order.cycle}" if order.cycle else "",
        f"from {order.start}" if order.start else "",
        f"revision {order.revision}" if order.revision > 1 else "",
    )
    alerts = "".join(f"<li>{escape(f'{each.level} {each.code}: {each.words}')}</li>" for each in order.alerts)
    rows = "".join(map(_row, _rows(order)))
    parts = (
        f"<p><strong>{_joined(which)}</strong><br>{_joined(person)}</p>",
        f"<table><thead>{_row(HEADINGS, 'th')}</thead><tbody>{rows}</tbody></table>",
        f"<ul>{alerts}</ul>" if alerts else "",
        f"<p>{escape(_standing(order))}</p>",
    )
    return "".join(parts)


def _rows(order: Order) -> Iterator[Sequence[str]]:
    """The cells of each dose."""
    for dose in order.doses:
        days = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs_of(dose.days))
        ordered = f"not given: {dose.withheld}" if dose.withheld else str(dose.ordered)
        yield dose.drug, str(dose.prescribed), ordered, str(dose.per_day), days, dose.route, dose.runs


def _standing(order: Order) -> str:
    """Whether it is a draft, released or cancelled."""
    if order.cancelled:
        return f"CANCELLED on {order.cancelled.on}: {order.cancelled.reason}"
    if order.release:
        return f"Released by {order.release.by} on {order.release.on}"
    return "Draft: a pharmacist checks it, a prescriber signs it."


def _row(cells: Sequence[str], tag: str = "td") -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"


def _joined(texts: Sequence[str]) -> str:
    return escape(", ".join(filter(None, texts)))
