"""What the name of a column says by its words: which fact, in which unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from cec.errors import InputError
from cec.facts import fact_of

_OTHER_UNITS = frozenset(
    (
        *("oz", "ounce", "ounces", "st", "stone", "stones", "ft", "feet", "foot"),
        "d",
        *("pfund", "funt", "funty", "funtach", "libra", "libras", "livres", "libbre"),  # pounds, or half kilograms
        *("zoll", "cal", "cale", "calach", "pouces", "pulgadas", "pollici"),  # inches
        *("monat", "monate", "monaten", "mies", "miesiace", "miesiące", "mois", "mes", "meses", "mesi"),  # months
        *("tag", "tage", "tagen", "dni", "jours", "dias", "días", "giorni", "wochen", "semanas", "tygodnie"),
    )
)
"""Words in the name of a column that tell a unit in which no bare number is read, in several languages."""

_UNITS_IN_NAMES = {
    "cm": ("centimetres", "centimeters"),
    "m": ("metres", "meters"),
    "in": ("inch", "inches"),
    "kg": ("kgs", "kilograms"),
    "g": ("gram", "grams"),
    "lb": ("lbs", "pound", "pounds"),
    "years": ("year", "yrs", "yr", "y"),
    "months": ("month", "mos", "mo"),
    "weeks": ("week", "wks", "wk"),
    "days": ("day",),
    "micromol/L": ("umol_l",),
    "x 10^9/L": ("10_9_l", "g_l", "giga_l"),
    "/microL": ("per_microl", "per_ul"),
    "/mm3": ("per_mm3",),
    "%": ("percent",),
}
"""How else the name of a column tells a unit, beside the unit itself."""

_NOT_IN_NAMES = frozenset({"ft"})
"""Units of which no column has a bare number: people write feet and inches together."""

_SHORT = frozenset({"in", "m", "g", "y"})
"""Units that are also words or letters of another meaning, unless the name ends in them."""

OF_UNITS = ("unit", "units", "uom")
"""Words by which the name of a column says that it tells the unit of another one."""


@cache
def units_of(name: str) -> dict[str, str]:
    """How the name of a column ends, or a cell says, that the unit of a fact is this one.

    >>> units_of("creatinine")
    {'mg_dl': 'mg/dL', 'micromol_l': 'micromol/L', 'umol_l': 'micromol/L'}
    """
    units = (unit for kind in fact_of(name).kinds for unit in kind.units if unit not in _NOT_IN_NAMES)
    named = ((unit, (plain_name(unit), *_UNITS_IN_NAMES.get(unit, ()))) for unit in units)
    return {ending: unit for unit, endings in named for ending in endings if ending}


def unit_in_name(fact: str, unit: str, word: str, name: str) -> str:
    """The unit of a column that was given for a fact: the one that was said, else the one that its name tells.

    >>> unit_in_name("weight", "", "weight", "Waga (lb)"), unit_in_name("weight", "", "weight", "Waga")
    ('lb', '')
    """
    endings = units_of(fact)
    plain = f"_{plain_name(name)}"
    ending = next((ending for ending in endings if plain.endswith(f"_{ending}")), "")
    words = plain.split("_")
    ending = ending or next((word for word in words if word in endings and word not in _SHORT), "")
    named = endings.get(ending, "")
    if endings and not (unit or named) and (other := [word for word in words if word in _OTHER_UNITS]):
        known = " or ".join(f"{fact}_{plain_name(each)}" for each in dict.fromkeys(endings.values()))
        raise InputError(
            f"the column {name} is given for {word}, but its name says {other[0]}, in which no bare number is read; "
            f"give it for {known}, or write the unit into the cells, and name the column without it"
        )
    if unit and named and unit != named:
        raise InputError(
            f"the column {name} is given for {word}, but its name says {named}; give it for {fact}_{ending}"
        )
    return unit or named


@lru_cache(maxsize=1 << 12)
def plain_name(name: str) -> str:
    """A column's name in small letters, other signs than letters and digits as one underscore.

    >>> plain_name("Weight (kg)")
    'weight_kg'
    """
    letters = unicodedata.normalize("NFKC", name).casefold().replace("\N{GREEK SMALL LETTER MU}", "u")
    return re.sub(r"[\W_]+", "_", letters).strip("_")


def spellings(name: str) -> Iterator[str]:
    """A column's name in small letters, as it stands and with its words parted: weightKg is weight_kg."""
    yield plain_name(name)
    yield plain_name(_parted(name))


def words_in(name: str) -> list[str]:
    """The words of a column's name: what stands between signs that are no letters, or changes of case.

    >>> words_in("ageUnit"), words_in("HSCT-status 2"), words_in("dosage")
    (['age', 'unit'], ['hsct', 'status'], ['dosage'])
    """
    return re.findall(r"[^\W\d_]+", _parted(name).casefold())


def _parted(name: str) -> str:
    """A name with a space where its case changes."""
    letters = unicodedata.normalize("NFKC", name)
    return "".join(
        f" {letter}" if letter.isupper() and (before.islower() or (before.isupper() and after.islower())) else letter
        for before, letter, after in zip(f" {letters}", letters, f"{letters[1:]} ", strict=False)
    )
