"""The preparation worksheet as PDF, its text read back with pypdf: amounts, fields, pages, papers."""

from __future__ import annotations

import datetime
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from papers import pages_of
from pypdf import PdfReader
from regimen_texts import regimen_file
from running import cec

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen
from cec.errors import InputError
from cec.patient import Reduction
from cec.rendering import WORKSHEETS, render
from cec.rendering.words.preparation import instructions
from cec.units import Quantity

STARTER = Path(__file__).parent.parent.parent / "cec" / "load" / "starter_pharmacy.yaml"
NAME = "Świętosława Żółć-Ćma #set text(0pt) *x* $y$"


@pytest.fixture(scope="module")
def order() -> Order:
    """Doses worked by hand: clofarabine 30 mg, etoposide 75 mg, cyclophosphamide 330 mg, prednisone 9.25 mg."""
    return draft_order(
        load_regimen("cec-induction"),
        load_patient(texts={"height": "109 cm", "weight": "18.5 kg", "id": "4711-O0", "name": NAME}),
        load_pharmacy(STARTER),
        start=datetime.date(2026, 11, 30),
        cycle=1,
    )


@pytest.fixture(scope="module")
def pages(order: Order) -> list[str]:
    return pages_of(render(order, "pdf", WORKSHEETS))


def test_a_day_stands_whole_on_one_page(pages: list[str]) -> None:
    for day, date in enumerate(("Mon 30-Nov", "Tue 01-Dec", "Wed 02-Dec", "Thu 03-Dec", "Fri 04-Dec"), 1):
        page, *dispensed = [text for text in pages if f"Day {day} of 5 {date}-2026" in text]
        assert ["Dispensing list" in text for text in dispensed] == [True]
        for title in ("clofarabine 30 mg", "etoposide 75 mg", "cyclophosphamide 330 mg"):
            assert title in page


def test_what_to_take_draw_mix_and_check_as_worked_by_hand(pages: list[str]) -> None:
    for text in (
        "IV infusion over 2 h, 09:00",
        "2 × clofarabine 20 mg/20 mL vial; 10 mg (25%) stays unused",
        "30 mL of 1 mg/mL = 30 mg",
        "100 mL bag of sodium chloride 0.9% (US and EU label): take 30 mL out first, then add the drug; total",
        "total volume 100 mL, expected 75 to 200 mL",
        "final concentration 0.3 mg/mL, expected 0.15 to 0.4 mg/mL",
        "3.8 mL of 20 mg/mL = 76 mg (+1.33% of 75 mg)",
        "total volume 250 mL, expected 187.5 to 375 mL",
        "16.5 mL of 20 mg/mL = 330 mg",
        "the formulary names no bag for cyclophosphamide",
        "protocol 440 mg/m2, BSA 0.75 m2, weight 18.5 kg",
        "Dissolve each cyclophosphamide 500 mg powder vial with 25 mL: 20 mg/mL Draw 16.5 mL",
        "seen by",
        "fluid infused: 350 mL, 18.9 mL/kg; not counted: cyclophosphamide",
        "CYTOTOXIC",
    ):
        assert text in pages[2]


def test_every_instruction_and_every_amount_stands_on_every_day(order: Order, pages: list[str]) -> None:
    for page in pages[1:-1]:
        for made in order.preparations[:3]:
            assert str(made.dose) in page
            assert made.draw is None or str(made.draw) in page
            for _, text in instructions(made):
                assert text in page or text == "cytotoxic"


def test_an_omitted_drug_stands_on_every_day(order: Order) -> None:
    who = replace(order.patient, reductions=(Reduction("etoposide", Decimal(100), "anaphylaxis"),))
    text = " ".join(
        pages_of(render(draft_order(order.regimen, who, order.pharmacy, start=order.start), "pdf", WORKSHEETS))
    )
    assert text.count("OMITTED etoposide: reduced by 100%, to 0% of 75 mg: anaphylaxis") == 5


