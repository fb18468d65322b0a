"""The regimen: what the protocol says, exactly as its file says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar

import msgspec

from cec.units import Quantity, dose_unit

Comparison = Literal["<", "<=", ">", ">="]
Level = Literal["note", "check", "stop"]

LAST_DAY = 366
"""The longest cycle that a regimen may describe, in days."""

NOT_SHIPPED = "not the shipped "
"""How the name begins of a regimen whose file bears a shipped one's name and has other content."""

BEFORE_FIRST_INFUSION = "before first infusion"
"""The one time of day that is no clock time."""


Entry = TypeVar("Entry")


def entry_of(drug: str, table: Mapping[str, Entry]) -> Entry | None:
    """What a table by drug holds for this drug, however its name is capitalised.

    >>> entry_of("Clofarabine", {"clofarabine": 1})
    1
    """
    if drug in table:
        return table[drug]
    return next((entry for name, entry in table.items() if name.casefold() == drug.casefold()), None)


class Limit(msgspec.Struct, frozen=True):
    """One bound of a condition: ``under 20 kg``."""

    comparison: Comparison
    value: Quantity


class Condition(msgspec.Struct, frozen=True):
    """One fact and what must be true of it: within every limit, or just so (yes or no)."""

    fact: str
    limits: tuple[Limit, ...] = ()
    is_so: bool | None = None


_COMPARED = {"<": "under", "<=": "at most", ">": "over", ">=": "at least"}


def condition_words(condition: Condition) -> str:
    """What must be true, in words.

    >>> from decimal import Decimal
    >>> condition_words(Condition("weight", (Limit("<", Quantity(Decimal(20), "kg")),)))
    'weight under 20 kg'
    """
    fact = condition.fact.replace("_", " ")
    if condition.is_so is not None:
        return fact if condition.is_so else f"no {fact}"
    return f"{fact} {' and '.join(f'{_COMPARED[limit.comparison]} {limit.value}' for limit in condition.limits)}"


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a regimen is published."""

    citation: str
    url: str = ""


class DoseBand(msgspec.Struct, frozen=True):
    """The dose for patients of whom every condition is true."""

    when: tuple[Condition, ...]
    dose: Quantity


class DrugLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One drug of a regimen: dose, route, duration and days, and when in the day it is given.

    `dose` is for one administration, unless `divided_into` says that it is a day's dose in so many parts. Its unit is
    its basis: mg/m2 by BSA, mg/kg by weight, AUC by Calvert, mg flat.
    """

    drug: str
    dose: Quantity | tuple[DoseBand, ...]
    route: str
    days: tuple[int, ...]
    purpose: str = ""
    over: Quantity | None = None
    maximum: Quantity | None = None
    lifetime_maximum: Quantity | None = None
    times: int = 1
    every: Quantity | None = None
    divided_into: int = 1
    at: tuple[str, ...] = ()
    """Clock times (HH:MM), or the one text `before first infusion`."""
    after: str = ""
    gap: Quantity | None = None
    cycles: tuple[int, ...] = ()
    diluent: str = ""
    label: str = ""
    note: str = ""
    source: str = ""
    assumed: dict[str, str] = {}

    @property
    def doses(self) -> tuple[Quantity, ...]:
        """Every dose that the line prescribes to anybody."""
        return (self.dose,) if isinstance(self.dose, Quantity) else tuple(band.dose for band in self.dose)

    @property
    def amount_unit(self) -> str:
        """The unit of the amounts that its doses come to."""
        return dose_unit(self.doses[0].unit).amount

    @property
    def per_day(self) -> int:
        """Administrations on each of its days."""
        return max(self.times, self.divided_into, len(self.at))


class NextCycle(msgspec.Struct, frozen=True, omit_defaults=True):
    """When the next cycle may begin: not before this day of the present one."""

    earliest_day: int
    text: str = ""
    source: str = ""


class Check(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person must look at when every condition is true."""

    when: tuple[Condition, ...]
    level: Level
    code: str
    text: str
    about: str = ""
    source: str = ""


class OtherDoseSet(msgspec.Struct, frozen=True, omit_defaults=True):
    """Other doses that are published under the same letters: what a foreign order may have been taken from."""

    doses: dict[str, Quantity]
    source: str = ""


class Regimen(msgspec.Struct, frozen=True, omit_defaults=True):
    """A regimen with its drug lines in the sequence in which a day gives them."""

    name: str
    title: str
    edition: int
    indication: str
    source: Source
    drugs: tuple[DrugLine, ...]
    sha256: str
    """Fingerprint of the file."""
    phase: str = ""
    next_cycle: NextCycle | None = None
    prescribe_separately: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    other_dose_sets: tuple[OtherDoseSet, ...] = ()
    assumed: dict[str, str] = {}

    @property
    def days(self) -> int:
        """The last day on which a drug is given."""
        return max(day for line in self.drugs for day in line.days)
