"""Text to quantity: one strict pattern, one number and one unit; every refusal says what would be right."""

from __future__ import annotations

import re
from decimal import Decimal

from cec.errors import Fault, InputError
from cec.units.conversion import convert
from cec.units.kinds import AGE, EXPOSURE, EXPOSURE_IN_CHILDREN, KINDS, LENGTH, OF_ANOTHER, SHARE, WEIGHT, Kind
from cec.units.quantity import EXACT, Quantity, cut

_SPELLINGS = {
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), "h"),
    **dict.fromkeys(("minute", "minutes", "mins"), "min"),
    **dict.fromkeys(("day", "d"), "days"),
    **dict.fromkeys(("week", "wk", "wks"), "weeks"),
    **dict.fromkeys(("year", "y", "yr", "yrs"), "years"),
    **dict.fromkeys(("month", "mo", "mos"), "months"),
    **dict.fromkeys(("inch", "inches", '"', "\N{DOUBLE PRIME}", "\N{RIGHT DOUBLE QUOTATION MARK}"), "in"),
    **dict.fromkeys(("foot", "feet", "'", "\N{PRIME}", "\N{RIGHT SINGLE QUOTATION MARK}"), "ft"),
    **dict.fromkeys(("lbs", "pounds", "pound"), "lb"),
    **dict.fromkeys(("unit",), "units"),
    **dict.fromkeys(("million unit",), "million units"),
    **dict.fromkeys(("drop",), "drops"),
    **dict.fromkeys(("cell",), "cells"),
    **dict.fromkeys(("m²",), "m2"),
    **dict.fromkeys(("umol", "µmol", "μmol"), "micromol"),
    **dict.fromkeys(("uL", "µL", "μL"), "microL"),
    **dict.fromkeys(("l", "liter", "liters", "litre", "litres"), "L"),
    **dict.fromkeys(("ml",), "mL"),
    **dict.fromkeys(("dl",), "dL"),
    "1.73m2": "1.73 m2",
}
"""Other ways to write a unit that mean the same to every reader."""

_MEANT = {
    **dict.fromkeys(("µg", "μg", "ug", "microgram", "micrograms"), "mcg"),
    **dict.fromkeys(("iu", "u", "ie", "i.u."), "units"),
    **dict.fromkeys(("mu", "miu", "mio"), "million units"),
    **dict.fromkeys(("gm", "gms", "gram", "grams"), "g"),
    **dict.fromkeys(("kilo", "kilos", "kgs", "kilogram", "kilograms"), "kg"),
    **dict.fromkeys(("cms", "centimeter", "centimeters", "centimetre", "centimetres"), "cm"),
    **dict.fromkeys(("meter", "metre", "meters", "metres"), "m"),
    **dict.fromkeys(("milligram", "milligrams", "mgs"), "mg"),
    **dict.fromkeys(("cc",), "mL"),
}
"""Unsafe or unknown spellings, and what is probably meant: offered, never taken."""

_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,12})?", re.ASCII)
_MINUS = ("-", "\N{MINUS SIGN}", "\N{EN DASH}")
_QUANTITY = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?![eE][+-]?[0-9])\s*"
    r"(?P<unit>x ?10\^9/L|(?:x ?10\^[0-9]{1,2} ?(?=cells?\b)|million (?=units?\b))?[^\s0-9.,+-]\S*)?",
    re.ASCII,
)
"""A number and a unit of one word, or `x 10^6 cells` and `million units`, which are units too."""
_TWO_UNITS = re.compile(
    r"(?P<large>[0-9]+)\s*(?P<unit>[^\s0-9.,+-]+)\s*(?P<small>[0-9]+(?:\.[0-9]+)?)\s*(?P<other>[^\s0-9.,+-]+)", re.ASCII
)
_ANY_CASE = frozenset(kind.name for kind in (LENGTH, WEIGHT, AGE))
"""Kinds of which no two units differ by capital letters alone."""
_SHARE = re.compile(r"(?P<number>[0-9]\S*?)\s*% of (?P<drug>\S.*)")
_AUC = re.compile(r"AUC\s*(?P<number>\S.*?)(?P<formula>\s+by\s.*)?", re.ASCII)


def read_number(text: str, example: str = "26.5") -> Decimal:
    """One plain decimal number from text; InputError says what is wrong with any other text.

    >>> read_number("26.5")
    Decimal('26.5')
    """
    text = text.strip()
    if fault := _number_fault(text):
        raise InputError(Fault(f"{_quoted(text)} {fault}; write it like {example}", code="not-a-number"))
    return Decimal(text)


