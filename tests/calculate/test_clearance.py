"""Kidney function: estimates of nobody, doses by AUC, caps, and the unit in which a bound holds.

Expected numbers are worked by hand beside them: Cockcroft-Gault (140 - age) × kg / (72 × mg/dL) × 0.85 in women,
bedside Schwartz 0.413 × cm / (mg/dL), Calvert AUC × (mL/min + 25), 1 mg/dL = 88.4 micromol/L.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from patients import Given, alerts_of, batch, order_of, refusal_of
from running import cec

from cec import load_pharmacy, load_regimen
from cec.errors import CecError
from cec.facts import FACTS
from cec.rendering import render

HEAD = "name: one-drug\ntitle: One\nedition: 1\nfor: tests\nsource: {citation: made up}\ndrugs:\n"
AUC = "  - {drug: carboplatin, dose: AUC 5, route: IV infusion, over: 1 h, days: 1}\n"
BANDS = """\
  - drug: topotecan
    dose:
      - {when: {FACT: under 40 UNIT}, dose: 0.7 mg/m2}
      - {when: {FACT: at least 40 UNIT}, dose: 1.5 mg/m2}
    route: IV infusion
    over: 30 min
    days: 1-5
"""
WOMAN = {"height": "170 cm", "weight": "60 kg", "age": "30", "sex": "f", "creatinine": "0.3 mg/dL"}
ROUNDED = "dose_rounding: {carboplatin: nearest 1 mg}\n"

Build = Callable[..., Given]


@pytest.fixture
def given(tmp_path: Path) -> Build:
    """A regimen of these lines in a pharmacy that says this."""

    def build(lines: str, pharmacy: str = "") -> Given:
        regimen, policy = tmp_path / "one-drug.yaml", tmp_path / "pharmacy.yaml"
        regimen.write_text(HEAD + lines, encoding="utf-8")
        policy.write_text(pharmacy or "name: Any\n", encoding="utf-8")
        return Given(load_regimen(regimen), load_pharmacy(policy))

    return build


# What no kidney does


def test_an_estimate_that_the_other_unit_explains_is_asked_about_with_its_number(given: Build) -> None:
    """0.413 × 128 × 88.4 / 5 = 934.6; from 5 mg/dL 0.413 × 128 / 5 = 10.6."""
    child = {"height": "128", "weight": "26", "age": "8", "sex": "f", "creatinine": "5 micromol/L"}
    found = alerts_of(given(BANDS.replace("FACT", "kidney_function").replace("UNIT", "mL/min")), **child)
    assert found["clearance"].text == (
        "934.6 mL/min/1.73 m2, estimated from a creatinine of 5 micromol/L, is outside 5 to 200 mL/min/1.73 m2; "
        "look at the creatinine; 5 mg/dL would give 10.6 mL/min/1.73 m2"
    )
    shipped = Given(load_regimen("cec-induction"))
    assert {"creatinine", "clearance"} <= set(batch(shipped, child)[0].split())


def test_a_measured_clearance_of_hardly_anybody_is_asked_about(given: Build) -> None:
    man = {"height": "180", "weight": "80"}
    auc = given(AUC)
    found = alerts_of(auc, **man, creatinine_clearance="250 mL/min")
    assert found["clearance"].text == (
        "250 mL/min is not at most 200 mL/min; look again; the decimal point may have slipped: 25 mL/min"
    )
    rows = [{**man, "creatinine_clearance": f"{each} mL/min"} for each in ("200.1", "200", "4", "90")]
    assert ["clearance" in codes.split() for codes in batch(auc, *rows)] == [True, False, False, False]
    assert ["clearance" in alerts_of(auc, **row) for row in rows] == [True, False, False, False]


@pytest.mark.parametrize("creatinine", ["44 micromol/L", "0.5 mg/dL", "0.3 mg/dL"])
def test_a_healthy_child_passes_in_peace(creatinine: str) -> None:
    """0.413 × 128 / 0.3 = 176.2; 44 micromol/L give 106.2 mL/min/1.73 m2, 58.9 mL/min of a child of 0.96 m2."""
    child = {"height": "128", "weight": "26", "age": "8", "sex": "f", "creatinine": creatinine}
    shipped = Given(load_regimen("cec-induction"))
    assert alerts_of(shipped, **child) == {}
    assert batch(shipped, child) == [""]


# Doses by AUC


def test_an_estimate_of_nobody_gives_no_dose_and_names_the_creatinine(given: Build) -> None:
    """110 × 100 / (72 × 0.15) = 1,018.5; with 0.38 mg/dL 402.0, with 0.4 mg/dL 381.9."""
    man = {"height": "180", "weight": "100", "age": "30", "sex": "m"}
    auc = given(AUC, ROUNDED)
    rows = [{**man, "creatinine": f"{each} mg/dL"} for each in ("0.15", "0.38", "0.4")]
    words = "an estimated clearance of 1,018.51851… mL/min is not possible (at most 400 mL/min)"
    assert words in refusal_of(auc, **rows[0])
    assert "(72 × 0.15 mg/dL)" in refusal_of(auc, **rows[0])
    found = batch(auc, *rows)
    assert words in found[0]
    assert ["not possible" in each for each in found] == [True, True, False]
    assert str(order_of(auc, **rows[2]).doses[0].ordered) == "2,035 mg"  # 5 × (381.9444… + 25) = 2,034.7
    capped = given(AUC, f"{ROUNDED}clearance_cap: 125 mL/min\n")
    assert "not possible" in refusal_of(capped, **rows[0])


def test_an_estimate_of_nobody_is_no_hindrance_where_no_dose_hangs_on_it() -> None:
    man = {"height": "180", "weight": "100", "age": "30", "sex": "m", "creatinine": "0.15 mg/dL"}
    assert "clearance" in alerts_of(Given(load_regimen("cec-induction")), **man)


def test_without_a_cap_of_the_pharmacy_both_published_sides_are_told(given: Build) -> None:
    """110 × 60 / (72 × 0.3) × 0.85 = 259.7; 5 × 284.7 = 1,423.6."""
    auc = given(AUC, ROUNDED)
    order, found = order_of(auc, **WOMAN), alerts_of(auc, **WOMAN)
    assert str(order.doses[0].ordered) == "1,424 mg"
    assert {code: alert.level for code, alert in found.items()} == {
        "clearance": "check",
        "high-clearance-carboplatin": "check",
        "low-creatinine-carboplatin": "check",
    }
    words = found["high-clearance-carboplatin"].text
    assert words.startswith("the clearance of 259.7 mL/min (Cockcroft-Gault) is above 125 mL/min and not capped: ")
    assert all(side in words for side in ("FDA", "NCCN", "eviQ", "clearance_cap"))
    assert "0.3 mg/dL, below 0.7 mg/dL" in found["low-creatinine-carboplatin"].text
    assert set(batch(auc, WOMAN)[0].split()) == found.keys()


def test_the_cap_of_the_pharmacy_is_a_step_with_both_numbers(given: Build) -> None:
    """5 × (125 + 25) = 750."""
    auc = given(AUC, f"{ROUNDED}clearance_cap: 125 mL/min\n")
    order, found = order_of(auc, **WOMAN), alerts_of(auc, **WOMAN)
    steps = {step.what: step for step in order.doses[0].steps}
    assert str(order.doses[0].ordered) == "750 mg"
    assert str(steps["limited"].value) == "125 mL/min"
    assert steps["limited"].how == ("259.72222… mL/min, estimated, is above the pharmacy's clearance_cap of 125 mL/min")
    assert found["high-clearance-carboplatin"].level == "note"
    assert "counts as 125 mL/min" in found["high-clearance-carboplatin"].text
    assert set(batch(auc, WOMAN)[0].split()) == found.keys()
    assert all("259.7" in render(order, name).decode() for name in ("table", "json"))


def test_a_reduction_is_taken_from_the_capped_dose_and_a_maximum_caps_once_more(given: Build) -> None:
    """750 mg less 25% is 562.5 mg; a maximum of 700 mg less 25% is 525 mg."""
    auc = given(AUC, "clearance_cap: 125 mL/min\n")
    dose = order_of(auc, **WOMAN, reductions=["carboplatin=25%: neutropenia"]).doses[0]
    assert (str(dose.ordered), str(dose.unreduced)) == ("562.5 mg", "750 mg")
    both = given(AUC.replace("AUC 5,", "AUC 5, maximum: 700 mg,"), "clearance_cap: 125 mL/min\n")
    dose = order_of(both, **WOMAN, reductions=["carboplatin=25%: neutropenia"]).doses[0]
    assert (str(dose.ordered), str(dose.unreduced)) == ("525 mg", "700 mg")
    assert [step.what for step in dose.steps][2:5] == ["limited", "calculated", "capped"]


def test_a_pharmacy_that_does_not_cap_says_so_in_a_note(given: Build) -> None:
    auc = given(AUC, f"{ROUNDED}clearance_cap: none\n")
    found = alerts_of(auc, **WOMAN)
    assert str(order_of(auc, **WOMAN).doses[0].ordered) == "1,424 mg"
    assert (found["high-clearance-carboplatin"].level, found["high-clearance-carboplatin"].source) == ("note", "")
    assert "clearance_cap is none" in found["high-clearance-carboplatin"].text


@pytest.mark.parametrize("cap", ["", "clearance_cap: none\n", "clearance_cap: 125 mL/min\n"])
def test_a_measured_clearance_is_not_capped_and_above_the_cap_a_note(cap: str, given: Build) -> None:
    """5 × (150 + 25) = 875; 125 mL/min passes in peace."""
    auc, man = given(AUC, cap), {"height": "180", "weight": "80", "age": "50", "sex": "m"}
    order = order_of(auc, **man, creatinine_clearance="150 mL/min")
    (note,) = (alert for alert in order.alerts if alert.code != "incomplete")
    assert (str(order.doses[0].ordered), note.code, note.level) == ("875 mg", "high-clearance-carboplatin", "note")
    assert "a measured one is not capped" in note.text
    rows = [{**man, "creatinine_clearance": f"{each} mL/min"} for each in ("150", "125", "125.1")]
    assert batch(auc, *rows) == ["high-clearance-carboplatin", "", "high-clearance-carboplatin"]


@pytest.mark.parametrize("text", ["12.5 mL/min", "1250 mL/min", "125", "uncapped", "125 mL/min/1.73 m2"])
def test_a_cap_of_nobody_is_refused(text: str, given: Build) -> None:
    with pytest.raises(CecError, match="clearance_cap"):
        given(AUC, f"clearance_cap: {text}\n")


def test_a_usual_estimate_passes_in_peace(given: Build) -> None:
    """90 × 70 / (72 × 1) = 87.5; 70 / 1.75² = 22.9 kg/m2."""
    man = {"height": "175", "weight": "70", "age": "50", "sex": "m", "creatinine": "1 mg/dL"}
    auc = given(AUC)
    assert alerts_of(auc, **man) == {}
    assert batch(auc, man) == [""]


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"creatinine": "0.69 mg/dL"}, {"high-clearance-carboplatin", "low-creatinine-carboplatin"}),  # 126.8 mL/min
        ({"creatinine": "0.7 mg/dL", "age": "60"}, set()),  # 80 × 70 / 50.4 = 111.1
        ({"weight": "76.6"}, {"heavy-clearance-carboplatin"}),  # 76.6 / 1.75² = 25.01
        ({"weight": "76.5"}, set()),  # 24.98
        ({"height": "160", "weight": "64"}, {"heavy-clearance-carboplatin"}),  # just 25
        ({"weight": "104", "creatinine_clearance": "100 mL/min"}, set()),  # 34.0, and nothing is estimated
    ],
)
def test_what_cockcroft_gault_was_given_is_looked_at(change: dict[str, str], codes: set[str], given: Build) -> None:
    man = {"height": "175", "weight": "70", "age": "50", "sex": "m", "creatinine": "1 mg/dL", **change}
    auc = given(AUC, ROUNDED)
    assert set(alerts_of(auc, **man)) == codes
    assert set(batch(auc, man)[0].split()) == codes
    assert alerts_of(Given(load_regimen("cec-consolidation"))._replace(start=None), **man).keys().isdisjoint(codes)


def test_it_is_looked_at_where_bands_hang_on_the_estimate_too(given: Build) -> None:
    man = {"height": "160", "weight": "64", "age": "50", "sex": "m", "creatinine": "0.69 mg/dL"}
    bands = given(BANDS.replace("FACT", "creatinine_clearance").replace("UNIT", "mL/min"))
    assert set(alerts_of(bands, **man)) == {
        *("low-creatinine-topotecan", "heavy-clearance-topotecan", "digits-topotecan"),
    }


# A dose by AUC in a child


def test_a_dose_by_auc_below_18_years_is_a_stop(given: Build) -> None:
    """Calvert 1989 was made in adults. 5 × (50 + 25) = 375."""
    child = {"height": "86", "weight": "12", "age": "2", "creatinine_clearance": "50 mL/min"}
    auc, code = given(AUC), "auc-under-18-carboplatin"
    assert f"stop {code}: carboplatin: under 18 years; Calvert's formula" in refusal_of(auc, **child)
    assert "375" not in refusal_of(auc, **child)
    assert str(order_of(auc, code, **child).doses[0].ordered) == "375 mg"
    rows = [{**child, "age": age} for age in ("2", "215 months", "18", "216 months")]
    assert [code in each for each in batch(auc, *rows)] == [True, True, False, False]
    assert code not in alerts_of(auc, **{**child, "age": "18"})


def test_the_stop_comes_before_what_else_stands_against_the_dose(given: Build) -> None:
    child = {"height": "128", "weight": "26", "age": "8", "creatinine": "0.5 mg/dL"}
    words = refusal_of(given(AUC), **child)
    assert "stop auc-under-18-carboplatin" in words
    assert "its dose is refused too" in words
    with pytest.raises(CecError, match="needs the creatinine clearance in mL/min"):
        order_of(given(AUC), "auc-under-18-carboplatin", **child)


def test_without_an_age_it_is_said_that_nobody_checked(given: Build) -> None:
    order = order_of(given(AUC), height="170", weight="60", creatinine_clearance="90 mL/min")
    assert "no age given (growth reference, carboplatin)" in order.alerts[-1].text


def test_a_band_by_auc_for_adults_does_not_stop_a_child_of_another_band(given: Build) -> None:
    """A child of 1 m2 (128 cm, 28.125 kg) has 560 mg/m2."""
    lines = """\
  - drug: carboplatin
    dose:
      - {when: {age: under 18 years}, dose: 560 mg/m2}
      - {when: {age: at least 18 years}, dose: AUC 5}
    route: IV infusion
    over: 1 h
    days: 1
