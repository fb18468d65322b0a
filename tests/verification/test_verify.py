"""Doses written elsewhere: each seeded mistake is found and named, a right order raises none, every edit is seen."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from regimen_texts import SHIPPED, regimen_file
from running import cec

from cec.calculate import draft_order
from cec.errors import InputError
from cec.load import load_patient, load_pharmacy, load_regimen, regimen_folder
from cec.order import Order
from cec.pharmacy import Pharmacy
from cec.units import Quantity
from cec.verification import Verdict, verify_doses
from cec.verification.doses import TOLERANCE
from cec.verification.measure_mistakes import MEASURE_MISTAKES
from cec.verification.mistakes import MISTAKES
from cec.verification.outcome import NOT_MULTIPLIED

DAYS = {"cec-induction": 5, "cec-consolidation": 4}
FIGURES = {
    "clofarabine": Decimal(40),
    "etoposide": Decimal(100),
    "cyclophosphamide": Decimal(440),
    "prednisone": Decimal("0.5"),
}
SIZE = ("--height", "128cm", "--weight", "26kg")
RIGHT = ("clofarabine=38.4mg", "etoposide=96mg", "cyclophosphamide=422.4mg", "prednisone=13mg")


def mg(amount: Decimal | str | int) -> Quantity:
    return Quantity(Decimal(amount), "mg")


class Sample(NamedTuple):
    """A patient and a drug, with the right dose by the textbook."""

    regimen: str
    drug: str
    height: Decimal
    weight: Decimal

    def area(self, height: Decimal | None = None, weight: Decimal | None = None) -> Decimal:
        """Mosteller, to 0.01 m2."""
        product = (height or self.height) * (weight or self.weight) / 3600
        return product.sqrt().quantize(Decimal("0.01"), ROUND_HALF_UP)

    def dose(self, area: Decimal | None = None, weight: Decimal | None = None) -> Decimal:
        """The figure times BSA, or times weight."""
        figure = FIGURES[self.drug]
        if self.drug == "prednisone":
            return figure * (weight or self.weight)
        return figure * (self.area() if area is None else area)


@st.composite
def samples(draw: st.DrawFn, drugs: tuple[str, ...] = tuple(FIGURES), *, large: bool = False) -> Sample:
    """Anybody from 10 kg on, neither very thin nor very heavy; `large` ones have more than 2.1 m2."""
    height = draw(st.integers(178 if large else 80, 200))
    index = draw(st.integers(28 if large else 13, 40))
    weight = round(Decimal(index * height * height) / 10000, 1)
    assume(weight >= 10)
    return Sample(draw(st.sampled_from(sorted(DAYS))), draw(st.sampled_from(drugs)), Decimal(height), weight)


def order_of(sample: Sample, pharmacy: Pharmacy | None = None, **texts: str) -> Order:
    patient = load_patient(texts={"height": f"{sample.height} cm", "weight": f"{sample.weight} kg", **texts})
    return draft_order(SHIPPED[sample.regimen], patient, pharmacy or Pharmacy())


def verdicts_on(order: Order, amounts: Mapping[str, Decimal], tolerance: Decimal = TOLERANCE) -> dict[str, Verdict]:
    """What is said of each drug, with these written amounts, in mg, and the others right."""
    written = [(dose.drug, mg(amounts[dose.drug]) if dose.drug in amounts else dose.ordered) for dose in order.doses]
    verification = verify_doses(order, written, tolerance=tolerance, others=tuple(SHIPPED.values()))
    return {verdict.drug: verdict for verdict in verification.verdicts}


def verdict_on(order: Order, drug: str, amount: Decimal, tolerance: Decimal = TOLERANCE) -> Verdict:
    """What is said of one written amount, the others being right."""
    return verdicts_on(order, {drug: amount}, tolerance)[drug]


def du_bois(sample: Sample) -> Decimal:
    area = 0.007184 * float(sample.weight) ** 0.425 * float(sample.height) ** 0.725
    return Decimal(area).quantize(Decimal("0.01"), ROUND_HALF_UP)


def haycock(sample: Sample) -> Decimal:
    area = 0.024265 * float(sample.weight) ** 0.5378 * float(sample.height) ** 0.3964
    return Decimal(area).quantize(Decimal("0.01"), ROUND_HALF_UP)


POUNDS = 1 / Decimal("0.45359237")
INCHES = 1 / Decimal("2.54")
BY_AREA = ("clofarabine", "etoposide", "cyclophosphamide")
OTHER_SET = {"etoposide": Decimal(150), "cyclophosphamide": Decimal(300)}

SEEDS: dict[str, tuple[str, tuple[str, ...], Callable[[Sample], Decimal]]] = {
    "cycle total": (
        "total of the cycle written as the daily dose",
        tuple(FIGURES),
        lambda sample: sample.dose() * DAYS[sample.regimen],
    ),
    "cycle total of the other phase": (
        "the other phase's number of days",
        tuple(FIGURES),
        lambda sample: sample.dose() * (9 - DAYS[sample.regimen]),
    ),
    "figure": ("per-m2 or per-kg figure not multiplied", tuple(FIGURES), lambda sample: FIGURES[sample.drug]),
    "ten times": ("ten times or a tenth", tuple(FIGURES), lambda sample: sample.dose() * 10),
    "a tenth": ("ten times or a tenth", tuple(FIGURES), lambda sample: sample.dose() / 10),
    "a hundred times": ("a hundred times or a hundredth", tuple(FIGURES), lambda sample: sample.dose() * 100),
    "a hundredth": ("a hundred times or a hundredth", tuple(FIGURES), lambda sample: sample.dose() / 100),
    "twice": ("dose doubled", tuple(FIGURES), lambda sample: sample.dose() * 2),
    "divided": (
        "daily or single dose taken for a total and divided",
        tuple(FIGURES),
        lambda sample: sample.dose() / DAYS[sample.regimen],
    ),
    "thousandth": ("mcg, mg or g mixed up", tuple(FIGURES), lambda sample: sample.dose() / 1000),
    "pounds": (
        "weight in pounds taken as kg",
        tuple(FIGURES),
        lambda sample: sample.dose(sample.area(weight=sample.weight * POUNDS), sample.weight * POUNDS),
    ),
    "kg as pounds": (
        "weight in kg taken as pounds",
        tuple(FIGURES),
        lambda sample: sample.dose(sample.area(weight=sample.weight / POUNDS), sample.weight / POUNDS),
    ),
    "inches": (
        "height in inches taken as cm",
        BY_AREA,
        lambda sample: sample.dose(sample.area(height=sample.height * INCHES)),
    ),
    "Du Bois": ("another BSA formula", BY_AREA, lambda sample: sample.dose(du_bois(sample))),
    "Haycock": ("another BSA formula", BY_AREA, lambda sample: sample.dose(haycock(sample))),
    "capped": ("BSA capped at 2", BY_AREA, lambda sample: sample.dose(min(sample.area(), Decimal(2)))),
    "mg/kg": ("mg/kg instead of mg/m2", BY_AREA, lambda sample: FIGURES[sample.drug] * sample.weight),
    "mg/m2": ("kg and m2 mixed up", ("prednisone",), lambda sample: FIGURES[sample.drug] * sample.area()),
    "a quarter less": ("reduction by 25% or 50% not declared", tuple(FIGURES), lambda sample: sample.dose() * 3 / 4),
    "half": ("reduction by 25% or 50% not declared", tuple(FIGURES), lambda sample: sample.dose() / 2),
    "other doses": (
        "another dose set of the same letters",
        tuple(OTHER_SET),
        lambda sample: OTHER_SET[sample.drug] * sample.area(),
    ),
}
"""What somebody does wrong: the name it should get, the drugs it can concern, and what is then written."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@settings(max_examples=40)
@given(data=st.data())
def test_each_seeded_mistake_is_found_and_named(seed: str, data: st.DataObject) -> None:
    """A mistake in a measure changes all drugs that are computed from it; any other one drug alone."""
    name, drugs, written = SEEDS[seed]
    sample = data.draw(samples(drugs, large=seed == "capped"))
    concerned = drugs if name in MEASURE_MISTAKES else (sample.drug,)
    amounts = {drug: round(written(sample._replace(drug=drug)), 4) for drug in concerned}
    tolerance = Decimal("0.5") if name == "another BSA formula" else Decimal(5)
    assume(all(abs(amounts[drug] / sample._replace(drug=drug).dose() - 1) * 100 > tolerance for drug in amounts))
    verdicts = verdicts_on(order_of(sample), amounts, tolerance)
    for drug in concerned:
        assert verdicts[drug].verdict == "differs"
        assert name in [each.mistake for each in verdicts[drug].explanations]
        assert verdicts[drug].expected == mg(sample._replace(drug=drug).dose())


