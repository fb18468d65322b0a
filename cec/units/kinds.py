"""What kinds of quantity there are, and the units of each: no prefixes and no other units."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct


class Kind(Struct, frozen=True):
    """A kind of quantity: what it is called, an example, and its units, each as pint knows it."""

    name: str
    example: str
    units: Mapping[str, str]


class Defined(Struct, frozen=True):
    """A unit as pint knows it: its name, and of what it is so many, or the dimension that begins with it."""

    name: str
    definition: str
    per: Collection[str] = ("size", "time", "volume")
    """What it is counted per: m2 or kg, a time, a volume. What is in no volume is never prepared."""


AMOUNTS = {
    "mcg": Defined("microgram", "0.001 milligram"),
    "mg": Defined("milligram", "0.001 gram"),
    "g": Defined("gram", "[drug_mass]"),
    "units": Defined("drug_unit", "[drug_units]"),
    "million units": Defined("million_drug_units", "1000000 drug_unit"),
    "mmol": Defined("millimole_of_drug", "[drug_moles]"),
    "mL": Defined("fluid_milliliter", "[fluid]", per=("size", "time")),
    "drops": Defined("drop", "[drops]", per=()),
    "kBq": Defined("kilobecquerel", "0.001 megabecquerel", per=("size",)),
    "MBq": Defined("megabecquerel", "[activity]", per=("size",)),
    "GBq": Defined("gigabecquerel", "1000 megabecquerel", per=("size",)),
    "Gy": Defined("gray", "[radiation]", per=()),
    "cells": Defined("cell", "[cells]", per=("size",)),
    **{
        f"x 10^{power} cells": Defined(f"ten_to_{power}_cells", f"1{'0' * power} cell", per=("size",))
        for power in range(4, 12)
    },
}
"""What is counted in doses. A row here is an amount and, where nothing else is said, a dose per m2 and per kg, a rate
of each, and a concentration, wherever these are read, computed, compared or written."""

TIMES = {"h": "hour", "24h": "day", "min": "minute"}
"""What a rate is per."""


class _Amounts(Mapping[str, str]):
    """The units of amounts, or of amounts per one of something else, as the table of amounts has them."""

    def __init__(self, names: Mapping[str, str] | None = None, *per: str) -> None:
        """By the symbols of what they are per, each as pint names it; only of amounts that are counted per these."""
        self._after = {f"/{symbol}": f" / {name}" for symbol, name in (names or {}).items()} or {"": ""}
        self._per = set(per)

    def __getitem__(self, unit: str) -> str:
        for after, name in self._after.items():
            amount = AMOUNTS.get(unit.removesuffix(after)) if unit.endswith(after) else None
            if amount and self._per <= {*amount.per}:
                return f"{amount.name}{name}"
        raise KeyError(unit)

    def __iter__(self) -> Iterator[str]:
        counted = [unit for unit, amount in AMOUNTS.items() if self._per <= {*amount.per}]
        return (f"{unit}{after}" for after in self._after for unit in counted)

    def __len__(self) -> int:
        return sum(1 for _ in self)


LENGTH = Kind("height", "128 cm", {"cm": "centimeter", "m": "meter", "mm": "millimeter", "in": "inch", "ft": "foot"})
WEIGHT = Kind("body weight", "26 kg", {"kg": "body_kilogram", "g": "body_gram", "lb": "body_pound"})
AREA = Kind("body surface area", "0.01 m2", {"m2": "meter ** 2"})
AMOUNT = Kind("amount of drug", "2 mg", _Amounts())
PER_AREA = Kind("dose per m2", "40 mg/m2", _Amounts({"m2": "meter ** 2"}, "size"))
PER_WEIGHT = Kind("dose per kg", "0.5 mg/kg", _Amounts({"kg": "body_kilogram"}, "size"))
RATE = Kind("rate", "5 mg/h", _Amounts(TIMES, "time"))
RATE_PER_AREA = Kind(
    "rate per m2",
    "100 mg/m2/24h",
    _Amounts({f"m2/{time}": f"meter ** 2 / {name}" for time, name in TIMES.items()}, "size", "time"),
)
RATE_PER_WEIGHT = Kind(
    "rate per kg",
    "1 mg/kg/h",
    _Amounts({f"kg/{time}": f"body_kilogram / {name}" for time, name in TIMES.items()}, "size", "time"),
)
EXPOSURE = Kind("target AUC", "AUC 5", {"AUC": "milligram * minute / milliliter"})
EXPOSURE_IN_CHILDREN = Kind(
    "target AUC by a named formula", "AUC 7 by newell-1993", {"AUC by newell-1993": EXPOSURE.units["AUC"]}
)
OF_ANOTHER = "% of "
"""How the unit begins of a dose that is a share of another drug's."""


class _Shares(Mapping[str, str]):
    """The units of shares: one for each drug that there may be, none of which is listed."""

    def __getitem__(self, unit: str) -> str:
        if not unit.startswith(OF_ANOTHER):
            raise KeyError(unit)
        return ""

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


SHARE = Kind("share of another dose", "20% of ifosfamide", _Shares())
DURATION = Kind("duration", "2 h", {"min": "minute", "h": "hour", "days": "day", "weeks": "week"})
AGE = Kind("age", "8 years", {"years": "year", "months": "month", "weeks": "week_of_age", "days": "day_of_age"})
VOLUME = Kind("volume", "20 mL", {"mL": "milliliter", "L": "liter"})
CONCENTRATION = Kind("concentration", "1 mg/mL", _Amounts({"mL": "milliliter"}, "volume"))
FLOW = Kind("infusion rate", "50 mL/h", {"mL/h": "milliliter / hour"})
CLEARANCE = Kind("creatinine clearance", "90 mL/min", {"mL/min": "milliliter / minute"})
PER_173 = Kind("clearance per 1.73 m2", "90 mL/min/1.73 m2", {"mL/min/1.73 m2": ""})
"""Not a row of KINDS: nothing is ever converted to it but by a patient's body surface area."""
CREATININE = Kind(
    "serum creatinine",
    "0.5 mg/dL",
    {"mg/dL": "milligram_of_creatinine / deciliter", "micromol/L": "micromole_of_creatinine / liter"},
)
BLOOD_COUNT = Kind(
    "count of blood cells",
    "0.75 x 10^9/L",
    {
        "x 10^9/L": "giga_per_liter",
        "G/L": "giga_per_liter",
        "/nL": "giga_per_liter",
        "/microL": "per_microliter",
        "/mm3": "per_microliter",
    },
)
BILIRUBIN = Kind(
    "bilirubin",
    "1.2 mg/dL",
    {"mg/dL": "milligram_of_bilirubin / deciliter", "micromol/L": "micromole_of_bilirubin / liter"},
)
ENZYME = Kind("enzyme activity", "40 U/L", {"U/L": "enzyme_unit / liter", "microkat/L": "microkatal / liter"})
HAEMOGLOBIN = Kind(
    "haemoglobin", "9.5 g/dL", {"g/dL": "gram_of_haemoglobin / deciliter", "g/L": "gram_of_haemoglobin / liter"}
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
    BLOOD_COUNT,
    BILIRUBIN,
    ENZYME,
    HAEMOGLOBIN,
    EXPOSURE,
    EXPOSURE_IN_CHILDREN,
    RATE_PER_AREA,
    RATE_PER_WEIGHT,
    RATE,
)
