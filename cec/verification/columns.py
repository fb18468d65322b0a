"""Which columns of a table of orders hold what: facts of the patient, written amounts, the number of days.

Columns tell what they tell `cec batch`. Each drug has a column by its name, with the unit in the cell (`clofarabine`:
38.4 mg) or in the column (`clofarabine_mg`: 38.4); or a row is one drug, as `cec dose --format csv` writes them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from cec.errors import Fault, FileError
from cec.regimen import DrugLine, Regimen
from cec.tables.amounts import in_names
from cec.tables.asked import refuse_asked
from cec.tables.columns import Column, columns_for
from cec.tables.declared import AS_CEC_WRITES, Declared
from cec.tables.names import plain_name
from cec.units import AMOUNT
from cec.verification.administration import PARTICULARS

DAYS = "days"
"""The column of the written number of days or, where a row is one drug, of its days."""

OF_A_DRUGS_ROW = ("drug", "dose", "unit", *PARTICULARS)
"""What `--map` may say of the columns of a table in which a row is one drug."""

_NUMBER_AND_UNIT = re.compile(r"\s*[0-9][0-9.,]*\s*(\S|\S.*\S)\s*", re.ASCII)
_WORDS = {name: word for word, each in PARTICULARS.items() for name in (word, *each.also)}
"""The words of PARTICULARS by the names and ends of names of their columns."""


class DrugRows(NamedTuple):
    """The columns of a table in which a row is one drug."""

    drug: str
    amount: str
    unit: str


class OrderColumns(NamedTuple):
    """What the columns of a table of orders tell."""

    facts: Mapping[str, Column]
    named_facts: Mapping[str, str] = {}
    """Which column was said to tell a fact, by the fact."""
    renamed: Mapping[str, str] = {}
    """The drug, or drug with its unit, that a column was said to hold, by the column."""
    candidates: tuple[str, ...] = ()
    """Columns that hold amounts, or may."""
    amounts: tuple[str, ...] = ()
    """Those whose names say that they hold amounts."""
    days: str = ""
    drug_rows: DrugRows | None = None
    declared: Declared = AS_CEC_WRITES
    """How their cells are written."""
    beside: Mapping[str, tuple[str, str]] = {}
    """Columns that tell how a drug is given, each with the stem of its amount's column (none where a row is one drug)
    and the word of PARTICULARS."""

    @property
    def read(self) -> tuple[str, ...]:
        """Every column that is read."""
        single = self.drug_rows or ()
        names = (
            *(name for column in self.facts.values() for name in column.names),
            *single,
            *self.amounts,
            *self.beside,
            self.days,
        )
        return tuple(dict.fromkeys(name for name in names if name))

    def name_of(self, fact: str) -> str:
        """The column that tells a fact; nothing where none does."""
        return self.facts[fact].name if fact in self.facts else ""

    def identity(self, cells: Mapping[str, str | None]) -> str:
        """The id that a row tells; nothing where it tells none."""
        return (cells.get(self.name_of("id")) or "").strip()

    def amounts_of(self, regimen: Regimen) -> list[tuple[str, str, str]]:
        """Each column that may hold amounts, with the drug and the unit that its name says."""
        return [(column, *drug_and_unit(self.renamed.get(column, column), regimen)) for column in self.candidates]


def order_columns(
    header: Sequence[str],
    renamed: Mapping[str, str],
    regimens: Sequence[Regimen],
    file: str,
    declared: Declared = AS_CEC_WRITES,
) -> OrderColumns:
    """What the columns tell; FileError where one that is needed is not there, or two tell the same.

    `renamed` says which column tells a fact, a drug or, where a row is one drug, what of it, whatever its name; the
    first of the regimens is the default.
    """
    if any("\0" in name for name in header):
        raise FileError(Fault("is not text; save the table as CSV (UTF-8)", "", file))
    of_a_row = {word for word in renamed if word in OF_A_DRUGS_ROW}
    spoken_for = {word: name for word, name in renamed.items() if word in of_a_row or _names_a_drug(word, regimens)}
    _refuse_schedule(header, file)
    others = {word: name for word, name in renamed.items() if word not in spoken_for}
    free = [name for name in header if name not in spoken_for.values()]
    facts = columns_for(free, others, regimens, file, declared)
    if absent := [(word, name) for word, name in spoken_for.items() if name not in header]:
        word, name = absent[0]
        raise FileError(Fault(f"there is no column '{name}' for the {word}; there are {', '.join(header)}", "", file))
    by_column = {name: word for word, name in spoken_for.items()}
    rows = _drug_rows(header, by_column)
    if of_a_row and not rows:
        words = " and ".join(sorted(of_a_row))
        text = f"--map says which column tells the {words} of a row that is one drug; say drug=… and dose=… too"
        raise FileError(Fault(text, "", file))
    days = next((name for name in header if plain_name(by_column.get(name, name)) == DAYS), "")
    taken = {days, *(name for column in facts.values() for name in column.names)}
    beside = _beside(header, by_column, None if rows else regimens)
    candidates = () if rows else tuple(name for name in header if name not in {*taken, *beside})
    amounts = tuple(
        name for name in candidates if any(drug_and_unit(by_column.get(name, name), each)[0] for each in regimens)
    )
    found = OrderColumns(facts, others, by_column, candidates, amounts, days, rows, declared, beside)
    _refuse_repeated(header, found, file)
    if not amounts and not rows:
        first = regimens[0].drugs[0]
        raise FileError(
            Fault(
                f"no column tells the amount of a drug; name it {_column_of(first)}, or {first.drug} with the unit in "
                f"each cell, or say --map {_column_of(first)}=COLUMN; there are {', '.join(header)}",
                "",
                file,
            )
        )
    return found


def refuse_unread(
    header: Sequence[str], columns: OrderColumns, regimens: Sequence[Regimen], ignored: Collection[str], file: str
) -> None:
    """FileError with each column that is not read although its name holds a word of a fact, or is nearly a drug's."""
    read = {*columns.read, *(name for name in header if plain_name(name) in _OF_DOSES and columns.drug_rows)}
    lines = {plain_name(line.drug): line for regimen in regimens for line in regimen.drugs}
    drugs: dict[str, str] = {}
    for name in header:
        stem, word = stem_and_word(plain_name(name))
        near = difflib.get_close_matches(stem or stem_of(name), lines, 1, 0.8)
        if near and name not in read:
            drugs[name] = f"{near[0]}_{word}" if word else _column_of(lines[near[0]])
    refuse_asked(header, read, regimens, drugs, ignored=ignored, file=file)


