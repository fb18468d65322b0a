"""The administrations of a cycle, one block per day."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import groupby

from rich.text import Text

from cec.order import Administration, Order
from cec.render.terminal.paper import STRONG, Column, Look, Part, section, table, width_of, wrap
from cec.render.terminal.timeline import NARROWEST, WIDEST, timeline
from cec.render.words import date_of_day, row_time, weekday_date

_COLUMNS = (
    Column("Time"),
    Column("Drug"),
    Column("Dose", right=True, style=STRONG),
    Column("Route"),
    Column("Over"),
)


def days(order: Order, look: Look) -> list[Part]:
    """One block per day with its rows in sequence, and the earliest day 1 of the next cycle."""
    parts: list[Part] = []
    for day, rows in groupby(order.administrations, lambda row: row.day):
        date = date_of_day(order.start or order.administrations[0].date, day)
        parts += _block(f"Day {day} of {order.regimen.days}", date, list(rows), look)
    return [*parts, *_next_cycle(order, look)]


def _block(name: str, date: datetime.date, rows: Sequence[Administration], look: Look) -> list[Part]:
    heading = Text(f"{name}, {weekday_date(date)}", style=STRONG)
    cells = [(row_time(row, date), row.drug, str(row.dose), row.route, str(row.over or "")) for row in rows]
    room = min(look.width - width_of(table(_COLUMNS, cells, look)) - 2, WIDEST)
    if room >= NARROWEST:
        scale, bars = timeline(rows, room, lines=look.lines)
        grids = [table((*_COLUMNS, Column(scale)), [(*cell, bar) for cell, bar in zip(cells, bars, strict=True)], look)]
    else:
        scale, bars = timeline(rows, WIDEST, lines=look.lines)
        names = [(row.drug, bar) for row, bar in zip(rows, bars, strict=True)]
        grids = [table(_COLUMNS, cells, look), table((Column(""), Column(scale)), names, look)]
    return [Text(), heading, *grids]


def _next_cycle(order: Order, look: Look) -> list[Part]:
    earliest = order.next_cycle
    if earliest is None:
        return []
    date = f"{weekday_date(earliest.date)} (day {earliest.day})" if earliest.date else f"day {earliest.day}"
    source = f" [{earliest.source}]" if earliest.source else ""
    text = ". ".join(filter(None, (f"not before {date}", earliest.text))) + source
    return section("Day 1 of the next cycle", wrap(text, look, "  ", "  "))
