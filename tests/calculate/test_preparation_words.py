"""What a preparation says where a figure is missing, and of its working: whole texts, worked by hand beside them."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace
from test_preparation import (
    CLOFARABINE,
    CYCLOPHOSPHAMIDE,
    ETOPOSIDE,
    POWDERS,
    PREDNISONE,
    amount,
    dose_of,
    dosed,
    made_by,
    pharmacy_of,
    powder,
    solution,
    tablet,
)

from cec.calculate.preparation import Stock, prepare
from cec.calculate.preparation.fluids import daily_fluids
from cec.calculate.preparation.pick_list import pick_list
from cec.calculate.preparation.stock import prefer_product
from cec.calculate.schedule.clock import Dates
from cec.days import Calendar
from cec.errors import InputError
from cec.order import Dose
from cec.pharmacy import Pharmacy
from cec.pharmacy.formulary import FormularyDrug, Product
from cec.units import Quantity

NO_DILUENT = "the formulary names no diluent of cyclophosphamide"
BAGS = tuple(map(amount, ("50 mL", "250 mL")))
MISSING = [
    (dose_of("prednisone", "13 mg"), PREDNISONE,
     "the formulary has no product of prednisone for the route IV infusion, so no volume is given"),
    (dose_of("cyclophosphamide", "330 mg", "1 h"), CYCLOPHOSPHAMIDE,
     f"{NO_DILUENT}; the formulary names no bag for cyclophosphamide, so no final volume and no rate are given; "
     "the formulary does not name the fluid that dissolves 500 mg"),
    (dose_of("cyclophosphamide", "330 mg", "1 h"), replace(CYCLOPHOSPHAMIDE, bags=BAGS),
     f"{NO_DILUENT}; the formulary states no final concentration of cyclophosphamide, so no bag is chosen; "
     "the formulary does not name the fluid that dissolves 500 mg"),
    (dose_of("clofarabine", "30 mg", "2 h"), replace(CLOFARABINE, bags=BAGS),
     "no bag in the formulary fits this dose of clofarabine"),
    (dose_of("x", "9.6 mg", route="oral"), FormularyDrug("x", products=(Product("pill", "tablet"),)),
     "pill has no content in the formulary, so tablets are not counted"),
    (replace(dose_of("x", "9.6 mg", route="oral"), maximum=amount("9.8 mg")), FormularyDrug("x", (tablet("5 mg"),)),
     "the tablets nearest to 9.6 mg hold 10 mg, above the maximum of 9.8 mg"),
    (dose_of("x", "2 mg", route="oral"), FormularyDrug("x", (tablet("5 mg"),)),
     "2 mg is less than half of the smallest piece that the formulary allows"),
    (dose_of("x", "10 mg"), FormularyDrug("x", (powder("vial", "100 mg", "3 mL"),)),
     "vial has 33.33333… mg/mL, without end: state its strength"),
    (dose_of("x", "10 mg", route="IV bolus"), FormularyDrug("x", (solution("vial", "3 mg/mL", "10 mL"),)),
     "3.33333… mL of vial cannot be measured: state a measuring_step"),
    (dose_of("etoposide", "0.5 mg", route="IV bolus"), ETOPOSIDE,
     "0.025 mL of 100 mg vial is less than half of the measuring step, 0.1 mL"),
    (dose_of("x", "10 mg", route="IV bolus"), FormularyDrug("x", (Product("vial", "solution", amount("1 mg/mL")),)),
     "vial has no size in the formulary, so vials are not counted"),
    (dose_of("etoposide", "0 mg"), ETOPOSIDE, "the dose is 0, so nothing is prepared"),
    (dose_of("etoposide", "75 mg", route="IV bolus or oral"), ETOPOSIDE,
     "the route is chosen on paper: IV bolus or oral"),
    (dose_of("water", "500 mL", "1 h"), ETOPOSIDE, "a fluid is given as it comes"),
    (dose_of("iobenguane", "200 MBq"), ETOPOSIDE, "200 MBq of iobenguane is not made up here"),
]  # fmt: skip


@pytest.mark.parametrize(("dose", "drug", "words"), MISSING)
def test_a_figure_that_is_missing_says_why(dose: Dose, drug: FormularyDrug, words: str) -> None:
    assert made_by(dose, drug)[0].missing == words


LOW, HIGH = CLOFARABINE.lowest_concentration, CLOFARABINE.highest_concentration


@pytest.mark.parametrize(
    ("low", "high", "bags", "added", "words"),
    [
        # 30 mg: 30 / 0.4 = 75 mL, 30 / 0.15 = 200 mL
        (LOW, HIGH, "50 250", False, "0.15 to 0.4 mg/mL; a total volume of 75 to 200 mL would"),
        # 20 + 30 = 50 mL, 250 + 30 = 280 mL
        (LOW, HIGH, "20 250", True,
         "0.15 to 0.4 mg/mL; a total volume of 75 to 200 mL, the drawn 30 mL included would"),
        (None, HIGH, "50 74", False, "at most 0.4 mg/mL; a total volume of at least 75 mL would"),
        (LOW, None, "201 250", False, "at least 0.15 mg/mL; a total volume of at most 200 mL would"),
    ],
)  # fmt: skip
def test_where_no_bag_fits_the_volumes_that_would_do_are_named(
    low: object, high: object, bags: str, *, added: bool, words: str
) -> None:
    drug = replace(
        CLOFARABINE,
        lowest_concentration=low,
        highest_concentration=high,
        bags=tuple(amount(f"{bag} mL") for bag in bags.split()),
        drug_volume="added to bag" if added else "replaces diluent",
    )
    _, (alert,) = made_by(dose_of("clofarabine", "30 mg", "2 h"), drug)
    stock = bags.replace(" ", ", ")
    assert alert.text == (f"no bag in stock ({stock} mL) gives 30 mg of clofarabine a final concentration of {words}")


@pytest.mark.parametrize(
    ("low", "high", "bags", "bag"),
    [
        (None, HIGH, "74 75 1000", "75"),
        (LOW, None, "201 200 60", "60"),
        (LOW, None, "201 200", "200"),
        (LOW, HIGH, "74 75 200", "75"),
        (LOW, HIGH, "74 200 201", "200"),
        (None, None, "30", "30"),
    ],
)
def test_limits_of_one_side_and_bounds_that_are_just_met(low: object, high: object, bags: str, bag: str) -> None:
    sizes = tuple(amount(f"{each} mL") for each in bags.split())
    drug = replace(CLOFARABINE, lowest_concentration=low, highest_concentration=high, bags=sizes)
    made, alerts = made_by(dose_of("clofarabine", "30 mg", "2 h"), drug)
    assert (made.bag, alerts) == (amount(f"{bag} mL"), ())


UNDATED = Dates(Calendar(), datetime.date(2001, 1, 1))
"""Of a cycle without a start."""


def test_a_diluent_that_the_formulary_does_not_name_is_a_check_with_those_that_it_does() -> None:
    _, (alert,) = made_by(dose_of("clofarabine", "30 mg", "2 h", diluent="water"), CLOFARABINE)
    assert alert.text == (
        "the regimen dilutes clofarabine in water; the formulary allows sodium chloride 0.9%, glucose 5% (US label)"
    )
    in_peace = replace(CLOFARABINE, diluents=())
    assert made_by(dose_of("clofarabine", "30 mg", "2 h", diluent="water"), in_peace)[1] == ()


def test_the_working_from_the_vial_to_the_rate() -> None:
    """330 / 20 = 16.5 mL of one 500 mg vial, 170 mg (34%) left; 330 mg in 100 mL; 100 mL / 3 h = 33.33… mL/h."""
    one_bag = replace(CYCLOPHOSPHAMIDE, products=POWDERS[:1], bags=(amount("100 mL"),))
    made, _ = made_by(dose_of("cyclophosphamide", "330 mg", "3 h"), one_bag)
    assert made.how == (
        "330 mg / 20 mg/mL = 16.5 mL",
        "to the nearest 0.01 mL, half up: 16.5 mL",
        "16.5 mL × 20 mg/mL = 330 mg, the ordered dose exactly",
        "1 × 500 mg = 500 mg; unused 170 mg (34%)",
        "330 mg in 100 mL (16.5 mL replaces as much diluent) = 3.3 mg/mL; "
        "the formulary states no limits, so this is not checked",
        "100 mL / 3 h = 33.33333… mL/h, to the nearest 0.1 mL/h: 33.3 mL/h",
    )
    grows = replace(CLOFARABINE, drug_volume="added to bag", bags=(amount("50 mL"),))
    made, _ = made_by(dose_of("clofarabine", "30 mg", "2 h"), grows)
    assert made.how[-2:] == (
        "30 mg in 80 mL (50 + 30 mL) = 0.375 mg/mL; allowed 0.15 to 0.4 mg/mL",
        "80 mL / 2 h = 40 mL/h",
    )


@pytest.mark.parametrize(
    ("maximum", "draw", "words"),
    [
        ("10 mg", "10 mL", "to the nearest 0.1 mL, half up: 10 mL"),
        ("9.98 mg", "9.9 mL", "10 mL would be above the maximum of 9.98 mg; down to a multiple of 0.1 mL: 9.9 mL"),
    ],
)
def test_a_volume_never_holds_more_than_the_maximum(maximum: str, draw: str, words: str) -> None:
    """9.96 mg of 1 mg/mL: half up 10 mL, which holds 10 mg."""
    dose = replace(dose_of("clofarabine", "9.96 mg", route="IV bolus"), maximum=amount(maximum))
    made, _ = made_by(dose, CLOFARABINE)
    assert (made.draw, made.how[1]) == (amount(draw), words)


@pytest.mark.parametrize(
    ("dose", "drug", "items"),
    [
        (dose_of("x", "5 mg", "1 h"), FormularyDrug("y"),
         [("product: to be chosen and counted", "vial"), ("bag: to be chosen", "bag")]),
        (dose_of("x", "5 mg"), FormularyDrug("y"),
         [("product: to be chosen and counted", "vial"), ("bag: to be chosen", "bag")]),
        (dose_of("x", "5 mg", route="IV bolus"), FormularyDrug("y"), [("product: to be chosen and counted", "vial")]),
        (dose_of("x", "5 mg", route="oral"), FormularyDrug("y"), [("product: to be chosen and counted", "tablet")]),
        (dose_of("water", "500 mL", "1 h"), FormularyDrug("y"), [("500 mL of fluid: to be chosen", "bag")]),
        (dose_of("iobenguane", "200 MBq"), FormularyDrug("y"), []),
        (dose_of("x", "9.6 mg", route="oral"), FormularyDrug("x", (Product("pill", "tablet"),)),
         [("pill: to be chosen and counted", "tablet")]),
        (dose_of("x", "9 mg", "1 h"), replace(CLOFARABINE, drug="x", diluents=(), bags=(amount("50 mL"),)),
         [("20 mg vial", "vial"), ("50 mL bag, diluent to be named", "bag")]),
        (replace(dose_of("x", "9 mg", route="IV bolus"), no_total="until remission"), replace(CLOFARABINE, drug="x"),
         [("20 mg vial: not counted; until remission", "vial")]),
        (replace(dose_of("x", "9 mg", route="oral"), no_total="until remission"), FormularyDrug("y"),
         [("product: not counted; until remission", "bottle")]),
        (replace(dose_of("x", "9 mg", route="oral"), no_total="until remission"), FormularyDrug("x", (tablet("3 mg"),)),
         [("3 mg tablet: not counted; until remission", "tablet")]),
    ],
)  # fmt: skip
def test_what_the_formulary_does_not_give_is_picked_by_a_person(
    dose: Dose, drug: FormularyDrug, items: list[tuple[str, str]]
) -> None:
    pharmacy = pharmacy_of(drug)
    found = pick_list((dose,), prepare(dosed(dose), pharmacy)[0], Stock(1, pharmacy))
    assert [(item.item, item.kind) for item in found] == items


def test_the_codes_of_a_drug_and_of_what_is_taken() -> None:
    coded = replace(
        CLOFARABINE, atc="L01BB06", rxnorm="44151", products=(replace(CLOFARABINE.products[0], rxnorm="9"),)
    )
    made, _ = made_by(dose_of("clofarabine", "30 mg", "2 h"), coded)
    assert made.codes == ("ATC L01BB06", "RxNorm 44151", "RxNorm of 20 mg vial 9")


def test_a_product_to_prefer_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    for pharmacy, drug, words in (
        (pharmacy_of(CYCLOPHOSPHAMIDE), "cisplatin", "'cisplatin' is not in the formulary; it has cyclophosphamide"),
        (Pharmacy(), "cisplatin", "'cisplatin' is not in the formulary; it has no drug"),
        (pharmacy_of(ETOPOSIDE), "etoposide",
         "'50' is not a product of etoposide in the formulary; its products: 100 mg vial"),
        (pharmacy_of(FormularyDrug("x")), "x", "'50' is not a product of x in the formulary; its products: none"),
    ):  # fmt: skip
        with pytest.raises(InputError) as refused:
            prefer_product(pharmacy, drug, "50")
        assert str(refused.value) == words


@pytest.mark.parametrize(("limit", "is_asked"), [("5", False), ("4.99", True)])
def test_a_measure_that_moves_a_dose_by_just_what_is_allowed_passes_in_peace(limit: str, *, is_asked: bool) -> None:
    """20 mg of 1 mg/mL, to the nearest 7 mL: 21 mL hold 21 mg, 1/20 = +5%."""
    dose = dose_of("clofarabine", "20 mg", route="IV bolus")
    _, alerts = made_by(dose, replace(CLOFARABINE, measuring_step=amount("7 mL")), largest_deviation=Decimal(limit))
    texts = ["20 mg of clofarabine can only be measured as 21 mg (+5%); the pharmacy allows 4.99%"] if is_asked else []
    assert [alert.text for alert in alerts] == texts


@pytest.mark.parametrize(("maximum", "taken"), [("10 mg", "10 mg"), ("9.99 mg", "")])
def test_tablets_may_hold_just_the_maximum(maximum: str, taken: str) -> None:
    """The nearest to 9 mg of 5 mg tablets are two."""
    dose = replace(dose_of("x", "9 mg", route="oral"), maximum=amount(maximum))
    made, _ = made_by(dose, FormularyDrug("x", (tablet("5 mg"),)))
    assert str(made.contains or "") == taken


@pytest.mark.parametrize(("ordered", "sources"), [("2500 mg", ("a", "c")), ("1 g", ("b",)), ("500 mg", ("a",))])
def test_the_sources_are_of_what_is_taken(ordered: str, sources: tuple[str, ...]) -> None:
    """2.5 g of one vial of 500 mg and one of 2 g; 1 g of one of 1 g."""
    powders = tuple(replace(each, source=source) for each, source in zip(POWDERS, "abc", strict=True))
    drug = replace(CYCLOPHOSPHAMIDE, products=powders)
    made, _ = made_by(dose_of("cyclophosphamide", ordered, route="IV bolus"), drug)
    assert made.sources == sources


@pytest.mark.parametrize(
    ("dose", "drug", "volume", "not_counted"),
    [
        (dose_of("clofarabine", "30 mg", "2 h"), CLOFARABINE, "100 mL", ()),
        (dose_of("clofarabine", "30 mg", "2 h", route="IV"), CLOFARABINE, "100 mL", ()),
        (dose_of("clofarabine", "30 mg", route="IV bolus"), CLOFARABINE, "30 mL", ()),
        (dose_of("clofarabine", "30 mg", "2 h", per_day=2), CLOFARABINE, "200 mL", ()),
        (dose_of("prednisone", "13 mg", route="oral"), PREDNISONE, "0 mL", ()),
        (dose_of("water", "500 mL", "1 h"), CLOFARABINE, "500 mL", ()),
        (dose_of("water", "500 mL", route="oral"), CLOFARABINE, "0 mL", ()),
        (dose_of("iobenguane", "200 MBq"), CLOFARABINE, "0 mL", ()),
        (dose_of("x", "5 mg", route="IV bolus"), CLOFARABINE, "0 mL", ("x",)),
        (dose_of("clofarabine", "30 mg", "2 h"), replace(CLOFARABINE, bags=()), "0 mL", ("clofarabine",)),
    ],
)
def test_the_fluid_of_each_kind_of_dose(
    dose: Dose, drug: FormularyDrug, volume: str, not_counted: tuple[str, ...]
) -> None:
    """A bag with its 100 mL, a bolus with the 30 mL that are drawn; what is swallowed or counted in MBq is no fluid."""
    (fluid,) = daily_fluids(
        (dose,),
        prepare(dosed(dose), pharmacy_of(drug))[0],
        lambda _: Quantity(Decimal(20), "kg"),
        (),
        UNDATED,
        zone=None,
    )
    assert (fluid.volume, fluid.not_counted) == (amount(volume), not_counted)
    assert fluid.per_kg == Quantity(fluid.volume.value / 20, "mL/kg")


@pytest.mark.parametrize(("bottle", "count"), [("10 mL", "3"), ("26 mL", "1"), ("25.9 mL", "2"), ("", "")])
def test_bottles_of_an_oral_solution(bottle: str, count: str) -> None:
    """13 mL on each of two days, 26 mL in all; of a bottle of unknown size the volume alone."""
    product = Product("syrup", "oral solution", amount("1 mg/mL"), volume=amount(bottle) if bottle else None)
    dose = dose_of("x", "13 mg", route="oral", days=(1, 2))
    pharmacy = pharmacy_of(FormularyDrug("x", (product,), measuring_step=amount("0.1 mL")))
    (item,) = pick_list((dose,), prepare(dosed(dose), pharmacy)[0], Stock(1, pharmacy))
    assert (item.kind, str(item.count or ""), item.volume) == ("bottle", count, amount("26 mL"))


@pytest.mark.parametrize(
    ("strength", "shown", "draw"),
    [
        ("0.5 g/mL", "500 mg/mL", "0.66 mL"),
        ("500 mg/mL", "500 mg/mL", "0.66 mL"),
        ("500000 mcg/mL",) * 2 + ("0.66 mL",),
    ],
)
def test_no_strength_is_told_in_grams(strength: str, shown: str, draw: str) -> None:
    """330 / 500 = 0.66 mL."""
    drug = FormularyDrug("x", (Product("vial", "solution", amount(strength), volume=amount("2 mL")),))
    made, _ = made_by(dose_of("x", "330 mg", route="IV bolus"), drug)
    assert (made.strength, made.draw) == (amount(shown), amount(draw))
