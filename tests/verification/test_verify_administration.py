"""A verification says what it compared: times a day, days, route and duration agree only where they were written."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from regimen_texts import SHIPPED, regimen_file
from running import cec

from cec.calculate import draft_order
from cec.load import load_patient, load_regimen
from cec.order import Order
from cec.pharmacy import Pharmacy
from cec.units import Quantity, read_quantity
from cec.units.kinds import AMOUNT, DURATION
from cec.verification import verify_doses
from cec.verification.outcome import Row, Verdict
from cec.verification.row import Terms
from cec.verification.table import verify_table
from cec.verification.written import Written

CYTARABINE = "drug: cytarabine, dose: 1000 mg/m2, times: 2, every: 12 h, route: IV infusion, over: 3 h, days: '1, 3, 5'"
PREDNISONE = "drug: prednisone, dose: 40 mg/m2, route: oral, days: 1-5"
SIZE = ("--height", "100cm", "--weight", "36kg")
"""√(100 × 36 / 3600) = 1 m2."""


@pytest.fixture
def regimen(tmp_path: Path) -> Path:
    return regimen_file(tmp_path, "block", CYTARABINE, PREDNISONE)


def order_of(regimen: Path) -> Order:
    return draft_order(load_regimen(regimen), load_patient(texts={"height": "100 cm", "weight": "36 kg"}))


def judged(order: Order, drug: str, amount: str, **beside: Any) -> Verdict:
    """The first verdict on what was written of one drug."""
    written = Written(drug, read_quantity(amount, AMOUNT), beside=beside)
    return next(verdict for verdict in verify_doses(order, [written]).verdicts if verdict.drug == drug)


def hours(text: str) -> Quantity:
    return read_quantity(text, DURATION)


# What was written


@pytest.mark.parametrize(
    ("word", "right", "wrong", "texts"),
    [
        ("times", 2, 1, ("2", "1")),
        ("days", (1, 3, 5), (1, 2, 3, 4, 5), ("1, 3, 5", "1-5")),
        ("route", "IV infusion", "intrathecal", ("IV infusion", "intrathecal")),
        ("over", hours("180 min"), hours("24 h"), ("3 h", "24 h")),
    ],
)
def test_what_is_written_beside_a_dose_is_compared(
    word: str, right: Any, wrong: Any, texts: tuple[str, str], regimen: Path
) -> None:
    names = {"times": "times a day", "days": "days", "route": "route", "over": "duration"}
    order = order_of(regimen)
    assert judged(order, "cytarabine", "1000 mg", **{word: right}).verdict == "agrees"
    verdict = judged(order, "cytarabine", "1000 mg", **{word: wrong})
    assert (verdict.verdict, verdict.dose_differs, str(verdict.deviation_percent)) == ("differs", False, "0")
    found: dict[str, tuple[str, str, str]] = {
        each.what: (each.verdict, each.expected, each.written) for each in verdict.comparisons
    }
    assert found.pop(names[word]) == ("differs", *texts)
    assert {verdict for verdict, _, _ in found.values()} == {"not compared"}
    assert set(found) == set(names.values()) - {names[word]}


@pytest.mark.parametrize(
    ("drug", "route", "agrees"),
    [
        ("cytarabine", "IV", True),
        ("cytarabine", "IV bolus", False),
        ("cytarabine", "IV continuous infusion", False),
        ("prednisone", "oral", True),
        ("prednisone", "IV", False),
    ],
)
def test_iv_alone_is_every_way_into_a_vein(drug: str, route: str, agrees: bool, regimen: Path) -> None:
    amount = {"cytarabine": "1000 mg", "prednisone": "40 mg"}[drug]
    assert (judged(order_of(regimen), drug, amount, route=route).verdict == "agrees") is agrees


def test_a_duration_that_nobody_expects_differs(regimen: Path) -> None:
    verdict = judged(order_of(regimen), "prednisone", "40 mg", over=hours("1 h"))
    assert verdict.verdict == "differs"
    assert ("duration", "differs", "", "1 h") in [
        (each.what, each.verdict, each.expected, each.written) for each in verdict.comparisons
    ]
    assert "duration" not in [each.what for each in judged(order_of(regimen), "prednisone", "40 mg").comparisons]


# Drugs of several lines

TWICE = (
    "drug: dexamethasone, dose: 6 mg/m2, route: oral, days: 1-4",
    "drug: dexamethasone, dose: 6 mg/m2, route: oral, days: 15-18",
    "drug: dexamethasone, dose: 12 mg/m2, route: oral, days: 8",
)


@pytest.fixture
def steroid(tmp_path: Path) -> Order:
    return order_of(regimen_file(tmp_path, "steroid", *TWICE))


def six(*days: int) -> Written:
    return Written("dexamethasone", Quantity(hours("6 h").value, "mg"), beside={"days": days} if days else {})


def twelve(*days: int) -> Written:
    return six(*days)._replace(amount=Quantity(hours("12 h").value, "mg"))


def verdicts_and_days(order: Order, *written: Written) -> list[tuple[str, str]]:
    """Each verdict with the days that are expected."""
    return [
        (verdict.verdict, next((each.expected for each in verdict.comparisons if each.what == "days"), ""))
        for verdict in verify_doses(order, written).verdicts
    ]


def test_an_amount_written_once_stands_for_the_lines_that_give_it_alike(steroid: Order) -> None:
    assert verdicts_and_days(steroid, six(), twelve()) == [("agrees", "1-4, 15-18"), ("agrees", "8")]
    assert verdicts_and_days(steroid, twelve()) == [("missing", "1-4"), ("missing", "15-18"), ("agrees", "8")]
    both = six(1, 2, 3, 4, 15, 16, 17, 18)
    assert verdicts_and_days(steroid, both, twelve(8)) == [("agrees", "1-4, 15-18"), ("agrees", "8")]


def test_days_that_are_written_tell_which_line_is_missing(steroid: Order) -> None:
    first, second, third = ("agrees", "1-4"), ("agrees", "15-18"), ("agrees", "8")
    assert verdicts_and_days(steroid, six(1, 2, 3, 4), twelve()) == [first, ("missing", "15-18"), third]
    assert verdicts_and_days(steroid, six(15, 16, 17, 18), twelve()) == [("missing", "1-4"), second, third]


@pytest.mark.parametrize("turned", [False, True])
def test_repeated_drugs_are_matched_by_best_fit(turned: bool, steroid: Order) -> None:
    written = [twelve(), six(), six()] if turned else [six(), six(), twelve()]
    assert verdicts_and_days(steroid, *written) == [("agrees", "1-4"), ("agrees", "15-18"), ("agrees", "8")]
    exchanged = [six(8), twelve(1, 2, 3, 4), six(15, 16, 17, 18)]
    assert verdicts_and_days(steroid, *exchanged) == [("differs", "1-4"), ("agrees", "15-18"), ("differs", "8")]


def test_more_amounts_than_lines_are_strangers(steroid: Order) -> None:
    found = verdicts_and_days(
        steroid, six(), six(), twelve(), six()._replace(amount=Quantity(hours("7 h").value, "mg"))
    )
    assert [verdict for verdict, _ in found] == ["agrees", "agrees", "agrees", "written too often"]


# The command


def test_cytarabine_once_instead_of_twice_a_day_is_found_where_it_is_written(regimen: Path) -> None:
    """Adelaide, 2014: cytarabine was ordered once a day instead of twice."""
    doses = ("verify", str(regimen), *SIZE, "cytarabine=1000mg", "prednisone=40mg")
    done = cec(*doses)
    assert done.code == 0
    assert "Every written dose agrees within 5%; not compared: times a day, days, route and duration" in done.said
    assert "cytarabine: 2 times a day, days 1, 3, 5, IV infusion, over 3 h: not compared" in done.said
    assert "prednisone: once a day, days 1-5, oral: not compared" in done.said
    done = cec(*doses, "cytarabine.times=1")
    assert done.code == 1
    assert "cytarabine 1,000 mg: once a day, expected 2 times a day" in done.said
    assert (
        "1 of 2 does not agree (tolerance 5%); not compared: days, route and duration, nor times a day of prednisone"
        in done.said
    )


def test_half_the_dose_twice_a_day_is_no_reduction() -> None:
    """38.4 mg once a day and 19.2 mg twice come to one total of the day; half of it once a day is half."""
    written = ("verify", "cec-induction", "--height", "128", "--weight", "26", "clofarabine=19.2mg")
    twice, once, untold = (
        cec(*written, *times).said for times in (("clofarabine.times=2",), ("clofarabine.times=1",), ())
    )
    split = "the day's dose in another number of doses: 38.4 mg once a day, in 2 doses: each is 19.2 mg"
    assert (split in twice, "reduction" in twice.partition("Look at")[0]) == (True, False)
    for half in (once, untold):
        assert (split in half, "reduction by 25% or 50% not declared" in half) == (False, True)


def test_the_whole_days_dose_at_once_is_told_by_its_times(regimen: Path) -> None:
    """Cytarabine 1,000 mg twice a day, written as 2,000 mg once."""
    done = cec("verify", str(regimen), *SIZE, "cytarabine=2000mg", "cytarabine.times=1", "prednisone=40mg")
    words = "the day's dose in another number of doses: 1,000 mg 2 times a day, in 1 dose: each is 2,000 mg"
    assert words in done.said


def test_everything_that_is_written_agrees_in_peace(regimen: Path) -> None:
    done = cec(
        *("verify", str(regimen), *SIZE, "Cytarabine=1000mg", "cytarabine.times=2", "cytarabine.days=1, 3,5"),
        *("CYTARABINE.over=3h", "cytarabine.route=iv infusion", "prednisone=40mg", "prednisone.times=1"),
        *("prednisone.days=1-5", "prednisone.route=PO"),
    )
    assert (done.code, done.err) == (0, "")
    assert "Every written dose agrees within 5%\n" in done.out
    assert "cytarabine: 2 times a day, days 1, 3, 5, IV infusion, over 3 h: agrees" in done.said


def test_a_number_alone_is_a_day_and_is_told(regimen: Path) -> None:
    done = cec("verify", str(regimen), *SIZE, "cytarabine=1000mg", "prednisone=40mg", "prednisone.days=5")
    assert "prednisone 40 mg: day 5 (a number alone is a day of the cycle), expected days 1-5" in done.said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cytarabine=1000mg", "cytarabine.times=0"), "cytarabine.times: '0' is "),
        (("cytarabine=1000mg", "cytarabine.over=3"), "cytarabine.over: '3' has no unit"),
        (("cytarabine=1000mg", "cytarabine.days=5-1"), "cytarabine.days: '5-1' runs backwards"),
        (("cytarabine=1000mg", "cytarabine.route=vein"), "cytarabine.route: 'vein' is "),
        (("cytarabine.times=2",), "cytarabine.times: there is no amount of cytarabine; write cytarabine=AMOUNT too"),
        (("cytarabine=1000mg", "cytarabine.times=2", "cytarabine.times=1"), "is given twice for one amount"),
        (("cytarabine=1000mg", "cytarabine.tims=2"), "cytarabine.tims: 'tims' is not one of times, days, route, over"),
        (("cytarabine=1000mg", "cytarabine.times"), "'cytarabine.times' is not a drug and its amount"),
    ],
)
def test_what_cannot_be_read_is_refused(arguments: tuple[str, ...], message: str, regimen: Path) -> None:
    done = cec("verify", str(regimen), *SIZE, *arguments)
    assert (done.code, done.out) == (1, "")
    assert message in done.err


def test_what_stands_after_an_amount_belongs_to_it(tmp_path: Path) -> None:
    path = regimen_file(tmp_path, "steroid", *TWICE)
    doses = ("dexamethasone=6mg", "dexamethasone.days=15-18", "dexamethasone=12mg", "dexamethasone.days=8")
    done = cec("verify", str(path), *SIZE, *doses)
    assert (done.code, "dexamethasone: missing; expected 6 mg" in done.said) == (1, True)
    assert cec("verify", str(path), *SIZE, *doses, "dexamethasone=6mg", "dexamethasone.days=1-4").code == 0


def test_json_and_csv_say_what_was_compared(regimen: Path) -> None:
    arguments = ("verify", str(regimen), *SIZE, "cytarabine=1000mg", "cytarabine.times=1", "prednisone=40mg")
    verification = json.loads(cec(*arguments, "--format", "json").out)
    assert verification["not_compared"] == ["times a day", "days", "route", "duration"]
    assert verification["verdicts"][0]["comparisons"] == [
        {"what": "times a day", "verdict": "differs", "expected": "2", "written": "1"},
        {"what": "days", "verdict": "not compared", "expected": "1, 3, 5"},
        {"what": "route", "verdict": "not compared", "expected": "IV infusion"},
        {"what": "duration", "verdict": "not compared", "expected": "3 h"},
    ]
    first, second = csv.DictReader(io.StringIO(cec(*arguments, "--format", "csv").out))
    assert (first["verdict"], first["deviation_percent"], first["not_compared"]) == (
        "differs",
        "0",
        "days; route; duration",
    )
    assert first["explanations"] == "cytarabine 1,000 mg: once a day, expected 2 times a day"
    assert (second["verdict"], second["not_compared"]) == ("agrees", "times a day; days; route")


@pytest.mark.slow
def test_typed_doses_load_nothing_of_tables_and_batches() -> None:
    program = (
        "import sys\nfrom cec.__main__ import main\n"
        "try:\n    main(['verify', 'cec-induction', '--height', '128', '--weight', '26', *sys.argv[1:]])\n"
        "except SystemExit:\n    pass\n"
        "tables = [name for name in sys.modules if name.startswith(('cec.batch', 'cec.tables', 'polars'))]\n"
        "print(tables, file=sys.stderr)"
    )
    for form in ("table", "json", "csv"):
        command = [sys.executable, "-c", program, "etoposide=96mg", "--format", form]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stderr.splitlines()[-1] == "[]"


# Tables


def rows_of(path: Path, regimen: Path) -> list[Row]:
    terms = Terms(load_regimen(regimen), Pharmacy(), others=tuple(SHIPPED.values()))
    with verify_table(path, terms) as table:
        return list(table.rows)


BESIDE = "cytarabine_times,cytarabine_days,Cytarabine over,cytarabine_route"
WIDE = f"id,height_cm,weight_kg,cytarabine_mg,{BESIDE},prednisone_mg"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("1000,2,1 3 5,3 h,IV,40", ""),
        ("1000,,,,,40", ""),
        ("1000,1,1 3 5,3 h,IV,40", "once a day, expected 2 times a day"),
        ("1000,2,1-5,3 h,IV,40", "days 1-5, expected days 1, 3, 5"),
        ("1000,2,1 3 5,30 min,IV,40", "over 30 min, expected over 3 h"),
        ("1000,2,1 3 5,3 h,it,40", "intrathecal, expected IV infusion"),
        ("1000,twice,1 3 5,3 h,IV,40", "cytarabine_times: 'twice' is"),
        ("1000,2,1 3 5,3,IV,40", "Cytarabine over: '3' has no unit"),
    ],
)
def test_a_table_may_tell_how_a_drug_is_given(cells: str, words: str, regimen: Path, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{WIDE}\n1,100,36,{cells}\n", encoding="utf-8")
    done = cec("verify", str(path), "--regimen", str(regimen))
    assert (done.code, words in done.said) == (1 if words else 0, True)
    assert BESIDE.replace(",", ", ") in done.err
    is_held = not words.startswith(("cytarabine_", "Cytarabine"))
    assert ("not compared: times a day, days" in done.said) is is_held


def test_a_mapped_column_may_tell_how_a_drug_is_given(regimen: Path, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("height_cm,weight_kg,cytarabine_mg,Razy,prednisone_mg\n100,36,1000,1,40\n", encoding="utf-8")
    arguments = ("verify", str(path), "--regimen", str(regimen))
    assert cec(*arguments).code == 0
    assert "columns not read, unless a cell is an amount with its unit: Razy" in cec(*arguments).err
    done = cec(*arguments, "--map", "cytarabine_times=Razy")
    assert (done.code, "once a day, expected 2 times a day" in done.said) == (1, True)
    assert "'ward_times' is nothing that a column can tell" in cec(*arguments, "--map", "ward_times=Razy").err


def test_a_misspelt_column_of_how_a_drug_is_given_is_asked_about(regimen: Path, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("height_cm,weight_kg,cytarabine_mg,cytarabin_days,ward_days\n100,36,1000,1,3\n", encoding="utf-8")
    done = cec("verify", str(path), "--regimen", str(regimen))
    assert "column 'cytarabin_days' is not read, and its name is nearly cytarabine_days: add --map" in done.err
    assert "'ward_days'" not in done.err


@pytest.mark.parametrize(("times", "agrees"), [("2", True), ("1", False), ("", True)])
def test_times_a_day_are_compared_where_a_row_is_one_drug(
    times: str, agrees: bool, regimen: Path, tmp_path: Path
) -> None:
    path = tmp_path / "orders.csv"
    head = "id,height_cm,weight_kg,drug,dose,per_day,days,over,route"
    rows = (f"1,100,36,cytarabine,1000 mg,{times},1 3 5,3 h,IV infusion", "1,100,36,prednisone,40 mg,1,1-5,,oral")
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    (row,) = rows_of(path, regimen)
    assert row.agrees is agrees
    assert row.not_compared == (() if times else ("times a day",))


def test_the_csv_of_one_dosing_is_compared_whole(regimen: Path, tmp_path: Path) -> None:
    path = tmp_path / "dose.csv"
    assert cec("dose", str(regimen), *SIZE, "-o", str(path)).code == 0
    done = cec("verify", str(path), "--regimen", str(regimen))
    assert (done.code, "not compared" in done.said) == (0, False)
    for old, new, words in (("IV infusion,3 h", "IV infusion,6 h", "over 6 h"), ("1 3 5,2", "1 3 5,1", "once a day")):
        text = path.read_text(encoding="utf-8")
        assert old in text
        (tmp_path / "other.csv").write_text(text.replace(old, new), encoding="utf-8")
        done = cec("verify", str(tmp_path / "other.csv"), "--regimen", str(regimen))
        assert (done.code, words in done.said) == (1, True)


def test_many_rows_at_a_time_say_what_was_not_compared(regimen: Path, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    rows = [f"{number},100,36,1000,{times},,,,40" for number, times in enumerate(("", "2", "1", ""))]
    path.write_text("\n".join([WIDE, *rows]) + "\n", encoding="utf-8")
    found = rows_of(path, regimen)
    assert [type(row).__name__ for row in found] == ["Agreement", "RowVerification", "RowVerification", "Agreement"]
    assert [row.agrees for row in found] == [True, True, False, True]
    assert [row.not_compared for row in found][:2] == [("times a day", "days", "route", "duration")] * 2
    said = cec("verify", str(path), "--regimen", str(regimen)).said
    assert (
        "4 rows: 3 agree, 1 differ, 0 cannot be held against an order; not compared: days, route and duration, nor "
        "times a day of some drugs" in said
    )
