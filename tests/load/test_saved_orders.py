"""Saved orders are read strictly: what cec did not write is refused with its place, and no damage is a traceback."""

from __future__ import annotations

import copy
import datetime
import json
import re
import subprocess
import sys
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from revising import kg, revised
from saved_orders import AGAIN, FOLDER, START, Path_, at, order, places, tree_of, written

from cec import CecError, draft_order, load_order, load_patient, load_pharmacy, load_regimen, render
from cec.errors import FileError
from cec.load.order_file import read_order
from cec.order import GivenAmount, MovedDay
from cec.patient import Reduction, SetDose, Withheld
from cec.rendering import FORMATS
from cec.units import Quantity
from cec.verification import verify_order

SAVED = order()
TREE = tree_of(SAVED)
EVERY_LINE = tree_of(order(Path(__file__).parent.parent / "regimens" / "every-kind-of-line.yaml", reductions=[]))
REVISED = tree_of(
    revised(
        SAVED,
        START + datetime.timedelta(days=1),
        2,
        weight=kg(27),
        weight_given="59.5 lb",
        facts={"anc": Quantity(Decimal(2), "x 10^9/L")},
        reductions=(Reduction("clofarabine", Decimal(25), "fever"),),
        set_doses=(SetDose("etoposide", Quantity(Decimal(70), "mg"), "one vial", (4,)),),
        withheld=(Withheld("prednisone", "nausea", (5,)),),
        stopped=("cyclophosphamide",),
        moved=(MovedDay(5, START + datetime.timedelta(days=6)),),
        first_infusion="14:00",
        times={"prednisone": ("08:00",)},
        given=(GivenAmount(1, 1, 1, "clofarabine", Quantity(Decimal(20), "mg")),),
        pharmacy=SAVED.pharmacy,
        products={},
    )
)


def faults_of(content: bytes | str) -> list[str]:
    """What is wrong with an order, a line for each; the patient is never named."""
    with pytest.raises(FileError) as refused:
        load_order(content)
    assert "ucja" not in str(refused.value)
    return str(refused.value).splitlines()


def changed(path: Path_, value: Any) -> Any:
    """The order with another value at a place."""
    tree = copy.deepcopy(TREE)
    at(tree, path[:-1])[path[-1]] = value
    return tree


def test_loading_gives_the_same_order_back_and_writing_it_the_same_bytes() -> None:
    content = render(SAVED, "json")
    assert load_order(content) == load_order(content.decode()) == load_order("\ufeff" + content.decode()) == SAVED
    assert load_order(b"\xef\xbb\xbf" + written(TREE)) == SAVED
    assert render(load_order(content), "json") == content


def test_an_order_of_a_pharmacy_that_rounds_comes_back() -> None:
    rounding = {"clofarabine": "nearest 0.5 mg", "cyclophosphamide": "down to 10 mg"}
    pharmacy = load_pharmacy(texts={"dose_rounding": rounding})
    patient = load_patient(texts={"height": "128 cm", "weight": "26 kg"})
    rounded = draft_order(load_regimen("cec-induction"), patient, pharmacy)
    assert [str(dose.ordered) for dose in rounded.doses[::2]] == ["38.5 mg", "420 mg"]  # of 38.4 and 422.4 mg
    assert load_order(render(rounded, "json")) == rounded


def test_an_order_that_another_tool_wrote_in_one_line_is_the_same_order() -> None:
    line = " ".join(map(str.strip, render(SAVED, "json").decode().splitlines()))
    assert ": null" in line
    assert load_order(line) == SAVED


