"""Reading tables: every row is answered, and a bad one costs no other."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from running import cec as command

from cec.batch.sheets import sheet_name
from cec.errors import CecError, FileError, InputError
from cec.render.csv.order import SCHEDULE_COLUMNS, SCHEDULE_NUMBERS
from cec.tables import csv as csv_table
from cec.tables import jsonl as jsonl_table
from cec.tables import lines as lines_of_tables
from cec.tables import streams
from cec.tables.columns import Column, columns_for, find_columns
from cec.tables.layout import Layout, Rejected, unlike
from cec.tables.lines import LONGEST_LINE, whole_lines
from cec.tables.opening import kind_of, opening, rows_of
from cec.tables.streams import Source
from cec.tables.writing import encode

Read = tuple[Layout, list[tuple[int, tuple[str | None, ...]]], list[Rejected]]


def source(content: bytes) -> Source:
    return Source("table.csv", io.BytesIO(content), len(content), lambda: 0)


def read_csv(content: bytes) -> Read:
    layout, pieces = csv_table.read_header(source(content))
    rows: list[tuple[int, tuple[str | None, ...]]] = []
    rejected: list[Rejected] = []
    for block in csv_table.blocks(source(content), layout, pieces):
        read = csv_table.rows(block, layout)
        rows += list(zip(read.rows, read.frame.rows(), strict=True))
        rejected += read.rejected
    return layout, rows, rejected


@pytest.fixture(params=[1 << 17, 7, 40])
def _read_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same table in one piece and in very small ones."""
    monkeypatch.setattr(streams, "FIRST_READ", request.param)
    monkeypatch.setattr(streams, "LARGEST_READ", request.param)


@pytest.mark.usefixtures("_read_size")
def test_every_kind_of_bad_row_costs_only_itself() -> None:
    layout, rows, rejected = read_csv(
        b"id,h,w\n"
        b"2,128,26\n"
        b'3,"a, b",26\n'
        b'4,"never closed,26\n'
        b"5,128,26\n"
        b"6,128\n"
        b"7,128,26,1\n"
        b"\n"
        b"9,\xb3,26\n"
        b'10,a"b,26\n'
        b'11,"a"b,26\n'
        b'12,"two\nlines",26\n'
        b"14,,\n"
        b'15,"said ""so""",26\r\n'
        b'16,x,"open'
    )
    assert layout.header == ("id", "h", "w")
    assert rows == [
        (2, ("2", "128", "26")),
        (3, ("3", "a, b", "26")),
        (5, ("5", "128", "26")),
        (10, ("10", 'a"b', "26")),
        (12, ("12", "two\nlines", "26")),
        (14, ("14", None, None)),
        (15, ("15", 'said "so"', "26")),
    ]
    told = {one.row: one.reason for one in rejected}
    assert sorted(told) == [4, 6, 7, 9, 11, 16]
    assert "quote is not closed" in told[4]
    assert told[6] == "has 2 cells; the first line names 3 columns"
    assert told[7] == "has 4 cells; the first line names 3 columns"
    assert "hexadecimal B3" in told[9]
    assert "followed by something else than a comma" in told[11]
    assert "quote is not closed" in told[16]
    assert [(one.column, one.cells) for one in rejected if one.row == 9] == [("h", ("9", "\ufffd", "26"))]
    assert [one.text for one in rejected if one.row == 4] == ['4,"never closed,26']


@pytest.mark.usefixtures("_read_size")
def test_two_open_quotes_never_mix_two_patients() -> None:
    """Read as CSV readers do, this is one row: patient 2 with the measures of patient 3."""
    _, rows, rejected = read_csv(b'id,name,h,w\n2,"Ann,128,26\n3,Bea",140,31\n4,Cy,150,40\n')
    assert rows == [(4, ("4", "Cy", "150", "40"))]
    assert [(one.row, one.reason) for one in rejected] == [
        (
            row,
            "is one of 2 lines that may be one row or several, by their quotes; write each row in one line, or double "
            "every quote inside a cell",
        )
        for row in (2, 3)
    ]


@pytest.mark.usefixtures("_read_size")
@pytest.mark.parametrize(
    ("record", "cells"),
    [
        (b'"007\n(new)",128,26,x', ("007\n(new)", "128", "26", "x")),
        (b'7,128,26,"a\n\nb, c\n"', ("7", "128", "26", "a\n\nb, c\n")),
        (b'7,"128\n",26,"said ""so"",\n1,2"', ("7", "128\n", "26", 'said "so",\n1,2')),
        (b'7,"1,2,3\n",26,x', ("7", "1,2,3\n", "26", "x")),
    ],
)
def test_a_cell_may_have_line_breaks(record: bytes, cells: tuple[str, ...]) -> None:
    _, rows, rejected = read_csv(b"id,h,w,note\n" + record + b"\nlast,1,2,\n")
    assert [row[1] for row in rows] == [cells, ("last", "1", "2", None)]
    assert not rejected


