"""What happens to an order after it is drafted: what a revision changed, what was told of doses, who released it.

An order keeps the inputs of revision 1; each change says what is other from one of its days on. From both, every
revision can be computed again.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Literal, TypeAlias

import msgspec

from cec.days import Calendar, Day, paper_date, runs_of
from cec.order.administration import Administration
from cec.order.counts import Number, Sha256, Version
from cec.patient import Patient, Reduction, SetDose, Withheld
from cec.pharmacy import Pharmacy
from cec.units import Amount, Clearance, Creatinine, Height, Quantity, Weight

_A_DAY = datetime.timedelta(days=1)


class SkippedDay(msgspec.Struct, frozen=True):
    """A day on which nothing is given: it and every later day come a day later, or it is left out."""

    day: Day
    then: Literal["move", "drop"]


class MovedDay(msgspec.Struct, frozen=True):
    """The date to which one day of the cycle moves, alone."""

    day: Day
    date: datetime.date


class NewStart(msgspec.Struct, frozen=True):
    """The date of day 1 of a cycle of which nothing was given yet, instead of another."""

    date: datetime.date
    instead_of: datetime.date


class GivenAmount(msgspec.Struct, frozen=True):
    """What was really given of one administration: all of it, another amount, or, with 0, nothing."""

    line: Number
    """The number of the drug line in the regimen, from 1."""
    day: Day
    """The day of the cycle that it is a dose of."""
    number: Number
    """Which of the line's doses of that day this is, from 1."""
    drug: str
    amount: Amount


class AlteredRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """An administration that has another dose, day or time than in the order before, or was not there."""

    line: Number
    day: Day
    number: Number
    was: Administration | None = None
    """None where it was not there."""


