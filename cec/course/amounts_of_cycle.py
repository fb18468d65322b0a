"""Every administration that a cycle ordered, with what was given of it, in the unit in which its drug is added up."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cec.calculate.rules.lifetime import lifetime_maximums, total_in
from cec.course.earlier import ADDED_UP, units_as_dosed
from cec.course.found_orders import FiledOrder
from cec.course.given import administrations_given
from cec.drug_names import drug_key
from cec.order import Administration, Order, identity
from cec.routes import RADIOTHERAPY
from cec.units import AMOUNT, Quantity, convert, span

PLANNED = ("calculated", "capped", "capped by day")
"""The steps of a dose that the protocol makes, before any person or rounding."""

Units = Mapping[str, str]
"""The unit in which each drug is added up, by the key of its name."""


class CountedDose(NamedTuple):
    """One administration that was ordered: how much of it was given, and how much is still to be given."""

    drug: str
    date: datetime.date
    ordered: Quantity
    given: Quantity
    to_give: Quantity
    planned: Quantity
    """What the protocol says, without reductions and roundings."""
    per: Fraction
    """What one of these amounts is in the unit in which the drug is added up: 1 mg at 0.8 m2 is 1.25 mg/m2."""


class CountedCycle(NamedTuple):
    """An order in the history, with all that it ever ordered."""

    file: str
    order: Order
    day_1: datetime.date
    dates: tuple[datetime.date, ...]
    doses: Mapping[str, tuple[CountedDose, ...]]
    """By the key of the drug's name."""

    @property
    def planned_days(self) -> int | None:
        """How many days the regimen or the treatment prescribes from day 1 to the next; None where neither does."""
        if self.order.regimen.cycle_length:
            return span(self.order.regimen.cycle_length).days
        return self.order.days if self.order.of_treatment else None


class Sums(NamedTuple):
    """What administrations of one drug come to, in the unit in which it is added up."""

    ordered: Fraction = Fraction(0)
    given: Fraction = Fraction(0)
    to_give: Fraction = Fraction(0)
    planned: Fraction = Fraction(0)


def sums_of(doses: Iterable[CountedDose]) -> Sums:
    """What these administrations of one drug come to."""
    rows = [
        [Fraction(amount.value) * dose.per for amount in (dose.ordered, dose.given, dose.to_give, dose.planned)]
        for dose in doses
    ]
    return Sums(*(sum(column, Fraction(0)) for column in zip(*rows, strict=True)))


def units_of(orders: Iterable[Order]) -> dict[str, str]:
    """The unit in which each drug is added up: that of its lifetime maximum, else the first that an order adds it in.

    From one cycle to the next amounts are carried in that unit; in another they would be those of another body size.
    """
    units: dict[str, str] = {}
    of_maximum: dict[str, str] = {}
    for order in orders:
        for drug, amount in order.patient.earlier_doses.items():
            units.setdefault(drug_key(drug), amount.unit)
        units = units_as_dosed(order) | units
        of_maximum |= {drug_key(drug): maximum.unit for drug, maximum in lifetime_maximums(order.regimen).items()}
    return units | of_maximum


def cycle_of(filed: FiledOrder, units: Units, before: datetime.date | None) -> CountedCycle:
    """All that an order gives and ever ordered; what is dated before that day counts as given."""
    file, order = filed
    doses: dict[str, list[CountedDose]] = {}
    rows = {identity(row): row for change in order.changes for row in change.removed}
    for row, amount, status, _ in administrations_given(order, before):
        rows.pop(identity(row), None)
        nothing = Quantity(Decimal(0), amount.unit)
        dose = _counted_dose(order, row, units)._replace(
            given=amount if status == "given" else nothing, to_give=amount if status == "ordered" else nothing
        )
        doses.setdefault(drug_key(row.drug), []).append(dose)
    for row in rows.values():
        doses.setdefault(drug_key(row.drug), []).append(_counted_dose(order, row, units))
    dates = sorted(row.date for row in (*order.administrations, *rows.values()))
    return CountedCycle(
        file,
        order,
        order.start or dates[0],
        tuple(dates),
        {drug: tuple(each) for drug, each in doses.items() if any(dose.ordered.unit in ADDED_UP for dose in each)},
    )


def _counted_dose(order: Order, row: Administration, units: Units) -> CountedDose:
    """An administration that is ordered, of which nothing is given."""
    measures = order.measures_on(row.protocol_day)
    nothing = Quantity(Decimal(0), row.dose.unit)
    if row.route == RADIOTHERAPY or row.dose.unit not in ADDED_UP:
        return CountedDose(row.drug, row.date, row.dose, nothing, nothing, row.dose, Fraction(1))
    unit = units.get(drug_key(row.drug), row.dose.unit)
    per = total_in(unit, Quantity(Decimal(1), row.dose.unit), measures.weight, measures.bsa.area)
    return CountedDose(row.drug, row.date, row.dose, nothing, nothing, _planned(order, row), per)


def _planned(order: Order, row: Administration) -> Quantity:
    """What the protocol says of a dose, as an amount: its last step before a person or a rounding changes it."""
    dose = next((each for each in order.doses if each.line == row.line and row.protocol_day in each.days), None)
    steps = [step.value for step in dose.steps if step.what in PLANNED] if dose else []
    return convert(steps[-1], row.dose.unit, AMOUNT) if steps else row.dose
