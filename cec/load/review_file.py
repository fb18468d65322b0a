"""How a file of reviews is read."""

from __future__ import annotations

import re

from cec.errors import InputError
from cec.facts.reading import read_date
from cec.load.declared import Record, file_of
from cec.load.shapes import Field, list_of, mapping, text
from cec.regimen import Review


def _sha256(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", value, re.ASCII):
        raise InputError(f"'{value}' is not a SHA-256: 64 digits and letters from a to f; cec regimen review writes it")
    return value


_REVIEW = file_of(
    Review,
    {Review: Record(label="by")},
    {
        "date": text(read_date, {"type": "string", "format": "date"}),
        "SHA-256": text(_sha256, {"type": "string", "pattern": "^[0-9a-f]{64}$"}),
    },
)

REVIEWS = mapping(
    {"reviewed": Field(list_of(_REVIEW), "who reviewed which content of the regimen's file, and when", required=True)},
    lambda values: values["reviewed"],
)
"""A file of reviews."""
