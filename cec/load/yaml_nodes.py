"""YAML text -> a tree of nodes. The only place that knows PyYAML.

libyaml's events are walked with a stack of our own, so that depth is ours to limit; every value stays the text that
stands in the file. What YAML readers disagree about (anchors, tags, `no`, `1:30`, `010`, a second document) is refused.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from pathlib import Path

import yaml
from msgspec import Struct
from msgspec.structs import replace

from cec.errors import Fault, FileError
from cec.load.nodes import DEEPEST, Node, SourceFile, decode, read_bytes

_AMBIGUOUS = re.compile(
    r"(?P<yes_no>(?i:yes|no|on|off|y|n))|(?P<sexagesimal>[1-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)"
    r"|(?P<octal>0[0-7_]+|0o[0-7]+|0b[01_]+|0x[0-9a-fA-F_]+)|(?P<underscore>[0-9]+_[0-9_]*)"
)
_NOTHING = re.compile(r"|~|null|Null|NULL")
_WHY_AMBIGUOUS = {
    "yes_no": "is read as true or false by some programs; write true or false, or put the word in quotes",
    "sexagesimal": "is read as a number of seconds by some programs; put it in quotes, or write a number and a unit",
    "octal": "is read in another number base by some programs; write it without the leading 0, or in quotes",
    "underscore": "has an underscore in a number; write it without",
}


def read_file(path: str | Path) -> SourceFile:
    """The tree of a YAML file; FileError with every fault that its text has."""
    source = read_for_faults(path)
    if source.notation:
        raise FileError(*source.notation)
    return source


def read_for_faults(path: str | Path) -> SourceFile:
    """What a file says, with the faults of its notation where a tree stands beside them: its values may have others."""
    name = str(path)
    content = read_bytes(Path(path))
    builder = _build(decode(content, name), name)
    if builder.root is None:
        raise FileError(*builder.faults)
    return SourceFile(name, hashlib.sha256(content).hexdigest(), builder.root, tuple(builder.faults))


def read_text(text: str, name: str) -> Node:
    """The tree of a YAML text; FileError with every fault in its notation."""
    builder = _build(text, name)
    if builder.faults or builder.root is None:
        raise FileError(*builder.faults)
    return builder.root


def _build(text: str, name: str) -> _Builder:
    """The tree of a YAML text with the faults of its notation; without a tree where none of it is YAML, or too deep."""
    builder = _Builder(name)
    try:
        builder.read(text)
    except yaml.YAMLError as error:
        fault, refused_from = _yaml_fault(error, text, name)
        # A parser looks ahead by as much as 1,024 characters, and some have a limit of nesting of their own: what
        # nests more deeply than files of cec do may stand before what the parser refuses. Then that is the fault.
        before = _Builder(name)
        with suppress(yaml.YAMLError):
            before.read(text[:refused_from])
        if before.is_too_deep:
            builder = before
        else:
            builder.break_off(fault)
    if builder.is_too_deep or builder.documents > 1:
        builder.root = None
    if not builder.faults and builder.root is None:
        builder.faults.append(Fault("is empty", "", name))
    return builder


class _Collection(Struct, frozen=True):
    """A list or a mapping that is open: where it starts, and what it has so far, of a mapping keys and values."""

    line: int
    column: int
    is_mapping: bool
    nodes: list[Node]

    def closed(self, *, is_cut: bool = False) -> Node:
        """The node of it."""
        if not self.is_mapping:
            return Node(self.line, self.column, items=tuple(self.nodes), is_cut=is_cut)
        pairs = tuple(zip(self.nodes[::2], self.nodes[1::2], strict=False))
        return Node(self.line, self.column, entries=pairs, is_cut=is_cut)


class _Builder:
    """Builds the tree from events; collects faults."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[Fault] = []
        self.root: Node | None = None
        self.documents = 0
        self.is_too_deep = False
        self.open: list[_Collection] = []

    def read(self, text: str) -> None:
        """Every event of a text, up to the first that is too deep; YAMLError where the parser refuses the text."""
        for event in yaml.parse(text, Loader=getattr(yaml, "CLoader", yaml.Loader)):
            self.take(event)
            if self.is_too_deep:
                break

    def fault(self, event: yaml.Event, text: str) -> None:
        """Note a fault at an event."""
        line, column = _place(event)
        self.faults.append(Fault(text, "", self.name, line, column, code="not-yaml"))

    def take(self, event: yaml.Event) -> None:
        """Build on what one event more says."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents == 2:
                self.fault(event, "a second document starts here; a file holds one")
        elif isinstance(event, yaml.AliasEvent):
            self.fault(event, "aliases (*name) are not read; write the value out")
            self._add(Node(*_place(event), text=""))
        elif isinstance(event, yaml.ScalarEvent):
            self._refuse_marks(event)
            self._add(self._scalar(event))
        elif isinstance(event, yaml.CollectionStartEvent):
            self._refuse_marks(event)
            if len(self.open) >= DEEPEST:
                self.fault(event, f"nests more than {DEEPEST} levels deep")
                self.is_too_deep = True
            self.open.append(_Collection(*_place(event), isinstance(event, yaml.MappingStartEvent), []))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._add(self.open.pop().closed())

    def break_off(self, fault: Fault) -> None:
        """End where the parser refuses the text: what is whole before it stays, so that its faults are told too."""
        self.faults.append(fault)
        if self.open:
            nodes = self.open[-1].nodes
            whole = (len(nodes) - 1) // 2 * 2 if self.open[-1].is_mapping else len(nodes) - 1
            del nodes[max(0, whole) :]  # the last one may go on behind the place
        while self.open:
            self._add(self.open.pop().closed(is_cut=True))
        if self.root:  # also where it is closed: what it lacks may stand behind the place
            self.root = None if self.root.entries is None else replace(self.root, is_cut=True)

    def _add(self, node: Node) -> None:
        if self.open:
            self.open[-1].nodes.append(node)
        elif self.root is None:
            self.root = node

    def _refuse_marks(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor:
            self.fault(event, f"anchors (&{event.anchor}) are not read; write the value out where it is needed")
        if event.tag:
            self.fault(event, f"tags ({event.tag}) are not read; write the plain value")

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        text: str = event.value
        if not event.style:  # plain: neither quoted nor a block
            if match := _AMBIGUOUS.fullmatch(text):
                self.fault(event, f"{text} {_WHY_AMBIGUOUS[str(match.lastgroup)]}")
            elif _NOTHING.fullmatch(text):
                text = ""
        return Node(*_place(event), text=text)


def _place(event: yaml.Event) -> tuple[int, int]:
    """Line and column of an event, counted from 1."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


