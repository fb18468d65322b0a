"""What a person must look at: conditions, slips, growth, lifetime maximums; and what was not checked."""

from __future__ import annotations

import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from patients import Given, batch
from pypdf import PdfReader
from regimen_texts import regimen_text

from cec.calculate import draft_order
from cec.calculate.growth import value_at
from cec.calculate.known_facts import known_facts
from cec.calculate.rules import alerts_of as alerts_of_case
from cec.calculate.rules.rule import Case
from cec.calculate.rules.slips import Size, Typed, pounds, slips, typed
from cec.conditions import judge, unknown_facts
from cec.errors import InputError, OrderRefused
from cec.facts import FACTS, Bounds, Facts, Sex
from cec.load import load_patient, load_regimen, regimen_names
from cec.load.conditions import read_condition
from cec.load.typed import Text
from cec.order import NOT_APPLICABLE, NOT_CHECKED, Alert, Order
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Condition, Regimen
from cec.rendering import render
from cec.rendering.terminal.drawing import Terminal
from cec.units import Quantity

INDUCTION = load_regimen("cec-induction")
ROOT = Path(__file__).parent.parent.parent
LIFETIME = regimen_text(
    "lifetime", "drug: Doxorubicin (liposomal), dose: 25 mg/m2, lifetime_maximum: MAXIMUM, route: IV, days: 1-3"
)


def quantity(number: str, unit: str) -> Quantity:
    return Quantity(Decimal(number), unit)


def alerts_of(*, regimen: Regimen = INDUCTION, start: str = "", **texts: str) -> dict[str, Alert]:
    """The alerts on an order, by code."""
    day = datetime.date.fromisoformat(start) if start else None
    return {alert.code: alert for alert in draft_order(regimen, load_patient(texts=texts), start=day).alerts}


# Conditions


@pytest.mark.parametrize(
    ("fact", "text", "value", "holds"),
    [
        ("weight", "under 20 kg", quantity("19.999", "kg"), True),
        ("weight", "under 20 kg", quantity("20", "kg"), False),
        ("weight", "at most 20 kg", quantity("20", "kg"), True),
        ("weight", "over 20 kg", quantity("20", "kg"), False),
        ("weight", "at least 20 kg", quantity("20", "kg"), True),
        ("weight", "under 44 lb", quantity("19.9", "kg"), True),  # 44 lb = 19.958 kg
        ("weight", "under 44 lb", quantity("19.96", "kg"), False),
        ("weight", "at least 10 kg, under 20 kg", quantity("9.9", "kg"), False),
        ("age", "under 1 year", quantity("11", "months"), True),
        ("age", "under 1 year", quantity("12", "months"), False),
        ("age", "under 12 months", quantity("1", "years"), False),
        ("age", "at least 30 months", quantity("2.5", "years"), True),
        ("age", "under 30 months", quantity("2.5", "years"), False),
        ("height", "over 1.2 m", quantity("121", "cm"), True),
        ("bsa", "at least 0.5 m2", quantity("0.5", "m2"), True),
        ("days_since_day_1", "under 2 weeks", quantity("14", "days"), False),
        ("days_since_day_1", "under 2 weeks", quantity("13", "days"), True),
        ("cycle", "at least 3", quantity("3", ""), True),
        ("prior_hsct", "true", True, True),
        ("prior_hsct", "true", False, False),
        ("prior_hsct", "false", False, True),
        ("prior_hsct", "true", None, None),
        ("weight", "under 20 kg", None, None),
        ("weight", "under 20 kg", True, None),
        ("prior_hsct", "true", quantity("1", ""), None),
    ],
)
def test_a_condition_holds_or_not_or_is_not_known(
    fact: str, text: str, value: Quantity | bool | None, holds: bool | None
) -> None:
    assert judge((read_condition(fact, text),), {fact: value}) is holds


def test_one_false_condition_decides_and_an_unknown_one_is_named() -> None:
    when = (Condition("a", is_so=True), Condition("b", is_so=True))
    known: list[tuple[Facts, bool | None, tuple[str, ...]]] = [
        ({"a": True, "b": True}, True, ()),
        ({"a": True}, None, ("b",)),
        ({"a": False}, False, ("b",)),
        ({}, None, ("a", "b")),
    ]
    for facts, holds, unknown in known:
        assert judge(when, facts) is holds
        assert tuple(fact.name for fact in unknown_facts(when, facts)) == unknown


