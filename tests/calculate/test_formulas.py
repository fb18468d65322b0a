"""Published formulas against other programs, hand working and their own text."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cec.calculate.formulas import BSA_FORMULAS, BsaFormula, FallingPowers, Powers, Root, body_surface_area, bsa_formula
from cec.calculate.kidneys import bedside_schwartz, cockcroft_gault, dose_by_exposure
from cec.errors import InputError
from cec.facts import FACTS, Sex
from cec.units import Exact, Quantity, shorten

VECTORS = Path(__file__).parent.parent / "vectors"
SEXES: dict[str, Sex] = {"female": "female", "male": "male"}

heights = st.decimals(*FACTS["height"].possible or (), places=1)
weights = st.decimals(*FACTS["weight"].possible or (), places=2)
formulas = st.sampled_from(sorted(BSA_FORMULAS))
sexes: st.SearchStrategy[Sex] = st.sampled_from(["female", "male"])


def read(name: str) -> list[dict[str, str]]:
    with (VECTORS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of(number: str | int | Decimal, unit: str) -> Quantity:
    return Quantity(Decimal(number), unit)


def bsa(formula: str, height: Decimal | str | int, weight: Decimal | str | int, sex: Sex | None = None) -> Fraction:
    return body_surface_area(formula, of(height, "cm"), of(weight, "kg"), sex).number


@pytest.mark.parametrize("row", read("bsa.csv"), ids=lambda row: f"{row['formula']}-{row['source'][:25]}")
def test_bsa_equals_another_program_or_the_working_by_hand(row: dict[str, str]) -> None:
    value = bsa(row["formula"], row["height_cm"], row["weight_kg"], SEXES.get(row["sex"]))
    assert abs(value - Fraction(row["expected_m2"])) <= Fraction(row["tolerance"])


def test_the_vectors_hold_every_formula_and_tell_them_apart() -> None:
    rows = read("bsa.csv")
    assert {row["formula"] for row in rows} == set(BSA_FORMULAS)
    strict = [row for row in rows if Decimal(row["tolerance"]) <= Decimal("0.00001") and not row["sex"]]
    for row in strict:
        for other in set(BSA_FORMULAS) - {row["formula"], "schlich"}:
            value = bsa(other, row["height_cm"], row["weight_kg"])
            assert abs(value - Fraction(row["expected_m2"])) > Fraction(row["tolerance"]), (row, other)


def test_boyd_is_the_form_in_grams_not_the_rounded_one_in_kilograms() -> None:
    kilograms = 0.03330 * 70 ** (0.6157 - 0.0188 * math.log10(70)) * 170**0.3
    assert abs(bsa("boyd", 170, 70) - Fraction("1.8346702898274039")) < Fraction("1e-12")
    assert 0.9e-4 < kilograms / float(bsa("boyd", 170, 70)) - 1 < 1.2e-4


@pytest.mark.parametrize("tie", [Decimal(number) / 1000 for number in range(505, 2500, 70)])
def test_mosteller_is_exact_on_ties(tie: Decimal) -> None:
    """At 100 cm the weight of a BSA of b is 36 b^2: 36 x 0.955^2 = 32.8329 kg."""
    assert bsa("mosteller", 100, 36 * tie * tie) == tie


@pytest.mark.parametrize(("height", "weight", "thirds"), [("100", "4", "1"), ("160", "10", "2"), ("150", "54", "4.5")])
def test_mosteller_is_exact_where_the_root_is_a_fraction(height: str, weight: str, thirds: str) -> None:
    """100 × 4 / 3600 is 1/9, 160 × 10 / 3600 is 4/9, 150 × 54 / 3600 is 9/4: a third, two thirds and one and a half."""
    assert bsa("mosteller", height, weight) * 3 == Fraction(thirds)


def test_a_power_that_ends_is_exact() -> None:
    """√100 = 10, √16 = 4; the sixth root of 64 is 2; with log10(10,000 g) = 4, 10,000^(1 - 0.125 × 4) = 100."""
    half = Decimal("0.5")
    assert Powers(Decimal("0.01"), half, half).value(Decimal(100), Decimal(16)) == Fraction("0.4")
    falling = FallingPowers(Decimal("0.001"), half, Decimal(1), Decimal("0.125"))
    assert falling.value(Decimal(100), Decimal(10)) == 1
    assert Root(3600).value(Decimal(100), Decimal(36)) == 1


@given(heights, weights, formulas, sexes)
def test_the_text_of_an_equation_is_what_is_computed(height: Decimal, weight: Decimal, name: str, sex: Sex) -> None:
    """The working, read by Python as it stands, gives the value that it states, and the value computed."""
    formula = BSA_FORMULAS[name]
    working = formula.working(height, weight, sex)
    left, _, right = working.partition(" = ")
    for written, python in (("×", "*"), ("^", "**"), ("√", "sqrt"), (",", ""), (" cm", ""), (" kg", ""), (" g", "")):
        left = left.replace(written, python)
    as_written = eval(left, {"sqrt": math.sqrt, "log10": math.log10})
    value = formula.compute(height, weight, sex)
    assert math.isclose(as_written, float(value.number), rel_tol=1e-12)
    assert right == f"{shorten(value.number)} m2"


@pytest.mark.parametrize("formula", BSA_FORMULAS.values(), ids=list(BSA_FORMULAS))
def test_every_formula_has_a_title_an_equation_and_a_citation_with_a_year(formula: BsaFormula) -> None:
    assert formula.name == formula.title.lower().replace(" ", "-")
    assert "weight" in formula.equation
    assert any(str(year) in formula.citation for year in range(1916, 2100))


def test_the_working_puts_the_numbers_into_the_equation() -> None:
    numbers = Decimal(128), Decimal(26)
    assert BSA_FORMULAS["mosteller"].working(*numbers) == "√(128 cm × 26 kg / 3600) = 0.96148… m2"
    du_bois = BSA_FORMULAS["du-bois"].working(*numbers)
    assert du_bois.startswith("0.007184 × (128 cm)^0.725 × (26 kg)^0.425 = 0.96")
    assert "(26,000 g)^(0.7285 - 0.0188 × log10(26,000 g))" in BSA_FORMULAS["boyd"].working(*numbers)
    assert BSA_FORMULAS["livingston-lee"].working(*numbers).startswith("0.1173 × (26 kg)^0.6466 = ")
    assert BSA_FORMULAS["livingston-lee"].working(Decimal(70), Decimal("9.9")).startswith("0.1037 × (9.9 kg)^0.6724 = ")


@given(heights, weights, formulas, sexes)
def test_bsa_grows_with_weight(height: Decimal, weight: Decimal, name: str, sex: Sex) -> None:
    assert bsa(name, height, weight * Decimal("1.001"), sex) > bsa(name, height, weight, sex) > 0


@given(heights, weights, formulas, sexes)
def test_bsa_grows_with_height_unless_only_weight_counts(height: Decimal, weight: Decimal, name: str, sex: Sex) -> None:
    taller, shorter = bsa(name, height + Decimal("0.1"), weight, sex), bsa(name, height, weight, sex)
    assert taller == shorter if name == "livingston-lee" else taller > shorter


@given(heights, weights, formulas)
def test_sex_matters_to_schlich_alone(height: Decimal, weight: Decimal, name: str) -> None:
    same = bsa(name, height, weight, "female") == bsa(name, height, weight, "male")
    assert same != (name == "schlich")


def test_schlich_without_sex_says_what_to_give() -> None:
    with pytest.raises(InputError, match="give --sex female or --sex male"):
        bsa("schlich", 128, 26)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dubois", "du-bois"),
        ("Du Bois", "du-bois"),
        ("gehan_george", "gehan-george"),
        ("MOSTELLER", "mosteller"),
        ("mostellar", "mosteller"),
        ("livingston", "livingston-lee"),
        ("shuter", "shuter-aslani"),
    ],
)
def test_a_misspelt_formula_is_refused_with_the_likely_one(typed: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"did you mean {meant}\\?"):
        bsa_formula(typed)


def test_an_unknown_formula_is_refused_with_the_list() -> None:
    with pytest.raises(InputError, match="there are mosteller, du-bois, haycock"):
        bsa_formula("xyz" * 10_000)


def test_a_measure_in_another_unit_is_refused() -> None:
    with pytest.raises(InputError, match=r"1.28 m is not in cm"):
        body_surface_area("mosteller", of("1.28", "m"), of(26, "kg"))


@pytest.mark.parametrize("row", read("renal.csv"), ids=lambda row: f"{row['method']}-{row['source'][:20]}")
def test_renal_function_equals_another_program(row: dict[str, str]) -> None:
    creatinine = of(row["scr"], row["scr_unit"])
    if row["method"] == "bedside_schwartz":
        result = bedside_schwartz(of(row["height_cm"], "cm"), creatinine)
        assert result.value.unit == "mL/min/1.73 m2"
    else:
        age, weight = of(row["age_y"], "years"), of(row["weight_kg"], "kg")
        result = cockcroft_gault(age, weight, creatinine, SEXES[row["sex"]])
        assert result.value.unit == "mL/min"
    assert abs(result.value.number - Fraction(row["expected"])) <= Fraction(row["tolerance"])


def test_creatinine_in_micromol_per_litre_gives_the_same() -> None:
    """1 mg/dL is 88.4 micromol/L, so 44.2 micromol/L is 0.5 mg/dL: 0.413 x 128 / 0.5 = 105.728."""
    result = bedside_schwartz(of(128, "cm"), of("44.2", "micromol/L"))
    assert str(result.value) == "105.728 mL/min/1.73 m2"
    assert result.how == "0.413 × 128 cm / (44.2 micromol/L / 88.4) = 105.728 mL/min/1.73 m2"
    assert "J Am Soc Nephrol 2009;20:629" in result.source


def test_cockcroft_gault_counts_completed_years() -> None:
    """233 months are 19 completed years: (140 - 19) x 70 / (72 x 1) = 117.6388..."""
    result = cockcroft_gault(of(233, "months"), of(70, "kg"), of(1, "mg/dL"), "male")
    assert result.how == "(140 - 19) × 70 kg / (72 × 1 mg/dL) = 117.63888… mL/min"
    assert "Nephron 1976;16:31" in result.source


@pytest.mark.parametrize(
    ("target", "gfr", "dose"),
    [("5", "90", "575"), ("5", "10", "175"), ("6", "62.5", "525"), ("1.5", "125", "225"), ("4", "0", "100")],
)
def test_calvert_by_hand(target: str, gfr: str, dose: str) -> None:
    """5 x (90 + 25) = 575; 5 x 35 = 175; 6 x 87.5 = 525; 1.5 x 150 = 225; without filtration 4 x 25 = 100."""
    result = dose_by_exposure(of(target, "AUC"), Exact(Fraction(gfr), "mL/min"), of(70, "kg"))
    assert result.value == Exact(Fraction(dose), "mg")
    assert result.how == f"AUC {target} × ({gfr} mL/min + 25) = {dose} mg"


def test_calvert_refuses_a_gfr_per_body_surface() -> None:
    with pytest.raises(InputError, match="is not in mL/min"):
        dose_by_exposure(of(5, "AUC"), bedside_schwartz(of(128, "cm"), of("0.5", "mg/dL")).value, of(70, "kg"))


def test_renal_functions_refuse_what_they_cannot_use() -> None:
    adult = of(40, "years"), of(80, "kg")
    with pytest.raises(InputError, match="needs the patient's sex"):
        cockcroft_gault(*adult, of(1, "mg/dL"), None)
    with pytest.raises(InputError, match="0 mg/dL is not possible"):
        cockcroft_gault(*adult, of(0, "mg/dL"), "male")
    with pytest.raises(InputError, match="an age of 140 years"):
        cockcroft_gault(of(140, "years"), of(80, "kg"), of(1, "mg/dL"), "male")
    with pytest.raises(InputError, match="0 micromol/L is not possible"):
        bedside_schwartz(of(128, "cm"), of(0, "micromol/L"))


def cm(number: str) -> Quantity:
    return Quantity(Decimal(number), "cm")


EVERY_NAME = ", ".join(BSA_FORMULAS)
YEARS_140, KG, SERUM = Quantity(Decimal(140), "years"), Quantity(Decimal(60), "kg"), Quantity(Decimal(1), "mg/dL")


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (lambda: bsa_formula("Du_Boi"), "there is no BSA formula 'Du_Boi'; did you mean du-bois?"),
        (lambda: bsa_formula("xyz"), f"there is no BSA formula 'xyz'; there are {EVERY_NAME}"),
        (lambda: bsa_formula("y" * 41), f"there is no BSA formula '{'y' * 40}'; there are {EVERY_NAME}"),
        (lambda: body_surface_area("mosteller", KG, KG), "60 kg is not in cm"),
        (lambda: body_surface_area("schlich", cm("160"), KG),
         "the Schlich formula needs the patient's sex; give --sex female or --sex male"),
        (lambda: cockcroft_gault(YEARS_140, KG, SERUM, None),
         "Cockcroft-Gault needs the patient's sex; give --sex female or --sex male"),
        (lambda: cockcroft_gault(YEARS_140, KG, SERUM, "male"),
         "Cockcroft-Gault gives nothing for an age of 140 years"),
        (lambda: bedside_schwartz(cm("128"), Quantity(Decimal(0), "mg/dL")),
         "a serum creatinine of 0 mg/dL is not possible; write it like 0.5 mg/dL"),
    ],
)  # fmt: skip
def test_what_no_formula_takes_is_refused(refused: Callable[[], object], words: str) -> None:
    with pytest.raises(InputError) as error:
        refused()
    assert str(error.value) == words
