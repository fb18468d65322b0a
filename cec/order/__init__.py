"""The order: every number that anybody will read, each with its derivation. Always a draft until people sign it."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from cec.days import LAST_DAY
from cec.order.administration import Administration
from cec.order.alert import NOT_APPLICABLE, NOT_ASKED, NOT_CHECKED, Alert, NotMade, code_of_drug
from cec.order.change import (
    AlteredRow,
    Cancelled,
    Change,
    Follows,
    GivenAmount,
    Identity,
    MovedDay,
    NewStart,
    Release,
    SkippedDay,
    altered_rows,
    date_of,
    days_left_out,
    given_amounts,
    identity,
    measured_anew,
    patient_after,
    without_restored_days,
)
from cec.order.counts import Number, Sha256, Version
from cec.order.dose import STAGES, Dose, RateStep, Stage, Step
from cec.order.measures import Bsa, CreatinineClearance, Measures
from cec.order.preparation import DailyFluid, PickItem, Preparation, ShelfLife, VialUse
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import DrugLine, Regimen
from cec.units import Age

__all__ = [
    "NOT_APPLICABLE",
    "NOT_ASKED",
    "NOT_CHECKED",
    "SCHEMA",
    "STAGES",
    "Administration",
    "Alert",
    "AlteredRow",
    "Bsa",
    "Cancelled",
    "Change",
    "CreatinineClearance",
    "DailyFluid",
    "Dose",
    "EarliestNextCycle",
    "Follows",
    "GivenAmount",
    "Identity",
    "Measures",
    "MovedDay",
    "NewStart",
    "NotMade",
    "Order",
    "PickItem",
    "PlaceInTreatment",
    "Preparation",
    "RateStep",
    "Release",
    "ShelfLife",
    "SkippedDay",
    "Stage",
    "Step",
    "VialUse",
    "altered_rows",
    "code_of_drug",
    "date_of",
    "days_left_out",
    "given_amounts",
    "identity",
    "measured_anew",
    "patient_after",
    "without_restored_days",
]


class EarliestNextCycle(msgspec.Struct, frozen=True, omit_defaults=True):
    """The earliest day 1 of the next cycle; the date where this cycle has one."""

    day: Number
    date: datetime.date | None = None
    text: str = ""
    source: str = ""


class PlaceInTreatment(msgspec.Struct, frozen=True):
    """Where a cycle stands in a treatment of several phases; its number in its phase is the order's `cycle`."""

    name: str
    title: str
    edition: Number
    sha256: Sha256
    phase: Number
    phases: Number
    cycles: Number
    """How many cycles the phase has."""
    in_all: Number
    """Which cycle of the whole treatment it is."""
    of_all: Number


SCHEMA: Literal["cec.order/2"] = "cec.order/2"
"""The form of a saved order. Keys may be added, each with a default; whatever else changes raises the number."""


