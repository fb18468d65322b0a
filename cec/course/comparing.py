"""Two orders -> what they say side by side: measures, and of each drug dose, days, times and reasons."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

from cec.calculate.rounding import to_nearest
from cec.calculate.rules.lifetime import total_in
from cec.course.amounts_of_cycle import PLANNED
from cec.course.comparison import ORDER, PATIENT, Cell, ComparedOrder, ComparedRow, Comparison, OnDays
from cec.course.given import administrations_given
from cec.drug_names import drug_key
from cec.order import Administration, Dose, Order
from cec.units import Quantity, dose_unit

DECLARED = ("reduced", "set")
"""The steps of a dose that a person declares."""
_OF_AMOUNT = re.compile(r"(?: of|, not) [0-9][^:]*(?=:)")
TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")

Name = tuple[str, int]
"""A drug line by the key of its drug, and which of the order's lines of that drug it is, from 1."""


def compare(first: Order, second: Order, files: tuple[str, str]) -> Comparison:
    """Two orders side by side; drugs in the sequence of the first, then those that only the second gives."""
    lines = tuple(map(_lines, (first, second)))
    names = dict.fromkeys((*lines[0], *lines[1]))
    several = {drug for drug, number in names if number > 1}
    rows = [
        *(_row(ORDER, what, read(first), read(second)) for what, read in _OF_ORDER.items()),
        *(_row(PATIENT, what, read(first), read(second)) for what, read in _OF_PATIENT.items()),
    ]
    for name in names:
        both = [(order, of_order.get(name, ())) for order, of_order in zip((first, second), lines, strict=True)]
        drug = next(doses[0].drug for _, doses in both if doses)
        about = f"{drug}, line {name[1]} of it" if name[0] in several else drug
        rows += [_row(about, what, *(read(*each) for each in both)) for what, read in _OF_DRUG.items()]
    shown = tuple(row for row in rows if row.first or row.second)
    return Comparison(_side(first, files[0]), _side(second, files[1]), any(row.differs for row in shown), shown)


def _row(about: str, what: str, first: Cell, second: Cell) -> ComparedRow:
    return ComparedRow(about, what, first, second, first != second)


def _side(order: Order, file: str) -> ComparedOrder:
    regimen = f"{order.regimen.name}, edition {order.regimen.edition}"
    return ComparedOrder(file, order.fingerprint, regimen, order.revision, order.cycle, order.start)


def _lines(order: Order) -> dict[Name, tuple[Dose, ...]]:
    """The doses of each drug line, in its sequence."""
    found: dict[Name, tuple[Dose, ...]] = {}
    counts: dict[str, int] = {}
    for _, doses in groupby(order.doses, key=lambda dose: dose.line):
        of_line = tuple(doses)
        drug = drug_key(of_line[0].drug)
        counts[drug] = counts.get(drug, 0) + 1
        found[drug, counts[drug]] = of_line
    return found


def _cell(*values: object) -> Cell:
    """What holds on all days; nothing where nothing is known."""
    stated = (value for value in values if value not in {None, ""})
    return tuple(OnDays(value if isinstance(value, Quantity | datetime.date) else str(value)) for value in stated)


def _by_days(values: Iterable[tuple[int, Quantity | datetime.date | str]]) -> Cell:
    """Values by day, those that are alike with all their days; without days where all are alike."""
    days: dict[Quantity | datetime.date | str, list[int]] = {}
    for day, value in values:
        if value != "":
            days.setdefault(value, []).append(day)
    return tuple(OnDays(value, tuple(sorted({*each}))) for value, each in days.items())


def _alike_by_days(values: Iterable[tuple[int, Quantity | str]]) -> Cell:
    """Values by day, those that are alike with all their days; where all days have one value, that alone."""
    cell = _by_days(values)
    return (OnDays(cell[0].value),) if len(cell) == 1 else cell


def _of_doses(doses: tuple[Dose, ...], read: Callable[[Dose], Quantity | str]) -> Cell:
    """What each dose says; without days where all say the same."""
    cell = _by_days((day, read(dose)) for dose in doses for day in dose.days)
    return (OnDays(cell[0].value),) if len(cell) == 1 and len(cell[0].days) == _count_of_days(doses) else cell


def _count_of_days(doses: tuple[Dose, ...]) -> int:
    return len({day for dose in doses for day in dose.days})


def _measured(read: Callable[[Any], Quantity | str]) -> Callable[[Order], Cell]:
    """What each measurement of an order says that says another than the last, with the day from which on it holds."""

    def of_order(order: Order) -> Cell:
        of_days = [(read(each), each.from_day) for each in order.measures]
        new = [of_days[0], *(each for before, each in pairwise(of_days) if each[0] != before[0])]
        return _cell(new[0][0]) if len(new) == 1 else tuple(OnDays(value, (day,)) for value, day in new)

    return of_order


def _percent(dose: Dose) -> Quantity | str:
    """The ordered dose in percent of what the protocol comes to, before a person or a rounding changes it."""
    planned = [step.value for step in dose.steps if step.what in PLANNED]
    if not planned or not planned[-1].value or planned[-1].unit != dose.ordered.unit:
        return ""
    share = Fraction(dose.ordered.value) / Fraction(planned[-1].value) * 100
    return Quantity(to_nearest(share, TENTH), "%")


