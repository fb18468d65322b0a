"""Whole orders worked by hand: every case of tests/cases, as a pharmacist wrote it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from cec.calculate import draft_order
from cec.errors import CecError
from cec.load import load_patient, load_pharmacy, load_regimen, regimen_names
from cec.load.texts import read_percent
from cec.order import NOT_CHECKED, Order
from cec.units import AMOUNT, Quantity, convert, read_quantity
from cec.verification import verify_doses

FOLDER = Path(__file__).parent.parent / "cases"

Case = dict[str, Any]


def read_cases() -> list[Any]:
    """Every case with its file and name; every value is the text that stands in the file."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        cases: list[Case] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        found += [pytest.param(case, id=f"{path.stem}: {case['case']}") for case in cases]
    return found


def amount(text: str) -> Quantity:
    """An amount in mg, exactly."""
    return convert(read_quantity(text, AMOUNT), "mg", AMOUNT)


def draft(given: Mapping[str, Any], folder: Path) -> Order:
    """The order of what is given."""
    texts = dict(given)
    regimen = texts.pop("regimen")
    if not isinstance(regimen, str):
        path = folder / f"{regimen['name']}.yaml"
        path.write_text(yaml.safe_dump(regimen), encoding="utf-8")
        regimen = path
    start, cycle = texts.pop("start", None), texts.pop("cycle", None)
    pharmacy, accept = texts.pop("pharmacy", {}), texts.pop("accept", {})
    strict = texts.pop("strict", "false") == "true"
    return draft_order(
        load_regimen(regimen),
        load_patient(texts=texts),
        load_pharmacy(texts=pharmacy),
        start=datetime.date.fromisoformat(start) if start else None,
        cycle=int(cycle) if cycle else None,
        accept=accept,
        strict=strict,
    )


def row_texts(order: Order) -> list[str]:
    """Each administration in one line."""
    lines = []
    for row in order.administrations:
        time = f"{row.time:%H:%M}" + (f"-{row.end:%H:%M}" if row.end else "")
        before = "before " if row.timing else ""
        lines.append(f"{row.date} {before}{time} {row.drug} {row.dose}")
    return lines


def same_amounts(found: Mapping[str, Quantity], expected: Mapping[str, str]) -> None:
    assert {drug: found[drug] for drug in expected} == {drug: amount(text) for drug, text in expected.items()}


def holds_bsa(order: Order, expected: str) -> None:
    assert order.measures[0].bsa.value == Decimal(expected)


def holds_doses(order: Order, expected: Mapping[str, str]) -> None:
    same_amounts({dose.drug: dose.ordered for dose in order.doses}, expected)
    assert set(expected) == {dose.drug for dose in order.doses}
    assert all(dose.ordered == dose.steps[-1].value for dose in order.doses)


def holds_totals(order: Order, expected: Mapping[str, str]) -> None:
    same_amounts({dose.drug: dose.cycle_total for dose in order.doses if dose.cycle_total}, expected)


def holds_unreduced(order: Order, expected: Mapping[str, str]) -> None:
    same_amounts({dose.drug: dose.unreduced for dose in order.doses if dose.unreduced}, expected)


def holds_rows(order: Order, expected: list[str]) -> None:
    rows = row_texts(order)
    assert [row for row in rows if row in expected] == expected, rows


def holds_row_count(order: Order, expected: str) -> None:
    assert len(order.administrations) == int(expected)


def holds_next_cycle(order: Order, expected: str) -> None:
    assert order.next_cycle
    assert str(order.next_cycle.date) == expected


def holds_alerts(order: Order, expected: list[str]) -> None:
    assert sorted(alert.code for alert in order.alerts if alert.code != NOT_CHECKED) == sorted(expected)


def holds_words(order: Order, expected: list[str]) -> None:
    told = " | ".join(alert.text for alert in order.alerts)
    assert [words for words in expected if words not in told] == [], told


def holds_steps(order: Order, expected: list[str]) -> None:
    told = " | ".join(step.how for dose in order.doses for step in dose.steps)
    assert [words for words in expected if words not in told] == [], told


def holds_unknown(order: Order, expected: list[str]) -> None:
    told = " | ".join(alert.text for alert in order.alerts if alert.code == NOT_CHECKED)
    assert [words for words in expected if words not in told] == [], told


