"""Quantities: read text, convert, write text. The only place that knows pint.

A quantity is an exact decimal number and one of the units below; there are no prefixes and no other units. Body weight
has a dimension of its own, so mg/kg is not a pure number. pint's parser never sees what a user typed: one strict
pattern reads the text, and pint, loaded at the first conversion, converts.
"""

from __future__ import annotations

import datetime
import difflib
import re
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cec.errors import InputError

if TYPE_CHECKING:
    from pint import UnitRegistry

DIGITS = 40
"""Significant digits of every intermediate result. With at most 12 decimals in what is typed, a value that is not a tie
cannot look like one at 40 digits."""

EXACT = Context(prec=DIGITS, traps=[InvalidOperation, DivisionByZero, Overflow])

_CONVERSION = Context(prec=DIGITS + 20, traps=[InvalidOperation, DivisionByZero, Overflow])
"""pint multiplies by reciprocals: with 20 digits to spare, 420 min are 7 h and not 7.000…002 h."""

LARGEST_EXPONENT = 30
"""Powers of ten, either way, beyond which nothing is a quantity: only a damaged file has such numbers."""

_PINT_DEFINITIONS = """
gram = [drug_mass]
milligram = 0.001 gram
microgram = 0.001 milligram
drug_unit = [drug_units]
meter = [length]
centimeter = 0.01 meter
millimeter = 0.001 meter
inch = 2.54 centimeter
foot = 12 inch
body_kilogram = [body_weight]
body_gram = 0.001 body_kilogram
body_pound = 0.45359237 body_kilogram
liter = 0.001 meter ** 3
deciliter = 0.1 liter
milliliter = 0.001 liter
minute = [time]
hour = 60 minute
day = 24 hour
week = 7 day
month = [age]
year = 12 month
micromole_of_creatinine = [creatinine]
milligram_of_creatinine = 8.84 micromole_of_creatinine
tablet = [tablets]
"""


class Kind(NamedTuple):
    """A kind of quantity: what it is called, an example, and its units, each as pint knows it."""

    name: str
    example: str
    units: dict[str, str]


_DOSE_MASS = {"mcg": "microgram", "mg": "milligram", "g": "gram", "units": "drug_unit"}


def _per(unit: str, symbol: str) -> dict[str, str]:
    return {f"{mass}/{symbol}": f"{name} / {unit}" for mass, name in _DOSE_MASS.items()}


LENGTH = Kind("height", "128 cm", {"cm": "centimeter", "m": "meter", "mm": "millimeter", "in": "inch", "ft": "foot"})
WEIGHT = Kind("body weight", "26 kg", {"kg": "body_kilogram", "g": "body_gram", "lb": "body_pound"})
AREA = Kind("body surface area", "0.01 m2", {"m2": "meter ** 2"})
AMOUNT = Kind("amount of drug", "2 mg", _DOSE_MASS)
PER_AREA = Kind("dose per m2", "40 mg/m2", _per("meter ** 2", "m2"))
PER_WEIGHT = Kind("dose per kg", "0.5 mg/kg", _per("body_kilogram", "kg"))
EXPOSURE = Kind("target AUC", "AUC 5", {"AUC": "milligram * minute / milliliter"})
DURATION = Kind("duration", "2 h", {"min": "minute", "h": "hour", "days": "day", "weeks": "week"})
AGE = Kind("age", "8 years", {"years": "year", "months": "month"})
VOLUME = Kind("volume", "20 mL", {"mL": "milliliter", "L": "liter"})
CONCENTRATION = Kind("concentration", "1 mg/mL", _per("milliliter", "mL"))
FLOW = Kind("infusion rate", "50 mL/h", {"mL/h": "milliliter / hour"})
CLEARANCE = Kind("creatinine clearance", "90 mL/min", {"mL/min": "milliliter / minute"})
CREATININE = Kind(
    "serum creatinine",
    "0.5 mg/dL",
    {"mg/dL": "milligram_of_creatinine / deciliter", "micromol/L": "micromole_of_creatinine / liter"},
)
PERCENT = Kind("percentage", "5%", {"%": ""})