_OF_DOSES = frozenset({"protocol_dose", "protocol_unit", "cycle_total", "calculated", "daily_total"})
"""Columns of `cec dose --format csv` that follow from others."""


def drug_and_unit(column: str, regimen: Regimen) -> tuple[str, str]:
    """The drug that a column holds amounts of, and the unit in its name; nothing for a column of another kind.

    A drug of two lines has two columns, the second with a number: `dexamethasone_mg`, `dexamethasone_2_mg`.

    >>> from cec import load_regimen
    >>> drug_and_unit("Etoposide (mg)", load_regimen("cec-induction"))
    ('etoposide', 'mg')
    """
    name = plain_name(column)
    names = {plain_name(line.drug): line.drug for line in regimen.drugs}
    if name in names:
        return names[name], ""
    stem, unit = stem_and_unit(name)
    if not unit:
        return "", ""
    return names.get(stem) or names.get(re.sub(r"_[0-9]+$", "", stem), stem), unit


def stem_and_unit(name: str) -> tuple[str, str]:
    """What stands before the unit at the end of a column's plain name, and that unit; no unit where there is none.

    >>> stem_and_unit("dexamethasone_2_mg"), stem_and_unit("interferon_million_units"), stem_and_unit("ward_mg_day")
    (('dexamethasone_2', 'mg'), ('interferon', 'million units'), ('ward_mg_day', ''))
    """
    endings = {f"_{plain_name(unit)}": unit for unit in AMOUNT.units}
    ending = max((ending for ending in endings if name.endswith(ending)), key=len, default="")
    return (name.removesuffix(ending), endings[ending]) if ending and name != ending else (name, "")


