"""How far a long run is, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class _TimeLeft(TimeRemainingColumn):
    """The time that is left, where it can be told."""

    def render(self, task: Task) -> Text:
        """The time with the word "left"; nothing where it is not known."""
        return super().render(task).append(" left") if task.time_remaining else Text()


@contextmanager
def progress_bar(noun: str) -> Iterator[Callable[[int, int, int], None]]:
    """A bar on standard error, gone at the end: to be told how many of the noun, position and size of the input."""
    columns = (
        BarColumn(),
        TextColumn(f"{{task.fields[rows]:,}} {noun}, {{task.fields[rate]:,.0f}} a second"),
        _TimeLeft(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rows=0, rate=0)

        def progress(rows: int, position: int, size: int) -> None:
            seconds = bar.tasks[0].elapsed or 0
            bar.update(task, completed=position, total=size or None, rows=rows, rate=rows / seconds if seconds else 0)

        yield progress