def test_a_word_in_the_history_never_replaces_a_measure() -> None:
    with pytest.raises(OrderRefused, match="under-10-kg"):
        draft_order(
            INDUCTION,
            load_patient(texts={"height": "76 cm", "weight": "9.9 kg", "history": {"weight": "true", "bsa": "true"}}),
        )


# The shipped checks


def test_induction_and_consolidation_share_their_checks() -> None:
    induction, consolidation = (
        {check.code: check for check in load_regimen(name).checks} for name in ("cec-induction", "cec-consolidation")
    )
    shared = induction.keys() & consolidation.keys()
    assert induction.keys() - shared == {"third-induction"}
    assert consolidation.keys() - shared == {"no-induction"}
    assert all(induction[code] == consolidation[code] for code in shared)


def test_every_shipped_check_has_a_case_that_it_fires_in() -> None:
    cases = [
        case
        for path in (ROOT / "regimens").glob("*.cases.yaml")
        for case in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    ]
    fired = {code for case in cases for code in case.get("alerts", ())}
    fired |= {case["refused"].split()[-1] for case in cases if "refused" in case}
    assert {check.code for name in regimen_names() for check in load_regimen(name).checks} <= fired


def test_alerts_come_severest_first_and_the_gaps_last() -> None:
    patient = load_patient(
        texts={"height": "76 cm", "weight": "9.9 kg", "age": "2", "sex": "f", "creatinine_clearance": "40 mL/min"}
    )
    order = draft_order(INDUCTION, patient, accept={"under-10-kg": "tumour board"})
    levels = [alert.level for alert in order.alerts]
    assert levels == sorted(levels, key=["stop", "check", "note"].index)
    assert {"stop", "check", "note"} <= set(levels)
    assert order.alerts[-1].code == NOT_CHECKED


def test_an_alert_stands_in_every_format_in_the_same_words() -> None:
    patient = load_patient(texts={"height": "109 cm", "weight": "18.5 kg"})
    order = draft_order(INDUCTION, patient)
    alert = next(alert for alert in order.alerts if alert.code == "longer-infusion")
    for name in ("table", "json", "csv"):
        drawn = " ".join(render(order, name).decode().split())
        assert alert.code in drawn
        assert alert.text in drawn or name == "csv"


def test_an_accepted_stop_stands_on_the_order_with_its_reason() -> None:
    patient = load_patient(texts={"height": "76 cm", "weight": "9.9 kg"})
    order = draft_order(INDUCTION, patient, accept={"under-10-kg": "dose per kg discussed on 20 November"})
    for name in ("table", "json"):
        assert "dose per kg discussed on 20 November" in " ".join(render(order, name).decode().split())


KNOWN: dict[str, Text] = {
    "age": "8 years",
    "sex": "male",
    "creatinine": "0.4 mg/dL",
    "previous_cycles": "0",
    "history": {"prior_hsct": "false", "long_neutropenia": "false"},
}
"""All that the shipped regimens ask for."""


def test_strict_takes_an_accepted_check() -> None:
    patient = load_patient(texts={"height": "109 cm", "weight": "18.5 kg", **KNOWN, "age": "5 years"})
    with pytest.raises(OrderRefused, match="'longer-infusion=REASON'"):
        draft_order(INDUCTION, patient, strict=True, cycle=1)
    order = draft_order(INDUCTION, patient, strict=True, cycle=1, accept={"longer-infusion": "over 3 h"})
    assert [alert.code for alert in order.alerts] == ["longer-infusion"]


@pytest.mark.parametrize("unknown", KNOWN)
def test_strict_stops_at_what_nobody_could_check(unknown: str) -> None:
    """Without the age, for instance, an infant would pass: its check is a stop."""
    told = {name: text for name, text in KNOWN.items() if name != unknown}
    patient = load_patient(texts={"height": "128 cm", "weight": "26 kg", **told})
    with pytest.raises(
        OrderRefused, match=r"note incomplete: .*; no dose unless .*: --accept 'incomplete=REASON'"
    ) as no:
        draft_order(INDUCTION, patient, strict=True, cycle=1)
    assert list(no.value.stops) == [NOT_CHECKED]
    assert draft_order(INDUCTION, patient, strict=True, cycle=1, accept={NOT_CHECKED: "asked the ward"}).doses
    assert draft_order(INDUCTION, patient, cycle=1).doses