def test_doses_by_mouth_stand_on_a_dispensing_list_of_their_own(order: Order, pages: list[str]) -> None:
    """2 + 1 + 1 tablets of 1, 2.5 and 5 mg on each of 5 days."""
    *days, listed = pages
    assert not any("prednisone 9.25 mg" in page for page in days)
    for text in (
        "Dispensing list: counted out, not made up",
        "prednisone 9.25 mg",
        "2 × prednisone 1 mg tablet and 1 × prednisone 2.5 mg tablet and 1 × prednisone 5 mg tablet = 9.5 mg",
        "10 × prednisone 1 mg tablet and 5 × prednisone 2.5 mg tablet and 5 × prednisone 5 mg tablet",
        "the formulary has a solution too: prednisone 1 mg/mL oral solution",
        "Fri 04-Dec-2026 before 09:00 prednisone 9.25 mg",
    ):
        assert text in listed
    assert "for all doses of" not in listed
    grown = replace(order.patient, age=Quantity(Decimal(6), "years"))
    tablets = draft_order(order.regimen, grown, order.pharmacy, start=order.start)
    assert "solution too" not in pages_of(render(tablets, "pdf", WORKSHEETS))[-1]


def test_what_a_drug_takes_in_all_says_that_it_is_for_all_its_doses(order: Order, tmp_path: Path) -> None:
    """5 mg on 3 days and 10 mg on 2 days: what both take stands with each, which takes less alone."""
    lines = (
        "drug: prednisone, dose: 5 mg, route: oral, days: 1-3",
        "drug: prednisone, dose: 10 mg, route: oral, days: 4-5",
    )
    regimen = load_regimen(regimen_file(tmp_path, "twice", *lines))
    grown = replace(order.patient, age=Quantity(Decimal(6), "years"))
    text = " ".join(pages_of(render(draft_order(regimen, grown, order.pharmacy, start=order.start), "pdf", WORKSHEETS)))
    assert len(re.findall(r"In all: \d[^:]*?, for all doses of prednisone", text)) == 2


INTRATHECAL = (
    "drug: methotrexate, dose: 12 mg, route: intrathecal, days: 1",
    "drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV infusion, over: 10 min, days: 1",
    "drug: cytarabine, dose: 30 mg, route: intrathecal, days: 1",
)


def test_what_goes_into_the_cerebrospinal_fluid_has_a_page_of_its_own(order: Order, tmp_path: Path) -> None:
    regimen = load_regimen(regimen_file(tmp_path, "triple", *INTRATHECAL))
    pages = pages_of(render(draft_order(regimen, order.patient, order.pharmacy, start=order.start), "pdf", WORKSHEETS))
    apart = [page for page in pages if "FOR INTRATHECAL USE ONLY" in page]
    assert len(apart) == 1
    assert "methotrexate 12 mg" in apart[0]
    assert "cytarabine 30 mg" in apart[0]
    assert "Label FOR INTRAVENOUS USE ONLY" not in apart[0]
    for name in ("Prescriber: name, signature, time", "Given by: name, signature, time"):
        assert name in apart[0]
    beside = next(page for page in pages if "Label FOR INTRAVENOUS USE ONLY - FATAL IF GIVEN BY OTHER ROUTES" in page)
    assert "methotrexate 12 mg" not in beside.split("Day 1")[1]


MADE_AT = """made_at: "08:00"
formulary:
  cytarabine:
    products: [{name: a vial, form: solution, strength: 20 mg/mL, volume: 5 mL}]
    diluents: [sodium chloride 0.9%]
    bags: [50 mL]
    stability: [{hours: 24 h, conditions: room temperature, jurisdiction: US label}]
"""


def test_what_is_made_for_the_night_is_named_on_the_day_on_which_it_is_made(order: Order, tmp_path: Path) -> None:
    """Every 8 h from 09:00: 09:00, 17:00, 01:00 of the next day, which is made at 08:00 the day before."""
    line = "drug: cytarabine, dose: 40 mg/m2, times: 3, every: 8 h, route: IV infusion, over: 1 h, days: 1"
    (tmp_path / "pharmacy.yaml").write_text(MADE_AT, "utf-8")
    regimen, pharmacy = load_regimen(regimen_file(tmp_path, "night", line)), load_pharmacy(tmp_path / "pharmacy.yaml")
    night = draft_order(regimen, order.patient, pharmacy, start=order.start)
    text = " ".join(pages_of(render(night, "pdf", WORKSHEETS)))
    first, second = text.split("Day 2 of 2 Tue 01-Dec-2026")
    assert "also made on this day: cytarabine 30 mg, for Tue 01-Dec-2026 01:00" in first
    assert "to be made Mon 30-Nov-2026 08:00, the day before" in second
    assert text.count("Tue 01-Dec-2026 08:00, 24 h after it is made; room temperature (US label)") == 3


