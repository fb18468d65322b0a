"""`cec verify order.json`: edited, other by today's rules, shortened by another tool, or as its inputs give it."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from revising import drafted, revised
from running import cec
from saved_orders import START, at, tree_of, written

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.errors import FileError
from cec.load import regimen_folder
from cec.load.order_file import read_order
from cec.patient import SetDose, Withheld
from cec.units import Quantity
from cec.verification import OrderVerification, verify_order

INDUCTION = load_regimen("cec-induction")


def saved(**texts: Any) -> Order:
    """5 doses of clofarabine of 38 mg, 38.4 mg to the nearest 1 mg."""
    given = {
        "height": "128 cm",
        "weight": "26 kg",
        "age": "8 years",
        "sex": "female",
        "creatinine": "0.5 mg/dL",
        "reductions": ["etoposide=25%: mucositis grade 3"],
        **texts,
    }
    pharmacy = load_pharmacy(texts={"dose_rounding": {"clofarabine": "nearest 1 mg"}})
    return draft_order(INDUCTION, load_patient(texts=given), pharmacy, start=START, cycle=1)


def verified(tree: Any) -> OrderVerification:
    return verify_order(read_order(written(tree)))


def signed(tree: Any) -> Any:
    """The tree with the fingerprint of its content, worked out by json: as if cec had saved it so."""
    content = {key: value for key, value in tree.items() if key not in {"fingerprint", "release"}}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=lambda it: f"<{it}>")
    canonical = re.sub(r'"<([0-9.-]+)>"', r"\1", text)
    return {**tree, "fingerprint": hashlib.sha256(canonical.encode()).hexdigest()}


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every single value of a JSON tree."""
    if isinstance(tree, dict | list):
        for key, child in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(child, (*path, key))
    else:
        yield path


def edited(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | Decimal) else f"{value}x"


