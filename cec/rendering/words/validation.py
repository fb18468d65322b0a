"""Worked cases and the installation that ran them, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cec.cases.outcome import Compared, Installation


def installation_words(installation: Installation) -> list[tuple[str, str]]:
    """The program, Python, the machine and the libraries, each under its label."""
    libraries = ", ".join(f"{name} {version}" for name, version in installation.libraries.items())
    return [
        ("Program", f"cec {installation.cec}, {installation.python}"),
        ("Machine", installation.system),
        ("Libraries", libraries),
    ]


def given_words(given: Any) -> str:
    """What is given of a case, in one line.

    >>> given_words({"height": "128 cm", "history": {"prior_hsct": "false"}, "set": ["etoposide=70 mg: one vial"]})
    'height 128 cm; history: prior hsct false; set etoposide=70 mg: one vial'
    """
    if isinstance(given, dict):
        signs = {key: ": " if isinstance(value, dict) else " " for key, value in given.items()}
        return "; ".join(f"{key.replace('_', ' ')}{signs[key]}{given_words(value)}" for key, value in given.items())
    return ", ".join(map(given_words, given)) if isinstance(given, list) else str(given)


def compared_words(each: Compared) -> str:
    """One result beside what was worked by hand."""
    if each.agrees:
        return f"{each.what}: {each.expected}"
    return f"{each.what}: {each.expected} expected, {each.computed} computed"
