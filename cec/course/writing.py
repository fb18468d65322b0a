"""Orders are added to a folder one at a time and never over a file: of two persons at once, the second is told."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from cec.course.chain import chain_beside, continued_in
from cec.course.first_look import OrderFile, with_real_folder
from cec.errors import Fault, FileError
from cec.files import naming, write_new_file

_LOCK = ".cec.lock"


@contextmanager
def adding_beside(old: OrderFile, new: Path, *, to_next: bool = False) -> Iterator[OrderFile]:
    """The old order as it counts. While it is open, no other cec adds an order to the folder of `old` or of `new`.

    FileError where `new` is there already, or where an order in either folder replaces or cancels the old one; where it
    goes on `to_next`, a cancelled one is gone on from, and one that was continued already is not.
    """
    folders = with_real_folder(old.path, (old.path.parent, new.parent))
    with ExitStack() as stack:
        for folder in sorted({os.path.realpath(folder) for folder in folders}):
            stack.enter_context(_alone_in(Path(folder), new))
        current = current_beside(old, *folders, to_next=to_next)
        if os.path.lexists(new):
            raise FileError(Fault("is there already; name a new file, no order is written over another", "", str(new)))
        yield current


def write_beside(old: OrderFile, new: Path, content: bytes) -> None:
    """Write an order that follows from an old one: what both folders hold is looked at first, under a lock."""
    with adding_beside(old, new):
        write_new_file(new, content)


def write_next(old: OrderFile, new: Path, content: bytes) -> None:
    """Write the order of the next cycle; what both folders hold is looked at first, under a lock."""
    with adding_beside(old, new, to_next=True):
        write_new_file(new, content)


def write_released(old: OrderFile, new: Path, content: bytes) -> None:
    """The same of an order that is released; FileError where a file in either folder releases it already."""
    with adding_beside(old, new) as current:
        if current.release:
            text = f"{current.path} releases it already, by {current.release.by} on {current.release.on}"
            raise FileError(Fault(text, "", str(old.path)))
        write_new_file(new, content)


def revision_name(old: Path, revision: int) -> Path:
    """The name of a revision beside the file of the order that it replaces.

    >>> revision_name(Path("ann.json"), 2).name, revision_name(Path("ann.r2.released.json"), 3).name
    ('ann.r2.json', 'ann.r3.json')
    """
    return old.with_name(f"{_STANDING.sub('', old.stem)}.r{revision}.json")


def released_name(old: Path) -> Path:
    """The name of a released order beside its draft.

    >>> released_name(Path("ann.r2.json")).name
    'ann.r2.released.json'
    """
    return old.with_name(f"{old.stem.removesuffix('.released')}.released.json")


_STANDING = re.compile(r"(\.r[0-9]+)?(\.released)?$")


def current_beside(old: OrderFile, *folders: Path, to_next: bool) -> OrderFile:
    """The old order, released where a copy of it is; FileError where another in these folders stands in its place."""
    current = chain_beside(old, *folders).current
    text = ""
    if current.revision > old.revision:
        what = "cancels it" if current.cancelled else "replaces it already; go on from that one"
        text = f"{current.path}, revision {current.revision}, {what}"
    elif old.cancelled and not to_next:
        text = f"is cancelled ({old.cancelled.reason}); nothing replaces it"
    elif to_next and (later := continued_in(old, *folders)):
        text = f"{later.path} is the cycle after it already; change or cancel that one"
    if text:
        raise FileError(Fault(text, "", str(old.path)))
    return current


@contextmanager
def _alone_in(folder: Path, new: Path) -> Iterator[None]:
    """While it is open, this process alone holds the lock of a folder, for which it waits."""
    place = folder / _LOCK
    with naming(new):
        lock = _wait_for(place)
    try:
        yield
    finally:
        if lock is not None:
            _release(lock, place)


def _open_lock(place: Path) -> int | None:
    """The lock file; None where the folder cannot be written to, and so nobody of these rights adds to it."""
    try:
        lock = os.open(place, os.O_CREAT | os.O_RDWR)
    except PermissionError:
        if os.access(place.parent, os.W_OK):
            raise
        return None
    with suppress(OSError):
        place.chmod(0o666)  # for whoever finds it left by a process that was killed
    return lock


if sys.platform == "win32":
    import msvcrt

    def _wait_for(place: Path) -> int | None:
        if (lock := _open_lock(place)) is not None:
            msvcrt.locking(lock, msvcrt.LK_LOCK, 1)
        return lock

    def _release(lock: int, place: Path) -> None:
        os.close(lock)
        with suppress(OSError):
            place.unlink()

else:
    import fcntl

    def _wait_for(place: Path) -> int | None:
        """The lock file, locked and still that of its name: who had it before took its name away."""
        while (lock := _open_lock(place)) is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(lock), place.stat()):
                    return lock
            os.close(lock)
        return None

    def _release(lock: int, place: Path) -> None:
        with suppress(OSError):
            place.unlink()
        os.close(lock)
