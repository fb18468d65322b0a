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
    """The answers after a PDF was written for each dosed row; a row whose sheet cannot be printed is refused.

    A sheet is named by the row and the patient's id: `000002-007.pdf`.
    """
    import polars as pl

    failed: list[tuple[int, str, str]] = []
    places = answered.dosed.get_column("row").unique(maintain_order=True).to_list()
    for place, order in zip(places, desk.orders(frame, places), strict=True):
        name = re.sub(r"[^A-Za-z0-9._-]+", "_", order.patient.id).strip("._")[:80]
        try:
            sheet = render(order, "pdf", paper=paper)
        except CecError as error:
            failed.append((place, "", refusal(error).reason))
        else:
            Path(folder, f"{rows[place]:06}-{name}.pdf").write_bytes(sheet)
    if not failed:
        return answered
    more = pl.DataFrame(failed, schema=answered.refused.schema, orient="row")
    return Answered(
        answered.dosed.filter(~pl.col("row").is_in(more.get_column("row").implode())),
        pl.concat([answered.refused, more]).sort("row"),
        answered.patients - len(failed),
    )
