"""What was given of each drug before the next cycle: worked by hand, and added once."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from chains import START, first_order
from hypothesis import given
from hypothesis import strategies as st

from cec import Order, change, draft_order, load_order, load_patient, load_regimen, render
from cec.course.carried_facts import carried_patient
from cec.course.earlier import earlier_doses
from cec.course.given import administrations_given
from cec.errors import InputError
from cec.fingerprint import fingerprint
from cec.order import Cancelled, Change, GivenAmount
from cec.units import Quantity

REGIMENS = Path(__file__).parent.parent / "regimens"
THRICE = """
name: thrice
title: Three times
edition: 1
for: tests
source: {citation: made up for tests}
drugs:
  - {drug: doxorubicin, dose: 30 mg/m2, lifetime_maximum: 450 mg/m2, route: IV infusion, over: 1 h, days: 1-3}
"""


def thrice(tmp_path: Path, text: str = THRICE) -> str:
    path = tmp_path / "thrice.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def child(height: str, weight: str, **texts: Any) -> dict[str, Any]:
    return {"height": height, "weight": weight, **texts}


def amounts(order: Order, following: Order | None = None, **also: Quantity) -> dict[str, str]:
    found = earlier_doses(order, (following or order).regimen, also)
    return {drug: str(amount) for drug, amount in found.amounts.items()}


def told(order: Order, amount: str, line: int, *days: int) -> Order:
    """The order after somebody told what was given of a line on some days."""
    value, unit = amount.split()
    change = Change(
        on=START + datetime.timedelta(days=7),
        from_day=5,
        reason="told",
        written_by=order.written_by,
        given=tuple(
            GivenAmount(line, day, 1, order.regimen.drugs[line - 1].drug, Quantity(Decimal(value), unit))
            for day in days
        ),
    )
    changed = msgspec.structs.replace(
        order, revision=2, first=order.fingerprint, replaces=order.fingerprint, changes=(change,), release=None
    )
    return msgspec.structs.replace(changed, fingerprint=fingerprint(changed))


def test_each_administration_counts_by_the_bsa_it_was_dosed_from(tmp_path: Path) -> None:
    """√(110 cm × 16 kg / 3600) = 0.699… m2: 0.70 m2. 30 mg/m2 × 0.70 m2 = 21 mg, three times: 63 mg, 90 mg/m2.

    In the next cycle at 115 cm, 20 kg: √(115 × 20 / 3600) = 0.799… m2: 0.80 m2, and still 90 mg/m2, not 63 / 0.80.
    """
    regimen = load_regimen(thrice(tmp_path))
    patient = load_patient(texts=child("110 cm", "16 kg"))
    first = draft_order(regimen, patient, start=START, cycle=1)
    assert [str(dose.ordered) for dose in first.doses] == ["21 mg"]
    assert amounts(first) == {"doxorubicin": "90 mg/m2"}
    grown = msgspec.structs.replace(
        load_patient(texts=child("115 cm", "20 kg")), earlier_doses=earlier_doses(first, regimen, {}).amounts
    )
    second = draft_order(regimen, grown, start=datetime.date(2026, 12, 28), cycle=2)
    assert str(second.measures[0].bsa.area) == "0.8 m2"
    assert [str(dose.ordered) for dose in second.doses] == ["24 mg"]
    assert second.patient.earlier_doses == {"doxorubicin": Quantity(Decimal(90), "mg/m2")}
    assert amounts(second) == {"doxorubicin": "180 mg/m2"}


def test_of_what_was_not_told_before_it_stays_said_from_which_day_on_it_is_counted(tmp_path: Path) -> None:
    regimen = load_regimen(thrice(tmp_path))
    first = draft_order(regimen, load_patient(texts=child("110 cm", "16 kg")), start=START, cycle=1)
    found = earlier_doses(first, regimen, {})
    assert found.since == {"doxorubicin": START}
    patient = msgspec.structs.replace(
        load_patient(texts=child("115 cm", "20 kg")), earlier_doses=found.amounts, earlier_doses_since=found.since
    )
    second = draft_order(regimen, patient, start=datetime.date(2026, 12, 28), cycle=2)
    why = "no earlier doses of doxorubicin before 2026-11-30 given"
    assert any(gap.why == why for alert in second.alerts for gap in alert.not_made)
    assert earlier_doses(second, regimen, {}).since == {"doxorubicin": START}
    before = {"doxorubicin": Quantity(Decimal(120), "mg/m2")}
    all_told = earlier_doses(first, regimen, before)
    assert ({drug: str(each) for drug, each in all_told.amounts.items()}, all_told.since) == (
        {"doxorubicin": "210 mg/m2"},
        {},
    )
    assert earlier_doses(first, regimen, {"doxorubicin": Quantity(Decimal(0), "mg/m2")}).since == {}


def test_what_is_counted_from_some_day_on_still_stops(tmp_path: Path) -> None:
    """361 mg/m2 since November and 3 × 30 mg/m2 make 451 mg/m2, above 450, whatever was given before."""
    patient = load_patient(
        texts=child(
            "110 cm",
            "16 kg",
            earlier_doses={"doxorubicin": "361 mg/m2"},
            earlier_doses_since={"doxorubicin": "2026-11-02"},
        )
    )
    with pytest.raises(Exception, match="make 451 mg/m2, above the lifetime maximum of 450 mg/m2"):
        draft_order(load_regimen(thrice(tmp_path)), patient, start=START)


def test_a_day_without_an_amount_is_refused() -> None:
    with pytest.raises(InputError, match="earlier_doses_since: doxorubicin: has no entry in earlier_doses"):
        load_patient(texts=child("110 cm", "16 kg", earlier_doses_since={"doxorubicin": "2026-11-02"}))


def test_drugs_of_every_basis_are_added_up_in_their_own_unit() -> None:
    """128 cm, 26 kg, 0.96 m2: five days of 40, 100 and 440 mg/m2, and 0.5 mg/kg × 26 kg × 5 = 65 mg, 2.5 mg/kg."""
    assert amounts(first_order()) == {
        "clofarabine": "200 mg/m2",
        "etoposide": "500 mg/m2",
        "cyclophosphamide": "2,200 mg/m2",
        "prednisone": "2.5 mg/kg",
    }


def test_what_was_told_of_doses_counts_and_not_what_was_ordered() -> None:
    """Clofarabine dropped on day 3: 4 × 38.4 = 153.6 mg = 160 mg/m2; half a dose (19.2 mg) on day 2: 180 mg/m2."""
    assert amounts(told(first_order(), "0 mg", 1, 3))["clofarabine"] == "160 mg/m2"
    assert amounts(told(first_order(), "19.2 mg", 1, 2))["clofarabine"] == "180 mg/m2"
    assert amounts(told(first_order(), "0.0192 g", 1, 2))["clofarabine"] == "180 mg/m2"


def test_a_sum_without_an_end_is_saved_and_read_again() -> None:
    """A dose set to 40 mg at 0.96 m2 is 41.666… mg/m2."""
    order = first_order(set=["clofarabine=40 mg: one vial"])
    found = earlier_doses(order, order.regimen, {}).amounts
    assert str(found["clofarabine"]) == "208.33333… mg/m2"
    patient = msgspec.structs.replace(order.patient, earlier_doses=found)
    second = draft_order(order.regimen, patient, start=datetime.date(2026, 12, 28), cycle=2)
    again = load_order(render(second, "json"))
    assert again.patient == patient
    assert fingerprint(again) == second.fingerprint
    # read again too after a change, and after a cycle that gives nothing of the drug: the sum stays what it was
    stopped = change(
        again, on=datetime.date(2026, 12, 28), from_day=1, stop=["clofarabine", "etoposide"], reason="a third cycle"
    )
    assert load_order(render(stopped, "json")) == stopped
    carried = earlier_doses(stopped, order.regimen, {}).amounts
    assert str(carried["clofarabine"]) == "208.33333… mg/m2"
    third = draft_order(
        order.regimen,
        msgspec.structs.replace(order.patient, earlier_doses=carried),
        start=datetime.date(2027, 1, 25),
        cycle=3,
    )
    assert load_order(render(third, "json")).patient == third.patient


def test_a_cancelled_cycle_gives_nothing_and_counts_as_none() -> None:
    order = first_order(previous_cycles="1", previous_day_1="2026-11-02", previous_weight="25 kg")
    cancelled = msgspec.structs.replace(order, cancelled=Cancelled(START, "fever"))
    assert amounts(cancelled) == {}
    left = carried_patient(cancelled)
    assert (left.previous_cycles, left.previous_day_1, str(left.previous_weight)) == (
        1,
        datetime.date(2026, 11, 2),
        "25 kg",
    )
    after = carried_patient(order)
    assert (after.previous_cycles, after.previous_day_1, str(after.previous_weight)) == (2, START, "26 kg")


@given(
    st.lists(st.decimals(0, 60, places=1), min_size=5, max_size=5), st.sampled_from(["0.7 mg", "38.4 mg", "125 mg/m2"])
)
def test_what_is_carried_is_the_sum_of_what_was_given(given_on: list[Decimal], before: str) -> None:
    """At 0.96 m2 the sum of all amounts over 0.96, and what was told before added once."""
    order = first_order(earlier_doses={"clofarabine": before})
    for day, amount in enumerate(given_on, 1):
        order = told_also(order, amount, day)
    in_all = sum(each.amount.value for each in administrations_given(order) if each.row.drug == "clofarabine")
    assert in_all == sum(given_on)
    value, unit = before.split()
    found = earlier_doses(order, order.regimen, {}).amounts["clofarabine"]
    if unit == "mg":
        assert found == Quantity(in_all + Decimal(value), "mg")
    else:
        assert abs(found.value * Decimal("0.96") - in_all - Decimal(value) * Decimal("0.96")) < Decimal("1e-9")


def told_also(order: Order, amount: Decimal, day: int) -> Order:
    """One change more, which tells the amount of clofarabine on a day."""
    again = told(order, f"{amount} mg", 1, day)
    return msgspec.structs.replace(again, changes=(*order.changes, *again.changes))
