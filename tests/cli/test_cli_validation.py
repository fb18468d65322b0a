"""Worked cases on the command line: `check` says which dose differs, `test` reports to sign, `doctor` runs some."""

from __future__ import annotations

import io
import json
import re
import tomllib
from pathlib import Path

import pytest
from pypdf import PdfReader
from running import cec

from cec.cli.installation import LIBRARIES
from cec.load import regimen_folder

ROOT = Path(__file__).parent.parent.parent
REGIMEN = """\
name: ac
title: AC
edition: 1
for: a test
source: {citation: written for this test in 2026}
drugs:
  - {drug: doxorubicin, dose: 60 mg/m2, route: IV bolus, days: 1}
  - {drug: cyclophosphamide, dose: 600 mg/m2, route: IV infusion, over: 1 h, days: 1}
"""
CASES = """\
- case: at 2 m2
  given: {height: 180 cm, weight: 80 kg}
  working: √(180 × 80 / 3600) = 2; 60 × 2 = 120, 600 × 2 = 1200
  doses: {doxorubicin: 120 mg, cyclophosphamide: 1.2 g}
  alerts: []
- case: at 1 m2
  given: {height: 100 cm, weight: 36 kg}
  working: √(100 × 36 / 3600) = 1
  doses: {doxorubicin: 60 mg, cyclophosphamide: 600 mg}
  alerts: []
"""
WRONG = CASES.replace("cyclophosphamide: 600 mg", "cyclophosphamide: 660 mg")


@pytest.fixture
def regimen(tmp_path: Path) -> Path:
    path = tmp_path / "ac.yaml"
    path.write_text(REGIMEN, encoding="utf-8")
    return path


def put_cases(regimen: Path, text: str) -> Path:
    path = regimen.with_suffix(".cases.yaml")
    path.write_text(text, encoding="utf-8")
    return path


def test_check_runs_the_cases_beside_a_file_and_says_which_dose_differs(regimen: Path) -> None:
    assert cec("regimen", "check", str(regimen)).out.endswith("on day 1\n")
    put_cases(regimen, CASES)
    done = cec("regimen", "check", str(regimen))
    assert (done.code, done.out.rpartition("; ")[2]) == (0, "2 worked cases with 6 results: all agree\n")
    cases = put_cases(regimen, WRONG)
    done = cec("regimen", "check", str(regimen))
    assert done.code == 1
    first, second = done.out.splitlines()
    assert first.endswith("2 worked cases with 6 results: 1 DIFFERS")
    assert second == f"{cases}:6:1: case 'at 1 m2': cyclophosphamide: one dose: 660 mg expected, 600 mg computed"


def test_faults_of_the_cases_have_their_places(regimen: Path) -> None:
    cases = put_cases(regimen, CASES.replace("alerts: []", "alert: []", 1))
    done = cec("regimen", "check", str(regimen))
    assert done.code == 1
    assert f"{cases}:5:3: case 1 (at 2 m2): unknown key 'alert'; did you mean 'alerts'?" in done.out.splitlines()
    put_cases(regimen, "[]\n")
    assert "is empty; write a case, or remove the file" in cec("regimen", "check", str(regimen)).out
    put_cases(regimen, CASES.replace("at 1 m2", "at 2 m2"))
    assert "case 'at 2 m2' stands twice" in cec("regimen", "check", str(regimen)).out


def test_check_speaks_json_and_to_a_service(regimen: Path) -> None:
    cases = put_cases(regimen, WRONG)
    bad = regimen.with_name("bad.yaml")
    bad.write_text(REGIMEN.replace("60 mg/m2", "60% apples"), encoding="utf-8")
    done = cec("regimen", "check", str(regimen), str(bad), "--format", "json")
    assert done.code == 1
    first, second = json.loads(done.out)["files"]
    assert first["holds"].startswith("AC: doxorubicin 60 mg/m2")
    assert first["findings"] == [
        {
            "level": "differs",
            "file": str(cases),
            "line": 6,
            "column": 1,
            "where": "case 'at 1 m2'",
            "text": "cyclophosphamide: one dose: 660 mg expected, 600 mg computed",
            "code": "",
        }
    ]
    assert [(each["level"], each["line"], each["column"]) for each in second["findings"]] == [("fault", 7, 31)]
    done = cec("regimen", "check", str(regimen), str(bad), "--format", "github")
    assert done.code == 1
    first, second = done.out.splitlines()
    assert first == (
        f"::error file={cases},line=6,col=1::case 'at 1 m2': cyclophosphamide: one dose: 660 mg expected, "
        "600 mg computed"
    )
    assert second.startswith(f"::error file={bad},line=7,col=31::drugs 1 (doxorubicin): dose: '60%25 apples'")
    assert cec("regimen", "check", str(regimen_folder() / "cec-induction.yaml"), "--format", "github").out == ""


