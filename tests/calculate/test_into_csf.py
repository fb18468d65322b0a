"""What is asked about before it goes into the cerebrospinal fluid, beside what kills there."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from regimen_texts import regimen_file
from revising import revised
from running import cec

from cec import draft_order
from cec.load import load_patient, load_regimen
from cec.units import Quantity


def codes(folder: Path, line: str) -> list[str]:
    """The codes of an order of this line for 180 cm, 80 kg: 180 × 80 / 3600 = 4, root 2: 2 m2."""
    patient = load_patient(texts={"height": "180 cm", "weight": "80 kg", "age": "40 years", "sex": "male"})
    order = draft_order(load_regimen(regimen_file(folder, "sample", line)), patient)
    return [alert.code for alert in order.alerts if "into-csf" in alert.code]


@pytest.mark.parametrize("drug", ["VCR", "Oncovin", "vinkristin", "doxorubicin", "potassium chloride"])
def test_what_is_not_known_to_be_given_there_is_asked_about(tmp_path: Path, drug: str) -> None:
    line = f"drug: {drug}, dose: 2 mg, route: intrathecal, days: 1"
    assert codes(tmp_path, line) == [f"into-csf-{drug.casefold().replace(' ', '-')}"]


@pytest.mark.parametrize(
    "line",
    [
        "drug: VCR, dose: 2 mg, route: IV bolus, days: 1",
        "drug: methotrexate, dose: 15 mg, route: intrathecal, days: 1",
        "drug: Methotrexate sodium, dose: 12 mg, route: intraventricular, days: 1",
        "drug: cytarabine, dose: 50 mg/m2, route: intrathecal, days: 1",  # 50 × 2 = 100
        "drug: cytarabine, dose: 60 mg/m2, maximum: 70 mg, route: intrathecal, days: 1",
        "drug: metotreksat, dose: 12 g/m2, route: IV infusion, over: 4 h, days: 1",
        "drug: hydrocortisone, dose: 50 mg, route: intrathecal, days: 1",
    ],
)
def test_what_is_given_there_passes_in_peace(tmp_path: Path, line: str) -> None:
    assert codes(tmp_path, line) == []


@pytest.mark.parametrize(
    ("line", "drug"),
    [
        ("drug: methotrexate, dose: 12 g/m2, route: intrathecal, days: 1", "methotrexate"),
        ("drug: methotrexate, dose: 15.5 mg, route: intrathecal, days: 1", "methotrexate"),
        ("drug: cytarabine, dose: 51 mg/m2, route: intraventricular, days: 1", "cytarabine"),  # 51 × 2 = 102
    ],
)
def test_more_than_is_given_there_is_asked_about(tmp_path: Path, line: str, drug: str) -> None:
    assert codes(tmp_path, line) == [f"much-into-csf-{drug}"]


def test_of_a_changed_order_the_largest_of_all_days_is_asked_about_once(tmp_path: Path) -> None:
    """0.8 mg/kg are 20.8 mg of 26 kg and 24 mg of 30 kg."""
    line = "drug: methotrexate, dose: 0.8 mg/kg, route: intrathecal, days: '1, 8'"
    regimen = load_regimen(regimen_file(tmp_path, "sample", line))
    patient = load_patient(texts={"height": "128 cm", "weight": "26 kg"})
    first = draft_order(regimen, patient, start=datetime.date(2026, 11, 30))
    changed = revised(first, datetime.date(2026, 12, 6), 8, weight=Quantity(Decimal(30), "kg"))
    texts = [alert.text for alert in changed.alerts if alert.code == "much-into-csf-methotrexate"]
    assert texts == ["intrathecal: 24 mg is more than the 15 mg that are given there at most; look at dose and route"]


def test_a_batch_asks_as_one_order_does(tmp_path: Path) -> None:
    file = regimen_file(tmp_path, "sample", "drug: cytarabine, dose: 60 mg/m2, route: intrathecal, days: 1")
    table = tmp_path / "patients.csv"  # 1.6 and 2 m2: 96 and 120 mg
    table.write_text("id,height_cm,weight_kg\n1,144,64\n2,180,80\n", encoding="utf-8")
    rows = cec("batch", str(table), "--regimen", str(file)).out.splitlines()
    assert [row.rpartition(",")[2] for row in rows[1:]] == ["", "much-into-csf-cytarabine"]


def test_the_check_of_a_file_asks_about_it(tmp_path: Path) -> None:
    file = regimen_file(tmp_path, "sample", "drug: Oncovin, dose: 2 mg, route: intrathecal, days: 1")
    ran = cec("regimen", "check", str(file))
    assert "advice: intrathecal: not known here to be given there" in ran.out + ran.err
