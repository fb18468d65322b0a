"""Dates and clock times of administrations, worked by hand."""

from __future__ import annotations

import datetime
from decimal import Decimal
from itertools import pairwise

import pytest

from cec.calculate import draft_order
from cec.errors import InputError
from cec.load import load_patient, load_regimen
from cec.order import Administration, Order
from cec.pharmacy import Pharmacy
from cec.regimen import DrugLine, Regimen, Source
from cec.units import Quantity

START = datetime.date(2026, 11, 30)


def minutes(number: int) -> Quantity:
    return Quantity(Decimal(number), "min")


def hours(number: int) -> Quantity:
    return Quantity(Decimal(number), "h")


def flat(drug: str, **more: object) -> DrugLine:
    values: dict[str, object] = {"route": "IV infusion", "days": (1,), **more}
    return DrugLine(drug, Quantity(Decimal(1), "mg"), **values)  # type: ignore[arg-type]


def order_of(
    *lines: DrugLine, start: datetime.date = START, cycle: int | None = None, pharmacy: Pharmacy | None = None
) -> Order:
    regimen = Regimen("test", "Test", 1, "a test", Source("this test"), lines, sha256="")
    who = load_patient(texts={"height": "128 cm", "weight": "26 kg"})
    return draft_order(regimen, who, pharmacy or Pharmacy(), start=start, cycle=cycle)


def shown(rows: tuple[Administration, ...]) -> list[str]:
    return [
        f"{row.protocol_day} {row.time:%d-%b %H:%M}{f' to {row.end:%d-%b %H:%M}' if row.end else ''} {row.drug}"
        for row in rows
    ]


def test_a_day_of_cec_runs_five_hours_in_sequence() -> None:
    who = load_patient(texts={"height": "128 cm", "weight": "26 kg"})
    order = draft_order(load_regimen("cec-induction"), who, start=START)
    assert shown(order.administrations)[:4] == [
        "1 30-Nov 09:00 prednisone",
        "1 30-Nov 09:00 to 30-Nov 11:00 clofarabine",
        "1 30-Nov 11:00 to 30-Nov 13:00 etoposide",
        "1 30-Nov 13:00 to 30-Nov 14:00 cyclophosphamide",
    ]
    first = order.administrations[0]
    assert first.timing == "before first infusion"
    assert (first.start, first.not_after) == (
        None,
        datetime.datetime.fromisoformat("2026-11-30T09:00"),
    )  # a bound is not a start
    assert len(order.administrations) == 20
    assert order.administrations[-1].date == datetime.date(2026, 12, 4)
    assert order.next_cycle
    assert order.next_cycle.date == datetime.date(2026, 12, 14)  # day 15


def test_gap_and_first_infusion_are_the_pharmacys() -> None:
    pharmacy = Pharmacy(first_infusion="19:30", gap=minutes(15))
    bolus = flat("c", route="IV bolus")
    order = order_of(flat("a", over=hours(2)), flat("b", over=hours(1)), bolus, pharmacy=pharmacy)
    assert shown(order.administrations) == [
        "1 30-Nov 19:30 to 30-Nov 21:30 a",
        "1 30-Nov 21:45 to 30-Nov 22:45 b",
        "1 30-Nov 23:00 c",
    ]


def test_what_finds_no_time_on_its_date_stays_there_and_is_an_alert() -> None:
    """a ends at 00:30, so that b would begin on the next date; c, which waits for b, has no time either."""
    order = order_of(
        flat("a", over=hours(2), days=(1, 2)),
        flat("b", over=hours(1)),
        flat("c", route="IV bolus"),
        pharmacy=Pharmacy(first_infusion="22:30"),
    )
    assert [(row.drug, row.day, str(row.date), row.start, row.end) for row in order.administrations if row.day == 1][
        1:
    ] == [
        ("b", 1, "2026-11-30", None, None),
        ("c", 1, "2026-11-30", None, None),
    ]
    assert [alert.code for alert in order.alerts if alert.level == "check"] == ["no-time-b", "no-time-c"]
    assert order.administrations[1].notes[0].startswith("finds no time on its date")


def test_no_tablet_and_no_other_drug_moves_behind_an_infusion_of_days() -> None:
    """Nobody waits for 24 h of fluorouracil: cisplatin is given on day 1, each tablet on its own day."""
    days = (1, 2, 3, 4)
    order = order_of(
        flat("fluorouracil", over=hours(24), days=days),
        flat("cisplatin", over=hours(1)),
        flat("ondansetron", route="oral", days=days),
    )
    assert [row for row in shown(order.administrations) if "fluorouracil" not in row] == [
        "1 30-Nov 09:00 to 30-Nov 10:00 cisplatin",
        "1 30-Nov 09:00 ondansetron",
        "2 01-Dec 09:00 ondansetron",
        "3 02-Dec 09:00 ondansetron",
        "4 03-Dec 09:00 ondansetron",
    ]
    assert "overlap-cisplatin" in [alert.code for alert in order.alerts]


