"""cec batch as it is used: files, pipes, formats, rejects, interruption, sheets."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from batches import as_in_a_batch
from msgspec.structs import replace
from packed import packed, unpacked
from pypdf import PdfReader
from running import Done, fill_disk
from running import cec as command

import cec
from cec.batch import doses as doses_of_batches
from cec.batch import sheets as sheets_of_rows
from cec.calculate.dosing import Dosed, compute_dose
from cec.calculate.settled import Settled
from cec.units import Quantity

PATIENTS = """\
id,name,height_cm,weight_kg,age,sex,ward
007,Ann,128,26,8,female,3 A
8,"Bea, B.",109,18.5,5,female,
9,Cy,176,67,17,male,7
"""
NO_PHARMACY = "no pharmacy file\n"
AMOUNTS = {"007": ("0.96", "38.4", "96", "422.4", "13"), "8": ("0.75", "30", "75", "330", "9.25")}
"""BSA and ordered amounts worked by hand (Mosteller to 0.01 m2; 40, 100, 440 mg/m2 and 0.5 mg/kg)."""


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def amounts(rows: Iterable[dict[str, str]]) -> dict[str, tuple[str, ...]]:
    names = ("bsa_m2", "clofarabine_mg", "etoposide_mg", "cyclophosphamide_mg", "prednisone_mg")
    return {row["id"]: tuple(row[name] for name in names) for row in rows}


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    path = tmp_path / "patients.csv"
    path.write_text(PATIENTS, encoding="utf-8")
    return path


def run(*arguments: object) -> Done:
    """A batch that may replace files that are there."""
    return command("batch", *map(str, arguments), "--overwrite")


def test_a_table_in_and_a_table_out(patients: Path, tmp_path: Path) -> None:
    done = run(patients, "-o", tmp_path / "doses.csv")
    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines()[0] == "3 read: 3 dosed, 0 rejected"
    text = (tmp_path / "doses.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == (
        "id,name,height_cm,weight_kg,age,sex,ward,"
        "regimen,bsa_m2,clofarabine_mg,etoposide_mg,cyclophosphamide_mg,prednisone_mg,alerts"
    )
    assert text.splitlines()[2].startswith('8,"Bea, B.",109,18.5,5,female,,cec-induction,0.75,30,75,330,9.25,longer')
    found = amounts(table(tmp_path / "doses.csv"))
    assert {name: found[name] for name in AMOUNTS} == AMOUNTS
    assert (tmp_path / "doses.rejects.csv").read_text(encoding="utf-8").count("\n") == 1


def test_rejected_rows_stand_in_their_own_table(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(
        PATIENTS.encode() + b'10,Di,1.28,26,8,,\n11,Ed,128,"26,5",,,\n12,"open,1,2,3,4,5\n13,Fi,79,9.9,2,,\n14\n'
    )
    done = run(path, "-o", tmp_path / "d.csv", "--rejects", tmp_path / "r.csv")
    assert done.code == 1
    assert done.err.splitlines()[0] == f"8 read: 3 dosed, 5 rejected ({tmp_path / 'r.csv'})"
    rejected = table(tmp_path / "r.csv")
    assert [(row["row"], row["column"]) for row in rejected] == [
        ("5", "height_cm"),
        ("6", "weight_kg"),
        ("7", ""),
        ("8", ""),
        ("9", ""),
    ]
    assert "did you mean 1.28 m?" in rejected[0]["reason"]
    assert rejected[0]["name"] == "Di"
    assert rejected[0]["height_cm"] == "1.28"
    assert "'26,5' has a comma" in rejected[1]["reason"]
    assert rejected[2]["text"] == '12,"open,1,2,3,4,5'
    assert rejected[3]["reason"].startswith("stop under-10-kg: weight: below 10 kg")
    assert "has 1 cell; the first line names 7 columns" in rejected[4]["reason"]
    assert len(table(tmp_path / "d.csv")) == 3


def test_a_rejected_row_names_the_columns_at_fault(tmp_path: Path) -> None:
    rows = {
        "128,,8": "weight_kg",
        ",,8": "height_cm, weight_kg",
        "1.28,26,8": "height_cm",
        "128,500,8": "weight_kg",
        "26,128,8": "height_cm, weight_kg",
        "128,2,8": "height_cm, weight_kg",
        "128,26,300": "age",
        "79,9.9,2": "",  # a stop is about the order
        "128,26,8,perhaps": "HSCT",
        "128,26,8,,2018-05-14": "born, age",
        "128,26,8,,,etoposide=25%: a; etoposide=25%: b": "reduce",
        "128,26,8,,,other=25%: a": "reduce",
        "128,26,8,,,etoposide=25%: mucositis; clofarabine: 50%": "reduce",
        "128,26,8,,,etoposide=25%: after clofarabine by 50 %": "reduce",
        "128,26,8,,,etoposide=25%: mucositis; clofarabine 50": "reduce",
    }
    header = "height_cm,weight_kg,age,HSCT,born,reduce"
    lines = [f"{row}{',' * (5 - row.count(','))}" for row in rows]
    (tmp_path / "p.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
    run(tmp_path / "p.csv", "-o", tmp_path / "d.csv", "--map", "prior_hsct=HSCT")
    assert [row["column"] for row in table(tmp_path / "d.rejects.csv")] == list(rows.values())


@pytest.mark.slow
def test_all_formats_hold_the_same(patients: Path, tmp_path: Path) -> None:
    """Every format to every other: the cells stay, `007` stays `007`, the amounts are the same."""
    for first in ("a.csv", "a.csv.gz", "a.csv.zst", "a.jsonl", "a.jsonl.gz", "a.parquet"):
        assert run(patients, "-o", tmp_path / first, "--map", "age=age").code == 0
        bare = tmp_path / f"bare-{first}"
        strip(tmp_path / first, bare)
        for second in ("b.csv", "b.jsonl", "b.parquet"):
            assert run(bare, "-o", tmp_path / second).code == 0, (first, second)
            rows = as_rows(tmp_path / second)
            found = amounts(rows)
            assert {name: found[name] for name in AMOUNTS} == AMOUNTS, (first, second)
            assert rows[1]["name"] == "Bea, B."
            assert rows[0]["ward"] == "3 A"


ADDED = (*("regimen", "bsa_m2", "clofarabine_mg", "etoposide_mg", "cyclophosphamide_mg", "prednisone_mg", "alerts"),)


def as_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table as texts."""
    if ".parquet" in path.name:
        return [
            {name: "" if cell is None else str(cell) for name, cell in row.items()}
            for row in pl.read_parquet(path).to_dicts()
        ]
    text = unpacked(path.read_bytes(), path.name).decode()
    if ".jsonl" in path.name:
        rows = (json.loads(line, parse_float=str, parse_int=str) for line in text.splitlines())
        return [{name: "" if cell is None else cell for name, cell in row.items()} for row in rows]
    return list(csv.DictReader(io.StringIO(text)))


