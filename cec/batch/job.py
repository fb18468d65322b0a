"""What a batch has to do: how its table is laid out, what each column tells, and how rows are dosed and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cec.batch.single_row import Settings
from cec.regimen import Regimen
from cec.tables.columns import Column
from cec.tables.layout import Kind, Layout
from cec.tables.rows import Refusal
from cec.tables.writing import RejectsKind


class Job(NamedTuple):
    """How the table is laid out, what each column tells, and how rows are dosed and written."""

    layout: Layout
    columns: Mapping[str, Column]
    settings: Settings
    regimens: Mapping[str, Regimen | Refusal]
    kind: Kind
    rejects_kind: RejectsKind
    separator: str
    source: str = ""
    """The name of the table."""
    sheets: str = ""
    paper: str = "a4"
    old_columns: tuple[str, ...] = ()
    """Those of the file to which the doses are appended; nothing where they stand in a new one."""

    @property
    def own_regimens(self) -> str:
        """The table's own column of regimens; nothing where it has none."""
        return self.columns["regimen"].name if "regimen" in self.columns else ""

    @property
    def keeps_lines(self) -> bool:
        """Whether the output has the rows of the table just as they were read."""
        if self.kind != self.layout.kind or self.layout.holds_rejects or self.settings.has_schedule:
            return False
        return self.kind == "jsonl" or (self.kind == "csv" and not self.own_regimens)

    @property
    def keeps_json(self) -> bool:
        """Whether cells of JSON Lines pass into a schedule in JSON Lines."""
        return self.kind == self.layout.kind == "jsonl"

    @property
    def passing(self) -> tuple[str, ...]:
        """The columns of the table that stand in the output: all, or in a schedule those that only pass through."""
        names = self.layout.columns[self.layout.passing]
        read = {name for column in self.columns.values() for name in column.names}
        return tuple(name for name in names if name not in read) if self.settings.has_schedule else names
