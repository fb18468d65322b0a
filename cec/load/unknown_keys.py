"""Keys that a mapping of a file does not have, and what is probably meant by them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cec.load.meant import cut_by_commas, did_you_mean, key_meant

if TYPE_CHECKING:
    from cec.load.nodes import Node
    from cec.load.shapes import Field, Schema


def unknown_keys(entries: Mapping[str, tuple[Node, Node]], fields: Mapping[str, Field]) -> Iterator[tuple[Node, str]]:
    """The keys that there are not, each with what is probably meant by it."""
    for (key, value), *others in cut_by_commas(list(entries.values())):
        name = key.text or ""
        if name not in fields:
            yield key, f"unknown key '{name}'{_wanted(name, fields)}"
        if others:
            is_list = name in fields and _takes_a_list(fields[name].shape.schema)
            yield others[0][0], comma_words(name, value, others, is_list=is_list)


def _wanted(name: str, fields: Mapping[str, Field]) -> str:
    """What is probably meant by a key that there is not, as the end of a message."""
    meant = key_meant(name, fields)
    return f"; write {meant}: {fields[meant].about}" if meant else did_you_mean(name, fields) or _known(fields)


def _known(fields: Mapping[str, Field]) -> str:
    return f"; known here: {', '.join(fields)}"


def comma_words(name: str, value: Node, others: Sequence[tuple[Node, Node]], *, is_list: bool = False) -> str:
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
