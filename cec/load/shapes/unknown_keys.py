"""Keys that a mapping of a file does not have, and values that a comma inside { } cut into such keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cec.load.nodes import Node
from cec.load.shapes import Field, Schema
from cec.load.shapes.suggestions import did_you_mean, usual_key

Entry = tuple[Node, Node]
"""A key and its value."""


def unknown_keys(entries: Mapping[str, Entry], fields: Mapping[str, Field]) -> Iterator[tuple[Node, str]]:
    """The keys that a table of fields does not have, each with what is probably meant by it."""
    for (key, value), *others in cut_by_commas(entries.values()):
        name = key.text or ""
        if name not in fields:
            yield key, f"unknown key '{name}'{_suggestion(name, fields)}"
        if others:
            is_list = name in fields and _takes_a_list(fields[name].shape.schema)
            yield others[0][0], comma_words(name, value, others, is_list=is_list)


def _suggestion(name: str, fields: Mapping[str, Field]) -> str:
    """The key that is probably meant, or all that there are, as the end of a message."""
    if key := usual_key(name, fields):
        return f"; write {key}: {fields[key].about}"
    return did_you_mean(name, fields) or f"; known here: {', '.join(fields)}"


def cut_by_commas(entries: Iterable[Entry]) -> list[list[Entry]]:
    """The entries of a mapping, each with the keys without a value that a comma inside { } cut off from its own."""
    rows: list[list[Entry]] = []
    for key, value in entries:
        is_bare = value.text == "" and not value.json
        if is_bare and rows and rows[-1][0][1].text and rows[-1][0][0].line == key.line:
            rows[-1].append((key, value))
        else:
            rows.append([(key, value)])
    return rows


def comma_words(name: str, value: Node, others: Sequence[Entry], *, is_list: bool = False) -> str:
    """What a value is that a comma inside { } cut into pieces, and how it is written."""
    words = [value.text or "", *(other.text or "" for other, _ in others)]
    if name not in {"days", "cycles"} and re.search(r"[0-9]$", words[0]) and re.match(r"[0-9]+ *[A-Za-z]", words[1]):
        return f"a comma stands in the number {words[0]},{words[1]}: use a point for decimals and nothing for thousands"
    right = f"[{', '.join(map(_in_quotes, words))}]" if is_list else f'"{", ".join(words)}"'
    return f"a comma inside {{ }} ends a value; write {name}: {right}"


def _takes_a_list(schema: Schema) -> bool:
    return "array" in str(schema.get("type")) or any(map(_takes_a_list, schema.get("anyOf", ())))


def _in_quotes(word: str) -> str:
    """A word as it stands in a list: a time of day in quotes."""
    return f'"{word}"' if ":" in word else word
