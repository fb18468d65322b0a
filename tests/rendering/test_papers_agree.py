"""Every paper of an order names the same date and amount for each administration, whatever the order is.

Of random regimens: what the sheet, the labels, the worksheet, the calendar and the CSV say of each dose is counted and
compared with the schedule; each running day is there; the dose of an omitted drug is nowhere.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from test_pdf import pages

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.rendering import WORKSHEETS
from cec.rendering.pdf.labels import label_data

START = datetime.date(2026, 11, 30)
HEAD = "name: random\ntitle: Random\nedition: 1\nfor: an example\nsource: {citation: written for this}\ndrugs:\n"
PRODUCT = "{products: [{name: vial, form: solution, strength: 1 mg/mL, volume: 500 mL}], bags: [%s mL]}"
PHARMACY = "formulary:\n" + "".join(
    f"  drug{letter}: {PRODUCT % bag}\n" for letter, bag in zip("abcde", (500, 1000, 250, 500, 1000), strict=True)
)
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
GIVEN = Counter[tuple[datetime.date, str, str]]
"""How often which amount of which drug starts on which date."""


@st.composite
def lines(draw: st.DrawFn) -> str:
    """Drug lines of every kind of route and duration, each drug with an amount that no other has."""
    written = []
    for number, letter in enumerate("abcde"[: draw(st.integers(1, 5))]):
        route, over = draw(
            st.sampled_from(
                (
                    *(("IV infusion", f"over: {hours} h, ") for hours in (1, 3, 12, 24)),
                    *(("IV continuous infusion", f"over: {hours} h, ") for hours in (48, 96)),
                    *(("IV bolus", ""), ("oral", ""), ("intrathecal", "")),
                )
            )
        )
        first, length = draw(st.integers(1, 9)), draw(st.integers(1, 4))
        often = "" if over else draw(st.sampled_from(("", "times: 4, every: 6 h, ", "times: 2, every: 12 h, ")))
        days = first if "continuous" in route else f"{first}-{first + length}"
        written.append(
            f"- {{drug: drug{letter}, dose: {101 + 13 * number} mg, route: {route}, {over}{often}days: {days}, "
            f'at: "{draw(st.sampled_from(("00:00", "08:30", "22:00", "23:45")))}"}}\n'
        )
    return "".join(written)


def order_of(written: str, left_out: bool) -> Order:
    texts = {"height": "128 cm", "weight": "26 kg", "id": "7", "allergies": "none known"}
    drugs = re.findall("drug: (drug[a-e])", written)
    without = [f"{drugs[-1]}: rash"] if left_out and len(drugs) > 1 else []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "regimen.yaml").write_text(HEAD + written, encoding="utf-8")
        (Path(folder) / "pharmacy.yaml").write_text(PHARMACY, encoding="utf-8")
        patient = load_patient(texts={**texts, "without": without})
        regimen, pharmacy = load_regimen(Path(folder) / "regimen.yaml"), load_pharmacy(Path(folder) / "pharmacy.yaml")
        return draft_order(regimen, patient, pharmacy, start=START, cycle=1)


def of_order(order: Order) -> GIVEN:
    return Counter((row.date, row.drug, str(row.dose)) for row in order.administrations)


def of_csv(order: Order) -> GIVEN:
    return Counter(
        (datetime.date.fromisoformat(row["date"]), row["drug"], f"{row['dose']} {row['unit']}")
        for row in csv.DictReader(io.StringIO(render(order, "csv").decode()))
    )


def of_worksheet(order: Order) -> GIVEN:
    return Counter(
        (datetime.date.fromisoformat(row["date"]), row["drug"], f"{row['dose']} {row['unit']}")
        for row in csv.DictReader(io.StringIO(render(order, "csv", WORKSHEETS).decode()))
    )


def day_of(text: str) -> datetime.date:
    """The first date of a text on paper."""
    day, month, year = re.findall(r"(\d\d)-(\w{3})-(\d{4})", text)[0]
    return datetime.date(int(year), MONTHS.index(month) // 3 + 1, int(day))


def of_labels(order: Order) -> GIVEN:
    return Counter(
        (day_of(label["date"]), label["drug"], label["dose"]) for label in label_data(order, oral=True)["labels"]
    )


def of_calendar(order: Order) -> GIVEN:
    events: Any = icalendar.Calendar.from_ical(render(order, "ics").decode()).walk("VEVENT")
    found = ((event, re.match(r"(?:\w+ \S+: )?(drug\w) (\d+ mg)", str(event["summary"]))) for event in events)
    return Counter((event["dtstart"].dt.date(), match[1], match[2]) for event, match in found if match)


def blocks(order: Order) -> Iterator[tuple[datetime.date, str]]:
    """The text under each date of the sheet: on the page of intrathecal doses and on those of the days.

    Of days that are written once, each date has the text of all.
    """
    signed, _, rest = " ".join(pages(render(order, "pdf"))).partition("These signatures cover")
    assert "Prescriber" in signed
    of_all = ""
    for part in re.split(r"(?=Days? [\d, to]+ of \d+, (?:the same|\w{3} \d\d-))", rest)[1:]:
        if part.startswith("Days "):
            of_all = part.partition(" Column ")[2].partition(" At Initials")[0].rpartition(" A drug")[0]
            continue
        date = re.match(r"Day \d+ of \d+, \w{3} (\d\d-\w{3}-\d{4}) (Rate|Time|fluid)?", part)
        assert date
        text = part if date[2] else of_all
        yield day_of(date[1]), text


ROW = re.compile(r"(drug\w)(?: \(day \d+\))? (\d+ mg) protocol \d+ mg|\d\d:\d\d (drug\w)(?: \(day \d+\))? (\d+ mg)")
"""A drug with its dose on a page of days, or on that of intrathecal doses."""


def of_sheet(order: Order) -> GIVEN:
    return Counter(
        (date, row[1] or row[3], row[2] or row[4]) for date, part in blocks(order) for row in ROW.finditer(part)
    )


PAPERS = {"csv": of_csv, "worksheet": of_worksheet, "labels": of_labels, "calendar": of_calendar, "sheet": of_sheet}


@pytest.mark.slow
@settings(max_examples=15)
@given(lines(), st.booleans())
def test_every_paper_names_the_same_date_and_amount_for_each_administration(written: str, left_out: bool) -> None:
    order = order_of(written, left_out)
    for name, read in PAPERS.items():
        assert read(order) == of_order(order), name
    by_date = list(blocks(order))
    for row in order.administrations:
        last = (row.end - datetime.timedelta(microseconds=1)).date() if row.end else row.date
        for later in range(1, (last - row.date).days + 1):
            date = row.date + datetime.timedelta(days=later)
            assert [part for day, part in by_date if day == date and f"continues {row.drug}" in part], (row, date)
    for dose in order.doses:
        if dose.withheld:
            amount = rf"(?<![\d.,]){re.escape(str(dose.prescribed))}(?![\w/])"
            papers = (render(order, "pdf"), render(order, "labels", oral=True), render(order, "pdf", WORKSHEETS))
            assert not any(re.search(amount, page) for paper in papers for page in pages(paper))


def test_a_paper_that_lacks_a_dose_or_has_one_on_another_date_does_not_agree() -> None:
    order = order_of('- {drug: druga, dose: 101 mg, route: IV bolus, days: 1-3, at: "08:30"}\n', left_out=False)
    first, *others = order.administrations
    assert first.start
    later = replace(
        first, start=first.start + datetime.timedelta(days=1), date=START + datetime.timedelta(days=1), day=2
    )
    for rows in (tuple(others), (later, *others)):
        assert all(read(replace(order, administrations=rows)) != of_order(order) for read in PAPERS.values())
