"""Spellings of units: those that mean the same to every reader, and those of which one is only offered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cec.units.kinds import KINDS

_SPELLINGS = {
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), "h"),
    **dict.fromkeys(("minute", "minutes", "mins"), "min"),
    **dict.fromkeys(("day", "d"), "days"),
    **dict.fromkeys(("week", "wk", "wks"), "weeks"),
    **dict.fromkeys(("year", "y", "yr", "yrs"), "years"),
    **dict.fromkeys(("month", "mo", "mos"), "months"),
    **dict.fromkeys(("inch", "inches", '"', "\N{DOUBLE PRIME}", "\N{RIGHT DOUBLE QUOTATION MARK}"), "in"),
    **dict.fromkeys(("foot", "feet", "'", "\N{PRIME}", "\N{RIGHT SINGLE QUOTATION MARK}"), "ft"),
    **dict.fromkeys(("lbs", "pounds", "pound"), "lb"),
    **dict.fromkeys(("unit",), "units"),
    **dict.fromkeys(("million unit",), "million units"),
    **dict.fromkeys(("drop",), "drops"),
    **dict.fromkeys(("cell",), "cells"),
    **dict.fromkeys(("m²",), "m2"),
    **dict.fromkeys(("umol", "µmol", "μmol"), "micromol"),
    **dict.fromkeys(("uL", "µL", "μL", "ul", "µl", "μl"), "microL"),
    **dict.fromkeys(("nl",), "nL"),
    **dict.fromkeys(("mm³",), "mm3"),
    **dict.fromkeys(("l", "liter", "liters", "litre", "litres"), "L"),
    **dict.fromkeys(("ml",), "mL"),
    **dict.fromkeys(("dl",), "dL"),
    "1.73m2": "1.73 m2",
}
"""Other ways to write a unit that mean the same to every reader."""

_PROBABLY = {
    **dict.fromkeys(("µg", "μg", "ug", "microgram", "micrograms"), "mcg"),
    **dict.fromkeys(("iu", "u", "ie", "i.u."), "units"),
    **dict.fromkeys(("mu", "miu", "mio"), "million units"),
    **dict.fromkeys(("gm", "gms", "gram", "grams"), "g"),
    **dict.fromkeys(("kilo", "kilos", "kgs", "kilogram", "kilograms"), "kg"),
    **dict.fromkeys(("cms", "centimeter", "centimeters", "centimetre", "centimetres"), "cm"),
    **dict.fromkeys(("meter", "metre", "meters", "metres"), "m"),
    **dict.fromkeys(("milligram", "milligrams", "mgs"), "mg"),
    **dict.fromkeys(("cc",), "mL"),
}
"""Unsafe or unknown spellings, and what is probably meant: offered, never taken."""


def spelled_out(unit: str) -> str:
    """A unit as the tables of kinds have it, each side of its stroke, however it is spelt.

    >>> spelled_out("l/hour"), spelled_out("mg")
    ('L/h', 'mg')
    """
    return _translated(unit, _SPELLINGS)


def _translated(unit: str, words: Mapping[str, str]) -> str:
    return "/".join(words.get(part, part) for part in unit.split("/"))


def probable_unit(unit: str, allowed: Sequence[str]) -> str:
    """The allowed unit that was probably meant, or nothing. Only its spelling may differ: never ng for mg."""
    by_lower = {symbol.lower(): symbol for symbol in allowed}
    words = {word: probable.lower() for word, probable in (_SPELLINGS | _PROBABLY).items()}
    lower = re.sub(r"^x ?(10\^[0-9]+)(?=/|$)", r"x \1 cells", _translated(_translated(unit.lower(), words), words))
    probable = by_lower.get(_PROBABLY.get(unit.lower(), lower).lower()) or by_lower.get(lower)
    if probable:
        return probable
    from difflib import get_close_matches

    mass, stroke, below = lower.partition("/")
    if "/" in below and lower.rpartition("/")[0] in by_lower:
        return ""  # mg/m2 and something more: no time is guessed
    alike = [symbol for symbol in by_lower if symbol.startswith(mass + "/")] if stroke else list(by_lower)
    near = get_close_matches(lower, alike, 1, 0.7)
    return by_lower[near[0]] if near and not near[0].endswith(lower) else ""  # mol is never meant to be mmol


def is_unit(word: str) -> bool:
    """Whether a word is a unit, however it is spelt.

    >>> is_unit("kg"), is_unit("KG"), is_unit("pounds"), is_unit("µg"), is_unit("cec-induction")
    (True, True, True, True, False)
    """
    symbol, lower = spelled_out(word), word.lower()
    symbols = {unit for kind in KINDS for unit in kind.units}
    return symbol in symbols or lower in _PROBABLY or lower in {unit.lower() for unit in symbols}
