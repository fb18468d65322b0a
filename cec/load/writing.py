"""Values -> the texts that a file has for them: what the readers of `texts` read back as the same values."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from cec.facts import Fact
from cec.units import Kind, Quantity, convert, write_quantity


class NotWritableError(Exception):
    """No file says this value."""


def write_text(value: Any) -> str:
    """The text of a word, a count, a date, a quantity, true or false.

    >>> write_text(True), write_text(Quantity(Decimal(1760), "mg")), write_text(Quantity(Decimal(5), "AUC"))
    ('true', '1760 mg', 'AUC 5')
    """
    match value:
        case bool():
            return "true" if value else "false"
        case Quantity():
            return write_quantity(value)
        case datetime.date():
            return value.isoformat()
        case str() | int():
            return str(value)
    raise NotWritableError


def write_percent(value: Decimal) -> str:
    """The text of a percentage."""
    return f"{value:f}%"


def write_list(values: Iterable[Any]) -> str:
    """The text of days or clock times.

    >>> write_list((1, 2, 8))
    '1, 2, 8'
    """
    return ", ".join(map(write_text, values))


def write_size(size: Quantity, kind: Kind) -> str:
    """The text of a height or weight, in the first unit in which it has no more decimals than are read.

    >>> from cec.units import WEIGHT, read_weight
    >>> write_size(read_weight("57.12345678 lb"), WEIGHT)
    '57.12345678 lb'
    """
    for unit in (size.unit, *kind.units):
        written = convert(size, unit, kind)
        exponent = written.value.as_tuple().exponent
        if isinstance(exponent, int) and exponent >= -MOST_DECIMALS and convert(written, size.unit, kind) == size:
            return write_text(written)
    return write_text(size)


MOST_DECIMALS = 12
"""The decimals of a number that is read from a text."""


def write_fact(value: Any, fact: Fact) -> str:
    """The text of what is told of a fact, or of a bound of it, in a unit in which it can be read."""
    return write_size(value, fact.kinds[0]) if fact.is_kept_in_unit else write_text(value)
