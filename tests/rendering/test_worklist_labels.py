"""The labels of a ward's day: one for each dose of each patient, with the vials that it is drawn from."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import pypdf
import pytest
from msgspec.structs import replace
from wards import CLOFARABINE, TUESDAY, filed, order_of

from cec import render
from cec.course.ward_day import NotListed, WardDay
from cec.course.worklist import NOTHING_BESIDE, ward_day
from cec.errors import Fault, InputError
from cec.order import Alert
from cec.order.change import Change, GivenAmount
from cec.rendering import WORKLISTS
from cec.units import Quantity

BORN = "2015-02-03"
TABLET = "drug: prednisone, dose: 5 mg, route: oral, days: 1, at: '08:00'"
SPINAL = "drug: methotrexate, dose: 12 mg, route: intrathecal, days: 1, at: '09:30'"


def day_of(folder: Path, not_listed: NotListed = NOTHING_BESIDE) -> WardDay:
    """30 mg at 09:00 for Anna, 12 mg into the cerebrospinal fluid for her, 46.8 mg at 11:00 for Jan, a draft."""
    anna = order_of(
        folder, CLOFARABINE.format("30 mg", "09:00"), SPINAL, TABLET, id="1042", name="Anna Nowak", ward="4B"
    )
    jan = order_of(
        folder,
        CLOFARABINE.format("46.8 mg", "11:00"),
        id="1077",
        name="Jan Kowalski",
        born="2015-02-03",
        released=False,
    )
    anna, jan = (replace(each, alerts=()) for each in (anna, jan))
    return ward_day(TUESDAY, filed(anna, jan), not_listed=not_listed)


def pages(day: WardDay, paper: str = "100x60mm", *, oral: bool = False) -> list[str]:
    content = render(day, "labels", WORKLISTS, paper=paper, oral=oral)
    texts = (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return [" ".join(re.sub("[\xa0\u200b]", " ", text).split()) for text in texts]


def labels(day: WardDay, *, oral: bool = False) -> list[str]:
    """The labels in their sequence, the parts of each together."""
    found: dict[str, str] = {}
    for page in pages(day, oral=oral):
        if number := re.search(r"label (\d+) of \d+", page):
            found[number[1]] = f"{found.get(number[1], '')} {page}"
    return list(found.values())


def test_every_dose_has_the_label_of_its_own_patient(tmp_path: Path) -> None:
    first, second, third = labels(day_of(tmp_path))
    for words in ("Anna Nowak", "1042", "ward 4B", "clofarabine", "30 mg", "label 1 of 3"):
        assert words in first
    for words in ("Jan Kowalski", "1077", "born 03-Feb-2015", "46.8 mg", "label 2 of 3", "Draft: not valid"):
        assert words in second
    for words in ("FOR INTRATHECAL USE ONLY", "Anna Nowak", "methotrexate", "label 3 of 3"):
        assert words in third
    assert not [page for page in (first, third) if "Jan" in page or "Draft" in page]
    assert "Anna" not in second


def test_each_label_says_from_which_vials(tmp_path: Path) -> None:
    first, second, third = labels(day_of(tmp_path))
    assert "From clofarabine 20 mg vial no. 1 (20 mg) and 2 (10 mg)" in first
    assert "From clofarabine 20 mg vial no. 2 (10 mg), 3 (20 mg) and 4 (16.8 mg)" in second
    assert "From methotrexate 50 mg vial no. 1 (12.5 mg)" in third


def test_what_must_be_looked_at_comes_before_the_labels(tmp_path: Path) -> None:
    fault = Fault("is damaged", "", "eva.json")
    day = day_of(tmp_path, NotListed(damaged=(fault,)))
    first, *_ = pages(day)
    assert "CHECK damaged-file, eva.json: is damaged" in first
    assert "Worklist, Tue 01-Dec-2026" in first
    assert len(labels(day)) == 3


def test_a_check_of_an_order_stands_on_a_slip_of_its_patient(tmp_path: Path) -> None:
    day = day_of(tmp_path)
    alerts = (Alert("light", "check", "", "weighs little"), Alert("hint", "note", "", "nothing much"))
    orders = (day.orders[0], replace(day.orders[1], alerts=alerts))
    first, *_ = pages(day._replace(orders=orders))
    assert "Jan Kowalski" in first
    assert "CHECK light: weighs little" in first
    assert "nothing much" not in first
    assert len(labels(day._replace(orders=orders))) == 3


def test_tablets_have_labels_where_they_are_asked_for(tmp_path: Path) -> None:
    assert len(labels(day_of(tmp_path), oral=True)) == 4
    alone = ward_day(TUESDAY, filed(order_of(tmp_path, TABLET, id="1")))
    with pytest.raises(InputError, match="every dose of this list is by mouth: --oral labels them too"):
        pages(alone)
    with pytest.raises(InputError, match="this list has no dose"):
        pages(ward_day(TUESDAY, []))


def test_what_was_given_already_stands_on_the_list_and_has_no_label(tmp_path: Path) -> None:
    """Of Anna's 30 mg somebody told that 20 mg were given: no label asks for it again."""
    given = GivenAmount(1, 1, 1, "clofarabine", Quantity(Decimal(20), "mg"))
    change = Change(on=TUESDAY, from_day=1, reason="told", written_by="0.1.0", given=(given,))
    lines = CLOFARABINE.format("30 mg", "09:00"), CLOFARABINE.format("40 mg", "11:00")
    both = [replace(order_of(tmp_path, *lines, id="1042"), changes=(change,), alerts=())]
    day = ward_day(TUESDAY, filed(*both))
    (only,) = labels(day)
    assert "40 mg" in only
    assert "30 mg" not in only
    rows = [*csv.DictReader(render(day, "csv", WORKLISTS).decode().splitlines())]
    assert [(row["dose"], row["given"]) for row in rows] == [("30", "20"), ("40", "")]
    alone = replace(order_of(tmp_path, lines[0], id="1042"), changes=(change,), alerts=())
    with pytest.raises(InputError, match="every dose of this list was given already, so there is nothing to label"):
        pages(ward_day(TUESDAY, filed(alone)))


@pytest.mark.parametrize(("paper", "sheets"), [("a4", 2), ("letter", 2)])
def test_labels_stand_on_sheets_with_the_csf_apart(paper: str, sheets: int, tmp_path: Path) -> None:
    found = pages(day_of(tmp_path), paper)
    assert len(found) == sheets
    assert "INTRATHECAL" not in found[0]
    assert "Jan Kowalski" not in found[1]


def list_on_paper(day: WardDay) -> str:
    texts = (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render(day, "pdf", WORKLISTS))).pages)
    return " ".join(re.sub("[\xa0\u200b]", " ", " ".join(texts)).split())


def test_the_list_on_paper_frames_what_goes_into_the_spine_and_nothing_else(tmp_path: Path) -> None:
    text = list_on_paper(day_of(tmp_path))
    assert "methotrexate 12 mg intrathecal FOR INTRATHECAL USE ONLY" in text
    assert text.count("USE ONLY") == 1


def test_the_list_on_paper_spells_drugs_as_the_pharmacy_of_each_order_does(tmp_path: Path) -> None:
    day = day_of(tmp_path)
    first, second = day.orders
    spelling = replace(first, pharmacy=replace(first.pharmacy, tall_man=("cloFARABine",)))
    text = list_on_paper(day._replace(orders=(spelling, second)))
    assert ("cloFARABine 30 mg" in text, "clofarabine 46.8 mg" in text) == (True, True)
    *_, pick_list = text.partition("Pick list for the day")
    assert "bag of sodium chloride 0.9% cloFARABine" in pick_list
