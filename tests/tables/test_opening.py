"""Tables are known by their names and bytes, and read in blocks."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import polars as pl
import pytest
from packed import packed

from cec.errors import CecError, FileError
from cec.tables.opening import kind_of, opening, rows_of


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
        with pytest.raises(CecError):
            kind_of(name, named)


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
    (tmp_path / name).write_bytes(packed(content.getvalue(), name))
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
