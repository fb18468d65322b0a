"""Treatments of several phases: dates worked by hand, and what adds up over all cycles."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from regimen_texts import regimen_text
from running import cec

from cec import load_order
from cec.errors import CecError
from cec.load.treatment_file import load_treatment
from cec.verification import verify_order

AC = (
    "drug: doxorubicin, dose: 60 mg/m2, lifetime_maximum: 450 mg/m2, route: IV bolus, days: 1",
    "drug: cyclophosphamide, dose: 600 mg/m2, route: IV infusion, over: 1 h, days: 1",
    "drug: filgrastim, dose: 5 mcg/kg, route: subcutaneous, days: 2, cycles: 2 onwards",
)
TREATMENT = """\
name: ac-paclitaxel
title: AC, then paclitaxel
edition: 1
for: a test
source: {citation: this test}
phases:
  - {regimen: ac.yaml, cycles: 4, cycle_length: 21 days}
  - cycles: 12
    cycle_length: 7 days
    title: weekly paclitaxel
    drugs:
      - {drug: paclitaxel, dose: 80 mg/m2, route: IV infusion, over: 1 h, days: daily, total_doses: 1}
"""
PATIENT = ("--height", "170", "--weight", "70")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "ac.yaml").write_text(f"cycle_length: 21 days\n{regimen_text('ac', *AC)}", encoding="utf-8")
    file = tmp_path / "ac-paclitaxel.yaml"
    file.write_text(TREATMENT, encoding="utf-8")
    return file


def faults(path: Path, old: str, new: str) -> str:
    path.write_text(TREATMENT.replace(old, new), encoding="utf-8")
    with pytest.raises(CecError) as refused:
        load_treatment(path)
    return str(refused.value)


def test_the_calendar_has_every_cycle_on_its_date(path: Path) -> None:
    """From 30-Nov-2026 four times 21 days: 21-Dec, 11-Jan, 01-Feb; paclitaxel from 22-Feb-2027, 12 weeks to 10-May."""
    done = cec("schedule", str(path), *PATIENT, "--start", "2026-11-30", "--format", "csv")
    found = list(csv.DictReader(io.StringIO(done.out)))
    days = {(row["phase"], row["cycle"], row["cycle_in_all"]): row["date"] for row in found if row["day"] == "1"}
    assert list(days.items())[:5] == [
        (("1", "1", "1"), "2026-11-30"),
        (("1", "2", "2"), "2026-12-21"),
        (("1", "3", "3"), "2027-01-11"),
        (("1", "4", "4"), "2027-02-01"),
        (("2", "1", "5"), "2027-02-22"),
    ]
    assert (len(days), list(days.items())[-1]) == (16, (("2", "12", "16"), "2027-05-10"))
    # cycles inside a regimen count in its phase: 60 mg/m2 × 1.82 m2, filgrastim from the second on
    assert [row["cycle"] for row in found if row["drug"] == "filgrastim"] == ["2", "3", "4"]
    assert {row["dose"] for row in found if row["drug"] == "doxorubicin"} == {"109.2"}
    text = cec("schedule", str(path), *PATIENT, "--start", "2026-11-30").said
    assert "Mon 22-Feb-2027: weekly paclitaxel, phase 2 of 2, cycle 1 of 12, 5 of 16 in all paclitaxel 145.6 mg" in text
    calendar = cec("schedule", str(path), *PATIENT, "--start", "2026-11-30", "--format", "ics").out
    assert calendar.count("BEGIN:VEVENT") == 4 * 2 + 3 + 12
    assert len({line for line in calendar.splitlines() if line.startswith("UID")}) == 23


def test_one_cycle_names_its_place_on_every_sheet_and_is_verified(path: Path, tmp_path: Path) -> None:
    typed = ("schedule", str(path), *PATIENT, "--start", "2027-03-10", "--phase", "2", "--cycle", "3")
    place = "AC, then paclitaxel: phase 2 of 2, cycle 3 of 12, 7 of 16 in all"
    assert place in cec(*typed).said
    for name in ("pdf", "labels", "ics"):
        assert cec(*typed, "--format", name, "-o", str(tmp_path / name)).code == 0
    assert place.replace(",", "\\,") in (tmp_path / "ics").read_text(encoding="utf-8").replace("\n ", "").replace(
        "\r", ""
    )
    order = load_order(cec(*typed, "--format", "json").out)
    assert order.of_treatment
    assert (order.of_treatment.phase, order.cycle, order.of_treatment.in_all) == (2, 3, 7)
    assert verify_order(order).agrees


def test_lifetime_doses_add_up_over_all_cycles(path: Path) -> None:
    """4 × 60 mg/m2 = 240; with 200 before the fourth cycle makes 440, with 220 it would make 460 of 450."""
    patient = path.parent / "patient.yaml"
    for before, code in (("200", 0), ("220", 1)):
        patient.write_text(
            f"height: 170 cm\nweight: 70 kg\nearlier_doses: {{doxorubicin: {before} mg/m2}}\n", encoding="utf-8"
        )
        done = cec("schedule", str(path), "--patient", str(patient), "--start", "2026-11-30")
        assert done.code == code
        assert ("phase 1, cycle 4" in done.err) is (code == 1)
    # where nothing is told of before, all cycles together are held against it: 8 × 60 = 480
    path.write_text(TREATMENT.replace("cycles: 4", "cycles: 8"), encoding="utf-8")
    done = cec("schedule", str(path), *PATIENT, "--start", "2026-11-30")
    assert done.code == 1
    assert "all cycles together give 480 mg/m2, above the lifetime maximum of 450 mg/m2" in done.err


def test_every_format_of_the_calendar_is_a_draft(path: Path) -> None:
    for name in ("table", "csv", "json", "ics"):
        out = cec("schedule", str(path), *PATIENT, "--start", "2026-11-30", "--format", name).out
        assert any(word in out for word in ("Draft", "draft", '"release": null'))
    orders = json.loads(cec("schedule", str(path), *PATIENT, "--start", "2026-11-30", "--format", "json").out)
    assert len(orders) == 16


FAULTS = [
    ("regimen: ac.yaml, ", "", "give either regimen"),
    ("cycles: 4, cycle_length: 21 days", "cycles: 4, cycle_length: 28 days", "is not that of the regimen, 21 days"),
    ("cycles: 12", "cycles: 1200", "1,204 cycles; at most 200 are drawn"),
    ("ac.yaml", "no-such.yaml", "no-such.yaml"),
    ("title: weekly paclitaxel", "titel: weekly paclitaxel", "did you mean 'title'?"),
    ("days: daily, total_doses: 1", "days: 8", "day 8 lies after the end of the cycle"),
]


@pytest.mark.parametrize(("old", "new", "words"), FAULTS)
def test_what_is_not_a_treatment_is_refused(old: str, new: str, words: str, path: Path) -> None:
    assert words in faults(path, old, new)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("--phase", "3", "--cycle", "1"), "there is no phase 3"),
        (("--phase", "1", "--cycle", "5"), "there is no cycle 5"),
        (("--phase", "1"), "say which with --cycle"),
        (("--cycle", "1"), "has --start alone"),
    ],
)
def test_a_cycle_that_there_is_not_is_refused(typed: tuple[str, ...], words: str, path: Path) -> None:
    done = cec("schedule", str(path), *PATIENT, "--start", "2026-11-30", *typed)
    assert done.code == 1
    assert words in done.err


def test_other_commands_say_what_a_treatment_is(path: Path) -> None:
    assert "is a treatment of phases" in cec("dose", str(path), *PATIENT).err
    induction = cec("schedule", "cec-induction", *PATIENT, "--start", "2026-11-30", "--phase", "1", "--cycle", "1")
    assert "leave --phase out" in induction.err
    checked = cec("regimen", "check", str(path))
    assert checked.code == 0
    assert "4 cycles of ac, 21 days each; then 12 cycles of weekly paclitaxel, 7 days each" in checked.said
