"""An administration for every time that a drug of a cycle is given, with what is seen and ticked."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from cec.anchors import numbered
from cec.calculate.lines import WHERE_IT_ENDS, CycleLine
from cec.calculate.schedule import Schedule
from cec.calculate.schedule.clock import Clock, Dates, Instant
from cec.calculate.schedule.given_line import NO_TIME, GivenLine, Start
from cec.calculate.schedule.places import Places
from cec.calculate.schedule.remarks import Drawn, remarks
from cec.days import list_days
from cec.errors import InputError
from cec.order import Administration, Alert, Dose, code_of_drug
from cec.pharmacy import Pharmacy
from cec.regimen import BEFORE_FIRST_INFUSION, Regimen
from cec.units import span


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
    return noted(draw(regimen, doses, Dates(regimen.calendar, start), pharmacy, of_cycle), doses, of_cycle)


def noted(drawn: Drawn, doses: Sequence[Dose], of_cycle: Mapping[int, CycleLine]) -> Schedule:
    """What was drawn with what a person must see of it, and ticks."""
    rows, alerts = remarks(with_boxes(drawn.rows, doses, of_cycle), lambda _: drawn)
    return Schedule(rows, (*alerts, *too_few(of_cycle, rows)))


def with_boxes(
    rows: Sequence[Administration], doses: Sequence[Dose], lines: Mapping[int, CycleLine]
) -> list[Administration]:
    """The administrations, in their order, each with what a person ticks first.

    What must be confirmed stands at the first of a dose; the end of a line (`until`) at each of its doses beyond the
    least that are always given.
    """
    so_far: Counter[int] = Counter()
    of_dose: set[int] = set()
    boxed = []
    for row in rows:
        dose, total = doses[row.dose_index], lines[row.line].of.total_doses
        so_far[row.line] += 1
        boxes = []
        if dose.confirm and row.dose_index not in of_dose:
            boxes.append(f"confirmed: {dose.confirm}")
        if dose.until and so_far[row.line] > (total.least if total else 0):
            boxes.append(f"not yet: {dose.until}")
        of_dose.add(row.dose_index)
        boxed.append(replace(row, boxes=tuple(boxes)) if boxes else row)
    return boxed


def draw(
    regimen: Regimen, doses: Sequence[Dose], dates: Dates, pharmacy: Pharmacy, of_cycle: Mapping[int, CycleLine]
) -> Drawn:
    """Every administration without what a person must see of it; InputError where a line goes on without an end."""
    _refuse_endless(of_cycle)
    lines = _lines(doses, of_cycle)
    places = Places(lines, numbered(regimen), dates, pharmacy)
    placed = [(line, each) for line in lines for each in places.of(line.number)]
    first_infusions = _first_infusions(placed, places.times.clock)
    counted: Counter[tuple[int, int]] = Counter()
    rows = []
    for line, each in placed:
        starts = [each]
        if line.is_before_infusions:
            bound = first_infusions.get(each.date) or places.times.at(each.date, pharmacy.first_infusion)
            starts = [replace(each, at=time) for time in line.repeated(bound)]
        for start in starts:
            counted[line.number, each.day] += 1
            rows.append(_administration(line, start, counted[line.number, each.day], places, doses))
    return Drawn(in_sequence(rows, places.times.clock), places)


def in_sequence(rows: Iterable[Administration], clock: Clock) -> list[Administration]:
    """The administrations in the order of time."""
    return sorted(rows, key=lambda row: (clock.instant(row.time), row.start is not None, row.dose_index))


def _lines(doses: Sequence[Dose], of_cycle: Mapping[int, CycleLine]) -> list[GivenLine]:
    """The drug lines of these doses, each with the place of its dose on each of its days."""
    durations = [span(dose.over) if dose.over else NO_TIME for dose in doses]
    indexes: dict[int, dict[int, int]] = {}
    for index, dose in enumerate(doses):
        if dose.ordered.value:
            indexes.setdefault(dose.line, {}).update(dict.fromkeys(dose.line_days, index))
    return [
        GivenLine(
            number,
            replace(of_cycle[number].of, route=doses[next(iter(by_day.values()))].route),
            tuple(sorted(by_day)),
            by_day,
            {day: durations[index] for day, index in by_day.items()},
            of_cycle[number].most,
            {day: doses[i].count_on(day) for day, i in by_day.items() if not of_cycle[number].of.is_carried},
        )
        for number, by_day in sorted(indexes.items())
    ]


def _refuse_endless(lines: Mapping[int, CycleLine]) -> None:
    endless = [f"{line.of.drug} (day {list_days(line.of.days)})" for line in lines.values() if line.is_open]
    if endless:
        raise InputError(f"{', '.join(endless)}: nothing says where these days end; {WHERE_IT_ENDS}")


def too_few(lines: Mapping[int, CycleLine], rows: Sequence[Administration]) -> Iterator[Alert]:
    """Lines of whose doses fewer fit into the cycle than the regimen says."""
    for number, line in lines.items():
        count = line.of.total_doses
        found = sum(row.line == number for row in rows)
        if count and found < count.least and (found or not line.days):
            text = f"{found} of {count.least} doses fit into its days of this cycle: a person decides on the others"
            yield Alert(code_of_drug("total-doses", line.of.drug), "check", line.of.drug, text)


def _first_infusions(placed: Sequence[tuple[GivenLine, Start]], clock: Clock) -> dict[datetime.date, Instant]:
    """When the first infusion of each date starts."""
    times = [start.at for line, start in placed if line.over(start.dose_day) and start.at]
    return {clock.date(time): time for time in sorted(times, reverse=True)}


def _administration(
    line: GivenLine, start: Start, number: int, places: Places, doses: Sequence[Dose]
) -> Administration:
    """One dose of a line, of the day's the one of this number: at its time; with a bound before the first infusion; or
    on its date without a time."""
    clock, dose = places.times.clock, doses[line.dose_indexes[start.dose_day]]
    time = start.wall or (clock.local(start.at) if start.at else None)
    date = time.date() if time else start.date
    day = start.day if places.times.date_of(start.day) == date else places.times.dates.day(date)
    is_bound = line.is_before_infusions
    begin = None if is_bound else time
    over = line.over(start.dose_day)
    return Administration(
        day=day,
        of_day=None if day == start.day else start.day,
        line=line.number,
        number=number,
        dose_index=line.dose_indexes[start.dose_day],
        drug=line.of.drug,
        dose=dose.ordered,
        route=line.of.route,
        date=date,
        start=begin,
        not_after=time if is_bound else None,
        end=clock.local(start.at + over) if over and begin and start.at else None,
        over=dose.over,
        over_least=dose.over_least,
        rate_steps=dose.rate_steps,
        timing=BEFORE_FIRST_INFUSION if is_bound else start.word,
    )
