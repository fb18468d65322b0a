"""Files are written whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cec.errors import Fault, FileError


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """A file to write to that takes the name `path` when all is written; until then, or on a fault, the old one stays.

    What is no regular file (a device, a pipe) is written to directly.
    """
    target = _target(path)
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as file:
                yield file
            return
        part = target.with_name(f".cec-{secrets.token_hex(8)}.part")
        try:
            with part.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
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
