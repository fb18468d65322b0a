"""Verifications as documents, and what is said of a written dose in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cec.order import Order
    from cec.verification.outcome import OrderVerification, Row, Verdict, Verification

NO_MISTAKE = "no known mistake explains this"


class VerifiedDoses(NamedTuple):
    """Written doses, and the order that they were held against."""

    order: Order
    verification: Verification


class VerifiedOrder(NamedTuple):
    """A saved order held against itself, and what could not be compared."""

    verification: OrderVerification
    notes: tuple[str, ...] = ()


class VerifiedRows(NamedTuple):
    """The rows of a table, or the orders of several rows each, which are read only once."""

    rows: Iterable[Row]
    noun: str = "row"


def what_happened(verdict: Verdict) -> str:
    """A verdict other than "agrees" in words, with the mistakes that explain it."""
    if verdict.verdict == "missing":
        return f"{verdict.drug}: missing; expected {verdict.expected}"
    if verdict.verdict == "not in the regimen":
        return f"{verdict.drug} {verdict.written}: not in the regimen; {verdict.hint}"
    mistakes = [f"{each.mistake}: {each.text}" for each in verdict.explanations]
    return f"{verdict.drug} {verdict.written}, expected {verdict.expected}: {'; or '.join(mistakes) or NO_MISTAKE}"
