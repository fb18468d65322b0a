"""The code of an alert about one drug: what a person types to accept it."""

from __future__ import annotations

import re


def code_of_drug(what: str, drug: str) -> str:
    """What an alert says, then the drug: small letters and digits with hyphens between.

    >>> code_of_drug("lifetime-maximum", "Doxorubicin, liposomal")
    'lifetime-maximum-doxorubicin-liposomal'
    """
    return "-".join((what, *re.findall(r"[^\W_]+", drug.casefold())))
