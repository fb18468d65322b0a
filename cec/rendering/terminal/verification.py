"""Verifications on the terminal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from cec.rendering.terminal import draw
from cec.rendering.terminal.drawing import (
    BLANK_LINE,
    PIPE,
    STRONG,
    WIDEST_TEXT,
    Part,
    TableColumn,
    Terminal,
    section,
    table_or_cards,
    wrap,
    wrap_each,
)
from cec.rendering.terminal.head import alert, head
from cec.rendering.verification import (
    VerifiedDoses,
    VerifiedOrder,
    VerifiedRows,
    beside_the_dose,
    found,
    happenings,
    places_that_differ,
    remarks,
    was_not_compared,
    was_not_written,
)
from cec.rendering.words import SECOND_CHECK, pharmacy_words, signed_percent
from cec.rendering.words.alerts import as_many_as_fit
from cec.units import write_number
from cec.verification.outcome import BESIDE, MEANINGS, Beside, Comparison, Row, Verification, drugs_not_compared
from cec.when_words import listed

MOST_ROWS_NAMED = 10
"""Rows that the terminal names for one alert; CSV has them all."""

_COLUMNS = (
    TableColumn("Drug"),
    TableColumn("Expected", right=True),
    TableColumn("Written", right=True),
    TableColumn("Deviation", right=True),
    TableColumn("Verdict", style=STRONG),
)


def verified_doses(document: VerifiedDoses, *, terminal: Terminal = PIPE) -> bytes:
    """The order's head, a row per drug, and what explains each difference."""
    order, verification = document
    rows = [
        (
            verdict.drug,
            str(verdict.expected or ""),
            str(verdict.shown or ""),
            "" if verdict.deviation_percent is None else signed_percent(verdict.deviation_percent),
            verdict.verdict,
        )
        for verdict in verification.verdicts
    ]
    beside = [verdict for verdict in verification.verdicts if verdict.comparisons]
    return draw(
        [
            *head(order, terminal),
            *table_or_cards(_COLUMNS, rows, terminal),
            *section("What may have happened", wrap_each((each.text for each in happenings(verification)), terminal)),
            *section("Beside the dose", wrap_each(map(beside_the_dose, beside), terminal)),
            *section("Look at", _alerts(verification, terminal)),
            BLANK_LINE,
            *wrap(_summary(verification), terminal, style=STRONG),
            *wrap(SECOND_CHECK, terminal),
            *wrap(pharmacy_words(order.pharmacy), terminal),
        ],
        terminal,
    )


def verified_order(document: VerifiedOrder, *, terminal: Terminal = PIPE) -> bytes:
    """What was found of a saved order, and every place that is not what its inputs give, or its regimen's file says."""
    verification, notes = document
    about = (
        f"whole input SHA-256 {verification.sha256}",
        f"order SHA-256 {verification.fingerprint}, written by cec {verification.written_by}",
        f"revision {verification.revision}, replaces {verification.replaces}" if verification.replaces else "",
    )
    return draw(
        [
            *wrap(found(verification), terminal, style=STRONG),
            *wrap_each(places_that_differ(verification), terminal),
            BLANK_LINE,
            *wrap_each((*remarks(verification), *notes), terminal, "", "  "),
            *wrap_each(about, terminal, "", "  "),
            *wrap(SECOND_CHECK, terminal),
        ],
        terminal,
    )


def verified_table(document: VerifiedRows, *, terminal: Terminal = PIPE) -> bytes:
    """The rows (or orders of several rows) that are not in order, the alerts of all, and how many agree."""
    gathered = _gathered(document.rows)
    about_alerts = [_alert_of(code, count, gathered.lines_of[code]) for code, count in gathered.alerts.items()]
    if gathered.not_made:
        reasons = [f"{what} {count:,}" for what, count in gathered.not_made.most_common()]
        room = min(terminal.width, WIDEST_TEXT) - len("  ")
        about_alerts.append(
            as_many_as_fit(f"{document.noun}s with checks not made", reasons, room, "cec dose --explain tells")
        )
    return draw(
        [
            *wrap_each(gathered.texts, terminal, "", "  "),
            *section("Look at", wrap_each(about_alerts, terminal))[not gathered.texts :],
            *([BLANK_LINE] if gathered.texts or about_alerts else []),
            *wrap(_summary_of_rows(gathered, document.noun), terminal, style=STRONG),
            *wrap(SECOND_CHECK, terminal),
        ],
        terminal,
    )


