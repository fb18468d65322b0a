"""Doses and their chain of steps, against hand working."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cec.calculate import draft_order
from cec.errors import InputError, OrderRefused
from cec.load import load_patient, load_regimen
from cec.order import STAGES, Dose, Order
from cec.patient import Patient
from cec.pharmacy import DoseRounding, Pharmacy, RoundingBand
from cec.regimen import DrugLine, Regimen, Source
from cec.units import Quantity


def patient(height: str = "128 cm", weight: str = "26 kg", **texts: str) -> Patient:
    return load_patient(texts={"height": height, "weight": weight, **texts})


def mg(amount: str) -> Quantity:
    return Quantity(Decimal(amount), "mg")


def ordered(order: Order) -> list[str]:
    return [str(dose.ordered) for dose in order.doses]


def one_dose(line: DrugLine, who: Patient, pharmacy: Pharmacy | None = None) -> Dose:
    regimen = Regimen("test", "Test", 1, "a test", Source("this test"), (line,), sha256="")
    return draft_order(regimen, who, pharmacy or Pharmacy()).doses[0]


@pytest.mark.parametrize(
    ("height", "weight", "unrounded", "used", "doses"),
    [
        # √(128 × 26 / 3600) = √0.924444… = 0.96148…; 40, 100, 440 × 0.96; 0.5 × 26
        ("128 cm", "26 kg", "0.96148", "0.96", ["38.4 mg", "96 mg", "422.4 mg", "13 mg"]),
        # √(109 × 18.5 / 3600) = √0.560138… = 0.74842…
        ("109 cm", "18.5 kg", "0.74842", "0.75", ["30 mg", "75 mg", "330 mg", "9.25 mg"]),
        # √(176 × 67 / 3600) = √3.275555… = 1.80984…
        ("176 cm", "67 kg", "1.80984", "1.81", ["72.4 mg", "181 mg", "796.4 mg", "33.5 mg"]),
        # 100 × 32.8329 / 3600 = 0.912025 = 0.955²: a tie, half-up to 0.96
        ("100 cm", "32.8329 kg", "0.955", "0.96", ["38.4 mg", "96 mg", "422.4 mg", "16.41645 mg"]),
    ],
)
def test_doses_worked_by_hand(height: str, weight: str, unrounded: str, used: str, doses: list[str]) -> None:
    order = draft_order(load_regimen("cec-induction"), patient(height, weight))
    assert str(order.measures[0].bsa.unrounded).startswith(unrounded)
    assert order.measures[0].bsa.value == Decimal(used)
    assert ordered(order) == doses


@pytest.mark.parametrize("height", ["50.3937007874 in", "1.28 m", "1280 mm", "4 ft 2.39 in", "128"])
@pytest.mark.parametrize("weight", ["57.3201881 lb", "26000 g", "26"])
def test_the_same_patient_in_other_units(height: str, weight: str) -> None:
    order = draft_order(load_regimen("cec-induction"), patient(height, weight))
    assert ordered(order)[:3] == ["38.4 mg", "96 mg", "422.4 mg"]
    assert abs(order.doses[3].ordered.value - 13) < Decimal("0.0000001")


@pytest.mark.parametrize(
    ("name", "totals"),
    # per m2: 5 × 40, 5 × 100, 5 × 440 and 4 × 40, 4 × 100, 4 × 440; 180 cm, 80 kg has a Mosteller BSA of exactly 2 m2
    [("cec-induction", ["200", "500", "2200"]), ("cec-consolidation", ["160", "400", "1760"])],
)
def test_cycle_totals_of_the_report(name: str, totals: list[str]) -> None:
    order = draft_order(load_regimen(name), patient("180 cm", "80 kg"))
    assert [str(dose.cycle_total) for dose in order.doses[:3]] == [f"{2 * int(total):,} mg" for total in totals]


def test_the_ordered_dose_is_the_last_step_and_stages_keep_their_order() -> None:
    line = DrugLine("vincristine", Quantity(Decimal("1.5"), "mg/m2"), "IV bolus", (1,), maximum=mg("2"))
    reduced = load_patient(
        texts={"height": "180", "weight": "80", "reductions": ["vincristine=25%: neuropathy"]},
    )
    pharmacy = Pharmacy(
        dose_rounding={"vincristine": DoseRounding("nearest", mg("0.1"))}, largest_deviation=Decimal(10)
    )
    dose = one_dose(line, reduced, pharmacy)
    # 1.5 × 2 = 3; capped to 2; reduced by a quarter to 1.5; rounded 1.5
    assert [(step.what, str(step.value)) for step in dose.steps] == [
        ("prescribed", "1.5 mg/m2"),
        ("measured", "2 m2"),
        ("calculated", "3 mg"),
        ("capped", "2 mg"),
        ("reduced", "1.5 mg"),
        ("rounded", "1.5 mg"),
    ]
    steps = [step.what for step in dose.steps]
    assert steps == sorted(steps, key=STAGES.index)
    assert dose.ordered == dose.steps[-1].value
    assert dose.unreduced == mg("2")
    assert "by 25%, to 75% of 2 mg: neuropathy" in dose.steps[4].how


@pytest.mark.parametrize(
    ("rule", "expected", "deviation"),
    [
        (DoseRounding("nearest", mg("1")), "38 mg", "-1.04"),  # 38.4 → 38: -0.4/38.4 = -1.0416…%
        (DoseRounding("nearest", mg("0.5")), "38.5 mg", "0.26"),  # +0.1/38.4 = 0.2604…%
        (DoseRounding("down", mg("0.5")), "38 mg", "-1.04"),
        (DoseRounding("band", bands=(RoundingBand(mg("38"), mg("40"), mg("40")),)), "40 mg", "4.17"),  # 1.6/38.4
    ],
)
def test_rounding_is_a_step_with_its_deviation(rule: DoseRounding, expected: str, deviation: str) -> None:
    order = draft_order(load_regimen("cec-induction"), patient(), Pharmacy(dose_rounding={"clofarabine": rule}))
    dose = order.doses[0]
    assert (str(dose.ordered), dose.deviation_percent) == (expected, Decimal(deviation))
    assert dose.steps[-1].what == "rounded"
    assert dose.cycle_total == Quantity(dose.ordered.value * 5, "mg")


def test_rounding_that_moves_a_dose_too_far_is_refused_with_both_numbers() -> None:
    pharmacy = Pharmacy(
        dose_rounding={"clofarabine": DoseRounding("down", mg("5")), "etoposide": DoseRounding("nearest", mg("50"))}
    )
    with pytest.raises(OrderRefused) as caught:
        draft_order(load_regimen("cec-induction"), patient(), pharmacy)
    # 38.4 → 35: -3.4/38.4 = -8.854…%; 96 → 100: +4/96 = 4.17%, allowed
    (fault,) = caught.value.faults
    assert "clofarabine: rounding 38.4 mg down to a multiple of 5 mg gives 35 mg" in fault.text
    assert "-8.85%" in fault.text
    assert "5% at most" in fault.text


def test_a_band_table_without_a_band_for_the_dose_is_refused() -> None:
    rule = DoseRounding("band", bands=(RoundingBand(mg("40"), mg("50"), mg("45")),))
    with pytest.raises(OrderRefused, match=r"has no band for 38\.4 mg"):
        draft_order(load_regimen("cec-induction"), patient(), Pharmacy(dose_rounding={"clofarabine": rule}))


def test_endless_digits_need_a_rounding_rule() -> None:
    with pytest.raises(OrderRefused) as caught:
        draft_order(load_regimen("cec-induction"), patient(), Pharmacy(bsa_rounding=None))
    assert len(caught.value.faults) == 3
    assert "give a dose_rounding for clofarabine" in caught.value.faults[0].text
    rules = {drug: DoseRounding("nearest", mg("0.1")) for drug in ("clofarabine", "etoposide", "cyclophosphamide")}
    order = draft_order(load_regimen("cec-induction"), patient(), Pharmacy(bsa_rounding=None, dose_rounding=rules))
    # 0.961480… × 40 = 38.459…, × 100 = 96.148…, × 440 = 423.051…
    assert ordered(order) == ["38.5 mg", "96.1 mg", "423.1 mg", "13 mg"]


def test_every_basis_gives_its_amount() -> None:
    who = patient("180", "80", creatinine_clearance="90 mL/min")
    doses = {
        "40 mg/m2": "80 mg",  # × 2 m2
        "1.5 g/m2": "3 g",
        "6000 units/m2": "12,000 units",
        "5 mcg/kg": "400 mcg",  # × 80 kg
        "0.1 mg/kg": "8 mg",
        "2 mg": "2 mg",
        "AUC 5": "575 mg",  # Calvert: 5 × (90 + 25)
    }
    for text, expected in doses.items():
        number, unit = text.split() if not text.startswith("AUC") else (text[4:], "AUC")
        assert str(one_dose(DrugLine("x", Quantity(Decimal(number), unit), "IV", (1,)), who).ordered) == expected


def test_auc_needs_a_clearance_of_the_patient_in_ml_per_min() -> None:
    line = DrugLine("carboplatin", Quantity(Decimal(5), "AUC"), "IV infusion", (1,))
    with pytest.raises(OrderRefused, match="needs the creatinine clearance in mL/min"):
        one_dose(line, patient())
    with pytest.raises(OrderRefused, match="stop auc-under-18"):  # and Schwartz is per 1.73 m2
        one_dose(line, patient(creatinine="0.5 mg/dL", age="8"))


def test_divided_doses_and_several_doses_a_day() -> None:
    divided = DrugLine(
        "a", Quantity(Decimal(60), "mg/m2"), "oral", (1, 2), divided_into=3, at=("08:00", "14:00", "20:00")
    )
    dose = one_dose(divided, patient("180", "80"))
    # 60 × 2 = 120 a day, in 3 parts of 40; 2 days
    assert [str(quantity) for quantity in (dose.ordered, dose.daily_total, dose.cycle_total)] == [
        "40 mg",
        "120 mg",
        "240 mg",
    ]
    repeated = DrugLine("b", mg("2"), "oral", (1, 2, 3), times=4, every=Quantity(Decimal(6), "h"))
    dose = one_dose(repeated, patient())
    assert [str(quantity) for quantity in (dose.ordered, dose.daily_total, dose.cycle_total)] == [
        "2 mg",
        "8 mg",
        "24 mg",
    ]


def test_doses_by_age_band(tmp_path: Path) -> None:
    path = tmp_path / "it.yaml"
    path.write_text(
        "name: it\ntitle: IT\nedition: 1\nfor: test\nsource: {citation: test}\ndrugs:\n"
        "  - drug: methotrexate\n    route: intrathecal\n    days: 1\n    dose:\n"
        "      - {when: {age: under 1 year}, dose: 6 mg}\n"
        '      - {when: {age: "at least 1 year, under 2 years"}, dose: 8 mg}\n'
        "      - {when: {age: at least 2 years}, dose: 10 mg}\n",
        encoding="utf-8",
    )
    regimen = load_regimen(path)
    for age, expected in (("11 months", "6 mg"), ("12 months", "8 mg"), ("1 year", "8 mg"), ("2", "10 mg")):
        assert ordered(draft_order(regimen, patient("80", "10", age=age))) == [expected]
    with pytest.raises(OrderRefused, match="depends on age"):
        draft_order(regimen, patient("80", "10"))


def test_a_reduction_of_a_drug_that_is_not_given_is_refused() -> None:
    who = load_patient(texts={"height": "128", "weight": "26", "reductions": ["etoposid=25%: typing error"]})
    with pytest.raises(InputError, match="a reduction of etoposid is declared, but cec-induction gives clofarabine"):
        draft_order(load_regimen("cec-induction"), who)


def test_a_reduction_by_all_gives_nothing() -> None:
    who = load_patient(texts={"height": "128", "weight": "26", "reductions": ["etoposide=100%: allergy"]})
    order = draft_order(load_regimen("cec-induction"), who)
    assert ordered(order)[1] == "0 mg"


@pytest.mark.slow
@given(
    height=st.decimals("24", "90", places=1),
    weight=st.decimals("23", "260", places=2),
)
def test_pounds_and_inches_give_the_same_order(height: Decimal, weight: Decimal) -> None:
    """An inch is 2.54 cm, a pound 0.45359237 kg, both exactly."""
    try:
        metric = patient(f"{height * Decimal('2.54')} cm", f"{weight * Decimal('0.45359237')} kg")
    except InputError:
        return
    imperial = patient(f"{height} in", f"{weight} lb")
    regimen = load_regimen("cec-induction")
    assert draft_order(regimen, imperial).doses == draft_order(regimen, metric).doses


@pytest.mark.slow
@given(
    height=st.decimals("60", "200", places=1),
    weight=st.decimals("10", "120", places=1),
    taller=st.decimals("0.1", "20", places=1),
)
def test_doses_grow_with_the_patient(height: Decimal, weight: Decimal, taller: Decimal) -> None:
    try:
        smaller, larger = patient(str(height), str(weight)), patient(str(height + taller), str(weight + taller))
    except InputError:
        return
    regimen = load_regimen("cec-induction")
    for less, more in zip(draft_order(regimen, smaller).doses, draft_order(regimen, larger).doses, strict=True):
        assert less.ordered.value <= more.ordered.value


def test_a_saved_order_is_an_equal_order() -> None:
    order = draft_order(load_regimen("cec-induction"), patient(age="8", creatinine="44 micromol/L"))
    saved = msgspec.json.Encoder(decimal_format="number").encode(order)
    assert msgspec.json.decode(saved, type=Order) == order


def test_the_fingerprint_changes_with_any_input() -> None:
    regimen = load_regimen("cec-induction")
    orders = [
        draft_order(regimen, patient()),
        draft_order(regimen, patient(weight="26.1 kg")),
        draft_order(regimen, patient(), Pharmacy(name="x")),
        draft_order(regimen, patient(), cycle=2),
        draft_order(msgspec.structs.replace(regimen, edition=2), patient()),
    ]
    assert len({order.sha256 for order in orders}) == len(orders)
    assert draft_order(regimen, patient()).sha256 == orders[0].sha256


def test_rounding_never_goes_above_the_maximum() -> None:
    line = DrugLine("vincristine", Quantity(Decimal("1.5"), "mg/m2"), "IV bolus", (1,), maximum=mg("2"))
    pharmacy = Pharmacy(dose_rounding={"vincristine": DoseRounding("nearest", mg("0.3"))})
    # 1.5 × 2 m2 = 3, capped to 2; the nearest multiple of 0.3 is 2.1, within 5% and above the cap
    with pytest.raises(OrderRefused, match=r"gives 2\.1 mg, above the maximum of 2 mg"):
        one_dose(line, patient("180", "80"), pharmacy)


@pytest.mark.parametrize(
    ("height", "weight", "dose", "rule", "expected"),
    [
        # √(130 × 32.5 / 3600) = 65/60 exactly; × 90 = 97.5, a tie
        ("130", "32.5", "90", DoseRounding("nearest", mg("1")), "98 mg"),
        # √(124 × 31 / 3600) = 62/60; × 90 = 93 exactly
        ("124", "31", "90", DoseRounding("down", mg("1")), "93 mg"),
    ],
)
def test_ties_of_thirds_are_ties(height: str, weight: str, dose: str, rule: DoseRounding, expected: str) -> None:
    line = DrugLine("x", Quantity(Decimal(dose), "mg/m2"), "IV", (1,))
    pharmacy = Pharmacy(bsa_rounding=None, dose_rounding={"X": rule})
    assert str(one_dose(line, patient(height, weight), pharmacy).ordered) == expected


def test_a_dose_that_rounding_makes_nothing_is_refused() -> None:
    pharmacy = Pharmacy(dose_rounding={"prednisone": DoseRounding("down", mg("50"))}, largest_deviation=Decimal(100))
    with pytest.raises(OrderRefused, match="prednisone: the dose comes to 0 mg"):
        draft_order(load_regimen("cec-induction"), patient(), pharmacy)


def test_what_cannot_be_true_together_is_refused() -> None:
    who = load_patient(
        texts={
            "height": "128",
            "weight": "26",
            "previous_cycles": "0",
            "previous_day_1": "2026-11-02",
            "history": {"prior_hcst": "true"},
        }
    )
    with pytest.raises(InputError) as caught:
        draft_order(load_regimen("cec-induction"), who, cycle=3)
    assert [fault.text for fault in caught.value.faults] == [
        "cycle 3 cannot follow 0 previous cycles",
        "no previous cycles, but a day 1 of the previous cycle, 2026-11-02",
        "history: no check asks for 'prior_hcst'; did you mean 'prior_hsct'?",
    ]


def test_a_previous_day_1_lies_before_the_start() -> None:
    who = patient(previous_day_1="2026-12-05")
    with pytest.raises(InputError, match="2026-12-05, is not before the start, 2026-11-30"):
        draft_order(load_regimen("cec-induction"), who, start=datetime.date(2026, 11, 30))


def test_earlier_doses_of_a_misspelt_drug_are_refused() -> None:
    line = DrugLine("doxorubicin", mg("50"), "IV bolus", (1,), lifetime_maximum=Quantity(Decimal(450), "mg/m2"))
    who = load_patient(texts={"height": "128", "weight": "26", "earlier_doses": {"doxorubicine": "400 mg/m2"}})
    with pytest.raises(InputError, match="did you mean doxorubicin, which has a lifetime maximum"):
        one_dose(line, who)


def test_the_bedside_formula_is_not_for_infants() -> None:
    infant = patient("70", "10", age="11 months", creatinine="0.3 mg/dL")
    line = DrugLine("x", mg("2"), "oral", (1,))
    regimen = Regimen("test", "Test", 1, "a test", Source("this test"), (line,), sha256="")
    assert draft_order(regimen, infant).measures[0].clearance is None
