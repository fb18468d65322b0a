"""What a patient has had of each drug after an order: what was given before it, and what it gives, added once.

Each administration counts by the BSA or the weight from which it was dosed: 21 mg at 0.70 m2 stay 30 mg/m2, however
large the patient is when the next cycle begins.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from cec.calculate.rules.lifetime import lifetime_maximums, total, total_in
from cec.course.given import administrations_given
from cec.drug_names import drug_key, is_same_drug
from cec.errors import InputError
from cec.order import Measures, Order
from cec.regimen import Regimen, entry_of
from cec.units import AMOUNT, Quantity, dose_unit

ADDED_UP = AMOUNT.units
"""Units of what is added up: neither radiation nor fluids."""


class Earlier(NamedTuple):
    """Amounts by drug, and since when they are counted of those of which nobody told what was given before."""

    amounts: dict[str, Quantity]
    since: dict[str, datetime.date]


def earlier_doses(order: Order, following: Regimen, also_given: Mapping[str, Quantity]) -> Earlier:
    """What was given of each drug before the cycle that follows an order.

    In the unit of its lifetime maximum, by either regimen; else as it was told, or as the first line of the drug is
    dosed. `also_given` is what no order tells, by drug, and is added: of such a drug all is told then.
    """
    before = order.patient.earlier_doses
    sums: dict[str, Fraction] = {}
    units: dict[str, str] = {}
    since = dict(order.patient.earlier_doses_since)
    maximums, as_dosed = lifetime_maximums(order.regimen) | lifetime_maximums(following), units_as_dosed(order)

    def add(drug: str, amount: Quantity, unit: str, measures: Measures) -> str:
        name = next((each for each in sums if is_same_drug(each, drug)), drug)
        maximum = entry_of(drug, maximums)
        units.setdefault(name, maximum.unit if maximum else unit)
        try:
            number = total_in(units[name], amount, measures.weight, measures.bsa.area)
        except InputError:
            raise InputError(f"{name}: {amount} cannot be added up in {units[name]}") from None
        sums[name] = sums.get(name, Fraction(0)) + number
        return name

    for drug, amount in before.items():
        add(drug, amount, amount.unit, order.measures[-1])
    for each in sorted(administrations_given(order), key=lambda each: each.row.line):
        if each.amount.value and each.amount.unit in ADDED_UP:
            unit, measures = as_dosed[drug_key(each.row.drug)], order.measures_on(each.row.protocol_day)
            name = add(each.row.drug, each.amount, unit, measures)
            if name not in before and order.start:
                since.setdefault(name, order.start)
    for drug, amount in also_given.items():
        name = add(drug, amount, amount.unit, order.measures[-1])
        since.pop(name, None)
    amounts = {
        drug: total(number, units[drug], *(amount for each, amount in before.items() if is_same_drug(drug, each))).kept
        for drug, number in sums.items()
        if number
    }
    return Earlier(amounts, {drug: day for drug, day in since.items() if drug in amounts})


def units_as_dosed(order: Order) -> dict[str, str]:
    """The unit in which each drug is added up by its first line, whatever is left of it, by the key of its name."""
    units: dict[str, str] = {}
    for dose in order.doses:
        if dose.ordered.unit in ADDED_UP:
            units.setdefault(drug_key(dose.drug), _unit_added_up(dose.prescribed, dose.ordered))
    for row in (row for change in order.changes for row in change.removed):
        if row.dose.unit in ADDED_UP:
            units.setdefault(drug_key(row.drug), _unit_added_up(order.line_of(row).entries[0].dose, row.dose))
    return units


def _unit_added_up(prescribed: Quantity, amount: Quantity) -> str:
    """The unit in which doses of a drug are added up: what it is prescribed in, without what a rate is per."""
    unit, of_amount = dose_unit(prescribed.unit), dose_unit(amount.unit).amount
    return f"{of_amount}/{unit.per}" if unit.measure in {"bsa", "weight"} else of_amount
