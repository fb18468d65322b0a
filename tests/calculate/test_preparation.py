"""Volumes, vials, bags, rates and tablets, each against working shown by hand."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from itertools import product as combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cec.calculate.dosing import Dosed
from cec.calculate.preparation import Stock, prepare
from cec.calculate.preparation.containers import least_waste, nearest_total
from cec.calculate.preparation.fluids import daily_fluids
from cec.calculate.preparation.pick_list import pick_list
from cec.calculate.preparation.stock import prefer_product
from cec.calculate.schedule.clock import Dates
from cec.days import Calendar
from cec.errors import InputError
from cec.load import load_pharmacy
from cec.order import Alert, Dose, PickItem, Preparation, VialUse
from cec.pharmacy import Pharmacy
from cec.pharmacy.formulary import Diluent, FormularyDrug, Product, Stability
from cec.regimen import Condition, Limit
from cec.rendering.words.preparation import instructions
from cec.units import AMOUNT, CONCENTRATION, DURATION, VOLUME, Quantity, exact, read_quantity

STARTER = Path(__file__).parent.parent.parent / "cec" / "load" / "starter_pharmacy.yaml"

UNDATED = Dates(Calendar(), datetime.date(2001, 1, 1))
"""Of a cycle without a start."""


def amount(text: str) -> Quantity:
    return read_quantity(text, AMOUNT, VOLUME, CONCENTRATION, DURATION)


def dose_of(
    drug: str,
    ordered: str,
    over: str = "",
    *,
    route: str = "IV infusion",
    days: tuple[int, ...] = (1,),
    per_day: int = 1,
    diluent: str = "",
) -> Dose:
    given_dose = amount(ordered)
    return Dose(
        line=1,
        drug=drug,
        route=route,
        prescribed=given_dose,
        calculated=given_dose,
        ordered=given_dose,
        deviation_percent=Decimal(0),
        days=days,
        per_day=per_day,
        daily_total=given_dose,
        cycle_total=given_dose,
        steps=(),
        over=amount(over) if over else None,
        diluent=diluent,
    )


def dosed(*doses: Dose) -> list[Dosed]:
    """The doses, each with what it was before it was rounded."""
    return [
        Dosed(dose, exact(dose.steps[-2].value if dose.steps and dose.steps[-1].what == "rounded" else dose.ordered))
        for dose in doses
    ]


def solution(name: str, strength: str, volume: str) -> Product:
    return Product(name, "solution", strength=amount(strength), volume=amount(volume))


def powder(name: str, content: str, dissolved_in: str) -> Product:
    return Product(name, "powder", content=amount(content), reconstituted_with=amount(dissolved_in))


def tablet(content: str, *, halves: bool = False) -> Product:
    return Product(f"{content} tablet", "tablet", content=amount(content), halves=halves)


def pharmacy_of(drug: FormularyDrug, **policy: object) -> Pharmacy:
    return Pharmacy(formulary={drug.drug: drug}, **policy)  # type: ignore[arg-type]


def made_by(dose: Dose, drug: FormularyDrug, **policy: object) -> tuple[Preparation, tuple[Alert, ...]]:
    preparations, alerts = prepare(dosed(dose), pharmacy_of(drug, **policy))
    return preparations[0], alerts


CLOFARABINE = FormularyDrug(
    "clofarabine",
    products=(solution("20 mg vial", "1 mg/mL", "20 mL"),),
    diluents=(Diluent("sodium chloride 0.9%"), Diluent("glucose 5%", "US label")),
    lowest_concentration=amount("0.15 mg/mL"),
    highest_concentration=amount("0.4 mg/mL"),
    bags=tuple(map(amount, ("500 mL", "250 mL", "100 mL", "50 mL"))),
    measuring_step=amount("0.1 mL"),
)
ETOPOSIDE = FormularyDrug(
    "etoposide",
    products=(solution("100 mg vial", "20 mg/mL", "5 mL"),),
    diluents=(Diluent("sodium chloride 0.9%"),),
    lowest_concentration=amount("0.2 mg/mL"),
    highest_concentration=amount("0.4 mg/mL"),
    bags=tuple(map(amount, ("100 mL", "250 mL", "500 mL"))),
    measuring_step=amount("0.1 mL"),
)
POWDERS = (powder("500 mg", "500 mg", "25 mL"), powder("1 g", "1 g", "50 mL"), powder("2 g", "2 g", "100 mL"))
READY_100 = solution("ready-made 100", "100 mg/mL", "5 mL")
READY_200 = solution("ready-made 200", "200 mg/mL", "2.5 mL")
CYCLOPHOSPHAMIDE = FormularyDrug(
    "cyclophosphamide", products=(*POWDERS, READY_100, READY_200), measuring_step=amount("0.01 mL")
)
PREDNISONE = FormularyDrug(
    "prednisone",
    products=(
        *map(tablet, ("1 mg", "2.5 mg", "5 mg", "10 mg", "20 mg", "50 mg")),
        Product("oral solution 1 mg/mL", "oral solution", strength=amount("1 mg/mL"), volume=amount("30 mL")),
    ),
    measuring_step=amount("0.1 mL"),
)


def test_clofarabine_worked_by_hand() -> None:
    """30 mg / 1 mg/mL = 30 mL; 2 × 20 mg = 40 mg, 10 mg (25%) left; 30/0.4 = 75 mL, 30/0.15 = 200 mL.

    The smallest bag from 75 mL on is 100 mL: 30 mg / 100 mL = 0.3 mg/mL, 100 mL / 2 h = 50 mL/h.
    """
    made, alerts = made_by(dose_of("clofarabine", "30 mg", "2 h"), CLOFARABINE)
    assert made.draw == amount("30 mL")
    assert made.contains == amount("30 mg")
    assert made.deviation_percent == 0
    assert made.vials == (VialUse("20 mg vial", Decimal(2)),)
    assert (made.unused, made.unused_percent) == (amount("10 mg"), Decimal(25))
    assert (made.lowest_volume, made.highest_volume) == (amount("75 mL"), amount("200 mL"))
    assert made.diluent == "sodium chloride 0.9%"
    assert (made.bag, made.remove, made.final_volume) == (amount("100 mL"), amount("30 mL"), amount("100 mL"))
    assert made.concentration == amount("0.3 mg/mL")
    assert made.rate == Quantity(Decimal(50), "mL/h")
    assert not made.missing
    assert not alerts


def test_etoposide_worked_by_hand() -> None:
    """75 / 20 = 3.75 mL, half up to 0.1: 3.8 mL; 3.8 × 20 = 76 mg; 1/75 = +1.33%; 75/0.4 = 187.5, 75/0.2 = 375 mL.

    76 mg / 250 mL = 0.304 mg/mL; 250 mL / 2 h = 125 mL/h; 100 - 76 = 24 mg left in the vial.
    """
    made, alerts = made_by(dose_of("etoposide", "75 mg", "2 h"), ETOPOSIDE)
    assert (made.draw, made.contains, made.deviation_percent) == (amount("3.8 mL"), amount("76 mg"), Decimal("1.33"))
    assert (made.lowest_volume, made.highest_volume) == (amount("187.5 mL"), amount("375 mL"))
    assert (made.bag, made.concentration) == (amount("250 mL"), amount("0.304 mg/mL"))
    assert made.rate == Quantity(Decimal(125), "mL/h")
    assert (made.unused, made.unused_percent) == (amount("24 mg"), Decimal(24))
    assert made.how[:3] == (
        "75 mg / 20 mg/mL = 3.75 mL",
        "to the nearest 0.1 mL, half up: 3.8 mL",
        "3.8 mL × 20 mg/mL = 76 mg, +1.33% of the ordered 75 mg",
    )
    assert not alerts


@pytest.mark.parametrize(
    ("product", "strength", "volume"),
    [
        ("500 mg", "20 mg/mL", "16.5 mL"),
        ("ready-made 100", "100 mg/mL", "3.3 mL"),
        ("ready-made 200", "200 mg/mL", "1.65 mL"),
    ],
)
def test_three_strengths_of_cyclophosphamide_give_three_volumes(product: str, strength: str, volume: str) -> None:
    """330/20 = 16.5, 330/100 = 3.3, 330/200 = 1.65 mL."""
    pharmacy = prefer_product(pharmacy_of(CYCLOPHOSPHAMIDE), "cyclophosphamide", product)
    (made,), _ = prepare(dosed(dose_of("cyclophosphamide", "330 mg", "1 h")), pharmacy)
    assert (made.product, made.strength, made.draw) == (product, amount(strength), amount(volume))
    assert made.contains == amount("330 mg")


def test_the_bag_grows_where_the_formulary_says_so() -> None:
    """100 + 30 = 130 mL; 30/130 = 0.23076… → 0.2308 mg/mL; 130/2 = 65 mL/h; 50 + 30 = 80 mL would do as well."""
    grows = replace(CLOFARABINE, drug_volume="added to bag")
    made, _ = made_by(dose_of("clofarabine", "30 mg", "2 h"), grows)
    assert (made.bag, made.remove, made.final_volume) == (amount("50 mL"), None, amount("80 mL"))
    larger = replace(grows, bags=(amount("100 mL"),))
    made, _ = made_by(dose_of("clofarabine", "30 mg", "2 h"), larger)
    assert (made.final_volume, made.concentration) == (amount("130 mL"), amount("0.2308 mg/mL"))
    assert made.rate == Quantity(Decimal(65), "mL/h")


def test_no_bag_in_stock_is_an_alert_that_names_the_volumes_that_would_do() -> None:
    """30 mg in 50 mL is 0.6 mg/mL, in 250 mL 0.12 mg/mL: neither lies in 0.15 to 0.4 mg/mL; 75 to 200 mL would."""
    made, alerts = made_by(
        dose_of("clofarabine", "30 mg", "2 h"), replace(CLOFARABINE, bags=(amount("50 mL"), amount("250 mL")))
    )
    assert (made.draw, made.bag, made.final_volume, made.rate) == (amount("30 mL"), None, None, None)
    assert "no bag" in made.missing
    assert [(alert.code, alert.level, alert.about) for alert in alerts] == [
        ("no-bag-clofarabine", "check", "clofarabine")
    ]
    assert "75 to 200 mL" in alerts[0].text


def test_what_is_really_drawn_must_be_within_the_limits_too() -> None:
    """75 mg may go into 187.5 mL, but 76 mg in 188 mL is 0.40425… mg/mL: too strong, and etoposide precipitates."""
    made, alerts = made_by(dose_of("etoposide", "75 mg", "2 h"), replace(ETOPOSIDE, bags=(amount("188 mL"),)))
    assert made.bag is None
    assert "190 to 375 mL" in alerts[0].text
    made, alerts = made_by(dose_of("etoposide", "75 mg", "2 h"), replace(ETOPOSIDE, bags=(amount("190 mL"),)))
    assert (made.bag, made.concentration, alerts) == (amount("190 mL"), amount("0.4 mg/mL"), ())


def test_a_bag_smaller_than_the_drawn_volume_is_not_taken() -> None:
    """60 mg is 60 mL; limits of 0.1 to 2 mg/mL would allow 30 mL bags, but 60 mL cannot replace 30."""
    wide = replace(
        CLOFARABINE,
        bags=(amount("30 mL"), amount("60 mL")),
        lowest_concentration=amount("0.1 mg/mL"),
        highest_concentration=amount("2 mg/mL"),
    )
    made, _ = made_by(dose_of("clofarabine", "60 mg", "2 h"), wide)
    assert made.bag == amount("60 mL")


def test_no_product_gives_no_volume_and_says_why() -> None:
    made, alerts = made_by(dose_of("mitoxantrone", "10 mg", "1 h"), CLOFARABINE)
    assert made.draw is None
    assert made.missing == "mitoxantrone is not in the formulary, so no volume is given"
    tablets_for_a_vein, _ = made_by(dose_of("prednisone", "13 mg", "1 h"), PREDNISONE)
    assert tablets_for_a_vein.draw is None
    assert "no product of prednisone for the route IV infusion" in tablets_for_a_vein.missing
    assert not alerts


def test_without_a_formulary_nothing_is_prepared() -> None:
    assert prepare(dosed(dose_of("clofarabine", "30 mg", "2 h")), Pharmacy()) == ((), ())


def test_without_limits_no_bag_is_chosen_unless_there_is_only_one() -> None:
    several = replace(CYCLOPHOSPHAMIDE, bags=(amount("100 mL"), amount("250 mL")))
    made, _ = made_by(dose_of("cyclophosphamide", "330 mg", "1 h"), several)
    assert made.bag is None
    assert "no final concentration" in made.missing
    made, _ = made_by(dose_of("cyclophosphamide", "330 mg", "1 h"), replace(several, bags=(amount("100 mL"),)))
    assert (made.bag, made.rate) == (amount("100 mL"), Quantity(Decimal(100), "mL/h"))
    assert "not checked" in made.how[-2]


def test_units_of_dose_and_product_may_differ() -> None:
    """2.2 g at 20 mg/mL: 2,200 / 20 = 110 mL, from 2 g + 500 mg: 300 mg left. 1 g + 3 × 500 mg leave as much."""
    made, _ = made_by(dose_of("cyclophosphamide", "2.2 g", "1 h"), CYCLOPHOSPHAMIDE)
    assert (made.draw, made.contains) == (amount("110 mL"), amount("2.2 g"))
    assert made.vials == (VialUse("500 mg", Decimal(1)), VialUse("2 g", Decimal(1)))
    assert made.unused == amount("0.3 g")
    other, _ = made_by(dose_of("cyclophosphamide", "1000 units", "1 h"), CYCLOPHOSPHAMIDE)
    assert other.draw is None
    assert "cannot be given in" in other.missing


def test_a_rate_is_rounded_to_what_a_pump_takes() -> None:
    """100 mL / 3 h = 33.33… → 33.3 mL/h; 100 mL / 24 h = 4.1666… → 4.17 mL/h; 100 mL / 30 min = 200 mL/h."""
    for over, rate in (("3 h", "33.3"), ("24 h", "4.17"), ("30 min", "200")):
        made, _ = made_by(dose_of("clofarabine", "30 mg", over), CLOFARABINE)
        assert made.rate == Quantity(Decimal(rate), "mL/h")


def test_an_injection_without_duration_needs_no_bag() -> None:
    made, alerts = made_by(dose_of("clofarabine", "30 mg", route="IV bolus"), CLOFARABINE)
    assert (made.draw, made.bag, made.rate, made.missing) == (amount("30 mL"), None, None, "")
    assert not alerts


def test_measuring_that_moves_the_dose_too_far_is_an_alert() -> None:
    """4.8 mg / 20 mg/mL = 0.24 mL → 0.2 mL = 4 mg: -16.67%. 38 mg: 1.9 mL exactly. At 0.01 mL, 0.24 mL is exact."""
    made, alerts = made_by(dose_of("etoposide", "4.8 mg"), ETOPOSIDE)
    assert (made.contains, made.deviation_percent) == (amount("4 mg"), Decimal("-16.67"))
    assert [alert.code for alert in alerts if alert.code.startswith("measured")] == ["measured-etoposide"]
    for ordered, drug in (("38 mg", ETOPOSIDE), ("4.8 mg", replace(ETOPOSIDE, measuring_step=amount("0.01 mL")))):
        _, alerts = made_by(dose_of("etoposide", ordered, route="IV bolus"), drug)
        assert not alerts


def test_the_limit_of_the_deviation_is_the_pharmacys() -> None:
    """76 mg for 75 mg is 1.3333…%: above 1.33, not above 1.34."""
    _, alerts = made_by(dose_of("etoposide", "75 mg", "2 h"), ETOPOSIDE, largest_deviation=Decimal("1.33"))
    assert [alert.code for alert in alerts] == ["measured-etoposide"]
    _, alerts = made_by(dose_of("etoposide", "75 mg", "2 h"), ETOPOSIDE, largest_deviation=Decimal("1.34"))
    assert not alerts


def test_too_little_to_measure_gives_no_volume() -> None:
    """0.5 mg / 20 mg/mL = 0.025 mL: less than half of 0.1 mL, and never 0 mL."""
    made, _ = made_by(dose_of("etoposide", "0.5 mg", "2 h"), ETOPOSIDE)
    assert made.draw is None
    assert "less than half of the measuring step" in made.missing


def test_a_volume_without_end_needs_a_measuring_step() -> None:
    """10 mg / 3 mg/mL = 3.333… mL; 100 mg in 3 mL has no written concentration."""
    thirds = FormularyDrug("x", products=(solution("vial", "3 mg/mL", "10 mL"),))
    made, _ = made_by(dose_of("x", "10 mg"), thirds)
    assert made.draw is None
    assert "measuring_step" in made.missing
    made, _ = made_by(dose_of("x", "9 mg"), thirds)
    assert made.draw == amount("3 mL")
    made, _ = made_by(dose_of("x", "10 mg"), FormularyDrug("x", products=(powder("vial", "100 mg", "3 mL"),)))
    assert made.draw is None
    assert "state its strength" in made.missing


def test_a_product_without_its_figures_gives_what_can_be_given() -> None:
    """A vial of unknown size: 30 mL, no count. A solution of unknown strength or a tablet without content: nothing."""
    sizeless = Product("vial", "solution", strength=amount("1 mg/mL"))
    made, _ = made_by(dose_of("clofarabine", "30 mg", "2 h"), replace(CLOFARABINE, products=(sizeless,)))
    assert (made.draw, made.vials, made.bag) == (amount("30 mL"), (), amount("100 mL"))
    assert "vials are not counted" in made.missing
    made, _ = made_by(dose_of("clofarabine", "30 mg"), replace(CLOFARABINE, products=(Product("vial", "solution"),)))
    assert (made.draw, made.missing) == (None, "vial has no strength in the formulary, so no volume is given")
    made, _ = made_by(dose_of("x", "5 mg", route="oral"), FormularyDrug("x", products=(Product("pill", "tablet"),)))
    assert (made.vials, made.missing) == ((), "pill has no content in the formulary, so tablets are not counted")


def test_a_dose_of_nothing_is_not_prepared() -> None:
    made, alerts = made_by(dose_of("etoposide", "0 mg", "2 h"), ETOPOSIDE)
    assert (made.draw, made.missing, alerts) == (None, "the dose is 0, so nothing is prepared", ())
    nothing = (dose_of("etoposide", "0 mg", "2 h"),)
    (fluid,) = daily_fluids(nothing, (made,), lambda _: Quantity(Decimal(20), "kg"), (), UNDATED, zone=None)
    assert (fluid.volume, fluid.not_counted) == (amount("0 mL"), ())
    assert pick_list(nothing, (made,), Stock(1, pharmacy_of(ETOPOSIDE))) == ()


def test_the_regimens_diluent_is_used_and_held_against_the_formulary() -> None:
    made, alerts = made_by(dose_of("clofarabine", "30 mg", "2 h", diluent="glucose 5%"), CLOFARABINE)
    assert (made.diluent, alerts) == ("glucose 5%", ())
    made, alerts = made_by(dose_of("clofarabine", "30 mg", "2 h", diluent="Ringer's lactate"), CLOFARABINE)
    assert made.diluent == "Ringer's lactate"
    assert [alert.code for alert in alerts] == ["diluent-clofarabine"]


@pytest.mark.parametrize(
    ("ordered", "contains", "tablets"),
    [
        # 10 + 1 + 1 + 1 = 13 mg: four tablets, no way with fewer
        ("13 mg", "13 mg", {"10 mg tablet": 1, "1 mg tablet": 3}),
        # 9 and 9.5 mg lie equally near to 9.25 mg: up; 5 + 2.5 + 1 + 1
        ("9.25 mg", "9.5 mg", {"5 mg tablet": 1, "2.5 mg tablet": 1, "1 mg tablet": 2}),
        # 20 + 10 + 2.5 + 1
        ("33.5 mg", "33.5 mg", {"20 mg tablet": 1, "10 mg tablet": 1, "2.5 mg tablet": 1, "1 mg tablet": 1}),
        # 0.6 is nearer to 1 than to nothing
        ("0.6 mg", "1 mg", {"1 mg tablet": 1}),
        ("50 mg", "50 mg", {"50 mg tablet": 1}),
        ("240 mg", "240 mg", {"50 mg tablet": 4, "20 mg tablet": 2}),
    ],
)
def test_tablets_nearest_to_the_dose_then_fewest(ordered: str, contains: str, tablets: dict[str, int]) -> None:
    made, _ = made_by(dose_of("prednisone", ordered, route="oral"), PREDNISONE)
    assert made.contains == amount(contains)
    assert {use.product: int(use.count) for use in made.vials} == tablets
    assert (made.draw, made.bag, made.form) == (None, None, "tablet")


def test_halves_only_where_the_product_allows() -> None:
    """7.5 mg of 5 mg tablets: 10 mg whole (a tie goes up), 7.5 mg with a half; 2 mg is nearer to 2.5 than to 0."""
    whole = FormularyDrug("prednisone", products=(tablet("5 mg"),))
    made, alerts = made_by(dose_of("prednisone", "7.5 mg", route="oral"), whole)
    assert (made.contains, made.deviation_percent) == (amount("10 mg"), Decimal("33.33"))
    assert [alert.code for alert in alerts] == ["measured-prednisone"]
    halved = FormularyDrug("prednisone", products=(tablet("5 mg", halves=True),))
    made, alerts = made_by(dose_of("prednisone", "7.5 mg", route="oral"), halved)
    assert (made.contains, made.vials, alerts) == (amount("7.5 mg"), (VialUse("5 mg tablet", Decimal("1.5")),), ())
    made, _ = made_by(dose_of("prednisone", "2 mg", route="oral"), halved)
    assert made.contains == amount("2.5 mg")
    made, _ = made_by(dose_of("prednisone", "2 mg", route="oral"), whole)
    assert made.contains is None
    assert "less than half" in made.missing


def test_oral_solution_to_the_measuring_step() -> None:
    """9.25 mg at 1 mg/mL: 9.25 mL → 9.3 mL = 9.3 mg, 0.05/9.25 = +0.54%. Five doses: 46.5 mL, two bottles of 30 mL."""
    pharmacy = prefer_product(pharmacy_of(PREDNISONE), "prednisone", "oral solution 1 mg/mL")
    doses = (dose_of("prednisone", "9.25 mg", route="oral", days=(1, 2, 3, 4, 5)),)
    (made,), alerts = prepare(dosed(*doses), pharmacy)
    assert (made.draw, made.contains, made.deviation_percent) == (amount("9.3 mL"), amount("9.3 mg"), Decimal("0.54"))
    assert (made.bag, made.vials, alerts) == (None, (), ())
    assert pick_list(doses, (made,), Stock(1, pharmacy)) == (
        PickItem("oral solution 1 mg/mL", "bottle", "prednisone", Decimal(2), amount("46.5 mL")),
    )


def test_an_unknown_product_or_drug_to_prefer_is_refused() -> None:
    with pytest.raises(InputError, match="not a product of cyclophosphamide"):
        prefer_product(pharmacy_of(CYCLOPHOSPHAMIDE), "cyclophosphamide", "300")
    with pytest.raises(InputError, match="not in the formulary"):
        prefer_product(pharmacy_of(CYCLOPHOSPHAMIDE), "cisplatin", "50")


def test_vials_of_the_cycle_alone_and_shared_within_a_day() -> None:
    """30 mg twice a day for 3 days: alone 2 vials each, 2 × 2 × 3 = 12; shared 60 mg = 3 vials a day, 9 in all."""
    doses = (dose_of("clofarabine", "30 mg", "2 h", days=(1, 2, 3), per_day=2),)
    for share, vials in ((False, 12), (True, 9)):
        pharmacy = pharmacy_of(CLOFARABINE, share_vials=share)
        preparations, _ = prepare(dosed(*doses), pharmacy)
        assert pick_list(doses, preparations, Stock(1, pharmacy)) == (
            PickItem("20 mg vial", "vial", "clofarabine", Decimal(vials)),
            PickItem("100 mL bag of sodium chloride 0.9%", "bag", "clofarabine", Decimal(6)),
        )


def test_two_lines_of_one_drug_share_vials_and_halves_share_tablets() -> None:
    """60 mg + 30 mg etoposide on day 1: one vial of 100 mg each alone, one for both shared."""
    doses = (dose_of("etoposide", "60 mg"), dose_of("etoposide", "30 mg"))
    for share, vials in ((False, 2), (True, 1)):
        pharmacy = pharmacy_of(ETOPOSIDE, share_vials=share)
        items = pick_list(doses, prepare(dosed(*doses), pharmacy)[0], Stock(1, pharmacy))
        assert (items[0].kind, items[0].count) == ("vial", Decimal(vials))
    halves = (dose_of("prednisone", "2.5 mg", route="oral", per_day=2, days=(1, 2)),)
    for share, tablets in ((False, 4), (True, 2)):
        pharmacy = pharmacy_of(FormularyDrug("prednisone", products=(tablet("5 mg", halves=True),)), share_vials=share)
        (item,) = pick_list(halves, prepare(dosed(*halves), pharmacy)[0], Stock(1, pharmacy))
        assert (item.kind, item.count) == ("tablet", Decimal(tablets))


def test_fluid_of_each_day() -> None:
    """Days 1 and 2: 100 + 250 = 350 mL, 350 / 18.5 = 18.918… mL/kg; day 3: 100 mL, 5.405… mL/kg; tablets are none."""
    formulary = {drug.drug: drug for drug in (CLOFARABINE, ETOPOSIDE, PREDNISONE)}
    pharmacy = Pharmacy(formulary=formulary)
    doses = (
        dose_of("clofarabine", "30 mg", "2 h", days=(1, 2, 3)),
        dose_of("etoposide", "75 mg", "2 h", days=(1, 2)),
        dose_of("prednisone", "9.25 mg", route="oral", days=(1, 2, 3)),
    )
    preparations, _ = prepare(dosed(*doses), pharmacy)
    first, last = daily_fluids(doses, preparations, lambda _: Quantity(Decimal("18.5"), "kg"), (), UNDATED, zone=None)
    assert (first.days, first.volume, first.per_kg) == ((1, 2), amount("350 mL"), Quantity(Decimal("18.9"), "mL/kg"))
    assert (last.days, last.volume, last.per_kg) == ((3,), amount("100 mL"), Quantity(Decimal("5.4"), "mL/kg"))
    assert first.not_counted == ()


def test_fluid_names_what_it_does_not_count() -> None:
    doses = (dose_of("clofarabine", "30 mg", "2 h"), dose_of("mesna", "100 mg", "1 h"))
    preparations, _ = prepare(dosed(*doses), pharmacy_of(CLOFARABINE))
    (fluid,) = daily_fluids(doses, preparations, lambda _: Quantity(Decimal(20), "kg"), (), UNDATED, zone=None)
    assert (fluid.volume, fluid.not_counted) == (amount("100 mL"), ("mesna",))


def test_storage_names_the_jurisdiction_and_depends_on_the_concentration() -> None:
    keeps = tuple(
        Stability(amount(hours), "room temperature", "US", amount(concentration))
        for hours, concentration in (("96 h", "0.2 mg/mL"), ("24 h", "0.4 mg/mL"))
    )
    stable = replace(ETOPOSIDE, stability=keeps, cytotoxic=True, line="alone")
    made, _ = made_by(dose_of("etoposide", "100 mg", "2 h"), replace(stable, bags=(amount("250 mL"),)))
    assert made.handling == ("cytotoxic", "line: alone", "keeps at 0.4 mg/mL 24 h, room temperature (US)")
    between, _ = made_by(dose_of("etoposide", "75 mg", "2 h"), stable)
    assert between.handling[-2:] == (
        "keeps at 0.2 mg/mL 96 h, room temperature (US)",
        "keeps at 0.4 mg/mL 24 h, room temperature (US)",
    )


def test_powder_says_what_it_is_dissolved_in() -> None:
    made, _ = made_by(
        dose_of("cyclophosphamide", "330 mg"),
        replace(CYCLOPHOSPHAMIDE, products=(replace(POWDERS[0], reconstitution_fluid="sodium chloride 0.9%"),)),
    )
    assert "dissolve each 500 mg with 25 mL of sodium chloride 0.9%: 20 mg/mL" in made.handling


SIZES = st.lists(
    st.sampled_from([Decimal(size) for size in ("0.5", "1", "2", "2.5", "5", "7.5", "20", "50", "100")]),
    min_size=1,
    max_size=3,
    unique=True,
)


def every_total(sizes: Sequence[Decimal], most: int) -> list[tuple[Decimal, int]]:
    """All totals of up to so many pieces of each size, with the number of pieces: slow, and plain to see right."""
    return [
        (sum((size * count for size, count in zip(sizes, counts, strict=True)), Decimal(0)), sum(counts))
        for counts in combinations(range(most + 1), repeat=len(sizes))
    ]


@pytest.mark.slow
@given(SIZES, st.decimals(min_value=Decimal("0.1"), max_value=Decimal(10), places=2))
def test_the_search_finds_what_trying_everything_finds(sizes: list[Decimal], dose: Decimal) -> None:
    totals = every_total(sizes, 21)
    counts = least_waste(sizes, dose)
    total = sum((size * count for size, count in zip(sizes, counts, strict=True)), Decimal(0))
    assert (total, sum(counts)) == min(one for one in totals if one[0] >= dose)
    counts = nearest_total(sizes, dose)
    total = sum((size * count for size, count in zip(sizes, counts, strict=True)), Decimal(0))
    assert (total, sum(counts)) == min(totals, key=lambda one: (abs(one[0] - dose), -one[0], one[1]))


def test_large_doses_need_no_long_search() -> None:
    """1,000,000 mg of 100 and 450 mg vials: 2,222 × 450 = 999,900, + 100 = exactly; 999,900 + 100 → 2,223 vials."""
    assert least_waste([Decimal(100), Decimal(450)], Decimal(1_000_000)) == (1, 2222)
    assert least_waste([Decimal(20)], Decimal(999_999_999)) == (50_000_000,)


def test_contents_without_a_common_measure_are_refused() -> None:
    with pytest.raises(InputError, match="no common measure"):
        least_waste([Decimal("100.000001"), Decimal("99.7")], Decimal(5000))


def test_the_starter_file_loads_and_prepares_the_four_drugs() -> None:
    pharmacy = load_pharmacy(STARTER)
    assert set(pharmacy.formulary) == {"clofarabine", "etoposide", "cyclophosphamide", "prednisone"}
    doses = (
        dose_of("clofarabine", "30 mg", "2 h"),
        dose_of("etoposide", "75 mg", "2 h"),
        dose_of("cyclophosphamide", "330 mg", "1 h"),
        dose_of("prednisone", "9.25 mg", route="oral"),
    )
    preparations, alerts = prepare(dosed(*doses), pharmacy)
    assert [made.draw for made in preparations] == [amount("30 mL"), amount("3.8 mL"), amount("16.5 mL"), None]
    assert not alerts
    assert all(product.source for drug in pharmacy.formulary.values() for product in drug.products)
    assert all(drug.source and drug.atc and drug.rxnorm for drug in pharmacy.formulary.values())


def test_the_starter_file_says_first_that_a_pharmacist_must_check_it() -> None:
    assert "PHARMACIST MUST CHECK EVERY LINE" in "".join(STARTER.read_text("utf-8").splitlines(keepends=True)[:4])


def test_the_starter_file_says_whose_label_allows_what() -> None:
    """The window of clofarabine is the US label's alone, and so is glucose; the EU label names sodium chloride only."""
    formulary = load_pharmacy(STARTER).formulary
    (made, _), _ = prepare(
        dosed(dose_of("clofarabine", "30 mg", "2 h"), dose_of("etoposide", "75 mg", "2 h")), load_pharmacy(STARTER)
    )
    assert made.allowed_concentration == "0.15 to 0.4 mg/mL (US label)"
    assert made.diluent_jurisdiction == "US and EU label"
    assert "final concentration 0.3 mg/mL, expected 0.15 to 0.4 mg/mL (US label)" in dict(instructions(made))["Check"]
    assert [diluent.words for diluent in formulary["clofarabine"].diluents] == [
        "sodium chloride 0.9% (US and EU label)",
        "glucose 5% (US label)",
    ]
    for drug in formulary.values():
        assert all(diluent.jurisdiction and diluent.source for diluent in drug.diluents)
        assert all(keeps.jurisdiction and keeps.source for keeps in drug.stability)
    assert "500 mg/mL" in STARTER.read_text("utf-8")
    assert "not_for: {age: under 5 years}" in STARTER.read_text("utf-8")


