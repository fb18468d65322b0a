"""One drug at one time: a row of the schedule."""

from __future__ import annotations

import datetime

import msgspec

from cec.days import Day
from cec.order.counts import DayOfDate, Number, Place
from cec.order.dose import RateStep, runs
from cec.units import Amount, Duration, Flow


class Administration(msgspec.Struct, frozen=True, omit_defaults=True):
    """One drug at one time: a row of the schedule. Times are local, without a zone."""

    day: DayOfDate
    """The day of the cycle on whose date it starts."""
    line: Number
    """The number of the drug line in the regimen, from 1."""
    number: Number
    """Which of the line's doses of that day this is, from 1."""
    dose_index: Place
    """Its place in the order's doses, from 0."""
    drug: str
    dose: Amount
    route: str
    date: datetime.date
    start: datetime.datetime | None = None
    not_after: datetime.datetime | None = None
    """The latest time, where the regimen sets a bound and no start."""
    end: datetime.datetime | None = None
    over: Duration | None = None
    rate: Flow | None = None
    over_least: Duration | None = None
    rate_steps: tuple[RateStep, ...] = ()
    boxes: tuple[str, ...] = ()
    """What a person ticks before it is given: what must be so, or that the end is not reached."""
    of_day: Day | None = None
    """The day of the cycle that it is a dose of, where that is not the day of its date."""
    timing: str = ""
    notes: tuple[str, ...] = ()
    """What a person must see in its time: another interval than prescribed, what runs meanwhile."""
    made_at: datetime.datetime | None = None
    """When it is made up, where the pharmacy says at what time that is."""
    use_before: datetime.datetime | None = None
    """From when on it is not given any more: `made_at` and how long it keeps."""

    @property
    def runs(self) -> str:
        """How long it runs, in words."""
        return runs(self.over_least, self.over, is_computed=bool(self.rate_steps))

    @property
    def protocol_day(self) -> int:
        """The day of the cycle that it is a dose of: not always that of its date."""
        return self.day if self.of_day is None else self.of_day

    @property
    def time(self) -> datetime.datetime:
        """When it starts; the latest time where the regimen sets only a bound; where it has no time, the day's end."""
        return self.start or self.not_after or datetime.datetime.combine(self.date, datetime.time(23, 59))
