"""A Bundle held against an order: what cec wrote agrees, each mistake in it is found, and others' Bundles are read."""

from __future__ import annotations

import copy
import datetime
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bundles import PHARMACY, START, Bundle, dosage, drafted, mcode, observation, request, resources, written
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from revising import kg, revised
from running import cec

from cec import Patient, Pharmacy, load_patient, load_regimen
from cec.calculate import draft_order
from cec.errors import CODES, CecError, FileError, InputError
from cec.load.search import example_names
from cec.order import SkippedDay
from cec.patient import Reduction, SetDose, Withheld
from cec.units import Quantity
from cec.verification.bundle import BundleVerification, verify_bundle

AC_T = """
name: ac-t
title: AC-T
edition: 1
for: breast cancer
source: {citation: "HL7 mCODE 4.0.0: extended example"}
drugs:
  - {drug: doxorubicin, dose: 60 mg/m2, route: IV bolus, days: 1}
  - {drug: cyclophosphamide, dose: 600 mg/m2, route: IV infusion, over: 30 min, days: 1}
  - {drug: paclitaxel, dose: 175 mg/m2, route: IV infusion, over: 3 h, days: 1}
"""


def verified(bundle: Bundle, **terms: Any) -> BundleVerification:
    return verify_bundle(bundle, **{"pharmacy": PHARMACY, "as_of": START, **terms})


def faults(bundle: Bundle, **terms: Any) -> str:
    with pytest.raises(CecError) as refused:
        verified(bundle, **terms)
    assert {fault.code for fault in refused.value.faults} <= {"", *CODES}
    return str(refused.value)


INDUCTION = written(drafted())


def test_what_cec_wrote_agrees_in_everything_that_can_be_compared() -> None:
    found = verified(INDUCTION)
    assert found.verification.agrees
    assert found.verification.not_compared == ()
    assert found.notes == ()
    compared = {each.what for verdict in found.verification.verdicts for each in verdict.comparisons}
    assert compared == {"times a day", "days", "route", "duration", "protocol dose", "dates"}


@pytest.mark.parametrize(
    ("regimen", "given_beside"),
    [
        ("cec-consolidation", {}),
        ("cec-induction", {"reductions": ["etoposide=by 25%: mucositis", "prednisone=100%: psychosis"]}),
        ("cec-induction", {"without": ["prednisone: psychosis"], "set": ["etoposide=70 mg: one vial left"]}),
        ("cec-induction", {"creatinine": "44 micromol/L", "previous_day_1": "2026-11-02", "allergies": "latex"}),
        ("cec-induction", {"height": "4 ft 2 in", "weight": "57.3 lb"}),
        ("examples/mfolfox6", {"age": "54", "height": "170 cm", "weight": "70 kg"}),
        ("examples/ifosfamide-mesna", {"age": "54", "height": "170 cm", "weight": "70 kg", "creatinine": "0.8 mg/dL"}),
    ],
)
@pytest.mark.parametrize("start", [START, None])
def test_an_order_goes_out_and_comes_back(
    regimen: str, given_beside: dict[str, Any], start: datetime.date | None
) -> None:
    order = drafted(regimen, start=start, **given_beside)
    found = verified(written(order))
    assert found.verification.agrees, [each for each in found.verification.verdicts if each.is_wrong]
    assert {each.ordered for each in found.order.doses} == {each.ordered for each in order.doses}


@pytest.mark.slow
def test_every_shipped_example_goes_out_and_comes_back() -> None:
    pharmacy = replace(PHARMACY, dose_rounding={})
    adult = {"age": "54", "height": "170 cm", "weight": "70 kg", "sex": "f", "creatinine": "0.8 mg/dL"}
    count = 0
    for name in example_names():
        try:
            order = draft_order(load_regimen(name), load_patient(texts=adult), pharmacy, start=START, cycle=1)
        except CecError:
            continue  # for children, or with a choice to make
        found = verified(written(order), pharmacy=pharmacy)
        assert (name, found.verification.agrees, found.notes) == (name, True, ())
        count += 1
    assert count > 20


@given(
    height=st.integers(60, 190),
    weight=st.integers(100, 900),
    regimen=st.sampled_from(["cec-induction", "examples/mfolfox6"]),
)
@settings(max_examples=15)
def test_any_patient_s_order_goes_out_and_comes_back(height: int, weight: int, regimen: str) -> None:
    texts = {"height": f"{height} cm", "weight": f"{weight / 10} kg", "age": "12", "sex": "m"}
    try:
        order = draft_order(load_regimen(regimen), load_patient(texts=texts), PHARMACY, start=START)
    except CecError:
        return
    assert verified(written(order)).verification.agrees


Change = Callable[[Bundle], Any]


def set_value(drug: str, number: object, place: int = 1) -> Change:
    def change(bundle: Bundle) -> None:
        part = dosage(bundle, drug)["doseAndRate"][place]
        part["doseQuantity"]["value"] = number
        if "rateRatio" in part:
            part["rateRatio"]["numerator"]["value"] = number

    return change


def set_dose(drug: str, **parts: str) -> Change:
    return lambda bundle: dosage(bundle, drug)["doseAndRate"][1]["doseQuantity"].update(parts)


def remove(drug: str) -> Change:
    def change(bundle: Bundle) -> None:
        gone = request(bundle, drug)["id"]
        bundle["entry"] = [each for each in bundle["entry"] if each["resource"]["id"] != gone]

    return change


def set_event(place: int, text: str) -> Change:
    return lambda bundle: dosage(bundle, "etoposide")["timing"]["event"].__setitem__(place, text)


def swap_doses(bundle: Bundle) -> None:
    first, second = (dosage(bundle, drug)["doseAndRate"] for drug in ("clofarabine", "etoposide"))
    first[1], second[1] = second[1], first[1]


