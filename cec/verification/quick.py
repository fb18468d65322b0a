"""The rows of a table in which all is well, found many at a time.

A batch gives their doses. Whatever is not plainly right is left to be held against its order row by row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import chain
from typing import NamedTuple

import msgspec

from cec.batch.frames import dose_columns
from cec.batch.single_row import NEXT_REASON, NOT_MADE
from cec.days import numbers_of
from cec.errors import CecError
from cec.regimen import Regimen
from cec.tables.amounts import REJECTED, amount_columns
from cec.tables.columns import ABOUT_THE_PERSON
from cec.tables.layout import Rows
from cec.tables.names import plain_name
from cec.tables.rows import Refusal
from cec.units import Quantity
from cec.verification.administration import compared, expected_of
from cec.verification.columns import DAYS, OrderColumns, is_amount
from cec.verification.doses import compare, nothing_written, number_of_days
from cec.verification.outcome import Agreement, Comparison, Verdict
from cec.verification.remarks import figures_per_area
from cec.verification.row import Terms

_NUMBER = re.compile(r"\s*[0-9]{1,9}(\.[0-9]{1,12})?\s*", re.ASCII)
"""A number that every reader of amounts takes."""


class Doser(NamedTuple):
    """What the doses of a table come from, so far as a batch can give them."""

    columns: OrderColumns
    regimens: Mapping[str, Regimen | Refusal]
    """By the cells that name them."""
    terms: Terms


def agreements(rows: Rows, doser: Doser) -> list[Agreement | None]:
    """For each row of a block of texts its agreement, or None where it must be looked at by itself."""
    frame, numbers = rows.frame, rows.rows
    dosed = _dosed(rows, doser)
    if dosed is None:
        return [None] * len(numbers)
    columns = doser.columns
    ids, days, named = (
        frame.get_column(name).fill_null("").str.strip_chars().to_list() if name else [""] * frame.height
        for name in (columns.name_of("id"), columns.days, columns.name_of("regimen"))
    )
    written = {
        name: columns.declared.numbers(frame.get_column(name)) for name in (*columns.candidates, *columns.beside)
    }
    places: dict[str, list[int]] = {}
    regimens = _by_cell(doser)
    for place, cell in enumerate(named):
        if cell in regimens and dosed[REJECTED][place] is None:
            places.setdefault(regimens[cell].name, []).append(place)
    alerts, not_made = dosed["alerts"], dosed[NOT_MADE]
    found: list[Agreement | None] = [None] * frame.height
    for regimen in {each.name: each for each in regimens.values() if each.name in places}.values():
        number_of_days = _days(regimen)
        verdicts = _verdicts(regimen, places[regimen.name], dosed, written, doser)
        for place, of_drugs in verdicts.items():
            if days[place] not in {"", number_of_days}:
                continue
            all_verdicts = (*of_drugs, _agreeing_days(days[place])) if days[place] else of_drugs
            codes, what = _parts(alerts[place], " "), _parts(not_made[place], NEXT_REASON)
            found[place] = Agreement(numbers[place], ids[place], regimen.name, all_verdicts, codes, what)
    return found


@cache
def _parts(cell: str | None, between: str) -> tuple[str, ...]:
    """What a cell of a batch lists, each once."""
    return tuple(dict.fromkeys(filter(None, (cell or "").split(between))))


def _says_more(name: str, cell: str, columns: OrderColumns) -> bool:
    """Whether a cell of a column that no drug line asks for must be looked at."""
    return bool(cell.strip()) and (name in columns.amounts or name in columns.beside or is_amount(cell))


class _Wanted(NamedTuple):
    """A drug line: the column that a batch makes for it, the table's own column, the drug, and the unit of both."""

    batch_column: str
    column: str
    drug: str
    unit: str
    figures: frozenset[Decimal | Fraction]
    """The amounts that may draw a remark."""
    beside: tuple[Comparison, ...]
    """What nobody compared beside the dose."""
    is_repeated: bool
    """Whether the drug has other lines, so that the best fit must be found."""


def _wanted(regimen: Regimen, columns: OrderColumns) -> list[_Wanted]:
    """The columns of a regimen's lines; no column of the table where it has none of just that name."""
    own = {plain_name(columns.renamed.get(name, name)): name for name in columns.candidates}
    lines = Counter(line.drug for line in regimen.drugs)
    return [
        _Wanted(
            batch_column=batch_column,
            column=own.get(batch_column, ""),
            drug=line.drug,
            unit=line.amount_unit,
            figures=figures_per_area(line),
            beside=compared(expected_of(line), {}),
            is_repeated=lines[line.drug] > 1,
        )
        for batch_column, line in zip(amount_columns(regimen), regimen.drugs, strict=True)
    ]


