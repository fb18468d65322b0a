"""A table of written doses, each row held against its own order; `columns` says what the columns tell.

A row is a patient, or one drug of a patient: rows that follow each other and tell the same of the patient are then one
order, whose patient must have an id unless the table holds nothing else. Every row is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from heapq import merge
from itertools import chain, groupby, islice
from pathlib import Path
from typing import NamedTuple

from cec.errors import Fault
from cec.regimen import Regimen
from cec.tables.cells import as_texts
from cec.tables.declared import refuse_idle_values
from cec.tables.layout import Layout, Rejected
from cec.tables.names import plain_name
from cec.tables.opening import Table, kind_of, opening, rows_of
from cec.tables.regimens import regimens_named
from cec.tables.rows import Refusal
from cec.verification.cells import Line
from cec.verification.columns import OF_A_DRUGS_ROW, OrderColumns, order_columns, refuse_unread
from cec.verification.outcome import Agreement, Row, RowVerification
from cec.verification.quick import Doser, agreements
from cec.verification.row import Terms, verify_lines


class VerifiedTable(NamedTuple):
    """What the columns of a table tell, and what is to be said of each row, computed as it is asked for."""

    columns: OrderColumns
    unread: tuple[str, ...]
    assumes_regimen: bool
    """Whether any row names no regimen."""
    rows: Iterator[Row]
    hidden: Sequence[int] = ()
    """Rows that a sheet hides."""


@contextmanager
def verify_table(path: Path, terms: Terms, kind: str | None = None) -> Iterator[VerifiedTable]:
    """Every row of a table, verified or with the reasons why it cannot be; FileError where the file is not a table.

    The file is read once, row by row while the rows are asked for. `kind` is csv, jsonl or parquet where its name does
    not tell.
    """
    regimens: dict[str, Regimen | Refusal] = {"": terms.regimen, terms.regimen.name: terms.regimen}
    kind = kind_of(str(path), kind)
    declared = terms.declared._replace(has_points=kind != "csv")
    with opening(str(path), kind, declared) as table:
        header = table.layout.columns
        named = terms.renamed.get("regimen") or next((name for name in header if plain_name(name) == "regimen"), "")
        meanings = declared.values.get("regimen", {})
        with regimens_named(table.layout, named, table.blocks, regimens, meanings) as (blocks, assumes):
            loaded = [each for each in regimens.values() if isinstance(each, Regimen)]
            every = list({each.name: each for each in (*loaded, *terms.others)}.values())
            considered = [name for name in header if name not in terms.ignored]
            columns = order_columns(considered, terms.renamed, every, str(path), declared)
            refuse_idle_values(declared.values, [*columns.facts, *(OF_A_DRUGS_ROW if columns.drug_rows else ())])
            unread = tuple(name for name in header if name not in columns.read)
            refuse_unread(header, columns, loaded, terms.ignored, str(path))
            rows = _rows(table._replace(blocks=blocks), columns, regimens, terms)
            yield VerifiedTable(columns, unread, assumes, rows, table.layout.hidden)


def _rows(table: Table, columns: OrderColumns, regimens: dict[str, Regimen | Refusal], terms: Terms) -> Iterator[Row]:
    """What is to be said of each row, in their order."""
    doser = Doser(columns, regimens, terms)
    lines = _lines(table, None if terms.whole or columns.drug_rows else doser)
    orders = (list(order) for _, order in groupby(lines, _same_order(columns)))
    first_two = list(islice(orders, 2))
    is_only_one = len(first_two) == 1
    for rows in chain(first_two, orders):
        first = rows[0]
        if isinstance(first, Agreement):
            yield first
        elif isinstance(first, Rejected):
            yield _unreadable(first, table.layout, columns)
        elif columns.drug_rows and not is_only_one and not columns.identity(first.cells):
            yield RowVerification(first.row, faults=(str(_nameless(columns)),))
        else:
            yield verify_lines([row for row in rows if isinstance(row, Line)], columns, regimens, terms)


def _nameless(columns: OrderColumns) -> Fault:
    """Rows of single drugs of which nobody can tell where one patient ends and the next begins."""
    lacks = "is empty" if "id" in columns.facts else "no column tells the id (name it id, or say --map id=COLUMN)"
    text = f"{lacks}: where a row is one drug, a table of several orders must tell whose each is"
    return Fault(text, columns.name_of("id"))


def _lines(table: Table, doser: Doser | None) -> Iterator[Line | Rejected | Agreement]:
    """Every row in order: with a doser, those that plainly agree are judged."""
    for block in table.blocks:
        rows = rows_of(block, table.layout)
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
    names = [name for column in columns.facts.values() for name in column.names]

    def key(line: Line | Rejected | Agreement) -> Hashable:
        if columns.drug_rows is None or not isinstance(line, Line):
            return line.row
        return tuple(line.cells[name] for name in names)

    return key


def _unreadable(row: Rejected, layout: Layout, columns: OrderColumns) -> RowVerification:
    """A row that is not a row of the table."""
    cells = dict(zip(layout.columns, row.cells, strict=False))
    return RowVerification(row.row, columns.identity(cells), faults=(str(Fault(row.reason, row.column)),))
