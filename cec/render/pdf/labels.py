"""One label per administration, for its bag, syringe or tablets: on sheets of labels or on a page of its own.

What goes into the cerebrospinal fluid stands apart from all others, and so does what is swallowed, where its labels are
asked for. What must be looked at has no room on a bag: it stands on slips of the size of a label, before the first one.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import msgspec

from cec.errors import InputError
from cec.order import identity
from cec.regimen import name_in_file
from cec.render.days import day_of
from cec.render.pdf.codes import qr_code
from cec.render.pdf.typesetting import typeset
from cec.render.words import (
    DIGITS,
    bind,
    changed_words,
    given_by,
    over_days,
    pharmacy_words,
    signed_percent,
    spelled,
    validity,
    void_words,
)
from cec.render.words.alerts import alert_code, alert_text, by_severity, in_one_line, on_paper
from cec.render.words.preparation import containers
from cec.render.words.regimen import cycle_words, which_of_day
from cec.render.words.revision import given_rows, revision_line, row_marks
from cec.render.words.times import clock, dose_of_day, moment, paper_date, row_time, weekday_date
from cec.render.worklist import title_of as worklist_title
from cec.render.worklist import vials_words
from cec.routes import RADIOTHERAPY, is_into_csf, is_oral, use_only

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cec.course.void import Void
    from cec.course.ward_day import WardDay
    from cec.order import Administration, Alert, Dose, Order, Preparation

_NO_ROOM = "no room for "
_PART_OF_AN_ALERT = 350
"""Characters of an alert that always have room on a slip; the rest of it goes on to the next."""
_FOR_THE_BAG = ("filter", "light", "line")
"""How the notes on handling begin that matter once the dose is made up."""


def render(order: Order, *, paper: str = "a4", oral: bool = False, void: Void | None = None) -> bytes:
    """The labels of the whole cycle as PDF: sheets of 2 × 4 (a4) or 2 × 3 (letter), or one to a page (100x60mm)."""
    return _typeset(label_data(order, oral=oral, void=void), paper)


def worklist(document: WardDay, *, paper: str = "a4", oral: bool = False) -> bytes:
    """The labels of a ward's day as PDF, over all patients in the sequence of the list, on the same papers."""
    return _typeset(worklist_data(document, oral=oral), paper)


def _typeset(data: Mapping[str, Any], paper: str) -> bytes:
    try:
        return typeset("labels", data, paper)
    except RuntimeError as error:
        _, _, where = str(error).partition(_NO_ROOM)
        if not where:
            raise
        label = where.partition('"')[0].replace("\N{NO-BREAK SPACE}", " ")
        raise InputError(f"there is {_NO_ROOM}{label}: take larger labels, or shorter texts") from None


def label_data(order: Order, *, oral: bool = False, void: Void | None = None) -> dict[str, Any]:
    """What the labels say; a dose of 0 has none, nor one by mouth unless `oral` asks for them.

    InputError without a start, for a label names the day of its dose; and where nothing is left to label.
    """
    if order.start is None:
        raise InputError("a label names the day of its dose: give a start, like --start 2026-11-30")
    given = [row for row in order.administrations if row.dose.value and row.route != RADIOTHERAPY]
    past = given_rows(order)
    left = [row for row in given if identity(row) not in past]
    rows = [row for row in left if oral or not is_oral(row.route)]
    if not rows:
        why = "is 0, taken away or radiation, so there is nothing to label"
        if given:
            why = "is by mouth: --oral labels them too" if left else "counts as given, so none is labelled"
        raise InputError(f"every dose of this order {why}")
    preparations = {each.dose_index: each for each in order.preparations}
    labels = [_label(order, row, preparations.get(row.dose_index), void) for row in rows]
    slips = _slips(order, order.alerts, void)
    return {"title": f"Labels: {_title(order)}", "slips": slips, "labels": _numbered(labels)}


def cautions(order: Order) -> Iterator[str]:
    """That doses have no label because they count as given."""
    past = given_rows(order)
    if count := sum(identity(row) in past for row in order.administrations if row.dose.value):
        nouns = "dose that counts as given has no label" if count == 1 else "doses that count as given have no labels"
        yield f"{count} {nouns}"


def worklist_data(document: WardDay, *, oral: bool = False) -> dict[str, Any]:
    """What the labels of a worklist say, each with the vials that its dose is drawn from; what was given has none.

    What must be looked at in the list stands on slips before them, and what is a stop or a check in an order.
    """
    day, orders = document.worklist, document.orders
    left = [dose for dose in day.doses if dose.given is None]
    doses = [dose for dose in left if oral or not is_oral(dose.administration.route)]
    if not doses:
        why = "every dose of this list was given already" if day.doses else "this list has no dose"
        why = "every dose of this list is by mouth: --oral labels them too" if left else why
        raise InputError(f"{why}, so there is nothing to label")
    title = worklist_title(day)
    alerts = list(by_severity(day.alerts))
    of_list = {"patient": None, "name": title, "draft": "", "void": False, "revision": "", "origin": title, "order": ""}
    labels = [
        _label(orders[dose.order], dose.administration, dose.preparation) | {"from_vials": bind(vials_words(dose))}
        for dose in doses
    ]
    of_orders = [
        slip for order in orders for slip in _slips(order, [alert for alert in order.alerts if alert.level != "note"])
    ]
    return {
        "title": f"Labels: {title}",
        "slips": [*([of_list | {"look_at": _all_parts(alerts)}] if alerts else []), *of_orders],
        "labels": _numbered(labels),
    }


