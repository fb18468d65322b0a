"""Bytes in and out: files, standard input and output, plain, gzip or zstd."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import select
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from cec.errors import Fault, FileError
from cec.files import Part, replacing
from cec.standard_output import standard_output
from cec.tables.lines import LONGEST_LINE, is_utf8

if TYPE_CHECKING:
    from collections.abc import Callable

STANDARD = "-"
"""The name of standard input and output."""

FIRST_READ = 1 << 17
"""Bytes of the first read: small, so that the first rows are answered at once. The next are eight times as large."""
LARGEST_READ = 1 << 22
"""Bytes of a read in the long run: about 70,000 rows, which keeps memory flat and polars busy."""

_SKIPPED = frozenset(bytes([first]) for first in range(0x50, 0x60))
"""First bytes of frames of zstd that hold no data; they may stand before the others."""

_ZIP = b"PK\x03\x04"


class Source(NamedTuple):
    """An open stream of plain bytes; `position` says how far the file itself is read, of `size` bytes."""

    name: str
    stream: BinaryIO
    size: int
    position: Callable[[], int]


@contextmanager
def reading(path: str, encoding: str = "", *, is_workbook: bool = False) -> Iterator[Source]:
    """What a file or standard input (`-`) holds; gzip and zstd are known by their first bytes, whatever the name.

    Text in another `encoding` comes as UTF-8. Only what is to be a workbook may be one.
    """
    name = "standard input" if path == STANDARD else path
    try:
        if path != STANDARD and Path(path).is_dir():
            raise FileError(Fault("is a folder; name a file in it", "", path))
        raw = _standard_input() if path == STANDARD else Path(path).open("rb")  # noqa: SIM115  closed below
    except FileNotFoundError:
        raise FileError(Fault("there is no such file", "", path, code="no-such-file")) from None
    except (OSError, ValueError) as error:
        raise FileError(Fault(f"cannot be read: {_reason(error)}", "", path, code="unreadable-file")) from None
    try:
        buffered = cast("io.BufferedReader", raw)
        start = _peek(buffered, name)
        is_file = path != STANDARD and raw.seekable()
        size = os.fstat(raw.fileno()).st_size if is_file else 0
        position = buffered.tell if is_file else lambda: 0
        stream = _plain(buffered, b"" if is_workbook and start == _ZIP else start, name, encoding)
        yield Source(name, _recoded(stream, encoding, name) if encoding else stream, size, position)
    finally:
        if path != STANDARD:
            raw.close()


class _Waiting(io.RawIOBase):
    """Standard input, waited for in short stretches: else Ctrl-C goes unheard while polars works in other threads."""

    def readable(self) -> bool:
        """True: it is read from."""
        return True

    def readinto(self, buffer: Any) -> int:
        """What there is, at most a buffer full; 0 at the end."""
        while not select.select([sys.stdin], [], [], 0.1)[0]:
            pass
        data = os.read(sys.stdin.fileno(), len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise FileError(Fault("is closed; name a file", "", "standard input"))
    try:
        sys.stdin.fileno()
    except (OSError, ValueError):
        return sys.stdin.buffer
    return sys.stdin.buffer if os.name == "nt" else cast("BinaryIO", io.BufferedReader(_Waiting()))


def _peek(stream: io.BufferedReader, name: str) -> bytes:
    try:
        return stream.peek(4)[:4]
    except OSError as error:
        raise FileError(Fault(f"cannot be read: {_reason(error)}", "", name)) from None


def _plain(stream: io.BufferedReader, start: bytes, name: str, encoding: str) -> BinaryIO:
    """The stream without its compression."""
    if start[:2] == b"\x1f\x8b":
        return cast("BinaryIO", gzip.GzipFile(fileobj=stream))
    if start == b"\x28\xb5\x2f\xfd" or (start[:1] in _SKIPPED and start[1:] == b"\x2a\x4d\x18"):
        return cast("BinaryIO", _zstd().ZstdFile(stream))
    if start == _ZIP:
        hint = "end its name in .xlsx, or say --input-format xlsx"
        raise FileError(Fault(f"is a workbook or a zip file; of a workbook {hint}", "", name))
    if start == b"\xd0\xcf\x11\xe0":
        text = "is a workbook of an older Excel, or one with a password; save it as .xlsx without one, or as CSV"
        raise FileError(Fault(text, "", name))
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"} and encoding != "utf-16":
        raise FileError(Fault("is UTF-16; say --encoding utf-16, or save the table as CSV (UTF-8)", "", name))
    return stream


def _recoded(stream: BinaryIO, encoding: str, name: str) -> BinaryIO:
    """The stream as UTF-8; FileError where its beginning shows that it is UTF-8 already."""
    text = io.BufferedReader(_Recoded(stream, encoding, name))
    whole = stream.peek(FIRST_READ) if isinstance(stream, io.BufferedReader) else b""
    start = whole[: whole.rfind(b"\n") + 1]
    if encoding != "utf-8" and (start.startswith(b"\xef\xbb\xbf") or (not start.isascii() and is_utf8(start))):
        raise FileError(Fault(f"is UTF-8, as its first lines show, not {encoding}; leave --encoding out", "", name))
    return cast("BinaryIO", text)


class _Recoded(io.RawIOBase):
    """Text in another encoding as UTF-8; a byte that it does not have stays as it is, which no UTF-8 has."""

    def __init__(self, stream: BinaryIO, encoding: str, name: str) -> None:
        self._stream, self._encoding, self._name = stream, encoding, name
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
        self._left = b""

    def readable(self) -> bool:
        """True: it is read from."""
        return True

    def readinto(self, buffer: Any) -> int:
        """What there is, at most a buffer full; 0 at the end."""
        while not self._left:
            data = self._stream.read(len(buffer))
            try:
                text = self._decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                raise FileError(Fault(f"is not {self._encoding}: {error.reason}", "", self._name)) from None
            self._left = text.encode("utf-8", "surrogateescape")
            if not data:
                break
        data, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def reads(source: Source) -> Iterator[bytes]:
    """The bytes of a source in pieces that grow, most of them whole lines; FileError where it is cut off or damaged."""
    size = FIRST_READ
    while True:
        try:
            data = source.stream.read(size)
            if not data.endswith(b"\n"):  # what is whole need not be put together again
                data += source.stream.readline(LONGEST_LINE)
        except (OSError, EOFError, zlib.error, _zstd().ZstdError) as error:
            raise FileError(Fault(f"is cut off or damaged: {_reason(error)}", "", source.name)) from None
        if not data:
            return
        yield data
        size = min(size * 8, LARGEST_READ)


def in_portions(source: Source, pieces: Iterator[bytes], size: int) -> tuple[Source, Iterator[bytes]]:
    """The same bytes in pieces of at most this size, and the source with a position that moves on with each of them."""
    reached = 0

    def portions() -> Iterator[bytes]:
        nonlocal reached
        start = 0
        for piece in pieces:
            end = source.position()
            for place in range(0, len(piece), size):
                reached = start + (end - start) * min(place + size, len(piece)) // len(piece)
                yield piece[place : place + size]
            start = end

    return source._replace(position=lambda: reached), portions()


@contextmanager
def writing(path: str, parts: list[Part]) -> Iterator[BinaryIO]:
    """A place to write to, compressed as the name says; a file takes its name together with the other parts."""
    if path == STANDARD:
        with standard_output() as stream:
            yield stream
        return
    with replacing(path, parts) as file, _packed(file, Path(path).suffix.lower()) as stream:
        yield stream


@contextmanager
def _packed(file: BinaryIO, suffix: str) -> Iterator[BinaryIO]:
    if suffix == ".gz":
        with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as packed:
            yield cast("BinaryIO", packed)
    elif suffix == ".zst":
        with _zstd().ZstdFile(file, "wb") as packed:
            yield cast("BinaryIO", packed)
    else:
        yield file


def _zstd() -> Any:
    """The standard library's zstd, or the same for older Pythons."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)) or type(error).__name__