def strip(path: Path, bare: Path) -> None:
    """The same table without the columns that a batch adds."""
    rows = [{name: cell for name, cell in row.items() if name not in ADDED} for row in as_rows(path)]
    if ".parquet" in path.name:
        pl.DataFrame(rows).with_columns(
            pl.col("height_cm").cast(pl.Int64), pl.col("weight_kg").cast(pl.Float64)
        ).write_parquet(bare)
        return
    text = io.StringIO()
    if ".jsonl" in path.name:
        text.writelines(json.dumps(row) + "\n" for row in rows)
    else:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    bare.write_bytes(packed(text.getvalue().encode(), path.name))


def test_a_packed_table_of_parquet_is_read_again(patients: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.parquet.gz"
    content = io.BytesIO()
    pl.read_csv(patients, infer_schema=False).write_parquet(content)
    path.write_bytes(gzip.compress(content.getvalue()))
    assert run(path, "-o", tmp_path / "d.csv").code == 0
    assert amounts(table(tmp_path / "d.csv"))["007"] == AMOUNTS["007"]
    path.write_bytes(gzip.compress(content.getvalue())[:-30])
    assert f"{path}: is cut off or damaged" in run(path).err


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"PAR1", PATIENTS.encode()])
def test_what_is_no_parquet_is_told_by_its_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "p.parquet").write_bytes(content)
    assert run(tmp_path / "p.parquet").err.startswith(
        f"{tmp_path / 'p.parquet'}: is not a Parquet file that can be read"
    )
    done = pipe(content, "-", "--input-format", "parquet")
    assert done.stderr.startswith(b"standard input: is not a Parquet file that can be read")
    assert b"none.parquet: there is no such file" in pipe(b"", "none.parquet").stderr
    assert run(tmp_path, "--input-format", "parquet").err == f"{tmp_path}: is a folder; name a file in it\n"


def test_json_lines_stay_as_they_are_and_get_numbers(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(
        '{"id": "007", "height_cm": 128.00, "weight_kg": 26, "more": {"b": [1.50, null]}}\n', encoding="utf-8"
    )
    assert run(path, "-o", tmp_path / "d.jsonl").code == 0
    line = (tmp_path / "d.jsonl").read_text(encoding="utf-8")
    assert line.startswith('{"id":"007","height_cm":128.00,"weight_kg":26,"more":{"b": [1.50, null]},"regimen":"cec')
    assert '"bsa_m2":0.96,"clofarabine_mg":38.4,"etoposide_mg":96,' in line
    assert run(path, "-o", tmp_path / "d.csv").code == 0
    assert table(tmp_path / "d.csv")[0]["height_cm"] == "128.00"


def pipe(stdin: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "cec", "batch", *arguments], input=stdin, capture_output=True, check=False
    )


