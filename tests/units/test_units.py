"""Reading and writing of quantities, conversion against independent figures, and every refusal."""

from __future__ import annotations

import datetime
import re
import shlex
import subprocess
import sys
from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pint import DimensionalityError, UndefinedUnitError

from cec.errors import InputError
from cec.units import (
    AGE,
    AMOUNT,
    AREA,
    BLOOD_COUNT,
    CLEARANCE,
    CONCENTRATION,
    CREATININE,
    DURATION,
    EXPOSURE,
    FLOW,
    LENGTH,
    PER_AREA,
    PER_WEIGHT,
    PERCENT,
    VOLUME,
    WEIGHT,
    Exact,
    Kind,
    Quantity,
    convert,
    convert_exactly,
    exact,
    multiply,
    plain,
    read_length,
    read_number,
    read_quantity,
    read_weight,
    shorten,
    span,
    write_number,
)
from cec.units import kinds as kinds_of_quantity
from cec.units.conversion import closed_registry

KINDS = (
    LENGTH,
    WEIGHT,
    AREA,
    BLOOD_COUNT,
    AMOUNT,
    PER_AREA,
    PER_WEIGHT,
    EXPOSURE,
    DURATION,
    AGE,
    VOLUME,
    CONCENTRATION,
    FLOW,
    CLEARANCE,
    CREATININE,
    PERCENT,
)

Figures = dict[str, str]
"""Of each unit how many of one of them it is."""

CELLS = {"cells": "1", **{f"x 10^{power} cells": f"{10**power}" for power in range(4, 12)}}
ACTIVITY = {"kBq": "1/1000", "MBq": "1", "GBq": "1000"}
DISSOLVED = ({"mcg": "1/1000", "mg": "1", "g": "1000"}, {"units": "1", "million units": "1000000"}, {"mmol": "1"})
AMOUNTS: tuple[Figures, ...] = (*DISSOLVED, {"mL": "1"}, {"drops": "1"}, {"Gy": "1"}, ACTIVITY, CELLS)


def per(what: str, amounts: tuple[Figures, ...]) -> tuple[Figures, ...]:
    return tuple({f"{unit}/{what}": figure for unit, figure in figures.items()} for figures in amounts)


BY_SIZE = (*DISSOLVED, {"mL": "1"}, ACTIVITY, CELLS)

IN_BASE_UNITS: dict[str, tuple[Figures, ...]] = {
    "height": ({"cm": "1", "m": "100", "mm": "1/10", "in": "254/100", "ft": "3048/100"},),
    "body weight": ({"kg": "1", "g": "1/1000", "lb": "45359237/100000000"},),
    "duration": ({"min": "1", "h": "60", "days": "1440", "weeks": "10080"},),
    "age": ({"months": "1461/48", "years": "1461/4", "weeks": "7", "days": "1"},),
    "volume": ({"mL": "1", "L": "1000"},),
    "serum creatinine": ({"mg/dL": "884/10", "micromol/L": "1"},),
    "count of blood cells": ({"x 10^9/L": "1", "G/L": "1", "/nL": "1", "/microL": "1/1000", "/mm3": "1/1000"},),
    "amount of drug": AMOUNTS,
    "dose per m2": per("m2", BY_SIZE),
    "dose per kg": per("kg", BY_SIZE),
    "concentration": per("mL", DISSOLVED),
}
"""Each unit in one of its dimension. Inch, foot and pound: international yard and pound agreement of 1959 (1 in =
2.54 cm, 1 ft = 30.48 cm, 1 lb = 0.45359237 kg). Four years, 48 months,
are 1,461 days. Creatinine: molar mass 113.12 g/mol, so 1 mg/dL = 10,000/113.12 = 88.40
micromol/L. A litre has 10^9 nanolitres, and 10^6 microlitres or cubic millimetres."""


def figures_of(kind: Kind) -> tuple[Figures, ...]:
    """The units of a kind, those together that can be converted."""
    return IN_BASE_UNITS.get(kind.name, tuple({unit: "1"} for unit in kind.units))


