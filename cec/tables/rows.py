"""What one row says: its texts by fact, read by the readers of files and options; and why a row gets no dose."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cec.errors import CecError, Fault, InputError, OrderRefused
from cec.facts.reading import read_count, read_date
from cec.load import load_regimen
from cec.load.parts import Part, patient_of, read_part
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
        row = ((fact, column.text(values[place])) for fact, column, values in cells)
        yield {fact: text for fact, text in row if text}


def read_fact(fact: str, text: str) -> Part:
    """What a text says of a fact; its key is that of a patient file, or start or cycle."""
    if fact in _OF_THE_CYCLE:
        try:
            return Part(fact, _OF_THE_CYCLE[fact](text.strip()))
        except CecError as error:
            return Part(fact, None, tuple(fault._replace(where=fact) for fault in error.faults))
    ((key, words),) = patient_texts({fact: text}).items()
    return read_part(key, words)


_OF_THE_CYCLE: dict[str, Callable[[str], Any]] = {"start": read_date, "cycle": read_count}


class Read(NamedTuple):
    """What a row says, read."""

    patient: Patient
    start: datetime.date | None
    cycle: int | None


def read_row(
    parts: Mapping[str, Part], start: datetime.date | None, cycle: int | None, *, needs_start: bool = False
) -> Read:
    """What a row says, of which `parts` has each fact that it tells; CecError with every fault.

    `start` and `cycle` hold where it says no other; with `needs_start` it must say when its cycle starts, and whose
    it is.
    """
    faults: list[Fault] = []
    patient = None
    try:
        patient = patient_of(part for fact, part in parts.items() if fact not in _OF_THE_CYCLE)
    except CecError as error:
        faults += error.faults
    of_cycle: dict[str, Any] = {"start": start, "cycle": cycle}
    for fact in _OF_THE_CYCLE:
        if fact in parts:
            faults += parts[fact].faults
            of_cycle[fact] = parts[fact].value
    if needs_start:
        faults += _lacking(parts, start)
    if faults or patient is None:
        raise InputError(*faults)
    return Read(patient, **of_cycle)


def _lacking(parts: Mapping[str, Part], start: datetime.date | None) -> list[Fault]:
    """What a schedule needs and the row does not say."""
    faults = []
    if start is None and "start" not in parts:
        faults.append(Fault("is missing: give day 1 of the cycle, like 2026-11-30", "start"))
    if "id" not in parts:
        faults.append(Fault("is missing: without it nobody can tell whose administrations these are", "id"))
    return faults


def refusal(error: CecError) -> Refusal:
    """The faults of a row in one line, and the facts that they are about; of alerts only those that stop.

    >>> texts = {"height": "128", "weight": "26,5"}
    >>> try:
    ...     read_row({fact: read_fact(fact, text) for fact, text in texts.items()}, None, None)
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
                raise InputError(f"{text.strip()} is not a file; name a regimen or its file")
            known[text] = load_regimen(text.strip())
        except CecError as error:
            known[text] = Refusal(("regimen",), "; ".join(str(fault) for fault in error.faults))
    return known[text]
