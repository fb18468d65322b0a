"""Regimen, patient and pharmacy files: what is read, and every fault with its place."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from regimen_texts import faults_in

from cec.errors import FileError, InputError
from cec.load import load_patient, load_pharmacy, load_regimen, patient_and_overrides, regimen_folder, regimen_names
from cec.load.conditions import read_condition
from cec.regimen import Condition, DoseEntry, Limit
from cec.units import Quantity

REGIMEN = """\
name: sample
title: Sample
edition: 1
for: a test
source: {citation: written for this test}
drugs:
  - drug: vincristine
    dose: 1.5 mg/m2
    maximum: 2 mg
    route: IV bolus
    days: 1, 8, 15
"""


def write(folder: Path, text: str, name: str = "file.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path | str) -> list[str]:
    return [str(fault) for fault in faults_in(path)]


def test_the_shipped_regimens_are_those_of_the_report() -> None:
    assert regimen_names() == ("cec-consolidation", "cec-induction")
    for name, days in (("cec-induction", 5), ("cec-consolidation", 4)):
        regimen = load_regimen(name)
        assert [(line.drug, str(line.dose), str(line.over), line.route) for line in regimen.drugs] == [
            ("clofarabine", "40 mg/m2", "2 h", "IV infusion"),
            ("etoposide", "100 mg/m2", "2 h", "IV infusion"),
            ("cyclophosphamide", "440 mg/m2", "1 h", "IV infusion"),
            ("prednisone", "0.5 mg/kg", "None", "oral"),
        ]
        assert {line.days for line in regimen.drugs} == {tuple(range(1, days + 1))}
        assert set(regimen.drugs[3].assumed) >= {"days", "route", "at"}


def test_a_regimen_file_is_read_as_it_stands(tmp_path: Path) -> None:
    regimen = load_regimen(write(tmp_path, REGIMEN))
    (line,) = regimen.drugs
    assert (line.dose, line.maximum) == (Quantity(Decimal("1.5"), "mg/m2"), Quantity(Decimal(2), "mg"))
    assert line.days == (1, 8, 15)


def test_a_regimen_carries_what_published_regimens_need(tmp_path: Path) -> None:
    lines = """\
  - {drug: cytarabine, dose: 1 g/m2, route: IV infusion, over: 3 h, days: "1-5, 8-12", times: 2, every: 12 h}
  - {drug: mercaptopurine, dose: 60 mg/m2, divided_into: 3, at: "08:00, 14:00, 20:00", route: oral, days: 1-14}
  - {drug: asparaginase, dose: 6000 units/m2, route: intramuscular, days: 3}
  - {drug: filgrastim, dose: 5 mcg/kg, route: subcutaneous, days: 6-10, cycles: 1-2}
  - {drug: carboplatin, dose: AUC 5, route: IV infusion, over: 1 h, days: 1,
     start: 30 min after the end of the first cytarabine}
  - drug: methotrexate
    dose:
      - {when: {age: under 1 year}, dose: 6 mg}
      - {when: {age: "at least 1 year, < 2 years"}, dose: 8 mg}
    route: intrathecal
    days: 1
  - {drug: doxorubicin, dose: 75 mg/m2, route: IV infusion, over: 3 days, days: 1, lifetime_maximum: 450 mg/m2}
