"""Columns that are not read although their names hold a word of a fact: nobody is dosed before a person settles them.

A word is what stands between signs that are no letters, or changes of case: `ageUnit` has age; `stage`, `page` and
`dosage` do not. A name that ends in one of `ENDINGS_THAT_PASS` tells about a fact, and not the fact.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from cec.conditions import history_asked
from cec.drug_names import own_words
from cec.errors import Fault, FileError
from cec.facts import drug_of, earlier_doses_of, told_facts
from cec.load.misspelt import readable_regimens
from cec.regimen import Regimen
from cec.tables.columns import ABOUT_THE_PERSON, names_that_tell
from cec.tables.names import OF_UNITS, plain_name, words_in

ENDINGS_THAT_PASS = ("group", "date", "source", "by", "note")

_BEFORE = frozenset({"prior", "previous", "earlier", "cumulative"})
_PLAIN_FORMS = {
    **dict.fromkeys(("allergy", "allergic"), "allergies"),
    **dict.fromkeys(("reduce", "reduced", "reduction", "reductions"), "reduce"),
    **dict.fromkeys((*_BEFORE, "hsct", "transplant", "dose", "doses"), ""),
}
"""How else people name facts, each with what it probably tells, where that is one thing."""

_NO_WORDS = frozenset({"on", "of", "day", "date", "serum", "written", "count", "total", "got"})
"""Words in names of facts that tell nothing by themselves."""

_ALIKE = 0.85
_SHORTEST = 5
"""How alike a misspelt name is, and of how many letters at least: `page` is near to `age`, and another word."""


class Asked(NamedTuple):
    """Why a column is asked about, and what it probably tells; nothing where that may be several things."""

    why: str
    what: str = ""


def refuse_asked(
    header: Sequence[str],
    read: Collection[str],
    regimens: Sequence[Regimen],
    likely: Mapping[str, str] = MappingProxyType({}),
    *,
    ignored: Collection[str] = (),
    file: str = "",
) -> None:
    """FileError with each column that is not read and that a person must settle, before any row is dosed.

    What another regimen that is found asks for passes. `likely` is what some columns tell probably, whatever
    their words; without a `file` they are those of a frame.
    """
    if absent := [name for name in ignored if name not in header]:
        raise FileError(Fault(f"there is no column '{absent[0]}' to ignore; there are {', '.join(header)}", "", file))
    unread = [name for name in header if name not in read and name not in ignored]
    asked = asked_about(unread, regimens)
    asked |= {name: Asked(f"is nearly {what}", what) for name, what in likely.items() if name in unread}
    if asked:
        others = history_asked(*readable_regimens([plain_name(name) for name in asked]))
        asked = {name: each for name, each in asked.items() if plain_name(name) not in others}
    questions = (_question(name, asked[name], is_file=bool(file)) for name in unread if name in asked)
    faults = [Fault(text, "", file, code="unread-column") for text in questions]
    if faults:
        raise FileError(*faults)


def _question(name: str, asked: Asked, *, is_file: bool) -> str:
    """What a person is asked about a column, and how to answer."""
    what = asked.what or "WHAT"
    answer = f"--map '{what}={name}'" if is_file else f"columns={{{what!r}: {name!r}}}"
    ignored = f"--ignore-column '{name}'" if is_file else f"ignore=[{name!r}]"
    if_so = "if it tells that" if asked.what else "to say what it tells"
    return f"column '{name}' is not read, and its name {asked.why}: add {answer} {if_so}, else {ignored}"


def asked_about(unread: Sequence[str], regimens: Sequence[Regimen]) -> dict[str, Asked]:
    """Those of these columns that a person must settle.

    >>> from cec.load import load_regimen
    >>> names = ["ward", "note", "stage", "age_group", "allergy", "ageUnit", "etoposide_reduction", "creatinin"]
    >>> for name, asked in asked_about(names, [load_regimen("cec-induction")]).items():
    ...     print(name, *asked)
    allergy has the word 'allergy' allergies
    ageUnit is nearly age_unit age_unit
    etoposide_reduction has the word 'etoposide' reduce
    creatinin is nearly creatinine creatinine
    """
    asked = {}
    words = words_of_facts(regimens)
    spelt = {name: fact.name for fact in told_facts("patient", "order") for name in fact.often_called}
    known = names_that_tell(history_asked(*regimens))
    names = {name: what for name, (what, _) in known.items() if len(name) >= _SHORTEST and what not in ABOUT_THE_PERSON}
    for name in unread:
        plain, parts = plain_name(name), words_in(name)
        if plain in spelt:
            asked[name] = Asked(f"often means {spelt[plain]}", spelt[plain])
        elif plain in OF_UNITS:
            asked[name] = Asked("tells a unit", "weight_unit")
        elif parts and parts[-1] in ENDINGS_THAT_PASS:
            continue
        elif len(plain) >= _SHORTEST and (near := difflib.get_close_matches(plain, names, 1, _ALIKE)):
            what = names[near[0]]
            why = f"is that of {what}, which another column tells" if plain == near[0] else f"is nearly {near[0]}"
            asked[name] = Asked(why, what)
        elif held := [part for part in parts if part in words]:
            asked[name] = Asked(f"has the word '{held[0]}'", _likely(parts, [words[word] for word in held]))
    return asked


def _likely(parts: Sequence[str], facts: Sequence[str]) -> str:
    """What a column probably tells, of what its words do; earlier doses of a drug only where it says that."""
    is_before = not _BEFORE.isdisjoint(parts)
    return next((what for what in facts if what and (is_before or not drug_of(what))), "")


def words_of_facts(regimens: Sequence[Regimen]) -> Mapping[str, str]:
    """Every word of a fact that a dose or an alert depends on, or of a drug of these regimens, with what it tells."""
    words = dict(_PLAIN_FORMS)
    facts = [fact for fact in told_facts("patient", "order") if not fact.is_of_the_person]
    names = [(fact.name, fact) for fact in facts] + [(name, fact) for fact in facts for name in fact.often_called]
    for name, fact in names:
        words |= {word: words.get(word, fact.name) for word in words_in(name) if word not in _NO_WORDS}
    for flag in history_asked(*regimens):
        known = (word for word in words_in(flag) if word not in _BEFORE)
        words |= {word: flag for word in known if len(word) >= _SHORTEST or word in _PLAIN_FORMS}
    drugs = {line.drug for regimen in regimens for line in regimen.drugs}
    return words | {word: earlier_doses_of(drug).name for drug in drugs for word in own_words(drug)}


def asked_elsewhere(unread: Sequence[str]) -> list[str]:
    """Those of these columns that tell a fact of the history for which another regimen that is found asks."""
    plain = {name: plain_name(name) for name in unread if plain_name(name) not in ABOUT_THE_PERSON}
    others = history_asked(*readable_regimens(plain.values())) if plain else ()
    return [name for name in plain if plain[name] in others]
