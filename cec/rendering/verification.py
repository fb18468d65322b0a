"""Verifications as documents, and what is said of a written dose in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cec.rendering.words.times import with_paper_dates
from cec.verification.outcome import NOTHING, drugs_not_compared
from cec.when_words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cec.order import Order
    from cec.verification.outcome import Difference, OrderVerification, Row, SharedExplanation, Verdict, Verification

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


class Happening(NamedTuple):
    """What may have happened, and the lines of the table in which it did, where a row is one drug."""

    text: str
    rows: tuple[int, ...] = ()


def happenings(outcome: Verification | Row) -> Iterator[Happening]:
    """Every verdict that a person must look at in words, what explains several drugs first and once."""
    wrong = [verdict for verdict in outcome.verdicts if verdict.is_wrong]
    for shared in outcome.shared_explanations:
        of_all = [verdict for verdict in wrong if _is_of(verdict, shared)]
        amounts = [f"{verdict.drug} {verdict.shown} ({verdict.expected} expected)" for verdict in of_all]
        yield Happening(f"{listed(amounts)}: {shared.mistake}: {shared.text}", _rows(of_all))
    for verdict in wrong:
        if not any(_is_of(verdict, shared) for shared in outcome.shared_explanations):
            yield Happening(what_happened(verdict), _rows([verdict]))
        elif differing := list(_differing(verdict)):
            yield Happening(f"{verdict.drug} {verdict.shown}: {'; '.join(differing)}", _rows([verdict]))


def _rows(verdicts: Iterable[Verdict]) -> tuple[int, ...]:
    """The lines in which the doses of some verdicts were written, each once."""
    return tuple(dict.fromkeys(verdict.row for verdict in verdicts if verdict.row is not None))


def _is_of(verdict: Verdict, shared: SharedExplanation) -> bool:
    """Whether a verdict is one of those that an explanation of several drugs is about."""
    return verdict.drug in shared.drugs and any(each.mistake == shared.mistake for each in verdict.explanations)


def what_happened(verdict: Verdict) -> str:
    """A verdict other than "agrees" in words, with the mistakes that explain it."""
    if verdict.verdict == "missing":
        return f"{verdict.drug}: missing; expected {verdict.expected}"
    if verdict.verdict == "not in the regimen":
        return f"{verdict.drug} {verdict.shown}: not in the regimen; {verdict.hint}"
    if verdict.verdict == "written too often":
        return f"{verdict.drug} {verdict.shown}: {verdict.hint}"
    parts = list(_differing(verdict))
    if verdict.dose_differs:
        mistakes = "; or ".join(f"{each.mistake}: {each.text}" for each in verdict.explanations) or NO_MISTAKE
        parts = [mistakes, *([verdict.hint] if verdict.hint else []), *parts]
    expected = f", expected {verdict.expected}" if verdict.dose_differs else ""
    return f"{verdict.drug} {verdict.shown}{expected}: {'; '.join(parts)}"


def _differing(verdict: Verdict) -> Iterator[str]:
    """What differs beside the dose, in words."""
    for each in verdict.comparisons:
        if each.verdict == "differs":
            is_count = each.what == "days" and each.written.isdigit() and not each.expected.isdigit()
            note = " (a number alone is a day of the cycle)" if is_count else ""
            yield f"{_in_words(each.what, each.written)}{note}, expected {_in_words(each.what, each.expected)}"


def was_not_compared(verdicts: Iterable[Verdict]) -> str:
    """What was not compared beside the doses of an order, of which drugs where it is not all of them; or nothing."""
    by_drugs: dict[tuple[str, ...], list[str]] = {}
    for what, drugs in drugs_not_compared(verdicts).items():
        by_drugs.setdefault(drugs, []).append(what)
    parts = [f"{listed(what)}{f' of {listed(drugs)}' if drugs else ''}" for drugs, what in sorted(by_drugs.items())]
    return f"not compared: {', nor '.join(parts)}" if parts else ""


def was_not_written(verdicts: Iterable[Verdict]) -> str:
    """Which drugs nobody wrote, where only some were to be written; or nothing."""
    drugs = dict.fromkeys(verdict.drug for verdict in verdicts if verdict.verdict == "not written")
    return f"not written: {listed(list(drugs))}" if drugs else ""


def beside_the_dose(verdict: Verdict) -> str:
    """What is expected beside the dose of a drug, and what of it was compared."""
    by_verdict: dict[str, list[str]] = {}
    for each in verdict.comparisons:
        by_verdict.setdefault(each.verdict, []).append(_in_words(each.what, each.expected))
    return f"{verdict.drug}: " + "; ".join(f"{', '.join(words)}: {of}" for of, words in by_verdict.items())


def _in_words(what: str, value: str) -> str:
    """One thing beside the dose, as a person says it."""
    if not value:
        return f"no {what}"
    words = {
        "times a day": "once a day" if value == "1" else f"{value} times a day",
        "days": f"{'day' if value.isdigit() else 'days'} {value}",
        "duration": f"over {value}",
        "protocol dose": f"protocol dose {value}",
        "maximum": f"maximum {value}",
        "dates": f"on {with_paper_dates(value)}",
    }
    return words.get(what, value)


def found(verification: OrderVerification) -> str:
    """What was found of a saved order, in one sentence."""
    name, count = verification.regimen, len(verification.differences)
    if verification.finding == "edited":
        places = f"{_places(count)} not what its inputs give" if count else "every number is what its inputs give"
        return f"{name}: this order was edited after it was saved: its fingerprint is not that of its content; {places}"
    if verification.finding == "other by today's rules":
        return (
            f"{name}: {_places(count)} other by today's rules, those of cec {verification.verified_by}; "
            f"cec {verification.written_by} wrote this order, and nobody edited it"
        )
    if verification.finding == "other words":
        texts = "1 text is" if count == 1 else f"{count} texts are"
        return (
            f"{name}: every number in this order is what its inputs give, but {texts} not in the words of this cec, "
            f"{verification.written_by}, which says that it wrote it: an earlier build of it did, or somebody edited "
            "them; read both"
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
    return f"{count} place{'s' * (count != 1)} {'are' if count != 1 else 'is'}"


def places_that_differ(verification: OrderVerification) -> Iterator[str]:
    """A line for each place of a saved order that differs; workings are counted where figures stand beside them."""
    rules = "by today's rules: " if verification.finding == "other by today's rules" else ""
    of_words = verification.finding == "other words"
    figures = [each for each in verification.differences if of_words or not _is_working(each.where)]
    for each in figures or verification.differences:
        yield f"{rules}{_difference(each)}"
    workings = len(verification.differences) - len(figures)
    if figures and workings:
        yield f"and the workings that name these figures ({workings})"
    yield from map(_difference, verification.regimen_file)


def _difference(each: Difference) -> str:
    """A place that differs, with what stands there on both sides."""
    if each.saved == NOTHING:
        return f"{each.where}: is missing in the saved order; now {each.now}"
    if each.now == NOTHING:
        return f"{each.where}: saved {each.saved}; now it is not there"
    return f"{each.where}: saved {each.saved}; now {each.now}"


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
