"""A body surface area that was written elsewhere, beside the computed one: it is compared, and never dosed by."""

from __future__ import annotations

from decimal import Decimal

from cec.calculate.rules.rule import Case, LimitQuestion, Limits, Rule, number_of
from cec.facts import Bounds, Value
from cec.facts.stretches import stretch_within
from cec.units import EXACT

MAY_DIFFER_BY = Decimal("0.02")
"""m2, our own limit: another formula and another rounding come to less in most patients."""


def written_bsa_rule() -> Rule:
    """A question about a body surface area that lies further from the one that was written."""
    return Rule(
        code="bsa-differs",
        level="check",
        about="BSA",
        asks=(LimitQuestion("bsa", limits=_about_the_written, given=("written_bsa",)),),
        text=_words,
        limits=f"{MAY_DIFFER_BY} m2 from the one that was written elsewhere",
    )


def _about_the_written(written: Value | None) -> Limits:
    """The limits around a BSA that was written; without one nobody asks."""
    number = number_of("written_bsa", written)
    if number is None:
        return None
    return stretch_within(Bounds(EXACT.subtract(number, MAY_DIFFER_BY), EXACT.add(number, MAY_DIFFER_BY)))


def _words(case: Case) -> str:
    return (
        f"{case.facts['bsa']} is computed from height and weight, and {case.facts['written_bsa']} was written; doses "
        "are by the computed one; look which height and weight the other was computed from"
    )
