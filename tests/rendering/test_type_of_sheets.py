"""What is given or compared is large on the ten hardest sheets, is read back, and stands once where it belongs."""

from __future__ import annotations

import datetime
import io
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest
from pypdf import PdfReader

from benchmarks.hardest_papers import FULL as PATIENT
from benchmarks.hardest_papers import LESS_ETOPOSIDE, ORDERS, START, STARTER, photocopy
from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.load.typed import Texts
from cec.rendering.pdf.order import render_pictures
from cec.rendering.words import route_to_tick
from cec.rendering.words.times import clock, weekday_date
from cec.routes import is_into_csf

SMALLEST = 9.5
"""Points of what is given or compared."""
FULL = "full-patient-file"
OF_STOP = "accepted-stop-and-omitted-drug"
DATED = [name for name in ORDERS if name != "nothing-told"]


@cache
def order_of(name: str) -> Order:
    return ORDERS[name]()


@cache
def large_texts(name: str, paper: str = "a4") -> tuple[str, ...]:
    """What stands on each page in type of at least that size, in one line."""
    return tuple(_large(page) for page in PdfReader(io.BytesIO(render(order_of(name), "pdf", paper=paper))).pages)


def _large(page: Any) -> str:
    pieces: list[str] = []

    def visit(text: str, transformed: list[float], placed: list[float], _: object, size: float) -> None:
        if size * abs(placed[3] or 1) * abs(transformed[3] or 1) >= SMALLEST - 0.01:
            pieces.append(text)

    page.extract_text(visitor_text=visit)
    return re.sub(r"[\s\u200b]+", " ", " ".join(pieces)).replace(" ,", ",")


def blocks(name: str) -> dict[str, str]:
    """The large text of the nurse's pages under each date; of days that are written once, that of all of them."""
    order = order_of(name)
    signed = next(place for place, page in enumerate(large_texts(name)) if "Day 1 of" in page)
    apart = any(is_into_csf(dose.route) for dose in order.doses)
    text = " ".join(large_texts(name)[signed + apart :])
    found: dict[str, str] = {}
    of_all = ""
    for part in re.split(r"(?=Days? [\d, to]+ of \d+, (?:the same|\w{3} \d\d-))", text)[1:]:
        if part.startswith("Days "):
            of_all = part
            continue
        date = re.match(r"Day \d+ of \d+, (\w{3} \d\d-\w{3}-\d{4})", part)
        assert date
        found[date[1]] = found.get(date[1], "") + (part if re.search(r"\d\d:\d\d", part) else of_all)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", DATED)
def test_each_dose_stands_once_under_its_date_with_route_and_rate_in_large_type(name: str) -> None:
    order, under = order_of(name), blocks(name)
    preparations = {each.dose_index: each for each in order.preparations}
    needed: Counter[tuple[str, str]] = Counter()
    for row in order.administrations:
        if is_into_csf(row.route):
            continue
        day = "" if row.of_day is None else f" (day {row.of_day})"
        over = f" over {row.runs}" if row.over else ""
        needed[weekday_date(row.date), f"{row.drug}{day} {row.dose} {route_to_tick(row.route)}{over}"] += 1
        if row.start:
            assert clock(row.start) in under[weekday_date(row.date)]
        made_up = preparations.get(row.dose_index)
        if made_up and made_up.final_volume and made_up.rate:
            pump = f"{made_up.final_volume}, {made_up.concentration}, {made_up.rate}"
            assert pump in under[weekday_date(row.date)]
    for (date, words), count in needed.items():
        text = under[date].replace("! allergy named ", "")  # below the drug
        assert len(re.findall(rf"{re.escape(words)}(?![\w/.])", text)) == count, (date, words)


