"""The preparation worksheet as PDF: the cycle's pick list, then a card per dose with fields to fill in and to sign."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from cec.render.days import name_of_day
from cec.render.pdf.page import bound, page_data
from cec.render.pdf.typesetting import typeset
from cec.render.words import SECOND_CHECK
from cec.render.words.regimen import which_of_day
from cec.render.words.times import starting_time, weekday_date
from cec.render.worksheet import (
    NOMINAL,
    TITLE,
    Task,
    WorkDay,
    batches,
    fluid_of,
    instructions,
    pick_count,
    require_formulary,
    work_days,
)

if TYPE_CHECKING:
    from cec.order import Order

SIGNED = ("Made by (technician)", "Checked by (pharmacist)", "Time", "Use before")
"""What is written on every card, beside batch numbers."""
_BOLD = frozenset({"Label", "Take", "Draw", "Measure", "Missing"})
"""The instructions that nobody may pass over."""
_TO_TICK = "Check"
_CYTOTOXIC = "cytotoxic"


def render(order: Order, *, paper: str = "a4") -> bytes:
    """The worksheet of a whole cycle as a tagged PDF on a4 or letter; the same order gives the same bytes."""
    require_formulary(order)
    return typeset("worksheet", worksheet_data(order), paper)


def worksheet_data(order: Order) -> dict[str, Any]:
    """All that stands on the worksheet, in its words."""
    data: dict[str, Any] = bound(
        {
            **page_data(order, TITLE),
            "notes": f"{NOMINAL} {SECOND_CHECK}",
            "days": [_day(order, day) for day in work_days(order)],
            "signed": list(SIGNED),
            "pick_list": [
                {"count": pick_count(item), "item": item.item, "drug": item.drug} for item in order.pick_list
            ],
        }
    )
    return data


def _day(order: Order, day: WorkDay) -> dict[str, Any]:
    """A day by itself, also where others are alike: its page is what is written on when it is made up."""
    return {
        "name": name_of_day(order, day.number),
        "date": weekday_date(day.date) if day.date else "",
        "fluid": f"fluid infused: {fluid_of(day.fluid)}" if day.fluid else "",
        "omitted": [f"OMITTED {each.drug}: {each.why}" for each in day.omitted],
        "cards": [_card(task) for task in day.tasks],
    }


def _card(task: Task) -> dict[str, Any]:
    """One dose: which, what to do, and what has a batch number."""
    dose, preparation, row = task.dose, task.preparation, task.row
    over = f" over {dose.runs}" if dose.over else ""
    steps = [("Label", text) for text in dose.label]
    steps += [step for step in instructions(preparation, row) if step[1] != _CYTOTOXIC]
    return {
        "time": starting_time(row) if row else "",
        "which": which_of_day(dose, task.day, task.number),
        "drug": dose.drug,
        "dose": str(dose.ordered),
        "given": f"{dose.route}{over}",
        "cytotoxic": _CYTOTOXIC in preparation.handling,
        "steps": [
            {
                "label": label,
                "texts": [text for _, text in lines],
                "bold": label in _BOLD,
                "tick": label == _TO_TICK,
            }
            for label, lines in groupby(steps, itemgetter(0))
        ],
        "batches": batches(preparation) or [""],
    }
