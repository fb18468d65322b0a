"""Use-before: which of the formulary's statements holds, and what it comes to from the time of making."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen
from cec.errors import CecError

START = datetime.date(2026, 11, 30)
FORMULARY = """
formulary:
  clofarabine:
    products: [{{name: a vial, form: solution, strength: 1 mg/mL, volume: 20 mL}}]
    diluents: [sodium chloride 0.9%]
    bags: [{bag}]
    stability:
{stability}
"""
US, EU = (
    f"{{hours: 24 h, conditions: {conditions}, jurisdiction: {label}}}"
    for conditions, label in (("room temperature", "US label"), ("2 to 8 degrees C", "EU label"))
)
PUSHED = """
name: pushed
title: Pushed
edition: 1
for: this test
source: {citation: this test}
drugs: [{drug: clofarabine, dose: 40 mg/m2, route: IV bolus, days: 1}]
"""


def order_of(
    folder: Path, *stability: str, policy: str = "", bag: str = "100 mL", regimen: str = "cec-induction"
) -> Order:
    """Clofarabine 30 mg (0.75 m2), in 100 mL 0.3 mg/mL, at 09:00 on five days."""
    path = folder / "pharmacy.yaml"
    listed = "\n".join(f"      - {each}" for each in stability)
    path.write_text(policy + FORMULARY.format(bag=bag, stability=listed).replace("stability:\n\n", ""), "utf-8")
    patient = load_patient(texts={"height": "109 cm", "weight": "18.5 kg"})
    return draft_order(load_regimen(regimen), patient, load_pharmacy(path), start=START)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def test_the_time_of_making_and_the_one_statement_that_holds_give_use_before(tmp_path: Path) -> None:
    """08:00 on each day and 24 h: 08:00 on the next."""
    order = order_of(tmp_path, US, policy='made_at: "08:00"\n')
    life = order.preparations[0].shelf_life
    assert life is not None
    assert (str(life.within), life.storage, life.jurisdiction) == ("24 h", "room temperature", "US label")
    rows = [row for row in order.administrations if row.drug == "clofarabine"]
    assert [row.made_at for row in rows] == [at(f"2026-{day}T08:00") for day in DAYS[:-1]]
    assert [row.use_before for row in rows] == [at(f"2026-{day}T08:00") for day in DAYS[1:]]


DAYS = ("11-30", "12-01", "12-02", "12-03", "12-04", "12-05")


def test_what_is_given_before_the_time_of_making_is_made_the_day_before(tmp_path: Path) -> None:
    order = order_of(tmp_path, US, policy='made_at: "14:00"\n')
    (row, *_) = (row for row in order.administrations if row.drug == "clofarabine")  # 09:00 on 30-Nov
    assert (row.made_at, row.use_before) == (at("2026-11-29T14:00"), at("2026-11-30T14:00"))


def test_the_hours_are_real_ones_across_a_change_of_the_clock(tmp_path: Path) -> None:
    """On 25-Oct-2026 the clock of Warsaw is put back: 24 h after 24-Oct 08:00 it is 07:00."""
    order_of(tmp_path, US, policy='made_at: "08:00"\ntime_zone: Europe/Warsaw\n')
    patient = load_patient(texts={"height": "109 cm", "weight": "18.5 kg"})
    pharmacy = load_pharmacy(tmp_path / "pharmacy.yaml")
    order = draft_order(load_regimen("cec-induction"), patient, pharmacy, start=datetime.date(2026, 10, 24))
    (row, *_) = (row for row in order.administrations if row.drug == "clofarabine")
    assert (row.made_at, row.use_before) == (at("2026-10-24T08:00"), at("2026-10-25T07:00"))


def test_without_a_time_of_making_no_time_is_made_up(tmp_path: Path) -> None:
    order = order_of(tmp_path, US)
    assert not any(row.made_at or row.use_before for row in order.administrations)
    life = order.preparations[0].shelf_life
    assert life is not None
    assert str(life.within) == "24 h"


@pytest.mark.parametrize(
    ("statements", "policy", "within", "unknown"),
    [
        ((), "", None, "the formulary does not say how long it keeps"),
        ((US, EU), "", None, "several hold: 24 h, room temperature (US label); 24 h, 2 to 8 degrees C (EU label)"),
        ((US, EU), "storage: 2 to 8 degrees C\n", "24 h", ""),
        ((US, EU), "jurisdiction: US label\n", "24 h", ""),
        (
            (US, EU),
            "storage: 2 to 8 degrees C\njurisdiction: US label\n",
            None,
            "the formulary does not say how long it keeps at 0.3 mg/mL in sodium chloride 0.9%, "
            "2 to 8 degrees C (US label)",
        ),
        ((US, US.replace("US", "CH")), "", "24 h", ""),
        ((US, US.replace("24 h", "20 h")), "", None, "several hold: 24 h, room"),
        ((US.replace("}", ", concentration: 0.3 mg/mL}"),), "", "24 h", ""),
        ((US.replace("}", ", concentration: 0.4 mg/mL}"),), "", None, "keeps at 0.3 mg/mL in sodium chloride 0.9%"),
        ((US.replace("}", ", highest_concentration: 0.3 mg/mL}"),), "", "24 h", ""),
        ((US.replace("}", ", highest_concentration: 0.29 mg/mL}"),), "", None, "keeps at 0.3 mg/mL"),
        ((US.replace("}", ", lowest_concentration: 0.3 mg/mL}"),), "", "24 h", ""),
        ((US.replace("}", ", lowest_concentration: 0.31 mg/mL}"),), "", None, "keeps at 0.3 mg/mL"),
        ((US.replace("}", ", diluent: Sodium chloride 0.9%}"),), "", "24 h", ""),
        ((US.replace("}", ", diluent: glucose 5%}"),), "", None, "keeps at 0.3 mg/mL in sodium chloride 0.9%"),
    ],
)
def test_a_statement_holds_for_its_concentration_diluent_storage_and_label(
    statements: tuple[str, ...], policy: str, within: str | None, unknown: str, tmp_path: Path
) -> None:
    life = order_of(tmp_path, *statements, policy=policy).preparations[0].shelf_life
    assert life is not None
    assert (str(life.within) if life.within else None) == within
    assert life.unknown == unknown if not unknown else unknown in life.unknown


def test_what_is_pushed_undiluted_keeps_as_a_statement_for_that_says(tmp_path: Path) -> None:
    regimen = tmp_path / "pushed.yaml"
    regimen.write_text(PUSHED, "utf-8")
    (pushed,) = order_of(tmp_path, US, regimen=str(regimen)).preparations
    assert pushed.shelf_life
    assert pushed.shelf_life.unknown == "the formulary does not say how long it keeps undiluted"
    (pushed,) = order_of(
        tmp_path, US, US.replace("24 h", "6 h").replace("}", ", diluent: undiluted}"), regimen=str(regimen)
    ).preparations
    assert pushed.shelf_life
    assert str(pushed.shelf_life.within) == "6 h"


def test_where_no_bag_is_chosen_it_is_not_known_how_long_it_keeps_at_a_concentration(tmp_path: Path) -> None:
    of_concentration = US.replace("}", ", highest_concentration: 1 mg/mL}")
    (first, *_) = order_of(tmp_path, of_concentration, bag="10 mL").preparations  # 30 mL do not go into 10 mL
    assert first.bag is None
    assert first.shelf_life
    assert first.shelf_life.unknown == "no bag is chosen, and how long it keeps depends on it"


DAY_LONG = """
name: day-long
title: Day long
edition: 1
for: this test
source: {citation: this test}
drugs: [{drug: clofarabine, dose: 40 mg/m2, route: IV infusion, over: 22 h, days: 1}]
"""


@pytest.mark.parametrize(
    ("made_at", "statement", "said"),
    [
        ("09:00", US, ""),  # from 09:00 to 07:00, and it keeps until 09:00
        ("07:00", US, ""),  # until 07:00: it ends just then
        ("06:59", US, "made at 06:59 it keeps 24 h at most, until 06:59 1 day later, and ends at 07:00"),
        ("06:59", US.replace("24 h", "48 h"), ""),
        ("", US, ""),
    ],
)
def test_an_infusion_that_outlasts_what_is_made_for_it_is_asked_about(
    made_at: str, statement: str, said: str, tmp_path: Path
) -> None:
    """From 09:00 over 22 h to 07:00."""
    regimen = tmp_path / "day-long.yaml"
    regimen.write_text(DAY_LONG, "utf-8")
    order = order_of(tmp_path, statement, policy=f'made_at: "{made_at}"\n' if made_at else "", regimen=str(regimen))
    found = [alert.text for alert in order.alerts if alert.code == "used-too-late-clofarabine"]
    assert found == ([f"{said}: make it later, or in parts (day 1)"] if said else [])
    assert [bool(row.use_before and row.end and row.end > row.use_before) for row in order.administrations] == [
        bool(said)
    ]


@pytest.mark.parametrize(
    ("statement", "policy", "why"),
    [
        (US.replace("}", ", concentration: 1 mg/mL, lowest_concentration: 1 mg/mL}"), "", "one concentration, or the"),
        (
            US.replace("}", ", lowest_concentration: 2 mg/mL, highest_concentration: 1 mg/mL}"),
            "",
            "lowest_concentration 2 mg/mL is above highest_concentration 1 mg/mL",
        ),
        (US, "storage: fridge\n", "storage 'fridge' is that of no stability in the formulary; they say room temp"),
        (US, "jurisdiction: EU\n", "jurisdiction 'EU' is that of no stability in the formulary; they say US label"),
    ],
)
def test_what_does_not_fit_together_is_refused(statement: str, policy: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(CecError, match=why):
        order_of(tmp_path, statement, policy=policy)
