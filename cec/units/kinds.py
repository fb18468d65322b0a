"""What kinds of quantity there are, and the units of each: no prefixes and no other units."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of quantity: what it is called, an example, and its units, each as pint knows it."""

    name: str
    example: str
    units: dict[str, str]


_DOSE_MASS = {"mcg": "microgram", "mg": "milligram", "g": "gram", "units": "drug_unit"}


def _per(unit: str, symbol: str) -> dict[str, str]:
    return {f"{mass}/{symbol}": f"{name} / {unit}" for mass, name in _DOSE_MASS.items()}


LENGTH = Kind("height", "128 cm", {"cm": "centimeter", "m": "meter", "mm": "millimeter", "in": "inch", "ft": "foot"})
WEIGHT = Kind("body weight", "26 kg", {"kg": "body_kilogram", "g": "body_gram", "lb": "body_pound"})
AREA = Kind("body surface area", "0.01 m2", {"m2": "meter ** 2"})
AMOUNT = Kind("amount of drug", "2 mg", _DOSE_MASS)
PER_AREA = Kind("dose per m2", "40 mg/m2", _per("meter ** 2", "m2"))
PER_WEIGHT = Kind("dose per kg", "0.5 mg/kg", _per("body_kilogram", "kg"))
EXPOSURE = Kind("target AUC", "AUC 5", {"AUC": "milligram * minute / milliliter"})
DURATION = Kind("duration", "2 h", {"min": "minute", "h": "hour", "days": "day", "weeks": "week"})
AGE = Kind("age", "8 years", {"years": "year", "months": "month"})
VOLUME = Kind("volume", "20 mL", {"mL": "milliliter", "L": "liter"})
CONCENTRATION = Kind("concentration", "1 mg/mL", _per("milliliter", "mL"))
FLOW = Kind("infusion rate", "50 mL/h", {"mL/h": "milliliter / hour"})
CLEARANCE = Kind("creatinine clearance", "90 mL/min", {"mL/min": "milliliter / minute"})
CREATININE = Kind(
    "serum creatinine",
    "0.5 mg/dL",
    {"mg/dL": "milligram_of_creatinine / deciliter", "micromol/L": "micromole_of_creatinine / liter"},
)
PERCENT = Kind("percentage", "5%", {"%": ""})

KINDS = (
    LENGTH,
    WEIGHT,
    AMOUNT,
    PER_AREA,
    PER_WEIGHT,
    DURATION,
    AGE,
    AREA,
    VOLUME,
    CONCENTRATION,
    FLOW,
    CLEARANCE,
    CREATININE,
    PERCENT,
    EXPOSURE,
)