def put(tree: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> None:
    parent = at(tree, path[:-1])
    parent[path[-1]] = change(parent[path[-1]])


def test_a_saved_order_agrees_with_itself() -> None:
    verification = verify_order(read_order(render(saved(), "json")), INDUCTION)
    assert (verification.agrees, verification.finding, verification.differences) == (True, "agrees", ())
    assert verify_order(saved()).agrees


# Edited


@pytest.mark.slow
def test_whatever_is_edited_is_seen() -> None:
    tree = tree_of(saved())
    places = list(leaves(tree))
    assert len(places) > 600
    unseen = []
    for place in places[::4]:
        other = copy.deepcopy(tree)
        put(other, place, edited)
        try:
            finding = verified(other).finding
        except FileError:
            continue
        if finding != "edited":
            unseen.append(place)
    assert unseen == []


@pytest.mark.parametrize(
    ("place", "value", "where", "now"),
    [
        (("doses", 0, "daily_total", "value"), 48, "doses 1 (clofarabine): daily_total", "38 mg"),
        (("doses", 1, "drug"), "teniposide", "doses 2 (teniposide): drug", "etoposide"),
        (("doses", 2, "over", "value"), 2, "doses 3 (cyclophosphamide): over", "1 h"),
        (("administrations", 3, "date"), "2026-12-01", "administrations 4 (cyclophosphamide): date", "2026-11-30"),
        (("measures", 0, "bsa", "value"), Decimal("0.97"), "measures 1: bsa: value", "0.96"),
        (("next_cycle", "day"), 8, "next_cycle: day", "15"),
        (("patient", "weight", "value"), 27, "whole input SHA-256", "was changed after the order was saved"),
        (("pharmacy", "largest_deviation"), 6, "whole input SHA-256", "was changed after the order was saved"),
        (("regimen", "drugs", 0, "dose", "value"), 52, "doses 1 (clofarabine): prescribed", "52 mg/m2"),
    ],
)
def test_an_edit_is_named_with_its_place(place: tuple[Any, ...], value: Any, where: str, now: str) -> None:
    tree = tree_of(saved())
    put(tree, place, lambda _: value)
    verification = verified(tree)
    assert verification.finding == "edited"
    assert any(each.where == where and now in each.now for each in verification.differences), verification.differences


def test_a_row_that_was_taken_out_or_put_in_is_named() -> None:
    removed, added = tree_of(saved()), tree_of(saved())
    del removed["doses"][3]
    removed["administrations"] = [row for row in removed["administrations"] if row["dose_index"] < 3]
    added["alerts"].insert(0, {"code": "fine", "level": "note", "about": "", "text": "all is well"})
    (difference, *_) = verified(removed).differences
    assert (difference.where, difference.saved) == ("doses 4 (prednisone)", "nothing")
    (difference,) = verified(added).differences
    assert (difference.where, difference.now) == ("alerts 1 (fine)", "nothing")


def test_a_name_that_nothing_is_computed_from_is_edited_too() -> None:
    tree = tree_of(saved(name="Łucja Żak"))
    tree["patient"]["name"] = "Anna Żak"
    (difference,) = verified(tree).differences
    assert difference.where == "whole input SHA-256"
    tree = tree_of(saved())
    tree["written_by"] = "0.0.9"
    assert (verified(tree).finding, verified(tree).differences) == ("edited", ())


def test_inputs_that_give_no_order_any_more_are_told() -> None:
    tree = tree_of(saved())
    tree["patient"]["weight"]["value"] = Decimal("9.5")
    tree["patient"]["height"]["value"] = 75
    (difference,) = verified(tree).differences
    assert (difference.where, difference.saved) == ("the whole order", "an order")
    assert difference.now.startswith("no order: stop under-10-kg: ")


def test_an_accepted_stop_stays_accepted() -> None:
    patient = load_patient(texts={"height": "76 cm", "weight": "9.9 kg"})
    order = draft_order(INDUCTION, patient, accept={"under-10-kg": "tumour board"})
    assert verify_order(read_order(render(order, "json"))).agrees


# Not edited, and other by today's rules


def of_another_version() -> Any:
    """The order as an earlier version of cec wrote it; to be signed when it is changed."""
    return {**tree_of(saved()), "written_by": "0.0.9"}


def test_what_another_version_computed_otherwise_is_other_by_todays_rules_and_never_edited() -> None:
    tree = of_another_version()
    tree["doses"][0]["ordered"]["value"] = tree["doses"][0]["steps"][-1]["value"]["value"] = 40
    tree["alerts"] = [{"code": "old-check", "level": "check", "about": "", "text": "as it was"}]
    verification = verified(signed(tree))
    assert (verification.finding, verification.agrees, verification.written_by) == (
        "other by today's rules",
        False,
        "0.0.9",
    )
    assert {
        (each.where, each.saved, each.now) for each in verification.differences if each.where.endswith("ordered")
    } == {("doses 1 (clofarabine): ordered", "40 mg", "38 mg")}
    gone = [each for each in verification.differences if each.where == "alerts 1 (old-check)"]
    assert [each.now for each in gone] == ["nothing"]


def test_other_words_of_another_version_agree() -> None:
    tree = of_another_version()
    assert verified(signed(tree)).reworded == 0
    tree["doses"][0]["steps"][0]["how"] = "in other words"
    tree["alerts"][0]["text"] = "in other words"
    tree["measures"][0]["bsa"]["source"] = "another citation of the same"
    verification = verified(signed(tree))
    assert (verification.finding, verification.agrees, verification.reworded) == ("agrees", True, 3)


def test_the_same_words_of_this_version_do_not_agree() -> None:
    tree = tree_of(saved())
    tree["doses"][0]["steps"][0]["how"] = "in other words"
    verification = verified(signed(tree))
    assert (verification.finding, verification.agrees) == ("other words", False)
    assert [each.where for each in verification.differences] == ["doses 1 (clofarabine): steps 1 (prescribed): how"]
    tree["doses"][0]["ordered"]["value"] = tree["doses"][0]["steps"][-1]["value"]["value"] = 40
    assert verified(signed(tree)).finding == "not what its inputs give"


def test_words_of_an_earlier_build_are_not_called_another_order(tmp_path: Path) -> None:
    """Builds before the release wrote `set to 38 mg, not 38 mg` of a dose that was set to what it was."""
    amount = Quantity(Decimal("38.4"), "mg")
    order = drafted()
    for number in (1, 2):
        order = revised(order, START, number, set_doses=(SetDose("clofarabine", amount, "as asked"),))
    tree = tree_of(order)
    for dose in tree["doses"]:
        for step in dose["steps"]:
            step["how"] = step["how"].replace("which it was already", f"not {amount}")
    tree["replaces"] = "ab" * 32  # the revision before was in other words too
    done = cec("verify", str(save(tmp_path / "order.json", signed(tree))))
    assert done.code == 1
    assert "every number in this order is what its inputs give, but" in done.said
    assert f"set to {amount}, not {amount}: as asked; now set to {amount}, which it was already" in done.said
    assert "replaces: saved" not in done.said


def test_the_form_of_an_earlier_build_is_not_called_another_order() -> None:
    """Builds before the release wrote keys of the regimen with defaults: revision 1 has another fingerprint."""
    tree = tree_of(revised(drafted(), START, 2, withheld=(Withheld("etoposide", "nausea"),)))
    tree["first"] = tree["replaces"] = "ab" * 32
    assert verified(signed(tree)).finding == "not what its inputs give"
    tree["regimen"]["drugs"][0]["note"] = ""
    assert (verified(signed(tree)).finding, verified(signed(tree)).differences) == ("agrees", ())


# Shortened by another tool


def through_floats(order: Order) -> Any:
    """The order after a tool that reads numbers as binary floats and writes them again."""
    tree = json.loads(render(order, "json"))
    return json.loads(json.dumps(tree), parse_float=Decimal)


def test_numbers_that_another_tool_shortened_are_put_back() -> None:
    # 57.12345678 lb × 0.45359237 = 25.9107641... kg, 16 decimals and 18 digits; half a milligram for each kilogram
    exact = Decimal("57.12345678") * Decimal("0.45359237")
    order = saved(weight="57.12345678 lb")
    assert len(exact.as_tuple().digits) == 18
    assert order.patient.weight.value == exact
    assert order.doses[3].ordered.value == exact / 2
    tree = through_floats(order)
    assert tree["patient"]["weight"]["value"] == Decimal(repr(float(exact))) != exact
    verification = verified(tree)
    assert (verification.finding, verification.was_shortened, verification.differences) == ("agrees", True, ())
    assert read_order(written(tree)).order.patient.weight.value == exact
    tree["doses"][3]["cycle_total"]["value"] += Decimal("0.001")
    assert (verified(tree).finding, verified(tree).was_shortened) == ("edited", False)


def test_fewer_digits_than_every_tool_keeps_are_an_edit() -> None:
    tree = tree_of(saved(weight="57.12345678 lb"))
    value = tree["doses"][3]["daily_total"]["value"]
    tree["doses"][3]["daily_total"]["value"] = Decimal(str(value)[:12])
    assert verified(tree).finding == "edited"


# The command


def save(path: Path, tree: Any) -> Path:
    path.write_bytes(written(tree))
    return path


def test_the_command_tells_the_three_apart(tmp_path: Path) -> None:
    tree, path = tree_of(saved()), tmp_path / "order.json"
    done = cec("verify", str(save(path, tree)))
    assert (done.code, done.err) == (0, "")
    assert "cec-induction: every number in this order is what its inputs give" in done.said
    assert f"order SHA-256 {tree['fingerprint']}, written by cec 0.1.0" in done.said

    done = cec("verify", str(save(path, json.loads(written(tree).replace(b"422.4", b"442.4"), parse_float=Decimal))))
    assert done.code == 1
    assert "this order was edited after it was saved: its fingerprint is not that of its content" in done.said
    assert "doses 3 (cyclophosphamide): ordered: saved 442.4 mg; now 422.4 mg" in done.said
    assert json.loads(cec("verify", str(path), "--format", "json").out)["finding"] == "edited"

    tree = of_another_version()
    tree["doses"][0]["ordered"]["value"] = tree["doses"][0]["steps"][-1]["value"]["value"] = 40
    done = cec("verify", str(save(path, signed(tree))))
    assert done.code == 1
    assert "other by today's rules, those of cec 0.1.0; cec 0.0.9 wrote this order, and nobody edited it" in done.said
    assert "by today's rules: doses 1 (clofarabine): ordered: saved 40 mg; now 38 mg" in done.said
    assert "was edited" not in done.said


def test_what_is_missing_or_too_much_is_said_as_a_person_would(tmp_path: Path) -> None:
    """No braces, no quoted keys: an alert is its words, an administration its drug, amount and time."""
    path = tmp_path / "order.json"
    tree = tree_of(saved(creatinine_clearance="45 mL/min"))
    tree["alerts"] = [alert for alert in tree["alerts"] if alert["code"] != "clofarabine-renal"]
    tree["alerts"].append({"code": "mine", "level": "note", "about": "", "text": "written by hand"})
    del tree["administrations"][-1]
    done = cec("verify", str(save(path, tree)))
    assert done.code == 1
    for words in (
        "alerts 1 (clofarabine-renal): is missing in the saved order; now check clofarabine-renal: creatinine",
        "(mine): saved note mine: written by hand; now it is not there",
        "(cyclophosphamide): is missing in the saved order; now cyclophosphamide 422.4 mg at 2026-12-04 13:00",
    ):
        assert words in done.said
    assert not {"{", "}", '":'} & set(done.out)


def test_an_edit_that_changes_no_number_is_told_without_counting_none(tmp_path: Path) -> None:
    tree = tree_of(saved())
    tree["fingerprint"] = "0" * 64
    done = cec("verify", str(save(tmp_path / "order.json", tree)))
    assert done.code == 1
    words = "its fingerprint is not that of its content; every number is what its inputs give"
    assert words in done.said


def test_the_command_says_that_numbers_were_shortened(tmp_path: Path) -> None:
    path = save(tmp_path / "order.json", through_floats(saved(weight="57.12345678 lb")))
    done = cec("verify", str(path))
    assert done.code == 0
    assert "another tool shortened some of its numbers; put back, they are those that cec saved" in done.said


def test_the_command_says_what_a_revision_replaces(tmp_path: Path) -> None:
    first = saved()
    second = msgspec.structs.replace(first, revision=2, first=first.fingerprint, replaces=first.fingerprint)
    tree = tree_of(second)
    tree["changes"] = [{"on": "2026-12-01", "from_day": 3, "reason": "a test", "written_by": "0.1.0"}]
    done = cec("verify", str(save(tmp_path / "order.json", signed(tree))))
    assert done.code == 0
    assert f"revision 2, replaces {first.fingerprint}" in done.said


def test_a_regimen_file_that_has_changed_since_is_told(tmp_path: Path) -> None:
    file, path = tmp_path / "mine.yaml", tmp_path / "order.json"
    text = (regimen_folder() / "cec-induction.yaml").read_text(encoding="utf-8")
    text = text.replace("name: cec-induction", "name: mine")
    file.write_text(text, encoding="utf-8")
    order = draft_order(load_regimen(file), load_patient(texts={"height": "128", "weight": "26"}))
    path.write_bytes(render(order, "json"))
    done = cec("verify", str(path))
    assert done.code == 0
    assert "no regimen is found by the name mine; give its file with --regimen to compare" in done.out
    assert cec("verify", str(path), "--regimen", str(file)).code == 0
    file.write_text(text.replace("dose: 440 mg/m2", "dose: 400 mg/m2"), encoding="utf-8")
    done = cec("verify", str(path), "--regimen", str(file))
    assert done.code == 1
    assert "every number in this order is what its inputs give, but its regimen's file has changed since" in done.said
    assert "regimen file: drugs 3 (cyclophosphamide): dose: saved 440 mg/m2; now 400 mg/m2" in done.out
    assert "regimen file: sha256" in done.out


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"regimen": 1}', b"[" * 100_000])
def test_a_file_that_is_not_an_order_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "order.json"
    path.write_bytes(content)
    done = cec("verify", str(path))
    assert (done.code, done.out) == (1, "")
    assert "is not an order that cec saved" in done.err


