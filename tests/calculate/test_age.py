"""An age in completed years is as sharp as a year: where a bound lies within it, months or the date of birth decide."""

from __future__ import annotations

from pathlib import Path

import pytest
from patients import Given, alerts_of, batch, order_of, refusal_of

from cec import CecError, load_pharmacy, load_regimen

HEAD = "name: by-age\ntitle: By age\nedition: 1\nfor: tests\nsource: {citation: made up}\ndrugs:\n"
BANDS = """\
  - drug: vincristine
    dose:
      - {when: {age: under BOUND}, dose: 0.05 mg/kg}
      - {when: {age: at least BOUND}, dose: 1.5 mg/m2}
    route: IV infusion
    over: 10 min
    days: 1
"""
FLAT = "  - {drug: vincristine, dose: 1 mg, route: IV infusion, over: 10 min, days: 1}\n"
SIZE = {"height": "82", "weight": "11"}
"""√(82 × 11 / 3600) → 0.5 m2."""


def given_of(folder: Path, lines: str, pharmacy: str = "name: Any\n") -> Given:
    regimen, policy = folder / "by-age.yaml", folder / "pharmacy.yaml"
    regimen.write_text(HEAD + lines, encoding="utf-8")
    policy.write_text(pharmacy, encoding="utf-8")
    return Given(load_regimen(regimen), load_pharmacy(policy))


def test_a_band_within_the_year_asks_for_months_or_the_date_of_birth(tmp_path: Path) -> None:
    """0.05 × 11 = 0.55 mg, 1.5 × 0.5 = 0.75 mg. On 30-Nov-2026, who was born on 30-May-2025 is just 18 months old."""
    given = given_of(tmp_path, BANDS.replace("BOUND", "18 months"))
    words = (
        "an age of 1 year may lie on either side of 18 months (vincristine); give it in months, or the date of birth"
    )
    assert words in refusal_of(given, **SIZE, age="1")
    told = {"17 months": "0.55 mg", "18 months": "0.75 mg", "2": "0.75 mg", "0 months": "0.55 mg", "1.5": "0.75 mg"}
    assert {age: str(order_of(given, **SIZE, age=age).doses[0].ordered) for age in told} == told
    born = {"2025-05-31": "0.55 mg", "2025-05-30": "0.75 mg"}
    assert {day: str(order_of(given, **SIZE, born=day).doses[0].ordered) for day in born} == born


def test_a_batch_asks_row_by_row(tmp_path: Path) -> None:
    given = given_of(tmp_path, BANDS.replace("BOUND", "18 months"))
    ages = ("1", "12 months", "1 year", "18 months", "2", "23 months", "1 y")
    found = batch(given, *({**SIZE, "age": age} for age in ages))
    assert ["either side of 18 months" in each for each in found] == [True, False, True, False, False, False, True]


@pytest.mark.parametrize("bound", ["12 months", "1 year", "24 months", "2 years", "30 months"])
def test_bounds_at_the_ends_of_the_year_or_beyond_pass_in_peace(bound: str, tmp_path: Path) -> None:
    given = given_of(tmp_path, BANDS.replace("BOUND", bound))
    assert alerts_of(given, **SIZE, age="1") == {}
    assert batch(given, {**SIZE, "age": "1"}) == [""]


@pytest.mark.parametrize("level", ["stop", "check", "note"])
def test_a_check_within_the_year_asks_alike(level: str, tmp_path: Path) -> None:
    check = f"checks:\n  - {{code: older, when: {{age: at least 18 months}}, level: {level}, text: older}}\n"
    given = given_of(tmp_path, FLAT + check)
    assert "either side of 18 months (older)" in refusal_of(given, **SIZE, age="1")
    assert "either side of 18 months (older)" in batch(given, {**SIZE, "age": "1"})[0]
    assert alerts_of(given, **SIZE, age="17 months") == {}


def test_both_ends_of_a_stretch_within_the_year_are_told(tmp_path: Path) -> None:
    check = 'checks:\n  - {code: some, when: {age: "at least 15 months, under 20 months"}, level: check, text: some}\n'
    words = refusal_of(given_of(tmp_path, FLAT + check), **SIZE, age="1")
    assert "either side of 15 months (some), 20 months (some)" in words


def test_nobody_is_asked_where_something_else_decides(tmp_path: Path) -> None:
    check = "checks:\n  - {code: heavy, when: {age: under 18 months, weight: over 20 kg}, level: check, text: heavy}\n"
    given = given_of(tmp_path, FLAT + check)
    assert alerts_of(given, **SIZE, age="1") == {}
    assert batch(given, {**SIZE, "age": "1"}) == [""]
    assert "either side" in refusal_of(given, height="82", weight="20.1", age="1")


def test_a_product_that_is_not_for_an_age_within_the_year_asks_too(tmp_path: Path) -> None:
    pharmacy = """\
formulary:
  vincristine:
    products:
      - {name: vincristine 1 mg/mL vial, form: solution, strength: 1 mg/mL, volume: 1 mL,
         not_for: {age: under 18 months}}
"""
    given = given_of(tmp_path, FLAT, pharmacy)
    assert "18 months (vincristine 1 mg/mL vial)" in refusal_of(given, **SIZE, age="1")
    assert order_of(given, **SIZE, age="18 months").doses


def test_a_bound_is_whole_months(tmp_path: Path) -> None:
    with pytest.raises(CecError, match="an age is known in completed months"):
        given_of(tmp_path, BANDS.replace("BOUND", "1.3 years"))
    assert given_of(tmp_path, BANDS.replace("BOUND", "1.5 years")).regimen.drugs


def test_days_and_weeks_are_as_sharp_as_the_months_that_they_may_be(tmp_path: Path) -> None:
    """Born on 1-Jun-2025, 61 days are over on 1-Aug and 2 months with them; born on 1-Jul, only 1 month is (62 days to
    1-Sep). 59 days are 2 months from 1-Feb to 1-Apr alone; 58 are nobody's. 8 weeks are 56 to 62 days."""
    given = given_of(tmp_path, BANDS.replace("BOUND", "2 months"))
    told = {"58 days": "0.55 mg", "62 days": "0.75 mg", "7 weeks": "0.55 mg", "9 weeks": "0.75 mg"}
    told |= {"8 weeks 1 day": "0.55 mg", "8 weeks 6 days": "0.75 mg", "1 month": "0.55 mg"}
    assert {age: str(order_of(given, **SIZE, age=age).doses[0].ordered) for age in told} == told
    asked = ("59 days", "61 days", "8 weeks", "8 weeks 3 days")
    for age in asked:
        assert "may lie on either side of 2 months (vincristine)" in refusal_of(given, **SIZE, age=age)
    found = batch(given, *({**SIZE, "age": age} for age in (*told, *asked)))
    assert ["either side of 2 months" in each for each in found] == [False] * len(told) + [True] * len(asked)
    assert alerts_of(given_of(tmp_path, FLAT), **SIZE, age="59 days") == {}


def test_an_age_in_days_is_a_whole_number(tmp_path: Path) -> None:
    given = given_of(tmp_path, FLAT)
    assert "'45.5 days' is not a whole number of days; write it like 45 days" in refusal_of(
        given, **SIZE, age="45.5 days"
    )
    assert str(order_of(given, **SIZE, age="45 DAYS").patient.age) == "45 days"
