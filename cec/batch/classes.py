"""The class of each row: rows of one class give the same answers to the questions of every rule, and say the same else.

So one row of a class, drafted by `draft_order`, tells which alerts, protocol doses and refusals all of them have. The
questions are those of the table of rules: on which side of each limit does the row lie? A new rule is asked here the
moment it stands in that table. Sizes that follow from others over whole columns are binary floats: they only sort rows,
and a row within a billionth of a limit is in doubt and drafted by itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from cec.batch.limits import CLEARANCE, OVER_COLUMNS, Known, LimitsOverColumns, Sizes, cuts_of, values_at
from cec.batch.single_row import Settings
from cec.batch.values import NOTHING, UNREAD, Numbers, Texts, different, value_of
from cec.calculate.declared import hidden_reductions
from cec.calculate.kidneys import KidneyFunction, creatinine_clearance
from cec.calculate.known_facts import possible_months
from cec.calculate.rules import questions, rules_for
from cec.calculate.rules.regimen_checks import begins_with
from cec.calculate.rules.rule import LimitQuestion, TextQuestion, number_of
from cec.errors import CecError
from cec.facts import FACTS, Value
from cec.facts.stretches import Cut, Stretch, stretch_within
from cec.load.patient_keys import Part, patient_of
from cec.patient import completed_months, unit_typed
from cec.units import EXACT, Quantity, dose_unit

if TYPE_CHECKING:
    import polars as pl

DATES = (*(fact.name for fact in FACTS.values() if fact.form == "date"), "age")
"""Facts that contradict each other by their order; ages and numbers of days follow from them."""


class Classified(NamedTuple):
    """Of each row the number of its class, whether it must be drafted by itself, and the place of its clearance."""

    numbers: pl.Series
    is_alone: pl.Series
    clearances: Sequence[KidneyFunction | None]
    """Those of this block; `clearance` is the place of each row's among them."""
    clearance: pl.Series


