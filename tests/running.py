"""Runs the command line inside the test's own process, as in a pipe; and what may befall it there."""

from __future__ import annotations

import errno
import io
import os
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

import pytest

from cec.__main__ import main


class Done(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """The output in one line, however it was broken into lines."""
        return " ".join(self.out.split())


def cec(*arguments: str) -> Done:
    """What `cec ARGUMENTS` gives in a pipe. Anything but a regular end is a fault of the program and is raised."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    code: object = None
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code
    written = []
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
        written.append(stream.read())
    assert code is None or isinstance(code, int)
    return Done(code or 0, *written)


def fill_disk(monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    """Let the disk be full when more files than these are brought to it."""
    files: list[int] = []

    def fail(number: int) -> None:
        files.append(number)
        if len(files) > after:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
