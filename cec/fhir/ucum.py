"""UCUM: the code of every unit of cec, read in both directions, and other codes that others write for the same.

No code is guessed: what does not stand here is not read.
"""

from __future__ import annotations

from functools import cache

from cec.errors import InputError
from cec.units.kinds import AMOUNTS

UCUM = "http://unitsofmeasure.org"

_AMOUNTS = {
    "mcg": "ug",
    "units": "[arb'U]",
    "million units": "10*6.[arb'U]",
    "drops": "[drp]",
    "cells": "{cells}",
    **{f"x 10^{power} cells": f"10*{power}.{{cells}}" for power in range(4, 12)},
}
"""UCUM of amounts whose code is another text than cec's unit. Units of a drug are its own, so UCUM's arbitrary ones:
international units would be another amount of some drugs."""

_BELOW = {"": "", "m2": "/m2", "kg": "/kg"}
_TIMES = {"": "", "h": "/h", "24h": "/(24.h)", "min": "/min"}


def _of_doses() -> dict[str, str]:
    """UCUM of amounts, doses, rates and concentrations, by cec's units."""
    codes = {}
    for amount in AMOUNTS:
        code = _AMOUNTS.get(amount, amount)
        for below, code_below in _BELOW.items():
            for time, code_of_time in _TIMES.items():
                unit = "/".join(filter(None, (amount, below, time)))
                codes[unit] = f"{code}{code_below}{code_of_time}"
        codes[f"{amount}/mL"] = f"{code}/mL"
    return codes


UCUM_CODES: dict[str, str] = {
    **_of_doses(),
    "AUC": "mg.min/mL",
    "cm": "cm",
    "m": "m",
    "mm": "mm",
    "in": "[in_i]",
    "ft": "[ft_i]",
    "kg": "kg",
    "lb": "[lb_av]",
    "m2": "m2",
    "min": "min",
    "h": "h",
    "days": "d",
    "weeks": "wk",
    "years": "a",
    "months": "mo",
    "L": "L",
    "mL/h": "mL/h",
    "mL/min": "mL/min",
    "mL/min/1.73 m2": "mL/min/{1.73_m2}",
    "mg/dL": "mg/dL",
    "micromol/L": "umol/L",
    "x 10^9/L": "10*9/L",
    "G/L": "10*9/L",
    "/nL": "/nL",
    "/microL": "/uL",
    "/mm3": "/mm3",
    "U/L": "U/L",
    "microkat/L": "ukat/L",
    "g/dL": "g/dL",
    "g/L": "g/L",
    "kg/m2": "kg/m2",
    "%": "%",
}
"""UCUM by cec's units."""

_ALSO_READ = {
    **{
        code.replace("[arb'U]", other): code
        for code in UCUM_CODES.values()
        if "[arb'U]" in code
        for other in ("{unit}", "{units}", "[iU]", "[IU]")
    },
    **dict.fromkeys(("10*3/uL", "10*3/mm3"), "10*9/L"),
}
"""Other codes of the same units, as others write them."""

INTERNATIONAL = ("[iU]", "[IU]")
"""International units: read as a drug's own units but for the drugs whose own are others."""
OWN_UNITS = {"bleomycin": "a unit of its labels may be 1,000 international units"}
"""Drugs whose own units are not international ones, and why such a dose is not read."""


def ucum_of(unit: str) -> str:
    """The UCUM code of one of cec's units; InputError where there is none.

    >>> ucum_of("mcg/kg/min"), ucum_of("million units/m2"), ucum_of("AUC by newell-1993"), ucum_of("% of ifosfamide")
    ('ug/kg/min', "10*6.[arb'U]/m2", 'mg.min/mL', '%')
    """
    first = unit.partition(" ")[0]
    code = UCUM_CODES.get(unit) or (UCUM_CODES.get(first) if first in _OPEN_ENDED else None)
    if code is None:
        raise InputError(f"'{unit}' has no UCUM code here")
    return code


_OPEN_ENDED = ("AUC", "%")
"""Units that go on with a name: of a formula, of a drug."""


@cache
def _units() -> dict[str, tuple[str, ...]]:
    units: dict[str, tuple[str, ...]] = {}
    for unit, code in UCUM_CODES.items():
        units[code] = (*units.get(code, ()), unit)
    return units | {other: units[code] for other, code in _ALSO_READ.items() if code in units}


def units_of_code(code: str) -> tuple[str, ...]:
    """The units of cec that a UCUM code stands for, of several kinds where each has one; none where it is not known.

    >>> units_of_code("[lb_av]"), units_of_code("mg/m2/(24.h)"), units_of_code("mg/d")
    (('lb',), ('mg/m2/24h',), ())
    """
    return _units().get(code, ())