CONVERTIBLE = [
    (kind, one, other) for kind in KINDS for figures in figures_of(kind) for one in figures for other in figures
]

numbers = st.decimals(0, 999, places=6)
kinds = st.sampled_from(KINDS)


def of(number: str | int | Decimal, unit: str) -> Quantity:
    return Quantity(Decimal(number), unit)


def refusal(text: str, *kinds_read: Kind) -> str:
    with pytest.raises(InputError) as caught:
        read_quantity(text, *kinds_read)
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("number", ["1", "44.2", "57.3201881", "420", "0.000000000001"])
def test_conversion_equals_the_independent_figures(kind: Kind, number: str) -> None:
    """As a fraction; what is kept of it is the whole number or, of one without an end, 15 digits and the mark."""
    figures = {unit: Fraction(figure) for each in figures_of(kind) for unit, figure in each.items()}
    for one, other in [(one, other) for each, one, other in CONVERTIBLE if each is kind]:
        expected = Fraction(number) * figures[one] / figures[other]
        assert convert_exactly(of(number, one), other, kind) == Exact(expected, other), (one, other)
        cut = Context(prec=15, rounding=ROUND_DOWN).divide(Decimal(expected.numerator), Decimal(expected.denominator))
        shown = convert(of(number, one), other, kind)
        assert shown == (Quantity(cut, other, endless=True) if shown.endless else Quantity(shown.value, other))
        assert shown.endless or shown.value == expected, (one, other)
        assert shown.endless == (10**60 % expected.denominator != 0), (one, other)


def test_the_figures_cover_every_unit() -> None:
    for kind in KINDS:
        known = [unit for figures in figures_of(kind) for unit in figures]
        assert sorted(kind.units) == sorted(known)
        assert len(known) == 1 or kind.name in IN_BASE_UNITS


def test_every_unit_of_every_kind_is_defined() -> None:
    for kind in kinds_of_quantity.KINDS:
        for name in kind.units.values():
            closed_registry().parse_expression(name)
    with pytest.raises(UndefinedUnitError):
        closed_registry().parse_expression("millimole_of_haemoglobin / liter")


@given(st.sampled_from(CONVERTIBLE), numbers)
def test_pint_converts_to_the_same_digits(units: tuple[Kind, str, str], number: Decimal) -> None:
    """The factors come from the definitions that pint gets, without pint."""
    kind, one, other = units
    by_pint: Any = closed_registry().Quantity(Fraction(number), kind.units[one]).to(kind.units[other])
    assert convert_exactly(of(number, one), other, kind) == Exact(by_pint.magnitude, other)


@pytest.mark.parametrize("kind", kinds_of_quantity.KINDS, ids=lambda kind: kind.name)
def test_pint_has_every_factor_and_no_other(kind: Kind) -> None:
    """Between all units of a kind, rates too: the same fraction, or none where pint sees other dimensions."""
    registry = closed_registry()
    for one, other in permutations(kind.units, 2):
        try:
            by_pint = Fraction(registry.Quantity(Fraction(1), kind.units[one]).to(kind.units[other]).magnitude)
        except DimensionalityError:
            with pytest.raises(InputError, match=f"cannot be given in {re.escape(other)}"):
                convert_exactly(of(1, one), other, kind)
        else:
            assert convert_exactly(of(1, one), other, kind) == Exact(by_pint, other)


