"""The program, its libraries and the machine, as they are here."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from cec.version import __version__

if TYPE_CHECKING:
    from cec.cases.outcome import Installation

LIBRARIES = (
    "fastexcel",
    "icalendar",
    "msgspec",
    "pint",
    "polars",
    "pyyaml",
    "rich",
    "segno",
    "typer",
    "typst",
    "tzdata",
    "xlsxwriter",
    "backports.zstd",
)
"""What cec stands on, by the names of the package index."""


def installation() -> Installation:
    """Versions of the program and of what it stands on; a library that is not there is left out."""
    from cec.cases.outcome import Installation

    found = {name: _version(name) for name in LIBRARIES}
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return Installation(__version__, python, platform.platform(), {name: each for name, each in found.items() if each})


def _version(library: str) -> str:
    """The version of a library; nothing where it is not there."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(library)
    except PackageNotFoundError:
        return ""
