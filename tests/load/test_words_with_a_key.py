"""Words for which there is a key are answered with that key; where they may stand they pass in peace."""

from __future__ import annotations

from pathlib import Path

import pytest
from regimen_texts import faults_in, regimen_text

from cec import CecError, load_patient

LINE = "{drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1-3}"
HEAD = regimen_text("meant")


def faults(folder: Path, line: str, more: str = "") -> list[str]:
    path = folder / "meant.yaml"
    path.write_text(f"{HEAD}  - {line}\n{more}", encoding="utf-8")
    return [fault.text for fault in faults_in(path)]


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("dose: 100 mg/m2", "dose: 100 mg/m2 BID", "write BID as times: 2"),
        ("dose: 100 mg/m2", "dose: 100 mg/m2 twice daily", "write twice daily as times: 2"),
        ("dose: 100 mg/m2", "dose: 100 mg/m2 three times a day", "write three times a day as times: 3"),
        ("dose: 100 mg/m2", "dose: 100 mg/m2 q8h", "write q8h as every: 8 h"),
        ("dose: 100 mg/m2", "dose: 100 mg/m2 every 12 hours", "write every 12 hours as every: 12 h"),
        ("dose: 100 mg/m2", "dose: 100 mg/m2 q21d", "write q21d as cycle_length: 21 days (a key of the regimen)"),
        ("dose: 100 mg/m2", "dose: 100 mg/m2 every 3 weeks", "as cycle_length: 3 weeks (a key of the regimen)"),
        ("dose: 100 mg/m2", "dose: 1.5 mg/m2 max 2 mg", "write max 2 mg as maximum: 2 mg"),
        ("dose: 100 mg/m2", "dose: 1.5 mg/m2 (capped at 2 mg)", "write capped at 2 mg as maximum: 2 mg"),
        ("dose: 100 mg/m2", "dose: 100 mg/m2 over 2 h", "write over 2 h as over: 2 h"),
        ("dose: 100 mg/m2", "dose: 100 mg/m2 CIV", "write CIV as route: IV continuous infusion, with over"),
        ("dose: 100 mg/m2", "dose: 100 mg/m2 PO", "write PO as route: oral"),
        ("route: IV infusion", "route: IV infusion BID", "write BID as times: 2"),
        ("route: IV infusion", "route: CIV", "did you mean 'IV continuous infusion'?"),
        ("over: 1 h", "infusion time: 1 h", "unknown key 'infusion time'; write over: how long one infusion runs"),
        ("over: 1 h", "over: 1 h, max: 2 mg", "unknown key 'max'; write maximum: the most"),
        ("over: 1 h", "over: 1 h, frequency: 2", "unknown key 'frequency'; write times: how often a day"),
        ("over: 1 h", "over: 1 h, comments: slowly", "unknown key 'comments'; write note: "),
        ("over: 1 h", "over: at least 1 h", "write 1 h, and note: at least 1 h"),
        ("over: 1 h", "over: minimum of 30 min", "write 30 min, and note: at least 30 min"),
        (
            "dose: 100 mg/m2",
            "dose: 10,000 units/m2",
            "a comma stands in the number 10,000 units/m2: use a point for dec",
        ),
        ("dose: 100 mg/m2", "dose: 1,5 mg/m2", "a comma stands in the number 1,5 mg/m2: use a point for decimals"),
        ("dose: 100 mg/m2", "dose: 90-120 mg/m2", "write 90-120 mg/m2 as 90 to 120 mg/m2"),
        (
            "dose: 100 mg/m2",
            "dose: 100 mg/m2 (to the nearest 50 mg)",
            "as dose_rounding: nearest 50 mg (a key of the pharm",
        ),
        ("dose: 100 mg/m2", "dose: 10000 international units/m2", "write international units as units"),
        ("over: 1 h", "over: 1 h, at: 30 min before carboplatin", "as start: 30 min before carboplatin"),
        ("over: 1 h", "over: 30-60 min", "write 30-60 min as 30 to 60 min"),
        ("days: 1-3", "days: 1, 8, 15", "a comma inside { } ends a value; write days: [1, 8, 15]"),
        ("days: 1-3", "days: 1-3, 8", "a comma inside { } ends a value; write days: [1-3, 8]"),
        ("days: 1-3", "days: 1, note: with food, or water", 'ends a value; write note: "with food, or water"'),
        ("days: 1-3", "days: 1, assumed: {days: one day, as usual}", 'ends a value; write days: "one day, as usual"'),
    ],
)
def test_a_message_names_the_key_that_is_wanted(before: str, after: str, wanted: str, tmp_path: Path) -> None:
    line = LINE.replace(before, after)
    assert line != LINE
    found = faults(tmp_path, line)
    assert [text for text in found if wanted in text], found


def test_a_comma_is_told_once_and_nothing_else_of_it(tmp_path: Path) -> None:
    found = faults(tmp_path, LINE.replace("days: 1-3", "days: 1, 8, 15"))
    assert found == ["a comma inside { } ends a value; write days: [1, 8, 15]"]


def test_a_key_of_the_regimen_is_named_too(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, LINE, "cycle: 21 days\n")
    assert found.startswith("unknown key 'cycle'; write cycle_length: ")


def test_a_key_that_is_known_by_another_name_is_wanted_only_where_it_belongs(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, LINE.replace("over: 1 h", "over: 1 h, gender: male"))
    assert "write sex" not in found
    with pytest.raises(CecError, match="unknown key 'gender'; write sex: "):
        load_patient(texts={"height": "128 cm", "weight": "26 kg", "gender": "male"})


def test_the_same_words_pass_where_they_may_stand(tmp_path: Path) -> None:
    assert faults(tmp_path, LINE) == []
    assert faults(tmp_path, LINE.replace("days: 1-3", "days: [1, 8, 15]")) == []
    assert faults(tmp_path, LINE.replace("days: 1-3", 'days: 1-3, note: "BID, max 2 mg, over 2 h as CIV, q21d"')) == []
    assert faults(tmp_path, LINE.replace("days: 1-3", 'days: "1, 8, 15"')) == []
