"""A check may offer a reduction: printed as the option, never applied, answered only by one under its own code."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from batches import to_look_at
from pypdf import PdfReader
from running import cec

from cec import dose_table, draft_order, load_order, load_patient, load_pharmacy, load_regimen
from cec.errors import FileError, OrderRefused
from cec.load import regimen_names
from cec.order import Alert, Order
from cec.patient import Reduction
from cec.regimen import Regimen
from cec.rendering import render
from cec.rendering.terminal.drawing import Terminal

INDUCTION = load_regimen("cec-induction")
KIDNEYS = {"height": "128 cm", "weight": "26 kg", "creatinine_clearance": "45 mL/min"}
OPTION = "--reduce 'clofarabine=by 50%: clofarabine-renal'"


def order_of(*reductions: str, regimen: Regimen = INDUCTION, **declared: list[str]) -> Order:
    return draft_order(regimen, load_patient(texts={**KIDNEYS, "reductions": list(reductions), **declared}))


def renal(order: Order, code: str = "clofarabine-renal") -> Alert:
    return next(alert for alert in order.alerts if alert.code == code)


def test_the_exact_option_is_printed_and_nothing_is_applied() -> None:
    order = order_of()
    alert = renal(order)
    assert (alert.level, alert.words.rpartition("; ")[2]) == ("check", OPTION)
    assert alert.offers == (Reduction("clofarabine", Decimal(50), "clofarabine-renal"),)
    assert [str(dose.ordered) for dose in order.doses][:2] == ["38.4 mg", "96 mg"]
    assert renal(order, "etoposide-renal").words.endswith("--reduce 'etoposide=by 25%: etoposide-renal'")


def test_the_option_as_it_is_printed_answers_its_check() -> None:
    """Typed as it stands: 38.4 mg x 50% = 19.2 mg. The check stays in its place, as a note."""
    option = renal(order_of()).words.rpartition("'")[0].rpartition("'")[2]
    order = order_of(option)
    alert = renal(order)
    assert str(order.doses[0].ordered) == "19.2 mg"
    assert (alert.level, alert.text.rpartition("; ")[2]) == ("note", "answered: by 50%, declared")
    assert [each.code for each in order.alerts] == [each.code for each in order_of().alerts]


@pytest.mark.parametrize(
    ("reduction", "level", "words"),
    [
        ("clofarabine=by 60%: clofarabine-renal: 31 mL/min last week", "note", "answered: by 60%, declared"),
        ("clofarabine=to 50%: Clofarabine-renal", "note", "answered: by 50%, declared"),
        ("clofarabine=by 25%: clofarabine-renal", "check", "by 25% is declared, less than the by 50% that is offered"),
        ("clofarabine=by 25%: mucositis", "check", "already reduced by 25% for mucositis; this would be further"),
        ("clofarabine=by 50%: mucositis", "check", "already reduced by 50% for mucositis; this would be further"),
        (
            "clofarabine=by 50%: clofarabine-renal-severe",
            "check",
            "already reduced by 50% for clofarabine-renal-severe; this would be further",
        ),
        ("etoposide=by 50%: clofarabine-renal", "check", OPTION),
        (
            "clofarabine on days 1-3=by 50%: clofarabine-renal",
            "check",
            "answered: by 50%, declared on days 1, 2, 3; --reduce 'clofarabine on days 4, 5=by 50%: clofarabine-renal'",
        ),
        (
            "clofarabine on day 2=by 25%: fever",
            "check",
            "already reduced by 25% on day 2 for fever; this would be further; "
            "--reduce 'clofarabine on days 1, 3, 4, 5=by 50%: clofarabine-renal'",
        ),
    ],
)
def test_only_as_much_as_offered_under_its_own_code_answers_a_check(reduction: str, level: str, words: str) -> None:
    alert = renal(order_of(reduction))
    assert (alert.level, alert.words.partition("45 mL/min (measured); ")[2]) == (level, words)


def test_what_is_left_typed_as_a_bare_percentage_is_asked_about() -> None:
    """The label gives 75% of 96 mg, 72 mg. A bare 75% takes 75% off, 24 mg: two checks; `to 75%` raises none."""
    order = order_of("etoposide=75%: CrCl 45")
    found = {alert.code: alert for alert in order.alerts}
    assert str(order.doses[1].ordered) == "24 mg"
    assert "by 75%, to 25%" in order.doses[1].steps[-1].how
    assert found["large-reduction-etoposide"].text.endswith("by 75% is more than half; is it not meant to 75%?")
    assert found["etoposide-renal"].level == "check"
    meant = order_of("etoposide=to 75%: etoposide-renal", "clofarabine=by 50%: clofarabine-renal")
    assert str(meant.doses[1].ordered) == "72 mg"
    assert [alert.code for alert in meant.alerts if alert.level != "note"] == []


def test_options_for_several_days_are_taken_as_they_are_printed() -> None:
    days = ("clofarabine on days 1-3=by 50%: clofarabine-renal", "clofarabine on days 4, 5=by 50%: clofarabine-renal")
    order = order_of(*days)
    assert renal(order).level == "note"


TWO_LINES = """
name: two
title: Two
edition: 1
for: a test
source: {citation: this test}
drugs:
  - {drug: fluorouracil, dose: 400 mg/m2, route: IV bolus, days: 1-2}
  - {drug: fluorouracil, dose: 600 mg/m2, route: IV infusion, over: 22 h, days: 1-2}
