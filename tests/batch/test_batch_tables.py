"""Tables of every kind in and out of a batch: rejected rows, types, numbers, names of sheets."""

from __future__ import annotations

import csv
import datetime
import json
import re
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from running import cec as command

from cec.batch.sheets import sheet_name
from cec.rendering.csv.order import SCHEDULE_COLUMNS, SCHEDULE_NUMBERS

BAD_ROWS = 'id,text,reason,height_cm,weight_kg\n1,a,b,1.28,26\n2,c,,128,26\n3,"open,1,1\n4,,d,109,x\n'


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_rejected_rows_can_be_a_table_again_and_again(tmp_path: Path, kind: str) -> None:
    """The program's own columns row, column, reason and text come back once."""
    path = tmp_path / "patients.csv"
    path.write_text(BAD_ROWS, encoding="utf-8")
    expected = [("2", "height_cm"), ("4", ""), ("5", "weight_kg")]  # a quote that is never closed tells no cells
    for turn in range(4):
        rejects = tmp_path / f"rejects-{turn}.{kind}"
        done = command("batch", str(path), "-o", str(tmp_path / f"doses-{turn}.{kind}"), "--rejects", str(rejects))
        assert done.code == 1, done.err
        rows = rejected_rows(rejects)
        assert [(row[0], row[1]) for row in rows] == expected
        assert "did you mean 1.28 m?" in rows[0][2]
        assert [row[3] for row in rows] == ["1", "", "4"]  # the ids
        assert {len(row) for row in rows} == {3 + 5 + 1}
        places = ("2", "3", "4") if kind == "csv" else ("1", "2", "3")
        faults = ("height_cm", "height_cm, weight_kg", "weight_kg")
        expected = list(zip(places, faults, strict=True))
        path = rejects