def _numbered(labels: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The labels kind by kind, each with which of all it is."""
    ordered = sorted(labels, key=lambda label: _KINDS.index(label["kind"]))
    return [label | {"number": f"{number} of {len(labels)}"} for number, label in enumerate(ordered, 1)]


def _slips(order: Order, alerts: Sequence[Alert], void: Void | None = None) -> list[dict[str, Any]]:
    """What there is to look at before the labels of an order are used; nothing where there is nothing."""
    head = _head(order, void) | {"revision": revision_line(order)}
    return [head | {"look_at": _all_parts(by_severity(alerts))}] if alerts or head["revision"] else []


def _all_parts(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    return [part for alert in alerts for part in _parts(in_one_line(alert))]


def _head(order: Order, void: Void | None) -> dict[str, Any]:
    """Whose label it is, whether the order is a draft or void, and which order it is."""
    patient = order.patient
    return {
        "patient": {
            "name": patient.name,
            "id": patient.id,
            "born": f"born {paper_date(patient.born)}" if patient.born else "",
            "place": ", ".join(_place(order)),
        },
        "name": "",
        "draft": validity(order, void),
        "void": bool(void_words(order, void)),
        "origin": _origin(order),
        "order": order.fingerprint[:DIGITS],
    }


_KINDS = ("container", "csf", "oral")
"""The layouts of labels, in the sequence in which they are printed, each on sheets of its own."""


def _kind(row: Administration) -> str:
    return "csf" if is_into_csf(row.route) else "oral" if is_oral(row.route) else "container"


def _title(order: Order) -> str:
    """The regimen with its name in files, where that is another, and its cycle."""
    regimen, cycle = order.regimen, f", {cycle_words(order)}" if order.cycle else ""
    name = f" ({regimen.name})" if regimen.name != name_in_file(regimen.name) else ""
    return f"{regimen.title}{name}, edition {regimen.edition}{cycle}"


def _origin(order: Order) -> str:
    """The regimen, and which pharmacy file was used; the pharmacy's name stands elsewhere."""
    replaces = f"revision {order.revision}, replaces {order.replaces[:DIGITS]}" if order.revision > 1 else ""
    revision = f"{replaces}, from day {order.changes[-1].from_day}" if order.changes else replaces
    pharmacy = pharmacy_words(msgspec.structs.replace(order.pharmacy, name=""))
    return "; ".join(filter(None, (_title(order), revision, pharmacy)))


def _place(order: Order) -> Iterator[str]:
    """The hospital's pharmacy, ward and bed, as far as they are known."""
    if order.pharmacy.name:
        yield order.pharmacy.name
    for name in ("ward", "bed"):
        if text := getattr(order.patient, name):
            yield f"{name} {text}"


def _parts(alert: Alert) -> list[dict[str, Any]]:
    """An alert as it stands on slips, in parts that no slip is too small for."""
    accepted = f" Accepted: {alert.accepted}" if alert.accepted else ""
    texts = textwrap.wrap(bind(alert_text(on_paper(alert)) + accepted), _PART_OF_AN_ALERT, break_on_hyphens=False)
    return [
        {"level": alert.level.upper(), "about": alert_code(alert), "text": text, "goes_on": number > 0}
        for number, text in enumerate(texts)
    ]


def _label(
    order: Order, row: Administration, preparation: Preparation | None, void: Void | None = None
) -> dict[str, Any]:
    """One label: what it is, in how much of what, how and when it is given, and up to when it may be."""
    dose, kind = order.doses[row.dose_index], _kind(row)
    drug = order.pharmacy_on(row.protocol_day).formulary_entry(row.drug)
    handling = preparation.handling if preparation else ()
    amount = str(preparation.contains if preparation and preparation.contains else row.dose)
    texts = {
        "drug": spelled(row.drug, order.pharmacy),
        "dose": amount,
        "route": given_by(row),
        "rate": str(row.rate or ""),
        "over_days": "; ".join(over_days(dose)),
        "date": f"{weekday_date(row.date)}, {day_of(order, row)[:1].lower()}{day_of(order, row)[1:]}",
        "time": row_time(row, row.date),
        "which": which_of_day(dose, row.protocol_day, row.number, row.of_day),
        "changed": changed_words(dose),
        "mark": row_marks(order).get(identity(row), ""),
        "use_only": use_only(row.route),
        **_made_up(row, preparation, dose),
        **_use(order, row, preparation),
    }
    return (
        _head(order, void)
        | {key: bind(text) for key, text in texts.items()}
        | {
            "from_vials": "",
            "kind": kind,
            "cytotoxic": drug.cytotoxic if drug else None,
            "words": [bind(text) for text in dose.label],
            "handling": [bind(text) for text in handling if text.startswith(_FOR_THE_BAG)],
            "diluted": kind == "container" and dose.is_infused,
            "code": qr_code("\n".join(_coded(order, row, amount, void))),
        }
    )


def _coded(order: Order, row: Administration, amount: str, void: Void | None) -> Iterable[str]:
    """The lines of a label's QR code: order, patient, drug, amount and day, after VOID where it must not be used."""
    which = which_of_day(order.doses[row.dose_index], row.protocol_day, row.number, row.of_day)
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