@pytest.mark.slow
@pytest.mark.parametrize(
    "typed",
    [
        "--height 128cm --weight 26kg --age 8 --sex female --previous-weight 25kg --creatinine 0.5mg/dL",
        "--height 128cm --weight 57.3kg --age 8 --sex female",
        "--height '4 ft 2 in' --weight 57.3lb --age 30months --sex male",
        "--height 1.28m --weight 26000g --creatinine 44micromol/L --age 8",
    ],
)
def test_pint_is_loaded_for_no_dose(typed: str) -> None:
    """Loading it takes longer than an order does."""
    program = (
        "import sys; from cec.__main__ import main\n"
        "try: main(['dose', *sys.argv[1:]])\n"
        "finally: print('pint' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *shlex.split(typed)], capture_output=True, text=True, check=False
    )
    assert done.stderr == "False\n"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_units_that_can_be_converted_have_one_dimension_for_pint(kind: Kind) -> None:
    registry = closed_registry()
    dimensions = [
        {registry.Quantity(1, kind.units[unit]).dimensionality for unit in figures} for figures in figures_of(kind)
    ]
    assert all(len(of_these) == 1 for of_these in dimensions)
    assert len({dimension for of_these in dimensions for dimension in of_these}) == len(dimensions)


def test_kinds_differ_in_dimension_except_flow_and_clearance() -> None:
    registry = closed_registry()
    by_dimension: dict[object, list[str]] = {}
    for kind in KINDS:
        dimension = frozenset(registry.Quantity(1, next(iter(kind.units.values()))).dimensionality.items())
        by_dimension.setdefault(dimension, []).append(kind.name)
    assert [names for names in by_dimension.values() if len(names) > 1] == [["infusion rate", "creatinine clearance"]]


def test_the_registry_is_closed() -> None:
    """pint's own registry reads MG as megagauss, units as micronits, and knows prefixes."""
    for foreign in ("megagauss", "nanogram", "kilogram", "pound", "second", "liter_per_hour"):
        with pytest.raises(AttributeError):
            closed_registry().Quantity(1, foreign)


def test_units_and_milligrams_are_never_converted() -> None:
    for one, other, kind in (("units", "mg", AMOUNT), ("mg/m2", "units/m2", PER_AREA)):
        with pytest.raises(InputError, match=f"cannot be given in {other}"):
            convert(of(5, one), other, kind)


def test_conversion_to_a_unit_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match="26 kg is not a height in cm"):
        convert(of(26, "kg"), "cm", LENGTH)
    with pytest.raises(InputError, match="128 cm is not a height in kg"):
        convert(of(128, "cm"), "kg", LENGTH)


@pytest.mark.parametrize(
    ("text", "centimetres"),
    [
        ("128", "128"),
        ("128cm", "128"),
        (" 128  cm ", "128"),
        ("128\N{NO-BREAK SPACE}cm", "128"),
        ("1.28 m", "128"),
        ("1280 mm", "128"),
        ("50.3937007874 in", "127.999999999996"),
        ("4 ft 2.39 in", "127.9906"),
        ("4ft2in", "127"),
        ("4 feet 2 inches", "127"),
        ("1 foot 1 inch", "33.02"),
        ("0 ft 11.999 in", "30.47746"),
        ("5 ft", "152.4"),
        ("4'2\"", "127"),
        ("4' 2.39\"", "127.9906"),
        ("4\N{RIGHT SINGLE QUOTATION MARK}2\N{RIGHT DOUBLE QUOTATION MARK}", "127"),
        ("4\N{PRIME}2\N{DOUBLE PRIME}", "127"),
        ('50"', "127"),
        ("128 CM", "128"),
        ("1.28 M", "128"),
        ("4 FT 2 IN", "127"),
    ],
)
def test_a_height_is_read_in_every_way_in_which_people_write_it(text: str, centimetres: str) -> None:
    """4 x 12 + 2.39 = 50.39 in; 50.39 x 2.54 = 127.9906; 50 x 2.54 = 127."""
    assert read_length(text) == of(centimetres, "cm")


