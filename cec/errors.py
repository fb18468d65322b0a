"""Everything cec raises.

    CecError                 no order; the message says what, where, and what would be right
    ├── InputError           an option or argument cannot be used
    ├── FileError            a file cannot be read, or has faults: all of them, each with its place
    └── OrderRefused         the input is readable, but no dose may come of it

A wrong call of a command is typer's own usage error (exit 2). Anything else is a bug and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


def printable(text: str) -> str:
    r"""The text with a code for each character that could steer a terminal, or that nobody sees.

    >>> print(printable("5\x1b[2Jkg"))
    5\x1b[2Jkg
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


class Fault(NamedTuple):
    """One thing that is wrong: ``file:line:column: where: text``. The text ends with what would be right.

    `about` names the keys that it is about where `where` does not: a key that is missing, two that do not fit.

    As a line it shows nothing that could steer a terminal, whatever somebody typed.
    """

    text: str
    where: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    about: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = ":".join(filter(None, (self.file, str(self.line), str(self.column)))) if self.line else self.file
        return printable(": ".join(part for part in (place, self.where, self.text) if part))


class CecError(Exception):
    """The input gives no order. ``faults`` lists every reason; ``str()`` is one line for each."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults: tuple[Fault, ...] = tuple(Fault(fault) if isinstance(fault, str) else fault for fault in faults)
        super().__init__("\n".join(map(str, self.faults)))


class InputError(CecError):
    """An option, argument or cell cannot be read, or its value is not possible."""


class FileError(CecError):
    """A file cannot be read or has faults."""


class OrderRefused(CecError):
    """The input can be read, but no dose may come of it.

    `stops` are the alerts that stop it and that a reason can accept: their words, by code.
    """

    def __init__(self, *faults: Fault | str, stops: Mapping[str, str] | None = None) -> None:
        super().__init__(*faults)
        self.stops: dict[str, str] = dict(stops or {})
