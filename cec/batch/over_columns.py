"""Published equations over columns, in binary floats, from the same coefficients: they only sort rows.

BSA is found as a multiple of its rounding step, kidney function held against limits; rows near a tie or a limit are
computed by the equations themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any

from cec.calculate.formulas import BSA_FORMULAS, FallingPowers, Powers, Root
from cec.calculate.kidneys import (
    ADULT,
    COCKCROFT_GAULT_AGE,
    COCKCROFT_GAULT_DIVISOR,
    COCKCROFT_GAULT_WOMEN,
    SCHWARTZ_FACTOR,
    STANDARD_AREA,
    YOUNGEST_ESTIMATED,
)

if TYPE_CHECKING:
    import polars as pl


def _root(equation: Root, height: pl.Expr, weight: pl.Expr) -> pl.Expr:
    return (height * weight / equation.divisor).sqrt()


def _powers(equation: Powers, height: pl.Expr, weight: pl.Expr) -> pl.Expr:
    logarithm = math.log(equation.coefficient) + weight.log() * float(equation.weight_power)
    if equation.height_power:
        logarithm += height.log() * float(equation.height_power)
    return logarithm.exp()


def _falling_powers(equation: FallingPowers, height: pl.Expr, weight: pl.Expr) -> pl.Expr:
    grams = (weight * 1000).log()
    power = float(equation.weight_power) - grams * (float(equation.fall) / math.log(10))
    return (math.log(equation.coefficient) + height.log() * float(equation.height_power) + grams * power).exp()


_EXPRESSIONS: dict[type, Callable[[Any, pl.Expr, pl.Expr], pl.Expr]] = {
    Root: _root,
    Powers: _powers,
    FallingPowers: _falling_powers,
}
"""BSA in m2 as floats from columns of cm and kg, by the form of the equation."""


def bsa_over_columns(formula: str, height: pl.Expr, weight: pl.Expr, sex: pl.Expr) -> pl.Expr | None:
    """BSA in m2 as floats, from columns of cm, kg and sex; null where the formula needs a sex that is not known.

    None for a formula that has an equation of another form: its rows go one by one.
    """
    import polars as pl

    parts = BSA_FORMULAS[formula].parts
    if any(type(part.equation) not in _EXPRESSIONS for part in parts):
        return None
    value = pl.lit(None, dtype=pl.Float64)
    for part in parts:
        area = _EXPRESSIONS[type(part.equation)](part.equation, height, weight)
        limits = [sex == part.sex] if part.sex else []
        limits += [weight < float(part.below)] if part.below else []
        value = pl.when(reduce(pl.Expr.and_, limits)).then(area).otherwise(value) if limits else area
    return value


PER_STANDARD_AREA = 1


def clearance_readings(clearance: pl.Expr, is_normalised: pl.Expr, bsa: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """A clearance in the patient's own mL/min and per 1.73 m2, from one that is in either, and m2."""
    import polars as pl

    areas = bsa / float(STANDARD_AREA)
    own = pl.when(is_normalised).then(clearance * areas).otherwise(clearance)
    return own, pl.when(is_normalised).then(clearance).otherwise(clearance / areas)


def clearance_over_columns(
    height: pl.Expr, weight: pl.Expr, months: pl.Expr, creatinine: pl.Expr, sex: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    """An estimated clearance from cm, kg, age, mg/dL and sex, null where there is none; and by which equation, from 1.

    The first (`PER_STANDARD_AREA`) gives it per 1.73 m2. See `kidneys.creatinine_clearance`.
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
