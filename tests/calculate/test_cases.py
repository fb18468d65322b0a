"""Whole orders worked by hand: every case of tests/cases, and those that are shipped beside the regimens.

What must come out is compared by `cec.cases`, which also runs them where cec is installed. That it finds whatever comes
out otherwise is shown below, for every key of a case.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from cec.calculate import draft_order
from cec.cases import run_case
from cec.cases.expectations import EXPECTATIONS
from cec.cases.worked_case import CASES, WorkedCase, cases_path, load_cases, read_cases, read_given
from cec.errors import CecError
from cec.load import load_regimen, regimen_folder, regimen_names
from cec.load.search import shipped_names
from cec.load.texts import read_percent
from cec.load.treatment_file import is_treatment
from cec.load.typed import node_of
from cec.regimen import Regimen
from cec.units import AMOUNT, read_quantity
from cec.verification import verify_doses

FOLDER = Path(__file__).parent.parent / "cases"
OF_VERIFICATION = {"written", "verdicts", "deviations", "tolerance"}

Case = dict[str, Any]


def read_all() -> list[Any]:
    """Every case with its file and name; every value is the text that stands in the file."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        cases: list[Case] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        found += [pytest.param(case, id=f"{path.stem}: {case['case']}") for case in cases]
    return found


def shipped() -> list[Any]:
    """Every case beside a shipped regimen."""
    return [
        pytest.param(name, case, id=f"{name}: {case.case}")
        for name in shipped_names()
        if not is_treatment(name)
        for _, case in load_cases(cases_path(regimen_folder() / f"{name}.yaml")).cases
    ]


def regimen_of(case: Case, folder: Path) -> Regimen:
    """The regimen that a case names or holds."""
    regimen = case["given"]["regimen"]
    if isinstance(regimen, str):
        return load_regimen(regimen)
    path = folder / f"{regimen['name']}.yaml"
    path.write_text(yaml.safe_dump(regimen), encoding="utf-8")
    return load_regimen(path)


def worked(case: Case) -> WorkedCase:
    """The case without what is not of a file beside a regimen; a case of verification expects no alerts of its own."""
    given = {key: value for key, value in case["given"].items() if key != "regimen"}
    own = {key: value for key, value in case.items() if key not in OF_VERIFICATION} | {"given": given}
    return read_cases(node_of([own]))[0]  # type: ignore[list-item]


def check_verdicts(case: Case, regimen: Regimen) -> None:
    """What is said of the written doses."""
    given = read_given(node_of({key: value for key, value in case["given"].items() if key != "regimen"}))
    order = draft_order(regimen, given.patient, given.pharmacy, **given.arguments)
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


@pytest.mark.parametrize("case", read_all())
def test_the_case_comes_out_as_worked_by_hand(case: Case, tmp_path: Path) -> None:
    assert case["working"].strip()
    regimen = regimen_of(case, tmp_path)
    if "written" in case:
        check_verdicts(case, regimen)
    else:
        outcome = run_case(worked(case), regimen)
        assert [each for each in outcome.compared if not each.agrees] == []


@pytest.mark.parametrize(("name", "case"), shipped())
def test_the_shipped_case_comes_out_as_worked_by_hand(name: str, case: WorkedCase) -> None:
    outcome = run_case(case, load_regimen(name))
    assert [each for each in outcome.compared if not each.agrees] == []


def test_there_are_enough_cases() -> None:
    assert len(read_all()) + len(shipped()) >= 80
    assert all(len([case for case in shipped() if case.values[0] == name]) >= 10 for name in regimen_names())


