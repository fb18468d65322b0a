"""Laboratory values, each a row; their bounds are cec's own."""

from __future__ import annotations

from cec.facts.fact import Bounds, Fact, between
from cec.facts.reading import from_zero
from cec.units import BILIRUBIN, BLOOD_COUNT, ENZYME, HAEMOGLOBIN, Kind


def _laboratory(
    name: str,
    about: str,
    kind: Kind,
    *,
    possible: Bounds,
    plausible: Bounds,
    examples: tuple[str, ...],
    often_called: tuple[str, ...],
) -> Fact:
    """A laboratory value; its bounds are cec's own, in the first unit of its kind but for bilirubin in micromol/L."""
    unit = "micromol/L" if kind is BILIRUBIN else next(iter(kind.units))
    return Fact(
        name,
        about,
        "quantity",
        (kind,),
        unit,
        examples=examples,
        reader=from_zero(kind),
        possible=possible,
        plausible=plausible,
        meant=tuple(other for other in kind.units if other != unit),
        usual=plausible,
        often_called=often_called,
    )


LABORATORY_VALUES = (
    _laboratory(
        "anc",
        "absolute neutrophil count",
        BLOOD_COUNT,
        possible=between(0, 500),
        plausible=between(0, 100),
        examples=("0.75 x 10^9/L", "750/microL"),
        often_called=("neutrophils", "neutrophil_count"),
    ),
    _laboratory(
        "platelets",
        "platelets",
        BLOOD_COUNT,
        possible=between(0, 5000),
        plausible=between(0, 1500),
        examples=("75 x 10^9/L", "75000/microL"),
        often_called=("plt", "thrombocytes", "platelet_count"),
    ),
    _laboratory(
        "bilirubin",
        "total bilirubin",
        BILIRUBIN,
        possible=between(0, 1500),
        plausible=between(0, 600),
        examples=("1.2 mg/dL", "20 micromol/L"),
        often_called=("bili", "total_bilirubin"),
    ),
    _laboratory(
        "alt",
        "alanine aminotransferase",
        ENZYME,
        possible=between(0, 50_000),
        plausible=between(0, 10_000),
        examples=("40 U/L",),
        often_called=("alat", "sgpt", "gpt"),
    ),
    _laboratory(
        "ast",
        "aspartate aminotransferase",
        ENZYME,
        possible=between(0, 50_000),
        plausible=between(0, 10_000),
        examples=("40 U/L",),
        often_called=("asat", "sgot", "got"),
    ),
    _laboratory(
        "haemoglobin",
        "haemoglobin",
        HAEMOGLOBIN,
        possible=between(1, 30),
        plausible=between(4, 22),
        examples=("9.5 g/dL", "95 g/L"),
        often_called=("hemoglobin", "hb", "hgb"),
    ),
)
