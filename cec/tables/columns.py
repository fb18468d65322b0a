"""Which column of a table tells which fact, by its name; all other columns pass through."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from cec.errors import Fault, FileError, InputError
from cec.facts import EARLIER_DOSES, FACTS, HISTORY, drug_of, earlier_doses_of, fact_of, told_facts
from cec.load.declarations import read_reduction
from cec.patient import Reduction
from cec.regimen import Regimen

OF_THE_ORDER = tuple(fact.name for fact in told_facts("order"))

ABOUT_THE_PERSON = tuple(fact.name for fact in FACTS.values() if fact.is_of_the_person)
"""Facts that no dose and no alert depends on; read where they are printed, else they only pass through."""

_REDUCE = "reduce"

DECLARATIONS = {_REDUCE: "reductions", "set": "set", "without": "without"}
"""The columns of what a person declares of doses, each with the key under which a patient file has it as a list."""

TOLD = (*(fact.name for fact in told_facts("patient")), *DECLARATIONS, *OF_THE_ORDER)
"""What a column can tell, beside the flags of a regimen's checks and `earlier_` with a drug."""

_OTHER_UNITS = frozenset(
    {"oz", "ounce", "ounces", "st", "stone", "stones", "ft", "feet", "foot", "d", "day", "days", "wk", "week", "weeks"}
)
"""Words in the name of a column that tell a unit in which no bare number is read."""

_UNITS_IN_NAMES = {
    "cm": ("centimetres", "centimeters"),
    "m": ("metres", "meters"),
    "in": ("inch", "inches"),
    "kg": ("kgs", "kilograms"),
    "g": ("gram", "grams"),
    "lb": ("lbs", "pound", "pounds"),
    "years": ("year", "yrs", "yr", "y"),
    "months": ("month", "mos", "mo"),
    "micromol/L": ("umol_l",),
    "%": ("percent",),
}
"""How else the name of a column tells a unit, beside the unit itself."""

_NOT_IN_NAMES = frozenset({"ft"})
"""Units of which no column has a bare number: people write feet and inches together."""

_SHORT = frozenset({"in", "m", "g", "y"})
"""Units that are also words or letters of another meaning, unless the name ends in them."""

_OTHER_NAMES = dict.fromkeys(("reductions", "reduction"), _REDUCE)
"""What a patient file calls it."""

_OFTEN_CALLED = {
    **{name: fact.name for fact in FACTS.values() for name in fact.often_called},
    **dict.fromkeys(("dose_reduction", "dose_reductions", "reduced"), _REDUCE),
}
"""Names that other programs give a fact. They are told of, not read."""

_BARE = re.compile(r"\s*[0-9]+(\.[0-9]+)?\s*", re.ASCII)


class Column(NamedTuple):
    """A column that tells a fact; `unit` is that of cells that are a bare number, where the column's name says it."""

    name: str
    unit: str = ""

    def text(self, cell: str | None) -> str:
        """What a cell says, with its unit; nothing where it is empty.

        >>> Column("weight_lb", "lb").text("57.3"), Column("weight_lb", "lb").text("26 kg")
        ('57.3 lb', '26 kg')
        """
        if cell is None or not cell.strip():
            return ""
        return f"{cell} {self.unit}" if self.unit and _BARE.fullmatch(cell) else cell


