"""Two doses of a line that would run at once are refused, whichever way the line says its times."""

from __future__ import annotations

from pathlib import Path

import pytest
from regimen_texts import faults_in, regimen_file

INFUSION = "drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: {over}, days: {days}, {times}"


def faults_of(folder: Path, over: str, days: str, times: str) -> list[str]:
    path = regimen_file(folder, "sample", INFUSION.format(over=over, days=days, times=times))
    return [str(fault) for fault in faults_in(path)]


@pytest.mark.parametrize(
    ("over", "days", "times", "says"),
    [
        ("6 h", "1", 'at: "08:00, 12:00"', "over 6 h at 08:00 and 12:00: one dose would still run when the next one"),
        ("3 h", "1", 'at: "08:00, 14:00, 16:00"', "over 3 h at 14:00 and 16:00"),
        ("241 min", "1", 'at: "08:00, 12:00"', "over 241 min at 08:00 and 12:00"),
        ("6 h", "1", 'divided_into: 2, at: "08:00, 12:00"', "over 6 h at 08:00 and 12:00"),
        ("10 h", "1-2", 'at: "08:00, 23:00"', "over 10 h at 23:00 and 08:00 of the next day"),
        ("25 h", "1-2", 'at: "08:00"', "over 25 h"),
        ("6 h", "1", "times: 2, every: 4 h", "over 6 h every 4 h: one dose would still run"),
    ],
)
def test_two_doses_of_a_line_never_run_at_once(over: str, days: str, times: str, says: str, tmp_path: Path) -> None:
    faults = faults_of(tmp_path, over, days, times)
    assert any(says in fault for fault in faults)


@pytest.mark.parametrize(
    ("over", "days", "times"),
    [
        ("4 h", "1", 'at: "08:00, 12:00"'),
        ("4 h", "1-5", 'at: "08:00, 20:00"'),
        ("9 h", "1-2", 'at: "08:00, 23:00"'),
        ("10 h", '"1, 3"', 'at: "08:00, 23:00"'),
        ("12 h", "1-3", "times: 2, every: 12 h"),
        ("24 h", "1-3", 'at: "08:00"'),
        ("2 h", "1-3", "at: before first infusion"),
    ],
)
def test_doses_that_follow_each_other_pass_in_peace(over: str, days: str, times: str, tmp_path: Path) -> None:
    assert faults_of(tmp_path, over, days, times) == []
