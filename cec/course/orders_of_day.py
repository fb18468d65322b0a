"""Which saved orders count on a day: the current one of each chain; the others are told, with why they do not."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path
from typing import NamedTuple

from cec.course.chain import Chain, read_chains
from cec.course.first_look import OrderFile, read_unedited
from cec.course.ward_day import LeftOut, NotListed, PatientOfDay
from cec.course.worklist import FiledOrder
from cec.errors import Fault, FileError, InputError

LEAVE_OUT = "--leave-out"
NO_ORDERS = "there is no order in these files and folders"
A_DAY = datetime.timedelta(days=1)


class OrdersOfDay(NamedTuple):
    """The orders that count and may give something on a day, and what is told of the others."""

    files: tuple[FiledOrder, ...]
    not_listed: NotListed


def orders_of_day(day: datetime.date, paths: Sequence[Path], leave_out: Sequence[Path] = ()) -> OrdersOfDay:
    """The orders of files and folders that may give something on a day, or are made up on it for the day after.

    FileError where a chain of orders is broken: which of its orders counts nobody knows, unless files of it are left
    out. What is damaged hides no other.
    """
    if absent := [path for path in paths if not path.exists()]:
        raise FileError(*(Fault("there is no such file or folder", "", str(path)) for path in absent))
    found = read_chains(paths, leave_out)
    if found.broken:
        raise FileError(
            *(fault._replace(text=f"{fault.text}; {LEAVE_OUT} FILE leaves one out") for fault in found.broken)
        )
    if not found.chains and not found.damaged:
        raise InputError(NO_ORDERS)
    left = {os.path.realpath(path) for path in leave_out}
    if others := [path for path in leave_out if not _is_among(path, paths)]:
        raise InputError(*(Fault("is not among the orders that are read", LEAVE_OUT, str(path)) for path in others))
    files: list[FiledOrder] = []
    damaged = list(found.damaged)
    for chain in found.chains:
        if _counts(chain, left) and chain.current.dates & {day, day + A_DAY}:
            try:
                files.append(FiledOrder(str(chain.current.path), read_unedited(chain.current.path).order))
            except FileError as error:
                damaged += error.faults
    left_out = (each for chain in found.chains for each in _not_counted(chain, day, left))
    undated = (str(chain.current.path) for chain in found.chains if _counts(chain, left) and not chain.current.dates)
    return OrdersOfDay(tuple(files), NotListed(tuple(left_out), tuple(damaged), tuple(undated)))


def _is_among(path: Path, paths: Iterable[Path]) -> bool:
    """Whether a file is one of these or lies in a folder of them."""
    real = Path(os.path.realpath(path))
    return real.is_file() and any(
        real == place or place in real.parents for place in (Path(os.path.realpath(each)) for each in paths)
    )


def _counts(chain: Chain, left_out: Set[str]) -> bool:
    """Whether the last order of a chain is in force, and nobody leaves it out."""
    return not chain.is_cancelled and os.path.realpath(chain.current.path) not in left_out


def _not_counted(chain: Chain, day: datetime.date, left_out: Set[str]) -> Iterator[LeftOut]:
    """The orders of a chain that would give something on the day and do not count, each with why."""
    current = chain.current
    for file in chain.files:
        if day not in file.dates:
            continue
        if current.cancelled:
            why = f"cancelled on {current.cancelled.on}: {current.cancelled.reason}"
        elif os.path.realpath(file.path) in left_out:
            why = f"named by {LEAVE_OUT}"
        elif file is not current:
            why = f"replaced by revision {current.revision}, {current.path}"
        else:
            continue
        yield LeftOut(str(file.path), _patient(file), why)


def _patient(file: OrderFile) -> PatientOfDay:
    return PatientOfDay(file.patient.id, file.patient.name, file.patient.born)
