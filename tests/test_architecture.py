"""Imports point one way, and each library has one door. Each guard is shown to fail on a bad example."""

from __future__ import annotations

import ast
import sys
from collections.abc import Container, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "cec"
NOUNS = ("cec.regimen", "cec.patient", "cec.pharmacy", "cec.order")
BASE = (
    "cec.errors",
    "cec.drug_names",
    "cec.units",
    "cec.days",
    "cec.anchors",
    "cec.when_words",
    "cec.treatment",
    "cec.routes",
    "cec.facts",
    "cec.conditions",
    *NOUNS,
)

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "cec.errors": (),
    "cec.version": (),
    "cec.keys": (),
    "cec.files": ("cec.errors",),
    "cec.standard_output": ("cec.errors",),
    "cec.units": ("cec.errors", "cec.units"),
    "cec.routes": (),
    "cec.drug_names": (),
    "cec.facts": ("cec.days", "cec.errors", "cec.units", "cec.facts"),
    "cec.days": (),
    "cec.regimen": ("cec.days", "cec.drug_names", "cec.keys", "cec.errors", "cec.units", "cec.regimen"),
    "cec.when_words": ("cec.days", "cec.regimen"),
    "cec.anchors": ("cec.days", "cec.drug_names", "cec.regimen"),
    "cec.treatment": ("cec.days", "cec.keys", "cec.order", "cec.regimen", "cec.units"),
    "cec.patient": ("cec.keys", "cec.errors", "cec.units", "cec.facts"),
    "cec.conditions": ("cec.errors", "cec.units", "cec.facts", "cec.regimen", "cec.pharmacy"),
    "cec.pharmacy": ("cec.keys", "cec.errors", "cec.units", "cec.regimen", "cec.pharmacy"),
    "cec.order": BASE,
    "cec.fingerprint": ("cec.order",),
    "cec.load": (*BASE, "cec.keys", "cec.load"),
    "cec.load.order_file": (*BASE, "cec.load", "cec.fingerprint", "cec.version"),
    "cec.load.product_names": (*BASE, "cec.load", "cec.calculate.preparation.stock"),
    "cec.load.pharmacy_file": (*BASE, "cec.load", "cec.calculate.formulas"),
    "cec.calculate.formulas": BASE,
    "cec.calculate.kidneys": (*BASE, "cec.calculate.formulas"),
    "cec.calculate.rounding": BASE,
    "cec.calculate.growth": BASE,
    "cec.calculate.measures": (*BASE, *(f"cec.calculate.{room}" for room in ("formulas", "kidneys", "rounding"))),
    "cec.calculate.known_facts": (*BASE, "cec.calculate.kidneys"),
    "cec.calculate.rules": (
        *BASE,
        *(f"cec.calculate.{room}" for room in ("declared", "growth", "kidneys", "known_facts", "rounding")),
        "cec.calculate.rules",
    ),
    "cec.calculate": (*BASE, "cec.calculate", "cec.fingerprint", "cec.version"),
    "cec.cases": (*BASE, "cec.keys", "cec.load", "cec.calculate", "cec.cases"),
    "cec.authoring": (*BASE, "cec.keys", "cec.load", "cec.calculate.rounding", "cec.authoring"),
    "cec.tables": (*BASE, "cec.load", "cec.files", "cec.standard_output", "cec.tables"),
    "cec.tables.bundles": (*BASE, "cec.load", "cec.tables", "cec.fhir"),
    "cec.verification": (*BASE, "cec.calculate", "cec.load", "cec.tables", "cec.verification"),
    "cec.verification.saved_order": (
        *(*BASE, "cec.calculate", "cec.load", "cec.verification"),
        *("cec.fingerprint", "cec.version"),
    ),
    "cec.verification.bundle": (
        *(*BASE, "cec.calculate", "cec.load", "cec.tables", "cec.verification"),
        "cec.fhir",
    ),
    "cec.verification.bundle_facts": (*BASE, "cec.load", "cec.tables", "cec.fhir"),
    "cec.verification.measured_within": (*BASE, "cec.calculate", "cec.fhir"),
    "cec.verification.quick": (*BASE, "cec.calculate", "cec.load", "cec.tables", "cec.verification", "cec.batch"),
    "cec.fhir": (*BASE, "cec.load", "cec.fhir"),
    "cec.fhir.codes": (),
    "cec.fhir.ucum": ("cec.errors", "cec.units"),
    "cec.rendering.fhir": (*BASE, "cec.rendering", "cec.course.void", "cec.fhir.codes", "cec.fhir.ucum"),
    "cec.rendering": (
        *(*BASE, "cec.rendering", "cec.verification.outcome", "cec.cases.outcome", "cec.authoring.changes"),
        *(
            "cec.course.ward_day",
            "cec.course.patient_history",
            "cec.course.comparison",
            "cec.course.given",
            "cec.course.void",
        ),
    ),
    "cec.rendering.csv.order": (
        *(*BASE, "cec.rendering", "cec.course.given", "cec.course.void"),
        "cec.calculate.revision.declared_days",
    ),
    "cec.rendering.csv.bsa": (*BASE, "cec.rendering", "cec.calculate.bsa_comparison"),
    "cec.rendering.terminal.bsa": (*BASE, "cec.rendering", "cec.calculate.bsa_comparison"),
    "cec.batch": (*BASE, "cec.calculate", "cec.load", "cec.rendering", "cec.files", "cec.tables", "cec.batch"),
    "cec.course.comparison": BASE,
    "cec.course.given": BASE,
    "cec.course.void": BASE,
    "cec.course.ward_day": BASE,
    "cec.course.patient_history": (*BASE, "cec.course.ward_day"),
    "cec.course": (
        *(*BASE, "cec.calculate", "cec.load", "cec.verification", "cec.files", "cec.fingerprint", "cec.version"),
        "cec.course",
    ),
    "cec.public": (
        *(*BASE, "cec.calculate", "cec.load", "cec.verification", "cec.cases", "cec.course", "cec.batch"),
        *("cec.tables", "cec.public"),
    ),
    "cec.cli": ("cec",),
    "cec.__main__": ("cec.cli",),
    "cec": ("cec",),
}
"""What a module may import of cec; the longest name that fits a module counts."""

