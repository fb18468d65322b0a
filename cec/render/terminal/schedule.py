"""The administrations of a cycle, one block per day."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain

from cec.order import Administration, Identity, Order, identity
from cec.render.days import Day, days_of
from cec.render.terminal.drawing import (
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
)
from cec.render.terminal.timeline import NARROWEST, WIDEST, timeline
from cec.render.words.revision import given_rows, row_marks
from cec.render.words.times import box_words, drug_and_day, rate_words, row_time, starting_time, weekday_date

_COLUMNS = (
    TableColumn("Time"),
    TableColumn("Drug"),
    TableColumn("Dose", right=True, style=STRONG),
    TableColumn("Route"),
    TableColumn("Over"),
)


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
    beside = [f"continues: {running.drug}, {running.text}" for running in day.running]
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
        *chain.from_iterable(wrap(text, terminal, "", "  ") for text in beside),
        *(_grids(day.rows, date, terminal) if date and day.rows else []),
        *chain.from_iterable(wrap(text, terminal, "  ", "    ", STRONG) for text in notes),
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
    date = f"{weekday_date(earliest.date)} (day {earliest.day})" if earliest.date else f"day {earliest.day}"
    source = f" [{earliest.source}]" if earliest.source else ""
    text = ". ".join(filter(None, (f"not before {date}", earliest.text))) + source
    return section("Day 1 of the next cycle", wrap(text, terminal, "  ", "  "))