"""
    regimen = load_regimen(write(tmp_path, REGIMEN + lines))
    doses = {line.drug: line for line in regimen.drugs}
    assert doses["cytarabine"].days == (1, 2, 3, 4, 5, 8, 9, 10, 11, 12)
    assert [doses[drug].per_day for drug in ("cytarabine", "mercaptopurine", "asparaginase")] == [2, 3, 1]
    assert str(doses["carboplatin"].dose) == "AUC 5"
    assert doses["filgrastim"].cycles == (1, 2)
    one_year, two_years = Quantity(Decimal(1), "years"), Quantity(Decimal(2), "years")
    assert doses["methotrexate"].dose == (
        DoseEntry(Quantity(Decimal(6), "mg"), (Condition("age", (Limit("<", one_year),)),)),
        DoseEntry(Quantity(Decimal(8), "mg"), (Condition("age", (Limit(">=", one_year), Limit("<", two_years))),)),
    )


BAD_EDITS = [
    ("dose: 1.5 mg/m2", "dose: 40 mg/m3", "8:11: drugs 1 (vincristine): dose:", "did you mean mg/m2?"),
    ("dose: 1.5 mg/m2", "dose: 1,5 mg/m2", "8:11", "has a comma"),
    ("dose: 1.5 mg/m2", "dose: 1.5", "8:11", "has no unit"),
    ("dose: 1.5 mg/m2", "dose: 0 mg/m2", "8:11", "is not above 0"),
    ("dose: 1.5 mg/m2", "dose: 1.5 MG/m2", "8:11", "did you mean mg/m2?"),
    ("dose: 1.5 mg/m2", "dose:", "8:10", "is empty"),
    ("dose: 1.5 mg/m2", "dose: {a: 1}", "8:11", "is a mapping; one value is wanted"),
    ("dose: 1.5 mg/m2", "dose: 1 L", "8:11", "is in litres; a dose of a fluid is in mL: write it like 1000 mL or"),
    ("dose: 1.5 mg/m2", "dose: 2 l/m2", "8:11", "is in litres; a dose of a fluid is in mL: write it like 1000 mL or"),
    ("dose: 1.5 mg/m2", "dose: 1 litre", "8:11", "is in litres; a dose of a fluid is in mL"),
    (
        "dose: 1.5 mg/m2",
        "dose: 8 mEq",
        "8:11",
        "write mmol: 1 mmol of potassium or sodium is 1 mEq, 1 mmol of magnesium",
    ),
    ("dose: 1.5 mg/m2", "dose: 8 furlong", "8:11", "(furlong); a dose per m2 is in mcg/m2, mg/m2"),
    ("maximum: 2 mg", "maximum: 2 g", "7:5", "maximum 2 g is not in the unit of the dose (mg)"),
    ("days: 1, 8, 15", "days: 5-1", "11:11", "runs backwards"),
    ("days: 1, 8, 15", "days: 0-5", "11:11", "day 0 has no meaning here; say what it is, or day_0: transplantation"),
    ("days: 1, 8, 15", "days: -1 to 2\nday_0: none", "11:11", "day 0 has no meaning here; write -1, 1, 2, or day_0"),
    ("days: 1, 8, 15", "days: 1\nnext_cycle: {earliest_day: 1}", "12:1", "earliest_day 1 is not after day 1"),
    ("days: 1, 8, 15", "days: 1-5, 5", "11:11", "names one twice"),
    ("days: 1, 8, 15", "days: all", "11:11", "are not days"),
    ("days: 1, 8, 15", "days: 1\n    times: 4\n    start: with x", "7:5", "4 doses from a start need 'every'"),
    ("days: 1, 8, 15", "days: 1\n    times: 4\n    every: 8 h", "7:5", "4 doses every 8 h do not fit into a day"),
    ("days: 1, 8, 15", "days: 1\n    every: 7 h", "7:5", "how many doses a day"),
    ("days: 1, 8, 15", "days: 1\n    after: etoposide", "12:12", "no line is for 'etoposide'"),
    (
        "days: 1, 8, 15",
        "start: at least 30 minutes before x",
        "11:12",
        "; write 30 min before x, and note: at least 30 min",
    ),
    ("days: 1, 8, 15", "start: immediately after x", "11:12", "; write after x"),
    ("days: 1, 8, 15", "start: 12 hours after x", "11:12", "from when on? Write 12 h after the start of x"),
    ("days: 1, 8, 15", "days: 1\n    gap: 1 h", "7:5", "gap needs 'after'"),
    ("days: 1, 8, 15", "days: 1\n    at: 8 am", "12:9", "is not a time of day; write it like 09:00"),
    ("days: 1, 8, 15", "days: 1\n    at: 10:30", "12:9", "put it in quotes"),
    ("days: 1, 8, 15", "days: 1\n    over: 1:30", "12:11", "put it in quotes"),
    ("days: 1, 8, 15", "days: 010", "11:11", "another number base"),
    ("route: IV bolus", "route: no", "10:12", "put the word in quotes"),
    ("route: IV bolus", "roue: IV bolus", "10:5", "unknown key 'roue'; did you mean 'route'?"),
    ("route: IV bolus", "", "7:5", "'route' is missing"),
    ("route: IV bolus", "route: &r IV bolus", "10:12", "anchors (&r) are not read"),
    ("route: IV bolus", "route: *r", "10:12", "aliases (*name) are not read"),
    ("route: IV bolus", "route: !!str IV", "10:12", "tags"),
    ("route: IV bolus", "route: [a, b]", "10:12", "is a list; one value is wanted"),
    ("route: IV bolus", "\troute: IV bolus", "10:5", "tab"),
    ("edition: 1", "edition: 1.5", "3:10", "is not a whole number from 1"),
    ("edition: 1", "edition: 1\nedition: 2", "4:1", "'edition' stands here a second time, first in line 3"),
    ("name: sample", "name: A sample", "1:7", "small letters, digits and hyphens"),
    ("name: sample", "name: sample\n---\nname: other", "2:1", "a second document starts here"),
    ("drugs:", "checks: []\ndrugs: []\nnot_drugs:", "8:1", "unknown key 'not_drugs'"),
    (
        "drugs:",
        "checks:\n  - {when: {wait: < 20 kg}, level: stop, code: a, text: b}\ndrugs:",
        "7:19",
        "'< 20 kg' is neither true nor false",
    ),
    (
        "drugs:",
        "checks:\n  - {when: {weight: 20 kg}, level: halt, code: a, text: b}\ndrugs:",
        "7:21",
        "is not a bound; write it like: under 20 kg",
    ),
    (
        "drugs:",
        "checks:\n  - {when: {weight: under 20 kg}, level: halt, code: a, text: b}\ndrugs:",
        "7:42",
        "level: 'halt' is not one of note, check, stop",
    ),
]


@pytest.mark.parametrize(("old", "new", "place", "message"), BAD_EDITS, ids=[edit[1][:30] for edit in BAD_EDITS])
def test_a_fault_is_named_with_its_place(tmp_path: Path, old: str, new: str, place: str, message: str) -> None:
    assert old in REGIMEN
    path = write(tmp_path, REGIMEN.replace(old, new, 1))
    faults = faults_of(path)
    assert any(fault.startswith(f"{path}:{place}") and message in fault for fault in faults), faults


def test_all_faults_come_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = REGIMEN.replace("1.5 mg/m2", "1,5 mg/m2").replace("edition: 1", "edition: one").replace("1, 8, 15", "8-1")
    faults = faults_of(write(tmp_path, text))
    assert [fault.split("yaml:")[1].split(":")[0] for fault in faults] == ["3", "8", "11"]


def test_the_same_drug_twice_on_a_day_is_refused(tmp_path: Path) -> None:
    line = "  - {drug: vincristine, dose: 1 mg/m2, route: IV bolus, days: 15-20}\n"
    (fault,) = faults_of(write(tmp_path, REGIMEN + line))
    assert "drugs 2 (vincristine): repeats line 1 on the same days" in fault
    apart = load_regimen(write(tmp_path, REGIMEN + line.replace("15-20", "16-20")))
    assert len(apart.drugs) == 2


def test_a_name_that_is_no_regimen_is_answered_with_the_nearest() -> None:
    (fault,) = faults_of("cec-inducton")
    assert "did you mean 'cec-induction'?" in fault
    (fault,) = faults_of("no-such-file.yaml")
    assert fault == "no-such-file.yaml: there is no such file"
    for name in ("a" * 300, "a\0b"):
        (fault,) = faults_of(name)
        assert "is not the name of a regimen and not a file; there are cec-consolidation, cec-induction" in fault


def test_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path)
    assert fault.endswith("is a folder, not a file")
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"name: x\ntitle: Sch\xf6n\n")
    (fault,) = faults_of(path)
    assert fault.startswith(f"{path}:2:11: this byte is not UTF-8")
    path.write_bytes(b"a: " + b"x" * 50_000_000)
    (fault,) = faults_of(path)
    assert "is larger than" in fault
    (fault,) = faults_of(write(tmp_path, ""))
    assert fault.endswith("is empty")
    path = write(tmp_path, "name: x\ntitle: \u00e9\x00")
    assert faults_of(path) == [f"{path}:2:9: is not YAML here: has a control character; remove it"]
    (fault,) = faults_of("\0.yaml")
    assert "cannot be read" in fault


@pytest.fixture(params=["libyaml", "Python"])
def each_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "Python":  # as where PyYAML was built without libyaml
        monkeypatch.delattr(yaml, "CLoader", raising=False)


@pytest.mark.usefixtures("each_parser")
@pytest.mark.parametrize("levels", [21, 100_000])  # libyaml has a limit of its own from 0.2.6 on: 1,000
@pytest.mark.parametrize(
    ("opening", "place"),  # of the 21st level
    [("[", "1:21"), ("{", "1:21"), ("- ", "1:41"), ("? ", "1:41"), ("[{a: ", "1:51"), ("[\n", "21:1")],
)
def test_the_21st_level_is_refused_at_its_place(opening: str, place: str, levels: int, tmp_path: Path) -> None:
    path = write(tmp_path, opening * levels)
    assert faults_of(path) == [f"{path}:{place}: nests more than 20 levels deep"]


@pytest.mark.usefixtures("each_parser")
def test_20_levels_are_read_and_what_is_not_yaml_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "[" * 20 + "]" * 20)
    (fault,) = faults_of(path)
    assert "levels deep" not in fault
    path = write(tmp_path, "[" * 20 + "@")
    (fault,) = faults_of(path)
    assert fault.startswith(f"{path}:1:21: is not YAML here: ")
    path = write(tmp_path, "[" * 21 + "@")
    assert faults_of(path) == [f"{path}:1:21: nests more than 20 levels deep"]
    path = write(tmp_path, f"title: '{'[' * 30}' # {'[' * 30}\ndrugs: [")  # neither a text nor a remark nests
    (fault,) = faults_of(path)
    assert " is not YAML here: " in fault


def test_a_patient_file_and_what_is_typed_are_one_patient(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "id: 007\nheight: 128 cm\nweight: 25 kg\nborn: 2018-05-14\nsex: f\nmeasured_on: 2026-11-29\n"
        "reductions:\n  - {drug: etoposide, percent: 25%, reason: mucositis grade 3}\n",
    ).rename(tmp_path / "patient.yaml")
    with pytest.raises(FileError, match="another number base"):
        load_patient(path)
    path.write_text(path.read_text(encoding="utf-8").replace("007", '"007"'), encoding="utf-8")
    patient = load_patient(path, {"weight": "57.3201881 lb"})
    assert patient.id == "007"
    assert patient.weight == Quantity(Decimal("25.999999969124797"), "kg")  # 57.3201881 × 0.45359237
    assert (patient.weight_given, patient.height_given) == ("57.3201881 lb", "")
    assert patient.reductions[0].percent == 25
    # 2018-05-14 to 2026-05-14 are 96 months, to 2026-11-14 another 6
    assert patient.age_on(datetime.date(2026, 11, 30)) == Quantity(Decimal(102), "months")
    assert patient.age_on(datetime.date(2026, 11, 13)) == Quantity(Decimal(101), "months")
    assert patient_and_overrides(path, {"weight": "57.3201881 lb", "name": "x"})[1] == (
        "weight: 57.3201881 lb from the command line, not 25 kg in patient.yaml",
    )


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"height": "1.28", "weight": "26"}, "1.28 cm is not a possible height (20 to 250 cm); did you mean 1.28 m?"),
        ({"height": "26 cm", "weight": "128 kg"}, "are height and weight swapped?"),
        ({"height": "128 cm", "weight": "0"}, "0 kg is not a possible body weight"),
        ({"height": "128 cm", "weight": "26000"}, "did you mean 26,000 g?"),
        ({"height": "128 cm"}, "'weight' is missing"),
        ({"height": "128 cm", "weight": "26 kg", "born": "2018-05-14", "age": "8"}, "either born or age"),
        ({"height": "128 cm", "weight": "26 kg", "age": "8 kg"}, "8 kg"),
        ({"height": "128 cm", "weight": "26 kg", "sex": "x"}, "neither female nor male"),
        ({"height": "128 cm", "weight": "26 kg", "previous_cycles": "-1"}, "not a whole number from 0"),
        (
            {"height": "128 cm", "weight": "26 kg", "creatinine_clearance": "90 mL/min/1.73m2"},
            "is per 1.73 m2, not this patient's own clearance",
        ),
        ({"height": "128 cm", "weight": "26 kg", "measured_on": "29.11.2026"}, "like 2026-11-30"),
        ({"height": "128 cm", "weight": "26 kg", "measured_on": "2027-02-29"}, "not in the calendar"),
        ({"height": "128 cm", "weight": "26 kg", "reductions": ["etoposide=25%"]}, "is not a reduction"),
        ({"height": "128 cm", "weight": "26 kg", "reductions": ["etoposide=0%: x"]}, "above 0 and up to 100%"),
    ],
)
def test_what_is_typed_wrong_is_refused(texts: dict[str, str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        load_patient(texts=texts)
    assert message in str(caught.value)


@pytest.mark.parametrize(("word", "is_so"), [("yes", True), ("Y", True), ("No", False), ("n", False)])
def test_a_table_may_say_yes_or_no(word: str, is_so: bool) -> None:
    size = {"height": "128 cm", "weight": "26 kg"}
    assert load_patient(texts={**size, "history": {"prior_hsct": word}}).history == {"prior_hsct": is_so}


@pytest.mark.parametrize(("word", "is_so"), [("True", True), ("TRUE", True), ("false", False), (" False ", False)])
def test_true_and_false_may_have_capital_letters(tmp_path: Path, word: str, is_so: bool) -> None:
    size = {"height": "128 cm", "weight": "26 kg"}
    assert load_patient(texts={**size, "history": {"prior_hsct": word}}).history == {"prior_hsct": is_so}
    path = write(tmp_path, f"height: 128 cm\nweight: 26 kg\nhistory: {{prior_hsct: {word}}}\n")
    assert load_patient(path).history == {"prior_hsct": is_so}
    assert read_condition("prior_hsct", word) == Condition("prior_hsct", is_so=is_so)


def test_all_that_is_typed_wrong_is_told_together() -> None:
    with pytest.raises(InputError) as caught:
        load_patient(texts={"height": "12,8", "weight": "26 kilo", "sex": "x"})
    assert len(caught.value.faults) == 3


PHARMACY = """\
name: Ward pharmacy
bsa_formula: du-bois
bsa_rounding: none
dose_rounding:
  clofarabine: nearest 0.5 mg
  etoposide: down to 5 mg
  cyclophosphamide:
    bands:
      - {from: 400 mg, to: 430 mg, dose: 420 mg}