@pytest.mark.slow
@given(samples(), st.sampled_from(sorted(FIGURES)), st.sampled_from(sorted(FIGURES)))
def test_swapped_and_borrowed_doses_are_told_apart(sample: Sample, first: str, second: str) -> None:
    order = order_of(sample)
    doses = {dose.drug: dose.ordered for dose in order.doses}
    assume(first != second)
    assume(abs(doses[first].value / doses[second].value - 1) > Decimal("0.06"))
    swapped = verify_doses(order, {**doses, first: doses[second], second: doses[first]}.items())
    borrowed = verify_doses(order, {**doses, first: doses[second]}.items())
    mistakes = {verdict.drug: [each.mistake for each in verdict.explanations] for verdict in swapped.verdicts}
    assert "doses swapped" in mistakes[first]
    assert "doses swapped" in mistakes[second]
    assert "another drug's dose" not in mistakes[first]
    (verdict,) = [verdict for verdict in borrowed.verdicts if verdict.drug == first]
    assert "another drug's dose" in [each.mistake for each in verdict.explanations]
    assert "doses swapped" not in [each.mistake for each in verdict.explanations]


@given(samples(), st.decimals("-4.9", "4.9", places=1))
def test_a_right_order_raises_none(sample: Sample, percent: Decimal) -> None:
    order = order_of(sample)
    written = [(dose.drug, mg(dose.ordered.value * (1 + percent / 100))) for dose in order.doses]
    verification = verify_doses(order, written, days=DAYS[sample.regimen], others=tuple(SHIPPED.values()))
    assert verification.agrees
    assert {verdict.verdict for verdict in verification.verdicts} == {"agrees"}
    assert not any(verdict.explanations for verdict in verification.verdicts)


