"""Foreign orders, many by chance: what is told of a common mistake is what was done; no right dose speaks against it.

Amounts here are worked by the textbook alone: a figure times a measure, a cap, rounding half-up to the written digits.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from regimen_texts import regimen_file

from cec.calculate import draft_order
from cec.calculate.formulas import BSA_FORMULAS
from cec.load import load_patient, load_regimen
from cec.order import Order
from cec.units import Quantity
from cec.verification import Verification, screening, verify_doses
from cec.verification.measure_mistakes import MEASURE_MISTAKES
from cec.verification.written import Written

FEW, MANY = 200, 1200


class Line(NamedTuple):
    """A drug line: so many mg per m2 or per kg, at most `maximum`."""

    drug: str
    figure: Decimal
    per: str
    days: int
    times: int
    maximum: Decimal | None


class Person(NamedTuple):
    height: Decimal
    weight: Decimal
    previous_weight: Decimal
    other_weight: Decimal
    """That of nobody known."""


Doses = dict[str, Decimal]
"""Amounts in mg by the drug."""


def hundredth(area: Decimal) -> Decimal:
    return area.quantize(Decimal("0.01"), ROUND_HALF_UP)


def mosteller(height: Decimal, weight: Decimal) -> Decimal:
    return (height * weight / 3600).sqrt()


def by_powers(powers: tuple[float, float, float], person: Person) -> Decimal:
    coefficient, of_height, of_weight = powers
    return Decimal(coefficient * float(person.height) ** of_height * float(person.weight) ** of_weight)


def dose(line: Line, area: Decimal, weight: Decimal) -> Decimal:
    """The figure times its measure, capped."""
    amount = line.figure * (area if line.per == "m2" else weight)
    return min(amount, line.maximum) if line.maximum else amount


def right(lines: list[Line], person: Person) -> Doses:
    area = hundredth(mosteller(person.height, person.weight))
    return {line.drug: dose(line, area, person.weight) for line in lines}


def typed(value: Decimal) -> list[Decimal]:
    """A number to one decimal, and whole."""
    return [value.quantize(step, ROUND_HALF_UP) for step in (Decimal("0.1"), Decimal(1))]


def from_measures(lines: list[Line], height: Decimal, weight: Decimal) -> Iterator[Doses]:
    """All doses from other measures, with BSA rounded and as it is."""
    area = mosteller(height, weight)
    for each in (hundredth(area), area):
        yield {line.drug: dose(line, each, weight) for line in lines}


def pounds(lines: list[Line], person: Person) -> Iterator[Doses]:
    for number in typed(person.weight / Decimal("0.45359237")):
        yield from from_measures(lines, person.height, number)


def kilograms(lines: list[Line], person: Person) -> Iterator[Doses]:
    for number in typed(person.weight * Decimal("0.45359237")):
        yield from from_measures(lines, person.height, number)


def inches(lines: list[Line], person: Person) -> Iterator[Doses]:
    for number in typed(person.height / Decimal("2.54")):
        for doses in from_measures(lines, number, person.weight):
            yield {line.drug: doses[line.drug] for line in lines if line.per == "m2"}


def last_weight(lines: list[Line], person: Person) -> Iterator[Doses]:
    yield from from_measures(lines, person.height, person.previous_weight)


POWERS = (
    (0.007184, 0.725, 0.425),
    (0.024265, 0.3964, 0.5378),
    (0.0235, 0.42246, 0.51456),
    (0.008883, 0.663, 0.444),
    (0.007241, 0.725, 0.425),
    (0.00949, 0.655, 0.441),
    (0.1173, 0, 0.6466),
)
"""Coefficient and powers of cm and kg: Du Bois, Haycock, Gehan-George, Fujimoto, Takahira, Shuter, Livingston."""


def boyd(person: Person) -> Decimal:
    grams = float(person.weight) * 1000
    return Decimal(0.0003207 * float(person.height) ** 0.3 * grams ** (0.7285 - 0.0188 * math.log10(grams)))


def another_weight(lines: list[Line], person: Person) -> Iterator[Doses]:
    if {line.per for line in lines if line.maximum is None} == {"m2", "kg"}:
        yield from from_measures(lines, person.height, person.other_weight)


def another_bsa(lines: list[Line], person: Person) -> Iterator[Doses]:
    for doses in from_measures(lines, person.height, person.other_weight):
        yield {line.drug: doses[line.drug] for line in lines if line.per == "m2"}


def formulas(lines: list[Line], person: Person) -> Iterator[Doses]:
    for area in (*(by_powers(powers, person) for powers in POWERS), boyd(person)):
        for each in (hundredth(area), area):
            yield {line.drug: dose(line, each, person.weight) for line in lines if line.per == "m2"}


def capped_at_2(lines: list[Line], person: Person) -> Iterator[Doses]:
    if mosteller(person.height, person.weight) > 2:
        yield {line.drug: dose(line, Decimal(2), person.weight) for line in lines if line.per == "m2"}


def times(*factors: str) -> Callable[[list[Line], Person], Iterator[Doses]]:
    def doses(lines: list[Line], person: Person) -> Iterator[Doses]:
        for factor in factors:
            yield {drug: amount * Decimal(factor) for drug, amount in right(lines, person).items()}

    return doses


def of_the_cycle(lines: list[Line], person: Person) -> Iterator[Doses]:
    amounts = right(lines, person)
    yield {line.drug: amounts[line.drug] * line.days * line.times for line in lines if line.days > 1}


def of_the_day(lines: list[Line], person: Person) -> Iterator[Doses]:
    amounts = right(lines, person)
    yield {line.drug: amounts[line.drug] * line.times for line in lines if line.times > 1}


def over_the_days(lines: list[Line], person: Person) -> Iterator[Doses]:
    amounts = right(lines, person)
    yield {line.drug: amounts[line.drug] / line.days for line in lines if line.days > 1}
    yield {line.drug: amounts[line.drug] / line.times for line in lines if line.times > 1}


def figures(lines: list[Line], _person: Person) -> Iterator[Doses]:
    yield {line.drug: line.figure for line in lines}


def by_weight(lines: list[Line], person: Person) -> Iterator[Doses]:
    area = Decimal(0)
    yield {line.drug: dose(line._replace(per="kg"), area, person.weight) for line in lines if line.per == "m2"}


def by_area(lines: list[Line], person: Person) -> Iterator[Doses]:
    area = hundredth(mosteller(person.height, person.weight))
    yield {line.drug: dose(line._replace(per="m2"), area, person.weight) for line in lines if line.per == "kg"}


def without_maximum(lines: list[Line], person: Person) -> Iterator[Doses]:
    amounts = right([line._replace(maximum=None) for line in lines], person)
    yield {line.drug: amounts[line.drug] for line in lines if line.maximum}


def maximums(lines: list[Line], _person: Person) -> Iterator[Doses]:
    yield {line.drug: line.maximum for line in lines if line.maximum}


def of_another(lines: list[Line], person: Person) -> Iterator[Doses]:
    for other, amount in right(lines, person).items():
        yield {line.drug: amount for line in lines if line.drug != other}


COMMON: dict[str, Callable[[list[Line], Person], Iterator[Doses]]] = {
    "total of the cycle written as the daily dose": of_the_cycle,
    "total of the day written as one dose": of_the_day,
    "per-m2 or per-kg figure not multiplied": figures,
    "ten times or a tenth": times("10", "0.1"),
    "a hundred times or a hundredth": times("100", "0.01"),
    "mcg, mg or g mixed up": times("1000"),
    "dose doubled": times("2"),
    "daily or single dose taken for a total and divided": over_the_days,
    "weight in pounds taken as kg": pounds,
    "weight in kg taken as pounds": kilograms,
    "height in inches taken as cm": inches,
    "an earlier weight": last_weight,
    "another BSA formula": formulas,
    "another weight": another_weight,
    "another BSA": another_bsa,
    "BSA capped at 2": capped_at_2,
    "mg/kg instead of mg/m2": by_weight,
    "kg and m2 mixed up": by_area,
    "reduction by 25% or 50% not declared": times("0.75", "0.5"),
    "maximum left out": without_maximum,
    "maximum written as the dose": maximums,
    "another drug's dose": of_another,
}
"""What people do wrong, by the name that it should get: each way to do it, with the doses of all drugs it changes."""

OF_NOBODY_KNOWN = {"another weight", "another BSA"}
OF_MEASURES = {*MEASURE_MISTAKES, *OF_NOBODY_KNOWN}


class Foreign(NamedTuple):
    """An order with one mistake, as somebody wrote it."""

    lines: list[Line]
    person: Person
    order: Order
    mistake: str
    written: Doses
    step: Decimal
    """What the last written digit is worth."""
    tolerance: Decimal

    def is_wrong(self, drug: str) -> bool:
        expected = right(self.lines, self.person)[drug]
        return abs(self.written[drug] / expected - 1) * 100 > self.tolerance

    def fits(self, drug: str, amount: Decimal) -> bool:
        return abs(self.written[drug] - amount) <= self.step / 2 + Decimal("1e-9")

    def verify(self) -> Verification:
        written = [Written(drug, Quantity(amount, "mg"), self.step) for drug, amount in self.written.items()]
        return verify_doses(self.order, written, tolerance=self.tolerance)


def some_lines(chance: random.Random) -> list[Line]:
    names = chance.sample(
        ["clofarabine", "etoposide", "cytarabine", "vincristine", "mesna", "thiotepa"], chance.randint(2, 6)
    )
    lines = []
    for name in names:
        per = chance.choice(("m2", "m2", "kg"))
        figure = Decimal(chance.choice((30, 40, 52, 75, 100, 175, 440, 1000) if per == "m2" else (1, 5, 10, 17)))
        maximum = Decimal(chance.choice((30, 50, 100, 150))) if chance.random() < 0.2 else None
        lines.append(Line(name, figure, per, chance.choice((1, 3, 4, 5)), chance.choice((1, 1, 2)), maximum))
    return lines


def some_person(chance: random.Random) -> Person:
    height = Decimal(chance.randint(90, 200))
    weight = (height * height * chance.randint(14, 34) / 10000).quantize(Decimal("0.1"))
    percents = chance.sample((60, 70, 80, 85, 120, 135), 2)
    previous, other = ((weight * percent / 100).quantize(Decimal("0.1")) for percent in percents)
    return Person(height, weight, previous, other)


def order_of(lines: list[Line], person: Person, folder: Path) -> Order:
    texts = (
        f"drug: {line.drug}, dose: {line.figure} mg/{line.per}, route: oral, days: 1-{line.days}"
        + (f", times: {line.times}, every: 12 h" if line.times > 1 else "")
        + (f", maximum: {line.maximum} mg" if line.maximum else "")
        for line in lines
    )
    patient: dict[str, Any] = {name: str(value) for name, value in person._asdict().items() if name != "other_weight"}
    return draft_order(load_regimen(regimen_file(folder, "foreign", *texts)), load_patient(texts=patient))


def rounded(amount: Decimal, step: Decimal) -> Decimal:
    return amount.quantize(step, ROUND_HALF_UP)


def foreign(chance: random.Random, folder: Path) -> Foreign | None:
    """An order of several wrong drugs with one mistake; None where the mistake cannot be made or changes too little."""
    lines, person = some_lines(chance), some_person(chance)
    mistake = chance.choice(list(COMMON))
    ways = [doses for doses in COMMON[mistake](lines, person) if len(doses) > 1]
    if not ways:
        return None
    doses = chance.choice(ways)
    drugs = list(doses) if mistake in OF_MEASURES else chance.sample(list(doses), chance.randint(2, len(doses)))
    step, tolerance = Decimal(chance.choice(("1", "0.1", "0.01"))), Decimal(chance.choice((2, 5)))
    amounts = right(lines, person) | {drug: doses[drug] for drug in drugs}
    written = {drug: rounded(amount, step) for drug, amount in amounts.items()}
    order = Foreign(lines, person, order_of(lines, person, folder), mistake, written, step, tolerance)
    expected = right(lines, person)
    if sum(order.is_wrong(drug) and not order.fits(drug, expected[drug]) for drug in drugs) < 2:
        return None
    wrong = {drug for drug in written if order.is_wrong(drug)}
    is_as_meant = wrong <= set(drugs) if mistake in OF_MEASURES else wrong == set(drugs)
    return order if is_as_meant and all(written.values()) else None


def ways_that_fit(order: Foreign, mistake: str, drugs: set[str]) -> list[Doses]:
    """The ways to make a mistake that give every one of these drugs its written amount."""
    return [
        doses
        for doses in COMMON[mistake](order.lines, order.person)
        if drugs <= set(doses) and all(order.fits(drug, doses[drug]) for drug in drugs)
    ]


def check_what_is_told(order: Foreign) -> None:
    """Every wrong drug has the mistake that was made; what else is told gives just the same digits."""
    verification = order.verify()
    wrong = {verdict.drug: verdict for verdict in verification.verdicts if verdict.verdict == "differs"}
    widest = verification.shared_explanations
    if (
        order.mistake in OF_NOBODY_KNOWN
        and sum(order.step / order.written[drug] < Decimal("0.04") for drug in wrong) < 2
    ):
        return  # too few digits to tell of one measure
    assert widest
    names = {each.mistake for each in widest if set(each.drugs) == set(wrong)}
    assert order.mistake in names or (order.mistake in OF_NOBODY_KNOWN and names)
    for each in widest:
        assert each.mistake == order.mistake or ways_that_fit(order, each.mistake, set(each.drugs))
    for verdict in wrong.values():
        assert names <= {each.mistake for each in verdict.explanations}


def foreign_orders(
    first: int, last: int, folder: Path, draw: Callable[[random.Random, Path], Foreign | None]
) -> Iterator[Foreign]:
    """An order for each seed, where one is drawn in 50 attempts."""
    for seed in range(first, last):
        chance = random.Random(seed)
        order = next(filter(None, (draw(chance, folder) for _ in range(50))), None)
        if order:
            yield order


def faults(orders: Iterable[Foreign], check: Callable[[Foreign], None]) -> list[str]:
    """Each order for which a check fails, in words."""
    found = []
    for order in orders:
        try:
            check(order)
        except AssertionError:
            shared = [(each.mistake, each.drugs) for each in order.verify().shared_explanations]
            found.append(
                f"{order.mistake}: {order.written}, told {shared}, of {order.lines}, {order.person}, {order.tolerance}"
            )
    return found


def one_wrong(chance: random.Random, folder: Path) -> Foreign | None:
    """An order with one wrong drug, by a common mistake or any factor; a measure's mistake changes this drug alone."""
    lines, person = some_lines(chance), some_person(chance)
    mistake = chance.choice([*COMMON, "any factor"])
    drug = chance.choice(lines).drug
    expected = right(lines, person)
    if mistake == "any factor":
        ways = [{drug: expected[drug] * Decimal(chance.randint(20, 500)) / 100}]
    else:
        ways = [doses for doses in COMMON[mistake](lines, person) if drug in doses]
    if not ways:
        return None
    step = Decimal(chance.choice(("0.1", "0.01")))
    amounts = expected | {drug: chance.choice(ways)[drug]}
    written = {name: rounded(amount, step) for name, amount in amounts.items()}
    order = Foreign(lines, person, order_of(lines, person, folder), mistake, written, step, Decimal(5))
    return order if all(order.is_wrong(name) == (name == drug) for name in written) and all(written.values()) else None


