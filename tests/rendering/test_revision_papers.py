"""The papers of a revision: what it replaces and why at the top, each other row marked, what was given not asked again.

128 cm: 26 kg are 0.96 m2, 28 kg are 1 m2. Revision 2 of Wednesday 2 December doses anew from day 3; revision 3 of
Thursday stops etoposide from day 4, after which cyclophosphamide begins two hours earlier.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import icalendar
import msgspec
import pytest
from papers import pages_of, text_of
from revising import MONDAY, day, drafted, kg, revised

from cec import Order, load_pharmacy, render
from cec.course.release_and_cancel import cancelled
from cec.errors import InputError
from cec.order import GivenAmount, Release, SkippedDay
from cec.rendering import PRINTED, WORKSHEETS, cautions
from cec.rendering.pdf import labels, worksheet
from cec.rendering.pdf.order import sheet_data
from cec.units import Quantity

STARTER = Path(__file__).parent.parent.parent / "cec" / "load" / "starter_pharmacy.yaml"
PHARMACY = msgspec.structs.replace(load_pharmacy(STARTER), time_zone="Europe/Warsaw")
FIRST = drafted(pharmacy=PHARMACY)
SECOND = revised(FIRST, day(3), 3, weight=kg(28), weight_given="28 kg")
THIRD = revised(SECOND, day(4), 4, stopped=("etoposide",))
TOP = {
    2: f"Revision 2 of 02-Dec-2026, replaces revision 1 (order {FIRST.fingerprint[:16]}), from day 3: a reason",
    3: f"Revision 3 of 03-Dec-2026, replaces revision 2 of 02-Dec-2026 (order {SECOND.fingerprint[:16]}), from day 4: "
    "a reason",
}


def cards(order: Order) -> list[dict[str, Any]]:
    return [card for each in worksheet.worksheet_data(order)["days"] for card in each["cards"]]


@pytest.mark.parametrize("order", [SECOND, THIRD], ids=["second", "third"])
@pytest.mark.parametrize("name", ["table", "pdf", "worksheet", "labels", "ics"])
def test_a_revision_says_at_the_top_what_it_replaces_and_why(name: str, order: Order) -> None:
    content = render(order, name, PRINTED)
    if name in {"pdf", "worksheet"}:
        assert all(page.count(TOP[order.revision]) == 1 for page in pages_of(content))
    assert TOP[order.revision] in text_of(content)
    assert "Revision" not in text_of(render(FIRST, name, PRINTED))


@pytest.mark.parametrize("name", ["table", "pdf", "worksheet", "labels", "ics", "csv"])
def test_a_revision_is_a_draft_until_it_is_released_itself(name: str) -> None:
    released = msgspec.structs.replace(FIRST, release=Release("A. Nowak", MONDAY, FIRST.fingerprint))
    text = text_of(render(revised(released, day(3), 3, weight=kg(28), weight_given="28 kg"), name, PRINTED))
    assert re.search("draft", text, re.IGNORECASE)
    assert "A. Nowak" not in text


def test_labels_mark_what_is_another_dose_or_time_without_the_old_amount() -> None:
    """Three drugs are made up on the three days left; of revision 3 cyclophosphamide alone has another time."""
    second = labels.label_data(SECOND)["labels"]
    assert [each["mark"] for each in second] == ["CHANGED in revision 2: dose"] * 9
    third = {(each["drug"], each["date"][:3]): each["mark"] for each in labels.label_data(THIRD)["labels"]}
    assert third == {
        ("clofarabine", "Thu"): "",
        ("cyclophosphamide", "Thu"): "CHANGED in revision 3: time",
        ("clofarabine", "Fri"): "",
        ("cyclophosphamide", "Fri"): "CHANGED in revision 3: time",
    }
    text = text_of(render(SECOND, "labels"))
    assert text.count("CHANGED in revision 2: dose") == 9
    assert "38.4" not in text


def test_what_counts_as_given_has_no_label_and_that_is_said() -> None:
    """Two days of three drugs that are made up, and two doses by mouth."""
    assert list(cautions(SECOND, PRINTED["labels"])) == ["8 doses that count as given have no labels"]
    assert list(cautions(FIRST, PRINTED["labels"])) == []
    past = revised(
        SECOND, day(9), 9, given=(GivenAmount(1, 2, 1, "prednisone", Quantity(SECOND.doses[0].ordered.value, "mg")),)
    )
    with pytest.raises(InputError, match="every dose of this order counts as given, so none is labelled"):
        labels.label_data(past)


def test_where_every_dose_was_taken_away_that_is_said_and_not_that_there_is_no_start() -> None:
    drugs = ("clofarabine", "etoposide", "cyclophosphamide", "prednisone")
    with pytest.raises(InputError, match=r"^every dose of this order is 0, taken away or radiation"):
        render(revised(FIRST, day(1), 1, stopped=drugs), "labels", PRINTED)


def test_the_worksheet_marks_cards_and_makes_nothing_again() -> None:
    assert [card["mark"] for card in cards(SECOND)] == ["CHANGED in revision 2: dose"] * 9
    assert [(card["drug"], card["mark"]) for card in cards(THIRD)] == [
        ("clofarabine", ""),
        ("cyclophosphamide", "CHANGED in revision 3: time"),
    ] * 2
    text = text_of(render(SECOND, "worksheet", PRINTED))
    assert "09:00 clofarabine 38.4 mg, IV infusion over 2 h: counts as given" in text
    assert text.count("seen by") == 9
    assert "that of doses that count as given too" in text
    table = text_of(render(SECOND, "table", WORKSHEETS))
    assert "09:00 clofarabine 38.4 mg, IV infusion over 2 h: counts as given" in table


def sheet(order: Order) -> dict[str, Any]:
    """What stands on the sheet, numbers and units parted by a common space."""
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(sheet_data(order)).replace("\xa0".encode(), b" "))
    return data


def rows_of(order: Order, name: str) -> list[dict[str, Any]]:
    """The rows of a day on the nurse's page."""
    return next(each["rows"] for each in sheet(order)["days"] if each["name"] == name)


