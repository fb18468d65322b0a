"""Numbers that cannot be of a patient, or hardly: refused or asked about, single and in a batch; others in peace.

Limits are those of the table of facts; expected numbers are worked by hand beside them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from patients import Given, alerts_of, batch, refusal_of
from regimen_texts import regimen_text

from cec import load_pharmacy, load_regimen

DRUG = regimen_text("one-drug", "drug: doxorubicin, dose: 60 mg/m2, LIFETIME route: IV bolus, days: 1")


@pytest.fixture(scope="module")
def doxorubicin(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """A regimen without checks of its own."""
    return given_of(tmp_path_factory.mktemp("one") / "one-drug.yaml", DRUG.replace("LIFETIME ", ""))


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """The same with a lifetime maximum of 450 mg/m2."""
    path = tmp_path_factory.mktemp("limited") / "one-drug.yaml"
    return given_of(path, DRUG.replace("LIFETIME", "lifetime_maximum: 450 mg/m2,"))


def given_of(path: Path, text: str) -> Given:
    path.write_text(text, encoding="utf-8")
    return Given(load_regimen(path))


# Creatinine

CHILD = {"height": "128 cm", "weight": "26 kg", "age": "8", "sex": "f"}
MAN = {"height": "180 cm", "weight": "100 kg", "age": "30", "sex": "m"}


@pytest.mark.parametrize(
    ("creatinine", "refusal"),
    [
        # 1 mg/dL is 88.4 micromol/L: 0.6 × 88.4 = 53.04, 60 / 88.4 = 0.6787…
        ("0.6 micromol/L", "0.6 micromol/L is not a possible serum creatinine (4.42 to 3,536 micromol/L); "
                           "did you mean 0.6 mg/dL, which is 53.04 micromol/L?"),
        ("60 mg/dL", "60 mg/dL is not a possible serum creatinine (0.05 to 40 mg/dL); "
                     "did you mean 60 micromol/L, which is 0.67873… mg/dL?"),
        ("0.049 mg/dL", "0.049 mg/dL is not a possible serum creatinine (0.05 to 40 mg/dL)"),
        ("4.4 micromol/L", "(4.42 to 3,536 micromol/L); did you mean 4.4 mg/dL, which is 388.96 micromol/L?"),
        ("3537 micromol/L", "(4.42 to 3,536 micromol/L)"),
    ],
)  # fmt: skip
def test_a_creatinine_of_nobody_is_refused_with_the_other_unit(
    creatinine: str, refusal: str, doxorubicin: Given
) -> None:
    assert refusal in refusal_of(doxorubicin, **MAN, creatinine=creatinine)
    assert refusal in batch(doxorubicin, {**MAN, "creatinine": creatinine})[0]


@pytest.mark.parametrize(
    ("creatinine", "words"),
    [
        (
            "5 micromol/L",
            "is outside 13.26 to 884 micromol/L; look again; 5 mg/dL would be 442 micromol/L",
        ),
        ("0.14 mg/dL", "0.14 mg/dL is outside 0.15 to 10 mg/dL; look again"),
        ("10.1 mg/dL", "10.1 mg/dL is outside 0.15 to 10 mg/dL; look again"),
        ("20 mg/dL", "look again; 20 micromol/L would be 0.22624… mg/dL"),
        ("885 micromol/L", "885 micromol/L is outside 13.26 to 884 micromol/L; look again"),
    ],
)
def test_a_creatinine_of_hardly_anybody_is_asked_about(creatinine: str, words: str, doxorubicin: Given) -> None:
    assert words in alerts_of(doxorubicin, **CHILD, creatinine=creatinine)["creatinine"].text
    assert "creatinine" in batch(doxorubicin, {**CHILD, "creatinine": creatinine})[0].split()


@pytest.mark.parametrize("creatinine", ["44 micromol/L", "0.5 mg/dL", "0.15 mg/dL", "13.3 micromol/L", "10 mg/dL"])
def test_another_creatinine_passes_in_peace(creatinine: str, doxorubicin: Given) -> None:
    assert "creatinine" not in alerts_of(doxorubicin, **CHILD, creatinine=creatinine)
    assert "creatinine" not in batch(doxorubicin, {**CHILD, "creatinine": creatinine})[0].split()


# Other numbers


@pytest.mark.parametrize(
    ("texts", "refusal"),
    [
        ({"creatinine_clearance": "401 mL/min"}, "401 mL/min is not a possible measured creatinine clearance or GFR"),
        ({"previous_cycles": "501"}, "501 is not a possible number of cycles of this treatment given before"),
        ({"age": "121"}, "121 years is not a possible age (0 to 120 years)"),
        ({"previous_weight": "26000"}, "calculation (0.3 to 350 kg); did you mean 26,000 g?"),
        ({"previous_weight": "0"}, "0 kg is not a possible body weight at the last calculation"),
        ({"measured_on": "2026-12-01"}, "the day of the measures, 2026-12-01, lies after the start, 2026-11-30"),
        ({"previous_day_1": "2026-12-01"}, "the previous cycle, 2026-12-01, is not before the start, 2026-11-30"),
        ({"previous_day_1": "1899-12-31"}, "'1899-12-31' is not between the years 1900 and 2099"),
        ({"born": "2026-12-01"}, "the date of birth, 2026-12-01, lies after 2026-11-30"),
        ({"born": "2018-05-14", "measured_on": "2018-05-13"}, "2018-05-13 lies before the date of birth, 2018-05-14"),
        ({"born": "2018-05-14", "previous_day_1": "2018-05-13"}, "2018-05-13 lies before the date of birth"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(texts: dict[str, str], refusal: str, doxorubicin: Given) -> None:
    row = {"height": "128 cm", "weight": "26 kg", **texts}
    assert refusal in refusal_of(doxorubicin, **row)
    assert refusal in batch(doxorubicin, row)[0]


@pytest.mark.parametrize(
    "texts",
    [
        {"age": "120", "height": "160 cm", "weight": "60 kg"},
        {"previous_weight": "25.9"},
        {"measured_on": "2026-11-30"},
        {"previous_day_1": "2026-11-29"},
        {"born": "2018-05-14", "measured_on": "2026-11-30"},
        {"creatinine_clearance": "200 mL/min"},
    ],
)
def test_what_can_be_passes_in_peace(texts: dict[str, str], doxorubicin: Given) -> None:
    row = {"height": "128 cm", "weight": "26 kg", **texts}
    assert alerts_of(doxorubicin, **row) == {}
    assert batch(doxorubicin, row) == [""]


# Dates


def test_measures_with_the_year_before_are_asked_about_with_the_day_that_was_meant(doxorubicin: Given) -> None:
    """29-Nov-2025 to 30-Nov-2026 are 366 days; 29-Nov-2026 is the day before."""
    row = {"height": "128 cm", "weight": "26 kg", "measured_on": "2025-11-29"}
    alert = alerts_of(doxorubicin, **row)["old-measures"]
    assert (alert.level, "366 days before the start" in alert.text) == ("check", True)
    assert alert.text.endswith("2026-11-29 would be 1 day before the start")
    assert batch(doxorubicin, row) == ["old-measures"]


def test_measures_over_a_year_old_are_asked_about_whatever_the_pharmacy_allows(
    doxorubicin: Given, tmp_path: Path
) -> None:
    path = tmp_path / "pharmacy.yaml"
    path.write_text("measures_valid_for: 100 weeks\n", encoding="utf-8")
    given = doxorubicin._replace(pharmacy=load_pharmacy(path))
    rows = [{"height": "128 cm", "weight": "26 kg", "measured_on": day} for day in ("2025-11-29", "2025-11-30")]
    assert [set(alerts_of(given, **row)) for row in rows] == [{"old-measures"}, set()]
    assert batch(given, *rows) == ["old-measures", ""]


def test_a_start_over_a_year_from_every_other_date_is_asked_about(doxorubicin: Given) -> None:
    """2-Nov-2025 to 30-Nov-2026 are 393 days; 2-Nov-2026 is 28 days before. A late relapse was measured lately."""
    rows = [
        {"height": "128 cm", "weight": "26 kg", **dates}
        for dates in (
            {"previous_day_1": "2025-11-02"},
            {"previous_day_1": "2025-11-02", "measured_on": "2025-11-01"},
            {"previous_day_1": "2025-11-02", "measured_on": "2026-11-28"},
            {"previous_day_1": "2026-11-02"},
            {"previous_day_1": "2025-11-30"},
        )
    ]
    found = [alerts_of(doxorubicin, **row) for row in rows]
    assert [set(each) for each in found] == [{"far-start"}, {"old-measures", "far-start"}, set(), set(), set()]
    assert found[0]["far-start"].text == (
        "the start on 2026-11-30 is 393 days after day 1 of the previous cycle; look at the year; "
        "2026-11-02 would be 28 days before the start"
    )
    assert [set(codes.split()) for codes in batch(doxorubicin, *rows)] == [set(each) for each in found]


# Pounds taken as kilograms


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        # 154 / 1.63² = 57.96; 154 × 0.45359237 = 69.85; 69.85 / 1.63² = 26.29
        ({"height": "163", "weight": "154", "age": "50", "sex": "f"},
         "height 163 cm and weight 154 kg give 58 kg/m2; 154 lb would be 69.9 kg, which gives 26.3; look at the unit"),
        ({"height": "163", "weight": "154"}, "154 lb would be 69.9 kg"),
        # 24.3 / 0.82² = 36.14; 24.3 × 0.45359237 = 11.02; 11.02 / 0.82² = 16.39
        ({"height": "82", "weight": "24.3", "age": "18 months"},
         "height 82 cm and weight 24.3 kg give 36.1 kg/m2; 24.3 lb would be 11 kg, which gives 16.4; look at the unit"),
        ({"height": "82", "weight": "24.3", "age": "1"}, "24.3 lb would be 11 kg"),
        # a newborn of 7.5 lb, 3.4 kg: 7.5 / 0.5² = 30
        ({"height": "50", "weight": "7.5", "age": "0"}, "7.5 lb would be 3.4 kg, which gives 13.6"),
        # of a child without a sex no growth reference can be asked
        ({"height": "163", "weight": "154", "age": "12"}, "154 lb would be 69.9 kg"),
    ],
)  # fmt: skip
def test_pounds_taken_as_kilograms_are_asked_about_without_a_growth_reference(
    texts: dict[str, str], words: str, doxorubicin: Given
) -> None:
    alert = alerts_of(doxorubicin, **texts)["pounds"]
    assert (alert.level, words in alert.text) == ("check", True), alert.text
    assert "pounds" in batch(doxorubicin, texts)[0].split()


@pytest.mark.parametrize(
    "texts",
    [
        {"height": "163", "weight": "90.3", "age": "50", "sex": "f"},  # 34.0 kg/m2: a heavy adult
        {"height": "150", "weight": "90", "age": "50"},  # just 40 kg/m2
        {"height": "163", "weight": "340 lb", "age": "50", "sex": "f"},  # 58 kg/m2, and typed as pounds
        {"height": "82", "weight": "11", "age": "18 months"},
        {"height": "82", "weight": "14.8", "age": "18 months"},  # 22 kg/m2
        {"height": "82", "weight": "24.3 lb", "age": "18 months"},
        {"height": "128", "weight": "26"},
        {"height": "50", "weight": "3.4", "age": "0"},
        {"height": "70", "weight": "10.5", "age": "9 months"},  # 21.4 kg/m2
    ],
)
def test_other_weights_pass_in_peace(texts: dict[str, str], doxorubicin: Given) -> None:
    assert alerts_of(doxorubicin, **texts) == {}
    assert batch(doxorubicin, texts) == [""]


def test_a_table_of_pounds_and_kilograms_is_asked_about_row_by_row(doxorubicin: Given) -> None:
    """154 kg, and 339.512 lb, which are 154 kg too: 339.512 × 0.45359237 = 154.0000…"""
    rows = [{"height": "163", "weight": weight, "age": "50"} for weight in ("154", "339.512 lb", "154 kg", "340 lb")]
    assert batch(doxorubicin, *rows) == ["pounds", "", "pounds", ""]


# Heights of another age


@pytest.mark.parametrize(
    ("height", "weight", "age", "words"),
    [
        (
            "128",
            "26",
            "96",
            "128 cm is hardly possible at an age of 96 years; look at both; 96 months may have been meant",
        ),
        ("170", "60", "18 months", "at an age of 18 months; look at both; 18 years may have been meant"),
        ("150", "40", "1", "150 cm is hardly possible at an age of 1 year; look at both"),
        ("163", "60", "0", "163 cm is hardly possible at an age of 0 years; look at both"),
    ],
)
def test_a_height_of_as_many_months_or_years_is_asked_about(
    height: str, weight: str, age: str, words: str, doxorubicin: Given
) -> None:
    """128 cm are usual at 8 years, 170 cm at 18 years, 150 cm at 12 years."""
    row = {"height": height, "weight": weight, "age": age, "sex": "f"}
    assert alerts_of(doxorubicin, **row)["height-for-age"].text.endswith(words)
    assert "height-for-age" in batch(doxorubicin, row)[0].split()


@pytest.mark.parametrize(
    ("height", "weight", "age"),
    [("50", "3.4", "0"), ("100", "16", "23 months"), ("128", "26", "30"), ("130", "40", "96"), ("152", "45", "90")],
)
def test_a_height_that_no_other_unit_explains_passes_in_peace(
    height: str, weight: str, age: str, doxorubicin: Given
) -> None:
    """At 30 months nobody has 128 cm: a short adult."""
    row = {"height": height, "weight": weight, "age": age, "sex": "f"}
    assert alerts_of(doxorubicin, **row) == {}
    assert batch(doxorubicin, row) == [""]


# Earlier doses


def test_earlier_doses_of_more_than_twice_the_lifetime_maximum_are_asked_about(limited: Given) -> None:
    """180 cm, 80 kg: 2 m2. Twice 450 mg/m2 is 900 mg/m2, 1,800 mg; 901 mg are 450.5 mg/m2, 880 mg 440 mg/m2."""
    size = {"height": "180", "weight": "80"}
    before = ["901 mg/m2", "880 mg/m2", "1801 mg", "1800 mg", "901 mg"]
    found = [
        alerts_of(limited, "lifetime-maximum-doxorubicin", **size, earlier_doses={"doxorubicin": each})
        for each in before
    ]
    assert ["earlier-doses-doxorubicin" in each for each in found] == [True, False, True, False, False]
    assert {each["lifetime-maximum-doxorubicin"].level for each in found} == {"stop"}
    assert found[0]["earlier-doses-doxorubicin"].text == (
        "901 mg/m2 before is more than 2 times the lifetime maximum of 450 mg/m2; look at the unit"
    )
    assert alerts_of(limited, **size, earlier_doses={"doxorubicin": "300 mg/m2"}) == {}


def test_the_stop_beside_it_names_the_amount_that_was_meant_in_a_batch_too(limited: Given) -> None:
    """√(200 × 162 / 3600) = 3 m2: 1,000 mg would be 333.3 mg/m2; of 1.14 m2, 950 mg would be 833.3 mg/m2, no better."""
    tall, small = {"height": "200", "weight": "162"}, {"height": "130", "weight": "36"}
    assert "; 1,000 mg would be 333.33333… mg/m2" in refusal_of(
        limited, **tall, earlier_doses={"doxorubicin": "1000 mg/m2"}
    )
    told = [{**tall, "earlier_doxorubicin": f"{each} mg/m2"} for each in ("1000", "800", "380")]
    told += [{**small, "earlier_doxorubicin": "950 mg/m2"}, {**tall, "earlier_doxorubicin": "1000 mg"}]
    found = batch(limited, *told)
    assert ["lifetime-maximum-doxorubicin" in each for each in found] == [True, True, False, True, False]
    assert ["would be" in each for each in found] == [True, False, False, False, False]


def test_earlier_doses_of_nothing_are_refused(limited: Given) -> None:
    assert "is not above 0" in refusal_of(limited, height="180", weight="80", earlier_doses={"doxorubicin": "0 mg"})
