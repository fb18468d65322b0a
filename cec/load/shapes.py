"""What may stand in a file: shapes that read a node, note every fault, and describe themselves as JSON Schema.

A shape is a reader, its schema, and a writer: the node that a file would have for a value. The shapes of whole files
come from what their records declare (`declared`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from msgspec.structs import fields as fields_of

from cec.errors import CecError, Fault
from cec.load.meant import cut_by_commas, did_you_mean, words_meant
from cec.load.nodes import Node
from cec.load.unknown_keys import comma_words, unknown_keys
from cec.load.written import NotWritableError, write_text

Schema = dict[str, Any]

_PART = re.compile(r"(?P<key>\w+)(?: (?P<number>[0-9]+))?(?: \(.*?\))?: (?:(?P<inner>\w+): )?")


class _Invalid:
    """What a reader gives back where it noted a fault."""


INVALID = _Invalid()


class Reading:
    """One reading of one file: where faults are noted."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.dangers: list[Fault] = []
        """What can be read, and of which no dose may come: faults where a file is checked, stops elsewhere."""

    def fault(self, node: Node, where: str, *faults: Fault | str) -> _Invalid:
        """Note what is wrong at a node."""
        for fault in faults:
            noted = Fault(fault) if isinstance(fault, str) else fault
            self.faults.append(self._at(node, where, noted))
        return INVALID

    def danger(self, node: Node, where: str, text: str) -> None:
        """Note what can be read at a node, and of which no dose may come."""
        self.dangers.append(self._at(node, where, Fault(text, code="refused")))

    def _at(self, node: Node, where: str, fault: Fault) -> Fault:
        file = self.file if node.line else ""
        return fault._replace(where=where, file=file, line=node.line, column=node.column)


def _unwritable(_value: Any) -> Node:
    raise NotWritableError


class Shape(NamedTuple):
    """How to read a node, the same as JSON Schema, and the node that a file would have for a value."""

    read: Callable[[Node, str, Reading], Any]
    schema: Schema
    write: Callable[[Any], Node] = _unwritable


class Field(NamedTuple):
    """One key of a mapping: its shape, what it means, and whether it must be there."""

    shape: Shape
    about: str
    required: bool = False


Build = Callable[[dict[str, Any]], Any]


def text(
    convert: Callable[[str], Any], schema: Schema | None = None, write: Callable[[Any], str] = write_text
) -> Shape:
    """One value, converted from its text; CecError of the converter becomes a fault of this place."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        if node.text is None:
            return reading.fault(node, where, Fault(f"is {node.shape}; one value is wanted", code="wrong-shape"))
        if not node.text.strip():
            empty = Fault("is empty; write a value or leave the key out", code="empty-value")
            return reading.fault(node, where, empty)
        try:
            return convert(node.text)
        except CecError as error:
            hint = words_meant(node.text, where.rpartition(": ")[2])
            is_said = f"did you mean '{hint.removeprefix('; write ')}'?"
            faults = (
                each if is_said in each.text else each._replace(text=f"{each.text}{hint}") for each in error.faults
            )
            return reading.fault(node, where, *faults)

    return Shape(read, schema or {"type": "string"}, lambda value: Node(0, 0, text=write(value)))


def choice(*words: str) -> Shape:
    """One of these words."""

    def convert(word: str) -> str:
        if word in words:
            return word
        raise CecError(
            Fault(f"'{word}' is not one of {', '.join(words)}{did_you_mean(word, words)}", code="not-one-of")
        )

    return text(convert, {"enum": list(words)})


def list_of(item: Shape) -> Shape:
    """A list, each item of one shape, as a tuple."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        if node.items is None:
            return reading.fault(node, where, Fault(f"is {node.shape}; a list is wanted", code="wrong-shape"))
        values = [item.read(child, f"{where} {index}", reading) for index, child in enumerate(node.items, 1)]
        return INVALID if any(value is INVALID for value in values) else tuple(values)

    def write(values: Iterable[Any]) -> Node:
        return Node(0, 0, items=tuple(map(item.write, values)))

    return Shape(read, {"type": "array", "items": item.schema}, write)


