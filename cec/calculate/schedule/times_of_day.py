"""Starts by the clock of the pharmacy: at a clock time or a word for one, evenly over a day, at an instant."""

from __future__ import annotations

import datetime
from functools import cache

from cec.calculate.schedule.clock import Clock, Dates, Instant
from cec.calculate.schedule.given_line import A_DAY, GivenLine, Start
from cec.pharmacy import Pharmacy

_MINUTE = datetime.timedelta(minutes=1)

SPREAD = "spread over the day"
"""What is said of a dose of several a day whose protocol states no interval."""


class TimesOfDay:
    """The dates of a cycle's days, and the pharmacy's hours on them."""

    def __init__(self, dates: Dates, pharmacy: Pharmacy) -> None:
        self.dates, self.pharmacy = dates, pharmacy
        self.clock = Clock(pharmacy.zone)
        self.date_of, self._at = cache(dates.of), cache(self.clock.at)

    def at(self, date: datetime.date, time: str) -> Instant:
        """The instant of a clock time, or of a word for one, on a date."""
        return self._at(date, self.pharmacy.clock_of(time))

    def in_time(self, start: Start) -> tuple[Instant, int]:
        """By what starts are put in the order of time: one without a time comes at the end of its date."""
        return start.at or self._at(start.date, "23:59"), start.day

    def start(self, day: int, at: Instant, word: str = "") -> Start:
        """A start of a day at an instant."""
        return Start(day, self.clock.date(at), at, day, word)

    def start_by_clock(self, day: int, time: str) -> Start:
        """A start at a clock time, or a word for one, on the date of a day."""
        date = self.date_of(day)
        local = datetime.datetime.combine(date, datetime.time.fromisoformat(self.pharmacy.clock_of(time)))
        wall = local if self.clock.is_missing(local) else None
        return Start(day, date, self.clock.instant(local), day, word_of(time), wall)

    def spread(self, line: GivenLine, day: int, first: Instant | None) -> list[Start]:
        """Several doses without an interval: into a vein over 24 h, else over the pharmacy's day."""
        date, count = self.date_of(day), line.of.per_day
        if line.is_vein:
            if first is None:
                return [Start(day, date, None, day, SPREAD) for _ in range(count)]
            times = [first + A_DAY * each / count // _MINUTE * _MINUTE for each in range(count)]
            return [self.start(day, time, SPREAD) for time in times]
        opening, closing = (
            datetime.datetime.combine(date, datetime.time.fromisoformat(time))
            for time in (self.pharmacy.first_dose, self.pharmacy.last_dose)
        )
        evenly = [opening + (closing - opening) * each / (count - 1) // _MINUTE * _MINUTE for each in range(count)]
        return [Start(day, date, self.clock.instant(time), day, SPREAD) for time in evenly]


def word_of(*times: str) -> str:
    """The word of the day among these times; nothing for clock times."""
    return next((time for time in times if ":" not in time), "")