def _number_fault(text: str) -> str:
    """What is wrong with the text of a number, or nothing."""
    if _NUMBER.fullmatch(text):
        return ""
    whole, _, decimals = text.partition(".")
    reasons = (
        (not text, "is empty"),
        ("," in text, "has a comma: use a point for decimals and nothing for thousands"),
        (re.match(rf"[{''.join(_MINUS)}]\s*[0-9.]", text), "is negative"),
        (any(sign.isdigit() and not sign.isascii() for sign in text), "has digits other than 0 to 9"),
        (re.fullmatch(r"[0-9.]+[eE][+-]?[0-9]+", text), "is in exponent notation"),
        (re.fullmatch(r"\.[0-9]+|[0-9]+\.", text), "needs a digit on both sides of the point"),
        (not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text), "is not a number"),
        (len(whole) > 9, "has too many digits (9 before the point are read)"),
        (len(decimals) > 12, "has too many digits (12 after the point are read): round it"),
    )
    return next((fault for wrong, fault in reasons if wrong), "has a leading zero")


def read_quantity(text: str, *kinds: Kind, bare: str = "") -> Quantity:
    """The quantity that a text states, in the unit it states; `bare` is the unit of a number without one.

    InputError names what was given and what would be right.

    >>> from cec.units import PER_AREA, PER_WEIGHT
    >>> read_quantity("40 mg/m2", PER_AREA, PER_WEIGHT)
    Quantity(value=Decimal('40'), unit='mg/m2')
    """
    text = " ".join(text.split()).replace("/1.73 m", "/1.73m")
    example = kinds[0].example
    if EXPOSURE in kinds and (auc := _AUC.fullmatch(text)):
        unit = f"AUC{auc['formula'] or ''}"
        if not any(unit in kind.units for kind in kinds):
            known = ", ".join(each.partition(" by ")[2] for each in EXPOSURE_IN_CHILDREN.units)
            raise InputError(f"{_quoted(text)} names no formula of a dose by AUC; there is {known}, or none: Calvert")
        return Quantity(read_number(auc["number"], EXPOSURE.example), unit)
    if SHARE in kinds and (share := _SHARE.fullmatch(text)):
        return Quantity(read_number(share["number"], example), f"{OF_ANOTHER}{share['drug']}")
    match = _QUANTITY.fullmatch(text)
    if not match:
        closed_up = _closed_up(text)
        right = closed_up if closed_up != text and _QUANTITY.fullmatch(closed_up) else f"it like {example}"
        raise InputError(Fault(f"{_quoted(text)} {_quantity_fault(text)}; write {right}", code="not-a-number"))
    if fault := _number_fault(match["number"]):
        raise InputError(Fault(f"{_quoted(text)} {fault}; write it like {example}", code="not-a-number"))
    unit = match["unit"] or bare
    if unit.startswith("x"):
        unit = re.sub(r"^x ?(10\^[0-9]+) ?(?!/)", r"x \1 ", unit)
        unit = re.sub(r"^x ?10\^9/", "x 10^9/", unit)
    if not unit:
        raise InputError(Fault(f"{_quoted(text)} has no unit; write it like {example}", code="no-unit"))
    return Quantity(Decimal(match["number"]), _unit(unit, text, kinds))


def _closed_up(text: str) -> str:
    """A text without spaces around a stroke, and with x for the sign of multiplication."""
    return re.sub(r" ?/ ?", "/", text.replace("\N{MULTIPLICATION SIGN}", "x")).replace("/24 h", "/24h")


def _quantity_fault(text: str) -> str:
    """Why a text is not one number and one unit."""
    if re.match(r"[0-9]+(?: |['\N{RIGHT SINGLE QUOTATION MARK}])[0-9]", text):
        return "has a number in several parts: write it without spaces and marks"
    number = re.match(rf"[+{''.join(_MINUS)}]?[\d.,]+(?:[eE][+-]?\d+)?", text)
    fault = _number_fault(number.group()) if number else _number_fault(text)
    return fault or "is not one number and one unit"


def _unit(unit: str, text: str, kinds: tuple[Kind, ...]) -> str:
    """The canonical symbol of a unit that one of the kinds has."""
    letters = unit.lower() if all(kind.name in _ANY_CASE for kind in kinds) else unit
    for symbol in (letters, _translated(letters, _SPELLINGS)):
        if any(symbol in kind.units for kind in kinds):
            return symbol
    allowed = [each for kind in kinds for each in kind.units]
    if symbol.partition("/")[0] == "L" and "mL/m2" in allowed:
        raise InputError(
            f"{_quoted(text)} is in litres; a dose of a fluid is in mL: write it like 1000 mL or 1000 mL/m2"
        )
    owner = next((kind for kind in KINDS if symbol in kind.units), None)
    if owner:
        names = " or ".join(kind.name for kind in kinds)
        reason = f"is not {_a(names)} but {_a(owner.name)}; write it like {kinds[0].example}"
        raise InputError(Fault(f"{_quoted(text)} {reason}", code="other-kind-of-unit"))
    meant = _meant(unit, allowed)
    hint = f"did you mean {meant}?" if meant else " or ".join(map(_units_of, kinds[:_MOST_KINDS]))
    if unit.partition("/")[0].lower() == "meq" and "mmol" in allowed:
        hint = "write mmol: 1 mmol of potassium or sodium is 1 mEq, 1 mmol of magnesium or calcium is 2 mEq"
    raise InputError(
        Fault(f"{_quoted(text)} has a unit that is not known here ({cut(unit)}); {hint}", code="unknown-unit")
    )


