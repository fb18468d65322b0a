"""What is refused because its parts do not fit together: each refusal with a case that meets it, and its words."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from regimen_texts import faults_in

from cec.calculate import draft_order
from cec.errors import CecError, InputError, OrderRefused
from cec.load import load_patient, load_pharmacy, load_regimen

HEAD = """\
name: sample
title: Sample
edition: 1
for: a test
source: {citation: written for this test}
"""
LINE = "  - {drug: vincristine, dose: 1.5 mg/m2, route: IV bolus, days: 1}\n"
SIZE = {"height": "128 cm", "weight": "26 kg"}


def regimen_of(folder: Path, text: str) -> Path:
    path = folder / "sample.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def line_of(drug: str = "etoposide", **keys: str) -> str:
    """A drug line with these keys instead of the usual ones; an empty one is left out."""
    told = {"drug": drug, "dose": "100 mg/m2", "route": "IV bolus", "days": "1-5", **keys}
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in told.items() if value) + "}\n"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"dose": "[{when: {age: under 1 year}, dose: 6 mg}, {when: {age: at least 1 year}, dose: 1 g}]"},
         "drugs 1 (etoposide): doses are in g and in mg; use one unit"),
        ({"route": "oral", "over": "1 h"}, "over: what is given oral does not run; leave it out"),
        ({"dose": "AUC 5", "maximum": "1 g"}, "maximum 1 g is not in the unit of the dose (mg)"),
        ({"times": "2", "divided_into": "2", "every": "6 h"}, "give either times or divided_into, not both"),
        ({"times": "2", "every": "6 h", "at": '"08:00, 20:00"'}, "give either every, or clock times in 'at'"),
        ({"divided_into": "3", "at": '"08:00, 20:00"'}, "3 doses a day at 2 clock times; give as many of them"),
        ({"at": '"20:00, 08:00"'}, "names a time twice or not in rising order"),
        ({"route": "IV infusion"}, "'over' is missing: how long the IV infusion runs, e.g. over: 2 h"),
        ({"over": "7 h", "every": "6 h", "times": "2"}, "over 7 h every 6 h: one dose would still run when the next"),
        ({"over": "25 h"}, "over 25 h on days 1 apart: one day's infusion would still run when the next day's starts"),
        ({"assumed": "{colour: red}"}, "assumed: colour: not a key of a drug line"),
        ({"dose": "[{when: {}, dose: 6 mg}]"}, "is empty; name at least one condition"),
    ],
)  # fmt: skip
def test_a_drug_line_that_contradicts_itself(keys: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(CecError) as caught:
        load_regimen(regimen_of(tmp_path, "drugs:\n" + line_of(**keys)))
    assert any(message in str(fault) for fault in caught.value.faults), caught.value.faults


CHECK = "  - {when: {weight: under 20 kg}, level: note, code: light, text: a test}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("drugs: []\n", "drugs: is empty; a regimen has at least one drug line"),
        ("drugs:\n" + LINE + "checks:\n" + CHECK * 2, "checks: code 'light' stands twice; a code names one check"),
        (
            "drugs:\n" + LINE + "other_dose_sets:\n  - {doses: {etoposide: 150 mg/m2}}\n",
            "other_dose_sets 1: etoposide is not a drug of this regimen",
        ),
        (
            "drugs:\n" + LINE + line_of("etoposide", after="doxorubicin"),
            "drugs 2 (etoposide): after: no line is for 'doxorubicin'",
        ),
        ("drugs:\n" + LINE + LINE, "drugs 2 (vincristine): repeats line 1 on the same days"),
    ],
)
def test_drug_lines_that_do_not_fit_together(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CecError) as caught:
        load_regimen(regimen_of(tmp_path, text))
    assert [message in str(fault) for fault in caught.value.faults] == [True], caught.value.faults


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"born": "2018-05-14", "age": "8"}, "give either born or age, not both"),
        ({"born": "2018-05-14", "measured_on": "2018-05-13"}, "2018-05-13 lies before the date of birth, 2018-05-14"),
        ({"born": "2018-05-14", "previous_day_1": "2017-01-01"}, "2017-01-01 lies before the date of birth"),
        ({"reductions": ["etoposide=25%: a", "etoposide=50%: b"]}, "etoposide is reduced twice"),
        ({"reductions": ["etoposide 25%"]}, "'etoposide 25%' is not a reduction; write drug, percent and reason"),
        ({"reductions": ["etoposide=0.25: a"]}, "'0.25' has no unit"),
        ({"creatinine_clearance": "90 mL/min/1.73m2"}, "is per 1.73 m2, not this patient's own clearance"),
        ({"creatinine_clearance": "0 mL/min"}, "'0 mL/min' is not above 0"),
        ({"previous_weight": "0 kg"}, "0 kg is not a possible body weight at the last calculation"),
        ({"previous_cycles": "-1"}, "'-1' is not a whole number"),
        ({"sex": "x"}, "'x' is neither female nor male, as the formulas know it; write female, male, f or m"),
        ({"history": {"prior_hsct": "maybe"}}, "'maybe' is neither true nor false; write true or false"),
        ({"history": {"prior_hsct": "1"}}, "'1' is neither true nor false; write true or false"),
        ({"history": {"prior_hsct": "si"}}, "'si' is neither true nor false; write true or false, yes or no"),
        ({"age": "126"}, "126 years is not a possible age"),
    ],
)
def test_a_patient_that_cannot_be(texts: dict[str, Any], message: str) -> None:
    with pytest.raises(CecError) as caught:
        load_patient(texts={**SIZE, **texts})
    assert [message in str(fault) for fault in caught.value.faults] == [True], caught.value.faults


TWO_IN_ONE = (
    "etoposide=25%: x, clofarabine=50%: y",
    "etoposide=25%: x, clofarabine = 50 %",
    "etoposide=25%: x; clofarabine=50: y",
    "etoposide=25%: x\nclofarabine=50%: y",
    "etoposide=25%: x, clofarabine 50%: y",
    "etoposide=25%: x, PEG-asparaginase (IV)=33.3%: y",
    "etoposide=25%, clofarabine=50%: y",
)


@pytest.mark.parametrize("text", TWO_IN_ONE)
def test_a_reduction_is_never_taken_for_the_reason_of_another(text: str) -> None:
    told = (
        "holds another reduction; give each by itself (one --reduce each, one item each in a file, "
        "; between them in a cell), or write the reason without = and :"
    )
    with pytest.raises(CecError) as caught:
        load_patient(texts={**SIZE, "reductions": [text]})
    assert [told in str(fault) for fault in caught.value.faults] == [True], caught.value.faults


def test_nor_where_the_reason_has_a_key_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "patient.yaml"
    item = "{drug: etoposide, percent: 25%, reason: 'x, clofarabine=50%: y'}"
    path.write_text(f"height: 128 cm\nweight: 26 kg\nreductions: [{item}]\n", encoding="utf-8")
    with pytest.raises(CecError, match=r"reason: 'x, clofarabine=50%: y' holds another reduction; give each by itself"):
        load_patient(path)


@pytest.mark.parametrize(
    "reason",
    [
        "mucositis grade 3: 50% of meals, pain",
        "neutrophils >= 50% of normal, 0.4 G/L",
        "bilirubin = 3.2 mg/dL",
        "by 25%, as in cycle 2; see note",
    ],
)
def test_a_reason_may_have_numbers(reason: str) -> None:
    patient = load_patient(texts={**SIZE, "reductions": [f"etoposide=25%: {reason}", "clofarabine=50%: liver"]})
    assert [one.reason for one in patient.reductions] == [reason, "liver"]


def product(**keys: str) -> str:
    """A pharmacy file with one product of etoposide."""
    told = {"name": "vial", "form": "solution", "strength": "20 mg/mL", "volume": "5 mL", **keys}
    entry = ", ".join(f"{key}: {value}" for key, value in told.items() if value)
    return "formulary:\n  etoposide:\n    products:\n      - {" + entry + "}\n"


def bands(*rows: str) -> str:
    """A pharmacy file with a table of bands for etoposide, each row from, to and dose."""
    told = [dict(zip(("from", "to", "dose"), row.split("; "), strict=True)) for row in rows]
    entries = ", ".join(f"{{from: {row['from']}, to: {row['to']}, dose: {row['dose']}}}" for row in told)
    return f"dose_rounding:\n  etoposide:\n    bands: [{entries}]\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dose_rounding: {etoposide: to 5 mg}\n", "'to 5 mg' is not a rounding; write it like: nearest 0.5 mg"),
        (bands("20 mg; 10 mg; 15 mg"), "band 20 mg to 10 mg runs backwards"),
        (bands("90 mg; 100 mg; 950 mg"), "band 90 mg to 100 mg gives 950 mg, more than twice"),
        (bands("1 mg; 5 mg; 3 mg", "5 mg; 9 mg; 7 mg"), "band 5 mg to 9 mg does not lie above the band before it"),
        (bands("1 mg; 5 mg; 3 mg", "6 mg; 9 mg; 7 mcg"), "the bands are empty or in several units; use one unit"),
        (bands(), "the bands are empty or in several units; use one unit"),
        (product(strength=""), "'strength' is missing: a solution has strength and volume"),
        (product(content="100 mg"), "'content' does not belong to a solution"),
        (product(form="powder", volume="", content="1 g"), "'reconstituted_with' is missing: a powder has content and"),
        (product(form="tablet", strength="", volume="", content="5 mg", reconstituted_with="5 mL"),
         "'reconstituted_with' does not belong to a tablet"),
        (product(halves="true"), "only a tablet can be halved"),
        ("formulary:\n  etoposide: {lowest_concentration: 1 g/mL, highest_concentration: 2 mg/mL}\n",
         "lowest_concentration 1 g/mL is above highest_concentration 2 mg/mL"),
        ("gap: 13 h\n", "'13 h' is more than 12 h: a day would run into the next one"),
        ("time_zone: Warsaw\n", "'Warsaw' is not a time zone; write it like Europe/Warsaw"),
        ("bsa_formula: mostler\n", "did you mean mosteller?"),
        ("bsa_rounding: 0.5 m2\n", "'0.5 m2' is coarser than 0.1 m2"),
        ("largest_deviation: 0.05\n", "'0.05' has no unit"),
        ("largest_deviation: 50%\n", "'50%' is more than 20% for every drug; write it like 5%"),
        ("first_infusion: \"24:00\"\n", "'24:00' is not a time of day"),
    ],
)  # fmt: skip
def test_a_pharmacy_that_cannot_be(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "pharmacy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CecError) as caught:
        load_pharmacy(path)
    assert [message in str(fault) for fault in caught.value.faults] == [True], caught.value.faults


def test_an_age_from_a_date_of_birth_needs_a_day() -> None:
    patient = load_patient(texts={**SIZE, "born": "2018-05-14"})
    with pytest.raises(InputError, match="an age from a date of birth needs a day: give a start or the day of the"):
        draft_order(load_regimen("cec-induction"), patient)
    order = draft_order(load_regimen("cec-induction"), patient, as_of=datetime.date(2026, 11, 22))
    assert str(order.age) == "102 months"  # 8 years and 6 months


def test_nobody_is_treated_before_birth() -> None:
    patient = load_patient(texts={**SIZE, "born": "2018-05-14"})
    with pytest.raises(InputError, match="the date of birth, 2018-05-14, lies after 2018-05-13"):
        draft_order(load_regimen("cec-induction"), patient, start=datetime.date(2018, 5, 13))
    order = draft_order(load_regimen("cec-induction"), patient, as_of=datetime.date(2018, 5, 14),
                        accept={"infant": "a test"})  # fmt: skip
    assert str(order.age) == "0 months"


def test_lines_of_certain_cycles_need_the_cycle(tmp_path: Path) -> None:
    regimen = load_regimen(regimen_of(tmp_path, "drugs:\n" + line_of(cycles="1-2")))
    patient = load_patient(texts=SIZE)
    with pytest.raises(InputError, match="does not give etoposide alike in every cycle; say which cycle this is"):
        draft_order(regimen, patient)
    with pytest.raises(InputError, match="sample gives nothing in cycle 3"):
        draft_order(regimen, patient, cycle=3)
    assert [dose.drug for dose in draft_order(regimen, patient, cycle=2).doses] == ["etoposide"]


BY_AGE = "[{when: {age: under 1 year}, dose: 6 mg}, {when: {age: 'at least 1 year, under 3 years'}, dose: 8 mg}]"


@pytest.mark.parametrize(
    ("line", "patient", "pharmacy", "message"),
    [
        (line_of(dose=BY_AGE), {}, {}, "etoposide: the dose depends on age, which is not given"),
        (line_of(dose=BY_AGE), {"age": "3"}, {}, "the regimen has no dose for this patient: no entry of its dose fits"),
        (line_of(dose="AUC 5"), {}, {}, "etoposide: a dose by AUC needs the creatinine clearance in mL/min"),
        (line_of(dose="100 mg", divided_into="3", every="8 h"), {}, {}, "etoposide: the dose has endless digits"),
        (line_of(), {}, {"dose_rounding": {"etoposide": "nearest 60 mg"}}, "which moves the dose by 25%"),
        (line_of(), {}, {"dose_rounding": {"etoposide": "down to 100 mg"}}, "which moves the dose by -100%"),
        (line_of(dose="100 mg"), {}, {"dose_rounding": {"etoposide": {"bands": [
            {"from": "1 mg", "to": "9 mg", "dose": "5 mg"}]}}}, "table of bands has no band for 100 mg"),
        (line_of(maximum="95 mg"), {}, {"dose_rounding": {"etoposide": "nearest 50 mg"}}, "above the maximum of 95 mg"),
    ],
)  # fmt: skip
def test_a_dose_that_is_refused(
    line: str, patient: dict[str, Any], pharmacy: dict[str, Any], message: str, tmp_path: Path
) -> None:
    """0.96 m2 × 100 mg/m2 is 96 mg: to 60s it is 120 mg, 25% more; down to 100s it is nothing; to 50s 100 mg."""
    regimen = load_regimen(regimen_of(tmp_path, "drugs:\n" + line))
    with pytest.raises(OrderRefused) as caught:
        draft_order(regimen, load_patient(texts={**SIZE, **patient}), load_pharmacy(texts=pharmacy))
    assert [message in str(fault) for fault in caught.value.faults] == [True], caught.value.faults


def refusal(path: Path) -> list[str]:
    """The faults of a regimen's file."""
    return [str(fault).removeprefix(f"{path}:") for fault in faults_in(path)]


