"""Measuring: how far what is drawn lies from the dose that was calculated, with the rounding that came before."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from cec.calculate.rounding import deviation_percent, to_nearest
from cec.order import Alert, Dose, Preparation, code_of_drug
from cec.pharmacy import Pharmacy
from cec.units import AMOUNT, Exact, Quantity, convert, plain, write_number, write_signed

MOST_DECIMALS = 2
"""Of a dose of which no product is known: cec's own limit, without a source."""


def measuring_alerts(preparation: Preparation, unrounded: Exact, pharmacy: Pharmacy) -> Iterator[Alert]:
    """Whether measuring, alone or together with rounding, moves the dose further than the pharmacy allows.

    `unrounded` is the dose before rounding: calculated, and then capped or reduced where that applies.
    """
    if preparation.contains is None:
        return
    limit = pharmacy.deviation_allowed(preparation.drug)
    measured = deviation_percent(preparation.contains.value, preparation.dose.value)
    together = deviation_percent(preparation.contains.value, unrounded.number)
    if abs(measured) > limit:
        deviation = (
            f"{preparation.dose} of {preparation.drug} can only be measured as {preparation.contains} "
            f"({_percent(measured)})"
        )
    elif abs(together) > limit:
        deviation = (
            f"{unrounded} of {preparation.drug} is rounded to {preparation.dose} "
            f"and measured as {preparation.contains}, which is {_percent(together)} together"
        )
    else:
        return
    text = f"{deviation}; the pharmacy allows {write_number(limit)}%"
    yield Alert(
        code_of_drug("measured", preparation.drug), "check", preparation.drug, text, "pharmacy: largest_deviation"
    )


def digit_alerts(dose: Dose, finest: Quantity | None = None, product: str = "") -> Iterator[Alert]:
    """A check for a dose that is written finer than anybody can measure it, and that no rule has rounded.

    One digit finer than the `finest` amount that the product gives is let pass: 422.4 mg, where 0.1 mL holds 2 mg.
    """
    if not dose.ordered.value or (dose.steps and dose.steps[-1].what == "rounded"):
        return
    if finest is None:
        allowed, why = MOST_DECIMALS, "no product says how finely it is measured, and two decimals are the most"
        settles = "a dose_rounding in the pharmacy file, or a product with its measuring_step, settles it"
    else:
        allowed, why = decimals_of(finest) + 1, f"{product} is measured to {finest}"
        settles = f"a dose_rounding in the pharmacy file, like nearest {finest}, settles it"
    if decimals_of(dose.ordered) > allowed:
        text = f"{dose.ordered} has more digits than anybody can measure: {why}; {settles}"
        yield Alert(code_of_drug("digits", dose.drug), "check", dose.drug, text)


def decimals_of(amount: Quantity) -> int:
    """How many decimals an amount has; of grams, in mg.

    >>> decimals_of(Quantity(Decimal("16.410"), "mg")), decimals_of(Quantity(Decimal("5.4612"), "g"))
    (2, 1)
    """
    amount = convert(amount, "mg", AMOUNT) if amount.unit == "g" else amount
    return max(0, -int(plain(amount.value).as_tuple().exponent))


def _percent(moved: Fraction) -> str:
    return f"{write_signed(to_nearest(moved, Decimal('0.01')))}%"
