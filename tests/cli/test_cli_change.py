"""A saved order changed at the command line: what is typed, what is refused, and what stands in the new file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from regimen_texts import regimen_file
from running import Done, cec
from saved_orders import tree_of, written

from cec import load_order
from cec.fingerprint import fingerprint_of_json

CYCLE = ("schedule", "cec-induction", "--height", "128cm", "--weight", "26kg", "--start", "2026-11-30", "--id", "17")


@pytest.fixture
def order(tmp_path: Path) -> Path:
    path = tmp_path / "ann.json"
    assert cec(*CYCLE, "--cycle", "1", "-o", str(path)).code == 0
    return path


def change(order: Path, *what: str, on: str = "2026-12-02", day: str | None = "3") -> Done:
    from_day = ("--from-day", day) if day else ()
    return cec("change", str(order), "--on", on, *from_day, "--reason", "a reason", *what)


def drugs(path: Path) -> dict[str, list[str]]:
    """The doses of each day, by drug."""
    found: dict[str, list[str]] = {}
    for row in load_order(path).administrations:
        found.setdefault(row.drug, []).append(f"{row.protocol_day} {row.date:%d} {row.dose.value}")
    return found


def test_a_weight_from_day_3(order: Path, tmp_path: Path) -> None:
    done = change(order, "--weight", "28kg")
    assert (done.code, done.out) == (0, "")
    assert "ann.r2.json: revision 2, from day 3: a reason" in done.err
    assert "clofarabine: days 3 to 5: 40 mg, was 38.4 mg" in done.err
    new = tmp_path / "ann.r2.json"
    assert drugs(new)["clofarabine"] == ["1 30 38.4", "2 01 38.4", "3 02 40", "4 03 40", "5 04 40"]
    assert drugs(new)["prednisone"] == ["1 30 13", "2 01 13", "3 02 14", "4 03 14", "5 04 14"]
    tree = json.loads(new.read_bytes())
    assert tree["release"] is None
    assert tree["replaces"] == tree["first"] == json.loads(order.read_bytes())["fingerprint"]
    assert tree["changes"][0]["weight"] == {"value": 28, "unit": "kg"}
    assert cec("verify", str(new)).code == 0
    for form in ("table", "csv", "json", "ics", "pdf", "labels"):
        made = cec("print", str(new), "--format", form, "-o", str(tmp_path / f"out.{form}"))
        assert made.code == 0, made.err


def test_every_option_at_once(order: Path, tmp_path: Path) -> None:
    done = change(
        order,
        *("--height", "129cm", "--weight", "28kg", "--creatinine", "0.5mg/dL", "--reduce", "clofarabine=25%: fever"),
        *("--set", "cyclophosphamide on day 4=430mg: by hand", "--without", "prednisone on day 5: nausea"),
        *("--stop", "etoposide", "--time", "14:00", "--given", "clofarabine on day 2=20 mg"),
        *("--not-given", "etoposide on day 2", "--move-day", "5=2026-12-06"),
    )
    assert done.code == 0, done.err
    new = tmp_path / "ann.r2.json"
    # √(129 × 28 / 3600) = 1.0017: 1 m2; 40 mg × 0.75 = 30
    assert drugs(new) == {
        "prednisone": ["1 30 13", "2 01 13", "3 02 14", "4 03 14"],
        "clofarabine": ["1 30 38.4", "2 01 38.4", "3 02 30", "4 03 30", "5 06 30"],
        "etoposide": ["1 30 96", "2 01 96"],
        "cyclophosphamide": ["1 30 422.4", "2 01 422.4", "3 02 440", "4 03 430", "5 06 440"],
    }
    assert [f"{row.start:%H:%M}" for row in load_order(new).administrations if row.drug == "clofarabine"] == [
        *("09:00", "09:00"),
        *("14:00", "14:00", "14:00"),
    ]
    assert cec("verify", str(new)).code == 0


def test_days_are_skipped_and_the_cycle_ended(order: Path, tmp_path: Path) -> None:
    assert change(order, "--skip-day", "3", "--move", on="2026-12-03", day=None).code == 0
    second = tmp_path / "ann.r2.json"
    assert drugs(second)["clofarabine"][2:] == ["3 03 38.4", "4 04 38.4", "5 05 38.4"]
    assert change(second, "--stop", "all", on="2026-12-04", day="4").code == 0
    third = tmp_path / "ann.r3.json"
    assert {len(days) for days in drugs(third).values()} == {3}
    done = change(third, "--not-given", "etoposide on day 3", on="2026-12-05", day=None)
    assert done.code == 0, done.err
    assert "etoposide: day 3: not given, 96 mg ordered; with what is ordered 192 mg" in " ".join(done.err.split())


def test_days_that_were_left_out_are_given_after_all(order: Path, tmp_path: Path) -> None:
    assert change(order, "--skip-day", "2-5", "--drop", on="2026-11-30", day=None).code == 0
    second, third = tmp_path / "ann.r2.json", tmp_path / "ann.r3.json"
    done = change(second, "--restore-day", "3-4", on="2026-12-02", day=None)
    assert "clofarabine: days 3, 4: 38.4 mg, not there before" in " ".join(done.err.split()), done.err
    assert drugs(third)["clofarabine"] == ["1 30 38.4", "3 02 38.4", "4 03 38.4"]
    assert cec("verify", str(third)).code == 0
    late = change(third, "--restore-day", "2", on="2026-12-02", day=None)
    assert "--restore-day: day 2 is 2026-12-01, before 2026-12-02, the day of the change" in " ".join(late.err.split())
    others = change(third, "--restore-day", "1,3", on="2026-12-02", day=None)
    assert "nobody left days 1, 3 out with --skip-day and --drop; left out: 2, 5" in " ".join(others.err.split())
    moved = change(third, "--restore-day", "5", "--move-day", "5=2026-12-07", on="2026-12-05", day=None)
    assert moved.code == 0, moved.err
    assert drugs(tmp_path / "ann.r4.json")["clofarabine"][-1] == "5 07 38.4"


def test_the_whole_cycle_moves_before_it_began_and_two_days_are_missed(order: Path, tmp_path: Path) -> None:
    done = change(order, "--start", "2026-12-07", on="2026-11-29", day=None)
    assert "ann.r2.json: revision 2, day 1 on 07-Dec-2026: a reason" in done.err
    second = tmp_path / "ann.r2.json"
    assert [each[:4] for each in drugs(second)["clofarabine"]] == ["1 07", "2 08", "3 09", "4 10", "5 11"]
    done = change(second, "--skip-day", "2-3", "--move", "--time", "10:00", on="2026-12-10", day="2")
    assert (done.code, "day 2: on 10-Dec-2026, was 08-Dec-2026, at 10:00, was at 09:00" in done.err) == (0, True)
    third = tmp_path / "ann.r3.json"
    assert [each[:4] for each in drugs(third)["clofarabine"]] == ["1 07", "2 10", "3 11", "4 12", "5 13"]
    assert cec("verify", str(third)).code == 0
    fourth = change(third, "--time", "11:30", on="2026-12-11", day="3")
    assert "prednisone: days 3 to 5: before 11:30, was before 10:00" in fourth.err
    assert "clofarabine: days 3 to 5: at 11:30, was at 10:00" in fourth.err


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ([], "nothing is changed"),
        (["--skip-day", "3"], "say --move (it and later days come later) or --drop"),
        (["--move"], "name a day to skip"),
        (["--skip-day", "3", "--move", "--drop"], "--move and --drop say two things"),
    ],
)
def test_wrong_usage_ends_with_2(order: Path, what: list[str], words: str) -> None:
    done = change(order, *what)
    assert (done.code, words in " ".join(done.err.split())) == (2, True), done.err


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (["--weight", "28kg", "--reduce", "etoposide on day 2=25%: why"], "the change holds from day 3 on"),
        (["--skip-day", "7", "--drop"], "--skip-day: nothing is given on day 7; days: 1 to 5"),
        (["--move-day", "2=2026-12-05"], "--move-day: day 2 lies before day 3"),
        (["--move-day", "5=2026-12-01"], "--move-day: 2026-12-01 lies before 2026-12-02"),
        (["--move-day", "5"], "--move-day: '5' is not a day with its date"),
        (["--stop", "mesna"], "--stop: mesna is not given from day 3 on; "),
        (
            ["--given", "etoposide on day 9=20mg"],
            "--given: etoposide is not ordered on day 9; it is ordered on days 1 to 5",
        ),
        (["--given", "etoposide on day 4=20mg"], "dated 2026-12-03, after 2026-12-02: it is only ordered"),
        (["--not-given", "etoposide"], "--not-given: 'etoposide' is not a dose; write it like 'etoposide on day 2'"),
        (["--start", "2026-12-07"], "--start: prednisone on day 1, 2026-11-30, counts as given"),
        (["--product", "etoposide=100 mg vial"], "'etoposide' is not in the formulary"),
        (["--time", "25:00"], "--time: '25:00' is not a time of day"),
        (["--weight", "60lb", "--accept", "heavy=yes"], "nothing to accept: there is no alert 'heavy'"),
        (["--weight", "1kg"], "cannot be of one person"),
    ],
)
def test_a_change_that_is_refused_writes_nothing(order: Path, tmp_path: Path, what: list[str], words: str) -> None:
    done = change(order, *what)
    assert done.code == 1
    assert words in " ".join(done.err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["ann.json"]


def test_a_change_from_a_day_that_is_past_or_not_there_is_refused(order: Path, tmp_path: Path) -> None:
    done = change(order, "--weight", "28kg", on="2026-12-03")
    assert "day 3 is 2026-12-02, before 2026-12-03: it counts as given; change from a later day on" in done.err
    assert change(order, "--weight", "28kg", day=None).err.endswith(
        "say from which day of the cycle the change holds\n"
    )
    assert "nothing is given from day 6 on" in change(order, "--weight", "28kg", day="6").err
    assert change(order, "--weight", "28kg").code == 0
    done = change(tmp_path / "ann.r2.json", "--stop", "etoposide", on="2026-12-01")
    assert "2026-12-01 lies before 2026-12-02, the day of the last change" in done.err
    done = change(tmp_path / "ann.r2.json", "--stop", "etoposide", on="2027-12-02")
    assert "it counts as given" in done.err


def test_no_day_before_day_1_comes_before_the_day_of_the_change(tmp_path: Path) -> None:
    """Busulfan on days -7 to -4, cells on day 0: day 1 on 7 December, so day 0 on the 6th, day -7 on 29 November."""
    measures = ("--height", "180", "--weight", "70", "--day-0", "2026-12-10", "--id", "7")
    path = str(tmp_path / "order.json")
    drafted = cec("schedule", "examples/busulfan-cyclophosphamide", *measures, "--format", "json", "-o", path)
    assert drafted.code == 0
    options = ("--reason", "the cells come earlier", "--start", "2026-12-07")
    refused = cec("change", path, "--on", "2026-11-30", *options)
    assert refused.code == 1
    assert "--start: day -7, 2026-11-29, lies before 2026-11-30, the day of the change" in refused.err
    assert cec("change", path, "--on", "2026-11-29", *options).code == 0


def test_of_two_who_change_it_one_is_told_the_others_file(order: Path, tmp_path: Path) -> None:
    assert change(order, "--weight", "28kg").code == 0
    done = change(order, "--stop", "etoposide", "-o", str(tmp_path / "mine.json"))
    assert done.code == 1
    assert f"{tmp_path / 'ann.r2.json'}, revision 2, replaces it already" in " ".join(done.err.split())
    assert not (tmp_path / "mine.json").exists()


def test_a_cancelled_cycle_is_not_changed(order: Path, tmp_path: Path) -> None:
    assert cec("cancel", str(order), "--on", "2026-11-30", "--reason", "fever").code == 0
    for path in (order, tmp_path / "ann.r2.json"):
        done = change(path, "--weight", "28kg")
        assert done.code == 1
        assert "cancel" in done.err


def test_an_order_without_dates_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "undated.json"
    assert cec("dose", "--height", "128cm", "--weight", "26kg", "-o", str(path)).code == 0
    assert "has no dates, so no day of it can be changed" in " ".join(change(path, "--weight", "28kg").err.split())


def test_an_edited_order_is_not_changed_and_an_edited_change_is_found(order: Path, tmp_path: Path) -> None:
    assert change(order, "--weight", "28kg").code == 0
    new = tmp_path / "ann.r2.json"
    tree = tree_of(load_order(new))

    def edited(edit: Any, *, signed: bool) -> Done:
        other = json.loads(json.dumps(tree, default=str))
        other = tree_of(load_order(new))
        edit(other)
        if signed:
            other["fingerprint"] = fingerprint_of_json(other)
        path = tmp_path / "edited.json"
        path.write_bytes(written(other))
        return cec("verify", str(path))

    def heavier(other: Any) -> None:
        other["changes"][0]["weight"]["value"] = 29

    def later(other: Any) -> None:
        other["changes"][0]["from_day"] = 4

    def not_removed(other: Any) -> None:
        del other["changes"][0]["altered"]

    def other_first(other: Any) -> None:
        other["first"] = other["replaces"] = "0" * 64

    for edit in (heavier, later, not_removed, other_first):
        for signed in (False, True):
            done = edited(edit, signed=signed)
            assert done.code == 1, (edit, signed)
    (tmp_path / "edited.json").unlink()
    order.write_bytes(order.read_bytes().replace(b"38.4", b"38.5"))
    assert "its content is not that of its fingerprint" in change(order, "--weight", "29kg").err


def test_verify_holds_earlier_days_against_the_order_that_was_replaced(order: Path, tmp_path: Path) -> None:
    assert change(order, "--weight", "28kg").code == 0
    new = tmp_path / "ann.r2.json"
    assert "earlier days were held against ann.json" in cec("verify", str(new)).said
    # another first order with the same fingerprint in the links, as somebody would forge it
    tree = tree_of(load_order(new))
    for row in tree["administrations"]:
        if row["drug"] == "clofarabine" and row["day"] == 1:
            row["start"] = "2026-11-30T08:00:00"
    tree["fingerprint"] = fingerprint_of_json(tree)
    new.write_bytes(written(tree))
    done = cec("verify", str(new))
    assert done.code == 1
    assert "administration of day 1 (clofarabine)" in done.said
    order.unlink()
    assert change(order, "--weight", "28kg").code == 1
    assert "revision 1, which it replaces, is not in its folder" in cec("verify", str(new)).said


def test_a_rescue_is_not_stopped_with_all_others(tmp_path: Path) -> None:
    lines = (
        "drug: methotrexate, dose: 1 g/m2, route: IV infusion, over: 4 h, days: 1",
        "drug: leucovorin, dose: 15 mg/m2, route: IV, every: 6 h, times: 8, start: 24 h after the start of "
        "methotrexate",
        "drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV infusion, over: 10 min, days: 4",
    )
    regimen = regimen_file(tmp_path, "mtx", *lines)
    order = tmp_path / "ann.json"
    assert cec("schedule", str(regimen), *CYCLE[2:], "-o", str(order)).code == 0
    done = change(order, "--stop", "all", day="2", on="2026-12-01")
    assert done.code == 1
    assert "leucovorin hangs on what was given on day 1: if it is to be stopped too, name it beside all" in " ".join(
        done.err.split()
    )
    assert change(order, "--stop", "vincristine", day="2", on="2026-12-01").code == 0
    assert len(drugs(tmp_path / "ann.r2.json")["leucovorin"]) == 8
    both = ("--stop", "all", "--stop", "leucovorin", "-o", str(tmp_path / "elsewhere.json"))
    order = tmp_path / "ann.r2.json"
    assert change(order, *both, day="2", on="2026-12-01").code == 0
    assert drugs(tmp_path / "elsewhere.json").keys() == {"methotrexate"}


def test_a_cycle_that_was_drafted_from_the_order_before_is_named(order: Path, tmp_path: Path) -> None:
    later = str(tmp_path / "c2.json")
    done = cec(
        *("next", str(order), "--start", "2026-12-28", "--weight", "26kg", "--height", "128cm", "-o", later, "-q")
    )
    assert done.code == 0, done.err
    done = change(order, "--not-given", "etoposide on day 2", "-q")
    assert done.code == 0
    assert f"{later}, the cycle after it, was drafted from the order before this change" in " ".join(done.err.split())