_SPELLINGS = {
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), "h"),
    **dict.fromkeys(("minute", "minutes", "mins"), "min"),
    **dict.fromkeys(("day", "d"), "days"),
    **dict.fromkeys(("week",), "weeks"),
    **dict.fromkeys(("year", "y"), "years"),
    **dict.fromkeys(("month", "mo"), "months"),
    **dict.fromkeys(("inch", "inches"), "in"),
    **dict.fromkeys(("foot", "feet"), "ft"),
    **dict.fromkeys(("lbs", "pounds", "pound"), "lb"),
    **dict.fromkeys(("unit",), "units"),
    **dict.fromkeys(("m²",), "m2"),
}
"""Other ways to write a unit that mean the same to every reader."""

_MEANT = {
    **dict.fromkeys(("µg", "μg", "ug", "microgram", "micrograms"), "mcg"),
    **dict.fromkeys(("iu", "u", "ie", "i.u."), "units"),
    **dict.fromkeys(("kilo", "kilos", "kgs", "kilogram", "kilograms"), "kg"),
    **dict.fromkeys(("cms", "centimeter", "centimeters", "centimetre", "centimetres"), "cm"),
    **dict.fromkeys(("meter", "metre", "meters", "metres"), "m"),
    **dict.fromkeys(("milligram", "milligrams", "mgs"), "mg"),
    **dict.fromkeys(("ml", "cc"), "mL"),
    **dict.fromkeys(("umol/l", "µmol/l", "μmol/l"), "micromol/L"),
}
"""Unsafe or unknown spellings, and what is probably meant: offered, never taken."""

_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,12})?", re.ASCII)
_MINUS = ("-", "\N{MINUS SIGN}", "\N{EN DASH}")
_QUANTITY = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?![eE][+-]?[0-9])\s*(?P<unit>[^\s0-9.,+-]\S*)?",
    re.ASCII,
)
_FEET_INCHES = re.compile(r"([0-9]+)\s*(?:ft|foot|feet)\s*([0-9]+(?:\.[0-9]+)?)\s*(?:in|inch|inches)", re.ASCII)
_AUC = re.compile(r"AUC\s*(?P<number>\S.*)", re.ASCII)


_PLURALS = {"days", "weeks", "months", "years", "units"}


