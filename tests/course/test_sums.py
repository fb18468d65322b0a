"""What histories say of each patient and drug sums to what the worklists of all days list, whatever happened."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from wards import order_of

from cec import Order
from cec.course.found_orders import FiledOrder, OrdersOfPatient
from cec.course.history import history
from cec.course.worklist import ward_day
from cec.order.change import Change, GivenAmount
from cec.units import Quantity

FIRST = datetime.date(2026, 11, 30)
A_DAY = datetime.timedelta(days=1)
LINES = (
    "drug: clofarabine, dose: 40 mg/m2, route: IV infusion, over: 2 h, days: 1-3",
    "drug: prednisone, dose: 10 mg, route: oral, days: 1-2, times: 2",
)


class Told(NamedTuple):
    """What somebody told of one administration: nothing of it was given, or another amount."""

    place: int
    amount: int


class Cycle(NamedTuple):
    """A cycle so many days after the one before; changed, with doses told or taken away; or left alone."""

    gap: int
    weight: int
    told: tuple[Told, ...]
    removed: frozenset[int]
    decided_on: int


CYCLES = st.lists(
    st.builds(
        Cycle,
        st.integers(4, 30),
        st.integers(20, 40),
        st.lists(st.builds(Told, st.integers(0, 6), st.integers(0, 20)), max_size=3).map(tuple),
        st.frozensets(st.integers(3, 6), max_size=2),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Order]:
    """An order for each weight, which any patient may have."""
    folder = tmp_path_factory.mktemp("orders")
    return {weight: order_of(folder, *LINES, start=FIRST, id="0", weight=f"{weight} kg") for weight in range(20, 41)}


def order_of_cycle(cycle: Cycle, start: datetime.date, patient: str, drafted: dict[int, Order]) -> Order:
    """The order of a patient that begins on this date, as it stands after what was told and taken away."""
    order = drafted[cycle.weight]
    by = start - FIRST
    rows = [
        replace(row, date=row.date + by, start=row.start and row.start + by, end=row.end and row.end + by)
        for row in order.administrations
    ]
    told = {each.place: each for each in cycle.told if each.place not in cycle.removed and each.place < len(rows)}
    change = Change(
        on=start + cycle.decided_on * A_DAY,
        from_day=1,
        reason="fever",
        written_by="0.1.0",
        given=tuple(
            GivenAmount(
                rows[each.place].line,
                rows[each.place].protocol_day,
                rows[each.place].number,
                rows[each.place].drug,
                Quantity(Decimal(each.amount), "mg"),
            )
            for each in told.values()
        ),
        removed=tuple(rows[place] for place in cycle.removed),
    )
    kept = tuple(row for place, row in enumerate(rows) if place not in cycle.removed)
    person = replace(order.patient, id=patient)
    return replace(order, start=start, administrations=kept, changes=(change,), patient=person)


def filed(patients: Iterable[list[Cycle]], drafted: dict[int, Order]) -> dict[str, list[FiledOrder]]:
    found: dict[str, list[FiledOrder]] = {}
    for number, cycles in enumerate(patients):
        start = FIRST
        for place, cycle in enumerate(cycles):
            order = order_of_cycle(cycle, start, str(number), drafted)
            found.setdefault(str(number), []).append(FiledOrder(f"{number}-{place}.json", order))
            start += cycle.gap * A_DAY
    return found


@settings(max_examples=40)
@given(st.lists(CYCLES, min_size=1, max_size=3))
def test_histories_sum_to_worklists(drafted: dict[int, Order], patients: list[list[Cycle]]) -> None:
    orders = filed(patients, drafted)
    listed: Counter[tuple[str, str]] = Counter()
    for number in range(100):
        day = ward_day(FIRST + number * A_DAY, [file for files in orders.values() for file in files]).worklist
        for dose in day.doses:
            amount = dose.given or dose.administration.dose
            listed[day.orders[dose.order].patient.id, dose.administration.drug] += amount.value  # type: ignore[assignment]
    told: Counter[tuple[str, str]] = Counter()
    for patient, files in orders.items():
        for cycle in history(OrdersOfPatient(tuple(files), (), ())).cycles:
            for drug in cycle.drugs:
                told[patient, drug.drug] += drug.given.value + drug.to_give.value  # type: ignore[assignment]
    assert +listed == +told
