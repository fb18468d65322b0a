"""The XML of a sheet of a workbook: what formulas hide, which rows are hidden, merged cells, letters of columns."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

NOT_COMPUTED = "#FORMULA!"
"""Stands for a formula without a value: another program wrote it, and nobody opened it in Excel since."""


def xml_of(content: bytes, sheet: str) -> bytes:
    """The XML of a sheet of this name; nothing where it is not found, as in a sheet of charts."""
    from xml.etree import ElementTree as Tree
    from zipfile import ZipFile

    related = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    with ZipFile(io.BytesIO(content)) as parts:
        book = Tree.fromstring(parts.read("xl/workbook.xml"))  # noqa: S314  the file is small, and expat ends its bombs
        links = Tree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        links_of = (each for each in links.iter() if each.tag.endswith("}Relationship"))
        targets = {each.get("Id"): each.get("Target") or "" for each in links_of}
        ids = {each.get("name"): each.get(related) for each in book.iter() if each.tag.endswith("}sheet")}
        target = targets.get(ids.get(sheet), "").lstrip("/")
        path = target if target.startswith("xl/") else f"xl/{target}"
        return parts.read(path) if path in parts.namelist() else b""


_MAY_HIDE = re.compile(rb"""t=["']e["']|<(?:\w+:)?f\b""")
"""What stands in the XML of a sheet that has errors or formulas; other sheets are not read a second time."""


def hidden_by_formulas(xml: bytes) -> dict[int, dict[int, str]]:
    """What is in cells that would be read as empty: errors, formulas without a value; by column and row from 0."""
    found: dict[int, dict[int, str]] = {}
    if _MAY_HIDE.search(xml):
        for row, column, text in _errors_and_formulas(xml):
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


_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_NUMBER_OF_ROW = re.compile(rb"""\br=["']([0-9]+)""")
_HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")


def hidden_rows(xml: bytes) -> set[int]:
    """The rows that a filter or a person hides, from 0."""
    found: set[int] = set()
    place = -1
    for (attributes,) in map(re.Match.groups, _ROW.finditer(xml) if _HIDDEN.search(xml) else ()):
        number = _NUMBER_OF_ROW.search(attributes)
        place = int(number[1]) - 1 if number else place + 1
        if _HIDDEN.search(attributes):
            found.add(place)
    return found


_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\b[^>]*\bref=["']([A-Z]+)([0-9]+):[A-Z]+([0-9]+)["']""")


def merged_rows(xml: bytes, header: int) -> Iterator[tuple[int, range]]:
    """The column of each cell that is merged over several rows under the header, and these rows, all from 0."""
    for letters, top, bottom in _MERGED.findall(xml):
        rows = range(int(top) - 1, int(bottom))
        if rows.start > header and len(rows) > 1:
            yield _number(letters.decode()) - 1, rows


def _number(letters: str) -> int:
    """The number of a column, counted from 1.

    >>> _number("A"), _number("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def letters_of(place: int) -> str:
    """The letters of a column, counted from 0.

    >>> letters_of(0), letters_of(27)
    ('A', 'AB')
    """
    letters, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
