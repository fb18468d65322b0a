"""Which pharmacy file was used, in words."""

from __future__ import annotations

import re
from typing import Any

from cec.pharmacy import Pharmacy

DIGITS = 16
"""How many digits of a fingerprint stand on a sheet."""


def spelled(drug: str, pharmacy: Pharmacy) -> str:
    """The name of a drug as the pharmacy writes it on paper: each word for which it has a spelling of its own.

    >>> spelled("Vincristine sulfate", Pharmacy(tall_man=("vinCRIStine", "vinBLAStine")))
    'vinCRIStine sulfate'
    """
    spellings = {spelling.casefold(): spelling for spelling in pharmacy.tall_man}
    return re.sub(r"[^\W_]+", lambda word: spellings.get(word[0].casefold(), word[0]), drug) if spellings else drug


def with_spellings(data: Any, pharmacy: Pharmacy) -> Any:
    """The data of a paper with the name of every drug, under a key `drug`, as the pharmacy writes it."""
    if not pharmacy.tall_man:
        return data
    if isinstance(data, dict):
        return {
            key: spelled(below, pharmacy) if key == "drug" else with_spellings(below, pharmacy)
            for key, below in data.items()
        }
    return [with_spellings(below, pharmacy) for below in data] if isinstance(data, list | tuple) else data


def pharmacy_words(pharmacy: Pharmacy) -> str:
    """The pharmacy file by the first digits of its SHA-256 and its name; that there was none.

    >>> pharmacy_words(Pharmacy()), pharmacy_words(Pharmacy("Ward 3", sha256="0123456789abcdef" * 4))
    ('no pharmacy file', 'pharmacy file 0123456789abcdef (Ward 3)')
    """
    if not pharmacy.sha256:
        return "no pharmacy file"
    return f"pharmacy file {pharmacy.sha256[:DIGITS]}{f' ({pharmacy.name})' if pharmacy.name else ''}"
