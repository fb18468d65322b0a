"""Files are written whole or not at all."""

from __future__ import annotations

import io
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

from cec.errors import Fault, FileError

TABLES: dict[str, Literal["csv", "jsonl", "parquet", "xlsx"]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
"""How the names of tables end, and the format that each ending tells; asked before `cec.tables` is loaded."""
PACKED = (".gz", ".zst")
WORKBOOKS = (".xls", ".xlsb", ".xlsm", ".ods")
"""Workbooks of kinds that are not read."""

_OWNERS_ALONE = 0o700


class Part(NamedTuple):
    """What is written beside its place, and the name that it will take: `path` as it was asked for.

    Until then it is its owner's alone; with its name it takes the permissions `mode`.
    """

    part: Path
    target: Path
    path: str | Path
    mode: int = _OWNERS_ALONE


@contextmanager
def taking_names() -> Iterator[list[Part]]:
    """A list of parts, which take their names in its order when all of them are written; on a fault none does.

    Between two names a fault or an interruption can still come: the one that matters most is the last of the list.
    """
    parts: list[Part] = []
    try:
        yield parts
        for part, target, path, mode in parts:
            with naming(path):
                _permit(part, mode)
                if part.is_dir() and target.is_dir():
                    target.rmdir()
                part.replace(target)
    finally:
        for part, *_ in parts:
            _remove(part)


@contextmanager
def replacing(path: str | Path, parts: list[Part] | None = None) -> Iterator[BinaryIO]:
    """A file to write to that takes the name `path` when all is written; until then, or on a fault, the old one stays.

    With `parts` it takes its name together with these. What is not a regular file (a device, a pipe) is written to
    directly. What goes wrong with this file is a FileError; whatever else goes wrong while it is open stays what it is.
    """
    if parts is None:
        with taking_names() as alone, replacing(path, alone) as file:
            yield file
        return
    target = _target(path)
    if target.exists() and not target.is_file():
        with _open(target, "wb", path) as file:
            yield file
        return
    place, part = len(parts), _beside(target)
    parts.append(Part(part, target, path))
    with _open(part, "xb", path) as file:
        with naming(path):
            parts[place] = Part(part, target, path, _mode(target if target.exists() else part))
            _permit(part, _OWNERS_ALONE & 0o666)  # while it is empty
        yield file
        with naming(path):
            file.flush()
            os.fsync(file.fileno())


def appearing(path: str | Path, parts: list[Part]) -> str:
    """A folder to write into that takes the name `path` together with these parts; FileError where that is in use."""
    target = _real(path)
    with naming(path):
        is_in_use = target.exists() and (not target.is_dir() or any(target.iterdir()))
    if is_in_use:
        fault = Fault(
            "is there already and not empty; name a new folder, nothing is overwritten",
            "",
            str(path),
            code="file-exists",
        )
        raise FileError(fault)
    place, part = len(parts), _beside(target)
    parts.append(Part(part, target, path))
    with naming(path):
        part.mkdir(parents=True)
        parts[place] = Part(part, target, path, _mode(part))
        _permit(part, _OWNERS_ALONE)
    return str(part)


def _mode(place: Path) -> int:
    """The permissions of a file or a folder; of a new one, those that the umask gives."""
    return stat.S_IMODE(place.stat().st_mode)


def _permit(place: Path, mode: int) -> None:
    """Give a file or a folder these permissions, where its file system knows any."""
    with suppress(PermissionError):
        place.chmod(mode)


def _beside(target: Path) -> Path:
    """A name that no other has, in the folder of a file."""
    return target.with_name(f".cec-{os.urandom(8).hex()}.part")


def _remove(part: Path) -> None:
    """Take away what took no name."""
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    with suppress(OSError):
        part.unlink(missing_ok=True)


@contextmanager
def _open(place: Path, mode: str, path: str | Path) -> Iterator[BinaryIO]:
    """A file whose every fault, while it is opened, written to or closed, is a FileError that names `path`."""
    with naming(path):
        raw = _Named(place, mode)
    raw.path = path
    with io.BufferedWriter(raw) as file:
        yield file


class _Named(io.FileIO):
    """A file whose faults name the path that was asked for."""

    path: str | Path

    def write(self, data: Any) -> int:
        """How many bytes were written."""
        with naming(self.path):
            return super().write(data)

    def close(self) -> None:
        """Close it; some file systems tell only now that there was no room."""
        with naming(self.path):
            super().close()


@contextmanager
def naming(path: str | Path, hint: str = "") -> Iterator[None]:
    """Faults of the system as a FileError that names this path; `hint` is what to do about it."""
    try:
        yield
    except OSError as error:
        folder = os.path.dirname(path)  # noqa: PTH120  of a text as of a path
        is_lost = isinstance(error, FileNotFoundError) and folder and not os.path.isdir(folder)  # noqa: PTH112
        reason = f"there is no folder {folder}" if is_lost else error.strerror
        raise FileError(Fault(f"cannot be written: {reason}{hint}", "", str(path), code="unwritable-file")) from error


def _target(path: str | Path) -> Path:
    """The file that a path leads to; FileError where it cannot be one."""
    target = _real(path)
    with naming(path):
        is_folder = target.is_dir()
    if is_folder:
        raise FileError(Fault("is a folder; name a file in it", "", str(path)))
    return target


def _real(path: str | Path) -> Path:
    """The path without links and detours; FileError where it is none."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:
        raise FileError(Fault("is not a name of a file", "", str(path))) from None


def write_file(path: str | Path, content: bytes) -> None:
    """Put `content` into a file, whole or not at all."""
    with replacing(path) as file:
        file.write(content)


def write_new_file(path: Path, content: bytes) -> None:
    """Put `content` into a file that was not there before, whole or not at all; FileError where it is there."""
    part = _beside(Path(_real(path)))
    try:
        with _open(part, "xb", path) as file:
            file.write(content)
            with naming(path):
                file.flush()
                os.fsync(file.fileno())
        with naming(path):
            _link(part, path)
    finally:
        _remove(part)


def _link(part: Path, path: Path) -> None:
    """Give a part the name of a file that is not there; some file systems know no second name of a file."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
        part.replace(path)


def write_with_folders(path: Path, content: bytes) -> None:
    """Write a file and the folders above it; FileError where one cannot be."""
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, content)
