"""Any sequence of changes verifies, earlier days stay byte for byte, totals are those of their days, edits show."""

from __future__ import annotations

import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from revising import MONDAY, drafted, kg
from saved_orders import STARTER, at, places, tree_of, written

from cec import CecError, Order, load_order, load_pharmacy
from cec.calculate.revision import computed_again, revise
from cec.course.given import administrations_given
from cec.fingerprint import fingerprint_of_json
from cec.load.order_file import read_order
from cec.order import Change, GivenAmount, MovedDay, SkippedDay
from cec.patient import Reduction, SetDose, Withheld
from cec.units import Quantity
from cec.verification import verify_order

FIRST = drafted(pharmacy=load_pharmacy(STARTER))
DRUGS = ("clofarabine", "etoposide", "cyclophosphamide", "prednisone")
SLOW = settings(max_examples=12, suppress_health_check=list(HealthCheck))


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """What a change does, from a day on that is at most two days after the day on which it is made."""
    drug, day = draw(st.sampled_from(DRUGS)), draw(st.integers(1, 5))
    date = MONDAY + datetime.timedelta(days=draw(st.integers(0, 8)))
    what: list[dict[str, Any]] = [
        {"weight": kg(draw(st.integers(24, 30)))},
        {"reductions": (Reduction(drug, Decimal(draw(st.integers(1, 100))), "why"),)},
        {"set_doses": (SetDose(drug, Quantity(Decimal(draw(st.integers(13, 60))), "mg"), "why"),)},
        {"withheld": (Withheld(drug, "why", (day,)),)},
        {"stopped": (drug,)},
        {"skipped": (SkippedDay(day, draw(st.sampled_from(["move", "drop"]))),)},
        {"restored": (day,)},
        {"moved": (MovedDay(day, date),)},
        {"first_infusion": f"{draw(st.integers(6, 15)):02}:00"},
        {"given": (GivenAmount(1, day, 1, "clofarabine", Quantity(Decimal(draw(st.integers(0, 40))), "mg")),)},
        {},
    ]
    parts = draw(st.lists(st.sampled_from(what), min_size=1, max_size=2))
    on = MONDAY + datetime.timedelta(days=draw(st.integers(0, 4)))
    return {"on": on, "from_day": day, **{name: value for part in parts for name, value in part.items()}}


def chain(sequence: list[dict[str, Any]]) -> list[Order]:
    """The orders that come of these changes; one that cannot be made is left out."""
    orders = [FIRST]
    for what in sequence:
        last = orders[-1].changes[-1].on if orders[-1].changes else MONDAY
        change = Change(**{"reason": "a reason", "written_by": "0.1.0", **what, "on": max(what["on"], last)})
        try:
            orders.append(revise(orders[-1], change))
        except CecError:
            continue
    return orders


def bytes_of(row: Any) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(row, dose_index=0))


@SLOW
@given(st.lists(changes(), min_size=1, max_size=3))
def test_any_chain_verifies_and_earlier_days_stay(sequence: list[dict[str, Any]]) -> None:
    orders = chain(sequence)
    for before, order in pairwise(orders):
        assert computed_again(order).fingerprint == order.fingerprint
        saved = load_order(written(tree_of(order)))
        assert saved == order
        assert verify_order(saved).finding == "agrees"
        from_day = order.changes[-1].from_day
        assert [bytes_of(row) for row in order.administrations if row.protocol_day < from_day] == [
            bytes_of(row) for row in before.administrations if row.protocol_day < from_day
        ]
        # what counts as given is what it was, but for what was missed
        given_before = {
            (each.row.line, each.row.protocol_day, each.row.number): (each.amount, each.row.date)
            for each in administrations_given(before, order.changes[-1].on)
            if each.status == "given"
        }
        missed = {skip.day for skip in order.changes[-1].skipped} | {day.day for day in order.changes[-1].moved}
        for each in administrations_given(order):
            name = (each.row.line, each.row.protocol_day, each.row.number)
            if name in given_before and not each.is_told and name[1] not in missed:
                assert (each.amount, each.row.date) == given_before[name]
        for place, dose in enumerate(order.doses):
            of_dose = [row for row in order.administrations if row.dose_index == place]
            assert sum(row.dose.value for row in of_dose) == (dose.cycle_total.value if dose.cycle_total else 0)
            assert sorted({row.protocol_day for row in of_dose}) == (list(dose.days) if dose.ordered.value else [])


@SLOW
@given(st.lists(changes(), min_size=2, max_size=3), st.randoms(use_true_random=False))
def test_any_edit_of_any_order_of_a_chain_is_found(sequence: list[dict[str, Any]], random: Any) -> None:
    orders = chain(sequence)
    tree = tree_of(random.choice(orders))
    path = random.choice([each for each in places(tree) if each[0] != "release"])
    parent = at(tree, path[:-1])
    value = parent[path[-1]]
    if isinstance(value, Decimal):
        parent[path[-1]] = value + 1
    elif isinstance(value, bool):
        parent[path[-1]] = not value
    elif isinstance(value, str):
        parent[path[-1]] = value + "x"
    else:
        del parent[path[-1]]
    try:
        saved = read_order(written(tree))
    except CecError:
        return
    assert saved.fingerprint == fingerprint_of_json(saved.tree) != saved.order.fingerprint
    assert verify_order(saved).finding == "edited"


@SLOW
@given(st.integers(1, 5), st.integers(0, 4))
def test_a_change_of_nothing_gives_the_same(from_day: int, later: int) -> None:
    on = MONDAY + datetime.timedelta(days=min(later, from_day - 1))
    order = revise(FIRST, Change(on=on, from_day=from_day, reason="none", written_by="0.1.0"))
    for name in ("doses", "administrations", "preparations", "pick_list", "daily_fluids", "measures", "alerts"):
        assert getattr(order, name) == getattr(FIRST, name)
    assert order.altered == {}
