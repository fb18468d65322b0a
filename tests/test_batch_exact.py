"""A batch gives the digits of the single path, for every row: ties, formulas, policies, checks and refusals."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from batches import by_columns, one_by_one, patients, sizes

import cec
from cec import Pharmacy, Regimen, load_pharmacy, load_regimen
from cec.batch.areas import measured
from cec.batch.doses import Variant, product
from cec.batch.growth_limits import LIMITS, age_limits, month_limits
from cec.batch.single import Settings
from cec.calculate.formulas import BSA_FORMULAS, Equation
from cec.calculate.growth import value_at, value_at_modified_z
from cec.pharmacy import DoseRounding, RoundingBand
from cec.regimen import Check, Condition, DrugLine, Limit
from cec.units import Quantity

INDUCTION = load_regimen("cec-induction")
STARTER = next(Path(cec.__file__).parent.rglob("starter_pharmacy.yaml"))
ROWS = 200_000

FLOATS: dict[str, Callable[[float, float, str], float]] = {
    "mosteller": lambda h, w, _: math.sqrt(h * w / 3600),
    "du-bois": lambda h, w, _: 0.007184 * h**0.725 * w**0.425,
    "haycock": lambda h, w, _: 0.024265 * h**0.3964 * w**0.5378,
    "gehan-george": lambda h, w, _: 0.0235 * h**0.42246 * w**0.51456,
    "boyd": lambda h, w, _: 0.0003207 * h**0.3 * (1000 * w) ** (0.7285 - 0.0188 * math.log10(1000 * w)),
    "fujimoto": lambda h, w, _: 0.008883 * h**0.663 * w**0.444,
    "takahira": lambda h, w, _: 0.007241 * h**0.725 * w**0.425,
    "shuter-aslani": lambda h, w, _: 0.00949 * h**0.655 * w**0.441,
    "schlich": lambda h, w, sex: 0.000579479 * w**0.38 * h**1.24 if sex == "male" else 0.000975482 * w**0.46 * h**1.08,
    "livingston-lee": lambda _, w, __: 0.1173 * w**0.6466 if w >= 10 else 0.1037 * w**0.6724,
}
"""The published equations, written once more, in plain floats: right to 12 digits, so that only rows near a tie need
the formula in decimals."""


def amount(text: str, unit: str) -> Quantity:
    return Quantity(Decimal(text), unit)


def settings(pharmacy: Pharmacy | None = None, regimen: Regimen = INDUCTION) -> Settings:
    return Settings(regimen, pharmacy or load_pharmacy())


def with_policy(**changes: object) -> Pharmacy:
    return msgspec.structs.replace(load_pharmacy(), **changes)


def half_up(value: Decimal | float, step: Decimal) -> Decimal:
    """Half-up, written apart from cec's own."""
    steps = Decimal(value) / step
    return ((steps * 2 + 1) // 2) * step


def expected_bsa(formula: str, height: str, weight: str, sex: str, step: Decimal) -> Decimal:
    """The BSA by plain floats, and by the formula in decimals where a float lies too near a tie to be sure."""
    value = FLOATS[formula](float(height), float(weight), sex)
    steps = value / float(step) + 0.5
    if abs(steps - round(steps)) > 1e-7:
        return math.floor(steps) * step
    exact = BSA_FORMULAS[formula].compute(Decimal(height), Decimal(weight), "male" if sex == "male" else "female")
    return half_up(exact, step)


@pytest.mark.parametrize("formula", FLOATS)
def test_every_formula_over_many_rows(formula: str) -> None:
    """The four protocol doses follow from the BSA and the weight by a multiplication that anybody can do."""
    step = Decimal("0.01") if formula != "boyd" else Decimal("0.05")
    rows = ROWS if formula == "mosteller" else ROWS // 10
    table = sizes(len(formula), rows)
    table["sex"] = [random.Random(row).choice(["male", "female"]) for row in range(rows)]
    dosed, refused = by_columns(table, settings(with_policy(bsa_formula=formula, bsa_rounding=Quantity(step, "m2"))))
    assert dosed.height + refused.height == rows
    assert refused.height < rows / 10
    given = list(zip(table["height"], table["weight"], table["sex"], strict=True))
    for row, bsa, *doses, _ in dosed.iter_rows():
        height, weight, sex = given[row]
        assert height
        assert weight
        assert sex
        area = Decimal(bsa)
        assert area == expected_bsa(formula, height, weight, sex, step), (height, weight)
        assert list(map(Decimal, doses)) == [area * 40, area * 100, area * 440, Decimal(weight) / 2]
        assert not any(text.endswith((".", ".0")) or "e" in text for text in (bsa, *doses))


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


BANDS = DoseRounding(
    "band",
    bands=tuple(
        RoundingBand(amount(str(low), "mg"), amount(str(low + 9.99), "mg"), amount(str(low + 5), "mg"))
        for low in range(30, 230, 10)
    ),
)
POLICIES: dict[str, dict[str, object]] = {
    "default": {},
    "bsa to 0.05": {"bsa_rounding": amount("0.05", "m2")},
    "bsa not rounded": {
        "bsa_rounding": None,
        "dose_rounding": {
            drug: DoseRounding("nearest", amount("5", "mg"))
            for drug in ("clofarabine", "etoposide", "cyclophosphamide")
        },
    },
    "nearest and down": {
        "dose_rounding": {
            "etoposide": DoseRounding("nearest", amount("5", "mg")),
            "Prednisone": DoseRounding("down", amount("1", "mg")),
        }
    },
    "bands": {"dose_rounding": {"etoposide": BANDS}, "largest_deviation": Decimal(10)},
    "grams": {"dose_rounding": {"cyclophosphamide": DoseRounding("nearest", amount("0.02", "g"))}},
    "formulary": {"formulary": load_pharmacy(STARTER).formulary},
    "du bois": {"bsa_formula": "du-bois"},
    "schlich": {"bsa_formula": "schlich"},
}


@pytest.mark.parametrize(
    ("policy", "name"), [*((policy, "cec-induction") for policy in POLICIES), ("default", "cec-consolidation")]
)
def test_all_that_a_row_can_tell(policy: str, name: str) -> None:
    """Doses, alerts, refusals and their words are those of the single path, row by row."""
    seed = len(policy) * 7 + len(name) + 3  # tables in which some rows are dosed and some are not
    table = patients(seed, 350)
    given = settings(with_policy(**POLICIES[policy]), load_regimen(name))._replace(as_of=None)
    dosed, refused = by_columns(table, given)
    alone, refused_alone = one_by_one(table, given)
    assert dosed.equals(alone)
    assert refused.rows() == refused_alone.rows()
    assert dosed.height
    assert refused.height


def test_a_regimen_of_every_kind_of_line() -> None:
    """Bands by age and weight, a maximum, divided doses, flat doses, g/m2, units/m2, and a drug of two lines."""
    regimen = load_regimen(Path(__file__).parent / "regimens" / "every-kind-of-line.yaml")
    table = patients(5, 500)
    given = settings(regimen=regimen)
    dosed, refused = by_columns(table, given)
    alone, refused_alone = one_by_one(table, given)
    assert dosed.equals(alone)
    assert refused.rows() == refused_alone.rows()
    assert "banded_2_mg" in dosed.columns


def test_weights_of_many_digits() -> None:
    for decimals in (3, 9, 12):
        table = sizes(decimals, 300, decimals)
        assert by_columns(table, settings())[0].equals(one_by_one(table, settings())[0])


@pytest.mark.parametrize("formula", BSA_FORMULAS)
def test_measured_forms_are_the_equations(formula: str) -> None:
    for sex in ("female", "male"):
        forms = measured(formula, sex)
        draw = random.Random(formula)
        for _ in range(300):
            height, weight = round(draw.uniform(45, 200), 1), round(draw.uniform(2.5, 150), 2)
            form = [one for one in forms if one.from_weight <= weight][-1]
            assert form.value(height, weight) == pytest.approx(FLOATS[formula](height, weight, sex), rel=1e-12)


def test_an_equation_of_another_kind_has_no_measured_form(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Equation("height + weight", lambda height, weight: (height + weight) / 100)
    strange = BSA_FORMULAS["mosteller"]._replace(equation_for=lambda _weight, _sex: odd)
    monkeypatch.setitem(BSA_FORMULAS, "strange", strange)
    assert measured("strange", None) == ()
    assert measured("schlich", None) == ()


def test_growth_limits_are_those_of_the_reference() -> None:
    draw = random.Random(1)
    months = month_limits()
    for _ in range(60):
        sex, age = draw.choice([1, 2]), draw.randrange(24 * 10**9, 240 * 10**9)
        exact_age = Decimal(age) / 10**9
        name = "female" if sex == 1 else "male"
        limits = dict(zip(LIMITS, age_limits(sex, age), strict=True))
        assert limits["height_low"] == pytest.approx(float(_modified("height", name, exact_age, -5)), rel=1e-10)
        assert limits["bmi_high"] == pytest.approx(float(_modified("bmi", name, exact_age, 8)), rel=1e-10)
        heaviest = value_at("weight", name, exact_age, Decimal("2.5"))
        assert heaviest
        assert limits["weight_high"] == pytest.approx(float(heaviest), rel=1e-10)
        row = months.row(int(exact_age - 24) + (sex - 1) * 217, named=True)
        for limit, value in limits.items():
            assert row[limit] > value if limit.endswith("low") else row[limit] < value, "closer limits are not closer"


def _modified(measure: str, sex: str, age: Decimal, z: int) -> Decimal:
    value = value_at_modified_z(measure, sex, age, Decimal(z))
    assert value
    return value


def test_products_over_a_column_have_the_digits_of_decimals() -> None:
    line = DrugLine("example", amount("0.07", "mg/kg"), "oral", (1,))
    weights = [draw * 10_000 + 300_000_000 for draw in random.Random(3).sample(range(10**6), 2_000)]
    texts = product(line, Variant(0, amount("0.07", "mg/kg"), None), load_pharmacy(), weights)
    assert texts is not None
    exact = [Decimal(weight) * Decimal("0.07") / 10**9 for weight in weights]
    assert list(map(Decimal, texts)) == exact
    capped = msgspec.structs.replace(line, maximum=amount("2", "mg"))
    assert product(capped, Variant(0, amount("0.07", "mg/kg"), None), load_pharmacy(), weights) is None


def test_allergies_name_drugs_and_products() -> None:
    """Only which drugs they name counts; a thousand ways to say that it is none are answered at once."""
    stock = load_pharmacy(STARTER).formulary["etoposide"]
    brand = msgspec.structs.replace(stock.products[0], name="Vepesid 100 mg")
    formulary = {"etoposide": msgspec.structs.replace(stock, products=(brand,))}
    said = ["etoposide", "VEPESID (2024)", "penicillin", "", "prednisone, etoposide", *map(str, range(1000))]
    table: dict[str, list[str | None]] = {"height": ["128"], "weight": ["26"]}
    table = {fact: cells * len(said) for fact, cells in table.items()} | {"allergies": list(said)}
    given = settings(with_policy(formulary=formulary))
    dosed, _ = by_columns(table, given)
    named = [[code for code in codes.split() if code.startswith("allergy")] for codes in dosed["alerts"]]
    both = ["allergy-etoposide", "allergy-prednisone"]
    assert named == [both[:1], both[:1], [], [], both, *([] for _ in range(1000))]
    assert dosed.head(10).equals(one_by_one({fact: cells[:10] for fact, cells in table.items()}, given)[0])


def test_a_regimen_of_a_hundred_questions() -> None:
    """Whole kg from 5 to 104: each row has as many of these alerts as its weight is under."""
    checks = tuple(
        Check(
            when=(Condition("weight", (Limit("<", amount(str(kilograms), "kg")),)),),
            level="note",
            code=f"under-{kilograms}",
            text="an example",
        )
        for kilograms in range(5, 105)
    )
    table = sizes(9, 3_000) | {"sex": ["female", "M", None] * 1_000}
    given = settings(regimen=msgspec.structs.replace(INDUCTION, checks=checks))
    dosed, refused = by_columns(table, given)
    assert refused.height < 10  # impossible sizes
    for row, codes in dosed.select("row", "alerts").iter_rows():
        weight = Decimal(table["weight"][row] or 0)
        assert codes.count("under-") == sum(weight < kilograms for kilograms in range(5, 105))
