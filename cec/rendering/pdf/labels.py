"""One label per administration, for its bag, syringe or tablets: on sheets of labels or on a page of its own.

What goes into the cerebrospinal fluid stands apart from all others, and so does what is swallowed, where its labels are
asked for. What must be looked at has no room on a bag: it stands on slips of the size of a label, before the first one.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from cec.errors import InputError
from cec.order import identity
from cec.rendering.days import day_names
from cec.rendering.pdf.label import KINDS, label_head, label_of, label_title
from cec.rendering.pdf.typesetting import typeset
from cec.rendering.words import bind
from cec.rendering.words.alerts import alert_code, alert_text, by_severity, in_one_line, on_paper
from cec.rendering.words.revision import given_rows, revision_line
from cec.rendering.worklist import title_of as worklist_title
from cec.rendering.worklist import vials_words
from cec.routes import RADIOTHERAPY, is_oral

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cec.course.void import Void
    from cec.course.ward_day import WardDay
    from cec.order import Alert, Order

_NO_ROOM = "no room for "
_PART_OF_AN_ALERT = 350
"""Characters of an alert that always have room on a slip; the rest of it goes on to the next."""


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
    names = day_names(order)
    labels = [label_of(order, row, preparations.get(row.dose_index), names, void=void) for row in rows]
    slips = _slips(order, order.alerts, void)
    return {"title": f"Labels: {label_title(order)}", "slips": slips, "labels": _numbered(labels)}


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
    of_list = {"patient": None, "name": title, "draft": "", "void": False, "revision": "", "origin": title, "order": ""}
    names = [day_names(order) for order in orders]
    labels = [
        label_of(
            orders[dose.order],
            dose.administration,
            dose.preparation,
            names[dose.order],
            from_vials=vials_words(dose),
        )
        for dose in doses
    ]
    of_orders = [
        slip for order in orders for slip in _slips(order, [alert for alert in order.alerts if alert.level != "note"])
    ]
    return {
        "title": f"Labels: {title}",
        "slips": [*([of_list | {"look_at": _parts(day.alerts)}] if day.alerts else []), *of_orders],
        "labels": _numbered(labels),
    }


def _numbered(labels: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The labels kind by kind, each with which of all it is."""
    ordered = sorted(labels, key=lambda label: KINDS.index(label["kind"]))
    return [label | {"number": f"{number} of {len(labels)}"} for number, label in enumerate(ordered, 1)]


def _slips(order: Order, alerts: Sequence[Alert], void: Void | None = None) -> list[dict[str, Any]]:
    """What there is to look at before the labels of an order are used; nothing where there is nothing."""
    head = label_head(order, void) | {"revision": revision_line(order)}
    return [head | {"look_at": _parts(alerts)}] if alerts or head["revision"] else []


def _parts(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    """The alerts, the severest first, as they stand on slips: in parts that no slip is too small for."""
    return [
        {"level": alert.level.upper(), "about": alert_code(alert), "text": text, "goes_on": number > 0}
        for alert in by_severity(alerts)
        for number, text in enumerate(textwrap.wrap(_words(alert), _PART_OF_AN_ALERT, break_on_hyphens=False))
    ]


def _words(alert: Alert) -> str:
    accepted = f" Accepted: {alert.accepted}" if alert.accepted else ""
    return bind(alert_text(on_paper(in_one_line(alert, _PART_OF_AN_ALERT))) + accepted)
