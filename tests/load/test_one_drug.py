"""A drug is one drug, however its name is spelled: compared in one way everywhere, and spelled in one way in a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from patients import Given, alerts_of, batch, order_of, refusal_of

import cec
from cec import CecError, load_patient, load_pharmacy, load_regimen
from cec.drug_names import is_same_drug

CEC = Path(cec.__file__).parent
HEAD = "name: drugs\ntitle: Drugs\nedition: 1\nfor: tests\nsource: {citation: made up}\ndrugs:\n"
BOTH = """\
  - {{drug: {}, dose: 60 mg/m2, {} route: IV bolus, days: 1}}
  - {{drug: {}, dose: 60 mg/m2, {} route: IV bolus, days: 8}}
"""
SIZE = {"height": "180", "weight": "80"}
"""2 m2."""


def regimen_file(folder: Path, lines: str) -> Path:
    path = folder / "drugs.yaml"
    path.write_text(HEAD + lines, encoding="utf-8")
    return path


def faults_of_regimen(folder: Path, lines: str) -> str:
    with pytest.raises(CecError) as refused:
        load_regimen(regimen_file(folder, lines))
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "other", "is_one"),
    [
        ("doxorubicin", "Doxorubicin", True),
        ("Doxorubicin, liposomal", "doxorubicin (LIPOSOMAL)", True),
        ("G-CSF", "gcsf", True),
        ("vincristine", "\N{FULLWIDTH LATIN SMALL LETTER V}incristine", True),
        ("etoposide", "etoposide phosphate", False),
        ("vincristine", "vinblastine", False),
        ("*", "**", False),
    ],
)
def test_names_are_compared_by_letters_and_digits(name: str, other: str, is_one: bool) -> None:
    assert is_same_drug(name, other) is is_one


def compared_by_capitals(text: str) -> list[str]:
    """Where a name of a drug is compared in another way than by `drug_key`."""
    made_alike = r"\bdrug\.(?:casefold|lower|upper)\(\)"
    return re.findall(rf"{made_alike} (?:==|!=|in|not in|:) |(?:==|!=) [\w.]*{made_alike}|{made_alike}: ", text)


def test_no_room_compares_names_in_another_way() -> None:
    rooms = (path for path in CEC.rglob("*.py") if path.name != "drug_names.py")
    assert [path for path in rooms if compared_by_capitals(path.read_text(encoding="utf-8"))] == []
    bad = ("if line.drug.casefold() == name:", "if name != line.drug.lower():", "{drug.casefold(): 1}")
    assert all(map(compared_by_capitals, bad))


# Two spellings in one file


@pytest.mark.parametrize("other", ["Doxorubicin", "doxorubicin.", "DOXO-RUBICIN"])
def test_two_spellings_of_a_drug_in_a_regimen_are_a_fault(other: str, tmp_path: Path) -> None:
    fault = faults_of_regimen(tmp_path, BOTH.format("doxorubicin", "", other, ""))
    assert f"drugs 2 ({other}): line 1 spells it 'doxorubicin'; a drug has one name in a file" in fault


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("{drug: mesna, dose: 20% of Etoposide, route: IV bolus, start: with etoposide}", "Etoposide"),
        ("{drug: mesna, dose: 100 mg, route: IV bolus, start: 4 h after the start of ETOPOSIDE}", "ETOPOSIDE"),
        ("{drug: mesna, dose: 100 mg, route: IV bolus, days: 1, after: Etoposide}", "Etoposide"),
    ],
)
def test_a_line_that_hangs_on_another_spelling_is_a_fault(line: str, name: str, tmp_path: Path) -> None:
    above = "  - {drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 2 h, days: 1}\n"
    fault = faults_of_regimen(tmp_path, f"{above}  - {line}\n")
    assert f"drugs 2 (mesna): '{name}' is 'etoposide' of the lines; write it in one way" in fault
    assert load_regimen(regimen_file(tmp_path, f"{above}  - {line.replace(name, 'etoposide')}\n")).drugs


def test_a_check_about_another_spelling_is_a_fault(tmp_path: Path) -> None:
    lines = BOTH.format("doxorubicin", "", "doxorubicin", "")
    check = "checks:\n  - {code: x, when: {weight: under 20 kg}, level: check, about: Doxorubicin, text: small}\n"
    assert "about: 'Doxorubicin' is doxorubicin of the drug lines" in faults_of_regimen(tmp_path, lines + check)
    assert load_regimen(regimen_file(tmp_path, lines + check.replace("Doxorubicin", "doxorubicin"))).checks


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("dose_rounding: {etoposide: nearest 1 mg, Etoposide: nearest 5 mg}",
         "'Etoposide' (dose_rounding) and 'etoposide' (dose_rounding) are one drug"),
        ("dose_rounding: {etoposide: nearest 1 mg}\nlargest_deviation_of: {Etoposide: 10%}",
         "'Etoposide' (largest_deviation_of) and 'etoposide' (dose_rounding) are one drug"),
        ("formulary: {etoposide: {bags: [100 mL]}, ETOPOSIDE: {bags: [250 mL]}}",
         "'ETOPOSIDE' (formulary) and 'etoposide' (formulary) are one drug"),
    ],
)  # fmt: skip
def test_two_spellings_of_a_drug_in_a_pharmacy_are_a_fault(text: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "pharmacy.yaml"
    path.write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(CecError) as refused:
        load_pharmacy(path)
    assert fault in str(refused.value)


def test_two_spellings_of_earlier_doses_are_a_fault() -> None:
    with pytest.raises(CecError, match="'doxorubicin' and 'Doxorubicin' are one drug; give the sum"):
        load_patient(texts={**SIZE, "earlier_doses": {"doxorubicin": "100 mg", "Doxorubicin": "200 mg"}})


def test_two_drugs_of_like_names_pass_in_peace(tmp_path: Path) -> None:
    regimen = load_regimen(regimen_file(tmp_path, BOTH.format("etoposide", "", "etoposide phosphate", "")))
    assert [line.drug for line in regimen.drugs] == ["etoposide", "etoposide phosphate"]


# One spelling here, another there


def test_what_a_person_declares_reaches_the_drug_however_it_is_spelled(tmp_path: Path) -> None:
    """120 mg less a quarter is 90 mg, less half 60 mg."""
    given = Given(load_regimen(regimen_file(tmp_path, BOTH.format("Doxorubicin (liposomal)", "", "etoposide", ""))))
    assert str(order_of(given, **SIZE, reductions=["doxorubicin liposomal=25%: rash"]).doses[0].ordered) == "90 mg"
    rows = [{**SIZE, "reduce": f"{name}=50%: rash"} for name in ("DOXORUBICIN liposomal", "Etoposide")]
    assert batch(given, *rows) == ["", ""]
    assert str(order_of(given, **SIZE, reductions=[rows[0]["reduce"]]).doses[0].ordered) == "60 mg"


def test_policy_and_earlier_doses_reach_it_too(tmp_path: Path) -> None:
    """400 mg/m2 before and 2 × 60 mg/m2 now are 520 mg/m2."""
    lines = BOTH.format("Doxorubicin (liposomal)", "lifetime_maximum: 450 mg/m2,", "Doxorubicin (liposomal)", "")
    path = tmp_path / "pharmacy.yaml"
    path.write_text("dose_rounding: {doxorubicin liposomal: nearest 50 mg}\nlargest_deviation: 20%\n", encoding="utf-8")
    given = Given(load_regimen(regimen_file(tmp_path, lines)), load_pharmacy(path))
    assert str(order_of(given, **SIZE).doses[0].ordered) == "100 mg"
    assert "make 500 mg/m2" in refusal_of(given, **SIZE, earlier_doses={"DOXORUBICIN (liposomal)": "400 mg/m2"})


# The lifetime maximum of a drug


def test_two_lifetime_maximums_of_a_drug_are_a_fault(tmp_path: Path) -> None:
    lines = BOTH.format("doxorubicin", "lifetime_maximum: 450 mg/m2,", "doxorubicin", "lifetime_maximum: 550 mg/m2,")
    fault = faults_of_regimen(tmp_path, lines)
    assert "drugs 2 (doxorubicin): lifetime_maximum 550 mg/m2 is 450 mg/m2 in line 1; a drug has one" in fault


@pytest.mark.parametrize("maximum", ["400 units", "400 units/m2", "400 mmol"])
def test_a_lifetime_maximum_of_another_kind_than_the_dose_is_a_fault(maximum: str, tmp_path: Path) -> None:
    fault = faults_of_regimen(tmp_path, BOTH.format("bleomycin", f"lifetime_maximum: {maximum},", "bleomycin", ""))
    assert f"lifetime_maximum {maximum} cannot be held against a dose in mg" in fault


@pytest.mark.parametrize("second", ["lifetime_maximum: 450 mg/m2,", ""])
def test_a_lifetime_maximum_holds_for_all_lines_of_its_drug(second: str, tmp_path: Path) -> None:
    """400 mg/m2 before; twice 60 mg/m2 make 520 mg/m2, above 450 mg/m2; 330 mg/m2 before make just 450 mg/m2."""
    lines = BOTH.format("doxorubicin", "lifetime_maximum: 450 mg/m2,", "doxorubicin", second)
    given = Given(load_regimen(regimen_file(tmp_path, lines)))
    assert "make 520 mg/m2" in refusal_of(given, **SIZE, earlier_doses={"doxorubicin": "400 mg/m2"})
    assert alerts_of(given, **SIZE, earlier_doses={"doxorubicin": "330 mg/m2"}) == {}


def test_an_omitted_drug_has_none(tmp_path: Path) -> None:
    """500 mg/m2 before are above 450 mg/m2: nobody asks about what is not given, nor what was given before."""
    lines = BOTH.format("doxorubicin", "lifetime_maximum: 450 mg/m2,", "etoposide", "")
    given = Given(load_regimen(regimen_file(tmp_path, lines)))
    before = {"earlier_doses": {"doxorubicin": "500 mg/m2"}}
    assert "lifetime-maximum-doxorubicin" in refusal_of(given, **SIZE, **before)
    omitted = order_of(given, **SIZE, **before, reductions=["doxorubicin=100%: heart"])
    withheld = order_of(given, **SIZE, **before, without=["doxorubicin: heart"])
    for order in (omitted, withheld):
        assert not any(alert.code.startswith(("lifetime", "earlier")) for alert in order.alerts)
        assert "lifetime maximum" not in order.alerts[-1].text
    assert "lifetime maximum" in order_of(given, **SIZE).alerts[-1].text
    row = {**SIZE, "earlier_doxorubicin": "500 mg/m2"}
    found = batch(given, row, {**row, "reduce": "doxorubicin=100%: heart"}, {**row, "without": "doxorubicin: heart"})
    assert "lifetime-maximum-doxorubicin" in found[0]
    assert [each.split() for each in found[1:]] == [["large-reduction-doxorubicin"], ["withheld-doxorubicin"]]
