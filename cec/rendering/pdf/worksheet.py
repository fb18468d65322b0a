"""The preparation worksheet as PDF: the cycle's pick list, then a card per dose with fields to fill in and to sign."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from cec.order import identity
from cec.rendering.days import day_names
from cec.rendering.pdf.page import page_data
from cec.rendering.pdf.typesetting import typeset
from cec.rendering.words import SECOND_CHECK, changed_words, given_by, over_days, with_spellings
from cec.rendering.words.preparation import Instruction, batches, instructions_with_blanks, pick_count
from cec.rendering.words.revision import given_rows, row_marks
from cec.rendering.words.times import starting_time, weekday_date
from cec.rendering.worksheet import (
    CSF_SIGNED,
    DISPENSED,
    NOMINAL,
    PICKED_TOO,
    TITLE,
    Dispensed,
    Task,
    WorkDay,
    comes_from,
    csf_days,
    dispensing_list,
    made_ahead,
    when_made,
    which,
    work_days,
)
from cec.routes import use_only

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cec.course.void import Void
    from cec.order import Identity, Order
    from cec.rendering.days import DayNames

SIGNED = ("Made by", "Checked by", "Made on, at", "Use before", "Released by")
"""What is written on every card, beside batch numbers; who saw what was drawn stands beside that."""
_BOLD = frozenset({"Label", "Take", "Dissolve", "Draw", "Measure", "Into", "Run", "Check", "Use before", "Missing"})
"""The instructions that nobody may pass over."""
_TO_TICK = "Check"
_SEEN = frozenset({"Draw", "Measure"})
"""The instructions that a second person sees done."""
_CYTOTOXIC = "cytotoxic"


def render(order: Order, *, paper: str = "a4", void: Void | None = None) -> bytes:
    """The worksheet of a whole cycle as a tagged PDF on a4 or letter; the same order gives the same bytes."""
    return typeset("worksheet", with_spellings(worksheet_data(order, void), order.pharmacy), paper)


def worksheet_data(order: Order, void: Void | None = None) -> dict[str, Any]:
    """All that stands on the worksheet, in its words."""
    marks, names = row_marks(order), day_names(order)
    return {
        **page_data(order, TITLE, void),
        "notes": " ".join(filter(None, (NOMINAL, SECOND_CHECK, PICKED_TOO if given_rows(order) else ""))),
        "days": [_day(order, day, marks, names) for day in work_days(order)],
        "csf_days": [_day(order, day, marks, names) for day in csf_days(order)],
        "dispensed": [_dispensed(order, each, marks, names) for each in dispensing_list(order)],
        "signed": list(SIGNED),
        "csf_signed": [name.capitalize() for name in CSF_SIGNED],
        "dispensers": [name.capitalize() for name in DISPENSED],
        "pick_list": [{"count": pick_count(item), "item": item.item, "drug": item.drug} for item in order.pick_list],
    }


def _day(order: Order, day: WorkDay, marks: Mapping[Identity, str], names: DayNames) -> dict[str, Any]:
    """A day by itself, also where others are alike: its page is what is written on when it is made up."""
    return {
        "name": names.of(day.number),
        "date": weekday_date(day.date) if day.date else "",
        "fluid": f"fluid infused: {day.fluid}" if day.fluid else "",
        "omitted": [f"OMITTED {each.drug}: {each.why}" for each in day.omitted],
        "ahead": made_ahead(day),
        "use_only": use_only(*(task.dose.route for task in day.tasks)),
        "past": list(day.past),
        "cards": [_card(order, task, marks) for task in day.tasks],
    }


def _card(order: Order, task: Task, marks: Mapping[Identity, str]) -> dict[str, Any]:
    """One dose: which, what to do, and what has a batch number."""
    dose, preparation, row = task.dose, task.preparation, task.row
    return {
        "time": starting_time(row) if row else "",
        "which": which(task),
        "drug": dose.drug,
        "dose": str(dose.ordered),
        "given": given_by(dose),
        "from": "; ".join(filter(None, (comes_from(order, task), *over_days(dose)))),
        "mark": marks.get(identity(row), "") if row else "",
        "changed": changed_words(dose),
        "cytotoxic": _CYTOTOXIC in preparation.handling,
        "made": when_made(task),
        "steps": _steps([*(("Label", text) for text in dose.label), *instructions_with_blanks(preparation, dose, row)]),
        "batches": batches(preparation) or [""],
    }


def _steps(steps: Iterable[Instruction]) -> list[dict[str, Any]]:
    """The instructions, those under one label together."""
    shown = [step for step in steps if step[1] != _CYTOTOXIC]
    return [
        {
            "label": label,
            "texts": [text for _, text in lines],
            "bold": label in _BOLD,
            "tick": label == _TO_TICK,
            "seen": label in _SEEN,
        }
        for label, lines in groupby(shown, itemgetter(0))
    ]


def _dispensed(order: Order, each: Dispensed, marks: Mapping[Identity, str], names: DayNames) -> dict[str, Any]:
    """A dose by mouth with a line for each of its administrations."""
    first = each.tasks[0]
    return {
        "drug": each.dose.drug,
        "dose": str(each.dose.ordered),
        "given": f"{each.dose.route}, each dose",
        "from": comes_from(order, first),
        "mark": "",
        "changed": changed_words(each.dose),
        "cytotoxic": _CYTOTOXIC in each.preparation.handling,
        "steps": _steps(
            [
                *(("Label", text) for text in each.dose.label),
                *instructions_with_blanks(each.preparation, each.dose, None),
            ]
        ),
        "in_all": each.in_all,
        "batches": batches(each.preparation) or [""],
        "rows": [
            {
                "day": names.of(task.day),
                "date": weekday_date(task.date) if task.date else "",
                "time": starting_time(task.row) if task.row else "",
                "dose": f"{each.dose.drug} {each.dose.ordered}",
                "mark": marks.get(identity(task.row), "") if task.row else "",
                "status": task.status,
            }
            for task in each.tasks
        ],
    }
