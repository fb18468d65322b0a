"""The preparation worksheet as text: a block per day, a card per dose with fields to sign, and the pick list."""

from __future__ import annotations

from itertools import chain, groupby
from typing import TYPE_CHECKING

from rich.text import Text

from cec.render.terminal import explain, head
from cec.render.terminal.paper import STRONG, Column, Look, Part, draw, facts, section, table, width_of, wrap
from cec.render.words import DRAFT, clock, fingerprint, list_days, weekday_date
from cec.render.worksheet.words import (
    NOMINAL,
    SIGNED,
    TITLE,
    Task,
    batches,
    fluid_of,
    instructions,
    name_of,
    pick_count,
    tasks,
)

if TYPE_CHECKING:
    from cec.order import Order, PickItem

BLANK = "_" * 12


def render(order: Order, *, look: Look | None = None, steps: bool = False, pick_list: bool = False) -> bytes:
    """The worksheet as UTF-8 text; with `steps` how every figure came about; `pick_list` alone on request."""
    look = look or Look()
    parts: list[Part] = [Text("Pick list" if pick_list else TITLE, style=STRONG), *head.head(order, look)[:-1]]
    parts += head.to_look_at(order, look)
    if not pick_list:
        parts += [Text(), *wrap(NOMINAL, look)]
        for day, of_day in groupby(tasks(order), lambda task: task.day):
            parts += _day(order, day, list(of_day), look)
    parts += _pick_list(order.pick_list, look)
    parts += [*explain.steps(order, look), *_steps(order, look)] if steps else []
    return draw([*parts, Text(), *wrap(DRAFT, look, style=STRONG), *wrap(fingerprint(order, 16), look)], look)


def _day(order: Order, day: int, of_day: list[Task], look: Look) -> list[Part]:
    """A day's doses and its fluid."""
    date = of_day[0].date
    heading = f"Day {day} of {order.regimen.days}" + (f", {weekday_date(date)}" if date else "")
    fluid = next((fluid for fluid in order.daily_fluids if day in fluid.days), None)
    return [
        Text(),
        Text(heading, style=STRONG),
        *chain.from_iterable(_card(task, look) for task in of_day),
        *([Text(), *wrap(f"Fluid infused on day {day}: {fluid_of(fluid)}", look, "  ", "    ")] if fluid else []),
    ]


def _card(task: Task, look: Look) -> list[Part]:
    """One dose: what to do, and the fields to fill in."""
    before = "before " if task.row and task.row.timing.startswith("before") else ""
    time = f"{before}{clock(task.row.start)}  " if task.row else ""
    entries = [(label, f"[ ] {text}" if label == "Check" else text) for label, text in instructions(task.made)]
    entries += [("Batch", f"{what}: {BLANK}") for what in batches(task.made)]
    if task.made.product:
        entries.append(("Signed", "  ".join(f"{name} {BLANK}" for name in SIGNED)))
    return [Text(), *wrap(f"{time}{name_of(task)}", look, "  ", "    ", STRONG), *facts(_once(entries), look, "    ")]


def _once(entries: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The entries, a label that stands several times only at its first."""
    return [
        ("" if index and entries[index - 1][0] == label else label, text) for index, (label, text) in enumerate(entries)
    ]


def _pick_list(items: tuple[PickItem, ...], look: Look) -> list[Part]:
    """What the whole cycle takes from the shelf."""
    columns = (Column("Count", right=True), Column("Item"), Column("For"))
    grid = table(columns, [(pick_count(item), item.item, item.drug) for item in items], look)
    if width_of(grid) <= look.width:
        return section("Pick list for the whole cycle", [grid] if items else [])
    lines = [wrap(f"{pick_count(item)} × {item.item}, for {item.drug}", look, "  ", "    ") for item in items]
    return section("Pick list for the whole cycle", list(chain.from_iterable(lines)))


def _steps(order: Order, look: Look) -> list[Part]:
    """How every figure came about, once for each dose that is the same on all its days."""
    parts: list[Part] = []
    for made in order.preparations:
        days = order.doses[made.line].days
        parts += wrap(f"{made.drug} {made.dose}, day {list_days(days)}", look, "  ", "    ", STRONG)
        for how in (*made.how, *([f"missing: {made.missing}"] if made.missing else [])):
            parts += wrap(how, look, "    ", "      ")
    return section("How each dose is made up, step by step", parts)
