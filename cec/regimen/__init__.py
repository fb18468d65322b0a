"""The regimen: what the protocol says, exactly as its file says it."""

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

import msgspec

from cec.days import Calendar, is_open
from cec.drug_names import is_same_drug
from cec.keys import key
from cec.regimen.dose_entry import DoseEntry, Rate
from cec.regimen.drug_line import CAPS, DrugLine
from cec.regimen.limits import AnyOf, Comparison, Condition, Conditions, Limit, any_words, condition_words
from cec.regimen.timing import (
    BEFORE_FIRST_INFUSION,
    MEALS,
    PARTS_OF_DAY,
    WEEKDAYS,
    WORDS_OF_DAY,
    Anchor,
    DoseCount,
)
from cec.units import DoseQuantity, Duration, span

__all__ = [
    "AN_EXAMPLE",
    "BEFORE_FIRST_INFUSION",
    "CAPS",
    "MEALS",
    "NOT_SHIPPED",
    "PARTS_OF_DAY",
    "WEEKDAYS",
    "WORDS_OF_DAY",
    "Anchor",
    "AnyOf",
    "Check",
    "Comparison",
    "Condition",
    "Conditions",
    "DoseCount",
    "DoseEntry",
    "DrugLine",
    "Entry",
    "Level",
    "Limit",
    "NextCycle",
    "OtherDoseSet",
    "Rate",
    "Regimen",
    "Review",
    "Source",
    "any_words",
    "condition_words",
    "entry_of",
    "name_in_file",
]

Level = Literal["note", "check", "stop"]

NOT_SHIPPED = "not the shipped "
"""How the name begins of a regimen whose file bears a shipped one's name and has other content."""

NO_DAY_0 = "none"
"""What a regimen says whose day 1 follows day -1 at once."""

AN_EXAMPLE = "examples/"
"""How the name of a shipped example begins, so that nobody takes it for a reviewed regimen of that name."""


def name_in_file(name: str) -> str:
    """The name that stands in the file of a regimen, also where that is a shipped one's.

    >>> name_in_file("not the shipped cec-induction"), name_in_file("examples/mfolfox6")
    ('cec-induction', 'mfolfox6')
    """
    return name.removeprefix(NOT_SHIPPED).removeprefix(AN_EXAMPLE)


Entry = TypeVar("Entry")


def entry_of(drug: str, table: Mapping[str, Entry]) -> Entry | None:
    """What a table by drug holds for this drug, however its name is spelled.

    >>> entry_of("Clofarabine", {"clofarabine": 1})
    1
    """
    if drug in table or not table:
        return table.get(drug)
    return next((entry for name, entry in table.items() if is_same_drug(name, drug)), None)


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a regimen is published."""

    citation: Annotated[str, key("the publication or protocol")]
    url: Annotated[str, key("its address")] = ""

    @property
    def words(self) -> str:
        """The publication with its address."""
        return f"{self.citation}, {self.url}" if self.url else self.citation


class NextCycle(msgspec.Struct, frozen=True, omit_defaults=True):
    """When the next cycle may begin: not before this day of the present one."""

    earliest_day: Annotated[int, key("the day of this cycle that the next one may start on, at the earliest")]
    text: Annotated[str, key("what else must be met")] = ""
    source: Annotated[str, key("by whose rule")] = ""


class Check(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person must look at when every condition is true."""

    when: Annotated[
        Conditions, key("facts and their bounds, all of which must hold; of a list any", reads="any conditions")
    ]
    level: Annotated[Level, key("note, check (a person looks) or stop (no dose)")]
    code: Annotated[str, key("short name, by which a stop is accepted", reads="name")]
    text: Annotated[str, key("what the person should know and do")]
    about: Annotated[str, key("the drug or measure that it is about")] = ""
    source: Annotated[str, key("by whose rule")] = ""
    offers: Annotated[
        dict[str, Annotated[Decimal, key("by how much, or to how much", reads="reduction")]],
        key(
            "what a person may declare then, by drug, e.g. {clofarabine: by 50%}: printed as the option, never applied"
        ),
    ] = {}
    """In percent that are taken off."""
    or_when: AnyOf = ()
    """The rest of a list, of which any may hold."""

    @property
    def any_of(self) -> AnyOf:
        """One of which must hold."""
        return (self.when, *self.or_when)


