"""A sheet for each dosed row, in a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cec.batch.regimens import Answered
from cec.errors import CecError, Fault, FileError
from cec.rendering import render
from cec.tables.rows import refusal

if TYPE_CHECKING:
    from cec.order import Order


def print_sheets(
    rows: Sequence[int], answered: Answered, orders: Iterable[Order], *, folder: str, paper: str
) -> Answered:
    """The answers after a PDF was written for each order of the dosed rows; a row that cannot be printed is refused."""
    import polars as pl

    failed: list[tuple[int, str, str]] = []
    for place, order in zip(answered.dosed.get_column("row"), orders, strict=False):  # they may end early
        try:
            sheet = render(order, "pdf", paper=paper)
        except CecError as error:
            failed.append((place, "", refusal(error).reason))
        else:
            _write(Path(folder, sheet_name(rows[place], order.patient.id)), sheet)
    if not failed:
        return answered
    more = pl.DataFrame(failed, schema=answered.refused.schema, orient="row")
    return Answered(
        answered.dosed.filter(~pl.col("row").is_in(more.get_column("row").implode())),
        pl.concat([answered.refused, more]).sort("row"),
    )


def _write(path: Path, sheet: bytes) -> None:
    """A new file for a sheet."""
    try:
        with path.open("xb") as file:
            file.write(sheet)
    except OSError as error:
        raise FileError(Fault(f"cannot be written: {error.strerror}", "--sheets", path.name)) from None


def sheet_name(row: int, name: str) -> str:
    """The file of a row's sheet: its number, which no other has, and of the patient's id what any system takes.

    >>> sheet_name(2, "007"), sheet_name(3, "../Łódź 7")
    ('000002-007.pdf', '000003-d_7.pdf')
    """
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:80].strip("._")
    return f"{row:06}-{safe}.pdf" if safe else f"{row:06}.pdf"
