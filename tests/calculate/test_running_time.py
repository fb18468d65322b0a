"""An infusion's duration held against how long the formulary says that it keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from regimen_texts import regimen_text

from cec import draft_order, load_patient, load_pharmacy, load_regimen

REGIMEN = regimen_text("long", "drug: etoposide, dose: DOSE, route: IV continuous infusion, over: OVER, days: 1")
PHARMACY = """\
KEYSformulary:
  etoposide:
    source: labels
    products: [{name: etoposide vial, form: solution, strength: 20 mg/mL, volume: 5 mL}]
    diluents: [glucose 5%]
    lowest_concentration: 0.05 mg/mL
    highest_concentration: 0.4 mg/mL
    bags: BAGS
    stability:
      - {hours: 96 h, concentration: 0.2 mg/mL, conditions: 15 to 25 degrees C, jurisdiction: CH label}
      - {hours: 24 h, concentration: 0.4 mg/mL, conditions: room temperature, jurisdiction: US label}
"""


def checks(folder: Path, dose: str, over: str, bags: str = "[500 mL]", keys: str = "") -> list[str]:
    (folder / "regimen.yaml").write_text(REGIMEN.replace("DOSE", dose).replace("OVER", over), encoding="utf-8")
    (folder / "pharmacy.yaml").write_text(PHARMACY.replace("BAGS", bags).replace("KEYS", keys), encoding="utf-8")
    who = load_patient(texts={"height": "110 cm", "weight": "20 kg"})
    order = draft_order(load_regimen(folder / "regimen.yaml"), who, load_pharmacy(folder / "pharmacy.yaml"))
    return [alert.text for alert in order.alerts if alert.code == "runs-longer-etoposide"]


SAID = "at 0.2 mg/mL 96 h, 15 to 25 degrees C (CH label); at 0.4 mg/mL 24 h, room temperature (US label)"


@pytest.mark.parametrize(
    ("dose", "over", "text"),
    [
        ("100 mg", "96 h", None),  # 100 mg in 500 mL is 0.2 mg/mL: 96 h
        ("100 mg", "97 h", "runs over 97 h, but keeps at 0.2 mg/mL 96 h, 15 to 25 degrees C (CH label)"),
        ("200 mg", "24 h", None),  # 0.4 mg/mL: 24 h
        ("200 mg", "96 h", "runs over 96 h, but keeps at 0.4 mg/mL 24 h, room temperature (US label)"),
        ("192 mg", "96 h", f"runs over 96 h, and nothing says that it keeps as long at 0.384 mg/mL: {SAID}"),
        ("192 mg", "24 h", None),  # whatever is stated is not shorter
    ],
)
def test_an_infusion_that_outlasts_its_stability_is_asked_about(
    tmp_path: Path, dose: str, over: str, text: str | None
) -> None:
    assert checks(tmp_path, dose, over) == ([text] if text else [])


def test_of_a_bag_that_nobody_chose_everything_stated_is_told(tmp_path: Path) -> None:
    assert checks(tmp_path, "100 mg", "48 h", "[]") == [
        f"runs over 48 h, and nothing says that it keeps as long in a bag that nobody chose: {SAID}"
    ]
    assert checks(tmp_path, "100 mg", "24 h", "[]") == []


def test_what_runs_is_held_against_the_label_that_is_followed_and_not_against_the_store(tmp_path: Path) -> None:
    """Where bags are kept before says nothing of how long one may hang."""
    assert checks(tmp_path, "100 mg", "97 h", keys="storage: room temperature\n")
    assert checks(tmp_path, "100 mg", "96 h", keys="jurisdiction: CH label\n") == []