@pytest.mark.usefixtures("_read_size")
@pytest.mark.parametrize(
    "record",
    [
        b'"earlier:\nold,109,18.5,\nnew",128,26,x',
        b'7,128,26,"yesterday:\nold,109,18.5,x\n"',
        b'7,128,26,"x\n8,109,18.5,y"',
        b'7,"128,26,x\n8,109",18.5,y',
        b'7,128,26,"note\n\xfcber\nold,109,18.5,x\nend"',
        b'7,128,62","note says\n8,109,18.5,x\nmore"',
    ],
)
def test_no_patient_is_dosed_out_of_what_may_be_another_s_cell(record: bytes) -> None:
    """As CSV readers have it these are one row; a person who forgot a quote has written several. Nobody can tell."""
    _, rows, rejected = read_csv(b"id,h,w,note\nfirst,1,2,\n" + record + b"\nlast,1,2,\n")
    assert [row[1][0] for row in rows] == ["first", "last"]
    assert [one.row for one in rejected] == list(range(3, 4 + record.count(b"\n")))
    assert all("one row or several" in one.reason or "not UTF-8" in one.reason for one in rejected)


ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
CELLS = st.sampled_from(["1", "128", "26.5", "", " ", "Łódź", "a b", "x" * 40])
GOOD = st.tuples(CELLS, CELLS, CELLS).map(",".join).map(str.encode)
BAD = st.sampled_from([b'7,"open,1', b"7,1", b"7,1,2,3", b"7,\xff,1", b'7,"a"b,1', b"\xc5,1,2", b",,,,"])


@pytest.mark.slow
@given(st.lists(st.tuples(st.booleans(), GOOD, BAD), max_size=30), st.booleans())
@settings(max_examples=150)
def test_all_rows_are_read_or_rejected_whatever_stands_between(
    lines: list[tuple[bool, bytes, bytes]], has_breaks: bool
) -> None:
    table = [good if is_good else bad for is_good, good, bad in lines]
    content = (b"\r\n" if has_breaks else b"\n").join([b"id,h,w", *table])
    _, rows, rejected = read_csv(content)
    good_rows = [number for number, (is_good, _, _) in enumerate(lines, 2) if is_good]
    assert [number for number, _ in rows] == good_rows
    assert sorted(one.row for one in rejected) == [
        number for number in range(2, len(lines) + 2) if number not in good_rows
    ]


@given(st.lists(st.binary(max_size=30), max_size=8))
@settings(max_examples=200)
def test_any_bytes_are_answered_without_a_traceback(lines: list[bytes]) -> None:
    content = b"id,h,w\n" + b"\n".join(lines)
    try:
        _, rows, rejected = read_csv(content)
    except CecError:
        return
    places = [one.row for one in rejected]
    for number, cells in rows:  # a cell in quotes may have line breaks
        places += range(number, number + 1 + sum((cell or "").count("\n") for cell in cells))
    assert len(places) == len(set(places))
    every = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert {number for number, line in enumerate(every, 1) if line and number > 1} <= set(places)


ODD = st.sampled_from(
    [
        "1",
        "128",
        "26.5",
        "",
        " ",
        "Ł",
        '"q"',
        '"a,b"',
        '"',
        "#",
        "\x1f",
        "\ufeff",
        "\ufeff1",
        '\ufeff"a"',
        "\0",
        "'",
        "\u2028",
    ]
)


@pytest.mark.slow
@given(
    st.sampled_from(["id,h,w", "h,w,id", "h,w,note,z", "h,w"]),
    st.lists(st.lists(ODD, max_size=5), max_size=8),
    st.booleans(),
    st.integers(1, 40),
)
@settings(max_examples=150)
def test_some_columns_are_read_as_all_are_and_lines_stay_bytes(
    header: str, cells: list[list[str]], is_ended: bool, size: int
) -> None:
    """Wherever a block begins, whichever columns are read, the rows are the same, and lines are those of the file."""
    content = "\n".join([header, *(",".join(row) for row in cells), *[""] * is_ended]).encode()
    whole = read_columns(content, None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "FIRST_READ", size)
        patch.setattr(streams, "LARGEST_READ", size)
        for wanted in (None, {"h", "w"}):
            rows, rejected, lines = read_columns(content, wanted)
            assert (rows, rejected) == whole[:2]
            for number, line in lines.items():
                assert b'"' in content or line.encode() == content.split(b"\n")[number - 1]


def read_columns(
    content: bytes, wanted: set[str] | None
) -> tuple[list[tuple[int, tuple[str | None, ...]]], list[tuple[int, str]], dict[int, str]]:
    """The rows with their height and weight, the rejected ones, and the lines that rows stand on."""
    layout, pieces = csv_table.read_header(source(content))
    rows: list[tuple[int, tuple[str | None, ...]]] = []
    rejected: list[tuple[int, str]] = []
    lines: dict[int, str] = {}
    for block in csv_table.blocks(source(content), layout, pieces):
        read = csv_table.rows(block, layout, wanted)
        rows += zip(read.rows, read.frame.select("h", "w").rows(), strict=True)
        rejected += ((one.row, one.reason) for one in read.rejected)
        assert read.lines is not None
        lines |= dict(zip(read.rows, read.lines, strict=True))
        cells = csv_table.cells(read.lines.to_list(), layout)
        assert cells.select("h", "w").rows() == read.frame.select("h", "w").rows()
    return rows, sorted(rejected), lines


