"""`cec history`: whose orders it is made of, every drug of every cycle in every form, a picture without a name."""

from __future__ import annotations

import csv
import datetime
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pypdf
import pytest
from chains import replacing, save
from msgspec.structs import replace
from running import Done, cec
from wards import order_of

from cec import Order, render
from cec.course.found_orders import FiledOrder, OrdersOfPatient
from cec.course.history import history as history_of
from cec.fingerprint import fingerprint
from cec.order import Cancelled
from cec.rendering import HISTORIES

FIRST, SECOND = datetime.date(2026, 11, 30), datetime.date(2026, 12, 28)
DOXORUBICIN = "drug: doxorubicin, dose: 30 mg/m2, route: IV bolus, days: 1-3, lifetime_maximum: 450 mg/m2"
SIZE: dict[str, Any] = {"height": "98 cm", "weight": "18 kg", "name": "Anna Nowak", "born": "2020-05-14"}


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two cycles of one patient: 21 mg three times, and less a quarter."""
    monkeypatch.chdir(tmp_path)
    folder = Path("orders")
    folder.mkdir()
    save(anna(FIRST), folder / "1.json")
    reduced = {"reductions": ["doxorubicin=25%: mucositis"], "earlier_doses": {"doxorubicin": "90 mg/m2"}}
    save(anna(SECOND, **reduced), folder / "2.json")
    return folder


def anna(start: datetime.date, **texts: Any) -> Order:
    return order_of(Path(), DOXORUBICIN, start=start, id="1042", **SIZE, **texts)


def history(*words: str | Path) -> Done:
    return cec("history", *map(str, words))


def parsed(svg: str | bytes) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  what cec wrote itself


def text_of(content: bytes) -> str:
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.replace("\xa0", " ").replace("\u200b", "").split())


def test_every_cycle_and_drug_stands_in_every_form(orders: Path) -> None:
    """63 mg at 0.7 m2 are 90 mg/m2, in 28 days 22.5 a week; 15.75 mg thrice are 47.25 mg, 67.5 mg/m2, to be given."""
    shown = history(orders)
    assert (shown.code, shown.err) == (0, "")
    for paper in ("a4", "letter"):
        assert history(orders, "-o", f"{paper}.pdf", "--paper", paper).code == 0
    for text in (shown.said, *(text_of(Path(f"{paper}.pdf").read_bytes()) for paper in ("a4", "letter"))):
        for words in (
            "History of Anna Nowak, id 1042",
            "2 cycles, 30-Nov-2026 to 30-Dec-2026",
            "28 days from day 1 to the next day 1; the regimen prescribes no cycle length",
            "63 mg in 3 doses",
            "90 mg/m2",
            "22.5 mg/m2",
            "47.25 mg in 3 doses",
            "157.5 mg/m2",
            "at least 35% of 450 mg/m2",
            "doxorubicin: 15.75 mg on days 1 to 3, reduced by 25%, to 75% of 21 mg: mucositis",
        ):
            assert words in text, words
    rows = list(csv.DictReader(io.StringIO(history(orders, "--format", "csv").out)))
    assert [(row["given"], row["to_give"], row["given_per"], row["cumulative_per"]) for row in rows] == [
        ("63", "0", "90", "90"),
        ("0", "47.25", "0", "157.5"),
    ]
    tree = json.loads(history(orders, "--format", "json").out)
    assert (tree["schema"], len(tree["cycles"])) == ("cec.history/1", 2)
    assert tree["drugs"][0]["total"] == {"value": 157.5, "unit": "mg/m2"}


def test_the_picture_shows_every_amount_and_no_name(orders: Path) -> None:
    history(orders, "-o", "history.svg")
    text = Path("history.svg").read_text(encoding="utf-8")
    root = parsed(text)
    words = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    for expected in ("doxorubicin", "63 mg", "0 of 47.25 mg", "30-Nov-2026", "28-Dec-2026", "to be given"):
        assert expected in words
    assert not [secret for secret in ("Anna", "Nowak", "1042", "2020", "14-May") if secret in text]
    bars = [
        (each.get("fill"), each.get("height"))
        for each in root.iter("{http://www.w3.org/2000/svg}rect")
        if each.get("y")
    ]
    # 63 mg are the highest bar, 34 high; 47.25 of 63 are three quarters of it, 25.5.
    assert bars[:4] == [("#ffffff", "34"), ("#222222", "34"), ("#ffffff", "25.5"), ("#b8b8b8", "25.5")]


@pytest.mark.parametrize("columns", ["60", "80", "120"])
def test_no_line_is_wider_than_the_terminal(columns: str, orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    shown = history(orders)
    assert max(map(len, shown.out.splitlines())) <= int(columns)
    assert "47.25 mg in 3 doses" in shown.said


def test_of_several_patients_one_is_chosen(orders: Path) -> None:
    save(order_of(Path(), DOXORUBICIN, start=FIRST, id="1077", height="128 cm"), orders / "jan.json")
    refused = history(orders)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == "cec: --id: these orders are of 2 patients; say of which\n"
    assert "2 cycles" in history(orders, "--id", "1042").said
    assert "1 cycle" in history(orders, "--id", "1077").said
    unknown = history(orders, "--id", "7")
    assert (unknown.code, unknown.err) == (1, "cec: --id: no order is of a patient with the id 7\n")


def test_an_order_without_an_id_is_of_who_has_that_name_and_birthday(orders: Path) -> None:
    third = order_of(Path(), DOXORUBICIN, start=datetime.date(2027, 1, 25), **SIZE)
    save(third, orders / "3.json")
    assert "3 cycles" in history(orders, "--id", "1042").said


def test_a_cancelled_cycle_is_named_and_does_not_count(orders: Path) -> None:
    third = anna(datetime.date(2027, 1, 25), earlier_doses={"doxorubicin": "157.5 mg/m2"})
    save(third, orders / "3.json")
    save(replacing(third), orders / "3.r2.json")
    shown = history(orders)
    assert "2 cycles" in shown.said
    assert "orders/3.r2.json: cancelled on 30-Nov-2026: fever" in shown.said


def test_a_total_of_which_not_all_is_told_is_the_least(orders: Path) -> None:
    """Without its first cycle the second tells of 90 mg/m2 since that day: with 67.5 at least 35% of 450 mg/m2."""
    reduced = {"reductions": ["doxorubicin=25%: mucositis"], "earlier_doses": {"doxorubicin": "90 mg/m2"}}
    told = replace(anna(SECOND, **reduced).patient, earlier_doses_since={"doxorubicin": FIRST})
    order = replace(anna(SECOND, **reduced), patient=told, release=None)
    (orders / "1.json").unlink()
    save(replace(order, fingerprint=fingerprint(order)), orders / "2.json")
    shown = history(orders).said
    assert "90 mg/m2 since 30-Nov-2026" in shown
    assert "at least 35% of 450 mg/m2" in shown
    save(anna(SECOND, **reduced), orders / "2.json")
    assert "at least" not in history(orders).said


def test_a_damaged_file_is_named_and_hides_no_other(orders: Path) -> None:
    (orders / "3.json").write_bytes(render(anna(datetime.date(2027, 1, 25)), "json")[:2000])
    shown = history(orders)
    assert shown.code == 1
    assert "2 cycles" in shown.said
    assert "CHECK damaged-file, orders/3.json: is damaged" in shown.said
    assert "orders/3.json: is damaged" in shown.err


@pytest.mark.parametrize("words", [(), ("--id", "1042")])
def test_a_broken_chain_is_named_where_no_other_is_left(words: tuple[str, ...], orders: Path) -> None:
    """Two orders that replace the same one: neither counts, and nobody is told that there are no orders."""
    (orders / "2.json").unlink()
    for name, reason in (("a", "fever"), ("b", "no bed")):
        cancelled = Cancelled(FIRST, reason)
        save(replacing(anna(FIRST), cancelled=cancelled), orders / f"{name}.json")
    refused = history(orders, *words)
    assert (refused.code, refused.out) == (1, "")
    assert "orders/b.json: is revision 2, and so is orders/a.json: both replace the same order" in refused.err
    assert "there is no order" not in refused.err


def test_a_day_says_what_counts_as_given(orders: Path) -> None:
    assert "31.5 mg in 2 doses" in history(orders, "--on", "2026-12-30").said


def test_orders_are_never_changed(orders: Path) -> None:
    before = {path.name: path.read_bytes() for path in orders.iterdir()}
    assert history(orders / "1.json", "-o", orders / "1.json").code == 1
    history(orders, "-o", "history.json")
    assert {path.name: path.read_bytes() for path in orders.iterdir()} == before


@pytest.mark.usefixtures("orders")
def test_a_name_of_a_drug_is_no_markup_in_the_picture() -> None:
    order = anna(FIRST)
    doses = tuple(replace(dose, drug="a<b&c") for dose in order.doses)
    rows = tuple(replace(row, drug="a<b&c") for row in order.administrations)
    lines = tuple(replace(line, drug="a<b&c", lifetime_maximum=None) for line in order.regimen.drugs)
    named = replace(order, doses=doses, administrations=rows, regimen=replace(order.regimen, drugs=lines), release=None)
    named = replace(named, fingerprint=fingerprint(named))
    found = history_of(OrdersOfPatient((FiledOrder("1.json", named),), (), ()))
    words = [each.text for each in parsed(render(found, "svg", HISTORIES)).iter() if each.text]
    assert "a<b&c" in words