@pytest.mark.slow
@given(samples())
def test_rounding_by_the_pharmacy_hides_no_mistake(sample: Sample) -> None:
    pharmacy = load_pharmacy(texts={"dose_rounding": {sample.drug: "nearest 0.5 mg"}})
    order = order_of(sample, pharmacy)
    right = next(dose.ordered.value for dose in order.doses if dose.drug == sample.drug)
    for amount in (right * DAYS[sample.regimen], sample.dose() * DAYS[sample.regimen]):
        verdict = verdict_on(order, sample.drug, amount)
        assert "total of the cycle written as the daily dose" in [each.mistake for each in verdict.explanations]


def test_every_mistake_of_the_table_is_seeded_somewhere() -> None:
    seeded = {name for name, _, _ in SEEDS.values()} | {"doses swapped", "another drug's dose"}
    in_special_regimens = {
        "total of the day written as one dose",
        "an earlier weight",
        "another dose of the regimen's list",
        "the day's dose in another number of doses",
        "declared reduction left out",
        "declared dose or omission left out",
        "maximum left out",
        "maximum written as the dose",
        "AUC without the 25",
        "clearance capped at 125",
        "clearance not capped",
    }
    assert set(MISTAKES) == seeded | in_special_regimens


@pytest.mark.parametrize(
    ("drug", "amount", "text"),
    [
        ("clofarabine", "3840", "a hundred times 38.4 mg is 3,840 mg"),
        ("etoposide", "9600", "a hundred times 96 mg is 9,600 mg"),
        ("cyclophosphamide", "42240", "a hundred times 422.4 mg is 42,240 mg"),
        ("etoposide", "0.96", "a hundredth of 96 mg is 0.96 mg"),
        ("prednisone", "0.13", "a hundredth of 13 mg is 0.13 mg"),
        ("clofarabine", "38400", "a thousand times 38.4 mg is 38,400 mg"),
        ("prednisone", "26", "twice 13 mg is 26 mg"),
        ("clofarabine", "7.68", "38.4 mg divided over 5 days is 7.68 mg"),
    ],
)
def test_plain_factors_are_known(drug: str, amount: str, text: str) -> None:
    """0.96 m2: 38.4, 96 and 422.4 mg; 13 mg for 26 kg."""
    order = order_of(Sample("cec-induction", drug, Decimal(128), Decimal(26)))
    assert [each.text for each in verdict_on(order, drug, Decimal(amount)).explanations] == [text]


