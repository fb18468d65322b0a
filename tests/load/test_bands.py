"""Dose bands leave nobody out and nobody in two; conditions that can never be true, and routes that are none."""

from __future__ import annotations

import itertools
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from running import cec
from test_load import REGIMEN, faults_of, write

from cec.conditions import judge
from cec.errors import InputError
from cec.load import load_regimen, regimen_names
from cec.load.conditions import read_condition
from cec.load.regimen_file.dose_entries import MOST_ENTRIES, entry_faults
from cec.load.regimen_file.patient_groups import beyond_entries, faults_of_groups
from cec.load.routes import ROUTES, read_route
from cec.regimen import DoseEntry, DrugLine
from cec.units import Quantity

DOSE = Quantity(Decimal(6), "mg")


def bands_by(**facts: list[str]) -> list[DoseEntry]:
    """Bands over each fact's bounds in turn; an empty text leaves the fact out of that band."""
    rows = zip(*facts.values(), strict=True)
    return [
        DoseEntry(DOSE, tuple(read_condition(fact, text) for fact, text in zip(facts, row, strict=True) if text))
        for row in rows
    ]


def said_of(bands: list[DoseEntry]) -> list[tuple[int, str]]:
    """Each fault's band, counted from 1, and what it says before its advice."""
    return [(fault.entry + 1, fault.text.partition(";")[0]) for fault in faults_of_groups(bands)]


@pytest.mark.parametrize(
    ("facts", "faults"),
    [
        ({"age": ["under 1 year", "at least 1 year"]}, []),
        ({"age": ["under 12 months", "at least 1 year"]}, []),
        ({"age": ["at most 1 year", "over 1 year"]}, []),
        ({"age": ["at least 1 year, under 2 years", "at least 2 years, under 3 years"]}, []),
        ({"weight": ["at least 10000 g", "under 10 kg"]}, []),
        ({"cycle": ["at most 2", "at least 3"]}, []),
        ({"days_since_day_1": ["at most 13 days", "at least 2 weeks"]}, []),
        ({"prior_hsct": ["true", "false"]}, []),
        ({"age": ["under 1 year", "over 1 year"]}, [(2, "no entry is for age exactly 1 year")]),
        ({"age": ["at most 1 year", "at least 2 years"]}, [(2, "no entry is for age over 1 year, under 2 years")]),
        (
            {"age": ["at least 2 years", "at most 18 months"]},
            [(1, "no entry is for age over 18 months, under 2 years")],
        ),
        ({"age": ["at most 1 year", "at least 1 year"]}, [(2, "entries 1 and 2 are both for age exactly 1 year")]),
        ({"age": ["under 2 years", "under 3 years"]}, [(2, "entries 1 and 2 are both for age under 2 years")]),
        (
            {"weight": ["under 10 kg", "at least 9.5 kg"]},
            [(2, "entries 1 and 2 are both for weight at least 9.5 kg, under 10 kg")],
        ),
        ({"cycle": ["at most 2", "over 3"]}, [(2, "no entry is for cycle 3")]),
        ({"cycle": ["at most 2", "over 4"]}, [(2, "no entry is for cycle at least 3, under 5")]),
        (
            {"prior_hsct": ["true", "true"]},
            [(1, "no entry is for prior_hsct false"), (2, "entries 1 and 2 are both for prior_hsct true")],
        ),
        (
            {"age": ["under 1 year", "over 1 year, under 3 years", "at least 2 years"]},
            [
                (2, "no entry is for age exactly 1 year"),
                (3, "entries 2 and 3 are both for age at least 2 years, under 3 years"),
            ],
        ),
        (
            {"age": ["under 1 year", *["at least 1 year"] * 2], "weight": ["", "under 12 kg", "at least 12 kg"]},
            [],
        ),
        (
            {"age": ["under 1 year", "at least 1 year", ""], "weight": ["under 10 kg", "under 10 kg", "over 10 kg"]},
            [
                (2, "no entry is for age under 1 year and weight exactly 10 kg"),
                (3, "no entry is for age at least 1 year and weight exactly 10 kg"),
            ],
        ),
        (
            {"age": ["under 1 year", ""], "weight": ["", "under 10 kg"]},
            [
                (1, "no entry is for age at least 1 year and weight at least 10 kg"),
                (2, "entries 1 and 2 are both for age under 1 year and weight under 10 kg"),
            ],
        ),
    ],
)
def test_a_gap_or_an_overlap_is_said_in_the_words_of_the_file(
    facts: dict[str, list[str]], faults: list[tuple[int, str]]
) -> None:
    assert said_of(bands_by(**facts)) == faults


CUTS = (6, 12, 18, 24)
"""Months."""


