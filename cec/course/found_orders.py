"""Which saved orders in files and folders count: those of a day on a ward, those of one patient; why others do not."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path
from typing import NamedTuple

from cec.course.chain import Chain, Orders, read_chains
from cec.course.first_look import OrderFile, read_unedited
from cec.course.patients import Key, patient_alerts, patient_keys, unknown_patient
from cec.course.ward_day import LeftOut, NotListed, PatientOfDay
from cec.errors import Fault, FileError, InputError
from cec.order import Alert, Order

LEAVE_OUT = "--leave-out"
NO_ORDERS = "there is no order in these files and folders"
DAMAGED = "damaged-file"
A_DAY = datetime.timedelta(days=1)


class FiledOrder(NamedTuple):
    """An order that counts, with the name of its file."""

    file: str
    order: Order


class OrdersOfDay(NamedTuple):
    """The orders that count and may give something on a day, and what is told of the others."""

    files: tuple[FiledOrder, ...]
    not_listed: NotListed


def orders_of_day(day: datetime.date, paths: Sequence[Path], leave_out: Sequence[Path] = ()) -> OrdersOfDay:
    """The orders of files and folders that may give something on a day, or are made up on it for the day after.

    FileError where a chain of orders is broken: which of its orders counts nobody knows, unless files of it are left
    out. What is damaged hides no other.
    """
    _refuse_absent(paths)
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
    on_day = (each for each in found.chains if _counts(each, left) and each.current.dates & {day, day + A_DAY})
    files, faults = _read(on_day)
    left_out = (each for chain in found.chains for each in _not_counted(chain, day, left))
    undated = (str(chain.current.path) for chain in found.chains if _counts(chain, left) and not chain.current.dates)
    return OrdersOfDay(files, NotListed(tuple(left_out), (*found.damaged, *faults), tuple(undated)))


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
            why = current.cancelled.words
        elif os.path.realpath(file.path) in left_out:
            why = f"named by {LEAVE_OUT}"
        elif file is not current:
            why = f"replaced by revision {current.revision}, {current.path}"
        else:
            continue
        yield LeftOut(str(file.path), _who(file), why)


class OrdersOfPatient(NamedTuple):
    """The orders that count, those that do not, what is damaged or broken, and what to look at."""

    files: tuple[FiledOrder, ...]
    left_out: tuple[LeftOut, ...]
    faults: tuple[Fault, ...]
    alerts: tuple[Alert, ...] = ()


def orders_of_patient(paths: Sequence[Path], number: str = "") -> OrdersOfPatient:
    """The orders of the patient with this id or, without one, of the only patient in files and folders.

    InputError where there is none, or several and no id; what is damaged is told and hides nothing else.
    """
    _refuse_absent(paths)
    found = read_chains(paths)
    keys = patient_keys([chain.current.patient for chain in found.chains])
    key = _wanted(found, keys, number)
    chains = [chain for chain, own in zip(found.chains, keys, strict=True) if own == key]
    people = [(str(chain.current.path), chain.current.patient) for chain in chains]
    if unknown := [fault for file, person in people for fault in unknown_patient(person, file)]:
        raise InputError(*unknown)
    files, damaged = _read(each for each in chains if not _why_not(each))
    left_out = tuple(
        LeftOut(str(each.current.path), _who(each.current), why) for each in chains if (why := _why_not(each))
    )
    faults = (*found.faults, *damaged)
    if not files:
        reasons = "; ".join(f"{each.file}: {each.why}" for each in left_out)
        raise InputError(*faults, f"no order of this patient counts{f': {reasons}' if reasons else ''}")
    return OrdersOfPatient(files, left_out, faults, tuple(patient_alerts(people)))


def _wanted(found: Orders, keys: Sequence[Key], number: str) -> Key:
    """What tells the orders of the wanted patient from those of others; what is wrong with files may hide them."""
    if number:
        if (number, "") not in keys:
            raise InputError(*found.faults, Fault(f"no order is of a patient with the id {number}", "--id"))
        return number, ""
    if not keys:
        raise FileError(*found.faults) if found.faults else InputError(NO_ORDERS)
    people = dict(zip(keys, (chain.current.patient for chain in found.chains), strict=True))
    if len(people) > 1:
        text = f"these orders are of {len(people)} patients; say of which"
        raise InputError(Fault(text, "--id"))
    return keys[0]


def _why_not(chain: Chain) -> str:
    """Why a cycle does not count in a history; nothing where it does."""
    current = chain.current
    if current.cancelled:
        return current.cancelled.words
    return "" if current.start and current.dates else "it has no dates"


def _refuse_absent(paths: Iterable[Path]) -> None:
    """FileError where one of these is not there."""
    if absent := [path for path in paths if not path.exists()]:
        raise FileError(*(Fault("there is no such file or folder", "", str(path)) for path in absent))


def _read(chains: Iterable[Chain]) -> tuple[tuple[FiledOrder, ...], tuple[Fault, ...]]:
    """The order that counts of each chain, and what is wrong with those that cannot be trusted."""
    files: list[FiledOrder] = []
    faults: list[Fault] = []
    for path in (chain.current.path for chain in chains):
        try:
            files.append(FiledOrder(str(path), read_unedited(path).order))
        except FileError as error:
            faults += error.faults
    return tuple(files), tuple(faults)


def _who(file: OrderFile) -> PatientOfDay:
    return PatientOfDay(file.patient.id, file.patient.name, file.patient.born)


def patient_of(order: Order) -> PatientOfDay:
    """Who an order is for."""
    patient = order.patient
    return PatientOfDay(patient.id, patient.name, patient.born, patient.ward, patient.bed)


def damaged_alert(fault: Fault) -> Alert:
    """That a file cannot be trusted, so that what it orders is missing here."""
    return Alert(DAMAGED, "check", fault.file, f"{fault._replace(file='')}; nothing that it orders is counted here")
