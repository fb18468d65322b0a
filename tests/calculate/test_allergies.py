"""Allergies that name a drug of the order: whole words, quoted, and accepted one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import cec

from cec import draft_order, load_patient, load_regimen
from cec.calculate.rules.allergies import named_as
from cec.pharmacy import Pharmacy
from cec.pharmacy.formulary import FormularyDrug, Product

STOCK = Pharmacy(
    formulary={"Etoposide": FormularyDrug("Etoposide", (Product("Etopophos 100 mg powder vial", "powder"),))}
)


@pytest.mark.parametrize(
    ("allergies", "drug", "found"),
    [
        ("etoposide", "etoposide", True),
        ("ETOPOSIDE (anaphylaxis 2024)", "etoposide", True),
        ("penicillin;etoposide", "Etoposide", True),
        ("no reaction to etoposide", "etoposide", True),
        ("etoposide-phosphate", "etoposide", True),
        ("prednisone", "prednisolone", False),
        ("methylprednisolone", "prednisolone", False),
        ("none known", "etoposide", False),
        ("", "etoposide", False),
        ("asparaginase", "asparaginase Erwinia chrysanthemi", True),
        ("doxorubicin", "Doxorubicin, liposomal", True),
        ("liposomal amphotericin", "Doxorubicin, liposomal", False),
        ("tranexamic acid", "folinic acid", False),
        ("folinic acid", "folinic acid", True),
        ("mercaptopurine", "6-mercaptopurine", True),
        ("G-CSF: bone pain", "G-CSF", True),
        ("CSF leak", "G-CSF", False),
        ("Etopophos: rash", "etoposide", True),
        ("latex of a vial", "etoposide", False),
        ("etoposid: Ausschlag", "etoposide", True),
        ("isofamide", "ifosfamide", True),
        ("vancomycin, doxycycline", "vincristine", False),
        ("methotrimeprazine, metronidazole", "methotrexate", False),
        ("cyclosporine", "cyclophosphamide", False),
    ],
)
def test_whole_words_of_a_drug_or_its_products_are_found(allergies: str, drug: str, found: bool) -> None:
    assert bool(named_as(drug, STOCK, allergies)) is found


def test_a_product_is_named_as_one() -> None:
    patient = load_patient(texts={"height": "128", "weight": "26", "allergies": "Etopophos"})
    alert = draft_order(load_regimen("cec-induction"), patient, STOCK).alerts[0]
    assert alert.text == "the patient's allergies name its product Etopophos 100 mg powder vial: 'Etopophos'"


def test_an_order_says_which_of_its_drugs_the_allergies_name(tmp_path: Path) -> None:
    """Also a drug for prevention; not one that a person has reduced to nothing."""
    patient = tmp_path / "patient.yaml"
    patient.write_text("height: 128 cm\nweight: 26 kg\nallergies: Clofarabine, prednisone (rash)\n", encoding="utf-8")
    order = draft_order(load_regimen("cec-induction"), load_patient(patient))
    codes = [alert.code for alert in order.alerts]
    assert codes == ["allergy-clofarabine", "allergy-prednisone", "incomplete"]
    left_out = load_patient(patient, {"reductions": ["prednisone=100%: allergy"]})
    codes = [alert.code for alert in draft_order(load_regimen("cec-induction"), left_out).alerts]
    assert codes == ["allergy-clofarabine", "incomplete", "large-reduction-prednisone"]


def test_one_drug_is_accepted_and_the_other_still_stops(tmp_path: Path) -> None:
    patient = tmp_path / "patient.yaml"
    patient.write_text("height: 128 cm\nweight: 26 kg\nallergies: clofarabine, etoposide\n", encoding="utf-8")
    done = cec("dose", "--patient", str(patient), "--strict", "--accept", "allergy-clofarabine=desensitised")
    assert (done.code, done.out) == (1, "")
    assert "check allergy-etoposide: etoposide: the patient's allergies name it" in done.err
    assert "allergy-clofarabine" not in done.err