REFUSED: dict[str, tuple[Change, str]] = {
    "a code that is not UCUM": (set_dose("etoposide", code="mcg", unit="mcg"), "'mcg' is not a UCUM code that is read"),
    "mg in words, g as the code": (set_dose("etoposide", code="g"), "says 'mg' in words and 'g' as its code"),
    "mg/m2 in words, mg as the code": (
        set_dose("etoposide", unit="mg/m2"),
        "says 'mg/m2' in words and 'mg' as its code",
    ),
    "another system of units": (set_dose("etoposide", system="http://snomed.info/sct"), "units are read as UCUM"),
    "a subject that is not there": (
        lambda bundle: request(bundle, "etoposide")["subject"].update(reference="Patient/8"),
        "leads to Patient/8, which is not in the Bundle",
    ),
    "a request that is gone": (remove("etoposide"), "which is not in the Bundle"),
    "the RxNorm code of another drug": (
        lambda bundle: request(bundle, "etoposide")["medicationCodeableConcept"]["coding"][0].update(code="44151"),
        "etoposide has the RxNorm code 44151; the formulary has",
    ),
    "a time without its zone": (set_event(2, "2026-12-02T11:00:00"), "has a time without its zone"),
    "a date that is none": (set_event(2, "2026-02-30"), "is not a date"),
    "a rate that is not the dose over its time": (
        lambda bundle: dosage(bundle, "etoposide")["doseAndRate"][1]["rateRatio"]["numerator"].update(value=24),
        "by this rate 96 mg runs for 8 h, but the timing says 2 h",
    ),
    "a duration without an end": (
        lambda bundle: dosage(bundle, "etoposide")["timing"]["repeat"].update(duration=1e300),
        "is not a possible duration",
    ),
    "a duration before its start": (
        lambda bundle: dosage(bundle, "etoposide")["timing"]["repeat"].update(duration=-2),
        "is not a possible duration",
    ),
    "a rate that never ends": (
        lambda bundle: dosage(bundle, "etoposide")["doseAndRate"].append(
            {"rateQuantity": {"value": 0.00001, "unit": "mg/h", "system": "http://unitsofmeasure.org", "code": "mg/h"}}
        ),
        "is not a possible rate of 96 mg",
    ),
    "entries that are no entries": (lambda bundle: bundle.update(entry=[bundle["entry"]]), "has no resource"),
    "a second patient": (
        lambda bundle: bundle["entry"].append({"resource": {"resourceType": "Patient", "id": "8"}}),
        "has 2 Patients",
    ),
    "a modifier that nobody reads": (
        lambda bundle: request(bundle, "etoposide").update(modifierExtension=[{"url": "urn:x", "valueBoolean": True}]),
        "has a modifierExtension",
    ),
    "a range of doses": (
        lambda bundle: dosage(bundle, "etoposide")["doseAndRate"][1].update(doseRange={"low": {"value": 1}}),
        "is a range, which is not the dose of one administration",
    ),
    "a bound instead of a number": (set_dose("etoposide", comparator="<"), "says < 96, which is not one number"),
    "a height of nobody": (
        lambda bundle: observation(bundle, "8302-2")["valueQuantity"].update(value=1.28),
        "1.28 cm is not a possible height",
    ),
    "a dose below 0": (set_value("etoposide", -96), "etoposide is -96 mg; a dose is above 0"),
    "a height that is a weight too": (
        lambda bundle: observation(bundle, "8302-2")["code"]["coding"].append(
            {"system": "http://loinc.org", "code": "29463-7"}
        ),
        "has the codes of height and of weight",
    ),
    "rules of somebody else": (
        lambda bundle: request(bundle, "etoposide").update(implicitRules="https://a.example/rules"),
        "has implicitRules, which may change what it says",
    ),
    "a measure with a modifier": (
        lambda bundle: observation(bundle, "8302-2").update(modifierExtension=[{"url": "urn:x"}]),
        "has a modifierExtension",
    ),
    "the display of another drug": (
        lambda bundle: request(bundle, "etoposide")["medicationCodeableConcept"]["coding"].append(
            {"system": "urn:hospital", "code": "4", "display": "Cisplatin 1 mg/mL"}
        ),
        "is 'etoposide' in words, but 'Cisplatin 1 mg/mL' by what its code is called",
    ),
    "a maximum below the dose": (
        lambda bundle: dosage(bundle, "etoposide").update(
            maxDosePerAdministration={**dosage(bundle, "etoposide")["doseAndRate"][1]["doseQuantity"], "value": 20}
        ),
        "is 20 mg, less than the dose, 96 mg",
    ),
    "one event a day and a frequency of two": (
        lambda bundle: dosage(bundle, "etoposide")["timing"]["repeat"].update(frequency=2, period=1, periodUnit="d"),
        "says how often a day in two ways: 1 by its events, 2 by its frequency",
    ),
    "a request of another regimen": (
        lambda bundle: request(bundle, "etoposide").update(
            instantiatesCanonical=["urn:cec:regimen:cec-consolidation|1"]
        ),
        "follows urn:cec:regimen:cec-consolidation|1, but the order urn:cec:regimen:cec-induction|1",
    ),
    "an order that was entered in error": (
        lambda bundle: next(resources(bundle, "RequestGroup")).update(status="entered-in-error"),
        "is entered-in-error: nothing of it is to be given",
    ),
    "a patient who has died": (
        lambda bundle: next(resources(bundle, "Patient")).update(deceasedDateTime="2026-11-29"),
        "says that the patient has died",
    ),
    "an edition that is not here": (
        lambda bundle: next(resources(bundle, "RequestGroup")).update(
            instantiatesCanonical=["urn:cec:regimen:cec-induction|7"]
        ),
        "names edition 7 of cec-induction; here is edition 1",
    ),
    "a regimen of somebody else": (
        lambda bundle: next(resources(bundle, "RequestGroup")).update(instantiatesCanonical=["https://a.example/ac"]),
        "names https://a.example/ac, which is not a regimen here; say with --regimen",
    ),
    "a path in the place of a regimen": (
        lambda bundle: next(resources(bundle, "RequestGroup")).update(
            instantiatesCanonical=["urn:cec:regimen:..%2Fsecret.yaml|1"]
        ),
        "names ../secret.yaml, which is not a regimen here",
    ),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_what_cannot_be_read_is_refused_by_name(mistake: str) -> None:
    change, words = REFUSED[mistake]
    bundle = copy.deepcopy(INDUCTION)
    change(bundle)
    assert words in faults(bundle)


DIFFERS: dict[str, tuple[Change, str, str]] = {
    "ten times the dose": (set_value("clofarabine", 384), "clofarabine", "dose"),
    "another protocol dose": (set_value("clofarabine", 30, place=0), "clofarabine", "protocol dose"),
    "doses of two drugs exchanged": (swap_doses, "etoposide", "dose"),
    "the wrong route": (
        lambda bundle: dosage(bundle, "etoposide").update(route={"text": "intrathecal"}),
        "etoposide",
        "route",
    ),
    "another duration": (
        lambda bundle: (
            dosage(bundle, "etoposide")["timing"]["repeat"].update(duration=1),
            dosage(bundle, "etoposide")["doseAndRate"][1]["rateRatio"]["denominator"].update(value=1),
        ),
        "etoposide",
        "duration",
    ),
    "an event on another day": (set_event(4, "2026-12-05T11:00:00+01:00"), "etoposide", "dates"),
    "a day of the cycle too few": (
        lambda bundle: next(resources(bundle, "RequestGroup"))["action"][0]["action"][1]["extension"][0][
            "extension"
        ].pop(),
        "etoposide",
        "days",
    ),
}


@pytest.mark.parametrize("mistake", DIFFERS)
def test_what_differs_is_found(mistake: str) -> None:
    change, drug, what = DIFFERS[mistake]
    bundle = copy.deepcopy(INDUCTION)
    change(bundle)
    found = verified(bundle).verification
    (verdict, *_) = (each for each in found.verdicts if each.drug == drug)
    assert not found.agrees
    assert verdict.is_wrong
    wrong = {each.what for each in verdict.comparisons if each.verdict == "differs"}
    assert (what in wrong) or (what == "dose" and verdict.dose_differs)


def test_like_bundles_pass_in_peace() -> None:
    """The drug's own display, the frequency that the events have, a maximum above the dose, words with a comma."""
    bundle = copy.deepcopy(INDUCTION)
    etoposide = dosage(bundle, "etoposide")
    request(bundle, "etoposide")["medicationCodeableConcept"]["coding"].append(
        {"system": "urn:hospital", "code": "4", "display": "Etoposide 20 mg/mL"}
    )
    etoposide["timing"]["repeat"].update(frequency=1, period=1, periodUnit="d")
    etoposide["maxDosePerAdministration"] = {**etoposide["doseAndRate"][1]["doseQuantity"], "value": 200}
    etoposide["text"] = "Etopozyd 96,0 mg w 500 mL (20 mg/mL)"
    found = verified(bundle)
    assert (found.verification.agrees, found.notes) == (True, ())
    etoposide["text"] = "Etopozyd 960 mg w 500 mL"
    (note,) = verified(bundle).notes
    assert "'Etopozyd 960 mg w 500 mL' does not say 96 mg, which stands in its codes" in note


@pytest.mark.parametrize(
    ("zone", "first", "second", "newest"),
    [
        # 23:30 in UTC is half past midnight in Warsaw: of one day, and 20 minutes later than 00:10 there
        ("Europe/Warsaw", "2026-11-28T23:30:00Z", "2026-11-29T00:10:00+01:00", ""),
        ("", "2026-11-28T23:30:00Z", "2026-11-29T00:10:00+01:00", ""),
        ("Europe/Warsaw", "2026-11-28T22:30:00Z", "2026-11-29T00:10:00+01:00", "36"),
        ("Europe/Warsaw", "2026-11-29", "2026-11", ""),
        ("Europe/Warsaw", "2026-11-29", "2026-10", "26"),
    ],
)
def test_the_newest_weight_is_that_of_the_last_day_where_the_pharmacy_is(
    zone: str, first: str, second: str, newest: str
) -> None:
    bundle = written(drafted(start=None))
    for each in resources(bundle, "MedicationRequest"):
        del each["supportingInformation"]
    weight = observation(bundle, "29463-7")
    other = {**copy.deepcopy(weight), "id": "other", "effectiveDateTime": second}
    other["valueQuantity"]["value"] = 36
    weight["effectiveDateTime"] = first
    bundle["entry"].append({"resource": other})
    pharmacy = Pharmacy(time_zone=zone)
    if newest:
        assert str(verified(bundle, pharmacy=pharmacy).order.patient.weight) == f"{newest} kg"
    else:
        assert "it is not told which body weight is the newest" in faults(bundle, pharmacy=pharmacy)


def test_more_than_nine_kinds_of_mistake_are_sown() -> None:
    assert len(REFUSED) + len(DIFFERS) > 20


def test_a_bsa_that_is_not_that_of_the_measures_is_asked_about() -> None:
    bundle = copy.deepcopy(INDUCTION)
    observation(bundle, "3140-1")["valueQuantity"]["value"] = 0.69
    alerts = verified(bundle).verification.alerts
    assert any("0.69 m2" in alert.text for alert in alerts)


def test_every_fault_is_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    bundle = copy.deepcopy(INDUCTION)
    for mistake in ("mg in words, g as the code", "a time without its zone", "the RxNorm code of another drug"):
        REFUSED[mistake][0](bundle)
    request(bundle, "clofarabine")["subject"] = {"reference": "Patient/8"}
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle, indent=1), encoding="utf-8")
    done = cec("verify", str(file), "--pharmacy", "none")
    assert done.code == 1
    lines = [line for line in done.err.splitlines() if line.startswith(str(file))]
    assert len(lines) == 3  # without the formulary nobody knows the code of etoposide
    assert all(re.match(rf"{re.escape(str(file))}:[0-9]+:[0-9]+: MedicationRequest/", line) for line in lines)


