"""What a table tells is read, or a person is asked; what tells nothing passes in peace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import Done, cec

from cec import dose_table, load_regimen
from cec.errors import CecError
from cec.tables.asked import asked_about

LIFETIME = Path(__file__).parent.parent / "regimens" / "lifetime.yaml"
INDUCTION = load_regimen("cec-induction")


def batch(folder: Path, table: str, *arguments: str, name: str = "patients.csv") -> Done:
    path = folder / name
    path.write_text(table, encoding="utf-8")
    return cec("batch", str(path), *arguments)


# Units that another column tells


def test_a_column_of_units_is_read(tmp_path: Path) -> None:
    """57.3 lb × 0.45359237 is 25.99… kg; 8 months are below a year, which the regimen stops at."""
    done = batch(tmp_path, "id,height_cm,weight,weight_unit\n1,128,57.3,lb\n2,128,26,kg\n")
    doses = [line.split(",")[5:9] for line in done.out.splitlines()[1:]]
    assert doses == [["0.96", "38.4", "96", "422.4"]] * 2
    assert "12.99" in done.out.splitlines()[1]  # 0.5 mg/kg
    done = batch(tmp_path, "height_cm,weight_kg,age,ageUnit\n79,11,8,months\n")
    assert (done.code, "infant" in done.err) == (1, True)
    assert "columns read: height_cm, weight_kg, age, ageUnit" in done.err


@pytest.mark.parametrize(
    ("head", "row", "words"),
    [
        ("weight_kg,weight_unit", "57.3,lb", "column 'weight_unit' says lb, but column 'weight_kg' says kg"),
        ("weight,weight_unit", "57.3,", "'57.3' has no unit: its column 'weight_unit' is empty"),
        ("weight,weight_unit", "9,stone", "'stone' in column 'weight_unit' is not one of kg, g, lb"),
        ("weight,weight_uom", "26 kg,lb", "'26 kg' is not in lb, which column 'weight_uom' says"),
        ("weight_lb,note", "26 kg,", "'26 kg' is not in lb, which column 'weight_lb' says; write a number of lb"),
        ("weight_lb,note", '"57,3",', "nothing for thousands; write a number of lb, like 57.3"),
    ],
)
def test_units_that_contradict_each_other_reject_the_row(head: str, row: str, words: str, tmp_path: Path) -> None:
    done = batch(tmp_path, f"id,height_cm,{head}\n1,128,{row}\n")
    assert (done.code, words in done.err) == (1, True), done.err
    frame = pl.read_csv(tmp_path / "patients.csv", infer_schema=False)
    assert words in dose_table(frame)["rejected"][0]


@pytest.mark.parametrize(
    ("head", "row"), [("weight_lb", "57.3 lbs"), ("weight_kg,weight_unit", "26,Kilograms"), ("weight", "57.3lb")]
)
def test_units_that_agree_pass_in_peace(head: str, row: str, tmp_path: Path) -> None:
    done = batch(tmp_path, f"id,height_cm,{head}\n1,128,{row}\n")
    assert (done.code, ",0.96,38.4,96," in done.out) == (0, True)


def test_verify_reads_the_unit_too(tmp_path: Path) -> None:
    """57.3 kg would be a BSA of √(128 × 57.3 / 3600) = 1.43 m2, and clofarabine 57.2 mg."""
    path = tmp_path / "orders.csv"
    head = "id,height_cm,weight,weight_unit,clofarabine_mg,etoposide_mg,cyclophosphamide_mg,prednisone_mg\n"
    path.write_text(f"{head}1,128,57.3,lb,38.4,96,422.4,13\n", encoding="utf-8")
    assert cec("verify", str(path)).code == 0
    path.write_text(f"{head}1,128,57.3,kg,38.4,96,422.4,13\n", encoding="utf-8")
    assert "clofarabine 38.4 mg (57.2 mg expected)" in cec("verify", str(path)).said


# Columns that hold a word of a fact

ASKED = [
    *("allergy", "hsct", "creatinine_mmol_l", "etoposide_reduction", "prior_daunorubicin"),
    *("weightKgOld", "height_2", "dob", "uom", "clofarabine_dose", "EARLIER anthracycline", "Weigth (kg)"),
]
PEACE = [
    "ward",
    "note",
    "stage",
    "age_group",
    "page",
    "dosage",
    "weighed_by",
    "height_source",
    "allergy_note",
    "Oddział",
]


@pytest.mark.parametrize("name", ASKED)
def test_a_word_of_a_fact_is_asked_about_before_any_row_is_dosed(name: str, tmp_path: Path) -> None:
    table = f"id,height_cm,weight_kg,{name}\n1,128,26,\n"
    done = batch(tmp_path, table, "-o", str(tmp_path / "doses.csv"))
    assert (done.code, f"column '{name}' is not read, and its name" in done.err) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["patients.csv"]
    done = batch(tmp_path, table, "--ignore-column", name)
    assert (done.code, ",38.4,96," in done.out, f"columns not read: {name}\n" in done.err) == (0, True, True)
    with pytest.raises(CecError, match="ignore="):
        dose_table(pl.read_csv(tmp_path / "patients.csv", infer_schema=False))
    dosed = dose_table(pl.read_csv(tmp_path / "patients.csv", infer_schema=False), ignore=[name])
    assert dosed["clofarabine_mg"].to_list() == ["38.4"]


def test_other_columns_pass_in_peace_and_are_listed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    done = batch(tmp_path, f"height_cm,weight_kg,{','.join(PEACE)}\n128,26{',x' * len(PEACE)}\n")
    assert (done.code, f"columns not read: {', '.join(PEACE)}\n" in done.err) == (0, True)
    assert dose_table(pl.read_csv(tmp_path / "patients.csv"))["clofarabine_mg"].to_list() == ["38.4"]
    assert capfd.readouterr() == ("", "")


def test_what_a_column_probably_tells_is_said(tmp_path: Path) -> None:
    done = batch(tmp_path, "height_cm,weight_kg,hsct,uom,etoposide_reduction\n128,26,true,,\n")
    for told in ("prior_hsct=hsct", "weight_unit=uom", "reduce=etoposide_reduction"):
        assert f"add --map '{told}' if it tells that, else --ignore-column '{told.split('=')[1]}'" in done.err
    done = batch(tmp_path, "height_cm,weight_kg,hsct\n128,26,true\n", "--map", "prior_hsct=hsct")
    assert (done.code, "prior-hsct" in done.out) == (0, True)


def test_a_column_of_a_fact_that_another_one_tells_is_said_to_be_that(tmp_path: Path) -> None:
    done = batch(tmp_path, "id,h,height_cm,weight_kg\n1,128,129,26\n", "--map", "height=h")
    assert "column 'height_cm' is not read, and its name is that of height, which another column tells: " in done.err


def test_a_column_that_is_ignored_tells_nothing(tmp_path: Path) -> None:
    """0.413 × 128 cm / 9 mg/dL is 6 mL/min/1.73 m2; without the column nobody knows."""
    table = "height_cm,weight_kg,age,sex,creatinine_mg_dl\n128,26,8,female,9\n"
    read = batch(tmp_path, table, "--map", "creatinine=creatinine_mg_dl")
    assert "clofarabine-renal" in read.out
    done = batch(tmp_path, table, "--ignore-column", "creatinine_mg_dl")
    assert (done.code, "clofarabine-renal" in done.out) == (0, False)
    assert "columns not read: creatinine_mg_dl" in done.err
    assert "there is no column 'x' to ignore" in batch(tmp_path, table, "--ignore-column", "x").err


def test_verify_asks_too(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("height_cm,weight_kg,clofarabine_mg,etoposide_reduction\n128,26,38.4,25%\n", encoding="utf-8")
    done = cec("verify", str(path))
    assert (done.code, "column 'etoposide_reduction' is not read" in done.err) == (1, True)
    assert "Every" not in done.out
    assert "etoposide_reduction" in cec("verify", str(path), "--ignore-column", "etoposide_reduction").err


@pytest.mark.parametrize(
    ("fact", "column", "words"),
    [
        ("weight", "Gewicht Pfund", "says pfund, in which no bare number is read; give it for weight_kg or"),
        ("weight", "Waga (funty)", "says funty"),
        ("age", "Wiek mies.", "says mies, in which no bare number is read; give it for age_years or age_months or"),
        ("height", "Talla pulgadas", "says pulgadas"),
    ],
)
def test_a_unit_of_another_language_is_never_taken_for_the_usual_one(
    fact: str, column: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "patients.csv"
    others = [name for name in ("height", "weight", "age") if name != fact]
    path.write_text(f"{','.join((column, *others))}\n57,57,57\n", encoding="utf-8")
    done = cec("batch", str(path), "--map", f"{fact}={column}")
    assert (done.code, done.out) == (1, "")
    assert words in done.err


def test_names_that_only_look_like_units_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("Wzrost,Masa ciala,Wiek w latach\n128,26,8\n", encoding="utf-8")
    maps = ("height=Wzrost", "weight=Masa ciala", "age=Wiek w latach")
    done = cec("batch", str(path), *(part for each in maps for part in ("--map", each)))
    assert ",0.96,38.4,96,422.4,13," in done.out


def test_drugs_of_the_regimens_in_use_are_words() -> None:
    assert asked_about(["vincristine_mg"], [INDUCTION]) == {}
    assert list(asked_about(["etoposide_mg"], [INDUCTION])) == ["etoposide_mg"]


def test_the_name_of_a_fact_counts_before_what_others_are_often_called() -> None:
    asked = asked_about(["cycle no", "day 1"], [INDUCTION])
    assert {name: each.what for name, each in asked.items()} == {"cycle no": "cycle", "day 1": "start"}


def test_doses_that_were_given_before_are_read(tmp_path: Path) -> None:
    """800 mg / 1.9 m2 and 60 mg/m2 now are above 450 mg/m2."""
    done = batch(tmp_path, "height_cm,weight_kg,earlier_doxorubicin_mg\n180,80,800\n", "--regimen", str(LIFETIME))
    assert (done.code, "lifetime" in done.err or "in all, above" in done.err) == (1, True)


# A BSA that was written elsewhere


@pytest.mark.parametrize(
    ("column", "cell", "differs"),
    [("bsa", "0.98", False), ("bsa", "0.981", True), ("BSA (m2)", "0.94", False), ("body_surface_area", "0.93", True)],
)
def test_a_bsa_column_is_compared_and_never_used(column: str, cell: str, differs: bool, tmp_path: Path) -> None:
    """√(128 × 26 / 3600) is 0.96 m2; 0.02 m2 beside it pass."""
    if "m2" in column:
        column = "bsa"
    done = batch(tmp_path, f"height_cm,weight_kg,{column}\n128,26,{cell}\n")
    assert (done.code, "0.96,38.4,96,422.4,13" in done.out, "bsa-differs" in done.out) == (0, True, differs)
    said = cec("dose", "--height", "128", "--weight", "26", "--written-bsa", cell).said
    assert ("CHECK bsa-differs" in said, "38.4 mg" in said) == (differs, True)
    assert f"body surface area as it was written elsewhere {cell} m2" in " ".join(said.split())


# A table with one column of a fact changed

COLUMNS = {
    "id": "7",
    "height_cm": "128",
    "weight_kg": "26",
    "age": "8",
    "sex": "f",
    "creatinine_mg_dl": "0.9",
    "allergies": "etoposide",
    "prior_hsct": "true",
    "previous_day_1": "2026-11-01",
    "start": "2026-11-30",
    "reduce": "etoposide=25%: mucositis",
    "earlier_etoposide_mg": "100",
}
CHANGES: dict[str, Callable[[str], str]] = {
    "suffixed": lambda name: f"{name}_2",
    "suffixed with words": lambda name: f"{name} (old)",
    "prefixed": lambda name: f"last_{name}",
    "in another unit": lambda name: f"{name.rsplit('_', 1)[0]}_weeks",
    "camel": lambda name: "".join(word.capitalize() for word in name.split("_")),
    "cut": lambda name: name[:-1],
    "swapped": lambda name: f"{name[1]}{name[0]}{name[2:]}",
    "without its unit": lambda name: name.removesuffix("_mg_dl").removesuffix("_kg").removesuffix("_cm"),
}


@settings(max_examples=60)
@given(st.sampled_from(list(COLUMNS)), st.sampled_from(list(CHANGES)), st.booleans())
def test_a_column_that_was_changed_never_doses_otherwise_in_silence(
    tmp_path_factory: pytest.TempPathFactory, name: str, change: str, is_doubled: bool
) -> None:
    """It is refused, or the rows are rejected or dosed as before, or the column is listed as not read."""
    folder = tmp_path_factory.mktemp("changed")
    changed = CHANGES[change](name)
    names = [*COLUMNS, changed] if is_doubled else [changed if each == name else each for each in COLUMNS]
    cells = [*COLUMNS.values(), COLUMNS[name]] if is_doubled else list(COLUMNS.values())
    before = batch(folder, f"{','.join(COLUMNS)}\n{','.join(COLUMNS.values())}\n")
    assert before.code == 0, before.err
    after = batch(folder, f"{','.join(names)}\n{','.join(cells)}\n")
    if after.code == 0 and answer(after, cells) != answer(before, list(COLUMNS.values())):
        unread = next(line for line in after.err.splitlines() if line.startswith("columns not read: "))
        assert changed in unread.removeprefix("columns not read: ").split(", ")
        assert name == "id" or not is_doubled


def answer(done: Done, cells: list[str]) -> str:
    """What was put behind the cells of the only row."""
    return done.out.splitlines()[1].removeprefix(",".join(cells))


@pytest.mark.parametrize(("head", "age"), [("age_weeks", "58"), ("Age (days)", "406"), ("age,age_unit", "58,wk")])
def test_an_age_in_weeks_or_days_is_read(head: str, age: str, tmp_path: Path) -> None:
    """58 weeks are 406 days: 13 months. The infant's check of the regimen (under 1 year) is made, and passed."""
    done = batch(tmp_path, f"height_cm,weight_kg,{head}\n90,13,{age}\n")
    assert (done.code, "infant" in done.out, "columns not read" in done.err) == (0, False, False), done
    done = batch(tmp_path, f"height_cm,weight_kg,{head}\n70,10.5,{age.replace('58', '30').replace('406', '210')}\n")
    assert "infant" in done.err + done.out