class Classifier:
    """Which class rows belong to, under one regimen and pharmacy; BSA is counted in steps of this size."""

    def __init__(self, settings: Settings, step: Decimal) -> None:
        self._settings, self._step = settings, step
        self._numbers, self._classes = Numbers(2), Numbers()
        asked = list(dict.fromkeys(questions(settings.regimen, settings.pharmacy)))
        self._texts = [each for each in asked if isinstance(each, TextQuestion)]
        drawn = [each for each in asked if isinstance(each, LimitQuestion) and each.limits]
        self._drawn = [question for question in drawn if question.fact not in OVER_COLUMNS]
        """Questions whose limits depend on other facts."""
        cuts: dict[str, set[Cut]] = {
            fact.name: {*cuts_of(fact.possible and stretch_within(fact.possible))} for fact in FACTS.values()
        }
        for each in asked:
            if isinstance(each, LimitQuestion):
                cuts.setdefault(each.fact, set()).update(cuts_of(each.stretch))
        self._cuts = {name: sorted(some) for name, some in cuts.items() if some}
        self._limits = LimitsOverColumns(drawn, self._cuts, self._numbers, step)
        hangs_on_amounts = any(rule.amounts for rule in rules_for(settings.regimen, settings.pharmacy))
        hangs_on_amounts |= any(line.is_by_rate for line in settings.regimen.drugs)
        self._exact: tuple[str, ...] = ("weight", "bsa", CLEARANCE) if hangs_on_amounts else ()
        """Facts whose very values belong to the class: those of amounts, where a rule hangs on them."""
        hangs_on_weekdays = any(line.weekdays for line in settings.regimen.drugs)
        self._exact += ("start",) if settings.pharmacy.time_zone or hangs_on_weekdays else ()  # its schedule does
        measures = {dose_unit(dose.unit).measure for line in settings.regimen.drugs for dose in line.doses}
        self._doses_by_clearance = CLEARANCE in measures

    @property
    def kept(self) -> int:
        """How much was found out and is kept."""
        return len(self._numbers) + len(self._classes)

    def key_of(self, fact: str, part: Part) -> int:
        """What tells the kinds of texts of a fact apart, as a whole number from 2 on."""
        value: Any = value_of(part)
        if fact == "choose":
            value = tuple(sorted(part.value.items()))
        elif fact == "reduce":
            drugs = [line.drug for line in self._settings.regimen.drugs]
            if not any(True for each in value for _ in hidden_reductions(each, drugs)):
                codes = [check.code for check in self._settings.regimen.checks if check.offers]
                answers = [tuple(begins_with(each.reason, code) for code in codes) for each in value]
                value = tuple((each.drug, each.percent, each.days, each.line) for each in value), *answers
        elif fact in FACTS and FACTS[fact].form == "quantity":
            number = number_of(fact, value)
            side = None if number is None else self._side(fact, number)
            value = (side, self._how_told(fact, part))
        elif fact in FACTS and FACTS[fact].form == "text":
            value = tuple(each.read(value) for each in self._texts if each.fact == fact)
        elif fact in FACTS and FACTS[fact].form == "date":
            value = ()
        return self._numbers.of((fact, value))

    def _how_told(self, fact: str, part: Part) -> str | bool:
        """What hangs on how a fact was told: pounds are not taken for pounds, and a limit may tear years or days."""
        if fact == "weight":
            return unit_typed(*part.value)
        months = possible_months(part.value) if fact == "age" else None
        return months is not None and any(months[0] < cut.number < months[1] for cut in self._cuts.get("age", ()))

    def classify(self, texts: Mapping[str, Texts], places: Mapping[str, pl.Series], sizes: Sizes) -> Classified:
        """The class of each row; `places` are those of what it tells of each fact that the table has."""
        import polars as pl

        nothing = pl.Series([0], dtype=pl.UInt32).new_from_index(0, len(sizes.bsa))
        digits = [texts[fact].keys(cells) for fact, cells in places.items()]
        is_alone = pl.Series([False]).new_from_index(0, len(nothing))
        for keys in digits:
            if keys.min() in {NOTHING, UNREAD}:
                is_alone |= keys == UNREAD
        settings = self._settings
        cycle = None if settings.cycle is None else Quantity(Decimal(settings.cycle), "")
        known = {"start": Known([settings.start], nothing), "cycle": Known([cycle], nothing)}
        for fact, cells in places.items():
            usual = known[fact].values[0] if fact in known else None
            known[fact] = Known([usual if value is None else value for value in texts[fact].values], cells)
        known["age"], order = self._dated(known)
        areas = different([sizes.bsa])
        steps = (Decimal(step) for step in sizes.bsa[areas.first])
        known["bsa"] = Known([Quantity(EXACT.multiply(self._step, step), "m2") for step in steps], areas.which)
        clearances, clearance = self._clearances(texts, places, known["age"], nothing)
        units = [self._numbers.of(each and each.value.unit) for each in clearances]
        digits += [order, pl.Series(units, dtype=pl.UInt32)[clearance]]
        known |= self._derived(known)
        direct = {*places, *OVER_COLUMNS} - {"age", "start", "cycle"}
        digits += [self._sides(name, known[name]) for name in self._cuts if name in known and name not in direct]
        digits += [self._answers(question, known, nothing) for question in self._drawn if question.fact in known]
        amounts: Sequence[Value | None] = [each and each.value.compared() for each in clearances]
        exact = {**known, CLEARANCE: Known(amounts, clearance)}
        digits += [self._values(fact, exact[fact]) for fact in self._exact]
        beyond, doubt = self._limits.sides(known, sizes, nothing)
        digits += beyond
        rows = different(digits)
        keys_of_rows = zip(*(digit[rows.first].to_list() for digit in digits), strict=True)
        numbers = rows.each([self._classes.of(key) for key in keys_of_rows], pl.UInt32)
        return Classified(numbers, is_alone | doubt, clearances, clearance)

    def _side(self, fact: str, number: Decimal) -> int:
        """Behind how many cuts of a fact a number lies."""
        return bisect_right(self._cuts.get(fact, ()), Cut(number))

    def _sides(self, fact: str, known: Known) -> pl.Series:
        """On which side of its limits the fact lies in each row."""
        import polars as pl

        numbers = (number_of(fact, value) for value in known.values)
        sides = [NOTHING if number is None else 1 + self._side(fact, number) for number in numbers]
        return pl.Series(sides, dtype=pl.UInt32)[known.places]

    def _values(self, fact: str, known: Known) -> pl.Series:
        """A key for the very value of the fact in each row."""
        import polars as pl

        keys = [self._numbers.of((fact, value)) for value in known.values]
        return pl.Series(keys, dtype=pl.UInt32)[known.places]

    def _answers(self, question: LimitQuestion, known: Mapping[str, Known], nothing: pl.Series) -> pl.Series:
        """What each row answers to a question whose limits depend on other facts."""
        import polars as pl

        facts = (question.fact, *question.given)
        rows = different([known[fact].places if fact in known else nothing for fact in facts])
        keys = []
        for value, *given in zip(*(values_at(known.get(fact), rows) for fact in facts), strict=True):
            limits, number = question.limits_for(*given), number_of(question.fact, value)
            if not isinstance(limits, Stretch):
                keys.append(self._numbers.of(("drawn", limits)))
            else:
                keys.append(self._numbers.of(("holds", None if number is None else limits.holds(number))))
        return rows.each(keys, pl.UInt32)

    def _dated(self, known: Mapping[str, Known]) -> tuple[Known, pl.Series]:
        """The age of each row in months, and a key for which dates are told and in which order they lie."""
        import polars as pl

        facts = [fact for fact in DATES if fact in known]
        rows = different([known[fact].places for fact in facts])
        ages: dict[Quantity | None, int] = {None: 0}
        of_age: list[int] = []
        keys: list[int] = []
        for values in zip(*(values_at(known[fact], rows) for fact in facts), strict=True):
            dates = dict(zip(facts, values, strict=True))
            age, born = dates.pop("age", None), dates.get("born")
            day = dates["start"] or dates.get("measured_on") or self._settings.as_of
            if age is not None:
                age = FACTS["age"].in_unit(age)
            elif born and day and born <= day:
                age = Quantity(Decimal(completed_months(born, day)), "months")
            every = [*dates.values(), day]
            order = sorted({each for each in every if each})
            of_age.append(ages.setdefault(age, len(ages)))
            keys.append(self._numbers.of(tuple(each and order.index(each) for each in every)))
        return Known(list(ages), rows.each(of_age, pl.UInt32)), rows.each(keys, pl.UInt32)

    def _clearances(
        self, texts: Mapping[str, Texts], places: Mapping[str, pl.Series], age: Known, nothing: pl.Series
    ) -> tuple[list[KidneyFunction | None], pl.Series]:
        """The clearances of the block where doses hang on them, each computed once, and the place of each row's."""
        inputs = FACTS[CLEARANCE].inputs
        if not self._doses_by_clearance or places.keys().isdisjoint({CLEARANCE, inputs[0]}):
            return [None], nothing
        facts = [fact for fact in (CLEARANCE, *inputs) if fact in places and fact != "age"]
        rows = different([*(places[fact] for fact in facts), age.places])
        parts = ([texts[fact].parts[place] for place in places[fact][rows.first]] for fact in facts)
        each_row = zip(values_at(age, rows), *parts, strict=True)
        return [_clearance(parts_of_patient, months) for months, *parts_of_patient in each_row], rows.which

    def _derived(self, known: Mapping[str, Known]) -> dict[str, Known]:
        """The facts that follow from others, computed once for each set of different values of these."""
        found = {}
        for fact in FACTS.values():
            if fact.derive is None or fact.name in OVER_COLUMNS or not {*fact.inputs} <= known.keys():
                continue
            rows = different([known[name].places for name in fact.inputs])
            inputs = zip(*(values_at(known[name], rows) for name in fact.inputs), strict=True)
            found[fact.name] = Known([None if None in each else fact.derive(*each) for each in inputs], rows.which)
        return found


def _clearance(parts: Sequence[Part | None], age: Quantity | None) -> KidneyFunction | None:
    """The clearance of a patient of whom these parts are told; None where there is none, or no such patient."""
    try:
        return creatinine_clearance(patient_of(part for part in parts if part), age, None)
    except CecError:
        return None
