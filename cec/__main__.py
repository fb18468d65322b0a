"""python -m cec, and the command `cec`."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

OBJECTS = 100_000
"""New objects before Python looks for garbage. Loading makes that many and no garbage; to look costs a tenth of it."""

_ENDINGS = ("SIGTERM", "SIGHUP")
"""What `kill` sends, and a terminal that is closed; Windows has no SIGHUP."""
_ENDED = {130} | {128 + getattr(signal, name) for name in _ENDINGS if hasattr(signal, name)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run cec with these arguments, by default the program's; an interruption ends it quietly, also while it loads.

    As a program it is then gone at once: to give back by and by what the sheets of a batch were set with takes seconds.
    """
    gc.set_threshold(OBJECTS)
    try:
        with _ending_by_exception():
            from cec.cli import main as run

            run(arguments)
    except KeyboardInterrupt:
        _end(130, at_once=arguments is None)
    except SystemExit as end:
        _end(end.code, at_once=arguments is None and end.code in _ENDED)
    finally:
        gc.freeze()  # all of it is given back at once; to look through it first takes a tenth of a second


def _end(status: Any, *, at_once: bool) -> None:
    """End with a status; at once, when everything was cleared away and nothing more is to be written."""
    if at_once:
        os._exit(status)
    sys.exit(status)


@contextmanager
def _ending_by_exception() -> Iterator[None]:
    """A signal to end becomes SystemExit meanwhile, as Ctrl-C is an exception: half-written files are taken away.

    What is ignored, as under nohup, stays ignored.
    """
    present = [getattr(signal, name) for name in _ENDINGS if hasattr(signal, name)]
    taken = [number for number in present if signal.getsignal(number) is signal.SIG_DFL]

    def end(number: int, _frame: object) -> None:
        for each in taken:  # a closed terminal tells twice, and the second must not stop clearing up
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    try:
        for number in taken:
            signal.signal(number, end)
    except ValueError:  # only the main thread may; another is not interrupted either
        taken = []
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


if __name__ == "__main__":
    main()