_MOST_KINDS, _MOST_UNITS = 3, 6
"""Of kinds, and of units of a kind, which a message names."""


def _units_of(kind: Kind) -> str:
    """The units of a kind, in words."""
    units = list(kind.units)
    others = " and others" if len(units) > _MOST_UNITS else ""
    return f"{_a(kind.name)} is in {', '.join(units[:_MOST_UNITS])}{others}"


def _translated(unit: str, words: dict[str, str]) -> str:
    """A unit with each side of its stroke replaced where it stands in the list."""
    return "/".join(words.get(part, part) for part in unit.split("/"))


def _meant(unit: str, allowed: list[str]) -> str:
    """The allowed unit that was probably meant, or nothing. Only its spelling may differ: never ng for mg."""
    by_lower = {symbol.lower(): symbol for symbol in allowed}
    words = {word: meant.lower() for word, meant in (_SPELLINGS | _MEANT).items()}
    lower = re.sub(r"^x ?(10\^[0-9]+)(?=/|$)", r"x \1 cells", _translated(_translated(unit.lower(), words), words))
    meant = by_lower.get(_MEANT.get(unit.lower(), lower).lower()) or by_lower.get(lower)
    if meant:
        return meant
    from difflib import get_close_matches

    mass, stroke, below = lower.partition("/")
    if "/" in below and lower.rpartition("/")[0] in by_lower:
        return ""  # mg/m2 and something more: no time is guessed
    alike = [symbol for symbol in by_lower if symbol.startswith(mass + "/")] if stroke else list(by_lower)
    near = get_close_matches(lower, alike, 1, 0.7)
    return by_lower[near[0]] if near and not near[0].endswith(lower) else ""  # mol is never meant to be mmol


def _a(name: str) -> str:
    """The name with its article."""
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def read_length(text: str) -> Quantity:
    """A height in cm, from cm (also for a bare number), m, mm, in, ft, or feet and inches together.

    >>> print(read_length("4 ft 2 in"), read_length("4'2\\""))
    127 cm 127 cm
    """
    inches = in_two_units(text, "ft", "in", 12, "4 ft 2 in")
    return convert(inches or read_quantity(text, LENGTH, bare="cm"), "cm", LENGTH)


def read_weight(text: str) -> Quantity:
    """A body weight in kg, from kg (also for a bare number), g, lb, or pounds and ounces together.

    >>> print(read_weight("26000 g"), read_weight("57 lb 4 oz"))
    26 kg 25.9681631825 kg
    """
    ounces = in_two_units(text, "lb", "oz", 16, "57 lb 4 oz")
    pounds = ounces and Quantity(EXACT.multiply(ounces.value, Decimal("0.0625")), "lb")
    return convert(pounds or read_quantity(text, WEIGHT, bare="kg"), "kg", WEIGHT)


def in_two_units(text: str, large: str, small: str, number: int, example: str) -> Quantity | None:
    """What a text tells in a unit and a smaller one of which so many make the larger; None where it has another form.

    >>> in_two_units("6 years 4 months", "years", "months", 12, "6 years 4 months")
    Quantity(value=Decimal('76'), unit='months')
    """
    match = _TWO_UNITS.fullmatch(text.strip())
    if not match or [_small_word(match["unit"]), _small_word(match["other"])] != [large, small]:
        return None
    rest = read_number(match["small"], example)
    if rest >= number:
        raise InputError(f"{_quoted(text)} has {number} {small} or more beside {large}; write it like {example}")
    return Quantity(EXACT.fma(read_number(match["large"], example), Decimal(number), rest), small)


def _small_word(word: str) -> str:
    """A unit as this room knows it, however it is spelt; ounces, and m for months, stand only beside larger ones."""
    lower = word.lower()
    return _BESIDE_OTHERS.get(lower) or _SPELLINGS.get(lower, lower)


_BESIDE_OTHERS = {**dict.fromkeys(("oz", "ounce", "ounces"), "oz"), "m": "months", "''": "in"}


def is_unit(word: str) -> bool:
    """Whether a word is a unit, however it is spelt.

    >>> is_unit("kg"), is_unit("KG"), is_unit("pounds"), is_unit("µg"), is_unit("cec-induction")
    (True, True, True, True, False)
    """
    symbol, lower = _translated(word, _SPELLINGS), word.lower()
    symbols = {unit for kind in KINDS for unit in kind.units}
    return symbol in symbols or lower in _MEANT or lower in {unit.lower() for unit in symbols}


def _quoted(text: str) -> str:
    """What was typed, in quotes, cut where it is long."""
    return f"'{cut(text)}'"
