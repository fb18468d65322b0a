"""What somebody wrote for one drug, and what the last digit of a written number is worth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from cec.units import Quantity


class Written(NamedTuple):
    """The amount of one administration as it was written, and how it is to be given."""

    drug: str
    amount: Quantity
    step: Decimal | None = None
    """What the last written digit is worth, in the unit of the amount; None where only the number is known."""
    beside: Mapping[str, Any] = MappingProxyType({})
    """What was written of times a day, days, route and duration, by the words of `administration.PARTICULARS`."""
    row: int | None = None
    """The line of the table in which it stands, where a row is one drug."""

    @property
    def last_digit(self) -> Decimal:
        """What the last written digit is worth, in the unit of the amount."""
        return last_digit(f"{self.amount.value:f}") if self.step is None else self.step


def last_digit(text: str) -> Decimal:
    """What the last digit of a written number is worth.

    >>> last_digit("38.40 mg"), last_digit("96 mg")
    (Decimal('0.01'), Decimal('1'))
    """
    decimals = re.search(r"\.([0-9]+)", text)
    return Decimal(1).scaleb(-len(decimals[1])) if decimals else Decimal(1)
