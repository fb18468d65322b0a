"""Temporary files and folders, gone at the end; FileError, with what to do, where there is no room for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from typing import BinaryIO, cast

from cec.files import naming

_HINT = "; set TMPDIR to a folder with room for temporary files"


@contextmanager
def naming_temporary() -> Iterator[None]:
    """Faults of the system as a FileError that names the folder of temporary files."""
    with naming("temporary files", _HINT):
        folder = gettempdir()
    with naming(folder, _HINT):
        yield


@contextmanager
def temporary_file() -> Iterator[BinaryIO]:
    """A file without a name, which only its owner can read."""
    with naming_temporary():
        file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115  closed below
    try:
        yield file
    finally:
        with suppress(OSError):  # it tries once more to write what did not fit
            file.close()


@contextmanager
def temporary_folder(path: str | None = None) -> Iterator[Path]:
    """A folder beside a file that is being written, else where temporary files lie."""
    with naming(path) if path else naming_temporary():
        folder = TemporaryDirectory(prefix=".cec-", dir=Path(path).resolve().parent if path else None)
    with folder as name:
        yield Path(name)