def _days(regimen: Regimen) -> str:
    """The number of days of every cycle as a text; nothing where it depends on the cycle."""
    return (
        ""
        if any(line.cycles for line in regimen.drugs)
        else str(number_of_days(numbers_of(line.days) for line in regimen.drugs))
    )


def _agreeing_days(text: str) -> Verdict:
    days = Quantity(Decimal(text), "days")
    return Verdict(DAYS, "agrees", days, days)


def _regimens(doser: Doser) -> list[Regimen]:
    """Each regimen once, the default first."""
    first = doser.terms.regimen
    named = {each.name: each for each in doser.regimens.values() if isinstance(each, Regimen)}
    return [first, *(each for each in named.values() if each.name != first.name)]


def _by_cell(doser: Doser) -> dict[str, Regimen]:
    """The regimens by the cells that name them, without those that share their name or whose days the cycle tells."""
    by_name = {each.name: each for each in _regimens(doser)}
    return {
        cell: each
        for cell, each in doser.regimens.items()
        if isinstance(each, Regimen) and each == by_name[each.name] and all(line.has_plain_days for line in each.drugs)
    }


def _dosed(rows: Rows, doser: Doser) -> dict[str, list[str | None]] | None:
    """The columns that a batch adds to the rows; None where it cannot."""
    facts = [
        name for fact, column in doser.columns.facts.items() for name in column.names if fact not in ABOUT_THE_PERSON
    ]
    named = {word: name for word, name in doser.columns.named_facts.items() if name in facts}
    values = {fact: texts for fact, texts in doser.columns.declared.values.items() if fact in doser.columns.facts}
    declared = doser.columns.declared._replace(values=values)
    own = {"bsa_m2": "written_bsa"} if "bsa_m2" in facts else {}  # a batch writes one too
    try:
        table = dose_columns(
            rows.frame.select(facts).rename(own),
            _regimens(doser),
            doser.terms.pharmacy,
            columns=named,
            start=doser.terms.start,
            cycle=doser.terms.cycle,
            as_of=doser.terms.as_of,
            declared=declared,
        )
    except CecError:
        return None
    return {name: cells.to_list() for name, cells in table.items()}


def _verdicts(
    regimen: Regimen,
    places: Sequence[int],
    dosed: Mapping[str, Sequence[str | None]],
    written: Mapping[str, Sequence[str]],
    doser: Doser,
) -> dict[int, tuple[Verdict, ...]]:
    """Each drug's agreement in the rows at these places, by the place; none where anything else may have to be said.

    In many rows the same expected amount and the same cell stand together: these are judged once.
    """
    wanted = _wanted(regimen, doser.columns)
    by_drug: list[list[tuple[Verdict, ...] | None]] = []
    figures = [places] if any(line.figures for line in wanted) else []
    for line in wanted:
        expected, cells = dosed[line.batch_column], written.get(line.column)
        pairs = [(expected[place], cells[place] if cells else "") for place in places]
        judged = {pair: _agreement(line, *pair, doser.terms.tolerance) for pair in set(pairs)}
        by_drug.append([judged[pair] for pair in pairs])
        if line.figures:
            are_figures = {pair for pair, found in judged.items() if found is not None and _are_figures(found, line)}
            figures.append([place for place, pair in zip(places, pairs, strict=True) if pair in are_figures])
    rows = zip(places, zip(*by_drug, strict=True), strict=True)
    verdicts = {place: tuple(chain.from_iterable(row)) for place, row in rows if None not in row}
    saying_more = {
        place
        for name in written.keys() - {line.column for line in wanted}
        for place in places
        if _says_more(name, written[name][place], doser.columns)
    }
    remarked = {
        place
        for place in set(verdicts).intersection(*figures)
        if figures and any(each.written != each.expected for each in verdicts[place])
    }
    return {place: found for place, found in verdicts.items() if place not in saying_more and place not in remarked}


def _are_figures(verdicts: Iterable[Verdict], line: _Wanted) -> bool:
    """Whether all that was written may draw a remark."""
    return all(each.written is None or each.written.value in line.figures for each in verdicts)


def _agreement(wanted: _Wanted, expected: str | None, cell: str, tolerance: Decimal) -> tuple[Verdict, ...] | None:
    """The verdict on a cell that plainly agrees, none where nothing is expected and none written; None for others."""
    if not cell.strip() and expected in {None, "0"}:
        return (nothing_written(wanted.drug, Quantity(Decimal(0), wanted.unit)),) if expected else ()
    if expected is None or not _NUMBER.fullmatch(cell):
        return None
    amount, written = (Quantity(Decimal(text), wanted.unit) for text in (expected, cell.strip()))
    verdict = compare(wanted.drug, amount, written, tolerance)
    if verdict.verdict != "agrees" or (wanted.is_repeated and verdict.deviation_percent):
        return None
    return (msgspec.structs.replace(verdict, comparisons=wanted.beside),)
