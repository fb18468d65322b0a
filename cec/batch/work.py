"""One block of rows -> its part of the output and of the rejects: what a worker does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.cells import apart
from cec.batch.desk import Answered, Desk
from cec.batch.sheets import print_sheets
from cec.batch.single import Settings
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
    """All that a worker must know: how the table is laid out, what each column tells, and how rows are dosed."""

    layout: Layout
    columns: Mapping[str, Column]
    settings: Settings
    regimens: Mapping[str, Regimen | Refusal]
    kind: Kind
    rejects_kind: RejectsKind
    separator: str
    sheets: str = ""
    paper: str = "a4"


class Done(NamedTuple):
    """The answer to a block: rows to write, counts, the codes of alerts with their numbers, and the place reached."""

    doses: Piece
    rejects: Piece
    dosed: int
    rejected: int
    alerts: Counter[str]
    position: int
    idle: Sequence[int] = ()
    """Dosed rows that have no administrations, because every drug is reduced to nothing."""
    whose: pl.DataFrame | None = None
    """Of each dosed row a number for its id and start, where it comes to administrations of its own."""


class Worker:
    """Answers blocks, one after the other or several at once."""

    def __init__(self, job: Job) -> None:
        self.job = job
        is_csv = self._keeps_lines and job.kind == "csv"
        separator = job.separator if is_csv and not job.settings.has_schedule else ""
        self.desk = Desk(job.settings, job.columns, job.regimens, separator)
        self._names = unlike([*REJECTED, *job.layout.columns, "text"])

    def headers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The columns of the output and of the rejects; FileError where those of the table do not go with them."""
        layout = self.job.layout
        faults = mute_columns(layout.types, self.job.columns)
        if not self.job.settings.has_schedule:
            faults += unwritable_columns(layout.types, self.job.kind)
        if faults:
            raise FileError(*faults)
        if self.job.settings.has_schedule:
            return self.desk.columns_made, (*REJECTED, *layout.header, "text")
        added = self._added()
        if taken := [name for name in added if name in layout.columns]:
            raise FileError(
                Fault(f"the table has columns that this would add: {', '.join(taken)}; rename them or take them out")
            )
        return (*layout.header, *added), (*REJECTED, *layout.header, "text")

    def __call__(self, block: Block) -> Done:
        """The answer to a block."""
        import polars as pl

        job = self.job
        rows = self._read(block)
        answered = self.desk.answer(rows.frame) if rows.frame.height else None
        if answered and job.sheets:
            answered = print_sheets(rows.frame, rows.rows, answered, desk=self.desk, folder=job.sheets, paper=job.paper)
        lines = rows.lines if self._keeps_lines else None
        if answered and answered.patients + answered.refused.height != rows.frame.height:
            raise AssertionError(
                f"of {rows.frame.height} rows {answered.patients} are dosed, {answered.refused.height} refused"
            )
        rejects = self._rejects(rows, answered)
        if answered is None:
            has_schedule = job.settings.has_schedule
            made = dict.fromkeys(self.desk.columns_made if has_schedule else self._added(), pl.String())
            answers = pl.DataFrame(schema=made if has_schedule else {**rows.frame.schema, **made})
            kept = None
        else:
            answers, kept = self._answers(rows, answered, lines)
        own = job.columns["regimen"].name if "regimen" in job.columns else ""
        return Done(
            encode(answers, job.kind, job.separator, self.desk.numbers_made, lines=kept, own=own),
            encode(rejects, job.rejects_kind, job.separator, []),
            answered.patients if answered else 0,
            rejects.height,
            _count_alerts(answered, has_schedule=job.settings.has_schedule),
            block.position,
            _idle(rows, answered) if answered and job.settings.has_schedule else (),
            self._whose(rows, answered) if answered and job.settings.needs_start else None,
        )

    def _read(self, block: Block) -> Rows:
        """The rows of a block: only the columns that tell something, where the rest stays as it was read."""
        layout = self.job.layout
        if (self.job.settings.has_schedule or self._keeps_lines) and not self.job.sheets:
            return rows_of(block, layout, {column.name for column in self.job.columns.values()})
        return rows_of(block, layout)

    @property
    def _keeps_lines(self) -> bool:
        """Whether the output has the rows of the table just as they were read."""
        kind = self.job.kind
        return kind == self.job.layout.kind and (
            kind == "jsonl" or (kind == "csv" and "regimen" not in self.job.columns)
        )

    def _added(self) -> tuple[str, ...]:
        """The columns that are put behind those of the table."""
        return tuple(name for name in self.desk.columns_made if name != "regimen" or "regimen" not in self.job.columns)

    def _answers(
        self, rows: Rows, answered: Answered, lines: pl.Series | None
    ) -> tuple[pl.DataFrame, pl.Series | None]:
        """The frame to write and, where rows can stay as they were read, these."""
        import polars as pl

        job, dosed = self.job, answered.dosed
        if job.settings.has_schedule:
            return dosed.drop("row"), None
        added = dosed.select(name for name in self.desk.cells_made if name != "regimen" or "regimen" not in job.columns)
        places = dosed.get_column("row") if dosed.height < rows.frame.height else None
        if lines is not None:
            lines = lines if places is None else lines.gather(places)
            return added.hstack(self._named(rows.frame, dosed, places)), lines
        frame = rows.frame if places is None else rows.frame[places]
        frame = frame.with_columns(self._named(rows.frame, dosed, places))
        return pl.concat([frame, apart(added, job.separator)], how="horizontal"), None

    def _whose(self, rows: Rows, answered: Answered) -> pl.DataFrame:
        """The row in the file and a number for its id and start, which two rows should not have both."""
        import polars as pl

        settings = self.job.settings
        usual = {"id": "", "start": str(settings.start or ""), "cycle": str(settings.cycle or "")}
        told = {fact: column.name for fact, column in self.job.columns.items() if fact in usual}
        cells = {fact: as_texts(rows.frame.get_column(name)).str.strip_chars() for fact, name in told.items()}
        texts = [column.replace("", None).fill_null(usual[fact]) for fact, column in cells.items()]
        places = answered.dosed.get_column("row").unique(maintain_order=True)
        numbers = pl.Series("row", [rows.rows[place] for place in places], dtype=pl.Int64)
        key = pl.DataFrame(texts).hash_rows(seed=0).gather(places).alias("key")
        return pl.DataFrame([numbers, key])

    def _named(self, frame: pl.DataFrame, dosed: pl.DataFrame, places: pl.Series | None) -> list[pl.Series]:
        """The table's own column of regimens, empty cells filled; nothing where it has none."""
        told = self.job.columns.get("regimen")
        if told is None:
            return []
        cells = frame.get_column(told.name)
        return [filled(cells if places is None else cells.gather(places), dosed.get_column("regimen"))]

    def _rejects(self, rows: Rows, answered: Answered | None) -> pl.DataFrame:
        """The rejected rows in their order, with the cells that they had."""
        import polars as pl

        schema = {self._names[0]: pl.Int64(), **dict.fromkeys(self._names[1:], pl.String())}
        width = len(self.job.layout.columns)
        read = [(one.row, one.column, one.reason, *(one.cells or (None,) * width), one.text) for one in rows.rejected]
        unread = pl.DataFrame(read, schema=schema, orient="row")
        if answered is None or not answered.refused.height:
            return unread
        places = answered.refused.get_column("row")
        number = pl.Series([rows.rows[place] for place in places], dtype=pl.Int64)
        told = answered.refused.select("column", "reason")
        text = pl.Series([""], dtype=pl.String).new_from_index(0, len(places))
        columns = [number, *told.iter_columns(), *all_cells(rows, places, self.job.layout), text]
        refused = pl.DataFrame(dict(zip(self._names, columns, strict=True)))
        return pl.concat([unread, refused]).sort(self._names[0], maintain_order=True)


def _idle(rows: Rows, answered: Answered) -> list[int]:
    """The rows in the file that are neither refused nor have a line in the schedule."""
    told = {*answered.dosed.get_column("row"), *answered.refused.get_column("row")}
    return (
        []
        if len(told) == rows.frame.height
        else [rows.rows[row] for row in range(rows.frame.height) if row not in told]
    )


def _count_alerts(answered: Answered | None, *, has_schedule: bool) -> Counter[str]:
    """How many dosed rows have each alert."""
    counter: Counter[str] = Counter()
    if answered is not None:
        each = answered.dosed.unique("row") if has_schedule else answered.dosed
        for codes, count in each.get_column("alerts").value_counts().iter_rows():
            counter.update(dict.fromkeys((codes or "").split(), count))
    return counter