@pytest.mark.usefixtures("_read_size")
def test_a_byte_order_mark_inside_a_table_belongs_to_its_cell() -> None:
    """polars takes it off the beginning of whatever it reads, and blocks begin anywhere."""
    _, rows, rejected = read_csv(b"\xef\xbb\xbfid,h,w\n\xef\xbb\xbf1,2,3\n\xef\xbb\xbf2,3,4\n")
    assert [cells[0] for _, cells in rows] == ["\ufeff1", "\ufeff2"]
    assert rejected == []


def test_a_line_of_megabytes_costs_only_itself() -> None:
    for size in (LONGEST_LINE + 10, 5 * LONGEST_LINE):
        _, rows, rejected = read_csv(b"id,h,w\n2,1,1\n3,1," + b"x" * size + b"\n4,1,1\n5,1," + b"y" * size)
        assert [number for number, _ in rows] == [2, 4]
        assert [one.row for one in rejected] == [3, 5]
        assert "longer than 1,048,576 bytes" in rejected[0].reason
        assert len(rejected[0].text) <= 200


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("separator", [b",", b";", b"\t"])
def test_line_ends_separators_and_a_byte_order_mark(ending: bytes, separator: bytes) -> None:
    content = b"\xef\xbb\xbf" + ending.join([b"id,h,w", b"007,128,26", b"8,129,27"]).replace(b",", separator)
    layout, rows, rejected = read_csv(content)
    assert layout.header == ("id", "h", "w")
    assert rows == [(2, ("007", "128", "26")), (3, ("8", "129", "27"))]
    assert rejected == []


def test_short_rows_are_seen_where_the_last_column_is_often_empty() -> None:
    _, rows, rejected = read_csv(b"id,h,w\n2,1,\n3,1\n4,1,2\n")
    assert [number for number, _ in rows] == [2, 4]
    assert [one.row for one in rejected] == [3]
    _, rows, rejected = read_csv(b'id,h,w\n"2",1,\n"3",1\n"4","1,5",2\n')
    assert [number for number, _ in rows] == [2, 4]
    assert [one.row for one in rejected] == [3]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n1,2\n", "is empty"),
        (b"id,\xff\n1,2\n", "not UTF-8"),
        (b"x" * (LONGEST_LINE + 1), "names no columns"),
        (b'"id,h\n1,2\n', "names no columns"),
    ],
)
def test_a_first_line_that_names_no_columns(content: bytes, reason: str) -> None:
    with pytest.raises(FileError, match=reason):
        read_csv(content)


def test_columns_of_one_name_stay_apart() -> None:
    layout, rows, _ = read_csv(b"id,note,note\n1,a,b\n")
    assert layout.columns == ("id", "note", "note#2") == unlike(layout.header)
    assert rows == [(2, ("1", "a", "b"))]


def read_jsonl(content: bytes) -> tuple[Layout, pl.DataFrame, list[int], list[Rejected]]:
    return _read_json_lines(content)[:4]


def _read_json_lines(content: bytes) -> tuple[Layout, pl.DataFrame, list[int], list[Rejected], list[str]]:
    """The layout, and of all blocks the rows, their numbers, the rejected ones, and the lines of the rows."""
    layout, pieces = jsonl_table.read_header(source(content))
    frames: list[pl.DataFrame] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    lines: list[str] = []
    for block in jsonl_table.blocks(source(content), layout, pieces):
        read = jsonl_table.rows(block, layout)
        frames.append(read.frame)
        numbers += list(read.rows)
        rejected += read.rejected
        assert read.lines is not None
        lines += read.lines.to_list()
    return layout, pl.concat(frames), numbers, rejected, lines


def test_json_lines_keep_digits_and_reject_what_is_no_object() -> None:
    layout, frame, numbers, rejected = read_jsonl(
        b'{"id": "007", "height": 128.10, "weight": "26 kg", "more": {"a": [1.50]}, "is": true}\n'
        b'{"id": 8, "height": 1e2, "weight": null}\n'
        b"[1]\n"
        b"{\n"
        b'{"id": 1, "id": 2}\n'
        b'{"id": "\xff"}\n'
        b'{"id": NaN}\n'
        b"\n"
        b'{"id": "9", "other": 1}\n'
        + b"[" * 100_000
        + b"\n"
        + b'{"id": "'
        + b"x" * (LONGEST_LINE + 5)
        + b'"}\n'
        + b'{"id": "12"}'
    )
    assert layout.columns == ("id", "height", "weight", "more", "is", "other")
    assert frame.row(0)[:3] == ("007", "128.10", "26 kg")
    assert frame.row(0)[4] == "true"
    assert frame.row(1)[:3] == ("8", "1e2", None)
    assert numbers == [1, 2, 9, 12]
    told = {one.row: one.reason for one in rejected}
    assert sorted(told) == [3, 4, 5, 6, 7, 10, 11]
    assert told[3] == "is not a JSON object"
    assert "stands in it twice" in told[5]
    assert "not UTF-8" in told[6]
    assert "NaN is not a number" in told[7]
    assert "nested" in told[10]
    assert "longer than" in told[11]


