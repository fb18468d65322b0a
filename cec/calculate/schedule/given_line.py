"""A drug line of a cycle as it is placed: its days, how long it runs on each, and how its starts are found."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from cec.anchors import repeats
from cec.calculate.schedule.clock import Instant
from cec.regimen import BEFORE_FIRST_INFUSION, DrugLine
from cec.routes import is_intravenous
from cec.units import span

A_DAY = datetime.timedelta(days=1)
NO_TIME = datetime.timedelta()
_NOBODY_WAITS = datetime.timedelta(hours=12)
"""From this duration on an infusion has a line of its own while others are given."""


class GivenLine(Struct, frozen=True):
    """A drug line with the days on which it is given, each with the place of its dose in the order."""

    number: int
    of: DrugLine
    days: tuple[int, ...]
    dose_indexes: Mapping[int, int]
    """By day; a day without one is not given."""
    durations: Mapping[int, datetime.timedelta]
    """How long one administration runs, by day."""
    most: int | None = None
    """The most administrations that the cycle has of it."""
    counts: Mapping[int, int] = MappingProxyType({})
    """By day, how many administrations it has at most, where its doses stay on its own days."""

    def over(self, day: int) -> datetime.timedelta:
        """How long an administration of a day runs."""
        if day in self.durations:
            return self.durations[day]
        return span(self.of.over) if self.of.over else NO_TIME

    @property
    def is_vein(self) -> bool:
        """Whether it is given into a vein."""
        return is_intravenous(self.of.route)

    @property
    def is_before_infusions(self) -> bool:
        """Whether it is given before the day's first infusion, whenever that is."""
        return self.of.at == (BEFORE_FIRST_INFUSION,)

    @property
    def is_queued(self) -> bool:
        """Whether it takes its turn among the lines into a vein, in the order of the file."""
        return self.is_vein and not self.of.at and not self.of.anchors

    def is_alike(self, other: GivenLine) -> bool:
        """Whether it gives the drug of another line by the same route."""
        return self.of.drug == other.of.drug and self.of.route == other.of.route

    def is_waited_for(self, day: int) -> bool:
        """Whether others start only when its first dose of a day has ended."""
        return self.over(day) < _NOBODY_WAITS and "continuous" not in self.of.route

    def repeated(self, first: Instant) -> list[Instant]:
        """The starts that follow from one: it, and the others after each interval."""
        if not self.of.every:
            return [first]
        count = repeats(self.of) if self.of.anchors else self.of.per_day
        return [first + span(self.of.every) * number for number in range(count)]


class Start(Struct, frozen=True):
    """One administration as it was placed; without an instant where it finds no time on its date."""

    day: int
    """The day of the protocol that it is given on: that of its date, or the one whose doses run over midnight."""
    date: datetime.date
    at: Instant | None
    dose_day: int
    """The day of its line by which its dose is found: what hangs on another drug may be carried to a later one."""
    word: str = ""
    """The word of the day that it stands for, or that several are spread over the day."""
    wall: datetime.datetime | None = None
    """The clock time that the regimen or the pharmacy says, where there is no such time on its date."""
    replaces_anchor: str = ""
    """The drug that it would hang on, which is not given: it takes its own place, or has no time."""
