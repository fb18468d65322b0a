"""Tables of patients under regimens whose days and starts hang on the cycle: each row as `cec schedule` has it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from regimen_texts import regimen_text
from running import cec

REGIMENS = {
    "weekdays": (
        "cycle_length: 28 days\n",
        "drug: azacitidine, dose: 75 mg/m2, route: subcutaneous, days: 1-9, weekdays: Monday to Friday, total_doses: 7",
        "drug: venetoclax, dose: 100 mg, route: oral, days: daily, at: after breakfast",
    ),
    "rescue": (
        "",
        'drug: methotrexate, dose: 3 g/m2, route: IV infusion, over: 4 h, at: "10:00", days: 1',
        "drug: folinic acid, dose: 15 mg/m2, route: IV bolus, start: 42 h after the start of methotrexate, every: 6 h, "
        "total_doses: at most 12",
        "drug: ondansetron, dose: 8 mg, route: oral, start: 30 min before methotrexate",
    ),
    "transplant": (
        "day_0: transplantation\n",
        "drug: busulfan, dose: 0.8 mg/kg, every: 6 h, route: IV infusion, over: 2 h, days: -7 to -4",
        "drug: methotrexate, dose: 15 mg/m2, route: IV bolus, days: 1",
    ),
}
PATIENTS = "id,height,weight,start\n" + "".join(
    f"{number},{150 + number},{50 + number},2026-{'11-30' if number % 2 else '12-04'}\n" for number in range(1, 5)
)


def scheduled(regimen: Path, patient: dict[str, str]) -> list[dict[str, str]]:
    """The rows of `cec schedule --format csv` for one row of the table."""
    typed = [f"--{name}={patient[name]}" for name in ("height", "weight", "id")]
    day_1 = "--day-1" if "day_0" in regimen.read_text(encoding="utf-8") else "--start"
    done = cec("schedule", str(regimen), *typed, day_1, patient["start"], "--format", "csv")
    assert done.code == 0, done.err
    return list(csv.DictReader(io.StringIO(done.out)))


def test_days_without_an_end_are_dosed_and_drawn_as_far_as_is_said(tmp_path: Path) -> None:
    regimen, table = tmp_path / "daily.yaml", tmp_path / "patients.csv"
    regimen.write_text(
        regimen_text("daily", "drug: ibrutinib, dose: 420 mg, route: oral, days: daily"), encoding="utf-8"
    )
    table.write_text(PATIENTS, encoding="utf-8")
    wide = cec("batch", str(table), "--regimen", str(regimen))
    assert wide.code == 0, wide.err
    assert wide.out.count(",420,") == 4
    long = cec("batch", str(table), "--regimen", str(regimen), "--long")
    assert long.code == 1
    assert "--days 28" in long.out + long.err
    drawn = cec("batch", str(table), "--regimen", str(regimen), "--long", "--days", "28")
    assert (drawn.code, len(drawn.out.splitlines())) == (0, 1 + 4 * 28)


@pytest.mark.parametrize("name", REGIMENS)
def test_a_long_table_has_the_administrations_of_each_row(name: str, tmp_path: Path) -> None:
    head, *lines = REGIMENS[name]
    regimen = tmp_path / f"{name}.yaml"
    regimen.write_text(head + regimen_text(name, *lines), encoding="utf-8")
    table = tmp_path / "patients.csv"
    table.write_text(PATIENTS, encoding="utf-8")
    out = tmp_path / "out.csv"
    done = cec("batch", str(table), "--regimen", str(regimen), "--long", "-o", str(out))
    assert done.code == 0, done.err
    found = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    wide = cec("batch", str(table), "--regimen", str(regimen))
    assert wide.code == 0, wide.err
    assert ("start is day 1 of a row; day 0 is transplantation" in done.err) is (name == "transplant")
    for patient in csv.DictReader(io.StringIO(PATIENTS)):
        single = scheduled(regimen, patient)
        own = [row for row in found if row["id"] == patient["id"]]
        shared = [
            key
            for key in single[0]
            if key in own[0] and not key.startswith(("alert", "accepted", "pharmacy", "status"))
        ]
        assert [[row[key] for key in shared] for row in own] == [[row[key] for key in shared] for row in single]
        codes = {code for code in single[0]["alerts"].split() if code.startswith(("total-doses", "anchor"))}
        assert codes <= set(own[0]["alerts"].split())


@pytest.mark.parametrize("command", [("batch", "--long", "--regimen"), ("schedule",)])
def test_a_last_day_that_would_end_nothing_is_refused(command: tuple[str, ...], tmp_path: Path) -> None:
    """CEC induction has 5 days, and `--days 3` takes none of them away."""
    table = tmp_path / "patients.csv"
    table.write_text(PATIENTS, encoding="utf-8")
    name, *options = command
    who = [str(table), *options] if options else ["--height", "128cm", "--weight", "26kg"]
    done = cec(name, *who, "cec-induction", "--start", "2026-11-30", "--days", "3")
    assert (done.code, done.out) == (1, "")
    assert "--days: no line of cec-induction is without an end" in done.err
