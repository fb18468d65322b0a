"""Published formulas for body surface area, each with its citation.

Each is coefficients of a form, from which come text, value and the working with a patient's numbers. Height is in cm,
weight in kg, the value in m2: a fraction where it is one, else all digits of `units.EXACT`, and never rounded here.
Whoever computes over columns reads the coefficients too; an equation of another form has only a text and a value.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from cec.errors import InputError
from cec.units import DIGITS, EXACT, Exact, Quantity, context_of, write_number

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


class Root(Struct, frozen=True):
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


class Powers(Struct, frozen=True):
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


class FallingPowers(Struct, frozen=True):
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


class Part(Struct, frozen=True):
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


class BsaFormula(Struct, frozen=True):
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
        for part in reversed(self.parts):
            if part.holds(weight, sex):
                return part.equation
        raise InputError(f"the {self.title} formula needs the patient's sex; give --sex female or --sex male")

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


def _powers(coefficient: str, weight_power: str, height_power: str = "0") -> Powers:
    return Powers(Decimal(coefficient), Decimal(height_power), Decimal(weight_power))


_FORMULAS = (
    BsaFormula(
        "mosteller",
        "Mosteller",
        (Part(Root(3600)),),
        "Mosteller RD. Simplified calculation of body-surface area. N Engl J Med 1987;317(17):1098. "
        "doi:10.1056/NEJM198710223171717",
    ),
    BsaFormula(
        "du-bois",
        "Du Bois",
        (Part(_powers("0.007184", "0.425", "0.725")),),
        "Du Bois D, Du Bois EF. A formula to estimate the approximate surface area if height and weight be known. "
        "Arch Intern Med 1916;17:863-871. doi:10.1001/archinte.1916.00080130010002",
    ),
    BsaFormula(
        "haycock",
        "Haycock",
        (Part(_powers("0.024265", "0.5378", "0.3964")),),
        "Haycock GB, Schwartz GJ, Wisotsky DH. Geometric method for measuring body surface area. "
        "J Pediatr 1978;93:62-66",
    ),
    BsaFormula(
        "gehan-george",
        "Gehan-George",
        (Part(_powers("0.0235", "0.51456", "0.42246")),),
        "Gehan EA, George SL. Estimation of human body surface area from height and weight. "
        "Cancer Chemother Rep 1970;54:225-235",
    ),
    BsaFormula(
        "boyd",
        "Boyd",
        (Part(FallingPowers(Decimal("0.0003207"), Decimal("0.3"), Decimal("0.7285"), Decimal("0.0188"))),),
        "Boyd E. The Growth of the Surface Area of the Human Body. Univ of Minnesota Inst of Child Welfare "
        "Monograph X, 1935",
    ),
    BsaFormula(
        "fujimoto",
        "Fujimoto",
        (Part(_powers("0.008883", "0.444", "0.663")),),
        "Fujimoto S, Watanabe T, Sakamoto A, Yukawa K, Morimoto K. Studies on the physical surface area of Japanese. "
        "18. Nippon Eiseigaku Zasshi 1968;23:443-450",
    ),
    BsaFormula(
        "takahira",
        "Takahira",
        (Part(_powers("0.007241", "0.425", "0.725")),),
        "Takahira H. Rep Imp Inst Nutr Tokyo 1925;1:61-95 (known through Fujimoto 1968)",
    ),
    BsaFormula(
        "shuter-aslani",
        "Shuter-Aslani",
        (Part(_powers("0.00949", "0.441", "0.655")),),
        "Shuter B, Aslani A. Body surface area: Du Bois and Du Bois revisited. Eur J Appl Physiol 2000;82:250-254",
    ),
    BsaFormula(
        "schlich",
        "Schlich",
        (
            Part(_powers("0.000579479", "0.38", "1.24"), sex="male"),
            Part(_powers("0.000975482", "0.46", "1.08"), sex="female"),
        ),
        "Schlich E, Schumm M, Schlich M. 3-D-Body-Scan als anthropometrisches Verfahren zur Bestimmung der "
        "spezifischen Körperoberfläche. Ernährungs Umschau 2010;57:178-183",
    ),
    BsaFormula(
        "livingston-lee",
        "Livingston-Lee",
        (Part(_powers("0.1173", "0.6466")), Part(_powers("0.1037", "0.6724"), below=Decimal(10))),
        "Livingston EH, Lee S. Body surface area prediction in normal-weight and obese patients. "
        "Am J Physiol Endocrinol Metab 2001;281:E586-E591",
    ),
)

BSA_FORMULAS: dict[str, BsaFormula] = {formula.name: formula for formula in _FORMULAS}
"""Every formula by its name on the command line; in every equation height is in cm and weight in kg."""


def bsa_formula(name: str) -> BsaFormula:
    """The formula of that name; InputError with the nearest name for any other.

    >>> bsa_formula("du-bois").title
    'Du Bois'
    """
    if name in BSA_FORMULAS:
        return BSA_FORMULAS[name]
    from difflib import get_close_matches

    alike = get_close_matches("-".join(name[:40].lower().replace("_", " ").split()), BSA_FORMULAS, 1, 0.5)
    hint = f"did you mean {alike[0]}?" if alike else f"there are {', '.join(BSA_FORMULAS)}"
    raise InputError(f"there is no BSA formula '{name[:40]}'; {hint}")


def body_surface_area(formula: str, height: Quantity, weight: Quantity, sex: Sex | None = None) -> Exact:
    """Body surface area in m2 by a formula of BSA_FORMULAS from cm and kg, unrounded.

    >>> print(body_surface_area("mosteller", Quantity(Decimal(100), "cm"), Quantity(Decimal("32.8329"), "kg")))
    0.955 m2
    """
    return bsa_formula(formula).compute(number_in("cm", height), number_in("kg", weight), sex)


def number_in(unit: str, quantity: Quantity) -> Decimal:
    """The number of a quantity that must be in just that unit."""
    if quantity.unit != unit:
        raise InputError(f"{quantity} is not in {unit}")
    return quantity.value
