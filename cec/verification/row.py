"""One row of a table of orders, or the rows of one order, held against what cec doses."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple, TypeVar

from cec.calculate import draft_order
from cec.errors import CecError, Fault, InputError, OrderRefused
from cec.facts.reading import read_count
from cec.order import Order
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.tables.rows import Refusal, read_all, regimen_of
from cec.units import AMOUNT, Quantity, read_number, read_quantity
from cec.verification.columns import OrderColumns, is_amount
from cec.verification.doses import TOLERANCE, verify_doses
from cec.verification.outcome import RowVerification, Verification
from cec.verification.written import Written, last_digit

Value = TypeVar("Value")


class Terms(NamedTuple):
    """What every row is held against."""

    regimen: Regimen
    """The regimen of rows that name none, and of those that name it."""
    pharmacy: Pharmacy
    tolerance: Decimal = TOLERANCE
    others: Sequence[Regimen] = ()
    as_of: datetime.date | None = None
    start: datetime.date | None = None
    cycle: int | None = None
    renamed: Mapping[str, str] = {}
    """Which column tells a fact or a drug, where its name does not."""
    whole: bool = False
    """Whether the alerts and the fingerprint of every row are wanted, which takes many times as long."""

    def draft(self, texts: Mapping[str, str], regimen: Regimen) -> Order:
        """The order of a row of texts by fact; CecError with every fault."""
        read = read_all(texts, self.start, self.cycle)
        return draft_order(regimen, read.patient, self.pharmacy, start=read.start, cycle=read.cycle, as_of=self.as_of)


class Line(NamedTuple):
    """A row of the table that must be looked at by itself."""

    row: int
    cells: Mapping[str, str]
    """By their columns."""


def verify_lines(
    lines: Sequence[Line], columns: OrderColumns, regimens: dict[str, Regimen | Refusal], terms: Terms
) -> RowVerification:
    """One order with the number of its first row, whatever it is worth."""
    row, cells = lines[0]
    texts = {fact: text for fact, column in columns.facts.items() if (text := column.text(cells[column.name]).strip())}
    identity = columns.identity(cells)
    regimen = regimen_of(texts.pop("regimen", ""), regimens)
    if isinstance(regimen, Refusal):
        return RowVerification(row, identity, faults=(f"{regimen.reason}; or give its file with --regimen",))
    try:
        return RowVerification(row, identity, _verification(lines, texts, regimen, columns, terms))
    except CecError as error:
        return RowVerification(row, identity, faults=tuple(map(str, error.faults)))


def _verification(
    lines: Sequence[Line], texts: Mapping[str, str], regimen: Regimen, columns: OrderColumns, terms: Terms
) -> Verification:
    """One order held against cec's own; CecError says which cells cannot be read, and why there is no order."""
    faults: list[Fault] = []

    def tried(read: Callable[[], Value]) -> Value | None:
        try:
            return read()
        except CecError as error:
            faults.extend(_of_column(fault, columns) for fault in error.faults)
            if isinstance(error, OrderRefused) and error.stops:
                faults.append(Fault("a table cannot tell that a stop was accepted; give the saved order (JSON)"))
            return None

    order = tried(lambda: terms.draft(texts, regimen))
    written = [(each, tried(partial(_amount, each))) for each in _written(lines, regimen, columns)]
    days = tried(lambda: _days(lines, columns))
    if faults or order is None:
        raise InputError(*faults)
    amounts = [Written(each.drug, amount, last_digit(each.cell)) for each, amount in written if amount is not None]
    return verify_doses(order, amounts, days=days, tolerance=terms.tolerance, others=terms.others)


class _Written(NamedTuple):
    """A written amount: where it stands, the drug, the cell, the unit that stands elsewhere, and a cell of its form."""

    place: str
    drug: str
    cell: str
    unit: str
    example: str


def _written(lines: Sequence[Line], regimen: Regimen, columns: OrderColumns) -> Iterator[_Written]:
    """Each amount that is written in the rows of one order."""
    single = columns.drug_rows
    units = {line.drug.casefold(): line.amount_unit for line in regimen.drugs}
    if single:
        for row, cells in lines:
            drug, amount = cells[single.drug].strip() or "a drug without a name", cells[single.amount].strip()
            unit = cells[single.unit].strip() if single.unit else ""
            if amount:
                usual = units.get(drug.casefold())
                example = _example(unit if unit in AMOUNT.units else "", usual)
                yield _Written(f"line {row}: {drug}", drug, amount, unit, example)
        return
    cells = lines[0].cells
    for column, drug, unit in columns.amounts_of(regimen):
        cell = cells[column].strip()
        if cell and (drug or is_amount(cell)):
            told = "" if any(map(str.isalpha, cell)) else unit
            yield _Written(column, drug or column, cell, told, _example(unit, units.get(drug.casefold())))


def _example(unit: str, usual: str | None) -> str:
    """A cell of the right form: a number where the unit stands elsewhere, else with the usual unit of the drug."""
    number = "600" if "units" in {unit, usual} else "12.5"
    return number if unit else f"{number} {usual or 'mg'}"


def _days(lines: Sequence[Line], columns: OrderColumns) -> int | None:
    """The written number of days: as it stands, or how many days the rows of single drugs name; None where none is."""
    texts = [text for _, cells in lines if columns.days and (text := cells[columns.days].strip())]
    if not texts:
        return None
    try:
        if columns.drug_rows is None and len(texts[0].split()) == 1:
            return read_count(texts[0])
        return len({read_count(day) for text in texts for day in text.split()})
    except CecError as error:
        raise InputError(*(fault._replace(where=columns.days) for fault in error.faults)) from None


def _amount(written: _Written) -> Quantity:
    """What a cell says; faults name its place and quote it as it stands."""
    try:
        if written.unit:
            read_number(written.cell, written.example)
        return read_quantity(f"{written.cell} {written.unit}", AMOUNT._replace(example=written.example))
    except CecError as error:
        raise InputError(*(fault._replace(where=written.place) for fault in error.faults)) from None


def _of_column(fault: Fault, columns: OrderColumns) -> Fault:
    """A fault of a fact with the name of its column."""
    fact, *rest = fault.where.split(" ")
    name = columns.name_of("reduce" if fact == "reductions" else fact)
    return fault._replace(where=" ".join((name, *rest))) if name else fault