DOORS: dict[str, tuple[str, ...]] = {
    "pint": ("cec.units.conversion",),
    "yaml": ("cec.load.yaml_nodes",),
    "typer": ("cec.cli",),
    "rich": ("cec.rendering.terminal.styled",),
    "typst": ("cec.rendering.pdf.typesetting",),
    "segno": ("cec.rendering.pdf.codes",),
    "icalendar": ("cec.rendering.ics",),
    "polars": ("cec.tables", "cec.batch"),
    "pyarrow": ("cec.batch.libraries",),
    "fastexcel": ("cec.tables.xlsx",),
    "xlsxwriter": ("cec.tables.xlsx",),
    "compression": ("cec.tables.streams",),  # of the standard library from 3.14 on
    "backports": ("cec.tables.streams",),
    "msgspec": ("cec",),
}
"""Where each library may be imported."""

CLOCK_MAY_BE_READ_IN = ("cec.cli",)
READS_THE_CLOCK = {"now", "today", "utcnow"}

EXACT_ROOMS = (
    "cec.units",
    "cec.facts",
    "cec.conditions",
    *NOUNS,
    "cec.load",
    "cec.calculate",
    "cec.verification",
    "cec.rendering",
    "cec.fhir",
    "cec.course",
)
"""Where no binary float may stand: everything that a dose passes through. `cec.batch` has its own doubts of floats."""

SORTS_IN_FLOATS = ("cec.verification.screening",)
"""What only finds that an exact number need not be computed."""

WHOLE_NUMBERS_OF_MATH = {"gcd", "lcm", "prod", "isqrt", "comb"}
"""What of `math` gives whole numbers for whole numbers."""
TAKES_A_LIKENESS = "get_close_matches"
"""Its last argument is how alike two words are: the one float that is no size."""

ROUNDS = {"quantize", "to_integral", "to_integral_value", "to_integral_exact"}
MAY_ROUND = ("cec.calculate.rounding", "cec.units.quantity")
HALVES = {
    "ROUND_HALF_UP": ("cec.calculate.rounding",),
    "ROUND_HALF_EVEN": ("cec.units.quantity",),
    "ROUND_HALF_DOWN": (),
}
"""Ways to round a half, and who may name each: half to even is that of the last digit of all arithmetic."""

TAKES_APART = {"partition", "rpartition", "split", "rsplit", "endswith", "startswith", "removesuffix", "removeprefix"}
UNITS_OF_MEASURES = ("m2", "kg", "AUC")
SPLITS_UNITS = ("cec.units",)

