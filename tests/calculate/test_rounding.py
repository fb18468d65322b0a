"""Half-up rounding on ties worked by hand, down, by bands, and how far a dose moved."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cec.calculate.rounding import deviation_percent, finer_rounding, round_dose, round_down, to_nearest
from cec.errors import OrderRefused
from cec.pharmacy import DoseRounding, RoundingBand
from cec.units import Quantity, exact

TIES = [
    ("0.955", "0.01", "0.96"),
    ("0.945", "0.01", "0.95"),
    ("1.005", "0.01", "1.01"),
    ("2.675", "0.01", "2.68"),
    ("250", "100", "300"),
    ("350", "100", "400"),
    ("2.5", "1", "3"),
    ("0.5", "1", "1"),
    ("7.5", "5", "10"),
    ("12.5", "5", "15"),
    ("0.125", "0.25", "0.25"),
    ("34.5", "1", "35"),
    ("40.5", "1", "41"),
    ("3.75", "0.1", "3.8"),
    ("4.5", "3", "6"),
    ("0.35", "0.7", "0.7"),
]
"""Value, step and the multiple above. 34.5 mg is 37.5 mg/m2 x 0.92 m2, 40.5 mg is 37.5 mg/m2 x 1.08 m2."""

values = st.decimals(0, 10_000, places=4)
steps = st.sampled_from([Decimal(step) for step in ("0.01", "0.1", "0.25", "0.5", "1", "2.5", "3", "5", "100")])


def mg(number: str | int) -> Quantity:
    return Quantity(Decimal(number), "mg")


@pytest.mark.parametrize(("value", "step", "expected"), TIES)
def test_a_tie_goes_up(value: str, step: str, expected: str) -> None:
    assert to_nearest(Decimal(value), Decimal(step)) == Decimal(expected)


def test_the_ties_would_find_half_to_even_and_binary_floats() -> None:
    to_even = [e for v, s, e in TIES if round(Decimal(v) / Decimal(s)) * Decimal(s) != Decimal(e)]
    in_floats = [e for v, s, e in TIES if s == "0.01" and round(float(v), 2) != float(e)]
    assert len(to_even) > 5
    assert len(in_floats) > 1


@pytest.mark.parametrize(
    ("value", "step", "expected"),
    [("0.9549999", "0.01", "0.95"), ("0.96148", "0.01", "0.96"), ("249.99", "100", "200"), ("38.4", "5", "40")],
)
def test_beside_a_tie_the_nearest_is_taken(value: str, step: str, expected: str) -> None:
    assert to_nearest(Decimal(value), Decimal(step)) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "step", "expected"),
    [("38.4", "5", "35"), ("40", "5", "40"), ("39.999999", "5", "35"), ("4.9", "5", "0"), ("0.959", "0.01", "0.95")],
)
def test_down_is_the_largest_multiple_not_above(value: str, step: str, expected: str) -> None:
    assert round_down(Decimal(value), Decimal(step)) == Decimal(expected)


@given(values, steps)
def test_the_nearest_multiple_is_at_most_half_a_step_off_and_a_tie_lies_above(value: Decimal, step: Decimal) -> None:
    rounded = to_nearest(value, step)
    assert rounded % step == 0
    assert -step / 2 < rounded - value <= step / 2
    assert to_nearest(rounded, step) == rounded


@pytest.mark.parametrize(
    ("value", "nearest", "down", "up"),
    [
        ("195/2", "98", "97", "98"),  # 65 / 60 × 90 = 97.5
        ("37/4", "9", "9", "10"),
        ("-37/4", "-9", "-9", "-9"),
        ("-19/2", "-10", "-9", "-9"),
        ("2/3", "1", "0", "1"),
        ("5", "5", "5", "5"),
    ],
)
def test_fractions_are_rounded_as_they_are(value: str, nearest: str, down: str, up: str) -> None:
    one = Decimal(1)
    assert to_nearest(Fraction(value), one) == Decimal(nearest)
    assert round_down(Fraction(value), one) == Decimal(down)
    assert to_nearest(Fraction(value), one, ROUND_CEILING) == Decimal(up)


def test_what_lies_a_hair_below_a_tie_goes_down() -> None:
    """However near: nothing is taken for a tie that is none."""
    hair = Fraction(1, 10**60)
    assert to_nearest(Fraction(5, 2) - hair, Decimal(1)) == 2
    assert to_nearest(Fraction(5, 2), Decimal(1)) == 3


@given(values, steps)
def test_down_is_never_above_and_less_than_a_step_below(value: Decimal, step: Decimal) -> None:
    rounded = round_down(value, step)
    assert rounded % step == 0
    assert 0 <= value - rounded < step


@pytest.mark.parametrize(
    ("value", "reference", "percent"),
    [("76", "75", "1.33"), ("38", "38.4", "-1.04"), ("75", "75", "0"), ("20", "16", "25")],
)
def test_how_far_a_dose_moved(value: str, reference: str, percent: str) -> None:
    """1/75 = 0.01333; -0.4/38.4 = -0.010417; 4/16 = 0.25."""
    moved = deviation_percent(Decimal(value), Decimal(reference))
    assert to_nearest(abs(moved), Decimal("0.01")) == abs(Decimal(percent))
    assert (moved < 0) == percent.startswith("-")


@pytest.mark.parametrize(
    ("way", "to", "expected", "words"),
    [
        ("nearest", mg("5"), "40", "nearest 5 mg"),
        ("down", mg("5"), "35", "multiple of 5 mg"),
        ("nearest", Quantity(Decimal(100), "mcg"), "38.4", "100 mcg"),
        ("down", Quantity(Decimal("0.01"), "g"), "30", "0.01 g"),
    ],
)
def test_a_dose_is_rounded_in_its_own_unit(way: str, to: Quantity, expected: str, words: str) -> None:
    rule = DoseRounding("down" if way == "down" else "nearest", to)
    rounded, how = round_dose(exact(mg("38.4")), rule, "clofarabine")
    assert rounded == mg(expected)
    assert words in how


BANDS = DoseRounding("band", bands=(RoundingBand(mg(30), mg(35), mg(32)), RoundingBand(mg(36), mg(40), mg(38))))


@pytest.mark.parametrize(
    ("dose", "given_dose"), [("30", "32"), ("35", "32"), ("36", "38"), ("38.4", "38"), ("40", "38")]
)
def test_both_ends_of_a_band_belong_to_it(dose: str, given_dose: str) -> None:
    band = "30 mg to 35 mg" if given_dose == "32" else "36 mg to 40 mg"
    assert round_dose(exact(mg(dose)), BANDS, "clofarabine") == (mg(given_dose), f"in the band {band}")


@pytest.mark.parametrize(
    ("dose", "near"),
    [
        ("29.99", "is 30 mg to 35 mg"),
        ("35.5", "are 30 mg to 35 mg and 36 mg to 40 mg"),
        ("40.01", "is 36 mg to 40 mg"),
    ],
)
def test_a_dose_between_or_beyond_the_bands_is_refused_with_the_nearest(dose: str, near: str) -> None:
    with pytest.raises(OrderRefused, match=f"no band for {dose} mg; the nearest {near}$"):
        round_dose(exact(mg(dose)), BANDS, "clofarabine")


def test_a_rule_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(OrderRefused, match="names no amount"):
        round_dose(exact(mg(38)), DoseRounding("nearest"), "clofarabine")
    with pytest.raises(OrderRefused, match="asparaginase: the pharmacy rounds it by 5 mg, its dose is in units; give"):
        round_dose(exact(Quantity(Decimal(10), "units")), DoseRounding("nearest", mg(5)), "asparaginase")


def test_a_finer_rounding_is_below_the_one_that_there_is() -> None:
    """8.55 mg to 1 mg is 9 mg, +5.26%; to 0.5 mg 8.5 mg, -0.58%: 1 mg is not finer than 1 mg."""
    assert finer_rounding(exact(mg("8.55")), mg(1), Decimal(10)) == (mg("0.5"), mg("8.5"))
    assert finer_rounding(exact(mg("8.55")), mg(2), Decimal(10)) == (mg(1), mg(9))
    assert finer_rounding(exact(mg("8.55")), mg(2), Decimal(5)) == (mg("0.5"), mg("8.5"))
