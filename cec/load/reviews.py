"""Who reviewed a regimen's file: NAME.review.yaml beside it, which holds for the content of that SHA-256 alone.

Reviews of a shipped regimen lie where the regimens of a hospital are found; they tell by themselves of which content
they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from cec.errors import FileError, InputError
from cec.facts.reading import read_date
from cec.load.search import own_places, regimen_folder
from cec.load.shapes import Field, Reading, list_of, text
from cec.load.shapes.file_records import Record, file_of
from cec.load.shapes.mappings import mapping
from cec.load.yaml_nodes import read_file
from cec.regimen import Review

ENDING = ".review.yaml"
_HEAD = "# Who held the regimen's file against its source; written by cec regimen review.\n"


def _read_sha256(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", value, re.ASCII):
        raise InputError(f"'{value}' is not a SHA-256: 64 digits and letters from a to f; cec regimen review writes it")
    return value


_REVIEW = file_of(
    Review,
    {Review: Record(label="by")},
    {
        "date": text(read_date, {"type": "string", "format": "date"}),
        "SHA-256": text(_read_sha256, {"type": "string", "pattern": "^[0-9a-f]{64}$"}),
    },
)

REVIEWS = mapping(
    {"reviewed": Field(list_of(_REVIEW), "who reviewed which content of the regimen's file, and when", required=True)},
    lambda values: values["reviewed"],
)
"""The shape of a file of reviews."""


def review_paths(regimen: Path) -> tuple[Path, ...]:
    """Where reviews of a regimen's file may lie: beside it; those of a shipped one in the places of a hospital."""
    name = f"{regimen.stem}{ENDING}"
    if not regimen.is_relative_to(regimen_folder()):
        return (regimen.with_name(name),)
    within = regimen.relative_to(regimen_folder()).with_name(name)
    return tuple(place.folder / within for place in own_places())


def load_reviews(regimen: Path) -> tuple[Review, ...]:
    """Every review that lies beside a regimen's file, the first one first; FileError with every fault."""
    return tuple(review for path in review_paths(regimen) if path.is_file() for review in read_reviews(path))


def read_reviews(path: Path) -> tuple[Review, ...]:
    """The reviews of a file; FileError with every fault."""
    source = read_file(path)
    reading = Reading(source.name)
    reviews: tuple[Review, ...] = REVIEWS.read(source.root, "", reading)
    if reading.faults:
        raise FileError(*reading.faults)
    return reviews


def write_reviews(reviews: Iterable[Review]) -> bytes:
    """The text of a file with these reviews."""
    import json

    lines = (
        f'  - {{by: {json.dumps(each.by, ensure_ascii=False)}, date: {each.date}, sha256: "{each.sha256}"}}\n'
        for each in reviews
    )
    return f"{_HEAD}reviewed:\n{''.join(lines)}".encode()
