"""cec dose: the numbers against hand working, the forms of the output, the files that options override."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from decimal import Decimal
from pathlib import Path

import pytest
from running import cec

from cec.cli.output import Chosen, deliver, put, terminal_of
from cec.errors import InputError
from cec.rendering import FORMATS
from cec.rendering.terminal import draw
from cec.rendering.terminal.drawing import TableColumn, table

# Mosteller, BSA rounded half-up to 0.01 m2, doses per m2 or per kg: worked by hand.
# 128 × 26 / 3600 = 0.92444…; its root 0.96148…; 40 × 0.96 = 38.4; 100 × 0.96 = 96; 440 × 0.96 = 422.4; 0.5 × 26 = 13
# 109 × 18.5 / 3600 = 0.56013…; root 0.74842…; 40 × 0.75 = 30; 75; 330; 9.25
# 176 × 67 / 3600 = 3.27555…; root 1.80984…; 72.4; 181; 796.4; 33.5
# 100 × 32.8329 / 3600 = 0.912025 = 0.955 × 0.955, a tie; 38.4; 96; 422.4; 16.41645
WORKED = [
    ("128cm", "26kg", "0.96148…", "0.96", ["38.4", "96", "422.4", "13"]),
    ("109cm", "18.5kg", "0.74842…", "0.75", ["30", "75", "330", "9.25"]),
    ("176cm", "67kg", "1.80984…", "1.81", ["72.4", "181", "796.4", "33.5"]),
    ("100cm", "32.8329kg", "0.955", "0.96", ["38.4", "96", "422.4", "16.41645"]),
]
DRUGS = ["clofarabine", "etoposide", "cyclophosphamide", "prednisone"]
SIZE = ("--height", "128cm", "--weight", "26kg")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def cells(text: str, drug: str) -> list[str]:
    """The cells of a drug's line in the table."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"{drug}  ")]
    return re.split(r"  +", line)


@pytest.mark.parametrize(("height", "weight", "unrounded", "used", "doses"), WORKED)
def test_the_doses_worked_by_hand(height: str, weight: str, unrounded: str, used: str, doses: list[str]) -> None:
    done = cec("dose", "--height", height, "--weight", weight)
    assert (done.code, done.err) == (0, "")
    text = " ".join(done.out.split())
    assert f"= {unrounded} m2, rounded half-up to 0.01 m2: {used} m2" in text
    for drug, dose in zip(DRUGS, doses, strict=True):
        assert cells(done.out, drug)[2:4] == [f"{dose} mg", f"{dose} mg"]
    answered = rows(cec("dose", "--height", height, "--weight", weight, "--format", "csv").out)
    assert [(row["drug"], row["ordered"], row["unit"]) for row in answered] == [
        (drug, dose, "mg") for drug, dose in zip(DRUGS, doses, strict=True)
    ]
    assert {row["bsa_m2"] for row in answered} == {used}


def test_the_main_command_word_for_word() -> None:
    """The golden text. Totals by hand: 5 × 38.4 = 192; 5 × 96 = 480; 5 × 422.4 = 2,112; 5 × 13 = 65."""
    lines = cec("dose", *SIZE).out.splitlines()
    assert lines[:2] == [
        "CEC induction: clofarabine 40 mg/m2, etoposide 100 mg/m2, cyclophosphamide 440 mg/m2 daily for",
        "5 days; prednisone 0.5 mg/kg",
    ]
    assert "Measures  height 128 cm, weight 26 kg" in lines
    start = next(number for number, line in enumerate(lines) if line.startswith("Drug "))
    assert lines[start - 1 : start + 5] == [
        "                   Protocol  Calculated   Ordered                                Daily     Cycle",
        "Drug                   dose        dose      dose  Route        Over  Days       total     total",
        "clofarabine        40 mg/m2     38.4 mg   38.4 mg  IV infusion  2 h   1 to 5   38.4 mg    192 mg",
        "etoposide         100 mg/m2       96 mg     96 mg  IV infusion  2 h   1 to 5     96 mg    480 mg",
        "cyclophosphamide  440 mg/m2    422.4 mg  422.4 mg  IV infusion  1 h   1 to 5  422.4 mg  2,112 mg",
        "prednisone        0.5 mg/kg       13 mg     13 mg  oral               1 to 5     13 mg     65 mg",
    ]
    assert "Assumed, because the source does not say" in lines
    assert "Prescribe separately" in lines
    assert lines[-3] == "Draft: not valid until checked and signed"
    assert lines[-2].startswith("cec-induction, edition 1; SHA-256 of regimen ")


