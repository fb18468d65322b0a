"""What is said of a whole table of written doses, beside its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cec.tables.asked import asked_elsewhere
from cec.tables.layout import hidden_words

if TYPE_CHECKING:
    from cec.regimen import Regimen
    from cec.verification.table import VerifiedTable


def notes(table: VerifiedTable, regimen: Regimen, named: str | None, *, is_nameless: bool) -> Iterator[str]:
    """Which regimen was meant where none is named, and which columns were read.

    `named` is what --regimen said, `is_nameless` whether any row that was held against its order has no id.
    """
    single = table.columns.drug_rows
    yield from hidden_words(table.hidden)
    if "regimen" not in table.columns.facts:
        hint = "" if named is not None else "; --regimen says another"
        yield f"every row is held against {regimen.name}: no column names a regimen{hint}"
    elif table.assumes_regimen:
        yield f"rows that name no regimen are held against {regimen.name}"
    if single and is_nameless:
        yield "no row has an id: all are taken for the drugs of one patient"
    yield f"columns read: {', '.join(table.columns.read)}"
    if table.unread:
        but = "" if single else ", unless a cell is an amount with its unit"
        yield f"columns not read{but}: {', '.join(table.unread)}"
    for name in asked_elsewhere(table.unread):
        yield f"column '{name}' is not asked by this regimen"
