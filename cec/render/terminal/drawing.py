"""What a terminal can show, and text and tables drawn for it. Nothing is ever cut off or torn from its unit."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cec.errors import printable
from cec.render.words import bind

Grid: TypeAlias = Table
Part: TypeAlias = Text | Grid
"""What is drawn one under the other: lines of text, and tables."""

STRONG = "bold"
WIDEST_TEXT = 110
"""Longer lines of text are hard to read."""
_NO_BREAK = "\N{NO-BREAK SPACE}"
LEVELS = {"stop": "bold red", "check": "bold yellow", "note": ""}


class Terminal(NamedTuple):
    """What the reader's terminal can show. The default is a pipe: plain columns, always as wide.

    Text is wrapped at `width`; tables keep to it only where there is an `edge`, so that in a pipe a row is a line.
    """

    width: int = 100
    edge: bool = False
    lines: bool = False
    colour: bool = False
    bold: bool = False
    brief: bool = False
    """Whether what `--explain` tells in full is one line each, so that a screen ends with doses and alerts in view."""


PIPE = Terminal()
"""What is shown where there is no terminal."""
BLANK_LINE: Part = Text()


class TableColumn(NamedTuple):
    """One column of a table: its heading and how its cells stand."""

    heading: str
    right: bool = False
    style: str = ""


def clean(text: str) -> str:
    """The text with a code for what could steer a terminal."""
    return _NO_BREAK.join(map(printable, text.split(_NO_BREAK)))


def wrap(text: str, terminal: Terminal, first: str = "", indent: str = "", style: str = "") -> list[Part]:
    """A text in lines of the terminal's width, broken only where neither a number nor a word is torn."""
    lines = textwrap.wrap(
        bind(clean(text)),
        min(terminal.width, WIDEST_TEXT),
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [Text(line.replace(_NO_BREAK, " "), style=style) for line in lines]


def labelled(entries: Iterable[tuple[str, str]], terminal: Terminal, indent: str = "") -> list[Part]:
    """Labels with their texts beside them, those without a text left out."""
    filled = [(label, text) for label, text in entries if text]
    room = max((len(label) for label, _ in filled), default=0) + 2
    return list(
        chain.from_iterable(
            wrap(text, terminal, f"{indent}{label:{room}}", indent + " " * room) for label, text in filled
        )
    )


def heading(text: str) -> Part:
    """A line that stands out."""
    return Text(text, style=STRONG)


def section(title: str, parts: Sequence[Part]) -> list[Part]:
    """A heading and what stands under it, after a blank line; nothing where nothing stands under it."""
    return [BLANK_LINE, heading(title), *parts] if parts else []


def table(
    columns: Sequence[TableColumn], rows: Iterable[Sequence[str]], terminal: Terminal, *, ruled: bool = False
) -> Grid:
    """A table whose cells never wrap. `ruled` draws a line between rows, for rows of several lines."""
    lined = box.HORIZONTALS if ruled else box.SIMPLE_HEAD
    grid = Table(
        box=lined if terminal.lines else None,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1 if terminal.lines else 2, 0, 0),
        show_lines=ruled and terminal.lines,
        header_style=STRONG,
    )
    for column in columns:
        grid.add_column(
            Text(column.heading), justify="right" if column.right else "left", style=column.style, no_wrap=True
        )
    for row in rows:
        grid.add_row(*(Text(clean_cell(cell)) for cell in row))
    return grid


def clean_cell(text: str) -> str:
    """A cell's text; its own line ends stay."""
    return "\n".join(map(clean, text.split("\n")))


def width_of(grid: Grid) -> int:
    """How many columns a table needs."""
    return _console(Terminal()).measure(grid).maximum


def first_that_fits(
    tables: Sequence[Callable[[], Grid]], otherwise: Callable[[], list[Part]], terminal: Terminal
) -> list[Part]:
    """The first of several tables that the terminal has room for, else what needs no room beside a column."""
    for drawn in tables:
        grid = drawn()
        if not terminal.edge or width_of(grid) <= terminal.width:
            return [grid]
    return otherwise()


def cards(columns: Sequence[TableColumn], rows: Iterable[Sequence[str]], terminal: Terminal) -> list[Part]:
    """The rows of a table as lines: the first cell, and under it each of the others beside its heading."""
    labels = [" ".join(column.heading.split()) for column in columns]
    room = max(map(len, labels[1:]), default=0) + 2
    parts: list[Part] = []
    for name, *others in rows:
        parts += wrap(name, terminal, "", "  ", STRONG)
        for column, label, text in zip(columns[1:], labels[1:], others, strict=True):
            parts += wrap(text, terminal, f"  {label:{room}}", "  " + " " * room, column.style) if text else []
    return parts


def table_or_cards(columns: Sequence[TableColumn], rows: Sequence[Sequence[str]], terminal: Terminal) -> list[Part]:
    """A table where the terminal has room for it, else its rows as lines."""
    return first_that_fits((lambda: table(columns, rows, terminal),), lambda: cards(columns, rows, terminal), terminal)


def draw(parts: Iterable[Part], terminal: Terminal) -> bytes:
    """The parts one under the other as UTF-8 text."""
    console = _console(terminal)
    for part in parts:
        width = max(terminal.width, width_of(part)) if isinstance(part, Table) else terminal.width
        console.print(part, width=width, no_wrap=True, overflow="ignore", crop=False, soft_wrap=isinstance(part, Text))
    text = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines()).encode()


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