def check_that_no_right_dose_contradicts(order: Foreign) -> None:
    """A measure's mistake is told only where one way to make it gives every written amount that hangs on it."""
    for verdict in order.verify().verdicts:
        for each in verdict.explanations:
            if each.mistake in MEASURE_MISTAKES:
                assert any(
                    all(order.fits(drug, amount) for drug, amount in doses.items())
                    for doses in COMMON[each.mistake](order.lines, order.person)
                    if verdict.drug in doses
                )


@pytest.mark.slow
@pytest.mark.parametrize(("first", "last"), [(0, FEW), pytest.param(FEW, MANY, marks=pytest.mark.nightly)])
def test_one_mistake_over_several_drugs_is_told_once_and_is_the_true_one(first: int, last: int, tmp_path: Path) -> None:
    orders = list(foreign_orders(first, last, tmp_path, foreign))
    assert len(orders) > (last - first) * 0.9
    assert len({order.mistake for order in orders}) >= len(COMMON) - 3
    assert faults(orders, check_what_is_told) == []


@pytest.mark.slow
@pytest.mark.parametrize(("first", "last"), [(0, FEW), pytest.param(FEW, MANY, marks=pytest.mark.nightly)])
def test_no_wrong_dose_is_blamed_on_a_measure_that_a_right_one_contradicts(
    first: int, last: int, tmp_path: Path
) -> None:
    orders = list(foreign_orders(first, last, tmp_path, one_wrong))
    assert len(orders) > (last - first) * 0.9
    assert faults(orders, check_that_no_right_dose_contradicts) == []


