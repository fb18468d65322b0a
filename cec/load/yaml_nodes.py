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
    """The tree of a YAML text with the faults of its notation; without a tree where it is not YAML, or too deep."""
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
            builder.faults.append(fault)
        builder.root = None
    if builder.is_too_deep or builder.documents > 1:
        builder.root = None
    if not builder.faults and builder.root is None:
        builder.faults.append(Fault("is empty", "", name))
    return builder


class _Builder:
    """Builds the tree from events; collects faults."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[Fault] = []
        self.root: Node | None = None
        self.documents = 0
        self.is_too_deep = False
        self.open: list[tuple[int, int, bool, list[Node]]] = []

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
            self.open.append((*_place(event), isinstance(event, yaml.MappingStartEvent), []))
        elif isinstance(event, yaml.CollectionEndEvent):
            line, column, is_mapping, nodes = self.open.pop()
            if is_mapping:
                pairs = tuple(zip(nodes[::2], nodes[1::2], strict=True))
                self._add(Node(line, column, entries=pairs))
            else:
                self._add(Node(line, column, items=tuple(nodes)))

    def _add(self, node: Node) -> None:
        if self.open:
            self.open[-1][3].append(node)
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


def _yaml_fault(error: yaml.YAMLError, text: str, name: str) -> tuple[Fault, int]:
    """The parser's complaint in one line, and how many characters of the text stand before its place."""
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    index, line, column = (mark.index, mark.line + 1, mark.column + 1) if mark else (0, 1, 1)
    if "control characters" in problem or "special characters" in problem:
        problem = "has a control character; remove it"
        if character := yaml.reader.Reader.NON_PRINTABLE.search(text):
            index = character.start()
            line, column = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
    if "\\t" in problem or "tab" in problem:
        problem += "; indent with spaces"
    if "cannot start any token" in problem:
        problem += "; put the text in quotes"
    return Fault(f"is not YAML here: {problem}", "", name, line, column, code="not-yaml"), index
