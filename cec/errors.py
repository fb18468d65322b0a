"""Everything cec raises.

    CecError                 no order; the message says what, where, and what would be right
    ├── InputError           an option or argument cannot be used
    ├── FileError            a file cannot be read, or has faults: all of them, each with its place
    └── OrderRefused         the input is readable, but no dose may come of it

A wrong call of a command is typer's own usage error (exit 2). Anything else is a bug and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple


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

    `about` names the keys that it is about where `where` does not (one that is missing, two that do not fit), or the
    alert. `code`
    is one of `CODES`, or nothing where only the kind of error tells what it is.

    As a line it shows nothing that could steer a terminal, whatever somebody typed.
    """

    text: str
    where: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    about: tuple[str, ...] = ()
    code: str = ""

    def __str__(self) -> str:
        place = ":".join(filter(None, (self.file, str(self.line), str(self.column)))) if self.line else self.file
        return printable(": ".join(part for part in (place, self.where, self.text) if part))


CODES: Mapping[str, str] = {
    "usage": "wrong usage of a command: an unknown option, a missing argument",
    "input": "an option or argument cannot be used, for a reason that has no code of its own",
    "file": "a file cannot be used, for a reason that has no code of its own",
    "refused": "what was given can be read, but no dose may come of it",
    "stop": "an alert stops the order; `about` has its code, by which `--accept` takes a reason",
    "check": "an alert that asks a person to look stands beside a stop; `about` has its code",
    "not-a-number": "a text is not a number: a comma, a sign, an exponent, too many digits",
    "no-unit": "a number has no unit, and none is taken for granted",
    "unknown-unit": "a unit is not known; the text says which was probably meant",
    "other-kind-of-unit": "a unit is known, but not of what is wanted: kg of a height",
    "not-a-date": "a text is not a date",
    "day-number": "a date is a number by which Excel counts days; the text says which date",
    "not-one-of": "a text is not one of the words that are read here",
    "impossible-value": "a number lies beyond what is possible; the text says what was probably meant",
    "no-such-file": "there is no such file",
    "unreadable-file": "a file or folder cannot be read",
    "unwritable-file": "a file cannot be written",
    "file-exists": "a file is there already, and nothing is overwritten",
    "not-utf-8": "a file is not UTF-8",
    "not-yaml": "a text is not the YAML that cec reads",
    "not-json": "a text is not JSON",
    "not-an-order": "a file is not an order that cec saved",
    "unknown-key": "a key of a file is not known; the text says which was probably meant",
    "missing-key": "a required key is missing",
    "empty-value": "a key has no value",
    "wrong-shape": "a list or mapping stands where one value is wanted, or the other way round",
    "unknown-regimen": "no regimen has this name, and no file is there",
    "not-a-bundle": "JSON is not a Bundle of FHIR R4, or not that of one order of one patient",
    "no-such-resource": "a reference within a Bundle leads nowhere, or to somebody else",
    "no-dose": "a request of a Bundle has no amount that is the dose of one administration",
    "told-twice": "one thing is told in two ways that do not fit: a unit or drug and its code, a rate and a dose",
    "no-such-column": "a table has no column for what is wanted, or none of a name that was given",
    "column-twice": "two columns tell the same, or have one name",
    "unread-column": "a column that is not read may tell a fact: `--map` or `--ignore-column` settles it",
    "rejected-row": "a row of a table got no dose; `line` is its row, `where` its column",
}
"""What is wrong, by the stable code that a program sees (`--errors json`). A code keeps its meaning; more may come."""


class CecError(Exception):
    """The input gives no order. ``faults`` lists every reason; ``str()`` is one line for each."""

    code = "refused"
    """The code of those of its faults that have none of their own."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults: tuple[Fault, ...] = tuple(Fault(fault) if isinstance(fault, str) else fault for fault in faults)
        super().__init__("\n".join(map(str, self.faults)))


class InputError(CecError):
    """An option, argument or cell cannot be read, or its value is not possible."""

    code = "input"


def together(*reads: Callable[[], Any]) -> list[Any]:
    """What each reader gives; InputError with the faults of all, each once."""
    results: list[Any] = []
    faults: list[Fault] = []
    for read in reads:
        try:
            results.append(read())
        except CecError as error:
            faults += error.faults
    if faults:
        raise InputError(*dict.fromkeys(faults))
    return results


def together_by_name(**reads: Callable[[], Any]) -> dict[str, Any]:
    """What each reader gives, by its name; InputError with the faults of all, each once."""
    return dict(zip(reads, together(*reads.values()), strict=True))


@contextmanager
def blaming(where: str) -> Iterator[None]:
    """What cannot be read while it is open is a fault of this option, argument or key: InputError that names it."""
    try:
        yield
    except CecError as error:
        raise InputError(*(fault._replace(where=where) for fault in error.faults)) from None


class FileError(CecError):
    """A file cannot be read or has faults."""

    code = "file"


class OrderRefused(CecError):
    """The input can be read, but no dose may come of it.

    `stops` are the alerts that stop it and that a reason can accept: their words, by code.
    """

    def __init__(self, *faults: Fault | str, stops: Mapping[str, str] | None = None) -> None:
        super().__init__(*faults)
        self.stops: dict[str, str] = dict(stops or {})
