"""Numbers and quantities from their text, one number and one unit; every refusal says what would be right."""

from __future__ import annotations

import re
from decimal import Decimal

from cec.errors import Fault, InputError
from cec.units.kinds import AGE, EXPOSURE, EXPOSURE_IN_CHILDREN, KINDS, LENGTH, OF_ANOTHER, SHARE, WEIGHT, Kind
from cec.units.quantity import Quantity, cut
from cec.units.spellings import probable_unit, spelled_out

_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,12})?", re.ASCII)
_MINUS = ("-", "\N{MINUS SIGN}", "\N{EN DASH}")
_QUANTITY = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?![eE][+-]?[0-9])\s*"
    r"(?P<unit>x ?10\^9/L|(?:x ?10\^[0-9]{1,2} ?(?=cells?\b)|million (?=units?\b))?[^\s0-9.,+-]\S*)?",
    re.ASCII,
)
"""A number and a unit of one word, or `x 10^6 cells` and `million units`, which are units too."""
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
    for symbol in (letters, spelled_out(letters)):
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
    probable = probable_unit(unit, allowed)
    hint = f"did you mean {probable}?" if probable else " or ".join(map(_units_of, kinds[:_MOST_KINDS]))
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


def _a(name: str) -> str:
    """The name with its article."""
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _quoted(text: str) -> str:
    """What was typed, in quotes, cut where it is long."""
    return f"'{cut(text)}'"
