"""The doses of one patient as a table: as wide as the terminal allows, else stacked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

from cec.days import days_in_words, list_days
from cec.order import Dose, Order
from cec.rendering.terminal.drawing import (
    BLANK_LINE,
    STRONG,
    Grid,
    Part,
    TableColumn,
    Terminal,
    cards,
    first_that_fits,
    section,
    table,
    wrap_each,
)
from cec.rendering.words import label_words, ordered_words, over_days, signed_percent
from cec.rendering.words.regimen import frequency
from cec.rendering.words.revision import line_totals
from cec.units import Quantity


class Figure(NamedTuple):
    """One figure of a dose: its heading in two lines and its text."""

    heading: str
    text: Callable[[Dose], str]
    right: bool = False
    style: str = ""

    @property
    def label(self) -> str:
        """The heading in one line."""
        return " ".join(self.heading.split()).lower()


def _text(quantity: Quantity | None) -> str:
    return str(quantity) if quantity else ""


_NO_TOTAL = "not known"
"""Stands in a column; why nobody knows stands below the table."""


def _total(dose: Dose, total: Quantity | None) -> str:
    if not dose.ordered.value:
        return ""
    return str(total) if total else _NO_TOTAL if dose.no_total else ""


def _cycle_total(dose: Dose) -> str:
    """The total of the cycle; the most, where it is given until something is so."""
    most = "up to " if dose.until and dose.cycle_total else ""
    return f"{most}{_total(dose, dose.cycle_total)}"


def _days(dose: Dose) -> str:
    return list_days(dose.days) + ("" if dose.per_day == 1 else f", {frequency(dose)}")


def _moved(dose: Dose) -> str:
    return signed_percent(dose.deviation_percent) if dose.deviation_percent else ""


def _daily_total(dose: Dose) -> str:
    return _total(dose, dose.daily_total)


_PROTOCOL = Figure("Protocol\ndose", lambda dose: str(dose.prescribed), right=True)
_CALCULATED = Figure("Calculated\ndose", lambda dose: "" if dose.withheld else str(dose.calculated), right=True)
_ROUTE = Figure("\nRoute", lambda dose: dose.route)
_OVER = Figure("\nOver", lambda dose: dose.runs)
_DAYS = Figure("\nDays", _days)
_UNREDUCED = Figure("Unreduced\ndose", lambda dose: _text(dose.unreduced), right=True)
_DAILY = Figure("Daily\ntotal", _daily_total, right=True)
_ORDERED = Figure("Ordered\ndose", ordered_words, right=True, style=STRONG)
_FIGURES = (
    _PROTOCOL,
    _CALCULATED,
    _UNREDUCED,
    Figure("Rounding\nmoved it", _moved, right=True),
    _ORDERED,
    _ROUTE,
    _OVER,
    _DAYS,
    _DAILY,
    Figure("Cycle\ntotal", _cycle_total, right=True),
)
_GIVEN = (_ROUTE, _OVER, _DAYS)
_BELOW: tuple[tuple[Figure, ...], ...] = (_GIVEN, (_PROTOCOL, *_GIVEN), (_PROTOCOL, _CALCULATED, *_GIVEN))
"""What stands below the drug's name instead of beside it, the narrower the terminal the more."""
_REPEATS = ((_DAILY, _ORDERED), (_UNREDUCED, _CALCULATED), (_CALCULATED, _ORDERED))
"""Figures that are left out where there is no room for them and each says the same of every drug as another."""


def dose_table(order: Order, terminal: Terminal) -> list[Part]:
    """Per drug line: protocol, calculated and ordered dose, route, duration, days, daily and cycle total.

    A column that no drug fills is left out; where there is no room for all, also one that repeats another.
    """
    doses = order.doses
    figures = [figure for figure in _FIGURES if any(map(figure.text, doses))]
    fewer = [figures, *_without_repeats(doses, figures)]
    layouts: list[Callable[[], Grid]] = [
        *(partial(_columns, doses, some, ()) for some in fewer),
        *(partial(_columns, doses, some, _GIVEN, in_one_line=True) for some in fewer),
        *(partial(_columns, doses, figures, below) for below in _BELOW),
        partial(_stacked, doses, figures),
    ]
    columns = [TableColumn("Drug"), *(TableColumn(figure.label, style=figure.style) for figure in figures)]
    rows = [(dose.drug, *(figure.text(dose) for figure in figures)) for dose in doses]
    drawn = first_that_fits(layouts, lambda: cards(columns, rows, terminal), terminal)
    return [*drawn, *_beside(order, terminal)]