def test_strict_lets_through_what_is_known_and_raises_no_question() -> None:
    patient = load_patient(texts={"height": "128 cm", "weight": "26 kg", **KNOWN})
    assert draft_order(INDUCTION, patient, strict=True, cycle=1).alerts == ()


# What is not known is not checked, and is said


@pytest.mark.parametrize(
    ("texts", "said", "not_said"),
    [
        ({}, "no creatinine given (clofarabine-renal, clofarabine-renal-severe, etoposide-renal", "clearance given"),
        ({"creatinine": "0.5 mg/dL", "age": "8"}, "no sex given (growth reference)", "creatinine"),
        ({"creatinine": "0.9 mg/dL", "age": "18"}, "no sex given (clofarabine-renal, ", "no age"),
        ({"age": "25"}, "age outside 2 to 20 years (growth reference)", "no sex given"),
        ({"age": "23 months"}, "age outside 2 to 20 years (growth reference)", "no sex given"),
        ({"age": "24 months"}, "no sex given (growth reference)", "outside"),
        ({"age": "20"}, "no sex given (growth reference)", "outside"),
        ({"age": "13 months", "creatinine": "20 micromol/L"}, "outside", "clearance given"),
        ({"previous_cycles": "0"}, "no cycle number given", "previous"),
        ({"previous_day_1": "2026-11-01"}, "no start given", "no day 1 of the previous cycle"),
        ({"history": {"prior_hsct": "false"}}, "no creatinine given", "prior_hsct"),
    ],
)
def test_what_is_not_known_is_named(texts: dict[str, str], said: str, not_said: str) -> None:
    patient = load_patient(texts={"height": "128 cm", "weight": "26 kg", **texts})
    (note,) = [alert for alert in draft_order(INDUCTION, patient).alerts if alert.code == NOT_CHECKED]
    assert note.level == "note"
    assert note.text.startswith("not checked: ")
    assert said in note.text
    assert not_said not in note.text


def test_an_infants_creatinine_is_not_taken_for_a_clearance() -> None:
    """Bedside Schwartz is for 1 to 18 years, Cockcroft-Gault for adults: under a year nothing is estimated."""
    patient = load_patient(
        texts={"height": "75", "weight": "10.1", "age": "11 months", "sex": "f", "creatinine": "20 micromol/L"}
    )
    (note,) = [alert for alert in draft_order(INDUCTION, patient, accept={"infant": "board"}).alerts if alert.not_made]
    reasons = {each.why: each.checks for each in note.not_made}
    assert "etoposide-renal" in reasons["no measured creatinine clearance given, and no formula for this patient"]
    assert reasons["age outside 2 to 20 years"] == ("growth reference",)


def test_outside_the_growth_reference_sizes_are_said_to_be_unchecked() -> None:
    """Nothing is left to tell: a note of its own, which --strict lets through. At 20 years all is checked."""
    regimen = load_regimen(Path(__file__).parent.parent / "regimens" / "lifetime.yaml")
    told: dict[str, Text] = {"height": "163 cm", "weight": "60 kg", "sex": "f"}
    told["earlier_doses"] = {"doxorubicin": "60 mg/m2"}
    for age, codes in (("50", [NOT_APPLICABLE]), ("20", []), ("18 months", [NOT_APPLICABLE])):
        size = {"height": "82 cm", "weight": "11 kg"} if "months" in age else {}
        found = draft_order(regimen, load_patient(texts={**told, **size, "age": age})).alerts
        notes = [alert for alert in found if alert.not_made]
        assert [alert.code for alert in notes] == codes, age
        assert all(note.text == "not checked: age outside 2 to 20 years (growth reference)" for note in notes)
        accept = {alert.code: "looked at" for alert in found if not alert.not_made}
        assert draft_order(regimen, load_patient(texts={**told, **size, "age": age}), strict=True, accept=accept)


def test_an_adult_in_pounds_is_asked_about_and_a_heavy_adult_passes_in_peace() -> None:
    """Woman of 163 cm, 154 lb: 58.0 kg/m2 as kilograms, 26.3 as pounds. 90 kg are 33.9 kg/m2."""
    regimen = load_regimen(Path(__file__).parent.parent / "regimens" / "lifetime.yaml")
    told: dict[str, Text] = {"height": "163 cm", "age": "50", "sex": "f", "earlier_doses": {"doxorubicin": "60 mg/m2"}}
    for weight, codes in (("154 kg", ["pounds"]), ("90 kg", [])):
        alerts = draft_order(regimen, load_patient(texts={**told, "weight": weight})).alerts
        of_size = [alert.code for alert in alerts if not alert.code.startswith("digits") and not alert.not_made]
        assert of_size == codes
        assert "age outside 2 to 20 years (growth reference)" in " ".join(alert.text for alert in alerts)


