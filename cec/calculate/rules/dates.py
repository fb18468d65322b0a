"""Whether the dates of an order go together: how old the measures are, and whether a year was written for another."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from cec.calculate.rules.rule import Case, LimitQuestion, Limits, Rule, number_of
from cec.facts import FACTS, Bounds, Value
from cec.facts.derived import days_between
from cec.facts.stretches import stretch_within
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen


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
