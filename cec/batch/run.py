"""A table in, a table of doses and a table of rejects out, in one pass over blocks of rows."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from cec.batch.job import Job, Request
from cec.batch.summary import Summary
from cec.batch.work import Worker, answered
from cec.calculate.lines import refuse_idle_days
from cec.errors import Fault, FileError
from cec.files import appearing, taking_names
from cec.regimen import Regimen
from cec.tables.appending import old_columns
from cec.tables.asked import asked_elsewhere, refuse_asked
from cec.tables.columns import ABOUT_THE_PERSON, Column, asked_columns, columns_for, for_any_regimen
from cec.tables.declared import refuse_idle_values
from cec.tables.layout import Block, Layout
from cec.tables.names import plain_name
from cec.tables.opening import opening
from cec.tables.regimens import regimens_named
from cec.tables.rows import Refusal
from cec.tables.writing import table_writer

if TYPE_CHECKING:
    import polars as pl

_ALLOCATOR = "narenas:1,oversize_threshold:0,dirty_decay_ms:1000,muzzy_decay_ms:0"
"""How polars keeps freed memory where it brings jemalloc: in one place for all threads and sizes, and not for long."""

SHEETS, SCHEDULES = 4, 10_000
"""Rows that are answered at once where each is a second of printing, or comes to many rows."""

NAMES_NONE = Refusal(("regimen",), "no regimen is named; write it, or say --regimen NAME for all rows that name none")
"""Of a row without a regimen in a table that has a column of them."""

Progress = Callable[[int, int, int], None]
"""Called after each block with the rows so far, the place reached, and the size of the table (0: not known)."""


def run(request: Request, progress: Progress = lambda *_: None) -> Summary:
    """Answer every row of a table; the output files take their names when all of them are written, the doses last."""
    os.environ.setdefault("_RJEM_MALLOC_CONF", _ALLOCATOR)  # read when polars is loaded
    at_once = SHEETS if request.sheets else SCHEDULES if request.settings.has_schedule else 0
    declared = request.declared._replace(has_points=request.source_kind != "csv")
    request = request._replace(declared=declared)
    with opening(request.source, request.source_kind, declared, at_once=at_once) as table:
        columns = _columns(table.layout, request._replace(renamed=for_any_regimen(request.renamed)))
        named = columns["regimen"].name if "regimen" in columns else ""
        regimens: dict[str, Regimen | Refusal] = {}
        meanings = declared.values.get("regimen", {})
        with regimens_named(table.layout, named, table.blocks, regimens, meanings) as (blocks, some_name_none):
            is_usual_used = some_name_none and (request.fills_regimen or not named)
            job = _job(request, table.layout, regimens, is_usual_used=is_usual_used)
            return _answer_all(job, blocks, table.size, progress)


def _job(request: Request, layout: Layout, regimens: dict[str, Regimen | Refusal], *, is_usual_used: bool) -> Job:
    """What there is to do; CecError where the table or the request cannot mean that."""
    loaded = [regimen for regimen in regimens.values() if isinstance(regimen, Regimen)]
    if not is_usual_used:
        regimens[""] = NAMES_NONE
        if loaded:  # the usual one is none of this table's, and has no columns in the output
            request = request._replace(settings=request.settings._replace(regimen=loaded[0]))
    used = (request.settings.regimen, *loaded)
    refuse_idle_days(request.settings.days, *used)
    every, settings = _columns(layout, request, used), request.settings
    read = ABOUT_THE_PERSON if settings.has_sheets else ("id",) if settings.has_schedule else ()
    columns = {fact: column for fact, column in every.items() if fact not in ABOUT_THE_PERSON or fact in read}
    refuse_idle_values(request.declared.values, [*columns])
    old = old_columns(request.target, request.target_kind) if request.appends else ()
    return Job(request, layout, columns, regimens, used, old, every.get("id"))


def _columns(layout: Layout, request: Request, regimens: Sequence[Regimen] = ()) -> dict[str, Column]:
    """The columns that tell something, by what they tell."""
    considered = [name for name in layout.columns if name not in request.ignored]
    found = columns_for(considered, request.renamed, regimens, request.source, request.declared)
    names = [name.strip() for name in layout.header]
    if twice := [name for column in found.values() for name in column.names if names.count(name) > 1]:
        raise FileError(Fault(f"the first line names {', '.join(twice)} twice; take one out", "", request.source))
    return found


def _answer_all(job: Job, blocks: Iterator[Block], size: int, progress: Progress) -> Summary:
    """Write the answers to all blocks of a table of this size, and count them."""
    request, layout = job.request, job.layout
    header, rejects_header = Worker(job).output.headers()
    person = [name for name in layout.columns if plain_name(name) in ABOUT_THE_PERSON]
    refuse_asked(layout.columns, [*job.read, *person], job.used, ignored=request.ignored, file=request.source)
    dosed = rejected = 0
    alerts, not_made = Counter[str](), Counter[str]()
    whose: list[pl.DataFrame] = []
    idle: list[int] = []
    with taking_names() as parts:
        if request.sheets:
            job = job._replace(request=request._replace(sheets=appearing(request.sheets, parts)))
        with (
            table_writer(request.rejects, request.rejects_kind, rejects_header, job.separator, parts) as put_reject,
            table_writer(
                request.target, request.target_kind, header, job.separator, parts, appends=request.appends
            ) as put,
        ):
            for done in answered(blocks, job):
                for piece in done.doses:
                    put(piece)
                put_reject(done.rejects)
                dosed, rejected = dosed + done.dosed, rejected + done.rejected
                alerts.update(done.alerts)
                not_made.update(done.not_made)
                idle += done.idle
                whose += [] if done.whose is None else [done.whose]
                progress(dosed + rejected, done.position, size)
    unread = [name for name in layout.columns[layout.passing] if name not in job.read]
    unasked, doubled = _unasked(job, unread), _doubled(whose)
    has_starts = "start" in job.columns or request.settings.start is not None
    return Summary(
        dosed, rejected, alerts, not_made, job.every_column, unread, unasked, doubled, idle, has_starts, layout.hidden
    )


def _unasked(job: Job, unread: Sequence[str]) -> list[tuple[str, str]]:
    """Columns of facts of the history, each with the regimen that does not ask for it, where another one does."""
    unasked = [(name, "this regimen") for name in asked_elsewhere(unread)]
    for regimen in {each.name: each for each in job.used}.values() if len(job.used) > 1 else ():
        dropped = job.columns.keys() - asked_columns(job.columns, regimen, job.request.settings.pharmacy).keys()
        unasked += [(job.columns[fact].name, regimen.name) for fact in sorted(dropped)]
    return unasked


def _doubled(whose: Sequence[pl.DataFrame]) -> list[tuple[int, ...]]:
    """The rows that have the same number as another, together, in the order of the first of them."""
    if not whose:
        return []
    import polars as pl

    keys = pl.concat(each.get_column("key") for each in whose).sort()
    several = keys.filter(keys == keys.shift(1)).unique()
    if several.is_empty():
        return []
    rows = pl.concat(each.filter(pl.col("key").is_in(several.implode())) for each in whose)
    doubled = rows.group_by("key", maintain_order=True).agg("row")
    return [tuple(numbers) for numbers in doubled.get_column("row").to_list()]