def test_a_program_is_told_what_kind_of_mistake_it_is(tmp_path: Path) -> None:
    bundle = copy.deepcopy(INDUCTION)
    REFUSED["mg in words, g as the code"][0](bundle)
    REFUSED["a time without its zone"][0](bundle)
    request(bundle, "clofarabine")["subject"] = {"reference": "Patient/8"}
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle), encoding="utf-8")
    done = cec("verify", str(file), "--pharmacy", "none", "--errors", "json")
    assert [json.loads(line)["code"] for line in done.err.splitlines()] == [
        "no-such-resource",
        "not-a-date",
        "told-twice",
    ]


def test_a_key_that_stands_twice_is_refused() -> None:
    text = json.dumps(INDUCTION).replace('"value": 38.4,', '"value": 38.4, "value": 3.84,', 1)
    with pytest.raises(FileError, match="the key value stands here twice"):
        verify_bundle(text, pharmacy=PHARMACY)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3.84e1", "38.4"),
        ("384E-1", "38.4"),
        ("38.400000000000006", "38.400000000000006"),
        ("38.40", "38.4"),
    ],
)
def test_exponents_and_doubles_are_what_they_are(text: str, amount: str) -> None:
    whole = re.sub(r'"value": 38.4(?=, "unit": "mg")', f'"value": {text}', json.dumps(INDUCTION), count=1)
    assert f'"value": {text}' in whole
    verdict = verify_bundle(whole, pharmacy=PHARMACY, as_of=START).verification.verdicts[0]
    assert verdict.written is not None
    assert (verdict.written.value, verdict.verdict) == (Decimal(amount), "agrees")


