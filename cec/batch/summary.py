"""What came of a whole table of patients, and what is said of it beside its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cec.tables.columns import Column
from cec.tables.layout import SHOWN, hidden_words, some_rows


class Summary(NamedTuple):
    """What came of it: every row that was read is dosed or rejected."""

    dosed: int
    rejected: int
    alerts: Counter[str]
    not_made: Counter[str]
    """Of how many dosed rows checks were not made, by reason."""
    columns: Mapping[str, Column]
    unread: Sequence[str]
    """The columns that only pass through."""
    unasked: Sequence[tuple[str, str]]
    """Columns of facts of the history, each with the regimen that does not ask for it, where another one does."""
    doubled: list[tuple[int, ...]]
    """Dosed rows of the same id, and of the same start and cycle where these are told."""
    idle: list[int]
    """Dosed rows that have no administrations."""
    has_starts: bool = False
    """Whether it is told when cycles start."""
    hidden: Sequence[int] = ()
    """Rows that a sheet hides."""

    @property
    def read(self) -> int:
        """How many rows the table has."""
        return self.dosed + self.rejected


def notes(summary: Summary, rejects: str = "") -> Iterator[str]:
    """The counts, the alerts, the columns that were read, and rows to look at; `rejects` is their file."""
    where = f" ({rejects})" if rejects and summary.rejected else ""
    yield f"{summary.read:,} read: {summary.dosed:,} dosed, {summary.rejected:,} rejected{where}"
    yield from hidden_words(summary.hidden)
    if summary.alerts:
        yield "alerts: " + ", ".join(f"{code} {count:,}" for code, count in summary.alerts.most_common())
    if summary.not_made:
        reasons = (f"{why} {count:,}" for why, count in summary.not_made.most_common())
        yield f"rows with checks not made: {', '.join(reasons)}; cec dose --explain tells"
    yield f"columns read: {', '.join(name for column in summary.columns.values() for name in column.names)}"
    if summary.unread:
        yield f"columns not read: {', '.join(summary.unread)}"
    for name, regimen in summary.unasked:
        yield f"column '{name}' is not asked by {regimen}"
    for rows in summary.doubled[:SHOWN]:
        yield f"rows {some_rows(rows)} have the same id{' and start' if summary.has_starts else ''}"
    if len(summary.doubled) > SHOWN:
        yield f"and so have the rows of {len(summary.doubled) - SHOWN:,} more"
    for row in summary.idle[:SHOWN]:
        yield f"row {row} has no administrations: every drug is reduced by 100%"
    if len(summary.idle) > SHOWN:
        yield f"and {len(summary.idle) - SHOWN:,} more rows have none"
