"""Numbers that another tool cut: a tool of binary floats keeps 15 to 17 digits of a number and writes no more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cec.units import EXACT

KEPT = 15
"""The significant digits that every such tool keeps."""


def put_back(kept: Any, exact: Any) -> Any:
    """A tree of mappings, lists, texts and numbers; each number that was cut is replaced by the exact one at its place.

    >>> put_back({"bsa": Decimal("0.9614803401237305")}, {"bsa": Decimal("0.96148034012373052984")})
    {'bsa': Decimal('0.96148034012373052984')}
    """
    if isinstance(kept, dict) and isinstance(exact, dict):
        return {key: put_back(value, exact.get(key)) for key, value in kept.items()}
    if isinstance(kept, list | tuple) and isinstance(exact, list | tuple) and len(kept) == len(exact):
        return type(kept)(put_back(*pair) for pair in zip(kept, exact, strict=True))
    if isinstance(kept, Decimal) and isinstance(exact, Decimal) and _is_cut(kept, exact):
        return exact
    return kept


def _is_cut(kept: Decimal, exact: Decimal) -> bool:
    """Whether the digits that every tool keeps are the same, and the exact number has more."""
    if kept == exact or len(exact.as_tuple().digits) <= KEPT:
        return False
    return abs(EXACT.subtract(kept, exact)) <= EXACT.scaleb(Decimal(1), exact.adjusted() + 1 - KEPT)
