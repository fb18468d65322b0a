"""A patient's history over cycles: what was ordered and given, delays, intensity, lifetime totals; worked by hand."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
from msgspec.structs import replace
from revising import day, drafted, revised
from wards import order_of

from cec import render, schema
from cec.course.earlier import earlier_doses
from cec.course.found_orders import FiledOrder, OrdersOfPatient
from cec.course.history import history
from cec.course.patient_history import History
from cec.order import Order, PlaceInTreatment
from cec.order.change import Change, GivenAmount, SkippedDay
from cec.rendering import HISTORIES
from cec.rendering.history import cycle_facts
from cec.units import Quantity

FIRST, SECOND = datetime.date(2026, 11, 30), datetime.date(2026, 12, 28)
DOXORUBICIN = "drug: doxorubicin, dose: 30 mg/m2, route: IV bolus, days: 1-3, lifetime_maximum: 450 mg/m2"
TWO_UNITS = (
    "drug: methotrexate, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1",
    "drug: methotrexate, dose: 14 mg, route: intrathecal, days: 2",
)
AT_070: dict[str, Any] = {"height": "98 cm", "weight": "18 kg"}  # √(98 × 18 / 3600) = 0.7
AT_080: dict[str, Any] = {"height": "115.2 cm", "weight": "20 kg"}  # √(115.2 × 20 / 3600) = 0.8


def with_length(order: Order, days: int | None) -> Order:
    length = Quantity(Decimal(days), "days") if days else None
    return replace(order, regimen=replace(order.regimen, cycle_length=length))


def first(folder: Path, *, length: int | None = 21, **texts: Any) -> Order:
    texts = {"id": "7", "earlier_doses": {"doxorubicin": "100 mg/m2"}, **AT_070, **texts}
    return with_length(order_of(folder, DOXORUBICIN, start=FIRST, **texts), length)


def second(folder: Path, told: str | None = "190 mg/m2", *, length: int | None = 21) -> Order:
    earlier = {"earlier_doses": {"doxorubicin": told}} if told else {}
    texts = {"id": "7", "reductions": ["doxorubicin=25%: mucositis grade 3"], **AT_080, **earlier}
    return with_length(order_of(folder, DOXORUBICIN, start=SECOND, **texts), length)


def history_of(*orders: Order, on: datetime.date | None = None) -> History:
    files = tuple(FiledOrder(f"{number}.json", order) for number, order in enumerate(orders, 1))
    return history(OrdersOfPatient(files, (), ()), on)


def test_two_cycles_of_doxorubicin(tmp_path: Path) -> None:
    """30 mg/m2 three times: at 0.70 m2 21 mg each, 63 mg or 90 mg/m2; then at 0.80 m2, less a quarter, 18 mg each.

    The second, 54 mg or 67.5 mg/m2, has not begun. Day 1 to day 1 are 28 days where 21 are planned: a week too late;
    90 × 7 / 28 = 22.5 mg/m2 a week, of 90 × 7 / 21 = 30 planned, are 75%. In all 100 + 90 + 67.5 = 257.5 mg/m2, 57.2%
    of 450.
    """
    found = history_of(second(tmp_path), first(tmp_path))
    one, two = found.cycles
    (drug,) = one.drugs
    assert (str(drug.ordered), str(drug.given), str(drug.to_give)) == ("63 mg", "63 mg", "0 mg")
    assert (str(drug.given_per), drug.doses, drug.given_doses) == ("90 mg/m2", 3, 3)
    assert drug.intensity
    assert (str(drug.intensity.a_week), str(drug.intensity.planned_a_week)) == ("22.5 mg/m2", "30 mg/m2")
    assert drug.intensity.percent == 75
    assert (one.days, one.planned_days, one.delay) == (28, 21, 7)
    assert (one.first, one.last) == (FIRST, datetime.date(2026, 12, 2))
    (drug,) = two.drugs
    assert (str(drug.ordered), str(drug.given), str(drug.to_give)) == ("54 mg", "0 mg", "54 mg")
    assert (str(drug.to_give_per), two.days, two.delay, drug.intensity) == ("67.5 mg/m2", None, None, None)
    (change,) = two.changes
    assert (change.drug, change.days, str(change.amount)) == ("doxorubicin", (1, 2, 3), "18 mg")
    assert change.how == "reduced by 25%, to 75% of 24 mg: mucositis grade 3"
    (total,) = found.drugs
    assert [str(each) for each in (total.before, total.given, total.to_give, total.total)] == [
        "100 mg/m2",
        "90 mg/m2",
        "67.5 mg/m2",
        "257.5 mg/m2",
    ]
    assert (str(total.lifetime_maximum), total.percent) == ("450 mg/m2", Decimal("57.2"))
    assert total.intensity
    assert total.intensity.percent == 75
    assert found.alerts == ()
    assert [str(each.drugs[0].cumulative) for each in found.cycles] == ["190 mg/m2", "257.5 mg/m2"]


def test_what_is_dated_before_a_day_counts_as_given(tmp_path: Path) -> None:
    """On the third day of the second cycle two doses of 18 mg, 45 mg/m2, are given and one is to be given."""
    found = history_of(first(tmp_path), second(tmp_path), on=datetime.date(2026, 12, 30))
    assert [str(each.cycles[1].drugs[0].given) for each in (found,)] == ["36 mg"]
    assert (str(found.drugs[0].given), str(found.drugs[0].to_give)) == ("135 mg/m2", "22.5 mg/m2")
    assert str(history_of(first(tmp_path), on=FIRST).drugs[0].given) == "0 mg/m2"


def test_what_was_not_given_and_what_was_taken_away_is_ordered_and_not_given(tmp_path: Path) -> None:
    """21 mg on day 1, told not to be given on day 2, day 3 dropped: 21 of 63 mg, 30 mg/m2; 100 + 30 in all."""
    order = first(tmp_path)
    row = order.administrations[2]
    change = Change(
        on=datetime.date(2026, 12, 2),
        from_day=3,
        reason="fever",
        written_by="0.1.0",
        given=(GivenAmount(1, 2, 1, "doxorubicin", Quantity(Decimal(0), "mg")),),
        skipped=(SkippedDay(3, "drop"),),
        removed=(row,),
    )
    found = history_of(replace(order, changes=(change,), administrations=order.administrations[:2]))
    (drug,) = found.cycles[0].drugs
    assert (str(drug.ordered), str(drug.given), str(drug.to_give)) == ("63 mg", "21 mg", "0 mg")
    assert (drug.doses, drug.given_doses, str(drug.given_per)) == (3, 1, "30 mg/m2")
    assert str(found.drugs[0].total) == "130 mg/m2"
    (revision,) = found.cycles[0].revisions
    assert (revision.reason, revision.from_day) == ("fever", 3)
    assert "changed on 02-Dec-2026 from day 3: fever" in cycle_facts(found.cycles[0])
    assert "doxorubicin on day 2: not given, as told on 02-Dec-2026" in cycle_facts(found.cycles[0])


def test_a_change_that_only_tells_what_was_given_holds_from_no_day(tmp_path: Path) -> None:
    given = (GivenAmount(1, 2, 1, "doxorubicin", Quantity(Decimal(0), "mg")),)
    change = Change(on=datetime.date(2026, 12, 2), from_day=3, reason="vomited", written_by="0.1.0", given=given)
    (cycle,) = history_of(replace(first(tmp_path), changes=(change,))).cycles
    assert cycle.revisions[0].from_day is None
    assert "changed on 02-Dec-2026: vomited" in cycle_facts(cycle)


def test_a_day_that_is_given_after_all_is_told_as_one(tmp_path: Path) -> None:
    changes = [
        Change(on=datetime.date(2026, 12, 2), from_day=3, reason=reason, written_by="0.1.0", **what)
        for reason, what in (("fever", {"skipped": (SkippedDay(3, "drop"),)}), ("well again", {"restored": (3,)}))
    ]
    (cycle,) = history_of(replace(first(tmp_path), changes=tuple(changes))).cycles
    assert [text for text in cycle_facts(cycle) if text.startswith("changed")] == [
        "changed on 02-Dec-2026 from day 3: fever",
        "changed on 02-Dec-2026, day 3 given after all: well again",
    ]


def test_a_day_that_is_left_out_is_told_once_of_all_drugs() -> None:
    (cycle,) = history_of(revised(drafted(), day(3), 3, skipped=(SkippedDay(3, "drop"),))).cycles
    assert [text for text in cycle_facts(cycle) if "OMITTED" in text] == [
        "clofarabine, etoposide, cyclophosphamide and prednisone: OMITTED on day 3, withheld: a reason"
    ]


def test_a_drug_of_which_nothing_is_left_was_ordered_and_not_given() -> None:
    """The rescue after methotrexate, stopped before its first dose: 10 doses of 15 mg."""
    adult = {"height": "172 cm", "weight": "70 kg", "age": "40", "sex": "f", "creatinine": "0.8 mg/dL"}
    order = drafted("examples/hd-methotrexate-osteosarcoma", **adult)
    (cycle,) = history_of(revised(order, day(2), 2, stopped=("folinic acid",))).cycles
    (drug,) = (each for each in cycle.drugs if each.drug == "folinic acid")
    assert (str(drug.ordered), drug.doses, str(drug.given), str(drug.cumulative)) == ("150 mg", 10, "0 mg", "0 mg")


def test_no_plan_is_made_up(tmp_path: Path) -> None:
    found = history_of(first(tmp_path, length=None), second(tmp_path, length=None))
    one, _ = found.cycles
    assert (one.days, one.planned_days, one.delay) == (28, None, None)
    intensity = one.drugs[0].intensity
    assert intensity
    assert (str(intensity.a_week), intensity.planned_a_week) == ("22.5 mg/m2", None)


def test_lines_of_one_drug_in_two_units_are_added_up_as_the_next_cycle_does(tmp_path: Path) -> None:
    """70 mg at 0.70 m2 are 100 mg/m2, and 14 mg into the spine 20 mg/m2 more, also when the child is at 0.80 m2."""
    before = order_of(tmp_path, *TWO_UNITS, start=FIRST, id="7", **AT_070)
    earlier = {"methotrexate": "120 mg/m2"}
    after = order_of(tmp_path, *TWO_UNITS, start=SECOND, id="7", earlier_doses=earlier, **AT_080)
    assert {drug: str(amount) for drug, amount in earlier_doses(before, before.regimen, {}).amounts.items()} == earlier
    found = history_of(before, after)
    assert found.alerts == ()
    (drug,) = found.drugs
    # 80 mg at 0.80 m2 are 100 mg/m2, 14 mg 17.5
    assert (str(drug.given), str(drug.to_give)) == ("120 mg/m2", "117.5 mg/m2")


def test_a_drug_of_which_only_the_second_line_was_given_is_added_up_by_the_first(tmp_path: Path) -> None:
    """14 mg into the spine at 0.70 m2 are 20 mg/m2, also where the infusion was not given."""
    order = order_of(tmp_path, *TWO_UNITS, start=FIRST, id="7", **AT_070)
    given = (GivenAmount(1, 1, 1, "methotrexate", Quantity(Decimal(0), "mg")),)
    change = Change(on=datetime.date(2026, 12, 3), from_day=3, reason="fever", written_by="0.1.0", given=given)
    before = replace(order, changes=(change,))
    earlier = {"methotrexate": "20 mg/m2"}
    assert {drug: str(amount) for drug, amount in earlier_doses(before, before.regimen, {}).amounts.items()} == earlier
    after = order_of(tmp_path, *TWO_UNITS, start=SECOND, id="7", earlier_doses=earlier, **AT_080)
    assert history_of(before, after).alerts == ()


def test_earlier_doses_that_are_not_the_sum_are_told(tmp_path: Path) -> None:
    """100 told at first and 90 given are 190; 180 told later, or nothing, is asked about, 190 is not."""
    for told, words in (("180 mg/m2", "180 mg/m2"), (None, "nothing")):
        (alert,) = history_of(first(tmp_path), second(tmp_path, told)).alerts
        assert (alert.code, alert.about) == ("earlier-doses-differ", "doxorubicin")
        assert (
            alert.text
            == f"2.json tells of {words} before it; the orders before it come to 190 mg/m2; the larger sum counts here"
        )


def test_what_a_later_order_knows_of_more_counts_from_the_beginning(tmp_path: Path) -> None:
    """370 told later, of which 90 were given in cycle 1: 280 before, 370 after it; with 67.5 437.5 mg/m2, 97.2%."""
    found = history_of(first(tmp_path), second(tmp_path, "370 mg/m2"))
    assert [alert.code for alert in found.alerts] == ["earlier-doses-differ"]
    assert [str(cycle.drugs[0].cumulative) for cycle in found.cycles] == ["370 mg/m2", "437.5 mg/m2"]
    (drug,) = found.drugs
    assert (str(drug.before), str(drug.total), str(drug.percent)) == ("280 mg/m2", "437.5 mg/m2", "97.2")
    nothing_at_first = history_of(first(tmp_path, earlier_doses={}), second(tmp_path, "370 mg/m2")).drugs[0]
    assert (str(nothing_at_first.before), str(nothing_at_first.total)) == ("280 mg/m2", "437.5 mg/m2")
    less = history_of(first(tmp_path), second(tmp_path, "180 mg/m2")).drugs[0]
    assert (str(less.before), str(less.total)) == ("100 mg/m2", "257.5 mg/m2")


def test_two_orders_on_one_day_are_asked_about(tmp_path: Path) -> None:
    (alert,) = history_of(first(tmp_path), first(tmp_path, earlier_doses={"doxorubicin": "190 mg/m2"})).alerts
    assert alert.code == "two-orders-one-day"
    assert "1.json and 2.json both give drugs on 2026-11-30" in alert.text


def test_a_cap_of_the_protocol_is_its_plan(tmp_path: Path) -> None:
    """Vincristine 1.5 mg/m2, at most 2 mg, at 1.6 m2: 2 mg a week of 2 mg planned, or 1.25 mg/m2, are 100%."""
    line = "drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV infusion, over: 10 min, days: 1"
    size: dict[str, Any] = {"height": "160 cm", "weight": "57.6 kg", "id": "7"}
    orders = [
        with_length(order_of(tmp_path, line, start=FIRST + datetime.timedelta(days), **size), 7) for days in (0, 7)
    ]
    intensity = history_of(*orders).cycles[0].drugs[0].intensity
    assert intensity
    assert (str(intensity.a_week), intensity.percent) == ("1.25 mg/m2", Decimal(100))


def test_a_drug_is_held_against_the_plan_of_its_own_cycles(tmp_path: Path) -> None:
    """Doxorubicin for two cycles of 21 days, 22.5 and 30 mg/m2 a week, then another regimen: 180 × 7 / 49 = 25.71…

    That are 85.7% of 30; the weeks of the other regimen, in which nobody planned it, do not count.
    """
    other = "drug: vincristine, dose: 1 mg/m2, route: IV infusion, over: 10 min, days: 1"
    days = (0, 28, 49, 56)
    lines = (DOXORUBICIN, DOXORUBICIN, other, other)
    texts: dict[str, Any] = {"id": "7", **AT_070}
    orders = [
        with_length(order_of(tmp_path, line, start=FIRST + datetime.timedelta(days=after), **texts), 21)
        for after, line in zip(days, lines, strict=True)
    ]
    doxorubicin, vincristine = history_of(*orders).drugs
    assert doxorubicin.intensity
    assert (doxorubicin.intensity.days, doxorubicin.intensity.percent) == (49, Decimal("85.7"))
    assert vincristine.intensity
    assert (vincristine.intensity.days, vincristine.intensity.percent) == (7, Decimal(300))


def test_a_treatment_of_phases_has_a_plan(tmp_path: Path) -> None:
    place = PlaceInTreatment("t", "T", 1, "0" * 64, 1, 2, 3, 1, 6)
    one, two = (replace(each, of_treatment=place, days=28) for each in (first(tmp_path, length=None), second(tmp_path)))
    cycle, _ = history_of(one, two).cycles
    assert (cycle.days, cycle.planned_days, cycle.delay) == (28, 28, 0)


def test_each_drug_has_its_own_dates(tmp_path: Path) -> None:
    other = "drug: vincristine, dose: 1 mg/m2, route: IV infusion, over: 10 min, days: 8"
    cycle = history_of(order_of(tmp_path, DOXORUBICIN, other, start=FIRST, id="7", **AT_070)).cycles[0]
    assert [(drug.first.day, drug.last.day) for drug in cycle.drugs] == [(30, 2), (7, 7)]


def test_the_json_of_a_history_is_as_its_schema_says_and_reads_back(tmp_path: Path) -> None:
    found = history_of(first(tmp_path), second(tmp_path))
    content = render(found, "json", HISTORIES)
    jsonschema.validate(json.loads(content), schema("history"))
    assert msgspec.convert(json.loads(content, parse_float=Decimal), History) == found
