"""Vials of a day: shared where doses may share them, within the time for which an opened one keeps; worked by hand."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cec.course.vials import Need, drawn, shared_vials, single_vials
from cec.course.ward_day import FromVial
from cec.units import Quantity

NINE = datetime.datetime.combine(datetime.date(2026, 12, 1), datetime.time(9))
HOUR = datetime.timedelta(hours=1)
SIX_HOURS = Quantity(Decimal(6), "h")


def need(
    amount: str, content: str = "20", *, hours: int = 0, share: str = "all", keeps: Quantity | None = None
) -> Need:
    return Need(Decimal(amount), Decimal(content), NINE + hours * HOUR, share, keeps)


def words(draw: tuple[FromVial, ...]) -> str:
    return ", ".join(f"{each.vial}: {each.amount}" for each in draw)


def test_four_doses_of_clofarabine() -> None:
    """40 + 30 + 46.8 + 34.4 = 151.2 mg of vials of 20 mg.

    Alone 2 + 2 + 3 + 2 = 9 vials hold 180 mg, of which 28.8 mg (16%) stay; shared, 8 vials hold 160 mg, of which 8.8 mg
    (5.5%) stay. Vial 4 has 10 mg left for the third dose, which takes 20 and 16.8 mg of two more; the 3.2 mg left there
    and 20 and 11.2 mg of two more are the fourth.
    """
    needs = [need("40"), need("30"), need("46.8"), need("34.4")]
    draws = drawn(needs, "mg")
    assert [words(draw) for draw in draws] == [
        "1: 20 mg, 2: 20 mg",
        "3: 20 mg, 4: 10 mg",
        "4: 10 mg, 5: 20 mg, 6: 16.8 mg",
        "6: 3.2 mg, 7: 20 mg, 8: 11.2 mg",
    ]
    shared, single = shared_vials(needs, draws, "mg"), single_vials(needs, "mg")
    assert (single.count, str(single.unused), single.unused_percent) == (9, "28.8 mg", Decimal(16))
    assert (shared.count, str(shared.unused), shared.unused_percent) == (8, "8.8 mg", Decimal("5.5"))


@pytest.mark.parametrize(("hours", "vials"), [(6, 1), (7, 2)])
def test_a_vial_is_not_drawn_from_longer_than_it_keeps(hours: int, vials: int) -> None:
    """Opened at 09:00 and kept for 6 h, it is there for a dose at 15:00 and not for one at 16:00."""
    needs = [need("8", keeps=SIX_HOURS), need("8", hours=hours, keeps=SIX_HOURS)]
    assert shared_vials(needs, drawn(needs, "mg"), "mg").count == vials


def test_the_time_counts_from_when_that_vial_was_opened() -> None:
    """Vial 1 is opened at 09:00 and vial 2 at 13:00: at 16:00 vial 1, though half full, is too old, vial 2 is not."""
    needs = [
        need("10", keeps=SIX_HOURS),
        need("15", hours=4, keeps=SIX_HOURS),
        need("8", hours=7, keeps=SIX_HOURS),
    ]
    assert [words(draw) for draw in drawn(needs, "mg")] == ["1: 10 mg", "1: 10 mg, 2: 5 mg", "2: 8 mg"]


def test_doses_that_may_not_share_have_vials_of_their_own() -> None:
    needs = [need("8", share="Anna"), need("8", share="Jan"), need("8", share="Anna")]
    draws = drawn(needs, "mg")
    assert [words(draw) for draw in draws] == ["1: 8 mg", "2: 8 mg", "1: 8 mg"]
    assert shared_vials(needs, draws, "mg").count == 2


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn([], "mg") == []
    assert shared_vials([], [], "mg").count == 0
    assert single_vials([], "mg").unused_percent == 0


DOSES = st.lists(
    st.builds(
        lambda tenths, hours, share: Need(
            Decimal(tenths).scaleb(-1), Decimal(20), NINE + hours * HOUR, share, SIX_HOURS
        ),
        st.integers(1, 900),
        st.integers(0, 12),
        st.sampled_from("ab"),
    ),
    max_size=20,
)


@given(DOSES)
def test_every_dose_is_drawn_whole_and_sharing_never_costs_a_vial(needs: list[Need]) -> None:
    needs.sort(key=lambda each: each.time)
    draws = drawn(needs, "mg")
    assert [sum(each.amount.value for each in draw) for draw in draws] == [each.amount for each in needs]
    held: dict[int, Decimal] = {}
    of_vial: dict[int, list[Need]] = {}
    for each, draw in zip(needs, draws, strict=True):
        for part in draw:
            held[part.vial] = held.get(part.vial, Decimal(0)) + part.amount.value
            of_vial.setdefault(part.vial, []).append(each)
    assert all(amount <= 20 for amount in held.values())
    assert all(len({each.share for each in doses}) == 1 for doses in of_vial.values())
    assert all(doses[-1].time - doses[0].time <= 6 * HOUR for doses in of_vial.values())
    shared, single = shared_vials(needs, draws, "mg"), single_vials(needs, "mg")
    assert shared.count <= single.count
    assert shared.count * 20 == sum(each.amount for each in needs) + shared.unused.value
