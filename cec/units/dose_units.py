"""What a dose is per, split from its unit once: the amount that comes of it, and the measure that multiplies it."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

from msgspec import Struct

from cec.errors import InputError
from cec.units.kinds import (
    AMOUNT,
    AMOUNTS,
    EXPOSURE,
    EXPOSURE_IN_CHILDREN,
    OF_ANOTHER,
    PER_AREA,
    PER_WEIGHT,
    RATE,
    RATE_PER_AREA,
    RATE_PER_WEIGHT,
    SHARE,
    Kind,
)

Measure = Literal["bsa", "weight", "creatinine_clearance", "clearance and weight", "another dose", "nothing"]
"""What a dose is multiplied by."""


class DoseKind(Struct, frozen=True):
    """One way to write a dose: its units, what stands below their stroke, and the measure that multiplies them."""

    kind: Kind
    per: str
    measure: Measure
    amount: str = ""
    """The unit of the amount, where that is not what stands above the stroke."""
    is_rate: bool = False
    """Whether it is per a time too, which stands last."""


DOSE_KINDS = (
    DoseKind(PER_AREA, "m2", "bsa"),
    DoseKind(PER_WEIGHT, "kg", "weight"),
    DoseKind(AMOUNT, "", "nothing"),
    DoseKind(EXPOSURE, "", "creatinine_clearance", "mg"),
    DoseKind(EXPOSURE_IN_CHILDREN, "", "clearance and weight", "mg"),
    DoseKind(SHARE, "", "another dose"),
    DoseKind(RATE_PER_AREA, "m2", "bsa", is_rate=True),
    DoseKind(RATE_PER_WEIGHT, "kg", "weight", is_rate=True),
    DoseKind(RATE, "", "nothing", is_rate=True),
)
"""Every way to write a dose. What multiplies a dose is read from this table, and nowhere else from its unit."""

DOSES = tuple(each.kind for each in DOSE_KINDS)
"""The kinds of a dose."""

RATES = tuple(each.kind for each in DOSE_KINDS if each.is_rate)
"""The kinds of a rate."""

TOTALS = (AMOUNT, PER_AREA, PER_WEIGHT)
"""The kinds in which doses are added up over a patient's life."""


class DoseUnit(NamedTuple):
    """What the unit of a dose says: the unit of the amount, what it is per, what multiplies it, and per what time."""

    amount: str
    per: str
    measure: Measure
    time: str = ""
    """Of a rate: h, 24h, min."""

    @property
    def without_time(self) -> str:
        """The unit of what a rate comes to in some time."""
        return f"{self.amount}/{self.per}" if self.per else self.amount


@cache
def dose_unit(unit: str) -> DoseUnit:
    """What the unit of a dose says; InputError where no dose has it.

    >>> dose_unit("mg/m2"), dose_unit("units").measure, dose_unit("AUC").amount
    (DoseUnit(amount='mg', per='m2', measure='bsa', time=''), 'nothing', 'mg')
    """
    for each in DOSE_KINDS:
        if unit in each.kind.units:
            if each.measure == "another dose":
                return DoseUnit("", "", each.measure)
            time = unit.rpartition("/")[2] if each.is_rate else ""
            return DoseUnit(each.amount or unit.partition("/")[0], each.per, each.measure, time)
    raise InputError(f"'{unit}' is not the unit of a dose")


def drug_of_share(unit: str) -> str:
    """The drug that the unit of a dose is a share of; nothing where it is none.

    >>> drug_of_share("% of ifosfamide"), drug_of_share("mg")
    ('ifosfamide', '')
    """
    return unit.removeprefix(OF_ANOTHER) if unit.startswith(OF_ANOTHER) else ""


def same_amount_per(unit: str, per: str) -> str:
    """The unit of the same amount per something else.

    >>> same_amount_per("mg/m2", "kg")
    'mg/kg'
    """
    return f"{dose_unit(unit).amount}/{per}"


def is_dissolved(amount: str) -> bool:
    """Whether an amount is counted in a volume, so that it can be drawn up; a fluid, an activity, cells are not.

    >>> is_dissolved("mg"), is_dissolved("mL"), is_dissolved("GBq")
    (True, False, False)
    """
    return "volume" in AMOUNTS[amount].per


def amount_in(concentration: str) -> str:
    """The unit of the amount in a concentration.

    >>> amount_in("mg/mL")
    'mg'
    """
    return concentration.partition("/")[0]
