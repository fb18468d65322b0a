"""Published equations over columns, in binary floats, from the same coefficients: they only sort rows.

BSA is found as a multiple of its rounding step, kidney function held against limits; rows near a tie or a limit are
computed by the equations themselves.
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from cec.calculate.formulas import (
    BSA_FORMULAS,
    COCKCROFT_GAULT_AGE,
    COCKCROFT_GAULT_DIVISOR,
    COCKCROFT_GAULT_WOMEN,
    SCHWARTZ_FACTOR,
    Equation,
)
from cec.calculate.measures import ADULT, YOUNGEST_ESTIMATED
from cec.errors import CecError

if TYPE_CHECKING:
    import polars as pl

    from cec.facts import Sex


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


def bsa_over_columns(formula: str, height: pl.Expr, weight: pl.Expr, sex: pl.Expr) -> pl.Expr:
    """BSA in m2 as floats, from columns of cm, kg and sex; null where the formula needs a sex that is not known."""
    import polars as pl

    forms = {sex: measured(formula, sex) for sex in (None, "female", "male")}
    if forms[None] == forms["female"] == forms["male"]:
        return surface(forms[None], height, weight)
    value = pl.lit(None, dtype=pl.Float64)
    for word in ("female", "male"):
        value = pl.when(sex == word).then(surface(forms[word], height, weight)).otherwise(value)
    return value


def clearance_over_columns(
    height: pl.Expr, weight: pl.Expr, months: pl.Expr, creatinine: pl.Expr, sex: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    """An estimated clearance from cm, kg, age, mg/dL and sex, null where there is none; and by which equation, from 1.

    See `measures.creatinine_clearance`.
    """
    import polars as pl

    child = float(SCHWARTZ_FACTOR) * height / creatinine
    years = (months / 12).floor()
    man = (float(COCKCROFT_GAULT_AGE) - years) * weight / (float(COCKCROFT_GAULT_DIVISOR) * creatinine)
    equations = (child, man, man * float(COCKCROFT_GAULT_WOMEN))
    is_child = (months >= float(YOUNGEST_ESTIMATED)) & (months < float(ADULT))
    whose = (is_child, (months >= float(ADULT)) & (sex == "male"), (months >= float(ADULT)) & (sex == "female"))
    value, which = pl.lit(None, dtype=pl.Float64), pl.lit(0, dtype=pl.UInt32)
    for number, (is_so, equation) in enumerate(zip(whose, equations, strict=True), 1):
        value = pl.when(is_so).then(equation).otherwise(value)
        which = pl.when(is_so & equation.is_not_null()).then(pl.lit(number, dtype=pl.UInt32)).otherwise(which)
    return value, which
