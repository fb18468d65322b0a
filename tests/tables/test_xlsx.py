"""Workbooks: what stands in a sheet is read exactly or refused, and every amount goes out as a text."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from running import cec

from cec.tables import xlsx
from cec.tables.opening import opening, rows_of

HEAD = ("id", "height_cm", "weight_kg", "born", "sex", "note")
DAY = datetime.date(2018, 5, 14)


def workbook(path: Path, *rows: tuple[Any, ...], sheets: tuple[str, ...] = ("Pacjenci",), top: int = 0) -> Path:
    """A workbook with these rows in its first sheet; a pair is a formula with its value."""
    book = xlsxwriter.Workbook(path)
    first, *_ = [book.add_worksheet(name) for name in sheets]
    form = book.add_format({"num_format": "dd.mm.yyyy"})
    for row, cells in enumerate(rows, top):
        for column, cell in enumerate(cells):
            if isinstance(cell, tuple):
                first.write_formula(row, column, cell[0], None, cell[1])
            elif isinstance(cell, datetime.date):
                first.write_datetime(row, column, cell, form)
            elif cell is not None:
                first.write(row, column, cell)
    book.close()
    return path


def cells_of(path: Path) -> list[dict[str, Any]]:
    return pl.read_excel(path, infer_schema_length=0).to_dicts()


def test_a_sheet_is_read_and_doses_go_out_as_texts(tmp_path: Path) -> None:
    """√(128 × 26.5 / 3600) = 0.9707 → 0.97 m2, × 40 = 38.8 mg; the formula's value is 26.5 too."""
    path = workbook(
        tmp_path / "p.xlsx", HEAD, ("007", 128, 26.5, DAY, "f", "Łódź"), (8, "128 cm", ("=25+1.5", 26.5), DAY, "f", "")
    )
    doses = tmp_path / "d.xlsx"
    done = cec("batch", str(path), "-o", str(doses))
    assert done.code == 0, done.err
    found = [(row["id"], row["born"], row["bsa_m2"], row["clofarabine_mg"]) for row in cells_of(doses)]
    assert found == [("007", "2018-05-14", "0.97", "38.8"), ("8", "2018-05-14", "0.97", "38.8")]
    with zipfile.ZipFile(doses) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>" not in xml, "no cell is a number"
    again = cec("batch", str(doses), "--map", "id=id", "-o", str(tmp_path / "again.csv"))
    assert "the table has columns that this would add" in again.err, "what was written is read as a table"


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    path = workbook(tmp_path / "p.xlsx", HEAD, (1, 128, 26, DAY, "f"))
    for name in ("a.xlsx", "b.xlsx"):
        assert cec("batch", str(path), "-o", str(tmp_path / name)).code == 0
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_round_trips_through_a_workbook(ending: str, tmp_path: Path) -> None:
    """The same doses, whichever format a table has gone through."""
    table, there, back = tmp_path / "p.csv", tmp_path / f"d.{ending}", tmp_path / "d.xlsx"
    table.write_text("id,height_cm,weight_kg\n007,128,26\n8,109,18.50\n9,1.28,26\n", encoding="utf-8")
    assert cec("batch", str(table), "-o", str(back)).code == 1
    assert cec("batch", str(table), "-o", str(there)).code == 1
    with opening(str(back), "xlsx") as read:
        frame = pl.concat([rows_of(block, read.layout).frame for block in read.blocks])
    assert frame.select("id", "weight_kg", "clofarabine_mg").rows() == [("007", "26", "38.4"), ("8", "18.50", "30")]
    readers: dict[str, Any] = {"csv": pl.read_csv, "jsonl": pl.read_ndjson, "parquet": pl.read_parquet}
    other = readers[ending](there)
    assert [float(cell) for cell in other["prednisone_mg"]] == [float(cell) for cell in frame["prednisone_mg"]]
    rejects = cells_of(tmp_path / "d.rejects.xlsx")
    assert [(row["row"], row["id"], row["height_cm"]) for row in rejects] == [("4", "9", "1.28")]
    row = rejects[0] | {"height_cm": "128"}
    mended = workbook(tmp_path / "m.xlsx", tuple(row), tuple(row.values()))
    assert cec("batch", str(mended), "-o", str(tmp_path / "more.xlsx")).code == 0


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (("=1/0", "#DIV/0!"), "'#DIV/0!' is a formula without a value"),
        (("=B2", ""), "'#FORMULA!' is a formula without a value"),
        (("=NA()", "#N/A"), "'#N/A' is a formula without a value"),
        ("26,5", "where a whole table has decimal commas, say --decimal ,"),
        (None, "'weight' is missing"),
    ],
)
def test_a_cell_without_a_number_is_never_taken_for_an_empty_one(cell: Any, words: str, tmp_path: Path) -> None:
    path = workbook(tmp_path / "p.xlsx", HEAD, (1, 128, 26, DAY, "f"), (2, 128, cell, DAY, "f"))
    done = cec("batch", str(path))
    assert (done.code, done.out.count("\n")) == (1, 2)
    assert "row 3: " in done.err
    assert words in done.err
    optional = workbook(tmp_path / "q.xlsx", (*HEAD[:3], "creatinine"), (2, 128, 26, cell))
    done = cec("batch", str(optional))
    assert done.code == (0 if cell is None else 1), "a fact that may be missing is not silently missing"