def test_checks_that_were_not_made_are_one_line_of_text_and_whole_on_request() -> None:
    """The line is no longer than the terminal is wide; in JSON, on the PDF and with --explain stands every check."""
    order = draft_order(INDUCTION, load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    (note,) = order.alerts
    hang_on_the_weight = {"under-10-kg", "longer-infusion"}
    every = {*(check.code for check in INDUCTION.checks), "growth reference"} - hang_on_the_weight
    assert {check for each in note.not_made for check in each.checks} == every
    for width in (60, 80, 100, 120):
        text = render(order, "table", terminal=Terminal(width=width)).decode()
        (line,) = [line for line in text.splitlines() if "NOTE incomplete" in line]
        assert f"{len(every)} checks not made" in line
        assert line.endswith("; --explain tells")
        assert len(line) <= width
        assert "etoposide-renal" not in text
    of_pdf = " ".join(page.extract_text() for page in PdfReader(BytesIO(render(order, "pdf"))).pages)
    for text in (render(order, "table", explain=True).decode(), render(order, "json").decode(), of_pdf):
        unbroken = "".join(text.split())
        assert [check for check in every if "".join(check.split()) not in unbroken] == []


# Growth and slips

sexes: st.SearchStrategy[Sex] = st.sampled_from(("female", "male"))
ages = st.integers(24, 240).map(Decimal)


def child(
    sex: Sex, months: Decimal, height_z: Decimal = Decimal(0), bmi_z: Decimal = Decimal(0)
) -> tuple[Decimal, Decimal]:
    """A height in cm and a weight in kg that CDC's children of that age and sex have, to a tenth."""
    height, bmi = value_at("height", sex, months, height_z), value_at("bmi", sex, months, bmi_z)
    assert height
    assert bmi
    return round(height, 1), round(bmi * height * height / 10000, 1)


def check_size(patient: Patient) -> list[Alert]:
    """The alerts that hang on nothing but what was told of the patient."""
    regimen = replace(load_regimen("cec-induction"), checks=())
    found = alerts_of_case(Case(regimen, patient, Pharmacy(), known_facts(patient, {})))
    return [alert for alert in found if not alert.not_made]


def size_alerts(sex: Sex, months: Decimal, height: Decimal | str, weight: Decimal | str) -> dict[str, Alert]:
    patient = load_patient(texts={"height": str(height), "weight": str(weight), "sex": sex, "age": f"{months} months"})
    return {alert.code: alert for alert in check_size(patient)}


@pytest.mark.slow
@given(sexes, ages, st.decimals("-1.9", "1.9", places=1), st.decimals("-1.6", "1.3", places=1))
def test_a_healthy_child_raises_no_question(sex: Sex, months: Decimal, height_z: Decimal, bmi_z: Decimal) -> None:
    assert size_alerts(sex, months, *child(sex, months, height_z, bmi_z)) == {}


@pytest.mark.slow
@given(sexes, ages)
def test_a_median_childs_weight_in_pounds_is_found_at_every_age(sex: Sex, months: Decimal) -> None:
    height, weight = child(sex, months)
    in_pounds = round(weight / Decimal("0.45359237"), 1)
    alert = size_alerts(sex, months, height, in_pounds)["weight-for-age"]
    assert alert.level == "check"
    kilograms = (in_pounds * Decimal("0.45359237")).quantize(Decimal("0.1"), "ROUND_HALF_UP")
    assert f"lb would be {kilograms.normalize():f} kg" in alert.text


@pytest.mark.slow
@given(sexes, ages)
def test_a_median_childs_height_in_inches_is_found_at_every_age(sex: Sex, months: Decimal) -> None:
    height, weight = child(sex, months)
    inches = round(height / Decimal("2.54"), 1)
    alerts = size_alerts(sex, months, inches, weight)
    assert "height-for-age" in alerts
    assert f"{inches.normalize():f} in would be" in alerts["height-for-age"].text


@given(sexes, ages, st.sampled_from([Decimal(10), Decimal("0.1")]))
def test_a_slipped_decimal_point_is_found_or_refused(sex: Sex, months: Decimal, factor: Decimal) -> None:
    height, weight = child(sex, months)
    try:
        alerts = size_alerts(sex, months, height, (weight * factor).normalize().to_eng_string().replace("E+1", "0"))
    except InputError:
        return
    assert {"weight-for-age", "bmi-for-age"} & set(alerts)
    first = next(iter(alerts.values()))
    assert f"the decimal point may have slipped: {weight.normalize():f} kg" in first.text


def test_the_limits_are_those_of_cdc() -> None:
    """Boys of 96 months: L 0.462929, M 127.878, S 0.0450914 (CDC).

    z = +2 is 127.878 × 1.04174796^(1/0.462929) = 139.690, -2 is 127.878 × 0.95825204^(1/0.462929) = 116.624;
    127.878 + 4 × (139.690 - 127.878) / 2 = 151.50 and 127.878 - 5 × (127.878 - 116.624) / 2 = 99.74.
    """
    low_and_high = [("99.7", True), ("99.8", False), ("151.5", False), ("151.6", True)]
    for height, is_asked in low_and_high:
        assert ("height-for-age" in size_alerts("male", Decimal(96), height, "26")) is is_asked


def test_slips_are_not_offered_where_they_explain_nothing() -> None:
    assert slips(Size(Decimal(128), Decimal(26)), None, None, lambda _: False) == ()
    assert typed(quantity("127", "cm"), "4 ft 2 in") is None
    assert typed(quantity("128", "cm"), "1.28 m") == Typed(Decimal("1.28"), "m")
    assert pounds(Typed(Decimal("57.3"), "lb")) == ""


def test_kilograms_typed_as_pounds_are_offered() -> None:
    assert "26 kg may have been meant" in size_alerts("male", Decimal(96), "128", "26 lb")["bmi-for-age"].text


def test_only_the_first_question_offers_slips() -> None:
    alerts = list(size_alerts("female", Decimal(96), "50", "26").values())
    assert len(alerts) == 2
    assert "50 in would be 127 cm" in alerts[0].text
    assert "would be" not in alerts[1].text


@pytest.mark.parametrize(
    ("height", "weight", "codes"),
    [("100", "8", []), ("100", "7.9", ["bmi"]), ("100", "40", []), ("100", "60", ["pounds"]), ("100", "60.1", ["bmi"])],
)
def test_without_an_age_the_body_mass_index_counts(height: str, weight: str, codes: list[str]) -> None:
    """60 lb at 100 cm would be 27.2 kg/m2."""
    patient = load_patient(texts={"height": height, "weight": weight})
    assert [alert.code for alert in check_size(patient)] == codes


@pytest.mark.parametrize(
    ("age", "code"), [("23 months", "bmi"), ("24 months", "height-for-age"), ("241 months", "bmi")]
)
def test_outside_the_reference_the_body_mass_index_counts(age: str, code: str) -> None:
    patient = load_patient(texts={"height": "50", "weight": "26", "sex": "f", "age": age})
    assert check_size(patient)[0].code == code


# BSA, weight, day


@pytest.mark.parametrize(
    ("height", "weight", "is_asked"),
    [("40", "3.6", False), ("40", "3.4", True), ("200", "162", False), ("200", "164", True)],
)
def test_a_bsa_beyond_its_limits_is_asked_about(height: str, weight: str, is_asked: bool) -> None:
    # √(40 × 3.6 / 3600) = 0.2; √(40 × 3.4 / 3600) = 0.194 → 0.19; √(200 × 162 / 3600) = 3; √(200 × 164 / 3600) = 3.02
    patient = load_patient(texts={"height": height, "weight": weight})
    order = draft_order(INDUCTION, patient, accept={"under-10-kg": "a test"} if Decimal(weight) < 10 else {})
    assert ("bsa" in {alert.code for alert in order.alerts}) is is_asked


@pytest.mark.parametrize(
    ("now", "level"),
    [
        ("28.6", "note"),
        ("28.61", "check"),
        ("27.3", ""),
        ("27.31", "note"),
        ("24.7", ""),
        ("24.69", "note"),
        ("23.4", "note"),
        ("23.39", "check"),
    ],
)
def test_a_weight_change_is_a_note_beyond_5_and_a_check_beyond_10_percent(now: str, level: str) -> None:
    alerts = alerts_of(height="128", weight=now, previous_weight="26 kg")
    assert (alerts["weight-change"].level if "weight-change" in alerts else "") == level


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (
            "260",
            r"260 kg is \+900% from the last 26 kg, more than twice that; .*; the decimal point .*: 26 kg",
        ),
        ("57.3", r"57.3 kg is \+120.4% from the last 26 kg, more than twice that; .*; 57.3 lb would be 26 kg"),
        ("12.9", "12.9 kg is -50.4% from the last 26 kg, less than half of that; weigh again or confirm"),
    ],
)
def test_a_weight_of_another_patient_is_a_stop(now: str, words: str) -> None:
    """Half of 26 kg is 13 kg, twice that 52 kg."""
    with pytest.raises(OrderRefused, match=f"stop weight-change: weight: {words}"):
        alerts_of(height="128", weight=now, previous_weight="26 kg")
    at_limits = [alerts_of(height="128", weight=each, previous_weight="26 kg") for each in ("13", "52")]
    assert [each["weight-change"].level for each in at_limits] == ["check", "check"]
    assert "weight-change" not in alerts_of(height="128", weight="27", previous_weight="26 kg")
    texts = {"height": "128 cm", "previous_weight": "26 kg"}
    reject, peace = batch(Given(INDUCTION), {**texts, "weight": f"{now} kg"}, {**texts, "weight": "27 kg"})
    assert "stop weight-change" in reject
    assert peace == ""


