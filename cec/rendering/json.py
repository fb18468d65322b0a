"""JSON, every number with exactly the digits that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cec.course.ward_day import WardDay
    from cec.rendering.verification import VerifiedDoses, VerifiedOrder, VerifiedRows
    from cec.treatment import TreatmentCalendar


def render(document: Any) -> bytes:
    """Anything of cec's as indented JSON with exact numbers; an order that is read back is an equal order."""
    exact = msgspec.json.Encoder(decimal_format="number").encode(document)
    return msgspec.json.format(exact, indent=2) + b"\n"


def treatment(calendar: TreatmentCalendar) -> bytes:
    """The orders of every cycle of a treatment, in a list."""
    return _list(calendar.orders)


def worklist(document: WardDay) -> bytes:
    """The worklist of a ward's day."""
    return render(document.worklist)


def verified_doses(document: VerifiedDoses) -> bytes:
    """The verification of the doses of one order."""
    return render(document.verification)


def verified_order(document: VerifiedOrder) -> bytes:
    """The verification of a saved order."""
    return render(document.verification)


def verified_table(document: VerifiedRows) -> bytes:
    """The verifications of the rows of a table, in a list."""
    return _list(document.rows)


def _list(documents: Iterable[Any]) -> bytes:
    """Documents in a list, each as it stands alone."""
    return b"[\n" + b",\n".join(render(each).removesuffix(b"\n") for each in documents) + b"\n]\n"