@pytest.mark.parametrize("amount", ["3700", "4000", "0.42", "115.2"])
def test_what_is_no_plain_factor_is_not_explained_by_one(amount: str) -> None:
    """Of 38.4 mg: 96 times, 104 times, a 91st, three times."""
    order = order_of(Sample("cec-induction", "clofarabine", Decimal(128), Decimal(26)))
    assert verdict_on(order, "clofarabine", Decimal(amount)).explanations == ()


# A remark on amounts that agree

FIGURES_WRITTEN = {"clofarabine": "40", "etoposide": "100", "cyclophosphamide": "440", "prednisone": "13"}


def remarks_on(order: Order, written: dict[str, str]) -> list[str]:
    """The texts of the remarks on amounts in mg."""
    verification = verify_doses(order, [(drug, mg(amount)) for drug, amount in written.items()])
    return [alert.text for alert in verification.alerts if alert.code == NOT_MULTIPLIED]


def test_figures_that_nobody_multiplied_are_told_although_they_agree() -> None:
    """0.96 m2: 40 / 38.4 = 100 / 96 = 440 / 422.4 = 1.0416…, which is within 5%."""
    order = order_of(Sample("cec-induction", "clofarabine", Decimal(128), Decimal(26)))
    written = [(drug, mg(amount)) for drug, amount in FIGURES_WRITTEN.items()]
    verification = verify_doses(order, written)
    assert (verification.agrees, {each.verdict for each in verification.verdicts}) == (True, {"agrees"})
    assert (verification.alerts[0].code, verification.alerts[0].level) == (NOT_MULTIPLIED, "check")
    assert verification.alerts[0].text == (
        "clofarabine 40 mg, etoposide 100 mg, cyclophosphamide 440 mg are the figures per m2 of the regimen, "
        "but the BSA is 0.96 m2: were they multiplied by it?"
    )
    assert verification.alerts[1:] == order.alerts
    in_grams = verify_doses(order, [*written[:2], ("Cyclophosphamide", Quantity(Decimal("0.44"), "g")), written[3]])
    assert in_grams.alerts == verification.alerts


@pytest.mark.parametrize(
    ("height", "weight", "changed", "is_told"),
    [
        (128, 26, {}, True),
        (128, 26, {"prednisone": "0.5"}, True),
        (128, 26, {"clofarabine": "40.0"}, True),
        (128, 26, {"etoposide": "99"}, False),
        (128, 26, {"clofarabine": "38.4"}, False),
        (128, 26, {"clofarabine": "38.4", "etoposide": "96", "cyclophosphamide": "422.4"}, False),
        (100, 36, {"prednisone": "18"}, False),
        (108, 36, {"prednisone": "18"}, True),
        (109, 18, {"prednisone": "9"}, False),
    ],
)
def test_the_remark_needs_every_figure_and_another_area_than_1(
    height: int, weight: int, changed: dict[str, str], is_told: bool
) -> None:
    """√(100 × 36 / 3600) = 1 m2. √(108 × 36 / 3600) = 1.039… → 1.04: 40 / 41.6 = -3.8%.

    √(109 × 18 / 3600) = 0.738… → 0.74: 40 / 29.6 = +35% does not agree and has its own explanation.
    """
    order = order_of(Sample("cec-induction", "clofarabine", Decimal(height), Decimal(weight)))
    assert bool(remarks_on(order, FIGURES_WRITTEN | changed)) is is_told


def test_figures_that_are_the_right_doses_draw_no_remark() -> None:
    """0.96 m2: to the nearest 20 mg 38.4 is 40, 96 is 100 and 422.4 is 420, to the nearest 40 mg 440."""
    steps = {"clofarabine": "20 mg", "etoposide": "20 mg", "cyclophosphamide": "40 mg"}
    rounding = {drug: f"nearest {step}" for drug, step in steps.items()}
    sample = Sample("cec-induction", "clofarabine", Decimal(128), Decimal(26))
    order = order_of(sample, load_pharmacy(texts={"dose_rounding": rounding}))
    assert [str(dose.ordered) for dose in order.doses[:3]] == ["40 mg", "100 mg", "440 mg"]
    assert remarks_on(order, FIGURES_WRITTEN) == []
    order = order_of(sample, load_pharmacy(texts={"dose_rounding": rounding | {"cyclophosphamide": "nearest 20 mg"}}))
    assert len(remarks_on(order, FIGURES_WRITTEN)) == 1


