"""Regimens for tests: those that are shipped, files that are made up, and the faults of files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cec.errors import CecError, Fault
from cec.load import load_regimen

SHIPPED = {name: load_regimen(name) for name in ("cec-induction", "cec-consolidation")}


def regimen_text(name: str, *lines: str) -> str:
    """A regimen file with these drug lines."""
    head = f"name: {name}\ntitle: {name.capitalize()}\nedition: 1\nfor: a test\n"
    source = "source: {citation: written for this test}\n"
    return f"{head}{source}drugs:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


def regimen_file(folder: Path, name: str, *lines: str) -> Path:
    """The same in a folder, under its name."""
    path = folder / f"{name}.yaml"
    path.write_text(regimen_text(name, *lines), encoding="utf-8")
    return path


def faults_in(path: Path | str, load: Callable[[Path | str], object] = load_regimen) -> tuple[Fault, ...]:
    """Every fault of a file; none where it can be read."""
    try:
        load(path)
    except CecError as error:
        return tuple(error.faults)
    return ()
