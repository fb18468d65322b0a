"""Random courses of changes, cancelled cycles and next ones, saved to a folder: histories sum to all worklists."""

from __future__ import annotations

import datetime
import itertools
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from chains import save
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from revising import MONDAY, drafted, kg, revised

from cec import CecError, Order
from cec.course.earlier import earlier_doses
from cec.course.found_orders import orders_of_day, orders_of_patient
from cec.course.history import history
from cec.course.release_and_cancel import cancelled
from cec.course.worklist import ward_day
from cec.fingerprint import fingerprint
from cec.order import GivenAmount, MovedDay, SkippedDay
from cec.patient import Reduction
from cec.units import Quantity

A_DAY = datetime.timedelta(days=1)
DRUGS = ("clofarabine", "etoposide", "cyclophosphamide", "prednisone")
ORDERS = {name: drafted(id=name) for name in ("17", "18")}


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """One change of a cycle: decided on some day, from some day on."""
    day = draw(st.integers(1, 5))
    drug = draw(st.sampled_from(DRUGS))
    amount = Quantity(Decimal(draw(st.sampled_from([0, 20]))), "mg")
    what: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"weight": kg(28)},
                {"reductions": (Reduction(drug, Decimal(25), "why"),)},
                {"stopped": (drug,)},
                {"skipped": (SkippedDay(day, "move"),)},
                {"skipped": (SkippedDay(day, "drop"),)},
                {"restored": (day,)},
                {"moved": (MovedDay(day, MONDAY + 7 * A_DAY),)},
                {"given": (GivenAmount(1, day, 1, "clofarabine", amount),)},
            ]
        )
    )
    return {"on": MONDAY + draw(st.integers(0, 5)) * A_DAY, "from_day": day, **what}


COURSES = st.lists(
    st.tuples(st.sampled_from(["17", "18"]), st.lists(changes(), max_size=2), st.booleans()), min_size=1, max_size=3
)


def revisions(first: Order, sequence: list[dict[str, Any]], *, is_cancelled: bool) -> list[Order]:
    """The orders of one cycle; a change that cannot be made is left out."""
    orders = [first]
    for what in sequence:
        last = orders[-1].changes[-1].on if orders[-1].changes else what["on"]
        try:
            orders.append(revised(orders[-1], max(what.pop("on"), last), what.pop("from_day"), **what))
        except CecError:
            continue
    if is_cancelled:
        try:
            orders.append(cancelled(orders[-1], MONDAY, "fever"))
        except CecError:
            return orders
    return orders


def later(order: Order, days: int) -> Order:
    """The same order so many days later."""
    by = days * A_DAY
    rows = tuple(
        replace(
            row,
            date=row.date + by,
            start=row.start and row.start + by,
            end=row.end and row.end + by,
            not_after=row.not_after and row.not_after + by,
        )
        for row in order.administrations
    )
    changes = tuple(replace(change, on=change.on + by) for change in order.changes)
    return replace(order, start=order.start and order.start + by, administrations=rows, changes=changes)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("courses")


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(COURSES)
def test_histories_of_saved_courses_sum_to_all_worklists(
    folder: Path, courses: list[tuple[str, list[dict[str, Any]], bool]]
) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    for number, (patient, sequence, is_cancelled) in enumerate(courses):
        first = later(ORDERS[patient], 0)
        chain = revisions(first, sequence, is_cancelled=is_cancelled)
        saved: list[Order] = []
        for order in chain:
            moved = later(order, 28 * number)
            if saved:
                moved = replace(moved, first=saved[0].fingerprint, replaces=saved[-1].fingerprint)
            saved.append(replace(moved, fingerprint=fingerprint(moved)))
            save(saved[-1], folder / f"{number}.r{moved.revision}.json")
    listed: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for number in range(28 * len(courses) + 14):
        day = MONDAY + number * A_DAY
        found = orders_of_day(day, [folder])
        assert found.not_listed.damaged == ()
        worklist = ward_day(day, found.files).worklist
        for dose in worklist.doses:
            amount = dose.given or dose.administration.dose
            listed[worklist.orders[dose.order].patient.id, dose.administration.drug] += amount.value
    total: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for patient in {patient for patient, _, _ in courses}:
        try:
            cycles = history(orders_of_patient([folder], patient)).cycles
        except CecError:  # every cycle was cancelled
            continue
        for drug in itertools.chain.from_iterable(cycle.drugs for cycle in cycles):
            total[patient, drug.drug] += drug.given.value + drug.to_give.value
    assert {key: value for key, value in listed.items() if value} == {k: v for k, v in total.items() if v}


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.lists(changes(), max_size=3))
def test_a_history_comes_to_what_the_next_cycle_counts_as_given_before(
    folder: Path, sequence: list[dict[str, Any]]
) -> None:
    """Two ways to one sum: what `cec next` carries on, and what the history says in all."""
    shutil.rmtree(folder)
    folder.mkdir()
    chain = revisions(ORDERS["17"], sequence, is_cancelled=False)
    for order in chain:
        save(order, folder / f"r{order.revision}.json")
    carried = earlier_doses(chain[-1], chain[-1].regimen, {}).amounts
    told = {each.drug: each.total for each in history(orders_of_patient([folder])).drugs if each.total.value}
    assert {drug: str(amount) for drug, amount in told.items()} == {drug: str(each) for drug, each in carried.items()}


def test_the_sums_are_those_of_an_order_that_nobody_changed(folder: Path) -> None:
    """Five days of 38.4 mg are 192 mg of clofarabine; five of 0.5 mg/kg are 2.5 mg/kg of prednisone."""
    shutil.rmtree(folder)
    folder.mkdir()
    save(ORDERS["17"], folder / "1.json")
    (cycle,) = history(orders_of_patient([folder])).cycles
    amounts = {drug.drug: (str(drug.ordered), str(drug.ordered_per)) for drug in cycle.drugs}
    assert amounts["clofarabine"] == ("192 mg", "200 mg/m2")
    assert amounts["prednisone"] == ("65 mg", "2.5 mg/kg")
