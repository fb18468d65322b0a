"""Whether what was told goes with what was told before or elsewhere: the last weight, a body surface area that was
written, the days of the measures and of the previous cycle.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from msgspec.structs import replace

from cec.calculate.rounding import deviation_percent, to_nearest
from cec.calculate.rules.rule import Case, LimitQuestion, Limits, Rule, number_of
from cec.calculate.rules.slips import change_slips
from cec.facts import FACTS, Bounds, Value
from cec.facts.derived import days_between
from cec.facts.stretches import stretch_within
from cec.pharmacy import Pharmacy
from cec.regimen import Level, Regimen
from cec.units import EXACT, Quantity, write_signed

MAY_DIFFER_BY = Decimal("0.02")
"""m2, our own limit: another formula and another rounding come to less in most patients."""


def weight_change_rule(level: Level, percent: int) -> Rule:
    """A question about a weight that is more than so many percent from the last one."""
    return Rule(
        code="weight-change",
        level=level,
        about="weight",
        asks=(LimitQuestion("weight_change", stretch_within(Bounds(None, Decimal(percent)))),),
        text=partial(_weight_change_words, f"more than {percent}%", f"more than {percent}%"),
        hints=change_slips,
    )


def another_weight_rule() -> Rule:
    """A stop at a weight below half of the last one or above twice that, which is hardly of one patient."""
    return replace(
        weight_change_rule("stop", 50),
        asks=(LimitQuestion("weight", limits=_half_to_twice, given=("previous_weight",)),),
        text=partial(_weight_change_words, "less than half of that", "more than twice that"),
        limits="from half to twice the last weight",
    )


def _half_to_twice(previous_weight: Quantity | None) -> Limits:
    """The weights in kg from half of the last one to twice that; without one nobody asks."""
    if previous_weight is None:
        return None
    before = previous_weight.value
    return stretch_within(Bounds(EXACT.divide(before, Decimal(2)), EXACT.multiply(before, Decimal(2))))


def _weight_change_words(below: str, above: str, case: Case) -> str:
    now, before = case.patient.weight, case.patient.previous_weight or case.patient.weight
    change = write_signed(to_nearest(deviation_percent(now.value, before.value), Decimal("0.1")))
    beyond = above if now.value > before.value else below
    return f"{now} is {change}% from the last {before}, {beyond}; weigh again or confirm"


def written_bsa_rule() -> Rule:
    """A question about a body surface area that lies further from the one that was written."""
    return Rule(
        code="bsa-differs",
        level="check",
        about="BSA",
        asks=(LimitQuestion("bsa", limits=_about_the_written, given=("written_bsa",)),),
        text=_bsa_words,
        limits=f"{MAY_DIFFER_BY} m2 from the one that was written elsewhere",
    )


def _about_the_written(written: Value | None) -> Limits:
    """The limits around a BSA that was written; without one nobody asks."""
    number = number_of("written_bsa", written)
    if number is None:
        return None
    return stretch_within(Bounds(EXACT.subtract(number, MAY_DIFFER_BY), EXACT.add(number, MAY_DIFFER_BY)))


def _bsa_words(case: Case) -> str:
    return (
        f"{case.facts['bsa']} is computed from height and weight, and {case.facts['written_bsa']} was written; doses "
        "are by the computed one; look which height and weight the other was computed from"
    )


def date_rules(_regimen: Regimen, pharmacy: Pharmacy) -> Iterator[Rule]:
    """Checks of measures older at the start than the pharmacy allows or than a year, and of a start far from all else.

    Dates that contradict each other are refused: see `draft_order`.
    """
    yield Rule(
        code="old-measures",
        level="check",
        about="measures",
        asks=(LimitQuestion("days_since_measured", limits=partial(_from_start, _oldest(pharmacy)), given=("start",)),),
        text=_old_measures,
        limits="the pharmacy's measures_valid_for, and at most 365 days",
        hints=_year_of_measures,
        not_checked="old-measures",
    )
    yield Rule(
        code="far-start",
        level="check",
        about="start",
        asks=(LimitQuestion("days_since_day_1", limits=_unless_measured_lately, given=("days_since_measured",)),),
        text=_far_start,
        limits="at most 365 days after the previous day 1, or after the day of the measures where that is told",
        hints=_year_of_previous_day_1,
    )


def _oldest(pharmacy: Pharmacy) -> Bounds:
    """How old measures may be at the start, in days: as the pharmacy allows, and no more than is plausible."""
    allowed, plausible = FACTS["days_since_measured"].in_unit(pharmacy.measures_valid_for).value, _year("measured")
    return Bounds(None, min(allowed, plausible.high or allowed))


def _year(since: str) -> Bounds:
    return FACTS[f"days_since_{since}"].plausible or Bounds()


def _from_start(bounds: Bounds, start: Value | None) -> Limits:
    """The limits once a start is told; before it nobody asks."""
    return stretch_within(bounds) if start else None


def _unless_measured_lately(days_since_measured: Value | None) -> Limits:
    """The limits of the interval, where the measures are as far from the start or nobody told when they were taken."""
    days = number_of("days_since_measured", days_since_measured)
    return None if days is not None and _year("measured").hold(days) else stretch_within(_year("day_1"))


def _old_measures(case: Case) -> str:
    days, allowed = case.facts["days_since_measured"], case.pharmacy.measures_valid_for
    measured_on, start = case.patient.measured_on, case.facts["start"]
    at_start = days_between(measured_on, start) if measured_on and isinstance(start, datetime.date) else days
    day = "the start" if days == at_start else "the first day that is dosed by them"
    return f"height and weight were measured {days} before {day}; the pharmacy allows {allowed}; measure again"


def _far_start(case: Case) -> str:
    start, days = case.facts["start"], case.facts["days_since_day_1"]
    others = " and far from the day of the measures" if case.patient.measured_on else ""
    return f"the start on {start} is {days} after day 1 of the previous cycle{others}; look at the year"


def _year_of_measures(case: Case) -> tuple[str, ...]:
    return _other_year(case.patient.measured_on, case.facts["start"], _oldest(case.pharmacy))


def _year_of_previous_day_1(case: Case) -> tuple[str, ...]:
    return _other_year(case.patient.previous_day_1, case.facts["start"], _year("day_1"))


def _other_year(day: datetime.date | None, start: Value | None, usual: Bounds) -> tuple[str, ...]:
    """The same day of a later year that lies at or before the start, where it would raise no question.

    >>> _other_year(datetime.date(2025, 11, 28), datetime.date(2026, 11, 30), Bounds(None, Decimal(7)))
    ('2026-11-28 would be 2 days before the start',)
    """
    if not day or not isinstance(start, datetime.date):
        return ()
    years = (year for year in (start.year, start.year - 1) if year > day.year and (day.month, day.day) != (2, 29))
    others = ((other, (start - other).days) for other in (day.replace(year=year) for year in years))
    return tuple(
        f"{other} would be {days} day{'' if days == 1 else 's'} before the start"
        for other, days in others
        if days >= 0 and usual.hold(Decimal(days))
    )[:1]
