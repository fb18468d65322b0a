"""What stands on a day besides its doses: infusions that still run, omitted drugs, notes on the times."""

from __future__ import annotations

import datetime
import io
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from cec import Order, draft_order, load_patient, load_regimen, render
from cec.load.typed import Texts
from cec.rendering.days import days_of
from cec.rendering.pdf.page import page_data

START = datetime.date(2026, 11, 30)
SIZE: Texts = {"height": "128 cm", "weight": "26 kg"}
HEAD = "name: long\ntitle: Long infusions\nedition: 1\nfor: an example\nsource: {citation: written for this}\ndrugs:\n"
LONG = '- {drug: doxorubicin, dose: 20 mg/m2, route: IV continuous infusion, over: 72 h, days: 1, at: "09:00"}\n'
DAILY = "- {drug: cytarabine, dose: 100 mg/m2, route: IV continuous infusion, over: 24 h, days: 1-3}\n"
SPINE = '- {drug: methotrexate, dose: 12 mg, route: intrathecal, days: 2, at: "09:00"}\n'


def order_of(folder: Path, lines: str, start: datetime.date | None = START) -> Order:
    file = folder / "long.yaml"
    file.write_text(HEAD + lines, encoding="utf-8")
    return draft_order(load_regimen(file), load_patient(texts=SIZE), start=start)


def reduced(*drugs: str, start: datetime.date | None = START) -> Order:
    who = load_patient(texts={**SIZE, "reductions": [f"{drug}=100%: anaphylaxis" for drug in drugs]})
    return draft_order(load_regimen("cec-induction"), who, start=start)


def terminal(order: Order) -> str:
    return re.sub(r"\s+", " ", render(order).decode())


def sheet(order: Order) -> str:
    pages = PdfReader(io.BytesIO(render(order, "pdf"))).pages
    return re.sub(r"[\s\u200b]+", " ", " ".join(page.extract_text() for page in pages))


def block(text: str, name: str) -> str:
    """The block of a day, up to the next one."""
    assert text.count(name) == 1
    return re.split(r"Day \d+(?: of \d+)?,|Draft:", text.partition(name)[2])[0]


def test_a_long_infusion_stands_on_every_day_on_which_it_runs(tmp_path: Path) -> None:
    """72 h from 09:00 on 30-Nov end at 09:00 on 03-Dec: the fourth date. The doses end on day 1."""
    order = order_of(tmp_path, LONG)
    for text in (terminal(order), sheet(order)):
        assert "continues" not in block(text, "Day 1 of 4, Mon 30-Nov-2026")
        for name, told in (
            ("Day 2 of 4, Tue 01-Dec-2026", "day 2 of 4, until 09:00 on Thu 03-Dec-2026;"),
            ("Day 3 of 4, Wed 02-Dec-2026", "day 3 of 4, until 09:00 on Thu 03-Dec-2026;"),
            ("Day 4 of 4, Thu 03-Dec-2026", "day 4 of 4, until 09:00;"),
        ):
            day = block(text, name)
            assert "continues" in day
            assert f"{told} IV continuous infusion, begun 30-Nov-2026 09:00" in day
            assert re.findall(r"(.{8})19.2 mg", day) == ["rest of "]  # no dose that somebody might give once more
    assert [day.number for day in days_of(order)] == [1, 2, 3, 4]


def test_the_bags_of_a_chain_continue_on_each_of_its_days(tmp_path: Path) -> None:
    """24 h a day on three days: each bag ends when the next one begins, and the last on day 4, the chain's fourth."""
    days = days_of(order_of(tmp_path, DAILY))
    assert [[running.text.partition(";")[0] for running in day.running] for day in days] == [
        [],
        ["day 2 of 4, until 09:00, then the next bag"],
        ["day 3 of 4, until 09:00, then the next bag"],
        ["day 4 of 4, until 09:00"],
    ]
    assert [running.ends_today for day in days for running in day.running] == [False, False, True]


