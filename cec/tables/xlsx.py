"""Workbooks of Excel: one sheet read as a table of texts, and tables written with every cell as a text.

A number of a sheet is read with the 15 digits that Excel has. An error of a formula (`#DIV/0!`) and a formula that
nobody has computed yet stand in their cells as such texts, so that no empty cell hides them. A cell that is merged over
rows stands in each of them, as a person reads it.
"""

from __future__ import annotations

import datetime
import io
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from cec.errors import Fault, FileError
from cec.tables.cells import as_texts
from cec.tables.layout import Block, Layout, unlike
from cec.tables.sheet_xml import hidden_by_formulas, hidden_rows, letters_of, merged_rows, xml_of
from cec.tables.temporary import naming_temporary, temporary_folder

if TYPE_CHECKING:
    import polars as pl

ROWS = 50_000
"""Rows of a block."""

MOST_ROWS, LONGEST_CELL = 1_048_576, 32_767
"""What a sheet can hold: rows with the one of names, and characters of a cell."""

LARGEST = 1 << 30
"""Bytes that a workbook may have when it is unpacked."""

_DIGITS = Context(prec=15)


def read_table(content: bytes, sheet: str, name: str) -> tuple[Layout, pl.DataFrame, list[int]]:
    """The layout of a sheet, its rows as texts, and the row of the sheet in which each stands.

    The first row with anything in it names the columns. FileError where the file is not a workbook, or has several
    sheets and none is named.
    """
    import polars as pl

    try:
        import fastexcel
    except ImportError:
        raise FileError(Fault(_lacking("fastexcel"), "", name)) from None
    _refuse_other(content, name)
    logging.getLogger("calamine").addHandler(logging.NullHandler())  # what it warns of goes nowhere else
    try:
        workbook = fastexcel.read_excel(content)
        chosen = _sheet(workbook, sheet, name)
        loaded = workbook.load_sheet(chosen, header_row=None, skip_rows=0, dtypes="string")
        cells: pl.DataFrame = loaded.to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        reason = str(error).partition("\n")[0]
        raise FileError(Fault(f"is not a workbook that can be read: {reason}", "", name)) from None
    first = next((column.absolute_index for column in loaded.selected_columns), 0)
    xml = xml_of(content, chosen)
    cells = _with_hidden(cells, hidden_by_formulas(xml), first)
    cells = cells.with_columns(_read(each) for each in cells.iter_columns())
    is_filled = cells.select(pl.any_horizontal(pl.all().str.strip_chars() != "").fill_null(value=False)).to_series()
    filled = is_filled.arg_true().to_list()
    if not filled:
        raise FileError(Fault(f"sheet '{chosen}' is empty: its first row names the columns", "", name))
    names = [(cell or "").strip() for cell in cells.row(filled[0])]
    kept = [place for place, text in enumerate(names) if text or _has_any(cells.to_series(place)[filled])]
    if nameless := [place for place in kept if not names[place]]:
        letters = ", ".join(letters_of(first + place) for place in nameless)
        row = f"sheet '{chosen}', row {filled[0] + 1}"
        hint = "delete what stands above the row of names, or name every column that has anything in it"
        raise FileError(Fault(f"{row}, names no column in {letters}: {hint}", "", name))
    header = unlike([names[place] for place in kept])
    merged = ((column - first, rows) for column, rows in merged_rows(xml, filled[0]))
    cells = _spread(cells, merged)
    frame = cells[filled[1:], kept]
    frame.columns = list(header)
    hidden = hidden_rows(xml)
    layout = Layout(
        "xlsx",
        tuple(names[place] for place in kept),
        header,
        hidden=tuple(row + 1 for row in filled[1:] if row in hidden),
    )
    return layout, frame, [row + 1 for row in filled[1:]]


def _lacking(library: str) -> str:
    """What is said where a library is not installed."""
    hint = f"pip install {library}, or use CSV (UTF-8)"
    return f"is a workbook, for which {library} is not installed: {hint}"


def _refuse_other(content: bytes, name: str) -> None:
    """FileError for what is not a workbook of today's Excel, or would not fit into memory."""
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            size = sum(part.file_size for part in parts.infolist())
            is_workbook = "xl/workbook.xml" in parts.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise FileError(Fault(f"is not a workbook (.xlsx): {error}", "", name)) from None
    if not is_workbook:
        raise FileError(Fault("is not a workbook (.xlsx) but another file in a zip", "", name))
    if size > LARGEST:
        raise FileError(Fault("is too large for a workbook; save the table as CSV (UTF-8)", "", name))


