"""What is declared of the doses of an order, each on the days on which it holds after every change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from cec.calculate.cycle import Inputs
from cec.calculate.declared import Declaration, is_about
from cec.calculate.lines import CycleLine, cycle_of, lines_of_cycle
from cec.calculate.revision.stretches import stretches_of
from cec.order import Order
from cec.patient import Patient, Reduction, SetDose, Withheld


def declared_by_days(order: Order) -> Patient:
    """The patient of an order with what is declared of doses as if it had been so from the start, by days.

    Drafted with that, an order has the doses of the changed one, but for other measures, for days that were moved, and
    for what was declared within the days of a line that hangs on a drug of an earlier day: no day of its own says that.
    """
    if not order.changes:
        return order.patient
    lines = lines_of_cycle(order.regimen, cycle_of(order))
    days = _days_of_declarations(order, lines)
    declared = [part for each, of_lines in days.items() for part in _with_days(each, of_lines, lines)]
    return replace(
        order.patient,
        withheld=tuple(each for each in declared if isinstance(each, Withheld)),
        set_doses=tuple(each for each in declared if isinstance(each, SetDose)),
        reductions=tuple(each for each in declared if isinstance(each, Reduction)),
    )


def _days_of_declarations(order: Order, lines: Mapping[int, CycleLine]) -> dict[Declaration, dict[int, set[int]]]:
    """Each declaration, without its days, with the days on which it holds for each drug line."""
    first = Inputs(order.regimen, order.patient, order.pharmacy, cycle_of(order), order.age)
    found: dict[Declaration, dict[int, set[int]]] = {}
    for stretch in stretches_of(first, order.changes, lines):
        patient = stretch.inputs.patient
        declared: list[Declaration] = [*patient.withheld, *patient.set_doses, *patient.reductions]
        for each in declared:
            for number, line in lines.items():
                if is_about(each, number, line.of.names):
                    days = {day for day in line.days if stretch.has(day) and (not each.days or day in each.days)}
                    bare = replace(each, days=(), line=None)
                    found.setdefault(bare, {}).setdefault(number, set()).update(days)
    return found


def _with_days(
    declaration: Declaration, days: Mapping[int, set[int]], lines: Mapping[int, CycleLine]
) -> Iterator[Declaration]:
    """A declaration with its days; of a drug of several lines that do not all have these days, for each line."""
    own = {number: line for number, line in lines.items() if is_about(declaration, number, line.of.names)}
    together = {day for of_line in days.values() for day in of_line}
    if all(days.get(number, set()) == together.intersection(line.days) for number, line in own.items()):
        if together:
            is_whole = all(together.issuperset(line.days) for line in own.values())
            yield replace(declaration, days=() if is_whole else tuple(sorted(together)))
        return
    yield from (
        replace(declaration, days=tuple(sorted(of_line)), line=number) for number, of_line in days.items() if of_line
    )