@pytest.mark.parametrize(
    ("text", "kilograms"),
    [
        ("26", "26"),
        ("26 kg", "26"),
        ("26000 g", "26"),
        ("57.3201881 lb", "25.999999969124797"),
        ("1 pound", "0.45359237"),
        ("0.5", "0.5"),
        ("26 KG", "26"),
        ("26Kg", "26"),
        ("1 LB", "0.45359237"),
        ("1 Lbs", "0.45359237"),
        ("57 lb 4 oz", "25.9681631825"),
        ("57lbs 4.5oz", "25.9823379440625"),
    ],
)
def test_a_weight_is_read_in_every_way_in_which_people_write_it(text: str, kilograms: str) -> None:
    """57.3201881 x 0.45359237 = 25.999999969124797, 57.25 x 0.45359237 = 25.9681631825, 57.28125 x 0.45359237 =
    25.9823379440625 (4.5 oz are 4.5/16 lb), worked with `bc`."""
    assert read_weight(text) == of(kilograms, "kg")


@pytest.mark.parametrize(
    ("text", "kind", "written"),
    [
        ("40 mg/m2", PER_AREA, "40 mg/m2"),
        ("40mg/m²", PER_AREA, "40 mg/m2"),
        ("1 unit/m2", PER_AREA, "1 units/m2"),
        ("0.50 mg/kg", PER_WEIGHT, "0.5 mg/kg"),
        ("AUC 5", EXPOSURE, "AUC 5"),
        ("AUC5.5", EXPOSURE, "AUC 5.5"),
        ("10 units", AMOUNT, "10 units"),
        ("1 unit", AMOUNT, "1 unit"),
        ("2 hours", DURATION, "2 h"),
        ("90 mins", DURATION, "90 min"),
        ("1 d", DURATION, "1 day"),
        ("8y", AGE, "8 years"),
        ("1 mo", AGE, "1 month"),
        ("96 mos", AGE, "96 months"),
        ("6 yrs", AGE, "6 years"),
        ("50 mL/hour", FLOW, "50 mL/h"),
        ("50 ml/h", FLOW, "50 mL/h"),
        ("5%", PERCENT, "5%"),
        ("44.2 micromol/L", CREATININE, "44.2 micromol/L"),
        ("44.2 µmol/L", CREATININE, "44.2 micromol/L"),
        ("44.2umol/l", CREATININE, "44.2 micromol/L"),
        ("0.5 mg/dl", CREATININE, "0.5 mg/dL"),
    ],
)
def test_quantities_are_read_and_written_safely(text: str, kind: Kind, written: str) -> None:
    assert str(read_quantity(text, kind)) == written
    assert str(read_quantity(written, kind)) == written


@given(kinds, numbers, st.data())
def test_what_is_written_is_read_as_the_same(kind: Kind, number: Decimal, data: st.DataObject) -> None:
    quantity = Quantity(number, data.draw(st.sampled_from(sorted(kind.units))))
    assert read_quantity(str(quantity), kind) == quantity


@given(st.decimals(1000, 999_999_999, places=3))
def test_thousands_get_a_comma_that_input_may_not_have(number: Decimal) -> None:
    written = str(Quantity(number, "mg"))
    assert "," in written
    assert "has a comma" in refusal(written, AMOUNT)
    assert read_quantity(written.replace(",", ""), AMOUNT).value == number


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("5.0", "5"),
        (".5", "0.5"),
        ("1000", "1,000"),
        ("999.9", "999.9"),
        ("1234567.80", "1,234,567.8"),
        ("1E+3", "1,000"),
        ("1E-7", "0.0000001"),
        ("0.00", "0"),
    ],
)
def test_numbers_are_written_without_trailing_zeros_and_with_a_leading_one(number: str, written: str) -> None:
    assert write_number(Decimal(number)) == written


def test_a_long_number_is_cut_not_rounded() -> None:
    assert shorten(Decimal("0.96148999")) == "0.96148…"
    assert shorten(Decimal("1234.5678912"), 2) == "1,234.56…"
    assert shorten(Decimal("0.955")) == "0.955"
    assert shorten(Decimal(96)) == "96"


