"""One block of rows -> its part of the output and of the rejects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cec.batch.regimens import Answered, Regimens
from cec.batch.sheets import print_sheets
from cec.batch.single_row import NEXT_REASON, NOT_MADE, Settings
from cec.errors import Fault, FileError
from cec.regimen import Regimen
from cec.render.csv import FORMULA, harmless
from cec.tables.cells import as_texts, filled, mute_columns, unwritable_columns
from cec.tables.columns import Column
from cec.tables.layout import REJECTED, TEXT, Block, Kind, Layout, Rows, unlike
from cec.tables.opening import all_cells, rows_of
from cec.tables.rows import Refusal
from cec.tables.writing import Piece, RejectsKind, encode

if TYPE_CHECKING:
    import polars as pl


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
    old_columns: tuple[str, ...] = ()
    """Those of the file to which the doses are appended; nothing where they stand in a new one."""

    @property
    def own_regimens(self) -> str:
        """The table's own column of regimens; nothing where it has none."""
        return self.columns["regimen"].name if "regimen" in self.columns else ""

    @property
    def keeps_lines(self) -> bool:
        """Whether the output has the rows of the table just as they were read."""
        if self.kind != self.layout.kind or self.layout.holds_rejects or self.settings.has_schedule:
            return False
        return self.kind == "jsonl" or (self.kind == "csv" and not self.own_regimens)

    @property
    def keeps_json(self) -> bool:
        """Whether cells of JSON Lines pass into a schedule in JSON Lines."""
        return self.kind == self.layout.kind == "jsonl"

    @property
    def passing(self) -> tuple[str, ...]:
        """The columns of the table that stand in the output: all, or in a schedule those that only pass through."""
        names = self.layout.columns[self.layout.passing]
        read = {name for column in self.columns.values() for name in column.names}
        return tuple(name for name in names if name not in read) if self.settings.has_schedule else names


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
        self.has_ended = False
        """Whether nobody waits for answers any more."""
        self.regimens = Regimens(job.settings, job.columns, job.regimens)
        self._names = unlike([*REJECTED, *job.layout.columns[job.layout.passing], TEXT])

    def headers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The columns of the output and of the rejects; FileError where those of the table do not go with them."""
        job, layout = self.job, self.job.layout
        faults = mute_columns(layout.types, job.columns)
        types = {name: kind for name, kind in layout.types.items() if name in job.passing}
        faults += unwritable_columns(types, job.kind)
        if faults:
            raise FileError(*faults)
        added = self._added()
        if taken := [name for name in added if name in job.passing]:
            hint = "; a BSA to compare with stands in a column bsa" if taken == ["bsa_m2"] else ""
            text = f"the table has columns that this would add: {', '.join(taken)}; rename them or take them out{hint}"
            raise FileError(Fault(text))
        own = layout.header[layout.passing]
        names = dict(zip(layout.columns, layout.header, strict=True))
        passing = tuple(names[name] for name in job.passing)
        header = (*added, *passing) if job.settings.has_schedule else (*passing, *added)
        return header, (*REJECTED, *own, TEXT)

    def __call__(self, block: Block) -> Done:
        """The answer to a block."""
        job = self.job
        wanted = None
        if not job.sheets and (job.keeps_lines or not job.passing):
            wanted = {name for column in job.columns.values() for name in column.names}
        rows = rows_of(block, job.layout, wanted)
        if not rows.frame.height:
            rejects = self._rejects(rows, None)
            return Done(
                (self._nothing(rows),),
                self._encoded_rejects(rejects),
                0,
                rejects.height,
                Counter(),
                Counter(),
                block.position,
            )
        answered = self.regimens.answer(rows.frame)
        if answered.dosed.height + answered.refused.height != rows.frame.height:
            raise AssertionError(f"{rows.frame.height} rows have {answered.dosed.height} answers and others")
        if job.sheets:
            orders = self.regimens.orders(rows.frame, answered.dosed.get_column("row").to_list())
            printed = takewhile(lambda _: not self.has_ended, orders)
            answered = print_sheets(rows.rows, answered, printed, folder=job.sheets, paper=job.paper)
        rejects = self._rejects(rows, answered)
        return Done(
            self._schedule(rows, answered) if job.settings.has_schedule else (self._wide(rows, answered),),
            self._encoded_rejects(rejects),
            answered.dosed.height,
            rejects.height,
            _count(answered.dosed.get_column("alerts"), " "),
            _count(answered.dosed.get_column(NOT_MADE), NEXT_REASON),
            block.position,
            self._idle(rows, answered) if job.settings.has_schedule else (),
            self._whose(rows, answered) if job.settings.needs_start else None,
        )

    def _added(self) -> tuple[str, ...]:
        """The columns that cec adds to those of the table; those of a file that has doses of more drugs, too."""
        fills = bool(self.job.own_regimens) and not self.job.settings.has_schedule
        added = tuple(name for name in self.regimens.columns_made if name != "regimen" or not fills)
        if self.job.settings.has_schedule or not {"bsa_m2", "alerts"} <= set(self.job.old_columns):
            return added
        old = self.job.old_columns[self.job.old_columns.index("bsa_m2") :]
        return (*added[: added.index("bsa_m2")], *old) if set(added[added.index("bsa_m2") :]) <= set(old) else added

    def _nothing(self, rows: Rows) -> Piece:
        """What is written of a block without rows: of Parquet the columns."""
        import polars as pl

        added = dict.fromkeys(self._added(), pl.String())
        passing = {name: kind for name, kind in rows.frame.schema.items() if name in self.job.passing}
        columns = {**added, **passing} if self.job.settings.has_schedule else {**passing, **added}
        return self._encoded(pl.DataFrame(schema=columns))

    def _schedule(self, rows: Rows, answered: Answered) -> Iterable[Piece]:
        """The administrations of the dosed rows, piece by piece."""
        passing = _as_they_stand(rows, self.job)
        for frame in self.regimens.administrations(rows.frame, answered.dosed):
            whole = frame.drop("row").hstack(passing[frame.get_column("row")] if self.job.passing else [])
            yield self._encoded(whole, self.job.passing if self.job.keeps_json else ())

    def _wide(self, rows: Rows, answered: Answered) -> Piece:
        """The dosed rows of the table with their doses behind them."""
        import polars as pl

        job, dosed = self.job, answered.dosed
        lacking = [name for name in self._added() if name not in dosed.columns]
        added = dosed.with_columns(pl.lit(None, pl.String).alias(name) for name in lacking).select(self._added())
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
            table = pl.concat([frame.with_columns(named).select(job.passing), added], how="horizontal")
        return self._encoded(table, lines=lines)

    def _encoded(self, table: pl.DataFrame, as_json: Sequence[str] = (), *, lines: pl.Series | None = None) -> Piece:
        """The rows of the output; no cell of cec's own columns begins a formula of a spreadsheet."""
        job, numbers = self.job, self.regimens.numbers_made
        if job.kind == "csv":
            table = _harmless(table, [name for name in self._added() if name not in numbers])
        return encode(table, job.kind, job.separator, (*numbers, *as_json), lines=lines, own=job.own_regimens)

    def _encoded_rejects(self, rejects: pl.DataFrame) -> Piece:
        job = self.job
        if job.rejects_kind == "csv":
            rejects = _harmless(rejects, [*self._names[1 : len(REJECTED)], self._names[-1]])
        return encode(rejects, job.rejects_kind, job.separator, [])

    def _rejects(self, rows: Rows, answered: Answered | None) -> pl.DataFrame:
        """The rejected rows in their order, with the cells that they had."""
        import polars as pl

        schema = {self._names[0]: pl.Int64(), **dict.fromkeys(self._names[1:], pl.String())}
        own = self.job.layout.passing
        nothing = (None,) * len(self.job.layout.columns)
        read = [
            (each.row, each.column, each.reason, *(cell or None for cell in (each.cells or nothing)[own]), each.text)
            for each in rows.rejected
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
            *all_cells(rows, places, self.job.layout)[own],
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


def _as_they_stand(rows: Rows, job: Job) -> pl.DataFrame:
    """The columns that pass into a schedule; from JSON Lines into JSON Lines as the JSON that they were."""
    import polars as pl

    if not job.keeps_json or rows.lines is None:
        return rows.frame.select(job.passing)
    objects = [msgspec.json.decode(line, type=dict[str, msgspec.Raw]) for line in rows.lines]
    cells = {name: [bytes(each[name]).decode() if name in each else None for each in objects] for name in job.passing}
    return pl.DataFrame(cells, schema=dict.fromkeys(job.passing, pl.String))


def _harmless(table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The table, in whose columns of these names no cell begins a formula."""
    return table.with_columns(
        cells.replace({text: harmless(text) for text in cells.unique() if text})
        for cells in table.select(names)
        if cells.str.contains(FORMULA).any()
    )


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
