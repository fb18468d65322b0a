"""Real hours across a change of the clock, where the pharmacy names its time zone; without one, hours of the wall."""

from __future__ import annotations

import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Clock(NamedTuple):
    """The clock of a place. Times are local, without a zone; of a time that comes twice the first is meant."""

    zone: ZoneInfo | None

    def later(self, time: datetime.datetime, duration: datetime.timedelta) -> datetime.datetime:
        """The local time after a duration.

        >>> warsaw, evening = Clock(ZoneInfo("Europe/Warsaw")), datetime.datetime(2026, 10, 24, 21)
        >>> print(warsaw.later(evening, datetime.timedelta(hours=12)))
        2026-10-25 08:00:00
        """
        if self.zone is None:
            return time + duration
        return (self._in_utc(time) + duration).astimezone(self.zone).replace(tzinfo=None, fold=0)

    def between(self, begin: datetime.datetime, end: datetime.datetime) -> datetime.timedelta:
        """How long it really is from one local time to another."""
        return self._in_utc(end) - self._in_utc(begin) if self.zone else end - begin

    def is_missing(self, time: datetime.datetime) -> bool:
        """Whether there is no such time, because the clock is put forward over it."""
        if self.zone is None:
            return False
        return self._in_utc(time).astimezone(self.zone).replace(tzinfo=None) != time

    def comes_twice(self, time: datetime.datetime) -> bool:
        """Whether there are two such times, because the clock is put back over it."""
        if self.zone is None or self.is_missing(time):
            return False
        return self._in_utc(time) != self._in_utc(time.replace(fold=1))

    def _in_utc(self, time: datetime.datetime) -> datetime.datetime:
        return time.replace(tzinfo=self.zone).astimezone(datetime.UTC)
