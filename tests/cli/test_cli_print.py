"""Papers of a saved order: the numbers as they were saved, every paper at once, and none of an edited order."""

from __future__ import annotations

from pathlib import Path

import pytest
from chains import START, first_order, replacing, save
from running import cec

from cec import load_order, render
from cec.order import Cancelled
from cec.rendering.papers import PAPERS

CYCLE = ("schedule", "cec-induction", "--height", "128cm", "--weight", "26kg", "--start", "2026-11-30")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "order.json"
    assert cec(*CYCLE, "-o", str(path)).code == 0
    return path


def test_a_saved_order_prints_what_its_cycle_printed(saved: Path, tmp_path: Path) -> None:
    for form in ("table", "csv", "json"):
        assert cec("print", str(saved), "--format", form).out == cec(*CYCLE, "--format", form).out
    for form in ("pdf", "labels"):
        sheet = tmp_path / f"{form}.pdf"
        assert cec("print", str(saved), "--format", form, "--paper", "letter", "-o", str(sheet)).code == 0
        assert sheet.read_bytes() == render(load_order(saved), form, paper="letter")


def test_nothing_is_computed_again(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr("cec.calculate.draft_order", never)
    monkeypatch.setattr("cec.calculate.dosing.compute_dose", never)
    assert "38.4 mg" in cec("print", str(saved)).out


def test_every_paper_at_once_without_a_formulary_too(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    done = cec("print", str(saved), "--all", str(folder))
    assert done.code == 0
    assert {path.name for path in folder.iterdir()} == PAPERS.keys()
    assert (folder / "order.json").read_bytes() == saved.read_bytes()
    again = cec("print", str(saved), "--all", str(folder))
    assert again.code == 1
    assert "nothing is overwritten" in again.err


def test_with_a_formulary_no_paper_is_wanting(tmp_path: Path) -> None:
    pharmacy = tmp_path / "pharmacy.yaml"
    assert cec("pharmacy", "new", str(pharmacy)).code == 0
    done = cec(*CYCLE, "--pharmacy", str(pharmacy), "--cycle", "1", "--all", str(tmp_path / "papers"))
    assert (done.code, "not written" in done.err) == (0, False)
    assert {path.name for path in (tmp_path / "papers").iterdir()} == PAPERS.keys()


def test_of_doses_alone_there_are_neither_labels_nor_calendar(tmp_path: Path) -> None:
    doses = tmp_path / "doses.json"
    cec("dose", "--height", "128cm", "--weight", "26kg", "-o", str(doses))
    done = cec("print", str(doses), "--all", str(tmp_path / "papers"))
    assert {path.name for path in (tmp_path / "papers").iterdir()} == {"sheet.pdf", "worksheet.pdf", "order.json"}
    assert done.err.count("not written") == 2


@pytest.mark.parametrize("arguments", [(), ("--format", "pdf"), ("--all", "papers")], ids=str)
def test_an_edited_order_is_not_printed(
    arguments: tuple[str, ...], saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    saved.write_text(saved.read_text("utf-8").replace("38.4", "38.5"), encoding="utf-8")
    done = cec("print", str(saved), *arguments)
    assert (done.code, done.out) == (1, "")
    assert f"cec verify {saved} tells what was edited" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["order.json"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--all", "x", "--format", "pdf"), "stands without --format"),
        (("--all", "x", "-o", "y.pdf"), "stands without --output"),
        (("--all", "x", "--explain"), "stands without --explain"),
        (("--all", "x", "--paper", "a5"), "'a5' is not a paper for labels"),
    ],
)
def test_what_does_not_stand_together_is_wrong_usage(arguments: tuple[str, ...], words: str, saved: Path) -> None:
    done = cec("print", str(saved), *arguments)
    assert done.code == 2
    assert words in " ".join(done.err.split())


def test_a_treatment_has_papers_by_its_cycles_only(tmp_path: Path) -> None:
    treatment = tmp_path / "two-phases.yaml"
    treatment.write_text(
        "name: two-phases\ntitle: Two phases\nedition: 1\nfor: a test\nsource: {citation: written for this test}\n"
        "phases:\n  - {regimen: cec-induction, cycles: 1, cycle_length: 28 days}\n"
        "  - {regimen: cec-consolidation, cycles: 1, cycle_length: 28 days}\n",
        encoding="utf-8",
    )
    whole = ("schedule", str(treatment), *CYCLE[2:])
    assert "add --phase N" in cec(*whole, "--all", str(tmp_path / "none")).err
    assert cec(*whole, "--phase", "1", "--cycle", "1", "--all", str(tmp_path / "papers")).code == 0


def test_a_command_that_a_message_offers_can_be_typed(saved: Path, tmp_path: Path) -> None:
    edited = tmp_path / "an order.json"
    edited.write_text(saved.read_text("utf-8").replace("38.4", "38.5"), encoding="utf-8")
    assert f"cec verify '{edited}' tells" in cec("print", str(edited)).err
    assert f"cec verify '{edited}'" in " ".join(cec("dose", str(edited)).err.split())


def test_nothing_is_printed_where_nobody_can_tell_which_order_counts(tmp_path: Path) -> None:
    """Two revisions of one order: of neither, nor of the first, is there a paper that looks as if it counted."""
    first = first_order()
    old = save(first, tmp_path / "ann.json")
    paths = [
        old,
        *(
            save(replacing(first, cancelled=Cancelled(START, text)), tmp_path / f"{text}.json")
            for text in ("fever", "rash")
        ),
    ]
    for path in paths:
        done = cec("print", str(path), "-o", str(tmp_path / "sheet.pdf"))
        assert (done.code, done.out) == (1, "")
        assert "which of these orders counts is not known, so none is printed" in done.err
        assert "fever.json" in done.err
        assert "rash.json" in done.err
    assert not (tmp_path / "sheet.pdf").exists()
    paths[2].unlink()
    assert cec("print", str(old)).out.startswith("VOID")
