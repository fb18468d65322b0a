"""Cycle days -> dates and clock times: an administration for every time a drug is given, and what must be seen there.

A row stands under the date on which it starts. No line moves to another date because of another line.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from cec.calculate.lines import WHERE_IT_ENDS, CycleLine
from cec.calculate.rules.rule import code_of_drug
from cec.calculate.schedule.clock import Clock
from cec.calculate.schedule.remarks import remarks
from cec.calculate.schedule.starts import NO_TIME, DatesOfDays, Line, place_lines
from cec.days import list_days
from cec.errors import InputError
from cec.order import Administration, Alert, Dose
from cec.pharmacy import Pharmacy
from cec.regimen import BEFORE_FIRST_INFUSION, Regimen
from cec.units import span


class Schedule(NamedTuple):
    """The administrations of a cycle in the order of time, and the alerts on them."""

    administrations: tuple[Administration, ...] = ()
    alerts: tuple[Alert, ...] = ()


def draw_up(
    regimen: Regimen,
    doses: Sequence[Dose],
    start: datetime.date,
    pharmacy: Pharmacy,
    of_cycle: Mapping[int, CycleLine],
) -> Schedule:
    """Every administration of a cycle whose day 1 is `start`; a dose of 0 is not given.

    InputError where a line goes on without an end.
    """
    _refuse_endless(of_cycle)
    lines, clock, dates = _lines(regimen, doses), Clock(pharmacy.zone), DatesOfDays(regimen.calendar, start)
    starts = place_lines(lines, dates, pharmacy, clock)
    first_infusions = _first_infusions(lines, starts)
    opening = datetime.time.fromisoformat(pharmacy.first_infusion)
    rows = []
    for line in lines:
        for day, of_day in starts[line.number].items():
            date, times = dates.of(day), of_day
            if line.is_before_infusions:
                times = line.repeated(first_infusions.get(date) or datetime.datetime.combine(date, opening))
            rows += [
                _administration(line, _Place(day, number, date, time), dates, doses, clock)
                for number, time in enumerate(times, 1)
            ]
    rows.sort(key=lambda row: (row.time, row.start is not None, row.dose_index))
    rows = [row for row in rows if row.number <= _most_on(row, of_cycle[row.line])]
    noted, alerts = remarks(rows, lines, clock)
    return Schedule(noted, (*alerts, *_too_few(of_cycle, rows)))


def _most_on(row: Administration, line: CycleLine) -> int:
    """How many doses of a line its total leaves for the day of a row."""
    return sum(line.counts_on((row.protocol_day,)))


def _refuse_endless(lines: Mapping[int, CycleLine]) -> None:
    endless = [f"{line.of.drug} (day {list_days(line.of.days)})" for line in lines.values() if line.is_open]
    if endless:
        raise InputError(f"{', '.join(endless)}: nothing says where these days end; {WHERE_IT_ENDS}")


def _too_few(lines: Mapping[int, CycleLine], rows: Sequence[Administration]) -> Iterator[Alert]:
    """Lines of whose doses fewer fit into the cycle than the regimen says."""
    for number, line in lines.items():
        count = line.of.total_doses
        found = sum(row.line == number for row in rows)
        if count and 0 < found < count.least:
            text = f"{found} of {count.least} doses fit into its days of this cycle: a person decides on the others"
            yield Alert(code_of_drug("total-doses", line.of.drug), "check", line.of.drug, text)


def _lines(regimen: Regimen, doses: Sequence[Dose]) -> list[Line]:
    """The drug lines of these doses, each with the place of its dose on each of its days."""
    places: dict[int, dict[int, int]] = {}
    for index, dose in enumerate(doses):
        places.setdefault(dose.line, {}).update(dict.fromkeys(dose.days if dose.ordered.value else (), index))
    return [
        _as_given(Line(number, line, places[number], NO_TIME), doses)
        for number, line in enumerate(regimen.drugs, 1)
        if number in places
    ]


def _as_given(line: Line, doses: Sequence[Dose]) -> Line:
    """A line as it is settled in its doses: their route and, where they run for different times, the longest."""
    of_line = [doses[index] for index in dict.fromkeys(line.dose_indexes.values())]
    if not of_line:
        return line
    over = max((dose.over for dose in of_line if dose.over), key=span, default=None)
    of = msgspec.structs.replace(line.of, route=of_line[0].route, over=over)
    return line._replace(of=of, over=span(over) if over else NO_TIME)


def _first_infusions(
    lines: Sequence[Line], starts: dict[int, dict[int, list[datetime.datetime | None]]]
) -> dict[datetime.date, datetime.datetime]:
    """When the first infusion of each date starts."""
    times = [
        time for line in lines if line.of.over for of_day in starts[line.number].values() for time in of_day if time
    ]
    return {time.date(): time for time in sorted(times, reverse=True)}


class _Place(NamedTuple):
    """Where a dose stands: its day in the protocol, which of that day it is, the date of the day, and its time."""

    day: int
    number: int
    date: datetime.date
    time: datetime.datetime | None


def _administration(
    line: Line, place: _Place, dates: DatesOfDays, doses: Sequence[Dose], clock: Clock
) -> Administration:
    """One dose of a line: at its time; with a bound before the first infusion; or on its date without a time."""
    time, dose = place.time, doses[line.dose_indexes[place.day]]
    date = time.date() if time else place.date
    day = dates.day(date)
    is_bound = line.is_before_infusions
    begin = None if is_bound else time
    return Administration(
        day=day,
        of_day=None if day == place.day else place.day,
        line=line.number,
        number=place.number,
        dose_index=line.dose_indexes[place.day],
        drug=line.of.drug,
        dose=dose.ordered,
        route=line.of.route,
        date=date,
        start=begin,
        not_after=time if is_bound else None,
        end=clock.later(begin, span(dose.over)) if dose.over and begin else None,
        over=dose.over,
        timing=BEFORE_FIRST_INFUSION if is_bound else "",
    )