def test_bags_that_fill_their_days_are_one_chain() -> None:
    """Cisplatin ends at 11:00 on day 1; from then on 4 × 24 h = 96 h without a gap or an overlap."""
    order = order_of(flat("cisplatin", over=hours(2)), flat("fluorouracil", over=hours(24), days=(1, 2, 3, 4)))
    assert shown(order.administrations)[1:] == [
        "1 30-Nov 11:00 to 01-Dec 11:00 fluorouracil",
        "2 01-Dec 11:00 to 02-Dec 11:00 fluorouracil",
        "3 02-Dec 11:00 to 03-Dec 11:00 fluorouracil",
        "4 03-Dec 11:00 to 04-Dec 11:00 fluorouracil",
    ]
    assert [alert.code for alert in order.alerts if alert.level == "check"] == []
    # also from one line of the drug to the next, and over two days each
    order = order_of(
        flat("a", over=hours(1)), flat("b", over=hours(48), days=(1, 3)), flat("b", over=hours(48), days=(5,))
    )
    assert [row[:11] for row in shown(order.administrations)[1:]] == ["1 30-Nov 10", "3 02-Dec 10", "5 04-Dec 10"]


def test_a_shorter_infusion_starts_at_the_same_clock_every_day() -> None:
    """The first of 20 h begins when 2 h of another drug have run; the second at the same clock."""
    order = order_of(flat("a", over=hours(2)), flat("b", over=hours(20), days=(1, 2)))
    assert [row[:13] for row in shown(order.administrations)[1:]] == ["1 30-Nov 11:0", "2 01-Dec 11:0"]


def test_an_intrathecal_dose_waits_for_nothing() -> None:
    order = order_of(flat("mesna", over=hours(24), days=(1, 2, 3)), flat("mtx", route="intrathecal", days=(2,)))
    assert [row for row in shown(order.administrations) if "mtx" in row] == ["2 01-Dec 09:00 mtx"]


def test_a_dose_after_midnight_stands_on_its_date_and_names_its_day() -> None:
    """Every 6 h from 09:00: the fourth dose of day 1 is at 03:00 of the next date."""
    order = order_of(flat("a", route="oral", times=4, every=hours(6)))
    last = order.administrations[-1]
    assert (last.day, last.of_day, str(last.date), last.number) == (2, 1, "2026-12-01", 4)
    assert [row.of_day for row in order.administrations[:-1]] == [None, None, None]


def test_a_drug_after_another_that_is_not_given_takes_its_place_and_says_so() -> None:
    order = order_of(flat("a", over=hours(2), days=(1,)), flat("b", over=hours(1), days=(1, 2), after="a"))
    assert shown(order.administrations)[-1] == "2 01-Dec 09:00 to 01-Dec 10:00 b"
    (alert,) = (alert for alert in order.alerts if alert.code == "anchor-b")
    assert alert.text == "a, on which its start hangs, is not given: it takes its place in the order (day 2)"


def test_no_minutes_above_59() -> None:
    pharmacy = Pharmacy(first_infusion="09:50", gap=minutes(0))
    order = order_of(flat("a", over=minutes(20)), flat("b", over=minutes(50)), pharmacy=pharmacy)
    assert shown(order.administrations) == ["1 30-Nov 09:50 to 30-Nov 10:10 a", "1 30-Nov 10:10 to 30-Nov 11:00 b"]


def test_leap_days_and_ends_of_months() -> None:
    order = order_of(flat("a", days=(1, 2, 3)), start=datetime.date(2028, 2, 28))
    assert [row.date.isoformat() for row in order.administrations] == ["2028-02-28", "2028-02-29", "2028-03-01"]
    order = order_of(flat("a", days=(1, 2)), start=datetime.date(2027, 2, 28))
    assert order.administrations[1].date == datetime.date(2027, 3, 1)


