"""`cec regimen new`: what it writes passes the check, says what was told, and stays a draft; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from every_key import REGIMEN as EVERY_KEY
from running import cec

from cec import load_regimen
from cec.authoring.changes import changes
from cec.load import regimen_names

ETOPOSIDE = "drug=etoposide; dose=100 mg/m2; route=IV infusion; over=2 h; days=1, 8, 15"
TOLD = ("--title", "AC: dense", "--for", "an example", "--source", "Ann Oncol 2003")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(file: str) -> tuple[int, int]:
    """How `check` ends, and how many lines it has: one, where there is nothing to advise either."""
    done = cec("regimen", "check", file)
    return done.code, len(done.out.splitlines())


def test_options_make_a_commented_file_that_passes_the_check() -> None:
    more = "drug=prednisone; dose=100 mg; route=oral; days=1-5; at=08:00, 20:00; note=with food: always"
    done = cec("regimen", "new", "ac", *TOLD, "--url", "https://example.org/a#b", "--line", ETOPOSIDE, "--line", more)
    assert (done.code, done.out) == (0, "")
    assert "ac.yaml is written, as a draft" in done.err
    assert checked("ac.yaml") == (0, 1)
    regimen = load_regimen("ac.yaml")
    assert (regimen.name, regimen.title, regimen.indication, regimen.status) == (
        "ac",
        "AC: dense",
        "an example",
        "draft",
    )
    assert (regimen.source.citation, regimen.source.url) == ("Ann Oncol 2003", "https://example.org/a#b")
    first, second = regimen.drugs
    assert (str(first.dose), first.route, str(first.over), first.days) == (
        "100 mg/m2",
        "IV infusion",
        "2 h",
        (1, 8, 15),
    )
    assert (second.at, second.note) == (("08:00", "20:00"), "with food: always")
    text = Path("ac.yaml").read_text(encoding="utf-8")
    for part in ("# the regimen's name on paper", "# how long one infusion runs", "#   maximum: ", "#   next_cycle: "):
        assert part in text
    assert max(map(len, text.splitlines())) <= 160
    assert [line for line in text.splitlines() if line.startswith("  ") and line.count("(") != line.count(")")] == []


@pytest.mark.parametrize("name", regimen_names())
def test_a_copy_says_the_same_under_its_own_name_and_keeps_its_comments(name: str) -> None:
    assert cec("regimen", "new", "mine", "--from", name).code == 0
    assert checked("mine.yaml") == (0, 1)
    found = changes(load_regimen(name), load_regimen("mine.yaml")).changes
    assert [(each.key, each.after) for each in found] == [
        ("name", "mine"),
        ("title", f"{load_regimen(name).title} (mine)"),
        ("status", "draft"),
    ]
    for_editors, first, *_ = Path("mine.yaml").read_text(encoding="utf-8").splitlines()
    assert for_editors == "# yaml-language-server: $schema=regimen.schema.json"
    assert first == f"# Copied from {name}, edition 1, SHA-256 {load_regimen(name).sha256}."


def test_a_copy_of_every_key_says_the_same() -> None:
    text = EVERY_KEY.replace("title: Every key", "title: >-\n  Every\n  key\n\n# a comment that stays").replace(
        "edition: 1", "edition: 7"
    )
    Path("every-key.yaml").write_text(text, encoding="utf-8")
    assert cec("regimen", "new", "mine", "--from", "every-key.yaml", "--title", "Mine").code == 0
    found = changes(load_regimen("every-key.yaml"), load_regimen("mine.yaml")).changes
    assert {(each.key, each.after) for each in found} == {("name", "mine"), ("title", "Mine"), ("edition", "1")}
    assert "# a comment that stays" in Path("mine.yaml").read_text(encoding="utf-8")


def test_a_file_that_is_there_stays_as_it_is() -> None:
    Path("ac.yaml").write_text("mine\n", encoding="utf-8")
    done = cec("regimen", "new", "ac", *TOLD, "--line", ETOPOSIDE)
    assert (done.code, "is there already" in done.err) == (1, True)
    assert Path("ac.yaml").read_text(encoding="utf-8") == "mine\n"
    done = cec("regimen", "new", "ac", *TOLD, "--line", ETOPOSIDE, "-o", "-")
    assert (done.code, done.out.splitlines()[0][:11], done.err) == (0, "# A regimen", "")


@pytest.mark.parametrize(
    ("arguments", "code", "fault"),
    [
        (("ac", *TOLD), 2, "there is no --line; give them, or --from REGIMEN"),
        (("ac",), 2, "there is no --title, no --for, no --source, no --line"),
        (("AC", *TOLD, "--line", ETOPOSIDE), 1, "NAME: 'AC' is not a name"),
        (("ac", *TOLD, "--line", "etoposide 100 mg/m2"), 1, "--line: 'etoposide 100 mg/m2' is not KEY=VALUE"),
        (("ac", *TOLD, "--line", "drgu=x; dose=1 mg"), 1, "'drgu' is not a key of a drug line; did you mean 'drug'?"),
        (("ac", *TOLD, "--line", f"{ETOPOSIDE}; dose=2 mg"), 1, "'dose=2 mg' stands twice"),
        (("ac", *TOLD, "--line", ETOPOSIDE.replace("m2", "m3")), 1, "drugs 1 (etoposide): dose: "),
        (("ac", *TOLD, "--line", "drug=x; dose=1 mg; route=oral"), 1, "'days' is missing"),
        (("ac", *TOLD, "--line", "drug=vincristine; dose=1 mg; route=intrathecal; days=1"), 1, "nearly always kills"),
        (("ac", "--from", "cec-induction", "--for", "x"), 1, "--for: is not taken beside --from"),
        (("ac", "--from", "no-such"), 1, "'no-such' is not the name of a regimen"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(arguments: tuple[str, ...], code: int, fault: str) -> None:
    done = cec("regimen", "new", *arguments)
    assert (done.code, done.out) == (code, "")
    assert fault in " ".join(done.err.split())
    assert list(Path().iterdir()) == []


def answering(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Somebody is there and answers so; what was asked."""
    asked: list[str] = []
    given: Iterator[str] = iter(answers)

    def prompt(text: str, default: Any = None, **_: Any) -> str:
        asked.append(text)
        return next(given) or default or ""

    monkeypatch.setattr("cec.cli.new_regimen._is_somebody_there", lambda: True)
    monkeypatch.setattr(typer, "prompt", prompt)
    return asked