def test_a_value_that_readers_disagree_about_hides_no_other_fault(tmp_path: Path) -> None:
    lines = line_of(at="10:00") + line_of("carboplatin", dose="1 mgg/m2") + line_of("&a cisplatin")
    told = refusal(regimen_of(tmp_path, f"drugs:\n{lines}colour: blue\n"))
    assert [text.partition(" ")[0] for text in told] == ["7:72:", "8:31:", "9:12:", "10:1:"]
    assert "10:00 is read as a number of seconds" in told[0]
    assert "mgg/m2" in told[1]
    assert "anchors (&a) are not read" in told[2]
    assert "unknown key 'colour'" in told[3]


def test_a_place_is_named_once(tmp_path: Path) -> None:
    told = refusal(regimen_of(tmp_path, "drugs:\n" + line_of(days="no")))
    assert len(told) == 1
    assert "no is read as true or false" in told[0]


def test_a_saved_order_is_not_a_regimen(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    path.write_text('{"schema": "cec.order/2", "revision": 1}', encoding="utf-8")
    for load in (load_regimen, load_patient, load_pharmacy):
        with pytest.raises(CecError, match=r"is a saved order: cec print draws it") as caught:
            load(path)
        assert len(caught.value.faults) == 1


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("height: 128 cm\nweight: 26 kg\n", "is a patient file, which --patient takes"),
        ("bsa_formula: mosteller\nfirst_infusion: '09:00'\n", "is a pharmacy file, which --pharmacy takes"),
        ("reviewed: []\n", "is a file of reviews, which lies beside its regimen"),
        ('{"schema": "cec.worklist/1", "date": "2026-12-01"}', "is what cec writes for programs to read"),
        ('{"regimen": "cec-induction", "agrees": true, "verified_by": "0.1.0"}', "is what cec writes for programs"),
    ],
)
def test_a_file_of_another_kind_is_not_a_regimen(content: str, wanted: str, tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CecError) as caught:
        load_regimen(path)
    [fault] = caught.value.faults
    assert f"{wanted}" in fault.text
    assert "another file belongs here" in fault.text


def test_a_regimen_is_neither_a_patient_nor_a_pharmacy(tmp_path: Path) -> None:
    for load in (load_patient, load_pharmacy):
        with pytest.raises(CecError, match="is a regimen; another file belongs here"):
            load(regimen_of(tmp_path, "drugs:\n" + line_of()))


def test_a_file_with_keys_of_its_own_kind_tells_them_all(tmp_path: Path) -> None:
    path = tmp_path / "patient.yaml"
    path.write_text("height: 128 cm\nweigth: 26 kg\nname: A\ntitle: B\n", encoding="utf-8")
    with pytest.raises(CecError) as caught:
        load_patient(path)
    assert [fault.text.partition(";")[0] for fault in caught.value.faults] == [
        "unknown key 'weigth'",
        "unknown key 'title'",
    ]
