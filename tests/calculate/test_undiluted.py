"""What is ordered IV with no duration, and so drawn up as it comes, held against the formulary's concentrations."""

from __future__ import annotations

from pathlib import Path

import pytest
from regimen_texts import regimen_file

from cec import draft_order, load_patient, load_pharmacy, load_regimen

PHARMACY = """\
formulary:
  etoposide:
    source: a label
    products: [{name: etoposide vial, form: solution, strength: STRENGTH, volume: 5 mL}]
    diluents: [glucose 5%]
    bags: [250 mL]
    HIGHEST
"""
AT_MOST = "highest_concentration: 0.4 mg/mL"


def checks(folder: Path, line: str, strength: str = "20 mg/mL", highest: str = AT_MOST) -> list[str]:
    regimen = regimen_file(folder, "short", f"drug: etoposide, dose: 100 mg/m2, days: 1, {line}")
    pharmacy = folder / "pharmacy.yaml"
    pharmacy.write_text(PHARMACY.replace("STRENGTH", strength).replace("HIGHEST", highest), encoding="utf-8")
    who = load_patient(texts={"height": "110 cm", "weight": "20 kg"})
    order = draft_order(load_regimen(regimen), who, load_pharmacy(pharmacy))
    return [alert.text for alert in order.alerts if alert.code == "undiluted-etoposide"]


def test_a_vial_that_is_stronger_than_any_bag_is_asked_about(tmp_path: Path) -> None:
    (text,) = checks(tmp_path, "route: IV")
    assert text == (
        "IV with no duration, so drawn up as it comes, at 20 mg/mL; the formulary allows 0.4 mg/mL at most: its "
        "line needs a duration (over), or a route that says bolus"
    )


@pytest.mark.parametrize(
    ("line", "strength", "highest"),
    [
        pytest.param("route: IV infusion, over: 1 h", "20 mg/mL", AT_MOST, id="an infusion goes into a bag"),
        pytest.param("route: IV bolus", "20 mg/mL", AT_MOST, id="somebody says that it is a bolus"),
        pytest.param("route: IV", "0.4 mg/mL", AT_MOST, id="as strong as is allowed"),
        pytest.param("route: IV", "400 mcg/mL", AT_MOST, id="the same in another unit"),
        pytest.param("route: IV", "20 mg/mL", "cytotoxic: true", id="the formulary states no limit"),
    ],
)
def test_what_is_meant_so_or_weak_enough_passes_in_peace(
    tmp_path: Path, line: str, strength: str, highest: str
) -> None:
    assert checks(tmp_path, line, strength, highest) == []
