"""One row of a table of orders, or the rows of one order, held against what cec doses."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple, TypeVar

from cec.calculate import draft_order
from cec.conditions import history_asked
from cec.errors import CecError, Fault, InputError, OrderRefused
from cec.load.patient_keys import Part
from cec.order import Order
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.tables.columns import is_of_history
from cec.tables.declared import AS_CEC_WRITES, Declared
from cec.tables.regimens import regimen_of
from cec.tables.rows import Refusal, cell_of, read_cell, read_row
from cec.verification.cells import Line, dose_cells, read_dose, read_number_of_days
from cec.verification.choices import Verify, verify_any_choice
from cec.verification.columns import OrderColumns
from cec.verification.doses import TOLERANCE, verify_doses
from cec.verification.outcome import RowVerification, Verification
from cec.verification.written import Written

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
    ignored: Collection[str] = ()
    """Columns that tell nothing, whatever their names."""
    declared: Declared = AS_CEC_WRITES
    """How the table is written."""
    whole: bool = False
    """Whether the alerts and the fingerprint of every row are wanted, which takes many times as long."""

    def verified(
        self, parts: Mapping[str, Part], regimen: Regimen, written: Sequence[Written], verify: Verify
    ) -> tuple[Order, Verification]:
        """The order of a row of which `parts` has each fact that it tells, verified; CecError with every fault."""
        if any(is_of_history(fact) for fact in parts):
            asked = history_asked(regimen, self.pharmacy)
            parts = {fact: part for fact, part in parts.items() if fact in asked or not is_of_history(fact)}
        read = read_row(parts, self.start, self.cycle)

        def order_of(patient: Patient) -> Order:
            return draft_order(
                regimen,
                patient,
                self.pharmacy,
                start=read.start,
                cycle=read.cycle,
                as_of=self.as_of,
                scheduled=not regimen.is_endless,
            )

        return verify_any_choice(order_of, verify, regimen, read.patient, written)


def verify_lines(
    lines: Sequence[Line], columns: OrderColumns, regimens: dict[str, Regimen | Refusal], terms: Terms
) -> RowVerification:
    """One order with the number of its first row, whatever it is worth."""
    row, cells = lines[0]
    identity = columns.identity(cells)
    regimen = regimen_of(cells.get(columns.name_of("regimen"), "").strip(), regimens)
    if isinstance(regimen, Refusal):
        return RowVerification(row, identity, faults=(f"{regimen.reason}; or give its file with --regimen",))
    try:
        return RowVerification(row, identity, _verification(lines, regimen, columns, terms))
    except CecError as error:
        return RowVerification(row, identity, faults=tuple(map(str, error.faults)))


def _verification(lines: Sequence[Line], regimen: Regimen, columns: OrderColumns, terms: Terms) -> Verification:
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

    read = ((fact, column) for fact, column in columns.facts.items() if fact != "regimen")
    parts = {fact: read_cell(fact, column, cell_of(column, lines[0].cells)) for fact, column in read}
    parts_told = {fact: part for fact, part in parts.items() if part}
    doses = [dose for cells in dose_cells(lines, regimen, columns) if (dose := tried(partial(read_dose, cells)))]
    days = tried(lambda: read_number_of_days(lines, columns))

    def verify(order: Order) -> Verification:
        return verify_doses(order, doses, days=days, tolerance=terms.tolerance, others=terms.others)

    verified = tried(lambda: terms.verified(parts_told, regimen, doses, verify))
    if faults or verified is None:
        raise InputError(*faults)
    return verified[1]


def _of_column(fault: Fault, columns: OrderColumns) -> Fault:
    """A fault of a fact with the name of its column."""
    fact, *rest = fault.where.split(" ")
    name = columns.name_of("reduce" if fact == "reductions" else fact)
    return fault._replace(where=" ".join((name, *rest))) if name else fault
