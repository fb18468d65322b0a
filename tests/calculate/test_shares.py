"""A dose that is a share of another drug's, worked for 170 cm and 70 kg: 1.82 m2, ifosfamide 1800 × 1.82 = 3276 mg."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from regimen_texts import regimen_file

from cec import dose_table, draft_order, load_order, load_patient, load_regimen
from cec.errors import CecError
from cec.order import Order
from cec.regimen import Regimen
from cec.rendering import render
from cec.verification import verify_doses, verify_order

IFOSFAMIDE = "drug: ifosfamide, dose: 1800 mg/m2, route: IV infusion, over: 1 h, days: 1-5"
MESNA = "drug: mesna, dose: 20% of ifosfamide, route: IV bolus"
THREE_TIMES = f"{MESNA}, times: 3, every: 4 h, days: 1-5"


def regimen_of(folder: Path, *lines: str) -> Regimen:
    return load_regimen(regimen_file(folder, "worked", *lines))


def order_of(regimen: Regimen, **texts: Any) -> Order:
    order = draft_order(regimen, load_patient(texts={"height": "170 cm", "weight": "70 kg", **texts}))
    assert verify_order(load_order(render(order, "json"))).finding == "agrees"
    assert verify_doses(order, [(dose.drug, dose.ordered) for dose in order.doses if dose.ordered.value]).agrees
    return order


def mesna(order: Order) -> list[tuple[str, tuple[int, ...]]]:
    return [(str(dose.ordered), dose.days) for dose in order.doses if dose.drug == "mesna"]


def test_a_share_is_of_what_is_ordered_on_the_day(tmp_path: Path) -> None:
    """20% of 3276 = 655.2, each of three times on five days."""
    order = order_of(regimen_of(tmp_path, THREE_TIMES, IFOSFAMIDE))
    assert mesna(order) == [("655.2 mg", (1, 2, 3, 4, 5))]
    assert [dose.drug for dose in order.doses] == ["mesna", "ifosfamide"]  # as in the file
    assert str(order.doses[0].cycle_total) == "9,828 mg"  # 15 × 655.2
    steps = {step.what: step.how for step in order.doses[0].steps}
    assert steps["prescribed"] == "20% of ifosfamide, as the regimen says"
    assert steps["measured"] == "ordered: ifosfamide of the day"
    assert steps["calculated"] == "20% × 3,276 mg = 655.2 mg"


def test_it_follows_cap_and_reduction(tmp_path: Path) -> None:
    """Capped at 3000 mg, less 25% on days 4 and 5: 2250; 20% of these are 600 and 450."""
    capped = f"{IFOSFAMIDE}, maximum: 3000 mg"
    order = order_of(regimen_of(tmp_path, capped, THREE_TIMES), reductions=["ifosfamide on days 4-5=by 25%: confusion"])
    assert mesna(order) == [("600 mg", (1, 2, 3)), ("450 mg", (4, 5))]


def test_it_is_reduced_by_itself_too(tmp_path: Path) -> None:
    order = order_of(regimen_of(tmp_path, IFOSFAMIDE, THREE_TIMES), reductions=["mesna=by 50%: a reason"])
    assert mesna(order) == [("327.6 mg", (1, 2, 3, 4, 5))]


def test_of_several_doses_a_day_it_is_of_the_one_that_it_hangs_on_else_of_the_day(tmp_path: Path) -> None:
    """Two doses of 1638 mg a day: 20% of one is 327.6, of the day 655.2."""
    twice = "drug: ifosfamide, dose: 900 mg/m2, times: 2, every: 12 h, route: IV infusion, over: 1 h, days: 1"
    of_one = order_of(regimen_of(tmp_path, twice, f"{MESNA}, start: after the last ifosfamide, days: 1"))
    of_day = order_of(regimen_of(tmp_path, twice, f"{MESNA}, days: 1"))
    assert (mesna(of_one), mesna(of_day)) == ([("327.6 mg", (1,))], [("655.2 mg", (1,))])


def test_three_starts_that_hang_on_it_are_three_doses_a_day(tmp_path: Path) -> None:
    """655.2 mg, 15 doses: the example of the language."""
    starts = "start: [with ifosfamide, 4 h after its start, 8 h after its start]"
    regimen = regimen_of(tmp_path, IFOSFAMIDE, f"{MESNA}, {starts}")
    assert mesna(order_of(regimen)) == [("655.2 mg", (1, 2, 3, 4, 5))]
    who = load_patient(texts={"height": "170 cm", "weight": "70 kg"})
    order = draft_order(regimen, who, start=datetime.date(2026, 11, 30))
    rows = [row for row in order.administrations if row.drug == "mesna"]
    assert [str(row.dose) for row in rows] == ["655.2 mg"] * 15


def test_a_line_that_is_called_otherwise_is_the_one_that_it_hangs_on(tmp_path: Path) -> None:
    """Of 1000 × 1.82 = 1820 mg, not of the other 3276 mg of the day: 20% are 364 mg."""
    other = IFOSFAMIDE.replace("dose: 1800", "called: evening ifosfamide, at: '20:00', dose: 1000")
    order = order_of(regimen_of(tmp_path, IFOSFAMIDE, other, f"{MESNA}, start: with evening ifosfamide"))
    assert mesna(order) == [("364 mg", (1, 2, 3, 4, 5))]


def test_it_is_left_out_with_the_reason_where_nothing_of_the_other_is_given(tmp_path: Path) -> None:
    order = order_of(regimen_of(tmp_path, IFOSFAMIDE, THREE_TIMES), without=["ifosfamide on day 3: confusion"])
    assert mesna(order) == [("655.2 mg", (1, 2, 4, 5))]
    (alert,) = (alert for alert in order.alerts if alert.code == "share-left-out-mesna")
    assert alert.text == "left out on day 3: it is a share of ifosfamide, which is not given then"
    assert alert.level == "check"


def test_where_nothing_is_left_to_give_there_is_no_order(tmp_path: Path) -> None:
    regimen = regimen_of(tmp_path, f"{IFOSFAMIDE}, only: {{age: under 18 years}}", THREE_TIMES)
    with pytest.raises(CecError) as caught:
        order_of(regimen, age="40 years")
    assert "worked gives this patient nothing: ifosfamide: ifosfamide is not for this patient" in str(caught.value)
    assert "mesna: left out on days 1 to 5: it is a share of ifosfamide" in str(caught.value)


def test_it_is_in_the_unit_of_the_other(tmp_path: Path) -> None:
    """1.8 g/m2 × 1.82 = 3.276 g, of which 20% are 0.6552 g."""
    grams = IFOSFAMIDE.replace("1800 mg/m2", "1.8 g/m2")
    regimen = regimen_of(tmp_path, grams, f"{MESNA}, days: 1-5")
    assert mesna(order_of(regimen)) == [("0.6552 g", (1, 2, 3, 4, 5))]
    dosed = dose_table(pl.DataFrame({"id": ["1"], "height_cm": ["170"], "weight_kg": ["70"]}), regimen)
    assert dosed["mesna_g"].to_list() == ["0.6552"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("drug: mesna, dose: 20% of cyclophosphamide, route: oral, days: 1", "cyclophosphamide is not a drug of this"),
        ("drug: mesna, dose: 20% of mesna, route: oral, days: 1", "mesna is a share itself; write its amount"),
        (f"{MESNA}, days: 1, maximum: 1 g", "maximum 1 g is not in mg"),
        ("drug: mesna, dose: 20.0% of ifosfamide, route: oral, days: 1", "write 20% of ifosfamide"),
    ],
)
def test_a_share_of_nothing_or_of_a_share_is_refused(line: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CecError) as caught:
        regimen_of(tmp_path, IFOSFAMIDE, line)
    assert said in str(caught.value)


def test_a_share_that_hangs_on_one_administration_is_of_that_one(tmp_path: Path) -> None:
    """Ifosfamide twice a day: 20% of one dose, 3276 mg, not of the 6552 mg of the day."""
    twice = f"{IFOSFAMIDE}, times: 2, every: 12 h"
    with_each = regimen_of(tmp_path, twice, f"{MESNA}, start: with each ifosfamide")
    steps = {step.what: step for step in order_of(with_each).doses[1].steps}
    assert (steps["measured"].how, str(steps["measured"].value)) == ("ordered: one dose of ifosfamide", "3,276 mg")
    of_the_day = regimen_of(tmp_path, twice, f"{MESNA}, days: 1-5")
    steps = {step.what: step for step in order_of(of_the_day).doses[1].steps}
    assert (steps["measured"].how, str(steps["measured"].value)) == ("ordered: ifosfamide of the day", "6,552 mg")