GIVEN = {
    "height": "128 cm",
    "weight": "26 kg",
    "age": "8",
    "creatinine": "0.5 mg/dL",
    "reductions": ["etoposide=25%: mucositis grade 3"],
    "start": "2026-11-30",
}
DOSES = {"clofarabine": "38.4 mg", "etoposide": "72 mg", "cyclophosphamide": "422.4 mg", "prednisone": "13 mg"}
RIGHT: dict[str, Any] = {
    "bsa": "0.96",
    "doses": DOSES,
    "cycle totals": {"clofarabine": "192 mg", "etoposide on days 1-5": "0.36 g"},
    "unreduced": {"etoposide": "96 mg"},
    "rows": ["2026-11-30 09:00-11:00 clofarabine 38.4 mg", "2026-11-30 11:00-13:00 etoposide 0.072 g"],
    "number of rows": "20",
    "next cycle": "2026-12-14",
    "alerts": [],
    "steps": ["by 25%, to 75%"],
    "not checked": ["no sex given"],
    "clearance": "105.728",
}
WRONG: list[tuple[str, Any]] = [
    ("bsa", "0.97"),
    ("doses", {**DOSES, "clofarabine": "38 mg"}),
    ("doses", {drug: amount for drug, amount in DOSES.items() if drug != "prednisone"}),
    ("doses", {**DOSES, "vincristine": "1 mg"}),
    ("doses", {**DOSES, "clofarabine": "38.4 g"}),
    ("doses", {**DOSES, "clofarabine": "38.4 units"}),
    ("doses", {**DOSES, "clofarabine": "omitted"}),
    ("cycle totals", {"clofarabine": "38.4 mg"}),
    ("cycle totals", {"vincristine": "38.4 mg"}),
    ("unreduced", {"etoposide": "96.1 mg"}),
    ("rows", ["2026-11-30 09:00-11:00 clofarabine 38 mg"]),
    ("rows", ["2026-11-30 09:00-11:00 clofarabine 38.4 g"]),
    ("rows", ["2026-11-30 09:00-11:00 clofarabine"]),
    ("rows", ["2026-11-30 11:00-13:00 etoposide 72 mg", "2026-11-30 09:00-11:00 clofarabine 38.4 mg"]),
    ("number of rows", "16"),
    ("next cycle", "2026-12-15"),
    ("alerts", ["infant"]),
    ("says", ["far above"]),
    ("steps", ["to the nearest"]),
    ("not checked", ["no height given"]),
    ("not checked", []),
    ("accepted", {"infant": "a reason"}),
    ("clearance", "105"),
    ("refused", "stop infant"),
]


def outcome_of(expected: Case) -> list[bool]:
    """Whether each thing that is expected of the girl of 8 years came out."""
    case = {"case": "a girl", "given": GIVEN, "working": "see induction", **expected}
    (read,) = read_cases(node_of([case]))  # type: ignore[list-item]
    return [each.agrees for each in run_case(read, load_regimen("cec-induction")).compared]


def test_what_is_right_agrees() -> None:
    agreed = outcome_of(RIGHT)
    assert all(agreed)
    assert len(agreed) == 1 + 4 + 2 + 1 + 2 + 1 + 1 + 1 + 1 + 1 + 1


@pytest.mark.parametrize(("key", "wrong"), WRONG)
def test_a_wrong_expectation_differs(key: str, wrong: object) -> None:
    alone = {key: wrong} if key in {"alerts", "refused"} else {"alerts": [], key: wrong}
    assert not all(outcome_of(alone))


def test_every_key_of_a_case_is_compared_and_has_an_expectation_that_differs() -> None:
    keys = {key.replace(" ", "_") for key in CASES.schema["items"]["properties"]} - {"case", "given", "working"}
    assert keys - {"refused"} == set(EXPECTATIONS)
    assert {key.replace(" ", "_") for key, _ in WRONG} == keys


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        ({"bsa": "0.96"}, "'alerts' is missing"),
        ({"refused": "stop infant", "alerts": []}, "refused stands beside alerts"),
        ({"alerts": [], "dozes": {}}, "unknown key 'dozes'; did you mean 'doses'?"),
        ({"alerts": [], "doses": {"clofarabine": "38,4 mg"}}, "clofarabine"),
        ({"alerts": [], "number of rows": "0"}, "not a whole number"),
    ],
)
def test_a_case_that_says_too_little_is_refused(case: Case, fault: str) -> None:
    whole = {"case": "a girl", "given": GIVEN, "working": "see induction", **case}
    with pytest.raises(CecError) as caught:
        read_cases(node_of([whole]))  # type: ignore[list-item]
    assert fault in str(caught.value)


def test_what_cannot_be_read_of_a_patient_is_a_difference_with_its_words() -> None:
    case = {"case": "a girl", "given": {**GIVEN, "hight": "128 cm"}, "working": "see induction", "alerts": []}
    (read,) = read_cases(node_of([case]))  # type: ignore[list-item]
    (compared,) = run_case(read, load_regimen("cec-induction")).compared
    assert (compared.expected, compared.agrees) == ("an order", False)
    assert "did you mean 'height'?" in compared.computed
