"""For whom: lines that are for some patients only, choices that a person makes, doses by day and cycle.

Worked for 170 cm and 70 kg, 1.82 m2, unless a case says otherwise.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from regimen_texts import regimen_file
from running import cec

from cec import dose_table, draft_order, load_order, load_patient, load_regimen
from cec.errors import CecError
from cec.order import Order
from cec.pharmacy import Pharmacy
from cec.pharmacy.formulary import FormularyDrug
from cec.regimen import Regimen
from cec.rendering import render
from cec.rendering.pdf.order import sheet_data
from cec.rendering.words.regimen import frequency, which_of_day
from cec.verification import verify_order

USUAL = {"height": "170 cm", "weight": "70 kg"}
PREDNISONE = (
    "drug: prednisone, only: [{age: at least 10 years}, {t_all: true}], dose: 60 mg/m2, divided_into: 2, every: 12 h, "
    "route: oral, days: 1-28"
)
VINCRISTINE = "drug: vincristine, dose: 1 mg/m2, route: IV bolus, days: 1"
TRASTUZUMAB = (
    "drug: trastuzumab, route: IV infusion, days: 1, "
    "dose: [{cycles: 1, dose: 8 mg/kg, over: 90 min}, {cycles: 2 onwards, dose: 6 mg/kg, over: 30 min}]"
)
VENETOCLAX = (
    "drug: venetoclax, route: oral, days: 1-28, "
    "dose: [{days: 1-7, dose: 20 mg}, {days: 8-14, dose: 50 mg}, {days: 15 onwards, dose: 100 mg}]"
)


def regimen_of(folder: Path, *lines: str) -> Regimen:
    return load_regimen(regimen_file(folder, "worked", *lines))


def order_of(regimen: Regimen, cycle: int | None = None, **texts: Any) -> Order:
    return draft_order(regimen, load_patient(texts={**USUAL, **texts}), cycle=cycle)


def doses(order: Order) -> list[tuple[str, str]]:
    return [(dose.drug, str(dose.ordered)) for dose in order.doses]


def agrees(order: Order) -> bool:
    return verify_order(load_order(render(order, "json"))).finding == "agrees"


@pytest.mark.parametrize(
    "patient", [{"age": "10 years"}, {"age": "9 years", "history": {"t_all": "true"}}, {"history": {"t_all": "true"}}]
)
def test_a_line_is_for_whom_any_of_its_conditions_holds(patient: dict[str, Any], tmp_path: Path) -> None:
    """60 × 1.82 = 109.2 a day, in two parts."""
    order = order_of(regimen_of(tmp_path, VINCRISTINE, PREDNISONE), **patient)
    assert doses(order) == [("vincristine", "1.82 mg"), ("prednisone", "54.6 mg")]
    assert agrees(order)


def test_others_go_without_and_the_order_says_so(tmp_path: Path) -> None:
    order = order_of(regimen_of(tmp_path, VINCRISTINE, PREDNISONE), age="9 years", history={"t_all": "false"})
    assert doses(order) == [("vincristine", "1.82 mg")]
    (alert,) = (alert for alert in order.alerts if alert.code == "not-for-patient-prednisone")
    assert alert.text == "prednisone is not for this patient: only for age at least 10 years or t all"
    assert agrees(order)
    assert alert.text in " ".join(render(order, "table").decode().split())


def test_what_it_hangs_on_is_asked_for_and_never_guessed(tmp_path: Path) -> None:
    with pytest.raises(
        CecError, match="prednisone: whether it is given depends on t_all, which is not given; say yes or no"
    ):
        order_of(regimen_of(tmp_path, VINCRISTINE, PREDNISONE), age="9 years")


def test_a_regimen_of_which_nothing_is_for_a_patient_gives_no_order(tmp_path: Path) -> None:
    with pytest.raises(CecError, match="nothing of this regimen is for this patient: prednisone is not"):
        order_of(regimen_of(tmp_path, PREDNISONE), age="9 years", history={"t_all": "false"})


def test_tables_give_each_row_the_lines_that_are_for_it(tmp_path: Path) -> None:
    regimen = regimen_of(tmp_path, VINCRISTINE, PREDNISONE)
    people = {"age": ["10", "9", "9", "9"], "t_all": ["false", "true", "false", ""]}
    table = pl.DataFrame({"id": list("1234"), "height_cm": ["170"] * 4, "weight_kg": ["70"] * 4, **people})
    dosed = dose_table(table, regimen)
    assert dosed["prednisone_mg"].to_list() == ["54.6", "54.6", None, None]
    assert dosed["vincristine_mg"].to_list() == ["1.82"] * 3 + [None]
    assert "not-for-patient-prednisone" in dosed["alerts"][2]
    assert "depends on t_all" in dosed["rejected"][3]


def test_bands_need_hold_only_those_whom_the_line_is_for(tmp_path: Path) -> None:
    """Nobody is between 1 and 2 years whom the line is for."""
    bands = "dose: [{when: {age: under 1 year}, dose: 1 mg}, {when: {age: at least 2 years}, dose: 2 mg}]"
    with pytest.raises(CecError, match="no entry is for age at least 1 year, under 2 years"):
        regimen_of(tmp_path, f"drug: a, route: oral, days: 1, {bands}")
    only = "only: [{age: under 1 year}, {age: over 3 years}]"
    regimen_of(tmp_path, f"drug: a, route: oral, days: 1, {only}, {bands}")


def test_thirty_to_sixty_holds_both_ends(tmp_path: Path) -> None:
    line = "drug: a, route: oral, days: 1, dose: 1 mg, only: {creatinine_clearance: 30 to 60 mL/min}"
    regimen = regimen_of(tmp_path, VINCRISTINE, line)
    given = {
        clearance: len(order_of(regimen, creatinine_clearance=f"{clearance} mL/min").doses)
        for clearance in ("29.9", "30", "60", "60.1")
    }
    assert given == {"29.9": 1, "30": 2, "60": 2, "60.1": 1}


def test_a_dose_by_cycle_has_its_own_duration(tmp_path: Path) -> None:
    """8 × 70 = 560 over 90 min, then 6 × 70 = 420 over 30 min."""
    regimen = regimen_of(tmp_path, TRASTUZUMAB)
    first, second = order_of(regimen, 1), order_of(regimen, 5)
    assert [(str(dose.ordered), str(dose.over)) for order in (first, second) for dose in order.doses] == [
        ("560 mg", "90 min"),
        ("420 mg", "30 min"),
    ]
    assert agrees(first)
    with pytest.raises(CecError, match="say which cycle this is"):
        order_of(regimen)


def test_a_dose_by_day_is_a_dose_for_each_of_them(tmp_path: Path) -> None:
    order = order_of(regimen_of(tmp_path, VENETOCLAX))
    assert [(str(dose.ordered), dose.days[0], dose.days[-1]) for dose in order.doses] == [
        ("20 mg", 1, 7),
        ("50 mg", 8, 14),
        ("100 mg", 15, 28),
    ]
    assert [str(dose.cycle_total) for dose in order.doses] == ["140 mg", "350 mg", "1,400 mg"]
    assert agrees(order)


OF_THE_OLD = "drug: dexamethasone, only: {age: at least 75 years}, dose: 20 mg, route: oral, days: [1, 8]"
OF_OTHERS = "drug: dexamethasone, only: {age: under 75 years}, dose: 40 mg, route: oral, days: [1, 8]"


def test_two_lines_may_give_a_drug_on_the_same_days_to_different_patients(tmp_path: Path) -> None:
    """Each gets the one line, and nobody is told that the drug is not for them."""
    regimen = regimen_of(tmp_path, OF_OTHERS, OF_THE_OLD)
    for age, dose in (("74 years", "40 mg"), ("75 years", "20 mg")):
        order = order_of(regimen, age=age)
        assert doses(order) == [("dexamethasone", dose)]
        assert not [alert for alert in order.alerts if alert.code.startswith("not-for-patient")]
        assert agrees(order)


@pytest.mark.parametrize("only", ["{age: under 76 years}", "[{age: under 75 years}, {t_all: true}]"])
def test_two_lines_that_somebody_would_get_both_of_are_refused(only: str, tmp_path: Path) -> None:
    with pytest.raises(CecError, match="repeats line 1 on the same days"):
        regimen_of(tmp_path, OF_OTHERS.replace("{age: under 75 years}", only), OF_THE_OLD)


def test_a_line_of_another_route_is_said_to_be_for_others(tmp_path: Path) -> None:
    regimen = regimen_of(tmp_path, OF_OTHERS, OF_THE_OLD.replace("route: oral", "route: IV bolus"))
    said = [alert.text for alert in order_of(regimen, age="75 years").alerts if alert.code.startswith("not-for")]
    assert said == ["dexamethasone is not for this patient: only for age under 75 years"]


def test_a_day_that_has_fewer_doses_says_how_many_it_has(tmp_path: Path) -> None:
    """Four doses from 10:00 of day 2 every 6 h: 10:00, 16:00, 22:00, and 04:00 of day 3, which has no other."""
    regimen = regimen_of(
        tmp_path,
        'drug: methotrexate, dose: 1 g/m2, route: IV infusion, over: 3 h, at: "10:00", days: 1',
        "drug: folinic acid, dose: 30 mg, route: IV bolus, start: 24 h after the start of methotrexate, "
        "every: 6 h, total_doses: 4",
    )
    order = draft_order(regimen, load_patient(texts=USUAL), start=datetime.date(2026, 11, 30))
    rescue = order.doses[1]
    assert frequency(rescue) == "at most 3 times daily"
    rows = [row for row in order.administrations if row.drug == "folinic acid"]
    assert [which_of_day(rescue, row.day, row.number) for row in rows] == [
        "dose 1 of 3 of the day",
        "dose 2 of 3 of the day",
        "dose 3 of 3 of the day",
        "",
    ]


def test_doses_by_day_stand_in_a_long_table(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,height_cm,weight_kg\n1,170,70\n", encoding="utf-8")
    regimen_of(tmp_path, VENETOCLAX)
    common = ("batch", str(tmp_path / "people.csv"), "--regimen", str(tmp_path / "worked.yaml"))
    done = cec(*common, "--start", "2026-11-30", "--long")
    rows = [line.split(",") for line in done.out.splitlines()]
    amounts = [row[rows[0].index("dose")] for row in rows[1:]]
    assert amounts == ["20"] * 7 + ["50"] * 7 + ["100"] * 14
    assert "amounts differ by day; use --long" in cec(*common).err


def test_a_dose_may_be_so_much_more_than_on_the_day_before(tmp_path: Path) -> None:
    """100, 150, 200, 250 mg/m2 × 1.82; withheld or reduced on a day, the next one counts from what is prescribed."""
    line = (
        "drug: a, route: oral, days: 1-4, "
        "dose: [{days: 1, dose: 100 mg/m2}, {days: 2 onwards, dose: 50 mg/m2 more each day}]"
    )
    regimen = regimen_of(tmp_path, line)
    order = order_of(regimen)
    assert [(str(dose.ordered), dose.days) for dose in order.doses] == [
        ("182 mg", (1,)),
        ("273 mg", (2,)),
        ("364 mg", (3,)),
        ("455 mg", (4,)),
    ]
    assert order.doses[1].steps[0].how == ("150 mg/m2, as the regimen says: 50 mg/m2 more than 100 mg/m2 on day 1")
    assert agrees(order)
    changed = order_of(regimen, reductions=["a on day 2=by 50%: mucositis"], without=["a on day 3: mucositis"])
    assert [str(dose.ordered) for dose in changed.doses] == ["182 mg", "136.5 mg", "0 mg", "455 mg"]
    assert agrees(changed)


def test_what_a_dose_is_more_than_is_told_with_its_day(tmp_path: Path) -> None:
    """Methotrexate after Capizzi: 100 mg/m2 on day 1, 150 on day 11, 200 on day 21."""
    line = (
        "drug: a, route: oral, days: [1, 11, 21], "
        "dose: [{days: 1, dose: 100 mg/m2}, {days: 11 onwards, dose: 50 mg/m2 more each day}]"
    )
    steps = [dose.steps[0].how.partition("says: ")[2] for dose in order_of(regimen_of(tmp_path, line)).doses]
    assert steps == ["", "50 mg/m2 more than 100 mg/m2 on day 1", "50 mg/m2 more than 150 mg/m2 on day 11"]


def test_more_than_on_a_day_that_is_not_given_is_no_dose(tmp_path: Path) -> None:
    """Day 1 is a Sunday, on which the line is not given: nothing is known that day 2 could be more than."""
    line = (
        "drug: a, route: oral, days: 1-4, weekdays: Monday to Friday, "
        "dose: [{days: 1, dose: 100 mg}, {days: 2 onwards, dose: 50 mg more each day}]"
    )
    with pytest.raises(CecError, match="the dose is 50 mg more than on the day before, and there is none"):
        draft_order(regimen_of(tmp_path, line), load_patient(texts=USUAL), start=datetime.date(2026, 11, 29))


def test_a_dose_may_be_so_much_less(tmp_path: Path) -> None:
    taper = "drug: a, route: oral, days: 1-9, dose: [{days: 1, dose: 40 mg}, {days: 2-9, dose: 5 mg less each day}]"
    with pytest.raises(CecError, match="a: 5 mg less than 5 mg on day 8 leaves nothing"):
        order_of(regimen_of(tmp_path, taper))
    order = order_of(regimen_of(tmp_path, taper.replace("1-9", "1-8").replace("2-9", "2-8")))
    assert [str(dose.ordered) for dose in order.doses] == [f"{mg} mg" for mg in range(40, 0, -5)]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ("{days: 1, dose: 5 mg more}, {days: 2-5, dose: 2 mg}", "has no day before day 1, than which it could be more"),
        (
            "{days: 1, dose: 5 mg}, {days: 2-5, dose: 2 mg more}",
            "write 2 mg more each day where that is meant, else the d",
        ),
        (
            "{days: 1, dose: 5 mg/kg}, {days: 2-5, dose: 2 mg less each day}",
            "all doses must be in mg for one to be less than",
        ),
        ("{days: 1-3, dose: 1 mg}, {days: 5, dose: 2 mg}", "no entry is for day 4"),
        ("{days: 1-4, dose: 1 mg}, {days: 4-5, dose: 2 mg}", "entries 1 and 2 are both for every patient"),
        ("{days: 1-5, dose: 1 mg}, {days: 8, dose: 2 mg}", "is for none of the days and cycles of the line"),
        ("{cycles: 1, dose: 1 mg}, {cycles: 3 onwards, dose: 2 mg}", "no entry is for day 1 of cycle 2"),
        ("{dose: 1 mg}, {when: {age: under 1 year}, dose: 2 mg}", "entries 1 and 2 are both for age under 1 year"),
        (
            "{days: 1, dose: 1 mg}, {days: 2-5, when: {age: under 1 year}, dose: 1 mg}, "
            "{days: 2-5, when: {age: at least 2 years}, dose: 2 mg}",
            "no entry is for age at least 1 year, under 2 years",
        ),
    ],
)
def test_each_patient_has_one_dose_on_each_day_of_each_cycle(entries: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CecError) as caught:
        regimen_of(tmp_path, f"drug: a, route: oral, days: 1-5, dose: [{entries}]")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("line", "choice", "said"),
    [
        ("dose: AUC 5 or AUC 6", "", "the regimen leaves open AUC 5 or AUC 6; settle it, like --choose 'a=AUC 5'"),
        ("dose: 20 to 30 mg/m2", "", "leaves open 20 to 30 mg/m2; settle it, like --choose 'a=20 mg/m2'"),
        ("dose: 20 to 30 mg/m2", "a=31 mg/m2", "a=31 mg/m2 is not one of 20 to 30 mg/m2"),
        ("dose: 20 mg", "a=20 mg", "the regimen leaves nothing of a open"),
        ("dose: 20 mg or 30 mg", "b=20 mg", "b is chosen, but this cycle gives a"),
        ("dose: 20 mg or 30 mg", "20 mg", "'20 mg' chooses nothing"),
    ],
)
def test_a_choice_is_settled_by_a_person(line: str, choice: str, said: str, tmp_path: Path) -> None:
    regimen = regimen_of(tmp_path, f"drug: a, route: oral, days: 1, {line}")
    choices: dict[str, Any] = {"choices": [choice]} if choice else {}
    with pytest.raises(CecError) as caught:
        order_of(regimen, creatinine_clearance="90 mL/min", **choices)
    assert said in str(caught.value)


def test_a_duration_is_of_the_routes_of_infusions(tmp_path: Path) -> None:
    routes = ("oral", "IV infusion", "subcutaneous infusion")
    regimen = regimen_of(tmp_path, f"drug: a, dose: 20 mg, route: {' or '.join(routes)}, over: 1 h, days: 1")
    settled = {route: order_of(regimen, choices=[f"a={route}"]).doses[0] for route in routes}
    assert [str(dose.over) for dose in settled.values()] == ["None", "1 h", "1 h"]


def test_a_route_may_be_chosen_on_paper_where_the_pharmacy_says_so(tmp_path: Path) -> None:
    regimen = regimen_of(tmp_path, "drug: a, dose: 20 mg, route: oral or IV bolus, days: 1")
    who = load_patient(texts=USUAL)
    with pytest.raises(CecError, match="leaves open oral or IV bolus"):
        draft_order(regimen, who, Pharmacy())
    order = draft_order(regimen, who, Pharmacy(print_choices=True, formulary={"a": FormularyDrug("a")}))
    assert [line for line in sheet_data(order)["doses"][0]["given"] if line] == [
        "[  ] oral or [  ] IV bolus",
        "on day 1",
    ]
    assert order.preparations[0].missing == "the route is chosen on paper: oral or IV bolus"
    assert agrees(order)


def test_what_is_chosen_stands_in_a_patient_file(tmp_path: Path) -> None:
    regimen_of(tmp_path, "drug: a, dose: 20 mg or 30 mg, route: oral or IV bolus, days: 1")
    (tmp_path / "patient.yaml").write_text(
        "{height: 170 cm, weight: 70 kg, choices: {a: [30 mg, oral]}}\n", encoding="utf-8"
    )
    done = cec("dose", str(tmp_path / "worked.yaml"), "--patient", str(tmp_path / "patient.yaml"), "--format", "csv")
    assert ",30,mg," in done.out
    assert "oral" in done.out


def test_what_was_chosen_and_for_whom_a_dose_is_stand_on_the_sheet(tmp_path: Path) -> None:
    by_weight = "[{when: {weight: under 50 kg}, dose: 1 mg}, {when: {weight: at least 50 kg}, dose: 2 mg}]"
    regimen = regimen_of(
        tmp_path,
        "drug: a, dose: 20 to 30 mg/m2, route: oral, days: 1",
        f"drug: b, dose: {by_weight}, route: oral, days: 1",
        "drug: c, dose: 5 mg, route: oral, days: 1",
    )
    order = order_of(regimen, choices=["a=25 mg/m2"])
    chosen, banded, plain = ([step["text"] for step in dose["working"]] for dose in sheet_data(order)["doses"])
    assert chosen == ["25 mg/m2, chosen from 20 to 30 mg/m2 of the regimen", "25 mg/m2 × 1.82 m2 = 45.5 mg"]
    assert banded == ["2 mg, as the regimen says for weight at least 50 kg", "flat dose"]
    assert plain == ["flat dose"]
