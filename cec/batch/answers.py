"""Texts of a table -> the doses of every row or why there are none: by columns where that is plain, else one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from cec.batch.by_columns import dose_by_columns, refused_schema, schema
from cec.batch.columns import Column
from cec.batch.doses import in_unit_of
from cec.batch.known import read_columns
from cec.batch.patterns import PLACES, Bit, answers_to, with_patterns
from cec.batch.plan import Pattern, Plan, lines_of
from cec.batch.single import Refusal, draft_row, refusal, row_texts
from cec.errors import CecError
from cec.render.csv import alert_codes, number

if TYPE_CHECKING:
    import polars as pl

    from cec.order import Order


_FEW = 6


class Answers(NamedTuple):
    """Every row once, by its place in the block from 0, each frame in order.

    `dosed` has row, bsa_m2, a column for each drug line, and alerts; `refused` has row, facts (those that are at fault,
    with commas between them) and reason.
    """

    dosed: pl.DataFrame
    refused: pl.DataFrame


def answer(texts: Mapping[str, pl.Series], columns: Mapping[str, Column], plan: Plan) -> Answers:
    """The doses of every row, `texts` being a column of texts for each fact."""
    import polars as pl

    rows = len(next(iter(texts.values())))
    if not plan.is_vectorised or not rows:
        return _one_by_one(texts, columns, plan, range(rows))
    known, kinds = _with_kinds(texts, columns, plan)
    told = dose_by_columns(known, kinds, plan)
    _hold_one_against_the_single_path(told.dosed, texts, columns, plan)
    if told.rows == rows:
        return Answers(told.dosed, told.refused)
    is_told = pl.repeat(value=False, n=rows, eager=True)
    for part in (told.dosed, told.refused):
        is_told.scatter(part.get_column("row"), values=True)
    rest = known.select("row", "kind").filter(~is_told)
    refused = _refused_by_pattern(rest, kinds)
    alone = _one_by_one(
        texts, columns, plan, rest.join(refused, on="row", how="anti").get_column("row").sort().to_list()
    )
    return Answers(
        pl.concat([told.dosed, alone.dosed]).sort("row") if alone.dosed.height else told.dosed,
        pl.concat([told.refused, refused, alone.refused]).sort("row"),
    )


def _hold_one_against_the_single_path(
    dosed: pl.DataFrame, texts: Mapping[str, pl.Series], columns: Mapping[str, Column], plan: Plan
) -> None:
    """Draft one row of the block again; a difference would be a bug, and no dose may leave then."""
    if not dosed.height:
        return
    row, *cells = dosed.row(dosed.height // 2)
    alone = cells_of(draft_row(next(row_texts(texts, columns, [row])), plan.settings), plan)
    if alone != cells:
        raise AssertionError(f"columns and the single path differ: {cells} and {alone}")


def _refused_by_pattern(rest: pl.DataFrame, kinds: Sequence[Pattern]) -> pl.DataFrame:
    """The rows of patterns that are refused without a look at their doses."""
    import polars as pl

    words = [one.refusal if one.refusal and not one.variants else None for one in kinds]
    facts = pl.Series([one and ",".join(one.facts) for one in words], dtype=pl.String)
    reasons = pl.Series([one and one.reason for one in words], dtype=pl.String)
    kind = rest.get_column("kind")
    refused = rest.select("row", facts=facts.gather(kind), reason=reasons.gather(kind))
    return refused.drop_nulls("reason")


def _with_kinds(
    texts: Mapping[str, pl.Series], columns: Mapping[str, Column], plan: Plan
) -> tuple[pl.DataFrame, list[Pattern]]:
    """Row, BSA, weight and `kind` of each row: the place of its pattern in the list; null where it is not plain."""

    numbers, others = read_columns(texts, columns, plan.settings)
    told = {name for name in numbers.columns if numbers.get_column(name).null_count() < numbers.height}
    asked = {place: bit for place, bit in enumerate(plan.bits) if bit.column in told}
    codes = _codes({fact: series for fact, series in texts.items() if fact in others}, numbers, asked, plan)
    known = with_patterns(numbers, asked, codes)
    pattern = known.get_column("pattern")
    met = dict(plan.patterns)
    kind = _places(pattern, met)
    if kind.null_count() > pattern.null_count():
        strangers = known.filter(kind.is_null() & pattern.is_not_null())
        with plan.lock:
            _learn(strangers, texts, columns, plan)
            met = dict(plan.patterns)
        kind = _places(pattern, met)
    return known.select("row", "bsa", "weight", kind.alias("kind")), list(met.values())


def _places(patterns: pl.Series, met: Collection[int]) -> pl.Series:
    """The place of each pattern among those that were met; null where it is none of them."""
    import polars as pl

    places = {pattern: place for place, pattern in enumerate(met)} or {-1: 0}
    return patterns.replace_strict(places, default=None, return_dtype=pl.Int64)


def _learn(strangers: pl.DataFrame, texts: Mapping[str, pl.Series], columns: Mapping[str, Column], plan: Plan) -> None:
    """Find out about patterns that no block had before, each from one of its rows."""
    for row, pattern in strangers.unique("pattern", keep="first", maintain_order=True).select("row", "pattern").rows():
        if pattern not in plan.patterns:
            plan.patterns[pattern] = plan.pattern_of(next(row_texts(texts, columns, [row])))


def _codes(texts: Mapping[str, pl.Series], numbers: pl.DataFrame, asked: Mapping[int, Bit], plan: Plan) -> pl.Series:
    """A number for what makes the pattern of each row beside its own places, never that of anything else in any block.

    That is the texts, and the answers to questions that have no place in a pattern. Just one where there is none.
    """
    import polars as pl

    parts = [
        _coded(series, partial(plan.code_of_text, fact))
        for fact, series in texts.items()
        if series.null_count() < len(series)
    ]
    for first in range(PLACES, len(plan.bits), PLACES):
        some = {place - first: bit for place, bit in asked.items() if first <= place < first + PLACES}
        parts.append(_coded(answers_to(numbers, some), partial(plan.code_of_answers, first)))
    return (
        reduce(lambda codes, part: _coded(codes * (1 << 31) + part, plan.code_of), parts) if parts else pl.Series([0])
    )


def _coded(column: pl.Series, code_of: Callable[[Any], int]) -> pl.Series:
    """What the function makes of each value; few different values are compared one by one, which is fastest."""
    import polars as pl

    known = {value: code_of(value) for value in column.unique()}
    if len(known) > _FEW:
        return column.replace_strict(known, return_dtype=pl.Int64)
    code = pl.lit(None, dtype=pl.Int64)
    for value, number_of_value in known.items():
        is_it = pl.col("value").eq_missing(pl.lit(value, dtype=column.dtype))
        code = pl.when(is_it).then(number_of_value).otherwise(code)
    return column.to_frame("value").select(code.alias("code")).to_series()


def _one_by_one(
    texts: Mapping[str, pl.Series], columns: Mapping[str, Column], plan: Plan, rows: Sequence[int]
) -> Answers:
    """The doses of these rows by the single path; rows that say the same are drafted once."""
    import polars as pl

    kept: dict[tuple[tuple[str, str], ...], list[str | None] | Refusal] = {}
    dosed, refused = [], []
    for row, said in zip(rows, row_texts(texts, columns, rows), strict=True):
        key = tuple(said.items())
        if key not in kept:
            try:
                kept[key] = cells_of(draft_row(said, plan.settings), plan)
            except CecError as error:
                kept[key] = refusal(error)
        cells = kept[key]
        if isinstance(cells, Refusal):
            refused.append((row, ",".join(cells.facts), cells.reason))
        else:
            dosed.append((row, *cells))
    return Answers(
        pl.DataFrame(dosed, schema=schema(plan), orient="row"),
        pl.DataFrame(refused, schema=refused_schema(), orient="row"),
    )


def cells_of(order: Order, plan: Plan) -> list[str | None]:
    """The cells of an order under the columns of its plan."""
    cells: dict[str, str] = {"bsa_m2": number(order.bsa.value), "alerts": alert_codes(order)}
    for place, (index, dose) in enumerate(zip(lines_of(order), order.doses, strict=True)):
        name = plan.columns[index]
        cells[name] = in_unit_of(order.regimen.drugs[index], dose.ordered)
        if plan.rates:
            rate = order.preparations[place].rate
            cells |= {f"{name} rate": number(rate), f"{name} rate_unit": rate.unit if rate else ""}
    together = {
        plan.separator.join(group): plan.separator.join(cells.get(name, "") for name in group)
        for group in plan.groups
        if len(group) > 1
    }
    return [{**cells, **together}.get(name) for name in schema(plan) if name != "row"]
