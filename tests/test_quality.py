"""ruff, the format and strict types hold for every file, so that pytest is the one command; .ci/run adds coverage."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent
ROOMS = ["cec", "tests", "benchmarks", "docs"]
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


def test_no_example_of_hypothesis_has_a_deadline() -> None:
    assert settings().deadline is None
    setting = [path.name for path in (ROOT / "tests").rglob("*.py") if "deadline=" in path.read_text(encoding="utf-8")]
    assert sorted(setting) == ["conftest.py", "test_quality.py"]


@pytest.mark.parametrize("tool", ["ruff", "format", pytest.param("types", marks=pytest.mark.slow)])
def test_every_file_is_clean(tool: str) -> None:
    done = run(tool, *ROOMS)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
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


PACKAGE = """\
def one() -> int:
    return 1


def two() -> int:
    return 2
"""
ONE_CALL = "import cec\n\n\ndef test_it() -> None:\n    cec.one()\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("test", "code", "said"),
    [
        (ONE_CALL + "    cec.two()\n", 0, "Required test coverage of 95% reached. Total coverage: 100.00%"),
        (ONE_CALL, 1, "FAIL Required test coverage of 95% not reached. Total coverage: 75.00%"),
    ],
)
def test_continuous_integration_wants_tested_lines(test: str, code: int, said: str, tmp_path: Path) -> None:
    """Four lines, of which a test that calls one function runs three. pytest's own summary stays the last line."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (options,) = re.findall(r'^measured="\$\{PYTEST_ADDOPTS:-\} (.*)"$', script, re.MULTILINE)
    for name, text in (("cec.py", PACKAGE), ("test_it.py", test), ("pytest.ini", "[pytest]\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    outside = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    environment = {**outside, "PYTEST_ADDOPTS": options, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout + done.stderr
    assert re.fullmatch(r"1 passed in [0-9.]+s", done.stdout.splitlines()[-1])


def test_continuous_integration_runs_the_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (found,) = re.findall(r"^command=\$\(grep -m 1 -E '(.*)' README\.md\)$", script, re.MULTILINE)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(found, readme, re.MULTILINE) == [
        "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest -n auto"
    ]
    assert script.splitlines()[-2:] == [
        'PYTEST_ADDOPTS="$measured" bash -c "$command"',
        "exec .venv/bin/pytest -n auto -m nightly",
    ]


@pytest.mark.slow
def test_what_is_nightly_is_slow_too(tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    tests = [f"@pytest.mark.{mark}\ndef test_{mark}():\n    pass\n" for mark in ("nightly", "slow", "usefixtures")]
    (tmp_path / "test_it.py").write_text("import pytest\n" + "".join(tests), encoding="utf-8")
    for chosen, number in (((), 2), (("-m", "not slow"), 1), (("-m", "nightly"), 1), (("-m", "slow"), 2)):
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *chosen, "test_it.py"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.stdout.splitlines()[-1].startswith(f"{number} passed"), done.stdout


def unpinned(project: str, constraints: str) -> set[str]:
    """The packages of pyproject.toml, but for those of a cluster, that have no version in constraints.txt."""
    tables = tomllib.loads(project)["project"]
    extras = tables["optional-dependencies"]
    needed = [*tables["dependencies"], *extras["test"], *extras["docs"]]
    pinned = re.findall(r"^([\w.-]+)==[\w.]+$", constraints, re.MULTILINE)
    names = {re.split(r"[^\w.-]", need)[0].lower() for need in needed} - {tables["name"]}
    return names - {name.lower() for name in pinned}


def test_continuous_integration_holds_every_package_to_one_version() -> None:
    assert "export PIP_CONSTRAINT=constraints.txt\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    project, constraints = ((ROOT / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "constraints.txt"))
    assert unpinned(project, constraints) == set()
    assert unpinned(project, re.sub(r"(?m)^(polars|pytest)==", r"\1>=", constraints)) == {"polars", "pytest"}