@pytest.mark.parametrize(("tolerance", "verdict"), [(Decimal(5), "agrees"), ("5%", "agrees"), ("1%", "differs")])
def test_the_tolerance_is_a_number_or_a_text(tolerance: Decimal | str, verdict: str) -> None:
    """13.26 mg of prednisone are 13 mg and 2% of it; a tolerance that lets another dose agree is refused."""
    whole = re.sub(r'"value": 13(?=, "unit": "mg")', '"value": 13.26', json.dumps(INDUCTION))
    found = verify_bundle(whole, pharmacy=PHARMACY, as_of=START, tolerance=tolerance)
    assert {each.drug: each.verdict for each in found.verification.verdicts}["prednisone"] == verdict
    for much in (Decimal(50), "50%"):
        with pytest.raises(InputError, match="would let another dose agree; write 20% or less"):
            verify_bundle(whole, pharmacy=PHARMACY, as_of=START, tolerance=much)


def test_a_measure_with_the_tail_of_a_double_is_what_it_is() -> None:
    bundle = copy.deepcopy(INDUCTION)
    observation(bundle, "29463-7")["valueQuantity"]["value"] = 26.000000000000004
    patient = verified(bundle, tolerance=Decimal(1)).order.patient
    assert patient.weight.value == Decimal("26.000000000000004")


def test_only_some_of_the_drugs_agree_where_only_some_were_to_be_written() -> None:
    bundle = copy.deepcopy(INDUCTION)
    group = next(resources(bundle, "RequestGroup"))["action"][0]
    group["action"] = [each for each in group["action"] if each["title"] in {"clofarabine", "etoposide"}]
    whole, part = verified(bundle), verified(bundle, partial=True)
    assert [each.verdict for each in whole.verification.verdicts] == ["agrees", "agrees", "missing", "missing"]
    assert [each.verdict for each in part.verification.verdicts] == ["agrees", "agrees", "not written", "not written"]
    assert (whole.verification.agrees, part.verification.agrees) == (False, True)


def test_a_drug_that_is_asked_for_once_more_beside_the_group_is_a_fault() -> None:
    """A second clofarabine would be given beside the first; a cancelled one, and another drug, are remarks."""
    bundle = copy.deepcopy(INDUCTION)
    first = next(resources(bundle, "MedicationRequest"))
    again = {**copy.deepcopy(first), "id": "again"}
    bundle["entry"].append({"fullUrl": "urn:uuid:7f3a2c1e-0f0b-4a56-9d0e-2f5a3f6f7a11", "resource": again})
    assert "asks for clofarabine once more beside the RequestGroup: cancel it, or take it out" in faults(bundle)
    again["status"] = "cancelled"
    assert verified(bundle).verification.agrees
    again.update(status="active", medicationCodeableConcept={"text": "paracetamol"})
    found = verified(bundle)
    assert (found.verification.agrees, any("is not of the RequestGroup" in note for note in found.notes)) == (
        True,
        True,
    )


def test_typed_doses_may_be_only_some_of_them() -> None:
    typed = ("verify", "cec-induction", "--height", "128", "--weight", "26", "clofarabine=38.4mg")
    assert cec(*typed).code == 1
    done = cec(*typed, "--partial")
    assert done.code == 0
    assert "not written: etoposide, cyclophosphamide and prednisone" in done.said