WEIGHT_REFUSALS = {
    "": "'' is empty",
    "   ": "'' is empty",
    "26,5": "has a comma: use a point for decimals",
    "26,5 kg": "has a comma",
    "1,000 g": "nothing for thousands",
    "-5": "is negative",
    "-5 kg": "is negative",
    "\N{MINUS SIGN}5 kg": "is negative",
    "- 5": "is negative",
    "-": "'-' is not a number",
    "\N{EN DASH}": "is not a number",
    "-x": "is not a number",
    "+5": "is not a number",
    "26 kilo": "(kilo); did you mean kg?",
    "26 stone": "(stone); a body weight is in kg, g, lb",
    "26 mg": "is not a body weight but an amount of drug",
    "10 units": "is not a body weight but an amount of drug",
    "128 cm": "is not a body weight but a height",
    "8 years": "is not a body weight but an age",
    "NaN": "is not a number",
    "Infinity": "is not a number",
    "1e3": "is in exponent notation",
    "1e3 kg": "is in exponent notation",
    "1E-3": "is in exponent notation",
    "\u0662\u0666": "has digits other than 0 to 9",
    "\uff12\uff16 kg": "has digits other than 0 to 9",
    "026": "has a leading zero",
    "00.5 kg": "has a leading zero",
    ".5": "needs a digit on both sides of the point",
    "5.": "needs a digit on both sides of the point",
    "5..5": "is not a number",
    "26 kg 5": "is not one number and one unit",
    "26kg kg": "is not one number and one unit",
    "kg": "is not a number",
    "0x1A": "has a unit that is not known here (x1A)",
    "10:30": "has a unit that is not known here (:30)",
    "1234567890": "has too many digits (9 before the point are read); write it like 26 kg",
    "18.400000000000002": "has too many digits (12 after the point are read): round it; write it like 26 kg",
    "5\x1b[2Jkg": r"'5\x1b[2Jkg'",
}


@pytest.mark.parametrize("text", WEIGHT_REFUSALS)
def test_a_weight_that_cannot_be_read_is_refused_with_the_reason(text: str) -> None:
    assert WEIGHT_REFUSALS[text] in refusal(text, WEIGHT)
    with pytest.raises(InputError):
        read_weight(text)


DOSE_REFUSALS = {
    "5 MG": "did you mean mg?",
    "5 \N{MICRO SIGN}g": "did you mean mcg?",
    "5 \N{GREEK SMALL LETTER MU}g": "did you mean mcg?",
    "5 ug": "did you mean mcg?",
    "5 IU": "did you mean units?",
    "5 U": "did you mean units?",
    "5 \N{MICRO SIGN}g/kg": "did you mean mcg/kg?",
    "5 IU/m2": "did you mean units/m2?",
    "5 MG/M2": "did you mean mg/m2?",
    "40 mg/m3": "did you mean mg/m2?",
    "40 mg/sqm": "did you mean mg/m2?",
    "40 mg / m2": "is not one number and one unit",
    "40": "has no unit",
    "AUC 5,5": "has a comma",
    "5 L": "is in litres; a dose of a fluid is in mL",
}


@pytest.mark.parametrize("text", DOSE_REFUSALS)
def test_a_dose_that_cannot_be_read_is_refused_with_what_was_meant(text: str) -> None:
    assert DOSE_REFUSALS[text] in refusal(text, AMOUNT, PER_AREA, PER_WEIGHT, EXPOSURE)


@pytest.mark.parametrize("text", ["5 ng", "5 pg", "5 ng/kg", "5 kg/kg", "5 mg/kg/day", "5 mol", "5 " + "m" * 100_000])
def test_no_other_order_of_magnitude_is_ever_suggested(text: str) -> None:
    message = refusal(text, AMOUNT, PER_AREA, PER_WEIGHT)
    assert "did you mean" not in message
    assert "an amount of drug is in mcg, mg, g, units, million units, mmol and others" in message
    assert len(message) < 500


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("5 ft 12 in", "has 12 in or more beside ft"),
        ("5 ft 02 in", "has a leading zero"),
        ("5'12\"", "has 12 in or more beside ft"),
        ("5 ft 2", "is not one number and one unit"),
        ("-4 ft 2 in", "is negative"),
        ("5'2", "has a unit that is not known here ('2); a height is in cm, m, mm, in, ft"),
        ("26 kg", "is not a height but a body weight"),
    ],
)
def test_a_height_that_cannot_be_read_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        read_length(text)
    assert reason in str(caught.value)


