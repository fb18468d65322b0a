"""What a dose is per, split from its unit once: the amount that comes of it, and the measure that multiplies it."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

from cec.errors import InputError
from cec.units.kinds import AMOUNT, EXPOSURE, PER_AREA, PER_WEIGHT, Kind

Measure = Literal["bsa", "weight", "creatinine_clearance", "nothing"]
"""What a dose is multiplied by."""


class DoseKind(NamedTuple):
    """One way to write a dose: its units, what stands below their stroke, and the measure that multiplies them."""

    kind: Kind
    per: str
    measure: Measure
    amount: str = ""
    """The unit of the amount, where that is not what stands above the stroke."""


DOSE_KINDS = (
    DoseKind(PER_AREA, "m2", "bsa"),
    DoseKind(PER_WEIGHT, "kg", "weight"),
    DoseKind(AMOUNT, "", "nothing"),
    DoseKind(EXPOSURE, "", "creatinine_clearance", "mg"),
)
"""Every way to write a dose. What multiplies a dose is read from this table, and nowhere else from its unit."""

DOSES = tuple(each.kind for each in DOSE_KINDS)
"""The kinds of a dose."""

TOTALS = (AMOUNT, PER_AREA, PER_WEIGHT)
"""The kinds in which doses are added up over a patient's life."""


class DoseUnit(NamedTuple):
    """What the unit of a dose says: the unit of the amount, what it is per, and what multiplies it."""

    amount: str
    per: str
    measure: Measure


@cache
def dose_unit(unit: str) -> DoseUnit:
    """What the unit of a dose says; InputError where no dose has it.

    >>> dose_unit("mg/m2"), dose_unit("units").measure, dose_unit("AUC").amount
    (DoseUnit(amount='mg', per='m2', measure='bsa'), 'nothing', 'mg')
    """
    for each in DOSE_KINDS:
        if unit in each.kind.units:
            return DoseUnit(each.amount or unit.partition("/")[0], each.per, each.measure)
    raise InputError(f"'{unit}' is not the unit of a dose")


def same_amount_per(unit: str, per: str) -> str:
    """The unit of the same amount per something else.

    >>> same_amount_per("mg/m2", "kg")
    'mg/kg'
    """
    return f"{dose_unit(unit).amount}/{per}"


def amount_in(concentration: str) -> str:
    """The unit of the amount in a concentration.

    >>> amount_in("mg/mL")
    'mg'
    """
    return concentration.partition("/")[0]
