"""The administrations of a cycle, one block per day, with the day's infusions as bars on one scale of time."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain

from cec.order import Administration, Identity, Order, identity
from cec.rendering.days import Day, days_of
from cec.rendering.terminal.drawing import (
    BLANK_LINE,
    STRONG,
    Part,
    TableColumn,
    Terminal,
    first_that_fits,
    heading,
    section,
    table,
    width_of,
    wrap,
    wrap_each,
)
from cec.rendering.words.revision import given_rows, row_marks
from cec.rendering.words.times import (
    box_words,
    clock,
    drug_and_day,
    not_before,
    rate_words,
    row_time,
    starting_time,
    weekday_date,
)

_COLUMNS = (
    TableColumn("Time"),
    TableColumn("Drug"),
    TableColumn("Dose", right=True, style=STRONG),
    TableColumn("Route"),
    TableColumn("Over"),
)
_LONGEST = datetime.timedelta(hours=24)
"""A bar of the day ends here; what runs on shows an arrow."""
_MINUTES_PER_MARK = (5, 10, 15, 20, 30, 60, 120, 180, 240)
NARROWEST = 12
WIDEST = 40


def days(order: Order, terminal: Terminal) -> list[Part]:
    """One block per day with its rows in sequence, and the earliest day 1 of the next cycle."""
    marks, past = row_marks(order), given_rows(order)
    return [
        *chain.from_iterable(_block(day, marks, past, terminal) for day in days_of(order)),
        *_next_cycle(order, terminal),
    ]


def _block(day: Day, marks: Mapping[Identity, str], past: Mapping[Identity, str], terminal: Terminal) -> list[Part]:
    date = day.date
    title = heading(f"{day.name}, {weekday_date(date)}" if date else day.name)
    beside = [f"continues: {running.drug}, rest of {running.amount}; {running.text}" for running in day.running]
    notes = [
        f"{row_time(row, date or row.date).partition(' to ')[0]} {row.drug}: {note}"
        for row in day.rows
        for note in (*box_words(row), *row.notes, *rate_words(row))
    ]
    notes += [f"{starting_time(row)} {row.drug}: {marks[name]}" for row in day.rows if (name := identity(row)) in marks]
    statuses = [past.get(identity(row), "") for row in day.rows]
    for status in dict.fromkeys(filter(None, statuses)):
        drugs = [drug_and_day(row) for row, each in zip(day.rows, statuses, strict=True) if each == status]
        notes.append(f"{', '.join(drugs) if len(drugs) < len(statuses) else 'every dose of this day'}: {status}")
    notes += [f"OMITTED {omitted.drug}: {omitted.why}" for omitted in day.omitted]
    return [
        BLANK_LINE,
        title,
        *wrap_each(beside, terminal, "", "  "),
        *(_grids(day.rows, date, terminal) if date and day.rows else []),
        *wrap_each(notes, terminal, style=STRONG),
    ]


def _grids(rows: Sequence[Administration], date: datetime.date, terminal: Terminal) -> list[Part]:
    """The rows of a day, with their timeline beside them where the terminal has room, else below them or left out."""
    cells = [(row_time(row, date), drug_and_day(row), str(row.dose), row.route, row.runs) for row in rows]
    room = min(terminal.width - width_of(table(_COLUMNS, cells)) - 2, WIDEST)
    if room >= NARROWEST:
        scale, bars = timeline(rows, room, lines=terminal.lines)
        with_bars = [(*cell, bar) for cell, bar in zip(cells, bars, strict=True)]
        return [table((*_COLUMNS, TableColumn(scale)), with_bars)]
    scale, bars = timeline(rows, WIDEST, lines=terminal.lines)
    names = [(drug_and_day(row), bar) for row, bar in zip(rows, bars, strict=True)]
    stacked = [
        (time, f"{drug}\n  {', '.join(filter(None, (route, over)))}", dose) for time, drug, dose, route, over in cells
    ]
    below = partial(table, (TableColumn(""), TableColumn(scale)), names)
    return [
        *first_that_fits(
            (partial(table, _COLUMNS, cells), partial(table, _COLUMNS[:3], stacked, ruled=True)),
            lambda: list(chain.from_iterable(_in_lines(row, terminal) for row in cells)),
            terminal,
        ),
        *first_that_fits((below,), list, terminal),
    ]


def timeline(rows: Sequence[Administration], room: int, *, lines: bool) -> tuple[str, list[str]]:
    """The scale and a bar for each row, at most `room` characters wide; ASCII unless `lines`."""
    filled, moment, onward = ("█", "●", "▶") if lines else ("=", "*", ">")
    timed = [row for row in rows if row.start or row.not_after] or rows
    start = min(row.time for row in timed)
    stop = min(max(row.end or row.time for row in timed), start + _LONGEST)
    span = (stop - start) // datetime.timedelta(minutes=1)
    per_mark = next((minutes for minutes in _MINUTES_PER_MARK if -(-span // minutes) <= room), _MINUTES_PER_MARK[-1])

    def mark(time: datetime.datetime) -> int:
        """How many marks after the start a time lies, rounded up."""
        return -(-((time - start) // datetime.timedelta(minutes=1)) // per_mark)

    length = max(mark(stop), 1)

    def bar(row: Administration) -> str:
        if row not in timed:
            return ""
        if row.time > stop:
            return " " * length + onward
        first = (row.time - start) // datetime.timedelta(minutes=per_mark)
        if row.end is None or row.end == row.time:
            return " " * first + moment
        last = max(mark(min(row.end, stop)), first + 1)
        return " " * first + filled * (last - first) + (onward if row.end > stop else "")

    scale = clock(start) if length < NARROWEST - 1 else f"{clock(start)}{clock(stop):>{length - 5}}"
    return scale, [bar(row) for row in rows]


def _in_lines(row: Sequence[str], terminal: Terminal) -> list[Part]:
    """The cells of a row where no table has room; a drug is not parted from its dose."""
    time, drug, dose, *given = row
    return [
        *wrap(f"{time}  {drug}\N{NO-BREAK SPACE}{dose}", terminal, "", "  ", STRONG),
        *wrap(", ".join(filter(None, given)), terminal, "  ", "  "),
    ]


def _next_cycle(order: Order, terminal: Terminal) -> list[Part]:
    earliest = order.next_cycle
    if earliest is None:
        return []
    text = not_before(earliest.day, earliest.text, earliest.source, earliest.date)
    return section("Day 1 of the next cycle", wrap(text, terminal, "  ", "  "))