def find_columns(
    names: Sequence[str],
    renamed: Mapping[str, str],
    *,
    flags: Collection[str] = (),
    drugs: Collection[str] = (),
    file: str = "",
) -> dict[str, Column]:
    """The column of each fact that the table tells; FileError where height or weight has none, or a fact has two.

    `renamed` says which column tells a fact, whatever its name. `flags` are yes-or-no facts that a regimen asks for.

    >>> find_columns(["ID", "Wzrost", "weight (kg)"], {"height": "Wzrost"})["weight"]
    Column(name='weight (kg)', unit='kg')
    """
    known = _known(flags, drugs)
    found: dict[str, Column] = {}
    for word, name in renamed.items():
        if word not in known:
            near = difflib.get_close_matches(word, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join((*TOLD, *flags))}"
            raise InputError(f"'{word}' is nothing that a column can tell; {hint}")
        if name not in names:
            raise FileError(
                Fault(f"there is no column '{name}' for the {word}; there are {', '.join(names)}", "", file)
            )
        fact, unit = known[word]
        unit = _unit_of(fact, unit, word, name)
        if fact in found:
            raise InputError(f"two columns are given for the {fact}: {found[fact].name} and {name}; give one")
        if other := next((each for each, column in found.items() if column.name == name), ""):
            raise InputError(f"the column {name} is given for the {other} and the {fact}; a column tells one thing")
        found[fact] = Column(name, unit)
    taken = set(renamed.values())
    for name in names:
        fact, unit = known.get(_plain(name), ("", ""))
        if not fact or name in taken or fact in {known[word][0] for word in renamed}:
            continue
        if fact in found:
            raise FileError(
                Fault(
                    f"two columns tell the {fact}: {found[fact].name} and {name}; {_say_which(fact)}",
                    "",
                    file,
                )
            )
        found[fact] = Column(name, unit)
    if missing := [fact for fact in ("height", "weight") if fact not in found]:
        units = {"height": "cm", "weight": "kg"}
        faults = (
            f"no column tells the {fact}; name it {fact}_{units[fact]} or {fact}, or {_say_which(fact)}; "
            f"there are {', '.join(names)}"
            for fact in missing
        )
        raise FileError(*(Fault(text, "", file) for text in faults))
    return found


def _say_which(fact: str) -> str:
    """How to say which column tells a fact: to a command, and to `dose_table`."""
    return f"say which with --map {fact}=COLUMN (in Python columns={{'{fact}': 'COLUMN'}})"


def columns_for(
    names: Sequence[str], renamed: Mapping[str, str], regimens: Sequence[Regimen], file: str = ""
) -> dict[str, Column]:
    """The column of each fact, with those that these regimens ask for: flags, and earlier doses of their drugs."""
    lines = [line for regimen in regimens for line in regimen.drugs]
    bands = [band.when for line in lines if isinstance(line.dose, tuple) for band in line.dose]
    checks = [check.when for regimen in regimens for check in regimen.checks]
    flags = {condition.fact for when in (*bands, *checks) for condition in when if condition.is_so is not None}
    drugs = {line.drug for line in lines}
    return find_columns(names, renamed, flags=flags, drugs=drugs, file=file)


def misspelt(names: Sequence[str], renamed: Mapping[str, str]) -> list[tuple[str, str]]:
    """Columns that pass through although their name is nearly that of a fact, or often means it, each with that fact.

    >>> misspelt(["id", "height", "weight", "creatinin", "DOB"], {})
    [('creatinin', 'creatinine'), ('DOB', 'born')]
    """
    known = _known((), ())
    facts = {fact for fact, _ in (known.get(_plain(name), ("", "")) for name in names)} | set(renamed)
    others = [fact for fact in TOLD if fact not in facts]
    found = []
    for name in names:
        plain = _plain(name)
        if plain in known or name in renamed.values():
            continue
        often = _OFTEN_CALLED.get(plain, "")
        near = [often] if often and often not in facts else difflib.get_close_matches(plain, others, 1, 0.8)
        found += [(name, fact) for fact in near]
    return found


def patient_texts(texts: Mapping[str, str]) -> dict[str, str | list[str] | dict[str, str]]:
    """The texts of a row as `load_patient` takes them: flags and earlier doses in their own mappings."""
    patient: dict[str, str | list[str] | dict[str, str]] = {}
    history: dict[str, str] = {}
    earlier: dict[str, str] = {}
    for fact, text in texts.items():
        if fact in DECLARATIONS:
            patient[DECLARATIONS[fact]] = _each_declaration(text)
        elif fact in FACTS:
            patient |= {fact: text} if fact not in OF_THE_ORDER else {}
        elif drug := drug_of(fact):
            earlier[drug] = text
        else:
            history[fact] = text
    if history:
        patient[HISTORY] = history
    if earlier:
        patient[EARLIER_DOSES] = earlier
    return patient


