"""The regimens that a column of a table names: all of them are known before the first row is answered."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from cec.errors import CecError, InputError
from cec.load import load_regimen
from cec.regimen import Regimen
from cec.tables.cells import as_texts
from cec.tables.layout import Block, Layout
from cec.tables.opening import rows_of
from cec.tables.rows import Refusal
from cec.tables.temporary import naming_temporary, temporary_file


def regimen_of(
    text: str, known: dict[str, Regimen | Refusal], values: Mapping[str, str] = MappingProxyType({})
) -> Regimen | Refusal:
    """The regimen that a cell names, or why there is none; each name is looked up once. `values` are what some mean."""
    if text not in known:
        name = values.get(text.strip(), text.strip())
        try:
            if os.path.exists(name) and not os.path.isfile(name):  # noqa: PTH110, PTH113  never raise
                raise InputError(f"{name} is not a file; name a regimen or its file")
            known[text] = load_regimen(name)
        except CecError as error:
            known[text] = Refusal(("regimen",), "; ".join(str(fault) for fault in error.faults))
    return known[text]


@contextmanager
def regimens_named(
    layout: Layout,
    column: str,
    blocks: Iterator[Block],
    known: dict[str, Regimen | Refusal],
    values: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[Iterator[Block], bool]]:
    """The blocks of a table when every regimen that a column names is known, and whether any row names none.

    Where there is such a column, all blocks are first looked through: the columns of the output must be known before
    its first row is written.
    """
    if not column or column not in layout.columns:
        yield blocks, True
        return
    with _looked_through(layout, column, blocks) as (texts, again):
        for text in filter(None, texts):
            regimen = regimen_of(text, known, values)
            if isinstance(regimen, Refusal) and not (text in values or os.path.exists(text)):  # noqa: PTH110  never raises
                hint = f"; where it means one, say --value 'regimen:{text}=NAME' (or its file), else --ignore-column"
                known[text] = regimen._replace(reason=f"{regimen.reason}{hint} '{column}'")
        yield again, "" in texts


@contextmanager
def _looked_through(
    layout: Layout, column: str, blocks: Iterator[Block]
) -> Iterator[tuple[list[str], Iterator[Block]]]:
    """The different texts of a column, without white space around them, and the blocks once more.

    Meanwhile the blocks are in a temporary file, which only its owner can read.
    """
    texts: dict[str, None] = {}
    with temporary_file() as file:
        count = 0
        for block in blocks:
            cells = as_texts(rows_of(block, layout, {column}).frame.get_column(column))
            texts |= dict.fromkeys((text or "").strip() for text in cells.unique(maintain_order=True).to_list())
            with naming_temporary():
                pickle.dump(block, file)
            count += 1
        with naming_temporary():
            file.seek(0)
        yield list(texts), (pickle.load(file) for _ in range(count))  # noqa: S301  written a moment ago by this very process
