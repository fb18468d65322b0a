"""Measuring: how far what is drawn lies from the dose that was calculated, with the rounding that came before."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cec.calculate.rounding import deviation_percent, to_nearest
from cec.calculate.rules.rule import code_of_drug
from cec.order import Alert, Dose, Preparation
from cec.pharmacy import Pharmacy
from cec.units import Quantity, shorten, write_number, write_signed


def measuring_alerts(made: Preparation, dose: Dose, pharmacy: Pharmacy) -> Iterator[Alert]:
    """Whether measuring, alone or together with rounding, moves the dose further than the pharmacy allows."""
    if made.contains is None:
        return
    limit = pharmacy.largest_deviation
    unrounded = before_rounding(dose)
    measured = deviation_percent(made.contains.value, made.dose.value)
    together = deviation_percent(made.contains.value, unrounded.value)
    if abs(measured) > limit:
        told = f"{made.dose} of {made.drug} can only be measured as {made.contains} ({_percent(measured)})"
    elif abs(together) > limit:
        calculated = f"{shorten(unrounded.value, 12)} {unrounded.unit}"
        told = (
            f"{calculated} of {made.drug} is rounded to {made.dose} and measured as {made.contains}, "
            f"which is {_percent(together)} together"
        )
    else:
        return
    text = f"{told}; the pharmacy allows {write_number(limit)}%"
    yield Alert(code_of_drug("measured", made.drug), "check", made.drug, text, "pharmacy: largest_deviation")


def before_rounding(dose: Dose) -> Quantity:
    """The dose as it was before it was rounded: calculated, and then capped or reduced where that applies."""
    if len(dose.steps) > 1 and dose.steps[-1].what == "rounded":
        return dose.steps[-2].value
    return dose.ordered


def _percent(moved: Decimal) -> str:
    return f"{write_signed(to_nearest(moved, Decimal('0.01')))}%"
