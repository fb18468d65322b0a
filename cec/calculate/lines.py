"""The drug lines that one cycle gives, each with its days there and how often on each; and which are for a patient."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from cec.anchors import Lines, awaited, doses_from, lines_of, selected
from cec.conditions import are_apart, judge_any, unknown_facts
from cec.days import LAST_DAY, Calendar, Series, holds, is_open, numbers_of
from cec.drug_names import is_same_drug
from cec.errors import Fault, InputError, OrderRefused
from cec.facts import FACTS, Facts
from cec.order import Alert, Order, code_of_drug
from cec.regimen import WEEKDAYS, AnyOf, DrugLine, Regimen, any_words
from cec.units import span

WHERE_IT_ENDS = "the regimen's cycle_length says where they end, or total_doses, or --days 28"
"""What is said of days that go on without an end."""


class Cycle(Struct, frozen=True):
    """Which cycle it is and when it begins, as far as that is told."""

    number: int | None = None
    start: datetime.date | None = None
    days: int | None = None
    """The last day up to which lines with an open end are drawn."""


class CycleLine(Struct, frozen=True):
    """A drug line in one cycle: its days there, and how often it is given on each."""

    of: DrugLine
    days: tuple[int, ...]
    per_day: int
    is_open: bool = False
    """Whether nothing says where its days end; they then go on to the longest cycle's last."""
    hangs_on_weekday: bool = False
    """Whether its days depend on the day of the week of day 1, which is not told."""

    @property
    def most(self) -> int | None:
        """The most administrations that the cycle has of it, where the line says so."""
        return self.of.total_doses.most if self.of.total_doses else None

    def counts_on(self, days: Collection[int]) -> tuple[int, ...]:
        """How many administrations each of these of its days has."""
        most, per_day = self.most, self.per_day
        if most is None or self.hangs_on_weekday:
            return (per_day,) * len(days)
        places = (place for place, day in enumerate(self.days) if day in days)
        return tuple(min(per_day, most - place * per_day) for place in places)

    def count_on(self, days: Collection[int], counts: tuple[int, ...]) -> int | None:
        """How many these days, with so many administrations on each, have together; None where nobody can know."""
        goes_on = self.is_open and LAST_DAY in days
        if self.hangs_on_weekday or goes_on:
            return self.most if set(days) == set(self.days) else None
        return sum(counts)


class ForPatient(NamedTuple):
    """The lines of a cycle that are for a patient, by number; alerts on the others; and what is not known."""

    lines: dict[int, CycleLine]
    alerts: tuple[Alert, ...]
    faults: tuple[Fault, ...]


def cycle_of(order: Order) -> Cycle:
    """The cycle that an order is for."""
    return Cycle(order.cycle, order.start, order.days)


_HOW = "--cycle 1, in a table the column cycle"


def lines_of_cycle(regimen: Regimen, cycle: Cycle) -> dict[int, CycleLine]:
    """The drug lines that this cycle gives, by their number from 1; InputError where that hangs on an untold cycle."""
    if cycle.number is None and (differing := [line.drug for line in regimen.drugs if line.hangs_on_cycle]):
        words = f"{regimen.name} does not give {', '.join(differing)} alike in every cycle; say which cycle this is"
        raise InputError(Fault(f"{words}: {_HOW}", about=("cycle",)))
    given = {
        number: line
        for number, line in enumerate(regimen.drugs, 1)
        if not line.cycles or (cycle.number and holds(cycle.number, line.cycles))
    }
    resolved = {number: line_in_cycle(line, regimen, cycle) for number, line in given.items() if not line.anchors}
    if len(resolved) < len(given):
        in_cycle = lines_of(given)
        for number in given:
            _resolve(number, in_cycle, regimen, cycle, resolved)
    lines = {number: resolved[number] for number, line in given.items() if line.days or resolved[number].days}
    if not lines:
        raise InputError(Fault(f"{regimen.name} gives nothing in cycle {cycle.number}", about=("cycle",)))
    return lines


def day_1(regimen: Regimen, cycle: int | None, dates: Mapping[str, datetime.date]) -> datetime.date | None:
    """The date of day 1, from that of one of the cycle's days: by --start, --day-0, --day-1 or --first-day.

    InputError for a day 0 that the regimen does not have, and for a start that may be meant as either.
    """
    if not dates:
        return None
    option, date = next(iter(dates.items()))
    calendar = regimen.calendar
    if option == "--day-0" and not calendar.has_day_0:
        raise InputError(Fault(f"{regimen.name} has no day 0; give --day-1", option))
    if option == "--start" and calendar.has_day_0:
        words = (
            f"day 0 of {regimen.name} is the {regimen.day_0}: say which day it is with --day-0, --day-1 or --first-day"
        )
        raise InputError(Fault(words, option))
    first = min(day for line in lines_of_cycle(regimen, Cycle(cycle)).values() for day in line.days)
    of_option = {"--day-0": 0, "--first-day": first}
    return date - datetime.timedelta(days=calendar.place(of_option.get(option, 1)))


