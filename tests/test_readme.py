"""Every console and Python block of the README is run and compared.

In a console block, a line of an ellipsis alone stands for lines left out.

CEC_UPDATE_README=1 writes what comes out into the blocks that leave nothing out.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from cec.__main__ import main

README = Path(__file__).parent.parent / "README.md"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
FILE = re.compile(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", re.DOTALL)
LEFT_OUT = "…\n"
CONTINUED = "\\\n"


def commands(block: str) -> list[str]:
    """The commands of a block, over several lines where they stand so."""
    return re.findall(r"^\$ (.*?[^\\])\n", block, re.MULTILINE | re.DOTALL)


def output_of(command: str, capfd: pytest.CaptureFixture[str]) -> str:
    """What a cec command prints, both streams, as in a pipe."""
    words = shlex.split(command)
    assert words[0] == "cec", command
    with pytest.raises(SystemExit):
        main(words[1:])
    out, err = capfd.readouterr()
    return out + err


def matches(shown: str, printed: str) -> bool:
    """Whether a block shows what was printed, but for the lines that it leaves out."""
    parts = re.split(f"^{LEFT_OUT}", shown, flags=re.MULTILINE)
    return re.fullmatch(r"(?:.*\n)*".join(map(re.escape, parts)), printed) is not None


def test_every_console_block_is_what_comes_out(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = README.read_text(encoding="utf-8")
    for name, content in FILE.findall(text):
        (tmp_path / name).write_text(content, encoding="utf-8")
    shutil.copytree(README.parent / "regimens", tmp_path / "regimens")
    monkeypatch.chdir(tmp_path)
    run = 0
    for block in CONSOLE.findall(text):
        printed = "".join(
            f"$ {command}\n{output_of(command.replace(CONTINUED, ' '), capfd)}" for command in commands(block)
        )
        run += len(commands(block))
        if os.environ.get("CEC_UPDATE_README") and LEFT_OUT not in block:
            README.write_text(README.read_text(encoding="utf-8").replace(block, printed), encoding="utf-8")
        else:
            assert matches(block, printed), printed
    assert run >= 10


@pytest.mark.parametrize(
    ("shown", "is_so"),
    [
        ("$ a\none\ntwo\nthree\n", True),
        ("$ a\none\n…\nthree\n", True),
        ("$ a\n…\nthree\n", True),
        ("$ a\none\n…\nfour\n", False),
        ("$ a\none\nthree\n", False),
    ],
)
def test_a_block_must_show_what_is_printed(shown: str, is_so: bool) -> None:
    assert matches(shown, "$ a\none\ntwo\nthree\n") is is_so


def wrong_examples(block: str) -> tuple[int, str]:
    """How many examples a Python block has, and what doctest says of those that do not come out."""
    told: list[str] = []
    examples = doctest.DocTestParser().get_doctest(block, {}, README.name, str(README), 0)
    doctest.DocTestRunner(verbose=False).run(examples, out=told.append)
    return len(examples.examples), "".join(told)


def test_every_python_block_is_what_comes_out() -> None:
    blocks = PYTHON.findall(README.read_text(encoding="utf-8"))
    assert blocks
    for block in blocks:
        count, told = wrong_examples(block)
        assert count
        assert told == ""


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (">>> 40 * 2\n80\n", ""),
        (">>> 40 * 2\n81\n", "Expected:\n    81\nGot:\n    80\n"),
        (">>> cec.draft_order()\n", "NameError: name 'cec' is not defined\n"),
    ],
)
def test_a_python_block_must_show_what_comes_out(block: str, said: str) -> None:
    count, told = wrong_examples(block)
    assert (count, told[-len(said) :] if said else told) == (1, said)
