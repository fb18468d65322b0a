"""Which saved orders are of one patient: by id, else by name and date of birth; and where these do not fit together."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from cec.errors import Fault
from cec.order import Alert

ONE_ID = "one-id-two-patients"
TWO_IDS = "two-ids-one-patient"


class Person(Protocol):
    """Who an order is for."""

    @property
    def id(self) -> str:
        """The number by which the hospital knows the patient."""

    @property
    def name(self) -> str:
        """The name."""

    @property
    def born(self) -> datetime.date | None:
        """The date of birth."""


Key = tuple[str, str]
"""What all orders of one patient have in common."""


def unknown_patient(person: Person, file: str) -> Iterator[Fault]:
    """Why nobody can tell whose order it is; nothing where an id, or name and date of birth, say so."""
    if not person.id and not (person.name and person.born):
        what = "names no patient: an id, or a name and a date of birth, is needed; draft it again with --id"
        yield Fault(what, "patient", file)


def patient_keys(people: Sequence[Person]) -> list[Key]:
    """What tells each person's orders from those of others, in the sequence of these.

    An order without an id is of the patient who elsewhere has that name and date of birth with one id.
    """
    ids: defaultdict[Key, set[str]] = defaultdict(set)
    for person in people:
        if person.id:
            ids[_name_and_birth(person)].add(person.id)
    return [_key(person, ids.get(_name_and_birth(person), set())) for person in people]


def _key(person: Person, ids: set[str]) -> Key:
    if person.id:
        return person.id, ""
    return (next(iter(ids)), "") if len(ids) == 1 and person.born else _name_and_birth(person)


def _name_and_birth(person: Person) -> Key:
    return " ".join(person.name.casefold().split()), str(person.born or "")


def patient_alerts(files: Iterable[tuple[str, Person]]) -> Iterator[Alert]:
    """What a person must look at where an id has two names or dates of birth, or a name and date of birth two ids."""
    by_id: dict[str, dict[Key, tuple[str, Person]]] = {}
    by_name: dict[Key, dict[str, str]] = {}
    for file, person in files:
        if person.id:
            by_id.setdefault(person.id, {}).setdefault(_name_and_birth(person), (file, person))
            by_name.setdefault(_name_and_birth(person), {}).setdefault(person.id, file)
    for number, people in by_id.items():
        if _are_several(people):
            names = " and ".join(f"{_words(person)} in {file}" for file, person in people.values())
            yield Alert(ONE_ID, "check", number, f"one id is of {names}: one patient or two?")
    for (name, born), numbers in by_name.items():
        if len(numbers) > 1 and name and born:
            ids = " and ".join(f"{number} in {file}" for number, file in numbers.items())
            yield Alert(TWO_IDS, "check", "", f"one name and date of birth have the ids {ids}: one patient or two?")


def _are_several(people: Iterable[Key]) -> bool:
    """Whether names, or dates of birth, differ where they are told."""
    names, dates = zip(*people, strict=True)
    return len(set(filter(None, names))) > 1 or len(set(filter(None, dates))) > 1


def _words(person: Person) -> str:
    return ", ".join(filter(None, (person.name, f"born {person.born}" if person.born else ""))) or "nobody by name"
