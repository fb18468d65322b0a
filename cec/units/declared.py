"""Quantities as records declare them: each of its kind, so that whoever reads a record knows in which units it may be.

To a type checker each is a Quantity.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

from cec.units.dose_units import DOSES, TOTALS
from cec.units.kinds import (
    AGE,
    AMOUNT,
    AREA,
    CLEARANCE,
    CONCENTRATION,
    CREATININE,
    DURATION,
    FLOW,
    LENGTH,
    PER_173,
    VOLUME,
    WEIGHT,
    Kind,
)
from cec.units.quantity import Quantity

KINDS_OF = "kinds"
"""The key of a declaration under which its kinds stand."""


def of(*kinds: Kind) -> Meta:
    """What a declaration says of a quantity: the kinds that it may be of."""
    return Meta(extra={KINDS_OF: kinds})


FLUID_PER_WEIGHT = Kind("volume per kg", "20 mL/kg", {"mL/kg": ""})

Height: TypeAlias = Annotated[Quantity, of(Kind("height", "128 cm", {"cm": LENGTH.units["cm"]}))]
Weight: TypeAlias = Annotated[Quantity, of(Kind("body weight", "26 kg", {"kg": WEIGHT.units["kg"]}))]
Area: TypeAlias = Annotated[Quantity, of(AREA)]
Age: TypeAlias = Annotated[Quantity, of(AGE)]
Creatinine: TypeAlias = Annotated[Quantity, of(CREATININE)]
Clearance: TypeAlias = Annotated[Quantity, of(CLEARANCE)]
AnyClearance: TypeAlias = Annotated[Quantity, of(CLEARANCE, PER_173)]
DoseQuantity: TypeAlias = Annotated[Quantity, of(*DOSES)]
TotalDose: TypeAlias = Annotated[Quantity, of(*TOTALS)]
Amount: TypeAlias = Annotated[Quantity, of(AMOUNT)]
Duration: TypeAlias = Annotated[Quantity, of(DURATION)]
Volume: TypeAlias = Annotated[Quantity, of(VOLUME)]
Concentration: TypeAlias = Annotated[Quantity, of(CONCENTRATION)]
Flow: TypeAlias = Annotated[Quantity, of(FLOW)]
FluidPerWeight: TypeAlias = Annotated[Quantity, of(FLUID_PER_WEIGHT)]