def mapping_of(item: Shape, key: Callable[[str], str] = str) -> Shape:
    """A mapping from free keys to values of one shape."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        before = len(reading.faults)
        entries = _entries(node, where, reading)
        if entries is None:
            return INVALID
        values: dict[str, Any] = {}
        for (key_node, child), *others in cut_by_commas(list(entries.values())):
            name = key_node.text or ""
            if others:
                reading.fault(others[0][0], where, comma_words(name, child, others))
            try:
                values[key(name)] = item.read(child, _inside(where, name), reading)
            except CecError as error:
                reading.fault(key_node, where, *error.faults)
        return INVALID if len(reading.faults) > before else values

    def write(values: Mapping[str, Any]) -> Node:
        return Node(0, 0, entries=tuple((Node(0, 0, text=name), item.write(value)) for name, value in values.items()))

    return Shape(read, {"type": "object", "additionalProperties": item.schema}, write)


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
        named = entries[label][1].text if label in entries else None
        if named and where:
            where = f"{where} ({named})"
        before = len(reading.faults)
        for key_node, text in unknown_keys(entries, fields):
            reading.fault(key_node, where, Fault(text, code="unknown-key"))
        values = {
            name: field.shape.read(entries[name][1], _inside(where, name), reading)
            for name, field in fields.items()
            if name in entries
        }
        missing = [name for name, field in fields.items() if field.required and name not in entries]
        if missing:
            faults = (Fault(_missing(name, fields[name]), about=(name,), code="missing-key") for name in missing)
            reading.fault(node, where, *faults)
        if len(reading.faults) > before:
            return INVALID
        try:
            return build(values)
        except CecError as error:
            for fault in error.faults:
                reading.fault(_part_named(fault.text, node, entries), where, fault)
            return INVALID

    def write(value: Any) -> Node:
        stated = (parts or stated_of)(value)
        entries = ((Node(0, 0, text=name), fields[name].shape.write(part)) for name, part in stated.items())
        return Node(0, 0, entries=tuple(entries))

    return Shape(read, object_schema(fields), write)


def _part_named(text: str, node: Node, entries: Mapping[str, tuple[Node, Node]]) -> Node:
    """The node of the part that a fault of the whole names first: ``drugs 4 (cisplatin): days: …``."""
    named = _PART.match(text)
    if named is None or named["key"] not in entries:
        return node
    part = entries[named["key"]][1]
    if named["number"] and part.items and int(named["number"]) <= len(part.items):
        part = part.items[int(named["number"]) - 1]
    inner = named["inner"]
    return next((value for key, value in part.entries or () if inner and key.text == inner), part)


def stated_of(record: Any) -> dict[str, Any]:
    """What a record holds, by the names of its fields, without what is its default."""
    return {
        field.name: value
        for field in fields_of(record)
        if (value := getattr(record, field.name)) != field.default and (value or field.default_factory is not dict)
    }


def either(first: Shape, second: Shape, is_first: Callable[[Node], bool], writes_first: Callable[[Any], bool]) -> Shape:
    """One shape or another, told apart by the node, or by the value that is written."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        return (first if is_first(node) else second).read(node, where, reading)

    def write(value: Any) -> Node:
        return (first if writes_first(value) else second).write(value)

    return Shape(read, {"anyOf": [first.schema, second.schema]}, write)


def object_schema(fields: Mapping[str, Field]) -> Schema:
    """The JSON Schema of a table of fields."""
    return {
        "type": "object",
        "properties": {
            name: field.shape.schema | ({"description": field.about} if field.about else {})
            for name, field in fields.items()
        },
        "required": [name for name, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def _missing(name: str, field: Field) -> str:
    return f"'{name}' is missing" + (f": {field.about}" if field.about else "")


def _inside(where: str, name: str) -> str:
    return f"{where}: {name}" if where else name


def _entries(node: Node, where: str, reading: Reading) -> dict[str, tuple[Node, Node]] | None:
    """The entries of a mapping by key, each with the node of its key; repeated keys are faults."""
    if node.entries is None:
        reading.fault(node, where, f"is {node.shape}; keys with values are wanted")
        return None
    entries: dict[str, tuple[Node, Node]] = {}
    for key, value in node.entries:
        if key.text is None:
            reading.fault(key, where, f"the key is {key.shape}; a key is one word")
        elif key.text in entries:
            first = entries[key.text][0]
            reading.fault(key, where, f"'{key.text}' stands here a second time, first in line {first.line}; keep one")
        else:
            entries[key.text] = (key, value)
    return entries
