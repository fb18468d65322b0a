"""What a patient has had of a drug in all, with this cycle, held against the regimen's lifetime maximum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from cec.calculate.alert_codes import code_of_drug
from cec.calculate.rounding import to_nearest
from cec.errors import InputError
from cec.order import Alert, Dose
from cec.patient import Patient
from cec.regimen import Regimen, entry_of
from cec.units import AMOUNT, EXACT, Quantity, convert, dose_unit

_LAST_DIGIT = Decimal("1e-9")
"""Totals per m2 are divisions, and are held against a maximum to this digit."""


def lifetime_maximums(regimen: Regimen) -> dict[str, Quantity]:
    """The lifetime maximum of each drug that has one."""
    return {line.drug: line.lifetime_maximum for line in regimen.drugs if line.lifetime_maximum}


def check_lifetime(regimen: Regimen, patient: Patient, doses: Sequence[Dose], bsa: Quantity) -> Iterator[Alert]:
    """A stop for each drug that this cycle would bring above its lifetime maximum."""
    for drug, maximum in lifetime_maximums(regimen).items():
        cycle = [
            _in_unit_of(maximum, dose.cycle_total, patient, bsa, drug)
            for dose in doses
            if dose.drug == drug and dose.cycle_total
        ]
        this_cycle = Quantity(to_nearest(sum(cycle, Decimal(0)), _LAST_DIGIT), maximum.unit)
        earlier = entry_of(drug, patient.earlier_doses) or Quantity(Decimal(0), maximum.unit)
        before = Quantity(to_nearest(_in_unit_of(maximum, earlier, patient, bsa, drug), _LAST_DIGIT), maximum.unit)
        total = Quantity(EXACT.add(before.value, this_cycle.value), maximum.unit)
        if cycle and total.value > maximum.value:
            given = f" ({earlier})" if earlier.unit != maximum.unit else ""
            yield Alert(
                code=code_of_drug("lifetime-maximum", drug),
                level="stop",
                about=drug,
                text=f"{before}{given} before and {this_cycle} in this cycle make {total}, "
                f"above the lifetime maximum of {maximum}",
                source=next(line.source for line in regimen.drugs if line.drug == drug) or regimen.source.citation,
            )


def _in_unit_of(maximum: Quantity, amount: Quantity, patient: Patient, bsa: Quantity, drug: str) -> Decimal:
    """An amount (mg, mg/m2 or mg/kg) as a number in the unit of the maximum, by today's BSA or weight."""
    wanted, own = dose_unit(maximum.unit), dose_unit(amount.unit)
    try:
        value = convert(Quantity(amount.value, own.amount), wanted.amount, AMOUNT).value
    except InputError:
        raise InputError(f"{drug}: {amount} cannot be held against a lifetime maximum of {maximum}") from None
    if own.measure == wanted.measure:
        return value
    measures = {"nothing": Decimal(1), "bsa": bsa.value, "weight": patient.weight.value}
    return EXACT.divide(EXACT.multiply(value, measures[own.measure]), measures[wanted.measure])
