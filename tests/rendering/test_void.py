"""An order that must not be used says so in every format, on every page and label; one that counts never does."""

from __future__ import annotations

import datetime
import io
import re
from pathlib import Path
from typing import Any

import icalendar
import msgspec
import pytest
import zxingcpp
from chains import first_order, replacing, save
from papers import pages_of, text_of
from PIL import Image
from running import cec

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.course.void import Void
from cec.order import Cancelled, Release
from cec.rendering import PRINTED
from cec.rendering.pdf import labels
from cec.rendering.pdf.typesetting import pictures

STARTER = Path(__file__).parent.parent.parent / "cec" / "load" / "starter_pharmacy.yaml"
DRAFTED = draft_order(
    load_regimen("cec-induction"),
    load_patient(texts={"height": "128 cm", "weight": "26 kg", "id": "17", "name": "Łucja Żak"}),
    msgspec.structs.replace(load_pharmacy(STARTER), time_zone="Europe/Warsaw"),
    start=datetime.date(2026, 11, 30),
    cycle=1,
)
MONDAY = datetime.date(2026, 11, 30)
RELEASED = msgspec.structs.replace(DRAFTED, release=Release("A. Nowak", MONDAY, DRAFTED.fingerprint))
REPLACED = Void(2, "0123456789abcdef" * 4, "zak.r2.json")
ANNULLED = Void(2, "0123456789abcdef" * 4, "zak.r2.json", Cancelled(MONDAY, "fever"))
BY = "revision 2 (order 0123456789abcdef)"

VOID_ORDERS: dict[str, tuple[Order, Void | None, str]] = {
    "replaced": (DRAFTED, REPLACED, f"VOID: replaced by {BY}. Do not use."),
    "released and replaced": (RELEASED, REPLACED, f"VOID: replaced by {BY}. Do not use."),
    "cancelled by another": (
        DRAFTED,
        ANNULLED,
        f"VOID: cancelled on 30-Nov-2026 by {BY}: fever. Nothing of this is given.",
    ),
    "cancelled": (replacing(DRAFTED), None, "VOID: cancelled on 30-Nov-2026: fever. Nothing of this is given."),
}
SAYS_VOID = [name for name, form in PRINTED.items() if "void" in form.options]


def rendered(name: str, order: Order, void: Void | None, **options: Any) -> bytes:
    return render(order, name, PRINTED, void=void, **options)


@pytest.mark.parametrize("which", VOID_ORDERS)
@pytest.mark.parametrize("name", SAYS_VOID)
def test_every_format_says_by_what_an_order_is_void(name: str, which: str) -> None:
    order, void, words = VOID_ORDERS[which]
    text = text_of(rendered(name, order, void))
    assert words in text
    assert "Draft" not in text
    assert "A. Nowak" not in text
    assert "zak.r2.json" not in text  # a file's name may be that of a patient


@pytest.mark.parametrize("order", [DRAFTED, RELEASED], ids=["draft", "released"])
@pytest.mark.parametrize("name", PRINTED)
def test_an_order_that_counts_is_not_void(name: str, order: Order) -> None:
    assert "VOID" not in text_of(render(order, name, PRINTED))


def test_all_formats_but_the_saved_order_can_say_so() -> None:
    assert set(PRINTED) - set(SAYS_VOID) == {"json"}


@pytest.mark.parametrize("which", VOID_ORDERS)
@pytest.mark.parametrize("name", ["pdf", "worksheet"])
def test_void_stands_across_every_page_and_twice_in_words(name: str, which: str) -> None:
    """In large letters, at the head and at the foot."""
    order, void, words = VOID_ORDERS[which]
    for page in pages_of(rendered(name, order, void)):
        assert page.count(words) == 2
        assert len(re.findall(r"\bVOID\b(?!:)", page)) == 1


@pytest.mark.parametrize("which", VOID_ORDERS)
@pytest.mark.parametrize("paper", PRINTED["labels"].papers)
def test_void_stands_across_every_label_with_what_replaces_it(paper: str, which: str) -> None:
    """15 doses that are made up, each on a label or two, and a slip with what to look at."""
    order, void, words = VOID_ORDERS[which]
    text = text_of(rendered("labels", order, void, paper=paper))
    assert "label 15 of 15" in text
    count = len(re.findall("label [0-9]+ of 15|slip 1 of 1", text))
    assert text.count(words) == len(re.findall(r"\bVOID\b(?!:)", text)) == count >= 16


@pytest.mark.parametrize("paper", ["a4", "us-letter", "100x60mm"])
def test_another_program_reads_the_code_of_a_void_label_and_sees_that_it_is(paper: str) -> None:
    pages = pictures("labels", labels.label_data(DRAFTED, void=REPLACED), paper, ppi=300)
    texts = [found.text for page in pages for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(page)))]
    assert len(texts) == 15
    assert all(text.splitlines()[0] == "VOID" and "patient: 17" in text for text in texts)


def test_a_calendar_of_a_void_order_confirms_nothing() -> None:
    """What is replaced may still be given by the other order, so its events are not taken back."""
    for which, status in {"released and replaced": "TENTATIVE", "cancelled by another": "CANCELLED"}.items():
        order, void, words = VOID_ORDERS[which]
        for event in icalendar.Calendar.from_ical(rendered("ics", order, void)).walk("VEVENT"):
            assert event["status"] == status
            assert str(event["summary"]).startswith("VOID: ")
            assert str(event["description"]).splitlines()[0] == words


@pytest.mark.parametrize(
    ("which", "group", "request_status"),
    [("replaced", "revoked", "stopped"), ("cancelled by another", "revoked", "cancelled")],
)
def test_a_bundle_of_a_void_order_orders_nothing(which: str, group: str, request_status: str) -> None:
    order, void, _ = VOID_ORDERS[which]
    resources = [each["resource"] for each in msgspec.json.decode(rendered("fhir", order, void))["entry"]]
    statuses = {(each["resourceType"], each["status"]) for each in resources if "Request" in each["resourceType"]}
    assert statuses == {("RequestGroup", group), ("MedicationRequest", request_status)}


def test_print_of_a_replaced_order_is_void_in_every_paper(tmp_path: Path) -> None:
    first = first_order()
    old = save(first, tmp_path / "ann.json")
    new = save(replacing(first), tmp_path / "ann.r2.json")
    for path, by in ((old, " (ann.r2.json)"), (new, "")):
        void = f"{path}: VOID: cancelled on 30-Nov-2026: fever{by}\n"
        papers = tmp_path / f"papers of {path.stem}"
        assert cec("print", str(path), "--all", str(papers)).code == 0
        assert {paper.name for paper in papers.iterdir() if b"VOID" in paper.read_bytes()} == {"calendar.ics"}
        for paper in ("sheet.pdf", "labels.pdf", "worksheet.pdf"):
            assert all("VOID: cancelled on 30-Nov-2026" in page for page in pages_of((papers / paper).read_bytes()))
        for form in ("table", "csv"):
            done = cec("print", str(path), "--format", form)
            assert "VOID: cancelled on 30-Nov-2026" in done.out
            assert void in done.err
        saved = cec("print", str(path), "--format", "json")
        assert saved.out == path.read_text("utf-8")
        assert void in saved.err
    alone = tmp_path / "alone"
    alone.mkdir()
    assert "VOID" not in cec("print", str(save(first, alone / "ann.json"))).said
