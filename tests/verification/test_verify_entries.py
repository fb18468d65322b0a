"""The dose of another entry of a line is explained as that. 170 cm, 70 kg."""

from __future__ import annotations

from pathlib import Path

from regimen_texts import regimen_file
from running import cec

FOR_CHILDREN = "drug: b, only: {age: under 10 years}, dose: 2 mg, route: oral, days: 1"
TRASTUZUMAB = (
    "drug: trastuzumab, route: oral, days: 1, dose: [{cycles: 1, dose: 8 mg/kg}, {cycles: 2 onwards, dose: 6 mg/kg}]"
)


def test_the_loading_dose_given_again_is_explained(tmp_path: Path) -> None:
    """8 × 70 = 560 mg in the second cycle, which has 6 × 70 = 420 mg."""
    regimen = str(regimen_file(tmp_path, "worked", TRASTUZUMAB))
    done = cec("verify", regimen, "--height", "170", "--weight", "70", "--cycle", "2", "trastuzumab=560mg")
    assert done.code == 1
    assert "another dose of the regimen's list" in done.said
    assert "8 mg/kg, not 6 mg/kg" in done.said


def test_a_drug_that_is_not_for_the_patient_is_said_to_be_that(tmp_path: Path) -> None:
    lines = ("drug: a, dose: 1 mg, route: oral, days: 1", FOR_CHILDREN)
    regimen = str(regimen_file(tmp_path, "worked", *lines))
    done = cec("verify", regimen, "--height", "170", "--weight", "70", "--age", "10", "a=1mg", "b=2mg")
    assert done.code == 1
    assert "b is not for this patient: only for age under 10 years" in done.said
    young = cec("verify", regimen, "--height", "130", "--weight", "27", "--age", "9", "a=1mg", "b=2mg")
    assert young.code == 0


def test_a_table_knows_for_whom_a_drug_is(tmp_path: Path) -> None:
    lines = ("drug: a, dose: 1 mg/kg, route: oral, days: 1", FOR_CHILDREN)
    regimen = str(regimen_file(tmp_path, "worked", *lines))
    table = tmp_path / "orders.csv"
    rows = "1,170,70,10,70,\n2,130,27,9,27,2\n3,170,70,10,70,2\n"
    table.write_text(f"id,height_cm,weight_kg,age_years,a_mg,b_mg\n{rows}", encoding="utf-8")
    done = cec("verify", str(table), "--regimen", regimen)
    assert done.code == 1
    assert "id 3" in done.out
    assert "id 1" not in done.out
    assert "id 2" not in done.out
