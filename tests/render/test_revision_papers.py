"""The papers of a revision: what it replaces and why at the top, each other row marked, what was given not asked again.

128 cm: 26 kg are 0.96 m2, 28 kg are 1 m2. Revision 2 of Wednesday 2 December doses anew from day 3; revision 3 of
Thursday stops etoposide from day 4, after which cyclophosphamide begins two hours earlier.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import icalendar
import msgspec
import pypdf
import pytest
from revising import MONDAY, day, drafted, kg, revised

from cec import Order, load_pharmacy, render
from cec.errors import InputError
from cec.order import GivenAmount, Release
from cec.render import PRINTED, WORKSHEETS, cautions
from cec.render.pdf import labels, worksheet
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


def pages_of(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def text_of(content: bytes) -> str:
    if content.startswith(b"%PDF"):
        return " ".join(pages_of(content))
    return " ".join(content.decode().replace("\r\n ", "").replace("\\", "").split())


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


def test_what_was_told_of_a_dose_stands_in_its_place() -> None:
    """Clofarabine is the second line; of day 1 half was given, of day 2 nothing."""
    line = next(row.line for row in SECOND.administrations if row.drug == "clofarabine")
    amounts = (Quantity(kg(20).value, "mg"), Quantity(kg(0).value, "mg"))
    given = tuple(GivenAmount(line, number, 1, "clofarabine", each) for number, each in enumerate(amounts, 1))
    text = text_of(render(revised(SECOND, day(3), 3, given=given), "worksheet", PRINTED))
    assert "09:00 clofarabine 38.4 mg, IV infusion over 2 h: 20 mg given" in text
    assert "09:00 clofarabine 38.4 mg, IV infusion over 2 h: not given" in text


def test_events_say_what_is_given_and_what_is_another() -> None:
    events = icalendar.Calendar.from_ical(render(SECOND, "ics")).walk("VEVENT")
    lines = {str(event["summary"]): str(event["description"]).splitlines()[1:3] for event in events}
    first = next(words for summary, words in lines.items() if summary.startswith("clofarabine 38.4 mg"))
    later = next(words for summary, words in lines.items() if summary.startswith("clofarabine 40 mg"))
    assert first == [TOP[2], "counts as given"]
    assert later == [TOP[2], "CHANGED in revision 2: dose"]
