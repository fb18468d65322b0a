"""Which column of a table tells which fact, by its name; all other columns pass through."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from cec.conditions import history_asked
from cec.errors import Fault, FileError, InputError
from cec.facts import EARLIER_DOSES, FACTS, HISTORY, drug_of, earlier_doses_of, told_facts
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.tables.declared import AS_CEC_WRITES, Declared
from cec.tables.names import OF_UNITS, plain_name, spellings, unit_in_name, units_of

OF_THE_ORDER = tuple(fact.name for fact in told_facts("order"))

ABOUT_THE_PERSON = tuple(fact.name for fact in FACTS.values() if fact.is_of_the_person)
"""Facts that no dose and no alert depends on; read where they are printed, else they only pass through."""

_REDUCE = "reduce"

DECLARATIONS = {_REDUCE: "reductions", "set": "set", "without": "without"}
"""The columns of what a person declares of doses, each with the key under which a patient file has it as a list."""

CHOOSE = "choose"
"""The column of what is chosen where a regimen leaves something open."""

TOLD = (*(fact.name for fact in told_facts("patient")), *DECLARATIONS, CHOOSE, *OF_THE_ORDER)
"""What a column can tell, beside the flags of a regimen's checks and `earlier_` with a drug."""

_OTHER_NAMES = {
    **dict.fromkeys(("reductions", "reduction"), _REDUCE),
    **dict.fromkeys(("bsa", "bsa_m2", "body_surface_area", "body_surface_area_m2"), "written_bsa"),
}
"""What patient files and tables call them."""


class Column(NamedTuple):
    """A column that tells a fact; `unit` is that of its bare numbers, where its name says it."""

    name: str
    unit: str = ""
    unit_column: str = ""
    """The column that tells the unit of each cell; nothing where none does."""
    declared: Declared = AS_CEC_WRITES
    """How its cells are written."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the table that are read for the fact."""
        return (self.name, self.unit_column) if self.unit_column else (self.name,)


def find_columns(
    names: Sequence[str],
    renamed: Mapping[str, str],
    *,
    flags: Collection[str] = (),
    drugs: Collection[str] = (),
    file: str = "",
) -> dict[str, Column]:
    """The column of each fact that the table tells; FileError where height or weight has none, or a fact has two.

    `renamed` says which column tells a fact, or its unit, whatever its name. `flags` are yes-or-no facts that a regimen
    asks for.

    >>> find_columns(["ID", "Wzrost", "weight (kg)"], {"height": "Wzrost"})["weight"][:2]
    ('weight (kg)', 'kg')
    """
    known = names_that_tell(flags, drugs)
    found = _as_said(names, renamed, known, file)
    given = {*found, *(column.name for column in found.values())}
    for name in names:
        what, unit = next((known[each] for each in spellings(name) if each in known), ("", ""))
        if not what or name in given or what in given:
            continue
        if what in found:
            raise FileError(
                Fault(
                    f"two columns tell the {what}: {found[what].name} and {name}; {_say_which(what)}",
                    "",
                    file,
                    code="column-twice",
                )
            )
        found[what] = Column(name, unit)
    if missing := [fact for fact in ("height", "weight") if fact not in found]:
        usual = {"height": "cm", "weight": "kg"}
        faults = (
            f"no column tells the {fact}; name it {fact}_{usual[fact]} or {fact}, or {_say_which(fact)}; "
            f"there are {', '.join(names)}"
            for fact in missing
        )
        raise FileError(*(Fault(text, "", file, code="no-such-column") for text in faults))
    units = {what.removesuffix(_UNIT): column.name for what, column in found.items() if what.endswith(_UNIT)}
    return {
        fact: column._replace(unit_column=units.get(fact, ""))
        for fact, column in found.items()
        if not fact.endswith(_UNIT)
    }


_UNIT = "_unit"
"""Ends the name of what a column of units tells: `weight_unit`."""


