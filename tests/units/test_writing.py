"""How differences, ranges and codes are written, for every sheet and every alert alike."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cec.calculate.dosing import Dosed
from cec.calculate.known_facts import known_facts
from cec.calculate.preparation.from_stock import prepare_dose
from cec.calculate.rules import alerts_of
from cec.calculate.rules.rule import Case
from cec.load import load_patient, load_regimen
from cec.order import Dose, code_of_drug
from cec.pharmacy import Pharmacy
from cec.pharmacy.formulary import FormularyDrug, Product
from cec.rendering.words.preparation import instructions
from cec.units import Quantity, exact, write_range, write_signed


@given(st.decimals(-1000, 1000, places=3))
def test_the_sign_is_that_of_what_is_shown(value: Decimal) -> None:
    text = write_signed(value)
    assert re.fullmatch(r"0|[+-](0\.[0-9]*[1-9]|[1-9][0-9,]*(\.[0-9]*[1-9])?)", text)
    assert Decimal(text.replace(",", "")) == value


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [("75", "200", "75 to 200 mL"), ("75", "", "at least 75 mL"), ("", "1200", "at most 1,200 mL"), ("", "", "")],
)
def test_a_range_is_written_with_its_bounds(low: str, high: str, words: str) -> None:
    assert write_range(*(Quantity(Decimal(bound), "mL") if bound else None for bound in (low, high))) == words


@pytest.mark.parametrize(
    ("drug", "code"),
    [
        ("etoposide", "measured-etoposide"),
        ("Doxorubicin, liposomal", "measured-doxorubicin-liposomal"),
        ("interferon alfa_2b (Intron)", "measured-interferon-alfa-2b-intron"),
        ("müller-drug", "measured-müller-drug"),
    ],
)
def test_a_code_is_one_word_that_can_be_typed(drug: str, code: str) -> None:
    assert code_of_drug("measured", drug) == code


@pytest.mark.parametrize(
    ("dose", "told"),
    [
        ("10", "1 mL of 10 mg/mL = 10 mg"),
        ("10.0001", "1 mL of 10 mg/mL = 10 mg (0% of 10.0001 mg)"),
        ("9.99", "1 mL of 10 mg/mL = 10 mg (+0.1% of 9.99 mg)"),
        ("10.01", "1 mL of 10 mg/mL = 10 mg (-0.1% of 10.01 mg)"),
    ],
)
def test_a_measured_dose_has_the_sign_of_its_deviation(dose: str, told: str) -> None:
    """10 mg/mL, to the nearest 0.1 mL: 10.0001 mg is measured as 10 mg, 0.001% less."""
    strength, step = Quantity(Decimal(10), "mg/mL"), Quantity(Decimal("0.1"), "mL")
    drug = FormularyDrug(
        "mercaptopurine", products=(Product("bottle", "oral solution", strength=strength),), measuring_step=step
    )
    amount = Quantity(Decimal(dose), "mg")
    ordered = Dose(
        line=1,
        drug="mercaptopurine",
        route="oral",
        prescribed=amount,
        calculated=amount,
        ordered=amount,
        deviation_percent=Decimal(0),
        days=(1,),
        per_day=1,
        daily_total=amount,
        cycle_total=amount,
        steps=(),
    )
    made, _ = prepare_dose(Dosed(ordered, exact(amount)), 0, Pharmacy(formulary={"mercaptopurine": drug}))
    assert dict(instructions(made))["Measure"] == told


@pytest.mark.parametrize(("weight", "words"), [("33", "+10%"), ("27", "-10%"), ("31.6", "+5.3%")])
def test_a_change_of_weight_has_its_sign(weight: str, words: str) -> None:
    """From 30 kg: 3/30 is 10%, 1.6/30 is 5.3%."""
    patient = load_patient(texts={"height": "128 cm", "weight": f"{weight} kg", "previous_weight": "30 kg"})
    case = Case(load_regimen("cec-induction"), patient, Pharmacy(), known_facts(patient, {}))
    alert = next(alert for alert in alerts_of(case) if alert.code == "weight-change")
    assert f" is {words} from the last 30 kg" in alert.text


def test_a_range_of_an_auc_names_it_twice() -> None:
    assert write_range(Quantity(Decimal(4), "AUC"), Quantity(Decimal(6), "AUC")) == "AUC 4 to AUC 6"
    assert write_range(Quantity(Decimal(4), "AUC"), None) == "at least AUC 4"
