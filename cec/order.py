"""The order: every number that anybody will read, each with its derivation. Always a draft until people sign it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Level, Regimen
from cec.units import Quantity

STAGES = ("prescribed", "measured", "calculated", "capped", "reduced", "rounded")
"""The stages of a dose, in their order; a dose passes through those that apply to it."""

INTO_THE_LIQUOR = ("intrathecal", "intraventricular")
"""Routes that must stand out: a drug for a vein that is given by them can kill."""


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One stage of a dose: what came out, how, and by whose rule."""

    what: Literal["prescribed", "measured", "calculated", "capped", "reduced", "rounded"]
    value: Quantity
    how: str
    source: str = ""


class Bsa(msgspec.Struct, frozen=True):
    """The body surface area used for every dose per m2, with its working."""

    formula: str
    title: str
    value: Decimal
    unrounded: Decimal
    how: str
    source: str
    unit: Literal["m2"] = "m2"


class CreatinineClearance(msgspec.Struct, frozen=True, omit_defaults=True):
    """Kidney function as measured, or as estimated from serum creatinine, with its working."""

    value: Quantity
    method: str
    how: str
    source: str = ""


class Dose(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one drug line comes to: the ordered amount is the value of the last step, for one administration."""

    drug: str
    route: str
    prescribed: Quantity
    calculated: Quantity
    ordered: Quantity
    deviation_percent: Decimal
    """How far rounding moved the dose, in percent to two decimals."""
    days: tuple[int, ...]
    per_day: int
    daily_total: Quantity
    cycle_total: Quantity
    steps: tuple[Step, ...]
    maximum: Quantity | None = None
    over: Quantity | None = None
    purpose: str = ""
    timing: str = ""
    """When in the day, in words, where the regimen says."""
    unreduced: Quantity | None = None
    """The dose that a declared reduction was taken from."""
    diluent: str = ""
    """The diluent that the regimen names."""
    note: str = ""
    assumed: dict[str, str] = {}


class Administration(msgspec.Struct, frozen=True, omit_defaults=True):
    """One drug at one time: a row of the schedule. Times are local, without a zone."""

    day: int
    date: datetime.date
    start: datetime.datetime
    drug: str
    dose: Quantity
    route: str
    line: int
    """Which of the order's doses this is, counted from 0."""
    end: datetime.datetime | None = None
    over: Quantity | None = None
    rate: Quantity | None = None
    timing: str = ""
    notes: tuple[str, ...] = ()
    """What a person must see in its time: another interval than prescribed, what runs meanwhile."""


class VialUse(msgspec.Struct, frozen=True):
    """How many of one product are taken; half a tablet is 0.5."""

    product: str
    count: Decimal


class Preparation(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one dose (the same on all its days) is made up; `missing` says why a figure is not there.

    `draw` contains `contains`, which is the ordered dose as nearly as it can be measured. `remove` is the diluent taken
    out of the bag first. The total volume must lie from `lowest_volume` to `highest_volume`.
    """

    drug: str
    line: int
    dose: Quantity
    product: str = ""
    form: str = ""
    strength: Quantity | None = None
    draw: Quantity | None = None
    contains: Quantity | None = None
    deviation_percent: Decimal | None = None
    vials: tuple[VialUse, ...] = ()
    unused: Quantity | None = None
    unused_percent: Decimal | None = None
    diluent: str = ""
    bag: Quantity | None = None
    remove: Quantity | None = None
    final_volume: Quantity | None = None
    concentration: Quantity | None = None
    lowest_concentration: Quantity | None = None
    highest_concentration: Quantity | None = None
    rate: Quantity | None = None
    lowest_volume: Quantity | None = None
    highest_volume: Quantity | None = None
    handling: tuple[str, ...] = ()
    how: tuple[str, ...] = ()
    missing: str = ""


class PickItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is taken from the shelf for the whole cycle: a count of containers, or a volume where none is known."""

    item: str
    kind: Literal["vial", "tablet", "bottle", "bag"]
    drug: str
    count: Decimal | None = None
    volume: Quantity | None = None


class DailyFluid(msgspec.Struct, frozen=True, omit_defaults=True):
    """The volume infused on each of these days, and per kg; drugs whose volume is not known are not counted."""

    days: tuple[int, ...]
    volume: Quantity
    per_kg: Quantity
    not_counted: tuple[str, ...] = ()


class Alert(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person must look at. A `stop` gives no dose until it is accepted with a reason."""

    code: str
    level: Level
    about: str
    text: str
    source: str = ""
    accepted: str = ""


class EarliestNextCycle(msgspec.Struct, frozen=True, omit_defaults=True):
    """The earliest day 1 of the next cycle; the date where this cycle has one."""

    day: int
    date: datetime.date | None = None
    text: str = ""
    source: str = ""


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """The doses of one cycle for one patient and, where a start is given, their schedule.

    Regimen, patient and pharmacy stand in it whole: an order can be computed again from itself.
    """

    regimen: Regimen
    patient: Patient
    bsa: Bsa
    doses: tuple[Dose, ...]
    pharmacy: Pharmacy
    sha256: str
    """Fingerprint of everything that the order was computed from."""
    age: Quantity | None = None
    start: datetime.date | None = None
    cycle: int | None = None
    creatinine_clearance: CreatinineClearance | None = None
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
