"""A row in the table of facts or in that of rules is a fact or a check everywhere: see `with_a_new_fact`."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
DOCS = HERE.parent / "docs"
SIZE = ("--height", "128cm", "--weight", "26kg")
WEAK, STRONG, UNKNOWN = ("--ejection-fraction", "49.9%"), ("--ejection-fraction", "50%"), ()
DAY = ("--heart-measured-on", "2026-11-02")
CODE = "weak-heart"
NOT_CHECKED = "no ejection fraction given: heart"
REGIMEN = """\
name: made-up
title: Made up
edition: 1
for: tests
source: {citation: none}
drugs:
  - {drug: alpha, dose: 10 mg/m2, route: oral, days: 1-3}
checks:
  - {when: {ejection_fraction: under 40%}, level: stop, code: weakest-heart, text: no dose for such a heart}
"""


def with_new_fact(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """What cec with the new fact and rule makes of the arguments."""
    command = [sys.executable, str(HERE / "with_a_new_fact.py"), *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", check=False)


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("dose", "cec-induction"),
        ("schedule", "cec-induction", "--start", "2026-11-30"),
        ("prepare", "cec-induction", "--start", "2026-11-30", "--pharmacy", "PHARMACY"),
        ("dose", "cec-induction", "--format", "json"),
        ("schedule", "cec-induction", "--start", "2026-11-30", "--format", "csv"),
        ("dose", "cec-induction", "--format", "ics"),
    ],
    ids=" ".join,
)
def test_the_rule_speaks_in_every_command(command: tuple[str, ...], tmp_path: Path) -> None:
    if "ics" in command:
        command = ("schedule", "cec-induction", "--start", "2026-11-30", "--format", "ics")
    pharmacy = tmp_path / "pharmacy.yaml"
    pharmacy.write_text((DOCS.parent / "cec/load/starter_pharmacy.yaml").read_text("utf-8"), encoding="utf-8")
    command = tuple(str(pharmacy) if word == "PHARMACY" else word for word in command)
    weak, strong = (with_new_fact(*command, *SIZE, *fact) for fact in (WEAK, STRONG))
    assert (weak.returncode, strong.returncode) == (0, 0), weak.stderr + strong.stderr
    assert CODE in weak.stdout.replace("\r\n ", "")
    assert CODE not in strong.stdout.replace("\r\n ", "")


@pytest.mark.slow
def test_a_strict_order_stops_at_the_rule_and_at_the_unknown_fact() -> None:
    weak = with_new_fact("dose", *SIZE, *WEAK, "--strict")
    assert (weak.returncode, weak.stdout) == (1, "")
    assert f"check {CODE}: heart: the heart ejects less than half" in weak.stderr
    assert NOT_CHECKED in one_line(with_new_fact("dose", *SIZE, *UNKNOWN, "--explain").stdout)
    assert NOT_CHECKED not in one_line(with_new_fact("dose", *SIZE, *STRONG, "--explain").stdout)


@pytest.mark.slow
def test_verify_knows_it(tmp_path: Path) -> None:
    doses = ("clofarabine=38.4mg", "etoposide=96mg", "cyclophosphamide=422.4mg", "prednisone=13mg")
    typed = with_new_fact("verify", "cec-induction", *doses, *SIZE, *WEAK)
    assert typed.returncode == 0, typed.stderr
    assert CODE in typed.stdout
    order = tmp_path / "order.json"
    with_new_fact("dose", *SIZE, *WEAK, *DAY, "-o", str(order))
    patient = json.loads(order.read_text("utf-8"))["patient"]
    assert patient["facts"] == {
        "ejection_fraction": {"value": 49.9, "unit": "%"},
        "heart_measured_on": "2026-11-02",
    }
    again = with_new_fact("verify", str(order))
    assert again.returncode == 0, again.stdout + again.stderr
    order.write_text(order.read_text("utf-8").replace("49.9", "59.9"), encoding="utf-8")
    assert with_new_fact("verify", str(order)).returncode == 1


@pytest.mark.slow
def test_a_patient_file_and_a_regimen_know_it(tmp_path: Path) -> None:
    patient, regimen = tmp_path / "patient.yaml", tmp_path / "made-up.yaml"
    patient.write_text("height: 128 cm\nweight: 26 kg\nejection_fraction: 39%\n", encoding="utf-8")
    regimen.write_text(REGIMEN, encoding="utf-8")
    stopped = with_new_fact("dose", str(regimen), "--patient", str(patient))
    assert stopped.returncode == 1
    assert "stop weakest-heart" in stopped.stderr
    replaced = with_new_fact("dose", str(regimen), "--patient", str(patient), "--ejection-fraction", "40%")
    assert replaced.returncode == 0, replaced.stderr
    unknown = one_line(with_new_fact("dose", str(regimen), *SIZE, "--explain").stdout)
    assert "no ejection fraction given: weakest-heart, heart" in unknown
    assert "ejection fraction under 40%" in one_line(with_new_fact("regimen", "show", str(regimen)).stdout)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("0.4%", "0.4% is not a possible ejection fraction of the left ventricle (1 to 100%)"),
        ("45", "--ejection-fraction: '45' has no unit"),
    ],
)
def test_a_new_fact_is_read_and_bounded_as_its_row_says(text: str, refusal: str) -> None:
    done = with_new_fact("dose", *SIZE, "--ejection-fraction", text)
    assert (done.returncode, done.stdout) == (1, "")
    assert refusal in done.stderr


@pytest.mark.slow
def test_schemas_and_the_pages_of_facts_and_codes_list_it() -> None:
    patient = json.loads(with_new_fact("schema", "patient").stdout)
    assert patient["properties"]["ejection_fraction"]["examples"] == ["60%"]
    regimen = json.loads(with_new_fact("schema", "regimen").stdout)
    when = regimen["properties"]["checks"]["items"]["properties"]["when"]["anyOf"][0]
    assert when["properties"]["ejection_fraction"]["description"].startswith(
        "ejection fraction of the left ventricle (%)"
    )
    page = with_new_fact(str(DOCS / "make_reference.py"), "facts", "codes").stdout
    row = "| `ejection_fraction` | ejection fraction of the left ventricle, e.g. 60% | of the patient | 1 to 100% |"
    assert row in page
    assert "| `weak-heart` | check | `ejection_fraction`; passes: at least 50% [made up] |" in page


ROWS, HIDDEN = 3000, 1717
"""A row alone meets the rule, at a place of no other importance: neither first, last nor in the middle."""


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--long", "--start", "2026-11-30")], ids=["wide", "long"])
def test_in_a_batch_one_row_alone_meets_it(options: tuple[str, ...], tmp_path: Path) -> None:
    table, doses = tmp_path / "table.csv", tmp_path / "doses.csv"
    fractions = [f"{50 + row % 40}%" for row in range(ROWS)]
    fractions[HIDDEN] = "49%"
    lines = (f"{row},128,{20 + row % 17},{fraction}" for row, fraction in enumerate(fractions))
    table.write_text("\n".join(("id,height,weight,ejection_fraction", *lines, "")), encoding="utf-8")
    done = with_new_fact("batch", str(table), "-o", str(doses), *options)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(doses.read_text("utf-8").splitlines()))
    assert {row["id"] for row in rows} == {str(row) for row in range(ROWS)}
    assert {row["id"] for row in rows if CODE in row["alerts"].split()} == {str(HIDDEN)}


@pytest.mark.slow
def test_a_rule_on_a_fact_that_was_there_before_meets_the_rows_of_a_batch(tmp_path: Path) -> None:
    """Heights of 190, 205, 192, 195 and 193 cm; and one of 200.1 among 3,000 of at most 200."""
    table = tmp_path / "table.csv"
    heights = ["190", "205", "192", "195", "193", *(f"{160 + row % 41}" for row in range(ROWS)), "200", "200.1"]
    heights[HIDDEN], heights[-1] = heights[-1], heights[HIDDEN]
    table.write_text("\n".join(("height,weight", *(f"{height},80" for height in heights), "")), encoding="utf-8")
    done = with_new_fact("batch", str(table))
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert len(rows) == len(heights)
    assert [row["height"] for row in rows if "tall" in row["alerts"].split()] == ["205", "200.1"]


@pytest.mark.slow
def test_columns_know_its_name_and_units(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("id,height,weight,Ejection fraction (percent)\n1,128,26,49\n2,128,26,50\n3,128,26,0.5\n", "utf-8")
    done = with_new_fact("batch", str(table))
    assert [CODE in line for line in done.stdout.splitlines()] == [False, True, False]
    assert "0.5% is not a possible ejection fraction" in done.stderr
    table.write_text("id,height,weight,LVEF\n1,128,26,49%\n", "utf-8")
    assert "its name often means ejection_fraction: add --map" in with_new_fact("batch", str(table)).stderr
