"""The records of a patient's history: what was ordered and given in each cycle, and of each drug in all."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from cec.course.ward_day import Count, LeftOut, PatientOfDay
from cec.order import Alert, GivenAmount, Release
from cec.order.counts import Number, Sha256
from cec.units import Amount, Quantity, TotalDose


class Intensity(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a drug comes to in a week, over the days from day 1 to the next day 1; beside what the protocol plans."""

    a_week: Quantity
    days: Number
    planned_a_week: Quantity | None = None
    """Nothing where no time from day 1 to day 1 is prescribed."""
    percent: Decimal | None = None
    """Of the plan, to one decimal."""


class DrugOfCycle(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a cycle orders and gives of one drug: amounts, and the same in the unit in which the drug is added up."""

    drug: str
    first: datetime.date
    """The date of the first administration that was ordered."""
    last: datetime.date
    ordered: Amount
    """All of it, also what a later revision took away or a person told not to have been given."""
    given: Amount
    to_give: Amount
    """What is ordered and not given yet."""
    doses: Count
    """How many administrations were ordered."""
    given_doses: Count
    ordered_per: TotalDose
    given_per: TotalDose
    to_give_per: TotalDose
    cumulative: TotalDose
    """With all that was given or is to be given before this cycle and in it."""
    intensity: Intensity | None = None
    """Nothing before the next cycle has begun."""


class DoseChange(msgspec.Struct, frozen=True):
    """A dose that a person reduced, set or left out, and why."""

    drug: str
    days: tuple[int, ...]
    amount: Amount
    how: str
    """By how much, and the reason, in the words of its step."""


class RevisionOfCycle(msgspec.Struct, frozen=True, omit_defaults=True):
    """What changed in a cycle after it was ordered: when, from which day on, and why."""

    on: datetime.date
    reason: str
    from_day: int | None = None
    """Nothing where somebody only told what was given: then no day is ordered otherwise."""
    given: tuple[GivenAmount, ...] = ()
    """What somebody told of administrations: another amount than ordered, or nothing."""
    restored: tuple[int, ...] = ()
    """Days of the cycle that were left out before and are given after all."""


class CycleOfHistory(msgspec.Struct, frozen=True, omit_defaults=True):
    """One cycle, by the order of it that counts."""

    file: str
    fingerprint: Sha256
    revision: Number
    regimen: str
    title: str
    edition: Number
    day_1: datetime.date
    first: datetime.date
    """The first date on which something was ordered, also before day 1."""
    last: datetime.date
    drugs: tuple[DrugOfCycle, ...]
    cycle: Number | None = None
    release: Release | None = None
    """Nothing in a draft."""
    planned_days: Number | None = None
    """From day 1 to the next, where the regimen or the treatment prescribes that."""
    days: Number | None = None
    """From day 1 to the next, as it came."""
    changes: tuple[DoseChange, ...] = ()
    revisions: tuple[RevisionOfCycle, ...] = ()

    @property
    def delay(self) -> int | None:
        """By how many days the next cycle came later than planned; less than 0 where it came earlier."""
        return None if self.days is None or self.planned_days is None else self.days - self.planned_days


class DrugInAll(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a patient has had of one drug over all cycles, in the unit of its lifetime maximum, else of its dose."""

    drug: str
    given: TotalDose
    to_give: TotalDose
    total: TotalDose
    """With what was given before these cycles."""
    before: TotalDose | None = None
    """What the oldest order tells of earlier doses, or a later one that knows of more; nothing where none tells."""
    counted_since: datetime.date | None = None
    """From which day on these were counted, where nobody told what was given before."""
    lifetime_maximum: TotalDose | None = None
    percent: Decimal | None = None
    """Of the lifetime maximum, to one decimal."""
    intensity: Intensity | None = None
    """Over all cycles of the drug that another cycle followed."""


class History(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The cycles of one patient in their sequence, and what they come to."""

    schema: Literal["cec.history/1"]
    patient: PatientOfDay
    on: datetime.date | None = None
    """What is dated before this day counts as given."""
    cycles: tuple[CycleOfHistory, ...] = ()
    drugs: tuple[DrugInAll, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    alerts: tuple[Alert, ...] = ()
