"""A frame of rows -> the doses of each or the reason why not, whichever regimen a row names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.answers import answer
from cec.batch.plan import Plan
from cec.batch.rows import Answers
from cec.batch.schedules import schedule
from cec.batch.single import Settings, draft_row
from cec.errors import InputError
from cec.regimen import Regimen
from cec.render.csv.order import SCHEDULE_COLUMNS, SCHEDULE_NUMBERS
from cec.tables.cells import as_texts
from cec.tables.columns import Column
from cec.tables.rows import Refusal, regimen_of, row_texts

if TYPE_CHECKING:
    import polars as pl

    from cec.order import Order


class Answered(NamedTuple):
    """Every row once, as its place in the frame: `dosed` has row and the added columns, or with a schedule those of
    administrations; `refused` has row, column and reason. `patients` is the number of rows that are dosed.
    """

    dosed: pl.DataFrame
    refused: pl.DataFrame
    patients: int


class Desk:
    """Where rows are answered: a plan for each regimen, kept from block to block."""

    def __init__(
        self,
        settings: Settings,
        columns: Mapping[str, Column],
        regimens: Mapping[str, Regimen | Refusal] | None = None,
        separator: str = "",
    ) -> None:
        """With a separator, some cells of one regimen are written together; see `Plan`."""
        self.settings = settings
        self._separator = separator
        self.columns = dict(columns)
        self._regimens = {"": settings.regimen, **(regimens or {})}
        self._plans: dict[str, Plan] = {}
        self.columns_made: tuple[str, ...] = ()
        """The columns that a dosed row gets, all of them texts."""
        plans = [self._plan(text) for text in list(self._regimens)]
        _refuse_mixed([plan for plan in plans if isinstance(plan, Plan)], has_amounts=not settings.has_schedule)
        amounts = [name for plan in plans if isinstance(plan, Plan) for name in plan.columns]
        wide = ("regimen", "bsa_m2", *dict.fromkeys(amounts), "alerts")
        self.columns_made = SCHEDULE_COLUMNS if settings.has_schedule else wide
        self.numbers_made = SCHEDULE_NUMBERS if settings.has_schedule else ("bsa_m2", *dict.fromkeys(amounts))
        """Those of them that hold numbers, which JSON has without quotes."""
        groups = [separator.join(group) for plan in plans if isinstance(plan, Plan) for group in plan.groups]
        self.cells_made = ("regimen", *groups, "alerts") if separator else self.columns_made
        """The columns of answers: those, or several of them together."""

    def answer(self, frame: pl.DataFrame) -> Answered:
        """The doses of every row of a frame."""
        import polars as pl

        parts = [self._part(plan, texts, places) for plan, texts, places in self._by_regimen(frame)]
        dosed = pl.concat([dosed for dosed, _, _ in parts]) if len(parts) > 1 else parts[0][0]
        refused = pl.concat([refused for _, refused, _ in parts])
        if len(parts) > 1:
            dosed, refused = dosed.sort("row", maintain_order=True), refused.sort("row")
        return Answered(dosed, refused, sum(count for _, _, count in parts))

    def orders(self, frame: pl.DataFrame, rows: Sequence[int]) -> Iterator[Order]:
        """The whole order of each of these rows, all of which have doses."""
        some = frame[list(rows)]
        said = row_texts(self._texts(some), self.columns, range(len(rows)))
        for texts, name in zip(said, self._names(some), strict=True):
            plan = self._plan(name)
            if isinstance(plan, Plan):
                yield draft_row(texts, plan.settings)

    def _plan(self, text: str) -> Plan | Refusal:
        """The plan of the regimen that a cell names; the default's where it is empty."""
        if text not in self._plans:
            regimen = regimen_of(text, self._regimens)
            if isinstance(regimen, Refusal):
                return regimen
            self._plans[text] = Plan(self.settings._replace(regimen=regimen), self.columns, self._separator)
        plan = self._plans[text]
        if self.columns_made and not set(plan.columns) <= set(self.columns_made) and not self.settings.has_schedule:
            named = ", ".join(plan.columns)
            return Refusal(("regimen",), f"{text} needs the columns {named}: name it among the regimens of the table")
        return plan

    def _texts(self, frame: pl.DataFrame) -> dict[str, pl.Series]:
        """A column of texts for each fact but the regimen."""
        told = {fact: column for fact, column in self.columns.items() if fact != "regimen"}
        return {fact: as_texts(frame.get_column(column.name)) for fact, column in told.items()}

    def _names(self, frame: pl.DataFrame) -> pl.Series:
        """The regimen that each row names, or an empty text."""
        import polars as pl

        if "regimen" not in self.columns:
            return pl.Series([""], dtype=pl.String).new_from_index(0, frame.height)
        return as_texts(frame.get_column(self.columns["regimen"].name)).fill_null("").str.strip_chars()

    def _by_regimen(
        self, frame: pl.DataFrame
    ) -> Iterator[tuple[Plan | Refusal, dict[str, pl.Series], pl.Series | None]]:
        """The rows of each regimen: its plan, their texts by fact, and their places; None for all of the frame."""
        texts = self._texts(frame)
        if "regimen" not in self.columns:
            yield self._plan(""), texts, None
            return
        named = self._names(frame)
        names = named.unique(maintain_order=True).to_list() or [""]
        for name in names:
            if len(names) == 1:
                yield self._plan(name), texts, None
            else:
                places = (named == name).arg_true()
                yield self._plan(name), {fact: series.gather(places) for fact, series in texts.items()}, places

    def _part(
        self, plan: Plan | Refusal, texts: dict[str, pl.Series], places: pl.Series | None
    ) -> tuple[pl.DataFrame, pl.DataFrame, int]:
        """The dosed and the refused rows of one regimen, and how many were dosed."""
        import polars as pl

        rows = len(next(iter(texts.values())))
        if isinstance(plan, Refusal):
            every = {"row": range(rows), "facts": ["regimen"] * rows, "reason": [plan.reason] * rows}
            refused_rows = pl.DataFrame(every, schema_overrides={"row": pl.UInt32})
            answers = Answers(pl.DataFrame(schema={"row": pl.UInt32}), refused_rows)
            dosed = answers.dosed
        else:
            answers = answer(texts, plan)
            dosed = answers.dosed.with_columns(pl.lit(plan.settings.regimen.name).alias("regimen"))
            if self.settings.has_schedule:
                dosed = schedule(dosed, texts, plan)
        missing = [name for name in self.cells_made if name not in dosed.columns]
        dosed = dosed.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in missing)
        dosed = dosed.select("row", *self.cells_made)
        refused = self._told(answers)
        if places is not None:
            dosed = dosed.with_columns(row=places.gather(dosed.get_column("row")))
            refused = refused.with_columns(row=places.gather(refused.get_column("row")))
        return dosed, refused, answers.dosed.height

    def _told(self, answers: Answers) -> pl.DataFrame:
        """The refused rows with the names of the columns that are at fault."""
        import polars as pl

        facts = answers.refused.get_column("facts")
        names = {
            text: ", ".join(self.columns[fact].name if fact in self.columns else fact for fact in text.split(","))
            for text in facts.unique()
        }
        return answers.refused.select(
            "row", column=facts.replace_strict(names, return_dtype=pl.String), reason="reason"
        )


def _refuse_mixed(plans: Sequence[Plan], *, has_amounts: bool) -> None:
    """InputError where two regimens have one name, or one column would hold the amounts of two drugs."""
    regimens: dict[str, Regimen] = {}
    drugs: dict[str, tuple[str, str]] = {}
    for plan in plans:
        regimen = plan.settings.regimen
        if regimens.setdefault(regimen.name, regimen) != regimen:
            raise InputError(f"two regimens have the name {regimen.name}; give one of them another name in its file")
        for column, line in zip(plan.columns, regimen.drugs, strict=True):
            drug, other = drugs.setdefault(column, (line.drug, regimen.name))
            if has_amounts and drug != line.drug:
                both = f"{drug} of {other} and {line.drug} of {regimen.name}"
                raise InputError(f"{column} would be {both}; dose each in a table of its own")
