"""Measuring: how far what is drawn lies from the dose that was calculated, with the rounding that came before."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from cec.calculate.rounding import deviation_percent, to_nearest
from cec.calculate.rules.rule import code_of_drug
from cec.order import Alert, Preparation
from cec.pharmacy import Pharmacy
from cec.units import Exact, write_number, write_signed


def measuring_alerts(made: Preparation, unrounded: Exact, pharmacy: Pharmacy) -> Iterator[Alert]:
    """Whether measuring, alone or together with rounding, moves the dose further than the pharmacy allows.

    `unrounded` is the dose before rounding: calculated, and then capped or reduced where that applies.
    """
    if made.contains is None:
        return
    limit = pharmacy.largest_deviation
    measured = deviation_percent(made.contains.value, made.dose.value)
    together = deviation_percent(made.contains.value, unrounded.number)
    if abs(measured) > limit:
        told = f"{made.dose} of {made.drug} can only be measured as {made.contains} ({_percent(measured)})"
    elif abs(together) > limit:
        told = (
            f"{unrounded} of {made.drug} is rounded to {made.dose} and measured as {made.contains}, "
            f"which is {_percent(together)} together"
        )
    else:
        return
    text = f"{told}; the pharmacy allows {write_number(limit)}%"
    yield Alert(code_of_drug("measured", made.drug), "check", made.drug, text, "pharmacy: largest_deviation")


def _percent(moved: Fraction) -> str:
    return f"{write_signed(to_nearest(moved, Decimal('0.01')))}%"
