"""JSON, every number with exactly the digits that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from cec.course.ward_day import WardDay
    from cec.render.verification import VerifiedDoses, VerifiedOrder, VerifiedRows
    from cec.treatment import TreatmentCalendar


def render(document: Any) -> bytes:
    """A document as one indented JSON object; an order that is read back is an equal order."""
    return write(document)


def treatment(calendar: TreatmentCalendar) -> bytes:
    """The orders of every cycle of a treatment, in a list."""
    return b"[\n" + b",\n".join(render(order).removesuffix(b"\n") for order in calendar.orders) + b"\n]\n"


def worklist(document: WardDay) -> bytes:
    """The worklist of a ward's day."""
    return write(document.worklist)


def verified_doses(document: VerifiedDoses) -> bytes:
    """The verification of the doses of one order."""
    return write(document.verification)


def verified_order(document: VerifiedOrder) -> bytes:
    """The verification of a saved order."""
    return write(document.verification)


def verified_table(document: VerifiedRows) -> bytes:
    """The verifications of the rows of a table, in a list."""
    return b"[\n" + b",\n".join(write(row).removesuffix(b"\n") for row in document.rows) + b"\n]\n"


def write(value: Any) -> bytes:
    """Anything of cec's as indented JSON with exact numbers."""
    exact = msgspec.json.Encoder(decimal_format="number").encode(value)
    return msgspec.json.format(exact, indent=2) + b"\n"
