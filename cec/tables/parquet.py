"""Parquet: frames of some rows at a time, each column of its own type."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

from cec.errors import Fault, FileError
from cec.tables.layout import Block, Layout, Rows

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

ROWS = 50_000
"""Rows of a block."""


def read_header(path: Path, name: str) -> tuple[Layout, int]:
    """The layout, and the number of rows; faults give the file this name."""
    import polars as pl

    try:
        table = pl.scan_parquet(path)
        types = dict(table.collect_schema())
        rows = table.select(pl.len()).collect().item()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FileError(Fault(f"is no Parquet file that can be read: {error}", "", name)) from None
    return Layout("parquet", tuple(types), tuple(types), types=types), rows


def blocks(path: Path, name: str, size: int = ROWS) -> Iterator[Block]:
    """Blocks of rows, at least one, so that a table without rows has its columns; the first row is row 1."""
    import polars as pl

    first = 1
    try:
        for frame in pl.scan_parquet(path).collect_batches(chunk_size=ROWS, maintain_order=True):
            for part in frame.iter_slices(size):
                yield Block(part, range(first, first + part.height), (), first - 1 + part.height)
                first += part.height
        if first == 1:
            yield Block(pl.scan_parquet(path).head(0).collect(), ())
    except pl.exceptions.PolarsError as error:
        raise FileError(Fault(f"cannot be read from row {first} on: {error}", "", name)) from None


def rows(block: Block, _layout: Layout, _wanted: Collection[str] | None = None) -> Rows:
    """The rows of a block."""
    if isinstance(block.content, bytes):
        raise TypeError("a block of Parquet is a frame")
    return Rows(block.content, block.rows, block.rejected)


@contextmanager
def writing(stream: BinaryIO, beside: Path) -> Iterator[Callable[[list[bytes] | pl.DataFrame], None]]:
    """How to put a frame after the others; all are in `stream` at the end. Until then they lie in a folder `beside`."""
    import polars as pl

    with TemporaryDirectory(prefix=".cec-", dir=beside) as folder:
        parts: list[Path] = []

        def put(frame: list[bytes] | pl.DataFrame) -> None:
            if isinstance(frame, list):
                raise TypeError("Parquet is written from frames")
            parts.append(Path(folder) / f"{len(parts):08}.parquet")
            frame.write_parquet(parts[-1])

        yield put
        whole = Path(folder) / "whole.parquet"
        pl.scan_parquet(parts).sink_parquet(whole, maintain_order=True)
        with whole.open("rb") as file:
            shutil.copyfileobj(file, stream)
