"""An order released by a person, and a cycle cancelled: new files, once, and only where they may be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from chains import replacing, save
from running import Done, cec, fill_disk
from saved_orders import tree_of, written

from cec import load_order
from cec.fingerprint import fingerprint, fingerprint_of_json

CYCLE = ("schedule", "cec-induction", "--height", "128cm", "--weight", "26kg", "--start", "2026-11-30", "--id", "17")


@pytest.fixture
def order(tmp_path: Path) -> Path:
    path = tmp_path / "order.json"
    assert cec(*CYCLE, "-o", str(path)).code == 0
    return path


def release(order: Path, *more: str, by: str = "A. Nowak") -> Done:
    return cec("release", str(order), "--by", by, "--on", "2026-11-29", *more)


def cancel(order: Path, *more: str, on: str = "2026-11-30") -> Done:
    return cec("cancel", str(order), "--on", on, "--reason", "fever", *more)


def test_a_released_order_is_the_order_with_a_name_and_a_day(order: Path, tmp_path: Path) -> None:
    done = release(order)
    assert (done.code, done.out) == (0, "")
    assert "released by A. Nowak on 29-Nov-2026; not an electronic signature" in done.err
    before, after = (json.loads(path.read_bytes()) for path in (order, tmp_path / "order.released.json"))
    assert after.pop("release") == {"by": "A. Nowak", "on": "2026-11-29", "fingerprint": before["fingerprint"]}
    assert before.pop("release") is None
    assert after == before
    assert cec("verify", str(tmp_path / "order.released.json")).code == 0
    assert "Draft" not in cec("print", str(tmp_path / "order.released.json")).out


def test_an_order_of_an_older_cec_is_released_as_it_was_saved(order: Path, tmp_path: Path) -> None:
    """A key that this cec would write, and that one did not, is not put in: the fingerprint holds what was saved."""
    tree = tree_of(load_order(order))
    del tree["pharmacy"]["share_vials"]
    tree["fingerprint"] = fingerprint_of_json(tree)
    order.write_bytes(written(tree))
    assert release(order).code == 0
    after = json.loads((tmp_path / "order.released.json").read_bytes())
    assert "share_vials" not in after["pharmacy"]
    assert cec("print", str(tmp_path / "order.released.json")).code == 0


def test_no_order_is_released_twice_or_over_a_file(order: Path, tmp_path: Path) -> None:
    assert release(order).code == 0
    other = str(tmp_path / "other.json")
    assert "order.released.json releases it already, by A. Nowak on 2026-11-29" in release(order, "-o", other).err
    assert "is released already, by A. Nowak on 2026-11-29" in release(tmp_path / "order.released.json").err
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "order.json").write_bytes(order.read_bytes())
    (elsewhere / "order.released.json").write_text("mine")
    assert "is there already" in release(elsewhere / "order.json").err
    assert (elsewhere / "order.released.json").read_text() == "mine"
    assert not Path(other).exists()


def test_no_edited_replaced_or_stopped_order_is_released(order: Path, tmp_path: Path) -> None:
    first = load_order(order)
    edited = tmp_path / "edited.json"
    edited.write_bytes(order.read_bytes().replace(b"38.4", b"38.5"))
    assert "its content is not that of its fingerprint" in release(edited).err
    edited.unlink()
    tree = tree_of(first)
    tree["alerts"].append({"code": "too-much", "level": "stop", "about": "clofarabine", "text": "too much"})
    tree["fingerprint"] = fingerprint_of_json(tree)
    stopped = tmp_path / "stopped.json"
    stopped.write_bytes(written(tree))
    assert "has a stop that nobody accepted: too-much" in release(stopped).err
    save(replacing(first, cancelled=None, changes=()), tmp_path / "next.json")
    assert "next.json, revision 2, replaces it already" in release(order).err
    assert not list(tmp_path.glob("*.released.json"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--by", " ", "--on", "2026-11-29"), "--by: is empty"),
        (("--by", "A", "--on", "29.11.2026"), "--on: '29.11.2026' is not a date"),
        (("--by", "A", "--on", "2026-11-29", "-o", "sheet.pdf"), "a saved order is JSON"),
    ],
)
def test_what_cannot_be_a_release_is_refused(order: Path, arguments: tuple[str, ...], words: str) -> None:
    done = cec("release", str(order), *arguments)
    assert done.code == 1
    assert words in done.err


def test_a_cancelled_cycle_replaces_its_order(order: Path, tmp_path: Path) -> None:
    done = cancel(order)
    assert done.code == 0
    assert "order.r2.json: revision 2, cancelled on 30-Nov-2026: fever" in done.err
    first, second = load_order(order), load_order(tmp_path / "order.r2.json")
    assert (second.revision, second.first, second.replaces) == (2, first.fingerprint, first.fingerprint)
    assert second.fingerprint == fingerprint(second)
    assert second.doses == first.doses
    assert cec("verify", str(tmp_path / "order.r2.json")).code == 0
    calendar = cec("print", str(tmp_path / "order.r2.json"), "--format", "ics").out
    assert calendar.count("STATUS:CANCELLED") == calendar.count("BEGIN:VEVENT")
    assert calendar.count("SEQUENCE:1") == calendar.count("BEGIN:VEVENT")


def test_a_cancelled_cycle_is_neither_released_nor_cancelled_again(order: Path, tmp_path: Path) -> None:
    assert cancel(order).code == 0
    second = tmp_path / "order.r2.json"
    for done in (release(second), cancel(second)):
        assert "is cancelled already, on 2026-11-30: fever" in done.err
    assert "order.r2.json, revision 2, cancels it" in cancel(order, "-o", str(tmp_path / "x.json")).err


def test_a_cycle_of_which_something_was_given_is_not_cancelled(order: Path, tmp_path: Path) -> None:
    """Day 1 is Monday 30 November: on Tuesday its doses count as given."""
    done = cancel(order, on="2026-12-01")
    assert done.code == 1
    assert "on day 1, 2026-11-30, counts as given on 2026-12-01" in done.err
    assert "cec change --stop all" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["order.json"]


def test_of_two_who_cancel_and_release_at_once_one_is_told(order: Path) -> None:
    """Two processes of cec, begun together: whichever is second finds the other's file, never a half one."""
    call = (sys.executable, "-m", "cec")
    people = [
        subprocess.Popen(
            (*call, "cancel", str(order), "--on", "2026-11-30", "--reason", name, "-o", str(order.with_name(name))),
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("a.json", "b.json")
    ]
    told = [person.communicate()[1] for person in people]
    assert sorted(person.returncode for person in people) == [0, 1]
    loser = next(text for text, person in zip(told, people, strict=True) if person.returncode)
    winner = next(path for path in (order.with_name("a.json"), order.with_name("b.json")) if path.exists())
    assert f"{winner}, revision 2, cancels it" in loser
    assert sorted(path.name for path in order.parent.iterdir()) == sorted([winner.name, "order.json"])


def test_on_a_full_disk_nothing_is_left(order: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_disk(monkeypatch, after=0)
    for done in (release(order), cancel(order)):
        assert done.code == 1
        assert "cannot be written: No space left on device" in done.err
    assert [path.name for path in order.parent.iterdir()] == ["order.json"]


def test_a_folder_that_there_is_not_is_named(order: Path, tmp_path: Path) -> None:
    done = cancel(order, "-o", str(tmp_path / "nowhere" / "b.json"))
    assert done.code == 1
    assert f"there is no folder {tmp_path / 'nowhere'}" in done.err


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever may do all finds no folder closed")
def test_an_order_in_a_folder_that_is_only_read_goes_on_elsewhere(order: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    order.parent.chmod(0o500)
    try:
        assert cancel(order, "-o", str(elsewhere / "b.json")).code == 0
    finally:
        order.parent.chmod(0o700)


def test_print_and_verify_tell_by_what_an_order_is_replaced(order: Path, tmp_path: Path) -> None:
    assert "VOID" not in cec("verify", str(order)).out + cec("print", str(order)).err
    assert cancel(order).code == 0
    cancelled = "VOID: cancelled on 30-Nov-2026: fever"
    for path, void in ((order, f"{cancelled} (order.r2.json)"), (tmp_path / "order.r2.json", cancelled)):
        assert void in cec("verify", str(path)).said
        assert cec("print", str(path)).err == f"{path}: {void}\n"
    alone = tmp_path / "alone"
    alone.mkdir()
    draft = (alone / "order.json").write_bytes(order.read_bytes())
    assert draft
    assert release(alone / "order.json").code == 0
    released = cec("verify", str(alone / "order.released.json"))
    assert "released by A. Nowak on 2026-11-29 (not an electronic signature)" in released.said
    assert released.code == 0


def test_nothing_is_done_to_an_order_before_its_patient_was_measured(tmp_path: Path) -> None:
    """A wrong year: measured on 28-Nov-2026, released on 29-Nov-2025."""
    order = tmp_path / "order.json"
    assert cec(*CYCLE, "--measured-on", "2026-11-28", "-o", str(order)).code == 0
    early = "is of a patient measured on 2026-11-28, which is after 2025-11-29; look at the date"
    assert early in cec("release", str(order), "--by", "A. Nowak", "--on", "2025-11-29").err
    assert early in cancel(order, on="2025-11-29").err
    done = cec("change", str(order), "--on", "2025-11-29", "--from-day", "2", "--weight", "27kg", "--reason", "weighed")
    assert "2025-11-29 lies before 2026-11-28, the day of the measures; look at the date" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["order.json"]
    assert release(order).code == 0
