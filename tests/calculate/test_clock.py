"""Changes of the clock, and which of two calendars is the newer.

Europe/Warsaw: on 25-Oct-2026 the clock goes from 03:00 summer time back to 02:00; on 28-Mar-2027 from 02:00 to 03:00.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from icalendar import Calendar
from regimen_texts import regimen_file
from running import cec

import cec as public
from cec.load import load_patient, load_pharmacy, load_regimen
from cec.order import Order
from cec.rendering import render
from cec.verification import verify_order

WARSAW = "Europe/Warsaw"
AUTUMN, SPRING = datetime.date(2026, 10, 24), datetime.date(2027, 3, 27)
CALL = ("cec-induction", "--height", "128cm", "--weight", "26kg", "--start", "2026-11-30")


def order_of(folder: Path, start: datetime.date, *lines: str, zone: str = WARSAW, **texts: str) -> Order:
    return public.draft_order(
        load_regimen(regimen_file(folder, "sample", *lines)),
        load_patient(texts={"height": "128 cm", "weight": "26 kg", **texts}),
        load_pharmacy(texts={"time_zone": zone} if zone else None),
        start=start,
    )


def times(order: Order) -> list[str]:
    return [
        f"{row.time:%d %H:%M}-{row.end:%d %H:%M}" if row.end else f"{row.time:%d %H:%M}"
        for row in order.administrations
    ]


def events(calendar: bytes | str) -> list[Any]:
    return list(Calendar.from_ical(calendar).walk("VEVENT"))


def words(order: Order) -> dict[str, str]:
    return {alert.code: alert.text for alert in order.alerts if alert.level == "check"}


LONG = "drug: fluorouracil, dose: 400 mg/m2, route: IV infusion, over: 24 h, days: 1"
BAGS = "drug: fluorouracil, dose: 400 mg/m2, route: IV infusion, over: 24 h, days: 1-3"


@pytest.mark.parametrize(
    ("start", "end"),
    [(AUTUMN, "24 09:00-25 08:00"), (SPRING, "27 09:00-28 10:00")],
)
def test_an_infusion_runs_its_real_hours_over_a_change_of_the_clock(
    start: datetime.date, end: str, tmp_path: Path
) -> None:
    """24 hours from 09:00 end an hour earlier by the clock when it is put back, an hour later when put forward."""
    order = order_of(tmp_path, start, LONG)
    assert times(order) == [end]
    text = f"the clock is changed while it runs: its 24 h end at {end[-5:]} (day 1)"
    assert words(order) == {"clock-change-fluorouracil": text}


def test_a_chain_of_bags_has_no_gap_and_no_overlap(tmp_path: Path) -> None:
    assert times(order_of(tmp_path, AUTUMN, BAGS)) == ["24 09:00-25 08:00", "25 08:00-26 08:00", "26 08:00-27 08:00"]
    assert times(order_of(tmp_path, SPRING, BAGS)) == ["27 09:00-28 10:00", "28 10:00-29 10:00", "29 10:00-30 10:00"]


def test_what_comes_after_waits_for_the_real_end(tmp_path: Path) -> None:
    """3 h from 01:00 end at 03:00 winter time, because one hour came twice."""
    night = 'drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 3 h, days: 2, at: "01:00"'
    after = "drug: mesna, dose: 10 mg/kg, route: IV bolus, days: 2, after: etoposide"
    assert times(order_of(tmp_path, AUTUMN, night, after)) == ["25 01:00-25 03:00", "25 03:00"]


def test_a_time_that_does_not_exist_is_an_alert(tmp_path: Path) -> None:
    order = order_of(tmp_path, SPRING, 'drug: mesna, dose: 10 mg/kg, route: IV bolus, days: 1-3, at: "02:30"')
    told = "there is no 02:30 on this date: the clock is put forward over it; a person sets its time (day 2)"
    assert words(order) == {"clock-change-mesna": told}


def test_a_time_that_comes_twice_is_an_alert(tmp_path: Path) -> None:
    order = order_of(tmp_path, AUTUMN, 'drug: mesna, dose: 10 mg/kg, route: IV bolus, days: 1-3, at: "02:30"')
    assert list(words(order)) == ["clock-change-mesna"]
    assert (
        "02:30 comes twice on this date, because the clock is put back: the first of the two is meant (day 2)"
        in (words(order)["clock-change-mesna"])
    )


def test_an_interval_is_counted_in_real_hours(tmp_path: Path) -> None:
    """12 real hours after 21:00 it is 08:00 in the morning in October and 10:00 in that in March."""
    line = "drug: cytarabine, dose: 1 g/m2, route: IV infusion, over: 3 h, every: 12 h, times: 2, days: 1-2"
    for start, clocks in ((AUTUMN, ["08:00", "20:00"]), (SPRING, ["10:00", "22:00"])):
        order = order_of(tmp_path, start, line)
        assert [f"{row.start:%H:%M}" for row in order.administrations] == ["09:00", "21:00", *clocks]
        assert words(order) == {}


def test_two_short_infusions_in_the_hour_that_comes_twice_follow_each_other(tmp_path: Path) -> None:
    """An hour from 02:15 summer time ends at 02:15 winter time, when the next begins: it ends at 03:15."""
    lines = (
        'drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 2, at: "02:15"',
        "drug: mesna, dose: 10 mg/kg, route: IV infusion, over: 1 h, days: 2, start: after etoposide",
    )
    order = order_of(tmp_path, AUTUMN, *lines)
    assert times(order) == ["25 02:15-25 02:15", "25 02:15-25 03:15"]
    assert [row.start and row.start.fold for row in order.administrations] == [0, 1]
    assert "the second of the two is meant" in words(order)["clock-change-mesna"]
    assert not any(code.startswith(("overlap", "runs-twice")) for code in (alert.code for alert in order.alerts))


@pytest.mark.parametrize(("start", "zone"), [(AUTUMN, ""), (SPRING, ""), (datetime.date(2026, 10, 31), WARSAW)])
def test_other_nights_and_places_that_are_not_known_pass_in_peace(
    start: datetime.date, zone: str, tmp_path: Path
) -> None:
    order = order_of(
        tmp_path, start, BAGS, 'drug: mesna, dose: 10 mg/kg, route: oral, days: 1-3, at: "02:30"', zone=zone
    )
    assert [row.start for row in order.administrations if row.end] == [
        datetime.datetime.combine(start + datetime.timedelta(days=day), datetime.time(9)) for day in range(3)
    ]
    assert words(order) == {}


def test_the_calendar_has_the_real_hours(tmp_path: Path) -> None:
    (event,) = events(render(order_of(tmp_path, AUTUMN, LONG), "ics"))
    assert event["dtend"].dt - event["dtstart"].dt == datetime.timedelta(hours=23)  # of the wall, in one zone
    assert event["dtend"].dt.timestamp() - event["dtstart"].dt.timestamp() == 24 * 3600


def test_an_end_in_the_hour_that_comes_twice_is_not_an_hour_early(tmp_path: Path) -> None:
    """1 h 30 min from 01:00 summer time end at 02:30 summer time; 2 h 30 min at 02:30 winter time, 01:30 in UTC."""
    for over, end in (("90 min", "00:30"), ("150 min", "01:30")):
        line = f'drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: {over}, days: 2, at: "01:00"'
        (event,) = events(render(order_of(tmp_path, AUTUMN, line), "ics"))
        assert f"{event['dtend'].dt.astimezone(datetime.UTC):%d %H:%M}" == f"25 {end}"


def test_a_saved_order_of_such_a_night_is_read_and_verified(tmp_path: Path) -> None:
    """Half an hour from 02:45 summer time ends at 02:15 winter time, which looks as if it lay before."""
    line = 'drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 30 min, days: 2, at: "02:45"'
    order = order_of(tmp_path, AUTUMN, line, BAGS.replace("days: 1-3", "days: 1-2"))
    assert "25 02:45-25 02:15" in times(order)
    assert verify_order(public.load_order(render(order, "json"))).agrees


def test_a_batch_has_the_alerts_of_each_date(tmp_path: Path) -> None:
    path = regimen_file(tmp_path, "sample", LONG)
    pharmacy = tmp_path / "pharmacy.yaml"
    pharmacy.write_text(f"time_zone: {WARSAW}\n", encoding="utf-8")
    starts = ["2026-10-23", "2026-10-24", "2026-10-25", "2027-03-27"]
    frame = pl.DataFrame({"height": ["128"] * 4, "weight": ["26"] * 4, "start": starts})
    alerts = public.dose_table(frame, str(path), pharmacy=str(pharmacy)).get_column("alerts")
    assert ["clock-change-fluorouracil" in codes.split() for codes in alerts] == [False, True, False, True]


def test_the_command_says_when_two_cycles_would_share_their_events() -> None:
    shared = "No cycle is named: the calendar of another cycle of this regimen that names none has the same events"
    assert shared in cec("schedule", *CALL, "--id", "7", "--format", "ics").err
    assert "No patient id is given" in cec("schedule", *CALL, "--format", "ics").err
    assert cec("schedule", *CALL, "--id", "7", "--cycle", "2", "--format", "ics").err == ""
    assert cec("schedule", *CALL, "--id", "7").err == ""