def test_partial_is_for_what_is_written_alone(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,height_cm,weight_kg\n1,128,26\n", encoding="utf-8")
    done = cec("verify", str(tmp_path / "orders.csv"), "--partial")
    assert done.code == 2
    assert "is for a Bundle" in done.err


def test_an_option_replaces_what_the_bundle_says_of_the_patient(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(written(drafted(start=None, pharmacy=Pharmacy()))), encoding="utf-8")
    assert cec("verify", str(file), "--pharmacy", "none").code == 0
    heavier = cec("verify", str(file), "--pharmacy", "none", "--weight", "36", "--history", "prior_hsct=false")
    assert heavier.code == 1
    assert "another weight" in heavier.said or "weight 36 kg" in heavier.said


def test_an_accepted_stop_comes_back_with_its_reason() -> None:
    patient = load_patient(texts={"height": "66 cm", "weight": "7 kg", "age": "8 months"})
    accept = {"infant": "tumour board", "under-10-kg": "tumour board"}
    order = draft_order(load_regimen("cec-induction"), patient, accept=accept)
    found = verified(written(order), pharmacy=Pharmacy())
    assert found.verification.agrees
    assert {alert.code: alert.accepted for alert in found.order.alerts if alert.accepted} == accept


@pytest.fixture
def regimen(tmp_path: Path) -> str:
    file = tmp_path / "ac-t.yaml"
    file.write_text(AC_T, encoding="utf-8")
    return str(file)


def test_the_extended_example_of_mcode_is_read_in_pounds_and_inches(regimen: str) -> None:
    """65 in = 165.1 cm, 150 lb = 68.0388555 kg; √(165.1 × 68.0388555 / 3600) = 1.766…; 600 × 1.77 = 1,062 mg.

    Its own doses are of 1.554 m2: 932.59 / 600 = 272.01 / 175 = 1.5543.
    """
    found = verified(mcode(), regimen=regimen, pharmacy=Pharmacy())
    verdicts = {each.drug: each for each in found.verification.verdicts}
    patient = found.order.patient
    assert (patient.height.value, patient.weight_given) == (Decimal("165.1"), "150 lb")
    assert (patient.id, patient.name, str(patient.born), patient.sex) == ("MRN1234", "Jenny M", "1965-01-01", "female")
    assert {drug: verdict.verdict for drug, verdict in verdicts.items()} == {
        "doxorubicin": "missing",
        "cyclophosphamide": "differs",
        "paclitaxel": "differs",
        "anastrozole": "not in the regimen",
    }
    assert str(verdicts["cyclophosphamide"].expected) == "1,062 mg"
    assert found.verification.shared_explanations[0].drugs == ("cyclophosphamide", "paclitaxel")
    notes = "\n".join(found.notes)
    assert "150 lb is taken, the newest body weight" in notes
    assert "60 mg/m2 is not a rate" in notes
    assert "asks for no anc, so 3000 x 10^9/L is not read" in notes
    assert "not read: Condition" in notes


def test_without_a_regimen_it_is_refused(regimen: str) -> None:
    assert "names no regimen; say with --regimen which one it is held against" in faults(mcode())
    assert verified(mcode(), regimen=regimen).order.regimen.name == "ac-t"


def test_two_weights_of_one_day_are_asked_about(regimen: str) -> None:
    bundle = mcode()
    for each in resources(bundle, "Observation"):
        each["effectiveDateTime"] = "2018-04-22"
    assert "it is not told which body weight is the newest" in faults(bundle, regimen=regimen)
    assert verified(bundle, regimen=regimen, texts={"weight": "70 kg"}).order.patient.weight.value == 70


def test_a_product_is_its_drug_by_the_code_of_the_formulary() -> None:
    bundle = copy.deepcopy(INDUCTION)
    concept = request(bundle, "etoposide")["medicationCodeableConcept"]
    concept["text"] = "VP-16 20 MG/ML Injectable Solution"
    assert verified(bundle).verification.agrees
    concept["text"] = "cyclophosphamide 20 MG/ML Injectable Solution"
    assert "are of different drugs" in faults(bundle)
    concept["text"], concept["coding"] = "VP-16", []
    assert [each.verdict for each in verified(bundle).verification.verdicts if each.is_wrong] == [
        "missing",
        "not in the regimen",
    ]


def test_international_units_are_not_those_of_bleomycin(tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    lines = "  - {drug: bleomycin, dose: 10 units/m2, route: IV bolus, days: 1}\n"
    lines += "  - {drug: pegaspargase, dose: 2500 units/m2, route: intramuscular, days: 1}\n"
    file.write_text(AC_T.partition("drugs:\n")[0] + "drugs:\n" + lines, encoding="utf-8")
    bundle = written(drafted(str(file), pharmacy=Pharmacy(), start=None))
    for drug in ("bleomycin", "pegaspargase"):
        dosage(bundle, drug)["doseAndRate"][1]["doseQuantity"]["code"] = "[iU]"
    words = faults(bundle, regimen=str(file), pharmacy=Pharmacy())
    assert "bleomycin is in international units" in words
    assert "pegaspargase" not in words


def test_what_is_no_bundle_is_named() -> None:
    with pytest.raises(FileError, match="is a Patient of FHIR; a Bundle is read") as refused:
        verify_bundle({"resourceType": "Patient"}, "cec-induction")
    assert refused.value.faults[0].code == "not-a-bundle"
    with pytest.raises(FileError, match="is a Bundle with nothing in it"):
        verify_bundle({"resourceType": "Bundle", "entry": []}, "cec-induction")


def test_words_alone_are_no_dose() -> None:
    bundle = copy.deepcopy(INDUCTION)
    dosage(bundle, "etoposide").update(doseAndRate=[])
    with pytest.raises(FileError, match="etoposide has no doseQuantity: 'etoposide 96 mg") as refused:
        verified(bundle)
    assert refused.value.faults[0].code == "no-dose"


def test_allergies_of_a_bundle_are_held_against_its_drugs() -> None:
    bundle = copy.deepcopy(INDUCTION)
    patient = next(resources(bundle, "Patient"))
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "patient": {"reference": f"urn:uuid:{patient['id']}"},
        "code": {"text": "etoposide"},
    }
    bundle["entry"].append({"resource": allergy})
    assert any("etoposide" in alert.text and "allerg" in alert.text for alert in verified(bundle).verification.alerts)


def test_what_nobody_can_read_of_a_patient_is_a_fault_of_its_place() -> None:
    bundle = copy.deepcopy(INDUCTION)
    observation(bundle, "29463-7")["valueQuantity"] = {"value": 26, "unit": "stone"}
    assert "has no code, and its unit 'stone' is not one of kg, g, [lb_av]" in faults(bundle)
    observation(bundle, "29463-7")["code"] = {"text": "weight", "coding": [{}]}
    with pytest.raises(InputError, match="'weight' is missing"):
        verified(bundle)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda bundle: next(resources(bundle, "RequestGroup")).update(subject={"reference": "Patient/8"}),
            "Patient/8",
        ),
        (
            lambda bundle: request(bundle, "etoposide").update(status="ordered"),
            "'ordered' is not a status of a request",
        ),
        (
            lambda bundle: request(bundle, "etoposide").update(intent="ordered"),
            "'ordered' is not an intent of a request",
        ),
        (
            lambda bundle: observation(bundle, "8302-2").update(status="done"),
            "'done' is not a status of an Observation",
        ),
        (
            lambda bundle: request(bundle, "etoposide")["supportingInformation"][0].update(reference="urn:uuid:8"),
            "leads to urn:uuid:8, which is not in the Bundle",
        ),
        (
            lambda bundle: next(resources(bundle, "RequestGroup"))["action"][0].update(
                timingPeriod={"start": "2026-11"}
            ),
            "'2026-11' is not a date",
        ),
        (
            lambda bundle: dosage(bundle, "etoposide")["doseAndRate"][1]["rateRatio"]["numerator"].update(code="mgx"),
            "'mgx' is not a UCUM code that is read",
        ),
        (set_event(0, "2026-11-30T25:00:00+01:00"), "is not a date"),
    ],
)
def test_a_state_a_reference_or_a_date_that_r4_has_not_is_a_fault(change: Change, words: str) -> None:
    bundle = copy.deepcopy(INDUCTION)
    change(bundle)
    assert words in faults(bundle)


