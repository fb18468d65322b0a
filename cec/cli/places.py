"""Where a command reads and writes: no output takes the place of an input or of another output."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Hashable, Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_ISCHR, S_ISREG
from typing import IO, NamedTuple

import msgspec

from cec.errors import Fault, FileError, InputError

STANDARD = "-"
"""The name of standard input and output."""

Places = Mapping[str, str | Path | None]
"""Files and folders by the option or argument that names them; None where it was not given."""


def keep_apart(reads: Places, writes: Places) -> None:
    """InputError where two of these are one file, however they are spelt, and one of them is written."""
    inputs = [spot for spot in _spots(reads, sys.stdin) if spot.mode and S_ISREG(spot.mode)]
    outputs = [spot for spot in _spots(writes, sys.stdout) if spot.path == STANDARD or not S_ISCHR(spot.mode)]
    faults = []
    for place, spot in enumerate(outputs):
        if read := _same(spot, inputs):
            faults.append(
                Fault(f"{spot.path} is read as {read} and would be overwritten; name another file", spot.name)
            )
        elif written := _same(spot, outputs[:place]):
            faults.append(Fault(f"{spot.path} is what {written} names too; name another file", spot.name))
    if faults:
        raise InputError(*faults)


def keep_outside(folder: str, name: str, writes: Places) -> None:
    """InputError where something else would be written into a folder that takes its name only when all is in it."""
    faults = [
        Fault(f"{path} is in the folder of {name}; name a file elsewhere", option)
        for option, path in writes.items()
        if path is not None and Path(_real(folder)) in Path(_real(str(path))).parents
    ]
    if faults:
        raise InputError(*faults)


def refuse_existing(output: Path, content: bytes, *, overwrites: bool) -> None:
    """FileError where a file has anything in it that nobody said to replace; InputError for a saved order that counts.

    The orders of a folder are the record of what was ordered and given: of them a first draft alone is replaced, only
    by another, and while no order beside it replaces it, releases it or goes on from it.
    """
    with suppress(OSError), output.open("rb") as file:
        if re.match(_IS_ORDER, file.read(100)):
            file.seek(0)
            old, new = _standing(file.read()), _standing(content)
            if not (old and new and old.is_first_draft and new.is_first_draft):
                text = f"{output} is a saved order, which nothing is written over; name another file"
                raise InputError(Fault(text, "--output"))
            if other := _order_after(output, old.fingerprint):
                text = f"{output} is a saved order, from which {other} was made; name another file"
                raise InputError(Fault(text, "--output"))
    if not overwrites and has_content(str(output)):
        text = "is there already: name another file; --overwrite replaces it"
        raise FileError(Fault(text, "", str(output), code="file-exists"))


def _order_after(output: Path, fingerprint: str) -> str:
    """The name of an order beside a saved one that replaces it, releases it or goes on from it; nothing without one."""
    from cec.course.first_look import orders_naming, with_real_folder

    naming = orders_naming(fingerprint, with_real_folder(output, [output.parent]))
    return next((each.path.name for each in naming if each.release or each.fingerprint != fingerprint), "")


def has_content(path: str) -> bool:
    """Whether this is a file in which something stands."""
    return os.path.isfile(path) and os.path.getsize(path) > 0  # noqa: PTH113, PTH202  these raise nothing


_IS_ORDER = rb'\s*\{\s*"schema"\s*:\s*"cec\.order/'


class _Standing(msgspec.Struct):
    """What stands of an order in its file."""

    revision: int
    fingerprint: str
    release: object = None
    cancelled: object = None

    @property
    def is_first_draft(self) -> bool:
        """Whether it replaces no other, and nobody released it."""
        return self.revision == 1 and not self.release and not self.cancelled


def _standing(content: bytes) -> _Standing | None:
    """What stands of an order; None for anything else."""
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
        return msgspec.json.decode(content, type=_Standing) if re.match(_IS_ORDER, content) else None
    return None


class _Spot(NamedTuple):
    """A file as it was named, and what all names of it have in common; `mode` is 0 where there is none yet."""

    name: str
    path: str
    file: Hashable
    mode: int


def _spots(places: Places, standard: IO[str] | None) -> list[_Spot]:
    return [_spot(name, str(path), standard) for name, path in places.items() if path is not None]


def _spot(name: str, path: str, standard: IO[str] | None) -> _Spot:
    """Where a name leads: through links, other spellings, and what standard input or output was led to."""
    try:
        at = Path(path).stat() if path != STANDARD else os.fstat(standard.fileno()) if standard else None
    except (OSError, ValueError):
        at = None
    if at is None:
        return _Spot(name, path, path if path == STANDARD else _real(path).casefold(), 0)
    return _Spot(name, path, (at.st_dev, at.st_ino), at.st_mode)


def _real(path: str) -> str:
    """The path without links and detours; as it is where it is not a path at all."""
    try:
        return os.path.realpath(path)
    except ValueError:
        return path


def _same(spot: _Spot, others: list[_Spot]) -> str:
    """The name of the first of the others that is the same file; nothing where none is."""
    return next((other.name for other in others if other.file == spot.file), "")
