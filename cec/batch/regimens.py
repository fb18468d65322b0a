"""A frame of rows -> the doses of each or the reason why not, whichever regimen a row names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.engine import Engine
from cec.batch.schedule import Scheduler
from cec.batch.single_row import NOT_MADE, Settings, answer_columns
from cec.errors import InputError
from cec.regimen import Regimen
from cec.rendering.csv.order import SCHEDULE_COLUMNS, SCHEDULE_NUMBERS
from cec.tables.cells import as_texts
from cec.tables.columns import Column
from cec.tables.regimens import regimen_of
from cec.tables.rows import Refusal, cells_of, row_texts

if TYPE_CHECKING:
    import polars as pl

    from cec.order import Order

AT_ONCE = 2_000
"""Rows of several regimens whose administrations are put into one order at a time."""


class Answered(NamedTuple):
    """Every row once, as its place in the frame: `dosed` has row, regimen and the columns of doses, `refused` row,
    column and reason.
    """

    dosed: pl.DataFrame
    refused: pl.DataFrame


class _Part(NamedTuple):
    """The rows of one regimen: their texts by fact, and their places in the frame; None for all of it."""

    engine: Engine | Refusal
    texts: Mapping[str, pl.Series]
    places: pl.Series | None


class Regimens:
    """Where rows are answered: an engine for each regimen, kept from block to block."""

    def __init__(
        self, settings: Settings, columns: Mapping[str, Column], regimens: Mapping[str, Regimen | Refusal] | None = None
    ) -> None:
        self.settings = settings
        self.columns = dict(columns)
        self._told = {fact: column for fact, column in self.columns.items() if fact != "regimen"}
        self._regimens = {"": settings.regimen, **(regimens or {})}
        self._engines: dict[str, Engine] = {}
        self._schedulers: dict[str, Scheduler] = {}
        self.amounts: tuple[str, ...] = ()
        engines = [engine for text in list(self._regimens) if isinstance(engine := self._engine(text), Engine)]
        _refuse_mixed(engines, has_amounts=not settings.has_schedule)
        self.amounts = tuple(dict.fromkeys(name for engine in engines for name in engine.names))
        self.columns_made = SCHEDULE_COLUMNS if settings.has_schedule else self._wide
        """The columns that a dosed row gets, all of them texts."""
        self.numbers_made = SCHEDULE_NUMBERS if settings.has_schedule else ("bsa_m2", *self.amounts)
        """Those of them that hold numbers, which JSON has without quotes."""

    @property
    def _wide(self) -> tuple[str, ...]:
        return ("regimen", "bsa_m2", *self.amounts, "alerts")

    def answer(self, frame: pl.DataFrame) -> Answered:
        """The doses of every row of a frame."""
        import polars as pl

        answered = [self._answered(part) for part in self._by_regimen(frame)]
        if len(answered) == 1:
            return answered[0]
        return Answered(
            pl.concat([dosed for dosed, _ in answered], how="diagonal").sort("row"),
            pl.concat([refused for _, refused in answered]).sort("row"),
        )

    def administrations(self, frame: pl.DataFrame, dosed: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """A row for each administration of the dosed rows of a frame, in their order, some of them at a time."""
        import polars as pl

        parts = [part for part in self._by_regimen(frame) if isinstance(part.engine, Engine)]
        for some in dosed.iter_slices(AT_ONCE) if len(parts) > 1 else [dosed]:
            administrations: list[pl.DataFrame] = []
            for part in parts:
                if not isinstance(part.engine, Engine):
                    continue
                own = some if part.places is None else some.filter(pl.col("row").is_in(part.places.implode()))
                if part.places is not None:
                    own = own.with_columns(row=part.places.search_sorted(own.get_column("row")))
                if own.height:
                    frames = self._scheduler(part.engine).schedule(own, part.texts)
                    if len(parts) == 1:
                        yield from frames
                    else:
                        administrations += [self._placed(each, part.places) for each in frames]
            if administrations:
                yield pl.concat(administrations).sort("row", maintain_order=True)

    def orders(self, frame: pl.DataFrame, rows: Sequence[int]) -> Iterator[Order]:
        """The whole order of each of these rows, all of which have doses."""
        some = frame[list(rows)]
        texts_of_rows = row_texts(self._texts(some), self._told, range(len(rows)))
        for texts, name in zip(texts_of_rows, self._names(some), strict=True):
            engine = self._engine(name)
            if isinstance(engine, Engine):
                yield engine.order(texts)

    def _engine(self, text: str) -> Engine | Refusal:
        """The engine of the regimen that a cell names; the default's where it is empty."""
        if text not in self._engines:
            regimen = regimen_of(text, self._regimens)
            if isinstance(regimen, Refusal):
                return regimen
            self._engines[text] = Engine(self.settings._replace(regimen=regimen), self._told)
        engine = self._engines[text]
        if self.amounts and not set(engine.names) <= set(self.amounts) and not self.settings.has_schedule:
            named = ", ".join(engine.names)
            return Refusal(("regimen",), f"{text} needs the columns {named}: name it among the regimens of the table")
        return engine

    def _scheduler(self, engine: Engine) -> Scheduler:
        return self._schedulers.setdefault(engine.settings.regimen.name, Scheduler(engine))

    def _texts(self, frame: pl.DataFrame) -> dict[str, pl.Series]:
        """A column of texts for each fact but the regimen."""
        return {fact: cells_of(column, frame) for fact, column in self._told.items()}

    def _names(self, frame: pl.DataFrame) -> pl.Series:
        """The regimen that each row names, or an empty text."""
        import polars as pl

        if "regimen" not in self.columns:
            return pl.Series([""], dtype=pl.String).new_from_index(0, frame.height)
        return as_texts(frame.get_column(self.columns["regimen"].name)).fill_null("").str.strip_chars()

    def _by_regimen(self, frame: pl.DataFrame) -> Iterator[_Part]:
        """The rows of each regimen."""
        texts, named = self._texts(frame), self._names(frame)
        names = named.unique(maintain_order=True).to_list() if "regimen" in self.columns else [""]
        if len(names) <= 1:
            yield _Part(self._engine(names[0] if names else ""), texts, None)
            return
        for name in names:
            places = (named == name).arg_true()
            yield _Part(self._engine(name), {fact: cells.gather(places) for fact, cells in texts.items()}, places)

    def _answered(self, part: _Part) -> Answered:
        """The dosed and the refused rows of one regimen."""
        import polars as pl

        amounts = () if self.settings.has_schedule else self._wide
        if isinstance(part.engine, Refusal):
            rows = len(next(iter(part.texts.values())))
            every = {"row": range(rows), "facts": ["regimen"] * rows, "reason": [part.engine.reason] * rows}
            refused = pl.DataFrame(every, schema_overrides={"row": pl.UInt32})
            dosed = pl.DataFrame(schema={"row": pl.UInt32, **dict.fromkeys(("regimen", *amounts, NOT_MADE), pl.String)})
        else:
            dosed, refused = part.engine.answer(part.texts)
            dosed = dosed.with_columns(pl.lit(part.engine.settings.regimen.name).alias("regimen"))
            lacking = [name for name in amounts if name not in dosed.columns]
            dosed = dosed.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in lacking)
            columns = (*amounts, NOT_MADE) if amounts else ("regimen", *answer_columns(part.engine.settings))
            dosed = dosed.select("row", *columns)
        return Answered(self._placed(dosed, part.places), self._placed(self._with_columns(refused), part.places))

    def _placed(self, rows: pl.DataFrame, places: pl.Series | None) -> pl.DataFrame:
        """Rows with their places in the frame."""
        return rows if places is None else rows.with_columns(row=places.gather(rows.get_column("row")))

    def _with_columns(self, refused: pl.DataFrame) -> pl.DataFrame:
        """The refused rows with the names of the columns that are at fault."""
        import polars as pl

        facts = refused.get_column("facts")
        names = {
            text: ", ".join(self.columns[fact].name if fact in self.columns else fact for fact in text.split(","))
            for text in facts.unique()
        }
        column = facts.replace_strict(names, return_dtype=pl.String) if names else facts
        return refused.select("row", column.alias("column"), "reason")


def _refuse_mixed(engines: Sequence[Engine], *, has_amounts: bool) -> None:
    """InputError where two regimens have one name, or one column would hold the amounts of two drugs."""
    regimens: dict[str, Regimen] = {}
    drugs: dict[str, tuple[str, str]] = {}
    for engine in engines:
        regimen = engine.settings.regimen
        if regimens.setdefault(regimen.name, regimen) != regimen:
            raise InputError(f"two regimens have the name {regimen.name}; give one of them another name in its file")
        for column, line in zip(engine.names, regimen.drugs, strict=True):
            drug, other = drugs.setdefault(column, (line.drug, regimen.name))
            if has_amounts and drug != line.drug:
                both = f"{drug} of {other} and {line.drug} of {regimen.name}"
                raise InputError(f"{column} would be {both}; dose each in a table of its own")