FILES = {"open", "read_text", "read_bytes", "write_text", "write_bytes"}
TOUCHES_NO_FILE = ("cec.rendering",)


def is_in(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def is_in_any(module: str, rooms: Iterable[str]) -> bool:
    return any(is_in(module, room) for room in rooms)


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, at any depth; of `from a import b` the module a."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module if node.module and not node.level else "."


def names(tree: ast.AST) -> Iterator[str]:
    """Every name that is used: bare, after a point, or imported from somewhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def wrong_imports(module: str, tree: ast.AST) -> Iterator[str]:
    """Rooms that this one does not know, and libraries at another door than their own."""
    allowed = MAY_IMPORT[max((room for room in MAY_IMPORT if is_in(module, room)), key=len)]
    for name in imports(tree):
        top = name.partition(".")[0]
        if name == ".":
            yield "imports from a place that is not written out"
        elif top == "cec":
            if not is_in_any(name, allowed):
                yield f"imports {name}"
        elif top not in sys.stdlib_module_names and not is_in_any(module, DOORS.get(top, ())):
            yield f"imports the library {name}"


def clocks(module: str, tree: ast.AST) -> Iterator[str]:
    """The time of day, where an order must not depend on it."""
    if not is_in_any(module, CLOCK_MAY_BE_READ_IN):
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        yield from (
            f"reads the clock: {node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and node.attr in READS_THE_CLOCK
            and (id(node) in called or {"date", "datetime"} & set(names(node.value)))
        )
        yield from ("reads the clock: time" for name in imports(tree) if name == "time")


def floats(module: str, tree: ast.AST) -> Iterator[str]:
    """Binary floats, and what makes them."""
    if not is_in_any(module, EXACT_ROOMS) or is_in_any(module, SORTS_IN_FLOATS):
        return
    likenesses = {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and TAKES_A_LIKENESS in names(node.func)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords))
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float() | complex()) if id(node) not in likenesses:
                yield f"has a binary float: {node.value!r}"
            case ast.Name(id="float" | "complex" as name) | ast.Attribute(attr="float" as name):
                yield f"makes binary floats: {name}"
            case ast.Call(func=ast.Name(id="round")):
                yield "rounds half to even: round"
            case ast.BinOp(op=ast.Div()) if is_whole(node.left) and is_whole(node.right):
                yield f"makes binary floats: {ast.unparse(node)}"
            case ast.Attribute(value=ast.Name(id="math"), attr=name) if name not in WHOLE_NUMBERS_OF_MATH:
                yield f"makes binary floats: math.{name}"
            case ast.ImportFrom(module="math" | "cmath" | "statistics"):
                yield from (
                    f"makes binary floats: {node.module}.{alias.name}"
                    for alias in node.names
                    if alias.name not in WHOLE_NUMBERS_OF_MATH
                )
            case ast.Import():
                yield from (
                    f"makes binary floats: {alias.name}"
                    for alias in node.names
                    if alias.name in {"cmath", "statistics"} or (alias.name == "math" and alias.asname)
                )


def is_whole(node: ast.expr) -> bool:
    """Whether this can only be a whole number: division of two of them gives a float."""
    match node:
        case ast.Constant(value=int()) | ast.Call(func=ast.Name(id="len" | "int" | "ord")):
            return True
        case ast.UnaryOp():
            return is_whole(node.operand)
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.FloorDiv() | ast.Mod() | ast.Pow()):
            return is_whole(node.left) and is_whole(node.right)
    return False


def roundings(module: str, tree: ast.AST) -> Iterator[str]:
    """Numbers that are rounded elsewhere than in the one function for it, by name or by the text of a way."""
    if not is_in_any(module, EXACT_ROOMS) or is_in_any(module, SORTS_IN_FLOATS):
        return
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    if not is_in_any(module, MAY_ROUND):
        yield from (f"rounds by itself: {name}" for name in names(tree) if name in ROUNDS)
    for name in (*names(tree), *texts):
        if name in HALVES and not is_in_any(module, HALVES[name]):
            yield f"rounds by itself: {name}"


def split_units(module: str, tree: ast.AST) -> Iterator[str]:
    """Units that are taken apart, or asked what they are per, elsewhere than in the one table for it."""
    if is_in_any(module, SPLITS_UNITS):
        return
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=str(part)), *_]) if (
                name in TAKES_APART and (part == "/" or part.removeprefix("/") in UNITS_OF_MEASURES)
            ):
                yield f"splits a unit: {name}({part!r})"
            case ast.Compare(left=ast.Constant(value="/"), ops=[ast.In() | ast.NotIn()]):
                yield "splits a unit: '/' in"
            case ast.Compare(left=left, comparators=[right]):
                texts = [each.value for each in (left, right) if isinstance(each, ast.Constant)]
                yield from (f"splits a unit: {text!r}" for text in texts if text == "AUC")


def files(module: str, tree: ast.AST) -> Iterator[str]:
    """Files that are opened where an order becomes bytes and nothing else."""
    if is_in_any(module, TOUCHES_NO_FILE):
        called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
        yield from (
            f"touches a file: {name}"
            for function in called
            if isinstance(function, ast.Name | ast.Attribute)
            and (name := function.id if isinstance(function, ast.Name) else function.attr) in FILES
        )


VAGUE = {"made", "told", "said", "one", "aside"}
VAGUE_IN = {"known": ("cec.rendering", "cec.cli")}
"""Names that say nothing in some rooms; elsewhere `known` is what is known of a patient."""


def vague_names(module: str, tree: ast.AST) -> Iterator[str]:
    """Variables and parameters whose names say nothing of what they hold; the fields of a record are none."""
    vague = VAGUE | {name for name, rooms in VAGUE_IN.items() if is_in_any(module, rooms)}
    fields = {
        id(field.target)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for field in node.body
        if isinstance(field, ast.AnnAssign)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) if name in vague and id(node) not in fields:
                yield f"has a variable named {name}"
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) if name in vague:
                yield f"has a variable named {name}"


GUARDS = (wrong_imports, clocks, floats, roundings, split_units, files, vague_names)


def violations(module: str, source: str) -> list[str]:
    """What a module does that its place in the house forbids, each once."""
    tree = ast.parse(source)
    return list(dict.fromkeys(f"{module} {found}" for guard in GUARDS for found in guard(module, tree)))


def modules() -> list[tuple[str, Path]]:
    """Every module of the package with its file."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def test_every_module_keeps_to_its_place() -> None:
    assert len(modules()) > 300
    assert [each for module, path in modules() for each in violations(module, path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("cec.errors", "from cec.units import Quantity", "imports cec.units"),
        ("cec.units", "import cec.order", "imports cec.order"),
        ("cec.facts.table", "from cec.load.texts import read_percent", "imports cec.load.texts"),
        ("cec.facts.table", "import polars", "imports the library polars"),
        ("cec.load.patient_file", "def f():\n    from cec.calculate import draft_order", "imports cec.calculate"),
        ("cec.load.patient_file", "from cec import draft_order", "imports cec"),
        ("cec.calculate.formulas", "from cec.calculate.dosing import compute_dose", "imports cec.calculate.dosing"),
        ("cec.calculate.rules", "from cec.calculate.dosing import compute_dose", "imports cec.calculate.dosing"),
        ("cec.calculate.schedule", "from cec.rendering.words import clock", "imports cec.rendering.words"),
        ("cec.rendering.csv", "from cec.calculate.lines import lines_of_cycle", "imports cec.calculate.lines"),
        ("cec.rendering.csv", "from cec.load import load_regimen", "imports cec.load"),
        ("cec.rendering.fhir.order", "from cec.fhir.bundle import read_bundle", "imports cec.fhir.bundle"),
        ("cec.fhir.codes", "from cec.load import load_regimen", "imports cec.load"),
        ("cec.batch.run", "from cec.cli import app", "imports cec.cli"),
        ("cec.tables.columns", "from cec.batch import dose_table", "imports cec.batch"),
        ("cec.verification.table", "from cec.batch import dose_table", "imports cec.batch"),
        ("cec.verification", "from . import units", "imports from a place that is not written out"),
        ("cec.calculate.dosing", "import pint", "imports the library pint"),
        ("cec.cli.dose", "import yaml", "imports the library yaml"),
        ("cec.rendering.json", "from polars import DataFrame", "imports the library polars"),
        ("cec.cli.dose", "import requests", "imports the library requests"),
        ("cec.rendering.words", "import datetime\ndatetime.datetime.now()", "reads the clock: now"),
        ("cec.calculate", "import datetime\nstart = datetime.date.today()", "reads the clock: today"),
        ("cec.calculate", "import datetime\nread = datetime.datetime.now", "reads the clock: now"),
        ("cec.calculate", "from datetime import date as day\nstart = day.today()", "reads the clock: today"),
        ("cec.calculate", "import time\nstart = time.time()", "reads the clock: time"),
        ("cec.load", "from time import time\nstart = time()", "reads the clock: time"),
        ("cec.calculate.dosing", "dose = float('38.4')", "makes binary floats: float"),
        ("cec.calculate.dosing", "dose = list(map(float, ['38.4']))", "makes binary floats: float"),
        ("cec.calculate.dosing", "dose = 0.1", "has a binary float: 0.1"),
        ("cec.verification.mistakes", "def f(within=1e-2): ...", "has a binary float: 0.01"),
        ("cec.calculate.dosing", "part = 1 / 3", "makes binary floats: 1 / 3"),
        ("cec.calculate.dosing", "part = 100 / len(days)", "makes binary floats: 100 / len(days)"),
        ("cec.calculate.dosing", "part = -1 / (2 * 3)", "makes binary floats: -1 / (2 * 3)"),
        ("cec.calculate.formulas", "import math\narea = math.sqrt(2)", "makes binary floats: math.sqrt"),
        ("cec.calculate.formulas", "from math import sqrt\narea = sqrt(2)", "makes binary floats: math.sqrt"),
        ("cec.calculate.formulas", "import math as m\narea = m.sqrt(2)", "makes binary floats: math"),
        ("cec.calculate.formulas", "from statistics import mean", "makes binary floats: statistics.mean"),
        ("cec.order", "dose = round(value, 1)", "rounds half to even: round"),
        ("cec.units.quantity", "way = 'ROUND_HALF_UP'", "rounds by itself: ROUND_HALF_UP"),
        ("cec.calculate.rounding", "way = 'ROUND_HALF_EVEN'", "rounds by itself: ROUND_HALF_EVEN"),
        ("cec.calculate.dosing", "from decimal import ROUND_HALF_UP", "rounds by itself: ROUND_HALF_UP"),
        ("cec.calculate.dosing", "import decimal\nway = decimal.ROUND_HALF_EVEN", "rounds by itself: ROUND_HALF_EVEN"),
        ("cec.calculate.dosing", "f(rounding='ROUND_HALF_UP')", "rounds by itself: ROUND_HALF_UP"),
        ("cec.rendering.words", "shown = value.quantize(step)", "rounds by itself: quantize"),
        ("cec.calculate.preparation.stock", "whole = value.to_integral_value()", "rounds by itself: to_integral_value"),
        ("cec.calculate.dosing", "amount, _, per = dose.unit.partition('/')", "splits a unit: partition('/')"),
        ("cec.batch.doses", "by_area = dose.unit.endswith('/m2')", "splits a unit: endswith('/m2')"),
        ("cec.batch.doses", "by_weight = unit.endswith('kg')", "splits a unit: endswith('kg')"),
        ("cec.verification.columns", "unit = 'mg' if dose.unit == 'AUC' else dose.unit", "splits a unit: 'AUC'"),
        ("cec.verification.mistakes", "is_figure = '/' in dose.unit", "splits a unit: '/' in"),
        ("cec.rendering.csv", "from pathlib import Path\nPath('x').read_text()", "touches a file: read_text"),
        ("cec.rendering.pdf", "with open('x') as file: ...", "touches a file: open"),
        ("cec.rendering.pdf", "with path.open('wb') as file: ...", "touches a file: open"),
        ("cec.rendering.words", "made = 1", "has a variable named made"),
        ("cec.cli.dose", "codes = [one.code for one in alerts]", "has a variable named one"),
        ("cec.rendering.words", "def f(told): ...", "has a variable named told"),
        ("cec.rendering.words", "known = 1", "has a variable named known"),
        ("cec.calculate.preparation", "made = 1", "has a variable named made"),
        ("cec.batch.frames", "def f(*, told): ...", "has a variable named told"),
        ("cec.conditions", "for said in texts: ...", "has a variable named said"),
        ("cec.tables.opening", "with open_file() as aside: ...", "has a variable named aside"),
        ("cec.patient", "class Fact:\n    def f(self):\n        told: int = 1", "has a variable named told"),
    ],
)
def test_the_guard_sees_what_is_wrong(module: str, source: str, found: str) -> None:
    assert violations(module, source) == [f"{module} {found}"]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("cec.cli.dose", "from cec.calculate import draft_order\nimport typer, datetime\ndatetime.datetime.now()"),
        ("cec.rendering.csv", "from cec.order import Order\nimport csv"),
        ("cec.units.conversion", "from cec.errors import InputError\nimport pint"),
        ("cec.batch.over_columns", "import math\nhalf = math.sqrt(0.25) / 2"),
        ("cec.verification.screening", "import math\nhalf = math.sqrt(0.25) / 2"),
        ("cec.calculate.preparation.containers", "import math\nfrom math import prod\nunit = math.gcd(4, 6) // 2"),
        ("cec.calculate.formulas", "near = get_close_matches(word, known, 1, 0.5)"),
        ("cec.calculate.formulas", "half = value / 2"),
        ("cec.rendering.csv", "text = difference.now"),
        ("cec.facts.fact", "class Fact:\n    told: Told = 'patient'"),
        ("cec.calculate.growth", "known = {}"),
        (
            "cec.calculate.rounding",
            "from decimal import ROUND_HALF_UP\nmultiples = value.to_integral_value(ROUND_HALF_UP)",
        ),
        ("cec.load.nodes", "with path.open('rb') as file: ..."),
        ("cec.units.dose_units", "amount, _, per = unit.partition('/')"),
        ("cec.calculate.dosing", "is_by_area = dose_unit(dose.unit).measure == 'bsa'"),
    ],
)
def test_the_guard_lets_through_what_is_right(module: str, source: str) -> None:
    assert violations(module, source) == []


