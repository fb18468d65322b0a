"""Quantities of a Bundle: UCUM to cec's units, numbers as they stand there."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from cec.errors import InputError
from cec.fhir.elements import Element
from cec.fhir.ucum import UCUM, ucum_of, units_of_code
from cec.units import Kind, Quantity, read_quantity
from cec.units.kinds import KINDS


class ReadQuantity(NamedTuple):
    """A quantity in one of cec's units, and what the last digit of its number is worth."""

    quantity: Quantity
    step: Decimal
    code: str

    @property
    def text(self) -> str:
        """As a file has it."""
        return f"{self.quantity.value:f} {self.quantity.unit}".rstrip()


def read_of_kinds(element: Element, *kinds: Kind) -> ReadQuantity | None:
    """The quantity that stands in an element, in a unit of one of these kinds; None, and a fault, where it is no such.

    The code is the unit. Where a unit is written beside it that is another one, neither is taken.
    """
    number = read_decimal(element.get("value"))
    if number is None:
        return None
    if comparator := element.get("comparator").text:
        element.fault(f"says {comparator} {number:f}, which is not one number", "not-a-number")
        return None
    unit = _unit(element, kinds)
    if not unit:
        return None
    try:
        quantity = Quantity(number, unit)
    except ValueError as error:
        element.fault(str(error))
        return None
    return ReadQuantity(quantity, last_digit(number), element.get("code").text)


def has_unit_of(element: Element, *kinds: Kind) -> bool:
    """Whether the unit of a quantity is one of these kinds; nothing is noted."""
    code, unit = element.get("code").text, element.get("unit").text
    if code and element.get("system").text == UCUM:
        return any(each in kind.units for each in _units_of(code, unit) for kind in kinds)
    return bool(_spelled(unit, kinds))


def is_other_unit(element: Element, *kinds: Kind) -> bool:
    """Whether the unit of a quantity is one that is known, and of none of these kinds."""
    return not has_unit_of(element, *kinds) and has_unit_of(element, *KINDS)


def read_decimal(element: Element) -> Decimal | None:
    """The number that stands here, whatever its notation; None, and a fault, where none does.

    An exponent or the long tail of a double is a notation: the number is what it says, digit by digit.
    """
    if element.node.json != "a number":
        element.fault("is missing: a number" if not element else "is not a number", "not-a-number")
        return None
    try:
        number = Decimal(element.text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        element.fault("is not a number that a quantity has", "not-a-number")
        return None
    return number


def last_digit(number: Decimal) -> Decimal:
    """What the last digit of a number is worth, 1 where it has no decimals.

    >>> last_digit(Decimal("38.40")), last_digit(Decimal("3.84E+1")), last_digit(Decimal("9.6E+2"))
    (Decimal('0.01'), Decimal('0.1'), Decimal('1'))
    """
    return Decimal(1).scaleb(min(0, int(number.as_tuple().exponent)))


def _unit(element: Element, kinds: tuple[Kind, ...]) -> str:
    """The unit of a quantity, as cec writes it; nothing, and a fault, where it cannot be told."""
    code, system, written = (element.get(name).text for name in ("code", "system", "unit"))
    if not code:
        spelled = _spelled(written, kinds)
        if not spelled:
            element.fault(f"has no code, and its unit '{written}' is not one of {_usual(kinds)}", "unknown-unit")
        return spelled
    if system != UCUM:
        element.fault(
            f"has the code '{code}' of {system or 'no system'}; units are read as UCUM ({UCUM})", "unknown-unit"
        )
        return ""
    units = [unit for unit in _units_of(code, written) if any(unit in kind.units for kind in kinds)]
    if not units:
        why = "is another kind of unit" if units_of_code(code) else "is not a UCUM code that is read"
        fault_code = "other-kind-of-unit" if units_of_code(code) else "unknown-unit"
        element.fault(f"'{code}' {why}; {kinds[0].name} is in {_usual(kinds)}", fault_code)
        return ""
    spelled = _spelled(written, KINDS)
    if spelled and spelled not in units_of_code(code):
        element.fault(
            f"says '{written}' in words and '{code}' as its code: which one is meant is not guessed", "told-twice"
        )
        return ""
    return units[0]


def _units_of(code: str, written: str) -> tuple[str, ...]:
    """The units of a code; where one goes on with a name (of a drug, of a formula), it is the words beside the code."""
    try:
        return (written,) if written and ucum_of(written) == code else units_of_code(code)
    except InputError:
        return units_of_code(code)


def _spelled(written: str, kinds: tuple[Kind, ...]) -> str:
    """The unit that words are, as cec writes it; nothing where they are none."""
    try:
        return read_quantity(f"1 {written}", *kinds).unit if written else ""
    except InputError:
        return ""


def _usual(kinds: tuple[Kind, ...]) -> str:
    """The UCUM codes of a few units of a kind, in words."""
    return ", ".join(dict.fromkeys(ucum_of(unit) for unit in [*kinds[0].units][:3]))
