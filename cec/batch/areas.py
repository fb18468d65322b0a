"""Body surface area over columns: binary floats find the multiple of the rounding step, and rows near a tie say so.

The floats are measured off the published equation itself: each of them is c × height^a × weight^(b + d log weight). A
formula that is not of this kind, or whose measured form is off anywhere on a grid, is left to the single path.
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from cec.calculate.formulas import BSA_FORMULAS, Equation
from cec.errors import CecError

if TYPE_CHECKING:
    import polars as pl

    from cec.facts import Sex

DOUBT = 1e-9
"""The relative distance from a limit or a tie within which floats do not decide. Their error is below 1e-13."""


class Powers(NamedTuple):
    """ln BSA = constant + height × ln(cm) + weight × ln(kg) + square × ln(kg)², from a weight (kg) on."""

    from_weight: float
    constant: float
    height: float
    weight: float
    square: float

    def value(self, height: float, weight: float) -> float:
        """BSA in m2 from cm and kg."""
        log = math.log(weight)
        return math.exp(self.constant + self.height * math.log(height) + self.weight * log + self.square * log * log)


@lru_cache
def measured(formula: str, sex: Sex | None) -> tuple[Powers, ...]:
    """The float forms of a formula for that sex, by weight; none where it has no such form or needs a sex."""
    low, high = Decimal("0.3"), Decimal(350)
    try:
        equations = _pieces(formula, sex, low, high)
    except CecError:
        return ()
    powers = tuple(_fit(equation, start) for start, equation in equations)
    for (start, equation), (end, _), fitted in zip(equations, [*equations[1:], (high, None)], powers, strict=True):
        for step in range(9):
            weight = start + (end - start) * step / 9
            for height in (20, 64, 128, 250):
                exact = float(equation.value(Decimal(height), weight))
                if not math.isclose(fitted.value(height, float(weight)), exact, rel_tol=1e-12):
                    return ()
    return powers


def _pieces(formula: str, sex: Sex | None, low: Decimal, high: Decimal) -> list[tuple[Decimal, Equation]]:
    """The equations that the formula has for these weights, each with the weight from which it holds."""
    pick = BSA_FORMULAS[formula].equation_for
    grid = [low, *(Decimal(kilograms) for kilograms in range(1, 350)), high]
    pieces = [(low, pick(low, sex))]
    for before, after in pairwise(grid):
        if pick(after, sex) is not pick(before, sex):
            first, last = before, after
            while last - first > Decimal("1e-9"):
                middle = (first + last) / 2
                first, last = (first, middle) if pick(middle, sex) is not pick(before, sex) else (middle, last)
            pieces.append((last.quantize(Decimal("1e-9")), pick(after, sex)))
    return pieces


def _fit(equation: Equation, start: Decimal) -> Powers:
    """The exponents of one equation, from its values at four points."""

    def log(height: int, weight: int) -> float:
        return float(equation.value(Decimal(height), Decimal(weight)).ln())

    one = log(1, 1)
    ten = math.log(10)
    first, second = (log(1, 10) - one) / ten, (log(1, 100) - one) / ten
    square = (second - 2 * first) / (2 * ten)
    return Powers(float(start), one, (log(10, 1) - one) / ten, first - square * ten, square)


def surface(powers: tuple[Powers, ...], height: pl.Expr, weight: pl.Expr) -> pl.Expr:
    """BSA in m2 as floats from columns of cm and kg."""
    import polars as pl

    log_height, log_weight = height.log(), weight.log()
    value = pl.lit(None, dtype=pl.Float64)
    for piece in powers:
        exponent = piece.constant + piece.height * log_height + piece.weight * log_weight
        if abs(piece.square) > 1e-12:
            exponent += piece.square * log_weight * log_weight
        value = (
            pl.when(weight >= piece.from_weight).then(exponent.exp()).otherwise(value)
            if len(powers) > 1
            else exponent.exp()
        )
    return value