largest_deviation: 6%
first_infusion: "10:30"
gap: 15 min
"""


def test_a_pharmacy_file_is_read_as_it_stands(tmp_path: Path) -> None:
    pharmacy = load_pharmacy(write(tmp_path, PHARMACY))
    assert (pharmacy.bsa_formula, pharmacy.bsa_rounding, pharmacy.first_infusion) == ("du-bois", None, "10:30")
    assert [rule.way for rule in pharmacy.dose_rounding.values()] == ["nearest", "down", "band"]
    assert pharmacy.largest_deviation == 6
    assert load_pharmacy(texts={"gap": "20 min"}).gap == Quantity(Decimal(20), "min")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("du-bois", "dubois", "did you mean"),
        ("bsa_rounding: none", "bsa_rounding: 0.01", "has no unit"),
        ("nearest 0.5 mg", "up to 5 mg", "is not a rounding; write it like: nearest 0.5 mg"),
        ("nearest 0.5 mg", "nearest 0 mg", "is not above 0"),
        ("from: 400 mg", "from: 440 mg", "runs backwards"),
        ("6%", "0%", "above 0 and up to 100%"),
        ('"10:30"', "10:30", "put it in quotes"),
        ('"10:30"', '"25:30"', "is not a time of day"),
        ("gap: 15 min", "gap: 15 mg", "15 mg"),
        ("gap: 15 min", "gap: 25 h", "a day would run into the next one"),
        (
            "gap: 15 min",
            "formulary: {x: {lowest_concentration: 0.5 mg/mL, highest_concentration: 0.4 mg/mL}}",
            "lowest_concentration 0.5 mg/mL is above highest_concentration 0.4 mg/mL",
        ),
        ("gap: 15 min", "time_zone: Mars", "is not a time zone; write it like Europe/Warsaw"),
        ("gap: 15 min", "formulary: {x: {products: [{name: pill, form: tablet}]}}", "'content' is missing"),
    ],
)
def test_a_fault_of_a_pharmacy_file_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(FileError) as caught:
        load_pharmacy(write(tmp_path, PHARMACY.replace(old, new)))
    assert message in str(caught.value)


def test_the_regimens_lie_beside_the_package() -> None:
    assert (regimen_folder() / "cec-induction.yaml").is_file()


FILE = """\
height: 128 cm
weight: 26 kg
age: 8
creatinine_clearance: 90 mL/min
history: {prior_hsct: true, long_neutropenia: true}
reductions:
  - {drug: etoposide, percent: 25%, reason: mucositis}
