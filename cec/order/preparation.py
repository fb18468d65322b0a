"""How doses are made up, what they take from the shelf, and how much fluid they give."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from cec.order.counts import DayOfDate, Place
from cec.units import Amount, Concentration, Duration, Flow, FluidPerWeight, Volume, write_range


class VialUse(msgspec.Struct, frozen=True):
    """How many of one product are taken; half a tablet is 0.5."""

    product: str
    count: Decimal


class ShelfLife(msgspec.Struct, frozen=True, omit_defaults=True):
    """How long what is made up keeps from the time of making, how it is stored, and by whose label; or why not."""

    within: Duration | None = None
    storage: str = ""
    jurisdiction: str = ""
    unknown: str = ""
    """Why there is no time: the formulary states none that holds, or several."""


class Preparation(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one dose (the same on all its days) is made up; `missing` says why a figure is not there.

    `draw` contains `contains`, which is the ordered dose as nearly as it can be measured. `remove` is the diluent taken
    out of the bag first. The total volume must lie from `lowest_volume` to `highest_volume`.
    """

    drug: str
    dose_index: Place
    """The place of its dose in the order's doses, from 0."""
    dose: Amount
    product: str = ""
    form: str = ""
    strength: Concentration | None = None
    draw: Volume | None = None
    contains: Amount | None = None
    deviation_percent: Decimal | None = None
    vials: tuple[VialUse, ...] = ()
    unused: Amount | None = None
    unused_percent: Decimal | None = None
    diluent: str = ""
    diluent_jurisdiction: str = ""
    """By whose label this diluent is allowed."""
    bag: Volume | None = None
    remove: Volume | None = None
    final_volume: Volume | None = None
    concentration: Concentration | None = None
    lowest_concentration: Concentration | None = None
    highest_concentration: Concentration | None = None
    concentration_jurisdiction: str = ""
    """By whose label these concentrations are allowed."""
    rate: Flow | None = None
    lowest_volume: Volume | None = None
    highest_volume: Volume | None = None
    handling: tuple[str, ...] = ()
    how: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Where the formulary's facts of the drug and of what is taken are from."""
    codes: tuple[str, ...] = ()
    """Codes of the drug and of what is taken, each with the name of its system."""
    missing: str = ""
    shelf_life: ShelfLife | None = None
    """Of an injection; tablets and oral solutions keep as their packs say."""

    @property
    def allowed_concentration(self) -> str:
        """The final concentrations that are allowed, with whose label says so; nothing where none are stated."""
        limits = write_range(self.lowest_concentration, self.highest_concentration)
        return f"{limits} ({self.concentration_jurisdiction})" if limits and self.concentration_jurisdiction else limits


class PickItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is taken from the shelf for the whole cycle: a count of containers, or a volume where none is known."""

    item: str
    kind: Literal["vial", "tablet", "bottle", "fluid", "bag"]
    drug: str
    count: Decimal | None = None
    volume: Volume | None = None


class DailyFluid(msgspec.Struct, frozen=True, omit_defaults=True):
    """The volume infused on each of these calendar days, and per kg; drugs of unknown volume are not counted."""

    days: tuple[DayOfDate, ...]
    volume: Volume
    per_kg: FluidPerWeight
    not_counted: tuple[str, ...] = ()
    dates: tuple[datetime.date, ...] = ()
    """Dates that are no day of the cycle, because days were moved apart; there are no days then."""