def _sheet(workbook: Any, asked: str, name: str) -> str:
    """The name of the sheet to be read."""
    names: list[str] = workbook.sheet_names
    if asked in names:
        return asked
    if asked:
        raise FileError(Fault(f"has no sheet '{asked}'; there are {', '.join(names)}", "", name))
    visible = [each for each in names if workbook.load_sheet(each, n_rows=0).visible == "visible"] or names
    if len(visible) != 1:
        raise FileError(Fault(f"has the sheets {', '.join(visible)}; say which with --sheet NAME", "", name))
    return visible[0]


def _read(cells: pl.Series) -> pl.Series:
    """A column of texts with dates without midnight, and numbers of the digits that Excel has."""
    cells = cells.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00:00$", "${1}")
    long = cells.filter(cells.str.contains(r"^[0-9]+\.[0-9]{13,}$").fill_null(value=False)).unique()
    return cells.replace({text: f"{_DIGITS.create_decimal(Decimal(text)).normalize():f}" for text in long})


def _has_any(cells: pl.Series) -> bool:
    return bool((cells.fill_null("").str.strip_chars() != "").any())


def _with_hidden(cells: pl.DataFrame, hidden: Mapping[int, Mapping[int, str]], first: int) -> pl.DataFrame:
    """The cells, from column `first` on, with what formulas hide, also in rows under the last one with a value."""
    import polars as pl

    end = max((max(rows) + 1 for rows in hidden.values()), default=0)
    if end > cells.height:
        cells = pl.concat([cells, cells.clear(end - cells.height)])
    own = {column - first: texts for column, texts in hidden.items() if column - first in range(cells.width)}
    return cells.with_columns(_with_texts(cells.to_series(column), texts) for column, texts in own.items())


def _spread(cells: pl.DataFrame, merged: Iterable[tuple[int, range]]) -> pl.DataFrame:
    """The cells with the text of a merged one in each of its rows."""
    texts: dict[int, dict[int, str | None]] = {}
    for column, rows in merged:
        if column in range(cells.width):
            of_column = texts.setdefault(column, {})
            of_column |= dict.fromkeys(range(rows.start, min(rows.stop, cells.height)), cells.item(rows.start, column))
    return cells.with_columns(_with_texts(cells.to_series(column), own) for column, own in texts.items())


def _with_texts(cells: pl.Series, texts: Mapping[int, str | None]) -> pl.Series:
    """A column with other texts in some of its rows."""
    import polars as pl

    return cells.scatter([*texts], pl.Series(texts.values(), dtype=pl.String)) if texts else cells


def blocks(frame: pl.DataFrame, numbers: Sequence[int], size: int = ROWS) -> Iterator[Block]:
    """Blocks of rows, at least one; each row with its number in the sheet."""
    first = 0
    for part in frame.iter_slices(size):
        yield Block(part, numbers[first : first + part.height], (), first + part.height)
        first += part.height
    if not first:
        yield Block(frame, ())


@contextmanager
def writing(stream: BinaryIO, header: Sequence[str], path: str) -> Iterator[Callable[[pl.DataFrame], None]]:
    """How to put a frame under the others of a sheet; the workbook is in `stream` at the end.

    Every cell is a text: a program that reads numbers out of a workbook would cut or round them. Its bytes are the same
    every time.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise FileError(Fault(_lacking("xlsxwriter"), "", path)) from None
    content = io.BytesIO()
    with temporary_folder() as folder:
        with naming_temporary():
            book = xlsxwriter.Workbook(content, {"constant_memory": True, "tmpdir": str(folder)})
            book.set_properties({"created": datetime.datetime(2000, 1, 1)})  # noqa: DTZ001  it has no zone
            sheet, bold = book.add_worksheet("doses"), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{letters_of(max(len(header), 1) - 1)}{MOST_ROWS}"})
        for place, text in enumerate(header):
            sheet.set_column(place, place, min(max(len(text) + 2, 9), 40))
            sheet.write_string(0, place, text, bold)
        count = 1

        def put(frame: pl.DataFrame) -> None:
            nonlocal count
            texts = frame.select(as_texts(cells) for cells in frame.iter_columns())
            with naming_temporary():
                for row in texts.iter_rows():
                    _put_row(sheet, count, row, path)
                    count += 1

        yield put
        with naming_temporary():
            book.close()
    stream.write(content.getbuffer())


def _put_row(sheet: Any, count: int, row: Sequence[str | None], path: str) -> None:
    """Write the texts of one row, counted from 0; FileError where a sheet cannot hold it."""
    if count >= MOST_ROWS:
        raise FileError(Fault(f"a sheet holds {MOST_ROWS:,} rows; write .csv or .parquet", "", path))
    for place, text in enumerate(row):
        if text and sheet.write_string(count, place, text):
            reason = f"holds at most {LONGEST_CELL:,} characters in a cell; write .csv or .parquet"
            raise FileError(Fault(f"row {count + 1} does not fit: a sheet {reason}", "", path))