def plain_request(drug: str, dose: dict[str, Any], patient: str, **timing: Any) -> dict[str, Any]:
    """A request as a system writes it that knows no plan."""
    return {
        "resource": {
            "resourceType": "MedicationRequest",
            "id": drug,
            "status": "active",
            "intent": "order",
            "medicationReference": {"reference": "#drug"},
            "contained": [{"resourceType": "Medication", "id": "drug", "code": {"text": drug}}],
            "subject": {"reference": patient},
            "dosageInstruction": [{"timing": timing, "doseAndRate": [{"doseQuantity": dose}]}],
        }
    }


def plain_bundle(*requests: dict[str, Any], weight: dict[str, Any] | None = None) -> Bundle:
    """A search result: Patient, measures without more than they must have, and requests."""
    measures = {"8302-2": {"value": 128, "unit": "cm"}, "29463-7": {"value": 26, "unit": "kg"}}
    observations = [
        {
            "resource": {
                "resourceType": "Observation",
                "id": code,
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
                "subject": {"reference": "Patient/p"},
                "valueQuantity": amount,
            }
        }
        for code, amount in measures.items()
    ]
    if weight is not None:
        observations[1]["resource"].update(weight)
    patient = {"resource": {"resourceType": "Patient", "id": "p"}}
    outcome = {"resource": {"resourceType": "OperationOutcome"}}
    return {"resourceType": "Bundle", "type": "searchset", "entry": [outcome, patient, *observations, *requests]}


MG = {"unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
DAILY = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}


def test_requests_of_a_system_that_knows_no_plan_are_read() -> None:
    bundle = plain_bundle(
        plain_request("Clofarabine", {"value": 38.4, **MG}, "Patient/p", **DAILY),
        plain_request("etoposide", {"value": 96, **MG}, "Patient/p", code={"coding": [{"code": "BID"}]}),
        plain_request("paracetamol", {"value": 1, "unit": "TAB"}, "Patient/p"),
    )
    found = verified(bundle, regimen="cec-induction", partial=True)
    verdicts = {each.drug: each for each in found.verification.verdicts}
    assert verdicts["clofarabine"].verdict == "agrees"
    assert [each.what for each in verdicts["etoposide"].comparisons if each.verdict == "differs"] == ["times a day"]
    assert "paracetamol" not in verdicts
    assert any("paracetamol, which the regimen does not give, is not read" in note for note in found.notes)
    assert any("not read: OperationOutcome" in note for note in found.notes)


def test_a_request_that_is_an_option_is_not_an_order() -> None:
    """One of two alternatives is named and not held against the order; a plan is, as whoever signs it will read it."""
    option = plain_request("etoposide", {"value": 70, **MG}, "Patient/p", **DAILY)
    option["resource"] |= {"id": "other", "intent": "option"}
    ordered = plain_request("etoposide", {"value": 96, **MG}, "Patient/p", **DAILY)
    for intent in ("order", "plan"):
        ordered["resource"]["intent"] = intent
        found = verified(plain_bundle(ordered, option), regimen="cec-induction", partial=True)
        assert [each.verdict for each in found.verification.verdicts if each.drug == "etoposide"] == ["agrees"]
        assert any("other: is an option, which nobody ordered, so it is not read" in note for note in found.notes)
    alone = plain_bundle(plain_request("prednisone", {"value": 13, **MG}, "Patient/p"), option)
    assert not any(
        each.drug == "etoposide" and each.verdict == "agrees"
        for each in verified(alone, regimen="cec-induction", partial=True).verification.verdicts
    )


