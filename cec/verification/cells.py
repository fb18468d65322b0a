"""What the cells of one order's rows say was written: doses, with what stands beside them, and the number of days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from msgspec.structs import replace

from cec.drug_names import drug_key
from cec.errors import CecError, Fault, InputError
from cec.facts.reading import read_count
from cec.regimen import Regimen
from cec.tables.declared import AS_CEC_WRITES, Declared, hint_of_comma
from cec.units import AMOUNT, Quantity, read_number, read_quantity
from cec.verification.administration import PARTICULARS, read_days_of
from cec.verification.columns import DrugRows, OrderColumns, is_amount, stem_of
from cec.verification.written import Written, last_digit

Value = TypeVar("Value")


class Line(NamedTuple):
    """A row of the table that must be looked at by itself."""

    row: int
    cells: Mapping[str, str]
    """By their columns."""


class DoseCells(NamedTuple):
    """The cells of one dose: where its amount stands, the drug, the amount, and a cell of the right form."""

    place: str
    drug: str
    amount: str
    unit: str
    """The unit of the amount, where it stands elsewhere."""
    example: str
    beside: Mapping[str, tuple[str, str]]
    """By the words of PARTICULARS, where each stands and what it says."""
    row: int | None = None
    """The line of the table, where a row is one drug."""
    declared: Declared = AS_CEC_WRITES
    """How its numbers are written."""


def dose_cells(lines: Sequence[Line], regimen: Regimen, columns: OrderColumns) -> Iterator[DoseCells]:
    """The cells of each dose that is written in the rows of one order."""
    if columns.drug_rows:
        yield from _of_single_drugs(lines, regimen, columns, columns.drug_rows)
        return
    units = {drug_key(line.drug): line.amount_unit for line in regimen.drugs}
    cells = lines[0].cells
    for column, drug, unit in columns.amounts_of(regimen):
        cell = cells[column].strip()
        if cell and (drug or is_amount(cell)):
            stem = stem_of(columns.renamed.get(column, column))
            of_dose = {name: word for name, (of_stem, word) in columns.beside.items() if of_stem == stem}
            elsewhere = "" if any(map(str.isalpha, cell)) else unit
            example = _example(unit, units.get(drug_key(drug)))
            beside = _beside(cells, of_dose, columns)
            yield DoseCells(column, drug or column, cell, elsewhere, example, beside, None, columns.declared)


def _of_single_drugs(
    lines: Sequence[Line], regimen: Regimen, columns: OrderColumns, single: DrugRows
) -> Iterator[DoseCells]:
    """The cells of each row that is one drug."""
    units = {drug_key(line.drug): line.amount_unit for line in regimen.drugs}
    words = {name: word for name, (_, word) in columns.beside.items()}
    for row, cells in lines:
        drug = columns.declared.meaning("drug", cells[single.drug]).strip() or "a drug without a name"
        amount = cells[single.amount].strip()
        unit = columns.declared.meaning("unit", cells[single.unit]).strip() if single.unit else ""
        if amount:
            example = _example(unit if unit in AMOUNT.units else "", units.get(drug_key(drug)))
            about = _beside(cells, words, columns, f"line {row}: {drug}: ")
            yield DoseCells(f"line {row}: {drug}", drug, amount, unit, example, about, row, columns.declared)


def _beside(
    cells: Mapping[str, str], words: Mapping[str, str], columns: OrderColumns, start: str = ""
) -> dict[str, tuple[str, str]]:
    """What the columns of PARTICULARS say in one row, each with its place."""
    texts = ((name, word, columns.declared.meaning(word, cells[name]).strip()) for name, word in words.items())
    return {word: (f"{start}{name}", text) for name, word, text in texts if text}


def _example(unit: str, usual: str | None) -> str:
    """A cell of the right form: a number where the unit stands elsewhere, else with the usual unit of the drug."""
    number = "600" if "units" in {unit, usual} else "12.5"
    return number if unit else f"{number} {usual or 'mg'}"


def read_dose(cells: DoseCells) -> Written:
    """What the cells of a dose say; InputError with each that cannot be read, by its place and as it stands."""
    faults: list[Fault] = []

    def read(place: str, reader: Callable[[], Value]) -> Value | None:
        try:
            return reader()
        except CecError as error:
            faults.extend(fault._replace(where=place) for fault in error.faults)
            return None

    amount = read(cells.place, lambda: _amount(cells))
    beside: dict[str, Any] = {
        word: read(place, lambda word=word, text=text: _particular(word, text, cells.declared))  # type: ignore[misc]
        for word, (place, text) in cells.beside.items()
    }
    if faults or amount is None:
        raise InputError(*faults)
    return Written(cells.drug, *amount, beside, cells.row)


def _amount(cells: DoseCells) -> tuple[Quantity, Decimal]:
    """The amount, and what its last written digit is worth."""
    text = cells.declared.number(cells.amount)
    try:
        if cells.unit:
            read_number(text, cells.example)
        return read_quantity(f"{text} {cells.unit}", replace(AMOUNT, example=cells.example)), last_digit(text)
    except InputError as error:
        hint = hint_of_comma(text, cells.declared.decimal)
        raise InputError(*(fault._replace(text=f"{fault.text}{hint}") for fault in error.faults)) from None


def _particular(word: str, text: str, declared: Declared) -> Any:
    """What stands beside a dose; of durations the decimals too, of days the commas part them."""
    return PARTICULARS[word].read(declared.number(text) if word == "over" else text)


def read_number_of_days(lines: Sequence[Line], columns: OrderColumns) -> int | None:
    """The written number of days: as it stands, or how many days the rows of single drugs name; None where none is."""
    texts = [text for _, cells in lines if columns.days and (text := cells[columns.days].strip())]
    if not texts:
        return None
    try:
        if columns.drug_rows is None and texts[0].isdigit():
            return read_count(texts[0])
        return len({day for text in texts for day in read_days_of(text)})
    except CecError as error:
        raise InputError(*(fault._replace(where=columns.days) for fault in error.faults)) from None
