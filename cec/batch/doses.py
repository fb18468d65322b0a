"""The doses of a drug line for every body surface area and weight that a batch meets, each computed once.

Every amount comes from `compute_dose`, as in the single path, and is looked up by the number that it hangs on. Only a
line that is nothing but dose × weight is multiplied over the whole column, in exact integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cec.batch.exact import BILLION
from cec.calculate.dosing import compute_dose
from cec.calculate.preparation import prepare_dose
from cec.errors import CecError
from cec.facts import FACTS, Bounds
from cec.order import Bsa, Measures
from cec.patient import Reduction
from cec.pharmacy import Pharmacy
from cec.regimen import DrugLine, entry_of
from cec.render.csv import number
from cec.units import AMOUNT, Quantity, convert, dose_unit, plain

if TYPE_CHECKING:
    import polars as pl

_ANY_HEIGHT = Quantity(Decimal(100), "cm")
"""No dose is computed from a height but through the BSA."""
_LARGEST_WHOLE_FLOAT = 2**53
_SMALLEST_WRITTEN = Decimal("0.001")
"""Below this, a float may be written with an exponent."""


class Variant(NamedTuple):
    """What a dose hangs on beside the measures: which line of the regimen, its protocol dose, and a reduction."""

    line: int
    dose: Quantity
    reduction: Reduction | None

    @property
    def by_weight(self) -> bool:
        """Whether the dose is multiplied by the weight."""
        return dose_unit(self.dose.unit).measure == "weight"


class Amount(NamedTuple):
    """One dose as a table shows it: the number, the codes of alerts on its preparation, and the infusion rate.

    Or, instead of a number, why there is none.
    """

    text: str | None
    codes: tuple[str, ...] = ()
    rate: str = ""
    rate_unit: str = ""
    fault: str | None = None


def in_unit_of(line: DrugLine, amount: Quantity) -> str:
    """An amount as a number in the unit of the line's column."""
    return number(convert(amount, line.amount_unit, AMOUNT))


def amount_for(line: DrugLine, variant: Variant, measure: int, pharmacy: Pharmacy) -> Amount:
    """The dose for a BSA or weight in billionths, or why there is none."""
    value = Decimal(measure) / BILLION
    area, kilograms = (Decimal(1), value) if variant.by_weight else (value, Decimal(1))
    weight = Quantity(kilograms, "kg")
    bsa = Bsa(formula=pharmacy.bsa_formula, title="", value=area, unrounded=area, how="", source="")
    line = msgspec.structs.replace(line, dose=variant.dose)
    try:
        dose = compute_dose(line, Measures(1, _ANY_HEIGHT, weight, bsa), pharmacy, reduction=variant.reduction)
    except CecError as error:
        return Amount(None, fault="; ".join(map(str, error.faults)))
    text = in_unit_of(line, dose.ordered)
    if not pharmacy.formulary:
        return Amount(text)
    made, alerts = prepare_dose(dose, variant.line, pharmacy)
    codes = tuple(alert.code for alert in alerts)
    return Amount(text, codes, number(made.rate), made.rate.unit) if made.rate else Amount(text, codes)


def product(line: DrugLine, variant: Variant, pharmacy: Pharmacy, weights: Sequence[int]) -> pl.Series | None:
    """The amounts as texts for weights in billionths of a kg, if a line is nothing but dose × weight; else None."""
    import polars as pl

    has_more = line.maximum or variant.reduction or line.divided_into > 1 or entry_of(line.drug, pharmacy.dose_rounding)
    digits, exponent = _whole(variant.dose.value)
    lightest, heaviest = FACTS["weight"].possible or Bounds()
    largest = digits * int(heaviest or 0) * BILLION
    smallest = variant.dose.value * (lightest or 0)
    if (
        not variant.by_weight
        or has_more
        or pharmacy.formulary
        or dose_unit(variant.dose.unit).amount != line.amount_unit
        or largest >= _LARGEST_WHOLE_FLOAT
        or smallest < _SMALLEST_WRITTEN
    ):
        return None
    # The product is a whole float, and so is the power of ten: their quotient is the float nearest to the exact amount,
    # of at most 15 digits, and the shortest text that stands for it has just those digits.
    # It is divided by a column: polars would multiply by the reciprocal of a single number.
    power = pl.Series([float(BILLION * 10**-exponent)]).new_from_index(0, len(weights))
    amounts = (pl.Series(weights, dtype=pl.Int64) * digits).cast(pl.Float64) / power
    return amounts.cast(pl.String).str.strip_suffix(".0")


def _whole(value: Decimal) -> tuple[int, int]:
    """A number as whole digits times a power of ten that is not above 0."""
    _, digits, exponent = plain(value).as_tuple()
    return int("".join(map(str, digits))), int(exponent)
