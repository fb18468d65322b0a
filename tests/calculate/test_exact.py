"""Numbers are exact from stage to stage; what has no end is cut and marked; no working contradicts its result."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as some
from regimen_texts import SHIPPED, regimen_file
from running import cec
from workings import computed, contradictions, number, wrong

from cec import draft_order, load_order, load_patient, load_pharmacy, load_regimen, render
from cec.calculate.formulas import BSA_FORMULAS
from cec.calculate.measures import measure_bsa
from cec.errors import CecError, OrderRefused
from cec.order import Order
from cec.patient import Patient, Reduction
from cec.pharmacy import DoseRounding, Pharmacy
from cec.pharmacy.formulary import FormularyDrug, Product
from cec.regimen import DrugLine
from cec.units import Quantity, kept
from cec.verification import verify_doses, verify_order

CHILD = {"height": "128 cm", "weight": "26 kg"}
WOMAN = {"height": "170 cm", "weight": "60 kg", "age": "30", "sex": "f", "creatinine": "0.3 mg/dL"}


def of(number_text: str, unit: str, *, endless: bool = False) -> Quantity:
    return Quantity(Decimal(number_text), unit, endless)


def nearest(drug: str, step: str, unit: str = "mg", **policy: object) -> Pharmacy:
    rounding = {drug: DoseRounding("nearest", of(step, unit))}
    return msgspec.structs.replace(load_pharmacy(), dose_rounding=rounding, **policy)


def order_of(
    *lines: DrugLine, patient: Mapping[str, str | Sequence[str]] = CHILD, pharmacy: Pharmacy | None = None
) -> Order:
    regimen = msgspec.structs.replace(SHIPPED["cec-induction"], drugs=lines, checks=(), other_dose_sets=())
    return draft_order(regimen, load_patient(texts=patient), pharmacy or load_pharmacy())


def in_three_parts(dose: str) -> DrugLine:
    return DrugLine("alpha", of(dose, "mg"), "oral", (1,), divided_into=3, every=of("8", "h"))


CARBOPLATIN = DrugLine("carboplatin", of("5", "AUC"), "IV infusion", (1,), over=of("1", "h"))
BY_AREA = DrugLine("alpha", of("40", "mg/m2"), "oral", (1,))
LESS_A_QUARTER = {**CHILD, "reductions": ["alpha=25%: mucositis"]}


def test_a_third_less_a_quarter_is_a_quarter() -> None:
    """400 mg / 3 × 0.75 = 100 mg: neither 99.999… nor in need of a rounding."""
    (dose,) = order_of(in_three_parts("400"), patient=LESS_A_QUARTER).doses
    assert dose.calculated == of("133.333333333333", "mg", endless=True)
    assert (dose.ordered, dose.daily_total) == (of("100", "mg"), of("300", "mg"))
    assert dose.steps[-2].how == "flat dose; divided into 3 doses: 133.33333… mg each"
    assert dose.steps[-1].how == "by 25%, to 75% of 133.33333… mg: mucositis"


def test_a_tie_after_a_third_is_a_tie() -> None:
    """37 mg / 3 × 0.75 = 9.25 mg, just between 9 and 9.5 mg; 0.25 / 9.25 is 2.7%."""
    order = order_of(in_three_parts("37"), patient=LESS_A_QUARTER, pharmacy=nearest("alpha", "0.5"))
    assert order.doses[0].ordered == of("9.5", "mg")
    assert order.doses[0].steps[-1].how == "9.25 mg to the nearest 0.5 mg: 9.5 mg (+2.7%)"
    assert order.doses[0].deviation_percent == Decimal("2.7")


def test_a_dose_by_auc_from_a_clearance_without_an_end() -> None:
    """(140 - 30) × 60 / (72 × 0.3) × 0.85 = 5610 / 21.6 = 259.7222…; 5 × (259.7222… + 25) = 1423.6111…"""
    order = order_of(CARBOPLATIN, patient=WOMAN, pharmacy=nearest("carboplatin", "1"))
    (dose,) = order.doses
    assert order.measures[0].clearance
    assert order.measures[0].clearance.value == of("259.722222222222", "mL/min", endless=True)
    assert dose.calculated == of("1423.61111111111", "mg", endless=True)
    assert dose.ordered == of("1424", "mg")
    assert dose.steps[-2].how == "AUC 5 × (259.72222… mL/min + 25) = 1,423.61111… mg"
    saved = json.loads(render(order, "json"))["doses"][0]
    assert saved["calculated"] == {"value": 1423.61111111111, "unit": "mg", "endless": True}
    assert saved["ordered"] == {"value": 1424, "unit": "mg"}
    (row,) = csv.DictReader(io.StringIO(render(order, "csv").decode()))
    assert (row["calculated"], row["ordered"], row["deviation_percent"]) == ("1423.61111111111", "1424", "0.03")


def test_a_dose_without_an_end_is_refused_unless_it_is_rounded() -> None:
    """40 mg/m2 × √(128 × 26 / 3600) m2 = 40 × 0.961480340123730|478… = 38.45921… mg."""
    pharmacy = msgspec.structs.replace(load_pharmacy(), bsa_rounding=None)
    with pytest.raises(OrderRefused) as caught:
        order_of(BY_AREA, pharmacy=pharmacy)
    assert str(caught.value) == (
        "alpha: the dose has endless digits, 38.45921… mg; give a dose_rounding for alpha in the pharmacy file"
    )
    order = order_of(BY_AREA, pharmacy=nearest("alpha", "0.1", bsa_rounding=None))
    assert order.doses[0].ordered == of("38.5", "mg")
    bsa = order.measures[0].bsa
    assert (bsa.value, bsa.unrounded, bsa.endless, bsa.unrounded_endless) == (
        Decimal("0.96148034012373"),
        Decimal("0.96148034012373"),
        True,
        True,
    )


def test_a_rounded_bsa_ends_and_the_unrounded_one_is_marked() -> None:
    saved = json.loads(render(order_of(BY_AREA), "json"), parse_float=Decimal)["measures"][0]["bsa"]
    assert (saved["value"], saved["unrounded"]) == (Decimal("0.96"), Decimal("0.96148034012373"))
    assert (saved.get("endless"), saved["unrounded_endless"]) == (None, True)
    one_metre = load_patient(texts={"height": "100 cm", "weight": "36 kg"})  # √(100 × 36 / 3600) = 1
    assert measure_bsa(one_metre, Pharmacy())[0].unrounded_endless is False


def test_what_is_kept_is_cut_and_not_rounded() -> None:
    """2/3 is 0.666666666666666|6…"""
    assert kept(Fraction(2, 3), "mg") == of("0.666666666666666", "mg", endless=True)
    assert str(kept(Fraction(2, 3), "mg")) == "0.66666… mg"
    assert str(kept(Fraction(1, 10) + Fraction(1, 10**20 * 3), "mg")) == "0.10000… mg"
    assert str(kept(Fraction(10**12, 3), "mg")) == "333,333,333,333.333… mg"
    assert str(kept(Fraction(10**16, 3), "mg")) == "3,333,333,333,333,330… mg"
    assert kept(Fraction(1, 1024), "mg") == of("0.0009765625", "mg")


def test_a_deviation_of_just_the_limit_is_allowed() -> None:
    """100 mg / 3 = 33.33… mg; 35 mg is 5% more, 31.66…: not more than 5%."""
    line = DrugLine("alpha", of("100", "mg"), "oral", (1,), divided_into=3, every=of("8", "h"))
    order = order_of(line, pharmacy=nearest("alpha", "5", largest_deviation=Decimal(5)))
    assert (order.doses[0].ordered, order.doses[0].deviation_percent) == (of("35", "mg"), Decimal(5))
    with pytest.raises(OrderRefused, match=r"rounding 33\.33333… mg to the nearest 5 mg gives 35 mg, .* by 5%"):
        order_of(line, pharmacy=nearest("alpha", "5", largest_deviation=Decimal("4.99")))


def test_measuring_goes_on_from_the_exact_dose() -> None:
    """33.33… mg rounded to 34 mg (2%) is measured as 35 mg (2.94%): together just 5%, which is no alert."""
    drug = FormularyDrug(
        "alpha",
        (Product("syrup", "oral solution", of("1", "mg/mL"), volume=of("100", "mL")),),
        measuring_step=of("5", "mL"),
    )
    line = DrugLine("alpha", of("100", "mg"), "oral", (1,), divided_into=3, every=of("8", "h"))
    pharmacy = nearest("alpha", "34", largest_deviation=Decimal(5), formulary={"alpha": drug})
    order = order_of(line, pharmacy=pharmacy)
    assert order.preparations[0].contains == of("35", "mg")
    assert [alert.code for alert in order.alerts if alert.about == "alpha"] == []
    stricter = msgspec.structs.replace(pharmacy, largest_deviation=Decimal("4.99"))
    alert = next(alert for alert in order_of(line, pharmacy=stricter).alerts if alert.about == "alpha")
    assert "33.33333… mg of alpha is rounded to 34 mg and measured as 35 mg, which is +5% together" in alert.text


@pytest.mark.parametrize(
    ("earlier", "stops"),
    [("250 mg/m2", False), ("250.000001 mg/m2", True), ("245 mg", False), ("245.000001 mg", True)],
)
def test_a_lifetime_total_of_just_the_maximum_is_no_stop(tmp_path: Path, earlier: str, stops: bool) -> None:
    """0.98 m2: 40 × 0.98 × 5 days = 196 mg, / 0.98 = 200 mg/m2 and not 199.99…; 245 / 0.98 = 250."""
    line = "drug: alpha, dose: 40 mg/m2, route: oral, days: 1-5, lifetime_maximum: 450 mg/m2"
    regimen = load_regimen(regimen_file(tmp_path, "lifetime", line))
    # √(133 × 26 / 3600) = 0.9800…: 0.98 m2
    patient = load_patient(texts={"height": "133", "weight": "26", "earlier_doses": {"alpha": earlier}})
    if not stops:
        assert draft_order(regimen, patient).doses[0].cycle_total == of("196", "mg")
        return
    with pytest.raises(OrderRefused, match=r"make 450\.00000… mg/m2|make 450\.000001 mg/m2"):
        draft_order(regimen, patient)


def test_a_total_of_amounts_that_were_cut_is_written_as_one_without_an_end(tmp_path: Path) -> None:
    """469 1/6 mg/m2, as an order keeps it, and 40 mg/m2 more: 509 1/6 mg/m2."""
    line = "drug: alpha, dose: 40 mg/m2, route: oral, days: 1, lifetime_maximum: 450 mg/m2"
    regimen = load_regimen(regimen_file(tmp_path, "lifetime", line))
    patient = load_patient(texts={"height": "128", "weight": "26"})
    told = Quantity(Decimal("469.166666666666"), "mg/m2", endless=True)
    order = draft_order(
        regimen, msgspec.structs.replace(patient, earlier_doses={"alpha": told}), accept={"lifetime-maximum-alpha": "x"}
    )
    assert order.alerts[0].text.startswith("469.16666… mg/m2 before and 40 mg/m2 in this cycle make 509.16666… mg/m2,")
    whole = msgspec.structs.replace(patient, earlier_doses={"alpha": of("469.5", "mg/m2")})
    alert = draft_order(regimen, whole, accept={"lifetime-maximum-alpha": "x"}).alerts[0]
    assert alert.text.startswith("469.5 mg/m2 before and 40 mg/m2 in this cycle make 509.5 mg/m2,")


def test_the_stop_of_a_lifetime_maximum_is_told_before_a_dose_that_is_refused(tmp_path: Path) -> None:
    """250.1 mg/m2 and 5 × 40 mg/m2 are 450.1 mg/m2; 10 mg in 3 parts have no last digit."""
    lines = [
        "drug: alpha, dose: 40 mg/m2, route: oral, days: 1-5, lifetime_maximum: 450 mg/m2",
        "drug: beta, dose: 10 mg, divided_into: 3, every: 8 h, route: oral, days: 1",
    ]
    regimen = load_regimen(regimen_file(tmp_path, "lifetime", *lines))
    patient = load_patient(texts={"height": "128", "weight": "26", "earlier_doses": {"alpha": "250.1 mg/m2"}})
    with pytest.raises(OrderRefused) as refused:
        draft_order(regimen, patient)
    assert list(refused.value.stops) == ["lifetime-maximum-alpha"]
    assert "beta: its dose is refused too" in str(refused.value)
    with pytest.raises(OrderRefused, match="beta: the dose has endless digits") as refused:
        draft_order(regimen, msgspec.structs.replace(patient, earlier_doses={"alpha": of("250", "mg/m2")}))
    assert not refused.value.stops


def test_a_clearance_of_just_the_limit_is_the_limit(tmp_path: Path) -> None:
    """(140 - 20) × 72 / (72 × 1.7) × 0.85 = 120 / 1.7 × 0.85 = 60 mL/min: not under 60."""
    path = regimen_file(tmp_path, "clearance", "drug: alpha, dose: 40 mg, route: oral, days: 1")
    rule = "{when: {creatinine_clearance: under 60 mL/min}, level: check, code: low, text: low}"
    path.write_text(path.read_text("utf-8") + f"checks:\n  - {rule}\n", "utf-8")
    texts = {"height": "170", "weight": "72", "age": "20", "sex": "f", "creatinine": "1.7 mg/dL"}
    order = draft_order(load_regimen(path), load_patient(texts=texts))
    assert order.measures[0].clearance
    assert order.measures[0].clearance.value == of("60", "mL/min")
    assert "low" not in [alert.code for alert in order.alerts]


@pytest.mark.parametrize(
    ("columns", "command"), [("80", ("dose", "--explain")), ("60", ("dose", "--explain")), ("40", ("dose",))]
)
def test_no_table_of_endless_numbers_grows_beyond_its_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: str, command: tuple[str, ...]
) -> None:
    """`COLUMNS` counts in a pipe too."""
    path = regimen_file(
        tmp_path,
        "endless",
        "drug: carboplatin, dose: AUC 5, route: IV infusion, over: 1 h, days: 1",
        "drug: alpha, dose: 40 mg/m2, route: IV infusion, over: 2 h, days: 1-5",
    )
    policy = tmp_path / "pharmacy.yaml"
    roundings = "{carboplatin: nearest 1 mg, alpha: nearest 0.1 mg}"
    policy.write_text(f"bsa_rounding: none\ndose_rounding: {roundings}\n", "utf-8")
    monkeypatch.setenv("COLUMNS", columns)
    sizes = [argument for fact, text in WOMAN.items() for argument in (f"--{fact}", text)]
    done = cec(command[0], str(path), *sizes, "--pharmacy", str(policy), *command[1:])
    assert done.code == 0, done.err
    assert max(map(len, done.out.splitlines())) <= int(columns)
    assert "1,423.61111… mg" in done.out


def test_bsa_by_every_formula_is_kept_with_15_digits() -> None:
    rows = json.loads(cec("bsa", "--height", "128", "--weight", "26", "--format", "json").out, parse_float=Decimal)[
        "formulas"
    ]
    values = {row["formula"]: row.get("value") for row in rows}
    assert values["mosteller"] == {"value": Decimal("0.96148034012373"), "unit": "m2", "endless": True}
    assert "0.96148… m2" in cec("bsa", "--height", "128", "--weight", "26").out


# Random orders: nothing that is printed of them contradicts itself.

sizes = some.decimals(Decimal("0.01"), 400, places=2)
doses = some.one_of(
    some.builds(Quantity, sizes, some.sampled_from(["mg/m2", "mg/kg", "mg", "mcg/kg", "units/m2"])),
    some.builds(Quantity, some.decimals(1, 8, places=1), some.just("AUC")),
)


@some.composite
def orders(draw: some.DrawFn) -> Order:
    """An order of one or two drugs, in every way that a dose is computed, rounded and made up."""
    lines, roundings, formulary, reductions = [], {}, {}, []
    for name in ("alpha", "beta")[: draw(some.integers(1, 2))]:
        dose = draw(doses)
        unit = {"AUC": "mg"}.get(dose.unit, dose.unit.split("/")[0])
        parts = draw(some.sampled_from([1, 1, 2, 3, 4, 6, 7]))
        route = draw(some.sampled_from(["IV infusion", "IV bolus", "oral"]))
        over = draw(some.sampled_from([of("1", "h"), of("20", "min"), of("3", "h")]))
        lines.append(
            DrugLine(
                name,
                dose,
                route,
                tuple(range(1, draw(some.integers(2, 6)))),
                over=over if route == "IV infusion" else None,
                divided_into=parts,
                every=of("3", "h") if parts > 1 else None,
                maximum=draw(some.none() | some.builds(Quantity, sizes, some.just(unit))),
            )
        )
        if draw(some.booleans()):
            reductions.append(Reduction(name, draw(some.decimals(1, 99, places=1)), "a reason"))
        way = draw(some.sampled_from(["nearest", "down"]))
        roundings[name] = DoseRounding(way, Quantity(draw(sizes), unit))  # type: ignore[arg-type]
        if draw(some.booleans()):
            strength = Quantity(draw(sizes), f"{unit}/mL")
            product = Product("vial", "solution", strength, volume=of("10", "mL"))
            formulary[name] = FormularyDrug(
                name,
                (product, msgspec.structs.replace(product, name="syrup", form="oral solution")),
                bags=(of("100", "mL"), of("500", "mL")),
                measuring_step=Quantity(draw(some.sampled_from([Decimal("0.1"), Decimal("0.01")])), "mL"),
            )
    pharmacy = Pharmacy(
        bsa_formula=draw(some.sampled_from(sorted(BSA_FORMULAS))),
        bsa_rounding=draw(some.sampled_from([None, of("0.01", "m2"), of("0.05", "m2")])),
        dose_rounding=draw(some.just(roundings) | some.just({})),
        largest_deviation_of=dict.fromkeys(roundings, Decimal(100)),
        formulary=formulary,
    )
    patient = Patient(
        height=Quantity(draw(some.decimals(100, 190, places=1)), "cm"),
        weight=Quantity(draw(some.decimals(20, 90, places=3)), "kg"),
        age=Quantity(draw(some.integers(13, 70).map(Decimal)), "years"),
        sex=draw(some.sampled_from(["female", "male"])),
        creatinine=draw(
            some.builds(Quantity, some.decimals("0.3", 3, places=2), some.just("mg/dL"))
            | some.builds(Quantity, some.decimals(30, 200, places=1), some.just("micromol/L"))
        ),
        reductions=tuple(reductions),
    )
    regimen = msgspec.structs.replace(
        SHIPPED["cec-induction"], drugs=tuple(lines), checks=(), other_dose_sets=(), next_cycle=None
    )
    try:
        return draft_order(regimen, patient, pharmacy)
    except CecError:
        return reject()


@pytest.mark.slow
@settings(max_examples=300)
@given(orders())
def test_no_working_contradicts_its_result(order: Order) -> None:
    assert contradictions(order) == []


@pytest.mark.slow
@settings(max_examples=60)
@given(orders())
def test_a_saved_order_is_the_same_when_it_is_read_again(order: Order) -> None:
    again = load_order(render(order, "json"))
    assert again == order
    assert verify_order(again).agrees
    written = [(dose.drug, dose.ordered) for dose in again.doses]
    assert verify_doses(again, written).agrees


@pytest.mark.parametrize(
    "working",
    [
        "9.249999999999… mg to the nearest 0.5 mg: 9.5 mg (+2.7%)",
        "9.25 mg to the nearest 0.5 mg: 9 mg (-2.7%)",
        "9.25 mg to the nearest 0.5 mg: 9.5 mg (+2.71%)",
        "40 mg/m2 × 0.96 m2 = 38.5 mg",
        "AUC 5 × (259.72222… mL/min + 25) = 1,423.62111… mg",
        "√(128 cm × 26 kg / 3600) = 0.96149… m2, rounded half-up to 0.01 m2: 0.96 m2",
        "√(128 cm × 26 kg / 3600) = 0.96148… m2, rounded half-up to 0.01 m2: 0.97 m2",
        "0.007184 × (128 cm)^0.725 × (26 kg)^0.425 = 0.96666… m2",
        "400 mg; divided into 3 doses: 133.33334… mg each",
        "2.1 mg is above the maximum of 2.2 mg",
        "by 25% to 70% of 40 mg: a reason",
        "38.4 mg / 1 mg/mL = 38.5 mL",
        "21.12 mL, to the nearest 0.1 mL, half up: 21.2 mL",
        "21.1 mL × 20 mg/mL = 422 mg, -0.1% of the ordered 422.4 mg",
        "2 × clofarabine 20 mg/20 mL vial = 40 mg; unused 1.6 mg (5%)",
        "38.4 mg in 100 mL (38.4 mL replaces as much diluent) = 0.385 mg/mL; allowed 0.15 to 0.4 mg/mL",
        "100 mL / 0.33333… h = 299 mL/h",
        "39.96 mg down to a multiple of 5 mg: 40 mg (+0.1%)",
    ],
)
def test_a_contradiction_is_seen(working: str) -> None:
    assert list(wrong(working))


@pytest.mark.parametrize(
    "working",
    [
        "9.25 mg to the nearest 0.5 mg: 9.5 mg (+2.7%)",
        "12.5… mg to the nearest 5 mg: 15 mg (+20%)",
        "1,423.61111… mg to the nearest 1 mg: 1,424 mg (+0.03%)",
        "√(128 cm × 26 kg / 3600) = 0.96148… m2, rounded half-up to 0.01 m2: 0.96 m2",
        "0.413 × 128 cm / (44.2 micromol/L / 88.4) = 105.728 mL/min/1.73 m2",
        "100 mL / 0.33333… h = 300 mL/h",
        "2 × clofarabine 20 mg/20 mL vial = 40 mg; unused 1.6 mg (4%)",
        "38.4 mg in 100 mL (38.4 mL replaces as much diluent) = 0.384 mg/mL; allowed 0.15 to 0.4 mg/mL",
    ],
)
def test_what_agrees_is_no_contradiction(working: str) -> None:
    assert list(wrong(working)) == []


def test_a_number_is_read_as_what_it_leaves_open() -> None:
    low, high = number("1,423.61…")
    assert low == Fraction("1423.61")
    assert Fraction("1423.6199999999999999999") < high < Fraction("1423.62")
    assert number("1,423.61") == (Fraction("1423.61"), Fraction("1423.61"))
    assert computed("(140 - 30) × 60 kg / (72 × 0.3 mg/dL) × 0.85") == (Fraction(5610) / Fraction("21.6"),) * 2
