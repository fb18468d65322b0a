"""Protocols, transcribed by somebody who had only the documentation: each loads, agrees with its cases, draws."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import cec

from cec.cases import run_cases
from cec.cases.worked_case import ENDING, cases_path
from cec.load import check_regimen
from cec.load.treatment_file import is_treatment

FOLDER = Path(__file__).parent.parent / "regimens" / "transcribed"
FILES = sorted(path for path in FOLDER.glob("*.yaml") if not path.name.endswith(ENDING))
TREATMENTS = [path for path in FILES if is_treatment(path)]
REGIMENS = [path for path in FILES if path not in TREATMENTS]

PATIENT = ("--height", "180cm", "--weight", "80kg", "--age", "40", "--sex", "female")
FROM_DAY_0 = {"dinutuximab-isotretinoin-course-1"}
GIVEN = {
    "cisplatin-weekly-radiotherapy": ("--cycle", "1", "--history", "low_magnesium=true"),
    "daratumumab-carfilzomib-dexamethasone": ("--cycle", "1", "--choose", "dexamethasone=oral"),
    "ivado": ("--cycle", "1"),
    "obinutuzumab-chlorambucil": ("--cycle", "1"),
    "regorafenib-redos": ("--cycle", "1"),
    "vinorelbine-oral": ("--cycle", "4", "--history", "neutrophils_fell=false"),
}
"""What the doses hang on beside the patient."""


def test_regimens_and_a_treatment_were_transcribed() -> None:
    assert len(REGIMENS) >= 11
    assert len(TREATMENTS) == 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_transcribed_file_has_no_fault_and_names_its_address(path: Path) -> None:
    done = cec("regimen", "check", str(path))
    assert done.code == 0, done.out
    assert "url: http" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", REGIMENS, ids=lambda path: path.stem)
def test_a_transcribed_regimen_agrees_with_what_was_worked_by_hand(path: Path) -> None:
    assert cases_path(path).is_file()
    outcome = run_cases(check_regimen(path), path)
    assert [case.case for case in outcome.differing] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_schedule_of_a_transcribed_file_is_drawn(path: Path) -> None:
    start = ("--day-0" if path.stem in FROM_DAY_0 else "--start", "2026-11-30")
    done = cec("schedule", str(path), *PATIENT, *start, *GIVEN.get(path.stem, ()))
    assert done.code == 0, done.err
    assert "Mon 30-Nov-2026" in done.out
    assert "Draft: not valid until checked and signed" in done.out
