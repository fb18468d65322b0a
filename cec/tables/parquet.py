"""Parquet: frames of some rows at a time, each column of its own type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from cec.errors import Fault, FileError
from cec.files import naming
from cec.tables.layout import Block, Layout
from cec.tables.temporary import naming_temporary, temporary_folder

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
        raise FileError(Fault(f"is not a Parquet file that can be read: {error}", "", name)) from None
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


@contextmanager
def writing(stream: BinaryIO, path: str | None) -> Iterator[Callable[[pl.DataFrame], None]]:
    """How to put a frame after the others; all are in `stream` at the end.

    Until then they lie in a folder beside the file `path`, or, without one, where temporary files lie.
    """
    import polars as pl

    with temporary_folder(path) as folder:
        parts: list[Path] = []

        def put(frame: pl.DataFrame) -> None:
            parts.append(folder / f"{len(parts):08}.parquet")
            content = BytesIO()
            frame.write_parquet(content)
            with naming(path) if path else naming_temporary():
                parts[-1].write_bytes(content.getbuffer())

        yield put
        keeper = _FaultKeeper(stream)
        try:
            pl.scan_parquet(parts).sink_parquet(cast("IO[bytes]", keeper), maintain_order=True)
        except BaseException as error:
            raise keeper.fault or error from None


class _FaultKeeper(RawIOBase):
    """Writes to a stream, and keeps its fault, of which polars would leave nothing but the words."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.fault: BaseException | None = None

    def writable(self) -> bool:
        """True: it is written to."""
        return True

    def write(self, data: Any) -> int:
        """How many bytes were written: all of them."""
        try:
            return self.stream.write(data)
        except BaseException as fault:
            self.fault = fault
            raise
