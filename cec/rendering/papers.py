"""Every paper of an order at once: sheet, labels, worksheet, calendar, and the order itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cec.errors import InputError
from cec.rendering import FORMATS, PRINTED, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cec.course.void import Void
    from cec.order import Order
    from cec.rendering import Format


PAPERS: Mapping[str, Format] = {
    "sheet.pdf": FORMATS["pdf"],
    "labels.pdf": FORMATS["labels"],
    "worksheet.pdf": PRINTED["worksheet"],
    "calendar.ics": FORMATS["ics"],
    "order.json": FORMATS["json"],
}
"""All papers of an order, by the names of their files."""


class Papers(NamedTuple):
    """The papers of an order by the names of their files, and why it has no others."""

    contents: dict[str, bytes]
    wanting: dict[str, str]


def papers_of(order: Order, paper: str | None = None, *, oral: bool = False, void: Void | None = None) -> Papers:
    """Every paper of an order; those that are printed on this paper, where they can be.

    Labels of doses by mouth are among them where they are asked for as `oral`.

    >>> from cec import draft_order, load_patient, load_regimen
    >>> order = draft_order(load_regimen("cec-induction"), load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    >>> list(papers_of(order).contents)
    ['sheet.pdf', 'worksheet.pdf', 'order.json']
    """
    found = Papers({}, {})
    for name, form in PAPERS.items():
        options: dict[str, Any] = {"paper": paper} if paper in form.papers else {}
        options |= {name: value for name, value in (("oral", oral), ("void", void)) if name in form.options}
        try:
            found.contents[name] = render(order, form.name, PRINTED, **options)
        except InputError as error:
            found.wanting[name] = "; ".join(fault.text for fault in error.faults)
    return found
