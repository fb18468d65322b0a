"""What a file says as a tree of nodes: texts, lists and mappings, each with its line and column.

`yaml_nodes` and `json_nodes` read a text into one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct

from cec.errors import Fault, FileError

LARGEST_FILE = 1_000_000
"""Bytes: a hundred times the longest regimen."""
DEEPEST = 20


class Node(Struct, frozen=True):
    """A text, a list or a mapping, and where it starts in its file, counted from 1; 0 where it stands in none."""

    line: int = 0
    column: int = 0
    text: str | None = None
    items: tuple[Node, ...] | None = None
    entries: tuple[tuple[Node, Node], ...] | None = None
    json: str = ""
    """What JSON says that the text is ("a text", "a number", "true", "false" or "null"); YAML leaves it open."""
    is_cut: bool = False
    """Whether the file cannot be read from somewhere within it on: what it lacks may stand there."""

    @property
    def form(self) -> str:
        """What stands here, in words."""
        if self.items is not None:
            return "a list"
        if self.entries is not None:
            return "a mapping"
        return self.json or ("a text" if self.text else "nothing")

    @property
    def plain(self) -> Any:
        """What stands here and below as texts, lists and mappings."""
        if self.entries is not None:
            return {key.text or "": value.plain for key, value in self.entries}
        return [item.plain for item in self.items] if self.items is not None else self.text or ""

    def value_of(self, key: str) -> Node | None:
        """What a mapping has under a key; None where it has no such key, or is no mapping."""
        return next((value for name, value in self.entries or () if name.text == key), None)


class SourceFile(Struct, frozen=True):
    """A file that was read: its name for messages, its SHA-256 and its tree."""

    name: str
    sha256: str
    root: Node
    notation: tuple[Fault, ...] = ()
    """What readers of YAML disagree about in it, where it was read for all its faults: it is not to be used then."""

    def all_faults(self, faults: Iterable[Fault]) -> list[Fault]:
        """Those of its notation and those of its values, in their places; of one place only that of the notation."""
        places = {(fault.line, fault.column) for fault in self.notation}
        others = (fault for fault in faults if (fault.line, fault.column) not in places)
        return sorted((*self.notation, *others), key=lambda fault: (fault.line, fault.column))


def decode(content: bytes, name: str) -> str:
    """The text of a UTF-8 file, with or without a mark at its start; FileError with the place of any other byte."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # as Windows PowerShell writes where > leads into a file
        raise FileError(
            Fault("is UTF-16; save the file as UTF-8, or let cec write it with -o", "", name, code="not-utf-8")
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        raise FileError(
            Fault("this byte is not UTF-8; save the file as UTF-8", "", name, line, column, code="not-utf-8"),
        ) from None


def read_bytes(path: Path, largest: int = LARGEST_FILE) -> bytes:
    """The content of a file of a sane size; FileError where there is none."""
    name = str(path)
    if "\n" in name:  # what a file holds, it may be of a patient, and does not belong into a message
        raise FileError("a text of several lines was given where the name of a file belongs")
    try:
        if path.is_dir():
            raise FileError(Fault("is a folder, not a file", "", name, code="unreadable-file"))
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except FileNotFoundError:
        raise FileError(Fault("there is no such file", "", name, code="no-such-file")) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise FileError(Fault(f"cannot be read: {reason}", "", name, code="unreadable-file")) from None
    if len(content) > largest:
        raise FileError(Fault(f"is larger than {largest:,} bytes; no file of cec is", "", name))
    return content