def _as_said(
    names: Sequence[str], renamed: Mapping[str, str], known: Mapping[str, tuple[str, str]], file: str
) -> dict[str, Column]:
    """The columns of which somebody said what they tell; CecError where there is none, or two tell the same."""
    found: dict[str, Column] = {}
    for word, name in renamed.items():
        if word not in known:
            near = difflib.get_close_matches(word, known, 1)
            hint = (
                f"did you mean {near[0]}?"
                if near
                else f"known are {', '.join(TOLD)} and the flags and drugs of the regimen"
            )
            raise InputError(f"'{word}' is nothing that a column can tell; {hint}")
        if name not in names:
            raise FileError(
                Fault(
                    f"there is no column '{name}' for the {word}; there are {', '.join(names)}",
                    "",
                    file,
                    code="no-such-column",
                )
            )
        what, unit = known[word]
        unit = unit_in_name(what, unit, word, name)
        if what in found:
            raise InputError(f"two columns are given for the {what}: {found[what].name} and {name}; give one")
        if other := next((each for each, column in found.items() if column.name == name), ""):
            raise InputError(f"the column {name} is given for the {other} and the {what}; a column tells one thing")
        found[what] = Column(name, unit)
    return found


def _say_which(fact: str) -> str:
    """How to say which column tells a fact: to a command, and to `dose_table`."""
    return f"say which with --map {fact}=COLUMN (in Python columns={{'{fact}': 'COLUMN'}})"


def columns_for(
    names: Sequence[str],
    renamed: Mapping[str, str],
    regimens: Sequence[Regimen],
    file: str = "",
    declared: Declared = AS_CEC_WRITES,
) -> dict[str, Column]:
    """The column of each fact, with those that these regimens ask for: flags, and earlier doses of their drugs."""
    drugs = {line.drug for regimen in regimens for line in regimen.drugs}
    found = find_columns(names, renamed, flags=history_asked(*regimens), drugs=drugs, file=file)
    return {fact: column._replace(declared=declared) for fact, column in found.items()}


def asked_columns(columns: Mapping[str, Column], regimen: Regimen, pharmacy: Pharmacy) -> dict[str, Column]:
    """The columns without those of a history for which another regimen asks, and not this one or the pharmacy."""
    asked = history_asked(regimen, pharmacy)
    return {fact: column for fact, column in columns.items() if fact in asked or not is_of_history(fact)}


def is_of_history(fact: str) -> bool:
    """Whether a fact that a column tells is a yes or no of the history.

    >>> is_of_history("prior_hsct"), is_of_history("reduce"), is_of_history("earlier_doxorubicin")
    (True, False, False)
    """
    return fact not in FACTS and fact not in {*DECLARATIONS, CHOOSE} and not drug_of(fact)


def patient_texts(texts: Mapping[str, str]) -> dict[str, str | list[str] | dict[str, str]]:
    """The texts of a row as `load_patient` takes them: flags and earlier doses in their own mappings."""
    patient: dict[str, str | list[str] | dict[str, str]] = {}
    history: dict[str, str] = {}
    earlier: dict[str, str] = {}
    for fact, text in texts.items():
        if fact in DECLARATIONS:
            patient[DECLARATIONS[fact]] = _each_declaration(text)
        elif fact == CHOOSE:
            patient["choices"] = [part for each in text.split(";") if (part := each.strip())]
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


def _each_declaration(text: str) -> list[str]:
    """What a cell declares, one by one: a semicolon parts them where a drug follows, with = or : behind it."""
    return re.split(r"\s*;\s*(?=[^;=:]+[=:])", text.strip(" ;"))


def for_any_regimen(renamed: Mapping[str, str]) -> dict[str, str]:
    """Those of the words that tell the same whatever the regimen asks for."""
    known = names_that_tell()
    return {word: name for word, name in renamed.items() if word in known}


def names_that_tell(flags: Collection[str] = (), drugs: Collection[str] = ()) -> dict[str, tuple[str, str]]:
    """Every name of a column that tells something: its fact, or that it is the unit of one, and its own unit."""
    names = {fact: (fact, "") for fact in (*TOLD, *flags)}
    names |= {name: (fact, "") for name, fact in _OTHER_NAMES.items()}
    for fact in (*told_facts("patient"), *map(earlier_doses_of, drugs)):
        plain = plain_name(fact.name)
        names[plain] = (fact.name, "")
        units = units_of(fact.name)
        names |= {f"{plain}_{ending}": (fact.name, unit) for ending, unit in units.items()}
        of_units = (name for word in OF_UNITS for name in (f"{plain}_{word}", f"{word}_{plain}"))
        names |= dict.fromkeys(of_units if units else (), (f"{fact.name}{_UNIT}", ""))
    return names
