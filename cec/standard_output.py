"""Standard output: what a terminal is shown of bytes, and what is said where they cannot be written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO, cast

from cec.errors import Fault, FileError, printable


class _Harmless:
    """A stream of UTF-8 text to a terminal, with a code for each character that could steer it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.flush = stream.flush

    def write(self, content: bytes) -> int:
        """How many bytes were taken; all of them."""
        lines = content.decode(errors="backslashreplace").replace("\r\n", "\n").split("\n")
        self._stream.write("\n".join("\t".join(map(printable, line.split("\t"))) for line in lines).encode())
        return len(content)

    def writelines(self, pieces: Iterable[bytes]) -> None:
        """Write one piece after the other."""
        for piece in pieces:
            self.write(piece)


class _Texts:
    """A stream that takes texts alone, as a notebook has it: UTF-8 is decoded, and what is no text is refused."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.flush = stream.flush

    def write(self, content: bytes) -> int:
        """How many bytes were taken; all of them."""
        try:
            self._stream.write(content.decode())
        except UnicodeDecodeError:
            text = "takes text alone, and this is not text; add -o FILE"
            raise FileError(Fault(text, "", "standard output", code="unwritable-file")) from None
        return len(content)

    def writelines(self, pieces: Iterable[bytes]) -> None:
        """Write one piece after the other."""
        for piece in pieces:
            self.write(piece)


def _bytes_of(stream: TextIO) -> BinaryIO:
    """What takes the bytes of a standard stream."""
    return stream.buffer if hasattr(stream, "buffer") else cast("BinaryIO", _Texts(stream))


def harmless(stream: TextIO) -> BinaryIO:
    """The bytes of a standard stream; where it is a terminal, what is written is shown with codes."""
    return cast("BinaryIO", _Harmless(_bytes_of(stream))) if stream.isatty() else _bytes_of(stream)


@contextmanager
def standard_output(*, is_drawn: bool = False) -> Iterator[BinaryIO]:
    """Standard output, flushed at the end; FileError where it is closed or full.

    On a terminal all that was not drawn for it is shown with a code for what could steer it.

    Where the reader of a pipe has seen enough, BrokenPipeError stays what it is: typer ends the program quietly.
    """
    if sys.stdout is None:
        raise FileError(Fault("is closed; add -o FILE", "", "standard output"))
    try:
        sys.stdout.flush()
        yield _bytes_of(sys.stdout) if is_drawn else harmless(sys.stdout)
        _bytes_of(sys.stdout).flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the interpreter tries again as it ends
        raise FileError(
            Fault(f"cannot be written: {error.strerror}", "", "standard output", code="unwritable-file")
        ) from error
