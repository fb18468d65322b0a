"""What is said on standard error fits a terminal, is one line in a pipe, and can steer nothing."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cec.cli.messages import wrapped
from cec.standard_output import harmless

pty = pytest.importorskip("pty") if sys.platform != "win32" else None
needs_terminal = pytest.mark.skipif(sys.platform == "win32", reason="no terminals of POSIX")
STOP = ("dose", "--height", "79cm", "--weight", "9.8kg")
RED = "\x1b[31m"


def on_a_terminal(columns: int, *words: str, cwd: Path | None = None) -> str:
    """What a command shows on a terminal, which all its streams go to."""
    assert pty
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "dumb"}
    command = [sys.executable, "-m", "cec", *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=cwd):
        os.close(theirs)
        content = b""
        while part := _read(ours):
            content += part
    os.close(ours)
    return content.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # on Linux, the end of a terminal that nobody writes to any more
        return b""


@pytest.mark.slow
@needs_terminal
@pytest.mark.parametrize("columns", [80, 120])
def test_messages_are_wrapped_on_a_terminal(columns: int) -> None:
    """An option that is offered stands on one line, so that it can be copied."""
    text = on_a_terminal(columns, *STOP)
    first, *others = text.splitlines()
    assert max(len(first), *map(len, others)) <= min(columns, 110)
    assert others[0].startswith("  ")
    assert "--accept 'under-10-kg=REASON'" in text
    usage = on_a_terminal(columns, "dose", "--height", "128", "--weight", "26", f"--{'colour' * 30} red")
    assert "Error: " in usage


@pytest.mark.slow
def test_messages_are_one_line_each_in_a_pipe() -> None:
    command = [sys.executable, "-m", "cec", *STOP]
    environment = {**os.environ, "COLUMNS": "40"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == ["cec:", "cec:"]


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        ("cec: short", ["cec: short"]),
        ("  an indented line that is long", ["  an indented line", "    that is long"]),
        ("a word that is notbrokenanywhereatall", ["a word that is", "  notbrokenanywhereatall"]),
        ("write --age='8 years' here", ["write", "  --age='8 years'", "  here"]),
        ("the patient's file isn't the patient's", ["the patient's file", "  isn't the", "  patient's"]),
    ],
)
def test_lines_are_broken_between_words(message: str, lines: list[str]) -> None:
    assert wrapped(message, 20).splitlines() == lines
    assert wrapped(message, 0) == message


class Screen(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"a\tb\r\nc\n", b"a\tb\nc\n"),
        (f"{RED}red\x9b2J\u202e\n".encode(), rb"\x1b[31mred\x9b2J\u202e" + b"\n"),
        ("zażółć µg/m² …\n".encode(), "zażółć µg/m² …\n".encode()),
        (b"\xff\n", rb"\xff" + b"\n"),
    ],
)
def test_a_terminal_gets_codes_and_a_pipe_gets_the_bytes(content: bytes, shown: bytes) -> None:
    screen, pipe = Screen(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    for stream, expected in ((screen, shown), (pipe, content)):
        harmless(stream).writelines([content])
        assert stream.buffer.getvalue() == expected  # type: ignore[attr-defined]


@pytest.mark.slow
@needs_terminal
def test_no_command_steers_a_terminal(tmp_path: Path) -> None:
    """A passing column, a column of what is read, an id, a name of a file, and a name of nothing."""
    (tmp_path / "patients.csv").write_text(f"note,height,weight\n{RED}x,128,26\n{RED}y,128,{RED}\n", encoding="utf-8")
    (tmp_path / "orders.csv").write_text(f"id,height,weight,clofarabine_mg\n{RED}z,128,26,12\n", encoding="utf-8")
    (tmp_path / f"{RED}.yaml").write_text("name: x", encoding="utf-8")
    commands = (
        ("batch", "patients.csv"),
        ("verify", "orders.csv"),
        ("regimen", "check", f"{RED}.yaml"),
        ("dose", "--height", "128", "--weight", "26", f"--{RED}"),
        (f"{RED}",),
        ("dose", f"{RED}", "--height", "128", "--weight", "26"),
    )
    for words in commands:
        text = on_a_terminal(100, *words, cwd=tmp_path)
        assert "\x1b" not in text, words
        assert r"\x1b" in text, words
