"""How much fluid each calendar day gives: what runs over midnight counts on each of its days for its part."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from cec import Order, change, draft_order, load_order, load_patient, load_pharmacy, load_regimen, render
from cec.rendering.words.preparation import fluid_on

HEAD = "name: fluids\ntitle: Fluids\nedition: 1\nfor: an example\nsource: {citation: written for this}\ndrugs:\n"
START = datetime.date(2026, 11, 30)
LONG = '- {drug: water, dose: 500 mL, route: IV continuous infusion, over: 96 h, days: 1, at: "09:00"}\n'
DAILY = '- {drug: water, dose: 500 mL, route: IV continuous infusion, over: 24 h, days: 1-3, at: "09:00"}\n'
NIGHT = '- {drug: water, dose: 90 mL, route: IV infusion, over: 3 h, days: "1, 3", at: "22:00"}\n'


def fluids(folder: Path, lines: str, start: datetime.date | None = START) -> list[tuple[tuple[int, ...], str, str]]:
    """The fluid of each day of a patient of 20 kg whose pharmacy has a formulary."""
    (folder / "regimen.yaml").write_text(HEAD + lines, encoding="utf-8")
    (folder / "pharmacy.yaml").write_text("formulary: {mesna: {}}\n", encoding="utf-8")
    who = load_patient(texts={"height": "110 cm", "weight": "20 kg"})
    order: Order = draft_order(
        load_regimen(folder / "regimen.yaml"), who, load_pharmacy(folder / "pharmacy.yaml"), start=start
    )
    return [(each.days, str(each.volume), str(each.per_kg)) for each in order.daily_fluids]


def test_a_long_infusion_counts_on_each_calendar_day_on_which_it_runs(tmp_path: Path) -> None:
    """500 mL over 96 h from 09:00: 15 h are 78.125 mL, 24 h 125 mL, the last 9 h 46.875 mL; 500 mL in all."""
    assert fluids(tmp_path, LONG) == [
        ((1,), "78.1 mL", "3.9 mL/kg"),
        ((2, 3, 4), "125 mL", "6.3 mL/kg"),
        ((5,), "46.9 mL", "2.3 mL/kg"),
    ]


def test_a_chain_of_bags_is_full_on_all_but_its_first_and_last_day(tmp_path: Path) -> None:
    """500 mL in 24 h from 09:00 on three days: 15/24 is 312.5 mL, 9/24 is 187.5 mL."""
    assert [(days, volume) for days, volume, _ in fluids(tmp_path, DAILY)] == [
        ((1,), "312.5 mL"),
        ((2, 3), "500 mL"),
        ((4,), "187.5 mL"),
    ]


def test_what_runs_over_one_midnight_counts_on_both_days(tmp_path: Path) -> None:
    """90 mL from 22:00 to 01:00: 2 of 3 h before midnight."""
    assert [(days, volume) for days, volume, _ in fluids(tmp_path, NIGHT)] == [((1, 3), "60 mL"), ((2, 4), "30 mL")]


def test_an_infusion_over_a_change_of_the_clock_runs_by_real_hours(tmp_path: Path) -> None:
    """240 mL in 24 h from 09:00: 15 h on 24 October; on the 25th, of 25 h, 9 h to 08:00. 150 mL and 90 mL."""
    (tmp_path / "regimen.yaml").write_text(HEAD + DAILY.replace("1-3", "1").replace("500", "240"), encoding="utf-8")
    (tmp_path / "pharmacy.yaml").write_text("time_zone: Europe/Warsaw\nformulary: {mesna: {}}\n", encoding="utf-8")
    who = load_patient(texts={"height": "110 cm", "weight": "20 kg"})
    order = draft_order(
        load_regimen(tmp_path / "regimen.yaml"),
        who,
        load_pharmacy(tmp_path / "pharmacy.yaml"),
        start=datetime.date(2026, 10, 24),
    )
    assert [(each.days, str(each.volume)) for each in order.daily_fluids] == [((1,), "150 mL"), ((2,), "90 mL")]


def test_a_date_between_days_that_were_moved_apart_has_its_own_fluid(tmp_path: Path) -> None:
    """500 mL in 24 h from 09:00 on three days; day 3 a day later: on 2 December only the bag of day 2 runs, 9 h.

    15/24 is 312.5 mL, 9/24 is 187.5 mL: 312.5; 187.5 + 312.5; 187.5 on 2 December; 312.5; 187.5 mL; 1500 mL in all.
    """
    fluids(tmp_path, DAILY)
    who = load_patient(texts={"height": "110 cm", "weight": "20 kg"})
    pharmacy = load_pharmacy(tmp_path / "pharmacy.yaml")
    order = draft_order(load_regimen(tmp_path / "regimen.yaml"), who, pharmacy, start=START)
    moved = change(order, on=datetime.date(2026, 12, 1), reason="no bed", skip={3: "move"})
    assert [(each.days, each.dates, str(each.volume)) for each in moved.daily_fluids] == [
        ((1, 3), (), "312.5 mL"),
        ((2,), (), "500 mL"),
        ((), (datetime.date(2026, 12, 2),), "187.5 mL"),
        ((4,), (), "187.5 mL"),
    ]
    assert load_order(render(moved, "json")) == moved
    assert fluid_on(moved, 2) == "500 mL, 25 mL/kg; on Wed 02-Dec-2026 187.5 mL, 9.4 mL/kg"
    # day 3 alone to 4 December, which would be day 5: the date is that of the day that is moved; 5 December is day 6
    alone = change(order, on=datetime.date(2026, 12, 1), reason="no bed", move_day={3: datetime.date(2026, 12, 4)})
    assert [(each.days, each.dates) for each in alone.daily_fluids] == [
        ((1, 3), ()),
        ((2,), ()),
        ((), (datetime.date(2026, 12, 2),)),
        ((6,), ()),
    ]


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (LONG, [((1, 2, 3, 4), "125 mL")]),  # the days of an infusion begin with it: 500 mL in four of them
        (DAILY, [((1, 2, 3), "500 mL")]),
        (NIGHT, [((1, 3), "90 mL")]),
    ],
)
def test_without_a_start_a_long_infusion_counts_by_24_hours(
    tmp_path: Path, lines: str, days: list[tuple[tuple[int, ...], str]]
) -> None:
    assert [(days, volume) for days, volume, _ in fluids(tmp_path, lines, None)] == days


def test_a_rate_that_rises_gives_less_before_midnight(tmp_path: Path) -> None:
    """50 mL/h for an hour, then 100, 150 mL/h: 300 mL from 22:00 are 150 mL before midnight and 150 mL after it."""
    line = (
        "- {drug: water, dose: 300 mL, route: IV infusion, days: 1, at: '22:00', "
        "rate: 50 mL/h rising by 50 mL/h every 60 min to 400 mL/h}\n"
    )
    assert [(days, volume) for days, volume, _ in fluids(tmp_path, line)] == [((1, 2), "150 mL")]
