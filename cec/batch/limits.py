"""Sizes of nearly as many different values as rows, held against their limits over whole columns.

They are binary floats, which only sort rows: a row within a billionth of a limit is in doubt, and drafted by itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cec.batch.over_columns import PER_STANDARD_AREA, clearance_over_columns, clearance_readings
from cec.batch.values import MOST_KEPT, Different, Numbers, different
from cec.calculate.rules.rule import LimitQuestion, number_of
from cec.facts import FACTS, Value
from cec.facts.stretches import Cut, Stretch
from cec.units import CREATININE, Quantity, convert

if TYPE_CHECKING:
    import polars as pl

DOUBT = 1e-9
"""The relative distance from a limit within which floats do not decide. Their error is below 1e-13."""

CLEARANCE, NORMALISED, KNOWN = "creatinine_clearance", "normalised_clearance", "kidney_function"

OVER_COLUMNS = ("height", "weight", "body_mass_index", "weight_change", CLEARANCE, NORMALISED, KNOWN)
"""Facts of nearly as many different values as there are rows, which are held against limits over whole columns."""

Drawn = tuple[int, Mapping[str, tuple[float, ...]]]
"""A key for which limits there are, and the numbers at which they lie, of each fact in rising order."""


class Known(NamedTuple):
    """What is known of a fact in a block: the different values, and the place of each row's among them."""

    values: Sequence[Value | None]
    places: pl.Series


class Sizes(NamedTuple):
    """The sizes of a block of rows, as floats of cm and kg, and BSA in whole steps of its rounding."""

    height: pl.Series
    weight: pl.Series
    bsa: pl.Series


class LimitsOverColumns:
    """The limits of facts over columns: those that hold for everybody, and those that depend on other facts."""

    def __init__(
        self, questions: Iterable[LimitQuestion], cuts: Mapping[str, Sequence[Cut]], numbers: Numbers, step: Decimal
    ) -> None:
        self._drawn = [question for question in questions if question.fact in OVER_COLUMNS]
        self._cuts, self._numbers, self._step = cuts, numbers, step
        self._kept: dict[Hashable, Drawn] = {}

    def sides(self, known: Mapping[str, Known], sizes: Sizes, nothing: pl.Series) -> tuple[list[pl.Series], pl.Series]:
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
            serum = pl.col("creatinine") / _in_mg_dl()
            estimate, which = clearance_over_columns(height, weight, pl.col("age"), serum, pl.col("sex"))
            is_normalised = pl.col("clearance").is_null() & (which == PER_STANDARD_AREA)
            clearances = pl.DataFrame(columns).select(
                is_normalised=is_normalised, clearance=pl.coalesce("clearance", estimate), which=which
            )
            columns |= {name: clearances.get_column(name) for name in ("is_normalised", "clearance")}
            columns["bsa"] = sizes.bsa * float(self._step)
            facts[KNOWN] = pl.col("clearance")
            facts[CLEARANCE], facts[NORMALISED] = clearance_readings(
                pl.col("clearance"), pl.col("is_normalised"), pl.col("bsa")
            )
            digits.append(clearances.get_column("which"))
        limits: list[tuple[str, pl.Expr]] = []
        for fact in facts.keys() - {"height", "weight"}:
            limits += [(fact, pl.lit(float(cut.number))) for cut in self._cuts.get(fact, ())]
        for given in dict.fromkeys(question.given for question in self._drawn if question.fact in facts):
            rows = different([known[fact].places if fact in known else nothing for fact in given])
            drawn = [
                self._drawn_for(given, values)
                for values in zip(*(values_at(known.get(fact), rows) for fact in given), strict=True)
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
                if question.given == given:
                    limits = question.limits_for(*values)
                    found = cuts_of(limits) if isinstance(limits, Stretch) else []
                    cuts.setdefault(question.fact, []).extend(found)
                    kinds.append(len(found) if isinstance(limits, Stretch) else limits)
            rising = {fact: tuple(float(cut.number) for cut in sorted(some)) for fact, some in cuts.items()}
            self._kept[given, values] = (self._numbers.of(tuple(kinds)), rising)
        return self._kept[given, values]


def cuts_of(limits: Stretch | None) -> list[Cut]:
    """Where a stretch begins and ends, if it does."""
    return [cut for cut in limits or () if cut.number.is_finite()]


def values_at(known: Known | None, rows: Different) -> Sequence[Any]:
    """The value of a fact in the first row of each difference."""
    if known is None:
        return [None] * len(rows.first)
    return [known.values[place] for place in known.places[rows.first]]


@cache
def _in_mg_dl() -> float:
    """What 1 mg/dL of creatinine is in the unit of the table of facts."""
    return float(convert(Quantity(Decimal(1), "mg/dL"), FACTS["creatinine"].unit, CREATININE).value)


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
