"""The saved orders of one patient: the current one of each cycle, in files and folders of many patients."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cec.course.chain import Chain, read_chains
from cec.course.first_look import read_unedited
from cec.course.orders_of_day import NO_ORDERS
from cec.course.patients import Key, Person, patient_alerts, patient_keys, unknown_patient
from cec.course.ward_day import LeftOut, PatientOfDay
from cec.course.worklist import FiledOrder
from cec.errors import Fault, FileError, InputError
from cec.order import Alert


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
    if absent := [path for path in paths if not path.exists()]:
        raise FileError(*(Fault("there is no such file or folder", "", str(path)) for path in absent))
    found = read_chains(paths)
    keys = patient_keys([chain.current.patient for chain in found.chains])
    key = _wanted(found.chains, keys, number)
    chains = [chain for chain, own in zip(found.chains, keys, strict=True) if own == key]
    if faults := [
        fault for chain in chains for fault in unknown_patient(chain.current.patient, str(chain.current.path))
    ]:
        raise InputError(*faults)
    files: list[FiledOrder] = []
    left_out: list[LeftOut] = []
    faults = list(found.faults)
    for chain in chains:
        if why := _why_not(chain):
            left_out.append(LeftOut(str(chain.current.path), _patient(chain.current.patient), why))
            continue
        try:
            files.append(FiledOrder(str(chain.current.path), read_unedited(chain.current.path).order))
        except FileError as error:
            faults += error.faults
    if not files:
        reasons = "; ".join(f"{each.file}: {each.why}" for each in left_out)
        raise InputError(*faults, f"no order of this patient counts{f': {reasons}' if reasons else ''}")
    people = [(str(chain.current.path), chain.current.patient) for chain in chains]
    return OrdersOfPatient(tuple(files), tuple(left_out), tuple(faults), tuple(patient_alerts(people)))


def _wanted(chains: Sequence[Chain], keys: Sequence[Key], number: str) -> Key:
    """What tells the orders of the wanted patient from those of others."""
    if number:
        if (number, "") not in keys:
            raise InputError(Fault(f"no order is of a patient with the id {number}", "--id"))
        return number, ""
    if not keys:
        raise InputError(NO_ORDERS)
    people = dict(zip(keys, (chain.current.patient for chain in chains), strict=True))
    if len(people) > 1:
        text = f"these orders are of {len(people)} patients; say of which"
        raise InputError(Fault(text, "--id"))
    return keys[0]


def _why_not(chain: Chain) -> str:
    """Why a cycle does not count in a history; nothing where it does."""
    current = chain.current
    if current.cancelled:
        return f"cancelled on {current.cancelled.on}: {current.cancelled.reason}"
    return "" if current.start and current.dates else "it has no dates"


def _patient(person: Person) -> PatientOfDay:
    return PatientOfDay(person.id, person.name, person.born)
