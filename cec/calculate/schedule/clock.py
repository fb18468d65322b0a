"""The dates of a cycle's days, and real hours across a change of the clock, where the pharmacy names its time zone.

Times of the wall are local, without a zone; of one that comes twice, `fold` tells the second. Instants are what these
come to in UTC, or the same times where there is no zone: between them one may count.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from cec.days import Calendar
from cec.order import Change, date_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class Dates(Struct, frozen=True):
    """The dates of the days of a cycle, and the other way round; a person may have moved days."""

    calendar: Calendar
    start: datetime.date
    changes: tuple[Change, ...] = ()

    def of(self, day: int) -> datetime.date:
        """The date of a day of the cycle."""
        return date_of(self.calendar, self.start, day, self.changes)

    def day(self, date: datetime.date) -> int:
        """The day of the cycle that a date is; between two days that were moved apart the one before."""
        moved = (each.day for change in self.changes for each in change.moved)
        if (alone := next((day for day in moved if self.of(day) == date), None)) is not None:
            return alone
        day = self.calendar.day(self.start, date)
        while self.of(day) > date:
            day = self.calendar.later(day, -1)
        return day

    def day_from(self, day: int, date: datetime.date) -> int:
        """The day that the protocol counts so many days after another as a date lies after that one's."""
        return self.calendar.later(day, (date - self.of(day)).days)


Instant = datetime.datetime


class Clock(Struct, frozen=True):
    """The clock of a place."""

    zone: ZoneInfo | None

    def instant(self, local: datetime.datetime) -> Instant:
        """The instant of a time of the wall."""
        if self.zone is None:
            return local
        return local.replace(tzinfo=self.zone).astimezone(datetime.UTC).replace(tzinfo=None)

    def local(self, instant: Instant) -> datetime.datetime:
        """The time of the wall at an instant.

        >>> from zoneinfo import ZoneInfo
        >>> warsaw, evening = Clock(ZoneInfo("Europe/Warsaw")), datetime.datetime(2026, 10, 24, 21)
        >>> print(warsaw.local(warsaw.instant(evening) + datetime.timedelta(hours=12)))
        2026-10-25 08:00:00
        """
        if self.zone is None:
            return instant
        return instant.replace(tzinfo=datetime.UTC).astimezone(self.zone).replace(tzinfo=None)

    def at(self, date: datetime.date, clock: str) -> Instant:
        """The instant of a clock time on a date."""
        return self.instant(datetime.datetime.combine(date, datetime.time.fromisoformat(clock)))

    def date(self, instant: Instant) -> datetime.date:
        """The date of an instant."""
        return self.local(instant).date()

    def between(self, begin: datetime.datetime, end: datetime.datetime) -> datetime.timedelta:
        """How long it really is from one time of the wall to another."""
        return self.instant(end) - self.instant(begin)

    def is_missing(self, local: datetime.datetime) -> bool:
        """Whether there is no such time, because the clock is put forward over it."""
        return self.zone is not None and self.local(self.instant(local)) != local

    def comes_twice(self, local: datetime.datetime) -> bool:
        """Whether there are two such times, because the clock is put back over it."""
        if self.zone is None or self.is_missing(local):
            return False
        return self.instant(local.replace(fold=0)) != self.instant(local.replace(fold=1))
