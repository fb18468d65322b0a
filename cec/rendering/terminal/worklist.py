"""The worklist of a day as text: what to look at, doses, patients, vials, and what is taken from the shelf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cec.rendering.terminal import draw, head
from cec.rendering.terminal.drawing import (
    BLANK_LINE,
    PIPE,
    STRONG,
    Part,
    TableColumn,
    Terminal,
    cards,
    first_that_fits,
    section,
    table,
    wrap,
    wrap_each,
)
from cec.rendering.terminal.worksheet import items_to_pick
from cec.rendering.words.alerts import checks_in_short
from cec.rendering.worklist import (
    Line,
    counts,
    left_out_words,
    lines,
    made_up,
    order_words,
    policy_words,
    standing,
    title_of,
    vials_of_product,
    where,
    who,
)
from cec.rendering.worksheet import NOMINAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cec.course.ward_day import WardDay, Worklist

_COLUMNS: Mapping[str, TableColumn] = {
    "number": TableColumn("", right=True),
    "time": TableColumn("Time"),
    "who": TableColumn("Patient"),
    "where": TableColumn("Ward"),
    "drug": TableColumn("Drug"),
    "dose": TableColumn("Dose", right=True, style=STRONG),
    "given": TableColumn("Given"),
    "draw": TableColumn("Draw"),
    "into": TableColumn("Into"),
    "vial_numbers": TableColumn("From vials"),
    "use_before": TableColumn("Use before"),
    "status": TableColumn("Status"),
}
"""The columns of the doses, by the field of a line that each shows."""
_STACKED = tuple(TableColumn(name) for name in ("Time", "Patient", "Dose", "Made up"))
_CARD = ("where", "given", "draw", "into", "vial_numbers", "use_before", "status")
"""What stands under patient and dose where no table has room."""
_WIDEST_CELL = 44


def render(document: WardDay, *, terminal: Terminal = PIPE, pick_list: bool = False) -> bytes:
    """The worklist as UTF-8 text; with `pick_list` only what the day takes from the shelf."""
    worklist = document.worklist
    parts: list[Part] = [*wrap(title_of(worklist), terminal, style=STRONG), *wrap(counts(worklist), terminal)]
    parts += head.look_at(worklist.alerts, terminal)
    parts += _left_out(worklist, terminal)
    if not pick_list:
        parts += [BLANK_LINE, *_doses(lines(worklist), terminal)] if worklist.doses else []
        parts += _patients(worklist, terminal)
    parts += _vials(worklist, terminal)
    parts += items_to_pick("Pick list for the day", worklist.pick_list, terminal)
    return draw(
        [*parts, BLANK_LINE, *wrap(NOMINAL, terminal), *wrap(standing(worklist), terminal, style=STRONG)], terminal
    )


def _doses(rows: Sequence[Line], terminal: Terminal) -> list[Part]:
    """The doses, a row each; stacked where the terminal has no room; columns that no dose fills are left out."""
    filled = [field for field in _COLUMNS if any(getattr(row, field) for row in rows)]
    flat = [[getattr(row, field) for field in filled] for row in rows]
    stacked = [(row.time, _patient(row), _under(f"{row.drug} {row.dose}", row.given), _made_up(row)) for row in rows]
    cells = [
        (f"{row.time}  {row.who}", f"{row.drug} {row.dose}", *(getattr(row, field) for field in _CARD)) for row in rows
    ]
    return first_that_fits(
        (
            lambda: table([_COLUMNS[field] for field in filled], flat),
            lambda: table(_STACKED, stacked, ruled=True),
        ),
        lambda: cards((TableColumn(""), *(_COLUMNS[field] for field in ("dose", *_CARD))), cells, terminal),
        terminal,
    )


def _patient(row: Line) -> str:
    name, _, number = row.who.rpartition(", ")
    return _under(name, number, row.where, row.status)


def _made_up(row: Line) -> str:
    """How a dose is made up, each step in lines that are not too wide for a cell."""
    use_before = f"use before: {row.use_before}" if row.use_before else ""
    narrow = Terminal(width=_WIDEST_CELL)
    return "\n".join(map(str, wrap_each((*made_up(row), use_before), narrow, "", "  ")))


def _under(*texts: str) -> str:
    return "\n".join(filter(None, texts))


def _patients(worklist: Worklist, terminal: Terminal) -> list[Part]:
    """Which order each patient's doses are from, and what there is to look at in it."""
    texts = []
    for order in worklist.orders:
        texts += wrap(
            ", ".join(filter(None, (who(order.patient), where(order.patient)))), terminal, "  ", "    ", STRONG
        )
        texts += wrap(order_words(order), terminal, "    ", "      ")
        texts += wrap(", ".join(checks_in_short(order.alerts)), terminal, "    ", "      ", STRONG)
    return section("Patients", texts)


def _vials(worklist: Worklist, terminal: Terminal) -> list[Part]:
    """What of each product is opened, shared and lost."""
    texts = []
    for each in worklist.vials:
        name = f"{each.opened.count} × {each.product}, for {each.drug}"
        texts += wrap(f"{name}: {'; '.join(vials_of_product(each))}", terminal, "  ", "    ")
    return section("Vials", [*texts, *wrap(policy_words(worklist), terminal, "  ", "    ")]) if texts else []


def _left_out(worklist: Worklist, terminal: Terminal) -> list[Part]:
    texts = wrap_each(map(left_out_words, worklist.left_out), terminal)
    return section("Left out of this list, although they give something on this day", texts)