def refuse_idle_days(days: int | None, *regimens: Regimen) -> None:
    """InputError where a last day is told and none of these regimens has a line that could end on it."""
    if days is not None and not any(is_open(line.days) or line.repeat for each in regimens for line in each.drugs):
        names = ", ".join(dict.fromkeys(regimen.name for regimen in regimens))
        text = f"no line of {names} is without an end, so all its days are given; leave doses out with --without"
        raise InputError(Fault(text, "--days"))


def _resolve(number: int, given: Lines, regimen: Regimen, cycle: Cycle, resolved: dict[int, CycleLine]) -> CycleLine:
    """A line in a cycle, after those on whose days its own hang."""
    if number in resolved:
        return resolved[number]
    line = given.by_number[number]
    if line.days or not line.anchors:
        resolved[number] = line_in_cycle(line, regimen, cycle)
    else:
        resolved[number] = CycleLine(line, (), 1)  # until it is known, and in a circle
        days: set[int] = set()
        others = []
        for anchor in line.anchors:
            found = [_resolve(other, given, regimen, cycle, resolved) for other in awaited(number, anchor, given)]
            days.update(selected(anchor, sorted({day for other in found for day in other.days})))
            others += found
        is_open, on_weekday = (
            any(each) for each in ([o.is_open for o in others], [o.hangs_on_weekday for o in others])
        )
        resolved[number] = CycleLine(line, tuple(sorted(days)), 1, is_open, on_weekday)
    if line.anchors:
        resolved[number] = replace(resolved[number], per_day=doses_from(number, given))
    return resolved[number]


def line_in_cycle(line: DrugLine, regimen: Regimen, cycle: Cycle) -> CycleLine:
    """A drug line with its days in a cycle: those of the file, repeated, of the right weekdays, of so many doses."""
    if line.has_plain_days:
        return CycleLine(line, numbers_of(line.days), line.per_day)
    is_endless = is_open(line.days) or line.repeat is not None
    last = min(filter(None, (regimen.last_day, cycle.days)), default=None)
    days: tuple[int, ...] = tuple(_days(line, regimen.calendar, last or LAST_DAY if is_endless else LAST_DAY))
    hangs_on_weekday = bool(line.weekdays) and cycle.start is None
    if line.weekdays and cycle.start:
        wanted = {WEEKDAYS.index(day) for day in line.weekdays}
        days = tuple(day for day in days if regimen.calendar.date(cycle.start, day).weekday() in wanted)
    if line.total_doses and not hangs_on_weekday:
        days = days[: -(-line.total_doses.most // line.per_day)]
    stops = last is not None or (line.total_doses is not None and not hangs_on_weekday)
    return CycleLine(line, days, line.per_day, is_endless and not stops, hangs_on_weekday)


def _days(line: DrugLine, calendar: Calendar, last: int) -> Iterator[int]:
    """The days that a line names, with those of its repeats, up to the last."""
    if line.repeat is None:
        yield from numbers_of(line.days, last)
        return
    every = span(line.repeat).days
    named = [day for day in numbers_of(line.days, last) if not isinstance(day, Series)]
    later = (calendar.later(day, time * every) for time in range(last // every + 2) for day in named)
    yield from sorted({day for day in later if day <= last})


def lines_for(lines: Mapping[int, CycleLine], facts: Facts) -> ForPatient:
    """The lines that are for this patient, what is to be said of the others, and the facts that nobody told.

    Nothing is said of a line instead of which another one gives the drug by the same route.
    """
    own: dict[int, CycleLine] = {}
    others: list[DrugLine] = []
    faults: list[Fault] = []
    for number, line in lines.items():
        try:
            if not line.of.only or is_so(line.of.only, facts, f"{line.of.drug}: whether it is given depends on"):
                own[number] = line
            else:
                others.append(line.of)
        except OrderRefused as refusal:
            faults += refusal.faults
    alerts = [
        _not_for_patient(line) for line in others if not any(_is_instead_of(each.of, line) for each in own.values())
    ]
    if not own and not faults:
        faults.append(Fault("nothing of this regimen is for this patient: " + "; ".join(each.text for each in alerts)))
    return ForPatient(own, tuple(alerts), tuple(faults))


def _is_instead_of(line: DrugLine, other: DrugLine) -> bool:
    """Whether a line gives the drug of another one, by its route, to those whom that is not for."""
    is_alike = is_same_drug(line.drug, other.drug) and line.route == other.route
    return is_alike and are_apart(line.only, other.only)


def _not_for_patient(line: DrugLine) -> Alert:
    text = f"{line.drug} is not for this patient: only for {any_words(line.only)}"
    return Alert(code_of_drug("not-for-patient", line.drug), "note", line.drug, text, line.source)


def is_so(any_of: AnyOf, facts: Facts, what: str) -> bool:
    """Whether one of several conditions holds; OrderRefused where that is not known."""
    holds = judge_any(any_of, facts)
    if holds is None:
        unknown = {fact.name: fact for conditions in any_of for fact in unknown_facts(conditions, facts)}
        history = [name for name in unknown if name not in FACTS]
        way = f"; say yes or no, like --history {history[0]}=true" if history else ""
        raise OrderRefused(f"{what} {', '.join(unknown)}, which is not given{way}")
    return holds
