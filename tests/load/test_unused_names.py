"""Facts of a history and drugs of a pharmacy that nothing asks for or gives are told, with what was probably meant."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from running import cec

from cec import dose_table, draft_order, load_patient, load_pharmacy, load_regimen
from cec.conditions import history_asked
from cec.drug_names import DIFFERENT_DRUGS, misspelt_drug
from cec.load import regimen_names
from cec.load.misspelt import nearest_fact

SIZE = ("--height", "128", "--weight", "26")
BARE = """
name: bare
title: Bare
edition: 1
for: a test
source: {citation: this test}
drugs:
  - {drug: clofarabine, dose: 40 mg/m2, route: IV infusion, over: 2 h, days: 1-5}
"""
ASKS = """
checks:
  - {code: grafted, when: {graft: true}, level: check, text: has a graft}
"""


@pytest.fixture
def bare(tmp_path: Path) -> str:
    path = tmp_path / "bare.yaml"
    path.write_text(BARE, encoding="utf-8")
    return str(path)


def patient_file(tmp_path: Path, history: str) -> str:
    path = tmp_path / "patient.yaml"
    path.write_text(f"height: 128 cm\nweight: 26 kg\nhistory: {{{history}: true}}\n", encoding="utf-8")
    return str(path)


# Facts of the history


@pytest.mark.parametrize("name", ["priorHSCT", "HSCT", "prior_hcst", "prior-hsct", "hsct_before"])
@pytest.mark.parametrize("command", [("dose",), ("schedule", "cec-induction", "--start", "2026-11-30")])
def test_a_history_that_nothing_asks_for_is_refused_with_the_nearest_fact(
    name: str, command: tuple[str, ...], tmp_path: Path
) -> None:
    """Typed as an option and in a patient file alike."""
    file = patient_file(tmp_path, name)
    typed = (*SIZE, "--history", f"{name}=true")
    for place, told in (("--history", typed), (f"{file}:3:11: history", ("--patient", file))):
        done = cec(*command, *told)
        assert (done.code, done.out) == (1, "")
        assert f"{place}: no check asks for '{name}'; did you mean 'prior_hsct'?" in done.err


def test_a_history_that_is_near_to_nothing_is_refused_with_all_that_is_asked() -> None:
    done = cec("dose", *SIZE, "--history", "x=true")
    assert (done.code, done.out) == (1, "")
    assert "history: no check asks for 'x'; asked for are long_neutropenia, prior_hsct" in done.err


def test_what_another_regimen_asks_for_is_accepted_with_a_line(bare: str, tmp_path: Path) -> None:
    for told in ((*SIZE, "--history", "prior_hsct=false"), ("--patient", patient_file(tmp_path, "prior_hsct"))):
        done = cec("dose", bare, *told)
        assert done.code == 0, done.err
        assert "NOTE not-asked, history: not asked by this regimen: prior_hsct" in done.said


def test_a_regimen_of_the_hospital_counts_as_found(bare: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "regimens"
    folder.mkdir()
    (folder / "grafts.yaml").write_text(BARE.replace("bare", "grafts") + ASKS, encoding="utf-8")
    (folder / "broken.yaml").write_text("name: [", encoding="utf-8")
    assert cec("dose", bare, *SIZE, "--history", "graft=true").code == 1
    monkeypatch.setenv("CEC_REGIMENS", str(folder))
    done = cec("dose", bare, *SIZE, "--history", "graft=true")
    assert (done.code, "not asked by this regimen: graft" in done.said) == (0, True)
    assert "CHECK grafted" in cec("dose", str(folder / "grafts.yaml"), *SIZE, "--history", "graft=true").said


def test_what_the_regimen_asks_for_passes_in_peace() -> None:
    done = cec("dose", *SIZE, "--history", "prior_hsct=false", "--history", "long_neutropenia=false")
    assert (done.code, "not-asked" in done.out) == (0, False)


def test_from_python_it_stands_on_the_order() -> None:
    patient = load_patient(texts={"height": "128", "weight": "26", "history": {"x": "true"}})
    alert = next(
        alert for alert in draft_order(load_regimen("cec-induction"), patient).alerts if alert.about == "history"
    )
    assert (alert.code, alert.level, alert.text) == ("not-asked", "note", "not asked by this regimen: x")


def test_a_saved_order_is_verified_where_other_regimens_are_found(
    bare: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was accepted where it was drafted is no fault elsewhere."""
    folder = tmp_path / "regimens"
    folder.mkdir()
    (folder / "grafts.yaml").write_text(BARE.replace("bare", "grafts") + ASKS, encoding="utf-8")
    monkeypatch.setenv("CEC_REGIMENS", str(folder))
    order = tmp_path / "order.json"
    assert cec("dose", bare, *SIZE, "--history", "graft=true", "-o", str(order)).code == 0
    monkeypatch.delenv("CEC_REGIMENS")
    assert cec("verify", str(order)).code == 0


