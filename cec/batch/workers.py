"""Blocks answered in threads or in processes, several at a time, and handed on in their order."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from decimal import setcontext

from cec.batch.work import Done, Job, Worker
from cec.errors import CecError
from cec.tables.layout import Block
from cec.units import EXACT

THREADS = 2
"""Blocks that one process answers at the same time: polars leaves Python's lock alone while it works."""


def answered(blocks: Iterator[Block], job: Job, workers: int) -> Iterator[Done]:
    """The answers to the blocks in their order, some of them worked on at the same time."""
    if workers == 1:
        yield from _in_order(
            ThreadPoolExecutor(THREADS, initializer=_compute_exactly), Worker(job), blocks, THREADS + 2
        )
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with _without_interrupts():
        pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (job,))
        for _ in range(workers):  # all start now: Python's pool may hang where one dies while another starts
            pool.submit(_nothing)
    try:
        yield from _in_order(pool, _work, blocks, workers + 2)
    except BrokenExecutor:
        raise CecError("a worker was ended from outside, perhaps for want of memory; try fewer --workers") from None


def _in_order(pool: Executor, work: Callable[[Block], Done], blocks: Iterator[Block], ahead: int) -> Iterator[Done]:
    """The results in the order of the blocks, of which no more than `ahead` are in memory."""
    waiting: deque[Future[Done]] = deque()
    try:
        for block in blocks:
            with _without_interrupts():
                waiting.append(pool.submit(work, block))
            while len(waiting) >= ahead or (waiting and waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
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


_worker: Worker


def _compute_exactly() -> None:
    """Give this thread the digits of every calculation: a new thread has Python's default."""
    setcontext(EXACT.copy())


def _begin(job: Job) -> None:
    """Make this process a worker, which ends with the one that started it; an interrupt is for that one."""
    global _worker  # noqa: PLW0603  a process has one worker, which keeps what it found out
    _compute_exactly()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = Worker(job)


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    if parent := parent_process():
        parent.join()
        os._exit(1)


def _nothing() -> None:
    """What a worker does first."""


def _work(block: Block) -> Done:
    return _worker(block)
