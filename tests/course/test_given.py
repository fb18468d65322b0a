"""What was given of an order: by the day of the last change, and by what somebody told."""

from __future__ import annotations

import datetime
from decimal import Decimal

import msgspec

from cec import draft_order, load_patient, load_regimen
from cec.course.given import administrations_given
from cec.order import Change, GivenAmount, MovedDay, Order, SkippedDay
from cec.units import Quantity

MONDAY = datetime.date(2026, 11, 30)
ORDER = draft_order(
    load_regimen("cec-induction"), load_patient(texts={"height": "128 cm", "weight": "26 kg"}), start=MONDAY
)


def changed(**what: object) -> Order:
    """The order with one change of the third of December, whatever else it may be."""
    change = Change(on=datetime.date(2026, 12, 3), from_day=4, reason="why", written_by="0.1.0", **what)  # type: ignore[arg-type]
    return msgspec.structs.replace(ORDER, revision=2, changes=(change,))


def statuses(order: Order, drug: str, before: datetime.date | None = None) -> list[tuple[int, str, str]]:
    return [
        (each.row.protocol_day, each.status, str(each.amount))
        for each in administrations_given(order, before)
        if each.row.drug == drug
    ]


def test_a_draft_is_ordered_and_days_before_somebody_goes_on_count_as_given() -> None:
    assert {each.status for each in administrations_given(ORDER)} == {"ordered"}
    assert {status for _, status, _ in statuses(ORDER, "clofarabine")} == {"ordered"}
    until = statuses(ORDER, "clofarabine", MONDAY + datetime.timedelta(days=2))
    assert [(day, status) for day, status, _ in until] == [
        (1, "given"),
        (2, "given"),
        (3, "ordered"),
        (4, "ordered"),
        (5, "ordered"),
    ]


def test_days_before_the_change_are_given_as_ordered_or_as_somebody_told() -> None:
    amounts = (
        GivenAmount(1, 2, 1, "clofarabine", Quantity(Decimal(20), "mg")),
        GivenAmount(2, 2, 1, "etoposide", Quantity(Decimal(0), "mg")),
    )
    order = changed(given=amounts)
    assert statuses(order, "clofarabine") == [
        (1, "given", "38.4 mg"),
        (2, "given", "20 mg"),
        (3, "given", "38.4 mg"),
        (4, "ordered", "38.4 mg"),
        (5, "ordered", "38.4 mg"),
    ]
    assert statuses(order, "etoposide")[1] == (2, "not given", "0 mg")


def test_dates_after_days_were_skipped_and_moved() -> None:
    order = changed(skipped=(SkippedDay(3, "move"),), moved=(MovedDay(8, datetime.date(2026, 12, 10)),))
    assert [str(order.date_of(day))[5:] for day in (1, 2, 3, 4, 7, 8, 9)] == [
        "11-30",
        "12-01",
        "12-03",
        "12-04",
        "12-07",
        "12-10",
        "12-09",
    ]
    two = changed(skipped=(SkippedDay(3, "move"), SkippedDay(4, "move")))
    assert [str(two.date_of(day))[5:] for day in (2, 3, 4, 5)] == ["12-01", "12-04", "12-05", "12-06"]
    assert changed(skipped=(SkippedDay(3, "drop"),)).date_of(4) == datetime.date(2026, 12, 3)