def test_clock_times_repeats_and_continuous_infusions() -> None:
    order = order_of(
        flat("six-hourly", route="oral", times=4, every=hours(6)),
        flat("fixed", route="oral", at=("08:00", "20:00")),
        flat("continuous", over=hours(72)),
    )
    assert shown(order.administrations) == [
        "1 30-Nov 08:00 fixed",
        "1 30-Nov 09:00 six-hourly",
        "1 30-Nov 09:00 to 03-Dec 09:00 continuous",
        "1 30-Nov 15:00 six-hourly",
        "1 30-Nov 20:00 fixed",
        "1 30-Nov 21:00 six-hourly",
        "1 01-Dec 03:00 six-hourly",
    ]


def test_after_another_drug_with_a_gap() -> None:
    order = order_of(
        flat("a", over=hours(1)), flat("b", over=hours(3)), flat("c", over=hours(1), after="a", gap=minutes(30))
    )
    assert shown(order.administrations)[1:] == [
        "1 30-Nov 10:00 to 30-Nov 13:00 b",
        "1 30-Nov 10:30 to 30-Nov 11:30 c",
    ]


def test_lines_of_other_cycles_are_left_out() -> None:
    lines = (flat("a"), flat("b", cycles=(1, 2)))
    assert [dose.drug for dose in order_of(*lines, cycle=3).doses] == ["a"]
    assert [dose.drug for dose in order_of(*lines, cycle=2).doses] == ["a", "b"]
    with pytest.raises(InputError, match="does not give b alike in every cycle; say which cycle this is"):
        order_of(*lines)
    with pytest.raises(InputError) as refused:
        order_of(flat("b", cycles=(1, 2)), cycle=4)
    assert [(fault.text, fault.about) for fault in refused.value.faults] == [
        ("test gives nothing in cycle 4", ("cycle",))
    ]


def test_a_dose_of_nothing_is_not_scheduled() -> None:
    who = load_patient(texts={"height": "128", "weight": "26", "reductions": ["etoposide=100%: allergy"]})
    order = draft_order(load_regimen("cec-induction"), who, start=START)
    assert {row.drug for row in order.administrations} == {"prednisone", "clofarabine", "cyclophosphamide"}


def test_before_the_first_infusion_is_before_the_earliest_one() -> None:
    order = order_of(
        flat("early", over=hours(1), at=("06:00",)),
        flat("later", over=hours(1)),
        flat("tablet", at=("before first infusion",)),
    )
    assert shown(order.administrations) == [
        "1 30-Nov 06:00 tablet",
        "1 30-Nov 06:00 to 30-Nov 07:00 early",
        "1 30-Nov 09:00 to 30-Nov 10:00 later",
    ]


def test_lines_wait_for_what_comes_after_one_above() -> None:
    """a to 11:00, c after it to 11:30, b to 13:30, d."""
    order = order_of(
        flat("a", over=hours(2)),
        flat("b", over=hours(2)),
        flat("c", over=minutes(30), after="a"),
        flat("d", over=hours(1)),
    )
    assert shown(order.administrations)[-1] == "1 30-Nov 13:30 to 30-Nov 14:30 d"


def every_12_h(**more: object) -> DrugLine:
    return flat("cytarabine", over=hours(3), times=2, every=hours(12), **more)


def test_every_12_hours_holds_over_midnight() -> None:
    """Day 1: 3 h of another drug, then 12:00 and 24:00. Day 2 alone would start at 09:00, after 9 h: 12:00 it is."""
    order = order_of(flat("a", over=hours(3)), every_12_h(days=(1, 2, 3)))
    assert shown(order.administrations) == [
        "1 30-Nov 09:00 to 30-Nov 12:00 a",
        "1 30-Nov 12:00 to 30-Nov 15:00 cytarabine",
        "1 01-Dec 00:00 to 01-Dec 03:00 cytarabine",
        "2 01-Dec 12:00 to 01-Dec 15:00 cytarabine",
        "2 02-Dec 00:00 to 02-Dec 03:00 cytarabine",
        "3 02-Dec 12:00 to 02-Dec 15:00 cytarabine",
        "3 03-Dec 00:00 to 03-Dec 03:00 cytarabine",
    ]
    assert not any(row.notes for row in order.administrations)


@pytest.mark.parametrize(("every", "times"), [(12, 2), (8, 3), (6, 4), (4, 6)])
def test_a_line_that_fills_the_day_starts_at_the_same_hour_each_day(every: int, times: int) -> None:
    line = flat("a", route="oral", days=(1, 2, 3), times=times, every=hours(every))
    rows = order_of(line).administrations
    starts = [row.time for row in rows]
    steps = {later - earlier for earlier, later in pairwise(starts)}
    assert steps == {datetime.timedelta(hours=every)}
    assert [start.hour for start in starts if start.hour == 9] == [9, 9, 9]
    assert not any(row.notes for row in rows)