def _per_measure(order: Order, dose: Dose) -> Quantity | str:
    """The ordered dose per m2 or kg of what it was dosed from; nothing of a drug that goes by neither."""
    unit = dose_unit(dose.prescribed.unit)
    if unit.measure not in {"bsa", "weight"} or not dose.days:
        return ""
    measures, per = order.measures_on(dose.days[0]), f"{dose_unit(dose.ordered.unit).amount}/{unit.per}"
    return Quantity(to_nearest(total_in(per, dose.ordered, measures.weight, measures.bsa.area), HUNDREDTH), per)


def _reason(dose: Dose) -> str:
    """What a person declared of a dose, and why; without the amount that a reduction was taken from."""
    if dose.withheld:
        return f"left out: {dose.withheld}"
    return "; ".join(_OF_AMOUNT.sub("", step.in_words) for step in dose.steps if step.what in DECLARED)


def _rows_of(order: Order, doses: tuple[Dose, ...]) -> Iterator[Administration]:
    numbers = {dose.line for dose in doses}
    yield from (row for row in order.administrations if row.line in numbers)


def _days(doses: tuple[Dose, ...]) -> Cell:
    """The days on which a drug is given."""
    days = tuple(sorted({day for dose in doses if not dose.withheld for day in dose.days}))
    return (OnDays("", days),) if days else ()


def _times(order: Order, doses: tuple[Dose, ...]) -> Cell:
    """The clock times of each day; without days where all days have the same."""
    of_day: dict[int, list[str]] = {}
    for row in _rows_of(order, doses):
        time = f"{row.start:%H:%M}" if row.start else f"before {row.not_after:%H:%M}" if row.not_after else "no time"
        of_day.setdefault(row.protocol_day, []).append(time)
    return _alike_by_days((day, ", ".join(times)) for day, times in of_day.items())


def _moved(order: Order, doses: tuple[Dose, ...]) -> Cell:
    """The dates of days that are not where the calendar of the regimen has them."""
    start, calendar = order.start, order.regimen.calendar
    rows = _rows_of(order, doses) if start else ()
    return _by_days(
        (row.protocol_day, row.date)
        for row in rows
        if start and order.date_of(row.protocol_day) != calendar.date(start, row.protocol_day)
    )


def _told(order: Order, doses: tuple[Dose, ...]) -> Cell:
    """What somebody told of doses: another amount, or that one was not given."""
    numbers = {dose.line for dose in doses}
    return _by_days(
        (each.row.protocol_day, each.amount if each.amount.value else each.status)
        for each in administrations_given(order)
        if each.is_told and each.row.line in numbers
    )


def _removed(order: Order, doses: tuple[Dose, ...]) -> Cell:
    """The days from which a revision took doses away that no later one put back, and why."""
    numbers = {dose.line for dose in doses}
    return _by_days((row.protocol_day, reason) for row, reason in order.removed if row.line in numbers)


def _made_from(order: Order, doses: tuple[Dose, ...]) -> Cell:
    """Of what product each dose is made up, and to which volume."""
    products = {each.dose_index: each for each in order.preparations}
    found = (
        (day, ", ".join(filter(None, (each.product, str(each.final_volume or "")))))
        for index, dose in enumerate(order.doses)
        if dose in doses and (each := products.get(index))
        for day in dose.days
    )
    return _alike_by_days(found)


_OF_ORDER: Mapping[str, Callable[[Order], Cell]] = {
    "regimen": lambda order: _cell(f"{order.regimen.name}, edition {order.regimen.edition}"),
    "regimen's file": lambda order: _cell(order.regimen.sha256[:16]),
    "pharmacy's file": lambda order: _cell(order.pharmacy.sha256[:16] or "none"),
    "cycle": lambda order: _cell(order.cycle),
    "day 1": lambda order: _cell(order.start),
    "cancelled": lambda order: _cell(order.cancelled and order.cancelled.words.removeprefix("cancelled ")),
    "alerts": lambda order: _cell(
        *(
            f"{alert.level} {alert.code}{f' (accepted: {alert.accepted})' if alert.accepted else ''}"
            for alert in order.alerts
            if alert.level != "note"
        )
    ),
}

_OF_PATIENT: Mapping[str, Callable[[Order], Cell]] = {
    "id": lambda order: _cell(order.patient.id),
    "name": lambda order: _cell(order.patient.name),
    "age": lambda order: _cell(order.age),
    "height": _measured(lambda measures: measures.height),
    "weight": _measured(lambda measures: measures.weight),
    "BSA": _measured(lambda measures: measures.bsa.area),
    "BSA formula": lambda order: _cell(order.pharmacy.bsa_formula),
    "clearance": _measured(lambda measures: measures.clearance.value if measures.clearance else ""),
}

_OF_DRUG: Mapping[str, Callable[[Order, tuple[Dose, ...]], Cell]] = {
    "protocol dose": lambda _, doses: _of_doses(doses, lambda dose: dose.prescribed),
    "dose": lambda _, doses: _of_doses(doses, lambda dose: dose.ordered),
    "of the protocol's": lambda _, doses: _of_doses(doses, _percent),
    "per m2 or kg": lambda order, doses: _of_doses(doses, lambda dose: _per_measure(order, dose)),
    "days": lambda _, doses: _days(doses),
    "times a day": lambda _, doses: _of_doses(doses, lambda dose: str(dose.per_day)),
    "times": _times,
    "moved to": _moved,
    "route": lambda _, doses: _of_doses(doses, lambda dose: dose.route),
    "over": lambda _, doses: _of_doses(doses, lambda dose: dose.runs),
    "reasons": lambda _, doses: _of_doses(doses, _reason),
    "told": _told,
    "taken away": _removed,
    "made from": _made_from,
}
