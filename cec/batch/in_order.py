"""Blocks answered in threads, several at a time, and handed on in their order."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from decimal import setcontext

from cec.batch.job import Job
from cec.batch.work import Done, Worker
from cec.tables.layout import Block
from cec.units import EXACT

THREADS = 2
"""Blocks that are answered at the same time: polars leaves Python's lock alone while it works. Sheets take more."""


def answered(blocks: Iterator[Block], job: Job) -> Iterator[Done]:
    """The answers to the blocks in their order, of which no more than two beyond the threads are in memory."""
    threads = max(THREADS, os.cpu_count() or 1) if job.sheets else THREADS
    pool, work = ThreadPoolExecutor(threads, initializer=lambda: setcontext(EXACT.copy())), Worker(job)
    waiting: deque[Future[Done]] = deque()
    try:
        for block in blocks:
            with _without_interrupts():
                waiting.append(pool.submit(work, block))
            while len(waiting) >= threads + 2 or (waiting and waiting[0].done()):
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
