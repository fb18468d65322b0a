"""For every limit of facts, rules and regimens: rows below, at and above it, single and in a batch.

The rows are made from the tables. Whoever adds a fact that is derived says in `MADE_BY` how a patient comes to a number
of it; a limit for which no rows can be made fails.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import polars as pl
import pytest

from cec import CecError, Order, Regimen, dose_table, draft_order, load_patient, load_pharmacy, load_regimen
from cec.calculate.rules import questions, rules_for
from cec.calculate.rules.rule import LimitQuestion, Rule
from cec.errors import OrderRefused
from cec.facts import FACTS, Fact
from cec.facts.derived import days_between
from cec.facts.stretches import Cut, Stretch, stretch_within

START = datetime.date(2026, 11, 30)
REGIMENS = Path(__file__).parent.parent / "regimens"
ANY_REGIMEN = load_regimen("cec-consolidation")
SIZE = {"height": "170", "weight": "60"}
NEAR = Decimal("0.001")

Row = Mapping[str, str]


def days_before_start(days: Decimal) -> str:
    return str(START - datetime.timedelta(days=int(days)))


def of_bsa(area: Decimal) -> Row:
    """Mosteller: √(height × weight / 3600) is the area, for a weight of about 14 kg/m2 or more."""
    height = Decimal(50) if area < 1 else Decimal(180)
    return {"height": str(height), "weight": f"{area * area * 3600 / height:.9f}"}


MADE_BY: dict[str, Callable[[Decimal], Row]] = {
    "body_mass_index": lambda index: {"height": "100", "weight": f"{index:f}"},
    "bsa": of_bsa,
    "weight_change": lambda percent: {"height": "170", "previous_weight": "100", "weight": f"{100 + percent:f}"},
    "days_since_day_1": lambda days: {**SIZE, "previous_day_1": days_before_start(days)},
    "days_since_measured": lambda days: {**SIZE, "measured_on": days_before_start(days)},
    "total_cycles": lambda cycles: {**SIZE, "previous_cycles": f"{cycles - 1:f}"},
    "kidney_function": lambda number: {**SIZE, "creatinine_clearance": f"{number:f} mL/min"},
    # √(180 × 59.858 / 3600) = 1.73 m2, so that a clearance is the same in both readings
    "normalised_clearance": lambda n: {"height": "180", "weight": "59.858", "creatinine_clearance": f"{n:f} mL/min"},
    "cycle": lambda cycle: {**SIZE, "cycle": f"{cycle:f}"},
    "height": lambda height: {"weight": f"{height * height / 600:.6f}", "height": f"{height:f}"},
    "weight": lambda weight: {"height": "30" if weight < 5 else "150", "weight": f"{weight:f}"},
}
"""What a patient is of whom a fact is just this number, by fact; of others that are told, the number itself."""


class Limit(NamedTuple):
    """A cut, the fact whose it is, where it stands, and what holds on which side where that is known."""

    fact: str
    cut: Cut
    where: str
    given: Row = MappingProxyType({})

    def __str__(self) -> str:
        return f"{self.where}: {self.fact} {self.cut.number}"


def number_texts(fact: Fact, number: Decimal) -> str:
    """A number of a fact as a person tells it."""
    return f"{number:f} {fact.unit}".strip() if fact.kinds else f"{number:f}"


def row_of(limit: Limit, number: Decimal) -> Row:
    if limit.fact in MADE_BY:
        return {**MADE_BY[limit.fact](number), **limit.given}
    fact = FACTS[limit.fact]
    assert fact.told == "patient", f"say in MADE_BY how somebody comes to a {limit.fact} of {number}"
    return {**SIZE, limit.fact: number_texts(fact, number), **limit.given}


def rows_of(limit: Limit) -> list[tuple[Row, Decimal]]:
    """Patients below, at and above a limit, each with the number."""
    fact = FACTS[limit.fact]
    step = Decimal(1) if fact.counts else Decimal("0.01") if limit.fact == "bsa" else NEAR
    at = limit.cut.number if limit.cut.number == round(limit.cut.number, 3) else round(limit.cut.number, 3)
    numbers = (at - 2 * step, at - step, at, at + step, at + 2 * step)
    lowest = -3 if limit.fact == "days_since_measured" else 1 if limit.fact in {"cycle", "days_since_day_1"} else 0
    return [(row_of(limit, number), number) for number in numbers if number >= lowest]


def limits_of(regimen: Regimen) -> Iterator[Limit]:
    """Every limit of every question of an order, drawn for some of the facts that it hangs on."""
    asked = (each for each in questions(regimen, load_pharmacy()) if isinstance(each, LimitQuestion))
    for question in asked:
        yield from limits_of_question(question, regimen.name)


def limits_of_question(question: LimitQuestion, where: str) -> Iterator[Limit]:
    assert question.given in GIVEN, f"say in GIVEN for which {' and '.join(question.given)} its limits are drawn"
    for given in GIVEN[question.given]:
        stretch = question.limits_for(*(read(name, given) for name in question.given))
        if isinstance(stretch, Stretch):
            yield from (Limit(question.fact, cut, where, given) for cut in stretch if usable(question, cut))


def usable(question: LimitQuestion, cut: Cut) -> bool:
    """Whether somebody can be on each side: not of infinity, nor of the 0 that conditions begin with."""
    return question.fact in FACTS and cut.number.is_finite() and (cut.number != 0 or question.is_outside)


GIVEN: dict[tuple[str, ...], tuple[Row, ...]] = {
    (): ({},),
    ("start",): ({},),
    ("written_bsa",): ({}, {"written_bsa": "1.68 m2"}),
    ("previous_weight",): ({}, {"previous_weight": "60 kg"}),
    ("days_since_measured",): (
        {},
        *({"measured_on": days_before_start(Decimal(days))} for days in (3, 365, 366)),
    ),
    ("sex", "age"): (
        {},
        *({"sex": sex, "age": f"{age} months"} for sex in ("female", "male") for age in (24, 27, 96, 200, 240)),
        *({"sex": "male", "age": f"{age} months"} for age in (11, 12, 23)),
        {"age": "241 months"},
    ),
}
"""For which facts the limits that hang on them are drawn. Limits that hang on others need a row here."""


def date_of(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def read(name: str, given: Row) -> Any:
    if name == "start":
        return START
    if name == "days_since_measured":
        return days_between(date_of(given["measured_on"]), START) if "measured_on" in given else None
    return FACTS[name].read(given[name]) if name in given else None


def bounds_of_facts() -> Iterator[Limit]:
    """Every possible and plausible bound of every fact."""
    for fact in FACTS.values():
        for bounds in filter(None, (fact.possible, fact.plausible)):
            for cut in stretch_within(bounds):
                if cut.number.is_finite() and cut.number:
                    yield Limit(fact.name, cut, "facts")


def order_of(row: Row, regimen: Regimen, accept: Mapping[str, str] = MappingProxyType({})) -> Order:
    texts = {name: text for name, text in row.items() if name != "cycle"}
    cycle = int(row["cycle"]) if "cycle" in row else None
    return draft_order(regimen, load_patient(texts=texts), load_pharmacy(), start=START, cycle=cycle, accept=accept)


def codes_of(order: Order) -> str:
    """The codes of an order as a batch writes them."""
    return " ".join(dict.fromkeys(alert.code for alert in order.alerts if not alert.not_made))


def single(row: Row, regimen: Regimen) -> str | None:
    """The codes of one row's order; None where there is no order."""
    try:
        return codes_of(order_of(row, regimen))
    except CecError:
        return None


