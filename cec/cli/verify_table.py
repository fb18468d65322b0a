"""cec verify over a table of orders: the terms, the answer, and on standard error what was read and assumed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

from cec.cli.inputs import today
from cec.cli.messages import say
from cec.cli.output import chosen_format, progress, put, written
from cec.cli.places import STANDARD
from cec.cli.table_options import declared_of, mapping
from cec.cli.verifying import keep_answer_apart, read_terms, refuse_typed, shipped_regimens
from cec.errors import Fault, FileError
from cec.files import PACKED, TABLES, WORKBOOKS
from cec.rendering import VERIFIED_TABLES

if TYPE_CHECKING:
    from cec.cli.verifying import Asked
    from cec.verification.outcome import Row
    from cec.verification.row import Terms

_ROWS_OF_PROGRESS = 1_000
_OPEN = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
"""How names of what is open already begin, be it a pipe or a file."""


def is_table(name: str) -> bool:
    """Whether a file's name is that of a table, compressed or not; a workbook is none, and is told so when it is read.

    >>> is_table("orders.CSV"), is_table("doses.csv.gz"), is_table("orders.xlsx"), is_table("mine.yaml"), is_table("-")
    (True, True, True, False, True)
    """
    if name == STANDARD:
        return True
    endings = [suffix.lower() for suffix in Path(name).suffixes]
    return next((suffix for suffix in reversed(endings) if suffix not in PACKED), "") in {*TABLES, *WORKBOOKS}


def is_pipe(name: str) -> bool:
    """Whether a name is that of a pipe, or of anything that there is but a file or a folder; its end tells no format.

    >>> is_pipe("/dev/null"), is_pipe("orders.csv"), is_pipe(".")
    (True, False, False)
    """
    mode = _mode(name)
    return bool(mode) and (name.startswith(_OPEN) or not (S_ISREG(mode) or S_ISDIR(mode)))


def is_folder(name: str) -> bool:
    """Whether a name is that of a folder."""
    return S_ISDIR(_mode(name))


def _mode(name: str) -> int:
    """What kind of thing has this name; 0 where there is none."""
    try:
        return Path(name).stat().st_mode if name else 0
    except (OSError, ValueError):
        return 0


def table_agrees(file: Path, asked: Asked) -> bool:
    """Show each row of a table held against its own order; whether all agree."""
    from cec.rendering.verification import VerifiedRows
    from cec.verification.notes import notes
    from cec.verification.table import verify_table

    refuse_typed(asked.of_one_order, f"{file.name} holds its patients, doses and days")
    refuse_typed(asked.typed("partial"), "is for a Bundle, or for doses that are typed")
    chosen = chosen_format(asked.output, VERIFIED_TABLES)
    terms = _terms(asked)
    if file.suffix.lower() in WORKBOOKS:
        raise FileError(Fault("is a workbook of another kind than .xlsx; save it as .xlsx or as CSV", "", str(file)))
    keep_answer_apart(asked, "ORDERS", file)
    kind = None if is_table(str(file)) else "csv"
    with _naming_files(), verify_table(file, terms._replace(whole=chosen.format.name == "json"), kind) as table:
        counted = _Counted(table.rows, is_quiet=chosen.is_quiet)
        noun = "order" if table.columns.drug_rows else "row"
        content = written(VerifiedRows(counted.rows(), noun), chosen)
    for note in notes(table, terms.regimen, asked.regimen, is_nameless=counted.is_nameless):
        if not chosen.is_quiet:
            say(note)
    put(content, chosen)
    return counted.all_agree


def _terms(asked: Asked) -> Terms:
    """What the rows of a table are held against; InputError with every fault of the options."""
    from cec.load import load_regimen
    from cec.verification.row import Terms

    terms = read_terms(
        asked,
        renamed=lambda: mapping(asked.table.renamed or ()),
        declared=lambda: declared_of(asked.table),
    )
    terms["regimen"] = terms["regimen"] or load_regimen(terms["pharmacy"].default_regimen)
    return Terms(**terms, ignored=asked.table.ignored or (), others=shipped_regimens(), as_of=today())


@contextmanager
def _naming_files() -> Iterator[None]:
    """FileErrors say what to do where a batch would be told the format: the end of a file's name tells it here."""
    try:
        yield
    except FileError as error:
        raise FileError(*map(_naming_a_file, error.faults)) from None


def _naming_a_file(fault: Fault) -> Fault:
    """The fault with what to do instead of an option that is only a batch's."""
    if "--input-format" not in fault.text:
        return fault
    is_what = re.split("[,;]", fault.text)[0]
    files = "a saved order as order.json, a table as orders.csv, orders.jsonl or orders.parquet"
    return fault._replace(text=f"{is_what}; save it and name the file, {files}")


class _Counted:
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterator[Row], *, is_quiet: bool) -> None:
        self._rows = rows
        self._is_quiet = is_quiet
        self.all_agree = True
        self.is_nameless = False
        """Whether any row that was held against its order has no id."""

    def rows(self) -> Iterator[Row]:
        """Each row once; on a terminal, how many have been looked at is shown meanwhile."""
        with progress(is_shown=not self._is_quiet) as bar:
            for number, row in enumerate(self._rows, 1):
                self.all_agree = self.all_agree and row.agrees
                self.is_nameless = self.is_nameless or not (row.id or row.faults)
                if number % _ROWS_OF_PROGRESS == 0:
                    bar(number, 0, 0)
                yield row