def test_a_number_of_days_is_refused_with_its_date(tmp_path: Path) -> None:
    """43234 is 14-May-2018: 43,101 is 1-Jan-2018, and 133 days later is 14-May."""
    path = workbook(tmp_path / "p.xlsx", HEAD, (1, 128, 26, 43234, "f"))
    assert (
        "born: '43234' is a number by which Excel counts days, 2018-05-14; write the date"
        in cec("batch", str(path)).err
    )


def test_rows_have_the_numbers_of_the_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "p.xlsx", HEAD, (1, 128, 26), (), (), (2, 1.28, 26), top=3)
    assert "row 8: 1.28 cm is not a possible height" in cec("batch", str(path)).err


def test_a_table_may_stand_anywhere_on_its_sheet(tmp_path: Path) -> None:
    """From D5 on: an error in the last column and a formula that nobody computed are seen in their own columns, and so
    is a last row of such formulas."""
    head, weight = (None, None, None, "id", "height_cm", "weight_kg", "creatinine"), ("=20+6", "")
    rows = [
        (1, 128, 26, ("=1/0", "#DIV/0!")),
        (2, ("=100+28", ""), 26, None),
        (3, 128, 26, None),
        (None, weight, weight),
    ]
    path = workbook(tmp_path / "p.xlsx", head, *((None, None, None, *row) for row in rows), top=4)
    done = cec("batch", str(path), "-q")
    assert [line.partition(":")[0] for line in done.err.splitlines()[:3]] == ["row 6", "row 7", "row 9"], done
    assert "row 6: creatinine: '#DIV/0!' is a formula without a value" in done.err
    assert "row 7: height: '#FORMULA!' is a formula without a value" in done.err
    path = workbook(tmp_path / "q.xlsx", (None, "Wykaz pacjentów"), (None, *HEAD[:3]), (None, 1, 128, 26))
    words = "row 1, names no column in C, D: delete what stands above the row of names, or name every column"
    assert words in cec("batch", str(path)).err


