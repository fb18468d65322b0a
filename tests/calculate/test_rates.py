"""How long infusions run that are prescribed as rates or ranges, and what a person ticks first: worked by hand."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from regimen_texts import regimen_text
from running import cec

from cec import CecError, Order, draft_order, load_order, load_patient, load_regimen, render
from cec.facts.reading import read_date
from cec.verification import verify_order


def order_of(folder: Path, *lines: str, head: str = "", start: str = "2026-11-30") -> Order:
    """170 cm, 70 kg: 1.82 m2."""
    path = folder / "test.yaml"
    path.write_text(head + regimen_text("test", *lines), encoding="utf-8")
    who = load_patient(texts={"height": "170 cm", "weight": "70 kg"})
    return draft_order(load_regimen(path), who, start=read_date(start))


BOLUS = "drug: b, dose: 1 mg, route: IV bolus, days: 1"
LONGER_FIRST = "rate: 0.5 mg/kg/h for 1 h rising by 1 mg/kg/h every 20 min to 2 mg/kg/h"
RISING = "rate: 50 mg/h rising by 50 mg/h every 30 min to 400 mg/h"


@pytest.mark.parametrize(
    ("dose", "rate", "runs", "steps"),
    [
        # 50 + 100 + … + 300 mg/h, half an hour each: 525 mg after 3 h; 157.5 mg left at 350 mg/h are 27 min
        ("375 mg/m2", RISING, "3 h 27 min", [50, 100, 150, 200, 250, 300, 350]),
        # 1,820 mg at 10 mg/m2/min × 1.82 m2 = 18.2 mg/min
        ("1000 mg/m2", "rate: 10 mg/m2/min", "1 h 40 min", ["18.2"]),
        # 700 mg: 400 mg/h from 3 h 30 min on, when 25 + 50 + … + 175 = 700 mg have run
        ("10 mg/kg", RISING, "3 h 30 min", [50, 100, 150, 200, 250, 300, 350]),
        # 35 mg/h for an hour, 105 mg/h for 20 min: 70 mg; what is left of 100 mg runs at 140 mg/h: 12.86 min
        (
            "100 mg",
            LONGER_FIRST,
            "1 h 33 min",
            [35, 105, 140],
        ),
        # 65 mg at 100 mg/h: 39 min
        ("65 mg", "rate: 100 mg/h", "39 min", [100]),
        # 1 g at 7 mg/min: 142.86 min, rounded up
        ("1 g", "rate: 7 mg/min", "2 h 23 min", [7]),
    ],
)
def test_a_rate_gives_how_long_it_runs(dose: str, rate: str, runs: str, steps: list[object], tmp_path: Path) -> None:
    order = order_of(tmp_path, f"drug: x, dose: {dose}, route: IV infusion, {rate}, days: 1")
    assert order.doses[0].runs == runs
    assert [f"{step.rate.value:f}" for step in order.doses[0].rate_steps] == [str(step) for step in steps]
    assert order.administrations[0].runs == runs


def test_the_steps_of_a_rate_stand_beside_the_row(tmp_path: Path) -> None:
    order = order_of(tmp_path, f"drug: rituximab, dose: 375 mg/m2, route: IV infusion, {RISING}, days: 1")
    (row,) = order.administrations
    assert f"{row.start:%H:%M} {row.end:%H:%M}" == "09:00 12:27"
    table = (
        "rate: 09:00 50 mg/h, 09:30 100 mg/h, 10:00 150 mg/h, 10:30 200 mg/h, 11:00 250 mg/h, 11:30 300 mg/h, 12:00 350"
    )
    for name in ("table", "csv", "ics"):
        assert table in " ".join(render(order, name).decode().replace("\r\n ", "").replace("\\,", ",").split())
    assert verify_order(load_order(render(order, "json"))).agrees


def test_what_follows_waits_for_the_end_of_a_rate(tmp_path: Path) -> None:
    lines = (
        f"drug: a, dose: 375 mg/m2, route: IV infusion, {RISING}, days: 1",
        "drug: b, dose: 1 mg, route: IV bolus, days: 1",
    )
    assert [f"{row.start:%H:%M}" for row in order_of(tmp_path, *lines).administrations] == ["09:00", "12:27"]


def test_of_a_range_the_longer_is_drawn_and_said(tmp_path: Path) -> None:
    lines = (
        "drug: a, dose: 1 mg, route: IV infusion, over: 30 to 60 min, days: 1",
        "drug: b, dose: 1 mg, route: IV bolus, days: 1",
    )
    order = order_of(tmp_path, *lines)
    assert [f"{row.start:%H:%M}" for row in order.administrations] == ["09:00", "10:00"]
    assert order.doses[0].runs == "30 to 60 min"
    (alert,) = (alert for alert in order.alerts if alert.code == "longer-duration-a")
    assert (alert.level, alert.text) == ("note", "runs 30 to 60 min: the schedule takes the longer (day 1)")
    assert "longer-duration-b" not in {alert.code for alert in order.alerts}


FILGRASTIM = "drug: filgrastim, dose: 5 mcg/kg, route: subcutaneous, days: 6 onwards, until: ANC above 3 x 10^9/L"


def test_a_line_until_something_is_so_has_a_box_beside_each_dose(tmp_path: Path) -> None:
    """5 mcg/kg × 70 kg = 350 mcg; 12 doses at most are 4,200 mcg."""
    order = order_of(tmp_path, f"{FILGRASTIM}, total_doses: at most 12")
    assert [row.day for row in order.administrations] == list(range(6, 18))
    assert {row.boxes for row in order.administrations} == {("not yet: ANC above 3 x 10^9/L",)}
    text = " ".join(render(order, "table").decode().split())
    assert "up to 4,200 mcg" in text
    assert "09:00 filgrastim: [ ] not yet: ANC above 3 x 10^9/L" in text
    least = order_of(tmp_path, f'{FILGRASTIM}, total_doses: "at least 4, at most 12"')
    assert [bool(row.boxes) for row in least.administrations] == [False] * 4 + [True] * 8
    with pytest.raises(CecError, match="nothing says where these days end"):
        order_of(tmp_path, FILGRASTIM)


RAMP = (
    "drug: venetoclax, route: oral, days: daily, dose: [{days: 1-7, dose: 20 mg}, {days: 8-14, dose: 50 mg}, "
    "{days: 15 onwards, dose: 100 mg, confirm: no tumour lysis}]"
)


def test_what_must_be_confirmed_stands_once_before_it(tmp_path: Path) -> None:
    order = order_of(tmp_path, RAMP, head="cycle_length: 28 days\n")
    assert len(order.administrations) == 28
    assert [(row.day, row.boxes) for row in order.administrations if row.boxes] == [
        (15, ("confirmed: no tumour lysis",))
    ]


FAULTS = [
    ("over: 1 h, rate: 10 mg/min", "give either over or rate"),
    ("rate: 10 mL/min", "mL cannot be held against a dose in mg"),
    ("rate: 50 mg/h rising by 50 mg/h every 30 min to 40 mg/h", "does not rise"),
    ("rate: 50 mg/h rising by 5 mg/kg/h every 30 min", "rates of several kinds"),
    ("rate: fast", "write it like 10 mg/m2/min"),
    ("over: 60 to 30 min", "does not rise"),
    ("note: none", "or rate: how fast"),
]


@pytest.mark.parametrize(("keys", "told"), FAULTS)
def test_what_is_not_a_rate_is_refused(keys: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(CecError) as refused:
        order_of(tmp_path, f"drug: x, dose: 100 mg, route: IV infusion, days: 1, {keys}")
    assert told in str(refused.value)


def test_each_row_of_a_table_runs_as_long_as_its_dose(tmp_path: Path) -> None:
    order_of(tmp_path, "drug: x, dose: 10 mg/kg, route: IV infusion, rate: 100 mg/h, days: 1")
    table = tmp_path / "patients.csv"
    table.write_text("id,height_cm,weight_kg,start\n1,170,70,2026-11-30\n2,170,60,2026-11-30\n", encoding="utf-8")
    done = cec("batch", str(table), "--regimen", str(tmp_path / "test.yaml"), "--long")
    assert [row["over"] for row in csv.DictReader(io.StringIO(done.out))] == ["7 h", "6 h"]


def test_a_rate_has_100_steps_at_most(tmp_path: Path) -> None:
    """1 mg/h for a minute, 2 mg/h for the next: in 100 minutes 100 × 101 / 2 / 60 = 84.17 mg, in 99 82.5 mg."""
    line = "drug: x, dose: {} mg, route: IV infusion, rate: 1 mg/h rising by 1 mg/h every 1 min, days: 1"
    assert len(order_of(tmp_path, line.format(84)).doses[0].rate_steps) == 100
    with pytest.raises(CecError) as refused:
        order_of(tmp_path, line.format(85))
    assert str(refused.value) == "x: 85 mg needs more than 100 steps of its rate"
