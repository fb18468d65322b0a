"""JSON Lines: one object per line. The columns are the keys of the first lines; numbers keep the digits they have.

Of a line that the standard library reads, but that could not be written again as it stands, no row is made.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

import msgspec

from cec.errors import Fault, FileError
from cec.tables.layout import Block, Layout, Rejected, Rows
from cec.tables.lines import TOO_LONG, is_utf8, whole_lines
from cec.tables.streams import Source, reads

if TYPE_CHECKING:
    import polars as pl

DEEPEST = 100
"""Objects and lists that may stand in one another."""

_RAW = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_header(source: Source) -> tuple[Layout, Iterator[bytes]]:
    """The layout by the keys of the first lines, and all the bytes."""
    pieces = reads(source)
    start = next(pieces, b"").removeprefix(b"\xef\xbb\xbf")
    keys: dict[str, None] = {}
    for line in start.splitlines():
        cells, _ = _cells(line)
        keys |= dict.fromkeys(cells or ())
    if not keys:
        example = '{"id": "1", "height_cm": 128, "weight_kg": 26}'
        raise FileError(
            Fault(f"its first lines are no JSON objects; write one per line, like {example}", "", source.name)
        )
    return Layout("jsonl", tuple(keys), tuple(keys)), itertools.chain([start], pieces)


def are_bundles(layout: Layout) -> bool:
    """Whether the first lines are Bundles of FHIR, which `cec.tables.bundles` reads."""
    return {"resourceType", "entry"} <= {*layout.columns}


def blocks(source: Source, _layout: Layout, pieces: Iterator[bytes]) -> Iterator[Block]:
    """Blocks of whole lines; the first line is row 1."""
    number = 1
    for piece, is_cut in whole_lines(pieces):
        if is_cut:
            yield block_of_cut(number, piece, source)
            number += 1
        else:
            content = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in piece else piece
            count = content.count(b"\n") + (not content.endswith(b"\n"))
            yield Block(content, range(number, number + count), (), source.position())
            number += count


def block_of_cut(number: int, start: bytes, source: Source) -> Block:
    """The block of a line that is too long, of which this is the beginning."""
    cut = Rejected(number, "", TOO_LONG, text=start.decode(errors="replace"))
    return Block(b"", (), (cut,), source.position())


def rows(block: Block, layout: Layout, wanted: Collection[str] | None = None) -> Rows:
    """The rows of a block as a frame of texts, by default of every column, each with its line."""
    import polars as pl

    content = cast("bytes", block.content)
    columns = {name: list[str | None]() for name in layout.columns if wanted is None or name in wanted}
    named = set(layout.columns)
    is_text = is_utf8(content)
    numbers: list[int] = []
    lines: list[str] = []
    rejected = list(block.rejected)
    for number, line in zip(block.rows, content.split(b"\n"), strict=False):
        raw = _plain(line) if is_text else None
        if raw is not None and raw.keys() <= named:
            for name, texts in columns.items():
                texts.append(_text(bytes(raw[name])) if name in raw else None)
        elif not line.strip():
            continue
        else:
            cells, reason = _cells(line)
            if cells is None or cells.keys() - named:
                stranger = min(cells.keys() - named) if cells else ""
                reason = reason or "is not one of the columns that the first lines have"
                rejected.append(Rejected(number, stranger, reason, text=line.decode(errors="replace").strip()))
                continue
            raw = _RAW.decode(line)
            for name, texts in columns.items():
                texts.append(cells.get(name))
        numbers.append(number)
        lines.append(msgspec.json.encode(raw).decode())
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return Rows(frame, numbers, rejected, pl.Series(lines, dtype=pl.String))


def cells(lines: Sequence[str], layout: Layout) -> pl.DataFrame:
    """All cells of some rows, each given by its line."""
    content = "\n".join(lines).encode()
    return rows(Block(content, range(len(lines))), layout).frame


def _plain(line: bytes) -> dict[str, msgspec.Raw] | None:
    """The cells of a line in which nothing can be doubtful: no key twice, no escape, nothing nested; else None."""
    if b"\\" in line or b"[" in line or b" :" in line or b"\t:" in line or line.count(b"{") != 1:
        return None
    try:
        cells = _RAW.decode(line)
    except ValueError:
        return None
    return cells if line.count(b'":') == len(cells) else None


def _text(cell: bytes) -> str | None:
    """What a plain cell says."""
    if cell.startswith(b'"'):
        return cell[1:-1].decode()
    return None if cell == b"null" else cell.decode()


def _cells(line: bytes) -> tuple[dict[str, str | None] | None, str]:
    """The object of a line, each value as a text; or None and what is wrong."""
    try:
        value = json.loads(
            line.decode(), object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=_no_constant
        )
        if not isinstance(value, dict):
            return None, "is not a JSON object"
        fault = _fault(value, line)
        return (None, fault) if fault else (_texts(value, line), "")
    except UnicodeDecodeError as error:
        byte = line[error.start]
        return (
            None,
            f"byte {error.start + 1} of the line (hexadecimal {byte:02X}) is not UTF-8; save the table as UTF-8",
        )
    except RecursionError:
        return None, "is nested too deeply"
    except ValueError as error:  # msgspec's and the standard library's too
        return None, f"is not a JSON object on one line: {error}"


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    cells = dict(pairs)
    if len(cells) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice} stands in it twice")
    return cells


def _no_constant(word: str) -> str:
    raise ValueError(f"{word} is not a number")


def _fault(value: dict[str, Any], line: bytes) -> str:
    """What keeps an object from being written again; nothing where it can be."""
    if b"\\u" in line and re.search(rb"\\u[dD][89a-fA-F]", line):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            half = f"\\u{ord(error.object[error.start]):04x}"
            return f"has {half}, which is half of a character; write the character itself"
    if line.count(b"[") + line.count(b"{") > DEEPEST and _is_deep(value):
        return "is nested too deeply"
    return ""


def _is_deep(value: dict[str, Any]) -> bool:
    """Whether more objects and lists stand in one another than every reader takes."""
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        inner = (part for nested in level for part in (nested.values() if isinstance(nested, dict) else nested))
        level = [part for part in inner if isinstance(part, (dict, list))]
    return bool(level)


def _texts(value: dict[str, Any], line: bytes) -> dict[str, str | None]:
    """The cells as texts; what is not a single value stays the JSON that it is."""
    others = [name for name, cell in value.items() if cell is not None and not isinstance(cell, str)]
    if not others:
        return value
    raw = _RAW.decode(line)
    return value | {name: bytes(raw[name]).decode() for name in others}
