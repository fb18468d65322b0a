"""What checking files found: lines for people, and commands for a service that shows them beside the file's lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from cec.errors import Fault, FileError

Level = Literal["fault", "differs", "advice"]
"""`differs`: a worked case comes out otherwise. `advice`: nothing is wrong, but somebody should look."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that was found, with its place."""

    level: Level
    file: str
    line: int
    column: int
    where: str
    text: str
    code: str = ""
    """Of a fault its stable code (`cec.errors.CODES`)."""


class CheckedFile(msgspec.Struct, frozen=True):
    """What was found in one file, and what it holds where it could be read."""

    file: str
    holds: str
    findings: tuple[Finding, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Whether anything is more than advice."""
        return any(each.level != "advice" for each in self.findings)


class CheckedFiles(msgspec.Struct, frozen=True):
    """What was found in several files."""

    files: tuple[CheckedFile, ...]

    @property
    def is_wrong(self) -> bool:
        """Whether anything in any of them is more than advice."""
        return any(file.is_wrong for file in self.files)


def finding_of(fault: Fault, file: str, level: Level = "fault") -> Finding:
    """A fault as a finding; one without a place is about the whole file."""
    code = fault.code or (FileError.code if level == "fault" else "")
    return Finding(level, fault.file or file, fault.line, fault.column, fault.where, fault.text, code)


def render(document: CheckedFiles) -> bytes:
    """A line for each file without a fault, and one for each finding."""
    return "".join(f"{line}\n" for file in document.files for line in _lines(file)).encode(errors="backslashreplace")


def _lines(file: CheckedFile) -> Iterator[str]:
    if not any(each.level == "fault" for each in file.findings):
        yield f"{file.file}: no fault found: {file.holds}"
    for each in file.findings:
        text = f"advice: {each.text}" if each.level == "advice" else each.text
        yield str(Fault(text, each.where, each.file, each.line, each.column))


_KINDS = {"fault": "error", "differs": "error", "advice": "warning"}


def github(document: CheckedFiles) -> bytes:
    """A command of GitHub's workflows for each finding, which puts it beside its line."""
    findings = (each for file in document.files for each in file.findings)
    return "".join(f"{_command(each)}\n" for each in findings).encode(errors="backslashreplace")


def _command(each: Finding) -> str:
    places = {"file": each.file, "line": str(each.line or ""), "col": str(each.column or "")}
    properties = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in places.items() if value)
    text = ": ".join(filter(None, (each.where, each.text)))
    return f"::{_KINDS[each.level]} {properties}::{_escaped(text)}"


def _escaped(text: str, also: str = "") -> str:
    """The text with what ends a command, a line or a property of it in percent codes."""
    return "".join(f"%{ord(letter):02X}" if letter in f"%\r\n{also}" else letter for letter in text)
