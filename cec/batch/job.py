"""What a batch is asked for, and what its table turned out to be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from cec.batch.single_row import Settings
from cec.regimen import Regimen
from cec.tables.columns import Column
from cec.tables.declared import AS_CEC_WRITES, Declared
from cec.tables.layout import Kind, Layout
from cec.tables.rows import Refusal
from cec.tables.writing import RejectsKind


class Request(NamedTuple):
    """What a batch reads and writes, and how rows are dosed. `sheets` is a folder, or nothing."""

    source: str
    source_kind: Kind
    target: str
    target_kind: Kind
    rejects: str
    rejects_kind: RejectsKind
    settings: Settings
    renamed: Mapping[str, str] = {}
    ignored: Collection[str] = ()
    """Columns that tell nothing, whatever their names."""
    sheets: str = ""
    paper: str = "a4"
    appends: bool = False
    """Whether the doses are put behind those that the target has already."""
    declared: Declared = AS_CEC_WRITES
    """How the table is written."""
    fills_regimen: bool = False
    """Whether rows that name no regimen in a column of regimens are dosed by that of the settings."""


class Job(NamedTuple):
    """A request, how its table is laid out, what each column tells, and the regimens that rows name."""

    request: Request
    layout: Layout
    columns: Mapping[str, Column]
    regimens: Mapping[str, Regimen | Refusal]
    """By the texts that name them."""
    used: tuple[Regimen, ...]
    """The usual one first."""
    old_columns: tuple[str, ...] = ()
    """Those of the file to which the doses are appended; nothing where they stand in a new one."""
    id_column: Column | None = None
    """Whose each row is; of several rows with one id a person is told."""

    @property
    def every_column(self) -> dict[str, Column]:
        """The columns that tell something, by what they tell: the id too, which no dose hangs on."""
        return {**({"id": self.id_column} if self.id_column else {}), **self.columns}

    @property
    def separator(self) -> str:
        """What stands between the cells of tables that are written."""
        return self.layout.separator if self.layout.kind == "csv" else ","

    @property
    def read(self) -> tuple[str, ...]:
        """The columns of the table that tell something."""
        return tuple(name for column in self.every_column.values() for name in column.names)

    @property
    def own_regimens(self) -> str:
        """The table's own column of regimens; nothing where it has none."""
        return self.columns["regimen"].name if "regimen" in self.columns else ""

    @property
    def keeps_lines(self) -> bool:
        """Whether the output has the rows of the table just as they were read."""
        kind = self.request.target_kind
        if kind != self.layout.kind or self.layout.holds_rejects or self.request.settings.has_schedule:
            return False
        return kind == "jsonl" or (kind == "csv" and not self.own_regimens)

    @property
    def keeps_json(self) -> bool:
        """Whether cells of JSON Lines pass into a schedule in JSON Lines."""
        return self.request.target_kind == self.layout.kind == "jsonl"

    @property
    def passing(self) -> tuple[str, ...]:
        """The columns of the table that stand in the output: all, or in a schedule those that only pass through."""
        names = self.layout.columns[self.layout.passing]
        return tuple(name for name in names if name not in self.read) if self.request.settings.has_schedule else names
