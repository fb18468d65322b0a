"""What doses are computed from: height, weight, body surface area, creatinine clearance."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from cec.days import Day
from cec.units import AnyClearance, Clearance, Height, Quantity, Weight


class Bsa(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body surface area used for every dose per m2, with its working."""

    formula: str
    title: str
    value: Decimal
    unrounded: Decimal
    how: str
    source: str
    unit: Literal["m2"]
    endless: bool = False
    """Whether the digits of `value` go on, as where it is not rounded."""
    unrounded_endless: bool = False
    """Whether the digits of `unrounded` go on."""

    @property
    def area(self) -> Quantity:
        """What a dose per m2 is multiplied by."""
        return Quantity(self.value, self.unit, self.endless)


class CreatinineClearance(msgspec.Struct, frozen=True, omit_defaults=True):
    """Kidney function as measured, or as estimated from serum creatinine, with its working."""

    value: AnyClearance
    method: str
    how: str
    source: str = ""
    own: Clearance | None = None
    """The patient's own, where `value` is per 1.73 m2."""
    own_how: str = ""

    @property
    def is_measured(self) -> bool:
        """Whether it was measured, not estimated."""
        return self.method == "measured"


class Measures(msgspec.Struct, frozen=True, omit_defaults=True):
    """What doses are computed from, from this day of the cycle on: height in cm, weight in kg, BSA, clearance."""

    from_day: Day
    height: Height
    weight: Weight
    bsa: Bsa
    clearance: CreatinineClearance | None = None
