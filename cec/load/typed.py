"""What was typed, put over what a file says: options replace the file's values, and it is told which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from cec.drug_names import drug_key
from cec.errors import Fault, InputError
from cec.facts import FACTS
from cec.load.nodes import Node, SourceFile
from cec.load.yaml_nodes import read_for_faults

Text = str | Sequence[str] | Mapping[str, str]
Texts = Mapping[str, Text]
"""What was typed, by the key that a file would have it under."""

Entries = tuple[tuple[Node, Node], ...]

_INSTEAD = {fact.name: fact.other_form for fact in FACTS.values() if fact.other_form}
"""What is typed also replaces what the file says of the same in another form."""


def with_texts(path: str | Path | None, texts: Texts | None) -> tuple[SourceFile, tuple[str, ...]]:
    """A file's tree in which typed texts replace or add entries, and in words what they replaced.

    What was typed has line 0. A list or mapping is replaced part by part: what is typed of one drug or fact leaves what
    the file says of the others.
    """
    texts = texts or {}
    if not isinstance(texts, Mapping):
        raise InputError(
            Fault(f"a {type(texts).__name__} is not a mapping of texts; write {{'height': '128 cm'}}", "texts")
        )
    if others := [fault for name, text in texts.items() for fault in _not_texts(name, text)]:
        raise InputError(*others)
    if path is None:
        return SourceFile("", "", Node(entries=_entries(texts))), ()
    source = read_for_faults(path)
    if source.root.entries is None:
        return source, ()
    root, replaced = put_over(source.root, texts, Path(path).name)
    return replace(source, root=root), replaced


def _not_texts(name: str, given: object) -> Iterator[Fault]:
    """A fault for each thing that is not a text, in lists and mappings too: a number has no unit."""
    if isinstance(given, Mapping):
        for key, each in given.items():
            yield from _not_texts(f"{name}: {key}", each)
    elif isinstance(given, Sequence) and not isinstance(given, str | bytes):
        for each in given:
            yield from _not_texts(name, each)
    elif not isinstance(given, str):
        yield Fault(f"{given!r} is not a text; write it as one, with its unit: '128 cm', 'true'", name)


def put_over(root: Node, texts: Texts, name: str) -> tuple[Node, tuple[str, ...]]:
    """A tree in which typed texts replace or add entries, and in words what they replaced in what has this name."""
    if root.entries is None:
        return root, ()
    stated = {key.text: value for key, value in root.entries}
    typed = {
        name: _merged(stated[name], text) if name in stated and not isinstance(text, str) else node_of(text)
        for name, text in texts.items()
    }
    gone = {*typed, *(_INSTEAD[name] for name in typed if name in _INSTEAD)}
    kept = tuple((key, value) for key, value in root.entries if key.text not in gone)
    entries = (*kept, *((Node(text=name), node) for name, node in typed.items()))
    return replace(root, entries=entries), tuple(_replaced(texts, stated, name))


def _replaced(texts: Texts, stated: Mapping[str | None, Node], file: str) -> Iterator[str]:
    """What was typed instead of what, in words."""
    for name, text in texts.items():
        words = _words(text)
        before = [_shown(stated[name])] if name in stated else []
        other = _INSTEAD.get(name)
        before += [f"{other} {_shown(stated[other])}"] if other in stated else []
        if before and before != [words]:
            yield f"{name}: {words} from the command line, not {' and '.join(before)} in {file}"


def _merged(stated: Node, typed: Text) -> Node:
    """A list or mapping of the file with what was typed of the same drugs or facts in its place."""
    node = node_of(typed)
    if node.entries is not None and stated.entries is not None:
        names = {key.text for key, _ in node.entries}
        return replace(
            node, entries=(*(entry for entry in stated.entries if entry[0].text not in names), *node.entries)
        )
    if node.items is not None and stated.items is not None:
        drugs = {_drug(item) for item in node.items}
        return replace(node, items=(*(item for item in stated.items if _drug(item) not in drugs), *node.items))
    return node


def _drug(item: Node) -> str:
    """The drug of one item of a list: its key `drug`, or what stands before the equals sign."""
    named = next((value.text for key, value in item.entries or () if key.text == "drug"), item.text) or ""
    return drug_key(re.split("[=:]", named)[0])


def _words(text: Text) -> str:
    """What was typed, as one text."""
    if isinstance(text, str):
        return text
    return ", ".join(f"{name}={word}" for name, word in text.items()) if isinstance(text, Mapping) else ", ".join(text)


def _shown(node: Node) -> str:
    """What stands in the file, as one text."""
    if node.items is not None:
        return ", ".join(map(_shown, node.items))
    if node.entries is not None:
        return ", ".join(f"{key.text}={_shown(value)}" for key, value in node.entries)
    return node.text or "nothing"


def _entries(texts: Mapping[str, Any]) -> Entries:
    return tuple((Node(text=name), node_of(text)) for name, text in texts.items())


def node_of(text: Text) -> Node:
    """What was typed as a node of a file, without a place."""
    if isinstance(text, str):
        return Node(text=text)
    if isinstance(text, Mapping):
        return Node(entries=_entries(text))
    return Node(items=tuple(map(node_of, text)))