def whatever_stops(row: Row, regimen: Regimen) -> str | None:
    """The codes of one row's order, those that stop it among them; None where it is refused for another reason."""
    try:
        return codes_of(order_of(row, regimen))
    except OrderRefused as refusal:
        return codes_of(order_of(row, regimen, dict.fromkeys(refusal.stops, "to see"))) if refusal.stops else None
    except CecError:
        return None


def batch(rows: Sequence[Row], regimen: Regimen) -> list[str | None]:
    """The codes of the orders of rows in a batch; None where a row is rejected."""
    names = dict.fromkeys((name for row in rows for name in row), pl.String)
    frame = pl.DataFrame({name: [row.get(name) for row in rows] for name in names}, schema=names)
    done = dose_table(frame, regimen, start=START).select("rejected", "alerts")
    return [None if rejected is not None else codes for rejected, codes in done.iter_rows()]


REGIMENS_WITH_LIMITS = [
    *map(load_regimen, ("cec-induction", "cec-consolidation")),
    *(load_regimen(REGIMENS / f"{name}.yaml") for name in ("every-kind-of-line", "auc", "lifetime")),
]


@pytest.mark.slow
@pytest.mark.parametrize("regimen", REGIMENS_WITH_LIMITS, ids=lambda regimen: regimen.name)
def test_a_batch_answers_as_a_single_order_on_every_side_of_every_limit(regimen: Regimen) -> None:
    known = {"creatinine_clearance": "90 mL/min", "cycle": "1"} if regimen.name == "auc" else {}
    rows = [{**known, **row} for limit in (*bounds_of_facts(), *limits_of(regimen)) for row, _ in rows_of(limit)]
    expected = [single(row, regimen) for row in rows]
    found = batch(rows, regimen)
    wrong = [each for each in zip(rows, expected, found, strict=True) if each[1] != each[2]]
    assert not wrong, wrong[:5]
    assert None in expected
    assert len(set(expected)) > 10


