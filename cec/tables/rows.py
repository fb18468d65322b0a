"""What one row says: its texts by fact, read by the readers of files and options; and why a row gets no dose."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cec.errors import CecError, Fault, InputError, OrderRefused
from cec.facts.reading import read_count, read_date
from cec.load import load_patient, load_regimen
from cec.patient import Patient
from cec.regimen import Regimen
from cec.tables.columns import Column, patient_texts

if TYPE_CHECKING:
    import polars as pl


class Refusal(NamedTuple):
    """Why a row gets no dose: the facts that are wrong, where it is theirs, and the reason."""

    facts: tuple[str, ...]
    reason: str


def row_texts(
    texts: Mapping[str, pl.Series], columns: Mapping[str, Column], rows: Sequence[int]
) -> Iterator[dict[str, str]]:
    """What each of these rows says, by fact."""
    cells = [(fact, columns[fact], series.gather(list(rows)).to_list()) for fact, series in texts.items()]
    for place in range(len(rows)):
        said = ((fact, column.text(values[place])) for fact, column, values in cells)
        yield {fact: text for fact, text in said if text}


def read_row(texts: Mapping[str, str]) -> Patient:
    """The patient of a row; CecError with every fault."""
    return load_patient(texts=patient_texts(texts))


class Read(NamedTuple):
    """What a row says, read."""

    patient: Patient
    start: datetime.date | None
    cycle: int | None


def read_all(
    texts: Mapping[str, str], start: datetime.date | None, cycle: int | None, *, needs_start: bool = False
) -> Read:
    """What a row says, of which `texts` has a text for each fact that it tells; CecError with every fault.

    `start` and `cycle` hold where it says no other; with `needs_start` it must say when its cycle starts, and whose
    it is.
    """
    faults: list[Fault] = []
    patient = None
    try:
        patient = read_row(texts)
    except CecError as error:
        faults += error.faults
    try:
        start = read_date(texts["start"].strip()) if "start" in texts else start
    except CecError as error:
        faults += (fault._replace(where="start") for fault in error.faults)
    try:
        cycle = read_count(texts["cycle"].strip()) if "cycle" in texts else cycle
    except CecError as error:
        faults += (fault._replace(where="cycle") for fault in error.faults)
    if needs_start:
        faults += _lacking(texts, start)
    if faults or patient is None:
        raise InputError(*faults)
    return Read(patient, start, cycle)


def _lacking(texts: Mapping[str, str], start: datetime.date | None) -> list[Fault]:
    """What a schedule needs and the row does not say."""
    faults = []
    if start is None and "start" not in texts:
        faults.append(Fault("is missing: give day 1 of the cycle, like 2026-11-30", "start"))
    if "id" not in texts:
        faults.append(Fault("is missing: without it nobody can tell whose administrations these are", "id"))
    return faults


def refusal(error: CecError) -> Refusal:
    """The faults of a row in one line, and the facts that they are about; of alerts only those that stop.

    >>> try:
    ...     read_row({"height": "128", "weight": "26,5"})
    ... except CecError as error:
    ...     print(refusal(error).facts, refusal(error).reason)
    ('weight',) weight: '26,5' has a comma: use a point for decimals and nothing for thousands; write it like 26 kg
    """
    if isinstance(error, OrderRefused) and error.stops:
        return Refusal((), "; ".join(error.stops.values()))
    facts = (fact for fault in error.faults for fact in _about(fault))
    return Refusal(
        tuple(dict.fromkeys("reduce" if fact == "reductions" else fact for fact in facts)),
        "; ".join(str(fault) for fault in error.faults),
    )


def _about(fault: Fault) -> Sequence[str]:
    """The facts that a fault is about; none where it is about the order."""
    if not fault.where:
        return fault.about
    fact, _, part = fault.where.partition(": ")
    if fact == "history" and part:
        return (part,)
    return (f"earlier_{part}",) if fact == "earlier_doses" and part else (fact.split()[0],)


def regimen_of(text: str, known: dict[str, Regimen | Refusal]) -> Regimen | Refusal:
    """The regimen that a cell names, or why there is none; each name is looked up once."""
    if text not in known:
        try:
            if os.path.exists(text.strip()) and not os.path.isfile(text.strip()):  # noqa: PTH110, PTH113  never raise
                raise InputError(f"{text.strip()} is no file; name a regimen or its file")
            known[text] = load_regimen(text.strip())
        except CecError as error:
            known[text] = Refusal(("regimen",), "; ".join(str(fault) for fault in error.faults))
    return known[text]
