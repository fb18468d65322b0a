"""What stands on every page of a sheet: the regimen with its doses and days, the patient, the draft and fingerprint."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cec.render.days import count_of_days, day_numbers
from cec.render.words import SECOND_CHECK, bind, origin, validity
from cec.render.words.alerts import alert_code, alert_text, by_severity
from cec.render.words.patient import age_of
from cec.render.words.regimen import cycle_words, doses_of_title, lines_given, title_of
from cec.render.words.times import paper_date
from cec.units import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cec.order import Alert, Measures, Order
    from cec.regimen import Regimen


def page_data(order: Order, document: str) -> dict[str, Any]:
    """Title, head, patient, alerts and foot of a sheet of this name ("Preparation worksheet")."""
    patient, regimen = order.patient, order.regimen
    alerts = by_severity(order.alerts)
    return {
        "patient": {"name": patient.name, "id": patient.id, "born": paper_date(patient.born) if patient.born else ""},
        "title": f"{document}: {title_of(order)}",
        "head": {
            "document": ", ".join(filter(None, (document, order.pharmacy.name))),
            "title": regimen.title,
            "doses": _whole_names(_in_head(order), regimen),
            "phase": regimen.phase,
            "days": days if len(days := count_of_days(order)) <= MOST_OF_DAYS else days.partition(" (")[0],
            "cycle": cycle_words(order),
            "dates": first_to_last(order, day_numbers(order)),
            "age": ", ".join(filter(None, (age_of(patient, order.age, order.as_of), patient.sex or ""))),
            "allergies": patient.allergies,
            "measures": "; ".join(map(partial(_measured, order), order.measures)),
            "checks": list(_checks(alerts)),
        },
        "alerts": [_alert(alert) for alert in alerts],
        "foot": {"draft": validity(order), "second_check": SECOND_CHECK, "origin": origin(order)},
    }


def _measured(order: Order, measures: Measures) -> str:
    """Height, weight and BSA; from which day on, where they were measured again within the cycle."""
    since = f"from day {measures.from_day}: " if len(order.measures) > 1 else ""
    return f"{since}{measures.height}, {measures.weight}, {Quantity(measures.bsa.value, measures.bsa.unit)}"


def _checks(alerts: Sequence[Alert]) -> Iterator[str]:
    """What a person must look at, by level and code; that there is nothing; and that not all was checked."""
    found = [alert for alert in alerts if alert.level != "note"]
    yield from (f"{alert.level.upper()} {alert.code}{' (accepted)' if alert.accepted else ''}" for alert in found)
    if any(alert.not_made for alert in alerts):
        yield "not all were made" if found else "none found, not all were made"
    elif not found:
        yield "none found"


def first_to_last(order: Order, days: Sequence[int]) -> str:
    """The first and the last date of some days of the cycle; nothing without a start."""
    if not order.start or not days:
        return ""
    first, last = (paper_date(order.regimen.calendar.date(order.start, day)) for day in (days[0], days[-1]))
    return first if first == last else f"{first} to {last}"


def bound(value: Any) -> Any:
    """The same data with no break between a number and its unit.

    >>> bound({"texts": ["38.4 mg", None]})
    {'texts': ['38.4\\xa0mg', None]}
    """
    if isinstance(value, str):
        return bind(value)
    if isinstance(value, dict):
        return {key: bound(below) for key, below in value.items()}
    return [bound(below) for below in value] if isinstance(value, list) else value


MOST_OF_DAYS = 40
"""Characters of the number of days there: with many gaps only how many they are; which stands beside each dose."""

MOST_IN_HEAD = 600
"""Characters of the doses in the head of every page: a longer regimen has its drugs there, or the first of them."""


def _in_head(order: Order) -> str:
    """The doses and days of the cycle as far as a head has room: else its drugs, whose doses stand below."""
    lines = lines_given(order)
    text = doses_of_title(lines)
    if len(text) <= MOST_IN_HEAD:
        return text
    drugs = list(dict.fromkeys(line.drug for line in lines))
    shown = next(
        count for count in range(len(drugs), 0, -1) if count == 1 or len(", ".join(drugs[:count])) <= MOST_IN_HEAD
    )
    rest = f" and {len(drugs) - shown} more" if shown < len(drugs) else ""
    return f"{', '.join(drugs[:shown])}{rest}; doses below"


def _whole_names(text: str, regimen: Regimen) -> str:
    """The text with no break between a drug's name and its dose."""
    for line in regimen.drugs:
        text = text.replace(f"{line.drug} ", f"{line.drug}\N{NO-BREAK SPACE}")
    return text


def _alert(alert: Alert) -> dict[str, str]:
    return {
        "level": alert.level.upper(),
        "about": alert_code(alert),
        "text": alert_text(alert),
        "accepted": alert.accepted,
    }
