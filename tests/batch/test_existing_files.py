"""What is there already stays: a batch replaces no file, and mended rejects come to the doses of the others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from running import Done, cec

from cec.tables.jsonl import read_header
from cec.tables.streams import reading

TABLE = "id,height_cm,weight_kg,ward\n1,128,26,3A\n2,1.28,26,3B\n3,109,18.5,\n"
WEEKLY = """\
name: weekly
title: Weekly
edition: 1
for: a test
source: {citation: this test}
drugs: [{drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV bolus, days: 1}]
"""


def batch(*arguments: object) -> Done:
    return cec("batch", *map(str, arguments))


def texts(path: Path) -> list[tuple[str, ...]]:
    """The cells of a table of doses as texts."""
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
    elif path.suffix == ".jsonl":
        frame = pl.read_ndjson(path)
    else:
        frame = pl.read_csv(path, infer_schema=False)
    return [tuple("" if cell is None else str(cell).removesuffix(".0") for cell in row) for row in frame.rows()]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "csv.gz"])
def test_mended_rejects_join_the_doses_of_the_others(kind: str, tmp_path: Path) -> None:
    """128 cm and 26 kg give 38.4 mg of clofarabine, 109 cm and 18.5 kg 30 mg."""
    path, doses = tmp_path / "patients.csv", tmp_path / f"doses.{kind}"
    path.write_text(TABLE, encoding="utf-8")
    assert batch(path, "-o", doses).code == 1
    rejects = tmp_path / f"doses.rejects.{kind.removesuffix('.gz')}"
    if kind == "parquet":
        pl.read_parquet(rejects).with_columns(height_cm=pl.lit("128")).write_parquet(rejects)
    else:
        rejects.write_text(rejects.read_text("utf-8").replace("1.28", "128"), encoding="utf-8")
    done = batch(rejects, "-o", doses, "--append")
    assert (done.code, done.err.splitlines()[0]) == (0, "1 read: 1 dosed, 0 rejected")
    assert "columns not read: ward\n" in done.err
    if kind == "csv.gz":
        doses = doses.rename(tmp_path / "doses.csv.gz")
    rows = texts(doses)
    assert [row[:4] for row in rows] == [("1", "128", "26", "3A"), ("3", "109", "18.5", ""), ("2", "128", "26", "3B")]
    assert [row[6] for row in rows] == ["38.4", "30", "38.4"]
    assert {path.name for path in tmp_path.glob("*rejects*")} == {rejects.name, rejects.name.replace("ts.", "ts-2.", 1)}


@pytest.mark.parametrize("kind", ["csv", "jsonl", "csv.gz"])
def test_rows_that_all_stand_there_are_not_appended_again(kind: str, tmp_path: Path) -> None:
    path, mended, doses = tmp_path / "patients.csv", tmp_path / "mended.csv", tmp_path / f"doses.{kind}"
    path.write_text(TABLE, encoding="utf-8")
    mended.write_text("id,height_cm,weight_kg,ward\n2,128,26,3B\n4,0.5,26,3B\n", encoding="utf-8")
    batch(path, "-o", doses)
    assert batch(mended, "-o", doses, "--append").code == 1
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    done = batch(mended, "-o", doses, "--append")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"{doses}: has every row already that would be appended, with these doses: was it done before?\n"
    )
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before
    with mended.open("a", encoding="utf-8") as table:
        table.write("5,128,26,3C\n")  # a new row beside one that is there is appended with it
    assert batch(mended, "-o", doses, "--append").err.startswith("3 read: 2 dosed, 1 rejected")


def test_mended_rows_of_one_regimen_join_the_doses_of_several(tmp_path: Path) -> None:
    own, path, doses = tmp_path / "weekly.yaml", tmp_path / "patients.csv", tmp_path / "doses.csv"
    own.write_text(WEEKLY, encoding="utf-8")
    head = "id,height_cm,weight_kg,regimen\n"
    path.write_text(f"{head}1,128,26,cec-induction\n2,180,80,{own}\n", encoding="utf-8")
    assert batch(path, "-o", doses).code == 0
    path.write_text(f"{head}3,128,26,cec-induction\n", encoding="utf-8")
    assert batch(path, "-o", doses, "--append").code == 0
    lines = doses.read_text("utf-8").splitlines()
    assert lines[0].endswith(",cyclophosphamide_mg,prednisone_mg,vincristine_mg,alerts")
    assert lines[3] == "3,128,26,cec-induction,0.96,38.4,96,422.4,13,,"
    path.write_text(f"{head}4,180,80,{own}\n", encoding="utf-8")
    assert batch(path, "-o", tmp_path / "weekly.csv").code == 0
    path.write_text(f"{head}3,128,26,cec-induction\n", encoding="utf-8")
    assert "has other columns" in batch(path, "-o", tmp_path / "weekly.csv", "--append").err


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("id,height_cm,weight_kg\n4,128,26\n", "has other columns (id, height_cm, weight_kg, ward, regimen"),
        ("id;height_cm;weight_kg;ward\n4;128;26;\n", "has ',' between its cells, not ';'"),
    ],
)
def test_other_rows_are_not_appended(table: str, words: str, tmp_path: Path) -> None:
    path, doses = tmp_path / "patients.csv", tmp_path / "doses.csv"
    path.write_text(TABLE, encoding="utf-8")
    batch(path, "-o", doses)
    before = doses.read_bytes()
    path.write_text(table, encoding="utf-8")
    done = batch(path, "-o", doses, "--append")
    assert (done.code, words in done.err, doses.read_bytes() == before) == (1, True, True), done.err
    assert not list(tmp_path.glob("*rejects-2*"))


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    path, doses, rejects = tmp_path / "patients.csv", tmp_path / "doses.csv", tmp_path / "doses.rejects.csv"
    path.write_text(TABLE, encoding="utf-8")
    assert batch(path, "-o", doses, "--append").err == f"{doses}: holds no doses to which --append could add\n"
    doses.touch()  # nothing stands in it
    assert batch(path, "-o", doses).code == 1
    before = doses.read_bytes(), rejects.read_bytes()
    done = batch(path, "-o", doses)
    assert done.err.splitlines() == [
        f"{doses}: is there already: name another file; --overwrite replaces it, --append puts more doses behind those "
        "that it has",
        f"{rejects}: is there already, with rejected rows perhaps mended: name another with --rejects, or --overwrite "
        "it",
    ]
    assert (doses.read_bytes(), rejects.read_bytes()) == before
    path.write_text(TABLE.replace("1.28", "128"), encoding="utf-8")
    assert batch(path, "-o", doses, "--overwrite").code == 0
    assert len(texts(doses)) == 3
    assert batch(path, "-o", tmp_path / "others.csv").code == 0
    assert batch(path, "-o", tmp_path / "doses.jsonl", "--rejects", rejects).code == 0  # it has no rows any more
    assert batch(path, "-o", doses, "--overwrite", "--append").code == 2


# Cells that a spreadsheet would compute


def test_cells_of_cec_begin_no_formula_and_cells_that_pass_stay(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("id,height_cm,weight_kg,ward\n=1+1,128,26,@SUM(1)\n-2,1,26,+3\n", encoding="utf-8")
    done = batch(path, "-o", tmp_path / "d.csv", "--map", "id=id")
    assert done.code == 1
    assert (tmp_path / "d.csv").read_text("utf-8").splitlines()[1].startswith("=1+1,128,26,@SUM(1),cec-induction")
    assert ",-2,1,26,+3," in (tmp_path / "d.rejects.csv").read_text("utf-8")
    long = batch(path, "--long", "--start", "2026-11-30").out.splitlines()[1].split(",")
    assert (long[2], long[-1]) == ("'=1+1", "@SUM(1)")
    for arguments in (("--format", "csv"), ("--format", "csv", "--start", "2026-11-30")):
        command = "schedule" if "--start" in arguments else "dose"
        done = cec(command, "cec-induction", "--height", "128", "--weight", "26", "--id", "=HYPERLINK(1)", *arguments)
        assert ",'=HYPERLINK(1)," in done.out
    assert "=HYPERLINK" in cec("dose", "--height", "128", "--weight", "26", "--id", "=HYPERLINK(1)").out


# Schedules


def test_a_schedule_keeps_the_columns_that_pass_through(tmp_path: Path) -> None:
    path = tmp_path / "patients.jsonl"
    path.write_text('{"id":7,"height_cm":128,"weight_kg":26,"ward":"","beds":[1.50]}\n', encoding="utf-8")
    done = batch(path, "--long", "--start", "2026-11-30", "--output-format", "jsonl")
    assert {line.partition('"accepted":"",')[2] for line in done.out.splitlines()} == {'"ward":"","beds":[1.50]}'}
    table = tmp_path / "patients.csv"
    table.write_text("id,height_cm,weight_kg,date\n7,128,26,today\n", encoding="utf-8")
    assert "columns that this would add: date" in batch(table, "--long", "--start", "2026-11-30").err


def test_a_cell_without_a_text_is_null_in_rejects_whatever_was_wrong(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_bytes(b"id,height_cm,weight_kg,ward\n1,1,26,\n2,128,26\n3,\xff,26,\n")
    batch(path, "-o", tmp_path / "d.jsonl")
    rejects = (tmp_path / "d.rejects.jsonl").read_text("utf-8").splitlines()
    assert ['"ward":null' in line for line in rejects] == [True] * 3
    with reading(str(tmp_path / "d.rejects.jsonl")) as source:
        assert read_header(source)[0].holds_rejects


# Interruption


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_sheets_end_soon_and_leave_nothing(tmp_path: Path) -> None:
    """Of a busy machine's time a tenth is granted."""
    path = tmp_path / "patients.csv"
    path.write_text("id,height_cm,weight_kg\n" + "".join(f"{row},128,26\n" for row in range(2_000)), encoding="utf-8")
    options = ("--start", "2026-11-30", "--sheets", str(tmp_path / "sheets"), "-o", str(tmp_path / "doses.csv"))
    command = [sys.executable, "-m", "cec", "batch", str(path), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob(".cec-*.part/*.pdf")):
            assert time.monotonic() < deadline, "no sheet was printed"
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        assert process.wait(30) == 130
        assert time.monotonic() - started < 10 * (1 if os.getloadavg()[0] < (os.cpu_count() or 1) else 3)
    assert [each.name for each in tmp_path.iterdir()] == ["patients.csv"]


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="there is no such device")
def test_parquet_into_a_device_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text(TABLE, encoding="utf-8")
    pipe = tmp_path / "pipe.parquet"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "cec", "batch", str(path), "-o", str(pipe)]
    seen: set[str] = set()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process, pipe.open("rb") as read:
        content = read.read()
        seen |= {each.name for each in tmp_path.iterdir()}
        process.wait(30)
    assert content[:4] == b"PAR1"
    assert seen == {"patients.csv", "pipe.parquet"}
