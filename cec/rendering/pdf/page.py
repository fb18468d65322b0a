"""What stands on every page of a sheet: the regimen and its days, the patient, the draft and fingerprint; alerts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cec.days import paper_date
from cec.rendering.days import count_of_days, day_numbers
from cec.rendering.words import SECOND_CHECK, origin, validity, void_words
from cec.rendering.words.alerts import (
    alert_code,
    alert_sentence,
    alert_text,
    by_severity,
    checks_in_short,
    on_paper,
)
from cec.rendering.words.patient import age_in_words, place_of_care
from cec.rendering.words.regimen import cycle_words
from cec.rendering.words.revision import revision_line
from cec.units import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cec.course.void import Void
    from cec.order import Alert, Order


def page_data(order: Order, document: str, void: Void | None = None) -> dict[str, Any]:
    """Title, head, patient, alerts and foot of a sheet of this name ("Preparation worksheet")."""
    patient, regimen = order.patient, order.regimen
    return {
        "patient": {"name": patient.name, "id": patient.id, "born": paper_date(patient.born) if patient.born else ""},
        "title": f"{document}: {regimen.title}",
        "head": {
            "document": ", ".join(filter(None, (document, order.pharmacy.name, place_of_care(patient)))),
            "title": regimen.title,
            "regimen": f"{regimen.name}, edition {regimen.edition}",
            "phase": regimen.phase,
            "days": _days(order),
            "cycle": cycle_words(order),
            "dates": first_to_last(order, day_numbers(order)),
            "age": ", ".join(filter(None, (age_in_words(order.age) if order.age else "", patient.sex or ""))),
            "age_on": f" on {paper_date(order.as_of)}" if patient.born and order.as_of else "",
            "allergies": patient.allergies,
            "measures": [*_measured(order)],
            "checks": checks_in_short(order.alerts),
        },
        "alerts": [alert_data(alert) for alert in by_severity(order.alerts)],
        "void": void_words(order, void),
        "revision": revision_line(order),
        "foot": {"draft": validity(order, void), "second_check": SECOND_CHECK, "origin": origin(order)},
    }


def _days(order: Order) -> str:
    """How many days the cycle has, and which where that is short."""
    words = count_of_days(order)
    return words if len(words) <= MOST_OF_DAYS else re.sub(r" \(.*\)", "", words)


def _measured(order: Order) -> Iterator[str]:
    """Height, weight, BSA and their day; from which day of the cycle on, where they were measured again within it."""
    for each in order.measures:
        words = f"{each.weight}, {each.height}, BSA {Quantity(each.bsa.value, each.bsa.unit)}"
        yield f"from day {each.from_day}: {words}" if len(order.measures) > 1 else words
        day = order.patient_on(each.from_day).measured_on
        yield f"measured {paper_date(day)}" if day else "measured: day not told"


def first_to_last(order: Order, days: Sequence[int]) -> str:
    """The first and the last date of some days of the cycle; nothing without a start."""
    if not order.start or not days:
        return ""
    first, last = (paper_date(order.date_of(day) or order.start) for day in (days[0], days[-1]))
    return first if first == last else f"{first} to {last}"


MOST_OF_DAYS = 40
"""Characters of the number of days there: with many gaps only how many they are; which stands beside each dose."""


def coded_alert(alert: Alert) -> dict[str, str]:
    """An alert where many stand together: its code first, then what it says, and the reason why it was accepted."""
    return {
        "level": alert.level.upper(),
        "about": alert_code(alert),
        "text": alert_text(on_paper(alert)),
        "accepted": alert.accepted,
    }


def alert_data(alert: Alert) -> dict[str, str]:
    """An alert as it stands on paper: a sentence, its source, and its code at the end."""
    return {
        "level": alert.level.upper(),
        "text": alert_sentence(alert),
        "source": f"[{alert.source}]" if alert.source else "",
        "code": alert.code,
        "accepted": alert.accepted,
    }
