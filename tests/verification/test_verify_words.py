"""How every known mistake is told: the whole text, worked by hand, beside the amount that it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from regimen_texts import SHIPPED, regimen_file

from cec.calculate import draft_order
from cec.errors import FileError
from cec.load import load_patient, load_pharmacy, load_regimen
from cec.pharmacy import Pharmacy
from cec.rendering.verification import what_happened
from cec.units import AMOUNT, read_quantity
from cec.verification import Verification, verify_doses
from cec.verification.mistakes import MISTAKES
from cec.verification.outcome import RowVerification
from cec.verification.row import Terms
from cec.verification.table import verify_table
from cec.verification.written import Written, last_digit

CHILD = {"height": "128 cm", "weight": "26 kg"}
"""√(128 × 26 / 3600) = 0.961… → 0.96 m2: 38.4, 96, 422.4 mg, and 13 mg of prednisone, on days 1 to 5."""
TWICE = "drug: x, dose: 2 mg/kg, route: oral, times: 2, every: 12 h, days: 1-3"
"""26 kg: 52 mg."""
VINCRISTINE = "drug: x, dose: 1.5 mg/m2, maximum: 2 mg, route: IV bolus, days: 1"
TALL = {"height": "190 cm", "weight": "92 kg"}
"""√(190 × 92 / 3600) = 2.2035… → 2.2 m2."""
BY_AGE = (
    "drug: x, dose: [{when: {age: under 10 years}, dose: 1 mg/kg}, {when: {age: at least 10 years}, dose: 2 mg/kg}], "
    "route: oral, days: 1"
)
FULL = "the full dose: 40 mg/m2 × 0.96 m2 = 38.4 mg"


def verify(line: str, patient: Mapping[str, Any], written: str, folder: Path, **options: Any) -> Verification:
    """What is said of one amount, written like `x 2 mg, times 2`; the others are missing, so that none contradicts."""
    regimen = load_regimen(regimen_file(folder, "one", line) if line else "cec-induction")
    order = draft_order(regimen, load_patient(texts=patient), load_pharmacy(texts={}))
    drug, _, text = written.partition(" ")
    amount, _, times = text.partition(", times ")
    beside = {"times": int(times)} if times else {}
    wrong = Written(drug, read_quantity(amount, AMOUNT), last_digit(amount), beside)
    return verify_doses(order, [wrong], others=tuple(SHIPPED.values()), **options)


def texts(verification: Verification, drug: str) -> dict[str, str]:
    """What explains the written amount of a drug, by the mistake."""
    (verdict,) = (each for each in verification.verdicts if each.drug == drug)
    assert verdict.verdict == "differs"
    return {each.mistake: each.text for each in verdict.explanations}


WORDS = [
    ("", CHILD, "clofarabine 192 mg", "total of the cycle written as the daily dose", "5 days × 38.4 mg is 192 mg"),
    (TWICE, CHILD, "x 312 mg", "total of the cycle written as the daily dose",
     "3 days × 2 doses a day × 52 mg is 312 mg"),
    (TWICE, CHILD, "x 104 mg", "total of the day written as one dose", "2 doses a day × 52 mg is 104 mg"),
    (TWICE, CHILD, "x 104 mg, times 1", "the day's dose in another number of doses",
     "52 mg 2 times a day, in 1 dose: each is 104 mg"),
    ("", CHILD, "clofarabine 19.2 mg, times 2", "the day's dose in another number of doses",
     "38.4 mg once a day, in 2 doses: each is 19.2 mg"),
    ("", CHILD, "clofarabine 153.6 mg", "the other phase's number of days",
     "4 days (as CEC consolidation has them) × 38.4 mg is 153.6 mg"),
    ("", CHILD, "prednisone 0.5 mg", "per-m2 or per-kg figure not multiplied", "0.5 of 0.5 mg/kg"),
    ("", CHILD, "clofarabine 384 mg", "ten times or a tenth", "ten times 38.4 mg is 384 mg"),
    ("", CHILD, "clofarabine 3.84 mg", "ten times or a tenth", "a tenth of 38.4 mg is 3.84 mg"),
    ("", CHILD, "clofarabine 3840 mg", "a hundred times or a hundredth", "a hundred times 38.4 mg is 3,840 mg"),
    ("", CHILD, "etoposide 0.96 mg", "a hundred times or a hundredth", "a hundredth of 96 mg is 0.96 mg"),
    ("", CHILD, "clofarabine 38.4 g", "mcg, mg or g mixed up", "a thousand times 38.4 mg is 38,400 mg"),
    ("", CHILD, "etoposide 96 mcg", "mcg, mg or g mixed up", "a thousandth of 96 mg is 0.096 mg"),
    ("", CHILD, "clofarabine 76.8 mg", "dose doubled", "twice 38.4 mg is 76.8 mg"),
    ("", CHILD, "clofarabine 7.68 mg", "daily or single dose taken for a total and divided",
     "38.4 mg divided over 5 days is 7.68 mg"),
    (TWICE, CHILD, "x 26 mg", "daily or single dose taken for a total and divided",
     "52 mg divided over 2 doses a day is 26 mg"),
    (TWICE.replace("days: 1-3", "days: 1-2"), CHILD, "x 26 mg", "daily or single dose taken for a total and divided",
     "52 mg divided over 2 days is 26 mg or 52 mg divided over 2 doses a day is 26 mg"),
    ("", CHILD, "clofarabine 96 mg", "another drug's dose", "etoposide is 96 mg"),
    # 26 kg are 57.3 lb: √(128 × 57.3 / 3600) → 1.43 m2; 26 lb are 11.8 kg: → 0.65 m2
    ("", CHILD, "clofarabine 57.2 mg", "weight in pounds taken as kg",
     "57.3 lb taken as kg: 40 mg/m2 × 1.43 m2 = 57.2 mg"),
    ("", CHILD, "clofarabine 26 mg", "weight in kg taken as pounds",
     "26 kg taken as lb (11.8 kg): 40 mg/m2 × 0.65 m2 = 26 mg"),
    # 128 cm are 50.4 in: √(50.4 × 26 / 3600) → 0.6 m2
    ("", CHILD, "clofarabine 24 mg", "height in inches taken as cm", "50.4 in taken as cm: 40 mg/m2 × 0.6 m2 = 24 mg"),
    # of every digit: 128 / 2.54 = 50.3937… in, √(50.3937 × 26 / 3600) = 0.603286…; 26 / 0.45359237 = 57.3201… lb,
    # √(128 × 57.3201 / 3600) = 1.427603…; 26 × 0.45359237 = 11.7934… kg, √(128 × 11.7934 / 3600) = 0.647549…
    ("", CHILD, "etoposide 60.329 mg", "height in inches taken as cm",
     "50.39… in taken as cm: 100 mg/m2 × 0.60328… m2 = 60.32864… mg"),
    ("", CHILD, "etoposide 142.760 mg", "weight in pounds taken as kg",
     "57.32… lb taken as kg: 100 mg/m2 × 1.42760… m2 = 142.76032… mg"),
    ("", CHILD, "etoposide 64.755 mg", "weight in kg taken as pounds",
     "26 kg taken as lb (11.79… kg): 100 mg/m2 × 0.64754… m2 = 64.75499… mg"),
    # √(128 × 30 / 3600) → 1.03 m2
    ("", {**CHILD, "previous_weight": "30 kg"}, "clofarabine 41.2 mg", "an earlier weight",
     "the last weight was 30 kg: 40 mg/m2 × 1.03 m2 = 41.2 mg"),
    ("", TALL, "etoposide 200 mg", "BSA capped at 2", "BSA cut off at 2 m2: 100 mg/m2 × 2 m2 = 200 mg"),
    ("", CHILD, "clofarabine 1040 mg", "mg/kg instead of mg/m2", "40 mg/kg × 26 kg = 1,040 mg"),
    ("", CHILD, "prednisone 0.48 mg", "kg and m2 mixed up", "0.5 mg/m2 × 0.96 m2 = 0.48 mg"),
    ("", CHILD, "clofarabine 28.8 mg", "reduction by 25% or 50% not declared", "25% less than 38.4 mg is 28.8 mg"),
    (VINCRISTINE, {"height": "150", "weight": "54"}, "x 2.25 mg", "maximum left out",
     "1.5 mg/m2 × 1.5 m2 = 2.25 mg without the cap (maximum 2 mg)"),
    (VINCRISTINE.replace("maximum: 2 mg", "bsa_cap: 2 m2"), TALL, "x 3.3 mg", "maximum left out",
     "1.5 mg/m2 × 2.2 m2 = 3.3 mg without the cap (BSA to 2 m2)"),
    (VINCRISTINE, CHILD, "x 2 mg", "maximum written as the dose", "the maximum is 2 mg"),
    (BY_AGE, {**CHILD, "age": "8"}, "x 52 mg", "another dose of the regimen's list",
     "2 mg/kg, not 1 mg/kg: 2 mg/kg × 26 kg = 52 mg"),
    ("", {**CHILD, "reductions": ["clofarabine=25%: age"]}, "clofarabine 38.4 mg", "declared reduction left out", FULL),
    ("", {**CHILD, "set": ["clofarabine=30 mg: vial"]}, "clofarabine 38.4 mg", "declared dose or omission left out",
     FULL),
]  # fmt: skip


@pytest.mark.parametrize("sample", WORDS, ids=lambda sample: f"{sample[2]}: {sample[3]}")
def test_the_words_of_each_mistake(sample: tuple[str, Mapping[str, Any], str, str, str], tmp_path: Path) -> None:
    line, patient, written, mistake, text = sample
    assert texts(verify(line, patient, written, tmp_path), written.partition(" ")[0])[mistake] == text


def test_every_mistake_has_its_words_somewhere() -> None:
    """Swapped doses and the mistakes of carboplatin stand in test_verify_explanations."""
    others = {"doses swapped", "AUC without the 25", "clearance capped at 125", "clearance not capped"}
    with_several = {"another BSA formula", "another dose set of the same letters"}
    assert {mistake for _, _, _, mistake, _ in WORDS} | others | with_several == set(MISTAKES)


def test_another_formula_and_another_dose_set_are_told(tmp_path: Path) -> None:
    """Du Bois: 0.007184 × 26^0.425 × 128^0.725 = 0.96706 → 0.97 m2, 38.8 mg; 150 mg/m2 × 0.96 m2 = 144 mg."""
    du_bois = verify("", CHILD, "clofarabine 38.8 mg", tmp_path, tolerance=Decimal("0.5"))
    assert "BSA by Du Bois: 40 mg/m2 × 0.97 m2 = 38.8 mg" in texts(du_bois, "clofarabine")["another BSA formula"]
    assert texts(verify("", CHILD, "etoposide 144 mg", tmp_path), "etoposide") == {
        "another dose set of the same letters": "clofarabine 40 mg/m2, etoposide 150 mg/m2, cyclophosphamide 400 mg/m2 "
        "(another study of clofarabine, etoposide and cyclophosphamide): 150 mg/m2 × 0.96 m2 = 144 mg"
    }


def test_another_number_of_days_is_the_other_phases(tmp_path: Path) -> None:
    verdict = verify("", CHILD, "clofarabine 38.4 mg", tmp_path, days=4).verdicts[-1]
    assert (verdict.verdict, [each.text for each in verdict.explanations]) == (
        "differs",
        ["CEC consolidation (cec-consolidation) has 4 days"],
    )


@pytest.mark.parametrize(
    ("drug", "verdict", "hint"),
    [
        ("prednison", "not in the regimen", "the regimen gives prednisone: another drug, or a misspelt name?"),
        ("vincristine", "not in the regimen",
         "the regimen gives clofarabine, etoposide, cyclophosphamide, prednisone"),
    ],
)  # fmt: skip
def test_a_drug_that_the_regimen_does_not_give(drug: str, verdict: str, hint: str, tmp_path: Path) -> None:
    strange = verify("", CHILD, f"{drug} 2 mg", tmp_path).verdicts[-1]
    assert (strange.verdict, strange.hint) == (verdict, hint)


@pytest.mark.parametrize(("amount", "verdict"), [("38.4 mcg", "differs"), ("38400 mcg", "agrees")])
def test_an_amount_is_told_in_the_unit_in_which_it_was_written(amount: str, verdict: str, tmp_path: Path) -> None:
    held = verify("", CHILD, f"clofarabine {amount}", tmp_path).verdicts[0]
    assert (held.verdict, held.shown) == (verdict, read_quantity(amount, AMOUNT))
    if verdict == "differs":
        assert what_happened(held).startswith("clofarabine 38.4 mcg, expected 38.4 mg: mcg, mg or g mixed up")


@pytest.mark.parametrize(
    ("amount", "verdict"),
    [("40.32 mg", "agrees"), ("40.33 mg", "differs"), ("36.48 mg", "agrees"), ("36.47 mg", "differs")],
)
def test_a_dose_may_differ_by_just_the_tolerance(amount: str, verdict: str, tmp_path: Path) -> None:
    """5% of 38.4 mg are 1.92 mg."""
    assert verify("", CHILD, f"clofarabine {amount}", tmp_path).verdicts[0].verdict == verdict


@pytest.mark.parametrize(
    ("line", "written", "found"),
    [
        # on one day, twice: 104 mg is the day's total, and twice the dose
        (TWICE.replace("days: 1-3", "days: 1"), "x 104 mg", ["total of the day written as one dose", "dose doubled"]),
        (TWICE.replace("days: 1-3", "days: 1"), "x 26 mg",
         ["daily or single dose taken for a total and divided", "reduction by 25% or 50% not declared"]),
        (TWICE, "x 312 mg", ["total of the cycle written as the daily dose"]),
        ("drug: x, dose: 2 mg/kg, route: oral, days: 1-2", "x 104 mg",
         ["total of the cycle written as the daily dose", "dose doubled"]),
        ("drug: x, dose: 2 mg/kg, route: oral, days: 1", "x 104 mg", ["dose doubled"]),
        ("drug: x, dose: 2 mg/kg, route: oral, days: 1", "x 26 mg", ["reduction by 25% or 50% not declared"]),
        ("drug: x, dose: 52 mg, route: oral, days: 1", "x 114.6 mg", []),
    ],
)  # fmt: skip
def test_nothing_else_is_told(line: str, written: str, found: list[str], tmp_path: Path) -> None:
    """A flat dose hangs on no weight: 57.3 lb taken as kg would be 114.6 mg of 2 mg/kg."""
    assert list(texts(verify(line, CHILD, written, tmp_path), "x")) == found


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("clofarabine,38.4 mg,,twice", "line 2: clofarabine: times: 'twice' is not a whole number from 1, like 3"),
        ("clofarabine,much,,", "line 2: clofarabine: 'much' is not a number; write it like 12.5 mg"),
        ("clofarabine,much,mg,", "line 2: clofarabine: 'much' is not a number; write it like 12.5"),
        ("asparaginase,much,units,", "line 2: asparaginase: 'much' is not a number; write it like 600"),
        (",much,,", "line 2: a drug without a name: 'much' is not a number; write it like 12.5 mg"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_its_row(row: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"id,height_cm,weight_kg,drug,dose,unit,times\n7,128,26,{row}\n", encoding="utf-8")
    terms = Terms(SHIPPED["cec-induction"], Pharmacy(), others=tuple(SHIPPED.values()))
    with verify_table(path, terms) as table:
        (found,) = table.rows
    assert isinstance(found, RowVerification)
    assert found.faults == (fault,)


def test_a_table_without_amounts_is_refused_with_the_column_that_would_do(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("id,height_cm,weight_kg\n7,128,26\n", encoding="utf-8")
    terms = Terms(SHIPPED["cec-induction"], Pharmacy(), others=tuple(SHIPPED.values()))
    with pytest.raises(FileError) as refused, verify_table(path, terms):
        pass
    assert [fault.text for fault in refused.value.faults] == [
        "no column tells the amount of a drug; name it clofarabine_mg, or clofarabine with the unit in each cell, "
        "or say --map clofarabine_mg=COLUMN; there are id, height_cm, weight_kg"
    ]


@pytest.mark.parametrize("other", ["dose", "drug", "unit", "ordered"])
def test_a_table_of_one_column_for_each_drug_may_have_another_column(other: str, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    head, row = "height_cm,weight_kg,clofarabine_mg,etoposide_mg", "128,26,38.4,96"
    path.write_text(f"{head},cyclophosphamide_mg,prednisone_mg,{other}\n{row},422.4,13,x\n", encoding="utf-8")
    terms = Terms(SHIPPED["cec-induction"], Pharmacy(), others=tuple(SHIPPED.values()), ignored=(other,))
    with verify_table(path, terms) as table:
        assert [found.agrees for found in table.rows] == [True]
