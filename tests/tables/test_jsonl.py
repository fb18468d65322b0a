"""JSON Lines: every line is a row or rejected, and numbers keep their digits."""

from __future__ import annotations

import io
import json

import polars as pl
import pytest
from batches import source_of
from hypothesis import given, settings
from hypothesis import strategies as st

from cec.errors import FileError
from cec.tables import jsonl as jsonl_table
from cec.tables import streams
from cec.tables.layout import Layout, Rejected
from cec.tables.lines import LONGEST_LINE
from cec.tables.writing import encode


def read_jsonl(content: bytes) -> tuple[Layout, pl.DataFrame, list[int], list[Rejected]]:
    return _read_json_lines(content)[:4]


def _read_json_lines(content: bytes) -> tuple[Layout, pl.DataFrame, list[int], list[Rejected], list[str]]:
    """The layout, and of all blocks the rows, their numbers, the rejected ones, and the lines of the rows."""
    layout, pieces = jsonl_table.read_header(source_of(content))
    frames: list[pl.DataFrame] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    lines: list[str] = []
    for block in jsonl_table.blocks(source_of(content), layout, pieces):
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
