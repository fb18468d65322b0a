"""UCUM codes and the units that they are, written down by hand from UCUM's own tables."""

from __future__ import annotations

UNITS_BY_CODE = {
    "ug": ("mcg",),
    "mg": ("mg",),
    "g": ("g",),
    "mg/m2": ("mg/m2",),
    "g/m2": ("g/m2",),
    "ug/kg": ("mcg/kg",),
    "ug/m2": ("mcg/m2",),
    "ug/m2/(24.h)": ("mcg/m2/24h",),
    "mmol": ("mmol",),
    "[drp]": ("drops",),
    "Gy": ("Gy",),
    "mg/kg": ("mg/kg",),
    "mg/m2/(24.h)": ("mg/m2/24h",),
    "mg/h": ("mg/h",),
    "[arb'U]": ("units",),
    "[arb'U]/m2": ("units/m2",),
    "mg.min/mL": ("AUC",),
    "%": ("%",),
    "cm": ("cm",),
    "kg": ("kg",),
    "m2": ("m2",),
    "min": ("min",),
    "h": ("h",),
    "d": ("days",),
    "wk": ("weeks",),
    "a": ("years",),
    "mo": ("months",),
    "mg/dL": ("mg/dL",),
    "umol/L": ("micromol/L",),
    "mL/min": ("mL/min",),
    "mL/min/{1.73_m2}": ("mL/min/1.73 m2",),
    "10*9/L": ("x 10^9/L", "G/L"),
    "U/L": ("U/L",),
    "g/dL": ("g/dL",),
}

AMOUNTS_IN_UCUM = {
    *("ug", "mg", "g", "[arb'U]", "10*6.[arb'U]", "mmol", "mL", "[drp]", "kBq", "MBq", "GBq", "Gy", "{cells}"),
    *(f"10*{power}.{{cells}}" for power in range(4, 12)),
}
"""The code of every amount that is counted in doses."""