@pytest.mark.parametrize("limit", list(bounds_of_facts()), ids=str)
def test_beyond_what_is_possible_there_is_no_order(limit: Limit) -> None:
    possible, tried = FACTS[limit.fact].possible, 0
    for row, number in rows_of(limit):
        if possible and limit.cut.number in possible:
            tried += 1
            is_beyond = number < limit.cut.number if limit.cut.number == possible.low else number > limit.cut.number
            assert (whatever_stops(row, ANY_REGIMEN) is None) is is_beyond, (row, number)
    assert tried == (len(rows_of(limit)) if possible and limit.cut.number in possible else 0)


def test_an_age_from_a_date_of_birth_is_bounded_in_a_batch_too() -> None:
    """120 years before 30-Nov-2026 is 30-Nov-1906; a month more is not possible."""
    rows = [{**SIZE, "born": born} for born in ("1906-11-30", "1906-11-01", "1906-10-30", "1900-01-01", "2018-05-14")]
    expected = [single(row, ANY_REGIMEN) for row in rows]
    assert [codes is None for codes in expected] == [False, False, True, True, False]
    assert batch(rows, ANY_REGIMEN) == expected


RULES_ON_ONE_FACT = [
    rule
    for rule in rules_for(ANY_REGIMEN, load_pharmacy())
    if [type(each) for each in rule.asks] == [LimitQuestion] and {each.fact for each in rule.asks} <= FACTS.keys()
]


@pytest.mark.parametrize("code", sorted({rule.code for rule in RULES_ON_ONE_FACT if not rule.amounts}))
def test_a_rule_speaks_beyond_its_limits_and_only_there(code: str) -> None:
    """Rules of one code speak for one another."""
    alike = [rule for rule in RULES_ON_ONE_FACT if rule.code == code]
    spoken = set()
    for rule in alike:
        (question,) = rule.asks
        assert isinstance(question, LimitQuestion)
        for limit in limits_of_question(question, code):
            for row, number in rows_of(limit):
                codes = whatever_stops(row, ANY_REGIMEN)
                if codes is not None:
                    speaks = any(
                        should_speak(other, row, number if other.asks == rule.asks else other_number(other, row))
                        for other in alike
                    )
                    assert (code in codes.split()) is speaks, (row, number, codes)
                    spoken.add(speaks)
    assert spoken == {True, False}


def other_number(rule: Rule, row: Row) -> Decimal | None:
    """The number of a rule's fact where the limit that is tried is another's."""
    if rule.facts[0] not in {"weight", "weight_change"}:
        return Decimal(row[rule.facts[0]].split()[0])
    weight, before = (read(name, row) for name in ("weight", "previous_weight"))
    number: Decimal | None = weight.value
    if rule.facts[0] == "weight_change":
        number = abs(weight.value - before.value) * 100 / before.value if before else None
    return number


def should_speak(rule: Rule, row: Row, number: Decimal | None) -> bool:
    """Whether a number lies where a rule speaks: beyond its limits, or within those of a regimen's condition."""
    (question,) = rule.asks
    assert isinstance(question, LimitQuestion)
    stretch = question.limits_for(*(read(name, row) for name in question.given))
    if number is None or not isinstance(stretch, Stretch):
        return False
    low, high = stretch
    is_below = number < low.number or (number == low.number and low.after)
    is_above = number > high.number or (number == high.number and not high.after)
    return (is_below or is_above) is question.is_outside


def test_a_fact_that_is_derived_and_not_told_how_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FACTS, "new", Fact("new", "made up", "count", told="derived"))
    with pytest.raises(AssertionError, match="say in MADE_BY how somebody comes to a new of 3"):
        rows_of(Limit("new", Cut(Decimal(5)), "here"))


def test_limits_that_hang_on_facts_and_are_not_told_for_which_fail() -> None:
    question = LimitQuestion("weight", limits=lambda _cycle: None, given=("cycle",))
    with pytest.raises(AssertionError, match="say in GIVEN for which cycle its limits are drawn"):
        list(limits_of_question(question, "here"))