class Quantity(msgspec.Struct, frozen=True):
    """An exact number with its unit.

    >>> Quantity(Decimal("0.50"), "mg/kg")
    Quantity(value=Decimal('0.5'), unit='mg/kg')
    >>> print(Quantity(Decimal(2200), "mg"))
    2,200 mg
    """

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        if not self.value.is_finite() or (self.value and abs(self.value.adjusted()) > LARGEST_EXPONENT):
            raise ValueError(f"{_cut(str(self.value))} is no number of a quantity")
        msgspec.structs.force_setattr(self, "value", plain(self.value))

    def __str__(self) -> str:
        number = write_number(self.value)
        if self.unit == "AUC":
            return f"AUC {number}"
        if self.unit == "%":
            return f"{number}%"
        unit = self.unit[:-1] if self.value == 1 and self.unit in _PLURALS else self.unit
        return f"{number} {unit}".rstrip()


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent, so that equal numbers have equal digits."""
    with localcontext(EXACT):
        value = value.normalize()
        exponent = value.as_tuple().exponent
        return value.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else value


def write_number(value: Decimal) -> str:
    """A number as it stands on a sheet: no trailing zero, a leading zero, commas from 1,000.

    >>> write_number(Decimal("1760.50"))
    '1,760.5'
    """
    return f"{plain(value):,f}"


def shorten(value: Decimal, decimals: int = 5) -> str:
    """A number cut (not rounded) after some decimals; an ellipsis says that there are more.

    >>> shorten(Decimal("0.9614803401"))
    '0.96148…'
    >>> shorten(Decimal("0.955"))
    '0.955'
    """
    whole, _, rest = write_number(value).partition(".")
    if len(rest) <= decimals:
        return f"{whole}.{rest}" if rest else whole
    return f"{whole}.{rest[:decimals]}…"


def read_number(text: str, example: str = "26.5") -> Decimal:
    """One plain decimal number from text; InputError says what is wrong with any other text.

    >>> read_number("26.5")
    Decimal('26.5')
    """
    text = text.strip()
    if fault := _number_fault(text):
        raise InputError(f"{_quoted(text)} {fault}; write it like {example}")
    return Decimal(text)


def _number_fault(text: str) -> str:
    """What is wrong with the text of a number, or nothing."""
    if _NUMBER.fullmatch(text):
        return ""
    whole, _, decimals = text.partition(".")
    reasons = (
        (not text, "is empty"),
        ("," in text, "has a comma: use a point for decimals and nothing for thousands"),
        (text.startswith(_MINUS), "is negative"),
        (any(sign.isdigit() and not sign.isascii() for sign in text), "has digits other than 0 to 9"),
        (re.fullmatch(r"[0-9.]+[eE][+-]?[0-9]+", text), "is in exponent notation"),
        (re.fullmatch(r"\.[0-9]+|[0-9]+\.", text), "needs a digit on both sides of the point"),
        (not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text), "is not a number"),
        (len(whole) > 9 or len(decimals) > 12, "has too many digits (9 before and 12 after the point are read)"),
    )
    return next((fault for wrong, fault in reasons if wrong), "has a leading zero")


def read_quantity(text: str, *kinds: Kind, bare: str = "") -> Quantity:
    """The quantity that a text states, in the unit it states; `bare` is the unit of a number without one.

    InputError names what was given and what would be right.

    >>> read_quantity("40 mg/m2", PER_AREA, PER_WEIGHT)
    Quantity(value=Decimal('40'), unit='mg/m2')
    """
    text = " ".join(text.split())
    example = kinds[0].example
    if EXPOSURE in kinds and (auc := _AUC.fullmatch(text)):
        return Quantity(read_number(auc["number"], example), "AUC")
    match = _QUANTITY.fullmatch(text)
    if not match:
        raise InputError(f"{_quoted(text)} {_quantity_fault(text)}; write it like {example}")
    if fault := _number_fault(match["number"]):
        raise InputError(f"{_quoted(text)} {fault}; write it like {example}")
    unit = match["unit"] or bare
    if not unit:
        raise InputError(f"{_quoted(text)} has no unit; write it like {example}")
    return Quantity(Decimal(match["number"]), _unit(unit, text, kinds))


def _quantity_fault(text: str) -> str:
    """Why a text is not one number and one unit."""
    number = re.match(rf"[+{''.join(_MINUS)}]?[\d.,]+(?:[eE][+-]?\d+)?", text)
    fault = _number_fault(number.group()) if number else _number_fault(text)
    return fault or "is not one number and one unit"


def _unit(unit: str, text: str, kinds: tuple[Kind, ...]) -> str:
    """The canonical symbol of a unit that one of the kinds has."""
    allowed = [symbol for kind in kinds for symbol in kind.units]
    symbol = unit if unit in allowed else _translated(unit, _SPELLINGS)
    if symbol in allowed:
        return symbol
    owner = next((kind for kind in _KINDS if symbol in kind.units), None)
    if owner:
        names = " or ".join(kind.name for kind in kinds)
        raise InputError(f"{_quoted(text)} is no {names} but {_a(owner.name)}; write it like {kinds[0].example}")
    meant = _meant(unit, allowed)
    hint = f"did you mean {meant}?" if meant else " or ".join(f"{_a(k.name)} is in {', '.join(k.units)}" for k in kinds)
    raise InputError(f"{_quoted(text)} has a unit that is not known here ({_cut(unit)}); {hint}")


def _translated(unit: str, words: dict[str, str]) -> str:
    """A unit with each side of its stroke replaced where it stands in the list."""
    return "/".join(words.get(part, part) for part in unit.split("/"))


def _meant(unit: str, allowed: list[str]) -> str:
    """The allowed unit that was probably meant, or nothing. Only its spelling may differ: never ng for mg."""
    if len(unit) > 30:
        return ""
    by_lower = {symbol.lower(): symbol for symbol in allowed}
    words = {word: meant.lower() for word, meant in (_SPELLINGS | _MEANT).items()}
    lower = _translated(_translated(unit.lower(), words), words)
    meant = by_lower.get(_MEANT.get(unit.lower(), lower).lower()) or by_lower.get(lower)
    if meant:
        return meant
    mass, stroke, _ = lower.partition("/")
    alike = [symbol for symbol in by_lower if symbol.startswith(mass + "/")] if stroke else list(by_lower)
    return by_lower[close[0]] if (close := difflib.get_close_matches(lower, alike, 1, 0.7)) else ""


def _a(name: str) -> str:
    """The name with its article."""
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


_KINDS = (
    LENGTH,
    WEIGHT,
    AMOUNT,
    PER_AREA,
    PER_WEIGHT,
    DURATION,
    AGE,
    AREA,
    VOLUME,
    CONCENTRATION,
    FLOW,
    CLEARANCE,
    CREATININE,
    PERCENT,
    EXPOSURE,
)


def read_length(text: str) -> Quantity:
    """A height in cm, from cm (also for a bare number), m, mm, in, ft, or feet and inches together.

    >>> print(read_length("4 ft 2 in"))
    127 cm
    """
    if match := _FEET_INCHES.fullmatch(text.strip()):
        inches = read_number(match[2])
        if inches >= 12:
            raise InputError(f"{_quoted(text)} has 12 inches or more beside feet; write it like 4 ft 2 in")
        with localcontext(EXACT):
            return convert(Quantity(read_number(match[1]) * 12 + inches, "in"), "cm", LENGTH)
    return convert(read_quantity(text, LENGTH, bare="cm"), "cm", LENGTH)


def read_weight(text: str) -> Quantity:
    """A body weight in kg, from kg (also for a bare number), g or lb.

    >>> print(read_weight("26000 g"))
    26 kg
    """
    return convert(read_quantity(text, WEIGHT, bare="kg"), "kg", WEIGHT)


def convert(quantity: Quantity, unit: str, kind: Kind) -> Quantity:
    """The same quantity in another unit of its kind, exactly.

    >>> print(convert(Quantity(Decimal(1), "g"), "mg", AMOUNT))
    1,000 mg
    """
    if quantity.unit == unit:
        return quantity
    if quantity.unit not in kind.units or unit not in kind.units:
        raise InputError(f"{quantity} is not a {kind.name} in {unit}")
    from pint import DimensionalityError

    with localcontext(_CONVERSION):
        try:
            converted = _registry().Quantity(quantity.value, kind.units[quantity.unit]).to(kind.units[unit])
        except DimensionalityError:
            raise InputError(f"{quantity} cannot be given in {unit}") from None
        return Quantity(converted.magnitude, unit)


@cache
def _registry() -> UnitRegistry[Any]:
    """The closed registry: only the units above, Decimal throughout."""
    from pint import UnitRegistry

    registry: UnitRegistry[Any] = UnitRegistry(None, non_int_type=Decimal)
    for line in _PINT_DEFINITIONS.strip().splitlines():
        registry.define(line)
    return registry


def _quoted(text: str) -> str:
    """What was typed, in quotes, cut where it is long."""
    return f"'{_cut(text)}'"


def _cut(text: str) -> str:
    """A text that can be shown on one line."""
    text = text if len(text) <= 60 else text[:60] + "…"
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


_TIMEDELTA = {"min": "minutes", "h": "hours", "days": "days", "weeks": "weeks"}


def span(duration: Quantity) -> datetime.timedelta:
    """A duration as a span of time, to the microsecond.

    >>> span(Quantity(Decimal("1.5"), "h"))
    datetime.timedelta(seconds=5400)
    """
    whole = int(duration.value)
    rest = int(EXACT.multiply(EXACT.subtract(duration.value, Decimal(whole)), Decimal(10**6)))
    unit = datetime.timedelta(**{_TIMEDELTA[duration.unit]: 1})
    return unit * whole + unit * rest / 10**6


def multiply(dose: Quantity, measure: Quantity) -> Quantity:
    """A dose per m2 or per kg times a measure in just that unit: what is left is the amount.

    >>> print(multiply(Quantity(Decimal(40), "mg/m2"), Quantity(Decimal("0.96"), "m2")))
    38.4 mg
    """
    amount, _, per = dose.unit.partition("/")
    if per != measure.unit:
        raise InputError(f"{dose} cannot be multiplied by {measure}")
    return Quantity(EXACT.multiply(dose.value, measure.value), amount)