def loads(tree: ast.AST, known: Container[str]) -> Iterator[str]:
    """The modules of those known that a module loads, at its start or later; what only types need is not loaded."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.Import():
                yield from (alias.name for alias in node.names if alias.name in known)
            case ast.ImportFrom(module=str(module)):
                inner = [f"{module}.{alias.name}" for alias in node.names]
                yield from (name if name in known else module for name in inner if name in known or module in known)
            case _:
                yield from loads(node, known)


def circle(sources: Mapping[str, str]) -> list[str]:
    """Modules each of which loads the next, and the last the first; nothing where there are none."""
    graph = {module: {*loads(ast.parse(source), sources)} - {module} for module, source in sources.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_imports_go_in_a_circle() -> None:
    assert circle({module: path.read_text(encoding="utf-8") for module, path in modules()}) == []


def test_a_circle_is_seen() -> None:
    drawing, styled = "def draw():\n    from a.styled import styled", "from a import drawing"
    assert circle({"a.drawing": drawing, "a.styled": styled}) == ["a.drawing", "a.styled", "a.drawing"]
    assert circle({"a.drawing": drawing, "a.styled": f"if TYPE_CHECKING:\n    {styled}"}) == []


def unloaded(sources: Mapping[str, str]) -> list[str]:
    """The modules that no other one loads or names as a text, as tables of formats and commands do."""
    trees = {module: ast.parse(source) for module, source in sources.items()}
    loaded = {name for module, tree in trees.items() for name in loads(tree, sources) if name != module}
    nodes = (node for tree in trees.values() for node in ast.walk(tree))
    loaded |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return [
        module
        for module in sources
        if not any(is_in(name, module) for name in loaded) and module.removeprefix("cec.cli.") not in loaded
    ]


def test_every_module_is_loaded_by_another() -> None:
    sources = {module: path.read_text(encoding="utf-8") for module, path in modules()}
    assert unloaded(sources) == ["cec.__main__"]
    forgotten = {"cec.rendering.forgotten": "def render(order): ...", "cec.cli.forgotten": "import cec"}
    assert unloaded({**sources, **forgotten}) == ["cec.__main__", *forgotten]


def test_the_page_of_the_design_has_every_room() -> None:
    page = (PACKAGE.parent / "docs" / "design.md").read_text(encoding="utf-8")
    rooms = [f"cec/{path.name}/" for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()]
    rooms += [f"cec/{path.name}" for path in PACKAGE.glob("*.py") if not path.name.startswith("__")]
    assert len(rooms) > 15
    assert [room for room in rooms if f"`{room}`" not in page] == []
