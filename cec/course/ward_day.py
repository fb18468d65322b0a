"""The records of a ward's day: what is made up for whom, from which vials, and what is taken from the shelf."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

import msgspec

from cec.errors import Fault
from cec.order import Administration, Alert, Order, PickItem, Preparation, Release
from cec.order.counts import Number, Place, Sha256
from cec.units import Amount

Count = Annotated[int, msgspec.Meta(ge=0)]


class FromVial(msgspec.Struct, frozen=True):
    """What a dose takes of one vial; vials of one product are numbered through the day."""

    vial: Number
    amount: Amount


class DrawnFrom(msgspec.Struct, frozen=True):
    """From which vials of a product a dose is drawn."""

    product: str
    vials: tuple[FromVial, ...]


class Vials(msgspec.Struct, frozen=True):
    """How many vials of one product are opened, and how much of them nobody gets."""

    count: Count
    hold: Amount
    unused: Amount
    unused_percent: Decimal
    """Of all that these vials hold, to one decimal."""


class VialsOfDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """The vials of one product that the day opens, beside those that it would open if no dose shared one."""

    drug: str
    product: str
    opened: Vials
    single: Vials
    saved: Amount
    """What the vials that are not opened hold."""
    saved_percent: Decimal
    """Of what the vials would hold if no dose shared one."""
    not_shared: str = ""
    """Why patients share none of them, although the pharmacy lets them."""


class PatientOfDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who a dose is for."""

    id: str = ""
    name: str = ""
    born: datetime.date | None = None
    ward: str = ""
    bed: str = ""


class OrderOfDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order of which something is given on the day."""

    file: str
    fingerprint: Sha256
    revision: Number
    patient: PatientOfDay
    regimen: str
    title: str
    edition: Number
    cycle: Number | None = None
    release: Release | None = None
    """Nothing in a draft."""
    alerts: tuple[Alert, ...] = ()


class DoseOfDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """One dose of the day: its row of the schedule, how it is made up, and from which vials."""

    number: Number
    """Its place in the list, from 1."""
    order: Place
    """The place of its order in the list's orders, from 0."""
    administration: Administration
    preparation: Preparation | None = None
    """Nothing where the order was drafted without a formulary."""
    given: Amount | None = None
    """What was given, where somebody told it already."""
    label: tuple[str, ...] = ()
    """What must stand on its label."""
    drawn_from: tuple[DrawnFrom, ...] = ()


class LeftOut(msgspec.Struct, frozen=True):
    """An order that would give something on the day and is not in the list, and why."""

    file: str
    patient: PatientOfDay
    why: str


class PharmacyFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A pharmacy file, by its name and its SHA-256."""

    name: str = ""
    sha256: Sha256 = ""


class Worklist(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Every dose that is made up on one day, over all patients, in the sequence of their times."""

    schema: Literal["cec.worklist/1"]
    date: datetime.date
    pharmacy: PharmacyFile | None = None
    """Whose policy of sharing was used; nothing where each order's own was."""
    orders: tuple[OrderOfDay, ...] = ()
    doses: tuple[DoseOfDay, ...] = ()
    vials: tuple[VialsOfDay, ...] = ()
    pick_list: tuple[PickItem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    alerts: tuple[Alert, ...] = ()
    """What a person must look at in the list itself."""


class NotListed(NamedTuple):
    """What is told beside the doses of a list."""

    left_out: tuple[LeftOut, ...] = ()
    """Orders that would give something on the day and do not count."""
    damaged: tuple[Fault, ...] = ()
    """Files that cannot be trusted."""
    undated: tuple[str, ...] = ()
    """The files of orders that were drafted without a start."""


class WardDay(NamedTuple):
    """A worklist with the orders that it was made from, in the sequence of its own."""

    worklist: Worklist
    orders: tuple[Order, ...]