def test_every_condition_of_a_regimen_and_a_pharmacy_is_found() -> None:
    assert history_asked(load_regimen("cec-induction")) == {"prior_hsct", "long_neutropenia"}
    assert history_asked(load_pharmacy()) == set()


def test_columns_that_a_regimen_does_not_ask_for_are_told(bare: str, tmp_path: Path) -> None:
    """In a table of one regimen, and in one of two, of which one asks."""
    path = tmp_path / "patients.csv"
    path.write_text("height,weight,prior_hsct\n128,26,true\n", encoding="utf-8")
    done = cec("batch", str(path), "--regimen", bare)
    assert done.code == 0
    assert "column 'prior_hsct' is not asked by this regimen" in done.err
    path.write_text(
        f"height,weight,prior_hsct,regimen\n128,26,true,{bare}\n128,26,true,cec-induction\n", encoding="utf-8"
    )
    done = cec("batch", str(path))
    assert (done.code, "column 'prior_hsct' is not asked by bare" in done.err) == (0, True)
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["alerts"] for row in rows] == ["", "prior-hsct"]


def test_a_column_of_a_misspelt_history_is_asked_about_and_another_spelling_read(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("height,weight,priorHSCT\n128,26,true\n", encoding="utf-8")
    assert cec("batch", str(path)).out.splitlines()[1].endswith(",prior-hsct")
    for name in ("HSCT", "prior_hcst"):
        path.write_text(f"height,weight,{name}\n128,26,true\n", encoding="utf-8")
        done = cec("batch", str(path))
        assert (done.code, done.out) == (1, "")
        assert "prior_hsct" in done.err


@pytest.mark.parametrize("name", ["ward", "ecog", "x"])
def test_other_words_are_near_to_nothing(name: str) -> None:
    assert nearest_fact(name, ["prior_hsct", "long_neutropenia"]) == ""


# Drugs of the pharmacy


def pharmacy_file(tmp_path: Path, content: str) -> str:
    path = tmp_path / "pharmacy.yaml"
    path.write_text(content, encoding="utf-8")
    return str(path)


MISSPELT = "dose_rounding:\n  klofarabina: nearest 1 mg\nlargest_deviation_of: {Etoposid: 8%}\n"


def test_rules_for_a_misspelt_drug_are_faults_of_the_file_with_their_places(tmp_path: Path) -> None:
    path = pharmacy_file(tmp_path, MISSPELT)
    done = cec("pharmacy", "check", path)
    assert done.code == 1
    told = done.out + done.err
    assert f"{path}:2:3: dose_rounding: klofarabina: no regimen gives this drug; did you mean 'clofarabine'" in told
    assert f"{path}:3:24: largest_deviation_of: Etoposid: no regimen gives this drug; did you mean 'etoposide'" in told


def test_a_rule_for_a_drug_that_nothing_gives_is_named(tmp_path: Path) -> None:
    """Not refused: the regimen that gives it may lie elsewhere."""
    done = cec("pharmacy", "check", pharmacy_file(tmp_path, "dose_rounding: {aldesleukin: nearest 1 mg}\n"))
    assert (done.code, "aldesleukin (dose_rounding)" in done.out) == (0, True)


@pytest.mark.parametrize(
    "content",
    [
        "dose_rounding: {clofarabine: nearest 1 mg, Etoposide: nearest 1 mg}\n",
        "formulary:\n  mesna: {products: [{name: mesna 400 mg, form: solution, strength: 100 mg/mL, volume: 4 mL}]}\n"
        "dose_rounding: {mesna: nearest 1 mg}\n",
    ],
)
def test_rules_for_what_is_given_or_in_stock_pass_in_peace(content: str, tmp_path: Path) -> None:
    path = pharmacy_file(tmp_path, content)
    done = cec("pharmacy", "check", path)
    assert (done.code, "nothing gives" in done.out) == (0, False)
    assert "rule-not-applied" not in cec("dose", *SIZE, "--pharmacy", path, "--format", "json").out


def test_the_starter_file_passes_in_peace(tmp_path: Path) -> None:
    path = tmp_path / "pharmacy.yaml"
    assert cec("pharmacy", "new", str(path)).code == 0
    done = cec("pharmacy", "check", str(path))
    assert (done.code, "nothing gives" in done.out) == (0, False)


def test_an_order_of_the_drug_that_is_meant_says_that_the_rule_is_not_applied(tmp_path: Path) -> None:
    """38.4 mg stays as it is: with "clofarabine: nearest 1 mg" it would be 38 mg."""
    path = pharmacy_file(tmp_path, MISSPELT)
    order = draft_order(
        load_regimen("cec-induction"), load_patient(texts={"height": "128", "weight": "26"}), load_pharmacy(path)
    )
    found = {alert.code: alert for alert in order.alerts if alert.code.startswith("rule")}
    assert list(found) == ["rule-not-applied-clofarabine", "rule-not-applied-etoposide"]
    assert "'klofarabina' in dose_rounding: not applied to clofarabine" in found["rule-not-applied-clofarabine"].text
    assert {alert.level for alert in found.values()} == {"check"}
    assert str(order.doses[0].ordered) == "38.4 mg"


def test_a_batch_and_a_verification_say_it_too(tmp_path: Path) -> None:
    path = pharmacy_file(tmp_path, MISSPELT)
    patients = tmp_path / "patients.csv"
    patients.write_text("height,weight\n128,26\n109,18.5\n", encoding="utf-8")
    assert cec("batch", str(patients), "--pharmacy", path).out.count("rule-not-applied-clofarabine") == 2
    done = cec("verify", "cec-induction", "clofarabine=38.4mg", *SIZE, "--pharmacy", path)
    assert "CHECK rule-not-applied-clofarabine" in done.said


def test_a_regimen_without_that_drug_says_nothing(bare: str, tmp_path: Path) -> None:
    path = pharmacy_file(tmp_path, "dose_rounding: {Etoposid: nearest 1 mg}\n")
    assert "rule-not-applied" not in cec("dose", bare, *SIZE, "--pharmacy", path, "--format", "json").out


def test_no_drug_is_taken_for_another_one() -> None:
    """Names that are alike, and of two drugs: neither is a misspelt other."""
    for name in DIFFERENT_DRUGS:
        assert misspelt_drug(name, DIFFERENT_DRUGS - {name}) == ""
    given = {line.drug for name in regimen_names() for line in load_regimen(name).drugs}
    for name in (
        "prednisolone",
        "cladribine",
        "fludarabine",
        "etoposide phosphate",
        "mesna",
        "trofosfamide",
        "teniposide",
    ):
        assert misspelt_drug(name, given) == ""
    for name in ("isotretinoin", "betamethasone", "sirolimus", "siltuximab", "pirtobrutinib"):
        assert misspelt_drug(name, DIFFERENT_DRUGS) == ""
    assert misspelt_drug("Daunomycin", DIFFERENT_DRUGS) == "daunorubicin"


def test_a_frame_is_dosed_by_what_each_regimen_asks(bare: str) -> None:
    import polars as pl

    told = {"height": [128, 128], "weight": [26, 26], "prior_hsct": [True, True], "regimen": ["", "bare"]}
    frame = pl.DataFrame(told)
    done = dose_table(frame, [load_regimen("cec-induction"), load_regimen(bare)])
    assert done.get_column("alerts").to_list() == ["prior-hsct", ""]
