"""The dates of the days of a cycle."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from cec.days import Calendar
from cec.order import Change, date_of


class Dates(NamedTuple):
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