def test_tablets_of_a_drug_of_the_regimen_are_a_fault() -> None:
    bundle = plain_bundle(plain_request("prednisone", {"value": 3, "unit": "TAB"}, "Patient/p"))
    assert "has no code, and its unit 'TAB' is not one of" in faults(bundle, regimen="cec-induction")


def test_a_weight_that_is_not_read_is_named_where_none_is() -> None:
    code = {"coding": [{"system": "http://loinc.org", "code": "8350-1", "display": "Body weight with clothes"}]}
    bundle = plain_bundle(plain_request("prednisone", {"value": 13, **MG}, "Patient/p"), weight={"code": code})
    words = faults(bundle, regimen="cec-induction")
    assert "'weight' is missing" in words
    assert "Observations that are not read: Body weight with clothes (LOINC 8350-1)" in words


@pytest.mark.parametrize(
    ("zone", "event", "agrees"),
    [
        ("Europe/Warsaw", "2026-11-29T23:30:00Z", True),  # half past midnight of 30-Nov-2026 in Warsaw
        ("Europe/Warsaw", "2026-11-29T22:30:00Z", False),
        ("Europe/Warsaw", "2026-11-30T00:30:00+01:00", True),
        ("", "2026-11-29T23:30:00Z", None),
    ],
)
def test_a_time_in_utc_has_its_date_where_the_pharmacy_is(zone: str, event: str, agrees: bool | None) -> None:
    later = [f"2026-12-{day:02}" for day in range(1, 5)]
    request_of = plain_request("prednisone", {"value": 13, **MG}, "Patient/p", event=[event, *later])
    found = verified(
        plain_bundle(request_of), regimen="cec-induction", start=START, partial=True, pharmacy=Pharmacy(time_zone=zone)
    )
    (verdict,) = (each for each in found.verification.verdicts if each.drug == "prednisone")
    dates = [each.verdict for each in verdict.comparisons if each.what == "dates"]
    assert dates == ({True: ["agrees"], False: ["differs"], None: []}[agrees])
    assert any("times in UTC" in note for note in found.notes) is (agrees is None)


def test_whatever_is_told_of_a_patient_comes_back() -> None:
    """A new field of patients goes into a Bundle too: then it stands here, and below where doses or checks use it."""
    assert set(Patient.__struct_fields__) == {
        *("height", "weight", "height_given", "weight_given", "id", "name", "born", "age", "sex", "measured_on"),
        *("creatinine", "creatinine_clearance", "previous_weight", "previous_day_1", "previous_cycles", "history"),
        *("earlier_doses", "earlier_doses_since", "reductions", "set_doses", "withheld", "choices", "ward", "bed"),
        *("physician", "protocol_number", "diagnosis", "allergies", "facts"),
    }
    texts: dict[str, Any] = {
        "id": "0070",
        "name": "Łucja Żak",
        "born": "2018-05-14",
        "sex": "f",
        "height": "128 cm",
        "weight": "26 kg",
        "measured_on": "2026-11-28",
        "creatinine_clearance": "80 mL/min",
        "previous_weight": "25.5 kg",
        "previous_day_1": "2026-10-26",
        "previous_cycles": "1",
        "history": {"prior_hsct": "false"},
        "ward": "3",
        "earlier_doses": {"etoposide": "900 mg/m2"},
        "earlier_doses_since": {"etoposide": "2026-10-05"},
        "reductions": ["etoposide=25%: mucositis"],
        "diagnosis": "ALL",
        "allergies": "latex",
        "platelets": "80 G/L",
        "set": ["clofarabine=38 mg: one vial"],
        "without": ["prednisone: psychosis"],
        "protocol_number": "12",
    }
    patient = load_patient(texts=texts)
    order = draft_order(load_regimen("cec-induction"), patient, PHARMACY, start=START, cycle=2, as_of=START)
    back = verified(written(order)).order.patient
    assert replace(back, facts={}) == replace(patient, facts={})


FLAT = """
name: flat
title: Flat
edition: 1
for: a test
source: {citation: written for this test}
drugs:
  - {drug: prednisone, dose: 100 mg, route: oral, days: 1-5}
  - {drug: cytarabine, dose: 100 mg, divided_into: 2, route: IV infusion, over: 1 h, days: 1}
"""


def test_a_flat_dose_that_was_halved_is_one_amount(tmp_path: Path) -> None:
    """100 mg of the protocol and 50 mg that are ordered are both amounts: of two nobody could tell which is meant."""
    path = tmp_path / "flat.yaml"
    path.write_text(FLAT)
    patient = load_patient(texts={"height": "128 cm", "weight": "26 kg", "reductions": ["prednisone=by 50%: nausea"]})
    order = draft_order(load_regimen(path), patient, PHARMACY, start=START)
    found = verified(written(order), regimen=load_regimen(path)).verification
    assert [(each.drug, str(each.written), each.verdict) for each in found.verdicts] == [
        ("prednisone", "50 mg", "agrees"),
        ("cytarabine", "50 mg", "agrees"),
    ]


def test_earlier_doses_that_go_on_are_read_back() -> None:
    """14 mg into the spine at 0.96 m2 are 14.58333… mg/m2."""
    endless = {"etoposide": Quantity(Decimal("14.5833333333333"), "mg/m2", endless=True)}
    order = drafted()
    patient = replace(order.patient, earlier_doses=endless)
    again = draft_order(order.regimen, patient, PHARMACY, start=START, cycle=1)
    back = verified(written(again)).order.patient
    assert back.earlier_doses == {"etoposide": Quantity(Decimal("14.583333333333"), "mg/m2")}