def without_prednisone(tree: Any) -> None:
    del tree["doses"][3]
    tree["administrations"] = [row for row in tree["administrations"] if row["dose_index"] < 3]


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        (without_prednisone, "doses 4 (prednisone)", ("nothing", "prednisone 13 mg on days 1, 2, 3, 4, 5")),
        (lambda tree: tree["administrations"].pop(0), "administrations 1 (prednisone)",
         ("nothing", "prednisone 13 mg at 2026-11-30 09:00")),
        (lambda tree: tree["administrations"].pop(1), "administrations 2 (clofarabine)",
         ("nothing", "clofarabine 38 mg at 2026-11-30 09:00")),
        (lambda tree: tree["doses"][0].pop("over"), "doses 1 (clofarabine): over", ("nothing", "2 h")),
        (lambda tree: tree["doses"][0]["steps"].append({**tree["doses"][0]["steps"][-1], "what": "set", "how": "x"}),
         "doses 1 (clofarabine): steps 5 (set)", ("set: x", "nothing")),
        (lambda tree: tree["alerts"].append({"code": "a", "level": "note", "about": "", "text": "b"}),
         "alerts 2 (a)", ("note a: b", "nothing")),
        (lambda tree: tree.pop("next_cycle"), "next_cycle",
         ("nothing", "day 15, date 2026-12-14, text neutrophils (ANC) 0.75 x 10^9/L or more; every 2 to 6 weeks, "
                     "source clofarabine label")),
        (lambda tree: tree["measures"][0]["bsa"].update(value=1), "measures 1: bsa: value", ("1", "0.96")),
    ],
)  # fmt: skip
def test_each_kind_of_difference_is_told_as_a_person_reads_it(
    change: Callable[[Any], object], where: str, words: tuple[str, str]
) -> None:
    tree = tree_of(saved())
    change(tree)
    assert (where, *words) in [(each.where, each.saved, each.now) for each in verified(tree).differences]
