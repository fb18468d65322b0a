"""What a person must look at in doses that a person changed: withheld drugs, deep reductions, amounts that were set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from cec.calculate.rounding import deviation_percent, to_nearest
from cec.calculate.rules.rule import code_of_drug
from cec.days import days_in_words
from cec.order import Alert, Dose
from cec.units import Quantity, write_number

DEEPEST_REDUCTION = Decimal(50)
"""Percent beyond which a reduction is asked about: our own limit, because "by 75%" may be meant "to 75%"."""
HIGHEST_SET = Decimal(10)
"""Percent above the calculated dose beyond which an amount that was set is asked about: our own limit."""
MOST_SET = 2
"""How many times the calculated dose an amount that was set may be: our own limit."""


def declared_alerts(doses: Sequence[Dose]) -> Iterator[Alert]:
    """The alerts on each dose that a person withheld, reduced or set."""
    for dose in doses:
        if dose.withheld:
            text = f"withheld on {days_in_words(dose.days)}: {dose.withheld}"
            yield Alert(code_of_drug("withheld", dose.drug), "check", dose.drug, text)
        elif dose.unreduced:
            yield from _deep_reduction(dose)
        elif dose.steps[-1].what == "set":
            yield from _set_dose(dose)


def _deep_reduction(dose: Dose) -> Iterator[Alert]:
    """A reduction of more than half."""
    reduced = next(step for step in dose.steps if step.what == "reduced")
    left = Fraction(reduced.value.value) * 100 / Fraction(dose.unreduced.value) if dose.unreduced else Fraction(100)
    if 100 - left > DEEPEST_REDUCTION:
        by = write_number(to_nearest(100 - left, Decimal("0.01")))
        text = f"reduced {reduced.how.partition(': ')[0]}: by {by}% is more than half; is it not meant to {by}%?"
        if not reduced.value.value:
            text = "reduced by 100%, which is more than half: nothing of it is given"
        yield Alert(code_of_drug("large-reduction", dose.drug), "check", dose.drug, text)


def _set_dose(dose: Dose) -> Iterator[Alert]:
    """An amount that was set above the dose that would be ordered without it, or above the maximum."""
    amount, before = dose.ordered, dose.steps[-2].value
    above = deviation_percent(Fraction(amount.value), Fraction(before.value)) if before.value else Fraction(0)
    percent = f"{write_number(to_nearest(above, Decimal('0.01')))}%"
    if amount.value > MOST_SET * before.value:
        text = f"set to {amount}, more than twice the calculated dose"
        yield Alert(code_of_drug("set-dose", dose.drug), "stop", dose.drug, text)
    elif above < -DEEPEST_REDUCTION:
        text = f"set to {amount}, less than half of the calculated {before}"
        yield Alert(code_of_drug("set-dose", dose.drug), "check", dose.drug, text)
    elif above > HIGHEST_SET:
        text = f"set to {amount}, {percent} above the calculated {before}"
        yield Alert(code_of_drug("set-dose", dose.drug), "check", dose.drug, text)
    if dose.maximum and _exceeds(amount, dose.maximum):
        text = f"set to {amount}, above the maximum of {dose.maximum}"
        yield Alert(code_of_drug("set-above-maximum", dose.drug), "check", dose.drug, text)


def _exceeds(amount: Quantity, maximum: Quantity) -> bool:
    return amount.unit == maximum.unit and amount.value > maximum.value
