"""Doses that are written finer than anybody can measure them."""

from __future__ import annotations

from collections.abc import Iterator

from cec.order import Alert, Dose, code_of_drug
from cec.units import AMOUNT, Quantity, convert, plain

MOST_DECIMALS = 2
"""Of a dose of which no product is known: cec's own limit, without a source."""


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

    >>> from decimal import Decimal
    >>> decimals_of(Quantity(Decimal("16.410"), "mg")), decimals_of(Quantity(Decimal("5.4612"), "g"))
    (2, 1)
    """
    amount = convert(amount, "mg", AMOUNT) if amount.unit == "g" else amount
    return max(0, -int(plain(amount.value).as_tuple().exponent))
