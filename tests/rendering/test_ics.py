"""The calendar, read back with icalendar: what stands in it, and which events a second import would update."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from icalendar.parser import Contentline
from msgspec.structs import replace
from running import cec

from cec import Order, Pharmacy, draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.errors import InputError
from cec.order import Cancelled, Release
from cec.rendering.ics import folded
from cec.rendering.words import DRAFT

STARTER = Path(__file__).parent.parent.parent / "cec" / "load" / "starter_pharmacy.yaml"
START = datetime.date(2026, 11, 30)
CHILD = {"height": "128 cm", "weight": "26 kg", "id": "4711", "name": "Łucja Żółw", "born": "2018-05-14"}


def order_of(
    regimen: str = "cec-induction",
    *,
    start: datetime.date | None = START,
    cycle: int | None = 1,
    pharmacy: Pharmacy | None = None,
    **texts: str,
) -> Order:
    """The order of the child, 128 cm and 26 kg: BSA 0.96, so clofarabine 38.4 mg (worked by hand in test_dosing)."""
    patient = load_patient(texts={key: text for key, text in {**CHILD, **texts}.items() if text})
    pharmacy = pharmacy or load_pharmacy(STARTER)
    return draft_order(load_regimen(regimen), patient, pharmacy, start=start, cycle=cycle)


def events(order: Order) -> list[Any]:
    calendar = Calendar.from_ical(render(order, "ics"))
    assert not calendar.errors
    assert [calendar["version"], calendar["prodid"]] == ["2.0", "-//cec-dosing//cec//EN"]
    return list(calendar.walk("VEVENT"))


def uids(order: Order) -> set[str]:
    return {str(event["uid"]) for event in events(order)}


def test_each_administration_is_an_event_and_the_next_cycle_another() -> None:
    order = order_of()
    found = events(order)
    assert len(found) == 5 * 4 + 1
    assert len(uids(order)) == 21
    for event, row in zip(found, order.administrations, strict=False):
        assert f"{row.drug} {row.dose}, {row.route}" in event["summary"]
        assert event["dtstart"].dt == (row.start or row.date)
        assert (event["dtend"].dt if row.end else None) == row.end


def test_day_2_as_worked_by_hand() -> None:
    """Day 2 of the start on Monday 30 November is Tuesday 1 December; clofarabine over 2 h from 09:00."""
    event = next(
        event
        for event in events(order_of())
        if "clofarabine 38.4 mg" in event["summary"] and "2 of 5" in event["summary"]
    )
    assert event["summary"] == "clofarabine 38.4 mg, IV infusion over 2 h, day 2 of 5, id 4711"
    assert event["dtstart"].dt == datetime.datetime.fromisoformat("2026-12-01T09:00")
    assert event["dtend"].dt == datetime.datetime.fromisoformat("2026-12-01T11:00")
    assert event["dtstart"].dt.tzinfo is None
    assert event["status"] == "TENTATIVE"
    text = event["description"].splitlines()
    assert text[0] == DRAFT
    assert "clofarabine 38.4 mg (protocol dose 40 mg/m2), IV infusion over 2 h" in text
    assert "Draw: 38.4 mL of 1 mg/mL = 38.4 mg" in text
    assert "Check: total volume 100 mL, expected 96 to 256 mL" in text
    assert "CEC induction: clofarabine 40 mg/m2, etoposide 100 mg/m2" in event["description"]


def test_a_released_order_confirms_its_events_and_a_cancelled_one_takes_them_back() -> None:
    """The same UIDs; a program takes the later stamp of one number for the newer (RFC 5546)."""
    draft = order_of()
    released = replace(draft, release=Release("A. Nowak", START, draft.fingerprint))
    cancelled = replace(draft, revision=2, replaces=draft.fingerprint, cancelled=Cancelled(START, "fever"))
    found = [events(order) for order in (draft, released, cancelled)]
    for before, after, taken_back in zip(*found, strict=True):
        assert before["uid"] == after["uid"] == taken_back["uid"]
        assert [each["status"] for each in (before, after, taken_back)] == ["TENTATIVE", "CONFIRMED", "CANCELLED"]
        assert before["dtstamp"].dt < after["dtstamp"].dt < taken_back["dtstamp"].dt
        assert (before["sequence"], after["sequence"], taken_back["sequence"]) == (0, 0, 1)


def test_what_is_given_before_the_first_infusion_stands_on_its_whole_day() -> None:
    """09:00 is a bound and no start: in the field of a start it would be read as one."""
    event = events(order_of())[0]
    assert event["summary"] == "before 09:00: prednisone 13 mg, oral, day 1 of 5, id 4711"
    assert event["dtstart"].dt == datetime.date(2026, 11, 30)
    assert not isinstance(event["dtstart"].dt, datetime.datetime)
    assert event["dtend"].dt == datetime.date(2026, 12, 1)
    assert "Assumed, because the source does not say:" in event["description"]


def test_the_earliest_next_cycle_is_an_event_all_day() -> None:
    """Day 15 of a cycle from 30 November is 14 December."""
    event = events(order_of())[-1]
    assert event["summary"] == "CEC induction: earliest day 1 of the next cycle, id 4711"
    assert (event["dtstart"].dt, event["dtend"].dt) == (datetime.date(2026, 12, 14), datetime.date(2026, 12, 15))
    assert "neutrophils (ANC) 0.75 x 10^9/L or more" in event["description"]


def test_alerts_stand_with_the_drug_that_they_are_about() -> None:
    """Under 20 kg the EU label of clofarabine asks for thought about a longer infusion."""
    about = {
        event["summary"].split()[0]: event["description"]
        for event in events(order_of(weight="18.5 kg", height="109 cm"))
    }
    assert "CHECK longer-infusion, clofarabine: under 20 kg" in about["clofarabine"]
    assert "longer-infusion" not in about["etoposide"]
    assert "NOTE incomplete" in about["etoposide"]


def test_a_reduction_stands_with_its_reason() -> None:
    order = order_of()
    patient = load_patient(texts={**CHILD, "reductions": ["etoposide=25%: mucositis grade 3"]})
    reduced = draft_order(order.regimen, patient, start=START, cycle=1)
    text = next(event for event in events(reduced) if event["summary"].startswith("etoposide 72 mg"))["description"]
    assert "mucositis grade 3" in text
    assert uids(reduced) == uids(order)


@pytest.mark.parametrize(
    "changed",
    [
        lambda: order_of(start=datetime.date(2026, 12, 2)),
        lambda: order_of(weight="27 kg"),
        lambda: order_of(name="", born=""),
        lambda: order_of(pharmacy=Pharmacy(first_infusion="10:30", time_zone="Europe/Warsaw")),
    ],
    ids=["start", "dose", "name", "time"],
)
def test_a_changed_order_updates_the_same_events(changed: Callable[[], Order]) -> None:
    assert uids(changed()) == uids(order_of())
    assert render(changed(), "ics") != render(order_of(), "ics")


@pytest.mark.parametrize(
    "other",
    [lambda: order_of(id="4712"), lambda: order_of(cycle=2), lambda: order_of("cec-consolidation")],
    ids=["patient", "cycle", "regimen"],
)
def test_another_patient_cycle_or_regimen_has_other_events(other: Callable[[], Order]) -> None:
    assert not uids(other()) & uids(order_of())


def test_without_an_id_name_and_birth_date_together_tell_the_patient() -> None:
    named = order_of(id="")
    assert uids(named) == uids(order_of(id="", weight="27 kg"))
    assert not uids(named) & uids(order_of(id="", born="2018-05-15"))


def test_without_any_patient_two_orders_never_share_events() -> None:
    nobody = order_of(id="", name="Łucja Żółw", born="")
    other = order_of(id="", name="Łucja Żółw", born="", weight="27 kg")
    assert not uids(nobody) & uids(other)
    assert uids(nobody) == uids(nobody)
    assert "No patient id is given: an order drafted anew makes new events" in events(nobody)[0]["description"]


def test_without_a_cycle_number_a_postponed_start_still_moves_the_events() -> None:
    unnamed = order_of(cycle=None)
    assert uids(unnamed) == uids(order_of(cycle=None, start=datetime.date(2026, 12, 7)))
    assert "No cycle is named" in events(unnamed)[0]["description"]
    assert "No cycle is named" not in events(order_of())[0]["description"]


def test_several_doses_a_day_are_several_events() -> None:
    regimen = load_regimen("cec-induction")
    several = replace(regimen.drugs[3], at=("08:00", "14:00", "20:00"))
    order = draft_order(replace(regimen, drugs=(*regimen.drugs[:3], several, several)), order_of().patient, start=START)
    assert len(uids(order)) == len(order.administrations) + 1 == 5 * 9 + 1
    assert any("dose 3 of 3 of the day" in event["description"] for event in events(order))


def test_the_pharmacys_time_zone_travels_in_the_file() -> None:
    order = order_of(pharmacy=Pharmacy(time_zone="Europe/Warsaw"), start=datetime.date(2026, 3, 27))
    calendar = Calendar.from_ical(render(order, "ics"))
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Warsaw"]
    starts = [event["dtstart"].dt for event in events(order)[:-1]]
    starts = [start for start in starts if isinstance(start, datetime.datetime)]
    hour = datetime.timedelta(hours=1)
    assert [start.utcoffset() for start in starts] == [hour] * 6 + [2 * hour] * 9  # summer time from Sunday 29 March
    assert {f"{start:%H:%M}" for start in starts} == {"09:00", "11:00", "13:00"}
    assert not Calendar.from_ical(render(order_of(), "ics")).walk("VTIMEZONE")


def test_name_and_birth_date_stay_out_of_the_file() -> None:
    text = "".join(str(event[key]) for event in events(order_of()) for key in event)
    assert "Łucja" not in text
    assert "Żółw" not in text
    assert "14-May-2018" not in text
    assert "4711" not in "".join(uids(order_of()))


def test_long_polish_text_is_folded_between_letters_and_reads_back() -> None:
    number = "zażółć gęślą jaźń; 1, 2\\n " * 6
    order = order_of(id=number.strip())
    lines = render(order, "ics").split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)
    assert all(event["summary"].endswith(number.strip()) for event in events(order))


def test_the_same_order_gives_the_same_bytes() -> None:
    assert render(order_of(), "ics") == render(order_of(), "ics")


def test_without_a_start_there_is_no_calendar() -> None:
    with pytest.raises(InputError, match="give it with --start"):
        render(order_of(start=None, born=""), "ics")


def test_a_zone_that_there_is_not_is_named() -> None:
    with pytest.raises(InputError, match="'Europe/Warszawa' is not a time zone"):
        render(order_of(pharmacy=Pharmacy(time_zone="Europe/Warszawa")), "ics")


def test_a_command_writes_the_calendar_and_asks_for_a_start(tmp_path: Path) -> None:
    file = tmp_path / "cycle.ics"
    call = ("cec-induction", "--height", "128cm", "--weight", "26kg", "--id", "4711")
    assert cec("schedule", *call, "--start", "2026-11-30", "-o", str(file)).code == 0
    assert len(Calendar.from_ical(file.read_bytes()).walk("VEVENT")) == 21
    done = cec("dose", *call, "--format", "ics")
    assert (done.code, done.out) == (1, "")
    assert "--start" in done.err


@given(st.text(st.sampled_from("ab \\^,;éŁ²李😀"), min_size=1, max_size=260))
def test_lines_are_broken_where_icalendar_breaks_them(line: str) -> None:
    by_icalendar: Any = Contentline
    assert folded(line) == by_icalendar(line).to_ical()
