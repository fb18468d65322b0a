"""What comes of a row of written doses: a verification, or one of many that plainly agree."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from cec.verification.doses import Verdict, Verification


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
    def alerts(self) -> tuple[str, ...]:
        """The codes of the order's alerts, each once."""
        return tuple(dict.fromkeys(alert.code for alert in self.verification.alerts)) if self.verification else ()


class Agreement(NamedTuple):
    """A row of which every written dose is the expected one."""

    row: int
    id: str
    regimen: str
    verdicts: tuple[Verdict, ...]
    alerts: tuple[str, ...]
    """The codes of the order's alerts, each once."""

    @property
    def agrees(self) -> bool:
        """It does."""
        return True

    @property
    def faults(self) -> tuple[str, ...]:
        """None."""
        return ()


Row = RowVerification | Agreement
"""A row that was held against its own order, or one of many that agree."""
