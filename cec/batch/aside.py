"""A table that is looked through before it is read, although its source can be read only once."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

from cec.batch.table import Block, Layout
from cec.batch.tables import READERS
from cec.batch.types import as_texts


@contextmanager
def looked_through(layout: Layout, column: str, blocks: Iterator[Block]) -> Iterator[tuple[list[str], Iterator[Block]]]:
    """The different texts of a column, without white space around them, and the blocks once more.

    Meanwhile the blocks are in a temporary file, which only its owner can read.
    """
    texts: dict[str, None] = {}
    with TemporaryFile() as aside:
        count = 0
        for block in blocks:
            cells = as_texts(READERS[layout.kind](block, layout).frame.get_column(column))
            texts |= dict.fromkeys((text or "").strip() for text in cells.unique(maintain_order=True).to_list())
            pickle.dump(block, aside)
            count += 1
        aside.seek(0)
        yield list(texts), (pickle.load(aside) for _ in range(count))  # noqa: S301  written a moment ago by this very process
