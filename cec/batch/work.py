"""One block of rows -> its part of the output and of the rejects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.job import Job
from cec.batch.output import Output, numbers_in_file
from cec.batch.regimens import Answered, Regimens
from cec.batch.sheets import print_sheets
from cec.batch.single_row import NEXT_REASON, NOT_MADE
from cec.tables.cells import as_texts
from cec.tables.layout import Block, Rows
from cec.tables.opening import rows_of
from cec.tables.writing import Piece

if TYPE_CHECKING:
    import polars as pl


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
        self.output = Output(job, self.regimens)

    def __call__(self, block: Block) -> Done:
        """The answer to a block."""
        job = self.job
        wanted = None
        if not job.sheets and (job.keeps_lines or not job.passing):
            wanted = {name for column in job.columns.values() for name in column.names}
        rows = rows_of(block, job.layout, wanted)
        if not rows.frame.height:
            rejects = self.output.rejects(rows, None)
            return Done(
                (self.output.nothing(rows),),
                self.output.encoded_rejects(rejects),
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
        rejects = self.output.rejects(rows, answered)
        return Done(
            self.output.schedule(rows, answered) if job.settings.has_schedule else (self.output.wide(rows, answered),),
            self.output.encoded_rejects(rejects),
            answered.dosed.height,
            rejects.height,
            _count(answered.dosed.get_column("alerts"), " "),
            _count(answered.dosed.get_column(NOT_MADE), NEXT_REASON),
            block.position,
            self._idle(rows, answered) if job.settings.has_schedule else (),
            self._whose(rows, answered) if job.settings.needs_start else None,
        )

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
        return pl.DataFrame([numbers_in_file(rows, given), key])

    def _idle(self, rows: Rows, answered: Answered) -> list[int]:
        """The rows in the file that are dosed and have no line in the schedule."""
        idle = answered.dosed.filter(self._is_idle(answered.dosed)).get_column("row")
        return numbers_in_file(rows, idle).to_list() if len(idle) else []

    def _is_idle(self, dosed: pl.DataFrame) -> pl.Expr:
        """Whether every drug of a row is reduced to nothing, so that nothing of it stands in a schedule."""
        import polars as pl

        amounts = [pl.col(name).fill_null("0") == "0" for name in self.regimens.amounts if name in dosed.columns]
        return pl.all_horizontal(amounts) & pl.lit(self.job.settings.has_schedule)


def _count(cells: pl.Series, separator: str) -> Counter[str]:
    """How many dosed rows have each of the texts that stand in their cells with a separator between them."""
    counter: Counter[str] = Counter()
    for texts, count in cells.value_counts().iter_rows():
        counter.update(dict.fromkeys(filter(None, (texts or "").split(separator)), count))
    return counter
