"""The days of a dated cycle, the same in every format: what is given, what still runs, and what is omitted.

A day is a calendar date: a dose stands on the one on which it starts, an infusion on every one on which it runs.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

from cec.days import LAST_DAY, list_days, paper_date, runs_of
from cec.rendering.words import CHANGED, reason_of
from cec.rendering.words.regimen import days_with, number_of_days
from cec.rendering.words.times import clock, dose_of_day, weekday_date
from cec.units import span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cec.order import Administration, Dose, Order
    from cec.units import Quantity

A_DAY = datetime.timedelta(days=1)


class Running(NamedTuple):
    """An infusion that began on an earlier day and is not a dose of this one."""

    drug: str
    dose_index: int
    amount: Quantity
    """What its bag or syringe held when it began."""
    text: str
    ends_today: bool = False
    until: datetime.datetime | None = None
    """When it ends, where that is known."""


class Omitted(NamedTuple):
    """A dose that a person takes away whole, at its place among the order's doses."""

    drug: str
    why: str
    dose_index: int = 0
    reason: str = ""
    """The same without the dose that is left out."""
    row: Administration | None = None
    """The administration that a change took away."""


class Day(NamedTuple):
    """One day of a cycle with all that stands on it."""

    number: int
    name: str
    date: datetime.date | None
    rows: tuple[Administration, ...]
    running: tuple[Running, ...]
    omitted: tuple[Omitted, ...]


class DayNames(NamedTuple):
    """How the days of a cycle are called in headings."""

    last: int
    """The last day on which something is given or runs; where days go on without an end, the first that all later ones
    are like."""
    has_end: bool

    def of(self, number: int) -> str:
        """A day with the last one of the cycle: Day 2 of 5."""
        if not self.has_end:
            return f"Day {number} onwards" if number == self.last else f"Day {number}"
        return f"Day {number} of {self.last}" if 1 <= number <= self.last else f"Day {number}"

    def of_alike(self, numbers: Sequence[int]) -> str:
        """Several days that are alike: Days 1 to 3 of 5, the same on each."""
        return f"Days {list_days(numbers)}{f' of {self.last}' if self.has_end else ''}, the same on each"


def day_names(order: Order) -> DayNames:
    """How the days of an order's cycle are called."""
    return DayNames(day_numbers(order)[-1], order.last_day is not None)


def days_of(order: Order) -> list[Day]:
    """Every day on which something is given, runs on, or would have been given."""
    numbers, chains, names = day_numbers(order), _chains(order), day_names(order)
    taken_away = (row.day for row, _ in order.removed) if order.changes else ()
    by_day: dict[int, list[Administration]] = {}
    for row in order.administrations:
        by_day.setdefault(row.day, []).append(row)
    days = []
    for number in sorted({*numbers, *taken_away}):
        date = order.date_of(number)
        rows = tuple(by_day.get(number, ()))
        running = tuple(_running(chains, date) if date else _running_undated(order, number))
        without = omitted(order, number)
        if rows or running or without or not order.administrations:  # doses of a day that moved may stand on another
            days.append(Day(number, names.of(number), date, rows, running, without))
    return days


def day_numbers(order: Order) -> list[int]:
    """The days of the cycle on which something is given, runs on, or would have been given."""
    given = given_days(order)
    if not order.administrations:
        last = given[-1] if order.last_day is None else LAST_DAY
        running = {day for dose in order.doses for day in _days_run(order, dose) if day <= last}
        return sorted({*given, *running})
    later = order.regimen.calendar.later
    running = {later(row.day, by) for row in order.administrations for by in range(_midnights(row) + 1)}
    return sorted({*given, *running})


def given_days(order: Order) -> list[int]:
    """The days by which doses are ordered; where days go on without an end, up to the first that all others are like.

    An order with a start has an end.
    """
    numbers = sorted({day for dose in order.doses for day in dose.days})
    if order.last_day is not None:
        return numbers
    last_runs = [runs_of(dose.days)[-1] for dose in order.doses]
    first_alike = max(run[0] if run[-1] == LAST_DAY else run[-1] + 1 for run in last_runs)
    return [day for day in numbers if day <= first_alike]


def count_of_days(order: Order) -> str:
    """How many days the cycle has as protocols count them, which they are where they have gaps or no end, and up to
    which one the last infusion runs, where that is later."""
    if order.last_day is None:
        return number_of_days(day for dose in order.doses for day in dose.days)
    calendar, last = order.regimen.calendar, day_numbers(order)[-1]
    counted = {day for dose in order.doses for day in days_with(dose.days, dose.over, calendar)}
    return number_of_days(counted) + (f", to day {last}" if last > max(counted) else "")