def test_a_jurisdiction_stands_wherever_its_figure_does() -> None:
    by_us = replace(CLOFARABINE, concentration_jurisdiction="US label", bags=(amount("20 mL"),))
    _, (alert,) = made_by(dose_of("clofarabine", "38.4 mg", "2 h"), by_us)
    assert "a final concentration of 0.15 to 0.4 mg/mL (US label)" in alert.text
    in_glucose, _ = made_by(dose_of("clofarabine", "30 mg", "2 h", diluent="Glucose 5%"), CLOFARABINE)
    assert (
        "Into",
        "100 mL bag of Glucose 5% (US label): take 30 mL out first, then add the drug; total volume 100 mL",
    ) in (instructions(in_glucose))
    in_water, alerts = made_by(dose_of("clofarabine", "30 mg", "2 h", diluent="water"), CLOFARABINE)
    assert in_water.diluent_jurisdiction == ""
    assert "the formulary allows sodium chloride 0.9%, glucose 5% (US label)" in alerts[-1].text


CONCENTRATE = Product(
    "cyclophosphamide 100 mg/mL concentrate",
    "solution",
    amount("100 mg/mL"),
    volume=amount("5 mL"),
    not_for=(Condition("age", (Limit("<", Quantity(Decimal(5), "years")),)),),
)
"""Propylene glycol and ethanol: a Polish label keeps it from children under 5 years."""


