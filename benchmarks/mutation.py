"""How many small changes of the calculation the tests catch.

Run by hand: python benchmarks/mutation.py [--changes 200] [--seed 1] [--jobs 2] [--only FILE]. In a copy of the
working tree the quick tests are run once, to learn which of them run which line. Then one change after the other is
made to one expression inside a function (a comparison, an operation, a number, a word, a condition turned about), and
tests are run until one fails, those first that most likely do: a few of the mirroring room (of cec/units tests/units)
that run this line, then others that run it; at last what survived these is held against the whole mirroring room, slow
tests too, the examples of the file itself, and the pages that are written from the program. These are all that lines
have that run at import or behind a cache. Not every test of other rooms is run: what is printed is the least that the
suite catches. What no test catches is listed, and the program ends with 1 if less than 95% are caught.

Left out is what cannot be seen from outside: names of encodings, whether zip is strict, sizes of caches, words of
assertions and of representations for people who write cec, and docstrings, annotations and decorators.
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
from contextlib import nullcontext
from copy import copy
from os import environ
from pathlib import Path
from queue import SimpleQueue
from shutil import copytree, ignore_patterns
from typing import Any, NamedTuple

from coverage import CoverageData

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ("cec/batch", "cec/calculate", "cec/load", "cec/units", "cec/verification")
PAGES = "tests/test_reference.py"
"""What holds the pages that are written from the program against what it says of its rules."""
ENOUGH_PERCENT = 95
QUICK = ("-m", "not slow")
FIRST, MOST = 40, 300
"""How many of the tests that run a line are tried first, because most changes fall to them, and how many in all."""
LONGEST_SECONDS = 1800
"""A change after which the tests run longer than this is taken for one that never ends."""

NOT_COPIED = (".git", ".venv", ".mypy_cache", ".ruff_cache", "__pycache__")

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
    """The expressions of a function, but not its docstring and nothing that cannot be seen from outside."""
    if function.name == "__repr__":
        return
    for statement in function.body[1:] if ast.get_docstring(function) else function.body:
        unseen = {id(node) for each in ast.walk(statement) for part in _unseen(each) for node in ast.walk(part)}
        yield from (each for each in ast.walk(statement) if isinstance(each, ast.expr) and id(each) not in unseen)


def _unseen(node: ast.AST) -> Iterator[ast.expr]:
    """The parts of a node that nobody can see from outside."""
    match node:
        case (
            ast.AnnAssign(annotation=part)
            | ast.Assert(msg=ast.expr() as part)
            | ast.keyword("encoding" | "strict", part)
        ):
            yield part
        case ast.FunctionDef(decorator_list=decorators):
            yield from decorators


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


class Changed(NamedTuple):
    """A change that is drawn: the changed expression, and the source of the file after it."""

    path: str
    line: int
    expression: str
    source: str


def changed(change: Change) -> Changed:
    """A change as it stands in the file."""
    module = ast.parse((HOUSE / change.path).read_text(encoding="utf-8"))
    target = list(ast.walk(module))[change.place]
    assert isinstance(target, ast.expr)
    turn(target)
    return Changed(change.path, change.line, ast.unparse(target), ast.unparse(ast.fix_missing_locations(module)))


class Tests(NamedTuple):
    """Which quick tests run a line, which there are, and how long each takes, in seconds."""

    data: CoverageData
    collected: frozenset[str]
    seconds: dict[str, float]

    def of(self, tree: Path, change: Changed) -> list[str]:
        """The names of the quick tests that run the changed line: those of the mirroring room first, quickest first."""
        contexts = self.data.contexts_by_lineno(str(tree / change.path)).get(change.line, [])
        names = {context.rpartition("|")[0] for context in contexts} & self.collected
        room = mirror(change.path)
        return sorted(
            names, key=lambda name: (not name.startswith(room), self.seconds.get(name.rpartition("::")[2], 1.0))
        )


def mirror(path: str) -> str:
    """The folder of the tests of a file."""
    return next(room for room in ROOMS if path.startswith(room)).replace("cec/", "tests/")


def learn(tree: Path) -> Tests:
    """What the quick tests tell, run once in a copy of the working tree, or read where they were run before."""
    if not (tree / "times.xml").exists():
        measured = ("--cov=cec", "--cov-context=test", "--cov-report=", "--junitxml=running.xml", "-n", "auto")
        _pytest(tree, *QUICK, *measured, check=True)
        (tree / "running.xml").rename(tree / "times.xml")
    data = CoverageData(str(tree / ".coverage"))
    data.read()
    collected = _pytest(tree, *QUICK, "--collect-only", check=True, stdout=subprocess.PIPE).stdout.splitlines()
    times = ET.parse(tree / "times.xml").iter("testcase")  # noqa: S314 the suite wrote it
    names = frozenset(line for line in collected if "::" in line)
    return Tests(data, names, {each.attrib["name"]: float(each.attrib["time"]) for each in times})


def is_caught(tree: Path, change: Changed, rounds: list[list[str]]) -> bool:
    """Whether a test fails after the change, of some rounds of tests, one after the other."""
    file = tree / change.path
    before = file.read_text(encoding="utf-8")
    file.write_text(change.source, encoding="utf-8")
    try:
        return any(_fails(tree, tests) for tests in rounds if tests)
    finally:
        file.write_text(before, encoding="utf-8")


def _fails(tree: Path, tests: list[str]) -> bool:
    """Whether one of these tests fails, or none of them ever ends."""
    (tree / "names.txt").write_text("\n".join(tests), encoding="utf-8")
    command = ("-x", "--hypothesis-seed=0", "@names.txt")
    try:
        return _pytest(tree, *command, capture_output=True, timeout=LONGEST_SECONDS).returncode != 0
    except subprocess.TimeoutExpired:
        print(f"after {LONGEST_SECONDS} s the tests still run, which counts as caught:", end=" ")
        return True


def _pytest(tree: Path, *arguments: str, check: bool = False, **options: Any) -> subprocess.CompletedProcess[str]:
    """The suite, or what of it the arguments say, run in a copy of the working tree."""
    environment = {**environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=tree, env=environment, text=True, check=check, **options)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=200, help="how many changes are tried (200)")
    parser.add_argument("--seed", type=int, default=1, help="what they are drawn from: the same seed, the same changes")
    parser.add_argument("--jobs", type=int, default=2, help="how many are tried at once (2)")
    parser.add_argument("--only", action="append", metavar="FILE", help="change only this file, or this folder's files")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the copies here: a second run does not learn again")
    options = parser.parse_args()
    files = sorted(str(file.relative_to(HOUSE)) for room in ROOMS for file in (HOUSE / room).rglob("*.py"))
    chosen_files = [path for path in files if not options.only or path.startswith(tuple(options.only))]
    every = [change for path in chosen_files for change in changes_of(path)]
    drawn = random.Random(options.seed).sample(every, min(options.changes, len(every)))
    chosen = [changed(change) for change in drawn]
    with nullcontext(options.keep) if options.keep else tempfile.TemporaryDirectory() as folder:
        learned_in = Path(folder) / "0"
        copytree(HOUSE, learned_in, ignore=ignore_patterns(*NOT_COPIED), dirs_exist_ok=True)
        tests = learn(learned_in)
        trees: SimpleQueue[Path] = SimpleQueue()
        trees.put(learned_in)
        for number in range(1, options.jobs):
            trees.put(Path(copytree(learned_in, Path(folder) / str(number), dirs_exist_ok=True)))

        def attempt(change: Changed, rounds: list[list[str]], otherwise: str) -> bool:
            tree = trees.get()
            began = time.monotonic()
            try:
                caught = is_caught(tree, change, rounds)
            finally:
                trees.put(tree)
            verdict, seconds = "caught" if caught else otherwise, time.monotonic() - began
            print(f"{verdict:9}{seconds:5.0f} s  {change.path}:{change.line}: {change.expression}", flush=True)
            return caught

        def by_quick_tests(change: Changed) -> bool:
            names = tests.of(learned_in, change)
            return attempt(change, [names[:FIRST], names[FIRST:MOST]], "again")

        def by_the_room(change: Changed) -> bool:
            return attempt(change, [[mirror(change.path), change.path, PAGES]], "SURVIVED")

        with ThreadPoolExecutor(options.jobs) as pool:
            left = [
                change for change, caught in zip(chosen, pool.map(by_quick_tests, chosen), strict=True) if not caught
            ]
            caught = len(chosen) - len(left) + sum(pool.map(by_the_room, left))
    percent = 100 * caught / len(chosen)
    print(f"\n{caught} of {len(chosen)} changes caught ({percent:.1f}%), of {len(every)} possible; seed {options.seed}")
    sys.exit(percent < ENOUGH_PERCENT)


if __name__ == "__main__":
    main()
