"""For every limit that a rule asks, rows below, at and above it: a batch says of each what the single path says."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from batches import DAY, INDUCTION, Given, amount, by_columns, one_by_one, settings, with_policy

from cec import Regimen, load_regimen
from cec.calculate.rules import questions
from cec.calculate.rules.rule import LimitQuestion
from cec.facts import FACTS
from cec.facts.stretches import Stretch

Row = dict[str, str]

FOLDER = Path(__file__).parent.parent / "regimens"
REGIMENS = [
    INDUCTION,
    *(load_regimen(FOLDER / f"{name}.yaml") for name in ("every-kind-of-line", "cycles")),
]
AGES = ("24", "27.5", "100", "180.25", "240")
"""Months, of which the growth reference has limits of its own."""
STEP = Decimal("1e-9")
"""The relative distance from a limit of a row below or above it, and ten times that: just in doubt, and out of it."""


def usual(**more: str) -> Row:
    """A child of whom all is told, with something else."""
    told = {"height": "128 cm", "weight": "26 kg", "age": "96 months", "sex": "female", "cycle": "1"}
    return {**told, "previous_weight": "26 kg", "measured_on": str(DAY), "start": str(DAY), **more}


def around(number: Decimal) -> Iterator[Decimal]:
    """The number, and others so near to it that only exact arithmetic tells them apart."""
    yield number
    for distance in (STEP / 1000, STEP * 10, Decimal("0.001")):
        yield from (number * (1 - distance), number * (1 + distance))


def rows_at(fact: str, number: Decimal, told: Row) -> Iterator[Row]:
    """Rows in which a fact is about as much as a limit; none where that cannot be told in a table."""
    if fact == "body_mass_index":
        yield from ({**told, "height": "100 cm", "weight": f"{each:f} kg"} for each in around(number))
    elif fact == "bsa":  # Mosteller: of 100 cm and 36 n² kg the root is n
        yield from ({**told, "height": "100 cm", "weight": f"{36 * each * each:f} kg"} for each in around(number))
    elif fact == "weight_change":
        for each in around(number):
            yield {**told, "previous_weight": "20 kg", "weight": f"{20 + each / 5:f} kg"}
            yield {**told, "previous_weight": "20 kg", "weight": f"{20 - each / 5:f} kg"}
    elif fact in {"days_since_measured", "days_since_day_1"}:
        earlier = FACTS[fact].inputs[0]
        for days in (-1, 0, 1):
            yield {**told, earlier: str(DAY - datetime.timedelta(days=int(number) + days))}
    elif fact in FACTS and FACTS[fact].form == "quantity" and FACTS[fact].told == "patient":
        yield from ({**told, fact: f"{each:f} {FACTS[fact].unit}"} for each in around(number) if each > 0)


def rows_of(given: Given) -> Iterator[Row]:
    """Rows about every limit of every question of every rule."""
    for question in questions(given.regimen, given.pharmacy):
        if not isinstance(question, LimitQuestion):
            continue
        for sex in ("female", "male") if question.given else ("female",):
            for age in AGES if question.given else ("96",):
                written = {"written_bsa": "1 m2"} if "written_bsa" in question.given else {}
                told = usual(sex=sex, age=f"{age} months", **written)
                values = {"sex": sex, "age": amount(age, "months"), "start": DAY, "written_bsa": amount("1", "m2")}
                limits = question.limits_for(*(values.get(name) for name in question.given))
                for cut in limits if isinstance(limits, Stretch) else ():
                    if cut.number.is_finite():
                        yield from rows_at(question.fact, cut.number, told)


@pytest.mark.slow
@pytest.mark.parametrize("regimen", REGIMENS, ids=lambda regimen: regimen.name)
@pytest.mark.parametrize("times", [1, 2])
def test_rows_about_every_limit(regimen: Regimen, times: int) -> None:
    """Once, so that each is a class of its own, and twice, so that one answers for the other."""
    given = settings(with_policy(), regimen)
    rows = [row for row in rows_of(given) for _ in range(times)]
    assert len(rows) > 300
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = {name: [row.get(name) for row in rows] for name in names}
    found, expected = by_columns(table, given), one_by_one(table, given)
    assert found.dosed.rows() == expected.dosed.rows()
    assert found.refused.rows() == expected.refused.rows()
    assert found.dosed.get_column("alerts").n_unique() > 5