def test_a_short_infusion_over_midnight_stands_on_both_its_dates(tmp_path: Path) -> None:
    """12 h from 20:00 end at 08:00: whoever comes on in the morning sees that it still runs."""
    lines = '- {drug: a, dose: 1 mg, route: IV infusion, over: 12 h, days: "1, 2", at: "20:00"}\n'
    order = order_of(tmp_path, lines)
    assert [(day.name, [each.text for each in day.running]) for day in days_of(order)] == [
        ("Day 1 of 3", []),
        ("Day 2 of 3", ["day 2 of 2, until 08:00; IV infusion, begun 30-Nov-2026 20:00"]),
        ("Day 3 of 3", ["day 2 of 2, until 08:00; IV infusion, begun 01-Dec-2026 20:00"]),
    ]
    ends_at_midnight = '- {drug: a, dose: 1 mg, route: IV infusion, over: 24 h, days: 1, at: "00:00"}\n'
    assert [day.number for day in days_of(order_of(tmp_path, ends_at_midnight))] == [1]


def test_head_days_and_dates_count_to_the_end_of_the_last_infusion(tmp_path: Path) -> None:
    """72 h from 09:00 on 30-Nov are 3 days and run on four dates; without clock times on three days after the first."""
    dated = page_data(order_of(tmp_path, LONG), "Order")["head"]
    assert (dated["days"], dated["dates"]) == ("3 days, to day 4", "30-Nov-2026 to 03-Dec-2026")
    assert page_data(order_of(tmp_path, LONG, None), "Order")["head"]["days"] == "3 days, to day 4"
    assert "edition 1, 3 days, to day 4" in terminal(order_of(tmp_path, LONG))
    # a bag of 24 h on each of 3 days
    assert page_data(order_of(tmp_path, DAILY), "Order")["head"]["days"] == "3 days, to day 4"


def test_without_dates_a_long_infusion_continues_for_its_whole_days(tmp_path: Path) -> None:
    text = sheet(order_of(tmp_path, LONG, start=None))
    for day in (2, 3, 4):
        assert re.search(
            rf"Day {day} of 4, date .{{0,80}}continues doxorubicin rest of 19.2 mg "
            r"IV continuous infusion over 72 h, begun on day 1",
            text,
        )
    assert "Day 5" not in text


@pytest.mark.parametrize("start", [START, None])
def test_an_omitted_drug_stands_on_each_of_its_days_with_the_reason(start: datetime.date | None) -> None:
    text = sheet(reduced("etoposide", start=start))
    assert text.count("OMITTED etoposide do not give: anaphylaxis") == 5
    assert "etoposide OMITTED not given in this cycle: anaphylaxis" in text
    assert not re.findall(r"(?<![\d.,])(?:0|96) mg", text)
    assert "100 mg/m2" not in text
    if start:
        assert (
            terminal(reduced("etoposide")).count("OMITTED etoposide: reduced by 100%, to 0% of 96 mg: anaphylaxis") == 5
        )


def test_a_cycle_of_which_everything_is_omitted_still_has_its_days() -> None:
    order = reduced("clofarabine", "etoposide", "cyclophosphamide", "prednisone")
    for text in (terminal(order), sheet(order)):
        for name in ("Day 1 of 5, Mon 30-Nov-2026", "Day 5 of 5, Fri 04-Dec-2026"):
            assert block(text, name).count("OMITTED") == 4


def test_a_drug_that_is_given_is_not_called_omitted() -> None:
    who = load_patient(texts={**SIZE, "reductions": ["etoposide=25%: mucositis"]})
    order = draft_order(load_regimen("cec-induction"), who, start=START)
    assert "OMITTED" not in terminal(order) + sheet(order)


def test_notes_on_times_stand_in_every_readable_form(tmp_path: Path) -> None:
    order = order_of(tmp_path, LONG + SPINE)
    told = "intrathecal, at the same time as IV doxorubicin: give them apart, at another time and place"
    assert f"09:00 methotrexate: {told}" in terminal(order)
    assert told in sheet(order)
    assert "INTRATHECAL" in sheet(order)
    calendar = render(order, "ics").decode().replace("\r\n ", "").replace("\\,", ",").replace("\\;", ";")
    assert told in calendar
    assert '"notes": [' in render(order, "json").decode()


def test_the_head_names_the_regimen_and_no_dose_of_its_protocol(tmp_path: Path) -> None:
    """Over a reduced or omitted drug the protocol's dose would order what the row below does not."""
    assert "mg/m2" not in repr(page_data(order_of(tmp_path, LONG), "Chemotherapy order"))
    gaps = "- {drug: a, dose: 1 mg, route: oral, days: [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25]}\n"
    assert page_data(order_of(tmp_path, gaps), "Chemotherapy order")["head"]["days"] == "13 days"
