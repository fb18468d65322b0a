"""What comes of holding written doses against an order: of one order, of a saved one, of the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, NamedTuple, get_args

import msgspec

from cec.order import Alert
from cec.units import Quantity

NOT_MULTIPLIED = "not-multiplied-by-bsa"

MEANINGS = {NOT_MULTIPLIED: "the amounts are the figures per m2 of the regimen, but the BSA is not 1 m2"}
"""What a remark says of a row in a table of orders, by its code."""


class Explanation(msgspec.Struct, frozen=True):
    """A mistake that a written amount fits, and its working."""

    mistake: str
    text: str


class SharedExplanation(msgspec.Struct, frozen=True):
    """A mistake that explains several drugs in the same way, and the working of each."""

    mistake: str
    drugs: tuple[str, ...]
    text: str


Beside = Literal["times a day", "days", "route", "duration", "protocol dose", "maximum", "dates"]
"""What can be compared beside the dose."""

BESIDE: tuple[Beside, ...] = get_args(Beside)


class Comparison(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing beside the dose: what is expected, and what was written of it."""

    what: Beside
    verdict: Literal["agrees", "differs", "not compared"]
    expected: str = ""
    written: str = ""


Judgement = Literal["agrees", "differs", "missing", "not written", "not in the regimen", "written too often"]
"""Of what is expected and nobody wrote: missing or, where only some of the drugs were to be written, not written."""


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """One drug, or the number of days: what was expected, what was written, and what explains the difference.

    The verdict is on the dose and on all that was compared beside it.
    """

    drug: str
    verdict: Judgement
    expected: Quantity | None = None
    written: Quantity | None = None
    deviation_percent: Decimal | None = None
    explanations: tuple[Explanation, ...] = ()
    hint: str = ""
    dose_differs: bool = False
    """Whether it is the dose that differs, or the number of days, and not only what stands beside it."""
    comparisons: tuple[Comparison, ...] = ()
    row: int | None = None
    """The line of the table in which the dose was written, where a row is one drug."""
    as_written: Quantity | None = None
    """The written amount in its own unit, where that is another than the dose's: 38.4 mcg of 38.4 mg."""

    @property
    def shown(self) -> Quantity | None:
        """The written amount as a person wrote it."""
        return self.as_written or self.written

    @property
    def is_wrong(self) -> bool:
        """Whether a person must look at it."""
        return self.verdict not in {"agrees", "not written"}


NOT_COMPARED = "not compared"


def not_compared(verdicts: Iterable[Verdict]) -> tuple[Beside, ...]:
    """What was not compared of some drug whose dose was."""
    return tuple(drugs_not_compared(verdicts))


def drugs_not_compared(verdicts: Iterable[Verdict]) -> dict[Beside, tuple[str, ...]]:
    """What was not compared of some drug whose dose was, with these drugs; none are named where it is all of them."""
    compared: set[Beside] = set()
    drugs: dict[Beside, dict[str, None]] = {}
    for verdict in verdicts:
        for each in verdict.comparisons if verdict.written else ():
            if each.verdict == NOT_COMPARED:
                drugs.setdefault(each.what, {})[verdict.drug] = None
            else:
                compared.add(each.what)
    return {what: tuple(drugs[what]) if what in compared else () for what in BESIDE if what in drugs}


class Verification(msgspec.Struct, frozen=True):
    """Written amounts held against the order that cec drafts."""

    regimen: str
    agrees: bool
    tolerance_percent: Decimal
    verdicts: tuple[Verdict, ...]
    alerts: tuple[Alert, ...]
    """Remarks on the written amounts, then the order's alerts."""
    sha256: str
    """Fingerprint of what the expected doses were computed from."""
    shared_explanations: tuple[SharedExplanation, ...] = ()
    """What explains several drugs at once, the widest first; it stands among the explanations of each, too."""
    not_compared: tuple[Beside, ...] = ()
    """What nobody wrote of some drug whose dose was compared: times a day, days, route, duration."""


