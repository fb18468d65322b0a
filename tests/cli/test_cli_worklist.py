"""`cec worklist`: which orders count, what is told of the others, and every dose in every form."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pypdf
import pytest
from chains import replacing, save
from running import Done, cec
from wards import CLOFARABINE, PHARMACY, TUESDAY, order_of, pharmacy_file

from cec import Order, render
from cec.order import Release
from cec.order.change import Change

DAY = "2026-12-01"
LINE = CLOFARABINE.format("30 mg", "09:00")
OTHER = CLOFARABINE.format("46.8 mg", "11:00")


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = Path("orders")
    folder.mkdir()
    return folder


def anna(line: str = LINE, *, released: bool = True) -> Order:
    return order_of(Path(), line, id="1042", name="Anna Nowak", ward="4B", bed="7", released=released)


def jan(*, released: bool = True) -> Order:
    return order_of(Path(), OTHER, name="Jan Kowalski", born="2015-02-03", released=released)


def revised(old: Order, **fields: Any) -> Order:
    """The order that replaces another one and doses the same."""
    change = Change(on=TUESDAY, from_day=1, reason="as before", written_by="0.1.0")
    return replacing(old, cancelled=None, changes=(change,), **fields)


def worklist(*words: str | Path) -> Done:
    return cec("worklist", DAY, *map(str, words))


def both(folder: Path) -> None:
    save(anna(), folder / "anna.json")
    save(jan(released=False), folder / "jan.json")


def text_of(content: bytes) -> str:
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.replace("\xa0", " ").replace("\u200b", "").split())


def test_every_dose_and_who_gets_it_stands_in_every_form(orders: Path) -> None:
    """30 mg and 46.8 mg are of 4 vials of 20 mg: 10 mg of the second vial are left for the second dose."""
    both(orders)
    pdf, letter = Path() / "list.pdf", Path() / "letter.pdf"
    worklist(orders, "-o", pdf)
    worklist(orders, "-o", letter, "--paper", "letter")
    table = worklist(orders)
    assert (table.code, table.err) == (0, "")
    for text in (table.said, text_of(pdf.read_bytes()), text_of(letter.read_bytes())):
        for words in (
            "Tue 01-Dec-2026",
            "2 doses for 2 patients; 1 order is a draft",
            "09:00",
            "Anna Nowak",
            "id 1042",
            "4B, bed 7",
            "clofarabine 30 mg" if "Made up" in text else "30 mg",
            "30 mL",
            "100 mL bag of sodium chloride 0.9%",
            "no. 1 (20 mg) and 2 (10 mg)",
            "Jan Kowalski",
            "born 03-Feb-2015",
            "no. 2 (10 mg), 3 (20 mg) and 4 (16.8 mg)",
            "DRAFT",
            "1 vial fewer than 5 without sharing: 20 mg (20%) saved; 3.2 mg (4%) unused instead of 23.2 mg (23.2%)",
            "released by Maria Kowal on 01-Dec-2026",
            "no pharmacy file",
        ):
            assert words in text, words
    rows = list(csv.DictReader(io.StringIO(worklist(orders, "--format", "csv").out)))
    assert [(row["name"], row["id"], row["dose"], row["unit"], row["status"], row["start"]) for row in rows] == [
        ("Anna Nowak", "1042", "30", "mg", "released", "2026-12-01T09:00"),
        ("Jan Kowalski", "", "46.8", "mg", "draft", "2026-12-01T11:00"),
    ]
    assert rows[1]["vials"] == "clofarabine 20 mg vial no. 2 (10 mg), 3 (20 mg) and 4 (16.8 mg)"
    tree = json.loads(worklist(orders, "--format", "json").out)
    assert (tree["schema"], tree["date"]) == ("cec.worklist/1", DAY)
    assert [each["administration"]["dose"]["value"] for each in tree["doses"]] == [30, 46.8]
    assert [each["patient"].get("id") for each in tree["orders"]] == ["1042", None]
    assert tree["vials"][0]["opened"] == {
        "count": 4,
        "hold": {"value": 80, "unit": "mg"},
        "unused": {"value": 3.2, "unit": "mg"},
        "unused_percent": 4,
    }


def test_the_pick_list_alone(orders: Path) -> None:
    both(orders)
    shown = worklist(orders, "--pick-list").out
    assert "4  clofarabine 20 mg vial" in shown
    assert "09:00" not in shown
    rows = list(csv.DictReader(io.StringIO(worklist(orders, "--pick-list", "--format", "csv").out)))
    assert [(row["item"], row["count"]) for row in rows] == [
        ("clofarabine 20 mg vial", "4"),
        ("100 mL bag of sodium chloride 0.9%", "2"),
    ]


@pytest.mark.parametrize("columns", ["60", "80", "120", "200"])
def test_no_line_is_wider_than_the_terminal(columns: str, orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both(orders)
    monkeypatch.setenv("COLUMNS", columns)
    shown = worklist(orders)
    assert max(map(len, shown.out.splitlines())) <= int(columns)
    for words in ("Anna Nowak, id 1042", "46.8 mg", "no. 2 (10 mg), 3 (20 mg) and 4 (16.8 mg)", "DRAFT"):
        assert words in shown.said


def test_replaced_and_cancelled_orders_are_left_out_and_named(orders: Path) -> None:
    first = anna()
    save(first, orders / "anna.json")
    save(revised(first), orders / "anna.r2.json")
    other = jan()
    save(other, orders / "jan.json")
    save(replacing(other), orders / "jan.r2.json")
    shown = worklist(orders)
    assert shown.code == 0
    assert "1 dose for 1 patient; 1 order is a draft" in shown.said
    assert "orders/anna.json of Anna Nowak, id 1042: replaced by revision 2, orders/anna.r2.json" in shown.said
    assert shown.said.count("cancelled on 30-Nov-2026: fever") == 2


def test_released_leaves_drafts_out_by_name(orders: Path) -> None:
    both(orders)
    shown = worklist(orders, "--released")
    assert "1 dose for 1 patient" in shown.said
    assert "orders/jan.json of Jan Kowalski, born 03-Feb-2015: a draft" in shown.said
    assert "DRAFT" not in shown.out
    assert "its own. DRAFT: not valid until checked and signed" in worklist(orders).said


def test_a_damaged_file_is_named_and_hides_no_other(orders: Path) -> None:
    both(orders)
    path = orders / "eva.json"
    path.write_bytes(render(anna(OTHER), "json")[:3000])
    shown = worklist(orders)
    assert shown.code == 1
    assert "2 doses for 2 patients" in shown.said
    assert f"CHECK damaged-file, {path}: is damaged" in shown.said
    assert "nothing that it orders is counted here" in shown.said
    assert str(path) in shown.err
    assert worklist(orders, "--leave-out", path).code == 0


def test_two_that_replace_one_order_refuse_the_list_until_one_is_left_out(orders: Path) -> None:
    first = anna()
    save(first, orders / "anna.json")
    save(jan(), orders / "jan.json")
    twins = [save(revised(first, overrides=(name,)), orders / f"anna.{name}.json") for name in "ab"]
    refused = worklist(orders)
    assert (refused.code, refused.out) == (1, "")
    assert all(str(twin) in refused.err for twin in twins)
    assert "--leave-out" in refused.err
    chosen = worklist(orders, "--leave-out", twins[0])
    assert chosen.code == 0
    assert "2 doses for 2 patients" in chosen.said
    assert str(twins[1]) in chosen.out


def test_no_earlier_order_counts_in_the_place_of_one_that_is_left_out(orders: Path) -> None:
    first = anna()
    save(first, orders / "anna.json")
    last = save(revised(first), orders / "anna.r2.json")
    shown = worklist(orders, "--leave-out", last)
    assert "no doses for no patients" in shown.said
    assert f"{last} of Anna Nowak, id 1042: named by --leave-out" in shown.said


def test_two_orders_of_one_patient_are_refused_until_one_is_left_out(orders: Path) -> None:
    save(anna(), orders / "anna.json")
    other = save(anna(OTHER), orders / "other.json")
    refused = worklist(orders)
    assert (refused.code, refused.out) == (1, "")
    assert "another order of the same patient" in refused.err
    assert all(str(orders / name) in refused.err for name in ("anna.json", "other.json"))
    assert "1 dose for 1 patient" in worklist(orders, "--leave-out", other).said


def test_a_released_copy_beside_its_draft_is_one_order(orders: Path) -> None:
    draft = anna(released=False)
    save(draft, orders / "anna.json")
    release = Release("Maria Kowal", TUESDAY, draft.fingerprint)
    save(msgspec.structs.replace(draft, release=release), orders / "anna.released.json")
    assert "1 dose for 1 patient " in worklist(orders, "--released").said


def test_vials_are_those_of_the_pharmacy_of_the_day(orders: Path) -> None:
    """From day 2 on the pharmacy has vials of 50 mg: 30 mg take one of these, on day 1 two of 20 mg."""
    line = CLOFARABINE.format("30 mg", "09:00").replace("days: 1", "days: 1-2")
    save(anna(line, released=False), orders / "anna.json")
    other = PHARMACY.replace("clofarabine 20 mg vial", "clofarabine 50 mg vial").replace(
        "volume: 20 mL", "volume: 50 mL"
    )
    pharmacy = pharmacy_file(Path(), other, "other.yaml")
    asked = ("--on", "2026-12-02", "--from-day", "2", "--reason", "other vials", "--pharmacy", str(pharmacy))
    assert cec("change", str(orders / "anna.json"), *asked).code == 0
    for day, words in (("2026-12-01", "2  clofarabine 20 mg vial"), ("2026-12-02", "1  clofarabine 50 mg vial")):
        shown = cec("worklist", day, str(orders), "--pick-list").out
        assert words in shown


def test_orders_without_dates_are_named_in_one_line(orders: Path) -> None:
    both(orders)
    assert cec("dose", "--height", "128cm", "--weight", "26kg", "--id", "5", "-o", str(orders / "eva.json")).code == 0
    shown = worklist(orders)
    assert shown.code == 0
    assert "NOTE orders-without-dates: orders/eva.json has no dates and is on no list" in shown.said


def test_a_folder_without_orders_is_refused(orders: Path) -> None:
    (orders / "other.json").write_text("{}", encoding="utf-8")
    refused = worklist(orders)
    assert (refused.code, refused.err) == (1, "cec: there is no order in these files and folders\n")


def test_the_pharmacy_file_is_named(orders: Path) -> None:
    both(orders)
    shown = worklist(orders, "--pharmacy", pharmacy_file(Path()))
    assert "vials shared as pharmacy file" in shown.said
    assert "(Hospital pharmacy) says" in shown.said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["worklist", "yesterday", "x.json"], "DATE: 'yesterday' is not a date"),
        (["worklist", DAY, "none.json"], "none.json: there is no such file or folder"),
        (["worklist", DAY], "Missing argument 'ORDER...'"),
    ],
)
def test_what_cannot_be_read_is_one_line(words: list[str], says: str) -> None:
    done = cec(*words)
    assert (done.code > 0, done.out) == (True, "")
    assert says in done.err


def test_what_is_left_out_must_be_among_the_orders(orders: Path) -> None:
    both(orders)
    done = worklist(orders, "--leave-out", Path() / "elsewhere.json")
    assert done.code == 1
    assert "is not among the orders that are read" in done.err


def test_orders_are_never_written_over(orders: Path) -> None:
    both(orders)
    before = {path.name: path.read_bytes() for path in orders.iterdir()}
    assert cec("worklist", DAY, str(orders / "anna.json"), "-o", str(orders / "anna.json")).code == 1
    for chosen in ((), ("--format", "json"), ("--overwrite",)):
        done = worklist(orders, "-o", orders / "jan.json", *chosen)
        assert (done.code, done.out) == (1, "")
        assert "jan.json is a saved order, which nothing is written over; name another file" in done.err
    for name in ("table", "pdf"):
        assert worklist(orders, "-o", orders / "jan.json", "--format", name).code == 2
    worklist(orders, "-o", Path() / "list.json")
    assert {path.name: path.read_bytes() for path in orders.iterdir()} == before
