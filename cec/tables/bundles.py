"""Bundles of FHIR, one on each line: a row for each, with what it tells of patient and cycle in columns.

The columns are the usual ones and what else the first lines tell. MedicationRequests are not read: rows are dosed.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from cec.errors import CecError
from cec.fhir.bundle import group_of, read_bundle
from cec.fhir.resources import resources_of
from cec.load.nodes import Node
from cec.pharmacy import Pharmacy
from cec.tables.jsonl import block_of_cut
from cec.tables.layout import Block, Layout, Rejected
from cec.tables.lines import whole_lines
from cec.tables.streams import Source

USUAL = (
    *("id", "regimen", "cycle", "start", "height", "weight", "born", "age", "sex", "measured_on", "written_bsa"),
    *("creatinine", "creatinine_clearance", "allergies"),
)
REMARKS = "remarks"
"""The column that says what of a Bundle was not read, and which of several measures was taken."""
_LOOKED_AT = 4_000_000
"""Bytes of the first lines, by which the columns are known."""


def read_header(pieces: Iterator[bytes]) -> tuple[Layout, Iterator[bytes]]:
    """The layout by what the first Bundles tell, and all the bytes."""
    first: list[bytes] = []
    for piece in pieces:
        first.append(piece)
        if sum(map(len, first)) > _LOOKED_AT:
            break
    columns = dict.fromkeys(USUAL)
    for line in b"".join(first).split(b"\n"):
        if line.strip():
            columns |= dict.fromkeys(row_of(line)[0])
    columns.pop(REMARKS, None)
    names = (*columns, REMARKS)
    return Layout("jsonl", names, names), itertools.chain(first, pieces)


def blocks(source: Source, layout: Layout, pieces: Iterator[bytes]) -> Iterator[Block]:
    """Blocks of rows, each the line of a Bundle as a line of JSON with plain cells; the first line is row 1."""
    named = set(layout.columns)
    number = 1
    for piece, is_cut in whole_lines(pieces):
        if is_cut:
            yield block_of_cut(number, piece, source)
            number += 1
            continue
        lines = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
        rows: list[tuple[int, bytes]] = []
        rejected: list[Rejected] = []
        for place, line in enumerate(lines, number):
            if line.strip():
                cells, reason = row_of(line)
                if stranger := min(cells.keys() - named, default=""):
                    reason = f"tells the {stranger}, which none of the first Bundles does; put one that does on line 1"
                if reason:
                    rejected.append(Rejected(place, "", reason, text=line.decode(errors="replace").strip()))
                else:
                    rows.append((place, msgspec.json.encode(cells)))
        content = b"\n".join(line for _, line in rows)
        yield Block(content, [place for place, _ in rows], tuple(rejected), source.position())
        number += len(lines)


def row_of(line: bytes) -> tuple[Mapping[str, str], str]:
    """The cells of a Bundle by their columns, or why it gives no row.

    >>> row_of(b'{"resourceType": "Patient"}')[1]
    'is a Patient of FHIR; a Bundle is read, with Patient, Observations and MedicationRequests'
    """
    try:
        text = line.decode().removeprefix("\ufeff")
        root = json.loads(text, object_pairs_hook=_mapping, parse_float=_number, parse_int=_number)
        resources = resources_of(_node(root))
        group = group_of(resources)
        read = read_bundle(resources, group, Pharmacy())
    except CecError as error:
        return {}, "; ".join(str(fault) for fault in error.faults)
    except UnicodeDecodeError as error:
        return {}, f"byte {error.start + 1} of the line is not UTF-8"
    except (ValueError, RecursionError) as error:
        return {}, f"is not a JSON object on one line: {error}"
    if read.measured_within:
        day, fact = read.measured_within[0]
        return (
            {},
            f"is of a cycle with other measures from day {day} on ({fact.fact} {fact.text}): which ones are meant?",
        )
    cells = {fact.fact: fact.text for fact in read.facts}
    cells |= {"regimen": group.regimen[0] or group.named} if group.named else {}
    cells |= {REMARKS: "; ".join(read.notes)} if read.notes else {}
    return cells, ""


def _mapping(pairs: Iterable[tuple[str, Any]]) -> Node:
    return Node(0, 0, entries=tuple((Node(0, 0, key), _node(value)) for key, value in pairs))


def _number(text: str) -> Node:
    return Node(0, 0, text, json="a number")


def _node(value: Any) -> Node:
    """A value that was read, as a node."""
    if isinstance(value, Node):
        return value
    if isinstance(value, list):
        return Node(0, 0, items=tuple(map(_node, value)))
    if isinstance(value, str):
        return Node(0, 0, value, json="a text")
    word = {True: "true", False: "false", None: "null"}[value]
    return Node(0, 0, word, json=word)
