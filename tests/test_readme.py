"""Every console block of the README is run and compared; CEC_UPDATE_README=1 writes what comes out instead."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from cec.__main__ import main

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"```console\n(?P<body>.*?)```", re.DOTALL)


def commands(text: str) -> list[tuple[str, str]]:
    """Each command of a block with the output that stands below it."""
    parts = re.split(r"^\$ (.*(?:\\\n.*)*)\n", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def output_of(command: str, capfd: pytest.CaptureFixture[str]) -> str:
    """What a cec command prints, both streams, as in a pipe."""
    words = shlex.split(command.replace("\\\n", " "))
    assert words[0] == "cec", command
    with pytest.raises(SystemExit):
        main(words[1:])
    out, err = capfd.readouterr()
    return out + err


def test_every_console_block_is_what_comes_out(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = README.read_text(encoding="utf-8")
    for name, content in re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", text, re.DOTALL):
        (tmp_path / name).write_text(content, encoding="utf-8")
    shutil.copytree(README.parent / "regimens", tmp_path / "regimens")
    monkeypatch.chdir(tmp_path)
    found = 0
    for block in list(BLOCK.finditer(text)):
        body = "".join(f"$ {command}\n{output_of(command, capfd)}" for command, _ in commands(block["body"]))
        found += body.count("$ cec ")
        if os.environ.get("CEC_UPDATE_README"):
            README.write_text(README.read_text(encoding="utf-8").replace(block["body"], body), encoding="utf-8")
        else:
            assert block["body"] == body
    assert found >= 8
