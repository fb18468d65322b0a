"""A process that was forked after polars had been used has none of the threads that polars waits for."""

from __future__ import annotations

import os
import threading

from cec.errors import CecError

PATIENCE = 10
"""Seconds after which a sum of two numbers is not slow, but waits for what never comes."""

_process = 0
"""The process in which polars was found to work."""


def refuse_forked_process() -> None:
    """CecError where polars would wait for ever, because its threads stayed behind in the process that was forked."""
    global _process  # noqa: PLW0603  a process is looked at once
    if _process == os.getpid():
        return
    trial = threading.Thread(target=_use_polars, daemon=True)
    trial.start()
    trial.join(PATIENCE)
    if trial.is_alive():
        raise CecError(
            "polars does not work in this process, which was forked from one that had used it; start processes by"
            " multiprocessing.get_context('spawn')"
        )
    _process = os.getpid()


def _use_polars() -> None:
    """Ask the threads of polars for something."""
    import polars as pl

    pl.DataFrame({"a": [1, 2]}).select("a", sum=pl.col("a").sum())