@pytest.mark.parametrize(
    ("height", "weight"),
    [
        ("1.28 m", "26000 g"),
        ("1280mm", "26"),
        ("128", "26.000kg"),
        ("50.3937007874 in", "57.3201881 lb"),
        ("4 ft 2.39 in", "26 kg"),
    ],
)
def test_other_units_give_the_same_doses_and_show_what_was_typed(height: str, weight: str) -> None:
    answered = rows(cec("dose", "--height", height, "--weight", weight, "--format", "csv").out)
    assert [row["ordered"] for row in answered][:3] == ["38.4", "96", "422.4"]
    assert abs(Decimal(answered[3]["ordered"]) - 13) < Decimal("0.0000001")
    if not height.endswith(("cm", "128")):
        assert f"(given as {height})" in " ".join(cec("dose", "--height", height, "--weight", weight).out.split())


def test_consolidation_gives_the_same_daily_doses_for_four_days() -> None:
    induction, consolidation = (
        rows(cec("dose", name, *SIZE, "--format", "csv").out) for name in ("cec-induction", "cec-consolidation")
    )
    assert [row["ordered"] for row in induction] == [row["ordered"] for row in consolidation]
    assert {row["days"] for row in consolidation} == {"1 2 3 4"}
    assert [row["cycle_total"] for row in consolidation] == ["153.6", "384", "1689.6", "52"]


def test_csv_has_the_level_of_each_alert_and_the_reason_of_each_acceptance() -> None:
    small = ("--height", "76", "--weight", "9.9", "--accept", "under-10-kg=per kg, discussed; see file")
    for row in rows(cec("dose", *small, "--format", "csv").out):
        assert row["alerts"].split() == ["under-10-kg", "longer-infusion", "incomplete"]
        assert row["alert_levels"].split() == ["stop", "check", "note"]
        assert row["accepted"] == "under-10-kg=per kg, discussed; see file"
    (row, *_) = rows(cec("dose", *SIZE, "--format", "csv").out)
    assert (row["alert_levels"], row["accepted"]) == ("note", "")


def test_explain_shows_every_step() -> None:
    text = cec("dose", *SIZE, "--explain").out
    assert "Where each dose comes from" in text
    for line in (
        "    prescribed     440 mg/m2  440 mg/m2, as the regimen says [1]",
        "    calculated      422.4 mg  440 mg/m2 × 0.96 m2 = 422.4 mg",
        "    measured           26 kg  actual body weight",
        "    calculated         13 mg  0.5 mg/kg × 26 kg = 13 mg",
    ):
        assert line in text.splitlines()
    assert "Where each dose comes from" not in cec("dose", *SIZE).out


def test_json_is_one_order_with_exact_numbers() -> None:
    order = json.loads(cec("dose", *SIZE, "--format", "json").out, parse_float=Decimal)
    assert [dose["ordered"] for dose in order["doses"]] == [
        {"value": value, "unit": "mg"} for value in (Decimal("38.4"), 96, Decimal("422.4"), 13)
    ]
    assert "administrations" not in order
    assert str(order["measures"][0]["bsa"]["unrounded"]).startswith("0.96148")


