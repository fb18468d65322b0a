"""The preparation worksheet as text: alike days together, a card per dose with fields to sign, and the pick list."""

from __future__ import annotations

from itertools import chain, groupby
from typing import TYPE_CHECKING

from cec.days import days_in_words
from cec.rendering.days import day_names
from cec.rendering.terminal import draw, head, steps
from cec.rendering.terminal.drawing import (
    BLANK_LINE,
    PIPE,
    STRONG,
    Part,
    TableColumn,
    Terminal,
    heading,
    labelled,
    section,
    table,
    width_of,
    wrap,
    wrap_each,
)
from cec.rendering.words import changed_words, origin, validity
from cec.rendering.words.preparation import (
    EXPECTED,
    Instruction,
    batches,
    instructions_with_blanks,
    pick_count,
    picked,
)
from cec.rendering.words.revision import given_rows
from cec.rendering.words.times import moment, starting_time, weekday_date
from cec.rendering.worksheet import (
    CSF_SIGNED,
    DISPENSED,
    LABELS,
    NOMINAL,
    PICKED_TOO,
    SIGNED,
    TITLE,
    Task,
    WorkDay,
    comes_from,
    csf_days,
    dispensing_list,
    made_ahead,
    name_and_time,
    when_made,
    work_days,
)
from cec.routes import use_only

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cec.order import Administration, Order, PickItem
    from cec.rendering.days import DayNames

BLANK = "_" * 12
_BY_HAND = {"Take": BLANK, "Draw": f"{BLANK} mL", "Into": f"{BLANK} mL of {BLANK}"}
"""What is written where nothing says what is taken."""
BY_PEOPLE = tuple(name for name in SIGNED if name.endswith("by"))
"""What is signed on each of several days that are alike; all else has room where a day stands alone, and on paper."""


def render(order: Order, *, terminal: Terminal = PIPE, explain: bool = False, pick_list: bool = False) -> bytes:
    """The worksheet as UTF-8 text; with `explain` how every figure came about; `pick_list` alone on request."""
    parts: list[Part] = [heading("Pick list" if pick_list else TITLE), *head.head(order, terminal)[:-1]]
    parts += head.to_look_at(order, terminal, explain=explain)
    if not pick_list:
        parts += [BLANK_LINE, *wrap(f"{NOMINAL} {PICKED_TOO}" if given_rows(order) else NOMINAL, terminal)]
        names = day_names(order)
        alike: dict[tuple[object, ...], list[WorkDay]] = {}
        for day in work_days(order):
            alike.setdefault(day.likeness, []).append(day)
        parts += chain.from_iterable(_days(order, days, names, terminal) for days in alike.values())
        for day in csf_days(order):
            parts += [
                BLANK_LINE,
                *wrap(use_only(*(task.dose.route for task in day.tasks)), terminal, style=STRONG),
                *_days(order, [day], names, terminal),
            ]
            signed = "  ".join(f"{name} {BLANK}" for name in CSF_SIGNED)
            parts += [BLANK_LINE, *wrap(signed, terminal, "  ", "    ")]
        parts += _dispensing(order, terminal)
    parts += items_to_pick("Pick list for the whole cycle", order.pick_list, terminal)
    parts += [*steps.every_step(order, terminal), *_steps(order, terminal)] if explain else []
    parts += [BLANK_LINE, *wrap(validity(order), terminal, style=STRONG), *wrap(origin(order), terminal)]
    return draw(parts, terminal)


def _days(order: Order, days: Sequence[WorkDay], names: DayNames, terminal: Terminal) -> list[Part]:
    """The doses and the fluid of a day, or of several that are alike: written once, with a line to sign for each."""
    first = days[0]
    is_alone = len(days) == 1
    name = names.of(first.number) if is_alone else names.of_alike([day.number for day in days])
    date = f", {weekday_date(first.date)}" if is_alone and first.date else ""
    fluid = f"Fluid infused on {f'day {first.number}' if is_alone else 'each day'}: "
    return [
        BLANK_LINE,
        *wrap(name + date, terminal, style=STRONG),
        *wrap_each((f"OMITTED {each.drug}: {each.why}" for each in first.omitted), terminal, style=STRONG),
        *wrap_each(first.past, terminal),
        *chain.from_iterable(_card(order, task, days, terminal) for task in first.tasks),
        *wrap_each(made_ahead(first), terminal, style=STRONG),
        *([BLANK_LINE, *wrap(fluid + first.fluid, terminal, "  ", "    ")] if first.fluid else []),
    ]