class Order(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The doses of one cycle for one patient and, where a start is given, their schedule.

    Regimen, patient and pharmacy stand in it whole: an order can be computed again from itself.
    """

    schema: Literal["cec.order/2"]
    written_by: Version
    """The version of cec that drafted the order."""
    fingerprint: Sha256 = ""
    """SHA-256 of the order's own canonical JSON without this key and `release`; see `cec.fingerprint`."""
    revision: Number
    """1, and one more for each order that replaces another."""
    first: Sha256 = ""
    """From revision 2 on, the fingerprint of revision 1."""
    replaces: Sha256 = ""
    """From revision 2 on, the fingerprint of the order that this one replaces."""
    changes: tuple[Change, ...] = ()
    """From revision 2 on, what each changed; regimen, patient and pharmacy are those of revision 1."""
    accepted: dict[str, str] = {}
    """From revision 2 on, the reasons with which alerts of revision 1 were accepted, by their codes."""
    follows: Follows | None = None
    """The order of the cycle before, where this one was continued from it."""
    cancelled: Cancelled | None = None
    """Where it stands, nothing of the cycle was given and nothing will be: its doses are there to be read alone."""
    release: Release | msgspec.UnsetType | None = msgspec.UNSET
    """`null` in a draft; not there in orders that were saved before a draft said so."""
    regimen: Regimen
    patient: Patient
    pharmacy: Pharmacy
    measures: tuple[Measures, ...]
    """In the sequence of their days; one entry where nothing was measured again within the cycle."""
    doses: tuple[Dose, ...]
    """In the sequence of the drug lines and, within a line, of its days."""
    sha256: Sha256
    """SHA-256 of everything that the order was computed from."""
    age: Age | None = None
    start: datetime.date | None = None
    cycle: Number | None = None
    of_treatment: PlaceInTreatment | None = None
    days: Number | None = None
    """Up to which day lines with an open end were drawn, where a person said so."""
    administrations: tuple[Administration, ...] = ()
    preparations: tuple[Preparation, ...] = ()
    daily_fluids: tuple[DailyFluid, ...] = ()
    pick_list: tuple[PickItem, ...] = ()
    next_cycle: EarliestNextCycle | None = None
    alerts: tuple[Alert, ...] = ()
    overrides: tuple[str, ...] = ()
    """Which inputs replaced others, in words."""
    as_of: datetime.date | None = None
    """The day for which an age is computed from a date of birth."""

    def line_of(self, dose: Dose | Administration) -> DrugLine:
        """The regimen's drug line that a dose or an administration belongs to."""
        return self.regimen.drugs[dose.line - 1]

    def days_of(self, dose: Dose) -> tuple[int, ...]:
        """Every day of this cycle on which the dose's drug line is given, in whatever amount."""
        return tuple(sorted({day for each in self.doses if each.line == dose.line for day in each.days}))

    def _repr_html_(self) -> str:
        """The order as a notebook shows it."""
        from cec.order.notebook import order_html

        return order_html(self)

    @property
    def last_day(self) -> int | None:
        """The last day of this cycle on which a drug is given; None where days go on without an end, as no dates do."""
        last = max(day for dose in self.doses for day in dose.days)
        return None if last == LAST_DAY and not self.start else last

    def date_of(self, day: int) -> datetime.date | None:
        """The date of a day of the cycle, where the order has a start; days may have been moved."""
        return date_of(self.regimen.calendar, self.start, day, self.changes) if self.start else None

    @property
    def patient_now(self) -> Patient:
        """The patient as last measured."""
        return patient_after(self.patient, self.changes)

    def patient_on(self, day: int) -> Patient:
        """The patient as the doses of a day of the cycle are computed from them."""
        return patient_after(self.patient, tuple(each for each in self.changes if each.start or each.from_day <= day))

    @property
    def altered(self) -> dict[Identity, AlteredRow]:
        """The administrations that the last change gives otherwise than the order before, by what they are."""
        return {(each.line, each.day, each.number): each for change in self.changes[-1:] for each in change.altered}

    @property
    def removed(self) -> tuple[tuple[Administration, str], ...]:
        """The administrations that changes took away and that were not put back, each with the reason."""
        given = set(map(identity, self.administrations))
        gone = {identity(row): (row, change.reason) for change in self.changes for row in change.removed}
        return tuple(each for name, each in gone.items() if name not in given)

    def day_to_make(self, row: Administration) -> datetime.date:
        """The day on which a dose is made up: that of a change, where another dose was made up for it before that."""
        made_on = row.made_at.date() if row.made_at else row.date
        changed = (
            change.on
            for change in self.changes
            for each in change.altered
            if (each.line, each.day, each.number) == identity(row) and (each.was is None or each.was.dose != row.dose)
        )
        return min(max((made_on, *changed)), max(made_on, row.date))

    def is_made_anew(self, row: Administration) -> bool:
        """Whether a dose was to be made up before a change made it another one."""
        return row.made_at is not None and row.made_at.date() < self.day_to_make(row)

    def as_made_up(self, row: Administration) -> Administration:
        """The administration for those who make it up: of one that is made anew, nobody knows when."""
        return msgspec.structs.replace(row, made_at=None, use_before=None) if self.is_made_anew(row) else row

    def pharmacy_on(self, day: int) -> Pharmacy:
        """The pharmacy that makes up the doses of a day of the cycle."""
        changed = (each.pharmacy for each in reversed(self.changes) if each.pharmacy and each.from_day <= day)
        return next(changed, self.pharmacy)

    def measures_on(self, day: int) -> Measures:
        """The measures that doses of a day of the cycle are computed from."""
        return next((each for each in reversed(self.measures) if each.from_day <= day), self.measures[0])
