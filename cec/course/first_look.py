"""A first look at saved orders: what each says of itself, held against its own fingerprint, and no number of it.

Where the numbers of an order are used, `read_unedited` reads it strictly.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from shlex import quote
from typing import NamedTuple

import msgspec

from cec.errors import Fault, FileError
from cec.fingerprint import fingerprint_of_json
from cec.load.nodes import read_bytes
from cec.load.order_file import LARGEST_ORDER, NO_ORDER, SavedOrder, read_order
from cec.order import SCHEMA, Cancelled, Release

EDITED = "its content is not that of its fingerprint; cec verify {} tells what was edited"


class Person(msgspec.Struct, frozen=True):
    """Who an order is for, by what never changes."""

    id: str = ""
    name: str = ""
    born: datetime.date | None = None


class _Row(msgspec.Struct, frozen=True):
    date: datetime.date


class _Follows(msgspec.Struct, frozen=True):
    first: str
    fingerprint: str


class _Head(msgspec.Struct, frozen=True):
    """What a first look at an order takes."""

    fingerprint: str
    revision: int
    patient: Person
    first: str = ""
    replaces: str = ""
    follows: _Follows | None = None
    start: datetime.date | None = None
    administrations: tuple[_Row, ...] = ()
    release: Release | None = None
    cancelled: Cancelled | None = None


class OrderFile(NamedTuple):
    """A saved order by a first look: its file, and what it says of itself."""

    path: Path
    fingerprint: str
    revision: int
    first: str
    """The fingerprint of revision 1 of its chain: of the first its own."""
    replaces: str
    follows: str
    """The first of the chain of the cycle before, where it was continued from that."""
    continued_from: str
    """The fingerprint of the order of that chain from which it was."""
    patient: Person
    start: datetime.date | None
    dates: frozenset[datetime.date]
    """The dates on which it gives a drug."""
    release: Release | None
    cancelled: Cancelled | None


class Damaged(NamedTuple):
    """A file that may be an order and cannot be trusted: why, and the fingerprints that stand in it."""

    path: Path
    fault: Fault
    fingerprints: frozenset[str]


def look_at(path: Path) -> OrderFile:
    """A saved order by a first look; FileError where it is none, or was edited."""
    seen = _look(path, read_bytes(path, LARGEST_ORDER))
    if isinstance(seen, OrderFile):
        return seen
    raise FileError(seen.fault if seen else Fault(NO_ORDER, "", str(path)))


def read_unedited(path: Path) -> SavedOrder:
    """The whole order of a file, read strictly; FileError where its content is not that of its fingerprint."""
    saved = read_order(path)
    if saved.fingerprint != saved.order.fingerprint:
        raise FileError(Fault(EDITED.format(quote(str(path))), "", str(path)))
    return saved


def orders_in(paths: Iterable[Path]) -> tuple[list[OrderFile], list[Damaged]]:
    """The orders in files and folders, and the files that cannot be trusted; each file once."""
    files: dict[str, OrderFile] = {}
    damaged: list[Damaged] = []
    for path, is_named in _files_in(paths):
        real = os.path.realpath(path)
        if real in files:
            continue
        content = _content(path)
        seen = content if isinstance(content, Damaged) else _look(path, content)
        if isinstance(seen, OrderFile):
            files[real] = seen
        elif seen:
            damaged.append(seen)
        elif is_named:
            damaged.append(Damaged(path, Fault(NO_ORDER, "", str(path)), frozenset()))
    return list(files.values()), damaged


def _files_in(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """Every file, and whether it was named itself: of folders those that may be orders, in the sequence of names."""
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            yield from ((Path(folder, name), False) for name in sorted(names) if _may_be_order(Path(folder, name)))


def _may_be_order(path: Path) -> bool:
    """Whether a file of a folder may be an order: by its name, and not a pipe, on which one would wait for ever."""
    is_named_so = path.suffix.lower() == ".json" and not path.name.startswith(".")
    return is_named_so and (path.is_file() or not path.exists())


def with_real_folder(path: Path, folders: Iterable[Path]) -> tuple[Path, ...]:
    """These folders and, of a file that is named by a link, the one in which it really lies."""
    named = tuple(folders)
    home = Path(os.path.realpath(path)).parent
    return named if str(home) in map(os.path.realpath, named) else (*named, home)


def _content(path: Path) -> bytes | Damaged:
    try:
        return read_bytes(path, LARGEST_ORDER)
    except FileError as error:
        return Damaged(path, error.faults[0], frozenset())


def _look(path: Path, content: bytes) -> OrderFile | Damaged | None:
    """What an order says of itself; None for JSON that is plainly something else."""
    try:
        tree = _JSON.decode(content.removeprefix(b"\xef\xbb\xbf"))
        if not isinstance(tree, dict) or not str(tree.get("schema", "")).startswith("cec.order/"):
            return None
        if tree["schema"] != SCHEMA:
            return _damaged(path, content, f"is an order of another form, {tree['schema']}; this cec reads {SCHEMA}")
        head = msgspec.convert(tree, _Head)
        if fingerprint_of_json(tree) != head.fingerprint:
            return _damaged(path, content, EDITED.format(quote(str(path))))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _damaged(path, content, f"is damaged: {NO_ORDER}; cec verify {quote(str(path))} tells what is wrong")
    return OrderFile(
        path,
        head.fingerprint,
        head.revision,
        head.first or head.fingerprint,
        head.replaces,
        head.follows.first if head.follows else "",
        head.follows.fingerprint if head.follows else "",
        head.patient,
        head.start,
        frozenset(row.date for row in head.administrations),
        head.release,
        head.cancelled,
    )


_JSON = msgspec.json.Decoder(float_hook=Decimal)


def _damaged(path: Path, content: bytes, why: str) -> Damaged:
    fingerprints = frozenset(match.decode() for match in re.findall(rb"[0-9a-f]{64}", content))
    return Damaged(path, Fault(why, "", str(path)), fingerprints)


def files_naming(fingerprint: str, folders: Iterable[Path]) -> Iterator[OrderFile | Damaged]:
    """The orders and damaged files in these folders in which a fingerprint stands."""
    mark = fingerprint.encode()
    for path in dict.fromkeys(path for folder in folders for path in sorted(filter(_may_be_order, folder.glob("*")))):
        content = _content(path)
        if not isinstance(content, Damaged) and mark in content and (seen := _look(path, content)):
            yield seen


def orders_naming(fingerprint: str, folders: Iterable[Path]) -> Iterator[OrderFile]:
    """The orders in these folders in which a fingerprint stands."""
    return (each for each in files_naming(fingerprint, folders) if isinstance(each, OrderFile))
