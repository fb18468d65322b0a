"""What one row says: its texts by fact, read by the readers of files and options; and why a row gets no dose."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cec.errors import CecError, Fault, InputError, OrderRefused
from cec.facts import FACTS, fact_of
from cec.facts.reading import read_count, read_date
from cec.load.patient_keys import Part, patient_of, read_part
from cec.patient import Patient
from cec.tables.cells import as_texts
from cec.tables.columns import CHOOSE, DECLARATIONS, Column, patient_texts
from cec.tables.declared import Declared, hint_for, plain_text
from cec.tables.names import plain_name, units_of

if TYPE_CHECKING:
    import polars as pl


class Refusal(NamedTuple):
    """Why a row gets no dose: the facts that are wrong, where it is theirs, and the reason."""

    facts: tuple[str, ...]
    reason: str


_UNIT_FOLLOWS = "\x1f"
"""Stands between a cell and its unit, where a column of its own tells that."""
_BARE = re.compile(r"\s*[0-9]+(\.[0-9]+)?\s*", re.ASCII)
_WITH_UNIT = re.compile(r"[\s0-9.,]+(?P<unit>[^\s0-9.,].*?)\s*", re.ASCII)


def cells_of(column: Column, frame: pl.DataFrame) -> pl.Series:
    """The cells that tell a fact as texts, with those of the column of their units behind them."""
    import polars as pl

    cells = as_texts(frame.get_column(column.name))
    if not column.unit_column:
        return cells
    units = as_texts(frame.get_column(column.unit_column)).fill_null("")
    both = pl.select(pl.lit(cells) + pl.lit(_UNIT_FOLLOWS) + pl.lit(units)).to_series()
    return both.zip_with(cells.fill_null("").str.strip_chars() != "", cells)


def cell_of(column: Column, cells: Mapping[str, str | None]) -> str:
    """The cell of one row that tells a fact, with that of its unit behind it; the cells are given by their columns."""
    cell = cells[column.name] or ""
    return f"{cell}{_UNIT_FOLLOWS}{cells[column.unit_column] or ''}" if column.unit_column and cell.strip() else cell


def cell_text(fact: str, column: Column, cell: str | None) -> str:
    """What a cell of `cells_of` says, with its unit; nothing where it is empty.

    InputError where the cell, the name of its column and the column of its unit tell different units, or none is known.

    >>> cell_text("weight", Column("weight_lb", "lb"), "57.3"), cell_text("weight", Column("weight"), "26 kg")
    ('57.3 lb', '26 kg')
    >>> cell_text("weight", Column("weight_lb", "lb"), "26 kg")
    Traceback (most recent call last):
    cec.errors.InputError: weight: '26 kg' is not in lb, which column 'weight_lb' says; write a number of lb
    """
    number, is_told, unit_cell = (cell or "").partition(_UNIT_FOLLOWS) if column.unit_column else (cell or "", "", "")
    if fact not in _OF_CEC_ALONE:
        number = _as_cec_writes(fact, number, column.declared)
    if not number.strip():
        return ""
    units, name = units_of(fact), column.name
    unit, whose = column.unit, f"column '{name}'"
    if is_told:
        named = units.get(plain_name(unit_cell), "")
        if unit_cell.strip() and not named:
            known = ", ".join(dict.fromkeys(units.values()))
            raise InputError(Fault(f"'{unit_cell}' in column '{column.unit_column}' is not one of {known}", fact))
        if named and unit and named != unit:
            text = f"column '{column.unit_column}' says {named}, but column '{name}' says {unit}; correct one of them"
            raise InputError(Fault(f"{number}: {text}", fact))
        unit, whose = (named, f"column '{column.unit_column}'") if named else (unit, whose)
        if not unit and _BARE.fullmatch(number):
            raise InputError(Fault(f"'{number}' has no unit: its column '{column.unit_column}' is empty", fact))
    if not unit or _BARE.fullmatch(number):
        return f"{number} {unit}" if unit else number
    own = _WITH_UNIT.fullmatch(number)
    if own and units.get(plain_name(own["unit"])) != unit:
        raise InputError(Fault(f"'{number}' is not in {unit}, which {whose} says; write a number of {unit}", fact))
    return number


_OF_CEC_ALONE = frozenset((*DECLARATIONS, CHOOSE, "id", "name"))
"""What only cec writes so, or what is what it is: no form of the table changes it."""


def _as_cec_writes(fact: str, cell: str, declared: Declared) -> str:
    """A cell of a table that is written so as cec would write it."""
    try:
        return plain_text(fact, cell, declared)
    except InputError as error:
        raise InputError(*(fault._replace(where=fact) for fault in error.faults)) from None


def read_cell(fact: str, column: Column, cell: str | None) -> Part | None:
    """What a cell says of a fact, or what is wrong with it; None where it says nothing."""
    try:
        text = cell_text(fact, column, cell)
    except InputError as error:
        return Part(_key_of(fact), None, error.faults)
    if not text:
        return None
    part = read_fact(fact, text)
    if not part.faults:
        return part
    hint = "" if fact in _OF_CEC_ALONE else hint_for(fact, (cell or "").partition(_UNIT_FOLLOWS)[0], column.declared)
    faults = (_in_unit(fault, fact, column) for fault in part.faults)
    return part._replace(faults=tuple(fault._replace(text=f"{fault.text}{hint}") for fault in faults))


def _key_of(fact: str) -> str:
    """The key of a patient file that tells a fact."""
    return fact if fact in FACTS else next(iter(patient_texts({fact: ""})))


def _in_unit(fault: Fault, fact: str, column: Column) -> Fault:
    """A fault whose example, if it has one, is in the unit that its column tells."""
    examples = (example.removesuffix(f" {column.unit}") for example in fact_of(fact).examples)
    if not column.unit or f" {column.unit}" in fault.text:
        return fault
    example = next((f", like {each}" for each in examples if _BARE.fullmatch(each)), "")
    return fault._replace(text=re.sub("write it like .*", f"write a number of {column.unit}{example}", fault.text))


def row_texts(
    cells: Mapping[str, pl.Series], columns: Mapping[str, Column], rows: Sequence[int]
) -> Iterator[dict[str, str]]:
    """What each of these rows says, by fact."""
    read = [(fact, columns[fact], series.gather(list(rows)).to_list()) for fact, series in cells.items()]
    for place in range(len(rows)):
        row = ((fact, cell_text(fact, column, values[place])) for fact, column, values in read)
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
        tuple(dict.fromkeys({"reductions": "reduce", "choices": "choose"}.get(fact, fact) for fact in facts)),
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
