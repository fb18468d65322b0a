"""The CDC growth reference against the published percentiles and another program."""

from __future__ import annotations

import csv
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cec.calculate import growth
from cec.calculate.growth import Lms, Measure, modified_z, reference, value_at, value_at_modified_z, z_score
from cec.errors import InputError
from cec.facts import Sex

MEASURES: tuple[Measure, ...] = get_args(Measure)
SEXES: tuple[Sex, ...] = ("female", "male")
TABLE = Path(growth.__file__).with_name("cdc_lms.csv")

ages = st.decimals(24, 240, places=1)
measures = st.sampled_from(MEASURES)
sexes = st.sampled_from(SEXES)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def measure_of(row: dict[str, str]) -> Measure:
    return next(measure for measure in MEASURES if measure == row["measure"])


def sex_of(row: dict[str, str]) -> Sex:
    return next(sex for sex in SEXES if sex == row["sex"])


def known(value: Decimal | None) -> Decimal:
    assert value is not None
    return value


@pytest.mark.parametrize(
    "row",
    read(Path(__file__).parent.parent / "vectors" / "growth.csv"),
    ids=lambda row: "-".join((row["measure"], row["sex"], row["age_months"], row["expected_z"])),
)
def test_z_score_equals_the_published_percentile_or_another_program(row: dict[str, str]) -> None:
    z = known(z_score(measure_of(row), sex_of(row), Decimal(row["age_months"]), Decimal(row["value"])))
    assert abs(z - Decimal(row["expected_z"])) <= Decimal(row["tolerance"])


def test_swapped_sexes_would_be_seen() -> None:
    """A boy's median at 240 months is 1.9 standard deviations up for a girl; the vectors tell them apart."""
    assert known(z_score("height", "female", Decimal(240), Decimal("176.849"))) > 2
    assert known(z_score("weight", "female", Decimal(240), Decimal("70.5976"))) > 1


@pytest.mark.parametrize(
    ("measure", "first", "most"),
    [("height", 24, "0.15"), ("height", 36, "0.1"), ("weight", 24, "0.07"), ("bmi", 24, "0.07")],
)
@pytest.mark.parametrize("sex", SEXES)
def test_half_a_month_moves_a_z_score_by_little(measure: Measure, first: int, most: str, sex: Sex) -> None:
    """CDC has a completed month at its middle, cec asks at its beginning: see `growth_age`."""
    for month in range(first, 240):
        for z in (Decimal("-2.5"), Decimal(0), Decimal("2.5")):
            middle = known(value_at(measure, sex, month + Decimal("0.5"), z))
            assert abs(known(z_score(measure, sex, Decimal(month), middle)) - z) < Decimal(most)


CDC_EXAMPLE = Lms(Decimal("-2.18"), Decimal("20.76"), Decimal("0.148"))
"""The girl of 200 months in CDC's "Modified z-scores in the CDC growth charts"."""


def test_the_worked_example_of_cdc() -> None:
    assert CDC_EXAMPLE.z_score(Decimal(33)).quantize(Decimal("0.01")) == Decimal("1.97")
    assert CDC_EXAMPLE.z_score(Decimal(333)).quantize(Decimal("0.1")) == Decimal("3.1")
    assert abs(known(CDC_EXAMPLE.value_at(Decimal(2))) - Decimal("33.40")) < Decimal("0.05")
    assert abs(known(CDC_EXAMPLE.value_at(Decimal(-2))) - Decimal("16.52")) < Decimal("0.05")


def test_modified_z_as_in_the_examples_of_cdc() -> None:
    """BMI 333 and 12 at 200 months (girl): 49.2 and -4.1; BMI 12 at 48.5 months (boy): -3.85. CDC rounds on the way."""
    assert abs(known(modified_z("bmi", "female", Decimal(200), Decimal(333))) - Decimal("49.2")) < Decimal("0.5")
    assert abs(known(modified_z("bmi", "female", Decimal(200), Decimal(12))) - Decimal("-4.1")) < Decimal("0.05")
    assert abs(known(modified_z("bmi", "male", Decimal("48.5"), Decimal(12))) - Decimal("-3.85")) < Decimal("0.03")


