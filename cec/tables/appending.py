"""What a file of doses has already, before more rows are put behind: mended rejects come to the first output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, cast

from cec.errors import Fault, FileError
from cec.tables.layout import Kind, Layout
from cec.tables.opening import opening
from cec.tables.streams import reading, reads

if TYPE_CHECKING:
    import polars as pl


def old_columns(path: str, kind: Kind) -> tuple[str, ...]:
    """The columns that a file has."""
    with opening(path, kind) as table:
        return table.layout.header


def old_rows(path: str, kind: Kind, header: Sequence[str], separator: str) -> Iterator[bytes]:
    """All that a file of CSV or JSON Lines has; FileError where rows of this header cannot be put behind it."""
    with opening(path, kind) as table:
        _refuse_other(path, table.layout, header, separator)
    end = b"\n"
    with reading(path) as source:
        for piece in reads(source):
            yield piece
            end = piece[-1:]
    if end != b"\n":
        yield b"\n"


class LinesPut:
    """The lines that are put behind those of a file, as their hashes: whether all of them stood there before."""

    def __init__(self, put: Callable[[list[bytes]], None]) -> None:
        self._put, self._hashes, self._begun = put, set[int](), b""

    def __call__(self, piece: list[bytes]) -> None:
        """Put a piece, and keep the hashes of its lines."""
        *lines, self._begun = b"".join((self._begun, *piece)).split(b"\n")
        self._hashes.update(map(hash, lines))
        self._put(piece)

    def refuse_known(self, path: str) -> None:
        """FileError where there were lines and the file has every one: they were appended before."""
        fresh, begun = set(self._hashes), b""
        if not fresh:
            return
        with reading(path) as source:
            for piece in reads(source):
                *lines, begun = (begun + piece).split(b"\n")
                fresh.difference_update(map(hash, lines))
        if not fresh - {hash(begun)}:
            text = "has every row already that would be appended, with these doses: was it done before?"
            raise FileError(Fault(text, "", path))


def after_old_frames(
    path: str, header: Sequence[str], put: Callable[[pl.DataFrame], None]
) -> Callable[[pl.DataFrame], None]:
    """How to put frames behind those of a file of Parquet, which are put first; in the types of its columns."""
    import polars as pl

    with opening(path, "parquet") as table:
        _refuse_other(path, table.layout, header, "")
        types = dict(table.layout.types)
        for block in table.blocks:
            put(cast("pl.DataFrame", block.content))

    def put_alike(frame: pl.DataFrame) -> None:
        try:
            put(frame.cast(pl.Schema(types)))
        except pl.exceptions.InvalidOperationError as error:
            raise FileError(Fault(f"rows of other types cannot be appended: {error}", "", path)) from None

    return put_alike


def _refuse_other(path: str, old: Layout, header: Sequence[str], separator: str) -> None:
    """FileError where a file has other columns than the rows that would be put behind its own."""
    is_same = set(old.header) == set(header) if old.kind == "jsonl" else old.header == tuple(header)
    if not is_same:
        text = f"has other columns ({', '.join(old.header)}) than would be appended ({', '.join(header)})"
        raise FileError(Fault(text, "", path))
    if old.kind == "csv" and old.separator != separator:
        text = f"has {old.separator!r} between its cells, not {separator!r}; save one like the other"
        raise FileError(Fault(text, "", path))
