"""The doses of a drug line for every measure that a batch meets, each computed once by `compute_dose`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from cec.batch.single_row import Settings
from cec.batch.values import MOST_KEPT
from cec.calculate.declared import Declared
from cec.calculate.dosing import compute_dose
from cec.calculate.kidneys import KidneyFunction
from cec.calculate.measures import measured_as
from cec.calculate.preparation import digit_alerts, prepare_dose
from cec.calculate.settled import settled_as
from cec.errors import CecError
from cec.order import Order
from cec.patient import Reduction
from cec.regimen import entry_of
from cec.render.csv import number
from cec.units import AMOUNT, Exact, Quantity, convert, dose_unit

_ANY_HEIGHT = Quantity(Decimal(100), "cm")
"""No dose is computed from a height but through the BSA."""

Measured = Decimal | KidneyFunction | None
"""What a dose hangs on: a BSA in m2, a weight in kg, a clearance, or nothing."""


class Variant(NamedTuple):
    """What a dose hangs on beside the measures: which line and which of its doses, route, reduction."""

    line: int
    entry: int
    dose: Quantity
    route: str
    reduction: Reduction | None

    @property
    def measure(self) -> str:
        """What the dose is multiplied by: bsa, weight, creatinine_clearance, or nothing."""
        return dose_unit(self.dose.unit).measure


class Amount(NamedTuple):
    """One dose as a table shows it: the number, the codes of alerts on its preparation, and the infusion rate.

    Or, instead of a number, why there is none.
    """

    text: str | None
    codes: tuple[str, ...] = ()
    rate: str | None = None
    rate_unit: str | None = None
    fault: str | None = None


class Amounts:
    """The amounts of one regimen under one pharmacy, kept from block to block."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._kept: dict[Variant, dict[Measured, Amount]] = {}

    def of(self, variant: Variant, measures: Sequence[Measured]) -> list[Amount]:
        """The amount for each of these measures."""
        if sum(map(len, self._kept.values())) > MOST_KEPT:
            self._kept.clear()
        kept = self._kept.setdefault(variant, {})
        for measure in measures:
            if measure not in kept:
                kept[measure] = self._compute(variant, measure)
        return [kept[measure] for measure in measures]

    def _compute(self, variant: Variant, measure: Measured) -> Amount:
        """The dose for a measure, or why there is none."""
        pharmacy = self.settings.pharmacy
        value = measure if isinstance(measure, Decimal) else Decimal(1)
        area, kilograms = (Decimal(1), value) if variant.measure == "weight" else (value, Decimal(1))
        kidneys = measure if isinstance(measure, KidneyFunction) else None
        size = Exact(Quantity(area, "m2"))
        measured = measured_as(_ANY_HEIGHT, Quantity(kilograms, "kg"), size, pharmacy.bsa_formula, kidneys=kidneys)
        line = self.settings.regimen.drugs[variant.line]
        try:
            dosed = compute_dose(
                settled_as(line, variant.entry, variant.dose, variant.route),
                measured,
                pharmacy,
                declared=Declared((1,), variant.reduction),
            )
        except CecError as error:
            return Amount(None, fault="; ".join(map(str, error.faults)))
        text = number(convert(dosed.dose.ordered, line.amount_unit, AMOUNT))
        if not pharmacy.formulary:
            return Amount(text, tuple(alert.code for alert in digit_alerts(dosed.dose)))
        preparation, alerts = prepare_dose(dosed, variant.line, pharmacy)
        codes = tuple(alert.code for alert in alerts)
        rate, unit = (number(preparation.rate), preparation.rate.unit) if preparation.rate else ("", "")
        return Amount(text, codes, rate, unit)


def variants_of(order: Order) -> tuple[Variant, ...]:
    """What each dose of an order hangs on beside the measures; reasons of reductions are left out.

    Nothing where a person set or withheld a dose, or changed it on some days or one line, or a line has several doses,
    or one that hangs on more than one measure: such rows go one by one.
    """
    who = order.patient
    if who.set_doses or who.withheld or any(each.days or each.line for each in who.reductions):
        return ()
    if any(dose_unit(dose.prescribed.unit).measure in {"clearance and weight", "another dose"} for dose in order.doses):
        return ()
    if len({dose.line for dose in order.doses}) < len(order.doses):
        return ()
    reductions = {each.drug: msgspec.structs.replace(each, reason="") for each in order.patient.reductions}
    variants = (
        Variant(dose.line - 1, dose.entry, dose.prescribed, dose.route, entry_of(dose.drug, reductions))
        for dose in order.doses
    )
    return tuple(variants)