def test_on_a_terminal_it_asks_its_way_through(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(
        monkeypatch,
        *("AC", "an example", "Ann Oncol 2003", ""),
        *("etoposide", "100 mg/m2", "IV infusion", "1-3", "2 h", "maximum: 150 mg", "nonsense", ""),
        *("prednisone", "1 mg/m3", "oral", "1", ""),
        *("prednisone", "1 mg/kg", "oral", "1", "", ""),
    )
    done = cec("regimen", "new", "ac")
    assert done.code == 0, done.err
    assert "'1 mg/m3'" in done.err
    assert "'nonsense' is not a key of a drug line with its value" in done.err
    regimen = load_regimen("ac.yaml")
    assert [(line.drug, str(line.dose), str(line.maximum or "")) for line in regimen.drugs] == [
        ("etoposide", "100 mg/m2", "150 mg"),
        ("prednisone", "1 mg/kg", ""),
    ]
    assert [text.split(" (")[0].strip() for text in asked[:9]] == [
        *("title", "for", "source", "url", "drug", "dose", "route", "days", "over")
    ]
    assert checked("ac.yaml") == (0, 1)


def test_what_options_say_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, "AC")
    assert cec("regimen", "new", "ac", "--for", "x", "--source", "Ann Oncol 2003", "--line", ETOPOSIDE).code == 0
    assert [text.split(" (")[0] for text in asked] == ["title"]


def test_a_name_that_leads_to_a_shipped_regimen_is_not_taken() -> None:
    done = cec("regimen", "new", "cec-induction", *TOLD, "--line", ETOPOSIDE)
    assert done.code == 1
    assert "'cec-induction' always leads to the shipped regimen; take another name" in done.err
    assert not list(Path().iterdir())
