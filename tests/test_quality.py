"""ruff, the format and strict types hold for every file, so that pytest is the one command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ["cec", "tests", "benchmarks"]
TOOLS = {
    "ruff": ["ruff", "check", "--no-cache"],
    "format": ["ruff", "format", "--check", "--no-cache"],
    "types": ["mypy", "--strict"],
}


def run(tool: str, *paths: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        *TOOLS[tool],
        f"--config{'-file' if tool == 'types' else ''}={ROOT / 'pyproject.toml'}",
    ]
    return subprocess.run([*command, *paths], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("tool", TOOLS)
def test_every_file_is_clean(tool: str) -> None:
    done = run(tool, *ROOMS)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("tool", "source"),
    [
        ("ruff", "import os\n"),
        ("format", "x = [1,2]\n"),
        ("types", "def one() -> int:\n    return 'one'\n"),
    ],
)
def test_the_tool_sees_what_is_wrong(tool: str, source: str, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(source, encoding="utf-8")
    assert run(tool, "bad.py", cwd=tmp_path).returncode == 1
