"""A table of written doses, each row held against its own order; `columns` says what the columns tell.

A row is a patient, or one drug of a patient: rows that follow each other and tell the same of the patient are then one
order. Every row is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from cec.batch.single import Refusal, regimen_of
from cec.batch.table import Layout, Rejected
from cec.batch.tables import READERS, Table, kind_of, opening
from cec.batch.types import as_texts
from cec.errors import Fault
from cec.regimen import Regimen
from cec.verify.columns import OrderColumns, hints, order_columns, plain_name
from cec.verify.quick import Agreement, Doser, agreements
from cec.verify.row import Line, RowVerification, Terms, verify_lines

Row = RowVerification | Agreement
"""A row that was held against its own order, or one of many that agree."""


class VerifiedTable(NamedTuple):
    """What the columns of a table tell, and what is to be said of each row, computed as it is asked for."""

    columns: OrderColumns
    unread: tuple[str, ...]
    hints: tuple[tuple[str, str], ...]
    """Unread columns that may be meant, each with what it may tell."""
    assumes_regimen: bool
    """Whether any row names no regimen."""
    rows: Iterator[Row]


def verify_table(path: Path, terms: Terms) -> VerifiedTable:
    """Every row of a table, verified or with the reasons why it cannot be; FileError where the file is no table."""
    regimens: dict[str, Regimen | Refusal] = {"": terms.regimen, terms.regimen.name: terms.regimen}
    with opening(str(path), kind_of(str(path))) as table:
        header = table.layout.columns
        named = terms.renamed.get("regimen") or next((name for name in header if plain_name(name) == "regimen"), "")
        assumes = _look_up_regimens(table, named, regimens) if named in header else True
    loaded = [each for each in regimens.values() if isinstance(each, Regimen)]
    every = list({each.name: each for each in (*loaded, *terms.others)}.values())
    columns = order_columns(header, terms.renamed, every, str(path))
    unread = tuple(name for name in header if name not in columns.read)
    rows = _rows(path, columns, regimens, terms)
    return VerifiedTable(columns, unread, tuple(hints(header, columns, loaded)), assumes, rows)


def _look_up_regimens(table: Table, column: str, known: dict[str, Regimen | Refusal]) -> bool:
    """Learn every regimen that the cells of a column name; whether any names none."""
    is_any_empty = False
    for block in table.blocks:
        for text in READERS[table.layout.kind](block, table.layout).frame.get_column(column).unique():
            name = str(text or "").strip()
            regimen_of(name, known)
            is_any_empty = is_any_empty or not name
    return is_any_empty


def _rows(path: Path, columns: OrderColumns, regimens: dict[str, Regimen | Refusal], terms: Terms) -> Iterator[Row]:
    """What is to be said of each row, in their order."""
    doser = Doser(
        columns, terms.regimen, regimens, terms.pharmacy, terms.tolerance, terms.start, terms.cycle, terms.as_of
    )
    with opening(str(path), kind_of(str(path))) as table:
        lines = _lines(table, None if terms.whole or columns.drug_rows else doser)
        for _, order in groupby(lines, _same_order(columns)):
            rows = list(order)
            first = rows[0]
            if isinstance(first, Agreement):
                yield first
            elif isinstance(first, Rejected):
                yield _unreadable(first, table.layout, columns)
            else:
                yield verify_lines([row for row in rows if isinstance(row, Line)], columns, regimens, terms)


def _lines(table: Table, doser: Doser | None) -> Iterator[Line | Rejected | Agreement]:
    """Every row in order: with a doser, those that plainly agree are judged."""
    for block in table.blocks:
        rows = READERS[table.layout.kind](block, table.layout)
        frame = rows.frame.with_columns(as_texts(cells) for cells in rows.frame.iter_columns())
        agreed = agreements(rows._replace(frame=frame), doser) if doser and frame.height else [None] * frame.height
        names = frame.columns
        read = (
            agreement or Line(number, {name: cell or "" for name, cell in zip(names, cells, strict=True)})
            for number, cells, agreement in zip(rows.rows, frame.iter_rows(), agreed, strict=True)
        )
        yield from merge(sorted(rows.rejected, key=_row), read, key=_row)


def _row(line: Line | Rejected | Agreement) -> int:
    return line.row


def _same_order(columns: OrderColumns) -> Callable[[Line | Rejected | Agreement], Hashable]:
    """What rows of one order have in common: each its own, or where a row is one drug, what it tells of the patient."""
    told = [column.name for column in columns.facts.values()]

    def key(line: Line | Rejected | Agreement) -> Hashable:
        if columns.drug_rows is None or not isinstance(line, Line):
            return line.row
        return tuple(line.cells[name] for name in told)

    return key


def _unreadable(row: Rejected, layout: Layout, columns: OrderColumns) -> RowVerification:
    """A row that is no row of the table."""
    cells = dict(zip(layout.columns, row.cells, strict=False))
    identity = cells.get(columns.name_of("id")) or ""
    return RowVerification(row.row, identity.strip(), faults=(str(Fault(row.reason, row.column)),))