# What is refused, with its place


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("patient", "reduction"), [], "patient: unknown key 'reduction'; did you mean 'reductions'?"),
        (("nonsense",), 1, "unknown key 'nonsense'"),
        (
            ("regimen", "drugs", 0, "wekdays"),
            "Mon",
            "regimen: drugs 1: unknown key 'wekdays'; did you mean 'weekdays'?",
        ),
        (
            ("doses", 0, "ordered" + AGAIN),
            {"value": 999, "unit": "mg"},
            "'ordered' stands here a second time",
        ),
        (("patient", "weight"), 26, "patient: weight: is a number; keys with values are wanted"),
        (("patient", "sex"), "f", "patient: sex: is not one of female, male"),
        (("patient", "name"), None, "patient: name: is null; a text is wanted"),
        (("patient", "reductions", 0, "percent"), "25", "reductions 1: percent: is a text; a number is wanted"),
        (("cycle",), True, "cycle: is true; a number is wanted"),
        (("cycle",), 1.5, "cycle: is not a whole number from 1 to 100,000"),
        (("cycle",), 0, "cycle: is not a whole number from 1 to 100,000"),
        (("start",), "2026-11-31", "start: is not a date, like 2026-11-30, from 1900 to 2101"),
        (("start",), "9999-12-31", "start: is not a date, like 2026-11-30, from 1900 to 2101"),
        (("administrations", 0, "start"), "2026-11-30T09:00:00Z", "administrations 1: start: is not a date and time"),
        (("administrations", 1, "over", "unit"), "mg", "over: duration is wanted: a number from 0, in min, h, days"),
        (("doses", 0, "ordered", "value"), -38.4, "doses 1: ordered: amount of drug is wanted: a number from 0"),
        (("doses", 0, "days"), [1, 2, 10**9], "doses 1: days 3: is not a whole number from -366 to 366"),
        (("doses", 0, "days"), [1, 3, 2], "doses 1: days: names a day twice or not in rising order"),
        (("doses", 0, "days"), [], "doses 1: days: is empty"),
        (("doses", 0, "line"), 9, "doses 1: line: the regimen has 4 drug lines"),
        (("doses", 0, "ordered", "value"), 48, "doses 1: ordered: is not the value of the last step"),
        (("doses", 0, "steps"), [], "doses 1: steps: does not begin with the prescribed dose"),
        (("doses",), [], "doses: is empty"),
        (("administrations", 0, "dose_index"), 7, "administrations 1: dose_index: the order has 4 doses"),
        (("administrations", 0, "day"), 9, "administrations 1: day: is not a day of its dose"),
        (("administrations", 1, "line"), 3, "administrations 2: line: is not the line of its dose"),
        (("preparations", 1, "dose_index"), 0, "preparations 2: has the dose_index of another"),
        (("measures",), [], "measures: does not begin with day 1"),
        (("fingerprint",), "", "fingerprint: is missing"),
        (("fingerprint",), "0123", "fingerprint: has not the form ^([0-9a-f]{64})?$"),
        (("replaces",), "0" * 64, "replaces: stands in an order of revision 1, which replaces none"),
        (("revision",), 2, "first: is missing in an order of revision 2, which replaces another"),
        (("revision",), 3, "replaces: is missing in an order of revision 3, which replaces another"),
        (("revision",), 2, "changes: is missing in an order of revision 2, which replaces another"),
        (
            ("release",),
            {"by": "A", "on": "2026-11-30", "fingerprint": "0" * 64},
            "release: fingerprint: is not that",
        ),
        # what a regimen, patient or pharmacy file would say of the same
        (("regimen", "drugs", 0, "times"), 10**8, "drugs 1: times: is not a whole number from 0 to 999,999"),
        (("regimen", "drugs", 0, "times"), 4000, "4000 doses a day; no drug is given more than 96 times"),
        (("regimen", "drugs", 0, "divided_into"), 10**5, "100000 doses a day; no drug is given more than 96 times"),
        (("regimen", "drugs", 0, "over", "unit"), "mg", "drugs 1: over: duration is wanted: a number from 0, in min"),
        (("regimen", "drugs", 0, "over", "value"), 10**9, "over: '1000000000 h' has too many digits"),
        (("regimen", "drugs", 0, "dose", "unit"), "L", "drugs 1: dose: dose per m2 or dose per kg or amount of drug"),
        (("regimen", "drugs", 0, "days"), [1, 2, 900], "drugs 1: days 3: is not a whole number from -366 to 366"),
        (("regimen", "drugs", 0, "days"), [], "regimen: drugs 1 (clofarabine): 'days' is missing"),
        (("regimen", "drugs", 0, "route"), "IV infuson", "route: 'IV infuson' is not a route"),
        (("regimen", "drugs", 3, "at"), ["25:00"], "at: '25:00' is not a time of day"),
        (("regimen", "drugs"), [], "drugs: is empty; a regimen has at least one drug line"),
        (("regimen", "checks", 0, "when", 0, "limits"), [], "regimen: checks 1 ("),
        (("regimen", "name"), "CEC", "regimen: name: 'CEC' is not a name; use small letters"),
        (("regimen", "title"), "CEC  induction", "regimen: title: a regimen file gives another value"),
        (("pharmacy", "first_infusion"), "9", "pharmacy: first_infusion: '9' is not a time of day"),
        (("pharmacy", "largest_deviation"), 0, "pharmacy: largest_deviation: '0%' is not above 0"),
        (("pharmacy", "gap", "value"), 10**6, "pharmacy: gap: '1000000 min' is more than 12 h"),
        (("pharmacy", "bsa_formula"), "mostellar", "pharmacy: bsa_formula: "),
        (("pharmacy", "formulary", "etoposide", "products", 0, "form"), "powder", "does not belong to a powder"),
        (("pharmacy", "formulary", "etoposide", "drug"), "x", "pharmacy: formulary: etoposide: drug: a pharmacy file"),
        (("patient", "height", "value"), 1.27, "patient: height: is not possible"),
        (("patient", "weight", "value"), 26, "patient: weight: value: a patient file gives another value"),
        (("patient", "creatinine", "value"), 0, "patient: creatinine: is not possible"),
        (("patient", "born"), "2027-01-01", "patient: born: is not what a patient file may hold; born date of birth"),
        (("patient", "reductions", 0, "percent"), 101, "patient: reductions: is not what a patient file may hold"),
        (("patient", "history"), {"Łucja": "true"}, "patient: history: is a text; true or false is wanted"),
    ],
)
def test_what_cec_did_not_write_is_refused_with_its_place(path: Path_, value: Any, message: str) -> None:
    assert any(message in fault for fault in faults_of(written(changed(path, value))))


