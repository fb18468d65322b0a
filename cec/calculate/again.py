"""What an order does not keep, computed again from it: exact measures and amounts, and what was declared of a dose."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from cec.calculate.declared import Declared, declared_for
from cec.calculate.dosing import Dosed, compute_dose
from cec.calculate.lines import CycleLine, cycle_of, lines_of_cycle
from cec.calculate.measures import Measured, measure
from cec.calculate.settled import Settled, settled_as
from cec.order import Dose, Order
from cec.regimen import DrugLine
from cec.units import drug_of_share


def measured_again(order: Order, day: int) -> Measured:
    """The measures of an order on a day of its cycle with their exact numbers, which an order does not keep."""
    shown = order.measures_on(day)
    patient = replace(order.patient, height=shown.height, weight=shown.weight)
    return replace(measure(patient, order.pharmacy, order.age), shown=shown)


def as_given(line: DrugLine, dose: Dose) -> Settled:
    """A drug line as it was settled for a dose of an order."""
    settled = settled_as(line, dose.entry, dose.prescribed, dose.route)
    if not drug_of_share(dose.prescribed.unit):
        return settled
    return replace(settled, base=next((step.value for step in dose.steps if step.what == "measured"), None))


def declared_again(dose: Dose, order: Order, lines: Mapping[int, CycleLine]) -> Declared | None:
    """What was declared of the drug line of a dose on its days; `lines` are those of the order's cycle."""
    found = declared_for(dose.line, order.patient, lines)
    return next((each for each in found if not set(dose.line_days).isdisjoint(each.days)), None)


def dosed_again(order: Order) -> tuple[Dosed, ...]:
    """The doses of an order with the exact amounts before rounding, which an order does not keep."""
    lines = lines_of_cycle(order.regimen, cycle_of(order))
    dosed = []
    for dose in order.doses:
        settled = as_given(order.line_of(dose), dose)
        measured = measured_again(order, dose.days[0])
        declared = declared_again(dose, order, lines)
        dosed.append(Dosed(dose, compute_dose(settled, measured, order.pharmacy, declared=declared).unrounded))
    return tuple(dosed)
