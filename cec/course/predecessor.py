"""A revision beside the order that it replaces, where that lies in the same folder: earlier days must be the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from cec.course.chain import chain_beside
from cec.course.first_look import look_at, read_unedited
from cec.errors import FileError
from cec.order import Administration, Order, identity
from cec.order.change import Identity
from cec.verification.outcome import NOTHING, Difference, OrderVerification


class Compared(NamedTuple):
    """What earlier days have otherwise than the order that was replaced, and what could not be compared."""

    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()


def held_against_predecessor(file: Path, order: Order) -> Compared:
    """The earlier days of a revision against those of the order that it replaces, and its chain in its folder."""
    if order.revision == 1:
        return Compared()
    try:
        files = {each.revision: each for each in chain_beside(look_at(file), file.parent).files}
    except FileError as error:
        return Compared(tuple(Difference("chain in its folder", "a chain", str(fault)) for fault in error.faults))
    replaced = files.get(order.revision - 1)
    if replaced is None:
        note = f"revision {order.revision - 1}, which it replaces, is not in its folder: earlier days were not compared"
        return Compared(notes=(note,))
    before = read_unedited(replaced.path).order
    name = replaced.path.name
    return Compared(tuple(_differences(before, order)), (f"earlier days were held against {name}",))


def with_predecessor(verification: OrderVerification, compared: Compared) -> OrderVerification:
    """The verification of an order with what its earlier days have otherwise."""
    if not compared.differences:
        return verification
    finding = "not what its inputs give" if verification.finding == "agrees" else verification.finding
    differences = (*verification.differences, *compared.differences)
    return msgspec.structs.replace(verification, agrees=False, finding=finding, differences=differences)


def _differences(before: Order, order: Order) -> Iterator[Difference]:
    """Every administration of earlier days that is not the same in both."""
    change = None if order.cancelled else order.changes[-1]
    if change and change.start:
        return
    was, now = (_rows(each, change.from_day if change else None) for each in (before, order))
    for name in dict.fromkeys((*was, *now)):
        row = now.get(name) or was[name]
        if was.get(name) != now.get(name):
            where = f"administration of day {row.protocol_day} ({row.drug})"
            yield Difference(where, _words(now.get(name)), f"{_words(was.get(name))} in the order that it replaces")


def _rows(order: Order, before_day: int | None) -> dict[Identity, Administration]:
    """The administrations of days before one, or all, whatever place their dose has in the order."""
    rows = (row for row in order.administrations if before_day is None or row.protocol_day < before_day)
    return {identity(row): msgspec.structs.replace(row, dose_index=0) for row in rows}


def _words(row: Administration | None) -> str:
    return f"{row.dose} {row.route} on {row.date} {row.time:%H:%M}" if row else NOTHING