def _card(order: Order, task: Task, days: Sequence[WorkDay], terminal: Terminal) -> list[Part]:
    """One dose: what to do, and the fields to tick and to fill in on each of its days."""
    row = task.row if len(days) == 1 else None
    steps_of_dose = _steps_of(order, task, row)
    names = (*SIGNED, *LABELS) if len(days) == 1 else BY_PEOPLE
    signed = ["  ".join(f"{name} {BLANK}" for name in pair) for pair in zip(names[::2], names[1::2], strict=True)]
    fields = [f"{what}: {BLANK}" for what in batches(task.preparation)]
    if len(days) == 1:
        entries = [(label, f"[ ] {text}" if label == "Check" else text) for label, text in steps_of_dose]
        entries += [*(("Batch", field) for field in fields), *(("Signed", text) for text in signed)]
    else:
        to_tick = [f"[ ] {text.partition(EXPECTED)[0]}" for label, text in steps_of_dose if label == "Check"]
        entries = list(steps_of_dose)
        for day in days if signed else ():
            first = "  ".join(filter(None, (weekday_date(day.date) if day.date else "", *to_tick)))
            use = f"use before {moment(row.use_before)}" if (row := _row_on(task, day)) and row.use_before else ""
            texts = (first, use, *(f"batch of {field}" for field in fields), *signed)
            entries += [(f"Day {day.number}", text) for text in texts if text]
    return [
        BLANK_LINE,
        *wrap(name_and_time(task), terminal, "  ", "    ", STRONG),
        *labelled(_once(entries), terminal, "    "),
    ]


def _steps_of(order: Order, task: Task, row: Administration | None) -> list[Instruction]:
    """What is to be done for a dose, after what its amount comes from."""
    origin_of_dose = "; ".join(filter(None, (changed_words(task.dose), comes_from(order, task))))
    return [
        ("From", origin_of_dose),
        *(("Label", text) for text in task.dose.label),
        *([("Made", when_made(task))] if row and when_made(task) else []),
        *((name, text or _BY_HAND[name]) for name, text in instructions_with_blanks(task.preparation, task.dose, row)),
    ]


def _dispensing(order: Order, terminal: Terminal) -> list[Part]:
    """Doses by mouth: what each takes, what all of them take, and a line to sign for each day."""
    parts: list[Part] = []
    for each in dispensing_list(order):
        signed = "  ".join(f"{name} {BLANK}" for name in DISPENSED)
        in_all = [("In all", each.in_all)] if each.items else []
        fields = [("Batch", f"{what}: {BLANK}") for what in batches(each.preparation)]
        days = [
            _dispensed_on(day, tasks, tasks[0].status or signed)
            for day, tasks in ((day, list(of_day)) for day, of_day in groupby(each.tasks, lambda task: task.day))
        ]
        name = f"{each.dose.drug} {each.dose.ordered}, {each.dose.route}"
        parts += [
            BLANK_LINE,
            *wrap(name, terminal, "  ", "    ", STRONG),
            *labelled(_once([*_steps_of(order, each.tasks[0], None), *in_all, *fields, *days]), terminal, "    "),
        ]
    return section("Dispensing list: counted out, not made up", parts[1:]) if parts else []


def _dispensed_on(day: int, tasks: Sequence[Task], signed: str) -> tuple[str, str]:
    """The line of a day: its date, the times of its doses, and who dispensed them."""
    date = weekday_date(tasks[0].date) if tasks[0].date else ""
    count = f"{len(tasks)} dose{'s' * (len(tasks) > 1)}"
    times = ", ".join(starting_time(task.row) for task in tasks if task.row) or count
    return f"Day {day}", "  ".join(filter(None, (date, times, signed)))


def _row_on(task: Task, day: WorkDay) -> Administration | None:
    """The administration of a dose on another day that is alike."""
    return next((each.row for each in day.tasks if (each.dose, each.number) == (task.dose, task.number)), None)


def _once(entries: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The entries, a label that stands several times only at its first."""
    return [
        ("" if index and entries[index - 1][0] == label else label, text) for index, (label, text) in enumerate(entries)
    ]


def items_to_pick(title: str, items: Sequence[PickItem], terminal: Terminal) -> list[Part]:
    """What is taken from the shelf, as a table where the terminal has room for it, else a line for each item."""
    columns = (TableColumn("Count", right=True), TableColumn("Item"), TableColumn("For"))
    grid = table(columns, [(pick_count(item), item.item, item.drug) for item in items])
    lines = wrap_each((f"{picked((item,))}, for {item.drug}" for item in items), terminal)
    return section(title, [] if not items else [grid] if width_of(grid) <= terminal.width else lines)


def _steps(order: Order, terminal: Terminal) -> list[Part]:
    """How every figure came about, once for each dose that is the same on all its days."""
    parts: list[Part] = []
    for preparation in order.preparations:
        days = order.doses[preparation.dose_index].days
        parts += wrap(f"{preparation.drug} {preparation.dose}, {days_in_words(days)}", terminal, "  ", "    ", STRONG)
        lines = {
            "missing": preparation.missing,
            "sources": "; ".join(preparation.sources),
            "codes": "; ".join(preparation.codes),
        }
        texts = (*preparation.how, *(f"{name}: {text}" for name, text in lines.items() if text))
        parts += wrap_each(texts, terminal, "    ", "      ")
    return section("How each dose is made up, step by step", parts)
