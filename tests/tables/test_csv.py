"""CSV: every row is answered, and a bad one costs no other."""

from __future__ import annotations

import pytest
from batches import source_of
from hypothesis import given, settings
from hypothesis import strategies as st

from cec.errors import CecError, FileError
from cec.tables import csv as csv_table
from cec.tables import streams
from cec.tables.layout import Layout, Rejected, unlike
from cec.tables.lines import LONGEST_LINE

Read = tuple[Layout, list[tuple[int, tuple[str | None, ...]]], list[Rejected]]


def read_csv(content: bytes) -> Read:
    layout, pieces = csv_table.read_header(source_of(content))
    rows: list[tuple[int, tuple[str | None, ...]]] = []
    rejected: list[Rejected] = []
    for block in csv_table.blocks(source_of(content), layout, pieces):
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
    layout, pieces = csv_table.read_header(source_of(content))
    rows: list[tuple[int, tuple[str | None, ...]]] = []
    rejected: list[tuple[int, str]] = []
    lines: dict[int, str] = {}
    for block in csv_table.blocks(source_of(content), layout, pieces):
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
