"""How long an infusion runs, or how fast, from its text."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from cec.errors import InputError
from cec.facts.reading import positive
from cec.load.shapes import text, texts_like
from cec.load.writing import write_text
from cec.regimen import Rate
from cec.units import DURATION, RATES, Quantity, dose_unit, in_two_units, span


class Over(Struct, frozen=True):
    """How long an infusion runs: the longest and, where a range is said, the shortest."""

    most: Quantity
    least: Quantity | None = None


def with_both_ends(values: dict[str, Any]) -> dict[str, Any]:
    """What a file says by its keys, `over` as the two fields that records have of it."""
    over = values.get("over")
    return values | ({"over": over.most, "over_least": over.least} if over else {})


def with_one_over(stated: dict[str, Any]) -> dict[str, Any]:
    """What a record holds by its fields, the two of how long an infusion runs as the one key of its file."""
    least = stated.pop("over_least", None)
    return stated | ({"over": Over(stated["over"], least)} if "over" in stated else {})


def read_over(value: str) -> Over:
    """How long an infusion runs.

    >>> write_over(read_over("30 to 60 min")), write_over(read_over("1 h 30 min"))
    ('30 min to 60 min', '90 min')
    """
    low, to, high = value.strip().partition(" to ")
    read = positive(DURATION)
    if not to:
        return Over(in_two_units(value, "h", "min", 60, "1 h 30 min") or read(value))
    most = read(high)
    least = read(low if re.search(r"[a-z]", low) else f"{low} {most.unit}")
    if span(least) >= span(most):
        raise InputError(f"'{value}' does not rise; write it like 30 to 60 min")
    return Over(most, least)


def write_over(over: Over) -> str:
    """The text of how long an infusion runs."""
    return " to ".join(map(write_text, filter(None, (over.least, over.most))))


_RATE = (
    r"(?P<first>[0-9].*?)(?:\s+for\s+(?P<first_for>.+?))?"
    r"(?:\s+rising\s+by\s+(?P<rise>.+?)\s+every\s+(?P<every>.+?)(?:\s+to\s+(?P<most>.+))?)?"
)


def read_rate(value: str) -> Rate:
    """How fast an infusion runs.

    >>> str(read_rate("50 mg/h rising by 50 mg/h every 30 min to 400 mg/h"))
    '50 mg/h rising by 50 mg/h every 30 min to 400 mg/h'
    """
    right = "write it like 10 mg/m2/min, or 50 mg/h rising by 50 mg/h every 30 min to 400 mg/h"
    match = re.fullmatch(_RATE, value.strip())
    if not match or "rising" in match["first"] or (match["first_for"] and not match["rise"]):
        raise InputError(f"'{value}' is not a rate; {right}")
    rates = {name: positive(*RATES)(match[name]) for name in ("first", "rise", "most") if match[name]}
    times = {name: positive(DURATION)(match[name]) for name in ("first_for", "every") if match[name]}
    if len({dose_unit(rate.unit).without_time for rate in rates.values()}) > 1:
        raise InputError(f"'{value}' has rates of several kinds; {right}")
    if "most" in rates and rates["most"].unit == rates["first"].unit and rates["most"].value <= rates["first"].value:
        raise InputError(f"'{value}' does not rise; {right}")
    return Rate(**rates, **times)


def write_rate(rate: Rate) -> str:
    """The text of how fast an infusion runs."""
    return str(rate).replace(",", "")


OVER = text(read_over, texts_like("2 h", "30 to 60 min"), write_over)
RATE = text(read_rate, texts_like("10 mg/m2/min", "50 mg/h rising by 50 mg/h every 30 min to 400 mg/h"), write_rate)