class Change(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a revision changed: on which day it was decided, from which day of the cycle it holds, and why.

    Every field but the first four says what is other from that day on; one that is not there stays as it was.
    """

    on: datetime.date
    """Days dated before it count as given as ordered, unless somebody told otherwise."""
    from_day: Day
    reason: str
    written_by: Version
    """The version of cec that wrote the order which this change replaces."""
    height: Height | None = None
    height_given: str = ""
    weight: Weight | None = None
    weight_given: str = ""
    measured_on: datetime.date | None = None
    creatinine: Creatinine | None = None
    creatinine_clearance: Clearance | None = None
    facts: dict[str, Quantity | bool | str] = {}
    """What was told of other facts of the patient, by name."""
    reductions: tuple[Reduction, ...] = ()
    set_doses: tuple[SetDose, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    stopped: tuple[str, ...] = ()
    """The drugs of which nothing is given from that day on."""
    skipped: tuple[SkippedDay, ...] = ()
    restored: tuple[Day, ...] = ()
    """Days that changes before this one left out, and that are given after all."""
    moved: tuple[MovedDay, ...] = ()
    start: NewStart | None = None
    first_infusion: str = ""
    """When the day's first infusion starts."""
    times: dict[str, tuple[str, ...]] = {}
    """The clock times of a drug, by drug."""
    products: dict[str, str] = {}
    """Of which product a drug is made up, by drug."""
    pharmacy: Pharmacy | None = None
    given: tuple[GivenAmount, ...] = ()
    accepted: dict[str, str] = {}
    """The reasons with which alerts were accepted, by their codes."""
    removed: tuple[Administration, ...] = ()
    """The administrations of the order before that are no longer given."""
    altered: tuple[AlteredRow, ...] = ()
    """Those that are given otherwise than in the order before."""

    @property
    def has_measures(self) -> bool:
        """Whether height or weight were measured again."""
        return self.height is not None or self.weight is not None

    @property
    def only_tells(self) -> bool:
        """Whether nothing is other from a day on: it tells what was given, and no more."""
        bare = Change(on=self.on, from_day=self.from_day, reason=self.reason, written_by=self.written_by)
        return bool(self.given) and msgspec.structs.replace(bare, given=self.given, accepted=self.accepted) == (
            msgspec.structs.replace(self, removed=(), altered=())
        )


class Cancelled(msgspec.Struct, frozen=True):
    """On which day a cycle was cancelled of which nothing was given, and why."""

    on: datetime.date
    reason: str

    @property
    def words(self) -> str:
        """When and why."""
        return f"cancelled on {paper_date(self.on)}: {self.reason}"


class Follows(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which order the cycle was continued from, and what of it was carried on with a day of its own."""

    first: Sha256
    """The fingerprint of revision 1 of its chain."""
    fingerprint: Sha256
    age_told_on: datetime.date | None = None
    """The day for which an age was told as a number, where it was carried."""


class Release(msgspec.Struct, frozen=True):
    """Who released the order of this fingerprint, and on which day."""

    by: str
    on: datetime.date
    fingerprint: Sha256


def without_restored_days(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes without the days that one of them leaves out and a later one restores."""
    kept: list[Change] = []
    restored: set[int] = set()
    for change in reversed([*changes]):
        skipped = tuple(skip for skip in change.skipped if skip.then == "move" or skip.day not in restored)
        kept.append(msgspec.structs.replace(change, skipped=skipped))
        restored.update(change.restored)
    return tuple(reversed(kept))


def days_left_out(changes: Iterable[Change]) -> set[int]:
    """The days of the cycle that these changes leave out and that none of them restores."""
    return {skip.day for change in without_restored_days(changes) for skip in change.skipped if skip.then == "drop"}


def date_of(calendar: Calendar, start: datetime.date, day: int, changes: tuple[Change, ...]) -> datetime.date:
    """The date of a day of the cycle, after every day that was skipped or moved.

    >>> change = Change(on=datetime.date(2026, 12, 3), from_day=3, reason="no bed", written_by="0.1.0",
    ...     skipped=(SkippedDay(3, "move"),))
    >>> print(date_of(Calendar(), datetime.date(2026, 11, 30), 4, (change,)))
    2026-12-04
    """
    date = calendar.date(start, day)
    for change in changes:
        if change.start:  # nothing was given: days count anew
            date = calendar.date(start, day)
        for run in runs_of(sorted(calendar.place(skip.day) for skip in change.skipped if skip.then == "move")):
            if calendar.place(day) >= run[0]:
                date += len(run) * _A_DAY
        date = next((moved.date for moved in change.moved if moved.day == day), date)
    return date


_OF_PATIENT = ("height", "weight", "measured_on", "creatinine", "creatinine_clearance")


def measured_anew(patient: Patient, facts: Collection[str], on: datetime.date) -> dict[str, Any]:
    """The fields of a change that tells these facts of a patient, measured on this day unless the patient names one."""
    values: dict[str, Any] = {name: getattr(patient, name) for name in _OF_PATIENT if name in facts}
    values |= {f"{name}_given": getattr(patient, f"{name}_given") for name in ("height", "weight") if name in values}
    if {"height", "weight"} & values.keys():
        values.setdefault("measured_on", on)
    values["facts"] = {name: patient.facts[name] for name in sorted(facts) if name in patient.facts}
    return values


def patient_after(patient: Patient, changes: tuple[Change, ...]) -> Patient:
    """The patient as known after these changes: measures and other facts; what was declared of doses is not among them.

    A weight that was replaced is the previous one.
    """
    for change in changes:
        values = {name: value for name in _OF_PATIENT if (value := getattr(change, name)) is not None}
        if change.height is not None:
            values["height_given"] = change.height_given
        if change.weight is not None:
            values |= {"weight_given": change.weight_given, "previous_weight": patient.weight}
        if change.creatinine is not None:
            values.setdefault("creatinine_clearance", None)
        patient = msgspec.structs.replace(patient, facts=patient.facts | change.facts, **values)
    return patient


Identity: TypeAlias = tuple[int, int, int]
"""What an administration is, whenever it is given: its line, its day by the protocol, and which of that day."""


def identity(row: Administration) -> Identity:
    """What an administration is, whenever it is given and in whatever amount."""
    return row.line, row.protocol_day, row.number


def altered_rows(before: Iterable[Administration], now: Iterable[Administration]) -> Iterator[AlteredRow]:
    """The administrations whose drug, dose, route, day or time is not what it was."""
    was = {identity(row): row for row in before}
    for row in now:
        old = was.get(identity(row))
        if old is None or any(getattr(row, name) != getattr(old, name) for name in _SHOWN):
            yield AlteredRow(*identity(row), old)


_SHOWN = ("drug", "dose", "route", "date", "start", "not_after", "end", "over")


def given_amounts(changes: tuple[Change, ...]) -> dict[Identity, Quantity]:
    """The amounts that somebody told were given, 0 where nothing was; of one administration the last counts."""
    return {(each.line, each.day, each.number): each.amount for change in changes for each in change.given}
