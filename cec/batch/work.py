"""One block of rows -> its part of the output and of the rejects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.regimens import Answered, Regimens
from cec.batch.sheets import print_sheets
from cec.batch.single_row import NEXT_REASON, NOT_MADE, Settings
from cec.errors import Fault, FileError
from cec.regimen import Regimen
from cec.tables.cells import as_texts, filled, mute_columns, unwritable_columns
from cec.tables.columns import Column
from cec.tables.layout import Block, Kind, Layout, Rows, unlike
from cec.tables.opening import all_cells, rows_of
from cec.tables.rows import Refusal
from cec.tables.writing import Piece, RejectsKind, encode

if TYPE_CHECKING:
    import polars as pl

REJECTED = ("row", "column", "reason")
"""The columns that stand before a rejected row's own cells."""


class Job(NamedTuple):
    """How the table is laid out, what each column tells, and how rows are dosed and written."""

    layout: Layout
    columns: Mapping[str, Column]
    settings: Settings
    regimens: Mapping[str, Regimen | Refusal]
    kind: Kind
    rejects_kind: RejectsKind
    separator: str
    sheets: str = ""
    paper: str = "a4"

    @property
    def own_regimens(self) -> str:
        """The table's own column of regimens; nothing where it has none."""
        return self.columns["regimen"].name if "regimen" in self.columns else ""

    @property
    def keeps_lines(self) -> bool:
        """Whether the output has the rows of the table just as they were read."""
        is_csv = self.kind == "csv" and not self.own_regimens
        return self.kind == self.layout.kind and (is_csv or self.kind == "jsonl") and not self.settings.has_schedule


class Done(NamedTuple):
    """The answer to a block: rows to write, counts, the codes of alerts with their numbers, and the place reached."""

    doses: Iterable[Piece]
    """Made as they are written: a row of a long table comes to hundreds."""
    rejects: Piece
    dosed: int
    rejected: int
    alerts: Counter[str]
    not_made: Counter[str]
    """Of how many dosed rows checks were not made, by reason."""
    position: int
    idle: Sequence[int] = ()
    """Dosed rows that have no administrations, because every drug is reduced to nothing."""
    whose: pl.DataFrame | None = None
    """Of each dosed row a number for its id and start, where it comes to administrations of its own."""


