"""Every word of alerts and refusals that other tests know only in part: the whole text, beside what brings it about.

Numbers are worked by hand beside them; the words are those of docs/alerts.md and of the table of facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from patients import Given, alerts_of, order_of, refusal_of
from regimen_texts import regimen_file

from cec import load_pharmacy, load_regimen
from cec.errors import InputError

Build = Callable[..., Given]
Sample = tuple[str, Mapping[str, Any], Mapping[str, Any], str, str, str]
"""A drug line, what the pharmacy says, a patient; the code, the level and the text of an alert."""

DOXORUBICIN = "drug: doxorubicin, dose: 60 mg/m2, route: IV bolus, days: 1"
CARBOPLATIN = "drug: carboplatin, dose: AUC 5, route: IV infusion, over: 1 h, days: 1"
FOR_CHILDREN = CARBOPLATIN.replace("AUC 5", "AUC 5 by newell-1993")
ETOPOSIDE = "drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1-2"
CHILD = {"height": "128", "weight": "26"}
"""√(128 × 26 / 3600) = 0.961… → 0.96 m2: 57.6 mg of doxorubicin, 96 mg of etoposide."""
WOMAN = {"height": "170", "weight": "60", "age": "30", "sex": "f", "creatinine": "0.3 mg/dL"}
"""110 × 60 / (72 × 0.3) × 0.85 = 259.7 mL/min."""
MAN = {"height": "175", "weight": "76.6", "age": "50", "sex": "m", "creatinine": "1 mg/dL"}
"""76.6 / 1.75² = 25.01 kg/m2."""
BOY = {"sex": "m", "age": "96 months"}


@pytest.fixture
def given(tmp_path: Path) -> Build:
    """A regimen of one line in a pharmacy that says this."""

    def build(line: str, pharmacy: Mapping[str, Any] | None = None) -> Given:
        texts = {"dose_rounding": {"carboplatin": "nearest 1 mg"}, **(pharmacy or {})}
        return Given(load_regimen(regimen_file(tmp_path, "one", line)), load_pharmacy(texts=texts))

    return build


HIGH = "the clearance of 259.7 mL/min (Cockcroft-Gault)"
ALERTS: list[Sample] = [
    # CDC, boys of 96 months: height M 127.878, z +2 139.690 and z -2 116.624, so 5.906 and 5.627 cm a modified z-score
    # (160 - 127.878) / 5.906 = 5.44, (95 - 127.878) / 5.627 = -5.84
    (DOXORUBICIN, {}, {"height": "160", "weight": "26", **BOY}, "height-for-age", "check",
     "160 cm is far above what children of this age and sex have: modified z +5.4; look again"),
    (DOXORUBICIN, {}, {"height": "95", "weight": "26", **BOY}, "height-for-age", "check",
     "95 cm is far below what children of this age and sex have: modified z -5.8; look again"),
    # a size of nobody: no slip explains it
    (DOXORUBICIN, {}, {"height": "100", "weight": "7.9"}, "bmi", "check",
     "height 100 cm and weight 7.9 kg give 7.9 kg/m2, outside 8 to 60 kg/m2; look at both"),
    # swapped it is 100 kg at 180 cm, 30.9 kg/m2; 18 kg would be 18 kg/m2
    (DOXORUBICIN, {}, {"height": "100", "weight": "180"}, "bmi", "check",
     "height 100 cm and weight 180 kg give 180 kg/m2, outside 8 to 60 kg/m2; look at both; "
     "height and weight may be swapped; the decimal point may have slipped: 18 kg"),
    # 60 in are 152.4 cm, 25.8 kg/m2; 6 kg would be 16.7 kg/m2
    (DOXORUBICIN, {}, {"height": "60", "weight": "60"}, "bmi", "check",
     "height 60 cm and weight 60 kg give 166.7 kg/m2, outside 8 to 60 kg/m2; look at both; "
     "60 in would be 152.4 cm; the decimal point may have slipped: 6 kg"),
    # 20 / 26 = -23.08%; 24.5 / 26 = -5.77%
    (DOXORUBICIN, {}, {**CHILD, "weight": "20", "previous_weight": "26"}, "weight-change", "check",
     "20 kg is -23.1% from the last 26 kg, more than 10%; weigh again or confirm"),
    (DOXORUBICIN, {}, {**CHILD, "weight": "24.5", "previous_weight": "26"}, "weight-change", "note",
     "24.5 kg is -5.8% from the last 26 kg, more than 5%; weigh again or confirm"),
    (DOXORUBICIN, {}, {**CHILD, "written_bsa": "0.9 m2"}, "bsa-differs", "check",
     "0.96 m2 is computed from height and weight, and 0.9 m2 was written; doses are by the computed one; "
     "look which height and weight the other was computed from"),
    (DOXORUBICIN, {}, {**CHILD, "measured_on": "2026-11-20"}, "old-measures", "check",
     "height and weight were measured 10 days before the start; the pharmacy allows 7 days; measure again"),
    # 366 + 365 + 274 days from 29-Feb-2024, which no other year has
    (DOXORUBICIN, {}, {**CHILD, "measured_on": "2024-02-29"}, "old-measures", "check",
     "height and weight were measured 1,005 days before the start; the pharmacy allows 7 days; measure again"),
    # 2-Nov-2025 to 30-Nov-2026 are 393 days
    (DOXORUBICIN, {}, {**CHILD, "previous_day_1": "2025-11-02", "measured_on": "2025-11-01"}, "far-start", "check",
     "the start on 2026-11-30 is 393 days after day 1 of the previous cycle and far from the day of the measures; "
     "look at the year; 2026-11-02 would be 28 days before the start"),
    (DOXORUBICIN, {"dose_rounding": {"doxorubicine": "nearest 1 mg"}}, CHILD, "rule-not-applied-doxorubicin", "check",
     "the pharmacy file names 'doxorubicine' in dose_rounding: not applied to doxorubicin; "
     "if that is meant, name it so there"),
    (DOXORUBICIN, {}, {**CHILD, "allergies": "Doxorubicin (rash)"}, "allergy-doxorubicin", "check",
     "the patient's allergies name it: 'Doxorubicin (rash)'"),
    (CARBOPLATIN, {}, WOMAN, "high-clearance-carboplatin", "check",
     f"{HIGH} is above 125 mL/min and not capped: FDA and NCCN's order templates cap an estimated clearance at "
     "125 mL/min, eviQ (ADDIKD) does not; clearance_cap in the pharmacy file settles it"),
    (CARBOPLATIN, {"clearance_cap": "none"}, WOMAN, "high-clearance-carboplatin", "note",
     f"{HIGH} is above 125 mL/min and not capped: the pharmacy's clearance_cap is none"),
    (CARBOPLATIN, {"clearance_cap": "110 mL/min"}, WOMAN, "high-clearance-carboplatin", "note",
     f"{HIGH} counts as 110 mL/min, the pharmacy's clearance_cap for an estimate"),
    (CARBOPLATIN, {}, {**CHILD, "age": "30", "sex": "m", "creatinine_clearance": "150 mL/min"},
     "high-clearance-carboplatin", "note",
     "the clearance of 150 mL/min (measured) is above 125 mL/min; a measured one is not capped"),
    (CARBOPLATIN, {}, WOMAN, "low-creatinine-carboplatin", "check",
     "a creatinine of 0.3 mg/dL, below 0.7 mg/dL, gives a high estimate; "
     "NCCN's order templates consider 0.7 mg/dL at least; it is used as it is"),
    (CARBOPLATIN, {}, MAN, "heavy-clearance-carboplatin", "check",
     "the actual weight of 76.6 kg (body mass index 25.0) is in Cockcroft-Gault; "
     "NCCN's order templates take an adjusted weight from 25 kg/m2 on; it is used as it is"),
    (CARBOPLATIN, {}, {**CHILD, "age": "8", "sex": "f", "creatinine_clearance": "60 mL/min"},
     "auc-under-18-carboplatin", "stop",
     "under 18 years; Calvert's formula for a dose by AUC was made in adults"),
    (FOR_CHILDREN, {}, {**MAN, "creatinine_clearance": "60 mL/min"}, "auc-from-18-carboplatin", "check",
     "18 years or more; Newell's formula for a dose by AUC was made in children"),
    (ETOPOSIDE, {}, {**CHILD, "without": ["etoposide: mucositis"]}, "withheld-etoposide", "check",
     "withheld on days 1, 2: mucositis"),
    (ETOPOSIDE, {}, {**CHILD, "without": ["etoposide on day 2: mucositis"]}, "withheld-etoposide", "check",
     "withheld on day 2: mucositis"),
    # 96 mg less 60% is 38.4 mg
    (ETOPOSIDE, {}, {**CHILD, "reductions": ["etoposide=60%: age"]}, "large-reduction-etoposide", "check",
     "reduced by 60%, to 40% of 96 mg: by 60% is more than half; is it not meant to 60%?"),
    (ETOPOSIDE, {}, {**CHILD, "reductions": ["etoposide=100%: age"]}, "large-reduction-etoposide", "check",
     "reduced by 100%, which is more than half: nothing of it is given"),
    # 120 / 96 = +25%
    (ETOPOSIDE, {}, {**CHILD, "set": ["etoposide=120 mg: vial"]}, "set-dose-etoposide", "check",
     "set to 120 mg, 25% above the calculated 96 mg"),
    (ETOPOSIDE, {}, {**CHILD, "set": ["etoposide=9.6 mg: vial"]}, "set-dose-etoposide", "check",
     "set to 9.6 mg, less than half of the calculated 96 mg"),
    (ETOPOSIDE, {}, {**CHILD, "set": ["etoposide=200 mg: vial"]}, "set-dose-etoposide", "stop",
     "set to 200 mg, more than twice the calculated dose"),
    (f"{DOXORUBICIN}, maximum: 60 mg", {}, {**CHILD, "set": ["doxorubicin=61 mg: vial"]},
     "set-above-maximum-doxorubicin", "check", "set to 61 mg, above the maximum of 60 mg"),
]  # fmt: skip

ABOUT = {
    "height-for-age": "height",
    "bmi": "BMI",
    "weight-change": "weight",
    "bsa-differs": "BSA",
    "old-measures": "measures",
    "far-start": "start",
}


@pytest.mark.parametrize("sample", ALERTS, ids=lambda sample: sample[3])
def test_the_words_of_alerts(sample: Sample, given: Build) -> None:
    line, pharmacy, patient, code, level, text = sample
    accepted = (code,) if level == "stop" else ()
    alert = alerts_of(given(line, pharmacy), *accepted, **patient)[code]
    drug = line.removeprefix("drug: ").partition(",")[0]
    assert (alert.level, alert.about, alert.text) == (level, drug if code.endswith(drug) else ABOUT[code], text)


def test_a_stop_says_how_it_is_accepted_and_beside_it_no_amount_is_told(given: Build) -> None:
    """Below 18 years a stop; 9.6 mg for 96 mg is a check, whose amounts wait."""
    child = {**CHILD, "age": "8", "sex": "f", "creatinine_clearance": "60 mL/min"}
    words = (
        "stop auc-under-18-carboplatin: carboplatin: under 18 years; Calvert's formula for a dose by AUC was made in "
        "adults; no dose unless accepted with a reason: --accept 'auc-under-18-carboplatin=REASON'"
    )
    assert refusal_of(given(CARBOPLATIN), **child) == words
    # 5 × (60 + 25) = 425 mg
    refusal = refusal_of(given(CARBOPLATIN), **child, set=["carboplatin=212 mg: kidneys"])
    assert refusal == f"{words}\ncheck set-dose-carboplatin: it names amounts, and is told with the dose"


BANDS = "drug: x, dose: [{when: {age: under 5 years}, dose: 1 mg}], route: oral, days: 1"
REFUSALS = [
    (DOXORUBICIN, {}, {**CHILD, "born": "2018-05-14"},
     "an age from a date of birth needs a day: give a start or the day of the measures"),
    (f"{DOXORUBICIN}, lifetime_maximum: 450 mg/m2", {}, {**CHILD, "earlier_doses": {"doxorubicine": "1 mg/m2"}},
     "earlier doses of 'doxorubicine': did you mean doxorubicin, which has a lifetime maximum?"),
    (ETOPOSIDE, {}, {**CHILD, "reductions": ["etoposide=25%: a", "etoposide on day 2=50%: b"]},
     "etoposide is reduced twice; give one percentage and one reason"),
    (ETOPOSIDE, {}, {**CHILD, "set": ["etoposide=70 mg: a"], "reductions": ["etoposide=25%: b"]},
     "a dose of etoposide is set and a reduction of etoposide is declared on the same day; give one of them"),
    (CARBOPLATIN, {}, CHILD,
     "carboplatin: a dose by AUC needs the creatinine clearance in mL/min; give it as measured, or, "
     "for adults, creatinine with age and sex"),
    (FOR_CHILDREN, {}, CHILD,
     "carboplatin: a dose by AUC needs the creatinine clearance in mL/min; give it as measured, or, "
     "creatinine with age"),
    # 110 × 60 / (72 × 0.15) × 0.85 = 519.44…
    (CARBOPLATIN, {}, {**WOMAN, "creatinine": "0.15 mg/dL"},
     "carboplatin: an estimated clearance of 519.44444… mL/min is not possible (at most 400 mL/min): "
     "(140 - 30) × 60 kg / (72 × 0.15 mg/dL) × 0.85 = 519.44444… mL/min; look at the creatinine"),
    # 57.6 mg to 55 mg is -4.51%, to 60 mg +4.17%
    (DOXORUBICIN, {"dose_rounding": {"doxorubicin": "nearest 5 mg"}, "largest_deviation": "4%"}, CHILD,
     "doxorubicin: rounding 57.6 mg to the nearest 5 mg gives 60 mg, which moves the dose by 4.17%; "
     "the pharmacy allows 4% at most; nearest 2.5 mg would do, and give 57.5 mg; "
     "or largest_deviation_of: {doxorubicin: 5%} would allow it; or --without 'doxorubicin: reason' leaves it out"),
    (f"{DOXORUBICIN}, maximum: 58 mg", {"dose_rounding": {"doxorubicin": "nearest 5 mg"}}, CHILD,
     "doxorubicin: rounding 57.6 mg to the nearest 5 mg gives 60 mg, above the maximum of 58 mg; "
     "use another rounding for it"),
    (DOXORUBICIN, {"dose_rounding": {"doxorubicin": "nearest 5 units"}}, CHILD,
     "doxorubicin: the pharmacy rounds it by 5 units, its dose is in mg; give its rounding in mg"),
    # 57.6 mg down to a multiple of 60 mg is nothing
    (DOXORUBICIN,
     {"dose_rounding": {"doxorubicin": "down to 60 mg"}, "largest_deviation_of": {"doxorubicin": "100%"}}, CHILD,
     "doxorubicin: the dose comes to 0 mg; look at the rounding of the pharmacy"),
    # Mosteller unrounded, √(128 × 26 / 3600), ends nowhere
    (DOXORUBICIN, {"bsa_rounding": "none"}, CHILD,
     "doxorubicin: the dose has endless digits, 57.68882… mg; "
     "give a dose_rounding for doxorubicin in the pharmacy file"),
    (DOXORUBICIN, {"bsa_formula": "schlich"}, CHILD,
     "the Schlich formula needs the patient's sex; give --sex female or --sex male"),
    (BANDS, {}, {**CHILD, "age": "8"}, "x: the regimen has no dose for this patient: no entry of its dose fits"),
    (BANDS, {}, CHILD, "x: the dose depends on age, which is not given"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "pharmacy", "patient", "text"), REFUSALS)
def test_the_words_of_refusals(
    line: str, pharmacy: dict[str, Any], patient: dict[str, Any], text: str, given: Build
) -> None:
    sample = given(line, pharmacy)
    start = None if "born" in patient else sample.start
    assert refusal_of(sample._replace(start=start), **patient) == text


@pytest.mark.parametrize(("allowed", "is_refused"), [("5%", False), ("4.99%", True)])
def test_rounding_may_move_a_dose_by_just_what_is_allowed(allowed: str, *, is_refused: bool, given: Build) -> None:
    """√(100 × 36 / 3600) = 1 m2: 60 mg, down to a multiple of 57 mg is 57 mg, -5%."""
    child = {"height": "100", "weight": "36"}
    policy = {"dose_rounding": {"doxorubicin": "down to 57 mg"}, "largest_deviation": allowed}
    sample = given(DOXORUBICIN, policy)
    if is_refused:
        assert "down to a multiple of 57 mg gives 57 mg, which moves the dose by -5%" in refusal_of(sample, **child)
        return
    dose = order_of(sample, **child).doses[0]
    assert (str(dose.ordered), str(dose.deviation_percent)) == ("57 mg", "-5")
    assert dose.steps[-1].how == "60 mg down to a multiple of 57 mg: 57 mg (-5%)"
    assert dose.steps[-1].source == "pharmacy policy"


def test_a_bsa_that_is_not_rounded_says_so(given: Build) -> None:
    policy = {"bsa_rounding": "none", "dose_rounding": {"doxorubicin": "nearest 1 mg"}}
    bsa = order_of(given(DOXORUBICIN, policy), **CHILD).measures[0].bsa
    assert bsa.how == "√(128 cm × 26 kg / 3600) = 0.96148… m2, not rounded"
    rounded = order_of(given(DOXORUBICIN), **CHILD).measures[0].bsa
    assert rounded.how == "√(128 cm × 26 kg / 3600) = 0.96148… m2, rounded half-up to 0.01 m2: 0.96 m2"


def test_a_check_on_a_clearance_says_which_one_it_is() -> None:
    """0.413 × 128 / 1.2 = 44.05."""
    child = {**CHILD, "age": "8", "sex": "f", "creatinine": "1.2 mg/dL"}
    alert = alerts_of(Given(load_regimen("cec-induction")), **child)["clofarabine-renal"]
    assert alert.text.startswith(
        "creatinine clearance 30 to 60 mL/min; the label reduces the dose by 50%; here 44.1 mL/min/1.73 m2 "
        "(bedside Schwartz, not converted to the patient's own mL/min)"
    )
    own = alerts_of(Given(load_regimen("cec-induction")), **CHILD, creatinine_clearance="45 mL/min")
    assert "; here 45 mL/min (measured)" in own["clofarabine-renal"].text


def test_only_an_alert_that_there_is_can_be_accepted(given: Build) -> None:
    with pytest.raises(InputError) as refused:
        alerts_of(given(DOXORUBICIN), "no-such", "another", **CHILD)
    assert str(refused.value).splitlines() == [
        "nothing to accept: there is no alert 'another' on this order",
        "nothing to accept: there is no alert 'no-such' on this order",
    ]


def test_a_check_of_which_several_conditions_hold_speaks_once(tmp_path: Path) -> None:
    check = "checks: [{code: small, when: [{age: under 10 years}, {weight: under 30 kg}], level: check, text: look}]\n"
    path = regimen_file(tmp_path, "one", DOXORUBICIN)
    path.write_text(path.read_text(encoding="utf-8") + check, encoding="utf-8")
    given = Given(load_regimen(path))
    for child, count in (({"age": "8"}, 1), ({"age": "12"}, 1), ({"age": "12", "weight": "30"}, 0)):
        codes = [alert.code for alert in order_of(given, **{**CHILD, **child}).alerts]
        assert codes.count("small") == count


def test_every_bound_between_two_readings_is_named_with_whose_it_is(given: Build) -> None:
    """√(100 × 9 / 3600) = 0.5 m2: 20 mL/min × 1.73 / 0.5 = 69.2 mL/min/1.73 m2."""
    bands = ("under 40 U", "at least 40 U, under 60 U", "at least 60 U, under 70 U", "at least 70 U")
    doses = ", ".join(
        f'{{when: {{normalised_clearance: "{band.replace("U", "mL/min/1.73 m2")}"}}, dose: 1 mg}}' for band in bands
    )
    line = f"drug: x, dose: [{doses}], route: oral, days: 1"
    alert = alerts_of(given(line), height="100", weight="9", creatinine_clearance="20 mL/min")["clearance-readings"]
    assert alert.text == (
        "20 mL/min is 69.2 mL/min/1.73 m2 by the body surface area of this patient, and counts as that; between the "
        "two lies 40 mL/min/1.73 m2 (x), 60 mL/min/1.73 m2 (x)"
    )


@pytest.mark.parametrize(
    ("keys", "steps"),
    [
        # 26 kg × 10 mg = 260 mg
        ("maximum_a_day: 300 mg", ["260 mg a day: within the maximum of 300 mg a day"]),
        ("maximum_a_day: 260 mg", ["260 mg a day: within the maximum of 260 mg a day"]),
        ("maximum_a_day: 200 mg", ["260 mg a day is above the maximum of 200 mg a day"]),
        ("maximum_a_day: 600 mg, times: 2, every: 8 h",
         ["2 × 260 mg = 520 mg a day: within the maximum of 600 mg a day"]),
        ("maximum_a_day: 500 mg, times: 2, every: 8 h",
         ["2 × 260 mg = 520 mg a day is above the maximum of 500 mg a day: 250 mg each"]),
        ("maximum: 260 mg", ["within the maximum of 260 mg"]),
        ("maximum: 259 mg", ["260 mg is above the maximum of 259 mg"]),
        ("weight_cap: 26 kg", ["within the cap of 26 kg"]),
        ("weight_cap: 25 kg", ["26 kg is above the cap of 25 kg"]),
    ],
)  # fmt: skip
def test_the_words_of_caps(keys: str, steps: list[str], given: Build) -> None:
    order = order_of(given(f"drug: x, dose: 10 mg/kg, route: oral, days: 1, {keys}"), **CHILD)
    capped = {"limited", "capped", "capped by day"}
    assert [step.how for step in order.doses[0].steps if step.what in capped] == steps


@pytest.mark.parametrize(("route", "least", "most"), [("oral", "", ""), ("IV infusion", "30 min", "1 h")])
def test_only_what_runs_has_a_duration_from_the_least_to_the_most(
    route: str, least: str, most: str, given: Build
) -> None:
    line = "drug: x, dose: 1 mg, route: IV infusion or oral, over: 30 min to 1 h, days: 1"
    dose = order_of(given(line), **CHILD, choices=[f"x={route}"]).doses[0]
    assert (dose.route, str(dose.over_least or ""), str(dose.over or "")) == (route, least, most)


def test_what_was_not_checked_is_told_by_what_is_missing(tmp_path: Path) -> None:
    check = "checks: [{code: small, when: {age: under 10 years}, level: check, text: look}]\n"
    path = regimen_file(tmp_path, "one", DOXORUBICIN)
    path.write_text(path.read_text(encoding="utf-8") + check, encoding="utf-8")
    (alert,) = order_of(Given(load_regimen(path)), **CHILD).alerts
    assert (alert.code, alert.level, alert.about) == ("incomplete", "note", "")
    assert alert.text == (
        "not checked: no age given (small, growth reference); no sex given (growth reference); "
        "no day of the measures given (old-measures)"
    )
    told = {**CHILD, "sex": "f", "measured_on": "2026-11-29"}
    (alert,) = order_of(Given(load_regimen(path)), **told, age="21").alerts
    assert (alert.code, alert.level) == ("not-applicable", "note")
    assert alert.text == "not checked: age outside 2 to 20 years (growth reference)"


def test_what_a_rule_of_the_pharmacy_rounded_has_as_many_digits_as_it_says(given: Build) -> None:
    """60 × 0.96148… = 57.6888…: 57.689 mg to 0.001 mg; who sets 57.689 mg is asked, whatever the rule."""
    policy = {"bsa_rounding": "none", "dose_rounding": {"doxorubicin": "nearest 0.001 mg"}}
    order = order_of(given(DOXORUBICIN, policy), **CHILD)
    assert (str(order.doses[0].ordered), [alert.code for alert in order.alerts]) == ("57.689 mg", ["incomplete"])
    found = alerts_of(given(DOXORUBICIN, policy), **CHILD, set=["doxorubicin=57.689 mg: why"])
    assert set(found) == {"digits-doxorubicin"}


@pytest.mark.parametrize(
    ("keys", "timing"),
    [
        ("days: 1", ""),
        ("days: 1, times: 2, every: 12 h", "every 12 h, 2 times a day"),
        ('days: 1, at: "08:00"', "at 08:00"),
        ("days: 1, every: 8 h, total_doses: 9", "every 8 h; 9 doses in all"),
    ],
)
def test_when_in_the_day_a_dose_is_given(keys: str, timing: str, given: Build) -> None:
    (dose,) = order_of(given(f"drug: x, dose: 1 mg, route: oral, {keys}"), **CHILD).doses
    assert dose.timing == timing
