"""What stands on the label of one dose, and at the head of the slips before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from cec.days import paper_date
from cec.order import identity
from cec.regimen import name_in_file
from cec.rendering.days import day_of
from cec.rendering.pdf.codes import qr_code
from cec.rendering.words import (
    DIGITS,
    changed_words,
    given_by,
    over_days,
    pharmacy_words,
    signed_percent,
    spelled,
    validity,
    void_words,
)
from cec.rendering.words.preparation import containers
from cec.rendering.words.regimen import cycle_words, which_of_day
from cec.rendering.words.revision import row_marks
from cec.rendering.words.times import clock, dose_of_day, moment, row_time, weekday_date
from cec.routes import is_into_csf, is_oral, use_only

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cec.course.void import Void
    from cec.order import Administration, Dose, Order, Preparation
    from cec.rendering.days import DayNames

KINDS = ("container", "csf", "oral")
"""The layouts of labels, in the sequence in which they are printed, each on sheets of its own."""
_FOR_THE_BAG = ("filter", "light", "line")
"""How the notes on handling begin that matter once the dose is made up."""


def label_head(order: Order, void: Void | None) -> dict[str, Any]:
    """Whose label it is, whether the order is a draft or void, and which order it is."""
    patient = order.patient
    place = order.pharmacy.name, patient.ward and f"ward {patient.ward}", patient.bed and f"bed {patient.bed}"
    return {
        "patient": {
            "name": patient.name,
            "id": patient.id,
            "born": f"born {paper_date(patient.born)}" if patient.born else "",
            "place": ", ".join(filter(None, place)),
        },
        "name": "",
        "draft": validity(order, void),
        "void": bool(void_words(order, void)),
        "origin": _origin(order),
        "order": order.fingerprint[:DIGITS],
    }


def label_of(
    order: Order,
    row: Administration,
    preparation: Preparation | None,
    names: DayNames,
    *,
    void: Void | None = None,
    from_vials: str = "",
) -> dict[str, Any]:
    """One label: what it is, in how much of what, how and when it is given, and up to when it may be."""
    dose, kind = order.doses[row.dose_index], _kind(row)
    drug = order.pharmacy_on(row.protocol_day).formulary_entry(row.drug)
    day = day_of(names, row)
    amount = str(preparation.contains if preparation and preparation.contains else row.dose)
    which = which_of_day(dose, row.protocol_day, row.number, row.of_day)
    return {
        **label_head(order, void),
        "kind": kind,
        "drug": spelled(row.drug, order.pharmacy),
        "dose": amount,
        "route": given_by(row),
        "rate": str(row.rate or ""),
        "over_days": "; ".join(over_days(dose)),
        "date": f"{weekday_date(row.date)}, {day[:1].lower()}{day[1:]}",
        "time": row_time(row, row.date),
        "which": which,
        "changed": changed_words(dose),
        "mark": row_marks(order).get(identity(row), ""),
        "use_only": use_only(row.route),
        "cytotoxic": drug.cytotoxic if drug else None,
        "words": list(dose.label),
        "handling": [text for text in preparation.handling if text.startswith(_FOR_THE_BAG)] if preparation else [],
        "diluted": kind == "container" and dose.is_infused,
        "from_vials": from_vials,
        **_made_up(row, preparation, dose),
        **_use(order, row, preparation),
        "code": qr_code("\n".join(_coded(order, row, amount, which, void))),
    }


def _kind(row: Administration) -> str:
    return "csf" if is_into_csf(row.route) else "oral" if is_oral(row.route) else "container"


def label_title(order: Order) -> str:
    """The regimen with its name in files, where that is another, and its cycle."""
    regimen, cycle = order.regimen, f", {cycle_words(order)}" if order.cycle else ""
    name = f" ({regimen.name})" if regimen.name != name_in_file(regimen.name) else ""
    return f"{regimen.title}{name}, edition {regimen.edition}{cycle}"


def _origin(order: Order) -> str:
    """The regimen, and which pharmacy file was used; the pharmacy's name stands elsewhere."""
    replaces = f"revision {order.revision}, replaces {order.replaces[:DIGITS]}" if order.revision > 1 else ""
    revision = f"{replaces}, from day {order.changes[-1].from_day}" if order.changes else replaces
    pharmacy = pharmacy_words(msgspec.structs.replace(order.pharmacy, name=""))
    return "; ".join(filter(None, (label_title(order), revision, pharmacy)))


def _coded(order: Order, row: Administration, amount: str, which: str, void: Void | None) -> Iterable[str]:
    """The lines of a label's QR code: order, patient, drug, amount and day, after VOID where it must not be used."""
    return (
        *(["VOID"] if void_words(order, void) else []),
        f"order: {order.fingerprint[:DIGITS]}",
        f"patient: {order.patient.id}",
        f"drug: {row.drug}",
        f"dose: {amount}",
        f"day: {row.day}{dose_of_day(row)}{which and f', {which}'}",
    )


def _made_up(row: Administration, preparation: Preparation | None, dose: Dose) -> dict[str, str]:
    """Total volume, concentration, diluent and tablets, and the ordered dose where they hold another one."""
    if preparation is None:
        return dict.fromkeys(("volume", "concentration", "diluent", "take", "ordered"), "")
    volume = preparation.final_volume or (None if dose.is_infused else preparation.draw)
    concentration = preparation.concentration or (None if dose.is_infused else preparation.strength)
    moved = preparation.deviation_percent
    is_another = preparation.contains and preparation.contains != preparation.dose
    tablets = containers(preparation) if preparation.form == "tablet" else ""
    measured = f"{preparation.draw} of {preparation.product}" if preparation.draw and is_oral(row.route) else ""
    return {
        "volume": str(volume or ""),
        "concentration": str(concentration or ""),
        "diluent": preparation.diluent if preparation.bag else "",
        "take": tablets or measured,
        "ordered": f"ordered {preparation.dose} (measured {signed_percent(moved)})"
        if is_another and moved is not None
        else "",
    }


def _use(order: Order, row: Administration, preparation: Preparation | None) -> dict[str, str]:
    """When it is made, up to when it may be used, within how long of making, and how it is stored.

    Of a dose that is made anew after a change nobody knows when; that is written by hand.
    """
    life = preparation.shelf_life if preparation else None
    row = order.as_made_up(row)
    return {
        "made": f"{paper_date(row.made_at.date())} {clock(row.made_at)}" if row.made_at else "",
        "use_before": moment(row.use_before) if row.use_before else "",
        "use_within": f"{life.within}" if life and life.within else "",
        "storage": f"{life.storage} ({life.jurisdiction})" if life and life.within else "",
    }
