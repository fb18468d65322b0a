"""Reductions that a person declares, held against the regimen before any of them moves a dose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cec.errors import Fault, InputError
from cec.patient import Reduction


def refuse_hidden(reductions: Sequence[Reduction], drugs: Iterable[str]) -> None:
    """InputError where a reason seems to reduce another of these drugs, which it cannot: that one would stay whole.

    >>> from decimal import Decimal
    >>> mucositis = Reduction("etoposide", Decimal(25), "mucositis; clofarabine: 50%")
    >>> refuse_hidden([mucositis], ["etoposide", "clofarabine"])
    Traceback (most recent call last):
    cec.errors.InputError: the reason of etoposide, 'mucositis; clofarabine: 50%', seems to reduce clofarabine too; \
give it a reduction of its own, like clofarabine=50%: why, or write the reason without its number
    """
    every = list(dict.fromkeys(drugs))
    faults = [
        Fault(
            f"the reason of {one.drug}, '{one.reason}', seems to reduce {drug} too; give it a reduction of its own, "
            f"like {drug}=50%: why, or write the reason without its number",
            about=("reductions",),
        )
        for one in reductions
        for drug in every
        if drug != one.drug and _reduces(drug, one.reason)
    ]
    if faults:
        raise InputError(*faults)


def _reduces(drug: str, reason: str) -> bool:
    """Whether a number that is a percentage, or has no unit, stands behind the name of a drug."""
    number = r"[0-9]+(?:[.,][0-9]+)?\s*(?:%|$|[,;])"
    return re.search(rf"(?<!\w){re.escape(drug)}\W*(?:(?:by|to)\s+)?{number}", reason, re.IGNORECASE) is not None