@pytest.mark.slow
@pytest.mark.parametrize("name", DATED)
def test_each_ordered_dose_stands_once_on_the_page_that_is_signed(name: str) -> None:
    order = order_of(name)
    first_day = next(place for place, page in enumerate(large_texts(name)) if "Day 1 of" in page)
    signed = " ".join(large_texts(name)[:first_day])
    amounts = Counter((dose.drug, str(dose.ordered)) for dose in order.doses if dose.ordered.value)
    for (drug, amount), count in amounts.items():
        apart = all(is_into_csf(dose.route) for dose in order.doses if dose.drug == drug)
        assert len(re.findall(rf"{drug} {re.escape(amount)}(?![\w/.])", signed)) == (0 if apart else count), drug


@pytest.mark.slow
@pytest.mark.parametrize("name", DATED)
def test_patient_allergies_and_measures_stand_once_on_every_page_in_large_type(name: str) -> None:
    patient = order_of(name).patient
    for page in large_texts(name):
        for words in (patient.name, patient.id, "14-May-", patient.allergies, "measured 29-Nov-2026"):
            assert page.count(words) == 1, words
        assert len(re.findall(rf"{patient.weight}, {patient.height}, BSA [\d.]+ m2", page)) == 1


@pytest.mark.slow
def test_a_full_patient_file_takes_a_page_to_sign_and_a_page_for_the_nurse() -> None:
    for paper in ("a4", "letter"):
        signed, days = large_texts(FULL, paper)
        assert "38.4 mg" in signed
        assert [days.count(f"Day {day} of 5, ") for day in range(1, 6)] == [1] * 5


@pytest.mark.slow
def test_a_full_patient_file_with_checks_takes_no_other_page() -> None:
    """A reduction, an allergy to a drug of the order, and a clearance at which the label reduces another."""
    ill: Texts = {
        **PATIENT,
        "allergies": "etoposide (rash, 2025)",
        "creatinine": "0.9 mg/dL",
        "reductions": [LESS_ETOPOSIDE],
    }
    order = draft_order(
        load_regimen("cec-induction"), load_patient(texts=ill), load_pharmacy(STARTER), start=START, cycle=1
    )
    assert {alert.code for alert in order.alerts} > {"allergy-etoposide", "clofarabine-renal"}
    signed, days = PdfReader(io.BytesIO(render(order, "pdf"))).pages
    assert "These signatures cover page 1 of 2" in signed.extract_text()
    assert "Nurse" in days.extract_text()
    by_hand = draft_order(load_regimen("cec-induction"), load_patient(texts={**ill, "reductions": []}), start=START)
    signed, days = PdfReader(io.BytesIO(render(by_hand, "pdf", paper="letter"))).pages
    assert "These signatures cover page 1 of 2" in signed.extract_text()
    assert "Nurse" in days.extract_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("allergies", "start"), [("etoposide (anaphylaxis, 2025)", None), ("cyclophosphamide and prednisone", START)]
)
def test_an_allergy_takes_no_other_page_on_letter(allergies: str, start: datetime.date | None) -> None:
    """With a formulary and no other check; without a start the days have lines for their dates."""
    patient = load_patient(texts={"height": "128 cm", "weight": "26 kg", "allergies": allergies})
    order = draft_order(load_regimen("cec-induction"), patient, load_pharmacy(STARTER), start=start)
    signed, days = PdfReader(io.BytesIO(render(order, "pdf", paper="letter"))).pages
    assert "These signatures cover page 1 of 2" in signed.extract_text()
    assert "Nurse" in days.extract_text()


@pytest.mark.slow
def test_whoever_signs_on_a_second_page_has_the_totals_beside_it() -> None:
    """A stop that was accepted stands above the doses, so that the signatures go to a page of their own."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(render(order_of(OF_STOP), "pdf"))).pages]
    (signed,) = (page for page in pages if "These signatures cover" in page)
    assert "Totals of the whole cycle: never one dose" in signed


def test_small_type_is_not_taken_for_large() -> None:
    assert "protocol" not in " ".join(large_texts(FULL))
    assert "mucositis" not in " ".join(large_texts(FULL))


def test_a_photocopy_is_as_large_as_its_page() -> None:
    (page, *_) = render_pictures(order_of(FULL), ppi=20)
    copy = photocopy(page)
    assert copy[:8] == page[:8]
    assert copy[16:24] == page[16:24]  # width and height
