"""cec regimen, cec pharmacy, cec bsa and cec itself."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

from running import cec

from cec.calculate.formulas import BSA_FORMULAS

REGIMENS = Path(__file__).parent.parent.parent / "regimens"
SIZE = ("--height", "180cm", "--weight", "80kg")


def test_list_names_every_regimen_with_its_doses() -> None:
    text = " ".join(cec("regimen", "list").out.split())
    for name, days in (("cec-induction", 5), ("cec-consolidation", 4)):
        assert f"{name}: CEC {name.removeprefix('cec-')}, {days} days clofarabine 40 mg/m2, etoposide 100 mg/m2" in text
        assert f"cyclophosphamide 440 mg/m2 daily for {days} days; prednisone 0.5 mg/kg" in text


def test_show_reads_like_the_protocol() -> None:
    text = cec("regimen", "show", "cec-consolidation").out
    for part in (
        *("CEC consolidation", "daily for 4 days", "Polish Pediatric Leukemia/Lymphoma Study Group", "Checks"),
        *("Prescribe separately", "Assumed, because the source does not say", "not before day 15"),
    ):
        assert part in text
    assert cec("regimen", "show", str(REGIMENS / "cec-consolidation.yaml")).out == text


def test_check_gives_every_fault_with_its_place(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.yaml", REGIMENS / "cec-induction.yaml"
    bad.write_text(good.read_text(encoding="utf-8").replace("40 mg/m2", "40 mg/m3", 1).replace("1-5", "5-1", 1))
    done = cec("regimen", "check", str(bad), str(good), str(tmp_path / "none.yaml"))
    assert done.code == 1
    lines = done.out.splitlines()
    assert sum(line.startswith(f"{bad}:") for line in lines) == 2
    assert all(line.split(":")[1].isdigit() and line.split(":")[2].isdigit() for line in lines[:2])
    assert lines[2].startswith(f"{good}: no fault found: CEC induction")
    assert lines[3] == f"{tmp_path / 'none.yaml'}: there is no such file"
    assert cec("regimen", "check", str(good)).code == 0


def test_pharmacy_new_writes_a_file_that_check_and_show_read_and_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "pharmacy.yaml"
    assert cec("pharmacy", "new", str(path)).code == 0
    first = path.read_bytes()
    for_editors, _, rest = first.partition(b"\n")
    assert for_editors == b"# yaml-language-server: $schema=pharmacy.schema.json"
    checked = cec("pharmacy", "check", str(path))
    assert (checked.code, checked.err) == (0, "")
    assert "no fault found" in checked.out
    shown = cec("pharmacy", "show", str(path)).out
    for part in ("BSA formula", "mosteller", "First infusion", "09:00", "Formulary", "clofarabine", "1 mg/mL"):
        assert part in shown
    again = cec("pharmacy", "new", str(path))
    assert again.code == 1
    assert "is there already" in again.err
    assert path.read_bytes() == first
    assert cec("pharmacy", "new", "-").out.encode() == rest
    dosed = cec("dose", "--pharmacy", str(path), *SIZE)
    assert dosed.code == 0


EVERY_LINE = """\
bsa_rounding: 0.01 m2, half-up
first_dose: "07:00"
times_of_day: {night: "23:00"}
weight_change: 10%
require_review: true
print_choices: true
tall_man: [vinCRIStine, vinBLAStine]
dose_rounding:
  etoposide: {bands: [{from: 90 mg, to: 99 mg, dose: 95 mg}, {from: 100 mg, to: 109 mg, dose: 105 mg}]}
formulary:
  cyclophosphamide:
    products:
      - {name: Endoxan, form: powder, content: 500 mg, reconstituted_with: 25 mL, reconstitution_fluid: saline}
