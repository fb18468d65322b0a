"""The class of each row: rows of one class give the same answers to the questions of every rule, and say the same else.

So one row of a class, drafted by `draft_order`, tells which alerts, protocol doses and refusals all of them have. The
questions are those of the table of rules: on which side of each limit does the row lie? A new rule is asked here the
moment it stands in that table. Sizes that follow from others over whole columns are binary floats: they only sort rows,
and a row within a billionth of a limit is in doubt and drafted by itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from cec.batch.over_columns import clearance_over_columns
from cec.batch.single_row import Settings
from cec.batch.values import MOST_KEPT, NOTHING, UNREAD, Different, Numbers, Texts, different, value_of
from cec.calculate.declared import hidden_reductions
from cec.calculate.measures import KidneyFunction, creatinine_clearance
from cec.calculate.rules import questions, rules_for
from cec.calculate.rules.rule import LimitQuestion, TextQuestion, number_of
from cec.errors import CecError
from cec.facts import FACTS, Value
from cec.facts.stretches import Cut, Stretch, stretch_within
from cec.load.parts import Part, patient_of
from cec.patient import completed_months
from cec.units import CREATININE, EXACT, Quantity, compared, convert, dose_unit

if TYPE_CHECKING:
    import polars as pl

DOUBT = 1e-9
"""The relative distance from a limit within which floats do not decide. Their error is below 1e-13."""

_IN_MG_DL = convert(Quantity(Decimal(1), "mg/dL"), FACTS["creatinine"].unit, CREATININE).value
"""What 1 mg/dL of creatinine is in the unit of the table of facts."""

DATES = (*(fact.name for fact in FACTS.values() if fact.form == "date"), "age")
"""Facts that contradict each other by their order; ages and numbers of days follow from them."""

CLEARANCE = "creatinine_clearance"

OVER_COLUMNS = ("height", "weight", "body_mass_index", "weight_change", CLEARANCE)
"""Facts of nearly as many different values as there are rows, which are held against limits over whole columns."""


class Known(NamedTuple):
    """What is known of a fact in a block: the different values, and the place of each row's among them."""

    values: Sequence[Value | None]
    places: pl.Series


Drawn = tuple[int, Mapping[str, tuple[float, ...]]]
"""A key for which limits there are, and the numbers at which they lie, of each fact in rising order."""