_COMPLAINTS = (
    (r"unexpected end of stream", "the quotation mark here has no other that ends the text"),
    (r"expected ',' or '}'", "the { of line LINE has no } yet, or a comma is missing"),
    (r"expected ',' or '\]'", "the [ of line LINE has no ] yet, or a comma is missing"),
    (
        r"mapping values are not allowed",
        "a second colon in one value (put it in quotes), or a line indented too far",
    ),
    (r"could not find expected ':'", "a key ends with a colon and a space"),
    (r"alphabetic or numeric character", "a text cannot begin with * or &; put it in quotes"),
    (r"document start", "something stands after the end of the file's content"),
    (
        r"key$|<block end>|'-' indicator",
        "this does not go on from above: look at indentation, quotes and brackets",
    ),
)
"""What a parser complains of, each by a pattern of its words, in plain words; LINE is where it began."""
_CAUSE_STANDS_BEFORE = r"unexpected end of stream|could not find expected ':'|alphabetic or numeric character"
"""Complaints that belong to the place where the parser began, not to that where it gave up."""


def _yaml_fault(error: yaml.YAMLError, text: str, name: str) -> tuple[Fault, int]:
    """The parser's complaint in plain words, and how many characters of the text stand before its place."""
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    if "control characters" in problem or "special characters" in problem:
        character = yaml.reader.Reader.NON_PRINTABLE.search(text)
        index = character.start() if character else 0
        line, column = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
        return _not_yaml("has a control character; remove it", name, line, column), index
    refused: yaml.Mark | None = getattr(error, "problem_mark", None)
    if refused is None:
        return _not_yaml(problem, name, 1, 1), 0
    begun: yaml.Mark = getattr(error, "context_mark", None) or refused
    words = _in_plain_words(problem, text[text.rfind("\n", 0, begun.index) + 1 : refused.index + 1])
    place = begun if re.search(_CAUSE_STANDS_BEFORE, problem) else refused
    return _not_yaml(words.replace("LINE", str(begun.line + 1)), name, place.line + 1, place.column + 1), refused.index


def _not_yaml(words: str, name: str, line: int, column: int) -> Fault:
    return Fault(f"is not YAML here: {words}", "", name, line, column, code="not-yaml")


def _in_plain_words(problem: str, text: str) -> str:
    """What a parser complains of; `text` ends with the character at which it gave up."""
    if text.endswith("\t"):
        return "a tab; indent with spaces"
    if "cannot start any token" in problem:
        return f"a text cannot begin with {text[-1:]}; put it in quotes"
    if text.endswith(("}", "]")) and "','" not in problem:
        return f"a {text[-1]} too many"
    if "':'" in problem and "\N{NO-BREAK SPACE}" in text:
        return "a no-break space, as web pages have it; write a space"
    return next((words for pattern, words in _COMPLAINTS if re.search(pattern, problem)), problem)
