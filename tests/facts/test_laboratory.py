"""Laboratory values: facts with units and bounds, which checks, doses and lines may hang on."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from regimen_texts import regimen_text

from cec import dose_table, draft_order, load_order, load_patient, load_regimen
from cec.errors import CecError
from cec.facts import FACTS
from cec.regimen import Regimen
from cec.rendering import render
from cec.verification import verify_order

SIZE = {"height": "170 cm", "weight": "70 kg"}
CHECKS = """checks:
  - {code: low-anc, when: {anc: under 0.75 x 10^9/L}, level: stop, text: wait for the neutrophils}
  - {code: high-bilirubin, when: {bilirubin: over 3 mg/dL}, level: check, text: look at the liver}
  - {code: low-platelets, when: {platelets: 50 to 100 x 10^9/L}, level: note, text: platelets are low}
  - {code: liver, when: {alt: over 200 U/L, ast: over 200 U/L}, level: check, text: both are high}
  - {code: anaemia, when: {haemoglobin: under 8 g/dL}, level: check, text: transfuse first}
"""
GOOD = {
    "anc": "0.75 x 10^9/L",
    "bilirubin": "3 mg/dL",
    "platelets": "101 G/L",
    "alt": "201 U/L",
    "ast": "200 U/L",
    "haemoglobin": "80 g/L",
}


@pytest.fixture
def regimen(tmp_path: Path) -> Regimen:
    path = tmp_path / "laboratory.yaml"
    line = "drug: etoposide, dose: 100 mg/m2, route: oral, days: 1"
    path.write_text(regimen_text("laboratory", line) + CHECKS, encoding="utf-8")
    return load_regimen(path)


def codes(regimen: Regimen, **texts: str) -> set[str]:
    order = draft_order(regimen, load_patient(texts={**SIZE, **GOOD, **texts}))
    return {alert.code for alert in order.alerts} - {"incomplete", "not-applicable"}


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"bilirubin": "3.01 mg/dL"}, "high-bilirubin"),
        ({"bilirubin": "51.4 micromol/L"}, "high-bilirubin"),  # 3 × 17.104 = 51.312
        ({"platelets": "100 x 10^9/L"}, "low-platelets"),
        ({"platelets": "50000/microL"}, "low-platelets"),  # 50,000 × 0.001 = 50
        ({"platelets": "50000 /mm3"}, "low-platelets"),
        ({"ast": "3.34 microkat/L"}, "liver"),  # 3.34 × 60 = 200.4
        ({"haemoglobin": "79.9 g/L"}, "anaemia"),
    ],
)
def test_a_check_holds_a_value_in_any_of_its_units(told: dict[str, str], code: str, regimen: Regimen) -> None:
    assert codes(regimen) == set()
    assert codes(regimen, **told) == {code}


def test_a_stop_by_a_value_gives_no_dose(regimen: Regimen) -> None:
    with pytest.raises(CecError, match="wait for the neutrophils"):
        codes(regimen, anc="740/microL")
    assert codes(regimen, anc="750/microL") == set()
    with pytest.raises(CecError, match="wait for the neutrophils"):
        codes(regimen, anc="0 x 10^9/L")


@pytest.mark.parametrize(
    ("fact", "text", "said"),
    [
        ("anc", "750 x 10^9/L", "750 x 10^9/L is not a possible absolute neutrophil count"),
        ("anc", "750 x 10^9/L", "did you mean 750 /microL?"),
        ("anc", "0.75", "has no unit; write it like 0.75 x 10^9/L"),
        ("haemoglobin", "95 g/dL", "did you mean 95 g/L?"),
        ("platelets", "-5 x 10^9/L", "is negative"),
        ("bilirubin", "3 mg", "is not a bilirubin but an amount of drug; write it like 1.2 mg/dL"),
    ],
)
def test_what_cannot_be_is_refused_with_what_was_meant(fact: str, text: str, said: str) -> None:
    with pytest.raises(CecError) as caught:
        load_patient(texts={**SIZE, fact: text})
    assert said in str(caught.value)


def test_what_hardly_anybody_has_is_asked_about(regimen: Regimen) -> None:
    assert codes(regimen, alt="10001 U/L") == {"alt"}
    assert codes(regimen, alt="10000 U/L") == set()


def test_tables_tell_them_in_columns(regimen: Regimen) -> None:
    rows = {
        "id": ["1", "2"],
        "height_cm": ["170", "170"],
        "weight_kg": ["70", "70"],
        "anc_10_9_l": ["0.75", "0.74"],
        "haemoglobin_g_dl": ["8", "8"],
        "platelets": ["101 x 10^9/L"] * 2,
    }
    dosed = dose_table(pl.DataFrame(rows), regimen)
    assert dosed["etoposide_mg"].to_list() == ["182", None]
    assert "wait for the neutrophils" in dosed["rejected"][1]


def test_one_milligram_of_bilirubin() -> None:
    """Its molar mass is 584.66 g/mol: 10 mg/L are 10,000 / 584.66 = 17.104 micromol/L."""
    one = FACTS["bilirubin"].in_unit(FACTS["bilirubin"].read("1 mg/dL"))
    assert one.value == Decimal("17.104")


def test_a_check_may_hang_on_any_of_several(tmp_path: Path) -> None:
    path = tmp_path / "laboratory.yaml"
    check = "{code: liver, when: [{bilirubin: over 3 mg/dL}, {alt: over 200 U/L}], level: check, text: look}"
    line = "drug: etoposide, dose: 100 mg/m2, route: oral, days: 1"
    path.write_text(f"{regimen_text('laboratory', line)}checks:\n  - {check}\n", encoding="utf-8")
    regimen = load_regimen(path)

    def alerts(**texts: str) -> list[tuple[str, str]]:
        order = draft_order(regimen, load_patient(texts={**SIZE, "age": "30 years", **texts}))
        assert verify_order(load_order(render(order, "json"))).finding == "agrees"
        return [(alert.code, alert.text) for alert in order.alerts if alert.code != "not-applicable"]

    high, low = {"bilirubin": "4 mg/dL", "alt": "300 U/L"}, {"bilirubin": "1 mg/dL", "alt": "30 U/L"}
    both, first, neither = alerts(**high), alerts(**{**high, "alt": "30 U/L"}), alerts(**low)
    assert [both, first, neither] == [[("liver", "look")], [("liver", "look")], []]
    assert alerts(alt="300 U/L") == [("liver", "look")]  # the other is not known, and not needed
    assert [code for code, _ in alerts(alt="30 U/L")] == ["incomplete"]
