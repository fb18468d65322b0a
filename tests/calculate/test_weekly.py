"""Methotrexate by mouth: once a week passes, more often is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from regimen_texts import regimen_file
from running import cec

from cec import draft_order
from cec.load import load_patient, load_regimen


def codes(folder: Path, line: str) -> list[str]:
    patient = load_patient(texts={"height": "180 cm", "weight": "80 kg", "age": "40 years", "sex": "male"})
    order = draft_order(load_regimen(regimen_file(folder, "sample", line)), patient)
    return [alert.code for alert in order.alerts if alert.level == "check"]


@pytest.mark.parametrize(
    "line",
    [
        "drug: methotrexate, dose: 15 mg, route: oral, days: daily",
        "drug: Metotreksat, dose: 15 mg, route: oral, days: 1-5",
        "drug: methotrexate, dose: 15 mg, route: oral, days: [1, 4, 8]",
        "drug: methotrexate, dose: 15 mg, route: oral, days: 1, repeat: every 3 days, total_doses: 5",
        "drug: methotrexate, dose: 15 mg, route: oral, days: daily, weekdays: Monday to Friday",
    ],
)
def test_methotrexate_by_mouth_within_a_week_is_asked_about(line: str, tmp_path: Path) -> None:
    assert [code for code in codes(tmp_path, line) if "weekly" in code] == [
        f"not-weekly-{line.partition(',')[0].removeprefix('drug: ').lower()}"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "drug: methotrexate, dose: 15 mg, route: oral, days: [1, 8, 15, 22]",
        "drug: methotrexate, dose: 15 mg, route: oral, days: 1, repeat: every 7 days, total_doses: 5",
        "drug: methotrexate, dose: 15 mg, route: oral, days: daily, weekdays: Monday",
        "drug: methotrexate, dose: 15 mg, times: 2, every: 12 h, route: oral, days: [1, 8]",
        "drug: methotrexate, dose: 30 mg/m2, route: IV bolus, days: 1-5",
        "drug: mercaptopurine, dose: 50 mg/m2, route: oral, days: daily",
    ],
)
def test_once_a_week_and_other_routes_pass_in_peace(line: str, tmp_path: Path) -> None:
    assert codes(tmp_path, line) == []


def test_the_check_of_a_file_asks_about_a_name_that_is_nearly_a_drug(tmp_path: Path) -> None:
    file = regimen_file(tmp_path, "sample", "drug: vincrisitne, dose: 2 mg, route: IV bolus, days: 1")
    assert "advice: is vincristine meant?" in cec("regimen", "check", str(file)).out
    file = regimen_file(tmp_path, "sample", "drug: prednisolone, dose: 20 mg, route: oral, days: 1")
    assert "meant?" not in cec("regimen", "check", str(file)).out
