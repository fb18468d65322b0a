"""What may stand in a file: shapes that read a node, note every fault, and describe themselves as JSON Schema.

A shape is a reader, its schema, and a writer: the node that a file would have for a value. Here are those of single
values and lists; `mappings` has those of keys, `file_records` makes the shape of a whole file from what its record
declares, `json_records` that of a saved one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from cec.errors import CecError, Fault
from cec.load.nodes import Node
from cec.load.shapes.suggestions import did_you_mean, keys_for_words
from cec.load.writing import NotWritableError, write_list, write_text

Schema = dict[str, Any]


def texts_like(*examples: str) -> Schema:
    """The JSON Schema of texts, with examples."""
    return {"type": "string", "examples": list(examples)}


def texts_or_numbers_like(*examples: str) -> Schema:
    """The JSON Schema of texts that may be a whole number alone, with examples."""
    return {"type": ["string", "integer"], "examples": list(examples)}


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


class Shape(Struct, frozen=True):
    """How to read a node, the same as JSON Schema, and the node that a file would have for a value."""

    read: Callable[[Node, str, Reading], Any]
    schema: Schema
    write: Callable[[Any], Node] = _unwritable


class Field(Struct, frozen=True):
    """One key of a mapping: its shape, what it means, and whether it must be there."""

    shape: Shape
    about: str
    required: bool = False


def text(
    convert: Callable[[str], Any], schema: Schema | None = None, write: Callable[[Any], str] = write_text
) -> Shape:
    """One value, converted from its text; CecError of the converter becomes a fault of this place."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        if node.text is None:
            return reading.fault(node, where, Fault(f"is {node.form}; one value is wanted", code="wrong-shape"))
        if not node.text.strip():
            empty = Fault("is empty; write a value or leave the key out", code="empty-value")
            return reading.fault(node, where, empty)
        try:
            return convert(node.text)
        except CecError as error:
            hint = keys_for_words(node.text, where.rpartition(": ")[2])
            same_hint = f"did you mean '{hint.removeprefix('; write ')}'?"
            faults = (
                fault if same_hint in fault.text else fault._replace(text=f"{fault.text}{hint}")
                for fault in error.faults
            )
            return reading.fault(node, where, *faults)

    return Shape(read, schema or {"type": "string"}, lambda value: Node(text=write(value)))


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
            return reading.fault(node, where, Fault(f"is {node.form}; a list is wanted", code="wrong-shape"))
        values = [item.read(child, f"{where} {index}", reading) for index, child in enumerate(node.items, 1)]
        return INVALID if node.is_cut or any(value is INVALID for value in values) else tuple(values)

    def write(values: Iterable[Any]) -> Node:
        return Node(items=tuple(map(item.write, values)))

    return Shape(read, {"type": "array", "items": item.schema}, write)


def commas_or_list(convert: Callable[[str], Any], schema: Schema, write: Callable[[Any], str] = write_list) -> Shape:
    """A text with commas, or a list that says the same: inside { } a comma ends a value."""
    single = text(convert, schema, write)

    def read(node: Node, where: str, reading: Reading) -> Any:
        if node.items is None:
            return single.read(node, where, reading)
        if node.is_cut:
            return INVALID
        if not node.items or any(item.text is None for item in node.items):
            return reading.fault(node, where, "is a list of other things than single values")
        joined = ", ".join(item.text or "" for item in node.items)
        return single.read(Node(node.line, node.column, joined), where, reading)

    any_of = {"anyOf": [schema, {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1}]}
    return Shape(read, any_of, single.write)


def either(first: Shape, second: Shape, is_first: Callable[[Node], bool], writes_first: Callable[[Any], bool]) -> Shape:
    """One shape or another, told apart by the node, or by the value that is written."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        return (first if is_first(node) else second).read(node, where, reading)

    def write(value: Any) -> Node:
        return (first if writes_first(value) else second).write(value)

    return Shape(read, {"anyOf": [first.schema, second.schema]}, write)
