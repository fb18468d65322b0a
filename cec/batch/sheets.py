"""A sheet for each dosed row, in a folder that appears when all of them are printed."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cec.batch.desk import Answered
from cec.batch.single import refusal
from cec.errors import CecError, Fault, FileError
from cec.render import render

if TYPE_CHECKING:
    import polars as pl

    from cec.batch.desk import Desk


@contextmanager
def appearing(path: str) -> Iterator[str]:
    """A folder beside `path` to write into, which takes its name at the end; FileError where that is in use."""
    target = Path(os.path.realpath(path))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileError(Fault("is there already and not empty; name a new folder, nothing is overwritten", "", path))
    part = target.with_name(f".cec-{secrets.token_hex(8)}.part")
    try:
        part.mkdir(parents=True)
        yield str(part)
        if target.exists():
            target.rmdir()
        part.rename(target)
    except OSError as error:
        raise FileError(Fault(f"cannot be written: {error.strerror}", "", path)) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def print_sheets(
    frame: pl.DataFrame, rows: Sequence[int], answered: Answered, *, desk: Desk, folder: str, paper: str
) -> Answered:
    """The answers after a PDF was written for each dosed row; a row whose sheet cannot be printed is refused."""
    import polars as pl

    failed: list[tuple[int, str, str]] = []
    places = answered.dosed.get_column("row").unique(maintain_order=True).to_list()
    for place, order in zip(places, desk.orders(frame, places), strict=True):
        try:
            sheet = render(order, "pdf", paper=paper)
        except CecError as error:
            failed.append((place, "", refusal(error).reason))
        else:
            with Path(folder, sheet_name(rows[place], order.patient.id)).open("xb") as file:
                file.write(sheet)
    if not failed:
        return answered
    more = pl.DataFrame(failed, schema=answered.refused.schema, orient="row")
    return Answered(
        answered.dosed.filter(~pl.col("row").is_in(more.get_column("row").implode())),
        pl.concat([answered.refused, more]).sort("row"),
        answered.patients - len(failed),
    )


def sheet_name(row: int, name: str) -> str:
    """The file of a row's sheet: its number, which no other has, and of the patient's id what any system takes.

    >>> sheet_name(2, "007"), sheet_name(3, "../Łódź 7")
    ('000002-007.pdf', '000003-d_7.pdf')
    """
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:80].strip("._")
    return f"{row:06}-{safe}.pdf" if safe else f"{row:06}.pdf"