# Lifetime maximums


def lifetime_order(folder: Path, maximum: str, **texts: object) -> Order:
    path = folder / "lifetime.yaml"
    path.write_text(LIFETIME.replace("MAXIMUM", maximum), encoding="utf-8")
    measures = {"height": "180 cm", "weight": "80 kg"}  # 2 m2: 50 mg a day, 150 mg or 75 mg/m2 or 1.875 mg/kg in all
    patient = load_patient(texts={**measures, **texts})  # type: ignore[dict-item]
    return draft_order(load_regimen(path), patient)


@pytest.mark.parametrize(
    ("maximum", "earlier", "is_stopped"),
    [
        ("450 mg/m2", "375 mg/m2", False),
        ("450 mg/m2", "375.1 mg/m2", True),
        ("450 mg/m2", "0.75 g", False),
        ("450 mg/m2", "751 mg", True),
        ("0.45 g/m2", "375 mg/m2", False),
        ("900 mg", "750 mg", False),
        ("900 mg", "751 mg", True),
        ("900 mg", "376 mg/m2", True),
        ("10 mg/kg", "650 mg", False),  # 10 × 80 = 800 mg
        ("10 mg/kg", "651 mg", True),
        ("70 mg/m2", "", True),
    ],
)
def test_what_was_given_before_counts(tmp_path: Path, maximum: str, earlier: str, is_stopped: bool) -> None:
    texts = {"earlier_doses": {"Doxorubicin (liposomal)": earlier}} if earlier else {}
    if is_stopped:
        with pytest.raises(OrderRefused, match="lifetime-maximum-doxorubicin-liposomal"):
            lifetime_order(tmp_path, maximum, **texts)
    else:
        assert lifetime_order(tmp_path, maximum, **texts).doses


