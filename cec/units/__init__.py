"""Quantities: read text, convert, write text. The only room that knows pint.

A quantity is an exact decimal number and one of the units of `kinds`; there are no prefixes and no other units.
"""

from cec.units.conversion import convert
from cec.units.dose_units import DOSES, TOTALS, DoseUnit, Measure, amount_in, dose_unit, same_amount_per
from cec.units.kinds import (
    AGE,
    AMOUNT,
    AREA,
    BODY_MASS_INDEX,
    CLEARANCE,
    CONCENTRATION,
    CREATININE,
    DURATION,
    EXPOSURE,
    FLOW,
    LENGTH,
    PER_AREA,
    PER_WEIGHT,
    PERCENT,
    VOLUME,
    WEIGHT,
    Kind,
)
from cec.units.quantity import DIGITS, EXACT, Quantity, context_of, multiply, plain, shorten, span, write_number
from cec.units.reading import read_length, read_number, read_quantity, read_weight
from cec.units.writing import write_range, write_signed

__all__ = [
    "AGE",
    "AMOUNT",
    "AREA",
    "BODY_MASS_INDEX",
    "CLEARANCE",
    "CONCENTRATION",
    "CREATININE",
    "DIGITS",
    "DOSES",
    "DURATION",
    "EXACT",
    "EXPOSURE",
    "FLOW",
    "LENGTH",
    "PERCENT",
    "PER_AREA",
    "PER_WEIGHT",
    "TOTALS",
    "VOLUME",
    "WEIGHT",
    "DoseUnit",
    "Kind",
    "Measure",
    "Quantity",
    "amount_in",
    "context_of",
    "convert",
    "dose_unit",
    "multiply",
    "plain",
    "read_length",
    "read_number",
    "read_quantity",
    "read_weight",
    "same_amount_per",
    "shorten",
    "span",
    "write_number",
    "write_range",
    "write_signed",
]