def test_a_cell_that_is_merged_over_rows_stands_in_each(tmp_path: Path) -> None:
    """Three children of one merged regimen, and orders of which each child's id, height and weight are merged.

    128 cm and 26 kg: 0.96 m2 × 40 = 38.4 mg; a title and a head that are merged over rows are no cells of the table.
    """
    book = xlsxwriter.Workbook(path := tmp_path / "p.xlsx")
    sheet = book.add_worksheet()
    for column, name in enumerate(("id", "height_cm", "weight_kg", "regimen")):
        sheet.merge_range(0, 1 + column, 1, 1 + column, name)
    for row in range(2, 5):
        sheet.write_row(row, 1, [row, 128, 26])
    sheet.merge_range("E3:E5", "cec-consolidation")
    book.close()
    done = cec("batch", str(path), "-q")
    assert [line.split(",")[3:6] for line in done.out.splitlines()[1:]] == [["cec-consolidation", "0.96", "38.4"]] * 3

    book = xlsxwriter.Workbook(path := tmp_path / "orders.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["id", "height_cm", "weight_kg", "drug", "dose", "unit"])
    doses = {"clofarabine": 38.4, "etoposide": 96, "cyclophosphamide": 422.4, "prednisone": 13}
    for child in range(2):
        for row, (drug, dose) in enumerate(doses.items(), 1 + 4 * child):
            sheet.write_row(row, 3, [drug, dose, "mg"])
        for column, cell in enumerate((child + 1, 128, 26)):
            sheet.merge_range(1 + 4 * child, column, 4 + 4 * child, column, cell)
    book.close()
    assert "2 orders: 2 agree" in cec("verify", str(path)).said


def test_an_id_that_no_formula_gave_is_nobody_s(tmp_path: Path) -> None:
    """Two orders whose ids nobody computed would otherwise be one; a column that passes through stays as it is."""
    head = ("id", "height_cm", "weight_kg", "drug", "dose", "unit")
    doses = (("clofarabine", 38.4), ("etoposide", 96), ("cyclophosphamide", 422.4), ("prednisone", 13))
    rows = [(("=B2", ""), 128, 26, drug, dose, "mg") for drug, dose in doses]
    done = cec("verify", str(workbook(tmp_path / "orders.xlsx", head, *rows)))
    assert (done.code, "id: '#FORMULA!' is a formula without a value; write the value" in done.said) == (1, True), done
    passing = cec("batch", str(workbook(tmp_path / "p.xlsx", HEAD[:3], (("=NA()", "#N/A"), 128, 26))))
    assert (passing.code, "#N/A,128,26,cec-induction,0.96" in passing.out) == (0, True)


def test_a_sheet_of_charts_is_no_table_and_says_nothing(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(path := tmp_path / "p.xlsx")
    book.add_worksheet("Pacjenci").write_row(0, 0, ["height_cm", "weight_kg"])
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Pacjenci!$A$1:$B$1"})
    book.add_chartsheet("Wykres").set_chart(chart)
    book.close()
    done = cec("batch", str(path))
    assert "p.xlsx: has the sheets Pacjenci, Wykres; say which with --sheet NAME" in done.err
    assert done.err.count("\n") == 1


def test_numbers_have_the_digits_that_excel_has(tmp_path: Path) -> None:
    """A sum of binary fractions has 17 digits in the file, and 15 on the screen."""
    path = workbook(tmp_path / "p.xlsx", ("height_cm", "weight_kg"), (128, ("=0.1+25.2", 25.300000000000000711)))
    xml = tmp_path / "p2.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(xml, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b"<v>25.3</v>", b"<v>25.300000000000001</v>"))
    assert "\n128,25.3,cec-induction" in cec("batch", str(xml)).out


def test_a_sheet_is_chosen_by_its_name_where_there_are_several(tmp_path: Path) -> None:
    path = workbook(tmp_path / "p.xlsx", HEAD, (1, 128, 26), sheets=("Pacjenci", "Stare"))
    assert "has the sheets Pacjenci, Stare; say which with --sheet NAME" in cec("batch", str(path)).err
    assert "has no sheet 'Nowe'; there are Pacjenci, Stare" in cec("batch", str(path), "--sheet", "Nowe").err
    assert "sheet 'Stare' is empty" in cec("batch", str(path), "--sheet", "Stare").err
    assert ",38.4,96," in cec("batch", str(path), "--sheet", "Pacjenci").out


def test_a_sheet_without_names_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "p.xlsx", ("Lista pacjentów",), ("id", "height_cm", "weight_kg"), (1, 128, 26))
    words = "sheet 'Pacjenci', row 1, names no column in B, C: delete what stands above the row of names"
    assert words in cec("batch", str(path)).err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"id,height_cm\n", "is not a workbook (.xlsx): File is not a zip file"),
        (b"PK\x03\x04 and so on", "is not a workbook (.xlsx)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a workbook of an older Excel, or one with a password"),
        (b"", "is not a workbook"),
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    path.write_bytes(content)
    done = cec("batch", str(path))
    assert (done.code, words in done.err) == (1, True), done.err


def test_a_library_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "p.xlsx", HEAD, (1, 128, 26))
    for library, arguments in (("fastexcel", ("p.xlsx",)), ("xlsxwriter", ("p.csv", "-o", "d.xlsx"))):
        (tmp_path / "p.csv").write_text("height_cm,weight_kg\n128,26\n", encoding="utf-8")
        monkeypatch.setitem(__import__("sys").modules, library, None)
        monkeypatch.chdir(path.parent)
        done = cec("batch", *arguments)
        assert (done.code, f"{library} is not installed: pip install {library}" in done.err) == (1, True), done.err
    assert not (tmp_path / "d.xlsx").exists()


