"""What happens to an order after it is drafted: what a revision changed, and who released it."""

from __future__ import annotations

import datetime

import msgspec

from cec.days import Day
from cec.order.counts import Sha256


class Change(msgspec.Struct, frozen=True):
    """What a revision changed: on which day it was decided, from which day of the cycle it holds, and why."""

    on: datetime.date
    from_day: Day
    what: str
    reason: str


class Cancelled(msgspec.Struct, frozen=True):
    """On which day a cycle was cancelled of which nothing was given, and why."""

    on: datetime.date
    reason: str


class Release(msgspec.Struct, frozen=True):
    """Who released the order of this fingerprint, and on which day."""

    by: str
    on: datetime.date
    fingerprint: Sha256