checks:
  - {code: low, when: {creatinine_clearance: under 60 mL/min}, level: check, text: reduce, about: fluorouracil,
     offers: {fluorouracil: by 20%}}
"""


@pytest.mark.parametrize(
    ("reductions", "words"),
    [
        ((), "--reduce 'fluorouracil=by 20%: low'"),
        (("fluorouracil=by 20%: low",), "answered: by 20%, declared"),
        (
            ("fluorouracil line 1=by 20%: low",),
            "answered: by 20%, declared in line 1; --reduce 'fluorouracil line 2=by 20%: low'",
        ),
        (
            ("fluorouracil on day 1 line 2=by 20%: low",),
            "answered: by 20%, declared on day 1 in line 2; --reduce 'fluorouracil line 1=by 20%: low'; "
            "--reduce 'fluorouracil on day 2 line 2=by 20%: low'",
        ),
    ],
)
def test_of_a_drug_with_several_lines_the_rest_is_offered_as_it_can_be_typed(
    reductions: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(TWO_LINES, encoding="utf-8")
    regimen = load_regimen(path)
    text = renal(order_of(*reductions, regimen=regimen), "low").words
    assert text.partition("45 mL/min (measured); ")[2] == words
    offered = [option.partition("'")[0] for option in text.split("--reduce '")[1:]]
    assert renal(order_of(*reductions, *offered, regimen=regimen), "low").level == "note"


def test_an_amount_that_was_set_answers_nothing() -> None:
    assert renal(order_of(set=["clofarabine=19.2 mg: clofarabine-renal"])).level == "check"


def test_a_normal_clearance_offers_nothing() -> None:
    texts = {**KIDNEYS, "creatinine_clearance": "90 mL/min", "reductions": ["clofarabine=by 25%: mucositis"]}
    assert not [alert for alert in draft_order(INDUCTION, load_patient(texts=texts)).alerts if "renal" in alert.code]


def test_what_the_shipped_regimens_offer_is_what_the_labels_say() -> None:
    """Clofarabine by 50% at 30 to 60 mL/min, by 25% after 4 weeks of neutropenia; etoposide to 75% at 15 to 50."""
    for name in regimen_names():
        offers = {check.code: dict(check.offers) for check in load_regimen(name).checks if check.offers}
        assert offers == {
            "long-neutropenia": {"clofarabine": 25},
            "clofarabine-renal": {"clofarabine": 50},
            "etoposide-renal": {"etoposide": 25},
        }


STOPS = """
name: kidneys
title: Kidneys
edition: 1
for: a test
source: {citation: this test}
drugs:
  - {drug: clofarabine, dose: 40 mg/m2, route: IV infusion, over: 2 h, days: 1-5}
checks:
  - {code: kidneys, when: {creatinine_clearance: under 60 mL/min}, level: LEVEL, about: clofarabine, text: reduce,
     offers: {clofarabine: by 50%}}
