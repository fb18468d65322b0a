"""A regimen as a PlanDefinition with ActivityDefinitions: what stands in codes, and that nothing is lost."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from running import cec
from test_fhir import every_mapping, mistaken_units

from cec import load_regimen, render
from cec.load.search import found_regimens
from cec.load.treatment_file import load_either
from cec.regimen import Regimen
from cec.rendering import SHOWN_REGIMENS

HEAD = """
name: mine
title: Mine
edition: 3
for: adults
source: {citation: a paper, url: "https://example.org/paper"}
cycle_length: 21 days
next_cycle: {earliest_day: 22, text: neutrophils above 1 x 10^9/L}
drugs:
"""


def shown(regimen: Regimen) -> dict[str, Any]:
    bundle: dict[str, Any] = json.loads(render(regimen, "fhir", SHOWN_REGIMENS), parse_float=Decimal)
    return bundle


def of_lines(folder: Path, *lines: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The plan, and the activity of each drug line."""
    file = folder / "mine.yaml"
    file.write_text(HEAD + "".join(f"  - {line}\n" for line in lines), encoding="utf-8")
    plan, *activities = (each["resource"] for each in shown(load_regimen(str(file)))["entry"])
    return plan, activities


def test_the_plan_is_that_of_the_file(tmp_path: Path) -> None:
    plan, (activity,) = of_lines(
        tmp_path, "{drug: etoposide, dose: 100.5 mg/m2, route: IV infusion, over: 2 h, days: 1-3}"
    )
    assert (plan["resourceType"], plan["url"], plan["version"]) == ("PlanDefinition", "urn:cec:regimen:mine", "3")
    assert (plan["name"], plan["title"], plan["status"]) == ("Mine", "Mine", "active")
    assert plan["relatedArtifact"] == [{"type": "citation", "citation": "a paper", "url": "https://example.org/paper"}]
    cycle = plan["action"][0]
    assert cycle["timingTiming"] == {"repeat": {"period": 21, "periodUnit": "d"}}
    assert cycle["description"] == "next cycle not before day 22; neutrophils above 1 x 10^9/L"
    (line,) = cycle["action"]
    assert [day["valueInteger"] for day in line["extension"][0]["extension"]] == [1, 2, 3]
    assert line["textEquivalent"] == "etoposide 100.5 mg/m2, IV infusion, over 2 h, daily for 3 days"
    assert line["definitionCanonical"] == f"{activity['url']}|3"
    (dosage,) = activity["dosage"]
    assert dosage["doseAndRate"][0]["doseQuantity"]["value"] == Decimal("100.5")
    assert dosage["timing"]["repeat"] == {
        "duration": 2,
        "durationUnit": "h",
        "frequency": 1,
        "period": 1,
        "periodUnit": "d",
    }
    assert (activity["kind"], activity["productCodeableConcept"]) == ("MedicationRequest", {"text": "etoposide"})


def test_bands_ranges_choices_and_rates_stand_as_they_are(tmp_path: Path) -> None:
    _, activities = of_lines(
        tmp_path,
        "{drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV infusion, over: 10 min, days: 1}",
        "drug: cytarabine\n    dose:\n      - {when: {age: under 60 years}, dose: 2 g/m2}\n"
        "      - {when: {age: at least 60 years}, dose: 1 g/m2}\n    route: IV infusion\n    over: 2 to 3 h\n"
        "    days: 1",
        "{drug: prednisolone, dose: 20 to 30 mg/m2, route: oral, days: 1}",
        "{drug: carboplatin, dose: AUC 5 or AUC 6, route: IV infusion, over: 1 h, days: 1}",
        "{drug: blinatumomab, dose: 15 mcg/m2/24h, route: IV infusion, over: 24 h, days: 1}",
    )
    vincristine, cytarabine, prednisolone, carboplatin, blinatumomab = (each["dosage"] for each in activities)
    assert vincristine[0]["maxDosePerAdministration"]["value"] == 2
    assert [each["doseAndRate"][0]["doseQuantity"]["value"] for each in cytarabine] == [2, 1]
    assert "for age under 60 years" in cytarabine[0]["text"]
    assert (cytarabine[0]["timing"]["repeat"]["duration"], cytarabine[0]["timing"]["repeat"]["durationMax"]) == (2, 3)
    ends = prednisolone[0]["doseAndRate"][0]["doseRange"]
    assert (ends["low"]["value"], ends["high"]["value"], ends["high"]["code"]) == (20, 30, "mg/m2")
    assert [each["doseQuantity"]["code"] for each in carboplatin[0]["doseAndRate"]] == ["mg.min/mL"] * 2
    assert blinatumomab[0]["doseAndRate"][0]["rateQuantity"]["code"] == "ug/m2/(24.h)"


def test_a_start_hangs_on_the_line_that_it_names(tmp_path: Path) -> None:
    plan, _ = of_lines(
        tmp_path,
        "{drug: methotrexate, dose: 1 g/m2, route: IV infusion, over: 4 h, days: 1}",
        "{drug: folinic acid, dose: 15 mg/m2, route: IV bolus, start: 24 h after the start of methotrexate}",
    )
    (related,) = plan["action"][0]["action"][1]["relatedAction"]
    assert (related["actionId"], related["relationship"]) == ("line-1", "after-start")
    assert (related["offsetDuration"]["value"], related["offsetDuration"]["code"]) == (24, "h")


def test_checks_and_what_to_prescribe_separately_stand_in_words() -> None:
    plan = shown(load_regimen("cec-induction"))["entry"][0]["resource"]
    titles = {action["title"] for action in plan["action"]}
    regimen = load_regimen("cec-induction")
    assert {f"{check.level} {check.code}" for check in regimen.checks} <= titles
    assert {f"prescribe separately: {text}" for text in regimen.prescribe_separately} <= titles


@pytest.mark.parametrize("name", [each.name for each in found_regimens()])
def test_every_definition_that_a_plan_names_is_there_in_units_that_are_right(name: str) -> None:
    found = next(each for each in found_regimens() if each.name == name)
    bundle = json.loads(render(load_either(found.path), "fhir", SHOWN_REGIMENS), parse_float=Decimal)
    resources = [each["resource"] for each in bundle["entry"]]
    addresses = {f"{each['url']}|{each['version']}" for each in resources}
    named = {each["definitionCanonical"] for each in every_mapping(bundle) if "definitionCanonical" in each}
    assert named
    assert named <= addresses
    actions = {each["id"] for each in every_mapping(bundle) if str(each.get("id", "")).startswith("line-")}
    assert {each["actionId"] for each in every_mapping(bundle) if "actionId" in each} <= actions
    assert mistaken_units(bundle) == []


def test_the_command_writes_it_and_still_shows_the_regimen(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert cec("regimen", "show", "cec-induction", "--format", "fhir", "-o", str(file)).code == 0
    assert json.loads(file.read_bytes())["resourceType"] == "Bundle"
    assert "Prescribe separately" in cec("regimen", "show", "cec-induction").out
    assert cec("regimen", "show", "cec-induction", "--format", "fhir", "--explain").code == 0
    assert cec("regimen", "show", "cec-induction", "--format", "pdf").code == 2
