"""How much: amounts, rates, caps and formulas of the regimen language, each against a value worked by hand.

170 cm and 70 kg have by Mosteller √(170 × 70 / 3600) = 1.818… m2, to 0.01: 1.82 m2. Each dose is also what a batch,
a saved order and a verification of that very dose come to.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from regimen_texts import regimen_file
from running import cec

from cec import dose_table, draft_order, load_order, load_patient, load_pharmacy, load_regimen
from cec.errors import CecError, OrderRefused
from cec.order import Dose, Order
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.pharmacy.formulary import FormularyDrug
from cec.rendering import render
from cec.rendering.pdf.labels import label_data
from cec.rendering.pdf.order import sheet_data
from cec.rendering.worksheet import tasks
from cec.verification import verify_doses, verify_order

USUAL = {"height": "170 cm", "weight": "70 kg"}


class Worked(NamedTuple):
    """A drug line, for whom, and what comes out."""

    line: str
    ordered: str
    patient: dict[str, str] = USUAL
    working: str = ""
    """A part of the working that stands on the order."""


def order_of(folder: Path, line: str, patient: dict[str, str], pharmacy: Pharmacy | None = None) -> Order:
    regimen = load_regimen(regimen_file(folder, "worked", line))
    return draft_order(regimen, patient_of(patient), pharmacy or Pharmacy())


def patient_of(texts: dict[str, str]) -> Patient:
    told = {fact: text for fact, text in texts.items() if fact != "choose"}
    return load_patient(texts={**told, **({"choices": [texts["choose"]]} if "choose" in texts else {})})


def refusal(folder: Path, line: str, patient: dict[str, str] = USUAL) -> str:
    with pytest.raises(CecError) as caught:
        order_of(folder, line, patient)
    return str(caught.value)


def working(dose: Dose) -> str:
    return "; ".join(f"{step.what}: {step.how}" for step in dose.steps)


CHILD = {"height": "84 cm", "weight": "12 kg", "age": "2 years"}  # √(84 × 12 / 3600) = 0.5291…, to 0.01: 0.53 m2

AMOUNTS = [
    Worked("drug: filgrastim, dose: 5 mcg/kg, route: subcutaneous, days: 1", "350 mcg"),
    Worked("drug: ifosfamide, dose: 2.8 g/m2, route: IV infusion, over: 3 h, days: 1", "5.096 g"),  # 2.8 × 1.82
    Worked("drug: pegaspargase, dose: 2500 units/m2, route: intramuscular, days: 1", "4,550 units"),
    Worked("drug: interferon, dose: 3 million units, route: subcutaneous, days: 1", "3 million units"),
    Worked("drug: interferon, dose: 5 million units/m2, route: subcutaneous, days: 1", "9.1 million units"),
    Worked("drug: potassium chloride, dose: 1 mmol/kg, route: IV infusion, over: 4 h, days: 1", "70 mmol"),
    Worked("drug: dexamethasone, dose: 2 drops, route: eye drops, days: 1", "2 drops"),
    Worked("drug: sodium chloride, dose: 1000 mL/m2, route: IV infusion, over: 4 h, days: 1", "1,820 mL"),
    Worked("drug: sodium chloride, dose: 10 mL/kg, route: IV infusion, over: 1 h, days: 1", "700 mL"),
    Worked("drug: sodium chloride, dose: 500 mL, route: IV infusion, over: 30 min, days: 1", "500 mL"),
    Worked("drug: lutetium, dose: 7.4 GBq, route: IV infusion, over: 30 min, days: 1", "7.4 GBq"),
    Worked("drug: radium, dose: 55 kBq/kg, route: IV bolus, days: 1", "3,850 kBq"),
    Worked("drug: total body irradiation, dose: 2 Gy, route: radiotherapy, days: 1", "2 Gy"),
    Worked("drug: stem cells, dose: 2 x 10^6 cells/kg, route: IV infusion, over: 1 h, days: 1", "140 x 10^6 cells"),
]

RATES = [
    # One bag of 24 h: 100 mg/m2 × 1.82; of 96 h four times as much
    Worked(
        "drug: cytarabine, dose: 100 mg/m2/24h, route: IV continuous infusion, over: 24 h, days: 1-7",
        "182 mg",
        working="infused: 100 mg/m2/24h × 24 h = 100 mg/m2; measured: body surface area",
    ),
    Worked(
        "drug: cytarabine, dose: 100 mg/m2/24h, route: IV continuous infusion, over: 96 h, days: 1",
        "728 mg",
        working="infused: 100 mg/m2/24h × 96 h = 400 mg/m2",
    ),
    Worked("drug: fluorouracil, dose: 20 mg/m2/h, route: IV infusion, over: 90 min, days: 1", "54.6 mg"),  # 30 × 1.82
    Worked("drug: sodium chloride, dose: 125 mL/m2/h, route: IV infusion, over: 8 h, days: 1", "1,820 mL"),
    Worked("drug: heparin, dose: 10 units/kg/h, route: IV infusion, over: 24 h, days: 1", "16,800 units"),
    Worked("drug: aldesleukin, dose: 0.5 mg/min, route: IV infusion, over: 2 h, days: 1", "60 mg", working="flat rate"),
]

CAPS = [
    Worked(
        "drug: vincristine, dose: 1.4 mg/m2, maximum: 2 mg, route: IV bolus, days: 1",
        "2 mg",
        working="capped: 2.548 mg is above the maximum of 2 mg",
    ),
    Worked(
        "drug: paracetamol, dose: 15 mg/kg, maximum_a_day: 2000 mg, times: 4, every: 6 h, route: oral, days: 1",
        "500 mg",
        working="capped by day: 4 × 1,050 mg = 4,200 mg a day is above the maximum of 2,000 mg a day: 500 mg each",
    ),
    Worked(
        "drug: paracetamol, dose: 5 mg/kg, maximum_a_day: 2000 mg, times: 4, every: 6 h, route: oral, days: 1",
        "350 mg",
        working="4 × 350 mg = 1,400 mg a day: within the maximum of 2,000 mg a day",
    ),
    # 15 on end, every 6 h, are 4 in 24 h
    Worked(
        "drug: paracetamol, dose: 15 mg/kg, maximum_a_day: 2000 mg, every: 6 h, total_doses: 15, route: oral, days: 1",
        "500 mg",
        working="4 × 1,050 mg = 4,200 mg a day",
    ),
    # both caps: 1050, to 600 by the one, to 1600 / 4 = 400 by the other
    Worked(
        "drug: a, dose: 15 mg/kg, maximum: 600 mg, maximum_a_day: 1600 mg, times: 4, every: 6 h, route: oral, days: 1",
        "400 mg",
        working="4 × 600 mg = 2,400 mg a day",
    ),
    # 60 × 1.82 = 109.2 a day in two parts of 54.6; the maximum is of one part
    Worked(
        "drug: b, dose: 60 mg/m2, divided_into: 2, every: 12 h, maximum: 50 mg, route: oral, days: 1",
        "50 mg",
        working="divided into 2 doses: 54.6 mg each",
    ),
    # 190 cm, 120 kg: √(190 × 120 / 3600) = 2.5166…, to 0.01: 2.52 m2
    Worked(
        "drug: a, dose: 100 mg/m2, bsa_cap: 2 m2, route: oral, days: 1",
        "200 mg",
        {"height": "190 cm", "weight": "120 kg"},
        "limited: 2.52 m2 is above the cap of 2 m2; calculated: 100 mg/m2 × 2 m2 = 200 mg",
    ),
    Worked("drug: a, dose: 100 mg/m2, bsa_cap: 2 m2, route: oral, days: 1", "182 mg", working="within the cap of 2 m2"),
    Worked(
        "drug: a, dose: 3 mg/kg, weight_cap: 100 kg, route: oral, days: 1",
        "300 mg",
        {"height": "190 cm", "weight": "120 kg"},
        "limited: 120 kg is above the cap of 100 kg",
    ),
    Worked(
        "drug: carboplatin, dose: AUC 6, clearance_cap: 125 mL/min, route: IV infusion, over: 1 h, days: 1",
        "900 mg",  # 6 × (125 + 25)
        {**USUAL, "creatinine_clearance": "160 mL/min"},
        "limited: 160 mL/min is above the cap of 125 mL/min",
    ),
]

DEXRAZOXANE = (
    "drug: dexrazoxane, route: IV infusion, over: 15 min, days: 1, dose: ["
    "{when: {creatinine_clearance: under 40 mL/min}, dose: 500 mg/m2, maximum: 1000 mg}, "
    "{when: {creatinine_clearance: at least 40 mL/min}, dose: 1000 mg/m2, maximum: 2000 mg}]"
)
LARGE = {"height": "190 cm", "weight": "120 kg"}  # 2.52 m2: 500 × 2.52 = 1260; 1000 × 2.52 = 2520

ENTRIES = [
    Worked(DEXRAZOXANE, "910 mg", {**USUAL, "creatinine_clearance": "39 mL/min"}),  # 500 × 1.82
    Worked(DEXRAZOXANE, "1,820 mg", {**USUAL, "creatinine_clearance": "40 mL/min"}),
    Worked(DEXRAZOXANE, "1,000 mg", {**LARGE, "creatinine_clearance": "39 mL/min"}),
    Worked(DEXRAZOXANE, "2,000 mg", {**LARGE, "creatinine_clearance": "40 mL/min"}),
]

CARBOPLATIN = "drug: carboplatin, dose: AUC 5 or AUC 6, clearance_cap: 125 mL/min, route: oral, days: 1"
CHOICES = [
    Worked(
        CARBOPLATIN,
        "900 mg",  # 6 × (125 + 25)
        {**USUAL, "creatinine_clearance": "160 mL/min", "choose": "carboplatin=AUC 6"},
        "prescribed: AUC 6, chosen from AUC 5 or AUC 6 of the regimen",
    ),
    Worked(
        "drug: bendamustine, dose: 90 to 120 mg/m2, route: IV infusion, over: 1 h, days: 1",
        "182 mg",
        {**USUAL, "choose": "bendamustine=100 mg/m2"},
        "chosen from 90 to 120 mg/m2 of the regimen",
    ),
    Worked(
        "drug: prednisolone, dose: 40 mg/m2, route: oral or IV bolus, days: 1",
        "72.8 mg",
        {**USUAL, "choose": "prednisolone=oral"},
    ),
]

BY_EXPOSURE = [
    # 7 × (50 + 0.36 × 12) = 7 × 54.32
    Worked(
        "drug: carboplatin, dose: AUC 7 by newell-1993, route: IV infusion, over: 1 h, days: 1",
        "380.24 mg",
        {**CHILD, "creatinine_clearance": "50 mL/min"},
        "AUC 7 by newell-1993 × (50 mL/min + 0.36 × 12 kg) = 380.24 mg",
    ),
]


CASES = (*AMOUNTS, *RATES, *CAPS, *ENTRIES, *CHOICES, *BY_EXPOSURE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.line)
def test_a_dose_worked_by_hand_comes_out_everywhere(case: Worked, tmp_path: Path) -> None:
    order = order_of(tmp_path, case.line, case.patient)
    (dose,) = order.doses
    assert str(dose.ordered) == case.ordered
    assert case.working in working(dose)
    assert f"{dose.ordered}" in render(order, "table").decode()
    assert verify_order(load_order(render(order, "json"))).finding == "agrees"
    assert verify_doses(order, [(dose.drug, dose.ordered)]).agrees
    dosed = dose_table(pl.DataFrame({"id": ["1"], **case.patient}), order.regimen)
    (column,) = (name for name in dosed.columns if name.startswith(dose.drug.replace(" ", "_") + "_"))
    assert dosed[column].to_list() == [f"{dose.ordered.value:f}"]
    dosed.select("id", *case.patient, column).write_csv(tmp_path / "written.csv")
    done = cec("verify", str(tmp_path / "written.csv"), "--regimen", str(tmp_path / "worked.yaml"))
    assert done.code == 0, done.said


def test_a_clearance_per_area_is_first_the_patients_own(tmp_path: Path) -> None:
    """0.413 × 84 / 0.69384 = 50 mL/min/1.73 m2; × 0.53 / 1.73 = 15.3179…; 7 × (15.3179… + 4.32) = 137.465…, so 137."""
    who = {**CHILD, "creatinine": "0.69384 mg/dL"}
    line = "drug: carboplatin, dose: AUC 7 by newell-1993, route: IV infusion, over: 1 h, days: 1"
    (tmp_path / "pharmacy.yaml").write_text("dose_rounding: {carboplatin: nearest 1 mg}\n", encoding="utf-8")
    (dose,) = order_of(tmp_path, line, who, load_pharmacy(tmp_path / "pharmacy.yaml")).doses
    assert str(dose.ordered) == "137 mg"
    assert "converted: 50 mL/min/1.73 m2 × 0.53 m2 / 1.73 m2 = 15.31791… mL/min" in working(dose)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dose: 1.000 mg/m2, route: oral, days: 1", "1.000 may mean 1 or 1000; write 1 mg/m2"),
        ("dose: 2.50 mg, route: oral, days: 1", "write 2.5 mg"),
        ("dose: 5 mg, maximum: 20.0 mg, route: oral, days: 1", "write 20 mg"),
        ("dose: '1,000 mg/m2', route: oral, days: 1", "has a comma"),
        ("dose: 100 mg/m2/day, route: oral, days: 1", "write 100 mg/m2/24h with over for an infusion"),
        ("dose: 100 mg/day, route: oral, days: 1", "or 100 mg with divided_into for parts of it"),
        ("dose: 100 mg/m2/24h, route: oral, days: 1", "a rate needs 'over'"),
        ("dose: 2 Gy, route: oral, days: 1", "a dose in Gy needs route: radiotherapy"),
        ("dose: AUC 5 by calvert, route: oral, days: 1", "there is newell-1993, or none: Calvert"),
        ("dose: 5 mg, maximum_a_day: 2 g, route: oral, days: 1", "maximum_a_day 2 g is not in the unit of the dose"),
        ("dose: 5 mg, bsa_cap: 2 m2, route: oral, days: 1", "the dose does not hang on the BSA; leave it out"),
        ("dose: 5 mg/m2, weight_cap: 90 kg, route: oral, days: 1", "the dose does not hang on the weight"),
        ("dose: 5 mg/kg, clearance_cap: 125 mL/min, route: oral, days: 1", "does not hang on the clearance"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_would_be_right(tmp_path: Path, line: str, said: str) -> None:
    assert said in refusal(tmp_path, f"drug: a, {line}")


def test_cap_first_then_reduction(tmp_path: Path) -> None:
    """3 × 120 is capped at 100 kg: 300; less 25%: 225."""
    who = load_patient(texts={"height": "190", "weight": "120", "reductions": ["a=by 25%: mucositis"]})
    regimen = load_regimen(
        regimen_file(tmp_path, "worked", "drug: a, dose: 3 mg/kg, weight_cap: 100 kg, route: oral, days: 1")
    )
    (dose,) = draft_order(regimen, who).doses
    assert (str(dose.ordered), str(dose.unreduced)) == ("225 mg", "300 mg")


def test_no_rounding_goes_above_what_a_day_may_have(tmp_path: Path) -> None:
    """1600 / 3 = 533.33… each; to the nearest 50 mg that is 550, three of which are 1650."""
    line = "drug: a, dose: 15 mg/kg, maximum_a_day: 1600 mg, times: 3, every: 8 h, route: oral, days: 1"
    (tmp_path / "pharmacy.yaml").write_text("dose_rounding: {a: nearest 50 mg}\n", encoding="utf-8")
    with pytest.raises(OrderRefused, match="above the maximum of 533"):
        order_of(tmp_path, line, USUAL, load_pharmacy(tmp_path / "pharmacy.yaml"))


def test_fluids_count_in_the_fluid_of_the_day_and_nothing_else_is_made_up(tmp_path: Path) -> None:
    """1820 mL over 4 h: 455 mL/h; 1820 / 70 = 26 mL/kg. Cells and an activity have no volume that is known here."""
    regimen = load_regimen(
        regimen_file(
            tmp_path,
            "fluids",
            "drug: sodium chloride, dose: 1000 mL/m2, route: IV infusion, over: 4 h, days: 1",
            "drug: stem cells, dose: 2 x 10^6 cells/kg, route: IV infusion, over: 1 h, days: 1",
        )
    )
    (tmp_path / "pharmacy.yaml").write_text("formulary: {etoposide: {bags: [500 mL]}}\n", encoding="utf-8")
    order = draft_order(regimen, load_patient(texts=USUAL), load_pharmacy(tmp_path / "pharmacy.yaml"))
    fluid, cells = order.preparations
    assert (str(fluid.final_volume), str(fluid.rate)) == ("1,820 mL", "455 mL/h")
    assert cells.missing == "140 x 10^6 cells of stem cells is not made up here"
    (day,) = order.daily_fluids
    assert (str(day.volume), str(day.per_kg)) == ("1,820 mL", "26 mL/kg")
    assert [(item.kind, item.item) for item in order.pick_list] == [("bag", "1,820 mL of fluid: to be chosen")]


SMALL = {"height": "147 cm", "weight": "42 kg"}  # √(147 × 42 / 3600) = 1.3095…, to 0.01: 1.31 m2
PUMP = "drug: cytarabine, dose: 4000 mg/m2, route: IV continuous infusion, over: 96 h, days: 1"


def test_what_runs_for_days_is_told_for_each_24_h_and_never_as_daily(tmp_path: Path) -> None:
    """4000 × 1.31 = 5240 mg over 96 h: a quarter of it, 1310 mg, in each 24 h."""
    order = order_of(tmp_path, PUMP, SMALL)
    (dose,) = order.doses
    assert (str(dose.ordered), str(dose.daily_total), str(dose.cycle_total)) == ("5,240 mg", "1,310 mg", "5,240 mg")
    words = "1,310 mg in each 24 h, for 96 h (4 days)"
    assert words in render(order, "table").decode()
    shown = " ".join(cec("regimen", "show", str(tmp_path / "worked.yaml")).out.split())
    assert "cytarabine 4,000 mg/m2 over 96 h from day 1" in shown
    assert "edition 1, 4 days" in shown
    assert "daily" not in shown


def test_what_runs_for_days_behind_another_drug_is_told_for_each_24_h_too(tmp_path: Path) -> None:
    """2400 × 1.31 = 3144 mg over 46 h: 3144 × 24 / 46 = 1640.3478… mg in each 24 h, wherever its start comes from."""
    bolus = "drug: fluorouracil, called: bolus, dose: 400 mg/m2, route: IV bolus, days: 1"
    pump = (
        "drug: fluorouracil, dose: 2400 mg/m2, route: IV continuous infusion, over: 46 h, start: after bolus, days: 1"
    )
    regimen = load_regimen(regimen_file(tmp_path, "worked", bolus, pump))
    for start in (None, datetime.date(2026, 11, 30)):
        _, dose = draft_order(regimen, load_patient(texts=SMALL), start=start).doses
        assert str(dose.daily_total) == "1,640.34782… mg"


def test_what_runs_for_days_is_told_so_on_paper_and_in_calendars(tmp_path: Path) -> None:
    regimen = load_regimen(regimen_file(tmp_path, "worked", PUMP))
    order = draft_order(regimen, load_patient(texts={**SMALL, "id": "1"}), start=datetime.date(2026, 11, 30))
    words = "1,310 mg in each 24 h, for 96 h (4 days)"
    assert words in render(order, "ics").decode().replace("\r\n ", "").replace("\\,", ",")
    (page,) = sheet_data(order)["doses"]
    assert words in " ".join(page["given"])
    assert words in label_data(order)["labels"][0]["over_days"]


def test_a_bag_of_a_day_is_daily(tmp_path: Path) -> None:
    (dose,) = order_of(tmp_path, PUMP.replace("96 h", "24 h"), SMALL).doses
    assert str(dose.daily_total) == "5,240 mg"


@pytest.mark.parametrize(("age", "codes"), [("17 years", set()), ("18 years", {"auc-from-18-carboplatin"})])
def test_the_formula_for_children_asks_in_an_adult(age: str, codes: set[str], tmp_path: Path) -> None:
    line = "drug: carboplatin, dose: AUC 5 by newell-1993, route: IV infusion, over: 1 h, days: 1"
    order = order_of(tmp_path, line, {**USUAL, "age": age, "sex": "male", "creatinine_clearance": "90 mL/min"})
    assert {alert.code for alert in order.alerts if alert.level == "check"} == codes


def test_radiation_has_neither_a_label_nor_a_worksheet(tmp_path: Path) -> None:
    lines = ("drug: a, dose: 10 mg, route: IV bolus, days: 1", "drug: beam, dose: 2 Gy, route: radiotherapy, days: 1")
    regimen = load_regimen(regimen_file(tmp_path, "worked", *lines))
    stock = Pharmacy(formulary={"a": FormularyDrug("a")})
    order = draft_order(regimen, load_patient(texts={**USUAL, "id": "1"}), stock, start=datetime.date(2026, 11, 30))
    assert [label["drug"] for label in label_data(order)["labels"]] == ["a"]
    assert [task.dose.drug for task in tasks(order)] == ["a"]
    assert "2 Gy" in render(order, "table").decode()
