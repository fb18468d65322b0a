"""The dose of another entry of a line is explained as that. 170 cm, 70 kg."""

from __future__ import annotations

from pathlib import Path

from regimen_texts import regimen_file
from running import cec

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
