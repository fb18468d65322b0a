"""Rows of a block, and their answers by the single path, one after the other: the measure of all other answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from cec.batch.classes import Classified
from cec.batch.limits import Sizes
from cec.batch.single_row import Cells, Settings, answer_columns, answer_of
from cec.batch.values import Texts
from cec.load.patient_keys import Part
from cec.tables.rows import Refusal

if TYPE_CHECKING:
    import polars as pl

Drafted = dict[int, Cells | Refusal]
"""Answers of the single path, by the place of the row."""


class Answers(NamedTuple):
    """Every row once, by its place in the block from 0, each frame in order.

    `dosed` has row and the columns of `answer_columns`, `refused` row, facts (with commas between them) and reason.
    """

    dosed: pl.DataFrame
    refused: pl.DataFrame


class Rows(NamedTuple):
    """A block of rows: the texts of each fact, the places of what each row tells among them, sizes and classes."""

    texts: Mapping[str, Texts]
    places: Mapping[str, pl.Series]
    sizes: Sizes
    classified: Classified
    step: Decimal
    """What BSA is counted in, m2."""

    def parts(self, row: int) -> dict[str, Part]:
        """What a row tells."""
        return self.parts_at([places[row] for places in self.places.values()])

    def parts_at(self, places: Iterable[int]) -> dict[str, Part]:
        """What is told at these places, one for each fact."""
        parts = {fact: self.texts[fact].parts[place] for fact, place in zip(self.places, places, strict=True)}
        return {fact: part for fact, part in parts.items() if part is not None}


def one_by_one(rows: Rows, places: list[int], settings: Settings, drafted: Drafted) -> Answers:
    """The answers of these rows, of which some are drafted; rows that say the same are drafted once.

    So are those of the same faults: of a row that has any, nothing else is looked at but which facts it tells.
    """
    import polars as pl

    kept: dict[tuple[object, ...], Cells | Refusal] = {}
    dosed, refused = [], []
    parts = [rows.texts[fact].parts for fact in rows.places]
    keys = zip(*(cells[places].to_list() for cells in rows.places.values()), strict=True)
    for row, key in zip(places, keys, strict=True):
        faults = tuple(part and part.faults for part in map(list.__getitem__, parts, key))
        same = faults if any(faults) else key
        if same not in kept:
            kept[same] = drafted[row] if row in drafted else answer_of(rows.parts_at(key), settings)
        cells = kept[same]
        if isinstance(cells, Refusal):
            refused.append((row, ",".join(cells.facts), cells.reason))
        else:
            dosed.append((row, *cells))
    nothing = no_answers(settings)
    return Answers(
        pl.DataFrame(dosed, schema=nothing.dosed.schema, orient="row"),
        pl.DataFrame(refused, schema=nothing.refused.schema, orient="row"),
    )


def no_answers(settings: Settings) -> Answers:
    """The answers of no rows."""
    import polars as pl

    columns = {"row": pl.UInt32, **dict.fromkeys(answer_columns(settings), pl.String)}
    return Answers(
        pl.DataFrame(schema=columns), pl.DataFrame(schema={"row": pl.UInt32, "facts": pl.String, "reason": pl.String})
    )


def together(answers: Sequence[Answers]) -> Answers:
    """The answers of all these rows, in order; at least one."""
    return Answers(*(_in_order(frames) for frames in zip(*answers, strict=True)))


def _in_order(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows of all frames in the order of their places."""
    import polars as pl

    some = [frame for frame in frames if frame.height] or [frames[-1]]
    return some[0] if len(some) == 1 else pl.concat(some).sort("row")


def rows_of(frame: pl.DataFrame, rows: Sequence[int]) -> list[tuple[Any, ...]]:
    """Those of these rows that stand in a frame, in order; its rows ascend."""
    import polars as pl

    places = frame.get_column("row").search_sorted(pl.Series(rows, dtype=pl.UInt32)).to_list()
    found = [(row, frame.row(place)) for row, place in zip(rows, places, strict=True) if place < frame.height]
    return [cells for row, cells in found if cells[0] == row]
