"""Writes docs/reference/, schemas/ and the man pages in man/ from the program, its declarations and its tables.

Run by hand: python docs/make_reference.py, or with the name of one page, which then is printed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent
MAN = FOLDER.parent / "man"
SCHEMA_FOLDER = FOLDER.parent / "schemas"
sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]

from making import codes, commands, examples, facts, keys, man, python_names  # noqa: E402  after the path

from cec.cli.schema import EDITED, schema_of  # noqa: E402  after the path

NOTE = "<!-- Written by docs/make_reference.py: change what it reads, not this page. -->\n\n"

PAGES: dict[str, Callable[[], str]] = {
    "facts": facts.page,
    "codes": codes.page,
    "regimen-keys": keys.regimen_page,
    "patient-keys": keys.patient_page,
    "pharmacy-keys": keys.pharmacy_page,
    "commands": commands.page,
    "python-names": python_names.page,
    "examples": examples.page,
}
"""Every page by its name."""


def main(names: list[str]) -> None:
    """Prints the pages that are named; without any writes all of them."""
    if names:
        sys.stdout.write("".join(NOTE + PAGES[name]() for name in names))
        return
    for name, page in PAGES.items():
        (FOLDER / "reference" / f"{name}.md").write_text(NOTE + page(), encoding="utf-8", newline="\n")
    for what in EDITED:
        (SCHEMA_FOLDER / f"{what}.schema.json").write_bytes(schema_of(what))
    for old in MAN.glob("*"):
        old.unlink()
    for name, text in man.pages().items():
        (MAN / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