"""
    child = {"height": "128", "weight": "28.125", "age": "8", "creatinine_clearance": "60 mL/min"}
    assert str(order_of(given(lines), **child).doses[0].ordered) == "560 mg"
    assert batch(given(lines), child) == [""]


# In which unit a bound holds


@pytest.mark.parametrize(
    ("fact", "unit", "dose", "codes"),
    [
        # 0.413 × 82 / 0.8 = 42.33 per 1.73 m2; √(82 × 11 / 3600) → 0.5 m2; 42.33 × 0.5 / 1.73 = 12.2 mL/min
        ("creatinine_clearance", "mL/min", "0.35 mg", {"clearance-readings"}),
        ("normalised_clearance", "mL/min/1.73 m2", "0.75 mg", set()),
        ("kidney_function", "mL/min", "0.75 mg", set()),
    ],
)
def test_a_bound_is_held_against_the_clearance_in_its_unit(
    fact: str, unit: str, dose: str, codes: set[str], given: Build
) -> None:
    child = {"height": "82", "weight": "11", "age": "20 months", "creatinine": "0.8 mg/dL"}
    bands = given(BANDS.replace("FACT", fact).replace("UNIT", unit))
    assert str(order_of(bands, **child).doses[0].ordered) == dose
    assert set(alerts_of(bands, **child)) == codes
    assert set(batch(bands, child)[0].split()) == codes


def test_the_conversion_stands_in_the_step_of_the_dose_and_the_check_names_the_bound(given: Build) -> None:
    child = {"height": "82", "weight": "11", "age": "20 months", "creatinine": "0.8 mg/dL"}
    bands = given(BANDS.replace("FACT", "creatinine_clearance").replace("UNIT", "mL/min"))
    order = order_of(bands, **child)
    assert order.doses[0].steps[0].how == (
        "0.7 mg/m2, as the regimen says for creatinine clearance under 40 mL/min: "
        "42.3325 mL/min/1.73 m2 × 0.5 m2 / 1.73 m2 = 12.23482… mL/min"
    )
    assert alerts_of(bands, **child)["clearance-readings"].text == (
        "42.3 mL/min/1.73 m2 is 12.2 mL/min by the body surface area of this patient, and counts as that; between the "
        "two lies 40 mL/min (topotecan)"
    )
    clearance = order.measures[0].clearance
    assert clearance
    assert str(clearance.own) == "12.23482… mL/min"
    assert "12.23482… mL/min" in " ".join(render(order, "table").decode().split())


def test_a_measured_clearance_is_converted_for_a_bound_per_173(given: Build) -> None:
    """20 mL/min × 1.73 / 0.5 = 69.2 mL/min/1.73 m2: 1.5 mg/m2; 10 mL/min are 34.6: 0.7 mg/m2."""
    bands = given(BANDS.replace("FACT", "normalised_clearance").replace("UNIT", "mL/min/1.73 m2"))
    rows = [{"height": "82", "weight": "11", "creatinine_clearance": f"{each} mL/min"} for each in ("20", "10", "45")]
    assert [str(order_of(bands, **row).doses[0].ordered) for row in rows] == ["0.75 mg", "0.35 mg", "0.75 mg"]
    assert batch(bands, *rows) == ["clearance-readings", "", ""]
    assert alerts_of(bands, **rows[0])["clearance-readings"].text.startswith("20 mL/min is 69.2 mL/min/1.73 m2")


def test_readings_that_differ_are_told_only_of_patients_for_whom_the_check_is(given: Build) -> None:
    """A check for adults says nothing of a child, whatever its readings."""
    check = (
        "{code: low, when: {creatinine_clearance: under 40 mL/min, age: at least 18 years}, level: check, text: low}"
    )
    lines = f"  - {{drug: alpha, dose: 1 mg, route: oral, days: 1}}\nchecks:\n  - {check}\n"
    child = {"height": "82", "weight": "11", "age": "20 months", "creatinine": "0.8 mg/dL"}
    assert alerts_of(given(lines), **child) == {}
    young = lines.replace("at least 18 years", "under 18 years")
    assert set(alerts_of(given(young), **child)) == {"low", "clearance-readings"}
    assert "here 12.2 mL/min (bedside Schwartz)" in alerts_of(given(young), **child)["low"].text


def test_a_bound_in_another_unit_than_its_fact_is_refused_with_the_right_one(given: Build) -> None:
    lines = BANDS.replace("FACT", "creatinine_clearance").replace("UNIT", "mL/min/1.73 m2")
    with pytest.raises(CecError, match=r"is per 1.73 m2; write it under normalised_clearance"):
        given(lines)


def test_estimates_have_bounds_in_the_table_of_facts() -> None:
    assert str(FACTS["kidney_function"].plausible) == "5 to 200"


def test_a_cap_of_the_line_holds_for_measured_and_estimated_and_the_lower_one_counts(given: Build) -> None:
    """5 × (125 + 25) = 750, 5 × (150 + 25) = 875; where the line says its cap, the pharmacy's setting is not missed."""
    line = AUC.replace("AUC 5,", "AUC 5, clearance_cap: 150 mL/min,")
    measured = {"height": "180", "weight": "80", "age": "50", "creatinine_clearance": "180 mL/min"}
    both, alone = given(line, f"{ROUNDED}clearance_cap: 125 mL/min\n"), given(line, ROUNDED)
    for auc, estimated in ((both, "750 mg"), (alone, "875 mg")):
        assert str(order_of(auc, **WOMAN).doses[0].ordered) == estimated
        assert str(order_of(auc, **measured).doses[0].ordered) == "875 mg"
    assert set(alerts_of(alone, **WOMAN)) == {"clearance", "low-creatinine-carboplatin"}
    assert alerts_of(alone, **measured) == {}


