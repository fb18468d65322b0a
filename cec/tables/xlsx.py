"""Workbooks of Excel: one sheet read as a table of texts, and tables written with every cell as a text.

A number of a sheet is read with the 15 digits that Excel has. An error of a formula (`#DIV/0!`) and a formula that
nobody has computed yet stand in their cells as such texts, so that no empty cell hides them.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from cec.errors import Fault, FileError
from cec.tables.cells import as_texts
from cec.tables.layout import Block, Layout, Rows, unlike
from cec.tables.temporary import naming_temporary, temporary_folder

if TYPE_CHECKING:
    import zipfile

    import polars as pl

ROWS = 50_000
"""Rows of a block."""

MOST_ROWS, LONGEST_CELL = 1_048_576, 32_767
"""What a sheet can hold: rows with the one of names, and characters of a cell."""

LARGEST = 1 << 30
"""Bytes that a workbook may have when it is unpacked."""

NOT_COMPUTED = "#FORMULA!"
"""Stands for a formula without a value: another program wrote it, and nobody opened it in Excel since."""

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
    try:
        workbook = fastexcel.read_excel(content)
        chosen = _sheet(workbook, sheet, name)
        cells: pl.DataFrame = workbook.load_sheet(chosen, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        reason = str(error).partition("\n")[0]
        raise FileError(Fault(f"is not a workbook that can be read: {reason}", "", name)) from None
    hidden = _hidden_by_formulas(content, chosen, cells.height, cells.width)
    cells = cells.with_columns(_read(each, hidden.get(place, {})) for place, each in enumerate(cells.iter_columns()))
    is_filled = cells.select(pl.any_horizontal(pl.all().str.strip_chars() != "").fill_null(value=False)).to_series()
    filled = is_filled.arg_true().to_list()
    if not filled:
        raise FileError(Fault(f"sheet '{chosen}' is empty: its first row names the columns", "", name))
    names = [(cell or "").strip() for cell in cells.row(filled[0])]
    kept = [place for place, text in enumerate(names) if text or _has_any(cells.to_series(place)[filled])]
    if nameless := [place for place in kept if not names[place]]:
        letters = ", ".join(map(_letters, nameless))
        text = f"sheet '{chosen}', row {filled[0] + 1}, names no column in {letters}; the first row names every column"
        raise FileError(Fault(text, "", name))
    header = unlike([names[place] for place in kept])
    frame = cells[filled[1:], kept]
    frame.columns = list(header)
    return Layout("xlsx", tuple(names[place] for place in kept), header), frame, [row + 1 for row in filled[1:]]


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


def _read(cells: pl.Series, hidden: dict[int, str]) -> pl.Series:
    """A column of texts with what formulas hide, dates without midnight, and numbers of the digits that Excel has."""
    import polars as pl

    if hidden:
        rows = list(hidden)
        cells = cells.scatter(rows, pl.Series([hidden[row] for row in rows], dtype=pl.String))
    cells = cells.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00:00$", "${1}")
    long = cells.filter(cells.str.contains(r"^[0-9]+\.[0-9]{13,}$").fill_null(value=False)).unique()
    return cells.replace({text: f"{_DIGITS.create_decimal(Decimal(text)).normalize():f}" for text in long})


def _has_any(cells: pl.Series) -> bool:
    return bool((cells.fill_null("").str.strip_chars() != "").any())


_MAY_HIDE = re.compile(rb"""t=["']e["']|<(?:\w+:)?f\b""")
"""What stands in the XML of a sheet that has errors or formulas; other sheets are not read a second time."""


def _hidden_by_formulas(content: bytes, sheet: str, rows: int, columns: int) -> dict[int, dict[int, str]]:
    """What is in cells that would be read as empty: errors, formulas without a value; by column and row from 0."""
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(content)) as parts:
        xml = _xml_of(parts, sheet)
    found: dict[int, dict[int, str]] = {}
    if not _MAY_HIDE.search(xml):
        return found
    for row, column, text in _errors_and_formulas(xml):
        if row < rows and column < columns:
            found.setdefault(column, {})[row] = text
    return found


def _errors_and_formulas(xml: bytes) -> Iterator[tuple[int, int, str]]:
    """Row and column from 0 of each cell with an error or a formula that has no value, and what is said of it."""
    from xml.etree import ElementTree as Tree

    row = column = 0
    for event, node in Tree.iterparse(io.BytesIO(xml), events=("start", "end")):  # noqa: S314  it was read before
        name = node.tag.rpartition("}")[2]
        if name == "row" and event == "start":
            row, column = int(node.get("r") or row + 1), 0
        elif name == "row":
            node.clear()
        elif name == "c" and event == "end":
            letters = re.match("[A-Z]+", node.get("r") or "")
            column = _number(letters[0]) if letters else column + 1
            parts = {child.tag.rpartition("}")[2]: child.text or "" for child in node}
            is_error = node.get("t") == "e"
            if is_error or ("f" in parts and not parts.get("v") and node.get("t") is None):
                yield row - 1, column - 1, (parts.get("v") if is_error else "") or NOT_COMPUTED


def _xml_of(parts: zipfile.ZipFile, sheet: str) -> bytes:
    """The XML of a sheet of this name; nothing where it is not found, as in a sheet of charts."""
    from xml.etree import ElementTree as Tree

    related = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    book = Tree.fromstring(parts.read("xl/workbook.xml"))  # noqa: S314  the file is small, and expat ends its bombs
    links = Tree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    ids = {each.get("name"): each.get(related) for each in book.iter() if each.tag.endswith("}sheet")}
    targets = {each.get("Id"): each.get("Target") or "" for each in links.iter() if each.tag.endswith("}Relationship")}
    target = targets.get(ids.get(sheet), "").lstrip("/")
    path = target if target.startswith("xl/") else f"xl/{target}"
    return parts.read(path) if path in parts.namelist() else b""


def _number(letters: str) -> int:
    """The number of a column, counted from 1.

    >>> _number("A"), _number("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(place: int) -> str:
    """The letters of a column, counted from 0.

    >>> _letters(0), _letters(27)
    ('A', 'AB')
    """
    letters, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def blocks(frame: pl.DataFrame, numbers: Sequence[int], size: int = ROWS) -> Iterator[Block]:
    """Blocks of rows, at least one; each row with its number in the sheet."""
    first = 0
    for part in frame.iter_slices(size):
        yield Block(part, numbers[first : first + part.height], (), first + part.height)
        first += part.height
    if not first:
        yield Block(frame, ())


def rows(block: Block, _layout: Layout, _wanted: Collection[str] | None = None) -> Rows:
    """The rows of a block."""
    if isinstance(block.content, bytes):
        raise TypeError("a block of a workbook is a frame")
    return Rows(block.content, block.rows, block.rejected)


@contextmanager
def writing(
    stream: BinaryIO, header: Sequence[str], path: str
) -> Iterator[Callable[[list[bytes] | pl.DataFrame], None]]:
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
        sheet.ignore_errors({"number_stored_as_text": f"A1:{_letters(max(len(header), 1) - 1)}{MOST_ROWS}"})
        for place, text in enumerate(header):
            sheet.set_column(place, place, min(max(len(text) + 2, 9), 40))
            sheet.write_string(0, place, text, bold)
        count = 1

        def put(frame: list[bytes] | pl.DataFrame) -> None:
            nonlocal count
            if isinstance(frame, list):
                raise TypeError("a workbook is written from frames")
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
