"""Two orders side by side, as data: what is compared, and what each of them says of it."""

from __future__ import annotations

import datetime

import msgspec

from cec.units import Quantity

PATIENT, ORDER = "patient", "order"
"""What a row is about that is not about a drug."""


class OnDays(msgspec.Struct, frozen=True, omit_defaults=True):
    """What holds on some days of the cycle, on all of them where none are named; without a value, the days alone."""

    value: Quantity | datetime.date | str
    days: tuple[int, ...] = ()


Cell = tuple[OnDays, ...]


class ComparedRow(msgspec.Struct, frozen=True):
    """One thing of a drug, of the patient or of the order, as each of the two orders has it."""

    about: str
    what: str
    first: Cell
    second: Cell
    differs: bool


class ComparedOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which order it is."""

    file: str
    fingerprint: str
    regimen: str
    revision: int
    cycle: int | None = None
    start: datetime.date | None = None


class Comparison(msgspec.Struct, frozen=True):
    """Two orders, and row by row what they say."""

    first: ComparedOrder
    second: ComparedOrder
    differ: bool
    rows: tuple[ComparedRow, ...]
