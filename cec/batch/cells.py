"""The cells that a dosed row gets: their columns, and which of them are written together.

What hangs on the same measure stands in one text for each value of that measure, with separators as a line has them:
so a line of many drugs is put together from few pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cec.regimen import Regimen
from cec.units import dose_unit

if TYPE_CHECKING:
    import polars as pl


def groups_of(regimen: Regimen, columns: Sequence[str], separator: str) -> tuple[tuple[str, ...], ...]:
    """BSA and amounts in their order; with a separator, neighbours that do not hang on the weight are together."""
    groups: list[tuple[str, ...]] = [("bsa_m2",)]
    by_weight = False
    for name, line in zip(columns, regimen.drugs, strict=True):
        measures = {dose_unit(dose.unit).measure for dose in line.doses}
        was_by_weight, by_weight = by_weight, "weight" in measures
        if not separator or by_weight or was_by_weight:
            groups.append((name,))
        else:
            groups[-1] = (*groups[-1], name)
    return tuple(groups)


def apart(frame: pl.DataFrame, separator: str) -> pl.DataFrame:
    """The same with a column for each cell of those that are written together.

    >>> import polars as pl
    >>> apart(pl.DataFrame({"bsa_m2,clofarabine_mg": ["0.96,38.4"]}), ",").to_dict(as_series=False)
    {'bsa_m2': ['0.96'], 'clofarabine_mg': ['38.4']}
    """
    import polars as pl

    columns: list[pl.Series] = []
    for column in frame.iter_columns():
        names = column.name.split(separator) if separator else [column.name]
        cells = column.str.split_exact(separator, len(names) - 1).struct.rename_fields(names)
        columns += cells.struct.unnest().iter_columns() if len(names) > 1 else [column]
    return pl.DataFrame(columns)
