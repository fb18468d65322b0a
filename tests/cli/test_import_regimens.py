"""Regimens from tables: every row is a drug line or the whole table is refused, and no gap passes the check."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import xlsxwriter
from running import Done, cec

from cec import load_regimen
from cec.load import check_regimen

TABLE = """\
Protokół;Lek;Dawka;Jedn;Dni;Droga;Czas;maximum;Uwagi
AC;doxorubicin;60;mg/m2;1;IV bolus;;;
AC;cyclophosphamide;600;mg/m2;1;wlew;0,5 h;;po: antybiotyku
Wini + pred;vincristine;1,5;mg/m2;1, 8;IV bolus;;2 mg;#2
Wini + pred;prednisone;40 mg/m2;;1-5;oral;;;
"""
OPTIONS = (
    "--map regimen=Protokół,drug=Lek,dose=Dawka,unit=Jedn,days=Dni,route=Droga,over=Czas,note=Uwagi "
    "--value 'route:wlew=IV infusion' --decimal , --for tests --source 'a book'"
)


def run(folder: Path, table: str, options: str = OPTIONS) -> Done:
    path = folder / "protocols.csv"
    path.write_text(table, encoding="utf-8")
    return cec("regimen", "import", str(path), *shlex.split(options), "-o", str(folder / "new"))


def test_every_row_is_a_drug_line(tmp_path: Path) -> None:
    done = run(tmp_path, TABLE)
    assert done.code == 0, done.err
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["ac.yaml", "wini-pred.yaml"]
    first, second = (check_regimen(tmp_path / "new" / name) for name in ("ac.yaml", "wini-pred.yaml"))
    assert [(line.drug, str(line.doses[0]), line.route, line.days) for line in first.drugs] == [
        ("doxorubicin", "60 mg/m2", "IV bolus", (1,)),
        ("cyclophosphamide", "600 mg/m2", "IV infusion", (1,)),
    ]
    assert (str(first.drugs[1].over), first.drugs[1].note) == ("0.5 h", "po: antybiotyku")
    assert [(line.drug, str(line.doses[0]), line.days, line.note) for line in second.drugs] == [
        ("vincristine", "1.5 mg/m2", (1, 8), "#2"),
        ("prednisone", "40 mg/m2", (1, 2, 3, 4, 5), ""),
    ]
    assert str(second.drugs[0].maximum) == "2 mg"
    assert (first.title, second.title, first.status, first.source.citation) == ("AC", "Wini + pred", "draft", "a book")


@pytest.mark.parametrize(
    ("before", "after", "key", "reason"),
    [
        ("IV bolus;;;", ";;;", "route", "row 2: route: the table does not tell it"),
        (";wlew;0,5 h;", ";wlew;;", "over", "row 3: over: the table does not tell it: how long one infusion runs"),
        (
            "AC;doxorubicin;60;mg/m2;1;",
            "AC;doxorubicin;60;mg/m2;d1;",
            "days",
            "row 2: days: 'd1' are not days; write 1",
        ),
        ("AC;doxorubicin;60;", "AC;doxorubicin;wg;", "dose", "row 2: dose: 'wg' is not a number"),
        ("AC;doxorubicin;60;mg/m2", "AC;doxorubicin;60;", "dose", "row 2: dose: '60' has no unit"),
        ("AC;doxorubicin;", "AC;;", "drug", "row 2: drug: the table does not tell it: the drug's full name"),
        (";wlew;", ";kroplówka;", "route", "row 3: route: 'kroplówka' is not a route"),
        (
            ";60;mg/m2;1;IV bolus;;;",
            ";60;mg/m2;1;IV bolus;;2 kg;",
            "maximum",
            "row 2: maximum: '2 kg' is not an amount",
        ),
    ],
)
def test_a_gap_is_told_and_refused_by_the_check(before: str, after: str, key: str, reason: str, tmp_path: Path) -> None:
    assert before in TABLE
    done = run(tmp_path, TABLE.replace(before, after, 1))
    assert (done.code, reason in done.err) == (1, True), done.err
    path = tmp_path / "new" / "ac.yaml"
    assert f"{key}:  # row " in path.read_text(encoding="utf-8")
    checked = cec("regimen", "check", str(path))
    assert (checked.code, f"{key}: is empty; write a value" in checked.out) == (1, True), checked.out
    assert cec("regimen", "check", str(tmp_path / "new" / "wini-pred.yaml")).code == 0


def test_what_the_regimen_lacks_is_a_gap_too(tmp_path: Path) -> None:
    done = run(tmp_path, TABLE, OPTIONS.replace("--for tests --source 'a book'", ""))
    assert done.code == 1
    for key in ("for", "citation"):
        assert f"{key}:  # the table does not tell it" in (tmp_path / "new" / "ac.yaml").read_text(encoding="utf-8")
    with pytest.raises(Exception, match="for: is empty"):
        load_regimen(tmp_path / "new" / "ac.yaml")


def test_what_the_table_tells_in_two_ways_is_a_gap(tmp_path: Path) -> None:
    """A unit in the cell of a dose beside another in the column of units, two sources: neither is taken."""
    told_twice = TABLE.replace("doxorubicin;60;", "doxorubicin;60 mg;").replace("phamide;600;", "phamide;600 mg/m2;")
    sources = ("source", "a paper", "a book", "", "")
    pairs = zip(told_twice.splitlines(), sources, strict=True)
    table = "".join(f"{row};{source}\n" for row, source in pairs)
    done = run(tmp_path, table)
    assert "row 2: dose: '60 mg' stands beside the unit 'mg/m2': which one is meant is not guessed" in done.err
    assert "ac.yaml: citation: the table tells it in 2 ways: 'a paper' in row 2, 'a book' in row 3" in done.err
    assert "row 3: dose" not in done.err
    text = (tmp_path / "new" / "ac.yaml").read_text(encoding="utf-8")
    assert ("    dose:  # row 2" in text, "    dose: 600 mg/m2\n" in text) == (True, True)


def test_lines_that_do_not_fit_together_are_told(tmp_path: Path) -> None:
    done = run(tmp_path, TABLE + "AC;doxorubicin;60;mg/m2;1;IV bolus;;;\n")
    assert (done.code, "ac.yaml:" in done.err, "doxorubicin" in done.err) == (1, True, True), done.err


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        (TABLE.replace("\nAC;", "\n;", 1), OPTIONS, "row 2 names no regimen: write its name into every row"),
        (TABLE.replace("\nAC;", "\na c;", 1).replace("\nAC;", "\nA-C;", 1), OPTIONS, "would both be a-c.yaml"),
        (
            TABLE,
            OPTIONS.replace("drug=Lek", "drg=Lek"),
            "'drg' is nothing that a column of regimens can tell; did you mean drug?",
        ),
        (TABLE, OPTIONS.replace("drug=Lek,", ""), "no column tells the drug; say which with --map drug=COLUMN"),
        (TABLE, OPTIONS.replace("Czas", "Cas"), "there is no column 'Cas' for the over"),
        (TABLE.replace("1,5", "1.5"), OPTIONS, "row 4: Dawka: '1.5' has a point"),
        (TABLE + "x;y\n", OPTIONS, "row 6 has 2 cells; the first line names 9 columns"),
        (TABLE.replace("AC;", "cec-induction;"), OPTIONS, "'cec-induction' always leads to the shipped regimen"),
        (TABLE.partition("\n")[0] + "\n", OPTIONS, "has no rows"),
        (TABLE, f"{OPTIONS} --value sex:K=f", "--value: no column tells the sex"),
    ],
)
def test_a_table_that_cannot_be_taken_writes_nothing(table: str, options: str, words: str, tmp_path: Path) -> None:
    done = run(tmp_path, table, options)
    assert (done.code, words in done.err, (tmp_path / "new").exists()) == (1, True, False), done.err


def test_a_folder_that_has_something_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mine.yaml").write_text("x", encoding="utf-8")
    assert "is there already and not empty" in run(tmp_path, TABLE).err
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["mine.yaml"]


def test_columns_with_the_names_of_keys_need_no_map_in_a_workbook(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "p.xlsx")
    sheet = book.add_worksheet("Regimens")
    for row, cells in enumerate(
        [
            ("regimen", "drug", "dose", "unit", "days", "route", "over", "for", "source", "Owner"),
            ("AC", "doxorubicin", 60, "mg/m2", 1, "IV bolus", None, "breast cancer", "a book", "x"),
            ("AC", "cyclophosphamide", 600, "mg/m2", 1, "IV infusion", "30 min", "", "", "y"),
        ]
    ):
        sheet.write_row(row, 0, list(cells))
    book.close()
    done = cec("regimen", "import", str(tmp_path / "p.xlsx"), "-o", str(tmp_path / "new"))
    assert (done.code, "columns not read: Owner" in done.err) == (0, True), done.err
    assert str(check_regimen(tmp_path / "new" / "ac.yaml").drugs[1].doses[0]) == "600 mg/m2"


def test_what_would_tell_nothing_is_not_offered() -> None:
    """A table of drug lines has no dates and no patients, and no name of a regimen in it leads to a file."""
    offered = " ".join(cec("regimen", "import", "--help").out.split())
    assert "drug=Lek" in offered
    assert not [word for word in ("--dates", "--regimens", "height", "sex") if word in offered]
