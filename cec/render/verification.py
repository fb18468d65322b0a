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


def found(verification: OrderVerification) -> str:
    """What was found of a saved order, in one sentence."""
    name, count = verification.regimen, len(verification.differences)
    if verification.finding == "edited":
        return (
            f"{name}: this order was edited after it was saved: its fingerprint is not that of its content; "
            f"{_places(count)} not what its inputs give"
        )
    if verification.finding == "other by today's rules":
        return (
            f"{name}: {_places(count)} other by today's rules, those of cec {verification.verified_by}; "
            f"cec {verification.written_by} wrote this order, and nobody edited it"
        )
    if verification.finding == "not what its inputs give":
        return (
            f"{name}: {_places(count)} not what its inputs give, though its fingerprint holds and this version of cec, "
            f"{verification.written_by}, says that it wrote it"
        )
    if verification.regimen_file:
        return f"{name}: every number in this order is what its inputs give, but its regimen's file has changed since"
    return f"{name}: every number in this order is what its inputs give"


def _places(count: int) -> str:
    return f"{count or 'no'} place{'s' * (count != 1)} {'are' if count != 1 else 'is'}"


def places_that_differ(verification: OrderVerification) -> Iterator[str]:
    """A line for each place of a saved order that differs; workings are counted where figures stand beside them."""
    rules = "by today's rules: " if verification.finding == "other by today's rules" else ""
    figures = [each for each in verification.differences if not _is_working(each.where)]
    for each in figures or verification.differences:
        yield f"{rules}{each.where}: saved {each.saved}; now {each.now}"
    workings = len(verification.differences) - len(figures)
    if figures and workings:
        yield f"and the workings that name these figures ({workings})"
    for each in verification.regimen_file:
        yield f"{each.where}: saved {each.saved}; now {each.now}"


def _is_working(where: str) -> bool:
    return where.rpartition(": ")[2].rstrip(" 0123456789") == "how"


def remarks(verification: OrderVerification) -> Iterator[str]:
    """What else was found of a saved order, and is not held against it."""
    if verification.was_shortened:
        yield "another tool shortened some of its numbers; put back, they are those that cec saved"
    if verification.reworded:
        yield (
            f"cec {verification.verified_by} says {verification.reworded} of its texts in other words than "
            f"cec {verification.written_by} did"
        )