def test_fields_to_fill_in_and_to_sign(pages: list[str]) -> None:
    for name in ("Batch", "Expiry", "Made by", "Checked by", "Released by", "Labels printed"):
        assert pages[1].count(name) == 3


def test_regimen_patient_draft_and_page_number_on_every_page(order: Order, pages: list[str]) -> None:
    for number, page in enumerate(pages, 1):
        assert "CEC induction cec-induction, edition 1" in page
        assert f"Name {NAME}" in page
        assert "4711-O0" in page
        assert "Draft: not valid until checked and signed" in page
        assert f"Page {number} of {len(pages)}" in page
        assert order.sha256[:16] in page
        assert order.regimen.sha256[:16] in page


def test_alerts_and_the_pick_list(pages: list[str]) -> None:
    """2 vials of clofarabine on each of 5 days: 10."""
    assert "CHECK Clofarabine: under 20 kg" in pages[0]
    picked = pages[0].split("Pick list for the whole cycle")[1].split("Day 1 of 5")[0]
    assert "10 clofarabine 20 mg/20 mL vial clofarabine" in picked
    assert "5 100 mL bag of sodium chloride 0.9% clofarabine" in picked


def test_a_drug_that_the_formulary_does_not_know_has_fields_too(order: Order) -> None:
    formulary = {name: drug for name, drug in order.pharmacy.formulary.items() if name == "clofarabine"}
    few = draft_order(order.regimen, order.patient, replace(order.pharmacy, formulary=formulary), start=order.start)
    page = " ".join(pages_of(render(few, "pdf", WORKSHEETS))).split("Day 2 of 5")[0]
    assert "etoposide is not in the formulary, so no volume is given" in page
    assert page.count("Made by") == 3


def test_without_a_start_dates_are_written_by_hand(order: Order) -> None:
    undated = draft_order(order.regimen, order.patient, order.pharmacy)
    pages = pages_of(render(undated, "pdf", WORKSHEETS))
    assert "Day 1 of 5 date" in " ".join(pages)
    assert "2026" not in " ".join(pages)


def test_a_day_longer_than_a_page_has_its_heading_on_each(order: Order) -> None:
    lines = tuple(line for line in order.regimen.drugs for _ in range(4))
    long = replace(order.regimen, drugs=tuple(replace(line, days=(1, 2)) for line in lines))
    pages = pages_of(render(draft_order(long, order.patient, order.pharmacy, start=order.start), "pdf", WORKSHEETS))
    days = [page for page in pages if "Made by" in page]
    assert len(days) > 2
    assert all(re.search(r"Day [12] of 3", page) for page in days)  # the last infusion of day 2 ends on day 3


def test_tagged_the_same_bytes_and_on_its_paper(order: Order) -> None:
    content = render(order, "pdf", WORKSHEETS)
    assert content == render(order, "pdf", WORKSHEETS)
    reader = PdfReader(io.BytesIO(content))
    assert "/StructTreeRoot" in reader.root_object
    assert [round(side) for side in reader.pages[0].mediabox[2:]] == [595, 842]  # A4: 210 × 297 mm
    letter = PdfReader(io.BytesIO(render(order, "pdf", WORKSHEETS, paper="letter")))
    assert [round(side) for side in letter.pages[0].mediabox[2:]] == [612, 792]  # 8.5 × 11 in
    with pytest.raises(InputError, match="'a5' is not a paper for pdf"):
        render(order, "pdf", WORKSHEETS, paper="a5")


def test_a_command_writes_it_on_paper_and_takes_no_paper_for_a_table(tmp_path: Path) -> None:
    file = tmp_path / "worksheet.pdf"
    call = ("prepare", "cec-induction", "--height", "109cm", "--weight", "18.5kg", "--start", "2026-11-30")
    pharmacy = ("--pharmacy", str(STARTER))
    assert cec(*call, *pharmacy, "-o", str(file), "--paper", "letter").code == 0
    assert file.read_bytes().startswith(b"%PDF")
    assert "is not an option of table, but of pdf" in " ".join(cec(*call, *pharmacy, "--paper", "letter").err.split())
