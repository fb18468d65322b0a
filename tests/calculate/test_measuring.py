"""From the calculated dose to what is drawn: the sum of rounding and measuring, and the maximum, worked by hand."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from test_preparation import ETOPOSIDE, amount, dose_of, made_by, solution, tablet

from cec import draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.calculate.declared import Declared
from cec.calculate.dosing import compute_dose
from cec.calculate.measures import measure
from cec.calculate.settled import settle
from cec.order import Alert, Dose, Step
from cec.pharmacy import DoseRounding, Pharmacy
from cec.pharmacy.formulary import FormularyDrug
from cec.rendering import WORKSHEETS
from cec.units import exact

STARTER = Path(__file__).parent.parent.parent / "cec" / "load" / "starter_pharmacy.yaml"

STRONG_VIAL = FormularyDrug("vincristine", products=(solution("vial", "3 mg/mL", "1 mL"),))
FIVES = FormularyDrug("dexamethasone", products=(tablet("5 mg"),))


def rounded(before: str, ordered: str) -> Dose:
    """A dose of etoposide that was rounded from another."""
    steps = (Step("calculated", amount(before), ""), Step("rounded", amount(ordered), ""))
    return replace(dose_of("etoposide", ordered, "2 h"), steps=steps)


def alerts_of(dose: Dose, limit: str) -> list[Alert]:
    _, alerts = made_by(dose, ETOPOSIDE, largest_deviation=Decimal(limit))
    return list(alerts)


def test_rounding_and_measuring_are_held_together_against_the_limit() -> None:
    """73 mg is rounded to 75 (+2.74%), drawn as 3.8 mL = 76 mg (+1.33%): 3 / 73 = +4.1095…% together."""
    (alert,) = alerts_of(rounded("73 mg", "75 mg"), "4.1")
    assert (alert.code, alert.level, alert.about) == ("measured-etoposide", "check", "etoposide")
    assert alert.text == (
        "73 mg of etoposide is rounded to 75 mg and measured as 76 mg, which is +4.11% together; "
        "the pharmacy allows 4.1%"
    )
    assert alerts_of(rounded("73 mg", "75 mg"), "4.11") == []
    # downwards: 77 to 74 mg (-3.9%), drawn as 3.7 mL = 74 mg: -3.896…% together
    assert [alert.code for alert in alerts_of(rounded("77 mg", "74 mg"), "3.89")] == ["measured-etoposide"]
    assert alerts_of(rounded("77 mg", "74 mg"), "3.9") == []


def test_measuring_that_takes_back_what_rounding_moved_is_no_alert() -> None:
    """77 mg is rounded to 75 (-2.60%), drawn as 76 mg (+1.33%): 1 / 77 = -1.2987% together."""
    assert alerts_of(rounded("77 mg", "75 mg"), "1.34") == []


def test_measuring_alone_counts_even_where_the_sum_is_small() -> None:
    """77 mg rounded to 75, drawn as 76 mg: -1.2987% together, but 1.3333…% from the 75 mg on the label."""
    (alert,) = alerts_of(rounded("77 mg", "75 mg"), "1.33")
    assert "75 mg of etoposide can only be measured as 76 mg (+1.33%)" in alert.text


def test_a_reduced_dose_counts_from_what_is_left_of_it() -> None:
    """100 mg/m2 × 0.73 m2 = 73 mg, less 25% is 54.75 mg, rounded to 55 mg: not from the 73 mg."""
    texts = {"height": "102 cm", "weight": "18.8 kg", "reductions": ["etoposide=25%: mucositis"]}
    patient = load_patient(texts=texts)
    pharmacy = Pharmacy(dose_rounding={"etoposide": DoseRounding("nearest", amount("5 mg"))})
    measured = measure(patient, pharmacy, None)
    dosed = compute_dose(
        settle(load_regimen("cec-induction").drugs[1], 0, {}),
        measured,
        pharmacy,
        declared=Declared((1,), patient.reductions[0]),
    )
    assert (dosed.dose.ordered, dosed.unrounded) == (amount("55 mg"), exact(amount("54.75 mg")))


def test_the_sum_is_held_against_the_limit_in_a_whole_order(tmp_path: Path) -> None:
    """0.73 m2 × 100 mg/m2 = 73 mg, to the nearest 5 mg 75 mg, drawn as 76 mg: +4.11%, above 4%."""
    file = tmp_path / "pharmacy.yaml"
    starter = STARTER.read_text(encoding="utf-8")
    file.write_text(
        starter.replace("largest_deviation: 5%", "largest_deviation: 4%")
        + "\ndose_rounding: {etoposide: nearest 5 mg}\n",
        encoding="utf-8",
    )
    # 102 cm × 18.8 kg / 3600 = 0.53266…, its root 0.7298…: 0.73 m2
    order = draft_order(
        load_regimen("cec-induction"),
        load_patient(texts={"height": "102 cm", "weight": "18.8 kg"}),
        load_pharmacy(file),
    )
    assert (order.measures[0].bsa.value, order.doses[1].ordered) == (Decimal("0.73"), amount("75 mg"))
    assert [alert.code for alert in order.alerts if alert.about == "etoposide"] == ["measured-etoposide"]


@pytest.mark.parametrize(
    ("step", "draw", "contains"),
    [
        ("0.1 mL", "0.6 mL", "1.8 mg"),  # 2 / 3 = 0.666… mL; 0.7 mL would be 2.1 mg
        ("0.01 mL", "0.66 mL", "1.98 mg"),  # 0.67 mL would be 2.01 mg
    ],
)
def test_a_draw_never_exceeds_the_maximum(step: str, draw: str, contains: str) -> None:
    capped = replace(dose_of("vincristine", "2 mg", route="IV bolus"), maximum=amount("2 mg"))
    drug = replace(STRONG_VIAL, measuring_step=amount(step))
    made, alerts = made_by(capped, drug)
    assert (made.draw, made.contains) == (amount(draw), amount(contains))
    assert "would be above the maximum of 2 mg; down to a multiple of" in made.how[1]
    assert [alert.code for alert in alerts] == (["measured-vincristine"] if contains == "1.8 mg" else [])  # -10%
    free, _ = made_by(replace(capped, maximum=None), drug)
    assert free.contains
    assert free.contains.value > 2


def test_a_draw_of_just_the_maximum_stays() -> None:
    """2 mg / 1 mg/mL = 2 mL = 2 mg."""
    drug = FormularyDrug(
        "vincristine", products=(solution("vial", "1 mg/mL", "2 mL"),), measuring_step=amount("0.1 mL")
    )
    made, alerts = made_by(replace(dose_of("vincristine", "2 mg", route="IV bolus"), maximum=amount("2 mg")), drug)
    assert (made.draw, alerts) == (amount("2 mL"), ())


def test_tablets_above_the_maximum_are_not_counted_out() -> None:
    """9 mg of 5 mg tablets: two are nearest, 10 mg, and the maximum is 9 mg. 10 mg is allowed where that is 10 mg."""
    dose = dose_of("dexamethasone", "9 mg", route="oral")
    made, _ = made_by(replace(dose, maximum=amount("9 mg")), FIVES)
    assert made.vials == ()
    assert made.missing == "the tablets nearest to 9 mg hold 10 mg, above the maximum of 9 mg"
    made, _ = made_by(replace(dose, maximum=amount("10 mg")), FIVES)
    assert made.contains == amount("10 mg")


def test_no_change_has_a_negative_sign(tmp_path: Path) -> None:
    """26.0006 kg × 0.5 mg/kg = 13.0003 mg, rounded to 13 mg: -0.0023%."""
    file = tmp_path / "pharmacy.yaml"
    starter = STARTER.read_text(encoding="utf-8")
    file.write_text(f"{starter}\ndose_rounding: {{prednisone: nearest 0.5 mg}}\n", encoding="utf-8")
    order = draft_order(
        load_regimen("cec-induction"), load_patient(texts={"height": "128", "weight": "26.0006"}), load_pharmacy(file)
    )
    assert order.doses[3].ordered == amount("13 mg")
    texts = [
        render(order, "table", explain=True),
        render(order, "csv"),
        render(order, "json"),
        render(order, "table", WORKSHEETS),
    ]
    for text in texts:
        assert not re.search(r"-0(?:\.0*)?(?:%|,|\s|$)", text.decode())
