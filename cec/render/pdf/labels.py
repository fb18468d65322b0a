"""One label per administration, for its bag, syringe or tablets: on sheets of labels or on a page of its own.

What must be looked at has no room on a bag: it stands on slips of the size of a label, before the first label.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from cec.errors import InputError
from cec.regimen import entry_of, name_in_file
from cec.render.days import day_of
from cec.render.pdf.typesetting import typeset
from cec.render.words import CHANGED, bind, over_days, signed_percent, validity
from cec.render.words.alerts import alert_code, alert_text, by_severity, in_one_line
from cec.render.words.pharmacy import DIGITS, pharmacy_words
from cec.render.words.regimen import cycle_words
from cec.render.words.times import paper_date, row_time, weekday_date
from cec.render.worksheet import containers
from cec.routes import RADIOTHERAPY, is_into_csf

if TYPE_CHECKING:
    from cec.order import Administration, Alert, Dose, Order, Preparation

_NO_ROOM = "no room for "
_PART_OF_AN_ALERT = 350
"""Characters of an alert that always have room on a slip; the rest of it goes on to the next."""
_FOR_THE_BAG = ("filter", "light", "line", "keeps")
"""How the notes on handling begin that matter once the dose is made up."""


def render(order: Order, *, paper: str = "a4") -> bytes:
    """The labels of the whole cycle as PDF: sheets of 2 × 4 (a4) or 2 × 3 (letter), or one to a page (100x60mm)."""
    try:
        return typeset("labels", label_data(order), paper)
    except RuntimeError as error:
        _, _, where = str(error).partition(_NO_ROOM)
        if not where:
            raise
        label = where.partition('"')[0].replace("\N{NO-BREAK SPACE}", " ")
        raise InputError(f"there is {_NO_ROOM}{label}: take larger labels, or shorter texts") from None


def label_data(order: Order) -> dict[str, Any]:
    """What the labels say; a dose of 0 has none. InputError without a start: a label names the day of its dose."""
    if not order.administrations:
        raise InputError("a label names the day of its dose: give a start, like --start 2026-11-30")
    rows = [row for row in order.administrations if row.dose.value and row.route != RADIOTHERAPY]
    if not rows:
        raise InputError("every dose of this order is 0 or radiation, so there is nothing to label")
    patient = order.patient
    preparations = {each.dose_index: each for each in order.preparations}
    regimen, cycle = order.regimen, f", {cycle_words(order)}" if order.cycle else ""
    title = f"{regimen.title} ({regimen.name})" if regimen.name != name_in_file(regimen.name) else regimen.title
    return {
        "title": f"Labels: {title}{cycle}",
        "patient": {
            "name": patient.name,
            "id": patient.id,
            "born": f"born {paper_date(patient.born)}" if patient.born else "",
        },
        "draft": validity(order),
        "look_at": [part for alert in by_severity(order.alerts) for part in _parts(in_one_line(alert))],
        "origin": "; ".join(
            (
                f"{title}, edition {regimen.edition}{cycle}",
                f"order {order.fingerprint[:DIGITS]}",
                pharmacy_words(order.pharmacy),
            )
        ),
        "labels": [
            _label(order, row, preparations.get(row.dose_index)) | {"number": f"{number} of {len(rows)}"}
            for number, row in enumerate(rows, 1)
        ],
    }


def _parts(alert: Alert) -> list[dict[str, Any]]:
    """An alert as it stands on slips, in parts that no slip is too small for."""
    accepted = f" Accepted: {alert.accepted}" if alert.accepted else ""
    texts = textwrap.wrap(bind(alert_text(alert) + accepted), _PART_OF_AN_ALERT, break_on_hyphens=False)
    return [
        {"level": alert.level.upper(), "about": alert_code(alert), "text": text, "goes_on": number > 0}
        for number, text in enumerate(texts)
    ]


def _label(order: Order, row: Administration, preparation: Preparation | None) -> dict[str, Any]:
    """One label: what it is, in how much of what, how and when it is given."""
    drug = entry_of(row.drug, order.pharmacy.formulary)
    route = row.route.upper() if is_into_csf(row.route) else row.route
    over = f"{route} over {row.runs}" if row.over else route
    handling = preparation.handling if preparation else ()
    is_from_syringe = preparation and preparation.draw and not _is_infused(row)
    texts = {
        "drug": row.drug,
        "dose": str(preparation.contains if preparation and preparation.contains else row.dose),
        "given": ", ".join(filter(None, (over, str(row.rate or ""), *over_days(order.doses[row.dose_index])))),
        "day": day_of(order, row),
        "date": weekday_date(row.date),
        "time": row_time(row, row.date),
        "words": "; ".join(order.doses[row.dose_index].label),
        "changed": changed_words(order.doses[row.dose_index]),
        "handling": "; ".join(text for text in handling if text.startswith(_FOR_THE_BAG)),
        **_made_up(row, preparation),
    }
    return {key: bind(text) for key, text in texts.items()} | {
        "cytotoxic": drug.cytotoxic if drug else None,
        "diluted": not (row.route.casefold().startswith("oral") or is_from_syringe),
    }


def changed_words(dose: Dose) -> str:
    """That a person reduced or set a dose, without another amount than the one that is given."""
    step = next((step for step in dose.steps if step.what in CHANGED), None)
    if step is None:
        return ""
    return f"reduced {step.how.partition(' of ')[0]}" if step.what == "reduced" else "set by a person"


def _is_infused(row: Administration) -> bool:
    return bool(row.over) or "infusion" in row.route.casefold()


def _made_up(row: Administration, preparation: Preparation | None) -> dict[str, str]:
    """Total volume, diluent and tablets, and the ordered dose where they hold another one."""
    if preparation is None:
        return dict.fromkeys(("volume", "diluent", "take", "ordered"), "")
    volume = preparation.final_volume or (None if _is_infused(row) else preparation.draw)
    moved = preparation.deviation_percent
    is_another = preparation.contains and preparation.contains != preparation.dose
    return {
        "volume": str(volume or ""),
        "diluent": preparation.diluent if preparation.bag else "",
        "take": containers(preparation) if preparation.form == "tablet" else "",
        "ordered": f"ordered: {preparation.dose} (as measured {signed_percent(moved)})"
        if is_another and moved is not None
        else "",
    }
