"""The forms that published equations for body surface area have. Each is coefficients, from which come text and value.

Height is in cm, weight in kg, the value in m2: a fraction where it is one, else all digits of `units.EXACT`. Whoever
computes over columns reads the coefficients too; an equation of another form has only a text and a value.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

from cec.errors import InputError
from cec.units import DIGITS, EXACT, Exact, context_of, write_number

if TYPE_CHECKING:
    from cec.facts import Sex

_WIDE = context_of(DIGITS + 10)
"""Ten digits more than are kept, so that a power that ends, like 100^0.5, comes out as just that."""

WEIGHT_IN_GRAMS = "weight in g"


class Equation(Protocol):
    """An equation as its source has it, with the words `height` and `weight`, and its value for a patient, m2."""

    @property
    def text(self) -> str:
        """The equation."""

    def value(self, height: Decimal, weight: Decimal) -> Fraction:
        """Body surface area in m2 from cm and kg, unrounded."""


class Root(NamedTuple):
    """√(height × weight / divisor)."""

    divisor: int

    @property
    def text(self) -> str:
        """The equation."""
        return f"√(height × weight / {self.divisor})"

    def value(self, height: Decimal, weight: Decimal) -> Fraction:
        """The root, exact where it is a fraction, so that a tie stays a tie."""
        square = Fraction(height) * Fraction(weight) / self.divisor
        above, below = math.isqrt(square.numerator), math.isqrt(square.denominator)
        if above * above == square.numerator and below * below == square.denominator:
            return Fraction(above, below)
        return _of_digits(_WIDE.sqrt(_WIDE.divide(Decimal(square.numerator), Decimal(square.denominator))))


class Powers(NamedTuple):
    """coefficient × height^a × weight^b; without a power of height, by weight alone."""

    coefficient: Decimal
    height_power: Decimal
    weight_power: Decimal

    @property
    def text(self) -> str:
        """The equation."""
        height = f"height^{self.height_power} × " if self.height_power else ""
        return f"{self.coefficient} × {height}weight^{self.weight_power}"

    def value(self, height: Decimal, weight: Decimal) -> Fraction:
        """The product, m2."""
        product = _WIDE.multiply(self.coefficient, _WIDE.power(weight, self.weight_power))
        return _of_digits(_WIDE.multiply(product, _WIDE.power(height, self.height_power)))


class FallingPowers(NamedTuple):
    """coefficient × height^a × grams^(b - c × log10(grams)): a power of the weight in g that falls as it rises."""

    coefficient: Decimal
    height_power: Decimal
    weight_power: Decimal
    fall: Decimal

    @property
    def text(self) -> str:
        """The equation."""
        grams = f"({WEIGHT_IN_GRAMS})"
        power = f"({self.weight_power} - {self.fall} × log10{grams})"
        return f"{self.coefficient} × height^{self.height_power} × {grams}^{power}"

    def value(self, height: Decimal, weight: Decimal) -> Fraction:
        """The product, m2."""
        grams = _WIDE.multiply(weight, Decimal(1000))
        power = _WIDE.subtract(self.weight_power, _WIDE.multiply(self.fall, _WIDE.log10(grams)))
        product = _WIDE.multiply(_WIDE.power(height, self.height_power), _WIDE.power(grams, power))
        return _of_digits(_WIDE.multiply(self.coefficient, product))


def _of_digits(value: Decimal) -> Fraction:
    """The digits of a number that may be no fraction."""
    return Fraction(EXACT.plus(value))


class Part(NamedTuple):
    """An equation of a formula, and for whom it is: everybody, one sex, or weights (kg) below a limit."""

    equation: Equation
    sex: Sex | None = None
    below: Decimal | None = None

    def holds(self, weight: Decimal, sex: Sex | None) -> bool:
        """Whether the equation is for a patient."""
        return self.sex in {None, sex} and (self.below is None or weight < self.below)

    @property
    def text(self) -> str:
        """For whom, and the equation."""
        words = (self.sex, f"below {self.below} kg" if self.below else "", self.equation.text)
        return " ".join(filter(None, words))


class BsaFormula(NamedTuple):
    """A published formula for body surface area, m2: of the parts that are for a patient, the last one."""

    name: str
    title: str
    parts: tuple[Part, ...]
    citation: str

    @property
    def equation(self) -> str:
        """The equations of all its parts, with height in cm and weight in kg."""
        return "; ".join(part.text for part in self.parts)

    def equation_for(self, weight: Decimal, sex: Sex | None) -> Equation:
        """The equation for a patient; InputError where the formula needs a sex that is not told."""
        part = next((part for part in reversed(self.parts) if part.holds(weight, sex)), None)
        if part is None:
            raise InputError(f"the {self.title} formula needs the patient's sex; give --sex female or --sex male")
        return part.equation

    def compute(self, height: Decimal, weight: Decimal, sex: Sex | None = None) -> Exact:
        """Body surface area in m2 from a height in cm and a weight in kg, unrounded."""
        return Exact(self.equation_for(weight, sex).value(height, weight), "m2")

    def working(self, height: Decimal, weight: Decimal, sex: Sex | None = None, *, area: Exact | None = None) -> str:
        """The equation with these numbers in it, and what it comes to (cut after five decimals).

        `area` is that result, where it is known already.

        >>> mosteller = BsaFormula("mosteller", "Mosteller", (Part(Root(3600)),), "N Engl J Med 1987;317:1098")
        >>> mosteller.working(Decimal(128), Decimal(26))
        '√(128 cm × 26 kg / 3600) = 0.96148… m2'
        """
        text = self.equation_for(weight, sex).text
        cm, kg = f"{write_number(height)} cm", f"{write_number(weight)} kg"
        for word, number in (
            (WEIGHT_IN_GRAMS, f"{write_number(EXACT.multiply(weight, Decimal(1000)))} g"),
            ("height^", f"({cm})^"),
            ("weight^", f"({kg})^"),
            ("height", cm),
            ("weight", kg),
        ):
            text = text.replace(word, number)
        return f"{text} = {area or self.compute(height, weight, sex)}"