@given(some.lists(some.tuples(some.sampled_from(CUTS), some.sampled_from(CUTS), some.booleans(), some.booleans())))
@example([(6, 12, True, False), (12, 24, True, False)])
@example([(6, 12, True, False), (12, 24, False, False)])
def test_bands_without_a_fault_hold_every_age_between_their_bounds_once(
    ends: list[tuple[int, int, bool, bool]],
) -> None:
    texts = [
        f"{'at least' if with_low else 'over'} {low} months, {'at most' if with_high else 'under'} {high} months"
        for low, high, with_low, with_high in ends
        if low < high
    ]
    bands = bands_by(age=texts)
    if not bands:
        return
    ages = [Quantity(Decimal(half) / 2, "months") for half in range(10, 51)]
    holding = [sum(bool(judge(band.when, {"age": age})) for band in bands) for age in ages]
    between = list(itertools.dropwhile(lambda count: not count, holding))
    between = list(itertools.dropwhile(lambda count: not count, reversed(between)))
    assert bool(list(faults_of_groups(bands))) == (set(between) != {1})


def test_who_lies_beyond_the_bands_is_told_and_not_refused(tmp_path: Path) -> None:
    assert beyond_entries(bands_by(age=["at least 1 year, under 2 years", "at least 2 years, at most 18 years"])) == (
        "age under 1 year",
        "age over 18 years",
    )
    assert beyond_entries(bands_by(age=["under 1 year", "at least 1 year"])) == ()
    bands = "[{when: {age: 'at least 1 year, under 3 years'}, dose: 8 mg}]"
    done = cec("regimen", "check", str(write(tmp_path, REGIMEN.replace("1.5 mg/m2", bands))))
    assert done.code == 0
    assert "; vincristine: no dose for age under 1 year or age at least 3 years\n" in done.out


def test_every_fault_of_the_bands_has_its_place(tmp_path: Path) -> None:
    bands = """
      - {when: {age: under 1 year}, dose: 1 mg}
      - {when: {age: over 1 year}, dose: 2 mg}
      - {when: {age: at least 8 years}, dose: 3 mg}"""
    path = write(tmp_path, REGIMEN.replace(" 1.5 mg/m2", bands))
    assert faults_of(path) == [
        f"{path}:10:9: drugs 1 (vincristine): dose: no entry is for age exactly 1 year; "
        "let one end where the next begins",
        f"{path}:11:9: drugs 1 (vincristine): dose: entries 2 and 3 are both for age at least 8 years; "
        "let one end where the next begins",
    ]


def test_a_table_of_too_many_bands_is_refused_at_once() -> None:
    texts = [f"at least {month} months, under {month + 1} months" for month in range(MOST_ENTRIES + 1)]
    lines = [DrugLine("a", tuple(bands_by(age=some)), "oral", (1,)) for some in (texts, texts[:-1])]
    assert [[(fault.entry, fault.text.partition(";")[0]) for fault in entry_faults(line)] for line in lines] == [
        [(MOST_ENTRIES, f"has more than {MOST_ENTRIES} entries")],
        [],
    ]


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("age", ">= 18 years, < 1 year"),
        ("age", "under 12 months, at least 1 year"),
        ("weight", "over 10 kg, at most 10 kg"),
        ("weight", "under 0 kg"),
        ("cycle", "over 2, under 3"),
        ("days_since_day_1", "over 2 weeks, under 15 days"),
    ],
)
def test_bounds_that_nothing_lies_within_are_refused(fact: str, text: str) -> None:
    with pytest.raises(InputError, match=f"'{text}' can never be true: no {fact} lies within these bounds"):
        read_condition(fact, text)


@pytest.mark.parametrize(
    ("fact", "text"),
    [("age", ">= 1 year, < 18 years"), ("weight", "at least 10 kg, at most 10 kg"), ("cycle", "over 1, under 3")],
)
def test_bounds_that_something_lies_within_are_read(fact: str, text: str) -> None:
    assert len(read_condition(fact, text).limits) == 2


def test_a_route_is_one_of_a_list_in_one_spelling() -> None:
    assert [read_route(route) for route in ROUTES] == list(ROUTES)
    for name in regimen_names():
        assert {line.route for line in load_regimen(name).drugs} <= set(ROUTES)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("intrathecall", "did you mean 'intrathecal'?"),
        ("Oral", "did you mean 'oral'?"),
        ("PO", "did you mean 'oral'?"),
        ("IV push", "did you mean 'IV bolus'?"),
        ("SC", "did you mean 'subcutaneous'?"),
        ("IM", "did you mean 'intramuscular'?"),
        ("IT", "did you mean 'intrathecal'?"),
        ("spinal", "did you mean 'intrathecal'?"),
        ("Ommaya", "did you mean 'intraventricular'?"),
        ("IP", "did you mean 'intraperitoneal'?"),
        ("IV infusion, central line", "write 'IV infusion', and the rest into 'note'"),
        ("by some way", "routes are IV infusion, IV continuous infusion, IV bolus"),
    ],
)
def test_a_route_that_is_none_is_answered_with_the_nearest(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_route(text)
    assert f"'{text}' is not a route" in str(caught.value)
    assert told in str(caught.value)
