"""Which pharmacy file was used, in words."""

from __future__ import annotations

from cec.pharmacy import Pharmacy

DIGITS = 16
"""How many digits of a fingerprint stand on a sheet."""


def pharmacy_words(pharmacy: Pharmacy) -> str:
    """The pharmacy file by the first digits of its SHA-256 and its name; that there was none.

    >>> pharmacy_words(Pharmacy()), pharmacy_words(Pharmacy("Ward 3", sha256="0123456789abcdef" * 4))
    ('no pharmacy file', 'pharmacy file 0123456789abcdef (Ward 3)')
    """
    if not pharmacy.sha256:
        return "no pharmacy file"
    return f"pharmacy file {pharmacy.sha256[:DIGITS]}{f' ({pharmacy.name})' if pharmacy.name else ''}"
