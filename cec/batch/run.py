"""A table in, a table of doses and a table of rejects out, in one pass over blocks of rows."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.in_order import answered
from cec.batch.job import Job
from cec.batch.single_row import Settings
from cec.batch.work import Worker
from cec.calculate.lines import refuse_idle_days
from cec.errors import Fault, FileError
from cec.files import appearing, taking_names
from cec.regimen import Regimen
from cec.tables.appending import old_columns
from cec.tables.asked import asked_elsewhere, refuse_asked
from cec.tables.columns import ABOUT_THE_PERSON, Column, asked_columns, columns_for, for_any_regimen
from cec.tables.declared import AS_CEC_WRITES, Declared, refuse_idle_values
from cec.tables.layout import Kind, Layout
from cec.tables.names import plain_name
from cec.tables.opening import opening
from cec.tables.regimens import regimens_named
from cec.tables.rows import Refusal
from cec.tables.writing import RejectsKind, table_writer

if TYPE_CHECKING:
    import polars as pl

_ALLOCATOR = "narenas:1,oversize_threshold:0,dirty_decay_ms:1000,muzzy_decay_ms:0"
"""How polars keeps freed memory where it brings jemalloc: in one place for all threads and sizes, and not for long."""


SHEETS, SCHEDULES = 4, 10_000
"""Rows that are answered at once where each is a second of printing, or comes to many rows."""


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


NAMES_NONE = Refusal(("regimen",), "no regimen is named; write it, or say --regimen NAME for all rows that name none")
"""Of a row without a regimen in a table that has a column of them."""


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
    """Rows of the same id, start and cycle, each of which has administrations of its own."""
    idle: list[int]
    """Dosed rows that have no administrations."""

    @property
    def read(self) -> int:
        """How many rows the table has."""
        return self.dosed + self.rejected


Progress = Callable[[int, int, int], None]
"""Called after each block with the rows so far, the place reached, and the size of the table (0: not known)."""


def run(request: Request, progress: Progress = lambda *_: None) -> Summary:
    """Answer every row of a table; the output files take their names when all of them are written, the doses last."""
    settings = request.settings
    os.environ.setdefault("_RJEM_MALLOC_CONF", _ALLOCATOR)  # read when polars is loaded
    at_once = SHEETS if request.sheets else SCHEDULES if settings.has_schedule else 0
    declared = request.declared._replace(has_points=request.source_kind != "csv")
    request = request._replace(declared=declared)
    with opening(request.source, request.source_kind, declared, at_once=at_once) as table:
        layout = table.layout
        columns = _columns(layout, request._replace(renamed=for_any_regimen(request.renamed)))
        named = columns["regimen"].name if "regimen" in columns else ""
        regimens: dict[str, Regimen | Refusal] = {}
        meant = declared.values.get("regimen", {})
        with regimens_named(layout, named, table.blocks, regimens, meant) as (blocks, some_name_none):
            loaded = [regimen for regimen in regimens.values() if isinstance(regimen, Regimen)]
            is_usual_used = some_name_none and (request.fills_regimen or not named)
            regimens |= {} if is_usual_used else {"": NAMES_NONE}
            if loaded and not is_usual_used:  # the usual one is none of this table's, and has no columns in the output
                settings = settings._replace(regimen=loaded[0])
            used = [settings.regimen, *loaded]
            refuse_idle_days(settings.days, *used)
            columns = _columns(layout, request, used)
            refuse_idle_values(declared.values, [*columns])
            read = [name for column in columns.values() for name in column.names]
            separator = layout.separator if layout.kind == "csv" else ","
            kinds = (request.target_kind, request.rejects_kind)
            old = old_columns(request.target, request.target_kind) if request.appends else ()
            job = Job(
                layout,
                columns,
                settings,
                regimens,
                *kinds,
                separator,
                source=request.source,
                paper=request.paper,
                old_columns=old,
            )
            header, rejects_header = Worker(job).output.headers()
            person = [name for name in layout.columns if plain_name(name) in ABOUT_THE_PERSON]
            refuse_asked(layout.columns, [*read, *person], used, ignored=request.ignored, file=request.source)
            dosed = rejected = 0
            whose: list[pl.DataFrame] = []
            idle: list[int] = []
            alerts: Counter[str] = Counter()
            not_made: Counter[str] = Counter()
            with taking_names() as parts:
                job = job._replace(sheets=appearing(request.sheets, parts) if request.sheets else "")
                with (
                    table_writer(request.rejects, request.rejects_kind, rejects_header, separator, parts) as put_reject,
                    table_writer(
                        request.target, request.target_kind, header, separator, parts, appends=request.appends
                    ) as put,
                ):
                    for done in answered(blocks, job):
                        for piece in done.doses:
                            put(piece)
                        put_reject(done.rejects)
                        dosed, rejected = dosed + done.dosed, rejected + done.rejected
                        alerts += done.alerts
                        not_made += done.not_made
                        idle += done.idle
                        whose += [] if done.whose is None else [done.whose]
                        progress(dosed + rejected, done.position, table.size)
    unread = [name for name in layout.columns[layout.passing] if name not in read]
    unasked = [(name, "this regimen") for name in asked_elsewhere(unread)]
    for regimen in {each.name: each for each in used}.values() if len(used) > 1 else ():
        dropped = columns.keys() - asked_columns(columns, regimen, settings.pharmacy).keys()
        unasked += [(columns[fact].name, regimen.name) for fact in sorted(dropped)]
    return Summary(dosed, rejected, alerts, not_made, columns, unread, unasked, _doubled(whose), idle)


def _doubled(whose: Sequence[pl.DataFrame]) -> list[tuple[int, ...]]:
    """The rows that have the same number as another, together, in the order of the first of them."""
    if not whose:
        return []
    import polars as pl

    rows = pl.concat(whose)
    several = rows.filter(rows.get_column("key").is_duplicated()).group_by("key", maintain_order=True).agg("row")
    return [tuple(numbers) for numbers in several.get_column("row").to_list()]


def _columns(layout: Layout, request: Request, regimens: Sequence[Regimen] = ()) -> dict[str, Column]:
    """The columns that tell something that this batch reads."""
    heard = [name for name in layout.columns if name not in request.ignored]
    found = columns_for(heard, request.renamed, regimens, request.source, request.declared)
    names = [name.strip() for name in layout.header]
    if twice := [name for column in found.values() for name in column.names if names.count(name) > 1]:
        raise FileError(Fault(f"the first line names {', '.join(twice)} twice; take one out", "", request.source))
    settings = request.settings
    read = ABOUT_THE_PERSON if settings.has_sheets else ("id",) if settings.has_schedule else ()
    return {fact: column for fact, column in found.items() if fact not in ABOUT_THE_PERSON or fact in read}