def read_reductions(text: str) -> tuple[Reduction, ...]:
    """The reductions of a cell; CecError where one of them is none.

    >>> [(one.drug, one.reason) for one in read_reductions("etoposide=25%: a; b; clofarabine=50%: c")]
    [('etoposide', 'a; b'), ('clofarabine', 'c')]
    """
    return tuple(map(read_reduction, _each_declaration(text)))


def _each_declaration(text: str) -> list[str]:
    """What a cell declares, one by one: a semicolon parts them where a drug follows, with = or : behind it."""
    return re.split(r"\s*;\s*(?=[^;=:]+[=:])", text.strip(" ;"))


def for_any_regimen(renamed: Mapping[str, str]) -> dict[str, str]:
    """Those of the words that tell the same whatever the regimen asks for."""
    known = _known((), ())
    return {word: name for word, name in renamed.items() if word in known}


def _unit_of(fact: str, unit: str, word: str, name: str) -> str:
    """The unit of a column that was given for a fact: the one that was said, else the one that its name tells.

    >>> _unit_of("weight", "", "weight", "Waga (lb)"), _unit_of("weight", "", "weight", "Waga")
    ('lb', '')
    """
    endings = _endings(fact)
    plain = f"_{_plain(name)}"
    ending = next((ending for ending in endings if plain.endswith(f"_{ending}")), "")
    words = plain.split("_")
    ending = ending or next((word for word in words if word in endings and word not in _SHORT), "")
    named = endings.get(ending, "")
    if endings and not (unit or named) and (other := [word for word in words if word in _OTHER_UNITS]):
        raise InputError(
            f"the column {name} is given for {word}, but its name says {other[0]}, in which no bare number is read; "
            "write the unit into the cells, and name the column without it"
        )
    if unit and named and unit != named:
        raise InputError(
            f"the column {name} is given for {word}, but its name says {named}; give it for {fact}_{ending}"
        )
    return unit or named


def _known(flags: Collection[str], drugs: Collection[str]) -> dict[str, tuple[str, str]]:
    """Every name of a column that tells something: its fact and its unit."""
    known = {fact: (fact, "") for fact in (*TOLD, *flags)}
    known |= {name: (fact, "") for name, fact in _OTHER_NAMES.items()}
    for fact in (*told_facts("patient"), *map(earlier_doses_of, drugs)):
        plain = _plain(fact.name)
        known[plain] = (fact.name, "")
        known |= {f"{plain}_{ending}": (fact.name, unit) for ending, unit in _endings(fact.name).items()}
    return known


def _endings(name: str) -> dict[str, str]:
    """The endings of the name of a column that tell the unit of a fact, each with that unit.

    >>> _endings("creatinine")
    {'mg_dl': 'mg/dL', 'micromol_l': 'micromol/L', 'umol_l': 'micromol/L'}
    """
    units = (unit for kind in fact_of(name).kinds for unit in kind.units if unit not in _NOT_IN_NAMES)
    named = ((unit, (_plain(unit), *_UNITS_IN_NAMES.get(unit, ()))) for unit in units)
    return {ending: unit for unit, endings in named for ending in endings if ending}


def _plain(name: str) -> str:
    """A column's name in small letters, other signs than letters and digits as one underscore.

    >>> _plain("Weight (kg)")
    'weight_kg'
    """
    letters = unicodedata.normalize("NFKC", name).casefold().replace("\N{GREEK SMALL LETTER MU}", "u")
    return re.sub(r"[\W_]+", "_", letters).strip("_")