def _without_repeats(doses: Sequence[Dose], figures: Sequence[Figure]) -> Iterator[list[Figure]]:
    """The figures without those that repeat another of every drug, one after the other."""
    left = list(figures)
    for figure, other in _REPEATS:
        if figure in left and all(figure.text(dose) in {"", other.text(dose)} for dose in doses):
            left = [each for each in left if each is not figure]
            yield left


def _columns(
    doses: Sequence[Dose],
    figures: Sequence[Figure],
    below: Sequence[Figure],
    *,
    in_one_line: bool = False,
) -> Grid:
    """A column for each figure that does not stand below the drug's name."""
    beside = [figure for figure in figures if figure not in below]
    columns = [TableColumn(figure.heading, right=figure.right, style=figure.style) for figure in beside]
    rows = [
        (_with_below(dose, below, in_one_line=in_one_line), *(figure.text(dose) for figure in beside)) for dose in doses
    ]
    return table([TableColumn("\nDrug"), *columns], rows, ruled=bool(below) and not in_one_line)


def _with_below(dose: Dose, below: Sequence[Figure], *, in_one_line: bool) -> str:
    """The drug's name and what stands below it; how it is given in one line or in two."""
    lines = [dose.drug]
    lines += [f"  {figure.heading.split()[0].lower()} {figure.text(dose)}" for figure in below if figure not in _GIVEN]
    if _ROUTE in below:
        by = ", ".join(filter(None, (dose.route, dose.runs)))
        days = f"{'day' if len(dose.days) == 1 else 'days'} {_days(dose)}"
        lines += [f"  {by}, {days}"] if in_one_line else [f"  {by}", f"  {days}"]
    return "\n".join(lines)


def _stacked(doses: Sequence[Dose], figures: Sequence[Figure]) -> Grid:
    """One figure under the other."""
    rows = []
    for dose in doses:
        texts = {f"  {figure.label}": figure.text(dose) for figure in figures if figure.text(dose)}
        rows.append(("\n".join((dose.drug, *texts)), "\n".join(("", *texts.values()))))
    return table((TableColumn("Drug"), TableColumn("", right=True)), rows, ruled=True)


def given_totals(order: Order, terminal: Terminal) -> list[Part]:
    """What was given of each drug line and what is ordered, in a cycle that was changed after something was given."""
    drugs = {dose.line: dose.drug for dose in order.doses}
    texts = (f"{drugs[line]}: {each.counted}; {each.total} in all" for line, each in line_totals(order).items())
    return section("Given and ordered", wrap_each(texts, terminal))


def _why_no_total(dose: Dose) -> str:
    return f"no total of the cycle: {dose.no_total}" if dose.no_total and dose.ordered.value else ""


def _beside(order: Order, terminal: Terminal) -> list[Part]:
    """What each drug is for, when in the day it is given, notes and words of labels, where there are any.

    Of a line that was changed within the cycle each says on which days it holds.
    """
    notes: list[str] = []
    for _, of_line in groupby(order.doses, key=lambda dose: dose.line):
        days_of: dict[tuple[str, str], list[int]] = {}
        for dose in of_line:
            texts = (dose.purpose, dose.timing, *over_days(dose), dose.note, _why_no_total(dose), *label_words(dose))
            days_of.setdefault((dose.drug, "; ".join(filter(None, texts))), []).extend(dose.days)
        for (drug, note), days in days_of.items():
            on = f", {days_in_words(days)}" if len(days_of) > 1 else ""
            notes += [f"{drug}{on}: {note}"] if note else []
    return [BLANK_LINE, *wrap_each(dict.fromkeys(notes), terminal, "", "  ")] if notes else []
