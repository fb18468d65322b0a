"""The parts of a sheet: what stands on which of them, as its data say it."""

from __future__ import annotations

import datetime
import io
import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from regimen_texts import regimen_file

from benchmarks.hardest_papers import ORDERS
from cec import draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.load.typed import Texts
from cec.order import Order
from cec.rendering.pdf.order import sheet_data
from cec.rendering.pdf.timeline import Drawn, timeline

SIZE: Texts = {"height": "128 cm", "weight": "26 kg"}


def data_of(name: str) -> Any:
    """The data of a sheet with plain spaces."""
    return plain(ORDERS[name]())


def plain(order: Order) -> Any:
    return json.loads(json.dumps(sheet_data(order)).replace("\\u00a0", " "))


def test_intrathecal_doses_stand_on_their_own_page_and_nowhere_else() -> None:
    data = data_of("intrathecal-triple")
    page = data.pop("intrathecal")
    assert page["frame"] == "FOR INTRATHECAL USE ONLY"
    assert page["signatures"] == ["Prescriber", "Checked by", "Given by"]
    assert [(dose["drug"], dose["ordered"]) for dose in page["doses"]] == [
        ("methotrexate", "12 mg"),
        ("cytarabine", "30 mg"),
        ("hydrocortisone", "15 mg"),
    ]
    for number, date in ((0, "Mon 30-Nov-2026"), (1, "Mon 07-Dec-2026")):
        day = page["days"][number]
        assert (day["date"], [(row["time"], row["drug"]) for row in day["rows"]]) == (
            date,
            [("10:00", "methotrexate"), ("10:00", "cytarabine"), ("10:00", "hydrocortisone")],
        )
    elsewhere = json.dumps({key: data[key] for key in ("doses", "totals", "days", "grid")})
    assert not any(amount in elsewhere for amount in ("12 mg", "30 mg", "15 mg"))
    (apart,) = [row for row in data["days"][0]["rows"] if row["kind"] == "apart"]
    assert (apart["time"], apart["text"]) == ("10:00", "intrathecal: on a page of its own, with its own signatures")


def test_no_line_of_the_totals_tears_a_count_from_its_dose(tmp_path: Path) -> None:
    file = regimen_file(
        tmp_path,
        "taper",
        "drug: dexamethasone, route: oral, days: 1-21, "
        "dose: [{days: 1-14, dose: 10 mg/m2}, {days: 15-21, dose: 5 mg/m2}]",
    )
    order = draft_order(load_regimen(file), load_patient(texts=SIZE))
    assert [counted for _, counted, _ in sheet_data(order)["totals"]] == [
        "14 ×\N{NO-BREAK SPACE}9.6 mg + 7 ×\N{NO-BREAK SPACE}4.8 mg"
    ]


def test_a_sheet_without_such_doses_has_no_such_page() -> None:
    assert data_of("full-patient-file")["intrathecal"] is None


def test_vincristine_bears_its_route_on_both_parts() -> None:
    data = data_of("intrathecal-triple")
    words = "FOR INTRAVENOUS USE ONLY - FATAL IF GIVEN BY OTHER ROUTES"
    assert [dose["drug"] for dose in data["doses"] if words in dose["flags"]] == ["vincristine"]
    rows = [row for day in data["days"] for row in day["rows"] if words in row["must_see"]]
    assert [row["drug"] for row in rows] == ["vincristine", "vincristine"]


def test_a_drug_that_allergies_name_bears_a_mark_in_its_row() -> None:
    data = data_of("eight-drugs-in-28-days")
    assert [dose["drug"] for dose in data["doses"] if "! allergy named" in dose["flags"]] == [
        "asparaginase Erwinia chrysanthemi"
    ]
    rows = [row for day in data["days"] for row in day["rows"] if "! allergy named" in row["must_see"]]
    assert len(rows) == 3