def test_the_nurses_page_asks_for_nothing_that_counts_as_given_and_strikes_through_what_was_taken_away() -> None:
    for name in ("Day 1 of 5", "Day 2 of 5", "Day 3 of 5"):
        assert [row["status"] for row in rows_of(THIRD, name)] == ["counts as given"] * 4
    for name in ("Day 4 of 5", "Day 5 of 5"):
        rows = [(row["kind"], row["drug"], row["dose"], row["mark"], row["status"]) for row in rows_of(THIRD, name)]
        assert rows == [
            ("given", "prednisone", "14 mg", "", ""),
            ("given", "clofarabine", "40 mg", "", ""),
            ("omitted", "etoposide", "100 mg", "", ""),
            ("given", "cyclophosphamide", "440 mg", "CHANGED in revision 3: time", ""),
        ]
        (gone,) = [row for row in rows_of(THIRD, name) if row["kind"] == "omitted"]
        assert (gone["time"], gone["text"]) == ("11:00", "do not give: a reason")
    text = text_of(render(THIRD, "pdf"))
    assert text.count("OMITTED 11:00 etoposide 100 mg do not give: a reason") == 2


def test_the_signed_page_says_what_is_another_and_what_counts_as_given() -> None:
    doses = {(each["drug"], each["ordered"]): each for each in sheet(THIRD)["doses"]}
    assert doses["clofarabine", "38.4 mg"]["given"][-1] == "counts as given"
    assert doses["clofarabine", "40 mg"]["given"][-1] == "counts as given: 02-Dec-2026"
    assert doses["cyclophosphamide", "440 mg"]["marks"] == ["CHANGED in revision 3: time"]
    assert doses["clofarabine", "40 mg"]["marks"] == []


def test_totals_say_what_was_given_and_what_is_ordered() -> None:
    """2 × 38.4 + 3 × 40 = 196.8 mg; 2 × 96 + 100 = 292 mg; of day 1 20 mg instead of 38.4 mg: 178.4 mg."""
    totals = {drug: words for drug, *words in sheet(THIRD)["totals"]}
    assert totals["clofarabine"] == ["given 2 × 38.4 mg + 1 × 40 mg; ordered 2 × 40 mg", "= 196.8 mg"]
    assert totals["etoposide"] == ["given 2 × 96 mg + 1 × 100 mg", "= 292 mg"]
    line = next(row.line for row in SECOND.administrations if row.drug == "clofarabine")
    half = GivenAmount(line, 1, 1, "clofarabine", Quantity(kg(20).value, "mg"))
    totals = {drug: words for drug, *words in sheet(revised(SECOND, day(3), 3, given=(half,)))["totals"]}
    assert totals["clofarabine"] == ["given 1 × 20 mg + 1 × 38.4 mg; ordered 3 × 40 mg", "= 178.4 mg"]
    table = text_of(render(THIRD, "table"))
    assert "clofarabine: given 2 × 38.4 mg + 1 × 40 mg; ordered 2 × 40 mg; 196.8 mg in all" in table
    assert table.count("every dose of this day: counts as given") == 3
    assert "11:00 cyclophosphamide: CHANGED in revision 3: time" in table
    assert next(words for _, *words in sheet(FIRST)["totals"]) == ["5 × 38.4 mg", "= 192 mg"]


