"""Misspelt names: facts of a history that no regimen that is found asks for, and drugs that none gives."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path

from cec.conditions import history_asked
from cec.drug_names import misspelt_drug
from cec.errors import CecError, Fault, FileError, InputError
from cec.load.nodes import Node, read_bytes
from cec.load.search import found_regimens
from cec.load.treatment_file import load_either
from cec.load.yaml_nodes import read_file
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen, entry_of

_SHARED_WORD = 4
"""Letters that a word has at least which two names must share to be alike."""


def readable_regimens(words: Collection[str] = ()) -> Iterator[Regimen]:
    """Every regimen that is found by its name, and those of treatments; a file with faults is left out.

    Where only some words matter, files in whose text none of them stands are not loaded.
    """
    for found in found_regimens():
        try:
            if words and not _may_ask(read_bytes(found.path), words):
                continue
            loaded = load_either(found.path)
        except CecError:
            continue
        yield from (loaded,) if isinstance(loaded, Regimen) else loaded.regimens


def _may_ask(content: bytes, words: Collection[str]) -> bool:
    """Whether one of these words stands in a file, or the file is a treatment, whose regimens may lie elsewhere."""
    text = content.decode("utf-8", "replace").casefold()
    return "phases:" in text or not set(re.findall(r"\w+", text)).isdisjoint(words)


def refuse_unasked(patient: Patient, regimen: Regimen, pharmacy: Pharmacy, file: Path | None = None) -> None:
    """InputError for facts of a history that neither this regimen and pharmacy nor any regimen that is found asks for.

    Those of a patient's `file` have their places in it; others were typed.

    >>> from cec.load import load_patient, load_regimen
    >>> texts = {"height": "128", "weight": "26", "history": {"HSCT": "true"}}
    >>> refuse_unasked(load_patient(texts=texts), load_regimen("cec-induction"), Pharmacy())
    Traceback (most recent call last):
    cec.errors.InputError: --history: no check asks for 'HSCT'; did you mean 'prior_hsct'?
    """
    asked = history_asked(regimen, pharmacy)
    if not patient.history.keys() - asked:
        return
    asked |= history_asked(*readable_regimens())
    if unasked := sorted(patient.history.keys() - asked):
        places = _places_of(read_file(file).root.value_of("history")) if file else {}
        raise InputError(*(_unasked(name, asked, file, places.get(name)) for name in unasked))


def refuse_unknown_to_all(patient: Patient, file: Path) -> None:
    """FileError, with the places in the patient's file, for what no regimen that is found knows, and so is misspelt.

    Facts of the history for which none asks, and drugs whose name is near to one that is given.
    """
    drugs = {
        "earlier_doses": [*patient.earlier_doses],
        "reductions": [each.drug for each in patient.reductions],
        "set": [each.drug for each in patient.set_doses],
        "without": [each.drug for each in patient.withheld],
        "choices": [*patient.choices],
    }
    if not patient.history and not any(drugs.values()):
        return
    regimens = tuple(readable_regimens())
    asked, given = history_asked(*regimens), {line.drug for regimen in regimens for line in regimen.drugs}
    root = read_file(file).root
    keys, facts = _places_of(root), _places_of(root.value_of("history"))
    faults = [_unasked(name, asked, file, facts.get(name, (1, 1))) for name in patient.history if name not in asked]
    for key, names in drugs.items():
        for name in names:
            if near := misspelt_drug(name, given):
                text = f"no regimen gives '{name}'; did you mean '{near}'?"
                faults.append(Fault(text, key, str(file), *keys.get(key, (1, 1))))
    if faults:
        raise FileError(*sorted(faults, key=lambda fault: (fault.line, fault.column)))


def _unasked(name: str, asked: Collection[str], file: Path | None, place: tuple[int, int] | None) -> Fault:
    """A fact of a history for which nobody asks, at its place in a file; without one it was typed."""
    near = nearest_fact(name, asked)
    hint = f"did you mean '{near}'?" if near else f"asked for are {', '.join(sorted(asked))}"
    text = f"no check asks for '{name}'; {hint}"
    return Fault(text, "history", str(file), *place) if place else Fault(text, "--history")


def nearest_fact(name: str, asked: Collection[str]) -> str:
    """The fact that was probably meant: one that is written alike, or that shares a word; or nothing.

    >>> facts = ["prior_hsct", "t_all"]
    >>> nearest_fact("priorHSCT", facts), nearest_fact("HSCT", facts), nearest_fact("ward", facts)
    ('prior_hsct', 'prior_hsct', '')
    """
    letters = {_letters(each): each for each in sorted(asked)}
    if near := get_close_matches(_letters(name), letters, 1, 0.75):
        return letters[near[0]]
    words = _words(name)
    return next((each for each in letters.values() if not words.isdisjoint(_words(each))), "")


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _words(name: str) -> set[str]:
    """The longer words of a name, which capital letters or signs part."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return {word.casefold() for word in re.findall(r"[^\W_]+", apart) if len(word) >= _SHARED_WORD}


def unknown_drugs(path: Path, pharmacy: Pharmacy) -> list[str]:
    """The rules of a pharmacy file for drugs that neither its formulary nor any regimen gives, each in words.

    FileError, with the places in the file, for rules and products of a drug whose name is near to one that is given.
    """
    given = {line.drug for regimen in readable_regimens() for line in regimen.drugs}
    root = read_file(path).root
    faults, unknown = [], []
    for key, names in pharmacy.names_of_drugs.items():
        places = _places_of(root.value_of(key))
        drugs = given if key == "formulary" else given | set(pharmacy.formulary)
        for name in names:
            if near := misspelt_drug(name, drugs):
                text = f"no regimen gives this drug; did you mean '{near}', to which nothing of it is applied?"
                faults.append(Fault(text, f"{key}: {name}", str(path), *places.get(name, (0, 0))))
            elif key != "formulary" and entry_of(name, dict.fromkeys(drugs, True)) is None:
                unknown.append(f"{name} ({key})")
    if faults:
        raise FileError(*faults)
    return unknown


def _places_of(mapping: Node | None) -> dict[str, tuple[int, int]]:
    """The keys of a mapping of a file, each with its line and column."""
    return {key.text or "": (key.line, key.column) for key, _ in (mapping or Node()).entries or ()}
