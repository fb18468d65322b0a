"""Tables of orders: what cec writes is read back and agrees, one changed digit is named, every row is answered."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from regimen_texts import SHIPPED, regimen_file
from running import cec

from cec.errors import CecError
from cec.load import load_pharmacy, load_regimen, regimen_folder
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.verification.columns import drug_and_unit
from cec.verification.outcome import NOT_MULTIPLIED, Agreement, Row
from cec.verification.row import Terms
from cec.verification.table import verify_table

NOT_ON_WINDOWS = pytest.mark.skipif(sys.platform == "win32", reason="there is no such pipe")

# √(128 × 26 / 3600) = 0.961 → 0.96 m2; √(109 × 18.5 / 3600) = 0.748 → 0.75; √(170 × 61.3 / 3600) = 1.701 → 1.7
PATIENTS = """\
id,height_cm,weight_kg,age,sex,remark
007,128,26,8,female,fine
008,109,18.5,5,male,"two,
lines"
009,170,61.3,16,male,
"""
DOSES = """\
clofarabine_mg etoposide_mg cyclophosphamide_mg prednisone_mg
38.4 96 422.4 13
30 75 330 9.25
68 170 748 30.65
"""

SPECIAL = (
    'drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV bolus, days: "1, 8, 15"',
    "drug: carboplatin, dose: AUC 5, route: IV infusion, over: 1 h, days: 1",
    "drug: dexamethasone, dose: 6 mg/m2, route: oral, days: 1-5",
    "drug: dexamethasone, dose: 3 mg/m2, route: oral, days: 6-7",
    'drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1-5, cycles: "2"',
    "drug: asparaginase, dose: 6000 units/m2, route: intramuscular, days: 2",
)
SPECIAL_PATIENTS = """\
id,height_cm,weight_kg,age,sex,creatinine_clearance,regimen,cycle,reduce
1,170,70,40,male,90 mL/min,,1,
2,160,60,40,female,80 mL/min,,2,vincristine=100%: neuropathy
3,128,26,8,female,,cec-induction,,etoposide=25%: mucositis; grade 3
4,128,26,8,female,,cec-consolidation,,
"""

TABLE = """\
id,regimen,height_cm,weight_kg,clofarabine_mg,Etoposide,cyclophosphamide_mg,prednisone_mg,days,remark
007,,128,26,38.4,96 mg,422.4,13,5,fine
008,cec-consolidation,128,26,192,0.096 g,422.4,13,4,the total of an induction
009,,128,,38.4,96 mg,422.4,13,5,no weight
010,,75,8.9,17.2,43 mg,189.2,4.45,5,too light
011,,128,26,38.4,96,422.4,13,,no unit
012,nonsense,128,26,38.4,96 mg,422.4,13,,no such regimen
013,128,26
014,,128,26,38.4,96 mg,,13,,one is missing
"""


@pytest.fixture
def doses(tmp_path: Path) -> Path:
    """What a batch makes of the patients."""
    (tmp_path / "patients.csv").write_text(PATIENTS, encoding="utf-8")
    path = tmp_path / "doses.csv"
    assert cec("batch", str(tmp_path / "patients.csv"), "-o", str(path)).code == 0
    return path


def terms(regimen: Regimen = SHIPPED["cec-induction"], **changes: Any) -> Terms:
    return Terms(regimen, Pharmacy(), others=tuple(SHIPPED.values()))._replace(**changes)


def rows_of(path: Path, **changes: Any) -> list[Row]:
    with verify_table(path, terms(**changes)) as table:
        return list(table.rows)


def verdicts(out: str) -> list[tuple[str, ...]]:
    """Row, drug and verdict of each line of CSV."""
    return [(row["row"], row["drug"], row["verdict"]) for row in csv.DictReader(io.StringIO(out))]


def test_a_drug_that_is_given_on_and_on_is_verified_in_a_table(tmp_path: Path) -> None:
    """5 mcg/kg × 70 kg is 350 mcg from day 5 onwards; days without an end were a TypeError here."""
    lines = (
        "drug: melphalan, dose: 140 mg, route: IV infusion, over: 1 h, days: 1",
        "drug: filgrastim, dose: 5 mcg/kg, route: subcutaneous, days: 5 onwards",
    )
    file = regimen_file(tmp_path, "growth", *lines)
    path = tmp_path / "orders.csv"
    path.write_text("id,height,weight,melphalan_mg,filgrastim_mcg\n1,170 cm,70 kg,140,350\n2,170 cm,70 kg,140,3500\n")
    right, wrong = rows_of(path, regimen=load_regimen(file))
    assert [verdict.verdict for verdict in right.verdicts] == ["agrees", "agrees"]
    assert [verdict.verdict for verdict in wrong.verdicts] == ["agrees", "differs"]
    assert wrong.verdicts[1].explanations[0].mistake == "ten times or a tenth"


# What cec wrote itself


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "jsonl", "parquet"])
def test_the_table_of_a_batch_agrees(ending: str, tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text(PATIENTS, encoding="utf-8")
    path = tmp_path / f"doses.{ending}"
    assert cec("batch", str(tmp_path / "patients.csv"), "-o", str(path)).code == 0
    done = cec("verify", str(path))
    assert done.code == 0
    assert "3 rows: 3 agree, 0 differ, 0 cannot be held against an order" in done.out
    assert "columns not read, unless a cell is an amount with its unit: remark, alerts" in done.err


def test_the_verdicts_name_the_doses_of_the_textbook(doses: Path) -> None:
    names, *amounts = (line.split() for line in DOSES.splitlines())
    expected = [
        (name.removesuffix("_mg"), "agrees", value) for row in amounts for name, value in zip(names, row, strict=True)
    ]
    told = list(csv.DictReader(io.StringIO(cec("verify", str(doses), "--format", "csv").out)))
    assert [(row["drug"], row["verdict"], row["expected"]) for row in told] == expected
    assert [row["row"] for row in told] == ["2"] * 4 + ["3"] * 4 + ["5"] * 4  # the second patient has two lines
    assert [row["alerts"] for row in told][::4] == ["", "longer-infusion", ""]


def changed_digits() -> Iterator[tuple[int, int, str]]:
    """Each amount of the table, by row and column, with its first digit raised by one, or lowered from 9."""
    for row, line in enumerate(DOSES.splitlines()[1:]):
        for column, text in enumerate(line.split()):
            yield row, column, ("8" if text[0] == "9" else str(int(text[0]) + 1)) + text[1:]


@pytest.mark.slow
@pytest.mark.parametrize(("row", "column", "text"), list(changed_digits()))
def test_one_changed_digit_is_named_with_its_row_and_drug(row: int, column: int, text: str, doses: Path) -> None:
    name = DOSES.split()[column]
    with doses.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    table[row][name] = text
    with doses.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    done = cec("verify", str(doses))
    before = DOSES.splitlines()[1 + row].split()[column]
    line, drug = (2, 3, 5)[row], name.removesuffix("_mg")
    said = done.said
    assert done.code == 1
    assert f"line {line}, id 00{7 + row}: {drug} {text} mg, expected {before} mg" in said
    assert "3 rows: 2 agree, 1 differ, 0 cannot be held against an order" in said
    wrong = [told for told in verdicts(cec("verify", str(doses), "--format", "csv").out) if told[2] != "agrees"]
    assert wrong == [(str(line), drug, "differs")]


def test_other_regimens_cycles_lines_and_reductions_come_back(tmp_path: Path) -> None:
    regimen, patients, path = (
        regimen_file(tmp_path, "special", *SPECIAL),
        tmp_path / "patients.csv",
        tmp_path / "doses.csv",
    )
    patients.write_text(SPECIAL_PATIENTS, encoding="utf-8")
    assert cec("batch", str(patients), "--regimen", str(regimen), "-o", str(path)).code == 0
    done = cec("verify", str(path), "--regimen", str(regimen))
    assert (done.code, "4 rows: 4 agree" in done.out) == (0, True)
    assert all(isinstance(row, Agreement) for row in rows_of(path, regimen=load_regimen(regimen)))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",5.46,", ",10.92,").replace(",0,525,", ",2,525,"), encoding="utf-8")
    said = cec("verify", str(path), "--regimen", str(regimen)).said
    assert "line 2, id 1: dexamethasone 10.92 mg, expected 5.46 mg" in said
    assert "line 3, id 2: vincristine 2 mg, expected 0 mg" in said
    done = cec("verify", str(path))
    assert "'special' is not the name of a regimen" in done.out
    assert "give its file with --regimen" in done.said


def test_a_row_need_not_write_a_drug_that_is_reduced_to_nothing(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEAD};reduce\n1;128;26;38.4;;422.4;13;;;etoposide=100%: anaphylaxis\n", encoding="utf-8")
    (several,), (each,) = rows_of(path), rows_of(path, whole=True)
    assert (several.agrees, several.verdicts) == (True, each.verdicts)
    assert isinstance(several, Agreement)


def test_a_cycle_or_start_that_no_row_tells_is_given_beside_the_table(tmp_path: Path) -> None:
    regimen, path = regimen_file(tmp_path, "special", *SPECIAL), tmp_path / "orders.csv"
    head = "height_cm,weight_kg,creatinine_clearance,vincristine_mg,carboplatin_mg,dexamethasone_mg,dexamethasone_2_mg"
    # √(180 × 80 / 3600) = 2 m2: 12 mg and 6 mg, 12,000 units; (90 + 25) × 5 = 575 mg; vincristine at most 2 mg
    path.write_text(f"{head},asparaginase_units\n180,80,90 mL/min,2,575,12,6,12000\n", encoding="utf-8")
    arguments = ("verify", str(path), "--regimen", str(regimen))
    assert "say which cycle this is" in cec(*arguments).out
    assert cec(*arguments, "--cycle", "1", "--start", "2026-11-30").code == 0
    assert "etoposide: missing; expected 200 mg" in cec(*arguments, "--cycle", "2").out
    assert "--cycle: 'x' is not a whole number" in cec(*arguments, "--cycle", "x").err


DOSE = ("dose", "--height", "128cm", "--weight", "26kg", "--id", "7", "--born", "2018-05-14", "--sex", "female")


def test_the_csv_of_one_dosing_agrees(tmp_path: Path) -> None:
    path = tmp_path / "dose.csv"
    measures = ("--creatinine", "0.5mg/dL", "--reduce", "etoposide=25%: mucositis; grade 3")
    assert cec(*DOSE, *measures, "-o", str(path)).code == 0
    done = cec("verify", str(path))
    assert (done.code, "1 order: 1 agree, 0 differ" in done.out) == (0, True)
    path.write_text(path.read_text(encoding="utf-8").replace("96,72,mg", "96,12,mg"), encoding="utf-8")
    done = cec("verify", str(path))
    assert (done.code, "line 3, id 7: etoposide 12 mg, expected 72 mg" in done.out) == (1, True)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1 2 3 4 5", "1 2 3 4", "line 2, id 7: days 4 days, expected 5 days"),
        ("1 2 3 4 5", "five", "line 2, id 7: days: 'five' are not days"),
        ("prednisone", "prednison", "prednisone: missing; expected 13 mg"),
        ("13,mg,0", "13,L,0", "line 5, id 7: prednisone: '13 L' is not an amount of drug"),
        ("etoposide,100,mg/m2,96,96", "etoposide,100,mg/m2,96,", "line 2, id 7: etoposide: missing; expected 96 mg"),
        ("etoposide,100", ",100", "a drug without a name 96 mg: not in the regimen"),
    ],
)
def test_what_is_wrong_in_rows_of_single_drugs_is_named(old: str, new: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "dose.csv"
    assert cec(*DOSE, "-o", str(path)).code == 0
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = cec("verify", str(path))
    assert (done.code, words in done.said) == (1, True), done.out


def test_rows_of_single_drugs_are_one_order_while_they_tell_the_same_patient(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(
        "id,height_cm,weight_kg,drug,dose\n"
        "1,128,26,clofarabine,38.4 mg\n1,128,26,etoposide,96 mg\n1,128,26,cyclophosphamide,422.4 mg\n"
        "1,128,26,prednisone,13 mg\n2,109,18.5,clofarabine,30 mg\n2,109\n",
        encoding="utf-8",
    )
    told = {(row.row, row.id): [each.verdict for each in row.verdicts] or row.faults for row in rows_of(path)}
    assert told[2, "1"] == ["agrees"] * 4
    assert told[6, "2"] == ["agrees", "missing", "missing", "missing"]
    assert told[7, ""] == ("has 2 cells; the first line names 5 columns",)


PARTS = ("clofarabine,38.4 mg", "etoposide,96 mg", "cyclophosphamide,422.4 mg", "prednisone,13 mg")
"""The drugs of a child of 128 cm and 26 kg, each right."""


def of_drugs(head: str, *rows: str) -> str:
    return "\n".join([f"{head},drug,dose", *rows]) + "\n"


def test_names_and_lines_of_single_drugs_are_told_in_their_order_with_what_would_help(tmp_path: Path) -> None:
    """Of 128 cm and 26 kg: 96 mg of etoposide on line 2, clofarabine ten times on line 3, once more on line 4."""
    path = tmp_path / "orders.csv"
    rows = ("1,128,26,Etoposid,96,mg", "1,128,26,clofarabine,384,mg", "1,128,26,clofarabine,38.4,mg")
    path.write_text("\n".join(("id,height_cm,weight_kg,drug,dose,unit", *rows, "")), "utf-8")
    lines = " ".join(cec("verify", str(path)).out.split()).split(" line ")
    told = [line for line in lines if line[0] in "234"]
    assert [line[0] for line in told] == sorted(line[0] for line in told)
    assert "If it is the name here: --value 'drug:Etoposid=etoposide'" in " ".join(told)


@pytest.mark.parametrize("first", ["", ","])
def test_the_order_of_nobody_may_stand_alone(first: str, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    head = "id,height_cm,weight_kg" if first else "height_cm,weight_kg"
    path.write_text(of_drugs(head, *(f"{first}128,26,{part}" for part in PARTS)), encoding="utf-8")
    done = cec("verify", str(path))
    assert (done.code, "1 order: 1 agree" in done.out) == (0, True)
    assert "no row has an id: all are taken for the drugs of one patient" in done.err.splitlines()


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("height_cm,weight_kg", "no column tells the id (name it"),
        ("id,height_cm,weight_kg", "id: is empty: where"),
    ],
)
def test_patients_without_an_id_are_not_taken_for_one(head: str, said: str, tmp_path: Path) -> None:
    """Of the first two patients each lacks half of the drugs, and together they would lack none."""
    path, nobody = tmp_path / "orders.csv", "," if head.startswith("id") else ""
    halves = [f"{nobody}128,26,{part}" for part in PARTS]
    path.write_text(of_drugs(head, *halves, f"{nobody}109,18.5,clofarabine,30 mg"), encoding="utf-8")
    done = cec("verify", str(path))
    assert (done.code, "2 orders: 0 agree, 0 differ, 2 cannot" in done.out) == (1, True)
    assert f"line 2: {said}" in done.said
    assert f"line 6: {said}" in done.said
    assert "all are taken for" not in done.err


def test_patients_of_the_same_measures_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    halves = [f"{1 + number // 2},128,26,{part}" for number, part in enumerate(PARTS)]
    path.write_text(of_drugs("id,height_cm,weight_kg", *halves), encoding="utf-8")
    assert [(row.row, row.id, [each.verdict for each in row.verdicts]) for row in rows_of(path)] == [
        (2, "1", ["agrees", "agrees", "missing", "missing"]),
        (4, "2", ["missing", "missing", "agrees", "agrees"]),
    ]


def test_a_schedule_is_refused_with_what_to_give_instead(tmp_path: Path) -> None:
    patients, long, schedule = (tmp_path / name for name in ("patients.csv", "long.csv", "schedule.csv"))
    patients.write_text(PATIENTS, encoding="utf-8")
    size = ("--height", "128cm", "--weight", "26kg", "--start", "2026-11-30")
    assert cec("batch", str(patients), "--long", "--start", "2026-11-30", "-o", str(long)).code == 0
    assert cec("schedule", "cec-induction", *size, "-o", str(schedule)).code == 0
    for path in (long, schedule):
        done = cec("verify", str(path))
        assert (done.code, done.out) == (1, "")
        assert f"{path}: is a schedule" in done.err
        assert "--format json -o order.json) or, of a batch, the table without --long" in done.err


# Every row is answered


def test_a_table_is_answered_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(TABLE, encoding="utf-8")
    done = cec("verify", str(path))
    assert done.code == 1
    text = done.said
    for words in (
        "line 3, id 008: clofarabine 192 mg, expected 38.4 mg: the other phase's number of days",
        "line 4, id 009: 'weight' is missing",
        "line 5, id 010: stop under-10-kg",
        "line 5, id 010: a table cannot tell that a stop was accepted; give the saved order (JSON)",
        "line 6, id 011: Etoposide: '96' has no unit",
        "line 7, id 012: 'nonsense' is not the name of a regimen",
        "line 8: has 3 cells; the first line names 10 columns",
        "line 9, id 014: cyclophosphamide: missing; expected 422.4 mg",
        "Look at rows with checks not made: no creatinine 3, no age 3,",
        "8 rows: 1 agree, 2 differ, 5 cannot be held against an order",
    ):
        assert words in text
    assert {row for row, _, _ in verdicts(cec("verify", str(path), "--format", "csv").out)} == set("23456789")
    told = json.loads(cec("verify", str(path), "--format", "json").out)
    assert [row["row"] for row in told] == list(range(2, 10))
    assert [alert["code"] for alert in told[0]["verification"]["alerts"]] == ["incomplete"]


COMMAS = "; where a whole table has decimal commas, say --decimal ,"
HEAD = "id;height_cm;weight_kg;clofarabine_mg;etoposide_mg;cyclophosphamide_mg;prednisone_mg;vincristine;days"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("1;128;26;38.4;96;422.4;13;;", []),
        ("1;128;26;38.4 mg;0.096 g;422.4;13;;5", []),
        ("1;128;26;38,4;96;422.4;13;;", ["clofarabine_mg: '38,4' has a comma: use a point"]),
        ("1;128;26,5;38,4;96;422.4;13;;x", ["weight_kg: '26,5' has a comma", "clofarabine_mg: '38,4", "days: 'x' are"]),
        ("1;128;26;38.4;;422.4;13;;", ["etoposide: missing; expected 96 mg"]),
        ("1;128;26;38.4;96;422.4;13;2 mg;", ["vincristine 2 mg: not in the regimen; the regimen gives clofarabine"]),
        ("1;128;26;38.4;96;422.4;13;;4", ["days 4 days, expected 5 days"]),
        ("1;128;26;-38.4;96;422.4;13;;", ["clofarabine_mg: '-38.4' is negative"]),
        (";;;;;;;;", ["'height' is missing", "'weight' is missing"]),
        ("1;128;26;;;;;;", [f"{drug}: missing" for drug in ("clofarabine", "etoposide", "prednisone")]),
        ("1;x;26;38.4;96;422.4;13;;", ["height_cm: 'x'"]),
    ],
)
def test_each_row_says_all_that_is_wrong_with_it(row: str, words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    done = cec("verify", str(path))
    said = done.said
    assert done.code == (1 if words else 0)
    assert [word for word in words if f": {word}" not in said] == []


UNITS = (
    "drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1",
    "drug: asparaginase, dose: 6000 units/m2, route: intramuscular, days: 2",
)


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("etoposide_mg", "38,4", "'38,4' has a comma: use a point for decimals and nothing for thousands; * like 12.5"),
        ("etoposide_mg", "9 6", "'9 6' is not a number; * like 12.5"),
        ("etoposide_mg", "96%", "'96%' is not a number; * like 12.5"),
        ("etoposide_mg", "-96", "'-96' is negative; * like 12.5"),
        (
            "etoposide_mg",
            "0,096 g",
            "'0,096 g' has a comma: use a point for decimals and nothing for thousands; * like 12.5",
        ),
        ("etoposide_mg", "96 L", "'96 L' is not an amount of drug but a volume; * like 12.5"),
        ("etoposide", "96", "'96' has no unit; * like 12.5 mg"),
        ("etoposide", "96,0", "'96,0' has a comma: use a point for decimals and nothing for thousands; * like 12.5 mg"),
        ("asparaginase", "5760", "'5760' has no unit; * like 600 units"),
        (
            "asparaginase_units",
            "5,760",
            "'5,760' has a comma: use a point for decimals and nothing for thousands; * like 600",
        ),
        ("note", "1,5 mg", "'1,5 mg' has a comma: use a point for decimals and nothing for thousands; * like 12.5 mg"),
    ],
)
def test_a_cell_is_quoted_as_it_stands_beside_one_of_the_right_form(
    column: str, cell: str, message: str, tmp_path: Path
) -> None:
    regimen, path = load_regimen(regimen_file(tmp_path, "two", *UNITS)), tmp_path / "orders.csv"
    path.write_text(f"height_cm;weight_kg;cyclophosphamide_mg;{column}\n128;26;;{cell}\n", encoding="utf-8")
    (row,) = rows_of(path, regimen=regimen)
    comma = COMMAS if "," in cell else ""
    assert row.faults == (f"{column}: {message.replace('*', 'write it')}{comma}",)
    *_, right = message.partition(" like ")
    path.write_text(f"height_cm;weight_kg;cyclophosphamide_mg;{column}\n128;26;;{right}\n", encoding="utf-8")
    (row,) = rows_of(path, regimen=regimen)
    assert row.faults == ()


@pytest.mark.parametrize(
    ("head", "cells", "message"),
    [
        (
            "dose,unit",
            '"38,4",mg',
            "'38,4' has a comma: use a point for decimals and nothing for thousands; * like 12.5",
        ),
        ("dose,unit", "96 mg,mg", "'96 mg' is not a number; * like 12.5"),
        ("dose,unit", "96 mg,g", "'96 mg' is not a number; * like 12.5"),
        ("dose,unit", "96,", "'96' has no unit; * like 12.5 mg"),
        ("dose,unit", "96,L", "'96 L' is not an amount of drug but a volume; * like 12.5 mg"),
        ("dose", "96", "'96' has no unit; * like 12.5 mg"),
    ],
)
def test_a_dose_in_two_units_or_none_is_refused_where_a_row_is_one_drug(
    head: str, cells: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"height_cm,weight_kg,drug,{head}\n128,26,Etoposide,{cells}\n", encoding="utf-8")
    (row,) = rows_of(path)
    comma = COMMAS if '"' in cells else ""
    assert row.faults == (f"line 2: Etoposide: {message.replace('*', 'write it')}{comma}",)


@pytest.mark.parametrize("text", ["9" * 99, "9" * 10, "0." + "1" * 13, "1e400", "9" * 5000])
def test_a_number_of_no_dose_costs_its_row_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEAD}\n1;128;26;{text};96;422.4;13;;\n2;128;26;38.4;96;422.4;13;;\n", encoding="utf-8")
    wrong, right = rows_of(path)
    assert (wrong.row, wrong.agrees, right.agrees) == (2, False, True)
    assert wrong.faults[0].startswith("clofarabine_mg: '")


def test_of_two_regimens_of_one_name_each_row_is_held_against_its_own(tmp_path: Path) -> None:
    """The other file gives a day less: 4 days are right for its rows alone."""
    shipped = (regimen_folder() / "cec-induction.yaml").read_text(encoding="utf-8")
    (tmp_path / "other.yaml").write_text(shipped.replace("days: 1-5", "days: 1-4"), encoding="utf-8")
    path = tmp_path / "orders.csv"
    row = "{};128;26;38.4;96;422.4;13;;{};{}"
    other = tmp_path / "other.yaml"
    rows = [row.format(1, 5, "cec-induction"), row.format(2, 5, other), row.format(3, 4, other), row.format(4, 5, "")]
    path.write_text(f"{HEAD};regimen\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert [(each.id, each.agrees) for each in rows_of(path)] == [("1", True), ("2", False), ("3", True), ("4", True)]


@NOT_ON_WINDOWS
@pytest.mark.parametrize("regimen", ["", "cec-induction"])
def test_a_table_is_read_once_and_so_may_be_a_pipe(regimen: str, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    os.mkfifo(path)
    content = f"{HEAD};regimen\n" + f"1;128;26;38.4;96;422.4;13;;;{regimen}\n" * 3
    writer = threading.Thread(target=path.write_text, args=(content,), daemon=True)
    writer.start()
    assert [row.agrees for row in rows_of(path)] == [True] * 3
    writer.join(5)
    assert not writer.is_alive()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["-", pytest.param("/dev/stdin", marks=NOT_ON_WINDOWS)])
@pytest.mark.parametrize("is_piped", [False, True])
def test_a_table_on_standard_input(name: str, is_piped: bool, doses: Path) -> None:
    command = [sys.executable, "-m", "cec", "verify", name]
    with doses.open("rb") as file:
        given: dict[str, Any] = {"input": doses.read_bytes()} if is_piped else {"stdin": file}
        done = subprocess.run(command, **given, capture_output=True, check=False)
    assert (done.returncode, b"3 rows: 3 agree" in done.stdout) == (0, True), done.stderr


@NOT_ON_WINDOWS
def test_a_pipe_is_a_table_whatever_its_name(doses: Path, tmp_path: Path) -> None:
    path = tmp_path / "63"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(doses.read_bytes(),), daemon=True)
    writer.start()
    done = cec("verify", str(path))
    assert (done.code, "3 rows: 3 agree" in done.out) == (0, True), done.err
    writer.join(5)
    assert not writer.is_alive()


@NOT_ON_WINDOWS
def test_a_pipe_beside_the_measures_of_a_patient_is_a_regimen(tmp_path: Path) -> None:
    path = tmp_path / "63"
    os.mkfifo(path)
    content = (regimen_folder() / "cec-induction.yaml").read_bytes()
    writer = threading.Thread(target=path.write_bytes, args=(content,), daemon=True)
    writer.start()
    done = cec("verify", str(path), "--height", "128", "--weight", "26", "clofarabine=38.4mg")
    assert (done.code, "3 of 4 do not agree" in done.out) == (1, True), done.err
    writer.join(5)
    assert not writer.is_alive()


@pytest.mark.slow
@NOT_ON_WINDOWS
def test_what_comes_through_a_pipe_and_is_no_table_is_refused() -> None:
    order = cec("dose", "--height", "128", "--weight", "26", "--format", "json").out.encode()
    for content, words in (
        (order, "is JSON; save it and name the file, a saved order as order.json, a table as orders.csv, orders.jsonl"),
        (b"PAR1 and so on", "is Parquet; save it and name the file"),
        (b"", "is empty"),
        (b"id,weight_kg\n1,26\n", "no column tells the height"),
    ):
        command = [sys.executable, "-m", "cec", "verify", "/dev/stdin"]
        done = subprocess.run(command, input=content, capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (1, b"")
        assert words in done.stderr.decode()


def test_two_rows_of_one_id_are_both_answered(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEAD}\n1;128;26;38.4;96;422.4;13;;\n1;128;26;38.4;960;422.4;13;;\n", encoding="utf-8")
    assert [(row.row, row.id, row.agrees) for row in rows_of(path)] == [(2, "1", True), (3, "1", False)]


def test_a_byte_that_is_no_utf_8_costs_its_row_alone(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    lines = TABLE.splitlines(keepends=True)
    path.write_bytes((lines[0] + lines[1]).encode() + lines[1].replace("fine", "\xb3").encode("latin-1"))
    right, wrong = rows_of(path)
    assert (right.agrees, wrong.agrees, wrong.id) == (True, False, "007")
    assert "not UTF-8" in wrong.faults[0]


def test_a_quote_that_is_not_closed_costs_its_row_alone(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f'{HEAD}\n"1;128;26;38.4;96;422.4;13;;\n2;128;26;38.4;96;422.4;13;;\n', encoding="utf-8")
    assert [(row.row, row.agrees) for row in rows_of(path)] == [(2, False), (3, True)]


def test_a_table_without_rows_has_nothing_wrong(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEAD}\n", encoding="utf-8")
    done = cec("verify", str(path))
    assert (done.code, "0 rows: 0 agree" in done.out) == (0, True)
    assert json.loads(cec("verify", str(path), "--format", "json").out) == []


def test_an_alert_of_many_rows_names_the_first_of_them(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(HEAD + "\n1;109;18.5;30;75;330;9.25;;" * 12 + "\n", encoding="utf-8")
    said = cec("verify", str(path)).said
    named = "longer-infusion (12): lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 … and 2 more (--format csv names them all)"
    assert named in said
    assert "rows with checks not made: no creatinine 12, no age 12, " in said


def test_a_table_that_is_right_ends_with_0(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("".join(TABLE.splitlines(keepends=True)[:2]), encoding="utf-8-sig")
    assert cec("verify", str(path)).code == 0
    path.write_text(path.read_text(encoding="utf-8-sig").replace(",", ";"), encoding="utf-8")
    assert cec("verify", str(path)).code == 0
    assert cec("verify", str(path), "--regimen", "cec-consolidation").code == 1
    assert cec("verify", str(path), "--tolerance", "x").code == 1


# Many at a time, or each for itself: the same is said


def made_up(count: int) -> str:
    """Rows of patients of all sizes, some wrong, with the doses of the textbook in other shapes."""
    lines = [f"{HEAD};regimen;sex;age;allergies"]
    for number in range(count):
        height, weight, regimen = 60 + number % 131, 5 + number * 7 % 90, ("", *SHIPPED, "nonsense")[number % 4]
        amounts = ("38.4", "96", "422.4", "13") if number % 3 else ("17", "43 mg", "189.20", "")
        cells = [str(number), str(height), str(weight), *amounts, ("", "2 mg")[number % 11 == 0], ("", "4")[number % 2]]
        lines.append(";".join([*cells, regimen, ("", "male", "female")[number % 3], str(number % 19), ""]))
    right = "x;128;26;38.4;96;422.40;13.0;;{};{};female;8;{}"
    ends = ("", "", ""), (5, "cec-induction", ""), (4, "cec-consolidation", ""), (4, "", ""), (5, "", "etoposide")
    lines += [right.format(*each) for each in ends]
    figures = "f;{};{};40;100.0;440;{};;;;;8;"
    lines += [figures.format(*each) for each in ((128, 26, 13), (128, 26, "0.5"), (100, 36, 18), (108, 36, 18))]
    lines += [figures.replace("440", "441").format(108, 36, 18)]
    return "\n".join(lines) + "\n"


@pytest.mark.slow
def test_many_at_a_time_say_the_same_as_each_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(made_up(132), encoding="utf-8")
    several, each = rows_of(path), rows_of(path, whole=True)
    assert [(row.row, row.id, row.regimen, row.verdicts, row.alerts, row.faults) for row in several] == [
        (row.row, row.id, row.regimen, row.verdicts, row.alerts, row.faults) for row in each
    ]
    assert [isinstance(row, Agreement) for row in several[-10:-5]] == [True, True, True, False, True]
    assert [isinstance(row, Agreement) for row in several[-5:]] == [False, False, True, False, True]
    assert [NOT_MULTIPLIED in row.alerts for row in several[-5:]] == [True, True, False, True, False]
    assert not any(isinstance(row, Agreement) for row in each)


def test_figures_that_nobody_multiplied_are_told_with_their_rows(tmp_path: Path) -> None:
    """0.96 m2: 40 of 38.4, 100 of 96 and 440 of 422.4 mg are all +4.17%; 99 mg is no figure."""
    path = tmp_path / "orders.csv"
    rows = [f"{number};128;26;40;{etoposide};440;13;;" for number, etoposide in enumerate((100, 99, 100))]
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    done = cec("verify", str(path))
    assert (done.code, "3 rows: 3 agree, 0 differ" in done.out) == (0, True)
    assert f"{NOT_MULTIPLIED} (2): lines 2, 4: the amounts are the figures per m2 of the regimen, but" in done.said
    told = csv.DictReader(io.StringIO(cec("verify", str(path), "--format", "csv").out))
    assert [NOT_MULTIPLIED in row["alerts"] for row in told] == [True] * 4 + [False] * 4 + [True] * 4
    first, second, _ = json.loads(cec("verify", str(path), "--format", "json").out)
    assert "but the BSA is 0.96 m2" in first["verification"]["alerts"][0]["text"]
    assert [alert["code"] for alert in second["verification"]["alerts"]] == ["incomplete"]


@pytest.mark.parametrize("amount", ["2", "1.9"])
def test_a_dose_by_weight_that_only_nearly_agrees_is_one_of_many(amount: str, tmp_path: Path) -> None:
    """0.1 mg/kg × 19.5 kg = 1.95 mg: no figure per m2, so nothing has to be looked at by itself."""
    line = "drug: dexamethasone, dose: 0.1 mg/kg, route: oral, days: 1-5"
    regimen, path = regimen_file(tmp_path, "by-weight", line), tmp_path / "orders.csv"
    path.write_text(f"height_cm,weight_kg,dexamethasone_mg\n109,19.5,{amount}\n", encoding="utf-8")
    (row,) = rows_of(path, regimen=load_regimen(regimen))
    assert isinstance(row, Agreement)


def test_the_pharmacy_s_rounding_holds_for_many_at_a_time(doses: Path) -> None:
    """To the nearest 5 mg: 38.4 mg is 40 mg, 30 mg stays, 68 mg is 70 mg; each written dose is within 5% of that."""
    shop = load_pharmacy(texts={"dose_rounding": {"clofarabine": "nearest 5 mg"}, "largest_deviation": "10%"})
    expected = [next(each.expected for each in row.verdicts) for row in rows_of(doses, pharmacy=shop)]
    assert [str(amount) for amount in expected] == ["40 mg", "30 mg", "70 mg"]


# Columns


def test_what_was_read_and_assumed_is_told_on_standard_error(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    line = "height_cm,weight_kg,Clofarabine (mg),etoposid,cyclophosphamide,creatinin,prednisone_mg\n"
    path.write_text(line + "128,26,38.4,96,422.4 mg,0.5,13\n", encoding="utf-8")
    done = cec("verify", str(path))
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines() == [
        f"{path}: column '{name}' is not read, and its name is nearly {what}: add --map '{told}={name}' if it tells "
        f"that, else --ignore-column '{name}'"
        for name, what, told in (
            ("etoposid", "etoposide_mg", "etoposide_mg"),
            ("creatinin", "creatinine", "creatinine"),
        )
    ]
    done = cec("verify", str(path), "--ignore-column", "etoposid", "--ignore-column", "creatinin")
    assert done.err.splitlines() == [
        "every row is held against cec-induction: no column names a regimen; --regimen says another",
        "columns read: height_cm, weight_kg, Clofarabine (mg), cyclophosphamide, prednisone_mg",
        "columns not read, unless a cell is an amount with its unit: etoposid, creatinin",
    ]
    assert "etoposide: missing" in done.out
    mapped = ("--map", "etoposide_mg=etoposid", "--map", "creatinine=creatinin", "--regimen", "cec-consolidation")
    done = cec("verify", str(path), *mapped)
    assert done.err.startswith("every row is held against cec-consolidation: no column names a regimen\n")
    assert "creatinin: '0.5' has no unit" in done.out


def test_rows_that_name_no_regimen_are_told_of(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(TABLE, encoding="utf-8")
    assert "rows that name no regimen are held against cec-induction\n" in cec("verify", str(path)).err
    path.write_text(TABLE.replace(",,", ",cec-induction,", 1).split("009")[0], encoding="utf-8")
    assert "held against" not in cec("verify", str(path)).err


def test_columns_of_any_name_are_read_once_it_is_said_what_they_tell(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    head = "Wzrost,Masa,Klof [mg],Etopozyd,cyclophosphamide_mg,prednisone_mg,Protokol,weight_kg"
    path.write_text(f"{head}\n128 cm,26 kg,38.4,96 mg,422.4,13,cec-induction,99\n", encoding="utf-8")
    mapped = {
        "height": "Wzrost",
        "weight": "Masa",
        "clofarabine_mg": "Klof [mg]",
        "etoposide": "Etopozyd",
        "regimen": "Protokol",
    }
    options = [part for what, column in mapped.items() for part in ("--map", f"{what}={column}")]
    assert "column 'weight_kg' is not read" in cec("verify", str(path), *options).err
    done = cec("verify", str(path), *options, "--ignore-column", "weight_kg")
    assert (done.code, "columns not read, unless a cell is an amount with its unit: weight_kg" in done.err) == (0, True)
    done = cec("verify", str(path))
    assert "no column tells the height" in done.err
    assert "say which with --map height=COLUMN" in done.err


@pytest.mark.parametrize(
    ("mapped", "words"),
    [
        (["height"], "--map: 'height' is not WHAT=COLUMN"),
        (["height=id", "height=x", "y"], "--map: height is given twice: id and x"),
        (["height=Wzrost"], "there is no column 'Wzrost' for the height"),
        (["etoposide=Etopozyd"], "there is no column 'Etopozyd' for the etoposide; there are id, height_cm"),
        (["height=id", "weight=id"], "--map: id is given for height and for weight; a column tells one thing"),
        (["hight=id"], "'hight' is nothing that a column can tell; did you mean height?"),
    ],
)
def test_a_wrong_map_is_refused(mapped: list[str], words: str, doses: Path) -> None:
    done = cec("verify", str(doses), *(part for text in mapped for part in ("--map", text)))
    assert (done.code, done.out) == (1, "")
    assert words in done.err


def test_columns_hold_amounts_of_drugs(tmp_path: Path) -> None:
    path = regimen_file(tmp_path, "special", *SPECIAL)
    columns = {
        "dexamethasone_mg": ("dexamethasone", "mg"),
        "dexamethasone_2_mg": ("dexamethasone", "mg"),
        "Vincristine": ("vincristine", ""),
        "Vincristine [mg]": ("vincristine", "mg"),
        "asparaginase_units": ("asparaginase", "units"),
        "vincristin_mg": ("vincristin", "mg"),
        "bsa_m2": ("", ""),
        "mg": ("", ""),
        "remark": ("", ""),
    }
    assert {column: drug_and_unit(column, load_regimen(path)) for column in columns} == columns


def test_the_second_line_of_a_drug_may_stand_before_the_first(tmp_path: Path) -> None:
    lines = [line for line in SPECIAL if "dexamethasone" in line]
    regimen, path = regimen_file(tmp_path, "two", *lines), tmp_path / "orders.csv"
    path.write_text("height_cm,weight_kg,dexamethasone_2_mg,dexamethasone_mg\n180,80,6 mg,12 mg\n", encoding="utf-8")
    (row,) = rows_of(path, regimen=load_regimen(regimen))
    assert row.agrees


# What is not a table of orders


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "orders.csv: is empty"),
        (b"id,weight_kg\n1,26\n", "no column tells the height"),
        (b"height,weight,weight,etoposide\n128,26,26,96 mg\n", "orders.csv:1:1: the first line names weight twice"),
        (b"height,weight,etoposide,etoposide\n128,26,9 mg,96 mg\n", "the first line names etoposide twice"),
        (b"height_cm,height,weight,etoposide\n", "two columns tell the height: height_cm and height; say which with"),
        (b"id,height,weight\n1,128,26\n", "no column tells the amount of a drug; name it clofarabine_mg, or"),
        (
            "id,height_cm\n".encode("utf-16"),
            "orders.csv: is UTF-16; say --encoding utf-16, or save the table as CSV (UTF-8)",
        ),
        (b"PK\x03\x04 and so on", "orders.csv: is a workbook or a zip file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "orders.csv: is a workbook of an older Excel, or one with a password"),
        (b"\x00" * 100, "orders.csv: is not text; save the table as CSV (UTF-8)"),
        (gzip.compress(b"height,weight\n" * 1000, mtime=0)[:-20], "is cut off or damaged"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    done = cec("verify", str(path))
    assert (done.code, done.out) == (1, "")
    assert message in done.err


@pytest.mark.parametrize("name", ["orders.xlsm", "orders.XLS", "orders.ods"])
def test_a_workbook_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    done = cec("verify", str(tmp_path / name))
    assert (done.code, done.out) == (1, "")
    assert f"{name}: is a workbook of another kind than .xlsx; save it as .xlsx or as CSV" in done.err


def test_a_folder_or_a_missing_file_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for path in (tmp_path / "none.csv", tmp_path / "folder.csv"):
        with pytest.raises(CecError), verify_table(path, terms()):
            pass


@pytest.mark.parametrize("typed", [(), ("clofarabine=38mg",), ("--height", "128", "--weight", "26")])
def test_a_folder_is_called_a_folder(typed: tuple[str, ...], tmp_path: Path) -> None:
    done = cec("verify", str(tmp_path), *typed)
    assert (done.code, done.out) == (1, "")
    assert done.err == f"{tmp_path}: is a folder; name a regimen, a saved order or a table of orders in it\n"


def test_a_folder_does_not_hide_a_shipped_regimen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cec-induction").mkdir()
    monkeypatch.chdir(tmp_path)
    done = cec("verify", "cec-induction", "--height", "128", "--weight", "26", "clofarabine=38.4mg")
    assert (done.code, "3 of 4 do not agree" in done.out) == (1, True)


def test_the_table_is_not_overwritten(doses: Path, tmp_path: Path) -> None:
    before = doses.read_bytes()
    done = cec("verify", str(doses), "-o", str(doses), "--format", "csv")
    assert (done.code, doses.read_bytes() == before) == (1, True)
    assert "would be overwritten" in done.err
    assert cec("verify", str(doses), "-o", str(tmp_path / "said.csv")).code == 0
    assert len(verdicts((tmp_path / "said.csv").read_text(encoding="utf-8"))) == 12


@pytest.mark.parametrize("option", [("--height", "128cm"), ("--strict",), ("clofarabine=38mg",), ("--format", "pdf")])
def test_wrong_usage_beside_a_table_ends_with_2(option: tuple[str, ...], doses: Path) -> None:
    assert cec("verify", str(doses), *option).code == 2


SINGLE = """\
id,height_cm,weight_kg,drug,ordered,unit,days
7,128,26,clofarabine,38.4,mg,1-5
7,128,26,etoposide,{etoposide},mg,1-5
7,128,26,cyclophosphamide,422.4,mg,
7,128,26,prednisone,13,mg,
7,128,26,prednisone,13,mg,
"""


def test_where_a_row_is_one_drug_its_own_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(SINGLE.format(etoposide="960"), encoding="utf-8")
    done = cec("verify", str(path))
    assert done.out.splitlines()[0].startswith("line 3, id 7: etoposide 960 mg, expected 96 mg: ten times")
    again = "line 6, id 7: prednisone 13 mg: prednisone is written more often than the regimen gives it"
    assert again in done.out
    assert "not in the regimen" not in done.out
    rows = list(csv.DictReader(cec("verify", str(path), "--format", "csv").out.splitlines()))
    found = {(row["drug"], row["verdict"]): row["row"] for row in rows}
    assert (found["etoposide", "differs"], found["prednisone", "written too often"]) == ("3", "6")
    path.write_text(SINGLE.format(etoposide="9.6.1"), encoding="utf-8")
    assert cec("verify", str(path)).out.startswith("line 3, id 7: etoposide: '9.6.1' is not a number")


def test_what_was_not_compared_is_said_of_the_drugs_that_lack_it(tmp_path: Path) -> None:
    size = ("verify", "cec-induction", "--height", "128", "--weight", "26")
    doses = ("clofarabine=38.4mg", "etoposide=96mg", "cyclophosphamide=422.4mg", "prednisone=13mg")
    said = cec(*size, *doses, "clofarabine.days=1-5", "etoposide.days=1-5").said
    assert "not compared: times a day, route and duration, nor days of cyclophosphamide and prednisone" in said
    said = cec(*size, *doses).said
    assert "not compared: times a day, days, route and duration" in said
    assert " of " not in said.partition("; not compared: ")[2].partition("A second")[0]
    path = tmp_path / "orders.csv"
    path.write_text(SINGLE.format(etoposide="96").rsplit("7,", 1)[0], encoding="utf-8")
    assert "not compared: times a day, route and duration, nor days of some drugs" in cec("verify", str(path)).said