class Worker:
    """Answers blocks."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.regimens = Regimens(job.settings, job.columns, job.regimens)
        self._names = unlike([*REJECTED, *job.layout.columns, "text"])

    def headers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The columns of the output and of the rejects; FileError where those of the table do not go with them."""
        layout, has_schedule = self.job.layout, self.job.settings.has_schedule
        faults = mute_columns(layout.types, self.job.columns)
        if not has_schedule:
            faults += unwritable_columns(layout.types, self.job.kind)
        if faults:
            raise FileError(*faults)
        rejects = (*REJECTED, *layout.header, "text")
        if has_schedule:
            return self.regimens.columns_made, rejects
        added = self._added()
        if taken := [name for name in added if name in layout.columns]:
            hint = "; a BSA to compare with stands in a column bsa" if taken == ["bsa_m2"] else ""
            text = f"the table has columns that this would add: {', '.join(taken)}; rename them or take them out{hint}"
            raise FileError(Fault(text))
        return (*layout.header, *added), rejects

    def __call__(self, block: Block) -> Done:
        """The answer to a block."""
        job = self.job
        needs_all = job.sheets or not (job.keeps_lines or job.settings.has_schedule)
        wanted = None if needs_all else {name for column in job.columns.values() for name in column.names}
        rows = rows_of(block, job.layout, wanted)
        if not rows.frame.height:
            rejects = self._rejects(rows, None)
            return Done(
                (self._nothing(rows),), self._encoded(rejects), 0, rejects.height, Counter(), Counter(), block.position
            )
        answered = self.regimens.answer(rows.frame)
        if answered.dosed.height + answered.refused.height != rows.frame.height:
            raise AssertionError(f"{rows.frame.height} rows have {answered.dosed.height} answers and others")
        if job.sheets:
            answered = print_sheets(
                rows.frame, rows.rows, answered, regimens=self.regimens, folder=job.sheets, paper=job.paper
            )
        rejects = self._rejects(rows, answered)
        return Done(
            self._schedule(rows, answered) if job.settings.has_schedule else (self._wide(rows, answered),),
            self._encoded(rejects),
            answered.dosed.height,
            rejects.height,
            _count(answered.dosed.get_column("alerts"), " "),
            _count(answered.dosed.get_column(NOT_MADE), NEXT_REASON),
            block.position,
            self._idle(rows, answered) if job.settings.has_schedule else (),
            self._whose(rows, answered) if job.settings.needs_start else None,
        )

    def _added(self) -> tuple[str, ...]:
        """The columns that are put behind those of the table."""
        return tuple(name for name in self.regimens.columns_made if name != "regimen" or not self.job.own_regimens)

    def _nothing(self, rows: Rows) -> Piece:
        """What is written of a block without rows: of Parquet the columns."""
        import polars as pl

        has_schedule = self.job.settings.has_schedule
        added = dict.fromkeys(self.regimens.columns_made if has_schedule else self._added(), pl.String())
        columns = added if has_schedule else {**rows.frame.schema, **added}
        return encode(pl.DataFrame(schema=columns), self.job.kind, self.job.separator, self.regimens.numbers_made)

    def _schedule(self, rows: Rows, answered: Answered) -> Iterable[Piece]:
        """The administrations of the dosed rows, piece by piece."""
        for frame in self.regimens.administrations(rows.frame, answered.dosed):
            yield encode(frame.drop("row"), self.job.kind, self.job.separator, self.regimens.numbers_made)

    def _wide(self, rows: Rows, answered: Answered) -> Piece:
        """The dosed rows of the table with their doses behind them."""
        import polars as pl

        job, dosed = self.job, answered.dosed
        added = dosed.select(self._added())
        places = dosed.get_column("row") if dosed.height < rows.frame.height else None
        named = []
        if own := job.own_regimens:
            cells = rows.frame.get_column(own)
            named = [filled(cells if places is None else cells.gather(places), dosed.get_column("regimen"))]
        lines = rows.lines if job.keeps_lines else None
        if lines is not None:
            lines, table = lines if places is None else lines.gather(places), added.hstack(named)
        else:
            frame = rows.frame if places is None else rows.frame[places]
            table = pl.concat([frame.with_columns(named), added], how="horizontal")
        return encode(table, job.kind, job.separator, self.regimens.numbers_made, lines=lines, own=job.own_regimens)

    def _encoded(self, rejects: pl.DataFrame) -> Piece:
        return encode(rejects, self.job.rejects_kind, self.job.separator, [])

    def _rejects(self, rows: Rows, answered: Answered | None) -> pl.DataFrame:
        """The rejected rows in their order, with the cells that they had."""
        import polars as pl

        schema = {self._names[0]: pl.Int64(), **dict.fromkeys(self._names[1:], pl.String())}
        width = len(self.job.layout.columns)
        read = [
            (reject.row, reject.column, reject.reason, *(reject.cells or (None,) * width), reject.text)
            for reject in rows.rejected
        ]
        unread = pl.DataFrame(read, schema=schema, orient="row")
        if answered is None or not answered.refused.height:
            return unread
        places = answered.refused.get_column("row")
        reasons = answered.refused.select("column", "reason")
        text = pl.Series([""], dtype=pl.String).new_from_index(0, len(places))
        columns = [
            _numbers(rows, places),
            *reasons.iter_columns(),
            *all_cells(rows, places, self.job.layout),
            text,
        ]
        refused = pl.DataFrame(dict(zip(self._names, columns, strict=True)))
        return pl.concat([unread, refused]).sort(self._names[0], maintain_order=True) if read else refused

    def _whose(self, rows: Rows, answered: Answered) -> pl.DataFrame:
        """The row in the file and a number for its id and start, which two rows should not have both."""
        import polars as pl

        settings = self.job.settings
        usual = {"id": "", "start": str(settings.start or ""), "cycle": str(settings.cycle or "")}
        names = {fact: column.name for fact, column in self.job.columns.items() if fact in usual}
        cells = {fact: as_texts(rows.frame.get_column(name)).str.strip_chars() for fact, name in names.items()}
        texts = [column.replace("", None).fill_null(usual[fact]) for fact, column in cells.items()]
        given = answered.dosed.filter(~self._is_idle(answered.dosed)).get_column("row")
        key = pl.DataFrame(texts).hash_rows(seed=0).gather(given).alias("key")
        return pl.DataFrame([_numbers(rows, given), key])

    def _idle(self, rows: Rows, answered: Answered) -> list[int]:
        """The rows in the file that are dosed and have no line in the schedule."""
        idle = answered.dosed.filter(self._is_idle(answered.dosed)).get_column("row")
        return _numbers(rows, idle).to_list() if len(idle) else []

    def _is_idle(self, dosed: pl.DataFrame) -> pl.Expr:
        """Whether every drug of a row is reduced to nothing, so that nothing of it stands in a schedule."""
        import polars as pl

        amounts = [pl.col(name).fill_null("0") == "0" for name in self.regimens.amounts if name in dosed.columns]
        return pl.all_horizontal(amounts) & pl.lit(self.job.settings.has_schedule)


def _numbers(rows: Rows, places: pl.Series) -> pl.Series:
    """The numbers in the file of rows at these places of a block."""
    import polars as pl

    if isinstance(rows.rows, range):
        return (places.cast(pl.Int64) + rows.rows.start).alias("row")
    return pl.Series("row", rows.rows, dtype=pl.Int64).gather(places)


def _count(cells: pl.Series, separator: str) -> Counter[str]:
    """How many dosed rows have each of the texts that stand in their cells with a separator between them."""
    counter: Counter[str] = Counter()
    for texts, count in cells.value_counts().iter_rows():
        counter.update(dict.fromkeys(filter(None, (texts or "").split(separator)), count))
    return counter
