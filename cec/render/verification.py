"""Verifications as documents, and what is said of a written dose in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cec.render.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cec.order import Order
    from cec.verification.outcome import OrderVerification, Row, SharedExplanation, Verdict, Verification

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


def happenings(outcome: Verification | Row) -> Iterator[str]:
    """Every verdict other than "agrees" in words; a mistake that befell several drugs stands first, and once."""
    wrong = [verdict for verdict in outcome.verdicts if verdict.verdict != "agrees"]
    for shared in outcome.shared_explanations:
        amounts = [
            f"{verdict.drug} {verdict.written} ({verdict.expected} expected)"
            for verdict in wrong
            if _is_of(verdict, shared)
        ]
        yield f"{listed(amounts)}: {shared.mistake}: {shared.text}"
    for verdict in wrong:
        if not any(_is_of(verdict, shared) for shared in outcome.shared_explanations):
            yield what_happened(verdict)


def _is_of(verdict: Verdict, shared: SharedExplanation) -> bool:
    """Whether a verdict is one of those that an explanation of several drugs is about."""
    return verdict.drug in shared.drugs and any(each.mistake == shared.mistake for each in verdict.explanations)


def what_happened(verdict: Verdict) -> str:
    """A verdict other than "agrees" in words, with the mistakes that explain it."""
    if verdict.verdict == "missing":
        return f"{verdict.drug}: missing; expected {verdict.expected}"
    if verdict.verdict == "not in the regimen":
        return f"{verdict.drug} {verdict.written}: not in the regimen; {verdict.hint}"
    mistakes = "; or ".join(f"{each.mistake}: {each.text}" for each in verdict.explanations) or NO_MISTAKE
    hint = f"; {verdict.hint}" if verdict.hint else ""
    return f"{verdict.drug} {verdict.written}, expected {verdict.expected}: {mistakes}{hint}"