@given(measures, sexes, ages)
def test_both_scores_agree_at_the_median_and_two_deviations_off(measure: Measure, sex: Sex, age: Decimal) -> None:
    for z in (Decimal(-2), Decimal(0), Decimal(2)):
        value = known(value_at(measure, sex, age, z))
        assert abs(known(z_score(measure, sex, age, value)) - z) < Decimal("1e-8")
        assert abs(known(modified_z(measure, sex, age, value)) - z) < Decimal("1e-8")


@given(measures, sexes, ages, st.decimals("-3", "2.5", places=2))
def test_the_value_at_a_z_score_has_that_z_score(measure: Measure, sex: Sex, age: Decimal, z: Decimal) -> None:
    value = known(value_at(measure, sex, age, z))
    assert abs(known(z_score(measure, sex, age, value)) - z) < Decimal("1e-8")
    assert known(value_at(measure, sex, age, z + Decimal("0.01"))) > value


@given(measures, sexes, ages, st.decimals(-5, 8, places=1))
def test_the_value_at_a_modified_z_has_that_modified_z(measure: Measure, sex: Sex, age: Decimal, z: Decimal) -> None:
    value = known(value_at_modified_z(measure, sex, age, z))
    if value > 0:
        assert abs(known(modified_z(measure, sex, age, value)) - z) < Decimal("1e-10")


@pytest.mark.parametrize("age", ["0", "23.99", "240.01", "600"])
def test_no_score_outside_the_ages_of_the_reference(age: str) -> None:
    months, one = Decimal(age), Decimal(1)
    assert z_score("weight", "male", months, one) is None
    assert modified_z("weight", "male", months, one) is None
    assert value_at("weight", "male", months, one) is None
    assert value_at_modified_z("weight", "male", months, one) is None
    assert reference("weight", "male", months) is None


def test_scores_at_both_ends_of_the_ages() -> None:
    assert reference("weight", "male", Decimal(24)) is not None
    assert reference("weight", "male", Decimal(240)) is not None


def test_the_table_is_what_is_looked_up_at_its_own_ages() -> None:
    rows = read(TABLE)
    assert len(rows) == 3 * 2 * 37
    for row in rows:
        lms = reference(measure_of(row), sex_of(row), Decimal(row["age_months"]))
        assert lms == (Decimal(row["L"]), Decimal(row["M"]), Decimal(row["S"]))


def test_between_two_ages_the_parameters_are_linear() -> None:
    """Height of boys, 24 and 30 months: M 86.4522 and 90.9808, so 87.9617333... at 26 months."""
    lms = reference("height", "male", Decimal(26))
    assert lms is not None
    assert lms.median.quantize(Decimal("0.0001")) == Decimal("87.9617")
    assert lms.power.quantize(Decimal("0.000001")) == Decimal("0.704558")


def test_the_score_does_not_jump_where_the_power_passes_through_zero() -> None:
    """L of boys' height falls through 0 between 30 and 36 months; there the logarithm takes over."""
    scores = [known(z_score("height", "male", Decimal(months) / 100, Decimal(100))) for months in range(3100, 3400, 5)]
    assert all(later < earlier < later + Decimal("0.02") for earlier, later in pairwise(scores))


def test_no_value_reaches_a_z_score_above_the_ceiling() -> None:
    """The highest z-score is -1 / (L S) = 1 / (2.18 x 0.148) = 3.099."""
    assert CDC_EXAMPLE.value_at(Decimal("3.09")) is not None
    assert CDC_EXAMPLE.value_at(Decimal("3.10")) is None
    with pytest.raises(ArithmeticError):
        Lms(Decimal(-6), Decimal(20), Decimal("0.1")).half_distance(Decimal(1))


def test_a_measure_of_nothing_is_refused() -> None:
    for score in (z_score, modified_z):
        with pytest.raises(InputError, match="a weight of 0 is not possible"):
            score("weight", "male", Decimal(60), Decimal(0))


@pytest.mark.parametrize("sex", SEXES)
def test_pounds_taken_as_kilograms_lift_a_median_child_above_two_and_a_half(sex: Sex) -> None:
    """At every age z goes beyond 2.5, while the modified z misses it (up to 8) from four years on."""
    for age in map(Decimal, range(24, 241, 6)):
        pounds = known(value_at("weight", sex, age, Decimal(0))) * Decimal("2.20462")
        assert known(z_score("weight", sex, age, pounds)) > Decimal("2.5")
        assert age < 60 or known(modified_z("weight", sex, age, pounds)) <= 8
