"""Texts of quantities as files have them, and of differences, durations and ranges as they stand on a sheet."""

from __future__ import annotations

from decimal import Decimal

from cec.units.quantity import Quantity, write_number


def write_quantity(quantity: Quantity) -> str:
    """A quantity as a file has it, without commas.

    >>> write_quantity(Quantity(Decimal(1760), "mg")), write_quantity(Quantity(Decimal(7), "AUC by newell-1993"))
    ('1760 mg', 'AUC 7 by newell-1993')
    """
    if quantity.unit.startswith("AUC"):
        return f"AUC {quantity.value:f}{quantity.unit.removeprefix('AUC')}"
    space = "" if quantity.unit.startswith("%") else " "
    return f"{quantity.value:f}{space}{quantity.unit}".rstrip()


def write_signed(value: Decimal) -> str:
    """A difference with its sign; zero has none.

    >>> write_signed(Decimal("1.330")), write_signed(Decimal("-2.5")), write_signed(Decimal("-0.00"))
    ('+1.33', '-2.5', '0')
    """
    return ("+" if value > 0 else "") + write_number(value)


def write_duration(least: Quantity | None, most: Quantity | None) -> str:
    """How long something runs, from the least to the most; nothing where that is not said.

    >>> write_duration(Quantity(Decimal(30), "min"), Quantity(Decimal(60), "min"))
    '30 to 60 min'
    >>> write_duration(Quantity(Decimal(30), "min"), Quantity(Decimal(1), "h")), write_duration(None, None)
    ('30 min to 1 h', '')
    """
    if least is None or most is None:
        return str(most or "")
    return write_range(least, most) if least.unit == most.unit else f"{least} to {most}"


def write_range(low: Quantity | None, high: Quantity | None) -> str:
    """What lies between two bounds of one unit, in words; nothing where there is no bound.

    >>> write_range(Quantity(Decimal("0.15"), "mg/mL"), Quantity(Decimal("0.4"), "mg/mL"))
    '0.15 to 0.4 mg/mL'
    >>> write_range(Quantity(Decimal(75), "mL"), None), write_range(None, Quantity(Decimal(200), "mL"))
    ('at least 75 mL', 'at most 200 mL')
    """
    if low and high and low.unit.startswith("AUC"):
        return f"{low} to {high}"
    if low and high:
        return f"{write_number(low.value)} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else ""
