"""Cycle days -> dates and clock times: one administration for every time a drug is given."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cec.calculate.schedule_notes import with_notes
from cec.order import Administration, Dose
from cec.pharmacy import Pharmacy
from cec.regimen import BEFORE_FIRST_INFUSION, DrugLine, Regimen
from cec.units import span


class _Cycle(NamedTuple):
    """What every day of a cycle is scheduled from; each dose with its drug line."""

    doses: Sequence[tuple[Dose, DrugLine]]
    start: datetime.date
    pharmacy: Pharmacy


def administrations(
    regimen: Regimen, doses: Sequence[Dose], start: datetime.date, pharmacy: Pharmacy
) -> tuple[Administration, ...]:
    """Every administration of a cycle that starts on `start`, in the order of time."""
    rows: list[Administration] = []
    cycle = _Cycle([(dose, regimen.drugs[dose.line - 1]) for dose in doses], start, pharmacy)
    for day in sorted({day for dose in doses for day in dose.days}):
        rows += _of_day(day, cycle, rows)
    return with_notes(rows, regimen.drugs)


def _of_day(day: int, cycle: _Cycle, before: Sequence[Administration]) -> list[Administration]:
    """The administrations that belong to one day of the cycle; late ones may fall after midnight."""
    date = cycle.start + datetime.timedelta(days=day - 1)
    starts = _starts(day, cycle, {(row.drug, row.route): row.start for row in before if row.start})
    infusions = [times[0] for index, times in starts.items() if cycle.doses[index][1].over and times]
    first = min(infusions, default=_at(date, cycle.pharmacy.first_infusion))
    rows = [
        _administration(day, number, time, index, cycle)
        for index, times in starts.items()
        for number, time in enumerate(times or _repeated([first], cycle.doses[index][1]), 1)
    ]
    return sorted(rows, key=lambda row: (row.time, row.start is not None, row.dose_index))


def _administration(day: int, number: int, time: datetime.datetime, dose_index: int, cycle: _Cycle) -> Administration:
    """One dose of a line at a time, which is a bound where the line comes before the first infusion."""
    dose, line = cycle.doses[dose_index]
    is_bound = _is_before_infusions(line)
    return Administration(
        day=day,
        line=dose.line,
        number=number,
        dose_index=dose_index,
        drug=line.drug,
        dose=dose.ordered,
        route=line.route,
        date=time.date(),
        start=None if is_bound else time,
        not_after=time if is_bound else None,
        end=time + span(line.over) if line.over and not is_bound else None,
        over=line.over,
        timing=BEFORE_FIRST_INFUSION if is_bound else "",
    )


def _starts(
    day: int, cycle: _Cycle, latest: Mapping[tuple[str, str], datetime.datetime]
) -> dict[int, list[datetime.datetime]]:
    """When each dose of the day starts, by its place; nothing yet for a line that comes before the first infusion.

    Lines follow each other: a line starts when the first dose of the line before it has ended, after the pharmacy's gap
    where that was an infusion. A line with an interval never starts sooner than that after the drug's `latest` start,
    on the day before.
    """
    date = cycle.start + datetime.timedelta(days=day - 1)
    next_start = _at(date, cycle.pharmacy.first_infusion)
    gap = span(cycle.pharmacy.gap)
    ends: dict[str, datetime.datetime] = {}
    starts: dict[int, list[datetime.datetime]] = {}
    for index, (dose, line) in enumerate(cycle.doses):
        if day not in dose.days or dose.ordered.value == 0:
            continue
        starts[index] = []
        if _is_before_infusions(line):
            continue
        over = span(line.over) if line.over else datetime.timedelta()
        if line.at:
            begin = [_at(date, time) for time in line.at]
        elif line.after in ends:
            begin = [ends[line.after] + (span(line.gap) if line.gap else gap)]
        else:
            begin = [next_start]
        last = latest.get((line.drug, line.route))
        if line.every and last and not line.at:
            begin = [max(begin[0], last + span(line.every))]
        ends[line.drug] = begin[0] + over
        if not line.at:
            next_start = max(next_start, ends[line.drug] + (gap if line.over else datetime.timedelta()))
        starts[index] = _repeated(begin, line)
    return starts


def _repeated(begin: list[datetime.datetime], line: DrugLine) -> list[datetime.datetime]:
    """The starts of a day: those given, or one repeated after each interval."""
    if line.every and len(begin) == 1:
        return [begin[0] + span(line.every) * number for number in range(line.per_day)]
    return begin


def _is_before_infusions(line: DrugLine) -> bool:
    return line.at == (BEFORE_FIRST_INFUSION,)


def _at(date: datetime.date, clock: str) -> datetime.datetime:
    return datetime.datetime.combine(date, datetime.time.fromisoformat(clock))