def is_amount(cell: str) -> bool:
    """Whether a cell is an amount of a drug with its unit, whatever its column is called.

    >>> is_amount("1.5 mg"), is_amount("26"), is_amount("26 kg")
    (True, False, False)
    """
    match = _NUMBER_AND_UNIT.fullmatch(cell)
    return match is not None and match[1] in AMOUNT.units


def stem_of(column: str) -> str:
    """What an amount's column is called without its unit: `dexamethasone_2` of `dexamethasone_2_mg`."""
    return stem_and_unit(plain_name(column))[0]


def _beside(
    header: Sequence[str], renamed: Mapping[str, str], regimens: Sequence[Regimen] | None
) -> dict[str, tuple[str, str]]:
    """Columns that tell how a drug is given: `cytarabine_times` or, where a row is one drug (no regimens), `times`."""
    found: dict[tuple[str, str], str] = {}
    for column in header:
        name = plain_name(renamed.get(column, column))
        if regimens is None:
            stem, word = "", _WORDS.get(name, "")
        else:
            stem, word = stem_and_word(name)
            word = word if any(_gives(regimen, stem) for regimen in regimens) else ""
        if word:
            found.setdefault((stem, word), column)
    return {column: (stem, word) for (stem, word), column in found.items()}


def stem_and_word(name: str) -> tuple[str, str]:
    """The stem of a drug's columns and the word of PARTICULARS at a column's end; nothing for another column.

    >>> stem_and_word("dexamethasone_2_per_day"), stem_and_word("body_weight")
    (('dexamethasone_2', 'times'), ('', ''))
    """
    ending = next((ending for ending in _WORDS if name.endswith(f"_{ending}")), "")
    return (name.removesuffix(f"_{ending}"), _WORDS[ending]) if ending else ("", "")


def _gives(regimen: Regimen, stem: str) -> bool:
    """Whether a stem is that of a drug of a regimen, with or without the number of its line."""
    return bool({stem, re.sub(r"_[0-9]+$", "", stem)} & {plain_name(line.drug) for line in regimen.drugs})


def _column_of(line: DrugLine) -> str:
    """The name that a column of this drug should have."""
    return f"{plain_name(line.drug)}_{in_names(line.amount_unit)}"


def _names_a_drug(word: str, regimens: Sequence[Regimen]) -> bool:
    drugs = {line.drug for regimen in regimens for line in regimen.drugs}
    stem, beside = stem_and_word(plain_name(word))
    return any(drug_and_unit(word, each)[0] in drugs or (beside and _gives(each, stem)) for each in regimens)


def _drug_rows(header: Sequence[str], renamed: Mapping[str, str]) -> DrugRows | None:
    """The columns of drug, amount and unit, where a row is one drug; those that were named before all others."""
    names = {plain_name(name): name for name in header if name not in renamed}
    mapped = {word: name for name, word in renamed.items()}
    amount = mapped.get("dose") or names.get("ordered") or names.get("dose")
    names |= mapped
    return DrugRows(names["drug"], amount, names.get("unit", "")) if "drug" in names and amount else None


def _refuse_schedule(header: Sequence[str], file: str) -> None:
    """FileError where a row is one administration: such a table does not say what the doses were computed from."""
    if {"drug", "dose", "day", "date"} <= set(map(plain_name, header)):
        raise FileError(
            Fault(
                "is a schedule, a row for each administration, which does not tell height and weight; give the saved "
                "order (cec schedule … --format json -o order.json) or, of a batch, the table without --long",
                "",
                file,
            )
        )


def _refuse_repeated(header: Sequence[str], columns: OrderColumns, file: str) -> None:
    """FileError where two columns that are read have one name. A table's frame has such names as name, name#2."""
    names = {*columns.read, *columns.amounts}
    if twice := [name for name in names if f"{name}#2" in header]:
        raise FileError(Fault(f"the first line names {', '.join(sorted(twice))} twice", "", file, 1, 1))