def test_a_fault_names_file_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    path.write_bytes(written(changed(("patient", "reduction"), 1)))
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if '"reduction"' in text)
    place = f"{path}:{line}:{lines[line - 1].index('r')}"
    with pytest.raises(FileError, match=f"^{re.escape(place)}: patient: unknown key 'reduction'"):
        load_order(path)


def test_all_faults_are_told_together_in_the_sequence_of_the_file() -> None:
    tree = changed(("patient", "reduction"), 1)
    tree["cycle"] = "two"
    del tree["doses"][1]["route"]
    assert [fault.partition(": ")[2] for fault in faults_of(written(tree))] == [
        "patient: unknown key 'reduction'; did you mean 'reductions'?",
        "doses 2: 'route' is missing",
        "cycle: is a text; a number is wanted",
    ]


def test_an_order_of_another_form_is_refused_in_one_line() -> None:
    (older,) = faults_of((FOLDER / "before-schema.json").read_bytes())
    assert older == "was saved by an older cec, before cec.order/2; draft it again"
    without = {key: value for key, value in TREE.items() if key != "schema"}
    assert faults_of(written(without)) == faults_of(written(changed(("schema",), "cec.order/1"))) == [older]
    (newer,) = faults_of(written(changed(("schema",), "cec.order/3")))
    assert newer == "was saved by a newer cec (cec.order/3); this one, 0.1.0, reads cec.order/2"
    (other,) = faults_of(written(changed(("schema",), "of somebody else")))
    assert other == "is not an order that cec saved"


def test_an_unknown_key_of_a_newer_version_is_told_with_the_version() -> None:
    tree = changed(("written_by",), "0.2.0")
    assert (
        faults_of(written({**tree, "ward": "4"}))[-1] == "was written by cec 0.2.0, which is newer than this one, 0.1.0"
    )
    assert load_order(written(tree)).written_by == "0.2.0"


