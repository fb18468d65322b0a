"""The shipped examples: each says what it is and where it is from, has worked cases, and draws its schedule."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import cec

from cec.calculate import draft_order
from cec.calculate.lines import day_1
from cec.cases.worked_case import DATES, cases_path, load_cases, read_given
from cec.load import load_pharmacy, load_regimen, regimen_folder, regimen_names
from cec.load.search import example_names
from cec.load.treatment_file import is_treatment, load_treatment
from cec.order import Order
from cec.regimen import Regimen, name_in_file
from cec.rendering import render

OF_PHASES = [name for name in example_names() if is_treatment(name)]
REGIMENS = [name for name in example_names() if not is_treatment(name)]
START = datetime.date(2026, 11, 30)


def faults(regimen: Regimen, path: Path) -> Iterator[str]:
    """What an example leaves unsaid."""
    if regimen.status != "example":
        yield "no status example"
    if not (regimen.source.url or "").startswith("http"):
        yield "no address of its source"
    if name_in_file(regimen.name) != path.stem:
        yield "another name than its file"
    if not cases_path(path).is_file():
        yield "no worked cases"


@pytest.mark.parametrize("name", REGIMENS)
def test_an_example_says_what_it_is(name: str) -> None:
    regimen = load_regimen(name)
    assert list(faults(regimen, regimen_folder() / f"{name}.yaml")) == []
    assert regimen.name == name
    assert not regimen.is_reviewed


def test_a_file_that_leaves_it_unsaid_is_found() -> None:
    path = Path("elsewhere.yaml")
    assert list(faults(load_regimen("cec-induction"), path)) == [
        "no status example",
        "no address of its source",
        "another name than its file",
        "no worked cases",
    ]


def test_what_is_reviewed_is_no_example() -> None:
    assert {load_regimen(name).status for name in regimen_names()} == {"in use"}


def orders(name: str) -> Iterator[Order]:
    """The order of every worked case that has one, with a start."""
    regimen = load_regimen(name)
    for _, case in load_cases(cases_path(regimen_folder() / f"{name}.yaml")).cases:
        if not case.refused:
            given = read_given(case.given)
            dates = {DATES[key]: value for key, value in given.arguments.items() if key in DATES}
            others = {key: value for key, value in given.arguments.items() if key not in DATES}
            option = "--day-0" if regimen.day_0 not in {"", "none"} else "--start"
            start = day_1(regimen, others.get("cycle"), dates or {option: START})
            yield draft_order(regimen, given.patient, given.pharmacy or load_pharmacy(), start=start, **others)


@pytest.mark.parametrize("name", OF_PHASES)
def test_an_example_of_phases_is_made_of_examples(name: str) -> None:
    treatment = load_treatment(name)
    assert treatment.name == name
    assert (treatment.source.url or "").startswith("http")
    assert {each.name for each in treatment.regimens} <= set(REGIMENS)
    body = ("--height", "180cm", "--weight", "80kg", "--start", "2026-11-30")
    assert cec("schedule", name, *body).said.count(" in all ") >= treatment.count


@pytest.mark.parametrize("name", REGIMENS)
def test_an_example_draws_its_schedule_and_every_output_says_what_it_is(name: str) -> None:
    for order in orders(name):
        assert order.administrations
        assert not [row for row in order.administrations if row.start is None and row.not_after is None]
        shown = " ".join(render(order, "table").decode().split())
        assert f"{name} is an example, transcribed from a publication and not reviewed: not for patients" in shown
        assert f"\n{name},{order.regimen.edition}," in render(order, "csv").decode()
        assert f'"name": "{name}"' in render(order, "json").decode()


def test_examples_are_listed_apart() -> None:
    listed = cec("regimen", "list").out
    apart = listed.partition("\nExamples, transcribed from publications, not reviewed\n")[2]
    assert [name for name in example_names() if f"\n{name}: " not in f"\n{apart}"] == []
    assert "cec-induction: " not in apart
