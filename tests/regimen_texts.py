"""Regimens for tests: those that are shipped, and files that are made up."""

from __future__ import annotations

from pathlib import Path

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
