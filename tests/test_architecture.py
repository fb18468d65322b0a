"""Imports point one way, and each library has one door. Each guard is shown to fail on a bad example."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "cec"
NOUNS = ("cec.regimen", "cec.patient", "cec.pharmacy", "cec.order")
BASE = ("cec.errors", "cec.units", *NOUNS)

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "cec.errors": (),
    "cec.files": ("cec.errors",),
    "cec.units": ("cec.errors", "cec.units"),
    "cec.regimen": ("cec.errors", "cec.units"),
    "cec.patient": ("cec.errors", "cec.units"),
    "cec.pharmacy": ("cec.errors", "cec.units"),
    "cec.order": BASE,
    "cec.load": (*BASE, "cec.load"),
    "cec.load.pharmacy_file": (*BASE, "cec.load", "cec.calculate.formulas"),
    "cec.calculate.formulas": BASE,
    "cec.calculate.rounding": BASE,
    "cec.calculate.growth": BASE,
    "cec.calculate": (*BASE, "cec.calculate"),
    "cec.verify": (*BASE, "cec.calculate", "cec.load", "cec.batch.columns", "cec.verify"),
    "cec.render": (*BASE, "cec.render"),
    "cec.batch": (*BASE, "cec.calculate", "cec.load", "cec.render", "cec.files", "cec.batch"),
    "cec.cli": ("cec",),
    "cec.__main__": ("cec.cli",),
    "cec": ("cec",),
}
"""What a module may import of cec; the longest name that fits a module counts."""

DOORS: dict[str, tuple[str, ...]] = {
    "pint": ("cec.units.conversion",),
    "yaml": ("cec.load.nodes",),
    "typer": ("cec.cli",),
    "rich": ("cec.render.terminal", "cec.cli"),
    "typst": ("cec.render",),
    "icalendar": ("cec.render.ics",),
    "polars": ("cec.batch",),
    "compression": ("cec.batch",),  # of the standard library from 3.14 on
    "backports": ("cec.batch",),
    "msgspec": ("cec",),
}
"""Where each library may be imported."""

CLOCK_MAY_BE_READ_IN = ("cec.cli",)
EXACT_ROOMS = ("cec.units", *NOUNS, "cec.calculate")
"""Where no binary float may stand."""


def is_in(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, at any depth; of `from a import b` both a and a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module if node.module and not node.level else "relative import"


def violations(module: str, source: str) -> list[str]:
    """What a module does that its place in the house forbids."""
    tree = ast.parse(source)
    allowed = MAY_IMPORT[max((room for room in MAY_IMPORT if is_in(module, room)), key=len)]
    found = []
    for name in imports(tree):
        top = name.partition(".")[0]
        if top == "cec":
            if not any(is_in(name, room) for room in allowed):
                found.append(f"{module} imports {name}")
        elif top not in sys.stdlib_module_names and not any(is_in(module, room) for room in DOORS.get(top, ())):
            found.append(f"{module} imports the library {name}")
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    if names & {"now", "today", "utcnow"} and not any(is_in(module, room) for room in CLOCK_MAY_BE_READ_IN):
        found.append(f"{module} reads the clock")
    if any(is_in(module, room) for room in EXACT_ROOMS):
        calls = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        if calls & {"float", "round"}:
            found.append(f"{module} computes with binary floats")
        if "ROUND_HALF_UP" in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} and not is_in(
            module, "cec.calculate.rounding"
        ):
            found.append(f"{module} rounds by itself")
    return found


def modules() -> list[tuple[str, Path]]:
    """Every module of the package with its file."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


@pytest.mark.parametrize(("module", "path"), modules(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_module_keeps_to_its_place(module: str, path: Path) -> None:
    assert violations(module, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("cec.errors", "from cec.units import Quantity"),
        ("cec.units", "import cec.order"),
        ("cec.load.patient_file", "def f():\n    from cec.calculate import draft_order"),
        ("cec.calculate.formulas", "from cec.calculate.dosing import compute_dose"),
        ("cec.calculate.schedule", "from cec.render.words import clock"),
        ("cec.render.terminal.dose", "from cec.calculate.rounding import to_nearest"),
        ("cec.render.csv", "from cec.load import load_regimen"),
        ("cec.batch.table", "from cec.cli import app"),
        ("cec.verify", "from . import units"),
        ("cec.calculate.dosing", "import pint"),
        ("cec.cli.dose", "import yaml"),
        ("cec.render.json", "from polars import DataFrame"),
        ("cec.cli.dose", "import requests"),
        ("cec.render.words", "import datetime\ndatetime.datetime.now()"),
        ("cec.calculate", "import datetime\nstart = datetime.date.today()"),
        ("cec.calculate.dosing", "dose = float('38.4')"),
        ("cec.order", "dose = round(38.45, 1)"),
        ("cec.calculate.dosing", "from decimal import ROUND_HALF_UP\nway = ROUND_HALF_UP"),
    ],
)
def test_the_guard_sees_what_is_wrong(module: str, source: str) -> None:
    assert violations(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("cec.cli.dose", "from cec.calculate import draft_order\nimport typer, datetime\ndatetime.datetime.now()"),
        ("cec.render.csv", "from cec.order import Order\nimport csv"),
        ("cec.units.conversion", "from cec.errors import InputError\nimport pint"),
    ],
)
def test_the_guard_lets_through_what_is_right(module: str, source: str) -> None:
    assert violations(module, source) == []