PATIENT = (
    "id: 007\nname: Łucja Żak\nheight: 109 cm\nweight: 18.5 kg\nage: 5 years\nsex: female\nmeasured_on: 2026-11-28\n"
)


def test_options_replace_what_the_files_say_and_explain_says_so(tmp_path: Path) -> None:
    patient, pharmacy = tmp_path / "patient.yaml", tmp_path / "pharmacy.yaml"
    patient.write_text(PATIENT.replace("007", "'007'"), encoding="utf-8")
    pharmacy.write_text("name: Ward 3\nbsa_formula: haycock\ndefault_regimen: cec-consolidation\n", encoding="utf-8")
    files = ("--patient", str(patient), "--pharmacy", str(pharmacy))
    by_file = cec("dose", *files)
    assert by_file.code == 0, by_file.err
    assert "CEC consolidation" in by_file.out
    assert "Łucja Żak, id 007" in by_file.out
    assert "28-Nov-2026" in by_file.out
    assert "by Haycock" in by_file.out
    both = cec("dose", *files, "--weight", "20kg", "--bsa-formula", "mosteller", "--explain").out
    assert "weight 20 kg" in both
    assert "What replaced what" in both
    replaced = both.partition("What replaced what")[2]
    assert "20kg" in replaced
    assert "18.5 kg" in replaced
    assert "haycock" in replaced
    assert "What replaced what" not in cec("dose", *SIZE, "--explain").out


def test_a_declared_reduction_stands_beside_the_full_dose() -> None:
    """A quarter less than 96 mg is 72 mg."""
    text = cec("dose", *SIZE, "--reduce", "etoposide=25%: mucositis grade 3").out
    assert cells(text, "etoposide")[1:5] == ["100 mg/m2", "96 mg", "96 mg", "72 mg"]
    assert cells(text, "etoposide")[-2:] == ["72 mg", "360 mg"]
    assert "Unreduced" in text


def test_a_rounding_is_shown_with_what_it_moved(tmp_path: Path) -> None:
    """38.4 mg to the nearest 1 mg is 38 mg: 0.4 / 38.4 = 1.0416…% less."""
    pharmacy = tmp_path / "pharmacy.yaml"
    pharmacy.write_text("dose_rounding:\n  clofarabine: nearest 1 mg\n", encoding="utf-8")
    text = cec("dose", *SIZE, "--pharmacy", str(pharmacy)).out
    assert cells(text, "clofarabine")[1:5] == ["40 mg/m2", "38.4 mg", "-1.04%", "38 mg"]
    assert "moved it" in text


def test_a_format_follows_from_the_ending_and_a_file_is_written_whole(tmp_path: Path) -> None:
    for ending, start in (("json", "{"), ("csv", "regimen,"), ("TXT", "CEC induction")):
        target = tmp_path / f"dose.{ending}"
        done = cec("dose", *SIZE, "-o", str(target))
        assert (done.code, done.out, done.err) == (0, "", "")
        assert target.read_text(encoding="utf-8").startswith(start)
    assert len(list(tmp_path.iterdir())) == 3
    cec("dose", *SIZE, "-o", str(tmp_path / "dose.fhir"), "--format", "json")
    assert json.loads((tmp_path / "dose.fhir").read_text(encoding="utf-8"))
    cec("dose", *SIZE, "-o", str(tmp_path / "dose"))
    assert (tmp_path / "dose").read_text(encoding="utf-8").startswith("CEC induction")


def test_a_format_and_an_ending_that_contradict_each_other_are_wrong_usage(tmp_path: Path) -> None:
    done = cec("dose", *SIZE, "--format", "json", "-o", str(tmp_path / "dose.csv"))
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert "--format: 'json' is not what .csv says; end the file's name in .json" in done.err
    for name, target in (("pdf", "dose.PDF"), ("fhir", "order.json"), ("csv", "doses.tab")):
        assert cec("dose", *SIZE, "--format", name, "-o", str(tmp_path / target)).code == 0