def holds_acceptance(order: Order, expected: Mapping[str, str]) -> None:
    assert {alert.code: alert.accepted for alert in order.alerts if alert.accepted} == expected


def holds_clearance(order: Order, expected: str) -> None:
    clearance = order.measures[0].clearance
    assert clearance
    assert clearance.value.value == Decimal(expected)


EXPECTATIONS: dict[str, Callable[[Order, Any], None]] = {
    "bsa": holds_bsa,
    "doses": holds_doses,
    "cycle totals": holds_totals,
    "unreduced": holds_unreduced,
    "rows": holds_rows,
    "number of rows": holds_row_count,
    "next cycle": holds_next_cycle,
    "alerts": holds_alerts,
    "says": holds_words,
    "steps": holds_steps,
    "not checked": holds_unknown,
    "accepted": holds_acceptance,
    "clearance": holds_clearance,
}
ABOUT_A_CASE = {"case", "given", "working", "refused", "written", "verdicts", "deviations", "tolerance"}


def check_verdicts(order: Order, case: Case) -> None:
    """What is said of the written doses."""
    written = dict(case["written"])
    days = int(written.pop("days")) if "days" in written else None
    verification = verify_doses(
        order,
        [(drug, read_quantity(text, AMOUNT)) for drug, text in written.items()],
        days=days,
        tolerance=read_percent(case.get("tolerance", "5%")),
        others=[load_regimen(name) for name in regimen_names()],
    )
    verdicts = {verdict.drug: verdict for verdict in verification.verdicts}
    assert set(verdicts) == set(case["verdicts"])
    for drug, expected in case["verdicts"].items():
        mistakes = [each.mistake for each in verdicts[drug].explanations]
        if isinstance(expected, list):
            assert (verdicts[drug].verdict, mistakes) == ("differs", expected)
        elif expected in {"agrees", "missing", "not in the regimen"}:
            assert (verdicts[drug].verdict, mistakes) == (expected, [])
        else:
            assert verdicts[drug].verdict == "differs"
            assert expected in mistakes
    for drug, percent in case.get("deviations", {}).items():
        assert verdicts[drug].deviation_percent == Decimal(percent)
    assert verification.agrees == all(expected == "agrees" for expected in case["verdicts"].values())


@pytest.mark.parametrize("case", read_cases())
def test_the_case_comes_out_as_worked_by_hand(case: Case, tmp_path: Path) -> None:
    expectations = set(case) - ABOUT_A_CASE
    assert expectations <= set(EXPECTATIONS)
    assert case["working"].strip()
    if "refused" in case:
        assert not expectations
        with pytest.raises(CecError) as caught:
            draft(case["given"], tmp_path)
        assert case["refused"] in str(caught.value)
        return
    order = draft(case["given"], tmp_path)
    for name in expectations:
        EXPECTATIONS[name](order, case[name])
    if "written" in case:
        check_verdicts(order, case)
    else:
        assert "alerts" in case, "say which alerts there are, if none with []"


def test_there_are_enough_cases() -> None:
    assert len(read_cases()) >= 40


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("bsa", "0.97"),
        ("doses", {"clofarabine": "38 mg"}),
        ("cycle totals", {"clofarabine": "38.4 mg"}),
        ("unreduced", {"etoposide": "96.1 mg"}),
        ("rows", ["2026-11-30 09:00-11:00 clofarabine 38 mg"]),
        ("number of rows", "16"),
        ("next cycle", "2026-12-15"),
        ("alerts", ["infant"]),
        ("says", ["far above"]),
        ("steps", ["to the nearest"]),
        ("not checked", ["no height given"]),
        ("accepted", {"infant": "a reason"}),
        ("clearance", "105"),
    ],
)
def test_a_wrong_expectation_fails(key: str, wrong: object) -> None:
    order = draft(
        {
            "regimen": "cec-induction",
            "height": "128 cm",
            "weight": "26 kg",
            "age": "8",
            "creatinine": "0.5 mg/dL",
            "reductions": ["etoposide=25%: mucositis grade 3"],
            "start": "2026-11-30",
        },
        Path(),
    )
    with pytest.raises((AssertionError, KeyError)):
        EXPECTATIONS[key](order, wrong)
