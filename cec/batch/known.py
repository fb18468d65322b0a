"""Texts of a table -> what is known of each row in numbers, and which rows are plain enough for columns to answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.areas import DOUBT, measured, surface
from cec.batch.exact import BILLION, DATES, NUMBERS, billionths, concentrations, is_said, read_plain
from cec.batch.growth_limits import SEXES
from cec.batch.single import Settings
from cec.calculate.formulas import BSA_FORMULAS
from cec.calculate.rounding import to_nearest
from cec.errors import CecError
from cec.facts import FACTS, Bounds
from cec.tables.columns import ABOUT_THE_PERSON, Column
from cec.tables.rows import read_row

if TYPE_CHECKING:
    import polars as pl

    from cec.facts import Sex

CONCENTRATIONS = ("creatinine", "creatinine_clearance")

_ALWAYS = ("height", "weight")

_MEASURED = {*NUMBERS, *CONCENTRATIONS, *DATES, *ABOUT_THE_PERSON}

PLAIN_TEXT = r"^[!-~]+( [!-~]+)*$"
"""Printable ASCII with single spaces: a name or number that every reader takes as it is."""


class Known(NamedTuple):
    """A row of numbers for each row of texts, and the facts that are not in them: these count by their texts."""

    numbers: pl.DataFrame
    others: set[str]


def read_columns(texts: Mapping[str, pl.Series], columns: Mapping[str, Column], settings: Settings) -> Known:
    """A row of numbers for each row of texts; `is_plain` where nothing that it says is in doubt.

    Lengths, weights, ages and the BSA are billionths of cm, kg, months and m2; BMI and clearance are floats.
    What no row tells is a column of nulls.
    """
    import polars as pl

    plain = {fact: series for fact, series in texts.items() if fact in {*NUMBERS, *DATES, "sex"}}
    read = read_plain(columns, plain)
    unread: dict[str, pl.Series] = {}
    for fact, series in texts.items():
        if fact in CONCENTRATIONS:
            read[fact] = concentrations(fact, columns[fact], series)
        elif fact in ABOUT_THE_PERSON:
            unread[f"unread {fact}"] = ~series.str.contains(PLAIN_TEXT).fill_null(value=fact != "id")
    has_strange_sexes = "sex" in read and read["sex"].null_count() > 0
    if has_strange_sexes:
        read["sex"] = _sexes(texts["sex"])
    for fact in (fact for fact in read if fact != "sex"):
        if read[fact].null_count() > texts[fact].null_count():
            unread[f"unread {fact}"] = read[fact].is_null() & is_said(texts[fact])
    told = [fact for fact in read if fact in _ALWAYS or read[fact].null_count() < len(read[fact])]
    frame = pl.DataFrame({**{fact: read[fact] for fact in told}, **unread})
    known = _settle_ties(_compute(frame, settings, told, list(unread)), settings)
    return Known(known, {fact for fact in texts if fact not in _MEASURED and (fact != "sex" or has_strange_sexes)})


def _sexes(texts: pl.Series) -> pl.Series:
    """1 female, 2 male, 0 neither; a text that is no sex counts as 0, and its row is refused by the single path."""
    import polars as pl

    known = {word: _sex(word) for word in texts.drop_nulls().unique()}
    return texts.replace_strict(known, default=0, return_dtype=pl.Int8)


@lru_cache(maxsize=1 << 12)
def _sex(text: str) -> int:
    """What the single path reads."""
    try:
        sex = read_row({"height": "128", "weight": "26", "sex": text}).sex if text.strip() else None
    except CecError:
        return 0
    return 0 if sex is None else SEXES.index(sex) + 1


def _compute(frame: pl.DataFrame, settings: Settings, told: Collection[str], unread: Sequence[str]) -> pl.DataFrame:
    """What follows from the numbers: age, BSA, body mass index, clearance, days; and which rows are plain."""
    import polars as pl

    def column(fact: str, kind: pl.DataType) -> pl.Expr:
        return pl.col(fact) if fact in told else pl.lit(None, dtype=kind)

    start = pl.coalesce(column("start", pl.Date()), pl.lit(settings.start, dtype=pl.Date))
    born, measured_on = column("born", pl.Date()), column("measured_on", pl.Date())
    previous_day_1 = column("previous_day_1", pl.Date())
    day = pl.coalesce(start, measured_on, pl.lit(settings.as_of, dtype=pl.Date))
    months = (
        (day.dt.year().cast(pl.Int64) - born.dt.year()) * 12
        + (day.dt.month().cast(pl.Int64) - born.dt.month())
        - (day.dt.day() < born.dt.day()).cast(pl.Int64)
    )
    age = column("age", pl.Int64())
    nothing = pl.lit(None, dtype=pl.Int64)
    step = settings.pharmacy.bsa_rounding
    whole = (step and billionths(step.value)) or BILLION
    possible = {fact: FACTS[fact].possible or Bounds() for fact in ("height", "weight", "age", "body_mass_index")}
    shortest, tallest, lightest, heaviest = (
        int((limit or 0) * BILLION) for fact in ("height", "weight") for limit in possible[fact]
    )
    least, most = (float(limit or 0) for limit in possible["body_mass_index"])
    is_possible = pl.all_horizontal(
        pl.col("height").is_between(shortest, tallest),
        pl.col("weight").is_between(lightest, heaviest),
        pl.col("bmi").is_between(least * (1 + DOUBT), most * (1 - DOUBT)),
        pl.col("steps").is_not_null(),
    )
    is_missing = (
        pl.col("height").is_null() | pl.col("weight").is_null()
    )  # for all such rows the single path says the same
    is_plain = [is_missing | is_possible, *(~pl.col(name) for name in unread)]
    if "age" in told:
        is_plain.append((age <= int((possible["age"].high or 0) * BILLION)).fill_null(value=True))
    if "previous_weight" in told:
        is_plain.append(pl.col("previous_weight").is_between(lightest, heaviest).fill_null(value=True))
    if "born" in told:
        later = (day, start, measured_on, previous_day_1)
        is_plain += [age.is_null() | born.is_null(), born.is_null() | day.is_not_null()]
        is_plain += [(born <= other).fill_null(value=True) for other in later]
    if "previous_day_1" in told:
        is_plain.append((previous_day_1 < start).fill_null(value=True))
    if settings.needs_start:
        is_plain.append(start.is_not_null())
    clearance = _clearance(told) if set(CONCENTRATIONS) & set(told) else pl.lit(None, dtype=pl.Float64)
    return (
        frame.lazy()
        .with_columns(
            column("height", pl.Int64()).alias("height"),
            column("weight", pl.Int64()).alias("weight"),
            column("previous_weight", pl.Int64()).alias("previous_weight"),
            sex=column("sex", pl.Int8()),
            start=start,
            age=pl.coalesce(age, months * BILLION) if "born" in told else age,
            days_old=(start - measured_on).dt.total_days() if "measured_on" in told else nothing,
            days_since_day_1=(start - previous_day_1).dt.total_days() if "previous_day_1" in told else nothing,
        )
        .with_columns(kilograms=pl.col("weight") / BILLION, metres=pl.col("height") / (100 * BILLION))
        .with_columns(
            bmi=pl.col("kilograms") / (pl.col("metres") * pl.col("metres")),
            steps=_area(settings) * (BILLION / whole) + 0.5,
            clearance=clearance,
        )
        .select(
            *dict.fromkeys((*told, "height", "weight", "previous_weight", "sex", "age", "start", "clearance")),
            *("days_old", "days_since_day_1", "kilograms", "metres", "bmi"),
            bsa=pl.col("steps").floor().cast(pl.Int64, strict=False) * whole,
            is_plain=pl.all_horizontal(is_plain).fill_null(value=False),
            is_near_tie=(pl.col("steps") - pl.col("steps").round()).abs() <= pl.col("steps") * DOUBT,
        )
        .with_row_index("row")
        .collect(optimizations=pl.QueryOptFlags.none())
    )


def _settle_ties(frame: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """The BSA of rows so near a tie that floats cannot tell, by the formula itself."""
    step = settings.pharmacy.bsa_rounding
    if step is None or not frame.get_column("is_near_tie").any():
        return frame
    rows = frame.filter("is_plain", "is_near_tie").select("row", "height", "weight", "sex")
    formula = BSA_FORMULAS[settings.pharmacy.bsa_formula]
    areas: list[int] = []
    for _, height, weight, sex in rows.iter_rows():
        area = formula.compute(Decimal(height) / BILLION, Decimal(weight) / BILLION, SEXES[sex - 1] if sex else None)
        areas.append(int(to_nearest(area, step.value) * BILLION))
    return frame.with_columns(frame.get_column("bsa").scatter(rows.get_column("row"), areas))


def _area(settings: Settings) -> pl.Expr:
    """BSA in m2 as floats, by the pharmacy's formula; null where it needs a sex that is not known."""
    import polars as pl

    height, weight = pl.col("metres") * 100, pl.col("kilograms")
    sexes: tuple[Sex | None, ...] = (None, "female", "male")
    forms = [measured(settings.pharmacy.bsa_formula, sex) for sex in sexes]
    if forms[0] == forms[1] == forms[2]:
        return surface(forms[0], height, weight)
    value = pl.lit(None, dtype=pl.Float64)
    for code, form in enumerate(forms):
        value = pl.when(pl.col("sex") == code).then(surface(form, height, weight)).otherwise(value)
    return value


def _clearance(told: Collection[str]) -> pl.Expr:
    """Creatinine clearance as `measures.creatinine_clearance` has it, in floats."""
    import polars as pl

    found = pl.col("creatinine_clearance") if "creatinine_clearance" in told else pl.lit(None, dtype=pl.Float64)
    if "creatinine" not in told:
        return found
    creatinine, age = pl.col("creatinine"), pl.col("age")
    years = (age // (12 * BILLION)).cast(pl.Float64)
    adult = (140 - years) * pl.col("kilograms") / (72 * creatinine)
    return (
        pl.when(found.is_not_null())
        .then(found)
        .when(age < 12 * BILLION)
        .then(None)
        .when(age < 18 * 12 * BILLION)
        .then(41.3 * pl.col("metres") / creatinine)
        .when(pl.col("sex") == 1)
        .then(adult * 0.85)
        .when(pl.col("sex") == 2)
        .then(adult)
    )