@pytest.mark.parametrize(
    ("command", "name", "endings"),
    [
        (("dose",), "doses.xlsx", [".txt", ".json", ".csv", ".pdf", ".ics"]),
        (("dose",), "doses.pfd", [".txt", ".json", ".csv", ".pdf", ".ics"]),
        (("bsa",), "bsa.pdf", [".txt", ".json", ".csv"]),
        (("prepare", "cec-induction"), "sheet.ics", [".txt", ".csv", ".json", ".pdf"]),
    ],
)
def test_an_ending_that_tells_no_format_is_wrong_usage(
    tmp_path: Path, command: tuple[str, ...], name: str, endings: list[str]
) -> None:
    target = tmp_path / name
    done = cec(*command, *SIZE, "-o", str(target))
    assert (done.code, done.out, list(tmp_path.iterdir())) == (2, "", [])
    told = " ".join(re.sub(r"[│╭╮╰╯─]", " ", done.err).split())
    assert f"'{target.suffix}' tells no format" in told
    assert f"end the file's name in {', '.join(endings[:-1])} or {endings[-1]}, or name a format" in told
    assert "--output" in told


def test_the_pipe_has_neither_colour_nor_box_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    for columns, widest in (("", 100), ("no number", 100), ("60", 60), ("200", 200)):
        monkeypatch.setenv("COLUMNS", columns)
        out = cec("dose", *SIZE, "--explain").out
        assert "\x1b" not in out
        assert not any("\u2500" <= character <= "\u259f" for character in out)
        assert max(map(len, out.splitlines())) <= widest


class Screen(io.TextIOWrapper):
    """A terminal to write to."""

    def isatty(self) -> bool:
        return True


def on_screen(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """What `cec dose` writes to a terminal with these variables."""
    for name in ("NO_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    screen = Screen(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr("sys.stdout", screen)
    terminal = terminal_of(None)
    drawn = draw([table([TableColumn("Drug", style="bold red")], [["etoposide"]])], terminal)
    deliver(drawn, None, is_drawn=True)
    screen.seek(0)
    return screen.read()


@pytest.mark.skipif(os.name == "nt", reason="variables of POSIX terminals")
def test_the_terminal_says_what_it_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[1;31m" in on_screen(monkeypatch, TERM="xterm", COLUMNS="80")
    uncoloured = on_screen(monkeypatch, TERM="xterm", NO_COLOR="1", COLUMNS="80")
    assert "\x1b[1m" in uncoloured
    assert "31m" not in uncoloured
    dumb = on_screen(monkeypatch, TERM="dumb", COLUMNS="80")
    assert "\x1b" not in dumb
    assert "─" in dumb


def test_what_is_no_text_is_not_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", Screen(io.BytesIO(), encoding="utf-8"))
    with pytest.raises(InputError, match="add -o FILE"):
        put(b"%PDF", Chosen(FORMATS["pdf"], FORMATS, {}, None))


def test_a_dash_is_standard_output() -> None:
    assert cec("dose", *SIZE, "-o", "-") == cec("dose", *SIZE)


def test_an_input_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "patient.yaml"
    file.write_text("height: 128 cm\nweight: 26 kg\n", encoding="utf-8")
    done = cec("dose", "--patient", str(file), "-o", str(file), "--format", "table")
    assert done.code == 1
    assert "is read as --patient and would be overwritten; name another file" in done.err
    assert file.read_text(encoding="utf-8").startswith("height: 128 cm")


@pytest.mark.parametrize(("age", "written"), [("1", "1 year"), ("13 months", "13 months"), ("8", "8 years")])
def test_a_csv_says_one_year_as_people_do(age: str, written: str) -> None:
    done = cec("dose", "--height", "82", "--weight", "11", "--age", age, "--sex", "f", "--format", "csv")
    assert next(csv.DictReader(io.StringIO(done.out)))["age"] == written
