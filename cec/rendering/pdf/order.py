"""The order sheet as PDF: the page that is signed, what goes into the cerebrospinal fluid, and the nurse's days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cec.rendering.days import days_of
from cec.rendering.pdf.days import day_blocks
from cec.rendering.pdf.doses import dose_data, totals_of
from cec.rendering.pdf.grid import day_grid
from cec.rendering.pdf.intrathecal import intrathecal_page
from cec.rendering.pdf.page import page_data
from cec.rendering.pdf.typesetting import pictures, typeset
from cec.rendering.words import assumptions, with_spellings
from cec.rendering.words.alerts import checks_held
from cec.rendering.words.patient import bsa_words, clearance_in_short, clearance_words, known_facts, measures
from cec.rendering.words.revision import changes_of
from cec.rendering.words.times import not_before
from cec.routes import is_into_csf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cec.course.void import Void
    from cec.order import Order

SIGN = ("Prescriber", "Pharmacist, first check", "Pharmacist, second check")
"""Who signs a sheet; nurses have lines of their own."""
BEFORE_DAY_1 = ("ANC", "Platelets", "Creatinine", "Bilirubin")
"""What is written in before day 1; no source gives numbers for all regimens, so none stand there."""
_LONGEST_LINE = 116
"""Characters of an alert where it has one line."""
_TEMPLATE = "order"


def render(order: Order, *, paper: str = "a4", void: Void | None = None) -> bytes:
    """The order as a tagged PDF on a4 or letter; the same order gives the same bytes."""
    return typeset(_TEMPLATE, sheet_data(order, void), paper)


def render_pictures(order: Order, *, paper: str = "a4", ppi: int = 144) -> list[bytes]:
    """Each page of the same sheet as a PNG."""
    return pictures(_TEMPLATE, sheet_data(order), paper, ppi)


def sheet_data(order: Order, void: Void | None = None) -> dict[str, Any]:
    """All that stands on the sheet, in its words."""
    days = days_of(order)
    blocks = day_blocks(order, days)
    page = page_data(order, "Chemotherapy order", void)
    stops = [alert for alert in page["alerts"] if alert["level"] == "STOP"]
    spoken = [alert for alert in order.alerts if not alert.not_made]
    data = {
        **page,
        "fields": [[name, text] for name, text in _fields(order)],
        "stops": stops,
        "doses": [dose_data(order, index) for index, dose in enumerate(order.doses) if not is_into_csf(dose.route)],
        "alerts": [alert for alert in page["alerts"] if alert not in stops] if spoken else [],
        "nothing": "" if spoken else f"nothing; {checks_held(order)}",
        "before_day_1": list(BEFORE_DAY_1),
        "details": [[name, text] for name, text in _details(order)],
        "workings": list(_workings(order)),
        "totals": totals_of(order, apart=False),
        "separately": list(order.regimen.prescribe_separately),
        "next_cycle": _next_cycle(order),
        "assumptions": _halves([list(each) for each in assumptions(order)]),
        "overrides": list(order.overrides),
        "signatures": list(SIGN),
        "intrathecal": intrathecal_page(order, days),
        "in_one_line": [
            {"level": alert["level"], "text": _cut(f"{'(accepted) ' if alert['accepted'] else ''}{alert['text']}")}
            for alert in page["alerts"]
            if alert["level"] != "NOTE"
        ],
        "grid": day_grid(order, days) if len(blocks) > 1 else [],
        "days": blocks,
    }
    spelled: dict[str, Any] = with_spellings(data, order.pharmacy)
    return spelled


def _cut(text: str) -> str:
    """The text as far as a line has room, with where the rest of it stands."""
    return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE].rpartition(' ')[0]} … (page 1)"


def _halves(entries: list[list[str]]) -> list[list[list[str]]]:
    """The entries in two columns of about the same length."""
    lengths = [len(about) + len(why) + 30 for about, why in entries]
    half = next((count for count in range(len(entries) + 1) if 2 * sum(lengths[:count]) >= sum(lengths)), 0)
    return [entries[:half], entries[half:]]


def _fields(order: Order) -> Iterator[tuple[str, str]]:
    """What is told, or written in, of where and in whose care the patient is; an empty text is a line to write on."""
    patient = order.patient
    yield "Ward", patient.ward
    yield "Bed", patient.bed
    yield "Physician", patient.physician
    yield "Protocol number", patient.protocol_number
    yield "Date of the order", ""
    yield "Venous access", ""


def _details(order: Order) -> Iterator[tuple[str, str]]:
    """What the doses rest on; an empty text is a line to write on."""
    patient, regimen = order.patient, order.regimen
    yield "Diagnosis", patient.diagnosis
    for each in order.measures:
        since = f"from day {each.from_day}: " if len(order.measures) > 1 else ""
        then = order.patient_on(each.from_day)
        if then.height_given or then.weight_given or not then.measured_on:
            yield "Measures", since + measures(then) + ("" if then.measured_on else ", measured on ______________")
        yield "BSA", f"{since}{bsa_words(each.bsa)}"
        if each.clearance:
            yield "Creatinine clearance", f"{since}{clearance_in_short(each.clearance, then)}"
    first = order.patient_on(1)
    alone = f"serum creatinine {first.creatinine}"  # stands beside the clearance
    yield from ((label, text) for label, text in known_facts(first, order.start) if text not in {"", alone})
    yield from changes_of(order)
    yield "Regimen", "; ".join(filter(None, (f"for {regimen.indication}", regimen.source.citation, regimen.source.url)))


def _workings(order: Order) -> Iterator[str]:
    """How each clearance was estimated."""
    for each in order.measures:
        if each.clearance and not each.clearance.is_measured:
            source = f" [{each.clearance.source}]" if each.clearance.source else ""
            yield f"Creatinine clearance: {clearance_words(each.clearance)}{source}"


def _next_cycle(order: Order) -> str:
    """The earliest day 1 of the next cycle, and what must be fulfilled by then."""
    earliest = order.next_cycle
    if earliest is None:
        return ""
    return not_before(earliest.day, earliest.text, earliest.source, earliest.date)
