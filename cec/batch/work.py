"""Blocks of rows, answered in threads -> their parts of the output and of the rejects, in their order."""

from __future__ import annotations

import os
import signal
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from decimal import setcontext
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
from cec.units import EXACT

if TYPE_CHECKING:
    import polars as pl

THREADS = 2
"""Blocks that are answered at the same time: polars leaves Python's lock alone while it works. Sheets take more."""


class Done(NamedTuple):
    """The answer to a block: rows to write, counts, the codes of alerts with their numbers, and the place reached."""

    doses: Iterable[Piece]
    """Made as they are written: a row of a long table comes to hundreds."""
    rejects: Piece
    rejected: int
    position: int
    dosed: int = 0
    alerts: Mapping[str, int] = {}
    not_made: Mapping[str, int] = {}
    """Of how many dosed rows checks were not made, by reason."""
    idle: Sequence[int] = ()
    """Dosed rows that have no administrations, because every drug is reduced to nothing."""
    whose: pl.DataFrame | None = None
    """Of each dosed row a number for its id and start, where it comes to administrations of its own."""


def answered(blocks: Iterator[Block], job: Job) -> Iterator[Done]:
    """The answers to the blocks in their order, of which no more than one beyond the threads is in memory."""
    threads = max(THREADS, os.cpu_count() or 1) if job.request.sheets else THREADS
    pool, work = ThreadPoolExecutor(threads, initializer=lambda: setcontext(EXACT.copy())), Worker(job)
    waiting: deque[Future[Done]] = deque()
    try:
        for block in blocks:
            with _without_interrupts():
                waiting.append(pool.submit(work, block))
            while len(waiting) > threads or (waiting and waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        work.has_ended = True  # of a sheet that is being printed a part of a second is left, of a block many
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ctrl-C waits meanwhile, and never comes to a process that is started here: only its parent answers to it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Worker:
    """Answers blocks."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.has_ended = False
        """Whether nobody waits for answers any more."""
        self.regimens = Regimens(job.request.settings, job.columns, job.regimens)
        self.output = Output(job, self.regimens)

    def __call__(self, block: Block) -> Done:
        """The answer to a block."""
        job, request = self.job, self.job.request
        are_some_wanted = not request.sheets and (job.keeps_lines or not job.passing)
        rows = rows_of(block, job.layout, job.read if are_some_wanted else None)
        if not rows.frame.height:
            rejects = self.output.rejects(rows, None)
            nothing = self.output.nothing(rows)
            return Done([nothing], self.output.encoded_rejects(rejects), rejects.height, block.position)
        answered = self.regimens.answer(rows.frame)
        if answered.dosed.height + answered.refused.height != rows.frame.height:
            raise AssertionError(f"{rows.frame.height} rows have {answered.dosed.height} answers and others")
        if request.sheets:
            orders = self.regimens.orders(rows.frame, answered.dosed.get_column("row").to_list())
            printed = takewhile(lambda _: not self.has_ended, orders)
            answered = print_sheets(rows.rows, answered, printed, folder=request.sheets, paper=request.paper)
        rejects = self.output.rejects(rows, answered)
        has_schedule = request.settings.has_schedule
        return Done(
            self.output.schedule(rows, answered) if has_schedule else [self.output.wide(rows, answered)],
            self.output.encoded_rejects(rejects),
            rejects.height,
            block.position,
            answered.dosed.height,
            _count(answered.dosed.get_column("alerts"), " "),
            _count(answered.dosed.get_column(NOT_MADE), NEXT_REASON),
            self._idle(rows, answered) if has_schedule else (),
            self._whose(rows, answered) if job.id_column or request.settings.needs_start else None,
        )

    def _whose(self, rows: Rows, answered: Answered) -> pl.DataFrame:
        """The row in the file and a number for its id and start, which two rows should not have both."""
        import polars as pl

        settings = self.job.request.settings
        usual = {"id": "", "start": str(settings.start or ""), "cycle": str(settings.cycle or "")}
        names = {fact: column.name for fact, column in self.job.every_column.items() if fact in usual}
        cells = {fact: as_texts(rows.frame.get_column(name)).str.strip_chars() for fact, name in names.items()}
        texts = [column.replace("", None).fill_null(usual[fact]) for fact, column in cells.items()]
        given = answered.dosed.get_column("row")
        if settings.has_schedule:
            given = answered.dosed.filter(~self._is_idle(answered.dosed)).get_column("row")
        elif "id" in cells:
            given = given.filter(cells["id"].gather(given) != "")
        key = pl.DataFrame(texts).hash_rows(seed=0).gather(given).alias("key")
        return pl.DataFrame([numbers_in_file(rows, given).cast(pl.UInt32), key])

    def _idle(self, rows: Rows, answered: Answered) -> list[int]:
        """The rows in the file that are dosed and have no line in the schedule."""
        idle = answered.dosed.filter(self._is_idle(answered.dosed)).get_column("row")
        return numbers_in_file(rows, idle).to_list() if len(idle) else []

    def _is_idle(self, dosed: pl.DataFrame) -> pl.Expr:
        """Whether every drug of a row is reduced to nothing, so that nothing of it stands in a schedule."""
        import polars as pl

        amounts = [pl.col(name).fill_null("0") == "0" for name in self.regimens.amounts if name in dosed.columns]
        return pl.all_horizontal(amounts) & pl.lit(self.job.request.settings.has_schedule)


def _count(cells: pl.Series, separator: str) -> Counter[str]:
    """How many dosed rows have each of the texts that stand in their cells with a separator between them."""
    counter: Counter[str] = Counter()
    for texts, count in sorted(cells.value_counts().iter_rows()):  # else in an order that changes from run to run
        counter.update(dict.fromkeys(filter(None, texts.split(separator)), count))
    return counter