def test_the_interval_holds_between_two_lines_of_one_drug() -> None:
    """09:00 + 3 h, then 12:00 and 24:00 by the first line; the second one, on day 2, not before 12:00."""
    order = order_of(flat("a", over=hours(3)), every_12_h(days=(1,)), every_12_h(days=(2,)))
    assert shown(order.administrations)[3] == "2 01-Dec 12:00 to 01-Dec 15:00 cytarabine"
    assert not order.administrations[3].notes


def test_an_interval_that_does_not_hold_is_said() -> None:
    # before the first infusion, which is at 10:30 on day 1 and at 09:00 on day 2: 22:30, then 09:00, 10 h 30 min later
    tablet = flat("t", route="oral", days=(1, 2), times=2, every=hours(12), at=("before first infusion",))
    early = flat("b", over=hours(1), at=("10:30",))
    order = order_of(early, flat("c", over=hours(1), days=(2,)), tablet)
    notes = [row.notes for row in order.administrations if row.notes]
    assert notes == [("10 h 30 min after the dose before, prescribed every 12 h",)]
    alerts = [(alert.code, alert.level) for alert in order.alerts if "interval" in alert.code]
    assert alerts == [("interval-t", "check")]


def test_a_pause_of_the_night_is_no_broken_interval() -> None:
    """Three doses every 4 h end at 17:00; 16 h until 09:00."""
    rows = order_of(flat("mesna", route="IV bolus", days=(1, 2), times=3, every=hours(4))).administrations
    assert len(rows) == 6
    assert not any(row.notes for row in rows)


def test_an_interval_holds_from_day_to_day_whatever_else_is_given() -> None:
    """Day 2 begins with 3 h of another drug; 12 h after 21:00 it is 09:00 all the same, and the overlap is told."""
    rows = order_of(flat("a", over=hours(3), days=(2,)), every_12_h(days=(1, 2))).administrations
    assert [f"{row.time:%d %H:%M}" for row in rows if row.drug == "cytarabine"] == [
        *("30 09:00", "30 21:00"),
        *("01 09:00", "01 21:00"),
    ]
    assert [(row.day, row.notes) for row in rows if row.notes] == [
        (2, ("starts while a runs: another line, or known to be compatible",))
    ]


def noted(*lines: DrugLine) -> list[tuple[str, str]]:
    return [(f"{row.start:%H:%M} {row.drug}", note) for row in order_of(*lines).administrations for note in row.notes]


def test_infusions_that_overlap_are_noted() -> None:
    told = "starts while a runs: another line, or known to be compatible"
    assert noted(flat("a", over=hours(3)), flat("b", over=hours(1), at=("10:00",))) == [("10:00 b", told)]
    assert noted(flat("a", over=hours(3)), flat("b", route="IV bolus", at=("10:00",))) == [("10:00 b", told)]
    assert noted(flat("a", over=hours(3), at=("09:00",)), flat("b", over=hours(3), at=("09:00",))) == [
        ("09:00 b", told)
    ]
    three = noted(
        flat("a", over=hours(3)), flat("b", over=hours(3), at=("09:00",)), flat("c", over=hours(1), at=("11:00",))
    )
    assert three[1] == ("11:00 c", "starts while a, b run: another line, or known to be compatible")
    # in sequence, one after the other, beside a tablet or under the skin: nothing
    assert noted(flat("a", over=hours(3)), flat("b", over=hours(1))) == []
    assert noted(flat("a", over=hours(3)), flat("b", over=hours(1), at=("12:00",))) == []
    for route in ("oral", "subcutaneous"):
        assert noted(flat("a", over=hours(3)), flat("b", route=route, at=("10:00",))) == []


def test_the_next_days_doses_overlap_a_long_infusion() -> None:
    told = noted(flat("a", over=hours(48)), flat("b", days=(2,), over=hours(1)))
    assert told == [("09:00 b", "starts while a runs: another line, or known to be compatible")]


def test_an_intrathecal_dose_beside_an_iv_one_is_noted() -> None:
    told = "intrathecal, at the same time as IV a: give them apart, at another time and place"
    intrathecal = flat("mtx", route="intrathecal", at=("09:00",))
    assert noted(flat("a", route="IV bolus"), intrathecal) == [("09:00 mtx", told)]
    assert noted(flat("a", over=hours(3), at=("08:00",)), intrathecal) == [("09:00 mtx", told)]
    assert noted(flat("a", over=hours(1), at=("08:00",)), intrathecal) == []
    assert noted(flat("a", route="oral"), intrathecal) == []
