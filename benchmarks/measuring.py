"""Things done in turn, and a table of what each took: processor time, which another busy program changes least."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
SIZE = ("--height", "128cm", "--weight", "26kg")
Taken = dict[str, list[float]]
"""Seconds of each, of every round."""


def in_turn(tasks: Mapping[str, Callable[[], float]], rounds: int) -> Taken:
    """The seconds that each task tells, each of them once a round, after a round that does not count."""
    taken: Taken = {name: [] for name in tasks}
    for number in range(rounds + 1):
        for name, task in tasks.items():
            seconds = task()
            if number:
                taken[name].append(seconds)
    return taken


def of_this_process(do: Callable[[], object], times: int) -> Callable[[], float]:
    """Processor seconds of doing it once, on average over so many times."""

    def measured() -> float:
        start = time.process_time()
        for _ in range(times):
            do()
        return (time.process_time() - start) / times

    return measured


def of_a_command(arguments: Sequence[str], *, ends_with: int = 0, on_a_terminal: bool = False) -> Callable[[], float]:
    """Processor seconds of a Python command from its start to its end, all its processes and threads together."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, *arguments]

    def measured() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        status = _shown(command, environment) if on_a_terminal else _in_a_pipe(command, environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if status != ends_with:
            raise SystemExit(f"{' '.join(command)} ended with {status}")
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return measured


def _in_a_pipe(command: Sequence[str], environment: Mapping[str, str]) -> int:
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def _shown(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """The status of a command that writes to a terminal."""
    import pty

    terminal, end = pty.openpty()
    with subprocess.Popen(command, env=environment, stdout=end, stderr=end, stdin=subprocess.DEVNULL) as process:
        os.close(end)
        try:
            while os.read(terminal, 65536):
                pass
        except OSError:  # as Linux tells the end of a terminal
            pass
        os.close(terminal)
        return process.wait()


def print_table(title: str, taken: Taken, base: str, *, each: Mapping[str, int] | None = None) -> None:
    """The least, median and largest of each in milliseconds, and the median as a multiple of that of the base.

    `each` has how many rows (or sheets) one is of: then a column says how many a second that is.
    """
    usual = statistics.median(taken[base])
    where = f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    print(f"\n{title}; {len(taken[base])} rounds; {where}\n")
    rate = " a second |" if each else ""
    print(f"| | × {base} | least, ms | median | most |{rate}\n|---|---|---|---|---|{'---|' if each else ''}")
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        parts = [f"{median / usual:.2f}", *(f"{1000 * value:,.2f}" for value in (min(seconds), median, max(seconds)))]
        if each:
            parts.append(f"{each[name] / median:,.0f}" if name in each else "")
        print(f"| {name} | {' | '.join(parts)} |")
    sys.stdout.flush()