@pytest.mark.slow
def test_the_checks_see_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were doses judged one by one, and within 1%, both would find orders that are explained wrongly."""
    monkeypatch.setattr("cec.verification.explaining._is_contradicted", lambda _cause, _agreeing: False)
    assert faults(foreign_orders(0, 60, tmp_path, one_wrong), check_that_no_right_dose_contradicts)
    monkeypatch.setattr("cec.verification.case.Case.fits", lambda case, amount: case.distance(amount) < amount / 100)
    assert faults(foreign_orders(0, 60, tmp_path, foreign), check_what_is_told)


@pytest.mark.slow
def test_what_is_passed_over_explains_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole computation of every mistake tells of each order what is told without those that cannot fit."""
    orders = [*foreign_orders(0, 40, tmp_path, foreign), *foreign_orders(0, 40, tmp_path, one_wrong)]
    screened = [order.verify() for order in orders]
    everywhere = screening.MeasureSpans(screening.ANYWHERE, screening.ANYWHERE)
    monkeypatch.setattr(screening.Span, "holds", lambda _span, _number: True)
    monkeypatch.setattr(screening.Span, "meets", lambda _span, _other: True)
    monkeypatch.setattr("cec.verification.mistakes.spans_of", lambda _measured: everywhere)
    assert [order.verify() for order in orders] == screened


