"""An order as a Bundle of FHIR R4: what it says, with which codes, and that every digit and reference holds.

Doses are worked by hand: √(128 × 26 / 3600) = 0.9614…, so 0.96 m2; 40 mg/m2 × 0.96 m2 = 38.4 mg.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from revising import day, drafted, revised
from saved_orders import STARTER
from units_in_fhir import AMOUNTS_IN_UCUM, UNITS_BY_CODE

from cec import Order, Pharmacy, draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.errors import InputError
from cec.fhir.ucum import UCUM_CODES, ucum_of, units_of_code
from cec.order import GivenAmount
from cec.patient import SetDose
from cec.pharmacy import DoseRounding
from cec.units import Quantity
from cec.units.kinds import AMOUNTS, KINDS

WARSAW = Pharmacy(time_zone="Europe/Warsaw")
START = datetime.date(2026, 11, 30)
DOSE_TYPES = "http://terminology.hl7.org/CodeSystem/dose-rate-type"


def order_of(regimen: str = "cec-induction", pharmacy: Pharmacy = WARSAW, **given: Any) -> Order:
    start = given.pop("start", None)
    patient = load_patient(texts={"height": "128 cm", "weight": "26 kg", **given})
    return draft_order(load_regimen(regimen), patient, pharmacy, start=start)


def bundle_of(order: Order) -> dict[str, Any]:
    bundle: dict[str, Any] = json.loads(render(order, "fhir"), parse_float=Decimal)
    return bundle


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == kind]


def every_mapping(part: Any) -> Iterator[dict[str, Any]]:
    """Every mapping within a part, at any depth."""
    if isinstance(part, dict):
        yield part
        for each in part.values():
            yield from every_mapping(each)
    elif isinstance(part, list):
        for each in part:
            yield from every_mapping(each)


def dosage(bundle: dict[str, Any], drug: str) -> dict[str, Any]:
    (request,) = (
        each for each in resources(bundle, "MedicationRequest") if each["medicationCodeableConcept"]["text"] == drug
    )
    found: dict[str, Any] = request["dosageInstruction"][0]
    return found


def test_the_protocol_dose_is_ordered_and_the_amount_calculated_in_r4_s_own_words() -> None:
    clofarabine = dosage(bundle_of(order_of()), "clofarabine")
    ordered, calculated = clofarabine["doseAndRate"]
    assert ordered == {
        "type": {"coding": [{"system": DOSE_TYPES, "code": "ordered"}]},
        "doseQuantity": {
            "value": 40,
            "unit": "mg/m2",
            "system": "http://unitsofmeasure.org",
            "code": "mg/m2",
        },
    }
    assert calculated["type"] == {"coding": [{"system": DOSE_TYPES, "code": "calculated"}]}
    assert calculated["doseQuantity"]["value"] == Decimal("38.4")
    over = calculated["rateRatio"]
    assert (over["numerator"]["value"], over["denominator"]["value"], over["denominator"]["code"]) == (
        Decimal("38.4"),
        2,
        "h",
    )
    assert (
        clofarabine["text"]
        == "clofarabine 38.4 mg (protocol dose 40 mg/m2), IV infusion over 2 h, daily on days 1 to 5"
    )
    assert clofarabine["timing"] == {
        "repeat": {"duration": 2, "durationUnit": "h", "frequency": 1, "period": 1, "periodUnit": "d"}
    }
    assert clofarabine["route"] == {
        "coding": [{"system": "http://snomed.info/sct", "code": "47625008", "display": "Intravenous route"}],
        "text": "IV infusion",
    }


def test_measures_have_their_loinc_codes_and_the_patient_only_what_was_given() -> None:
    bundle = bundle_of(order_of())
    found = {
        each["code"]["coding"][0]["code"]: (each["valueQuantity"]["value"], each["valueQuantity"]["code"])
        for each in resources(bundle, "Observation")
    }
    assert found == {"8302-2": (128, "cm"), "29463-7": (26, "kg"), "3140-1": (Decimal("0.96"), "m2")}
    (patient,) = resources(bundle, "Patient")
    assert patient.keys() == {"resourceType", "id"}
    (named,) = resources(
        bundle_of(order_of(id="0070", name="Łucja Żak", born="2018-05-14", sex="f", start=START)), "Patient"
    )
    assert (named["identifier"], named["name"]) == ([{"value": "0070"}], [{"text": "Łucja Żak"}])
    assert (named["birthDate"], named["gender"]) == ("2018-05-14", "female")


def test_the_cycle_names_its_regimen_its_day_1_and_the_days_of_each_drug() -> None:
    (group,) = resources(bundle_of(order_of(start=START)), "RequestGroup")
    assert group["instantiatesCanonical"] == ["urn:cec:regimen:cec-induction|1"]
    (cycle,) = group["action"]
    assert cycle["timingPeriod"] == {"start": "2026-11-30"}
    days = [[day["valueInteger"] for day in each["extension"][0]["extension"]] for each in cycle["action"]]
    assert days == [[1, 2, 3, 4, 5]] * 4
    assert group["note"][0] == {"text": "Draft: not valid until checked and signed"}


def test_numbers_have_just_the_digits_of_the_order_and_say_where_they_go_on() -> None:
    text = render(order_of(), "fhir").decode()
    assert '"value": 38.4,' in text
    tenths = DoseRounding("nearest", Quantity(Decimal("0.1"), "mg"))
    drugs = ("clofarabine", "etoposide", "cyclophosphamide")
    unrounded = order_of(pharmacy=replace(WARSAW, bsa_rounding=None, dose_rounding=dict.fromkeys(drugs, tenths)))
    (area,) = (
        each for each in resources(bundle_of(unrounded), "Observation") if each["code"]["coding"][0]["code"] == "3140-1"
    )
    # √(128 × 26 / 3600) = 0.961480340123730… by `bc` with 25 decimals, cut after 15
    assert area["valueQuantity"]["value"] == Decimal("0.961480340123730")
    assert area["valueQuantity"]["_value"]["extension"][0]["url"].endswith("/quantity-precision")


def test_the_same_order_gives_the_same_bytes_and_ids_and_every_reference_leads_somewhere() -> None:
    first, again = (render(order_of(start=START), "fhir") for _ in range(2))
    assert first == again
    bundle = json.loads(first)
    addresses = [each["fullUrl"] for each in bundle["entry"]]
    assert len(set(addresses)) == len(addresses)
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f-]{21}", each) for each in addresses)
    references = [each["reference"] for each in every_mapping(bundle) if "reference" in each]
    assert references
    assert set(references) <= set(addresses)


def test_another_dose_has_other_ids() -> None:
    one_order, other = (bundle_of(order_of(weight=weight)) for weight in ("26 kg", "27 kg"))
    assert not {each["fullUrl"] for each in one_order["entry"]} & {each["fullUrl"] for each in other["entry"]}


def test_times_stand_with_the_zone_of_the_pharmacy_in_winter_and_in_summer() -> None:
    winter, summer = (
        dosage(bundle_of(order_of(start=start)), "clofarabine")["timing"]["event"][0]
        for start in (START, datetime.date(2026, 7, 6))
    )
    assert (winter, summer) == ("2026-11-30T09:00:00+01:00", "2026-07-06T09:00:00+02:00")


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(InputError, match="name the pharmacy's time_zone"):
        render(order_of(pharmacy=Pharmacy(), start=START), "fhir")


def test_a_bound_is_never_an_instant() -> None:
    prednisone = dosage(bundle_of(order_of(start=START)), "prednisone")
    assert prednisone["timing"]["event"][:2] == ["2026-11-30", "2026-12-01"]
    (request,) = (
        each
        for each in resources(bundle_of(order_of(start=START)), "MedicationRequest")
        if each["medicationCodeableConcept"]["text"] == "prednisone"
    )
    assert any("before 09:00" in note["text"] for note in request["note"])


def test_a_drug_that_is_left_out_is_not_to_be_given() -> None:
    bundle = bundle_of(order_of(reductions=["prednisone=100%: hyperglycaemia"]))
    (request,) = (each for each in resources(bundle, "MedicationRequest") if each.get("doNotPerform"))
    assert request["medicationCodeableConcept"]["text"] == "prednisone"
    assert "doseAndRate" not in request["dosageInstruction"][0]
    assert request["dosageInstruction"][0]["text"].startswith("prednisone OMITTED")


def test_doses_that_a_change_made_otherwise_are_marked_with_why_and_those_that_were_given() -> None:
    """Etoposide is set on day 4, and 50 mg were given on day 2."""
    liver = (SetDose("etoposide", Quantity(Decimal(90), "mg"), "liver", (4,)),)
    given = (GivenAmount(2, 2, 1, "etoposide", Quantity(Decimal(50), "mg")),)
    order = revised(drafted(pharmacy=WARSAW), day(3), 3, set_doses=liver, given=given)
    notes = {
        (each["medicationCodeableConcept"]["text"], note["text"])
        for each in resources(bundle_of(order), "MedicationRequest")
        for note in each["note"]
    }
    assert ("etoposide", "day 4: CHANGED in revision 2: dose (a reason)") in notes
    assert {("etoposide", "day 1: counts as given"), ("etoposide", "day 2: 50 mg given")} <= notes
    assert ("clofarabine", "days 1, 2: counts as given") in notes
    assert not any(drug == "clofarabine" and "CHANGED" in text for drug, text in notes)


def test_codes_of_a_drug_stand_only_where_the_formulary_has_them() -> None:
    plain = bundle_of(order_of())
    assert all("coding" not in each["medicationCodeableConcept"] for each in resources(plain, "MedicationRequest"))
    stocked = bundle_of(order_of(pharmacy=load_pharmacy(STARTER)))
    codes = {
        each["medicationCodeableConcept"]["text"]: each["medicationCodeableConcept"].get("coding")
        for each in resources(stocked, "MedicationRequest")
    }
    formulary = load_pharmacy(STARTER).formulary
    assert codes["etoposide"] == [
        {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": formulary["etoposide"].rxnorm},
        {"system": "http://www.whocc.no/atc", "code": formulary["etoposide"].atc},
    ]


def test_an_alert_is_an_issue_with_the_reason_where_it_was_accepted() -> None:
    patient = load_patient(texts={"height": "66 cm", "weight": "7 kg", "age": "8 months"})
    order = draft_order(
        load_regimen("cec-induction"), patient, accept={"infant": "tumour board"} | {"under-10-kg": "tumour board"}
    )
    issues = {each["code"]["text"]: each for each in resources(bundle_of(order), "DetectedIssue")}
    assert issues["infant"]["severity"] == "high"
    assert issues["infant"]["mitigation"] == [{"action": {"text": "tumour board"}}]
    assert issues["infant"]["code"]["coding"] == [{"system": "urn:cec:alert", "code": "infant"}]


def test_the_most_that_may_be_given_stands_in_its_place() -> None:
    regimen = load_regimen("cec-induction")
    most = Quantity(Decimal(60), "mg")
    lines = [replace(line, maximum=most if line.drug == "prednisone" else None) for line in regimen.drugs]
    patient = load_patient(texts={"height": "128 cm", "weight": "26 kg"})
    bundle = bundle_of(draft_order(replace(regimen, drugs=tuple(lines)), patient))
    assert dosage(bundle, "prednisone")["maxDosePerAdministration"]["value"] == 60
    assert "maxDosePerAdministration" not in dosage(bundle, "etoposide")


def mistaken_units(bundle: Any) -> list[str]:
    """Quantities whose code is not UCUM as it stands in the list, or is not that of their unit."""
    found = []
    for each in every_mapping(bundle):
        if "value" in each and "unit" in each:
            units = UNITS_BY_CODE.get(each.get("code", ""), ())
            unit = re.sub(r"^(AUC|%).*", r"\1", each["unit"])
            if unit not in units or each.get("system") != "http://unitsofmeasure.org":
                found.append(f"{each['unit']}: {each.get('code')}")
    return found


def test_every_quantity_has_the_ucum_code_of_its_unit() -> None:
    for order in (order_of(start=START, creatinine="0.5 mg/dL", age="8", sex="f"), order_of("examples/mfolfox6")):
        assert mistaken_units(bundle_of(order)) == []


@pytest.mark.parametrize(
    ("quantity", "found"),
    [
        ({"value": 1, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "g"}, ["mg: g"]),
        ({"value": 1, "unit": "mcg", "system": "http://unitsofmeasure.org", "code": "mcg"}, ["mcg: mcg"]),
        ({"value": 1, "unit": "mg", "code": "mg"}, ["mg: mg"]),
        ({"value": 1, "unit": "mcg", "system": "http://unitsofmeasure.org", "code": "ug"}, []),
    ],
)
def test_the_guard_sees_a_mistaken_unit(quantity: dict[str, Any], found: list[str]) -> None:
    assert mistaken_units({"valueQuantity": quantity}) == found


def test_the_code_of_every_amount_was_looked_up() -> None:
    assert {UCUM_CODES[amount] for amount in AMOUNTS} == AMOUNTS_IN_UCUM


def test_every_unit_has_a_code_that_is_read_as_that_unit() -> None:
    units = {unit for kind in KINDS for unit in kind.units}
    assert len(units) > 100
    assert [unit for unit in units if unit not in units_of_code(ucum_of(unit)) and not unit.startswith("AUC")] == []
    assert [unit for unit in units - UCUM_CODES.keys() if not unit.startswith("AUC")] == []