def test_a_cycle_beyond_a_week_begins_with_a_grid() -> None:
    """Doxorubicin over 48 h from 09:10 on day 1 runs on two more dates; folinic acid of day 2 goes on on day 3."""
    assert data_of("full-patient-file")["grid"] == []
    (grid,) = data_of("eight-drugs-in-28-days")["grid"]
    assert [day["number"] for day in grid["days"]] == [str(day) for day in range(1, 29)]
    cells = {row["drug"]: row["cells"] for row in grid["rows"]}
    assert cells["doxorubicin"][:10] == ["1×", "→", "→", "", "", "", "", "1×", "→", "→"]
    assert cells["folinic acid"][:4] == ["", "1×", "3×", ""]
    assert cells["mercaptopurine"] == ["1×"] * 28


def test_a_cycle_of_days_that_are_all_alike_has_no_grid_beside_its_dates(tmp_path: Path) -> None:
    """The page to sign, and one with all 28 dates."""
    file = regimen_file(tmp_path, "daily", "drug: capecitabine, dose: 825 mg/m2, route: oral, days: 1-28, times: 2")
    order = draft_order(load_regimen(file), load_patient(texts=SIZE), start=datetime.date(2026, 11, 30))
    data = plain(order)
    assert (data["grid"], len(data["days"][0]["dates"])) == ([], 28)
    assert [len(PdfReader(io.BytesIO(render(order, "pdf", paper=paper))).pages) for paper in ("a4", "letter")] == [2, 2]


def test_an_omitted_drug_stands_at_its_place_with_a_reason_and_nothing_to_give_it_by() -> None:
    data = data_of("accepted-stop-and-omitted-drug")
    (dose,) = [dose for dose in data["doses"] if dose["drug"] == "etoposide"]
    assert dose == {
        "drug": "etoposide",
        "ordered": "OMITTED",
        "flags": [],
        "marks": [],
        "given": ["not given in this cycle: anaphylaxis in cycle 1"],
        "working": [],
    }
    for day in data["days"]:
        assert [row["drug"] for row in day["rows"]] == ["prednisone", "clofarabine", "etoposide", "cyclophosphamide"]
        assert day["rows"][2]["text"] == "do not give: anaphylaxis in cycle 1"


def test_what_a_drug_comes_to_is_not_printed_over_its_name() -> None:
    """Four doses of HLH-94 are more than a line holds: they begin behind the name, 13 letters of 4 pt and more."""
    child = load_patient(texts={"height": "75 cm", "weight": "9 kg"})
    order = draft_order(load_regimen("examples/hlh-94"), child, start=datetime.date(2026, 11, 30))
    texts: list[tuple[str, float]] = []
    page = PdfReader(io.BytesIO(render(order, "pdf"))).pages[0]
    page.extract_text(visitor_text=lambda text, place, *_: texts.append((" ".join(text.split()), place[4])))
    total = next(start for text, start in texts if text.startswith("14 × 4.3"))
    names = [start for text, start in texts if text == "dexamethasone"]
    assert total > names[-1] + 13 * 4


def test_volume_and_rate_that_are_written_by_hand_stand_in_one_line() -> None:
    """What is between them is no place where a line ends: a rate under another drug's line is read as its own."""
    (given,) = [
        dose["given"]
        for dose in sheet_data(ORDERS["full-patient-file"]())["doses"]
        if dose["drug"] == "cyclophosphamide"
    ]
    line = next(text for text in given if "mL/h" in text)
    assert line.endswith("______\u00a0mL,\u00a0______\u00a0mL/h")


def test_a_code_that_speaks_of_several_doses_of_a_drug_stands_once_in_the_head() -> None:
    """Of HLH-94 at 0.43 m2 both 1.075 mg and 0.5375 mg are finer than anybody measures; each has its own sentence."""
    child = load_patient(texts={"height": "75 cm", "weight": "9 kg"})
    data = plain(draft_order(load_regimen("examples/hlh-94"), child))
    assert [alert["code"] for alert in data["alerts"]].count("digits-dexamethasone") == 2
    assert data["head"]["checks"].count("CHECK digits-dexamethasone") == 1


