"""Doses that nobody can measure, and how far rounding may move the dose of one drug."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from running import cec

import cec as public
from cec.calculate.preparation.stock import finest_measure, usable_products
from cec.errors import OrderRefused
from cec.facts import NO_FACTS
from cec.load import load_patient, load_pharmacy, load_regimen
from cec.order import Order

STARTER = Path(__file__).parent.parent.parent / "cec" / "load" / "starter_pharmacy.yaml"
SOLUTION = """\
formulary:
  prednisone:
    products: [{name: prednisone 1 mg/mL, form: oral solution, strength: 1 mg/mL}]
    measuring_step: 0.1 mL
"""
ROUNDED = "dose_rounding: {prednisone: nearest 1 mg}\n"


def order_of(weight: str, pharmacy: str = "", folder: Path | None = None, **texts: str) -> Order:
    path = None
    if pharmacy and folder:
        path = folder / "pharmacy.yaml"
        path.write_text(pharmacy, encoding="utf-8")
    patient = load_patient(texts={"height": "100 cm", "weight": weight, **texts})
    return public.draft_order(load_regimen("cec-induction"), patient, load_pharmacy(path))


def digits(order: Order) -> dict[str, str]:
    return {alert.code: alert.text for alert in order.alerts if alert.code.startswith("digits")}


def test_a_dose_of_many_decimals_is_asked_about_where_no_product_is_known() -> None:
    """0.5 mg/kg × 32.8329 kg = 16.41645 mg."""
    assert digits(order_of("32.8329 kg")) == {
        "digits-prednisone": "16.41645 mg has more digits than anybody can measure: no product says how finely it is "
        "measured, and two decimals are the most; a dose_rounding in the pharmacy file, or a product with its "
        "measuring_step, settles it"
    }
    (alert,) = [alert for alert in order_of("32.8329 kg").alerts if alert.code == "digits-prednisone"]
    assert (alert.level, alert.about) == ("check", "prednisone")


@pytest.mark.parametrize("weight", ["26 kg", "26.5 kg", "18.5 kg", "32.62 kg"])
def test_two_decimals_pass_in_peace(weight: str) -> None:
    """13, 13.25, 9.25 and 16.31 mg of prednisone; the others are multiples of 0.4, 1 and 4.4 mg."""
    assert digits(order_of(weight)) == {}


def test_a_rounding_rule_settles_it(tmp_path: Path) -> None:
    assert digits(order_of("32.8329 kg", ROUNDED, tmp_path)) == {}


@pytest.mark.parametrize(
    ("weight", "says"),
    [
        (
            "32.8329 kg",
            "16.41645 mg has more digits than anybody can measure: prednisone 1 mg/mL is measured to 0.1 mg",
        ),
        ("32.826 kg", "16.413 mg has more digits"),  # three decimals; 0.1 mg has one
        ("32.62 kg", ""),  # 16.31 mg: one decimal more
        ("32.6 kg", ""),
    ],
)
def test_a_product_says_how_finely_it_is_measured(weight: str, says: str, tmp_path: Path) -> None:
    """0.1 mL of 1 mg/mL holds 0.1 mg."""
    found = digits(order_of(weight, SOLUTION, tmp_path))
    assert list(found) == ["digits-prednisone"] * bool(says)
    assert says in found.get("digits-prednisone", "")
    assert "like nearest 0.1 mg, settles it" in found.get("digits-prednisone", "like nearest 0.1 mg, settles it")


def test_the_shipped_regimen_in_the_starter_pharmacy_passes_in_peace_for_every_bsa() -> None:
    """0.1 mL holds 0.1 mg of clofarabine, 2 mg of etoposide and of cyclophosphamide; tablets go by 0.5 mg."""
    formulary = load_pharmacy(STARTER).formulary
    finest = {
        drug: finest_measure(entry, usable_products(entry, "oral" if drug == "prednisone" else "IV", NO_FACTS), "mg")
        for drug, entry in formulary.items()
    }
    assert {drug: str(amount) for drug, amount in finest.items()} == {
        "clofarabine": "0.1 mg",
        "etoposide": "2 mg",
        "cyclophosphamide": "2 mg",
        "prednisone": "0.5 mg",
    }
    pharmacy = load_pharmacy(STARTER)
    for hundredths in range(50, 200, 7):
        area = Decimal(hundredths) / 100
        height = area * area * 3600 / 30  # with 30 kg: Mosteller's root is the BSA itself
        patient = load_patient(texts={"height": f"{height:f} cm", "weight": "30 kg"}) if 60 < height < 240 else None
        if patient:
            order = public.draft_order(load_regimen("cec-induction"), patient, pharmacy)
            assert order.measures[0].bsa.value == area
            assert digits(order) == {}


def test_a_batch_has_the_same_codes_as_an_order() -> None:
    weights = ["32.8329", "26", "32.62", "26.001"]
    for pharmacy in (None, str(STARTER)):
        frame = pl.DataFrame({"height": ["100"] * 4, "weight": weights})
        dosed = public.dose_table(frame, "cec-induction", pharmacy=pharmacy)
        for weight, codes in zip(weights, dosed.get_column("alerts"), strict=True):
            single = public.draft_order(
                load_regimen("cec-induction"),
                load_patient(texts={"height": "100", "weight": weight}),
                load_pharmacy(pharmacy),
            )
            assert codes.split() == [alert.code for alert in single.alerts if not alert.not_made]


def test_a_drug_may_have_a_deviation_of_its_own(tmp_path: Path) -> None:
    """0.5 mg/kg × 17.1 kg = 8.55 mg, to the nearest 1 mg 9 mg: 0.45 / 8.55 = 5.26%, more than 5%."""
    with pytest.raises(
        OrderRefused, match=r"gives 9 mg, which moves the dose by 5\.26%; the pharmacy allows 5% at most"
    ):
        order_of("17.1 kg", ROUNDED, tmp_path)
    allowed = "largest_deviation_of: {prednisone: 6%}\n"
    order = order_of("17.1 kg", f"{ROUNDED}{allowed}", tmp_path)
    assert str(order.doses[3].ordered) == "9 mg"
    assert "prednisone 6%" in cec("pharmacy", "show", str(tmp_path / "pharmacy.yaml")).said
    with pytest.raises(OrderRefused, match="the pharmacy allows 1% at most"):
        order_of("17.1 kg", f"{ROUNDED}largest_deviation: 10%\nlargest_deviation_of: {{prednisone: 1%}}\n", tmp_path)


def test_the_deviation_of_other_drugs_stays_as_it_is(tmp_path: Path) -> None:
    """Clofarabine 40 mg/m2 × 0.69 m2 = 27.6 mg, to the nearest 5 mg 30 mg: 8.7%."""
    pharmacy = "dose_rounding: {clofarabine: nearest 5 mg}\nlargest_deviation_of: {prednisone: 20%}\n"
    with pytest.raises(OrderRefused, match=r"clofarabine: .* the pharmacy allows 5% at most"):
        order_of("17.1 kg", pharmacy, tmp_path)


def test_measuring_is_held_against_the_deviation_of_the_drug(tmp_path: Path) -> None:
    """8.55 mg of 5 mg tablets is 10 mg: 17%."""
    tablets = "formulary: {prednisone: {products: [{name: 5 mg tablet, form: tablet, content: 5 mg}]}}\n"
    codes = [alert.code for alert in order_of("17.1 kg", tablets, tmp_path).alerts]
    assert "measured-prednisone" in codes
    wide = f"{tablets}largest_deviation_of: {{prednisone: 17%}}\n"
    assert "measured-prednisone" not in [alert.code for alert in order_of("17.1 kg", wide, tmp_path).alerts]


@pytest.mark.parametrize(
    ("formulary", "would_do"),
    [
        ("", "nearest 0.5 mg would do, and give 8.5 mg"),
        ("[{name: 2.5 mg tablet, form: tablet, content: 2.5 mg}]", ""),  # 7.5 or 10 mg: neither within 5%
        (
            "[{name: 1 mg tablet, form: tablet, content: 1 mg, halves: true}]",
            "nearest 0.5 mg would do, and give 8.5 mg",
        ),
        ("[{name: 0.2 mg tablet, form: tablet, content: 0.2 mg}]", "nearest 0.2 mg would do, and give 8.6 mg"),
    ],
)
def test_a_refusal_names_the_rounding_that_would_do_with_the_tablets_in_stock(
    formulary: str, would_do: str, tmp_path: Path
) -> None:
    pharmacy = f"{ROUNDED}formulary: {{prednisone: {{products: {formulary}}}}}\n" if formulary else ROUNDED
    with pytest.raises(OrderRefused) as refused:
        order_of("17.1 kg", pharmacy, tmp_path)
    (fault,) = refused.value.faults
    ways = "largest_deviation_of: {prednisone: 6%} would allow it; or --without 'prednisone: reason' leaves it out"
    assert fault.text.endswith(ways)
    assert ("would do" in fault.text) == bool(would_do)
    assert would_do in fault.text


def test_a_refusal_offers_no_deviation_that_would_change_the_treatment(tmp_path: Path) -> None:
    """17.1 kg × 0.5 mg/kg = 8.55 mg; to the nearest 6 mg that is 6 mg: -2.55 of 8.55, -29.82%."""
    with pytest.raises(OrderRefused) as refused:
        order_of("17.1 kg", "dose_rounding: {prednisone: nearest 6 mg}\n", tmp_path)
    assert "moves the dose by -29.82%" in str(refused.value)
    assert "largest_deviation_of" not in str(refused.value)