"""


def test_what_is_typed_of_one_drug_or_fact_leaves_the_others_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    patient, replaced = patient_and_overrides(
        path, {"history": {"prior_hsct": "false"}, "reductions": ["clofarabine=50%: liver"]}
    )
    assert patient.history == {"prior_hsct": False, "long_neutropenia": True}
    assert [reduction.drug for reduction in patient.reductions] == ["etoposide", "clofarabine"]
    again = load_patient(path, {"reductions": ["Etoposide=10%: better"]})
    assert [(reduction.drug, reduction.percent) for reduction in again.reductions] == [("Etoposide", Decimal(10))]
    assert replaced[0] == (
        "history: prior_hsct=false from the command line, not prior_hsct=true, long_neutropenia=true in file.yaml"
    )


def test_what_is_typed_replaces_the_same_in_another_form(tmp_path: Path) -> None:
    patient, replaced = patient_and_overrides(write(tmp_path, FILE), {"creatinine": "3 mg/dL", "born": "2018-05-14"})
    assert (patient.creatinine_clearance, patient.age) == (None, None)
    assert replaced == (
        "creatinine: 3 mg/dL from the command line, not creatinine_clearance 90 mL/min in file.yaml",
        "born: 2018-05-14 from the command line, not age 8 in file.yaml",
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("route: IV bolus", "route: IV infusion", "'over' is missing: how long the IV infusion runs"),
        (
            "days: 1, 8, 15",
            "days: 1-5\n    over: 48 h",
            "would still run when the next day's starts",
        ),
        (
            "days: 1, 8, 15",
            "days: 1\n    over: 8 h\n    times: 3\n    every: 6 h",
            "one dose would still run when the next one starts",
        ),
        (
            "drugs:",
            "checks:\n  - {when: {weight: under 20}, level: note, code: a, text: b}\ndrugs:",
            "'20' has no unit",
        ),
    ],
)
def test_what_cannot_be_given_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    faults = faults_of(write(tmp_path, REGIMEN.replace(old, new, 1)))
    assert any(message in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("text", "months"),
    [("6 years 4 months", 76), ("6y4mo", 76), ("6 y 4 m", 76), ("1 year 1 month", 13), ("0 years 11 months", 11)],
)
def test_an_age_in_years_and_months_is_read_as_it_is_written(text: str, months: int) -> None:
    """6 × 12 + 4 = 76."""
    patient = load_patient(texts={"height": "128", "weight": "26", "age": text})
    assert patient.age == Quantity(Decimal(months), "months")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("6 years 12 months", "has 12 months or more beside years; write it like 6 years 4 months"),
        ("6 years 04 months", "'04' has a leading zero; write it like 6 years 4 months"),
        ("6.5 years 2 months", "is not one number and one unit"),
        ("6 months 2 years", "is not one number and one unit"),
        ("30 m", "not an age but a height"),
        ("120 years 1 month", "1,441 months is not a possible age"),
    ],
)
def test_an_age_that_is_none_is_refused(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        load_patient(texts={"height": "128", "weight": "26", "age": text})
    assert told in str(caught.value)
