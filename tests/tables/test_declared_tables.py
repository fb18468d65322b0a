"""Tables as hospitals have them: what is declared of a table is read, and without it refused with what to declare."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path

import pytest
from running import cec

from cec.cli.table_options import mapping
from cec.errors import InputError
from cec.tables.declared import Declared, plain_date, plain_text, read_encoding, read_form, with_point

EXPORT = """\
Nr historii;Wzrost [cm];Waga [kg];Data ur.;Płeć;Kreatynina mg/dL;Protokół;Oddział
007;128;26,5;14.05.2018;K;0,45;CEC indukcja;Łódź
8;139,5;33,1;01.02.2016;M;brak;CEC indukcja;Żółć
"""
MAPPED = (
    "--map 'id=Nr historii,height=Wzrost [cm],weight=Waga [kg],born=Data ur.,sex=Płeć' --map regimen=Protokół "
    "--map 'creatinine=Kreatynina mg/dL'"
)
DECLARED = {
    "--encoding": "--encoding cp1250",
    "--decimal": "--decimal ,",
    "--dates": "--dates DD.MM.YYYY",
    "--value 'sex:K": "--value sex:K=female --value sex:M=male",
    "--value 'regimen:CEC indukcja": "--value 'regimen:CEC indukcja=cec-induction'",
    "'brak' is not a number": "--value creatinine:brak=",
}
"""What must be declared of the export, each by the words that a refusal without it has."""


def run(folder: Path, *options: str) -> tuple[list[dict[str, str]], str]:
    """The dosed rows of the export, and all that was written of the others."""
    path, doses, rejects = folder / "export.csv", folder / "doses.csv", folder / "doses.rejects.csv"
    path.write_bytes(EXPORT.replace("\n", "\r\n").encode("cp1250"))
    done = cec("batch", str(path), *shlex.split(" ".join((MAPPED, *options))), "-o", str(doses), "--overwrite")
    rows = list(csv.DictReader(doses.open(encoding="utf-8"), delimiter=";")) if doses.exists() else []
    return rows, done.err + (rejects.read_text(encoding="utf-8") if rejects.exists() else "")


def test_a_polish_export_goes_through_with_what_is_declared(tmp_path: Path) -> None:
    """√(128 × 26.5 / 3600) = 0.9707 → 0.97 m2, × 40 = 38.8 mg; √(139.5 × 33.1 / 3600) = 1.1325 → 1.13 m2, 45.2 mg."""
    rows, _ = run(tmp_path, *DECLARED.values())
    assert [(row["Nr historii"], row["bsa_m2"], row["clofarabine_mg"]) for row in rows] == [
        ("007", "0.97", "38.8"),
        ("8", "1.13", "45.2"),
    ]
    assert [row["Oddział"] for row in rows] == ["Łódź", "Żółć"], "columns that pass through are UTF-8"
    assert [row["Waga [kg]"] for row in rows] == ["26,5", "33,1"], "and stay as they are"


@pytest.mark.parametrize("words", DECLARED)
def test_without_it_the_option_is_named(words: str, tmp_path: Path) -> None:
    rows, messages = run(tmp_path, *(option for name, option in DECLARED.items() if name != words))
    assert words in messages
    assert len(rows) < 2


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("26,5", "26.5"),
        ("26,5 kg", "26.5 kg"),
        ("4 ft 2,5 in", "4 ft 2.5 in"),
        ("26", "26"),
        ("1 234,5", "1 234.5"),
        ("60 mL/min/1.73 m2", "60 mL/min/1.73 m2"),
    ],
)
def test_numbers_with_a_comma(cell: str, plain: str) -> None:
    assert plain_text("weight", cell, Declared(decimal=",")) == plain


@pytest.mark.parametrize("cell", ["26.5", "1.234,5", "1.234"])
def test_a_point_among_commas_is_refused(cell: str) -> None:
    """It may part thousands. A workbook, whose numbers have no sign of their own, may have both."""
    with pytest.raises(InputError, match="has a point, and in this table decimals stand behind a comma"):
        with_point(cell, ",")
    assert with_point("26.5", ",", has_points=True) == "26.5"


@pytest.mark.parametrize("cell", ["33,", " ,45", "33, kg"])
def test_a_comma_has_digits_on_both_sides(cell: str) -> None:
    with pytest.raises(InputError, match="needs a digit on both sides of the comma"):
        with_point(cell, ",")


@pytest.mark.parametrize(
    ("form", "cell", "day"),
    [
        ("DD.MM.YYYY", "30.11.2026", "2026-11-30"),
        ("D.M.YYYY", "1.2.2026", "2026-02-01"),
        ("MM/DD/YYYY", "02/01/2026", "2026-02-01"),
        ("DD/MM/YYYY", "02/01/2026", "2026-01-02"),
        ("YYYYMMDD", "20261130", "2026-11-30"),
        ("DD-MMM-YYYY", "30-NOV-2026", "2026-11-30"),
        ("DD.MM.YYYY", "30.11.2026 00:00:00", "2026-11-30"),
        ("YYYY/MM/DD", "2026/11/30", "2026-11-30"),
    ],
)
def test_dates_of_a_form(form: str, cell: str, day: str) -> None:
    assert plain_date(cell, read_form(form)) == day


@pytest.mark.parametrize("cell", ["30.11.26", "30.11.2026 09:30", "1.2.2026", "2026-11-30", "30/11/2026"])
def test_other_dates_stay_for_the_usual_reader(cell: str) -> None:
    assert plain_date(cell, "DD.MM.YYYY") == cell


def test_a_date_that_is_none_is_quoted_as_it_stands() -> None:
    with pytest.raises(InputError, match=r"'31\.02\.2026' is not in the calendar"):
        plain_date("31.02.2026", "DD.MM.YYYY")


@pytest.mark.parametrize("form", ["DD.MM.YY", "MM.YYYY", "DD.DD.MM.YYYY", "", "DMYYYY", "foo", "DD.MM.YYYY hh"])
def test_forms_that_do_not_tell_a_date(form: str) -> None:
    with pytest.raises(InputError, match=r"is not a form of dates|does not tell where a day ends"):
        read_form(form)


@pytest.mark.parametrize(
    ("typed", "columns"),
    [
        (["height=Wzrost,weight=Waga"], {"height": "Wzrost", "weight": "Waga"}),
        (["height=Wzrost, cm"], {"height": "Wzrost, cm"}),
        (["weight=Waga, kg=rano"], {"weight": "Waga, kg=rano"}),
        (["height=a,b", "weight=c"], {"height": "a,b", "weight": "c"}),
    ],
)
def test_several_columns_stand_in_one_option(typed: list[str], columns: dict[str, str]) -> None:
    assert mapping(typed) == columns


def test_forms_and_encodings_by_their_other_names() -> None:
    assert [read_form("tt.mm.jjjj"), read_form("dd.mm.rrrr")] == ["DD.MM.YYYY"] * 2
    assert [read_encoding(name) for name in ("windows-1250", "latin-1", "UTF8")] == ["cp1250", "iso-8859-1", "utf-8"]
    for name in ("rot13", "hex", "idna", "utf-7", "klingon", ""):
        with pytest.raises(InputError, match="is not one of utf-8, utf-16, cp1250"):
            read_encoding(name)


TABLE = "id,height_cm,weight_kg,sex\n1,128,26,f\n"


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("id,height_cm,weight_kg,ż\n".encode(), "--encoding cp1250", "is UTF-8, as its first lines show, not cp1250"),
        (b"\xef\xbb\xbf" + TABLE.encode(), "--encoding cp1252", "is UTF-8, as its first lines show, not cp1252"),
        (TABLE.encode("utf-16"), "", "is UTF-16; say --encoding utf-16, or save"),
        (TABLE.encode(), "--decimal ;", "--decimal: ';' is neither a point nor a comma"),
        (TABLE.encode(), "--value sx:K=female", "--value: no column tells the sx; did you mean sex?"),
        (TABLE.encode(), "--value age:K=5", "'age:K=5' would change what was measured"),
        (TABLE.encode(), "--value regimen:A=", "'regimen:A=' names no regimen; write regimen:A=NAME, or its file"),
        (TABLE.encode(), "--value K=female", "--value: 'K=female' is not WHAT:TEXT=VALUE"),
        (TABLE.encode(), "--value sex:K=f --value sex:K=m", "--value: sex:K is given twice"),
        (TABLE.encode(), "--sheet A", "--sheet: is for a workbook (.xlsx)"),
    ],
)
def test_what_cannot_be_declared_is_refused(content: bytes, options: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_bytes(content)
    done = cec("batch", str(path), *shlex.split(options))
    assert (done.code, done.out, words in done.err) == (1, "", True), done.err


@pytest.mark.parametrize("encoding", ["utf-16", "cp1250", "iso-8859-2", "utf-8"])
def test_other_encodings_are_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_bytes("id,height_cm,weight_kg,Oddział\n1,128,26,Żółć\n".encode(encoding))
    done = cec("batch", str(path), "--encoding", encoding)
    assert (done.code, ",26,Żółć,cec-induction,0.96,38.4,96," in done.out) == (0, True), done.err


def test_a_byte_that_the_encoding_does_not_have_costs_its_row_alone(tmp_path: Path) -> None:
    """0x81 is no character of cp1250."""
    path = tmp_path / "patients.csv"
    path.write_bytes(b"id,height_cm,weight_kg,note\n1,128,26,\xb9\n2,128,26,\xb9\xb9\x81\n3,128,26,\n")
    done = cec("batch", str(path), "--encoding", "cp1250")
    assert "row 3: character 12 of the line (hexadecimal 81) is not cp1250" in done.err
    assert [line[:2] for line in done.out.splitlines()] == ["id", "1,", "3,"]


LONG = """\
Pacjent;Wzrost;Waga;Lek;Dawka;Jedn;Dni;Czas
1;128;26;Klofarabina;38,4;mg;1-5;2 h
1;128;26;Etopozyd;96;mg;1-5;2,0 h
1;128;26;Cyklofosfamid;422,4;mg;1-5;1 h
1;128;26;Prednizon;13;mg;1-5;
"""
NAMES = {"Klofarabina": "clofarabine", "Etopozyd": "etoposide", "Cyklofosfamid": "cyclophosphamide"} | {
    "Prednizon": "prednisone"
}


def long_table(folder: Path, etoposide: str = "96") -> list[str]:
    path = folder / "orders.csv"
    path.write_bytes(LONG.replace("Etopozyd;96;", f"Etopozyd;{etoposide};").encode("cp1250"))
    mapped = "id=Pacjent,height=Wzrost,weight=Waga,drug=Lek,dose=Dawka,unit=Jedn,days=Dni,over=Czas"
    values = [f"--value=drug:{name}={drug}" for name, drug in NAMES.items()]
    return [str(path), "--map", mapped, "--encoding", "cp1250", *values]


def test_verify_reads_a_long_table_by_what_its_columns_are_said_to_be(tmp_path: Path) -> None:
    """40, 100 and 440 mg/m2 by 0.96 m2, 0.5 mg/kg by 26 kg."""
    done = cec("verify", *long_table(tmp_path), "--decimal", ",")
    assert (done.code, "1 order: 1 agree" in done.said) == (0, True), done
    assert "not compared: times a day and route" in done.said, "days and durations were"
    done = cec("verify", *long_table(tmp_path, "192"), "--decimal", ",")
    assert (done.code, "etoposide 192 mg, expected 96 mg" in done.said) == (1, True)
    done = cec("verify", *long_table(tmp_path))
    assert (done.code, "say --decimal ," in done.said) == (1, True)
    done = cec("verify", *long_table(tmp_path, "96.0"), "--decimal", ",")
    assert (done.code, "'96.0' has a point" in done.said) == (1, True)
    words = "--map says which column tells the drug of a row that is one drug; say drug=… and dose=… too"
    assert words in cec("verify", str(tmp_path / "orders.csv"), "--map", "height=Wzrost,weight=Waga,drug=Lek").err


def test_verify_reads_decimal_commas_of_a_wide_table_many_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    head = "id;height_cm;weight_kg;clofarabine_mg;etoposide_mg;cyclophosphamide_mg;prednisone_mg\n"
    rows = "1;128;26;38,4;96;422,4;13\n2;128;26;38.4;96;422,4;13\n3;128;26,0;38,4;96;422,4;130\n"
    path.write_text(head + rows, encoding="utf-8")
    done = cec("verify", str(path), "--decimal", ",")
    assert "line 3, id 2: clofarabine_mg: '38.4' has a point" in done.said
    assert "line 4, id 3: prednisone 130 mg, expected 13 mg" in done.said
    assert "3 rows: 1 agree, 1 differ, 1 cannot be held against an order" in done.said


@pytest.mark.parametrize(("fact", "word", "both"), [("prior_hsct", "nie", "true false"), ("sex", "M.", "female male")])
def test_what_a_word_means_is_not_suggested_to_be_one_of_two(fact: str, word: str, both: str, tmp_path: Path) -> None:
    """`nie` is no: who copies an example that says true would have told the opposite."""
    path = tmp_path / "patients.csv"
    path.write_text(f"height_cm,weight_kg,{fact}\n128,26,{word}\n", encoding="utf-8")
    first, second = both.split()
    hint = f"or say what it means: --value '{fact}:{word}={first}' or '{fact}:{word}={second}'"
    assert hint in cec("batch", str(path)).err


def test_a_free_text_regimen_is_mapped_or_left_out(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("height_cm,weight_kg,regimen\n128,26,AC (piersi)\n128,26,\n", encoding="utf-8")
    own = tmp_path / "ac.yaml"
    own.write_text(
        "name: ac\ntitle: AC\nedition: 1\nfor: tests\nsource: {citation: made up}\ndrugs:\n"
        "  - {drug: doxorubicin, dose: 60 mg/m2, route: IV bolus, days: 1}\n",
        encoding="utf-8",
    )
    done = cec("batch", str(path))
    assert "where it means one, say --value 'regimen:AC (piersi)=NAME' (or its file), else --ignore-column" in done.err
    done = cec("batch", str(path), "--value", f"regimen:AC (piersi)={own}")
    assert (done.code, "128,26,AC (piersi),0.96,57.6," in done.out) == (1, True), done
    assert "row 3: no regimen is named" in done.err
    done = cec("batch", str(path), "--ignore-column", "regimen")
    assert done.code == 1
    assert "the table has columns that this would add: regimen" in done.err