def test_a_key_that_the_first_lines_do_not_have() -> None:
    lines = [b'{"id": %d}' % number for number in range(20_000)] + [b'{"id": 1, "new": 2}']
    _, frame, _, rejected = read_jsonl(b"\n".join(lines))
    assert frame.height == 20_000
    assert [(one.row, one.column) for one in rejected] == [(20_001, "new")]
    with pytest.raises(FileError, match="no JSON objects"):
        read_jsonl(b"id,h,w\n1,2,3\n")


JSON_LINES = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [
            *(b"", b" ", b"[]", b"{}", b"null", b'"\xe2\x80\xa8"', b"\xef\xbb\xbf{}", b"{" * 3000, b"[" * 3000),
            *(b'{"h": 1, "h": 2}', b'{"h": NaN}', b'{"h": -Infinity}', b'{"h": 1E999, "w": 0.10}', b'{"w": -0}'),
            *(b'{"h": "\\ud800"}', b'{"h": {"a": ["\\uDFFF"]}}', b'{"\\ud800": 1}', b'{"h": "\\ud83d\\ude00"}'),
            *(b'{"h":\r1}', b'{"h": 1}\r', b'\r{"h": 1}', b'{"h": "\xe2\x80\xa8\xc2\x85"}', b'{"h": "\\u0000"}'),
            b'{"h": ' + b"[" * 90 + b"]" * 90 + b"}",
            b'{"h": ' + b"[" * 700 + b"]" * 700 + b"}",
            b'{"h": ' + b"9" * 5000 + b"}",
        ]
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
    st.dictionaries(
        st.sampled_from(["id", "h", "w", "x"]), st.text(max_size=3) | st.lists(st.floats()), max_size=4
    ).map(lambda value: json.dumps(value, ensure_ascii=False).encode()),
)


@pytest.mark.slow
@given(st.lists(JSON_LINES, max_size=12), st.sampled_from([b"\n", b"\r\n"]), st.booleans(), st.integers(1, 200))
@settings(max_examples=150)
def test_every_line_of_json_is_a_row_or_rejected(lines: list[bytes], end: bytes, has_mark: bool, size: int) -> None:
    """And what is a row can be written again, with the same values in it."""
    content = end.join([b'{"id": "1", "h": 1, "w": 2}', *lines])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "LARGEST_READ", size)
        layout, frame, numbers, rejected, kept = _read_json_lines(b"\xef\xbb\xbf" * has_mark + content)
    filled = [number for number, line in enumerate(content.splitlines(), 1) if line.strip()]
    assert sorted([*numbers, *(one.row for one in rejected)]) == filled
    assert all(one.reason for one in rejected)
    frame.write_csv(io.StringIO())
    written = encode(
        pl.DataFrame({"made": ["1"] * len(kept)}), "jsonl", ",", ["made"], lines=pl.Series(kept, dtype=pl.String)
    )
    assert isinstance(written, list)
    rows = b"".join(written).splitlines()
    assert len(rows) == frame.height
    for row, line, cells in zip(rows, kept, frame.iter_rows(named=True), strict=True):
        assert repr(json.loads(row, parse_int=str)) == repr({**json.loads(line, parse_int=str), "made": "1"})
        for name, cell in json.loads(line, parse_int=str, parse_float=str).items():
            is_nested = isinstance(cell, (dict, list))
            assert (json.loads(cells[name], parse_int=str, parse_float=str) if is_nested else cells[name]) == (
                str(cell).lower() if isinstance(cell, bool) else cell
            )
    assert set(layout.columns) >= {"id", "h", "w"}


def test_half_of_a_character_costs_only_its_line() -> None:
    """No file can hold it: written out, it would end the whole table."""
    layout, frame, numbers, rejected = read_jsonl(
        b'{"id": "1", "h": 1, "\\ud800": 2}\n{"id": "2", "h": "\\ud83d\\ude00"}\n{"id": ["\\uDFff"], "h": 1}\n'
    )
    assert layout.columns == ("id", "h")
    assert (numbers, frame.rows()) == ([2], [("2", "\N{GRINNING FACE}")])
    assert [(one.row, one.reason.partition(",")[0]) for one in rejected] == [(1, "has \\ud800"), (3, "has \\udfff")]
    assert all("which is half of a character" in one.reason for one in rejected)


def test_nested_json_keeps_its_digits_and_its_depth_has_a_limit() -> None:
    deep = b'{"id": ' + b"[" * 100 + b"]" * 100 + b"}"
    _, frame, numbers, rejected = read_jsonl(b'{"id": {"a": [1.50, 1E2]}, "more": [ ]}\n' + deep[:-1] + b', "more": 1}')
    assert (numbers, frame.row(0)) == ([1], ('{"a": [1.50, 1E2]}', "[ ]"))
    assert [one.reason for one in rejected] == ["is nested too deeply"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_and_a_byte_order_mark_of_json_lines(end: bytes) -> None:
    lines = [b'\xef\xbb\xbf{"id": "1"}', b"", b'{"id": "2\xe2\x80\xa8", "last": 1}']
    layout, frame, numbers, rejected = read_jsonl(end.join(lines))
    assert layout.columns == ("id", "last")
    assert (frame.rows(), numbers, rejected) == ([("1", None), ("2\u2028", "1")], [1, 3], [])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("t.csv", b"PK\x03\x04rest", "workbook"),
        ("t.csv", b"\xff\xfei\x00d\x00", "UTF-16"),
        ("t.csv.gz", gzip.compress(b"id,h,w\n" * 9_000, mtime=0)[:-40], "cut off or damaged"),
        ("t.csv.zst", b"\x28\xb5\x2f\xfdxxxxxxxxxxxx", "cut off or damaged"),
        ("t.parquet", b"PAR1 no", "not a Parquet file"),
        ("t.parquet", b"", "not a Parquet file"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileError, match=reason), opening(str(path), kind_of(name)) as table:
        list(table.blocks)


def test_places_that_hold_no_table(tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path, "folder"),
        (tmp_path / "none.csv", "no such file"),
        (Path("a\0b"), "cannot be read"),
    ):
        with pytest.raises(FileError, match=reason), opening(str(path), "csv"):
            pass