def prepared_at(age: Quantity | None, *products: Product) -> tuple[Preparation, tuple[Alert, ...]]:
    stock = Pharmacy(
        formulary={"cyclophosphamide": FormularyDrug("cyclophosphamide", products, measuring_step=amount("0.1 mL"))}
    )
    (made,), alerts = prepare(dosed(dose_of("cyclophosphamide", "330 mg", route="IV bolus")), stock, {"age": age})
    return made, alerts


@pytest.mark.parametrize(
    ("age", "product", "draw", "says"),
    [
        (Quantity(Decimal(5), "years"), CONCENTRATE.name, "3.3 mL", ""),
        (Quantity(Decimal(60), "months"), CONCENTRATE.name, "3.3 mL", ""),
        (Quantity(Decimal(59), "months"), "500 mg", "16.5 mL", "is not for age under 5 years; 500 mg is taken instead"),
        (None, "500 mg", "16.5 mL", "is not for age under 5 years, and age is not known; 500 mg is taken instead"),
    ],
)
def test_a_product_is_never_taken_for_whom_it_is_not(age: Quantity | None, product: str, draw: str, says: str) -> None:
    """330 mg of 100 mg/mL is 3.3 mL, of 20 mg/mL 16.5 mL."""
    made, alerts = prepared_at(age, CONCENTRATE, POWDERS[0])
    assert (made.product, made.draw) == (product, amount(draw))
    assert [(alert.code, alert.level) for alert in alerts] == [("product-cyclophosphamide", "check")] * bool(says)
    assert all(alert.text == f"{CONCENTRATE.name} {says}" for alert in alerts)


def test_where_no_product_is_left_no_volume_is_given_and_it_says_why() -> None:
    made, (alert,) = prepared_at(Quantity(Decimal(4), "years"), CONCENTRATE)
    assert (made.draw, made.product) == (None, "")
    assert "has no product of cyclophosphamide for the route IV bolus and for this patient" in made.missing
    assert alert.text.endswith("is not for age under 5 years; no other product is left")


def test_a_product_that_nobody_would_take_first_raises_no_question() -> None:
    made, alerts = prepared_at(Quantity(Decimal(4), "years"), POWDERS[0], CONCENTRATE)
    assert (made.product, alerts) == ("500 mg", ())


def test_the_starter_file_claims_nothing_that_nobody_read() -> None:
    """No limits, diluent or bag of cyclophosphamide were read in a label."""
    cyclophosphamide = load_pharmacy(STARTER).formulary["cyclophosphamide"]
    assert not cyclophosphamide.diluents
    assert not cyclophosphamide.bags
    assert cyclophosphamide.lowest_concentration is cyclophosphamide.highest_concentration is None
