"""A table of written doses, a row per patient and a column per drug, each row held against its own order.

Columns tell what they tell `cec batch`, and each drug by its name, with the unit in the cell (`clofarabine`: 38.4 mg)
or in the column (`clofarabine_mg`: 38.4). A column `days` is the written number of days.
"""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from cec.batch.columns import Column, find_columns, patient_texts
from cec.calculate import draft_order
from cec.errors import CecError, Fault, FileError, InputError
from cec.load import load_patient
from cec.load.texts import read_count, read_date
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.units import AMOUNT, Quantity, read_quantity
from cec.verify.doses import TOLERANCE, Verification, verify_doses

Value = TypeVar("Value")


class RowVerification(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row: what is to be said of it, or why it cannot be held against anything."""

    row: int
    """The line of the table on which it ends, the headings being line 1."""
    id: str = ""
    verification: Verification | None = None
    faults: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether every written dose was the expected one."""
        return self.verification is not None and self.verification.agrees


class Terms(NamedTuple):
    """What every row is held against."""

    regimen_named: Callable[[str], Regimen]
    """The regimen of a name; of no name, the one for rows that name none."""
    pharmacy: Pharmacy
    tolerance: Decimal = TOLERANCE
    others: Sequence[Regimen] = ()
    as_of: datetime.date | None = None


def verify_table(path: Path, terms: Terms) -> Iterator[RowVerification]:
    """Each row of a CSV file, verified or with the reasons why it cannot be; FileError where the file is no table."""
    name, line = str(path), 1
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.reader(file, delimiter=max(",;\t", key=first.count), strict=True)
            header = [cell.strip() for cell in next(reader, [])]
            columns = _columns(header, terms, name)
            for cells in reader:
                line = reader.line_num
                if cells:
                    yield _verify_cells(line, header, columns, cells, terms)
    except csv.Error as error:
        raise FileError(Fault(f"is no table after this line: {error}", "", name, line, 1)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise FileError(Fault(f"cannot be read: {reason}", "", name)) from None


def verify_row(cells: Mapping[str, str], columns: Mapping[str, Column], terms: Terms) -> Verification:
    """One row held against its order; CecError says which column cannot be read, or why there is no order.

    >>> from cec import load_regimen
    >>> row = {"height_cm": "128", "weight_kg": "26", "clofarabine_mg": "38.4", "etoposide": "0.1 g"}
    >>> terms = Terms(lambda name: load_regimen(name or "cec-induction"), Pharmacy())
    >>> [verdict.verdict for verdict in verify_row(row, find_columns(list(row), {}), terms).verdicts]
    ['agrees', 'agrees', 'missing', 'missing']
    """
    texts = {fact: text for fact, column in columns.items() if (text := column.text(cells[column.name]).strip())}
    told = {column.name for column in columns.values()}
    amounts = {column: cell for column, cell in cells.items() if column not in told and cell.strip()}
    regimen = terms.regimen_named(texts.get("regimen", ""))
    drugs = [(column, *drug_and_unit(column, regimen)) for column in amounts]
    written = [(drug, _read(column, f"{amounts[column]} {unit}", _amount)) for column, drug, unit in drugs if drug]
    order = draft_order(
        regimen,
        load_patient(texts=patient_texts(texts)),
        terms.pharmacy,
        as_of=terms.as_of,
        start=_read("start", texts["start"], read_date) if "start" in texts else None,
        cycle=_read("cycle", texts["cycle"], read_count) if "cycle" in texts else None,
    )
    days = _read("days", amounts["days"].strip(), read_count) if "days" in amounts else None
    return verify_doses(order, written, days=days, tolerance=terms.tolerance, others=terms.others)


def drug_and_unit(column: str, regimen: Regimen) -> tuple[str, str]:
    """The drug that a column holds amounts of, and the unit in its name; nothing for a column of another kind.

    A drug of two lines has two columns, the second with a number: `dexamethasone_mg`, `dexamethasone_2_mg`.

    >>> from cec import load_regimen
    >>> drug_and_unit("etoposide_mg", load_regimen("cec-induction"))
    ('etoposide', 'mg')
    """
    names = {_plain(line.drug): line.drug for line in regimen.drugs}
    if _plain(column) in names:
        return names[_plain(column)], ""
    stem, _, unit = column.rpartition("_")
    if unit not in AMOUNT.units:
        return "", ""
    return names.get(_plain(stem)) or names.get(re.sub(r"_[0-9]+$", "", _plain(stem)), stem), unit


def _plain(name: str) -> str:
    """A drug as the name of a column: small letters, other signs as one underscore."""
    return re.sub(r"\W+", "_", name.casefold()).strip("_")


def _columns(header: Sequence[str], terms: Terms, name: str) -> dict[str, Column]:
    """The column of each fact; FileError where the first line does not name what is needed, or one thing twice."""
    if twice := sorted({column for column in header if header.count(column) > 1}):
        raise FileError(Fault(f"the first line names {', '.join(twice)} twice", "", name, 1, 1))
    regimens = (terms.regimen_named(""), *terms.others)
    flags = {
        condition.fact
        for regimen in regimens
        for check in regimen.checks
        for condition in check.when
        if condition.is_so is not None
    }
    return find_columns(
        header, {}, flags=flags, drugs={line.drug for each in regimens for line in each.drugs}, file=name
    )


def _verify_cells(
    row: int, header: Sequence[str], columns: Mapping[str, Column], cells: Sequence[str], terms: Terms
) -> RowVerification:
    """One row with its number, whatever it is worth."""
    if len(cells) != len(header):
        return RowVerification(row, faults=(f"has {len(cells)} cells; the first line names {len(header)} columns",))
    named = dict(zip(header, cells, strict=True))
    identity = named[columns["id"].name].strip() if "id" in columns else ""
    if any("\N{REPLACEMENT CHARACTER}" in cell for cell in cells):
        return RowVerification(row, identity, faults=("has a byte that is no UTF-8; save the table as UTF-8",))
    try:
        return RowVerification(row, identity, verify_row(named, columns, terms))
    except CecError as error:
        return RowVerification(row, identity, faults=tuple(map(str, error.faults)))


def _amount(text: str) -> Quantity:
    return read_quantity(text, AMOUNT)


def _read(column: str, text: str, read: Callable[[str], Value]) -> Value:
    """What a cell says; faults name the column."""
    try:
        return read(text)
    except CecError as error:
        raise InputError(*(fault._replace(where=column) for fault in error.faults)) from None