def rejected_rows(path: Path) -> list[tuple[str, ...]]:
    """The cells of a table of rejects, as texts."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return [tuple(row) for row in csv.reader(file)][1:]
    if path.suffix == ".parquet":
        return [tuple("" if cell is None else str(cell) for cell in row) for row in pl.read_parquet(path).rows()]
    lines = path.read_text(encoding="utf-8").splitlines()
    return [tuple("" if cell is None else str(cell) for cell in json.loads(line).values()) for line in lines]


def of_types(rows: int = 3) -> pl.DataFrame:
    """Patients with a column of every type that Parquet has; the second has no possible height."""
    day = datetime.datetime(2026, 11, 30)  # noqa: DTZ001  as Parquet holds days
    cells: dict[str, pl.Series] = {
        "id": pl.Series(["7", "8", "9"], dtype=pl.Categorical),
        "height": pl.Series([Decimal("128.00"), Decimal("1.28"), Decimal("109.00")]),
        "weight": pl.Series([26, 26, 18.5], dtype=pl.Float32),
        "born": pl.Series([day.replace(year=2018)] * 3),
        "prior_hsct": pl.Series([False, None, False]),
        "allergies": pl.Series([None] * 3, dtype=pl.Null),
        "list": pl.Series([[1.5], None, []]),
        "struct": pl.Series([{"a": 1, "b": [day]}, {"a": None, "b": []}, None]),
        "array": pl.Series([[1, 2]] * 3, dtype=pl.Array(pl.Int8, 2)),
        "duration": pl.Series([datetime.timedelta(hours=1)] * 3),
        "bytes": pl.Series([b"\xff", b"a", None]),
        "more_bytes": pl.Series([[b"\xff"], [], None]),
        "time": pl.Series([datetime.time(9)] * 3),
        "zoned": pl.Series([day] * 3).dt.replace_time_zone("Europe/Warsaw"),
    }
    return pl.DataFrame(cells).head(rows)


NESTED = ["list", "struct", "array"]
BYTES = ["bytes", "more_bytes"]


def test_every_type_of_parquet_passes_into_parquet(tmp_path: Path) -> None:
    path, doses, rejects = (tmp_path / name for name in ("p.parquet", "d.parquet", "r.csv"))
    of_types().write_parquet(path)
    done = command("batch", str(path), "-o", str(doses), "--rejects", str(rejects), "--start", "2026-11-30")
    assert done.err.splitlines()[0].startswith("3 read: 2 dosed, 1 rejected"), done.err
    made = pl.read_parquet(doses)
    assert_frame_equal(made.select(of_types().columns), of_types()[[0, 2]])
    assert made.get_column("clofarabine_mg").to_list() == ["38.4", "30"]
    (row,) = rejected_rows(rejects)
    assert row[0] == "2"
    told = dict(zip(of_types().columns, row[3:-1], strict=True))
    assert told.pop("zoned").startswith("2026-11-30")
    assert list(told.values()) == [
        *(
            "8",
            "1.28",
            "26",
            "2018-11-30",
            "",
            "",
            "",
            '{"a":null,"b":[]}',
            "[1,2]",
            "PT3600S",
            "YQ==",
            "[]",
            "09:00:00",
        )
    ]


def test_amounts_in_parquet_are_verified_whatever_stands_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    rows = [(38.4, 96, 422.4, 13.0), (38.4, 96, 422.4, 13.0), (30.0, 90, 330.0, 9.25)]  # etoposide of the third is 75
    names = [f"{drug}_mg" for drug in ("clofarabine", "etoposide", "cyclophosphamide", "prednisone")]
    amounts = pl.DataFrame(rows, schema=names, orient="row")
    of_types().hstack(amounts).write_parquet(path)
    done = command("verify", str(path), "--start", "2026-11-30")
    assert "3 rows: 1 agree, 1 differ, 1 cannot be held against an order" in done.out
    of_types().hstack(amounts.with_columns(clofarabine_mg=pl.col("clofarabine_mg").reshape((3, 1)))).write_parquet(path)
    done = command("verify", str(path), "--start", "2026-11-30")
    assert done.code == 1
    assert "[38.4]" in done.out


def test_what_csv_and_json_lines_cannot_hold_is_said_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    of_types().write_parquet(path)
    for kind, mute in (("csv", [*NESTED, "duration", *BYTES]), ("jsonl", BYTES)):
        done = command("batch", str(path), "-o", str(tmp_path / f"d.{kind}"), "--start", "2026-11-30")
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert all(f"'{name}' (" in done.err for name in mute)
        assert done.err.count("' (") == len(mute)
        assert "write Parquet, or take these columns out first" in done.err
        assert not (tmp_path / f"d.{kind}").exists()
        of_types().drop(mute).write_parquet(tmp_path / "some.parquet")
        done = command(
            "batch", str(tmp_path / "some.parquet"), "-o", str(tmp_path / f"d.{kind}"), "--start", "2026-11-30"
        )
        assert done.err.splitlines()[0].startswith("3 read: 2 dosed, 1 rejected"), done.err
    first = json.loads((tmp_path / "d.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert (first["list"], first["struct"]["a"], first["array"], first["duration"]) == ([1.5], 1, [1, 2], "PT3600S")
    done = command("batch", str(path), "-o", str(tmp_path / "long.csv"), "--start", "2026-11-30", "--long")
    assert "CSV holds texts, numbers and dates; write Parquet" in done.err
    long = tmp_path / "long.parquet"
    done = command("batch", str(path), "-o", str(long), "--start", "2026-11-30", "--long")
    assert done.err.splitlines()[0].startswith("3 read: 2 dosed, 1 rejected"), done.err
    assert pl.read_parquet(long).schema["struct"] == of_types().schema["struct"]


def test_a_table_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    of_types(0).write_parquet(tmp_path / "p.parquet")
    (tmp_path / "p.csv").write_text("id,height,weight,regimen\n", encoding="utf-8")
    for kind in ("parquet", "csv"):
        for options in ((), ("--long",), ("--rejects", str(tmp_path / "r.parquet"))):
            path, doses = tmp_path / f"p.{kind}", tmp_path / "d.parquet"
            done = command("batch", str(path), "-o", str(doses), "--start", "2026-11-30", "--overwrite", *options)
            assert done.err.splitlines()[0].startswith("0 read: 0 dosed, 0 rejected"), done.err
            made = pl.read_parquet(doses)
            assert made.height == 0
            is_long = tuple(made.columns[: len(SCHEDULE_COLUMNS)]) == SCHEDULE_COLUMNS
            assert is_long or {"id", "bsa_m2", "regimen"} < set(made.columns)
            assert options == ("--long",) or kind == "csv" or of_types(0).schema.items() <= made.schema.items()


def test_columns_of_parquet_that_cannot_tell(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    of_types().with_columns(sex=pl.col("list"), age=pl.col("duration"), regimen=pl.col("bytes")).write_parquet(path)
    done = command("batch", str(path), "-o", str(tmp_path / "d.parquet"))
    assert (done.code, done.err.count("\n")) == (1, 3)
    for name, fact in (("sex", "sex"), ("age", "age"), ("regimen", "regimen")):
        assert re.search(f"column '{name}' is .*; texts, numbers, dates or booleans can tell the {fact}", done.err)


WIDE_NUMBERS = {"bsa_m2", "clofarabine_mg", "etoposide_mg", "cyclophosphamide_mg", "prednisone_mg"}


def test_the_numbers_of_json_are_those_that_are_named(tmp_path: Path) -> None:
    """Whatever has digits is else text: ids, days of the week, times."""
    path = tmp_path / "p.csv"
    path.write_text("id,height,weight,regimen\n007,128,26,cec-induction\n", encoding="utf-8")
    for options, numbers in ((("--long",), set(SCHEDULE_NUMBERS) - {"cycle", "rate"}), ((), None)):
        output = ("-o", str(tmp_path / "d.jsonl"), "--overwrite")
        done = command("batch", str(path), "--start", "2026-11-30", *output, *options)
        assert done.code == 0, done.err
        row = json.loads((tmp_path / "d.jsonl").read_text(encoding="utf-8").splitlines()[0])
        assert row["id"] == "007"
        found = {name for name, cell in row.items() if isinstance(cell, (int, float))}
        assert found == (numbers or WIDE_NUMBERS)
    assert set(SCHEDULE_NUMBERS) < set(SCHEDULE_COLUMNS)


STRANGE_IDS = [
    "../x",
    "CON",
    "nul.pdf",
    "...",
    "A1",
    "a1",
    "a/b",
    "a\\b",
    "x" * 80,
    " - ",
    "\u0141\u00f3d\u017a",
    "-",
    "a_b",
]


def test_single_precision_passes_into_json_as_it_is_shown(tmp_path: Path) -> None:
    """Half of the bits of 0.1 are 0.10000000149011612 in all of them, and nobody wrote that."""
    single = pl.Series([0.1, 16777216.0, None], dtype=pl.Float32)
    frame = pl.DataFrame({"height": [128] * 3, "weight": [26] * 3, "ratio": single})
    frame.write_parquet(tmp_path / "patients.parquet")
    done = command("batch", str(tmp_path / "patients.parquet"), "-o", str(tmp_path / "doses.jsonl"))
    assert done.code == 0, done.err
    rows = (tmp_path / "doses.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(row)["ratio"] for row in rows] == [0.1, 16777216, None]


@pytest.mark.slow
def test_every_sheet_has_a_name_of_its_own_that_every_system_takes(tmp_path: Path) -> None:
    """The row's number comes first: so no two are alike, in capitals or not, and none is a device's name."""
    names = [
        sheet_name(row, name) for row, name in enumerate([*STRANGE_IDS, "", "\U0001f600", "y" * 300, "y" * 299], 2)
    ]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(re.fullmatch(r"[0-9]{6}(-[A-Za-z0-9._-]{1,80})?\.pdf", name) for name in names), names
    assert sheet_name(1_234_567, "..") == "1234567.pdf"
    path, sheets = tmp_path / "p.jsonl", tmp_path / "sheets"
    rows = [{"id": name, "height": 128, "weight": 26} for name in STRANGE_IDS]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    options = ("--start", "2026-11-30", "--sheets", str(sheets))
    done = command("batch", str(path), "-o", str(tmp_path / "d.csv"), "--rejects", str(tmp_path / "r.csv"), *options)
    assert done.code == 0, (tmp_path / "r.csv").read_text(encoding="utf-8")
    assert sorted(sheet.name for sheet in sheets.iterdir()) == sorted(
        sheet_name(row, name) for row, name in enumerate(STRANGE_IDS, 1)
    )
