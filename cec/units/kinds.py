"""What kinds of quantity there are, and the units of each: no prefixes and no other units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of quantity: what it is called, an example, and its units, each as pint knows it."""

    name: str
    example: str
    units: Mapping[str, str]


class Defined(NamedTuple):
    """A unit as pint knows it: its name, and of what it is so many, or the dimension that begins with it."""

    name: str
    definition: str


AMOUNTS = {
    "mcg": Defined("microgram", "0.001 milligram"),
    "mg": Defined("milligram", "0.001 gram"),
    "g": Defined("gram", "[drug_mass]"),
    "units": Defined("drug_unit", "[drug_units]"),
}
"""What a drug is counted in. A row here is an amount, a dose per m2 and per kg, and a concentration, wherever these are
read, computed, compared or written."""


class _Amounts(Mapping[str, str]):
    """The units of amounts, or of amounts per one of something else, as the table of amounts has them."""

    def __init__(self, symbol: str = "", name: str = "") -> None:
        self._after = f"/{symbol}" if symbol else ""
        self._name_after = f" / {name}" if name else ""

    def __getitem__(self, unit: str) -> str:
        amount = unit.removesuffix(self._after)
        if f"{amount}{self._after}" != unit:
            raise KeyError(unit)
        return f"{AMOUNTS[amount].name}{self._name_after}"

    def __iter__(self) -> Iterator[str]:
        return (f"{amount}{self._after}" for amount in AMOUNTS)

    def __len__(self) -> int:
        return len(AMOUNTS)


LENGTH = Kind("height", "128 cm", {"cm": "centimeter", "m": "meter", "mm": "millimeter", "in": "inch", "ft": "foot"})
WEIGHT = Kind("body weight", "26 kg", {"kg": "body_kilogram", "g": "body_gram", "lb": "body_pound"})
AREA = Kind("body surface area", "0.01 m2", {"m2": "meter ** 2"})
AMOUNT = Kind("amount of drug", "2 mg", _Amounts())
PER_AREA = Kind("dose per m2", "40 mg/m2", _Amounts("m2", "meter ** 2"))
PER_WEIGHT = Kind("dose per kg", "0.5 mg/kg", _Amounts("kg", "body_kilogram"))
EXPOSURE = Kind("target AUC", "AUC 5", {"AUC": "milligram * minute / milliliter"})
DURATION = Kind("duration", "2 h", {"min": "minute", "h": "hour", "days": "day", "weeks": "week"})
AGE = Kind("age", "8 years", {"years": "year", "months": "month"})
VOLUME = Kind("volume", "20 mL", {"mL": "milliliter", "L": "liter"})
CONCENTRATION = Kind("concentration", "1 mg/mL", _Amounts("mL", "milliliter"))
FLOW = Kind("infusion rate", "50 mL/h", {"mL/h": "milliliter / hour"})
CLEARANCE = Kind("creatinine clearance", "90 mL/min", {"mL/min": "milliliter / minute"})
CREATININE = Kind(
    "serum creatinine",
    "0.5 mg/dL",
    {"mg/dL": "milligram_of_creatinine / deciliter", "micromol/L": "micromole_of_creatinine / liter"},
)
BODY_MASS_INDEX = Kind("body mass index", "25 kg/m2", {"kg/m2": "body_kilogram / meter ** 2"})
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
    BODY_MASS_INDEX,
    EXPOSURE,
)
