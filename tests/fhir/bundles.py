"""Bundles that tests change: one that cec wrote, and HL7's extended example of mCODE."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from saved_orders import STARTER

from cec import Order, Pharmacy, draft_order, load_patient, load_pharmacy, load_regimen, render

FOLDER = Path(__file__).parent
START = datetime.date(2026, 11, 30)
PHARMACY = replace(load_pharmacy(STARTER), time_zone="Europe/Warsaw")
CHILD: dict[str, Any] = {
    "id": "7",
    "height": "128 cm",
    "weight": "26 kg",
    "age": "8",
    "sex": "f",
    "history": {"prior_hsct": "false"},
}

Bundle = dict[str, Any]


def drafted(
    regimen: str = "cec-induction",
    *,
    start: datetime.date | None = START,
    pharmacy: Pharmacy = PHARMACY,
    cycle: int | None = 1,
    **given: Any,
) -> Order:
    """An order of a child of 128 cm and 26 kg."""
    patient = load_patient(texts={**CHILD, **given})
    return draft_order(load_regimen(regimen), patient, pharmacy, start=start, cycle=cycle)


def written(order: Order) -> Bundle:
    """Its Bundle."""
    bundle: Bundle = json.loads(render(order, "fhir"))
    return bundle


def mcode() -> Bundle:
    """The extended example of HL7's mCODE 4.0.0, as far as an order goes: CC0, by HL7 International."""
    bundle: Bundle = json.loads((FOLDER / "mcode-extended.json").read_text(encoding="utf-8"))
    return bundle


def resources(bundle: Bundle, kind: str) -> Iterator[dict[str, Any]]:
    """The resources of one kind."""
    return (each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == kind)


def request(bundle: Bundle, drug: str) -> dict[str, Any]:
    """The first request of a drug."""
    return next(
        each for each in resources(bundle, "MedicationRequest") if each["medicationCodeableConcept"]["text"] == drug
    )


def dosage(bundle: Bundle, drug: str) -> dict[str, Any]:
    """Its dosage."""
    found: dict[str, Any] = request(bundle, drug)["dosageInstruction"][0]
    return found


def observation(bundle: Bundle, loinc: str) -> dict[str, Any]:
    """The Observation of a LOINC code."""
    return next(each for each in resources(bundle, "Observation") if each["code"]["coding"][0]["code"] == loinc)
