"""A name leads to one regimen: the shipped one, or the one of the user's own folders; never to one of two."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from running import cec

from cec import CecError, load_regimen
from cec.load.search import found_regimens, own_folder, own_places, regimen_folder, regimen_names, searching

TEXT = """\
name: {name}
title: {title}
edition: 1
for: a test
source: {{citation: written for this test}}
drugs:
  - {{drug: etoposide, dose: {dose} mg/m2, route: IV infusion, over: 1 h, days: 1-3}}
"""


def put(folder: Path, name: str, dose: int = 100, *, named: str = "", title: str = "A test") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(TEXT.format(name=named or name, dose=dose, title=title), encoding="utf-8")
    return path


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of regimens, which is not there yet."""
    monkeypatch.setattr("cec.load.search.own_folder", lambda: tmp_path / "own")
    return tmp_path / "own" / "regimens"


def dose_of(name: str | Path) -> str:
    return str(load_regimen(name).drugs[0].dose)


def test_a_name_is_found_in_each_place(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    put(first, "in-first", 110)
    put(second, "in-second", 120)
    put(own, "in-own", 130)
    monkeypatch.setenv("CEC_REGIMENS", os.pathsep.join((str(first), str(second))))
    assert [dose_of(name) for name in ("in-first", "in-second", "in-own")] == ["110 mg/m2", "120 mg/m2", "130 mg/m2"]
    put(tmp_path / "typed", "typed", 140)
    with searching(tmp_path / "typed"):
        assert [place.folder.name for place in own_places()] == ["typed", "first", "second", "regimens"]
        assert dose_of("typed") == "140 mg/m2"
    with pytest.raises(CecError, match="did you mean"):
        load_regimen("tyed-in-first")


@pytest.mark.parametrize(
    ("system", "variable", "usual"),
    [
        ("linux", "XDG_CONFIG_HOME", ".config"),
        ("darwin", "XDG_CONFIG_HOME", "Library/Application Support"),
        ("win32", "LOCALAPPDATA", "AppData/Local"),
    ],
)
def test_each_system_keeps_what_a_user_set_up_in_a_place_of_its_own(
    system: str, variable: str, usual: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The XDG Base Directory Specification has a path that is not absolute ignored, as one that is empty."""
    monkeypatch.setattr(sys, "platform", system)
    for home in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(home, str(tmp_path))
    for nowhere in ("", "settings"):
        monkeypatch.setenv(variable, nowhere)
        assert own_folder() == tmp_path / usual / "cec"
    monkeypatch.setenv(variable, str(tmp_path / "settings"))
    put(tmp_path / "settings" / "cec" / "regimens", "mine", 150)
    assert dose_of("mine") == "150 mg/m2"


def test_two_files_of_one_name_are_refused_unless_they_are_alike(own: Path, tmp_path: Path) -> None:
    other = put(tmp_path / "other", "ac", 100)
    with searching(tmp_path / "other"):
        put(own, "ac", 100)
        assert dose_of("ac") == "100 mg/m2"
        path = put(own, "ac", 150)
        with pytest.raises(CecError) as caught:
            load_regimen("ac")
        assert f"in several places with other content: {other} and {path}" in str(caught.value)
        assert dose_of(path) == "150 mg/m2"
        (found,) = [each for each in found_regimens() if each.path == path]
        assert "has this name with other content" in found.unreachable


def test_a_shipped_name_leads_to_the_shipped_regimen_alone(own: Path) -> None:
    path = put(own, "cec-induction", 999)
    assert load_regimen("cec-induction").sha256 == load_regimen(regimen_folder() / "cec-induction.yaml").sha256
    assert load_regimen(path).name == "not the shipped cec-induction"
    (found,) = [each for each in found_regimens() if each.path == path]
    assert "a shipped regimen has this name" in found.unreachable


def test_what_is_found_by_its_name_has_that_name(own: Path) -> None:
    path = put(own, "ac", named="tc")
    with pytest.raises(CecError) as caught:
        load_regimen("ac")
    assert str(caught.value).startswith(f"{path}: name: is 'tc'; a regimen that is found by its name")
    assert load_regimen(path).name == "tc"


def test_cases_and_reviews_are_not_regimens(own: Path) -> None:
    put(own, "ac")
    put(own, "ac.cases")
    names = [each.name for each in found_regimens() if not each.name.startswith("examples/")]
    assert names == [*regimen_names(), "ac"]


def test_every_command_that_takes_a_regimen_takes_a_folder_of_them(tmp_path: Path) -> None:
    put(tmp_path, "ac", 100, title="From the folder")
    folder = ("--regimens", str(tmp_path))
    size = ("--height", "180", "--weight", "80")
    for words in (
        ("dose", "ac", *size),
        ("schedule", "ac", *size, "--start", "2026-11-30"),
        ("verify", "ac", *size, "etoposide=200mg"),
        ("regimen", "show", "ac"),
    ):
        done = cec(*words, *folder)
        assert (done.code, done.err) == (0, ""), words
        assert "From the folder" in done.out
        assert "CEC_REGIMENS" not in os.environ
    assert " --regimens" in cec("regimen", "list", *folder).out
    assert "'ac' is not the name of a regimen" in cec("dose", "ac", *size).err
    assert "is not a folder of regimens" in cec("dose", "ac", *size, "--regimens", str(tmp_path / "none")).err


def test_a_row_of_a_table_finds_it_too(tmp_path: Path) -> None:
    put(tmp_path, "ac", 100)
    table = tmp_path / "patients.csv"
    table.write_text("id,height,weight,regimen\n1,180 cm,80 kg,ac\n2,180 cm,80 kg,cec-induction\n", encoding="utf-8")
    done = cec("batch", str(table), "--regimens", str(tmp_path), "-o", "-")
    assert done.out.splitlines()[1].startswith("1,180 cm,80 kg,ac,2,")
    assert ",200," in done.out.splitlines()[1]


def test_examples_are_found_apart_and_by_a_name_of_their_own(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    put(shipped / "examples", "ac", 60)
    put(shipped, "cec-induction", 100)
    put(own, "ac", 70)
    monkeypatch.setattr("cec.load.search.regimen_folder", lambda: shipped)
    assert [(each.name, each.place.words) for each in found_regimens()] == [
        ("cec-induction", "shipped"),
        ("ac", "your configuration folder"),
        ("examples/ac", "shipped example"),
    ]
    assert (dose_of("examples/ac"), dose_of("ac")) == ("60 mg/m2", "70 mg/m2")
    listed = cec("regimen", "list").out
    assert listed.partition("\nExamples, transcribed from publications, not reviewed\n")[2].startswith(
        "examples/ac: A test"
    )
    (own / "ac.yaml").unlink()
    with pytest.raises(CecError, match="did you mean 'examples/ac'"):
        load_regimen("ac")


def test_dates_of_any_day_may_be_given_in_a_case(tmp_path: Path) -> None:
    path = put(tmp_path, "ac", 100)
    text = path.read_text(encoding="utf-8").replace("edition: 1", "edition: 1\nday_0: transplantation")
    path.write_text(text.replace("days: 1-3", "days: -2 to 0"), encoding="utf-8")
    path.with_suffix(".cases.yaml").write_text(
        "- case: by day 0\n  given: {height: 180 cm, weight: 80 kg, day_0: 2026-12-10}\n  working: 100 × 2\n"
        "  rows: [2026-12-08 09:00-10:00 etoposide 200 mg]\n  number of rows: 3\n  alerts: []\n",
        encoding="utf-8",
    )
    assert cec("regimen", "check", str(path)).out.splitlines()[0].endswith("3 results: all agree")
