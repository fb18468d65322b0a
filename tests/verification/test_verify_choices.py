"""Verification of a regimen that leaves something open accepts any of it. 170 cm and 70 kg: 1.82 m2."""

from __future__ import annotations

from pathlib import Path

import pytest
from regimen_texts import regimen_file
from running import cec

OPEN = (
    "drug: carboplatin, dose: AUC 5 or AUC 6, route: IV infusion, over: 1 h, days: 1",
    "drug: bendamustine, dose: 90 to 120 mg/m2, route: IV infusion, over: 1 h, days: 1",
    "drug: prednisolone, dose: 40 mg/m2, route: oral or IV bolus, days: 1",
)
WHO = ("--height", "170", "--weight", "70", "--age", "40", "--sex", "m", "--creatinine-clearance", "100 mL/min")


@pytest.fixture
def regimen(tmp_path: Path) -> str:
    return str(regimen_file(tmp_path, "left-open", *OPEN))


@pytest.mark.parametrize(
    ("carboplatin", "bendamustine"),
    # 5 or 6 × (100 + 25) = 625 or 750; from 90 × 1.82 = 163.8 to 120 × 1.82 = 218.4
    [("625mg", "163.8mg"), ("750mg", "218.4mg"), ("750mg", "182mg"), ("625mg", "200mg")],
)
def test_any_choice_agrees(carboplatin: str, bendamustine: str, regimen: str) -> None:
    written = (f"carboplatin={carboplatin}", f"bendamustine={bendamustine}", "prednisolone=72.8mg")
    done = cec("verify", regimen, *WHO, *written)
    assert "Every written dose agrees" in done.out
    assert done.code == 0


def test_what_no_choice_comes_to_differs_from_the_nearest_that_explains_it(regimen: str) -> None:
    """7500 mg is ten times the 750 of AUC 6."""
    done = cec("verify", regimen, *WHO, "carboplatin=7500mg", "bendamustine=230mg", "prednisolone=72.8mg")
    assert done.code == 1
    assert "ten times" in done.said
    assert "2 of 3 do not agree" in done.said


def test_what_was_chosen_is_held_against_it(regimen: str) -> None:
    chosen = ("--choose", "carboplatin=AUC 5", "--choose", "bendamustine=90 mg/m2", "--choose", "prednisolone=oral")
    done = cec("verify", regimen, *WHO, *chosen, "carboplatin=750mg", "bendamustine=163.8mg", "prednisolone=72.8mg")
    assert done.code == 1
    assert "1 of 3 does not agree" in done.said


def test_rows_of_a_table_may_each_have_chosen_otherwise(regimen: str, tmp_path: Path) -> None:
    table = tmp_path / "orders.csv"
    head = "id,height_cm,weight_kg,age,sex,creatinine_clearance,carboplatin_mg,bendamustine_mg,prednisolone_mg,choose"
    rows = (
        "1,625,163.8,72.8,",
        "2,750,182,72.8,",
        "3,750,182,72.8,carboplatin=AUC 5",
        "4,750,182,72.8,carboplatin=AUC 6",
    )
    lines = (f"{row[0]},170,70,40,m,100 mL/min,{row[2:]}" for row in rows)
    table.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    done = cec("verify", str(table), "--regimen", regimen)
    assert done.code == 1
    assert "id 3" in done.out
    assert not any(f"id {number}" in done.out for number in (1, 2, 4))


def test_what_was_chosen_stands_in_the_csv_and_comes_back_by_it(regimen: str, tmp_path: Path) -> None:
    chosen = ("--choose", "carboplatin=AUC 6", "--choose", "bendamustine=100 mg/m2", "--choose", "prednisolone=oral")
    orders = tmp_path / "orders.csv"
    assert cec("dose", regimen, *WHO, *chosen, "-o", str(orders)).code == 0
    assert "carboplatin=AUC 6; bendamustine=100 mg/m2; prednisolone=oral" in orders.read_text(encoding="utf-8")
    assert cec("verify", str(orders), "--regimen", regimen).code == 0
    other = orders.read_text(encoding="utf-8").replace("carboplatin=AUC 6", "carboplatin=AUC 5")
    orders.write_text(other, encoding="utf-8")
    assert cec("verify", str(orders), "--regimen", regimen).code == 1
