"""JSON Lines: one object per line. The columns are the keys of the first lines; numbers keep the digits they have."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any

from cec.batch.streams import LONGEST_LINE, Source, reads, whole_lines
from cec.batch.table import Block, Layout, Rejected, Rows
from cec.errors import Fault, FileError


def read_header(source: Source) -> tuple[Layout, Iterator[bytes]]:
    """The layout by the keys of the first lines, and all the bytes."""
    pieces = reads(source)
    start = next(pieces, b"").removeprefix(b"\xef\xbb\xbf")
    keys: dict[str, None] = {}
    lines = start.split(b"\n")
    for line in lines[:-1] or lines:
        cells, _ = _cells(line)
        keys |= dict.fromkeys(cells or ())
    if not keys:
        example = '{"id": "1", "height_cm": 128, "weight_kg": 26}'
        raise FileError(
            Fault(f"its first lines are no JSON objects; write one per line, like {example}", "", source.name)
        )
    return Layout("jsonl", tuple(keys), tuple(keys)), itertools.chain([start], pieces)


def blocks(source: Source, pieces: Iterator[bytes]) -> Iterator[Block]:
    """Blocks of whole lines; the first line is row 1."""
    number = 1
    for content, is_cut in whole_lines(pieces):
        if is_cut:
            reason = f"the line is longer than {LONGEST_LINE:,} bytes"
            cut = Rejected(number, "", reason, text=content.decode(errors="replace"))
            yield Block(b"", (), (cut,), source.position())
            number += 1
        else:
            count = content.count(b"\n") + (not content.endswith(b"\n"))
            yield Block(content, range(number, number + count), (), source.position())
            number += count


def rows(block: Block, layout: Layout) -> Rows:
    """The rows of a block as a frame of texts, each with its line."""
    import polars as pl

    if not isinstance(block.content, bytes):
        raise TypeError("a block of JSON Lines is bytes")
    columns: dict[str, list[str | None]] = {name: [] for name in layout.columns}
    known = set(columns)
    numbers: list[int] = []
    lines: list[str] = []
    rejected = list(block.rejected)
    for number, line in zip(block.rows, block.content.split(b"\n"), strict=False):
        if not line.strip():
            continue
        cells, reason = _cells(line)
        if cells is None or cells.keys() - known:
            stranger = min(cells.keys() - known) if cells else ""
            reason = reason or "is none of the columns that the first lines have"
            rejected.append(Rejected(number, stranger, reason, text=line.decode(errors="replace").strip()))
            continue
        for name, texts in columns.items():
            texts.append(_text(cells.get(name)))
        numbers.append(number)
        lines.append(line.decode().strip())
    return Rows(pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), numbers, rejected, lines=lines)


def _cells(line: bytes) -> tuple[dict[str, Any] | None, str]:
    """The object of a line with its numbers as texts; or None and what is wrong."""
    try:
        value = json.loads(
            line.decode(), object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=_no_constant
        )
    except UnicodeDecodeError as error:
        byte = line[error.start]
        return None, f"byte {error.start + 1} of the line (hexadecimal {byte:02X}) is no UTF-8; save the table as UTF-8"
    except RecursionError:
        return None, "is nested too deeply"
    except ValueError as error:
        return None, f"is no JSON object on one line: {error}"
    if not isinstance(value, dict):
        return None, "is no JSON object"
    return value, ""


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    cells = dict(pairs)
    if len(cells) < len(pairs):
        raise ValueError("a key stands in it twice")
    return cells


def _no_constant(word: str) -> str:
    raise ValueError(f"{word} is no number")


def _text(value: Any) -> str | None:
    """A cell as text; what is no single value as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
