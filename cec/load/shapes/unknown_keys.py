"""Keys that a mapping of a file does not have, and values that a comma inside { } cut into such keys."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence

from cec.load.nodes import Node
from cec.load.shapes import Field, Schema
from cec.load.shapes.suggestions import did_you_mean, keys_for_words, nearest, usual_key

Entry = tuple[Node, Node]
"""A key and its value."""


def unknown_key(name: str, fields: Mapping[str, Field]) -> str:
    """What is wrong with a key that a table of fields does not have, with what is probably meant by it."""
    if key := usual_key(name, fields):
        return f"unknown key '{name}'; write {key}: {fields[key].about}"
    known = f"; known here: {', '.join(fields)}"
    return f"unknown key '{name}'{did_you_mean(name, fields) or known}"


def suggested_key(name: str, fields: Mapping[str, Field]) -> str:
    """The key that is probably meant by one that a table of fields does not have, or nothing."""
    return usual_key(name, fields) or nearest(name, fields)


def cut_by_commas(entries: Iterable[Entry], known: Container[str] = ()) -> list[list[Entry]]:
    """The entries of a mapping, each with the keys without a value that a comma inside { } cut off from its own.

    A known key is one, also where its value is missing.
    """
    rows: list[list[Entry]] = []
    for key, value in entries:
        is_cut_off = _is_bare(key, value) and key.text not in known
        if is_cut_off and rows and rows[-1][0][1].text and rows[-1][0][0].line == key.line:
            rows[-1].append((key, value))
        else:
            rows.append([(key, value)])
    return rows


def _is_bare(key: Node, value: Node) -> bool:
    """Whether a key stands without a colon, so that its empty value follows on it; `key: null` does not."""
    return value.text == "" and not value.json and value.column < key.column + len(key.text or "") + 2


def comma_words(name: str, value: Node, others: Sequence[Entry], field: Field | None = None) -> str:
    """What a value is that a comma inside { } cut into pieces, and how it is written."""
    words = [value.text or "", *(other.text or "" for other, _ in others)]
    if name not in {"days", "cycles"} and re.search(r"[0-9]$", words[0]) and re.match(r"[0-9]+ *[A-Za-z]", words[1]):
        return f"a comma stands in the number {words[0]},{words[1]}: use a point for decimals and nothing for thousands"
    if hint := keys_for_words(", ".join(words), name):
        return f"a comma inside {{ }} ends a value{hint}"
    is_list = field is not None and _takes_a_list(field.shape.schema)
    right = f"[{', '.join(map(_in_quotes, words))}]" if is_list else f'"{", ".join(words)}"'
    return f"a comma inside {{ }} ends a value; write {name}: {right}"


def _takes_a_list(schema: Schema) -> bool:
    """Whether a value may be a list of texts."""
    is_list = schema.get("type") == "array" and schema["items"].get("type") != "object"
    return is_list or any(map(_takes_a_list, schema.get("anyOf", ())))


def _in_quotes(word: str) -> str:
    """A word as it stands in a list: a time of day in quotes."""
    return f'"{word}"' if ":" in word else word
