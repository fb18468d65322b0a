"""What stands around the program: hooks, workflows and templates name what there is."""

from __future__ import annotations

import re
import shlex
import tomllib
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


# Pages for those who carry it on


NAMED = re.compile(r"`((?:cec|tests|docs|regimens|\.github)/[\w./-]+|\.ci/run|[a-z]+\.txt|[A-Z]+\.md)`")


def missing(text: str) -> list[str]:
    """The files and folders that a page names and that are not there."""
    return [name for name in NAMED.findall(text) if not (ROOT / name).exists() and "NAME" not in name]


def test_every_file_that_one_is_sent_to_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(NAMED.findall(text)) > 20
    assert missing(text) == []
    assert missing("a row of `cec/calculate/formulae.py`") == ["cec/calculate/formulae.py"]


def test_the_count_of_files_is_told_for_each_of_seven() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| an? \*\*(\w+)\*\*.*? \| ([0-9 or]+) \| (.*?) \|", text)
    assert [row[0] for row in rows] == ["formula", "format", "unit", "key", "rule", "fact", "regimen"]
    assert all(int(count.split()[-1]) <= 4 and ";" in files for _, count, files in rows)


def test_the_first_template_begins_with_a_dose_that_is_wrong() -> None:
    first, *_ = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[0-9]*.yml"))
    template = read(first)
    assert template["name"] == "A dose is wrong"
    assert template["body"][0]["attributes"]["value"].startswith("**Do not give it.**")
    required = template["body"][1]["attributes"]["options"][0]
    assert required == {"label": "Nothing in this report is of a real patient.", "required": True}
    assert read(ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml") == {"blank_issues_enabled": False}


def owners(path: str) -> list[str]:
    """Who must look at a file: the last line that fits counts."""
    found: list[str] = []
    for line in (ROOT / ".github" / "CODEOWNERS").read_text(encoding="utf-8").splitlines():
        pattern, *names = line.split() or [""]
        if pattern == "*" or (pattern.startswith("/") and f"/{path}".startswith(pattern)):
            assert pattern == "*" or (ROOT / pattern[1:]).exists(), pattern
            found = names
    return found


@pytest.mark.parametrize("path", ["regimens/cec-induction.yaml", "cec/calculate/dosing.py", "tests/vectors/bsa.csv"])
def test_a_pharmacist_looks_at_what_is_given(path: str) -> None:
    assert owners(path) == ["@cec-dosing/pharmacists", "@cec-dosing/maintainers"]
    assert owners("README.md") == ["@cec-dosing/maintainers"]


def test_the_workflow_runs_every_python_that_is_promised() -> None:
    workflow = read(ROOT / ".github" / "workflows" / "tests.yml")
    matrix = workflow["jobs"]["suite"]["strategy"]["matrix"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert project["requires-python"] == f">={matrix['python'][0]}"
    assert {system.partition("-")[0] for system in matrix["system"]} == {"ubuntu", "macos", "windows"}
    nightly, weekly = (each["cron"] for each in workflow[True]["schedule"])  # YAML reads the key `on` as true
    assert nightly.endswith("* * *")
    assert weekly.endswith("* * 1")
    conditions = {name: job["if"] for name, job in workflow["jobs"].items()}
    assert conditions == {
        "suite": f"github.event.schedule != '{nightly}'",
        "everything": f"github.event.schedule != '{weekly}'",
    }