def day_of(names: DayNames, row: Administration) -> str:
    """The day on whose date an administration starts; behind it the day that it is a dose of, where that is another."""
    return f"{names.of(row.day)}{dose_of_day(row)}"


def omitted(order: Order, number: int) -> tuple[Omitted, ...]:
    """What a day would have been given, and why it is not: with the administration, where a change took it away."""
    rows = [(row, why) for row, why in order.removed if row.day == number] if order.changes else []
    found = []
    for index, dose in enumerate(order.doses):
        if number not in dose.days or dose.ordered.value:
            continue
        for step in dose.steps:
            if step.what in CHANGED:
                left_out = Omitted(dose.drug, step.in_words, index, reason_of(dose))
                of_dose = [row for row, _ in rows if row.line == dose.line]
                found += [left_out._replace(row=row) for row in of_dose] or [left_out]
    lines = {each.row.line for each in found if each.row}
    return (*found, *(_taken_away(order, row, why) for row, why in rows if row.line not in lines))


def _taken_away(order: Order, row: Administration, why: str) -> Omitted:
    """What a change took away of a dose that the order does not have any more on that day."""
    index = next((index for index, dose in enumerate(order.doses) if dose.line == row.line), len(order.doses))
    return Omitted(row.drug, f"not given: {why}", index, why, row)


def _midnights(row: Administration) -> int:
    """How many midnights an infusion runs over: one that ends at midnight has no part in the next day."""
    return (_last_date(row) - row.date).days if row.start and row.end else 0


def _days_run(order: Order, dose: Dose) -> Iterator[int]:
    """The days after its own on which an infusion runs whose clock times are not known, if it is over whole days."""
    days = span(dose.over) // A_DAY if dose.over and dose.ordered.value else 0
    for day in dose.days:
        yield from (order.regimen.calendar.later(day, by) for by in range(1, days + 1))


def _running(chains: Sequence[Sequence[Administration]], date: datetime.date) -> Iterator[Running]:
    """The infusions that began on an earlier date and reach into this one, each as part of its chain of bags."""
    midnight = datetime.datetime.combine(date, datetime.time())
    for chain in chains:
        reaching = [row for row in chain if row.start and row.end and row.start < midnight < row.end]
        for row in reaching:
            first, last = chain[0].date, _last_date(chain[-1])
            which = f"day {(date - first).days + 1} of {(last - first).days + 1}"
            yield Running(
                row.drug, row.dose_index, row.dose, f"{which}, {_until(row, date, chain)}", last == date, row.end
            )


def _chains(order: Order) -> list[list[Administration]]:
    """The infusions over midnight, those together of which each starts where the one before ended."""
    chains: list[list[Administration]] = []
    for row in order.administrations:
        if not _midnights(row):
            continue
        before = next((chain for chain in chains if chain[-1].end == row.start and _is_alike(chain[-1], row)), None)
        if before:
            before.append(row)
        else:
            chains.append([row])
    return chains


def _is_alike(row: Administration, other: Administration) -> bool:
    return (row.drug, row.route) == (other.drug, other.route)


def _last_date(row: Administration) -> datetime.date:
    """The last date on which an infusion runs: one that ends at midnight has no part in the next."""
    return ((row.end or row.time) - datetime.timedelta(microseconds=1)).date()


def _until(row: Administration, date: datetime.date, chain: Sequence[Administration]) -> str:
    """When a bag ends, whether another follows, and when it began."""
    end = row.end or row.time
    until = f"until {clock(end)}" + ("" if end.date() == date else f" on {weekday_date(end.date())}")
    follows = ", then the next bag" if row is not chain[-1] else ""
    return f"{until}{follows}; {row.route}, begun {paper_date(row.date)} {clock(row.time)}"


def _running_undated(order: Order, number: int) -> Iterator[Running]:
    """What runs on a day where no clock time is known: for as many whole days as the infusion runs."""
    for index, dose in enumerate(order.doses):
        begun = max((day for day in dose.days if day < number), default=None)
        if begun is not None and number not in dose.days and number in _days_run(order, dose):
            yield Running(dose.drug, index, dose.ordered, f"{dose.route} over {dose.runs}, begun on day {begun}")