def measured_twice(first_day: int = 3) -> Bundle:
    """The Bundle of a cycle in which the child weighs 28 kg from a day on: √(128 × 28 / 3600) = 0.9978: 1 m2."""
    return written(revised(drafted(), START + datetime.timedelta(days=first_day - 1), first_day, weight=kg(28)))


def test_a_cycle_whose_measures_changed_within_is_held_against_each_from_its_day_on() -> None:
    verification = verified(measured_twice()).verification
    found = {(each.drug, str(each.written)) for each in verification.verdicts}
    # 40 mg/m2: 38.4 at 0.96 m2, 40 at 1 m2; 100 mg/m2: 96, 100; 440 mg/m2: 422.4, 440; 0.5 mg/kg: 13, 14
    assert found == {
        *(("clofarabine", "38.4 mg"), ("clofarabine", "40 mg"), ("etoposide", "96 mg"), ("etoposide", "100 mg")),
        *(("cyclophosphamide", "422.4 mg"), ("cyclophosphamide", "440 mg")),
        *(("prednisone", "13 mg"), ("prednisone", "14 mg")),
    }
    assert verification.agrees


LESS = (Reduction("etoposide", Decimal(25), "mucositis"),)


@pytest.mark.parametrize(
    "changes",
    [
        ({"set_doses": (SetDose("etoposide", Quantity(Decimal(90), "mg"), "liver", (4,)),)},),
        ({"reductions": LESS, "weight": kg(28)},),
        ({"stopped": ("etoposide",)},),
        ({"skipped": (SkippedDay(3, "drop"), SkippedDay(5, "drop"))}, {"restored": (5,)}),
        ({"withheld": (Withheld("prednisone", "nausea"),)}, {"reductions": LESS}, {"weight": kg(27)}),
    ],
)
def test_doses_that_a_person_changed_within_the_cycle_agree(changes: tuple[dict[str, Any], ...]) -> None:
    order = drafted(reductions=["etoposide=by 10%: fever", "prednisone=by 50%: sugar"])
    for change in changes:
        order = revised(order, START + datetime.timedelta(days=2), 3, **change)
    found = verified(written(order))
    assert found.verification.agrees, [each for each in found.verification.verdicts if each.is_wrong]
    same = [(dose.drug, dose.ordered, dose.days) for dose in order.doses]
    assert [(dose.drug, dose.ordered, dose.days) for dose in found.order.doses] == same


def test_a_dose_by_the_weight_of_other_days_does_not_agree() -> None:
    bundle = measured_twice()
    for amount in request(bundle, "clofarabine")["dosageInstruction"][0]["doseAndRate"]:
        if amount["doseQuantity"]["unit"] == "mg":
            amount["doseQuantity"]["value"] = 40  # days 1 and 2 are those of 26 kg
            amount["rateRatio"]["numerator"]["value"] = 40
    verification = verified(bundle, tolerance="1%").verification  # 40 is 4.2% above 38.4
    assert [(each.drug, str(each.written), each.verdict) for each in verification.verdicts if each.is_wrong] == [
        ("clofarabine", "40 mg", "differs")
    ]


def test_measures_of_which_nobody_can_tell_the_days_are_refused_with_why() -> None:
    """Two weights of one day; no days in the RequestGroup; no day 1."""
    bundle = copy.deepcopy(INDUCTION)
    weight = copy.deepcopy(observation(bundle, "29463-7"))
    weight["id"], weight["valueQuantity"]["value"] = "later", 28
    bundle["entry"].append({"fullUrl": "urn:uuid:later", "resource": weight})
    request(bundle, "etoposide")["supportingInformation"][1]["reference"] = "urn:uuid:later"
    assert "different measures of the body weight: 26 kg, 28 kg; so are those of day 1" in faults(bundle)
    without_days = measured_twice()
    (group,) = resources(without_days, "RequestGroup")
    for action in group["action"][0]["action"]:
        del action["extension"]
    assert "their RequestGroup does not tell from which day of the cycle on each of them holds" in faults(without_days)
    without_start = measured_twice()
    (group,) = resources(without_start, "RequestGroup")
    del group["action"][0]["timingPeriod"]
    assert "the day 1 of their cycle is not told; give it with --start" in faults(without_start)


@pytest.mark.parametrize(
    ("reference", "is_read"),
    [
        ("Patient/p", True),
        ("Patient/p/_history/3", True),
        ("https://ehr.example/fhir/Patient/p", True),
        ("https://ehr.example/fhir/Patient/q", False),
        ("q", False),
    ],
)
def test_a_reference_leads_to_the_patient_by_any_of_its_addresses(reference: str, is_read: bool) -> None:
    bundle = plain_bundle(plain_request("prednisone", {"value": 13, **MG}, reference))
    if is_read:
        assert verified(bundle, regimen="cec-induction", partial=True).verification.agrees
    else:
        assert f"leads to {reference}, which is not in the Bundle" in faults(bundle, regimen="cec-induction")


def test_a_patient_of_another_server_is_another_patient() -> None:
    bundle = plain_bundle(plain_request("prednisone", {"value": 13, **MG}, "https://other.example/fhir/Patient/p"))
    bundle["entry"][1]["fullUrl"] = "https://ehr.example/fhir/Patient/p"
    assert "which is not in the Bundle" in faults(bundle, regimen="cec-induction")


def test_another_maximum_than_the_protocol_s_is_found() -> None:
    capped = written(drafted("examples/abve-pog-9426"))
    vincristine = dosage(capped, "vincristine")
    assert vincristine["maxDosePerAdministration"]["value"] == 2
    assert verified(capped).verification.agrees
    vincristine["maxDosePerAdministration"]["value"] = 4
    (verdict,) = (each for each in verified(capped).verification.verdicts if each.is_wrong)
    assert (verdict.drug, [each.what for each in verdict.comparisons if each.verdict == "differs"]) == (
        "vincristine",
        ["maximum"],
    )