"""


@pytest.fixture
def stops(tmp_path: Path) -> Path:
    path = tmp_path / "kidneys.yaml"
    path.write_text(STOPS.replace("LEVEL", "stop"), encoding="utf-8")
    return path


def test_a_stop_is_let_through_by_what_it_offers_alone(stops: Path) -> None:
    regimen = load_regimen(stops)
    for reduction in ("clofarabine=by 25%: kidneys", "clofarabine=by 50%: mucositis"):
        with pytest.raises(OrderRefused, match="stop kidneys"):
            order_of(reduction, regimen=regimen)
    assert str(order_of("clofarabine=by 50%: kidneys", regimen=regimen).doses[0].ordered) == "19.2 mg"


def test_a_batch_says_what_an_order_says(stops: Path) -> None:
    """Rows that differ in nothing but the reason of a reduction are not taken for one another."""
    reasons = ["kidneys", "mucositis", "kidneys-severe", "Kidneys: again", ""]
    cells = [f"clofarabine=by 50%: {reason}" if reason else None for reason in reasons] * 3
    frame = pl.DataFrame({"height": ["128"] * 15, "weight": ["26"] * 15, "creatinine_clearance": ["45 mL/min"] * 15})
    frame = frame.with_columns(pl.Series("reduce", cells, dtype=pl.String))
    done = dose_table(frame, load_regimen(stops))
    assert done.get_column("clofarabine_mg").to_list() == ["19.2", None, None, "19.2", None] * 3
    checks = stops.with_name("checks.yaml")
    checks.write_text(STOPS.replace("LEVEL", "check"), encoding="utf-8")
    regimen = load_regimen(checks)
    for codes, cell in zip(dose_table(frame, regimen).get_column("alerts"), cells, strict=True):
        single = order_of(*filter(None, (cell,)), regimen=regimen)
        assert codes == to_look_at(" ".join(alert.code for alert in single.alerts))


def test_an_offer_of_another_drug_or_of_nothing_is_a_fault_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    for offer, words in (
        ("{etoposide: by 50%}", "checks 1 (kidneys): offers: etoposide is not a drug of this regimen"),
        ("{clofarabine: to 100%}", "reduces nothing"),
        ("{clofarabine: half}", "offers: clofarabine"),
    ):
        path.write_text(STOPS.replace("LEVEL", "check").replace("{clofarabine: by 50%}", offer), encoding="utf-8")
        with pytest.raises(FileError, match=words.replace("(", r"\(").replace(")", r"\)")):
            load_regimen(path)


def test_every_command_shows_the_offer_and_the_answer(tmp_path: Path) -> None:
    """Dose, schedule and verify in the same words; a saved order that is answered agrees with itself."""
    told = ("--height", "128", "--weight", "26", "--creatinine-clearance", "45 mL/min")
    answered = ("--reduce", "clofarabine=by 50%: clofarabine-renal")
    commands = (
        ("dose", "cec-induction"),
        ("schedule", "cec-induction", "--start", "2026-11-30"),
        ("verify", "cec-induction", "clofarabine=19.2mg"),
    )
    for command in commands:
        assert OPTION in cec(*command, *told).said
        assert "NOTE clofarabine-renal" in cec(*command, *told, *answered).said
        assert "answered: by 50%, declared" in cec(*command, *told, *answered).said
    saved = tmp_path / "order.json"
    assert cec("dose", *told, *answered, "-o", str(saved)).code == 0
    assert "answered: by 50%, declared" in json.loads(saved.read_text(encoding="utf-8"))["alerts"][0]["text"]
    assert cec("verify", str(saved)).code == 0


def test_programs_read_the_offer_as_data_and_other_systems_have_it_in_words() -> None:
    """As `reductions` of a patient file are: what was offered can be declared as it stands."""
    order = order_of("clofarabine on day 2=by 25%: fever")
    saved = json.loads(render(order, "json"))
    offer = {"drug": "clofarabine", "percent": 50, "reason": "clofarabine-renal", "days": [1, 3, 4, 5]}
    (alert,) = (each for each in saved["alerts"] if each["code"] == "clofarabine-renal")
    assert alert["offers"] == [offer]
    assert "--reduce" not in alert["text"]
    assert load_order(render(order, "json")) == order
    bundle = render(order, "fhir").decode()
    assert "offered: clofarabine on days 1, 3, 4, 5 by 50%" in bundle
    assert "--reduce" not in bundle


def test_an_option_is_never_broken_over_two_lines_and_paper_has_words_instead() -> None:
    for width in (80, 100, 120):
        assert OPTION in render(order_of(), "table", terminal=Terminal(width=width)).decode()
    sheet = " ".join(PdfReader(BytesIO(render(order_of(), "pdf"))).pages[0].extract_text().split())
    assert "offered: clofarabine by 50%" in sheet
    assert "--reduce" not in sheet


def test_a_drug_that_is_left_out_has_nothing_to_reduce() -> None:
    """The check stands, because nobody answered it; no option is printed that could not be typed."""
    alert = renal(order_of(without=["clofarabine: rash"]))
    assert (alert.level, alert.text.rpartition("; ")[2]) == ("check", "here 45 mL/min (measured)")


def test_the_day_of_a_schedule_changes_nothing() -> None:
    order = draft_order(
        INDUCTION,
        load_patient(texts={**KIDNEYS, "reductions": ["clofarabine=by 50%: clofarabine-renal"]}),
        load_pharmacy(),
        start=datetime.date(2026, 11, 30),
    )
    assert renal(order).level == "note"
