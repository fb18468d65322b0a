"""A treatment of several phases where regimens are: found by its name, listed, checked, reviewed."""

import json
from pathlib import Path

import pytest
from running import cec

from cec.cli import program
from cec.cli.completion import complete
from cec.load.misspelt import readable_regimens

TEXT = """\
name: {name}
title: Two phases
edition: 1
for: an example, not a treatment
source: {{citation: written for this test}}
phases:
  - {{regimen: examples/ac, cycles: 1, cycle_length: 21 days}}
  - cycles: 2
    cycle_length: 7 days
    drugs:
      - {{drug: vincristine, dose: 1.4 mg/m2, maximum: 2 mg, route: {route}, days: 1}}
"""
SECOND = ("--phase", "2", "--cycle", "1", "--height", "180cm", "--weight", "80kg", "--start", "2026-11-30")


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A treatment in a folder of regimens."""
    monkeypatch.setenv("CEC_REGIMENS", str(tmp_path))
    return put(tmp_path)


def put(folder: Path, *, name: str = "two", route: str = "IV bolus") -> Path:
    path = folder / "two.yaml"
    path.write_text(TEXT.format(name=name, route=route), encoding="utf-8")
    return path


def test_it_is_listed_with_its_phases_and_no_fault_of_the_installation(two: Path) -> None:
    words = "two: Two phases 1 cycle of examples/ac, 21 days; then 2 cycles of Two phases, phase 2, 7 days each"
    assert words in cec("regimen", "list").said
    listed = json.loads(cec("regimen", "list", "--format", "json").out)["regimens"]
    (found,) = [each for each in listed if each["path"] == str(two)]
    assert [phase["cycles"] for phase in found["treatment"]["phases"]] == [1, 2]
    assert cec("doctor").code == 0
    assert "two\tTwo phases" in complete(program(), ["dose"], "tw").splitlines()
    assert "two-phase-2" in [each.name for each in readable_regimens()]


def test_its_name_leads_to_it(two: Path) -> None:
    assert cec("schedule", "two", *SECOND).out == cec("schedule", str(two), *SECOND).out
    assert "vincristine  2 mg  IV bolus" in cec("schedule", "two", *SECOND).out
    put(two.parent, name="other")
    assert (
        "is 'other'; a regimen that is found by its name has that of its file, two"
        in cec("schedule", "two", *SECOND).err
    )


def test_the_name_of_a_shipped_regimen_is_refused(two: Path) -> None:
    put(two.parent, name="cec-induction")
    text = "name: 'cec-induction' is that of a shipped regimen; give the treatment another"
    assert text in cec("regimen", "check", str(two)).out
    assert text in cec("schedule", str(two), *SECOND).err


def test_check_refuses_a_route_that_kills_in_a_phase(two: Path) -> None:
    assert cec("regimen", "check", str(two)).code == 0
    put(two.parent, route="intrathecal")
    done = cec("regimen", "check", str(two))
    assert done.code == 1
    assert f"{two}:11:68: phases 2: drugs 1 (vincristine): route: intrathecal: a vinca alkaloid" in done.said


def test_cases_beside_it_are_refused_not_passed_over(two: Path) -> None:
    (two.parent / "two.cases.yaml").write_text("[]\n", encoding="utf-8")
    done = cec("regimen", "check", str(two))
    assert done.code == 1
    assert "two.cases.yaml: belongs to no regimen: the cases of a treatment stand beside the regimens" in done.said


def test_a_review_of_its_file_holds_for_the_lines_in_it(two: Path, tmp_path: Path) -> None:
    pharmacy = tmp_path / "pharmacy" / "strict.yaml"
    pharmacy.parent.mkdir()
    pharmacy.write_text("require_review: true\n", encoding="utf-8")
    strict = (*SECOND, "--pharmacy", str(pharmacy))
    assert "stop not-reviewed" in cec("schedule", "two", *strict).err
    assert cec("regimen", "review", "two", "--by", "A. Nowak").code == 0
    assert cec("schedule", "two", *strict).code == 0
    two.write_text(two.read_text(encoding="utf-8").replace("1.4", "1.5"), encoding="utf-8")
    assert "was changed after A. Nowak reviewed it" in cec("schedule", "two", *strict).err
