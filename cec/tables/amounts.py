"""The columns of amounts in a table of doses: one for each drug line, in one unit."""

from __future__ import annotations

import re

from cec.regimen import Regimen

REJECTED = "rejected"
"""The column of a frame of doses that says why a row has none."""


def amount_columns(regimen: Regimen) -> tuple[str, ...]:
    """The column of each drug line: the drug with its unit; a drug's second line has a number.

    >>> from cec.load import load_regimen
    >>> amount_columns(load_regimen("cec-induction"))
    ('clofarabine_mg', 'etoposide_mg', 'cyclophosphamide_mg', 'prednisone_mg')
    """
    stems = [re.sub(r"\W+", "_", line.drug.casefold()).strip("_") for line in regimen.drugs]
    taken: set[str] = set()
    names: list[str] = []
    for line, stem in zip(regimen.drugs, stems, strict=True):
        name, number = stem, 1
        while name in taken or (number > 1 and name in stems):  # interleukin_2 may be the name of another drug
            number += 1
            name = f"{stem}_{number}"
        taken.add(name)
        names.append(f"{name}_{in_names(line.amount_unit)}")
    return tuple(names)


def in_names(unit: str) -> str:
    """A unit as it stands in the name of a column: other signs than letters and digits as one underscore.

    >>> in_names("million units")
    'million_units'
    """
    return re.sub(r"\W+", "_", unit)
