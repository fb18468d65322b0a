"""Vinca alkaloids come from a bag: as an infusion they pass, from a syringe they are asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from regimen_texts import regimen_file

from cec import draft_order
from cec.load import load_patient, load_pharmacy, load_regimen

STOCK = "formulary: {%s: {products: [{name: %s, form: solution, strength: 1 mg/mL, volume: 2 mL}]}}\n"


def checks(folder: Path, line: str, stock: str = "") -> list[str]:
    patient = load_patient(texts={"height": "180 cm", "weight": "80 kg", "age": "40 years", "sex": "male"})
    (folder / "pharmacy.yaml").write_text(stock, "utf-8")
    pharmacy = load_pharmacy(folder / "pharmacy.yaml" if stock else None)
    order = draft_order(load_regimen(regimen_file(folder, "sample", line)), patient, pharmacy)
    return [alert.code for alert in order.alerts if alert.code.startswith("vinca")]


@pytest.mark.parametrize(
    "line",
    [
        "drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV bolus, days: 1",
        "drug: Vincristine, dose: 2 mg, route: IV, days: 1",
        "drug: vinorelbine, dose: 25 mg/m2, route: IV, days: 1",
        "drug: winblastyna, dose: 6 mg/m2, route: IV bolus, days: 1",
    ],
)
def test_a_vinca_alkaloid_that_is_pushed_is_asked_about(line: str, tmp_path: Path) -> None:
    drug = line.partition(",")[0].removeprefix("drug: ").lower()
    assert checks(tmp_path, line) == [f"vinca-syringe-{drug}"]


@pytest.mark.parametrize(
    "line",
    [
        "drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV infusion, over: 10 min, days: 1",
        "drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV, over: 10 min, days: 1",
        "drug: vincristine, dose: 2 mg, rate: 1 mg/min, route: IV, days: 1",
        "drug: vinorelbine, dose: 60 mg/m2, route: oral, days: 1",
        "drug: doxorubicin, dose: 50 mg/m2, route: IV bolus, days: 1",
    ],
)
def test_infusions_and_other_drugs_pass_in_peace(line: str, tmp_path: Path) -> None:
    assert checks(tmp_path, line) == []


def test_the_name_of_a_product_counts(tmp_path: Path) -> None:
    line = "drug: VCR, dose: 2 mg, route: IV bolus, days: 1"
    assert checks(tmp_path, line) == []
    assert checks(tmp_path, line, STOCK % ("VCR", "vinCRIStine 2 mg vial")) == ["vinca-syringe-vcr"]
