"""What a terminal can show, and text and tables laid out for it. Nothing is ever cut off or torn from its unit."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from cec.errors import printable
from cec.rendering.words import bind

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


class Line(NamedTuple):
    """A line of text."""

    text: str = ""
    style: str = ""

    def __str__(self) -> str:
        return self.text


class TableColumn(NamedTuple):
    """One column of a table: its heading and how its cells stand."""

    heading: str
    right: bool = False
    style: str = ""


class Grid(NamedTuple):
    """A table whose cells never wrap. `ruled` has a line between rows, for rows of several lines."""

    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[str]]
    ruled: bool = False


Part: TypeAlias = Line | Grid
"""What is drawn one under the other."""
BLANK_LINE: Part = Line()


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
    return [Line(line.replace(_NO_BREAK, " "), style) for line in lines]


def wrap_each(
    texts: Iterable[str], terminal: Terminal, first: str = "  ", indent: str = "    ", style: str = ""
) -> list[Part]:
    """Several texts, each in lines of its own, as under a heading."""
    return [part for text in texts for part in wrap(text, terminal, first, indent, style)]


def labelled(entries: Iterable[tuple[str, str]], terminal: Terminal, indent: str = "") -> list[Part]:
    """Labels with their texts beside them, those without a text left out."""
    filled = [(label, text) for label, text in entries if text]
    room = max((len(label) for label, _ in filled), default=0) + 2
    lines = (wrap(text, terminal, f"{indent}{label:{room}}", indent + " " * room) for label, text in filled)
    return list(chain.from_iterable(lines))


def heading(text: str) -> Part:
    """A line that stands out."""
    return Line(text, STRONG)


def section(title: str, parts: Sequence[Part]) -> list[Part]:
    """A heading and what stands under it, after a blank line; nothing where nothing stands under it."""
    return [BLANK_LINE, heading(title), *parts] if parts else []


def table(columns: Sequence[TableColumn], rows: Iterable[Sequence[str]], *, ruled: bool = False) -> Grid:
    """A table whose cells are clean. `ruled` draws a line between rows, for rows of several lines."""
    return Grid(columns, [[clean_cell(cell) for cell in row] for row in rows], ruled)


def clean_cell(text: str) -> str:
    """A cell's text; its own line ends stay."""
    return "\n".join(map(clean, text.split("\n")))


GAP = 2
"""Characters between two columns."""


def columns_of(text: str) -> int:
    """How many columns of a terminal a line takes: a wide letter takes two, a mark on a letter none.

    >>> columns_of("\u0141ucja"), columns_of("\u674e"), columns_of("e\u0301")
    (5, 2, 1)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def widths_of(grid: Grid) -> list[int]:
    """How wide each column is."""
    columns = zip(*([column.heading for column in grid.columns], *grid.rows), strict=True)
    return [max(columns_of(line) for cell in cells for line in cell.split("\n")) for cells in columns]


def width_of(grid: Grid) -> int:
    """How many columns of a terminal a table needs."""
    widths = widths_of(grid)
    return sum(widths) + GAP * (len(widths) - 1)


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
    return first_that_fits((lambda: table(columns, rows),), lambda: cards(columns, rows, terminal), terminal)
