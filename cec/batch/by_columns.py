"""The doses and alerts of rows whose pattern is known: looked up by BSA and weight, or multiplied, column by column."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.doses import Variant, product
from cec.batch.exact import BILLION
from cec.batch.plan import Pattern, Plan
from cec.render.csv import number

if TYPE_CHECKING:
    import polars as pl


_MOST_PLACES = 1 << 16
"""Places that are looked up by distance."""


class _Column(NamedTuple):
    """The amounts of one drug line, or the faults; with a formulary its rates, and where the book has its alerts."""

    amounts: pl.Series
    faults: pl.Series | None = None
    codes: pl.Series | None = None
    rate: pl.Series | None = None
    rate_unit: pl.Series | None = None


def schema(plan: Plan) -> dict[str, pl.DataType]:
    """The columns of answers: the row, and the texts that are added to a table."""
    import polars as pl

    return {"row": pl.UInt32(), **{name: pl.String() for name in ("bsa_m2", *plan.columns, "alerts", *plan.rates)}}


def codes_of(codes: Iterable[str]) -> str:
    """The codes of alerts as one text, each once, as `cec dose --format csv` writes them."""
    return " ".join(dict.fromkeys(codes))


def dose_by_columns(known: pl.DataFrame, kinds: Sequence[Pattern], plan: Plan) -> pl.DataFrame:
    """The rows whose kind tells their protocol doses, in order: their doses, or in `refusal` why they get none."""
    import polars as pl

    places: dict[tuple[Variant, ...], list[int]] = {}
    for place, kind in enumerate(kinds):
        if kind.variants:
            places.setdefault(kind.variants, []).append(place)
    if not places:
        return pl.DataFrame(schema={**schema(plan), "refusal": pl.String()})
    if len(places) == 1 and all(kind.variants for kind in kinds):
        rows = known if known.get_column("kind").null_count() == 0 else known.drop_nulls("kind")
        return _of_one_set(rows, kinds, next(iter(places)), plan)
    parts = [
        _of_one_set(known.filter(pl.col("kind").is_in(these)), kinds, variants, plan)
        for variants, these in places.items()
    ]
    return pl.concat(parts).sort("row")


def _of_one_set(
    known: pl.DataFrame, kinds: Sequence[Pattern], variants: tuple[Variant, ...], plan: Plan
) -> pl.DataFrame:
    """The same for rows that have the same protocol doses and reductions."""
    import polars as pl

    bsa, weight = known.get_column("bsa"), known.get_column("weight")
    book: dict[tuple[str, ...], int] = {(): 0}
    areas = _Places(bsa)
    weights = _Places(weight) if any(variant.per == "kg" for variant in variants) else areas
    made: dict[str, _Column] = {}
    for variant in variants:
        line = plan.settings.regimen.drugs[variant.line]
        looked_up = weights if variant.per == "kg" else areas
        amounts = product(line, variant, plan.settings.pharmacy, looked_up.values)
        made[plan.columns[variant.line]] = (
            _Column(looked_up.each(amounts)) if amounts is not None else _look_up(variant, looked_up, plan, book)
        )
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, known.height)
    frame = pl.DataFrame(
        {
            "row": known.get_column("row"),
            "bsa_m2": areas.each([number(Decimal(value) / BILLION) for value in areas.values]),
            **{name: made[name].amounts if name in made else nothing for name in plan.columns},
            "alerts": _alerts(known.get_column("kind"), kinds, made, list(book)),
            **_rates(made, nothing, plan),
            "refusal": pl.Series([one.refusal and one.refusal.reason for one in kinds], dtype=pl.String).gather(
                known.get_column("kind")
            ),
        }
    )
    faults = {f"fault {name}": column.faults for name, column in made.items() if column.faults is not None}
    if not faults:
        return frame
    told = pl.concat_str(list(faults), separator="; ", ignore_nulls=True)
    told = pl.when(pl.any_horizontal(pl.col(name).is_not_null() for name in faults)).then(told)
    return frame.with_columns(**faults).with_columns(refusal=pl.coalesce(told, "refusal")).drop(list(faults))


class _Places:
    """The different values of a column, and for each row the place of its value among them."""

    def __init__(self, column: pl.Series) -> None:
        import polars as pl

        unique = column.unique().sort()
        self.values: list[int] = unique.to_list()
        least = self.values[0]
        step = math.gcd(*(value - least for value in self.values)) or 1
        width = (self.values[-1] - least) // step + 1
        if width > _MOST_PLACES:
            self._place = column.replace_strict(unique, pl.int_range(len(unique), eager=True), return_dtype=pl.UInt32)
            return
        # Values on a grid (tenths of a kg, hundredths of a m2) are found by their distance from the first.
        places = pl.repeat(0, width, dtype=pl.UInt32, eager=True).scatter(
            (unique - least) // step, pl.int_range(len(unique), dtype=pl.UInt32, eager=True)
        )
        self._place = places.gather((column - least) // step)

    def each(self, found: Sequence[str | None] | pl.Series) -> pl.Series:
        """For each row the text that belongs to its value."""
        import polars as pl

        texts = found if isinstance(found, pl.Series) else pl.Series(found, dtype=pl.String)
        return texts.gather(self._place)

    def number(self, found: Sequence[int]) -> pl.Series:
        """For each row the number that belongs to its value."""
        import polars as pl

        return pl.Series(found, dtype=pl.Int64).gather(self._place)


def _look_up(variant: Variant, places: _Places, plan: Plan, book: dict[tuple[str, ...], int]) -> _Column:
    """The amounts of a drug line, each BSA or weight computed once; null with a fault where there is none."""
    found = [plan.amount(variant, value) for value in places.values]
    amounts = places.each([one.text for one in found])
    faults = places.each([one.fault for one in found]) if any(one.fault for one in found) else None
    if not plan.settings.pharmacy.formulary:
        return _Column(amounts, faults)
    return _Column(
        amounts,
        faults,
        places.number([book.setdefault(one.codes, len(book)) for one in found]),
        places.each([one.rate for one in found]),
        places.each([one.rate_unit for one in found]),
    )


def _rates(made: Mapping[str, _Column], nothing: pl.Series, plan: Plan) -> dict[str, pl.Series]:
    """The infusion rates of each line, where a schedule shows them."""
    if not plan.rates:
        return {}
    rates: dict[str, pl.Series] = {}
    for name in plan.columns:
        column = made.get(name, _Column(nothing))
        rates[f"{name} rate"] = nothing if column.rate is None else column.rate
        rates[f"{name} rate_unit"] = nothing if column.rate_unit is None else column.rate_unit
    return rates


def _alerts(
    kind: pl.Series, kinds: Sequence[Pattern], made: Mapping[str, _Column], book: Sequence[tuple[str, ...]]
) -> pl.Series:
    """The codes of every row's alerts: of its pattern, then of its preparations in the order of the lines."""
    import polars as pl

    numbers = [column.codes for column in made.values() if column.codes is not None]
    if len(book) == 1 or not numbers:
        return pl.Series([codes_of(one.codes) for one in kinds], dtype=pl.String).gather(kind)
    key = kind
    for number_in_book in numbers:
        key = key * len(book) + number_in_book
    texts: dict[int, str] = {}
    for value in key.unique():
        rest, codes = value, []
        for _ in numbers:
            rest, place = divmod(rest, len(book))
            codes.append(book[place])
        texts[value] = codes_of(code for part in (kinds[rest].codes, *reversed(codes)) for code in part)
    return key.replace_strict(texts, return_dtype=pl.String)
