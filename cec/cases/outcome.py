"""What came of worked cases: each number that was expected beside the one that was computed."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec


class Compared(msgspec.Struct, frozen=True):
    """One thing that must come out, and what did."""

    what: str
    expected: str
    computed: str
    agrees: bool


class CaseOutcome(msgspec.Struct, frozen=True):
    """One worked case, run."""

    case: str
    line: int
    """Where it begins in its file."""
    given: dict[str, Any]
    """What is given, as texts."""
    working: str
    agrees: bool
    compared: tuple[Compared, ...]


class RegimenOutcome(msgspec.Struct, frozen=True):
    """All worked cases of a regimen, run."""

    name: str
    title: str
    edition: int
    source: str
    file: str
    sha256: str
    cases_file: str
    cases_sha256: str
    agrees: bool
    cases: tuple[CaseOutcome, ...]

    @property
    def differing(self) -> tuple[CaseOutcome, ...]:
        """The cases of which something else came out."""
        return tuple(case for case in self.cases if not case.agrees)


class Installation(msgspec.Struct, frozen=True):
    """The program and the machine on which it runs."""

    cec: str
    python: str
    system: str
    libraries: dict[str, str]
    """Versions by name."""


class Validation(msgspec.Struct, frozen=True):
    """The report that regimens and this installation give what people worked by hand."""

    on: datetime.date
    installation: Installation
    agrees: bool
    regimens: tuple[RegimenOutcome, ...]


class Examination(msgspec.Struct, frozen=True):
    """What is found of this installation and of what a person set up for it."""

    agrees: bool
    installation: Installation
    places: tuple[str, ...]
    """Where regimens are found by name, and how many there are."""
    pharmacy: str
    """The pharmacy file that was set up once, and what leads to it; that there is none."""
    faults: tuple[str, ...]
    """Of the files in these places."""
    regimens: tuple[RegimenOutcome, ...]
    """The shipped ones, with their worked cases."""


def counted(regimens: tuple[RegimenOutcome, ...]) -> str:
    """How many cases there are, and how many of them agree.

    >>> counted(())
    'no worked case'
    """
    cases = [case for regimen in regimens for case in regimen.cases]
    if not cases:
        return "no worked case"
    results = sum(len(case.compared) for case in cases)
    count = f"{_number(len(cases), 'worked case')} with {_number(results, 'result')}"
    differing = sum(not case.agrees for case in cases)
    return f"{count}: {f'{differing} DIFFER' if differing > 1 else '1 DIFFERS' if differing else 'all agree'}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
