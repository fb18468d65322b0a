"""The doses and alerts of rows whose pattern is known: looked up by BSA and weight, column by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from cec.batch.doses import Variant, product
from cec.batch.exact import BILLION
from cec.batch.lookup import Looked, Made
from cec.batch.plan import Pattern, Plan
from cec.batch.rows import Answers, dosed_schema, refused_schema
from cec.render.csv import number

if TYPE_CHECKING:
    import polars as pl


def codes_of(codes: Iterable[str]) -> str:
    """The codes of alerts as one text, each once, as `cec dose --format csv` writes them."""
    return " ".join(dict.fromkeys(codes))


def dose_by_columns(known: pl.DataFrame, kinds: Sequence[Pattern], plan: Plan) -> Answers:
    """What is told of the rows whose kind has protocol doses."""
    import polars as pl

    sets: dict[tuple[tuple[Variant, ...], bool], int] = {}
    of_kind = [sets.setdefault((one.variants, one.refusal is not None), len(sets)) for one in kinds]
    of_row = pl.Series(of_kind, dtype=pl.UInt32).gather(known.get_column("kind"))
    met = set(of_row.unique())
    parts = [
        _of_one_set(known if len(met) == 1 else known.filter(of_row == number), kinds, variants, plan)
        for (variants, _), number in sets.items()
        if variants and number in met
    ]
    if not parts:
        return Answers(pl.DataFrame(schema=dosed_schema(plan)), pl.DataFrame(schema=refused_schema()))
    dosed = [part.dosed for part in parts if part.dosed.height] or [parts[0].dosed]
    refused = pl.concat([part.refused for part in parts])
    return Answers(pl.concat(dosed).sort("row") if len(dosed) > 1 else dosed[0], refused.sort("row"))


def _of_one_set(known: pl.DataFrame, kinds: Sequence[Pattern], variants: tuple[Variant, ...], plan: Plan) -> Answers:
    """The same for rows that have the same protocol doses and reductions, and of which all are stopped or none."""
    import polars as pl

    row, kind = known.get_column("row"), known.get_column("kind")
    is_reduced = any(one.reduction for one in variants)  # rare, and of endless kinds: only for the rows that need it
    areas = plan.areas.look(known.get_column("bsa"), alone=is_reduced)
    by_weight = any(one.by_weight for one in variants)
    weights = plan.weights.look(known.get_column("weight"), alone=is_reduced) if by_weight else areas
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, known.height)
    by_place = {"bsa_m2": (areas, areas.made("bsa", _written)["bsa_m2"])}
    told: dict[str, pl.Series] = {}
    for one in variants:
        name, looked = plan.columns[one.line], weights if one.by_weight else areas
        made = _amounts(one, looked, plan)
        by_place |= {name: (looked, made["text"])} if "text" in made else {}
        told |= {f"{name} {what}": looked.each(column) for what, column in made.items() if what != "text"}
    dosed = pl.DataFrame(
        {
            "row": row,
            **{plan.separator.join(group): _cells(group, by_place, nothing, plan) for group in plan.groups},
            "alerts": _alerts(kind, kinds, [column for name, column in told.items() if name.endswith(" codes")], plan),
            **{name: told.get(name, nothing) for name in plan.rates},
        }
    )
    reasons = [column.alias(name) for name, column in told.items() if name.endswith(" fault")]
    if kinds[kind[0]].refusal:
        stops = pl.Series([one.refusal and one.refusal.reason for one in kinds], dtype=pl.String).gather(kind)
        reason = pl.coalesce(_joined(reasons), stops) if reasons else pl.lit(stops)
    elif reasons:
        reason = _joined(reasons)
    else:
        return Answers(dosed, pl.DataFrame(schema=refused_schema()))
    refused = pl.DataFrame([row, *reasons]).select("row", facts=pl.lit(""), reason=reason)
    is_dosed = refused.get_column("reason").is_null()
    return Answers(dosed.filter(is_dosed), refused.filter(~is_dosed))


def _joined(reasons: Sequence[pl.Series]) -> pl.Expr:
    """Each row's reasons as one text, null where it has none."""
    import polars as pl

    names = [one.name for one in reasons]
    joined = pl.concat_str(names, separator="; ", ignore_nulls=True)
    return pl.when(pl.any_horizontal(pl.col(name).is_not_null() for name in names)).then(joined)


def _written(areas: Sequence[int]) -> Made:
    """BSA in m2 as texts."""
    import polars as pl

    return {"bsa_m2": pl.Series([number(Decimal(value) / BILLION) for value in areas], dtype=pl.String)}


def _cells(
    group: Sequence[str], by_place: Mapping[str, tuple[Looked, pl.Series]], nothing: pl.Series, plan: Plan
) -> pl.Series:
    """For each row the cells of a group, together where they are several."""
    import polars as pl

    found = [by_place.get(name) for name in group]
    if len(group) == 1:
        return nothing if found[0] is None else found[0][0].each(found[0][1])
    looked = next((one[0] for one in found if one), None)
    if looked is None:
        return pl.Series([plan.separator * (len(group) - 1)]).new_from_index(0, len(nothing))
    places = min(len(one[1]) for one in found if one)
    columns = [pl.lit("") if one is None else one[1].head(places).fill_null("") for one in found]
    return looked.each(pl.select(pl.concat_str(columns, separator=plan.separator)).to_series())


def _amounts(variant: Variant, looked: Looked, plan: Plan) -> Made:
    """The amounts of a drug line by place, or its fault; with a formulary its rate and the number of its alerts."""
    return looked.made(variant, partial(_amounts_for, variant, plan))


def _amounts_for(variant: Variant, plan: Plan, values: Sequence[int]) -> Made:
    """The same for each BSA or weight."""
    import polars as pl

    line = plan.settings.regimen.drugs[variant.line]
    amounts = product(line, variant, plan.settings.pharmacy, values)
    if amounts is not None:
        nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(values))
        return {"text": amounts, "fault": nothing}
    found = [plan.amount(variant, value) for value in values]
    texts = {name: [getattr(one, name) for one in found] for name in ("text", "fault", "rate", "rate_unit")}
    made = {name: pl.Series(cells, dtype=pl.String) for name, cells in texts.items()}
    if plan.settings.pharmacy.formulary:
        made["codes"] = pl.Series([plan.number_of_alerts(one.codes) for one in found], dtype=pl.Int64)
    return made


def _alerts(kind: pl.Series, kinds: Sequence[Pattern], numbers: Sequence[pl.Series], plan: Plan) -> pl.Series:
    """The codes of every row's alerts: of its pattern, then of its preparations in the order of the lines."""
    import polars as pl

    if not numbers:
        return pl.Series([codes_of(one.codes) for one in kinds], dtype=pl.String).gather(kind)
    book = plan.alerts_by_number()
    codes = [one.codes for one in kinds]
    met = kind
    for numbers_in_book in numbers:
        if not numbers_in_book.max():
            continue
        pairs = met.cast(pl.Int64) * len(book) + numbers_in_book
        each = pairs.unique()
        codes = [(*codes[pair // len(book)], *book[pair % len(book)]) for pair in each]
        met = pairs.replace_strict(each, pl.int_range(len(each), eager=True))
    return pl.Series([codes_of(each) for each in codes], dtype=pl.String).gather(met)
