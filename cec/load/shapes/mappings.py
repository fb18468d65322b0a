"""Mappings: of the keys that a table names, or of any keys to values of one shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import fields as fields_of

from cec.errors import CecError, Fault
from cec.load.nodes import Node
from cec.load.shapes import INVALID, Field, Reading, Schema, Shape
from cec.load.shapes.unknown_keys import Entry, comma_words, cut_by_commas, suggested_key, unknown_key

Build = Callable[[dict[str, Any]], Any]
"""What makes a value from those of its keys; CecError where they do not fit together."""


def mapping(
    fields: Mapping[str, Field],
    build: Build,
    label: str = "",
    parts: Callable[[Any], Mapping[str, Any]] | None = None,
) -> Shape:
    """A mapping with the keys of a table, built into a value; `label` is the key whose text names it in messages.

    `parts` gives back what a value was built from, by key: by default what a record holds beside its defaults.
    """

    def read(node: Node, where: str, reading: Reading) -> Any:
        entries = _entries(node, where, reading)
        if entries is None:
            return INVALID
        name = entries[label][1].text if label in entries else None
        if name and where:
            where = f"{where} ({name})"
        before = len(reading.faults)
        whole = _whole_values(entries, fields, where, reading)
        values = {
            key: field.shape.read(whole[key], _inside(where, key), reading)
            for key, field in fields.items()
            if key in whole
        }
        for key in _missing(fields, entries, node):
            about = f": {fields[key].about}" if fields[key].about else ""
            reading.fault(node, where, Fault(f"'{key}' is missing{about}", about=(key,), code="missing-key"))
        if len(reading.faults) > before or node.is_cut:
            return INVALID
        try:
            return build(values)
        except CecError as error:
            for fault in error.faults:
                reading.fault(_part_named(fault.text, node, entries), where, fault)
            return INVALID

    def write(value: Any) -> Node:
        stated = (parts or stated_of)(value)
        return Node(entries=tuple((Node(text=key), fields[key].shape.write(part)) for key, part in stated.items()))

    return Shape(read, object_schema(fields), write)


def mapping_of(item: Shape) -> Shape:
    """A mapping from any keys to values of one shape."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        before = len(reading.faults)
        entries = _entries(node, where, reading)
        if entries is None:
            return INVALID
        values: dict[str, Any] = {}
        for (key_node, child), *others in cut_by_commas(entries.values()):
            key = key_node.text or ""
            if others:
                reading.fault(others[0][0], where, comma_words(key, child, others))
            values[key] = item.read(child, _inside(where, key), reading)
        return INVALID if len(reading.faults) > before or node.is_cut else values

    def write(values: Mapping[str, Any]) -> Node:
        return Node(entries=tuple((Node(text=key), item.write(value)) for key, value in values.items()))

    return Shape(read, {"type": "object", "additionalProperties": item.schema}, write)


def object_schema(fields: Mapping[str, Field]) -> Schema:
    """The JSON Schema of a table of fields."""
    return {
        "type": "object",
        "properties": {
            key: field.shape.schema | ({"description": field.about} if field.about else {})
            for key, field in fields.items()
        },
        "required": [key for key, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def stated_of(record: Any) -> dict[str, Any]:
    """What a record holds, by the names of its fields, without what is its default."""
    return {
        field.name: value
        for field in fields_of(record)
        if (value := getattr(record, field.name)) != field.default and (value or field.default_factory is not dict)
    }


def _entries(node: Node, where: str, reading: Reading) -> dict[str, Entry] | None:
    """The entries of a mapping by key, each with the node of its key; repeated keys are faults."""
    if node.entries is None:
        reading.fault(node, where, f"is {node.form}; keys with values are wanted")
        return None
    entries: dict[str, Entry] = {}
    for key, value in node.entries:
        if key.text is None:
            reading.fault(key, where, f"the key is {key.form}; a key is one word")
        elif key.text in entries:
            first = entries[key.text][0]
            reading.fault(key, where, f"'{key.text}' stands here a second time, first in line {first.line}; keep one")
        else:
            entries[key.text] = (key, value)
    return entries


def _whole_values(
    entries: Mapping[str, Entry], fields: Mapping[str, Field], where: str, reading: Reading
) -> dict[str, Node]:
    """The values of the keys that there are; unknown keys, and values that a comma cut, are faults."""
    whole: dict[str, Node] = {}
    for (key, value), *others in cut_by_commas(entries.values(), fields):
        name = key.text or ""
        if name not in fields:
            reading.fault(key, where, Fault(unknown_key(name, fields), code="unknown-key"))
        if others:
            text = comma_words(name, value, others, fields.get(name))
            reading.fault(others[0][0], where, Fault(text, code="unknown-key"))
        elif name in fields:
            whole[name] = value
    return whole


def _missing(fields: Mapping[str, Field], entries: Mapping[str, Entry], node: Node) -> list[str]:
    """The keys that must be there and are not, also in no other spelling; none of a mapping that may go on."""
    if node.is_cut:
        return []
    missing = [key for key, field in fields.items() if field.required and key not in entries]
    misspelt = {suggested_key(key, fields) for key in entries if key not in fields} if missing else set()
    return [key for key in missing if key not in misspelt]


def _inside(where: str, key: str) -> str:
    return f"{where}: {key}" if where else key


_PART = r"(?P<key>\w+)(?: (?P<number>[0-9]+))?(?: \(.*?\))?: (?:(?P<inner>\w+): )?"


def _part_named(text: str, node: Node, entries: Mapping[str, Entry]) -> Node:
    """The node of the part that a fault of the whole names first: ``drugs 4 (cisplatin): days: …``."""
    named = re.match(_PART, text)
    if named is None or named["key"] not in entries:
        return node
    part = entries[named["key"]][1]
    if named["number"] and part.items and int(named["number"]) <= len(part.items):
        part = part.items[int(named["number"]) - 1]
    return part.value_of(named["inner"]) or part