class _Gathered(NamedTuple):
    """What the rows of a table come to, gathered in one pass over them."""

    texts: list[str]
    """What may have happened in each row that is not in order."""
    outcomes: Counter[str]
    """How many rows agree, differ, and cannot be held against an order."""
    alerts: Counter[str]
    """How many rows have each alert."""
    lines_of: dict[str, list[str]]
    """The lines of the first rows with each alert."""
    not_made: Counter[str]
    """How many rows have checks that were not made, by what was wanting."""
    lacking: set[Beside]
    """What was not compared of some drug of some row."""
    never_compared: set[Beside]


def _gathered(rows: Iterable[Row]) -> _Gathered:
    found = _Gathered([], Counter(), Counter(), {}, Counter(), set(), set(BESIDE))
    before: list[tuple[Comparison, ...]] = []
    for row in rows:
        comparisons = [verdict.comparisons for verdict in row.verdicts if verdict.written]
        if not row.faults and comparisons != before:  # most rows have those of the row before
            before, lacking = comparisons, drugs_not_compared(row.verdicts)
            found.lacking.update(lacking)
            found.never_compared.intersection_update(what for what, drugs in lacking.items() if not drugs)
        found.outcomes["agree" if row.agrees else "refused" if row.faults else "differ"] += 1
        happened = sorted(happenings(row), key=attrgetter("rows"))
        found.texts.extend(f"{_place(row, each.rows)}: {each.text}" for each in happened)
        found.texts.extend(_refused(row, fault) for fault in row.faults)
        found.not_made.update(row.not_made)
        found.alerts.update(row.alerts)
        for code in row.alerts:
            lines = found.lines_of.setdefault(code, [])
            if len(lines) < MOST_ROWS_NAMED:
                lines.append(str(row.row))
    return found


def _summary_of_rows(gathered: _Gathered, noun: str) -> str:
    """How many rows agree, and what was not compared of all drugs, or of some."""
    outcomes, total = gathered.outcomes, gathered.outcomes.total()
    of_all = [what for what in BESIDE if what in gathered.lacking & gathered.never_compared]
    of_some = [what for what in BESIDE if what in gathered.lacking - gathered.never_compared]
    parts = [*([listed(of_all)] if of_all else []), *([f"{listed(of_some)} of some drugs"] if of_some else [])]
    return (
        f"{total:,} {noun}{'s' * (total != 1)}: {outcomes['agree']:,} agree, "
        f"{outcomes['differ']:,} differ, {outcomes['refused']:,} cannot be held against an order"
    ) + (f"; not compared: {', nor '.join(parts)}" if parts else "")


def _refused(row: Row, fault: str) -> str:
    """Why a row cannot be held against an order; of a row that is one drug the fault names its own line."""
    own = re.match(r"line ([0-9]+): ", fault)
    return f"{_place(row, [int(own[1])])}: {fault[own.end() :]}" if own else f"{_place(row)}: {fault}"


def _place(row: Row, lines: Sequence[int] = ()) -> str:
    """Where something stands in a table, and whose it is."""
    numbers = [str(line) for line in lines] or [str(row.row)]
    return f"line{'s' * (len(numbers) > 1)} {listed(numbers)}" + (f", id {row.id}" if row.id else "")


def _alert_of(code: str, count: int, lines: Sequence[str]) -> str:
    """An alert with the lines of the rows that have it, the first of many."""
    more = f" … and {count - len(lines):,} more (--format csv names them all)" if count > len(lines) else ""
    meaning = f": {MEANINGS[code]}" if code in MEANINGS else ""
    return f"{code} ({count:,}): line{'s' * (count > 1)} {', '.join(lines)}{more}{meaning}"


def _summary(verification: Verification) -> str:
    tolerance = f"{write_number(verification.tolerance_percent)}%"
    wrong = sum(verdict.is_wrong for verdict in verification.verdicts)
    of_all = (was_not_written(verification.verdicts), was_not_compared(verification.verdicts))
    missing = "; ".join(("", *filter(None, of_all)))
    if verification.agrees:
        return f"Every written dose agrees within {tolerance}{missing}"
    do_not = "does not" if wrong == 1 else "do not"
    return f"{wrong} of {len(verification.verdicts)} {do_not} agree (tolerance {tolerance}){missing}"


def _alerts(verification: Verification, terminal: Terminal) -> list[Part]:
    alerts = (alert(each, terminal, where="cec dose --explain tells") for each in verification.alerts)
    return list(chain.from_iterable(alerts))