def lacking(old: Any, new: Any, where: str = "") -> list[str]:
    """The places of an old tree that a new one has not, or has otherwise."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [place for key, value in old.items() for place in lacking(value, new.get(key), f"{where}.{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            place
            for index, pair in enumerate(zip(old, new, strict=True))
            for place in lacking(*pair, f"{where}.{index}")
        ]
    return [] if old == new else [where]


def test_what_an_earlier_stage_said_and_a_later_one_lost_is_seen() -> None:
    assert lacking({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2, "c": 3}]}) == []
    assert lacking({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}) == [".a.1.b"]
    assert lacking({"a": [1]}, {"a": []}) == [".a"]


def test_a_changed_row_is_one_of_the_order() -> None:
    tree = copy.deepcopy(REVISED)
    tree["changes"][0]["altered"][1]["day"] = 77
    assert faults_of(json.dumps(tree, default=float)) == ["changes 1: altered 2: is not an administration of the order"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("cec.order-2*.json")), ids=lambda path: path.stem)
def test_an_order_saved_at_an_earlier_stage_loads(path: Path) -> None:
    """With all that it says; what a later stage has added beside it stands there with its default."""
    saved = load_order(path)
    assert lacking(json.loads(path.read_bytes()), json.loads(render(saved, "json"))) == []
    assert verify_order(read_order(path)).finding != "edited"


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b" ", b"[", b"{", b"null", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe{", b"NaN", b"{'schema': 1}"),
        *(b'{"schema": "cec.order/2"', b'{"schema": "cec.order/2",}', b'{"schema": "cec.order/2"} x', b'"\\u12"'),
        render(SAVED, "json").decode().encode("utf-16"),
        render(SAVED, "json")[:-3],
        render(SAVED, "json").replace(b"Lucja", b"Lu\ncja").replace(b"0.5", b"NaN"),
        render(SAVED, "json").replace(b"0.5", b"0.5E"),
        render(SAVED, "json").replace(b"0.5", b".5"),
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_not_json_is_not_an_order(content: bytes) -> None:
    assert faults_of(content)[0] == "is not an order that cec saved"


def test_a_text_that_is_not_json_is_never_taken_for_the_name_of_a_file() -> None:
    name = '"name": "Łucja Żak"'
    for text in ("", f"{{{name}", f"[{name}", f" \n{name}", name, "Łucja Żak\n", "Łucja " * 1000):
        assert "no such file" not in str(faults_of(text))
    with pytest.raises(FileError, match=r"nowhere/order\.json: there is no such file"):
        load_order("nowhere/order.json")


# Whatever is damaged: faults, or an order that can be verified and drawn


VALUES = st.recursive(
    st.sampled_from([None, True, False, 0, 1, -1, 2, 0.5, 1e300, 10**9, 10**40, "", "x", "mg", "h", "\u0000", "\ud800"])
    | st.sampled_from(["2026-11-30", "9999-12-31", "2099-12-31T23:59:59", "2026-11-30T09:00:00", "<b>#$\\"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "unit", "x"]), inner),
    max_leaves=4,
)


def deep(levels: int) -> Any:
    return [deep(levels - 1)] if levels else []


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """An order of which some keys are gone, stand twice, or have another value: any, or another's of the order."""
    tree = copy.deepcopy(draw(st.sampled_from([TREE, EVERY_LINE, REVISED, REVISED])))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(sorted(places(tree), key=str)))
        parent, key = at(tree, path[:-1]), path[-1]
        how = draw(st.sampled_from(["gone", "twice", "any", "deep", "other", "other", "other"]))
        alike = sorted((other for other in places(tree) if other[-1] == key and other != path), key=str)
        if how == "gone":
            del parent[key]
        elif how == "twice" and isinstance(parent, dict):
            parent[f"{key}{AGAIN}"] = draw(VALUES)
        elif how == "twice":
            parent.append(copy.deepcopy(parent[key]))
        elif how == "other" and alike:
            parent[key] = copy.deepcopy(at(tree, draw(st.sampled_from(alike))))
        else:
            parent[key] = deep(30) if how == "deep" else draw(VALUES)
    return tree


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(damaged())
def test_no_damage_gives_a_traceback(tree: Any) -> None:
    try:
        loaded = load_order(json.dumps(tree, default=float).replace(AGAIN, ""))
    except CecError:
        return
    verify_order(loaded)
    for name in FORMATS:
        with suppress(CecError):
            render(loaded, name)


def test_a_million_doses_are_refused_at_once() -> None:
    tree = changed(("regimen", "drugs", 0), {**TREE["regimen"]["drugs"][0], "times": 10**8})
    tree["regimen"]["drugs"][1]["divided_into"] = 10**8
    assert len(faults_of(written(tree))) == 2


THREADS = """
import sys, threading
from pathlib import Path
import cec
content, start, loaded = Path(sys.argv[1]).read_bytes(), threading.Barrier(8), []
def load():
    start.wait()
    loaded.append(cec.load_order(content).fingerprint)
threads = [threading.Thread(target=load) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(loaded) == 8 and len(set(loaded)) == 1
"""


@pytest.mark.slow
def test_many_threads_may_load_orders_from_the_first_call_on(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    path.write_bytes(render(SAVED, "json"))
    for _ in range(6):
        done = subprocess.run([sys.executable, "-c", THREADS, str(path)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
