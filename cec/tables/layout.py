"""What a table is on its way through cec: a layout, and blocks of rows, each row with its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["csv", "jsonl", "parquet", "xlsx"]
KINDS: tuple[Kind, ...] = get_args(Kind)

REJECTED = ("row", "column", "reason")
TEXT = "text"
"""The columns that stand before and behind a rejected row's own cells."""


class Layout(NamedTuple):
    """The columns of a table: as its first line names them, and the names of the frame, each different.

    `types` are those of the columns of Parquet; all others are texts.
    """

    kind: Kind
    header: tuple[str, ...]
    columns: tuple[str, ...]
    separator: str = ","
    encoding: str = ""
    """That of the file, where somebody said another than UTF-8."""
    types: Mapping[str, pl.DataType] = {}
    hidden: Sequence[int] = ()
    """The rows that a sheet hides: they are read like all others."""

    @property
    def holds_rejects(self) -> bool:
        """Whether it is a table of rejected rows, whose outermost columns are cec's own."""
        is_text = re.fullmatch(rf"{TEXT}(#[0-9]+)?", self.columns[-1])  # where the table has one of its own, too
        return self.columns[: len(REJECTED)] == REJECTED and is_text is not None

    @property
    def passing(self) -> slice:
        """Where the columns stand that are the table's own: all, but those of rejects, which come back once."""
        return slice(len(REJECTED), -1) if self.holds_rejects else slice(None)


class Rejected(NamedTuple):
    """A row that gets no dose: its row in the file, the column and the reason, and what it said.

    `cells` are its cells where it could be divided into the table's columns, else `text` is the line.
    """

    row: int
    column: str
    reason: str
    cells: tuple[str | None, ...] = ()
    text: str = ""


class Block(NamedTuple):
    """Some rows as they stand in the file: bytes of whole lines, or a frame.

    `rows` are the places of the rows in `content`; the rows already rejected are not in it.
    """

    content: bytes | pl.DataFrame
    rows: Sequence[int]
    rejected: Sequence[Rejected] = ()
    position: int = 0


class Rows(NamedTuple):
    """The rows of a block as a frame of texts.

    `lines` are the lines that each row stands in: of CSV as they were read, of JSON Lines without spaces between its
    parts. Parquet has none.
    """

    frame: pl.DataFrame
    rows: Sequence[int]
    rejected: Sequence[Rejected] = ()
    lines: pl.Series | None = None


SHOWN = 3
"""Rows that are named where there are many."""


def some_rows(rows: Sequence[int]) -> str:
    """Some of the rows, and how many more there are.

    >>> some_rows([4, 5]), some_rows([2, 3, 4, 5, 6])
    ('4 and 5', '2, 3, 4 and 2 more')
    """
    if len(rows) <= SHOWN:
        return " and ".join(map(str, rows))
    return f"{', '.join(map(str, rows[:SHOWN]))} and {len(rows) - SHOWN:,} more"


def hidden_words(rows: Sequence[int]) -> Iterator[str]:
    """What is said of rows that a sheet hides.

    >>> list(hidden_words([3, 7]))
    ['2 rows that the sheet hides are read like all others: 3 and 7; take them out if they are not meant']
    """
    if len(rows) == 1:
        yield f"1 row that the sheet hides is read like all others: {rows[0]}; take it out if it is not meant"
    elif rows:
        count, them = f"{len(rows):,} rows", some_rows(rows)
        yield f"{count} that the sheet hides are read like all others: {them}; take them out if they are not meant"


def unlike(header: Sequence[str]) -> tuple[str, ...]:
    """The names, each made different from those before it.

    >>> unlike(["id", "date", "date"])
    ('id', 'date', 'date#2')
    """
    names: list[str] = []
    taken: set[str] = set()
    for name in header:
        number, unique = 1, name
        while unique in taken:
            number += 1
            unique = f"{name}#{number}"
        taken.add(unique)
        names.append(unique)
    return tuple(names)