def test_every_refusal_shows_an_example_or_the_units() -> None:
    for text in WEIGHT_REFUSALS:
        message = refusal(text, WEIGHT)
        assert "26 kg" in message or "did you mean" in message or "kg, g, lb" in message


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else is raised, and a refusal is one line."""
    for read in (read_weight, read_length, read_number):
        refused = ""
        try:
            read(text)
        except InputError as error:
            refused = str(error)
        assert "\n" not in refused


@pytest.mark.parametrize(
    "value",
    ['"NaN"', '"Infinity"', "1e50", "1e-50", "1e999999", "1e-999999", "1" + "0" * 5000, '"1,5"', "true", "null"],
)
def test_a_damaged_number_in_a_file_is_refused(value: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(f'{{"value": {value}, "unit": "mg"}}', type=Quantity)
    assert len(str(caught.value)) < 150


@given(st.decimals(0, 10**9, places=9), st.sampled_from(["mg", "kg", "m2"]))
def test_a_quantity_saved_as_json_is_the_same_when_read_back(number: Decimal, unit: str) -> None:
    quantity = Quantity(number, unit)
    saved = msgspec.json.Encoder(decimal_format="number").encode(quantity)
    assert msgspec.json.decode(saved, type=Quantity) == quantity


def test_equal_numbers_have_equal_digits() -> None:
    assert str(plain(Decimal("1E+3"))) == str(plain(Decimal("1000.0"))) == "1000"
    assert repr(of("0.50", "mg")) == repr(of("0.5", "mg"))
    assert str(of("0E-50", "mg")) == str(of("0E+50", "mg")) == "0 mg"


def test_a_dose_is_multiplied_only_by_its_own_measure() -> None:
    """40 mg/m2 x 0.96 m2 = 38.4 mg; 0.5 mg/kg x 18.5 kg = 9.25 mg."""
    assert multiply(exact(of(40, "mg/m2")), exact(of("0.96", "m2"))).kept == of("38.4", "mg")
    assert multiply(exact(of("0.5", "mg/kg")), exact(of("18.5", "kg"))).kept == of("9.25", "mg")
    for dose, measure in (
        (of(40, "mg/m2"), of(26, "kg")),
        (of(2, "mg"), of(1, "m2")),
        (of(2, "mg/m2/h"), of(1, "m2")),
        (of(1, "mg/kg"), of(1, "g")),
    ):
        with pytest.raises(InputError, match="cannot be multiplied by"):
            multiply(exact(dose), exact(measure))


def test_a_duration_as_a_span_of_time() -> None:
    assert span(of(90, "min")) == datetime.timedelta(hours=1, minutes=30)
    assert span(of("0.5", "h")) == datetime.timedelta(minutes=30)
    assert span(of(2, "weeks")) == datetime.timedelta(days=14)
    with pytest.raises(InputError, match="longer than any calendar"):
        span(of(999_999_999, "weeks"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("999999999", ""),
        ("0.123456789012", ""),
        ("1000000000", "has too many digits (9 before the point are read)"),
        ("0.1234567890123", "has too many digits (12 after the point are read): round it"),
        ("012345678", "has a leading zero"),
        ("00.123456789012", "has a leading zero"),
    ],
)
def test_just_so_many_digits_are_read(text: str, fault: str) -> None:
    if not fault:
        assert read_number(text) == Decimal(text)
        return
    with pytest.raises(InputError) as refused:
        read_number(text)
    assert str(refused.value) == f"'{text}' {fault}; write it like 26.5"


@pytest.mark.parametrize(
    ("power", "written"),
    [
        (9, "333,333,333.33333… mg"),
        (10, "3,333,333,333.33333… mg"),
        (11, "33,333,333,333.3333… mg"),
        (14, "33,333,333,333,333.3… mg"),
        (15, "333,333,333,333,333… mg"),
    ],
)
def test_of_a_number_without_an_end_only_known_digits_are_shown(power: int, written: str) -> None:
    """15 digits are kept, and 5 decimals at most are shown."""
    assert str(Exact(Fraction(10**power, 3), "mg")) == written


@pytest.mark.parametrize(("value", "is_read"), [("1e30", True), ("1e31", False), ("1e-30", True), ("1e-31", False)])
def test_a_quantity_is_within_30_powers_of_ten(value: str, *, is_read: bool) -> None:
    if is_read:
        assert Quantity(Decimal(value), "mg").value == Decimal(value)
    else:
        with pytest.raises(ValueError, match=r"1E[+-]31 is not the number of a quantity"):
            Quantity(Decimal(value), "mg")


def test_what_is_shown_of_a_long_text_is_60_characters() -> None:
    for length, shown in ((60, "x" * 60), (61, "x" * 60 + "…")):
        with pytest.raises(InputError) as refused:
            read_number("x" * length)
        assert str(refused.value) == f"'{shown}' is not a number; write it like 26.5"


def test_two_numbers_are_equal_with_their_unit() -> None:
    one = Exact(Fraction(1, 2), "mg")
    assert one == exact(of("0.5", "mg"))
    assert hash(one) == hash(exact(of("0.5", "mg")))
    assert one not in {Exact(Fraction(1, 2), "g"), Exact(Fraction(1, 3), "mg")}


def test_an_auc_by_a_formula_that_is_not_known_is_refused_with_the_one_that_is() -> None:
    assert refusal("AUC 5 by hand", EXPOSURE) == (
        "'AUC 5 by hand' names no formula of a dose by AUC; there is newell-1993, or none: Calvert"
    )


def test_a_millionth_of_an_hour_is_a_span_of_time() -> None:
    """0.000001 h are 3,600 microseconds; 1.5 weeks 10 days and a half."""
    assert span(of("0.000001", "h")) == datetime.timedelta(microseconds=3600)
    assert span(of("1.5", "weeks")) == datetime.timedelta(days=10, hours=12)


def test_products_and_quotients_of_many_digits_are_exact() -> None:
    """123456789.123456789 × 987654321.987654321 has 36 digits; so many are computed as a fraction."""
    one, other = of("123456789.123456789", "mg"), Decimal("987654321.987654321")
    assert exact(one).times(other).number == Fraction(one.value) * Fraction(other)
    assert exact(one).divided_by(other).number == Fraction(one.value) / Fraction(other)
    assert exact(one).times(exact(of(3, "m2")), "g") == Exact(Fraction(one.value) * 3, "g")
    third = Exact(Fraction(1, 3), "mg")
    assert third.times(Decimal(3)) == exact(of(1, "mg"))
    assert exact(of(3, "mg")).times(third) == exact(of(1, "mg"))
    assert third.divided_by(third).kept == of(1, "mg")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("57 lb 16 oz", "has 16 oz or more beside lb; write it like 57 lb 4 oz"),
        ("57 kg 4 oz", "is not one number and one unit"),
        ("4 oz", "(oz); a body weight is in kg, g, lb"),
    ],
)
def test_ounces_stand_beside_pounds_alone(text: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        read_weight(text)
    assert reason in str(caught.value)


@pytest.mark.parametrize("text", ["300/µl", "300 /ul", "300/μL", "300/mm³", "0.3/nl", "0.3 /nL", "0.3 G/l"])
def test_a_count_of_blood_cells_is_read_as_laboratories_write_it(text: str) -> None:
    """300 in a microlitre are 0.3 in a nanolitre, and 0.3 x 10^9 in a litre."""
    assert convert(read_quantity(text, BLOOD_COUNT), "x 10^9/L", BLOOD_COUNT).value == Decimal("0.3")
