"""Verifications as CSV: a row per verdict, and per row of a table that cannot be held against an order."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cec.rendering.csv import number, write
from cec.rendering.verification import what_happened
from cec.verification.outcome import not_compared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cec.rendering.verification import VerifiedDoses, VerifiedRows
    from cec.verification.outcome import Row, Verdict

COLUMNS = (
    *("row", "id", "regimen", "drug", "verdict", "expected", "written", "unit", "deviation_percent"),
    *("explanations", "alerts", "not_compared"),
)


def verified_doses(document: VerifiedDoses) -> bytes:
    """The verdicts on the doses of one order; the row of a table is left empty."""
    order, verification = document
    codes = dict.fromkeys(alert.code for alert in verification.alerts)
    return write(COLUMNS, _verdicts(("", order.patient.id, order.regimen.name), verification.verdicts, codes))


def verified_table(document: VerifiedRows) -> bytes:
    """The verdicts on every row of a table."""
    return write(COLUMNS, chain.from_iterable(map(_rows, document.rows)))


def _rows(row: Row) -> Iterator[Sequence[str]]:
    for fault in row.faults:
        yield (str(row.row), row.id, "", "", "not verified", "", "", "", "", fault, "", "")
    yield from _verdicts((str(row.row), row.id, row.regimen), row.verdicts, row.alerts)


def _verdicts(start: Sequence[str], verdicts: Iterable[Verdict], codes: Iterable[str]) -> Iterator[Sequence[str]]:
    """A row for each verdict: `start` says whose it is, `codes` are those of the alerts."""
    for verdict in verdicts:
        row = start[0] if verdict.row is None else str(verdict.row)
        unit = next((amount.unit for amount in (verdict.expected, verdict.written) if amount), "")
        yield (
            row,
            *start[1:],
            verdict.drug,
            verdict.verdict,
            number(verdict.expected),
            number(verdict.written),
            unit,
            number(verdict.deviation_percent),
            what_happened(verdict) if verdict.is_wrong else "",
            " ".join(codes),
            "; ".join(not_compared([verdict])),
        )