def test_earlier_doses_in_another_unit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be held against a lifetime maximum"):
        lifetime_order(tmp_path, "450 mg/m2", earlier_doses={"Doxorubicin (liposomal)": "5000 units"})


# What is possible


def test_a_number_that_is_computed_has_possible_bounds_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 40 kg to 26 kg is a change of 35%: 14/40."""
    monkeypatch.setitem(FACTS, "weight_change", replace(FACTS["weight_change"], possible=Bounds(None, Decimal(35))))
    assert "weight-change" in alerts_of(height="128", weight="26", previous_weight="40")
    with pytest.raises(InputError, match=r"is not a possible change of the weight .* \(at most 35%\)") as refused:
        alerts_of(height="128", weight="26", previous_weight="40.1")
    assert refused.value.faults[0].about == ("weight", "previous_weight")


def test_an_age_from_a_date_of_birth_has_the_bounds_of_an_age() -> None:
    """120 years before 30-Nov-2026 is 30-Nov-1906."""
    assert "incomplete" in alerts_of(start="2026-11-30", height="128", weight="26", born="1906-11-30")
    with pytest.raises(InputError, match=r"1,441 months is not a possible age \(0 to 1,440 months\)") as refused:
        alerts_of(start="2026-11-30", height="128", weight="26", born="1906-10-30")
    assert refused.value.faults[0].about == ("born",)
