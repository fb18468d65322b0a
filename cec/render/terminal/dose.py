"""The doses of one patient as a table: as wide as the paper allows, else stacked."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import TypeAlias

from rich.text import Text

from cec.order import Dose, Order
from cec.render.terminal.paper import STRONG, Column, Look, Part, first_that_fits, table, wrap
from cec.render.words import frequency, list_days, signed_percent
from cec.units import Quantity

Cell: TypeAlias = tuple[str, Callable[[Dose], str], str]


def _text(quantity: Quantity | None) -> str:
    return str(quantity) if quantity else ""


def _days(dose: Dose) -> str:
    return list_days(dose.days) + ("" if dose.per_day == 1 else f", {frequency(dose)}")


def _moved(dose: Dose) -> str:
    return signed_percent(dose.deviation_percent) if dose.deviation_percent else ""


_AMOUNTS: tuple[Cell, ...] = (
    ("Protocol\ndose", lambda dose: str(dose.prescribed), ""),
    ("Calculated\ndose", lambda dose: str(dose.calculated), ""),
    ("Unreduced\ndose", lambda dose: _text(dose.unreduced), ""),
    ("Rounding\nmoved it", _moved, ""),
    ("Ordered\ndose", lambda dose: str(dose.ordered), STRONG),
)
_GIVEN: tuple[Cell, ...] = (
    ("\nRoute", lambda dose: dose.route, ""),
    ("\nOver", lambda dose: _text(dose.over), ""),
    ("\nDays", _days, ""),
)
_TOTALS: tuple[Cell, ...] = (
    ("Daily\ntotal", lambda dose: str(dose.daily_total), ""),
    ("Cycle\ntotal", lambda dose: str(dose.cycle_total), ""),
)


def dose_table(order: Order, look: Look) -> list[Part]:
    """Per drug line: protocol, calculated and ordered dose, route, duration, days, daily and cycle total.

    A column that no drug fills is left out.
    """
    doses = order.doses
    amounts, given, totals = (
        [cell for cell in cells if any(cell[1](dose) for dose in doses)] for cells in (_AMOUNTS, _GIVEN, _TOTALS)
    )
    numbers = [Column(heading, right=True, style=style) for heading, _, style in (*amounts, *totals)]
    wide = (
        Column("\nDrug"),
        *numbers[: len(amounts)],
        *(Column(heading) for heading, _, _ in given),
        *numbers[len(amounts) :],
    )
    layouts = (
        lambda: table(
            wide, [(dose.drug, *(cell(dose) for _, cell, _ in (*amounts, *given, *totals))) for dose in doses], look
        ),
        lambda: table(
            (Column("\nDrug"), *numbers),
            [(_under_its_name(dose), *(cell(dose) for _, cell, _ in (*amounts, *totals))) for dose in doses],
            look,
            ruled=True,
        ),
        lambda: table(
            (Column("Drug"), Column("", right=True)),
            [_card(dose, (*amounts, *given, *totals)) for dose in doses],
            look,
            ruled=True,
        ),
    )
    return [first_that_fits(layouts, look), *_beside(order, look)]


def _under_its_name(dose: Dose) -> str:
    """The drug with how it is given below it."""
    given = f"{dose.route}, {dose.over}" if dose.over else dose.route
    return f"{dose.drug}\n  {given}\n  {'day' if len(dose.days) == 1 else 'days'} {_days(dose)}"


def _card(dose: Dose, cells: tuple[Cell, ...]) -> tuple[str, str]:
    """One figure under the other."""
    told = {f"  {' '.join(heading.split()).lower()}": cell(dose) for heading, cell, _ in cells if cell(dose)}
    return "\n".join((dose.drug, *told)), "\n".join(("", *told.values()))


def _beside(order: Order, look: Look) -> list[Part]:
    """What each drug is for, when in the day it is given, and the regimen's notes, where they are stated."""
    notes = [(dose.drug, "; ".join(filter(None, (dose.purpose, dose.timing, dose.note)))) for dose in order.doses]
    lines = [wrap(f"{drug}: {note}", look, "", "  ") for drug, note in notes if note]
    return [Text(), *chain.from_iterable(lines)] if lines else []
