"""Files are written whole or not at all."""

from __future__ import annotations

import io
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from cec.errors import Fault, FileError


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """A file to write to that takes the name `path` when all is written; until then, or on a fault, the old one stays.

    What is no regular file (a device, a pipe) is written to directly. What goes wrong with this file is a FileError;
    whatever else goes wrong while it is open stays what it is.
    """
    target = _target(path)
    if target.exists() and not target.is_file():
        with _open(target, "wb", path) as file:
            yield file
        return
    part = target.with_name(f".cec-{secrets.token_hex(8)}.part")
    try:
        with _open(part, "xb", path) as file:
            yield file
            with _naming(path):
                file.flush()
                os.fsync(file.fileno())
        with _naming(path):
            if target.exists():
                shutil.copymode(target, part)
            part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def _open(place: Path, mode: str, path: str | Path) -> Iterator[BinaryIO]:
    """A file whose every fault, while it is opened, written to or closed, is a FileError that names `path`."""
    with _naming(path):
        raw = _Named(place, mode)
    raw.path = path
    with io.BufferedWriter(raw) as file:
        yield file


class _Named(io.FileIO):
    """A file whose faults name the path that was asked for."""

    path: str | Path

    def write(self, data: Any) -> int:
        """How many bytes were written."""
        with _naming(self.path):
            return super().write(data)

    def close(self) -> None:
        """Close it; some file systems tell only now that there was no room."""
        with _naming(self.path):
            super().close()


@contextmanager
def _naming(path: str | Path) -> Iterator[None]:
    """Faults of the system as a FileError that names this path."""
    try:
        yield
    except OSError as error:
        raise FileError(Fault(f"cannot be written: {error.strerror}", "", str(path))) from error


def _target(path: str | Path) -> Path:
    """The file that a path leads to; FileError where it cannot be one."""
    try:
        target = Path(os.path.realpath(path))
    except ValueError:
        raise FileError(Fault("is no name of a file", "", str(path))) from None
    if target.is_dir():
        raise FileError(Fault("is a folder; name a file in it", "", str(path)))
    return target


def write_file(path: str | Path, content: bytes) -> None:
    """Put `content` into a file, whole or not at all."""
    with replacing(path) as file:
        file.write(content)
