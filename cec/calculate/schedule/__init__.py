"""Cycle days -> dates and clock times: an administration for every time a drug is given, with what is seen and ticked.

A row stands under the date on which it starts. No line moves to another date because of another line.
"""

from __future__ import annotations

import datetime

from msgspec import Struct

from cec.order import Administration, Alert

NO_DATE = datetime.date(2001, 1, 1)
"""Day 1 where none is told: only which days of the cycle are counted from it."""


class Schedule(Struct, frozen=True):
    """The administrations of a cycle in the order of time, and the alerts on them."""

    administrations: tuple[Administration, ...] = ()
    alerts: tuple[Alert, ...] = ()
