"""Methotrexate by mouth is mostly a dose of one day in a week; given daily by mistake, it has killed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from cec.calculate.rules.rule import Rule, code_of_drug
from cec.days import numbers_of
from cec.pharmacy import Pharmacy
from cec.regimen import DrugLine, Regimen
from cec.routes import is_methotrexate, routes_of
from cec.units import span

WEEK = 7
_SOURCE = "ISMP 3-Apr-2002; IMSN, Global Targeted Medication Safety Best Practice 1"


def weekly_rules(regimen: Regimen, _pharmacy: Pharmacy) -> Iterator[Rule]:
    """A check for each line that gives methotrexate by mouth more often than once a week."""
    for number, line in enumerate(regimen.drugs, 1):
        if is_methotrexate(line.drug) and "oral" in routes_of(line.route) and _is_within_a_week(line):
            yield Rule(
                code=code_of_drug("not-weekly", line.drug),
                level="check",
                about=line.drug,
                asks=(),
                text="by mouth more often than once a week: daily instead of weekly methotrexate has killed; "
                "look at the days again, in the source",
                source=_SOURCE,
                limits="once a week",
                line=number,
            )


def _is_within_a_week(line: DrugLine) -> bool:
    """Whether a line gives doses on two days that are less than a week apart."""
    days = numbers_of(line.days, 2 * WEEK)
    is_soon_again = line.repeat is not None and span(line.repeat).days < WEEK
    is_close = is_soon_again or any(later - day < WEEK for day, later in pairwise(days))
    return is_close and len(line.weekdays) != 1