def test_a_day_that_was_dropped_stands_struck_through_and_one_that_moved_is_marked() -> None:
    dropped = revised(FIRST, day(2), 3, skipped=(SkippedDay(3, "drop"),))
    assert [(row["kind"], row["drug"], row["dose"]) for row in rows_of(dropped, "Day 3 of 5")] == [
        ("omitted", drug, dose)
        for drug, dose in (
            ("clofarabine", "38.4 mg"),
            ("etoposide", "96 mg"),
            ("cyclophosphamide", "422.4 mg"),
            ("prednisone", "13 mg"),
        )
    ]
    moved = revised(FIRST, day(2), 3, skipped=(SkippedDay(3, "move"),))
    marks = {row["mark"] for row in rows_of(moved, "Day 3 of 5")}
    assert marks == {"CHANGED in revision 2: date"}
    assert {row["mark"] for row in rows_of(moved, "Day 2 of 5")} == {""}


def test_what_was_told_of_a_dose_stands_in_its_place() -> None:
    """Clofarabine is the second line; of day 1 half was given, of day 2 nothing."""
    line = next(row.line for row in SECOND.administrations if row.drug == "clofarabine")
    amounts = (Quantity(kg(20).value, "mg"), Quantity(kg(0).value, "mg"))
    given = tuple(GivenAmount(line, number, 1, "clofarabine", each) for number, each in enumerate(amounts, 1))
    text = text_of(render(revised(SECOND, day(3), 3, given=given), "worksheet", PRINTED))
    assert "09:00 clofarabine 38.4 mg, IV infusion over 2 h: 20 mg given" in text
    assert "09:00 clofarabine 38.4 mg, IV infusion over 2 h: not given" in text


def test_a_script_reads_what_was_given_and_what_is_ordered() -> None:
    """Revision 3 of Thursday: days 1 to 3 are past; of day 2 somebody told 20 mg of clofarabine and no etoposide."""
    told = (
        GivenAmount(1, 2, 1, "clofarabine", Quantity(Decimal(20), "mg")),
        GivenAmount(2, 2, 1, "etoposide", Quantity(Decimal(0), "mg")),
    )
    order = revised(SECOND, day(4), 4, stopped=("etoposide",), given=told)
    rows = [*csv.DictReader(render(order, "csv").decode().splitlines())]
    assert {row["revision"] for row in rows} == {"3"}
    standing = {(row["drug"], row["day"]): (row["standing"], row["given"]) for row in rows}
    assert [standing["clofarabine", str(number)] for number in range(1, 6)] == [
        ("given", "38.4"),
        ("given", "20"),
        ("given", "40"),
        ("ordered", ""),
        ("ordered", ""),
    ]
    assert standing["etoposide", "2"] == ("not given", "0")
    whole = [*csv.DictReader(render(FIRST, "csv").decode().splitlines())]
    assert {(row["revision"], row["standing"], row["given"]) for row in whole} == {("1", "ordered", "")}
    nothing = [*csv.DictReader(render(cancelled(FIRST, MONDAY, "fever"), "csv").decode().splitlines())]
    assert {(row["standing"], row["given"]) for row in nothing} == {("not given", "0")}


def test_events_say_what_is_given_and_what_is_another() -> None:
    events = icalendar.Calendar.from_ical(render(SECOND, "ics")).walk("VEVENT")
    lines = {str(event["summary"]): str(event["description"]).splitlines()[1:3] for event in events}
    first = next(words for summary, words in lines.items() if summary.startswith("clofarabine 38.4 mg"))
    later = next(words for summary, words in lines.items() if summary.startswith("clofarabine 40 mg"))
    assert first == [TOP[2], "counts as given"]
    assert later == [TOP[2], "CHANGED in revision 2: dose"]
