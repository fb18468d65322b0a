"""docs/safety.md names tests that there are, and every hazard has one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "safety.md"


def missing(page: str) -> list[str]:
    """The tests that a page names and that are not there."""
    return [
        f"{file}::{name}"
        for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page)
        if not (ROOT / file).is_file() or f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]


def rows_without_a_test(page: str) -> list[str]:
    """Rows of the tables of barriers that name no test."""
    found, in_table = [], False
    for line in page.splitlines():
        in_table = line.startswith("|") and (in_table or line.startswith("| barrier |"))
        if in_table and not line.startswith(("| barrier |", "|---")) and "`tests/" not in line:
            found.append(line)
    return found


def test_every_test_of_the_page_is_there() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert missing(page) == []
    assert page.count("`tests/") > 60


def test_every_barrier_names_a_test() -> None:
    assert rows_without_a_test(PAGE.read_text(encoding="utf-8")) == []


def test_the_guards_see_what_is_wrong() -> None:
    assert missing("`tests/test_safety.py::test_of_nothing` `tests/units/test_none.py::test_x`") == [
        "tests/test_safety.py::test_of_nothing",
        "tests/units/test_none.py::test_x",
    ]
    assert rows_without_a_test("| barrier | shown by |\n|---|---|\n| a wall | somebody |") == ["| a wall | somebody |"]