def test_the_cap_is_shown_with_the_policy(tmp_path: Path) -> None:
    path = tmp_path / "pharmacy.yaml"
    words = {
        "clearance_cap: 125 mL/min": "Clearance cap 125 mL/min, of an estimate in a dose by AUC",
        "clearance_cap: none": "Clearance cap none: an estimate is not capped",
        "name: Any": "Clearance cap not set: an estimate above 125 mL/min is a check",
    }
    for text, shown in words.items():
        path.write_text(f"{text}\n", encoding="utf-8")
        assert shown in " ".join(cec("pharmacy", "show", str(path)).out.split())


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        (
            "creatinine: over 60 mg/dL",
            "60 mg/dL is not a possible serum creatinine (0.05 to 40 mg/dL); did you",
        ),
        ("creatinine_clearance: under 600 mL/min", "600 mL/min is not a possible measured creatinine clearance"),
        ("age: over 130 years", "130 years is not a possible age (0 to 120 years)"),
        ("weight: under 26000 kg", "26,000 kg is not a possible body weight (0.3 to 350 kg); did you mean 26,000 g?"),
    ],
)
def test_a_bound_at_which_nobody_can_be_is_refused(when: str, fault: str, given: Build) -> None:
    """Such a check would never speak, or always."""
    check = f"checks:\n  - {{code: x, when: {{{when}}}, level: check, text: x}}\n"
    with pytest.raises(CecError) as refused:
        given(AUC + check)
    assert fault in str(refused.value)
    assert given(AUC + check.replace(when, "age: at least 0 years, weight: over 0.3 kg")).regimen.checks