@pytest.mark.slow
def test_through_a_pipe() -> None:
    done = pipe(PATIENTS.encode() + b"10,Di,0,26,8,,\n", "-")
    assert done.returncode == 1
    lines = done.stdout.decode().splitlines()
    assert len(lines) == 4
    assert lines[1].endswith(",cec-induction,0.96,38.4,96,422.4,13,")
    told = done.stderr.decode().splitlines()
    assert told[0].startswith("row 5: 0 cm is not a possible height")
    assert told[1] == "4 read: 3 dosed, 1 rejected"
    done = pipe(gzip.compress(PATIENTS.encode()), "-", "--output-format", "parquet")
    assert pl.read_parquet(io.BytesIO(done.stdout)).get_column("id").to_list() == ["007", "8", "9"]
    done = pipe(done.stdout, "-", "--input-format", "parquet")
    assert b"columns that this would add" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such pipe")
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_through_a_pipe_that_has_a_name(kind: str, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    content, path = io.BytesIO(), tmp_path / f"patients.{kind}"
    patients = pl.read_csv(PATIENTS.encode(), infer_schema=False)
    (patients.write_csv if kind == "csv" else patients.write_parquet)(content)
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(pack(content.getvalue()),), daemon=True)
    writer.start()
    assert run(path, "-o", tmp_path / "doses.csv").code == 0
    found = amounts(table(tmp_path / "doses.csv"))
    assert {name: found[name] for name in AMOUNTS} == AMOUNTS
    writer.join(5)
    assert not writer.is_alive()


