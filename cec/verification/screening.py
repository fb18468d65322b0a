"""What cannot have led to a written amount, found without computing it; in binary floats, widened beyond their errors.

They only sort: whatever may fit is computed exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from cec.calculate.formulas import Equation, FallingPowers, Powers, Root

if TYPE_CHECKING:
    from cec.calculate.measures import Measured

WIDENING = 1e-9
"""By which part of itself a bound is widened: far more than the error of a float, far less than any digit written."""


class Span(NamedTuple):
    """Between which numbers something lies."""

    least: float
    most: float

    def meets(self, other: Span) -> bool:
        """Whether a number can lie in both."""
        return self.least <= other.most and other.least <= self.most

    def holds(self, number: Fraction) -> bool:
        """Whether a number can lie in it."""
        return self.least <= float(number) <= self.most


ANYWHERE = Span(-math.inf, math.inf)


def between(least: Fraction | Decimal | float, most: Fraction | Decimal | float) -> Span:
    """The span between two numbers, widened."""
    low, high = float(least), float(most)
    return Span(low - abs(low) * WIDENING, high + abs(high) * WIDENING)


class MeasureSpans(NamedTuple):
    """Where the measures lie that doses are multiplied by: BSA in m2, weight in kg."""

    bsa: Span
    weight: Span

    def of(self, measure: str) -> Span:
        """That of a measure by its name."""
        return self.bsa if measure == "bsa" else self.weight


def spans_of(measured: Measured) -> MeasureSpans:
    """Those of measures that are computed already."""
    area, weight = measured.bsa.number, measured.shown.weight.value
    return MeasureSpans(between(area, area), between(weight, weight))


def rounded_area(equation: Equation, height: Decimal, weight: Decimal, step: Decimal) -> Span:
    """Where the BSA lies, m2, that an equation gives for cm and kg, rounded to multiples of a step or of a finer one.

    Anywhere for an equation of another form.
    """
    roughly = _ROUGHLY.get(type(equation))
    if roughly is None:
        return ANYWHERE
    area, half = roughly(equation, float(height), float(weight)), float(step) / 2
    return between(area - half, area + half)


def _root(equation: Root, height: float, weight: float) -> float:
    return math.sqrt(height * weight / equation.divisor)


def _powers(equation: Powers, height: float, weight: float) -> float:
    powers = math.pow(height, equation.height_power) * math.pow(weight, equation.weight_power)
    return float(equation.coefficient) * powers


def _falling_powers(equation: FallingPowers, height: float, weight: float) -> float:
    grams = weight * 1000
    power = float(equation.weight_power) - float(equation.fall) * math.log10(grams)
    return float(equation.coefficient) * math.pow(height, equation.height_power) * math.pow(grams, power)


_ROUGHLY: dict[type, Callable[[Any, float, float], float]] = {
    Root: _root,
    Powers: _powers,
    FallingPowers: _falling_powers,
}
"""BSA in m2 from cm and kg, by the form of the equation."""