"""


def test_pharmacy_show_says_every_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "pharmacy.yaml"
    path.write_text(EVERY_LINE, "utf-8")
    shown = " ".join(cec("pharmacy", "show", str(path)).out.split())
    for line in (
        "BSA rounding 0.01 m2, half-up",
        "spread from 07:00 to 20:00",
        "night 23:00",
        "doses anew from 10%",
        "asked for of every regimen",
        "may be chosen on paper",
        "vinCRIStine, vinBLAStine",
        "etoposide: 90 mg to 99 mg gives 95 mg, 100 mg to 109 mg gives 105 mg",
        "500 mg, in 25 mL of saline",
    ):
        assert line in shown


def test_pharmacy_show_without_a_file_is_the_built_in_policy() -> None:
    text = cec("pharmacy", "show").out
    assert "0.01 m2, half-up" in text
    assert "Built-in policy, no file" in text


def test_pharmacy_check_finds_a_default_regimen_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "pharmacy.yaml"
    path.write_text("default_regimen: cec-inducton\n", encoding="utf-8")
    done = cec("pharmacy", "check", str(path))
    assert done.code == 1
    assert "did you mean 'cec-induction'?" in done.out


# 180 cm, 80 kg: clinPK 86e3ad9 tests/testthat/test_calc_bsa.R, three decimals. Mosteller by hand: the root of 4 is 2.
CLINPK = {"Mosteller": "2", "Du Bois": "1.996", "Haycock": "2.007", "Gehan-George": "2.009"}


def test_bsa_shows_every_formula_with_its_difference() -> None:
    text = cec("bsa", *SIZE, "--sex", "female").out
    for title, value in CLINPK.items():
        (line,) = [line for line in text.splitlines() if line.startswith(f"{title}  ")]
        shown = Decimal(line.removeprefix(title).split()[0].rstrip("…"))
        assert abs(shown - Decimal(value)) <= Decimal("0.0006")
    assert "Mosteller RD. Simplified calculation of body-surface area." in text
    rows = list(csv.DictReader(io.StringIO(cec("bsa", *SIZE, "--sex", "female", "--format", "csv").out)))
    assert [row["formula"] for row in rows] == list(BSA_FORMULAS)
    assert all(row["bsa_m2"] and row["source"] for row in rows)
    told = json.loads(cec("bsa", *SIZE, "--format", "json").out, parse_float=Decimal, parse_int=Decimal)
    assert told["formulas"][0]["value"] == {"value": Decimal(2), "unit": "m2"}
    assert told["formulas"][0]["difference_percent"] == 0


def test_bsa_says_what_a_formula_lacks_and_compares_with_the_formula_in_use() -> None:
    text = cec("bsa", *SIZE).out
    assert "the Schlich formula needs the patient's sex" in text
    compared = cec("bsa", *SIZE, "--bsa-formula", "du-bois").out
    (line,) = [line for line in compared.splitlines() if line.startswith("Du Bois  ")]
    assert line.split()[-1] == "0%"
    assert "Compared with  Du Bois" in compared
    assert "sex" in cec("bsa", *SIZE, "--bsa-formula", "schlich").err


EVERYTHING = """\
name: everything
title: Everything
edition: 3
for: an example, not a treatment
source: {citation: written for this test, url: https://example.org/}
next_cycle: {earliest_day: 29, text: every 4 weeks}
drugs:
  - {drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV bolus, days: '1, 8, 15'}
  - {drug: cytarabine, dose: 3 g/m2, route: IV infusion, over: 3 h, times: 2, every: 12 h, days: '1-3, 8'}
  - {drug: methotrexate, dose: 5 g/m2, route: IV infusion, over: 24 h, after: vincristine, gap: 30 min,
     diluent: glucose 5%, days: 1}
  - {drug: etoposide, dose: 100 mg/m2, route: oral, days: 2, cycles: '1, 3'}
  - {drug: thioguanine, dose: 60 mg/m2, divided_into: 3, route: oral, at: '08:00, 14:00, 20:00', days: 1-21,
     lifetime_maximum: 5 g/m2, note: on an empty stomach, source: another report}
  - drug: dexamethasone
    dose: [{when: {age: under 2 years}, dose: 2 mg}, {when: {age: at least 2 years}, dose: 4 mg}]
    route: oral
    days: 1
  - {drug: mesna, purpose: uroprotection, dose: 400 mg/m2, route: IV bolus, times: 3, every: 4 h, days: 1}
checks:
  - {when: {prior_hsct: true, weight: 'at least 5 kg, under 20 kg'}, level: check, code: look, text: think}
"""


def test_one_dose_at_several_rates_stands_once_in_a_title() -> None:
    title = " ".join(cec("regimen", "show", "examples/rchop-21").out.split())
    assert title.startswith("R-CHOP-21: rituximab 375 mg/m2, cyclophosphamide 750 mg/m2, doxorubicin 50 mg/m2,")


def test_a_regimen_of_every_kind_of_line_is_shown_in_words(tmp_path: Path) -> None:
    path = tmp_path / "everything.yaml"
    path.write_text(EVERYTHING, encoding="utf-8")
    text = " ".join(cec("regimen", "show", str(path)).out.split())
    for part in (
        "vincristine 1.5 mg/m2 (maximum 2 mg) on days 1, 8, 15;",
        "cytarabine 3 g/m2 2 times daily on days 1 to 3, 8;",
        "etoposide 100 mg/m2 on day 2 (cycles 1, 3 only);",
        "thioguanine 60 mg/m2 in 3 doses daily for 21 days;",
        "dexamethasone 2 mg or 4 mg (by age) on day 1;",
        "mesna 400 mg/m2 3 times daily on day 1",
        "2 times daily on days 1 to 3, 8, every 12 h",
        "on day 1, 30 min after the end of vincristine",
        "daily for 21 days, at 08:00, 14:00 and 20:00",
        "methotrexate: in glucose 5%",
        "on an empty stomach; no more than 5 g/m2 in a lifetime; source: another report",
        "not before day 29; every 4 weeks",
        "dexamethasone: 2 mg for age",
        "CHECK look (prior hsct and weight at least 5 kg and under 20 kg)",
        "edition 3, 21 days",
    ):
        assert part in text
    explained = " ".join(cec("regimen", "show", str(path), "--explain").out.split())
    assert "CHECK look: prior hsct and weight at least 5 kg and under 20 kg: think" in explained


def test_a_long_infusion_is_dated_where_it_leaves_its_day(tmp_path: Path) -> None:
    """Methotrexate starts 30 min after vincristine at 09:00 and runs 24 h; nobody waits for it."""
    path = tmp_path / "everything.yaml"
    path.write_text(EVERYTHING, encoding="utf-8")
    size = ("--height", "128cm", "--weight", "26kg", "--age", "8")
    done = cec("schedule", str(path), *size, "--start", "2026-11-30", "--cycle", "1")
    assert done.code == 0, done.err
    day_1 = done.out.partition("Day 1 of 21, Mon 30-Nov-2026")[2].partition("\n\nDay 2 of 21")[0]
    rows = [line.split("  ")[0] for line in day_1.splitlines()]
    assert "09:30 to 01-Dec-2026 09:30" in rows
    assert not [row for row in rows if row.startswith("01-Dec-2026")]
    assert "methotrexate" in day_1.partition("\n  ")[0]
    assert "=>" in day_1
    refused = cec("schedule", str(path), *size, "--start", "2026-11-30")
    assert refused.code == 1
    assert "say which cycle this is" in refused.err


def test_a_treatment_is_listed_and_shown_with_its_phases(tmp_path: Path) -> None:
    (tmp_path / "both.yaml").write_text(
        "name: both\ntitle: Induction, then consolidation\nedition: 1\nfor: a test\nsource: {citation: none}\n"
        "phases:\n  - {regimen: cec-induction, cycles: 1, cycle_length: 28 days}\n"
        "  - {regimen: cec-consolidation, cycles: 2, cycle_length: 21 days}\n",
        encoding="utf-8",
    )
    phases = ("1 cycle of cec-induction, 28 days", "2 cycles of cec-consolidation, 21 days each")
    listed = " ".join(cec("regimen", "list", "--regimens", str(tmp_path)).out.split())
    assert f"both: Induction, then consolidation {'; then '.join(phases)} --regimens" in listed
    assert f"{tmp_path / 'both.yaml'} a treatment of phases" in listed
    shown = cec("regimen", "show", "both", "--regimens", str(tmp_path)).out
    assert all(f"Phase {number}    {phase}\n" in shown for number, phase in enumerate(phases, 1))
    assert all(f"Regimen     {name}, edition 1" in shown for name in ("cec-induction", "cec-consolidation"))
