"""Answers to a block -> what is written of them: the output, wide or as a schedule, and the rejects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from cec.batch.job import Job
from cec.batch.regimens import Answered, Regimens
from cec.errors import Fault, FileError
from cec.rendering.csv import FORMULA, harmless
from cec.tables.cells import filled, mute_columns, unwritable_columns
from cec.tables.layout import REJECTED, TEXT, Rows, unlike
from cec.tables.opening import all_cells
from cec.tables.writing import Piece, encode

if TYPE_CHECKING:
    import polars as pl


class Output:
    """What is written of the answers that these regimens give to the rows of a job."""

    def __init__(self, job: Job, regimens: Regimens) -> None:
        self.job, self.regimens = job, regimens
        self._names = unlike([*REJECTED, *job.layout.columns[job.layout.passing], TEXT])

    def headers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The columns of the output and of the rejects; FileError where those of the table do not go with them."""
        job, layout = self.job, self.job.layout
        faults = mute_columns(layout.types, job.columns)
        types = {name: kind for name, kind in layout.types.items() if name in job.passing}
        faults += unwritable_columns(types, job.request.target_kind)
        if faults:
            raise FileError(*faults)
        added = self._added()
        if taken := [name for name in added if name in job.passing]:
            hint = "; a BSA to compare with stands in a column bsa" if taken == ["bsa_m2"] else ""
            text = f"the table has columns that this would add: {', '.join(taken)}; rename them or take them out{hint}"
            raise FileError(Fault(text))
        own = layout.header[layout.passing]
        names = dict(zip(layout.columns, layout.header, strict=True))
        passing = tuple(names[name] for name in job.passing)
        header = (*added, *passing) if job.request.settings.has_schedule else (*passing, *added)
        return header, (*REJECTED, *own, TEXT)

    def _added(self) -> tuple[str, ...]:
        """The columns that cec adds to those of the table; those of a file that has doses of more drugs, too."""
        fills = bool(self.job.own_regimens) and not self.job.request.settings.has_schedule
        added = tuple(name for name in self.regimens.columns_made if name != "regimen" or not fills)
        if self.job.request.settings.has_schedule or not {"bsa_m2", "alerts"} <= set(self.job.old_columns):
            return added
        old = self.job.old_columns[self.job.old_columns.index("bsa_m2") :]
        return (*added[: added.index("bsa_m2")], *old) if set(added[added.index("bsa_m2") :]) <= set(old) else added

    def nothing(self, rows: Rows) -> Piece:
        """What is written of a block without rows: of Parquet the columns."""
        import polars as pl

        added = dict.fromkeys(self._added(), pl.String())
        passing = {name: kind for name, kind in rows.frame.schema.items() if name in self.job.passing}
        columns = {**added, **passing} if self.job.request.settings.has_schedule else {**passing, **added}
        return self._encoded(pl.DataFrame(schema=columns))

    def schedule(self, rows: Rows, answered: Answered) -> Iterable[Piece]:
        """The administrations of the dosed rows, piece by piece."""
        passing = _as_they_stand(rows, self.job)
        for frame in self.regimens.administrations(rows.frame, answered.dosed):
            whole = frame.drop("row").hstack(passing[frame.get_column("row")] if self.job.passing else [])
            yield self._encoded(whole, self.job.passing if self.job.keeps_json else ())

    def wide(self, rows: Rows, answered: Answered) -> Piece:
        """The dosed rows of the table with their doses behind them."""
        import polars as pl

        job, dosed = self.job, answered.dosed
        lacking = [name for name in self._added() if name not in dosed.columns]
        added = dosed.with_columns(pl.lit(None, pl.String).alias(name) for name in lacking).select(self._added())
        places = dosed.get_column("row") if dosed.height < rows.frame.height else None
        named = []
        if own := job.own_regimens:
            cells = rows.frame.get_column(own)
            named = [filled(cells if places is None else cells.gather(places), dosed.get_column("regimen"))]
        lines = rows.lines if job.keeps_lines else None
        if lines is not None:
            lines, table = lines if places is None else lines.gather(places), added.hstack(named)
        else:
            frame = rows.frame if places is None else rows.frame[places]
            table = pl.concat([frame.with_columns(named).select(job.passing), added], how="horizontal")
        return self._encoded(table, lines=lines)

    def _encoded(self, table: pl.DataFrame, as_json: Sequence[str] = (), *, lines: pl.Series | None = None) -> Piece:
        """The rows of the output; no cell of cec's own columns begins a formula of a spreadsheet."""
        kind, numbers = self.job.request.target_kind, self.regimens.numbers_made
        if kind == "csv":
            table = _harmless(table, [name for name in self._added() if name not in numbers])
        as_numbers = (*numbers, *as_json)
        return encode(table, kind, self.job.separator, as_numbers, lines=lines, own=self.job.own_regimens)

    def encoded_rejects(self, rejects: pl.DataFrame) -> Piece:
        """Rejected rows as they are written; why they were rejected begins no formula of a spreadsheet."""
        request = self.job.request
        if request.rejects_kind == "csv":
            rejects = _harmless(rejects, [*self._names[1 : len(REJECTED)], self._names[-1]])
        return encode(rejects, request.rejects_kind, self.job.separator, [], own=request.source)

    def rejects(self, rows: Rows, answered: Answered | None) -> pl.DataFrame:
        """The rejected rows in their order, with the cells that they had."""
        import polars as pl

        schema = {self._names[0]: pl.Int64(), **dict.fromkeys(self._names[1:], pl.String())}
        own = self.job.layout.passing
        nothing = (None,) * len(self.job.layout.columns)
        read = [
            (each.row, each.column, each.reason, *(cell or None for cell in (each.cells or nothing)[own]), each.text)
            for each in rows.rejected
        ]
        unread = pl.DataFrame(read, schema=schema, orient="row")
        if answered is None or not answered.refused.height:
            return unread
        places = answered.refused.get_column("row")
        reasons = answered.refused.select("column", "reason")
        text = pl.Series([""], dtype=pl.String).new_from_index(0, len(places))
        columns = [
            numbers_in_file(rows, places),
            *reasons.iter_columns(),
            *all_cells(rows, places, self.job.layout)[own],
            text,
        ]
        refused = pl.DataFrame(dict(zip(self._names, columns, strict=True)))
        return pl.concat([unread, refused]).sort(self._names[0], maintain_order=True) if read else refused


def _as_they_stand(rows: Rows, job: Job) -> pl.DataFrame:
    """The columns that pass into a schedule; from JSON Lines into JSON Lines as the JSON that they were."""
    import polars as pl

    if not job.keeps_json or rows.lines is None:
        return rows.frame.select(job.passing)
    objects = [msgspec.json.decode(line, type=dict[str, msgspec.Raw]) for line in rows.lines]
    cells = {name: [bytes(each[name]).decode() if name in each else None for each in objects] for name in job.passing}
    return pl.DataFrame(cells, schema=dict.fromkeys(job.passing, pl.String))


def _harmless(table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The table, in whose columns of these names no cell begins a formula."""
    for name in names:
        different = table.get_column(name).unique()
        formulas = different.filter(different.str.contains(FORMULA)).to_list()
        if formulas:
            table = table.with_columns(table.get_column(name).replace(formulas, [*map(harmless, formulas)]))
    return table


def numbers_in_file(rows: Rows, places: pl.Series) -> pl.Series:
    """The numbers in the file of rows at these places of a block."""
    import polars as pl

    if isinstance(rows.rows, range):
        return (places.cast(pl.Int64) + rows.rows.start).alias("row")
    return pl.Series("row", rows.rows, dtype=pl.Int64).gather(places)
