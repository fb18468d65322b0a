"""A batch gives the digits of the single path, for every row: ties, formulas, policies, checks and refusals."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec
import polars as pl
import pytest
from batches import INDUCTION, amount, by_columns, one_by_one, settings, sizes, with_policy

from cec import dose_table, load_pharmacy
from cec.batch.over_columns import bsa_over_columns
from cec.calculate.formulas import BSA_FORMULAS, BsaFormula, Part
from cec.pharmacy import DoseRounding
from cec.units import Quantity

ROWS = 220_000
"""Over all formulas, as many of each; of them, 200,000 and more have doses: some sizes are stopped."""

Number = Any
"""A float or a Decimal: the equations are computed in both."""

EQUATIONS: dict[str, Callable[[Callable[[str], Number], Number, Number, str], Number]] = {
    "mosteller": lambda n, h, w, _: (h * w / 3600) ** n("0.5"),
    "du-bois": lambda n, h, w, _: n("0.007184") * h ** n("0.725") * w ** n("0.425"),
    "haycock": lambda n, h, w, _: n("0.024265") * h ** n("0.3964") * w ** n("0.5378"),
    "gehan-george": lambda n, h, w, _: n("0.0235") * h ** n("0.42246") * w ** n("0.51456"),
    "boyd": lambda n, h, w, _: n("0.0003207") * h ** n("0.3") * boyd_weight(n, 1000 * w),
    "fujimoto": lambda n, h, w, _: n("0.008883") * h ** n("0.663") * w ** n("0.444"),
    "takahira": lambda n, h, w, _: n("0.007241") * h ** n("0.725") * w ** n("0.425"),
    "shuter-aslani": lambda n, h, w, _: n("0.00949") * h ** n("0.655") * w ** n("0.441"),
    "schlich": lambda n, h, w, sex: (
        n("0.000579479") * w ** n("0.38") * h ** n("1.24")
        if sex == "male"
        else n("0.000975482") * w ** n("0.46") * h ** n("1.08")
    ),
    "livingston-lee": lambda n, _, w, __: n("0.1173") * w ** n("0.6466") if w >= 10 else n("0.1037") * w ** n("0.6724"),
}
"""The published equations, written once more: in floats right to 12 digits, near a tie in decimals of 50."""


def boyd_weight(n: Callable[[str], Number], grams: Number) -> Number:
    log = grams.log10() if isinstance(grams, Decimal) else math.log10(grams)
    return grams ** (n("0.7285") - n("0.0188") * log)


def in_floats(formula: str, height: str, weight: str, sex: str) -> float:
    return float(EQUATIONS[formula](float, float(height), float(weight), sex))


def in_decimals(formula: str, height: str, weight: str, sex: str) -> Decimal:
    with localcontext(prec=50):
        value = EQUATIONS[formula](Decimal, Decimal(height), Decimal(weight), sex)
        return Decimal(round(value, 40))  # so that the root of a square is the whole number


def half_up(value: Decimal | float, step: Decimal) -> Decimal:
    """Half-up, written apart from cec's own."""
    steps = Decimal(value) / step
    return ((steps * 2 + 1) // 2) * step


def expected_bsa(formula: str, height: str, weight: str, sex: str, step: Decimal) -> Decimal:
    """The BSA by plain floats, and in decimals where a float lies too near a tie to be sure."""
    steps = in_floats(formula, height, weight, sex) / float(step) + 0.5
    if abs(steps - round(steps)) > 1e-7:
        return math.floor(steps) * step
    return half_up(in_decimals(formula, height, weight, sex), step)


@pytest.mark.slow
@pytest.mark.parametrize("formula", EQUATIONS)
def test_every_formula_over_many_rows(formula: str) -> None:
    """The four protocol doses follow from the BSA and the weight by a multiplication that anybody can do."""
    step = Decimal("0.01") if formula != "boyd" else Decimal("0.05")
    rows = ROWS // len(EQUATIONS)
    table = sizes(len(formula), rows)
    table["sex"] = [random.Random(row).choice(["male", "female"]) for row in range(rows)]
    dosed, refused = by_columns(table, settings(with_policy(bsa_formula=formula, bsa_rounding=Quantity(step, "m2"))))
    assert dosed.height + refused.height == rows
    assert dosed.height * len(EQUATIONS) >= 200_000
    given = list(zip(table["height"], table["weight"], table["sex"], strict=True))
    for row, bsa, *doses, _, _ in dosed.iter_rows():
        height, weight, sex = given[row]
        assert height
        assert weight
        assert sex
        area = Decimal(bsa)
        assert area == expected_bsa(formula, height, weight, sex, step), (height, weight)
        assert list(map(Decimal, doses)) == [area * 40, area * 100, area * 440, Decimal(weight) / 2]
        assert not any(text.endswith((".", ".0")) or "e" in text for text in (bsa, *doses))


@pytest.mark.parametrize("formula", EQUATIONS)
def test_rows_near_a_tie_have_the_digits_of_the_formula(formula: str) -> None:
    """Of steps as small as 10^-8 m2 one row in five lies too near a tie for floats; its sex counts as in any other."""
    step = Decimal("0.00000001")
    table = sizes(len(formula), 60)
    table["sex"] = [("male", "female")[row % 2] for row in range(60)]
    dosed, _ = by_columns(table, settings(with_policy(bsa_formula=formula, bsa_rounding=Quantity(step, "m2"))))
    given = list(zip(table["height"], table["weight"], table["sex"], strict=True))
    texts = [tuple(map(str, given[row])) for row in dosed.get_column("row")]
    assert len(texts) > 50
    found = list(map(Decimal, dosed.get_column("bsa_m2")))
    assert found == [half_up(in_decimals(formula, *each), step) for each in texts]


def test_every_tie_of_mosteller_goes_up() -> None:
    """Height × weight = 0.09 n² with n odd puts the BSA at n / 200 m2, in the middle between two hundredths."""
    table: dict[str, list[str | None]] = {"height": [], "weight": []}
    expected = []
    for odd in range(71, 599, 2):
        height = 90 if odd < 200 else 160
        weight = Decimal(9) * odd * odd / (100 * height)
        table["height"].append(str(height))
        table["weight"].append(f"{weight:f}")
        expected.append(Decimal(odd + 1) / 200)
    dosed, refused = by_columns(table, settings())
    found = {row: Decimal(bsa) for row, bsa in dosed.select("row", "bsa_m2").iter_rows()}
    stopped = set(refused.get_column("row"))  # under 10 kg
    assert {row: area for row, area in enumerate(expected) if row not in stopped} == found
    assert len(found) > 200
    assert dosed.equals(one_by_one(table, settings())[0])


@pytest.mark.slow
def test_every_tie_of_the_fourth_decimal() -> None:
    """The same with a BSA rounded to 0.0001 m2: n / 20,000 for every odd n from 0.65 to 3 m2."""
    fine = with_policy(bsa_rounding=amount("0.0001", "m2"))
    line = msgspec.structs.replace(INDUCTION.drugs[0], dose=amount("1", "mg"))
    regimen = msgspec.structs.replace(INDUCTION, drugs=(line,), checks=())
    odds = range(13_001, 60_001, 2)
    weights = [Decimal(6) * odd * odd / 10**8 for odd in odds]
    table: dict[str, list[str | None]] = {
        "height": ["150"] * len(odds),
        "weight": [f"{weight:f}" for weight in weights],
    }
    dosed, _ = by_columns(table, settings(fine, regimen))
    expected = [Decimal(odd + 1) / 20_000 for odd in odds]
    assert list(map(Decimal, dosed.get_column("bsa_m2"))) == expected
    floats = [math.floor(math.sqrt(150 * float(weight) / 3600) * 1e4 + 0.5) / 1e4 for weight in weights]
    assert [Decimal(str(value)) for value in floats] != expected, "floats alone would have got these right too"


def test_37_5_mg_per_m2_to_the_nearest_mg() -> None:
    """37.5 mg/m2 × n/100 m2 = 3 n / 8 mg: the whole mg is (3 n + 4) // 8, ties up."""
    line = msgspec.structs.replace(INDUCTION.drugs[0], drug="example", dose=amount("37.5", "mg/m2"), source="")
    regimen = msgspec.structs.replace(INDUCTION, drugs=(line,), checks=())
    rounding = {"example": DoseRounding("nearest", amount("1", "mg"))}
    table = sizes(37, 20_000)
    dosed, _ = by_columns(table, settings(with_policy(dose_rounding=rounding, largest_deviation=Decimal(50)), regimen))
    wrong_in_floats = 0
    for bsa, dose in dosed.select("bsa_m2", "example_mg").iter_rows():
        hundredths = int(Decimal(bsa) * 100)
        assert int(dose) == (3 * hundredths + 4) // 8
        wrong_in_floats += round(37.5 * float(bsa)) != int(dose)
    assert wrong_in_floats > dosed.height / 50, "binary floats and half to even would have done"


def over_columns(formula: str) -> pl.Expr | None:
    return bsa_over_columns(formula, pl.col("cm"), pl.col("kg"), pl.col("sex"))


@pytest.mark.parametrize("formula", BSA_FORMULAS)
def test_measured_forms_are_the_equations(formula: str) -> None:
    draw = random.Random(formula)
    sizes = [(round(draw.uniform(45, 200), 1), round(draw.uniform(2.5, 150), 2)) for _ in range(300)]
    sizes += [(70.0, 9.999), (70.0, 10.0)]
    for sex in ("female", "male"):
        frame = pl.DataFrame(sizes, schema=["cm", "kg"], orient="row").with_columns(sex=pl.lit(sex))
        expression = over_columns(formula)
        assert expression is not None
        areas = frame.select(expression.alias("area")).to_series()
        for (height, weight), area in zip(sizes, areas, strict=True):
            assert area == pytest.approx(in_floats(formula, str(height), str(weight), sex), rel=1e-13)


def test_without_a_sex_a_formula_that_needs_one_has_no_area() -> None:
    frame = pl.DataFrame({"cm": [128.0], "kg": [26.0], "sex": [None]}, schema_overrides={"sex": pl.String})
    expression = over_columns("schlich")
    assert expression is not None
    assert frame.select(expression).item() is None


class Quotient(NamedTuple):
    """(4 × weight + 7) / (weight + 90): Costeff's equation, which is no power of a size."""

    text: str = "(4 × weight + 7) / (weight + 90)"

    def value(self, height: Decimal, weight: Decimal) -> Fraction:  # noqa: ARG002  by weight alone
        return (4 * Fraction(weight) + 7) / (Fraction(weight) + 90)


def test_a_formula_of_another_form_goes_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """26 kg: 111 / 116 = 0.9568…, 0.96 m2, × 40 mg/m2 = 38.4 mg; 30 kg: 127 / 120 = 1.0583…, 1.06 m2, 42.4 mg;
    43.9975 kg: 182.99 / 133.9975 = 1.3656…, 1.37 m2, 54.8 mg."""
    costeff = BsaFormula("costeff", "Costeff", (Part(Quotient()),), "made up for this test")
    monkeypatch.setitem(BSA_FORMULAS, "costeff", costeff)
    assert [name for name in BSA_FORMULAS if over_columns(name) is None] == ["costeff"]
    table = pl.DataFrame({"height_cm": ["128", "140", "150"], "weight_kg": ["26", "30", "43.9975"]})
    dosed = dose_table(table, pharmacy=msgspec.structs.replace(load_pharmacy(), bsa_formula="costeff"))
    assert dosed.select("bsa_m2", "clofarabine_mg").rows() == [("0.96", "38.4"), ("1.06", "42.4"), ("1.37", "54.8")]
    assert costeff.working(Decimal(128), Decimal(26)) == "(4 × 26 kg + 7) / (26 kg + 90) = 0.95689… m2"
