"""The wrong doses of one order are explained together: what they share comes first, and no right dose contradicts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from regimen_texts import SHIPPED, regimen_file
from running import cec

from cec.calculate import draft_order
from cec.load import load_patient, load_pharmacy, load_regimen
from cec.order import Order
from cec.units import AMOUNT, read_quantity
from cec.verification import Verification, verify_doses
from cec.verification.written import Written, last_digit

ROUNDED = "the expected dose, rounded to the digits that are written, is the same"
CHILD = {"height": "128 cm", "weight": "26 kg"}
"""√(128 × 26 / 3600) = 0.961… → 0.96 m2: 38.4, 96, 422.4 mg, and 13 mg of prednisone."""


def order_of(regimen: str | Path = "cec-induction", pharmacy: Mapping[str, Any] | None = None, **texts: Any) -> Order:
    return draft_order(load_regimen(regimen), load_patient(texts=texts or CHILD), load_pharmacy(texts=pharmacy or {}))


def verify(order: Order, written: Mapping[str, str]) -> Verification:
    """What is said of amounts that are written like this."""
    amounts = [Written(drug, read_quantity(text, AMOUNT), last_digit(text)) for drug, text in written.items()]
    return verify_doses(order, amounts, others=tuple(SHIPPED.values()))


def shared(verification: Verification) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.mistake, each.drugs) for each in verification.shared_explanations]


def mistakes(verification: Verification) -> dict[str, list[str]]:
    """The mistakes by the wrong drug."""
    return {
        verdict.drug: [each.mistake for each in verdict.explanations]
        for verdict in verification.verdicts
        if verdict.verdict != "agrees"
    }


# What all wrong drugs share


def test_a_tenth_rounded_to_whole_mg_is_a_tenth_and_told_once() -> None:
    """3.84, 9.6 and 1.3 mg, rounded to the digits that are written."""
    written = {"clofarabine": "4 mg", "etoposide": "10 mg", "cyclophosphamide": "422.4 mg", "prednisone": "1 mg"}
    verification = verify(order_of(), written)
    assert shared(verification) == [("ten times or a tenth", ("clofarabine", "etoposide", "prednisone"))]
    assert verification.shared_explanations[0].text == (
        "clofarabine a tenth of 38.4 mg is 3.84 mg; etoposide a tenth of 96 mg is 9.6 mg; "
        "prednisone a tenth of 13 mg is 1.3 mg"
    )
    assert set(map(tuple, mistakes(verification).values())) == {("ten times or a tenth",)}


@pytest.mark.parametrize(("amount", "is_a_tenth"), [("3.84", True), ("3.8", True), ("4", True), ("3.9", False)])
def test_a_fit_allows_half_of_the_last_written_digit(amount: str, is_a_tenth: bool) -> None:
    """3.84 mg: 3.85 is the first that 3.8 does not stand for."""
    written = {
        "clofarabine": f"{amount} mg",
        "etoposide": "96 mg",
        "cyclophosphamide": "422.4 mg",
        "prednisone": "13 mg",
    }
    found = mistakes(verify(order_of(), written))
    assert found == {"clofarabine": ["ten times or a tenth"] if is_a_tenth else []}


def test_doses_for_another_bsa_are_explained_by_the_one_that_fits_them_all(tmp_path: Path) -> None:
    """HL7 mCODE, extended example: 932.59 mg at 600 mg/m2 and 272.01 mg at 175 mg/m2 beside doxorubicin 105.96 mg.

    932.59 / 600 = 1.554316…, 272.01 / 175 = 1.554342…: both within half of the last digit of 1.55432.
    √(165 × 68 / 3600) is 1.7654… m2, and 105.96 / 60 = 1.766.
    """
    path = regimen_file(
        tmp_path,
        "breast",
        "drug: doxorubicin, dose: 60 mg/m2, route: IV bolus, days: 1",
        "drug: cyclophosphamide, dose: 600 mg/m2, route: IV infusion, over: 1 h, days: 1",
        "drug: paclitaxel, dose: 175 mg/m2, route: IV infusion, over: 3 h, days: 2",
    )
    order = order_of(path, height="165 cm", weight="68 kg")
    written = {"doxorubicin": "105.96 mg", "cyclophosphamide": "932.59 mg", "paclitaxel": "272.01 mg"}
    verification = verify(order, written)
    assert shared(verification) == [("another BSA", ("cyclophosphamide", "paclitaxel"))]
    assert verification.shared_explanations[0].text == (
        "computed for 1.55432 m2, 87.8% of 1.77 m2: cyclophosphamide 600 mg/m2 × 1.55432 m2 = 932.592 mg; "
        "paclitaxel 175 mg/m2 × 1.55432 m2 = 272.006 mg"
    )
    in_peace = verify(order, written | {"cyclophosphamide": "1059.24 mg", "paclitaxel": "308.95 mg"})
    assert in_peace.agrees
    assert verify(order, written | {"paclitaxel": "280.01 mg"}).shared_explanations == ()


@pytest.mark.parametrize(
    ("prednisone", "weight"),
    [("15 mg", "30 kg, 115.4%"), ("15.05 mg", "30.1 kg, 115.8%"), ("13 mg", "1.03 m2, 107.3%")],
)
def test_doses_for_another_weight_are_explained_by_the_one_that_fits_them_all(prednisone: str, weight: str) -> None:
    """√(128 × 30 / 3600) = 1.0327… and √(128 × 30.1 / 3600) = 1.0345… → 1.03 m2: 41.2, 103 and 453.2 mg."""
    written = {
        "clofarabine": "41.2 mg",
        "etoposide": "103 mg",
        "cyclophosphamide": "453.2 mg",
        "prednisone": prednisone,
    }
    (explanation,) = verify(order_of(), written).shared_explanations
    assert explanation.drugs == tuple(written)[: 3 if prednisone == "13 mg" else 4]
    assert explanation.text.startswith(f"computed for {weight} of ")


def test_rounding_by_the_pharmacy_hides_no_common_measure() -> None:
    """1.17 m2 are 117 and 514.8 mg, to the nearest 2 mg 118 and 514, which alone would be 1.18 and 1.168… m2."""
    steps = dict.fromkeys(("etoposide", "cyclophosphamide"), "nearest 2 mg")
    written = {"etoposide": "118 mg", "cyclophosphamide": "514 mg"}
    (explanation,) = verify(order_of(pharmacy={"dose_rounding": steps}), written).shared_explanations
    assert explanation.text.startswith(
        "computed for 1.17 m2, 121.9% of 0.96 m2: etoposide 100 mg/m2 × 1.17 m2 = 117 mg"
    )
    assert verify(order_of(), written).shared_explanations == ()


def test_swapped_doses_are_told_once() -> None:
    written = {"clofarabine": "96 mg", "etoposide": "38.4 mg", "cyclophosphamide": "422.4 mg", "prednisone": "13 mg"}
    (explanation,) = verify(order_of(), written).shared_explanations
    assert (explanation.mistake, explanation.drugs) == ("doses swapped", ("clofarabine", "etoposide"))
    assert explanation.text == "clofarabine and etoposide have each other's dose"


def test_the_command_tells_once_what_drugs_share() -> None:
    """26 kg are 57.3 lb; √(128 × 57.3 / 3600) = 1.427… → 1.43 m2."""
    arguments = ("verify", "cec-induction", "--height", "128cm", "--weight", "26kg")
    done = cec(*arguments, "clofarabine=57.2mg", "etoposide=143mg", "cyclophosphamide=629.2mg", "prednisone=30mg")
    assert done.code == 1
    assert (
        "clofarabine 57.2 mg (38.4 mg expected), etoposide 143 mg (96 mg expected) and cyclophosphamide 629.2 mg "
        "(422.4 mg expected): weight in pounds taken as kg: 57.3 lb taken as kg: "
        "clofarabine 40 mg/m2 × 1.43 m2 = 57.2 mg; "
        "etoposide 100 mg/m2 × 1.43 m2 = 143 mg; cyclophosphamide 440 mg/m2 × 1.43 m2 = 629.2 mg"
    ) in done.said
    assert done.said.count("weight in pounds") == 1
    assert "prednisone 30 mg, expected 13 mg: no known mistake explains this" in done.said


# What right drugs contradict


def test_a_measure_that_right_doses_contradict_is_not_blamed() -> None:
    """√(163.4 × 38 / 3600) = 1.3133… → 1.31 m2. 38 lb are 17.2 kg: √(163.4 × 17.2 / 3600) → 0.88 m2, 35.2 mg."""
    order = order_of(height="163.4 cm", weight="38 kg")
    right = {"clofarabine": "52.4 mg", "etoposide": "131 mg", "cyclophosphamide": "576.4 mg", "prednisone": "19 mg"}
    assert mistakes(verify(order, right)) == {}
    for amount in ("35.11 mg", "35.2 mg"):
        assert mistakes(verify(order, right | {"clofarabine": amount})) == {"clofarabine": []}
    of_pounds = {"clofarabine": "35.2 mg", "etoposide": "88 mg", "cyclophosphamide": "387.2 mg", "prednisone": "8.6 mg"}
    assert shared(verify(order, of_pounds)) == [("weight in kg taken as pounds", tuple(of_pounds))]
    assert mistakes(verify(order, {"clofarabine": "35.2 mg"}))["clofarabine"] == ["weight in kg taken as pounds"]


def test_a_drug_that_does_not_hang_on_the_measure_contradicts_nothing() -> None:
    """128 cm are 50.39 in, typed 50.4: √(50.4 × 26 / 3600) = 0.603… → 0.6 m2; prednisone goes by weight."""
    written = {"clofarabine": "24 mg", "etoposide": "60 mg", "cyclophosphamide": "264 mg", "prednisone": "13 mg"}
    assert shared(verify(order_of(), written)) == [
        ("height in inches taken as cm", ("clofarabine", "etoposide", "cyclophosphamide"))
    ]


# Maximums and rounding

VINCRISTINE = "drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV bolus, days: 1"


def test_a_maximum_that_makes_causes_alike_is_told_and_no_arithmetic_is_false(tmp_path: Path) -> None:
    """√(130 × 28.4 / 3600) = 1.0126… → 1.01 m2: 1.515 mg. 28.4 kg are 62.6 lb: → 1.5 m2, 2.25 mg."""
    order = order_of(regimen_file(tmp_path, "weekly", VINCRISTINE), height="130 cm", weight="28.4 kg")
    (verdict,) = verify(order, {"vincristine": "2.0 mg"}).verdicts
    texts = {each.mistake: each.text for each in verdict.explanations}
    assert texts["mg/kg instead of mg/m2"] == "1.5 mg/kg × 28.4 kg = 42.6 mg; 42.6 mg is above the maximum of 2 mg"
    assert texts["weight in pounds taken as kg"] == (
        "62.6 lb taken as kg: 1.5 mg/m2 × 1.5 m2 = 2.25 mg; 2.25 mg is above the maximum of 2 mg"
    )
    assert texts["maximum written as the dose"] == "the maximum is 2 mg"
    assert verdict.hint == "the maximum of 2 mg makes these alike"
    (coarse,) = verify(order, {"vincristine": "2 mg"}).verdicts
    assert coarse.explanations == verdict.explanations
    assert coarse.hint == f"{ROUNDED}; the maximum of 2 mg makes these alike"
    (verdict,) = verify(order, {"vincristine": "2.25 mg"}).verdicts
    assert (verdict.explanations, verdict.hint) == ((), "")


def test_a_capped_drug_tells_nothing_for_or_against_a_measure(tmp_path: Path) -> None:
    """√(190 × 92 / 3600) = 2.2035… → 2.2 m2; 92 kg are 202.8 lb: √(190 × 202.8 / 3600) = 3.2716… → 3.27 m2, 327 mg."""
    path = regimen_file(tmp_path, "two", VINCRISTINE, "drug: etoposide, dose: 100 mg/m2, route: oral, days: 1")
    order = order_of(path, height="190 cm", weight="92 kg")
    found = mistakes(verify(order, {"vincristine": "2 mg", "etoposide": "327 mg"}))
    assert found == {"etoposide": ["weight in pounds taken as kg"]}


def test_a_capped_drug_hides_no_common_measure(tmp_path: Path) -> None:
    """√(150 × 54 / 3600) = 1.5 m2: 2 mg (2.25 is capped), 150 and 60 mg; of 0.9 m2 90, 36 and 1.35, not 1.2 mg."""
    lines = ("drug: etoposide, dose: 100 mg/m2, route: oral, days: 1", "drug: x, dose: 40 mg/m2, route: oral, days: 1")
    order = order_of(regimen_file(tmp_path, "three", VINCRISTINE, *lines), height="150 cm", weight="54 kg")
    written = {"vincristine": "1.20 mg", "etoposide": "90.0 mg", "x": "36.0 mg"}
    assert shared(verify(order, written)) == [("another BSA", ("etoposide", "x"))]


@pytest.mark.parametrize(
    ("weight", "amount", "hint"),
    [
        ("17.1 kg", "9 mg", ROUNDED),
        ("17.1 kg", "9.0 mg", ""),
        ("17.1 kg", "10 mg", ""),
    ],
)
def test_what_only_rounding_explains_is_no_mistake(weight: str, amount: str, hint: str) -> None:
    """0.5 × 17.1 = 8.55 mg, which is 9 mg in whole mg: +5.26%."""
    order = order_of(height="108 cm", weight=weight)
    verdict = verify(order, {"prednisone": amount}).verdicts[-1]
    assert (verdict.verdict, verdict.explanations, verdict.hint) == ("differs", (), hint)


def test_a_written_amount_of_nothing_is_explained_by_nothing() -> None:
    """A hundredth of 13 mg, 0.13 mg, is 0 in whole mg, and so is much else."""
    verdict = verify(order_of(), {"prednisone": "0 mg"}).verdicts[-1]
    assert (verdict.verdict, verdict.explanations) == ("differs", ())


@pytest.mark.parametrize(
    ("amount", "working"),
    [
        ("57.2 mg", "40 mg/m2 × 1.43 m2 = 57.2 mg"),
        ("57 mg", "40 mg/m2 × 1.43 m2 = 57.2 mg; 57.2 mg to the nearest 1 mg: 57 mg (-0.35%)"),
    ],
)
def test_a_writer_may_have_rounded_as_the_pharmacy_does_or_not(amount: str, working: str) -> None:
    """1.43 m2 of 57.3 lb, as above."""
    order = order_of(pharmacy={"dose_rounding": {"clofarabine": "nearest 1 mg"}})
    texts = {each.mistake: each.text for each in verify(order, {"clofarabine": amount}).verdicts[0].explanations}
    assert texts["weight in pounds taken as kg"] == f"57.3 lb taken as kg: {working}"


@pytest.mark.parametrize("amount", ["192.3 mg", "192 mg", "192.29 mg"])
def test_a_writer_may_have_rounded_the_bsa_otherwise(amount: str) -> None:
    """0.96 and 0.96148… m2: 5 × 40 × 0.96 = 192; 5 × 40 × 0.9614803… = 192.296… mg."""
    found = mistakes(verify(order_of(), {"clofarabine": amount}))
    is_fit = amount != "192.29 mg"
    assert found["clofarabine"] == (["total of the cycle written as the daily dose"] if is_fit else [])


# Carboplatin

CARBOPLATIN = "drug: carboplatin, dose: AUC 5, route: IV infusion, over: 1 h, days: 1"


@pytest.mark.parametrize(
    ("clearance", "amount", "found"),
    [
        ("140 mL/min", "825 mg", None),
        ("140 mL/min", "700 mg", {"AUC without the 25": "AUC 5 × 140 mL/min without the 25 is 700 mg"}),
        (
            "140 mL/min",
            "750 mg",
            {"clearance capped at 125": "clearance cut off at 125 mL/min: AUC 5 × (125 mL/min + 25) = 750 mg"},
        ),
        ("120 mL/min", "725 mg", None),
        ("120 mL/min", "750 mg", None),
        ("80 mL/min", "750 mg", {}),
    ],
)
def test_mistakes_of_calvert_are_known(
    clearance: str, amount: str, found: dict[str, str] | None, tmp_path: Path
) -> None:
    """5 × (140 + 25) = 825, 5 × 140 = 700, 5 × (125 + 25) = 750; 5 × (120 + 25) = 725, of which 750 is +3.4%."""
    path = regimen_file(tmp_path, "carboplatin", CARBOPLATIN)
    order = order_of(path, height="170 cm", weight="70 kg", creatinine_clearance=clearance)
    (verdict,) = verify(order, {"carboplatin": amount}).verdicts
    texts = {each.mistake: each.text for each in verdict.explanations}
    assert (verdict.verdict, texts) == (("agrees", {}) if found is None else ("differs", found))


def test_a_clearance_that_the_pharmacy_caps_and_somebody_did_not_is_known(tmp_path: Path) -> None:
    """(140 - 30) × 60 / (72 × 0.3) × 0.85 = 259.7…: 5 × (125 + 25) = 750, 5 × (259.7… + 25) = 1,423.6."""
    path, policy = regimen_file(tmp_path, "carboplatin", CARBOPLATIN), tmp_path / "pharmacy.yaml"
    policy.write_text("clearance_cap: 125 mL/min\n", encoding="utf-8")
    woman = {"height": "170 cm", "weight": "60 kg", "age": "30", "sex": "f", "creatinine": "0.3 mg/dL"}
    order = draft_order(load_regimen(path), load_patient(texts=woman), load_pharmacy(policy))
    verdicts = [verify(order, {"carboplatin": amount}).verdicts[0] for amount in ("1424 mg", "750 mg", "900 mg")]
    assert [[each.mistake for each in verdict.explanations] for verdict in verdicts] == [
        ["clearance not capped"],
        [],
        [],
    ]
    assert "clearance not cut off at 125 mL/min" in verdicts[0].explanations[0].text


def test_an_estimated_clearance_follows_a_wrong_weight(tmp_path: Path) -> None:
    """Cockcroft-Gault: (140 - 40) × 60 / (72 × 1) = 83.3… mL/min; 60 kg are 132.3 lb: 100 × 132.3 / 72 = 183.75 mL/min.

    AUC 5: 5 × 208.75 = 1,043.75 mg. √(170 × 132.3 / 3600) = 2.4995… → 2.5 m2: 250 mg.
    """
    path = regimen_file(
        tmp_path, "two", CARBOPLATIN, "drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1-3"
    )
    rounding = {"dose_rounding": {"carboplatin": "nearest 1 mg"}}
    measures = {"height": "170 cm", "weight": "60 kg", "age": "40 years", "sex": "male", "creatinine": "1 mg/dL"}
    order = order_of(path, rounding, **measures)
    verification = verify(order, {"carboplatin": "1043.75 mg", "etoposide": "250 mg"})
    assert shared(verification) == [("weight in pounds taken as kg", ("carboplatin", "etoposide"))]