def test_a_screen_that_is_too_narrow_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = list(foreign_orders(0, 20, tmp_path, foreign))
    explained = [order.verify() for order in orders]
    monkeypatch.setattr(screening, "WIDENING", -0.01)
    assert [order.verify() for order in orders] != explained


@given(
    st.sampled_from(sorted(BSA_FORMULAS)),
    st.decimals("20", "250", places=1),
    st.decimals("0.5", "300", places=2),
    st.sampled_from(["0.01", "0.1"]),
)
def test_a_rough_area_holds_the_exact_one_however_it_is_rounded(
    name: str, height: Decimal, weight: Decimal, step: str
) -> None:
    equation = BSA_FORMULAS[name].equation_for(weight, "female")
    span = screening.rounded_area(equation, height, weight, Decimal(step))
    area = equation.value(height, weight)
    nearest = round(area / Fraction(step)) * Fraction(step)
    assert span.holds(area)
    assert span.holds(nearest)
    assert span.most - span.least < float(step) * 1.01


def test_an_equation_of_another_form_is_not_screened() -> None:
    class ByHeight:
        text = "height / 100"

        def value(self, height: Decimal, _weight: Decimal) -> Fraction:
            return Fraction(height) / 100

    assert screening.rounded_area(ByHeight(), Decimal(180), Decimal(80), Decimal("0.01")) == screening.ANYWHERE
