"""A drug stopped, a child weighed again, a day dropped: the next cycle counts what was given, worked by hand.

No dose of cec-induction is rounded and each BSA has two decimals, so that each administration is its protocol dose per
m2 (or kg), whatever the weight was on that day.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from revising import day as day_of
from revising import drafted, kg, revised

from cec.course.earlier import earlier_doses
from cec.order import SkippedDay

PER_DAY = {"clofarabine": Decimal(40), "etoposide": Decimal(100), "cyclophosphamide": Decimal(440)}
"""mg/m2 on each of five days; prednisone is 0.5 mg/kg."""
FIRST = drafted()


@settings(max_examples=25)
@given(
    st.sampled_from([*PER_DAY, "prednisone"]),
    st.integers(2, 5),
    st.integers(24, 30),
    st.integers(2, 5),
    st.integers(2, 5),
)
def test_stop_then_next_gives_what_was_given(drug: str, from_day: int, weight: int, weighed: int, dropped: int) -> None:
    order = FIRST
    asked: list[tuple[int, dict[str, Any]]] = sorted(
        [
            (from_day, {"stopped": (drug,)}),
            (weighed, {"weight": kg(weight)}),
            (dropped, {"skipped": (SkippedDay(dropped, "drop"),)}),
        ],
        key=lambda each: each[0],
    )
    for day, what in asked:
        order = revised(order, day_of(day), day, **what)
    found = earlier_doses(order, order.regimen, {}).amounts
    days = {each: {1, 2, 3, 4, 5} - {dropped} for each in (*PER_DAY, "prednisone")}
    days[drug] -= set(range(from_day, 6))
    for each, per_day in {**PER_DAY, "prednisone": Decimal("0.5")}.items():
        assert found[each].value == per_day * len(days[each])


def test_etoposide_stopped_after_day_2_is_200_mg_per_m2() -> None:
    """2 × 96 mg = 192 mg at 0.96 m2 = 200 mg/m2; clofarabine goes on: 5 × 40 mg/m2."""
    stopped = revised(FIRST, day_of(3), 3, stopped=("etoposide",))
    found = earlier_doses(stopped, FIRST.regimen, {}).amounts
    assert (str(found["etoposide"]), str(found["clofarabine"])) == ("200 mg/m2", "200 mg/m2")
