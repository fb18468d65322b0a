"""What people write in regimen files beside the language: each is read rightly or answered once, with what to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from regimen_texts import faults_in, regimen_file, regimen_text

from cec import load_regimen

LINE = {"drug": "etoposide", "dose": "100 mg/m2", "route": "IV infusion", "over": "1 h", "days": "1-3"}


def one_line(folder: Path, key: str, value: str) -> Path:
    """The file of a regimen with a line in which a key has this value."""
    line = ", ".join(f"{name}: {text}" for name, text in {**LINE, key: value}.items())
    return regimen_file(folder, "odd", line)


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("over", "1 h 30 min", "90 min"),
        ("over", "1h 5min", "65 min"),
    ],
)
def test_other_spellings_that_mean_the_same_are_read(key: str, value: str, wanted: str, tmp_path: Path) -> None:
    [line] = load_regimen(one_line(tmp_path, key, value)).drugs
    assert str(getattr(line, key)) == wanted


def test_signs_of_comparison_are_read(tmp_path: Path) -> None:
    at_least, at_most = "\N{GREATER-THAN OR EQUAL TO}", "\N{LESS-THAN OR EQUAL TO}"
    [line] = load_regimen(one_line(tmp_path, "only", f"{{age: '{at_least} 1 year, {at_most} 17 years'}}")).drugs
    [[condition]] = line.only
    assert [limit.comparison for limit in condition.limits] == [">=", "<="]


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("dose", "100 mg / m2", "is not one number and one unit; write 100 mg/m2"),
        ("dose", "100mg /m2", "is not one number and one unit; write 100mg/m2"),
        ("dose", "100 mg/m2/24 h", "is not one number and one unit; write 100 mg/m2/24h"),
        ("dose", "2\N{MULTIPLICATION SIGN}10^6 cells/kg", "is not one number and one unit; write 2x10^6 cells/kg"),
        ("dose", "1 000 mg/m2", "has a number in several parts: write it without spaces and marks"),
        ("dose", "1'000 mg/m2", "has a number in several parts"),
        ("dose", "100 mg/m2/dose", "a dose is that of one administration; write 100 mg/m2"),
        ("dose", "100 mg/m2/cycle", "has a unit that is not known here (mg/m2/cycle); a dose per m2 is in"),
        ("dose", "100 mg/m^2", "did you mean mg/m2?"),
        ("dose", "10 MU", "did you mean million units?"),
        ("dose", "1 gm/m2", "did you mean g/m2?"),
        ("dose", "2x10^6/kg", "did you mean x 10^6 cells/kg?"),
        ("dose", "auc 5", "'auc 5' is not a dose by AUC; write it like AUC 5"),
        ("dose", "AUC=5", "'AUC=5' is not a dose by AUC; write it like AUC 5"),
        ("dose", "AUC 5-6", "write AUC 5-6 as AUC 5 to 6"),
        ("dose", "AUC 5 or 6", "has a dose without a unit; write each with its own, like AUC 5 or AUC 6"),
        ("dose", "20% ifosfamide", "write 20% ifosfamide as 20% of ifosfamide"),
        ("dose", "100 mg/m2 bd", "write bd as times: 2"),
        ("dose", "100 mg/m2 tds", "write tds as times: 3"),
        ("dose", "100 mg/m2, max 2 mg", "a comma inside { } ends a value; write max 2 mg as maximum: 2 mg"),
        ("dose", "[]", "dose: is empty; write a dose, or a list of entries"),
        ("dose", "null", "dose: is empty; write a value or leave the key out"),
        ("note", "''", "note: is empty; write a value or leave the key out"),
        ("over", "1,5 h", "a comma stands in the number 1,5 h"),
        ("over", "1 h 75 min", "has 60 min or more beside h"),
        ("days", "1\N{EN DASH}3", "are not days; write 1-3"),
        ("days", "1..3", "are not days; write 1-3"),
        ("days", "1 and 8", "are not days; write 1, 8"),
        ("days", "1/8/15", "are not days; write 1, 8, 15"),
        ("days", "weekly", "write days: 1, and repeat: every 7 days"),
        ("days", "every day", "are not days; write daily"),
        ("times", "twice", "'twice' is not a whole number from 1, like 3; write 2"),
        ("route", "IV / oral", "did you mean 'IV or oral'?"),
        ("route", "oral or oral", "names a route twice"),
        ("only", "[]", "only: is empty; name at least one condition"),
        ("only", "{Age: under 10 years}", "'Age' is not a fact; did you mean 'age'?"),
        ("only", "{wieght: under 10 kg}", "'under 10 kg' is neither true nor false; did you mean 'weight'?"),
        ("repeat", "every month", "'month' is not a number; write it like 28 days"),
        ("rate", "50 mg/h rising by 50 mg/h", "is not a rate; write it like 10 mg/m2/min, or 50 mg/h rising by"),
        ("confirm", "true", "'true' does not say what must be so; write it like ANC above 3 x 10^9/L"),
        ("start", "30 min prior to paclitaxel", "write prior to as before"),
        ("dose", "[{age: under 1 year, dose: 1 mg}]", "unknown key 'age'; write when: for whom this dose is"),
        ("rate", "50 mg/h increasing by 50 mg/h every 30 min", "write increasing by as rising by"),
    ],
)
def test_what_is_not_read_is_answered_once(key: str, value: str, wanted: str, tmp_path: Path) -> None:
    [fault] = faults_in(one_line(tmp_path, key, value))
    assert wanted in str(fault)


@pytest.mark.parametrize("empty", ["[]", "{}"])
def test_no_condition_at_all_is_not_everybody(empty: str, tmp_path: Path) -> None:
    entries = f"[{{when: {empty}, dose: 5 mg}}, {{when: {{age: under 1 year}}, dose: 1 mg}}]"
    [fault] = faults_in(one_line(tmp_path, "dose", entries))
    assert "when: is empty; name at least one condition" in str(fault)
    path = tmp_path / "checks.yaml"
    checks = f"checks:\n  - {{code: a, when: {empty}, level: check, text: a}}\n"
    line = ", ".join(f"{name}: {text}" for name, text in LINE.items())
    path.write_text(regimen_text("checks", line) + checks, encoding="utf-8")
    [fault] = faults_in(path)
    assert "when: is empty; name at least one condition" in str(fault)


@pytest.mark.parametrize("value", ["true", "'no'", "0"])
def test_day_0_is_named_and_not_answered(value: str, tmp_path: Path) -> None:
    path = one_line(tmp_path, "days", "1-3")
    path.write_text(f"{path.read_text(encoding='utf-8')}day_0: {value}\n", encoding="utf-8")
    [fault] = faults_in(path)
    assert "does not say what day 0 is; write day_0: transplantation, or day_0: none" in str(fault)


@pytest.mark.parametrize(("key", "misspelt"), [("drugs", "Drugs"), ("name", "Name"), ("for", "indication")])
def test_a_misspelt_key_is_not_missing_too(key: str, misspelt: str, tmp_path: Path) -> None:
    path = one_line(tmp_path, "days", "1-3")
    path.write_text(path.read_text(encoding="utf-8").replace(f"{key}:", f"{misspelt}:", 1), encoding="utf-8")
    [fault] = faults_in(path)
    assert f"unknown key '{misspelt}'" in str(fault)
    assert key in str(fault)
