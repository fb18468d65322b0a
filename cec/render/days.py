"""The days of a dated cycle, the same in every format: what is given, what still runs, and what is omitted."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

from cec.days import LAST_DAY, runs_of
from cec.render.words import CHANGED, change_words
from cec.render.words.times import clock, paper_date, weekday_date
from cec.units import span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cec.order import Administration, Dose, Order

A_DAY = datetime.timedelta(days=1)
"""Infusions as long as this stand on every date that they touch; shorter ones on the day that they begin."""


class Running(NamedTuple):
    """An infusion that began on an earlier day and is not a dose of this one."""

    drug: str
    dose_index: int
    text: str
    ends_today: bool = False


class Omitted(NamedTuple):
    """A dose that a declared reduction takes away whole."""

    drug: str
    why: str


class Day(NamedTuple):
    """One day of a cycle with all that stands on it."""

    number: int
    name: str
    date: datetime.date | None
    rows: tuple[Administration, ...]
    running: tuple[Running, ...]
    omitted: tuple[Omitted, ...]


def days_of(order: Order) -> list[Day]:
    """Every day on which something is given, runs on, or would have been given."""
    numbers = set(given_days(order))
    numbers |= {day for dose in order.doses if dose.ordered.value for day in _days_touched(dose, order)}
    numbers |= {row.day for row in order.administrations}
    days = (_day(order, number) for number in sorted(numbers))
    return [day for day in days if day.rows or day.running or any(day.number in dose.days for dose in order.doses)]


def given_days(order: Order) -> list[int]:
    """The days on which something is given; where days go on without an end, up to the first that all others are like.

    An order with a start has an end.
    """
    numbers = sorted({day for dose in order.doses for day in dose.days})
    if order.last_day is not None:
        return numbers
    last_runs = [runs_of(dose.days)[-1] for dose in order.doses]
    first_alike = max(run[0] if run[-1] == LAST_DAY else run[-1] + 1 for run in last_runs)
    return [day for day in numbers if day <= first_alike]


def name_of_day(order: Order, number: int) -> str:
    """A day in a heading, with how many there are."""
    last = order.last_day
    if last is None:
        return f"Day {number} onwards" if number == given_days(order)[-1] else f"Day {number}"
    return f"Day {number} of {last}" if 1 <= number <= last else f"Day {number}"


def omitted(order: Order, number: int) -> tuple[Omitted, ...]:
    """What a day would have been given, and why it is not."""
    return tuple(
        Omitted(dose.drug, change_words(step))
        for dose in order.doses
        if number in dose.days and not dose.ordered.value
        for step in dose.steps
        if step.what in CHANGED
    )


def _day(order: Order, number: int) -> Day:
    name, date = name_of_day(order, number), order.date_of(number)
    rows = tuple(row for row in order.administrations if row.day == number)
    running = _running(order, date) if date else _running_undated(order, number)
    return Day(number, name, date, rows, tuple(running), omitted(order, number))


def _days_touched(dose: Dose, order: Order) -> set[int]:
    """The days after the last of its own that a long infusion may reach, and those between."""
    over = span(dose.over) if dose.over else datetime.timedelta()
    return (
        set()
        if over < A_DAY
        else {order.regimen.calendar.later(day, by) for day in dose.days for by in range(1, over // A_DAY + 2)}
    )


def _running(order: Order, date: datetime.date) -> Iterator[Running]:
    """The long infusions that began on an earlier date and reach into this one, each as part of its chain of bags."""
    midnight = datetime.datetime.combine(date, datetime.time())
    for chain in _chains(order):
        reaching = [row for row in chain if row.start and row.end and row.start < midnight < row.end]
        for row in reaching:
            first, last = chain[0].date, _last_date(chain[-1])
            which = f"day {(date - first).days + 1} of {(last - first).days + 1}"
            yield Running(row.drug, row.dose_index, f"{which}, {_until(row, date, chain)}", last == date)


def _chains(order: Order) -> list[list[Administration]]:
    """The long infusions of the schedule, those together of which each starts where the one before ended."""
    long = [row for row in order.administrations if row.start and row.end and row.end - row.start >= A_DAY]
    chains: list[list[Administration]] = []
    for row in long:
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
    """The same where no clock time is known: for as many whole days as the infusion runs."""
    for index, dose in enumerate(order.doses):
        days = span(dose.over) // A_DAY if dose.over and dose.ordered.value else 0
        begun = max((day for day in dose.days if day < number <= day + days), default=None)
        if begun is not None and number not in dose.days:
            yield Running(dose.drug, index, f"{dose.route} over {dose.runs}, begun on day {begun}")
