"""How many small changes of the calculation the tests catch.

Run by hand: python benchmarks/mutation.py [--changes 200] [--seed 1] [--jobs 2]. In a copy of the working tree the
suite is run once, to learn which tests run which line; then one change after the other is made to one line (a
comparison, an operation, a number, a word, a condition turned about), and the tests that run this line are run until
one fails. What no test catches is listed, and the program ends with 1 if less than 95% are caught.
"""

from __future__ import annotations

import argparse
import ast
import random
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from os import environ
from pathlib import Path
from queue import SimpleQueue
from shutil import copytree, ignore_patterns
from typing import NamedTuple

from coverage import CoverageData

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ("cec/calculate", "cec/verification", "cec/units")
ENOUGH_PERCENT = 95
LONGEST_SECONDS = 600
"""A change after which the tests run longer than this never ends, and so is caught."""

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


class Change(NamedTuple):
    """A change of one expression of a file: its line, and its place in the walk of the file."""

    path: str
    line: int
    place: int


def changes_of(path: str) -> Iterator[Change]:
    """Every change that can be made to the code inside the functions of a file."""
    nodes = list(ast.walk(ast.parse((HOUSE / path).read_text(encoding="utf-8"))))
    inside = {id(node) for each in nodes if isinstance(each, ast.FunctionDef) for node in _expressions(each)}
    for place, node in enumerate(nodes):
        if isinstance(node, ast.expr) and id(node) in inside and turn(copy(node)):
            yield Change(path, node.lineno, place)


def _expressions(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """The expressions of a function, but not its docstring, its decorators and its annotations."""
    for statement in function.body[1:] if ast.get_docstring(function) else function.body:
        annotations = [each.annotation for each in ast.walk(statement) if isinstance(each, ast.AnnAssign)]
        left_out = {id(node) for annotation in annotations for node in ast.walk(annotation)}
        yield from (each for each in ast.walk(statement) if isinstance(each, ast.expr) and id(each) not in left_out)


def turn(node: ast.expr) -> bool:
    """Whether there is a change for this expression; it is made in place."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in SWAPS:
            node.ops = [SWAPS[type(operator)]()]  # type: ignore[list-item]
        case ast.BinOp(op=operator) | ast.BoolOp(op=operator) if type(operator) in SWAPS:
            node.op = SWAPS[type(operator)]()  # type: ignore[assignment]
        case ast.UnaryOp(op=ast.Not()):
            node.operand = ast.UnaryOp(ast.Not(), node.operand)
        case ast.IfExp():
            node.body, node.orelse = node.orelse, node.body
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value)):
            node.value = value + 1
        case ast.Constant(value=str(text)) if text.strip():
            node.value = "other words"
        case _:
            return False
    return True


def changed(change: Change) -> tuple[str, str]:
    """The source of the file after the change, and the changed expression."""
    tree = ast.parse((HOUSE / change.path).read_text(encoding="utf-8"))
    target = list(ast.walk(tree))[change.place]
    assert isinstance(target, ast.expr)
    turn(target)
    return ast.unparse(ast.fix_missing_locations(tree)), ast.unparse(target)


class Tests(NamedTuple):
    """Which tests run a line, and how long each test takes, in seconds."""

    data: CoverageData
    seconds: dict[str, float]

    def of(self, tree: Path, change: Change) -> list[str]:
        """The names of the tests that run the changed line, quick ones first."""
        contexts = self.data.contexts_by_lineno(str(tree / change.path)).get(change.line, [])
        names = {context.partition("|")[0] for context in contexts if context}
        return sorted(names, key=lambda name: self.seconds.get(name.rpartition("::")[2], 1.0))


def learn(tree: Path) -> Tests:
    """Run the whole suite once in a copy of the working tree."""
    measured = ("--cov=cec", "--cov-context=test", "--cov-report=", "--junitxml=times.xml", "-n", "auto")
    subprocess.run([sys.executable, "-m", "pytest", "-q", *measured], cwd=tree, env=_environment(tree), check=True)
    data = CoverageData(str(tree / ".coverage"))
    data.read()
    times = ET.parse(tree / "times.xml").iter("testcase")  # noqa: S314 the suite wrote it
    return Tests(data, {each.attrib["name"]: float(each.attrib["time"]) for each in times})


def is_caught(tree: Path, change: Change, names: list[str]) -> bool:
    """Whether one of the tests fails after the change."""
    if not names:
        return False
    file = tree / change.path
    before = file.read_text(encoding="utf-8")
    file.write_text(changed(change)[0], encoding="utf-8")
    (tree / "names.txt").write_text("\n".join(names), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "@names.txt"]
    try:
        ended = subprocess.run(
            command, cwd=tree, env=_environment(tree), capture_output=True, timeout=LONGEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    finally:
        file.write_text(before, encoding="utf-8")
    return ended.returncode != 0


def _environment(tree: Path) -> dict[str, str]:
    return {**environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    files = sorted(str(file.relative_to(HOUSE)) for room in ROOMS for file in (HOUSE / room).rglob("*.py"))
    every = [change for path in files for change in changes_of(path)]
    chosen = random.Random(options.seed).sample(every, options.changes)
    with tempfile.TemporaryDirectory() as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(options.jobs):
            tree = Path(folder) / str(number)
            copytree(HOUSE, tree, ignore=ignore_patterns(".git", ".venv", ".mypy_cache", ".ruff_cache", "__pycache__"))
            trees.put(tree)
        learned_in = Path(folder) / "0"
        tests = learn(learned_in)

        def attempt(change: Change) -> bool:
            tree = trees.get()
            began = time.monotonic()
            names = tests.of(learned_in, change)
            try:
                caught = is_caught(tree, change, names)
            finally:
                trees.put(tree)
            verdict = "caught" if caught else "SURVIVED"
            place = f"{change.path}:{change.line}"
            seconds = time.monotonic() - began
            print(f"{verdict:9}{seconds:5.0f} s  {place}: {changed(change)[1]}", flush=True)
            return caught

        with ThreadPoolExecutor(options.jobs) as pool:
            caught = sum(pool.map(attempt, chosen))
    percent = 100 * caught / len(chosen)
    print(f"\n{caught} of {len(chosen)} changes caught ({percent:.1f}%), of {len(every)} possible; seed {options.seed}")
    sys.exit(percent < ENOUGH_PERCENT)


if __name__ == "__main__":
    main()
