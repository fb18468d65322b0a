"""What a terminal shows beyond plain characters: bold and colours, ruled tables, a bar. The one door to rich.

It takes longer to load than to compute doses, so that nothing loads it but what a person watches.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from cec.rendering.terminal.drawing import STRONG, Grid, Part, Terminal, width_of


def styled(parts: Iterable[Part], terminal: Terminal) -> str:
    """The parts one under the other, with the lines, colours and weights that the terminal can show."""
    console = _console(terminal)
    for part in parts:
        is_grid = isinstance(part, Grid)
        console.print(
            _table(part, terminal) if isinstance(part, Grid) else Text(part.text, style=part.style),
            width=max(terminal.width, width_of(part)) if isinstance(part, Grid) else terminal.width,
            no_wrap=True,
            overflow="ignore",
            crop=False,
            soft_wrap=not is_grid,
        )
    return console.file.getvalue() if isinstance(console.file, io.StringIO) else ""


def _table(grid: Grid, terminal: Terminal) -> Table:
    """The table with a line under its heading, and, ruled, between its rows; plain columns where there are no lines."""
    lined = box.HORIZONTALS if grid.ruled else box.SIMPLE_HEAD
    table = Table(
        box=lined if terminal.lines else None,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1 if terminal.lines else 2, 0, 0),
        show_lines=grid.ruled and terminal.lines,
        header_style=STRONG,
    )
    for column in grid.columns:
        table.add_column(
            Text(column.heading), justify="right" if column.right else "left", style=column.style, no_wrap=True
        )
    for row in grid.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _console(terminal: Terminal) -> Console:
    """rich, told everything, so that it asks neither the terminal nor the environment."""
    return Console(
        file=io.StringIO(),
        width=1000,
        height=100,
        force_terminal=terminal.bold,
        color_system="standard" if terminal.bold else None,
        no_color=not terminal.colour,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        safe_box=False,
    )


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