class Sizes(NamedTuple):
    """The sizes of a block of rows, as floats of cm and kg, and BSA in whole steps of its rounding."""

    height: pl.Series
    weight: pl.Series
    bsa: pl.Series


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
        self._kept: dict[Hashable, Drawn] = {}
        asked = list(dict.fromkeys(questions(settings.regimen, settings.pharmacy)))
        self._texts = [each for each in asked if isinstance(each, TextQuestion)]
        self._drawn = [each for each in asked if isinstance(each, LimitQuestion) and each.limits]
        """Questions whose limits depend on other facts."""
        cuts: dict[str, set[Cut]] = {
            fact.name: {*_cuts(fact.possible and stretch_within(fact.possible))} for fact in FACTS.values()
        }
        for each in asked:
            if isinstance(each, LimitQuestion):
                cuts.setdefault(each.fact, set()).update(_cuts(each.stretch))
        self._cuts = {name: sorted(some) for name, some in cuts.items() if some}
        hangs_on_amounts = any(rule.hangs_on_amounts for rule in rules_for(settings.regimen, settings.pharmacy))
        self._exact: tuple[str, ...] = ("weight", "bsa", CLEARANCE) if hangs_on_amounts else ()
        """Facts whose very values belong to the class: those of amounts, where a rule hangs on them."""
        self._exact += ("start",) if settings.pharmacy.time_zone else ()  # its schedule hangs on the date
        measures = {dose_unit(dose.unit).measure for line in settings.regimen.drugs for dose in line.doses}
        self._doses_by_clearance = CLEARANCE in measures

    @property
    def kept(self) -> int:
        """How much was found out and is kept."""
        return len(self._numbers) + len(self._classes)

    def key_of(self, fact: str, part: Part) -> int:
        """What tells the kinds of texts of a fact apart, as a whole number from 2 on."""
        value: Any = value_of(part)
        if fact == "reduce":
            drugs = [line.drug for line in self._settings.regimen.drugs]
            if not any(True for each in value for _ in hidden_reductions(each, drugs)):
                value = tuple((each.drug, each.percent, each.days, each.line) for each in value)
        elif fact in FACTS and FACTS[fact].form == "quantity":
            number = number_of(fact, value)
            value = None if number is None else self._side(fact, number)
        elif fact in FACTS and FACTS[fact].form == "text":
            value = tuple(each.read(value) for each in self._texts if each.fact == fact)
        elif fact in FACTS and FACTS[fact].form == "date":
            value = ()
        return self._numbers.of((fact, value))

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
        told = {*places, *OVER_COLUMNS} - {"age", "start", "cycle"}
        digits += [self._sides(name, known[name]) for name in self._cuts if name in known and name not in told]
        drawn = (question for question in self._drawn if question.fact not in OVER_COLUMNS)
        digits += [self._answers(question, known, nothing) for question in drawn if question.fact in known]
        amounts: Sequence[Value | None] = [each and compared(*each.value) for each in clearances]
        exact = {**known, CLEARANCE: Known(amounts, clearance)}
        digits += [self._values(fact, exact[fact]) for fact in self._exact]
        beyond, doubt = self._beyond(known, sizes, nothing)
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
        for value, *given in zip(*(_values(known.get(fact), rows) for fact in facts), strict=True):
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
        for values in zip(*(_values(known[fact], rows) for fact in facts), strict=True):
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
        each_row = zip(_values(age, rows), *parts, strict=True)
        return [_clearance(told, months) for months, *told in each_row], rows.which

    def _derived(self, known: Mapping[str, Known]) -> dict[str, Known]:
        """The facts that follow from others, computed once for each set of different values of these."""
        found = {}
        for fact in FACTS.values():
            if fact.derive is None or fact.name in OVER_COLUMNS or not {*fact.inputs} <= known.keys():
                continue
            rows = different([known[name].places for name in fact.inputs])
            inputs = zip(*(_values(known[name], rows) for name in fact.inputs), strict=True)
            found[fact.name] = Known([None if None in each else fact.derive(*each) for each in inputs], rows.which)
        return found

    def _beyond(
        self, known: Mapping[str, Known], sizes: Sizes, nothing: pl.Series
    ) -> tuple[list[pl.Series], pl.Series]:
        """On which side of their limits facts over columns lie in each row, and which rows are in doubt."""
        import polars as pl

        height, weight = pl.col("height"), pl.col("weight")
        columns = {"height": sizes.height, "weight": sizes.weight}
        facts = {"height": height, "weight": weight, "body_mass_index": weight / (height * height) * 10_000}
        if "previous_weight" in known:
            columns["before"] = _floats("previous_weight", known, nothing)
            facts["weight_change"] = (weight - pl.col("before")).abs() / pl.col("before") * 100
        digits = []
        if "creatinine" in known or CLEARANCE in known:
            columns |= {"clearance": _floats(CLEARANCE, known, nothing), "sex": _words("sex", known, nothing)}
            columns |= {fact: _floats(fact, known, nothing) for fact in ("age", "creatinine")}
            serum = pl.col("creatinine") / float(_IN_MG_DL)
            estimate, which = clearance_over_columns(height, weight, pl.col("age"), serum, pl.col("sex"))
            told = pl.DataFrame(columns).select(clearance=pl.coalesce("clearance", estimate), which=which)
            columns["clearance"] = told.get_column("clearance")
            facts[CLEARANCE] = pl.col("clearance")
            digits.append(told.get_column("which"))
        limits: list[tuple[str, pl.Expr]] = []
        for fact in facts.keys() - {"height", "weight"}:
            limits += [(fact, pl.lit(float(cut.number))) for cut in self._cuts.get(fact, ())]
        for given in dict.fromkeys(question.given for question in self._drawn if question.fact in facts):
            rows = different([known[fact].places if fact in known else nothing for fact in given])
            drawn = [
                self._drawn_for(given, values)
                for values in zip(*(_values(known.get(fact), rows) for fact in given), strict=True)
            ]
            digits.append(rows.each([key for key, _ in drawn], pl.UInt32))
            for fact in facts:
                for place in range(max(len(cuts.get(fact, ())) for _, cuts in drawn)):
                    name = f"{given} {fact} {place}"
                    some = (cuts.get(fact, ()) for _, cuts in drawn)
                    columns[name] = rows.each([cut[place] if place < len(cut) else None for cut in some], pl.Float64)
                    limits.append((fact, pl.col(name)))
        sides = {
            fact: [(pl.col(fact) >= limit).fill_null(value=False) for name, limit in limits if name == fact]
            for fact in facts
        }
        nears = [((pl.col(fact) / limit) - 1).abs() < DOUBT for fact, limit in limits]
        found = (
            pl.DataFrame(columns)
            .lazy()
            .with_columns(**facts)
            .select(
                pl.any_horizontal(pl.lit(value=False), *nears).fill_null(value=False).alias("doubt"),
                *(
                    pl.sum_horizontal(pl.lit(0, dtype=pl.UInt32), *(each.cast(pl.UInt32) for each in some)).alias(fact)
                    for fact, some in sides.items()
                ),
            )
            .collect()
        )
        return [*digits, *(found.get_column(fact) for fact in facts)], found.get_column("doubt")

    def _drawn_for(
        self, given: tuple[str, ...], values: tuple[Any, ...]
    ) -> tuple[int, Mapping[str, tuple[float, ...]]]:
        """For values of the facts that limits depend on: a key for which there are, and those of each fact, rising."""
        if (given, values) not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            cuts: dict[str, list[Cut]] = {}
            kinds: list[object] = []
            for question in self._drawn:
                if question.given == given and question.fact in OVER_COLUMNS:
                    limits = question.limits_for(*values)
                    found = _cuts(limits) if isinstance(limits, Stretch) else []
                    cuts.setdefault(question.fact, []).extend(found)
                    kinds.append(len(found) if isinstance(limits, Stretch) else limits)
            rising = {fact: tuple(float(cut.number) for cut in sorted(some)) for fact, some in cuts.items()}
            self._kept[given, values] = (self._numbers.of(tuple(kinds)), rising)
        return self._kept[given, values]


