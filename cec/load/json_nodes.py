"""JSON text -> the same tree of nodes as YAML gives, each with its line and column.

Numbers stay the text of the file, keys that stand twice are all there, and no message shows what was read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from decimal import Decimal
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import Any

from msgspec import Struct

from cec.errors import Fault, FileError
from cec.load.nodes import DEEPEST, Node

_TOKEN = re.compile(
    r'[ \t\n\r]*(?:"(?P<text>[^"\\\x00-\x1f]*)"|(?P<sign>[][{}:,])'
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![0-9.+\-\w])"
    r'|(?P<word>true|false|null)(?!\w)|(?P<quote>")|(?P<end>$(?!\n)))',
    re.ASCII,
)
"""One token. A text with an escape begins with `quote` and is read on by json's own scanner."""


class _Token(Struct, frozen=True):
    """A sign, a scalar or the end of the text, and where it starts and ends."""

    kind: str
    text: str
    start: int
    end: int


def read_json(text: str, name: str, deepest: int = DEEPEST) -> Node:
    """The tree of a JSON text; FileError with the place where it is not JSON."""
    reader = _Reader(text, name, deepest)
    root, end = reader.value(reader.token(0), 0)
    last = reader.token(end)
    if last.kind != "end":
        raise reader.error(last, "something stands after its end")
    return root


class _Reader:
    """Reads values of one text."""

    def __init__(self, text: str, name: str, deepest: int) -> None:
        self.text = text
        self.name = name
        self.deepest = deepest
        self.lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def token(self, at: int) -> _Token:
        """The token that starts at a place, or after the white space there."""
        match = _TOKEN.match(self.text, at)
        if match is None:
            raise self.error(_Token("", "", at, at), "neither a value nor a comma nor a bracket")
        kind = str(match.lastgroup)
        start, end = match.span(kind)
        if kind == "text":
            return _Token(kind, match[kind], start - 1, end + 1)
        if kind != "quote":
            return _Token(kind, match[kind], start, end)
        try:
            text, after = scanstring(self.text, end, True)  # noqa: FBT003  strict
        except JSONDecodeError as error:
            words = error.msg.lower().removesuffix(" at").removesuffix(" starting")
            raise self.error(_Token("", "", error.pos, error.pos), words) from None
        return _Token("text", text, start, after)

    def place(self, token: _Token) -> tuple[int, int]:
        """Line and column of a token, counted from 1."""
        line = bisect_right(self.lines, token.start)
        return line, token.start - self.lines[line - 1] + 1

    def error(self, token: _Token, text: str) -> FileError:
        """What is not JSON at a token."""
        words = "it ends too early" if token.kind == "end" else text
        return FileError(Fault(f"is not JSON here: {words}", "", self.name, *self.place(token), code="not-json"))

    def value(self, token: _Token, depth: int) -> tuple[Node, int]:
        """The node that a token begins, and where it ends."""
        if token.kind == "text":
            return Node(*self.place(token), token.text, json="a text"), token.end
        if token.kind == "number":
            return Node(*self.place(token), token.text, json="a number"), token.end
        if token.kind == "word":
            return Node(*self.place(token), token.text, json=token.text), token.end
        if token.text not in {"[", "{"}:
            raise self.error(token, "a value is missing")
        if depth >= self.deepest:
            raise FileError(Fault(f"nests more than {self.deepest} levels deep", "", self.name, *self.place(token)))
        return (self.items if token.text == "[" else self.entries)(token, depth + 1)

    def items(self, opening: _Token, depth: int) -> tuple[Node, int]:
        """A list, from its opening bracket on."""
        items: list[Node] = []
        token = self.token(opening.end)
        while token.text != "]" or token.kind != "sign":
            node, end = self.value(token, depth)
            items.append(node)
            token = self.after_value(end, "]")
        return Node(*self.place(opening), items=tuple(items)), token.end

    def entries(self, opening: _Token, depth: int) -> tuple[Node, int]:
        """A mapping, from its opening bracket on."""
        entries: list[tuple[Node, Node]] = []
        token = self.token(opening.end)
        while token.text != "}" or token.kind != "sign":
            if token.kind != "text":
                raise self.error(token, "a key in quotation marks is missing")
            colon = self.token(token.end)
            if colon.text != ":" or colon.kind != "sign":
                raise self.error(colon, "a colon is missing")
            node, end = self.value(self.token(colon.end), depth)
            entries.append((Node(*self.place(token), token.text), node))
            token = self.after_value(end, "}")
        return Node(*self.place(opening), entries=tuple(entries)), token.end

    def after_value(self, at: int, bracket: str) -> _Token:
        """The closing bracket, or what follows the comma."""
        token = self.token(at)
        if token.kind != "sign" or token.text not in {",", bracket}:
            raise self.error(token, "a comma or a bracket is missing")
        if token.text == bracket:
            return token
        token = self.token(token.end)
        if token.text == bracket and token.kind == "sign":
            raise self.error(token, "a comma stands before the bracket")
        return token


def values_of(node: Node) -> Any:
    """What a node of JSON says, in texts, exact numbers, lists and mappings."""
    if node.entries is not None:
        return {str(key.text): values_of(value) for key, value in node.entries}
    if node.items is not None:
        return list(map(values_of, node.items))
    if node.json == "a number":
        return Decimal(str(node.text))
    return node.text if node.json == "a text" else _WORDS[node.json]


_WORDS = {"true": True, "false": False, "null": None}
