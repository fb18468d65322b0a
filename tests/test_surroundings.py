"""What stands around the program: hooks, workflows and templates name what there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from running import cec

ROOT = Path(__file__).parent.parent


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def pinned(name: str) -> str:
    """The version that continuous integration holds a package to."""
    (version,) = re.findall(rf"(?m)^{name}==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"))
    return str(version)


def test_commits_are_checked_by_the_ruff_of_the_tests() -> None:
    hooks = read(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    needs = {hook["id"]: hook.get("additional_dependencies") for hook in hooks}
    assert needs["ruff-check"] == needs["ruff-format"] == [f"ruff=={pinned('ruff')}"]


def hooks_for(path: str) -> list[str]:
    """The hooks that another repository's file is given to."""
    return [hook["id"] for hook in read(ROOT / ".pre-commit-hooks.yaml") if re.search(hook["files"], path)]


@pytest.mark.parametrize(
    ("path", "hooks"),
    [
        ("regimens/mine.yaml", ["cec-regimen-check"]),
        ("oncology/regimens/all/mine.yml", ["cec-regimen-check"]),
        ("my-regimens/mine.yaml", []),
        ("pharmacy.yaml", ["cec-pharmacy-check"]),
        ("wards/pharmacy-3.yml", ["cec-pharmacy-check"]),
        ("pharmacies/ward.yaml", ["cec-pharmacy-check"]),
        ("pharmacy.md", []),
    ],
)
def test_a_hook_is_given_the_files_that_it_reads(path: str, hooks: list[str]) -> None:
    assert hooks_for(path) == hooks


def test_every_hook_runs_a_command_that_there_is() -> None:
    for hook in read(ROOT / ".pre-commit-hooks.yaml"):
        words = shlex.split(hook["entry"])
        assert words[0] == "cec"
        assert cec(*words[1:], "--help").code == 0