NOTHING = "nothing"
"""What stands for a place that is not there, on one side of a difference."""


class Difference(msgspec.Struct, frozen=True):
    """One place of a saved order that is not what its inputs give by today's rules, or of its regimen's file."""

    where: str
    saved: str
    now: str


Finding = Literal["agrees", "edited", "other by today's rules", "other words", "not what its inputs give"]
"""Of a saved order: it is what its inputs give; its content is not that of its fingerprint; another version wrote it
and today's rules give something else; or its fingerprint holds, and its own version has other words for what is the
same, or computes something else."""


class OrderVerification(msgspec.Struct, frozen=True, omit_defaults=True):
    """A saved order held against its fingerprint and against what its inputs give."""

    regimen: str
    agrees: bool
    """Whether it agrees, and its regimen's file still says what stands in it."""
    finding: Finding
    written_by: str
    """The version of cec that drafted the order."""
    verified_by: str
    """The version of cec that computed it again."""
    sha256: str
    """SHA-256 of everything that the order was computed from."""
    fingerprint: str
    """The fingerprint that stands in the order."""
    revision: int
    replaces: str = ""
    was_shortened: bool = False
    """Whether another tool cut numbers, which are put back here."""
    differences: tuple[Difference, ...] = ()
    reworded: int = 0
    """How many places another version only words otherwise."""
    regimen_file: tuple[Difference, ...] = ()
    """Where the regimen's file now says something else than the order."""


class RowVerification(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row: what is to be said of it, or why it cannot be held against anything."""

    row: int
    """The line of the table on which it begins, the headings being line 1."""
    id: str = ""
    verification: Verification | None = None
    faults: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether every written dose was the expected one."""
        return self.verification is not None and self.verification.agrees

    @property
    def regimen(self) -> str:
        """What the row was held against."""
        return self.verification.regimen if self.verification else ""

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What is to be said of each drug."""
        return self.verification.verdicts if self.verification else ()

    @property
    def shared_explanations(self) -> tuple[SharedExplanation, ...]:
        """What explains several drugs at once."""
        return self.verification.shared_explanations if self.verification else ()

    @property
    def not_compared(self) -> tuple[Beside, ...]:
        """What nobody wrote of some drug."""
        return self.verification.not_compared if self.verification else ()

    @property
    def alerts(self) -> tuple[str, ...]:
        """The codes of the order's alerts, each once, without the note on checks that were not made."""
        return tuple(dict.fromkeys(alert.code for alert in self._alerts if not alert.not_made))

    @property
    def not_made(self) -> tuple[str, ...]:
        """What was wanting for checks that were not made, in few words."""
        return tuple(each.what for alert in self._alerts for each in alert.not_made)

    @property
    def _alerts(self) -> tuple[Alert, ...]:
        return self.verification.alerts if self.verification else ()


class Agreement(NamedTuple):
    """A row of which every written dose is the expected one."""

    row: int
    id: str
    regimen: str
    verdicts: tuple[Verdict, ...]
    alerts: tuple[str, ...]
    """The codes of the order's alerts, each once."""
    not_made: tuple[str, ...] = ()
    """What was wanting for checks that were not made, in few words."""

    @property
    def agrees(self) -> bool:
        """Whether every written dose was the expected one: always here."""
        return True

    @property
    def shared_explanations(self) -> tuple[SharedExplanation, ...]:
        """Why the row cannot be held against an order: always nothing here."""
        return ()

    @property
    def not_compared(self) -> tuple[Beside, ...]:
        """What nobody wrote of some drug."""
        return not_compared(self.verdicts)

    @property
    def faults(self) -> tuple[str, ...]:
        """Why the row cannot be held against an order: always nothing here."""
        return ()


Row = RowVerification | Agreement
"""A row that was held against its own order, or one of many that agree."""