def test_a_row_may_name_its_regimen(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    own = Path(__file__).parent.parent / "regimens" / "every-kind-of-line.yaml"
    path.write_text(
        f"id,height,weight,age,regimen\n1,128 cm,26 kg,8,\n2,128,26,8,cec-consolidation\n3,128,26,8,{own}\n4,,,,nix\n",
        encoding="utf-8",
    )
    assert run(path, "-o", tmp_path / "d.csv", "--regimen", "cec-induction").code == 1
    rows = table(tmp_path / "d.csv")
    assert [row["regimen"] for row in rows] == ["cec-induction", "cec-consolidation", str(own)]
    assert rows[0]["clofarabine_mg"] == rows[1]["clofarabine_mg"] == "38.4"
    assert rows[2]["clofarabine_mg"] == ""
    assert rows[2]["flat_mg"] == "12.5"
    assert rows[0]["flat_mg"] == ""
    rejected = table(tmp_path / "d.rejects.csv")
    assert rejected[0]["column"] == "regimen"
    assert "is not the name of a regimen and not a file" in rejected[0]["reason"]


def test_a_row_that_names_no_regimen_among_others_is_dosed_by_none(tmp_path: Path) -> None:
    """A forgotten regimen is not the usual one; without a column of regimens, or with --regimen, somebody chose it."""
    path = tmp_path / "p.csv"
    path.write_text("id,height,weight,regimen\n1,128 cm,26 kg,cec-consolidation\n2,128,26, \n", encoding="utf-8")
    done = run(path)
    assert (done.code, [line[0] for line in done.out.splitlines()[1:]]) == (1, ["1"])
    assert "row 3: no regimen is named; write it, or say --regimen NAME for all rows that name none" in done.err
    assert run(path, "--regimen", "cec-induction").out.splitlines()[2].startswith("2,128,26,cec-induction,0.96,38.4")
    path.write_text("id,height,weight\n1,128 cm,26 kg\n", encoding="utf-8")
    assert run(path).code == 0


def test_map_and_near_names(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("Nr;Wzrost;Masa;creatinin\n1;128;26;0.5\n", encoding="utf-8")
    mapped = ("--map", "height=Wzrost", "--map", "weight=Masa", "-o", tmp_path / "d.csv")
    done = run(path, *mapped)
    assert (done.code, (tmp_path / "d.csv").exists()) == (1, False)
    assert "column 'creatinin' is not read, and its name is nearly creatinine: add --map" in done.err
    done = run(path, *mapped, "--ignore-column", "creatinin")
    assert done.code == 0
    assert (
        (tmp_path / "d.csv")
        .read_text(encoding="utf-8")
        .splitlines()[1]
        .startswith("1;128;26;0.5;cec-induction;0.96;38.4")
    )
    assert "columns not read: Nr, creatinin\n" in done.err
    done = run(path)
    assert done.code == 1
    assert "no column tells the height" in done.err
    done = run(path, "--map", "Wzrost", "--map", "height=Wzrost", "--map", "height=Masa")
    assert done.code == 1
    assert "--map: 'Wzrost' is not WHAT=COLUMN; write it like height=Wzrost" in done.err
    assert "--map: height is given twice: Wzrost and Masa; give one column" in done.err


def test_a_cell_of_two_lines_passes_through(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text('id;note;height_cm;weight_kg\n1;"two\nlines";128;26\n2;"a;b";109;18.5\n', encoding="utf-8")
    assert run(path, "-o", tmp_path / "doses.csv").code == 0
    with (tmp_path / "doses.csv").open(encoding="utf-8", newline="") as file:
        _, first, second = csv.reader(file, delimiter=";")
    assert first == ["1", "two\nlines", "128", "26", "cec-induction", *AMOUNTS["007"], ""]
    assert second == ["2", "a;b", "109", "18.5", "cec-induction", *AMOUNTS["8"], "longer-infusion"]


def test_long_has_the_rows_of_cec_schedule(patients: Path, tmp_path: Path) -> None:
    pharmacy = next(Path(cec.__file__).parent.rglob("starter_pharmacy.yaml"))
    done = run(
        patients, "--long", "--start", "2026-12-30", "--cycle", "2", "--pharmacy", pharmacy, "-o", tmp_path / "d.csv"
    )
    assert done.code == 0, done.err
    lines = (tmp_path / "d.csv").read_text(encoding="utf-8").splitlines()
    expected: list[str] = []
    for row in csv.DictReader(io.StringIO(PATIENTS)):
        sizes = ("--height", row["height_cm"], "--weight", row["weight_kg"], "--age", row["age"], "--sex", row["sex"])
        options = (
            "--id",
            row["id"],
            "--start",
            "2026-12-30",
            "--cycle",
            "2",
            "--pharmacy",
            str(pharmacy),
            "--format",
            "csv",
        )
        single = command("schedule", "cec-induction", *sizes, *options)
        expected += single.out.splitlines()[bool(expected) :]
    made = list(csv.DictReader(lines))
    passing = {(row.pop("name"), row.pop("ward")) for row in made}
    assert made == list(map(as_in_a_batch, csv.DictReader(expected)))
    assert lines[0].endswith(",alert_levels,accepted,name,ward")
    assert passing == {("Ann", "3 A"), ("Bea, B.", ""), ("Cy", "7")}
    assert len(lines) == 1 + 3 * 20


def test_long_moves_up_what_follows_an_omitted_drug(tmp_path: Path) -> None:
    """Without clofarabine the day's first infusion is etoposide, at 09:00; the row beside it keeps all its times."""
    path = tmp_path / "patients.csv"
    reduced = "clofarabine=100%: liver"
    path.write_text(f"id,height_cm,weight_kg,reduce\n1,128,26,\n2,128,26,{reduced}\n3,128,26,\n", encoding="utf-8")
    done = run(path, "--long", "--start", "2026-12-30", "-o", tmp_path / "d.csv")
    assert done.code == 0, done.err
    rows = table(tmp_path / "d.csv")
    assert [row["id"] for row in rows] == ["1"] * 20 + ["2"] * 15 + ["3"] * 20
    starts = {row["id"]: row["start"][-5:] for row in rows if row["drug"] == "etoposide"}
    assert starts == {"1": "11:00", "2": "09:00", "3": "11:00"}
    sizes = ("--height", "128", "--weight", "26", "--reduce", reduced)
    single = command("schedule", "cec-induction", "--id", "2", *sizes, "--start", "2026-12-30", "--format", "csv")
    assert rows[20:35] == list(map(as_in_a_batch, csv.DictReader(io.StringIO(single.out))))


def test_rows_of_one_id_and_start_are_told(tmp_path: Path) -> None:
    """Each of them has administrations of its own, so a patient who stands twice in a list gets every drug twice."""
    rows = ["1,128,26,2026-11-30", "2,109,18.5,2026-11-30", "1,128,26,2026-11-30", "1,128,26,2026-12-14"]
    rows += ["3,1.28,26,2026-11-30", "3,128,26,2026-11-30", " 2,109,18.5,2026-11-30"]
    path = tmp_path / "p.csv"
    path.write_text("\n".join(["id,height_cm,weight_kg,start", *rows]), encoding="utf-8")
    told = "rows 2 and 4 have the same id and start\nrows 3 and 8 have the same id and start\n"
    assert (
        run(path, "-o", tmp_path / "d.csv", "--long")
        .err.removesuffix(NO_PHARMACY)
        .endswith(f"columns read: id, height_cm, weight_kg, start\n{told}")
    )
    assert run(path, "-o", tmp_path / "d.csv").err.removesuffix(NO_PHARMACY).endswith(told)
    path.write_text("id,height_cm,weight_kg\n" + "".join(f"{row // 2},128,26\n" for row in range(14)), encoding="utf-8")
    done = run(path, "-o", tmp_path / "d.csv", "--long", "--start", "2026-11-30")
    assert done.err.removesuffix(NO_PHARMACY).endswith(
        "rows 6 and 7 have the same id and start\nand so have the rows of 4 more\n"
    )


def test_rows_of_one_id_are_told_without_a_start_and_without_a_schedule(tmp_path: Path) -> None:
    """Rows without an id are nobody's, and a row that is rejected has no dose."""
    rows = ["1,128,26", ",128,26", "1,109,18.5", ",109,18.5", "2,1.28,26", "2,128,26"]
    path = tmp_path / "p.csv"
    path.write_text("\n".join(["id,height_cm,weight_kg", *rows]), encoding="utf-8")
    done = run(path, "-o", tmp_path / "d.csv")
    assert done.err.removesuffix(NO_PHARMACY).endswith(
        "columns read: id, height_cm, weight_kg\nrows 2 and 4 have the same id\n"
    )


def test_rows_without_administrations_are_told(tmp_path: Path) -> None:
    nothing = "; ".join(f"{drug}=100%: x" for drug in ("clofarabine", "etoposide", "cyclophosphamide", "prednisone"))
    path = tmp_path / "p.csv"
    path.write_text(f"id,height,weight,reduce\n1,128,26,\n2,128,26,{nothing}\n" + f"3,109,18.5,{nothing}\n" * 4)
    done = run(path, "-o", tmp_path / "d.csv", "--long", "--start", "2026-11-30")
    assert done.err.startswith("6 read: 6 dosed, 0 rejected\n")
    assert "row 3 has no administrations: every drug is reduced by 100%\nrow 4 has no" in done.err
    assert done.err.removesuffix(NO_PHARMACY).endswith("and 2 more rows have none\n")
    assert len(table(tmp_path / "d.csv")) == 20
    assert "no administrations" not in run(path, "-o", tmp_path / "d.csv").err


@pytest.mark.parametrize("form", [("--long", "--start", "2026-11-30"), ()])
def test_a_column_that_is_read_stands_once(form: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("id,H,weight_kg,weight_kg,note,note\n1,118,26,52,a,b\n", encoding="utf-8")
    done = run(path, "--map", "height=H", *form)
    assert (done.code, done.out) == (1, "")
    assert "the first line names weight_kg twice; take one out" in done.err
    path.write_text("id,H,weight_kg,note,note\n1,118,26,a,b\n", encoding="utf-8")
    assert run(path, "--map", "height=H", *form).code == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("sep=;\nheight;weight\n", "begins with a line for Excel; take it out"),
        ("\n\nheight,weight\n", "its first line is empty: the first line names the columns"),
        (
            '"height\n(cm)",weight\n',
            "the first line names no columns: a quote is not closed, or a cell has a line break",
        ),
        (
            '{"height": 128}\n',
            "is JSON, as its first line shows; write one object per line, and say --input-format jsonl",
        ),
        ("PAR1\0", "is Parquet; say --input-format parquet"),
    ],
)
def test_a_first_line_of_something_else(content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(content, encoding="utf-8")
    assert told in run(path).err


OF_NAME = """name: {name}
title: Made up for a test
edition: 1
for: tests
source: {{citation: none}}
drugs:
  - {{drug: {drug}, dose: {dose} mg/m2, route: oral, days: 1}}
"""


def test_a_fact_that_a_regimen_asks_for_may_have_a_column_of_any_name(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("height,weight,HSCT\n128,26,true\n128,26,\n", encoding="utf-8")
    first, second = run(path, "--map", "prior_hsct=HSCT").out.splitlines()[1:]
    assert first.endswith(",prior-hsct")
    assert second.endswith(",13,")
    assert (
        "'prior_hsc' is nothing that a column can tell; did you mean prior_hsct?"
        in run(path, "--map", "prior_hsc=HSCT").err
    )


def test_regimens_of_one_name_are_not_mixed(tmp_path: Path) -> None:
    own, other, path = (tmp_path / name for name in ("own.yaml", "other.yaml", "p.csv"))
    own.write_text(OF_NAME.format(name="own", drug="a", dose=1), encoding="utf-8")
    other.write_text(OF_NAME.format(name="own", drug="a", dose=2), encoding="utf-8")
    path.write_text(f"height,weight,regimen\n128,26,{own}\n128,26,{other}\n", encoding="utf-8")
    assert "two regimens have the name own; give one of them another name" in run(path).err
    named = [cec.load_regimen(own), cec.load_regimen(other)]
    with pytest.raises(cec.CecError, match="two regimens have the name own"):
        cec.dose_table(pl.DataFrame({"height": ["128"], "weight": ["26"]}), named)


def test_a_column_never_holds_two_drugs(tmp_path: Path) -> None:
    for name, drug in (("one", "drug a"), ("two", "drug-a")):
        (tmp_path / f"{name}.yaml").write_text(OF_NAME.format(name=name, drug=drug, dose=1), encoding="utf-8")
    path = tmp_path / "p.csv"
    path.write_text(
        f"height,weight,regimen\n128,26,{tmp_path}/one.yaml\n128,26,{tmp_path}/two.yaml\n", encoding="utf-8"
    )
    told = "drug_a_mg would be drug a of one and drug-a of two; dose each in a table of its own"
    assert told in run(path, "--regimen", tmp_path / "one.yaml").err


def test_frames_of_zstd_without_data_may_stand_first(tmp_path: Path) -> None:
    """As `pzstd` and seekable archives have them: a magic number, a length in four bytes, and that many bytes."""
    path = tmp_path / "p.csv.zst"
    path.write_bytes(b"\x5e\x2a\x4d\x18\x03\0\0\0abc" + packed(b"height,weight\n128,26\n", path.name))
    assert run(path).out.splitlines()[1].startswith("128,26,cec-induction,0.96,38.4,")


def test_bars_part_the_columns_too(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("height_cm|weight_kg|note\n128|26|a, b\n", encoding="utf-8")
    assert run(path).out.splitlines()[1].startswith("128|26|a, b|cec-induction|0.96|38.4|")


def test_files_that_hold_no_table_by_their_names(tmp_path: Path) -> None:
    assert "o.xls: is a workbook of another kind than .xlsx; save it as .xlsx" in run(tmp_path / "o.xls").err
    assert f"{tmp_path}: is a folder; name a file in it" in run(tmp_path).err
    (tmp_path / "p.csv").write_text("height,weight\n128,26\n", encoding="utf-8")
    done = run(tmp_path / "p.csv", "-o", tmp_path / "none" / "d.csv")
    assert f"d.csv: cannot be written: there is no folder {tmp_path / 'none'}" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such pipe")
def test_a_cell_cannot_name_a_pipe_as_its_regimen(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "p.csv").write_text(f"height,weight,regimen\n128,26,{tmp_path / 'pipe.yaml'}\n", encoding="utf-8")
    assert "pipe.yaml is not a file; name a regimen or its file" in run(tmp_path / "p.csv").err


def test_long_needs_a_start_and_an_id(patients: Path, tmp_path: Path) -> None:
    assert run(patients, "--long", "-o", tmp_path / "d.csv").code == 1
    assert {row["column"] for row in table(tmp_path / "d.rejects.csv")} == {"start"}
    path = tmp_path / "p.csv"
    path.write_text("height,weight,start\n128,26,2026-11-30\n129,26,2026-12-24\n", encoding="utf-8")
    assert run(path, "--long", "-o", tmp_path / "d.csv").code == 1
    assert "nobody can tell whose" in table(tmp_path / "d.rejects.csv")[0]["reason"]


@pytest.mark.slow
def test_an_interruption_leaves_the_old_file(tmp_path: Path) -> None:
    output = tmp_path / "doses.csv"
    output.write_text("old", encoding="utf-8")
    started = [sys.executable, "-m", "cec", "batch", "-", "-o", str(output), "--overwrite"]
    with subprocess.Popen(started, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(PATIENTS.encode())
        process.stdin.write(b"9,Cy,176,67,17,male,7\n" * 900_000)  # more than is read ahead
        process.stdin.flush()
        deadline = time.monotonic() + 20
        while not any(part.stat().st_size > 1000 for part in tmp_path.glob(".cec-*.part")):
            assert time.monotonic() < deadline, "nothing was written before the interruption"
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.wait(20)
        assert process.returncode not in {0, -signal.SIGKILL}
    assert output.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["doses.csv"]


def test_a_fault_of_the_file_leaves_the_old_file(patients: Path, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("old", encoding="utf-8")
    broken = tmp_path / "p.csv.gz"
    broken.write_bytes(gzip.compress(PATIENTS.encode() * 2000)[:-30])
    assert run(broken, "-o", tmp_path / "d.csv").code == 1
    assert (tmp_path / "d.csv").read_text(encoding="utf-8") == "old"
    assert run(patients, "-o", tmp_path).code == 1
    assert run(patients, "-o", tmp_path / "none" / "d.csv").code == 1
    assert run(patients, "-o", tmp_path / "d.ods").code == 1
    assert run(patients, "-o", tmp_path / "d.csv", "--start", "30.11.2026").code == 1
    assert run(patients, "-o", tmp_path / "d.csv", "--regimen", "nix").code == 1
    assert (tmp_path / "d.csv").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--map", "weight=height_cm", "--map", "height=height_cm"), "--map: height_cm is given for weight and for"),
        (("--sheets", ""), "--sheets: '' is not a folder; name a new one"),
        (("--sheets", "-"), "--sheets: '-' is not a folder; name a new one"),
    ],
)
def test_what_would_give_wrong_doses_or_no_sheets_is_refused(
    arguments: tuple[str, ...], message: str, patients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(patients, "-o", "d.csv", "--start", "2026-11-30", *arguments)
    assert (done.code, done.out) == (1, "")
    assert message in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["patients.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--sheets", "sheets", "--paper", "a3"), "--paper: 'a3' is not a paper for pdf; write a4 or letter"),
        (("--output-format", "pdf"), "--output-format: 'pdf' is not one of csv, jsonl, parquet, xlsx"),
        (("--input-format", "pdf"), "--input-format: 'pdf' is not one of csv, jsonl, parquet, xlsx"),
        (("-o", "doses.pdf"), "the name doses.pdf does not tell the format"),
    ],
)
def test_a_format_or_a_paper_that_there_is_not_is_wrong_usage(
    arguments: tuple[str, ...], message: str, patients: Path
) -> None:
    done = run(patients, "--start", "2026-11-30", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_paper_is_for_sheets(patients: Path) -> None:
    assert run(patients, "--paper", "letter").code == 2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_parquet_is_not_shown_on_a_terminal(patients: Path) -> None:
    reader, terminal = os.openpty()
    command = [sys.executable, "-m", "cec", "batch", str(patients), "--output-format", "parquet"]
    done = subprocess.run(command, stdout=terminal, stderr=subprocess.PIPE, check=False)
    os.close(terminal)
    os.close(reader)
    assert done.returncode == 1
    assert done.stderr.startswith(b"cec: Parquet is for a file or a pipe, not for the terminal; add -o FILE")


def test_the_names_of_columns_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("height_cm,weight_kg,creatinin\x1b[31me\n128,26,\n", encoding="utf-8")
    done = run(path, "-o", tmp_path / "doses.csv")
    assert "creatinin\\x1b[31me" in done.err
    assert "\x1b" not in done.err


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
@pytest.mark.parametrize(
    ("redirected", "message"),
    [
        ("> /dev/full", "standard output: cannot be written: No space left on device\n"),
        (">&-", "standard output: is closed; add -o FILE\n"),
        ("- <&-", "standard input: is closed; name a file\n"),
        ("--output-format parquet > /dev/full", "standard output: cannot be written: No space left on device\n"),
    ],
)
def test_standard_input_and_output_that_are_closed_or_full(redirected: str, message: str, patients: Path) -> None:
    table = "" if redirected.startswith("-") and "<" in redirected else shlex.quote(str(patients))
    command = f"{shlex.quote(sys.executable)} -m cec batch {table} {redirected}"
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, message)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no such shell")
@pytest.mark.parametrize(("more", "code"), [("", 0), ("10,Di,1.28,26,8,,\n", 1)])
def test_standard_error_that_is_closed(more: str, code: int, patients: Path) -> None:
    patients.write_text(PATIENTS + more, encoding="utf-8")
    command = f"{shlex.quote(sys.executable)} -m cec batch {shlex.quote(str(patients))} 2>&-"
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (code, 4)


def test_a_table_that_was_dosed_is_not_dosed_again(patients: Path, tmp_path: Path) -> None:
    assert run(patients, "-o", tmp_path / "d.csv").code == 0
    done = run(tmp_path / "d.csv")
    assert done.code == 1
    assert "the table has columns that this would add: bsa_m2, clofarabine_mg" in done.err


def test_a_sheet_for_every_patient(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("id,name,height,weight\n../007,Łucja,128,26\n8,\u4e2d,109,18.5\n9,x,1,2\n", encoding="utf-8")
    sheets = tmp_path / "sheets"
    done = run(path, "-o", tmp_path / "d.csv", "--start", "2026-11-30", "--sheets", sheets)
    assert done.code == 1
    assert [sheet.name for sheet in sheets.iterdir()] == ["000002-007.pdf"]
    text = PdfReader(sheets / "000002-007.pdf").pages[0].extract_text()
    assert "Łucja" in text
    assert "38.4" in text
    assert [row["row"] for row in table(tmp_path / "d.rejects.csv")] == ["3", "4"]
    before = (sheets / "000002-007.pdf").read_bytes()
    again = run(path, "-o", tmp_path / "d.csv", "--start", "2026-11-30", "--sheets", sheets)
    assert "nothing is overwritten" in again.err
    assert (sheets / "000002-007.pdf").read_bytes() == before
    assert [part.name for part in tmp_path.glob(".cec-*")] == []


def test_a_sheet_that_cannot_be_written_leaves_nothing_new(
    patients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets_of_rows, "sheet_name", lambda row, _: f"none/{row}.pdf")
    done = run(patients, "-o", tmp_path / "d.csv", "--start", "2026-11-30", "--sheets", tmp_path / "sheets")
    assert done.code == 1
    assert "2.pdf: --sheets: cannot be written: No such file or directory" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["patients.csv"]


def test_doses_take_their_name_after_the_sheets_and_the_rejects(
    patients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    replace = Path.replace

    def noting(part: Path, target: Path) -> Path:
        taken.append(target.name)
        return replace(part, target)

    monkeypatch.setattr(Path, "replace", noting)
    arguments = ("--start", "2026-11-30", "--sheets", tmp_path / "sheets")
    assert run(patients, "-o", tmp_path / "d.csv", *arguments).code == 0
    assert taken == ["sheets", "d.rejects.csv", "d.csv"]


@pytest.mark.parametrize("written", [0, 1])
def test_neither_doses_nor_rejects_are_new_when_one_of_them_cannot_be_written(
    written: int, patients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_disk(monkeypatch, after=written)
    for name in ("d.csv", "d.rejects.csv"):
        (tmp_path / name).write_text("old", encoding="utf-8")
    assert "cannot be written: No space left on device" in run(patients, "-o", tmp_path / "d.csv").err
    assert {name: (tmp_path / name).read_text(encoding="utf-8") for name in ("d.csv", "d.rejects.csv")} == {
        "d.csv": "old",
        "d.rejects.csv": "old",
    }


def test_no_rows_and_only_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("id,height_cm,weight_kg\n", encoding="utf-8")
    done = run(path, "-o", tmp_path / "d.csv")
    assert (done.code, done.err.splitlines()[0]) == (0, "0 read: 0 dosed, 0 rejected")
    path.write_text("id,height_cm,weight_kg\n" + ",,\n" * 5, encoding="utf-8")
    for kind in ("csv", "parquet", "jsonl"):
        done = run(path, "-o", tmp_path / f"d.{kind}", "--rejects", tmp_path / f"r.{kind}")
        assert done.err.splitlines()[0].startswith("5 read: 0 dosed, 5 rejected")
    assert pl.read_parquet(tmp_path / "d.parquet").shape == (0, 10)
    assert pl.read_parquet(tmp_path / "r.parquet").height == 5


def test_a_difference_to_the_single_path_stops_a_batch(
    patients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row of each block that is drafted again is really looked at."""
    true = compute_dose

    def doubled(settled: Settled, *given: Any, **more: Any) -> Dosed:
        twice = Quantity(settled.prescribed.value * 2, settled.prescribed.unit)
        return true(replace(settled, prescribed=twice), *given, **more)

    monkeypatch.setattr(doses_of_batches, "compute_dose", doubled)
    with patients.open("a", encoding="utf-8") as file:
        file.write(PATIENTS.partition("\n")[2])
    with pytest.raises(AssertionError, match="single path differ"):
        run(patients, "-o", tmp_path / "d.csv")
    assert not (tmp_path / "d.csv").exists()


def test_earlier_doses_are_read_with_the_unit_in_the_name_of_their_column(tmp_path: Path) -> None:
    # 43.8 mg/m2 × 1 m2 (Mosteller: 120 cm and 30 kg) and 800 mg before make 843.8 mg/m2, above 450.
    regimen = tmp_path / "one.yaml"
    regimen.write_text(
        "name: one\ntitle: One\nedition: 1\nfor: tests\nsource: {citation: none}\ndrugs:\n"
        "  - {drug: doxorubicin, dose: 43.8 mg/m2, lifetime_maximum: 450 mg/m2, route: IV bolus, days: 1}\n",
        encoding="utf-8",
    )
    table = tmp_path / "t.csv"
    table.write_text("height_cm,weight_kg,earlier_doxorubicin_mg\n120,30,800\n120,30,400\n", encoding="utf-8")
    done = command("batch", str(table), "--regimen", str(regimen))
    assert "make 843.8 mg/m2, above the lifetime maximum of 450 mg/m2" in done.err
    assert done.out.splitlines()[1].startswith("120,30,400,")


def test_long_has_the_days_and_amounts_that_a_person_declared(tmp_path: Path) -> None:
    """Row by row the CSV of `cec schedule`: amounts that differ by day, days that are left out, usual rows."""
    declared = {
        "1": (),
        "2": ("--without=etoposide on days 3-4: fever",),
        "3": ("--reduce=etoposide on days 2-3=25%: mucositis",),
        "4": (),
    }
    path = tmp_path / "p.csv"
    path.write_text(
        "id,height_cm,weight_kg,without,reduce\n1,128,26,,\n2,128,26,etoposide on days 3-4: fever,\n"
        "3,128,26,,etoposide on days 2-3=25%: mucositis\n4,128,26,,\n",
        encoding="utf-8",
    )
    assert run(path, "--long", "--start", "2026-11-30", "-o", tmp_path / "d.csv").code == 0
    found = table(tmp_path / "d.csv")
    for identity, options in declared.items():
        shown = tmp_path / f"{identity}.csv"
        single = command(
            *("schedule", "cec-induction", "--height=128", "--weight=26", f"--id={identity}", "--start=2026-11-30"),
            *(*options, "-o", str(shown)),
        )
        assert single.code == 0, single.err
        assert list(map(as_in_a_batch, table(shown))) == [row for row in found if row["id"] == identity]
    assert {row["dose"] for row in found if row["id"] == "3" and row["drug"] == "etoposide"} == {"96", "72"}


def test_a_batch_counts_the_rows_in_which_checks_were_not_made(tmp_path: Path) -> None:
    """By what was wanting, on standard error; the column of alerts is for what somebody must look at."""
    path = tmp_path / "p.csv"
    path.write_text(
        "height,weight,age,sex,creatinine\n128,26,8,f,0.5 mg/dL\n128,26,8,f,\n82,11,1,m,20 micromol/L\n128,26,,,\n",
        encoding="utf-8",
    )
    done = run(path)
    assert [row["alerts"] for row in csv.DictReader(io.StringIO(done.out))] == [
        *("", "", "longer-infusion younger-than-reported", ""),
    ]
    (told,) = [line for line in done.err.splitlines() if "not made" in line]
    assert told.startswith("rows with checks not made: no day 1 of the previous cycle 4, ")
    counts = told.partition(";")[0].partition(": ")[2].split(", ")
    assert {"no creatinine 2", "age outside 2 to 20 years 1", "no age 1", "no sex 1"} <= set(counts)


def test_long_tells_what_a_person_changed_and_how_severe_each_alert_is(tmp_path: Path) -> None:
    """An answered check is a note; the cells are those of `cec schedule`, whatever spelling the table has."""
    reduced = "clofarabine=to 50%: clofarabine-renal"
    path = tmp_path / "p.csv"
    path.write_text(
        "id,height_cm,weight_kg,creatinine_clearance,reduce,set\n"
        f"1,128,26,45 mL/min,{reduced},\n2,128,26,45 mL/min,,etoposide=70 mg: one vial\n3,109,18.5,,,\n",
        encoding="utf-8",
    )
    assert run(path, "--long", "--start", "2026-11-30", "-o", tmp_path / "d.csv").code == 0
    rows = {row["id"]: row for row in table(tmp_path / "d.csv")}
    assert (rows["1"]["reduce"], rows["1"]["set"]) == ("clofarabine=50%: clofarabine-renal", "")
    assert (rows["2"]["reduce"], rows["2"]["set"]) == ("", "etoposide=70 mg: one vial")
    levels = {
        number: dict(zip(row["alerts"].split(), row["alert_levels"].split(), strict=True))
        for number, row in rows.items()
    }
    assert [levels[number].get("clofarabine-renal") for number in "123"] == ["note", "check", None]
    assert levels["3"] == {"longer-infusion": "check"}
    size = ("--height=128", "--weight=26", "--creatinine-clearance=45 mL/min", f"--reduce={reduced}", "--id=1")
    single = command("schedule", "cec-induction", *size, "--start=2026-11-30", "--format=csv")
    first = [row for row in table(tmp_path / "d.csv") if row["id"] == "1"]
    assert first == list(map(as_in_a_batch, csv.DictReader(io.StringIO(single.out))))