def test_the_report_on_the_terminal(regimen: Path) -> None:
    put_cases(regimen, CASES)
    done = cec("regimen", "test", str(regimen))
    assert done.code == 0
    for part in ("AC, edition 1", "agrees at 2 m2", "2 worked cases with 6 results: all agree", "Program cec 0."):
        assert part in done.said
    assert "600 × 2 = 1200" not in done.said
    assert "600 × 2 = 1200" in cec("regimen", "test", str(regimen), "--explain").said
    put_cases(regimen, WRONG)
    done = cec("regimen", "test", str(regimen))
    assert done.code == 1
    assert "DIFFERS at 1 m2 given height 100 cm; weight 36 kg" in done.said
    assert "cyclophosphamide: one dose: 660 mg expected, 600 mg computed" in done.said


def test_the_report_as_json_and_as_a_sheet_to_sign(regimen: Path, tmp_path: Path) -> None:
    put_cases(regimen, WRONG)
    report = json.loads(cec("regimen", "test", str(regimen), "--format", "json").out)
    (tested,) = report["regimens"]
    assert (report["agrees"], tested["agrees"]) == (False, False)
    assert [case["agrees"] for case in tested["cases"]] == [True, False]
    assert len(tested["sha256"]) == len(tested["cases_sha256"]) == 64
    assert report["installation"]["libraries"]["msgspec"]
    sheet = tmp_path / "report.pdf"
    assert cec("regimen", "test", str(regimen), "-o", str(sheet), "--paper", "letter").code == 1
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(sheet.read_bytes())).pages)
    for part in (
        *("Validation report: ac", "2 worked cases with 6 results: 1 DIFFERS", "√(180 × 80 / 3600) = 2", "660 mg"),
        *("Run by", "Cases held against the protocol by", "Accepted for use by", tested["sha256"][:16]),
    ):
        assert part in text


def test_a_regimen_without_cases_cannot_be_tested(regimen: Path) -> None:
    done = cec("regimen", "test", str(regimen), "cec-induction")
    assert done.code == 1
    assert f"{regimen}: has no worked cases; write some from the protocol" in done.err


@pytest.mark.slow
def test_doctor_runs_the_worked_cases_of_the_shipped_regimens(tmp_path: Path) -> None:
    done = cec("doctor")
    assert done.code == 0
    count = re.search(r"\n([0-9]+) worked cases with ([0-9]+) results: all agree\n$", done.out)
    assert count
    assert int(count[1]) >= 50
    assert f"{regimen_folder()} (shipped): 2 regimens" in done.said
    (tmp_path / "cec-induction.yaml").write_text(REGIMEN, encoding="utf-8")
    (tmp_path / "faulty.yaml").write_text(REGIMEN.replace("60 mg/m2", "60"), encoding="utf-8")
    done = cec("doctor", "--regimens", str(tmp_path))
    assert done.code == 1
    assert "a shipped regimen has this name, which leads to that one" in done.said
    assert "faulty.yaml:7:31: drugs 1 (doxorubicin): dose" in done.said
    report = json.loads(cec("doctor", "--format", "json").out)
    assert report["agrees"]
    assert sum(len(regimen["cases"]) for regimen in report["regimens"]) == int(count[1])


def test_doctor_names_every_library_that_cec_stands_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[<>=;]", text)[0].strip() for text in project["dependencies"]}
    assert set(LIBRARIES) == needed