def _cuts(limits: Stretch | None) -> list[Cut]:
    """Where a stretch begins and ends, if it does."""
    return [cut for cut in limits or () if cut.number.is_finite()]


def _values(known: Known | None, rows: Different) -> Sequence[Any]:
    """The value of a fact in the first row of each difference."""
    if known is None:
        return [None] * len(rows.first)
    return [known.values[place] for place in known.places[rows.first]]


def _floats(fact: str, known: Mapping[str, Known], nothing: pl.Series) -> pl.Series:
    """What each row tells of a fact, as the nearest float in its unit; null where it tells nothing."""
    import polars as pl

    if fact not in known:
        return pl.Series([None], dtype=pl.Float64).new_from_index(0, len(nothing))
    numbers = (number_of(fact, value) for value in known[fact].values)
    return pl.Series([None if number is None else float(number) for number in numbers], dtype=pl.Float64)[
        known[fact].places
    ]


def _words(fact: str, known: Mapping[str, Known], nothing: pl.Series) -> pl.Series:
    """What each row tells of a fact that is a word."""
    import polars as pl

    if fact not in known:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(nothing))
    return pl.Series(known[fact].values, dtype=pl.String)[known[fact].places]


def _clearance(parts: Sequence[Part | None], age: Quantity | None) -> KidneyFunction | None:
    """The clearance of a patient of whom these parts are told; None where there is none, or no such patient."""
    try:
        return creatinine_clearance(patient_of(part for part in parts if part), age)
    except CecError:
        return None