def test_a_reduction_at_1_m2_is_no_remark_about_the_area() -> None:
    """1 m2, and 3% less: 100 / 97 = +3.09%."""
    texts: Any = {"height": "100 cm", "weight": "36 kg", "reductions": ["etoposide=3%: mucositis"]}
    order = draft_order(SHIPPED["cec-induction"], load_patient(texts=texts))
    assert remarks_on(order, FIGURES_WRITTEN | {"prednisone": "18"}) == []


@pytest.mark.parametrize(("amount", "is_told"), [("25", True), ("24", False), ("75", False)])
def test_the_figure_of_a_divided_dose_is_its_part(amount: str, is_told: bool, tmp_path: Path) -> None:
    """0.96 m2: 75 mg/m2 a day in 3 parts is 24 mg; 75 / 3 = 25 mg is what nobody multiplied, +4.17%."""
    path = regimen_file(tmp_path, "divided", SPECIAL[1])
    order = draft_order(load_regimen(path), load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    (told,) = remarks_on(order, {"mercaptopurine": amount}) or [""]
    expected = (
        "mercaptopurine 25 mg is the figure per m2 of the regimen, but the BSA is 0.96 m2: was it multiplied by it?"
    )
    assert told == (expected if is_told else "")


# What only other orders can show

SPECIAL = (
    "drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV bolus, days: 1",
    "drug: mercaptopurine, dose: 75 mg/m2, divided_into: 3, every: 8 h, route: oral, days: 1-2",
    "drug: dexamethasone, dose: 6 mg/m2, route: oral, days: 1-5",
    "drug: dexamethasone, dose: 3 mg/m2, route: oral, days: 6-7",
    "drug: asparaginase, dose: 6000 units/m2, route: intramuscular, days: 2",
)


@pytest.fixture
def special(tmp_path: Path) -> Order:
    path = regimen_file(tmp_path, "special", *SPECIAL)
    texts: dict[str, Any] = {
        "height": "180 cm",
        "weight": "80 kg",
        "previous_weight": "60 kg",
        "reductions": ["mercaptopurine=50%: neutropenia"],
    }
    return draft_order(load_regimen(path), load_patient(texts=texts))  # 2 m2; √(180 × 60 / 3600) = 1.732 → 1.73 m2


@pytest.mark.parametrize(
    ("drug", "amount", "mistake"),
    [
        ("vincristine", "3", "maximum left out"),
        ("mercaptopurine", "75", "total of the day written as one dose"),
        ("mercaptopurine", "50", "declared reduction left out"),
        ("mercaptopurine", "21.625", "an earlier weight"),
        ("mercaptopurine", "150", "total of the cycle written as the daily dose"),
    ],
)
def test_mistakes_of_other_regimens(special: Order, drug: str, amount: str, mistake: str) -> None:
    verification = verify_doses(special, [(drug, mg(amount))])
    verdict = next(verdict for verdict in verification.verdicts if verdict.drug == drug)
    assert mistake in [each.mistake for each in verdict.explanations]


def test_a_drug_of_two_lines_is_held_against_both(special: Order) -> None:
    both = verify_doses(special, [("Dexamethasone", mg(12)), ("dexamethasone", mg(6)), ("dexamethasone", mg(1))])
    assert [(verdict.verdict, verdict.expected) for verdict in both.verdicts if verdict.drug == "dexamethasone"] == [
        ("agrees", mg(12)),
        ("agrees", mg(6)),
        ("written too often", None),
    ]
    assert "more often than the regimen gives it" in both.verdicts[-1].hint
    one = verify_doses(special, [("dexamethasone", mg(12))])
    assert [verdict.verdict for verdict in one.verdicts if verdict.drug == "dexamethasone"] == ["agrees", "missing"]


def test_an_amount_of_another_kind_is_refused(special: Order) -> None:
    with pytest.raises(InputError, match=r"asparaginase: 12 mg cannot be held against 12,000 units"):
        verify_doses(special, [("asparaginase", mg(12))])


def test_a_dose_of_nothing_agrees_only_with_nothing() -> None:
    sample = Sample("cec-induction", "etoposide", Decimal(128), Decimal(26))
    patient = load_patient(texts={"height": "128", "weight": "26", "reductions": ["etoposide=100%: anaphylaxis"]})
    order = draft_order(SHIPPED["cec-induction"], patient)
    for amount, expected in (("0", "agrees"), ("96", "differs")):
        assert verdict_on(order, sample.drug, Decimal(amount)).verdict == expected
    (full,) = verdict_on(order, sample.drug, Decimal(96)).explanations
    assert (full.mistake, full.text) == (
        "declared reduction left out",
        "the full dose: 100 mg/m2 × 0.96 m2 = 96 mg",
    )


@pytest.mark.parametrize(
    ("declared", "drug", "amount", "verdict"),
    [
        ({"without": ["prednisone: on dexamethasone"]}, "prednisone", "13", "differs"),
        ({"without": ["prednisone: on dexamethasone"]}, "prednisone", "0", "agrees"),
        ({"set": ["etoposide=70 mg: vials"]}, "etoposide", "96", "differs"),
        ({"set": ["etoposide=70 mg: vials"]}, "etoposide", "70", "agrees"),
    ],
)
def test_what_was_withheld_or_set_is_expected(declared: Any, drug: str, amount: str, verdict: str) -> None:
    """0.96 m2: 96 mg, of which 70 mg were set; 13 mg of prednisone are withheld, so nothing is expected."""
    order = draft_order(SHIPPED["cec-induction"], load_patient(texts={"height": "128", "weight": "26", **declared}))
    found = verdict_on(order, drug, Decimal(amount))
    expected = ["declared dose or omission left out"] if verdict == "differs" else []
    assert (found.verdict, [each.mistake for each in found.explanations]) == (verdict, expected)


def test_a_dose_of_nothing_that_nobody_wrote_is_not_missing() -> None:
    texts: Any = {"height": "128", "weight": "26", "without": ["prednisone: on dexamethasone"]}
    order = draft_order(SHIPPED["cec-induction"], load_patient(texts=texts))
    written = {"clofarabine": "38.4", "etoposide": "96", "cyclophosphamide": "422.4"}
    assert verify_doses(order, [(drug, mg(amount)) for drug, amount in written.items()]).agrees


@pytest.mark.parametrize(
    ("drug", "amount", "text"),
    [
        ("etoposide", "400", "4 doses a day × 100 mg is 400 mg"),
        ("etoposide", "800", "2 days × 4 doses a day × 100 mg is 800 mg"),
        ("etoposide", "1000", "ten times 100 mg is 1,000 mg"),
        ("etoposide", "25", "100 mg divided over 4 doses a day is 25 mg"),
        ("cytarabine", "2000", "2 doses a day × 1,000 mg is 2,000 mg"),
        ("cytarabine", "5840", "3 days × 2 doses a day × 973.34 mg is 5,840.04 mg"),
        ("cytarabine", "9733.4", "ten times 973.34 mg is 9,733.4 mg"),
        ("cytarabine", "486.67", "50% less than 973.34 mg is 486.67 mg"),
    ],
)
def test_an_explanation_names_what_is_really_multiplied(drug: str, amount: str, text: str, tmp_path: Path) -> None:
    """1 m2. Etoposide 400 mg/m2 in 4 doses is 100 mg; cytarabine 973.34 mg is rounded to 1,000 mg."""
    path = regimen_file(
        tmp_path,
        "several",
        "drug: etoposide, dose: 400 mg/m2, divided_into: 4, every: 6 h, route: oral, days: 1-2",
        "drug: cytarabine, dose: 973.34 mg/m2, times: 2, every: 12 h, route: IV infusion, over: 3 h, days: 1-3",
    )
    pharmacy = load_pharmacy(texts={"dose_rounding": {"cytarabine": "nearest 100 mg"}})
    order = draft_order(load_regimen(path), load_patient(texts={"height": "100 cm", "weight": "36 kg"}), pharmacy)
    verdict = verdict_on(order, drug, Decimal(amount))
    assert text in " or ".join(each.text for each in verdict.explanations).split(" or ")


DAYS_WITH_GAPS = (
    'drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV bolus, days: "1, 8, 15"',
    'drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1-5, cycles: "2"',
)


@pytest.mark.parametrize(
    ("cycle", "days", "verdict", "expected"),
    [(1, 3, "agrees", 3), (1, 15, "differs", 3), (1, 7, "differs", 3), (2, 7, "agrees", 7), (2, 3, "differs", 7)],
)
def test_the_days_that_count_are_those_of_this_cycle(
    cycle: int, days: int, verdict: str, expected: int, tmp_path: Path
) -> None:
    """Cycle 1: days 1, 8, 15. Cycle 2: days 1, 2, 3, 4, 5, 8, 15."""
    path = regimen_file(tmp_path, "gaps", *DAYS_WITH_GAPS)
    order = draft_order(load_regimen(path), load_patient(texts={"height": "128", "weight": "26"}), cycle=cycle)
    written = [(dose.drug, dose.ordered) for dose in order.doses]
    verification = verify_doses(order, written, days=days, others=tuple(SHIPPED.values()))
    of_days = verification.verdicts[-1]
    assert (of_days.drug, of_days.verdict, of_days.expected) == ("days", verdict, Quantity(Decimal(expected), "days"))
    assert verification.agrees is (verdict == "agrees")


def test_only_a_regimen_of_the_same_drugs_is_the_other_phase(tmp_path: Path) -> None:
    text = (regimen_folder() / "cec-consolidation.yaml").read_text(encoding="utf-8")
    head = text[: text.index("drugs:")].replace("name: cec-consolidation", "name: fewer")
    path = tmp_path / "fewer.yaml"
    line = "drugs:\n  - {drug: clofarabine, dose: 40 mg/m2, route: IV infusion, over: 2 h, days: 1-4}\n"
    path.write_text(head + line, encoding="utf-8")
    patient = load_patient(texts={"height": "128", "weight": "26"})
    found = {}
    for regimen in (SHIPPED["cec-consolidation"], load_regimen(path)):
        order = draft_order(regimen, patient)
        written = [(dose.drug, mg(192) if dose.drug == "clofarabine" else dose.ordered) for dose in order.doses]
        verdicts = verify_doses(order, written, days=5, others=tuple(SHIPPED.values())).verdicts
        found[regimen.name] = [[each.text for each in verdict.explanations] for verdict in (verdicts[0], verdicts[-1])]
    assert found == {
        "cec-consolidation": [
            ["5 days (as CEC induction has them) × 38.4 mg is 192 mg"],
            ["CEC induction (cec-induction) has 5 days"],
        ],
        "fewer": [[], []],
    }


# The command


def test_the_command_says_that_written_doses_agree() -> None:
    done = cec("verify", "cec-induction", *SIZE, *RIGHT, "days=5")
    assert (done.code, done.err) == (0, "")
    assert "Every written dose agrees within 5%" in done.out
    assert "no known mistake" not in done.out
    assert "is not an independent check" in done.out


def test_the_command_shows_a_remark_in_every_form() -> None:
    arguments = ("verify", "cec-induction", *SIZE, *(f"{drug}={amount}mg" for drug, amount in FIGURES_WRITTEN.items()))
    done = cec(*arguments)
    assert (done.code, done.err) == (0, "")
    assert "CHECK not-multiplied-by-bsa: clofarabine 40 mg, etoposide 100 mg, cyclophosphamide 440 mg are" in done.said
    assert json.loads(cec(*arguments, "--format", "json").out)["alerts"][0]["code"] == NOT_MULTIPLIED
    rows = csv.DictReader(io.StringIO(cec(*arguments, "--format", "csv").out))
    assert [(row["verdict"], row["alerts"]) for row in rows] == [("agrees", f"{NOT_MULTIPLIED} incomplete")] * 4
    assert NOT_MULTIPLIED not in cec("verify", "cec-induction", *SIZE, *RIGHT).out


def test_the_command_names_what_is_wrong() -> None:
    done = cec(
        "verify", "cec-consolidation", *SIZE, "clofarabine=192mg", "etoposide=90.9mg", "prednison=13mg", "days=5"
    )
    text = done.said
    assert (done.code, done.err) == (1, "")
    assert "clofarabine 192 mg, expected 38.4 mg: the other phase's number of days: 5 days" in text
    assert "etoposide 90.9 mg, expected 96 mg: no known mistake explains this" in text
    assert "cyclophosphamide: missing; expected 422.4 mg" in text
    assert "prednison 13 mg: not in the regimen; the regimen gives prednisone: another drug, or a misspelt" in text
    assert (
        "days 5 days, expected 4 days: the other phase's number of days: CEC induction (cec-induction) has 5 days"
        in text
    )
    assert "6 of 6 do not agree (tolerance 5%)" in text


@pytest.mark.parametrize(
    ("written", "cell"),
    [("38.4mg", "0%"), ("38.3999mg", "0%"), ("38.4001mg", "0%"), ("38.39mg", "-0.03%"), ("38.41mg", "+0.03%")],
)
def test_a_deviation_has_its_sign_and_never_a_negative_zero(written: str, cell: str) -> None:
    arguments = ("verify", "cec-induction", *SIZE, f"clofarabine={written}", *RIGHT[1:])
    row = next(line for line in cec(*arguments).out.splitlines() if line.startswith("clofarabine "))
    assert row.split()[-2:] == [cell, "agrees"]
    (first, *_) = json.loads(cec(*arguments, "--format", "json").out, parse_float=str, parse_int=str)["verdicts"]
    assert f"{first['deviation_percent']}%" == cell.removeprefix("+")


def test_the_tolerance_decides() -> None:
    written = ("clofarabine=38mg", *RIGHT[1:])
    assert cec("verify", "cec-induction", *SIZE, *written).code == 0
    assert cec("verify", "cec-induction", *SIZE, *written, "--tolerance", "1%").code == 1


def test_a_verification_as_json_and_csv() -> None:
    done = cec("verify", "cec-induction", *SIZE, "clofarabine=384mg", *RIGHT[1:], "--format", "json")
    verification = json.loads(done.out, parse_float=Decimal)
    assert verification["agrees"] is False
    first = verification["verdicts"][0]
    assert (first["drug"], first["verdict"], first["deviation_percent"]) == ("clofarabine", "differs", 900)
    assert first["expected"] == {"value": Decimal("38.4"), "unit": "mg"}
    assert first["explanations"] == [{"mistake": "ten times or a tenth", "text": "ten times 38.4 mg is 384 mg"}]
    done = cec("verify", "cec-induction", *SIZE, "clofarabine=384mg", *RIGHT[1:], "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["verdict"] for row in rows] == ["differs", "agrees", "agrees", "agrees"]
    assert (rows[0]["expected"], rows[0]["written"], rows[0]["unit"]) == ("38.4", "384", "mg")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*SIZE, "clofarabine=38"), "clofarabine: '38' has no unit"),
        ((*SIZE, "clofarabine=38,4mg"), "clofarabine: '38,4mg' has a comma"),
        ((*SIZE, "clofarabine=38L"), "clofarabine: '38L' is not an amount of drug but a volume"),
        ((*SIZE, "clofarabine"), "'clofarabine' is not a drug and its amount"),
        ((*SIZE, "=38mg"), "'=38mg' is not a drug and its amount"),
        ((*SIZE, *RIGHT, "days=five"), "days: 'five' is not a whole number"),
        ((*SIZE, *RIGHT, "days=5", "days=4"), "days: is given twice"),
        ((*SIZE, *RIGHT, "--tolerance", "0%"), "--tolerance: '0%' is not above 0"),
        ((*SIZE, *RIGHT, "--tolerance", "50%"), "--tolerance: '50%' would let another dose agree; write 20% or less"),
        (("--height", "76cm", "--weight", "9.9kg", *RIGHT), "stop under-10-kg"),
    ],
)
def test_what_cannot_be_verified_is_refused(arguments: tuple[str, ...], message: str) -> None:
    done = cec("verify", "cec-induction", *arguments)
    assert (done.code, done.out) == (1, "")
    assert message in done.err


def test_every_fault_of_a_call_is_told_together() -> None:
    done = cec("verify", "cec-induction", "--height", "128x", "--weight", "26kg", "clofarabine=38", "etoposide=96L")
    assert len(done.err.splitlines()) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("cec-induction", *RIGHT),
        ("cec-induction", *SIZE, *RIGHT, "--regimen", "cec-induction"),
        ("cec-induction", *SIZE, *RIGHT, "--format", "pdf"),
        ("order.json", *SIZE),
        ("orders.csv", *RIGHT),
        ("order.json", "--start", "2026-11-30"),
        ("order.json", "--map", "height=Wzrost"),
        ("cec-induction", *SIZE, *RIGHT, "--map", "height=Wzrost"),
        ("orders.csv", *SIZE),
        ("orders.csv", "--strict"),
        ("order.json", "--accept", "infant=a reason"),
        ("order.json", "--tolerance", "10%"),
        ("order.json", "--bsa-formula", "du-bois"),
        ("order.json", "--format", "csv"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert cec("verify", *arguments).code == 2