def test_a_stop_stands_above_the_doses_and_not_once_more_below() -> None:
    data = data_of("accepted-stop-and-omitted-drug")
    assert [(stop["code"], stop["accepted"]) for stop in data["stops"]] == [
        ("under-10-kg", "tumour board of 12-Nov-2026: no other treatment")
    ]
    assert "under-10-kg" not in [alert["code"] for alert in data["alerts"]]
    assert [alert["level"] for alert in data["in_one_line"]] == ["STOP", "CHECK", "CHECK"]
    accepted = [alert["text"].startswith("(accepted) ") for alert in data["in_one_line"]]
    assert accepted == [True, False, False]  # whoever gives the doses at night sees that somebody let it through


def test_an_infusion_over_days_says_on_which_day_it_ends_and_how_much_a_day_has() -> None:
    """4,000 mg/m2 × 0.96 m2 = 3,840 mg over 96 h: 960 mg in 24 h."""
    (cytarabine,) = [dose for dose in data_of("high-dose-methotrexate")["doses"] if dose["drug"] == "cytarabine"]
    assert cytarabine["given"][1:] == [
        "960 mg in each 24 h, for 96 h (4 days)",
        "at 12:00",
        "on day 3: 02-Dec-2026; ends Sun 06-Dec-2026 12:00",
    ]


def test_a_rounding_that_changes_nothing_takes_no_line(tmp_path: Path) -> None:
    """100 mg/m2 × 0.96 m2 is 96 mg; to the nearest 1 mg it stays, to the nearest 5 mg it is 95 mg."""
    regimen = regimen_file(tmp_path, "plain", "drug: etoposide, dose: 100 mg/m2, route: IV bolus, days: 1")
    working = []
    for step in ("1 mg", "5 mg"):
        (tmp_path / "pharmacy.yaml").write_text(f"dose_rounding: {{etoposide: nearest {step}}}\n", encoding="utf-8")
        pharmacy = load_pharmacy(tmp_path / "pharmacy.yaml")
        (dose,) = plain(draft_order(load_regimen(regimen), load_patient(texts=SIZE), pharmacy))["doses"]
        working.append([line["text"].partition(":")[0] for line in dose["working"]])
    assert working == [["100 mg/m2 × 0.96 m2 = 96 mg"], ["100 mg/m2 × 0.96 m2 = 96 mg", "rounded"]]


def test_alike_days_between_which_others_lie_are_named_each(tmp_path: Path) -> None:
    file = regimen_file(tmp_path, "weekly", "drug: etoposide, dose: 50 mg/m2, route: oral, days: [1, 8, 15]")
    order = draft_order(load_regimen(file), load_patient(texts=SIZE), start=datetime.date(2026, 11, 30))
    (day,) = plain(order)["days"]
    assert day["name"] == "Days 1, 8, 15 of 15, the same on each"


def test_a_dated_cycle_that_is_as_long_as_any_has_an_end(tmp_path: Path) -> None:
    """365 days from 30-Nov-2026: 364 days later it is 29-Nov-2027, the last."""
    file = regimen_file(tmp_path, "year", "drug: mercaptopurine, dose: 50 mg/m2, route: oral, days: 1-365")
    order = draft_order(load_regimen(file), load_patient(texts=SIZE), start=datetime.date(2026, 11, 30))
    (day,) = plain(order)["days"]
    assert day["name"] == "Days 1 to 365 of 365, the same on each"
    assert day["dates"][-1] == "Day 365 of 365, Mon 29-Nov-2027"


@pytest.mark.parametrize(("ends", "is_drawn"), [(("11:00", "13:00"), True), (("09:00", "11:00"), False)])
def test_a_timeline_is_drawn_where_something_runs(ends: tuple[str, str], is_drawn: bool) -> None:
    at = [datetime.datetime.fromisoformat(f"2026-11-30T{time}") for time in ("09:00", "11:00", *ends)]
    drawn = [Drawn("A", at[0], at[2]), Drawn("B", at[1], at[3])]
    assert (timeline(at[0].date(), drawn) is not None) == is_drawn
