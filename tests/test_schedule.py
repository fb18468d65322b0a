"""Dates and clock times of administrations, worked by hand."""

from __future__ import annotations

import datetime
from decimal import Decimal

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
        f"{row.day} {row.start:%d-%b %H:%M}{f' to {row.end:%d-%b %H:%M}' if row.end else ''} {row.drug}" for row in rows
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
    assert order.administrations[0].timing == "before first infusion"
    assert len(order.administrations) == 20
    assert order.administrations[-1].date == datetime.date(2026, 12, 4)
    assert order.next_cycle
    assert order.next_cycle.date == datetime.date(2026, 12, 14)  # day 15


def test_gap_and_first_infusion_are_the_pharmacys() -> None:
    pharmacy = Pharmacy(first_infusion="22:30", gap=minutes(15))
    order = order_of(flat("a", over=hours(2)), flat("b", over=hours(1)), flat("c"), pharmacy=pharmacy)
    assert shown(order.administrations) == [
        "1 30-Nov 22:30 to 01-Dec 00:30 a",
        "1 01-Dec 00:45 to 01-Dec 01:45 b",
        "1 01-Dec 02:00 c",
    ]
    assert order.administrations[1].date == datetime.date(2026, 12, 1)


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
    with pytest.raises(InputError, match="does not give b in every cycle; say which cycle this is"):
        order_of(*lines)
    with pytest.raises(InputError, match="gives nothing in cycle 4"):
        order_of(flat("b", cycles=(1, 2)), cycle=4)


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


def test_a_line_after_another_drug_does_not_bring_the_next_one_forward() -> None:
    order = order_of(
        flat("a", over=hours(2)),
        flat("b", over=hours(2)),
        flat("c", over=minutes(30), after="a"),
        flat("d", over=hours(1)),
    )
    assert shown(order.administrations)[-1] == "1 30-Nov 13:00 to 30-Nov 14:00 d"
