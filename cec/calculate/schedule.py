"""Cycle days -> dates and clock times: one administration for every time a drug is given."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from cec.order import Administration, Dose
from cec.pharmacy import Pharmacy
from cec.regimen import BEFORE_FIRST_INFUSION, DrugLine
from cec.units import span


def administrations(
    lines: Sequence[DrugLine], doses: Sequence[Dose], start: datetime.date, pharmacy: Pharmacy
) -> tuple[Administration, ...]:
    """Every administration of a cycle that starts on `start`, in the order of time; lines and doses match by place."""
    rows = []
    for day in sorted({day for line in lines for day in line.days}):
        rows += _of_day(day, lines, doses, start, pharmacy)
    return tuple(rows)


def _of_day(
    day: int, lines: Sequence[DrugLine], doses: Sequence[Dose], start: datetime.date, pharmacy: Pharmacy
) -> list[Administration]:
    """The administrations that belong to one day of the cycle; late ones may fall after midnight.

    Lines follow each other: a line starts when the first dose of the line before it has ended, after the pharmacy's gap
    where that was an infusion.
    """
    date = start + datetime.timedelta(days=day - 1)
    first = _at(date, pharmacy.first_infusion)
    gap = span(pharmacy.gap)
    next_start = first
    ends: dict[str, datetime.datetime] = {}
    rows = []
    for index, (line, dose) in enumerate(zip(lines, doses, strict=True)):
        if day not in line.days or dose.ordered.value == 0:
            continue
        over = span(line.over) if line.over else None
        if line.at == (BEFORE_FIRST_INFUSION,):
            starts = [first]
        elif line.at:
            starts = [_at(date, time) for time in line.at]
        else:
            begin = next_start
            if line.after in ends:
                begin = ends[line.after] + (span(line.gap) if line.gap else gap)
            starts = [begin]
            next_start = begin + over + gap if over else begin
        if line.every and len(starts) == 1:
            starts = [starts[0] + span(line.every) * number for number in range(line.per_day)]
        ends[line.drug] = starts[0] + (over or datetime.timedelta())
        rows += [
            Administration(
                day=day,
                date=begin.date(),
                start=begin,
                end=begin + over if over else None,
                drug=line.drug,
                dose=dose.ordered,
                route=line.route,
                over=line.over,
                line=index,
                timing=BEFORE_FIRST_INFUSION if line.at == (BEFORE_FIRST_INFUSION,) else "",
            )
            for begin in starts
        ]
    return sorted(rows, key=lambda row: (row.start, not row.timing, row.line))


def _at(date: datetime.date, clock: str) -> datetime.datetime:
    return datetime.datetime.combine(date, datetime.time.fromisoformat(clock))