def test_what_does_not_fit_into_a_sheet_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, doses = tmp_path / "p.csv", tmp_path / "d.xlsx"
    table.write_text(f"height_cm,weight_kg,note\n128,26,{'x' * 40_000}\n", encoding="utf-8")
    assert (
        "row 2 does not fit: a sheet holds at most 32,767 characters" in cec("batch", str(table), "-o", str(doses)).err
    )
    table.write_text("height_cm,weight_kg\n128,26\n128,26\n", encoding="utf-8")
    monkeypatch.setattr(xlsx, "MOST_ROWS", 2)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert "a sheet holds 2 rows; write .csv or .parquet" in cec("batch", str(table), "-o", str(doses)).err
    assert not doses.exists()
    assert list((tmp_path / "temporary").iterdir()) == [], "nothing of a patient stays"


def hiding(path: Path, *rows: int) -> Path:
    """A copy of a workbook of which a filter hides these rows, counted as the sheet does."""
    other = path.with_name(f"hiding-{path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                for row in rows:
                    content = content.replace(f'<row r="{row}"'.encode(), f'<row r="{row}" hidden="1"'.encode())
            new.writestr(part, content)
    return other


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        ((3,), "1 row that the sheet hides is read like all others: 3; take it out if it is not meant"),
        ((2, 4), "2 rows that the sheet hides are read like all others: 2 and 4; take them out if they are not meant"),
        ((1, 5), ""),
    ],
    ids=["one", "two", "only names and an empty row"],
)
def test_rows_that_a_filter_hides_are_dosed_and_named(hidden: tuple[int, ...], words: str, tmp_path: Path) -> None:
    """A person who filtered a sheet sees fewer patients than are dosed."""
    path = workbook(tmp_path / "p.xlsx", HEAD[:3], ("1", 128, 26), ("2", 140, 35), ("3", 150, 40), ("", None, None))
    done = cec("batch", str(hiding(path, *hidden)), "-o", str(tmp_path / "d.csv"))
    assert done.code == 0, done.err
    assert "3 read: 3 dosed" in done.err
    assert ("hides" in done.err) == bool(words)
    assert words in done.err
    doses = hiding(workbook(tmp_path / "o.xlsx", (*HEAD[:3], "etoposide_mg"), ("1", 128, 26, 96)), 2)
    assert "1 row that the sheet hides is read like all others: 2" in cec("verify", str(doses)).err


def test_verify_reads_a_workbook(tmp_path: Path) -> None:
    head = ("id", "height_cm", "weight_kg", "clofarabine_mg", "etoposide_mg", "cyclophosphamide_mg", "prednisone_mg")
    path = workbook(
        tmp_path / "orders.xlsx", head, (1, 128, 26, 38.4, 96, 422.4, 13), (2, 128, 26, 38.4, 960, 422.4, 13)
    )
    done = cec("verify", str(path))
    assert (done.code, "line 3, id 2: etoposide 960 mg, expected 96 mg" in done.said) == (1, True), done


SHEET = """<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>\
<row r="1"><c r="A1" t="str"><v>height_cm</v></c><c r="B1" t="str"><v>weight_kg</v></c><c r="C1" t="str">\
<v>creatinine</v></c></row><row r="2"><c r="A2"><v>128</v></c><c r="B2"><v>26</v></c>\
<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row></sheetData></worksheet>"""


@pytest.mark.parametrize(
    "written",
    [
        lambda xml: xml,
        lambda xml: re.sub(r' r="[A-Z]*[0-9]"', "", xml),
        lambda xml: xml.replace('"', "'"),
        lambda xml: re.sub(r"<(/?)(?=[a-z])", r"<\1x:", xml).replace("xmlns=", "xmlns:x="),
        lambda xml: xml.replace(' r="C2" t="e"', ' t="e" r="C2"'),
    ],
    ids=["as Excel", "without places", "in single quotes", "with a prefix", "in another order"],
)
def test_an_error_is_seen_however_a_program_writes_its_xml(written: Callable[[str], str], tmp_path: Path) -> None:
    path, other = workbook(tmp_path / "p.xlsx", ("x",)), tmp_path / "other.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for part in old.namelist():
            is_sheet = part == "xl/worksheets/sheet1.xml"
            new.writestr(part, written(SHEET) if is_sheet else old.read(part))
    done = cec("batch", str(other))
    assert "row 2: creatinine: '#DIV/0!' is a formula without a value" in done.err, done


def test_a_workbook_that_unpacks_to_more_than_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "LARGEST", 1000)
    assert "is too large for a workbook" in cec("batch", str(workbook(tmp_path / "p.xlsx", HEAD))).err