def test_a_file_is_known_by_its_bytes_where_it_is_compressed(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(gzip.compress(b"id,h,w\n1,2,3\n"))
    with opening(str(path), "csv") as table:
        assert [len(block.rows) for block in table.blocks] == [1]


def test_formats_by_the_end_of_the_name() -> None:
    assert [kind_of(name) for name in ("a.csv", "a.B.CSV.GZ", "x.jsonl.zst", "x.parquet", "-", "x.tsv")] == [
        *("csv", "csv", "jsonl", "parquet", "csv", "csv")
    ]
    assert kind_of("whatever", "jsonl") == "jsonl"
    for name, named in (("a.xlsm", None), ("a", None), ("a.gz", None), ("a.csv", "xml")):
        with pytest.raises(InputError):
            kind_of(name, named)


def names_of(found: dict[str, Column]) -> Iterator[tuple[str, str, str]]:
    return ((fact, column.name, column.unit) for fact, column in found.items())


def test_columns_are_found_by_name_and_by_map() -> None:
    found = find_columns(["ID", "Wzrost", "Weight (lb)", "Age months", "colour"], {"height": "Wzrost"})
    assert set(names_of(found)) == {
        ("height", "Wzrost", ""),
        ("id", "ID", ""),
        ("weight", "Weight (lb)", "lb"),
        ("age", "Age months", "months"),
    }
    assert find_columns(["height_cm", "w", "weight_kg"], {"weight": "w"})["weight"].name == "w"
    assert find_columns(["height_cm", "m"], {"weight_lb": "m"})["weight"] == Column("m", "lb")
    named = find_columns(["h_in", "Waga (lb)", "Kreatynina umol/L"], {"height": "h_in", "weight": "Waga (lb)"})
    assert [column.unit for column in named.values()] == ["in", "lb"]
    told = {
        "height": "Boy (\u00f6l\u00e7\u00fcm)",
        "weight": "Weight lb measured",
        "age": "Age (mo)",
        "creatinine": "creat \u00b5mol/L",
    }
    assert [one.unit for one in find_columns(list(told.values()), told).values()] == ["", "lb", "months", "micromol/L"]
    assert find_columns(["Boy i\u00e7in", "kg"], {"height": "Boy i\u00e7in", "weight": "kg"})["height"].unit == ""
    assert find_columns(["height", "w_lb"], {"weight_lb": "w_lb"})["weight"].unit == "lb"
    assert find_columns(["height", "weight", "Reductions"], {})["reduce"].name == "Reductions"
    flagged = columns_for(["height", "weight", "prior_hsct", "earlier_etoposide"], {}, [])
    assert set(flagged) == {"height", "weight"}


@pytest.mark.parametrize(
    ("names", "renamed", "reason"),
    [
        (["id"], {}, "no column tells the height.*\n.*no column tells the weight"),
        (["height", "height_cm", "weight"], {}, "two columns tell the height: height and height_cm"),
        (["height", "weight"], {"hight": "height"}, "did you mean height"),
        (["height", "weight"], {"age": "Alter"}, "there is no column 'Alter'"),
        (["height", "weight"], {"zzz": "height"}, "known are"),
        (["a", "b"], {"height": "a", "height_cm": "b"}, "two columns are given for the height: a and b"),
        (
            ["height", "w_lb"],
            {"weight_kg": "w_lb"},
            "w_lb is given for weight_kg, but its name says lb; give .* weight_lb",
        ),
        (
            ["height", "w (oz)"],
            {"weight": "w (oz)"},
            r"w \(oz\) is given for weight, but its name says oz, in which no",
        ),
        (["height", "weight", "Wiek dni"], {"age": "Wiek dni"}, "its name says dni"),
        (["height", "weight", "reduce", "reduction"], {}, "two columns tell the reduce: reduce and reduction"),
        (["a", "b"], {"height": "a", "weight": "a"}, "given for the height and the weight"),
    ],
)
def test_columns_that_do_not_tell(names: list[str], renamed: dict[str, str], reason: str) -> None:
    with pytest.raises(CecError, match=reason):
        find_columns(names, renamed)


@pytest.mark.parametrize("size", [7, 1 << 10, 1 << 20, 1 << 22])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_line_is_too_long_wherever_a_read_ends(size: int, end: bytes) -> None:
    """Each line that is whole comes once and in order; of each that is too long, the beginning."""
    lines = [b"a", b"", b"b" * LONGEST_LINE, b"c", b"d" * (LONGEST_LINE - 2), b"e" * (3 * LONGEST_LINE), b"f", b"g" * 9]
    content = end.join(lines)
    size = max(size, len(content) // 5_000)
    pieces = (content[place : place + size] for place in range(0, len(content), size))
    found: list[tuple[bytes, bool]] = []
    for piece, is_cut in whole_lines(pieces):
        whole = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
        found += [(piece[:200], True)] if is_cut else [(line, False) for line in whole]
    assert found == [(line[:200], True) if line[:1] in b"be" and line else (line, False) for line in lines]


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.sampled_from([b"", b"a", b"bb", b"ccccc", b"dddddd", b"e" * 13]), ENDS), max_size=9),
    st.booleans(),
    st.lists(st.integers(1, 9), min_size=1, max_size=30),
)
@settings(max_examples=300)
def test_lines_are_the_same_wherever_reads_end(
    lines: list[tuple[bytes, bytes]], is_open: bool, sizes: list[int]
) -> None:
    """Held against bytes.splitlines, with lines of at most five bytes."""
    content = b"".join(line + end for line, end in lines) + (b"open" if is_open else b"")
    pieces: list[bytes] = []
    rest = content
    while rest:
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(rest[:size])
        rest = rest[size:]
    found: list[tuple[bytes, bool]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines_of_tables, "LONGEST_LINE", 6)
        for piece, is_cut in whole_lines(iter(pieces)):
            found += [(line, is_cut) for line in ([piece[:5]] if is_cut else piece.splitlines())]
    expected = [(line[:5], True) if len(line) > 5 else (line, False) for line in content.splitlines()]
    assert [is_cut for _, is_cut in found] == [is_cut for _, is_cut in expected]
    assert [line for line, is_cut in found if not is_cut] == [line for line, is_cut in expected if not is_cut]


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.jsonl", "t.jsonl.zst", "t.parquet"])
def test_small_blocks_have_the_same_rows_and_go_on_with_each_of_them(tmp_path: Path, name: str) -> None:
    """Where a row takes long, nobody waits for thousands of others, and the way that is done is never ahead of it."""
    frame = pl.DataFrame({"id": range(2_000), "text": ['a "b"\n' * (row % 3) for row in range(2_000)]})
    content = io.BytesIO()
    kind = kind_of(name)
    if kind == "csv":
        frame.write_csv(content)
    elif kind == "jsonl":
        frame.write_ndjson(content)
    else:
        frame.write_parquet(content)
    pack = {".gz": gzip.compress, ".zst": streams._zstd().compress}.get(Path(name).suffix, bytes)
    (tmp_path / name).write_bytes(pack(content.getvalue()))
    found = []
    for is_small in (False, True):
        with opening(str(tmp_path / name), kind, at_once=10 if is_small else 0) as table:
            each = list(table.blocks)
            read = [rows_of(block, table.layout) for block in each]
        assert pl.concat([one.frame.cast(pl.String) for one in read])["id"].to_list() == [str(n) for n in range(2_000)]
        found.append([row for one in read for row in one.rows])
        places = [block.position for block in each]
        assert places == sorted(places)
        assert places[-1] == table.size
    assert found[0] == found[1]
    assert max(len(block.rows) for block in each) <= 60
    if not name.endswith((".gz", ".zst")):
        assert places[len(places) // 2] == pytest.approx(table.size / 2, rel=0.25)


BAD_ROWS = 'id,text,reason,height_cm,weight_kg\n1,a,b,1.28,26\n2,c,,128,26\n3,"open,1,1\n4,,d,109,x\n'


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_rejected_rows_can_be_a_table_again_and_again(tmp_path: Path, kind: str) -> None:
    """The program's own columns row, column, reason and text come back once."""
    path = tmp_path / "patients.csv"
    path.write_text(BAD_ROWS, encoding="utf-8")
    expected = [("2", "height_cm"), ("4", ""), ("5", "weight_kg")]  # a quote that is never closed tells no cells
    for turn in range(4):
        rejects = tmp_path / f"rejects-{turn}.{kind}"
        done = command("batch", str(path), "-o", str(tmp_path / f"doses-{turn}.{kind}"), "--rejects", str(rejects))
        assert done.code == 1, done.err
        rows = rejected_rows(rejects)
        assert [(row[0], row[1]) for row in rows] == expected
        assert "did you mean 1.28 m?" in rows[0][2]
        assert [row[3] for row in rows] == ["1", "", "4"]  # the ids
        assert {len(row) for row in rows} == {3 + 5 + 1}
        places = ("2", "3", "4") if kind == "csv" else ("1", "2", "3")
        faults = ("height_cm", "height_cm, weight_kg", "weight_kg")
        expected = list(zip(places, faults, strict=True))
        path = rejects


def rejected_rows(path: Path) -> list[tuple[str, ...]]:
    """The cells of a table of rejects, as texts."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return [tuple(row) for row in csv.reader(file)][1:]
    if path.suffix == ".parquet":
        return [tuple("" if cell is None else str(cell) for cell in row) for row in pl.read_parquet(path).rows()]
    lines = path.read_text(encoding="utf-8").splitlines()
    return [tuple("" if cell is None else str(cell) for cell in json.loads(line).values()) for line in lines]


def of_types(rows: int = 3) -> pl.DataFrame:
    """Patients with a column of every type that Parquet has; the second has no possible height."""
    day = datetime.datetime(2026, 11, 30)  # noqa: DTZ001  as Parquet holds days
    cells: dict[str, pl.Series] = {
        "id": pl.Series(["7", "8", "9"], dtype=pl.Categorical),
        "height": pl.Series([Decimal("128.00"), Decimal("1.28"), Decimal("109.00")]),
        "weight": pl.Series([26, 26, 18.5], dtype=pl.Float32),
        "born": pl.Series([day.replace(year=2018)] * 3),
        "prior_hsct": pl.Series([False, None, False]),
        "allergies": pl.Series([None] * 3, dtype=pl.Null),
        "list": pl.Series([[1.5], None, []]),
        "struct": pl.Series([{"a": 1, "b": [day]}, {"a": None, "b": []}, None]),
        "array": pl.Series([[1, 2]] * 3, dtype=pl.Array(pl.Int8, 2)),
        "duration": pl.Series([datetime.timedelta(hours=1)] * 3),
        "bytes": pl.Series([b"\xff", b"a", None]),
        "more_bytes": pl.Series([[b"\xff"], [], None]),
        "time": pl.Series([datetime.time(9)] * 3),
        "zoned": pl.Series([day] * 3).dt.replace_time_zone("Europe/Warsaw"),
    }
    return pl.DataFrame(cells).head(rows)


NESTED = ["list", "struct", "array"]
BYTES = ["bytes", "more_bytes"]


def test_every_type_of_parquet_passes_into_parquet(tmp_path: Path) -> None:
    path, doses, rejects = (tmp_path / name for name in ("p.parquet", "d.parquet", "r.csv"))
    of_types().write_parquet(path)
    done = command("batch", str(path), "-o", str(doses), "--rejects", str(rejects), "--start", "2026-11-30")
    assert done.err.splitlines()[0].startswith("3 read: 2 dosed, 1 rejected"), done.err
    made = pl.read_parquet(doses)
    assert_frame_equal(made.select(of_types().columns), of_types()[[0, 2]])
    assert made.get_column("clofarabine_mg").to_list() == ["38.4", "30"]
    (row,) = rejected_rows(rejects)
    assert row[0] == "2"
    told = dict(zip(of_types().columns, row[3:-1], strict=True))
    assert told.pop("zoned").startswith("2026-11-30")
    assert list(told.values()) == [
        *(
            "8",
            "1.28",
            "26",
            "2018-11-30",
            "",
            "",
            "",
            '{"a":null,"b":[]}',
            "[1,2]",
            "PT3600S",
            "YQ==",
            "[]",
            "09:00:00",
        )
    ]


def test_amounts_in_parquet_are_verified_whatever_stands_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    rows = [(38.4, 96, 422.4, 13.0), (38.4, 96, 422.4, 13.0), (30.0, 90, 330.0, 9.25)]  # etoposide of the third is 75
    names = [f"{drug}_mg" for drug in ("clofarabine", "etoposide", "cyclophosphamide", "prednisone")]
    amounts = pl.DataFrame(rows, schema=names, orient="row")
    of_types().hstack(amounts).write_parquet(path)
    done = command("verify", str(path), "--start", "2026-11-30")
    assert "3 rows: 1 agree, 1 differ, 1 cannot be held against an order" in done.out
    of_types().hstack(amounts.with_columns(clofarabine_mg=pl.col("clofarabine_mg").reshape((3, 1)))).write_parquet(path)
    done = command("verify", str(path), "--start", "2026-11-30")
    assert done.code == 1
    assert "[38.4]" in done.out


def test_what_csv_and_json_lines_cannot_hold_is_said_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    of_types().write_parquet(path)
    for kind, mute in (("csv", [*NESTED, "duration", *BYTES]), ("jsonl", BYTES)):
        done = command("batch", str(path), "-o", str(tmp_path / f"d.{kind}"), "--start", "2026-11-30")
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert all(f"'{name}' (" in done.err for name in mute)
        assert done.err.count("' (") == len(mute)
        assert "write Parquet, or take these columns out first" in done.err
        assert not (tmp_path / f"d.{kind}").exists()
        of_types().drop(mute).write_parquet(tmp_path / "some.parquet")
        done = command(
            "batch", str(tmp_path / "some.parquet"), "-o", str(tmp_path / f"d.{kind}"), "--start", "2026-11-30"
        )
        assert done.err.splitlines()[0].startswith("3 read: 2 dosed, 1 rejected"), done.err
    first = json.loads((tmp_path / "d.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert (first["list"], first["struct"]["a"], first["array"], first["duration"]) == ([1.5], 1, [1, 2], "PT3600S")
    done = command("batch", str(path), "-o", str(tmp_path / "long.csv"), "--start", "2026-11-30", "--long")
    assert "CSV holds texts, numbers and dates; write Parquet" in done.err
    long = tmp_path / "long.parquet"
    done = command("batch", str(path), "-o", str(long), "--start", "2026-11-30", "--long")
    assert done.err.splitlines()[0].startswith("3 read: 2 dosed, 1 rejected"), done.err
    assert pl.read_parquet(long).schema["struct"] == of_types().schema["struct"]


def test_a_table_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    of_types(0).write_parquet(tmp_path / "p.parquet")
    (tmp_path / "p.csv").write_text("id,height,weight,regimen\n", encoding="utf-8")
    for kind in ("parquet", "csv"):
        for options in ((), ("--long",), ("--rejects", str(tmp_path / "r.parquet"))):
            path, doses = tmp_path / f"p.{kind}", tmp_path / "d.parquet"
            done = command("batch", str(path), "-o", str(doses), "--start", "2026-11-30", "--overwrite", *options)
            assert done.err.splitlines()[0].startswith("0 read: 0 dosed, 0 rejected"), done.err
            made = pl.read_parquet(doses)
            assert made.height == 0
            is_long = tuple(made.columns[: len(SCHEDULE_COLUMNS)]) == SCHEDULE_COLUMNS
            assert is_long or {"id", "bsa_m2", "regimen"} < set(made.columns)
            assert options == ("--long",) or kind == "csv" or of_types(0).schema.items() <= made.schema.items()


def test_columns_of_parquet_that_cannot_tell(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    of_types().with_columns(sex=pl.col("list"), age=pl.col("duration"), regimen=pl.col("bytes")).write_parquet(path)
    done = command("batch", str(path), "-o", str(tmp_path / "d.parquet"))
    assert (done.code, done.err.count("\n")) == (1, 3)
    for name, fact in (("sex", "sex"), ("age", "age"), ("regimen", "regimen")):
        assert re.search(f"column '{name}' is .*; texts, numbers, dates or booleans can tell the {fact}", done.err)


WIDE_NUMBERS = {"bsa_m2", "clofarabine_mg", "etoposide_mg", "cyclophosphamide_mg", "prednisone_mg"}


def test_the_numbers_of_json_are_those_that_are_named(tmp_path: Path) -> None:
    """Whatever has digits is else text: ids, days of the week, times."""
    path = tmp_path / "p.csv"
    path.write_text("id,height,weight,regimen\n007,128,26,cec-induction\n", encoding="utf-8")
    for options, numbers in ((("--long",), set(SCHEDULE_NUMBERS) - {"cycle", "rate"}), ((), None)):
        output = ("-o", str(tmp_path / "d.jsonl"), "--overwrite")
        done = command("batch", str(path), "--start", "2026-11-30", *output, *options)
        assert done.code == 0, done.err
        row = json.loads((tmp_path / "d.jsonl").read_text(encoding="utf-8").splitlines()[0])
        assert row["id"] == "007"
        found = {name for name, cell in row.items() if isinstance(cell, (int, float))}
        assert found == (numbers or WIDE_NUMBERS)
    assert set(SCHEDULE_NUMBERS) < set(SCHEDULE_COLUMNS)


STRANGE_IDS = [
    "../x",
    "CON",
    "nul.pdf",
    "...",
    "A1",
    "a1",
    "a/b",
    "a\\b",
    "x" * 80,
    " - ",
    "\u0141\u00f3d\u017a",
    "-",
    "a_b",
]


def test_single_precision_passes_into_json_as_it_is_shown(tmp_path: Path) -> None:
    """Half of the bits of 0.1 are 0.10000000149011612 in all of them, and nobody wrote that."""
    single = pl.Series([0.1, 16777216.0, None], dtype=pl.Float32)
    frame = pl.DataFrame({"height": [128] * 3, "weight": [26] * 3, "ratio": single})
    frame.write_parquet(tmp_path / "patients.parquet")
    done = command("batch", str(tmp_path / "patients.parquet"), "-o", str(tmp_path / "doses.jsonl"))
    assert done.code == 0, done.err
    rows = (tmp_path / "doses.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(row)["ratio"] for row in rows] == [0.1, 16777216, None]


@pytest.mark.slow
def test_every_sheet_has_a_name_of_its_own_that_every_system_takes(tmp_path: Path) -> None:
    """The row's number comes first: so no two are alike, in capitals or not, and none is a device's name."""
    names = [
        sheet_name(row, name) for row, name in enumerate([*STRANGE_IDS, "", "\U0001f600", "y" * 300, "y" * 299], 2)
    ]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(re.fullmatch(r"[0-9]{6}(-[A-Za-z0-9._-]{1,80})?\.pdf", name) for name in names), names
    assert sheet_name(1_234_567, "..") == "1234567.pdf"
    path, sheets = tmp_path / "p.jsonl", tmp_path / "sheets"
    rows = [{"id": name, "height": 128, "weight": 26} for name in STRANGE_IDS]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    options = ("--start", "2026-11-30", "--sheets", str(sheets))
    done = command("batch", str(path), "-o", str(tmp_path / "d.csv"), "--rejects", str(tmp_path / "r.csv"), *options)
    assert done.code == 0, (tmp_path / "r.csv").read_text(encoding="utf-8")
    assert sorted(sheet.name for sheet in sheets.iterdir()) == sorted(
        sheet_name(row, name) for row, name in enumerate(STRANGE_IDS, 1)
    )