class OtherDoseSet(msgspec.Struct, frozen=True, omit_defaults=True):
    """Other doses that are published under the same letters: what a foreign order may have been taken from."""

    doses: Annotated[dict[str, DoseQuantity], key("by drug, e.g. {etoposide: 150 mg/m2}")]
    source: Annotated[str, key("where they are published")] = ""


class Review(msgspec.Struct, frozen=True):
    """Who held a regimen's file against its source, when, and which content it had."""

    by: Annotated[str, key("who reviewed the file")]
    date: Annotated[datetime.date, key("on which day", reads="date")]
    sha256: Annotated[str, key("SHA-256 of the file that was reviewed", reads="SHA-256")]


class Regimen(msgspec.Struct, frozen=True, omit_defaults=True):
    """A regimen with its drug lines in the sequence in which a day gives them."""

    name: Annotated[str, key("the regimen's name on the command line", reads="regimen name")]
    title: Annotated[str, key("the regimen's name on paper")]
    edition: Annotated[int, key("raised when any dose, day, route or duration changes")]
    indication: Annotated[str, key("disease and patients", name="for")]
    source: Annotated[Source, key("where the regimen is published")]
    drugs: Annotated[tuple[DrugLine, ...], key("drug lines in the day's sequence")]
    sha256: str
    """Fingerprint of the file."""
    phase: Annotated[str, key("e.g. induction")] = ""
    next_cycle: Annotated[NextCycle | None, key("when the next cycle may begin")] = None
    cycle_length: Annotated[Duration | None, key("from one day 1 to the next, e.g. 28 days", reads="whole days")] = None
    day_0: Annotated[
        str, key("what day 0 is, e.g. transplantation; or none, where day 1 follows day -1 at once", reads="day 0")
    ] = ""
    prescribe_separately: Annotated[tuple[str, ...], key("what is not computed here and must not be forgotten")] = ()
    checks: Annotated[tuple[Check, ...], key("what a person must look at, and when")] = ()
    other_dose_sets: Annotated[
        tuple[OtherDoseSet, ...],
        key("other doses under the same letters, which `cec verify` recognises in a foreign order"),
    ] = ()
    assumed: Annotated[dict[str, str], key("what goes beyond the source: what, and why")] = {}
    status: Annotated[
        Literal["draft", "example", "in use", "withdrawn"], key("whether it may be used; else it is in use")
    ] = "in use"
    superseded_by: Annotated[str, key("the name of the regimen that takes its place", reads="name")] = ""
    reviews: tuple[Review, ...] = ()
    """Of the file beside the regimen's: also of content that it no longer has."""

    @property
    def review(self) -> Review | None:
        """The last review of the file as it is; None where nobody reviewed that."""
        return next((each for each in reversed(self.reviews) if each.sha256 == self.sha256), None)

    @property
    def is_reviewed(self) -> bool:
        """Whether somebody reviewed the file as it is."""
        return self.review is not None

    @property
    def conditions(self) -> Iterator[Conditions]:
        """All that checks, doses and lines hang on."""
        yield from (conditions for check in self.checks for conditions in check.any_of)
        for line in self.drugs:
            yield from line.only
            yield from (conditions for entry in line.entries for conditions in entry.for_whom)

    @property
    def calendar(self) -> Calendar:
        """How its days are counted."""
        return Calendar(has_day_0=self.day_0 not in {"", NO_DAY_0})

    @property
    def is_endless(self) -> bool:
        """Whether nothing in the file says where the days of some line end."""
        return self.last_day is None and any(
            (is_open(line.days) or line.repeat) and not line.total_doses for line in self.drugs
        )

    @property
    def last_day(self) -> int | None:
        """The last day of a cycle, where its length is said."""
        return span(self.cycle_length).days if self.cycle_length else None
