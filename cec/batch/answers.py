"""Texts of a table -> the doses of every row or why there are none: by columns where that is plain, else one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cec.batch.by_columns import dose_by_columns
from cec.batch.kinds import find_kinds
from cec.batch.plan import Pattern, Plan
from cec.batch.rows import Answers, one_by_one
from cec.tables.rows import row_texts

if TYPE_CHECKING:
    import polars as pl


def answer(texts: Mapping[str, pl.Series], plan: Plan) -> Answers:
    """The doses of every row, `texts` being a column of texts for each fact."""
    rows = len(next(iter(texts.values())))
    if not plan.is_vectorised or not rows:
        return one_by_one(texts, plan, range(rows))
    known, patterns = find_kinds(texts, plan)
    told = dose_by_columns(known, patterns, plan)
    answers = told if told.rows == rows else _with_the_rest(told, known, patterns, texts, plan)
    _hold_some_against_the_single_path(answers, known, texts, plan)
    return answers


def _with_the_rest(
    told: Answers,
    known: pl.DataFrame,
    patterns: Sequence[Pattern],
    texts: Mapping[str, pl.Series],
    plan: Plan,
) -> Answers:
    """The same with the rows whose pattern is refused as such, and those that each speak for themselves."""
    import polars as pl

    is_told = pl.repeat(value=False, n=known.height, eager=True)
    for part in told:
        is_told.scatter(part.get_column("row"), values=True)
    rest = known.filter(~is_told)
    refused = _refused_by_pattern(rest, patterns)
    others = rest.join(refused, on="row", how="anti")
    alone = one_by_one(texts, plan, others.get_column("row").sort().to_list())
    return Answers(
        pl.concat([told.dosed, alone.dosed]).sort("row") if alone.dosed.height else told.dosed,
        pl.concat([told.refused, refused, alone.refused]).sort("row"),
    )


def _refused_by_pattern(rest: pl.DataFrame, patterns: Sequence[Pattern]) -> pl.DataFrame:
    """The rows of patterns that are refused without a look at their doses."""
    import polars as pl

    words = [one.refusal if one.refusal and not one.variants else None for one in patterns]
    facts = pl.Series([one and ",".join(one.facts) for one in words], dtype=pl.String)
    reasons = pl.Series([one and one.reason for one in words], dtype=pl.String)
    kind = rest.get_column("kind")
    refused = rest.select("row", facts=facts.gather(kind), reason=reasons.gather(kind))
    return refused.drop_nulls("reason")


def _hold_some_against_the_single_path(
    answers: Answers, known: pl.DataFrame, texts: Mapping[str, pl.Series], plan: Plan
) -> None:
    """Draft one dosed row of the block, one of each new set of doses, and of each pattern one that is not its first.

    A difference would be a bug, and no dose may leave then.
    """
    rows = {answers.dosed.item(answers.dosed.height // 2, "row")} if answers.dosed.height else set()
    if fresh := set(plan.fresh):
        firsts = known.filter(known.get_column("pattern").is_in(list(fresh))).unique("pattern", keep="first")
        for row, pattern in firsts.select("row", "pattern").rows():
            rows.add(row)
            plan.fresh.discard(pattern)
    if unheld := dict(plan.unheld):
        others = known[known.get_column("pattern").is_in(list(unheld)).arg_true()].unique("pattern", keep="last")
        for row, pattern in others.select("row", "pattern").rows():
            if next(row_texts(texts, plan.told_by, [row])) != unheld[pattern]:
                rows.add(row)
                plan.unheld.pop(pattern, None)
    alone = one_by_one(texts, plan, sorted(rows))
    for found, expected in zip(answers, alone, strict=True):
        if (given := _rows_of(found, sorted(rows))) != expected.rows():
            raise AssertionError(f"columns and the single path differ: {given} and {expected.rows()}")


def _rows_of(frame: pl.DataFrame, rows: Sequence[int]) -> list[tuple[Any, ...]]:
    """Those of these rows that stand in a frame, in order; its rows ascend."""
    import polars as pl

    places = frame.get_column("row").search_sorted(pl.Series(rows, dtype=pl.UInt32)).to_list()
    found = [(row, frame.row(place)) for row, place in zip(rows, places, strict=True) if place < frame.height]
    return [cells for row, cells in found if cells[0] == row]
