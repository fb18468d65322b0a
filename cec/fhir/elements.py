"""The elements of a Bundle: what stands at a place, where that is, and every fault and remark on the way."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cec.errors import Fault
from cec.load.nodes import Node

DEEPEST = 60
"""Levels that elements may nest: R4's own resources have up to twenty."""

_NOTHING = Node(0, 0)


class Found(NamedTuple):
    """Faults and remarks, as they are found."""

    faults: list[Fault]
    notes: list[str]


class Element(NamedTuple):
    """What stands at a place of a Bundle, and of which resource it is."""

    node: Node
    name: str
    """The resource, like `MedicationRequest/7`, and the way to the element in it."""
    found: Found
    file: str = ""

    @property
    def text(self) -> str:
        """The text, number or word that stands here; nothing where there is none."""
        return "" if self.node.json == "null" else self.node.text or ""

    @property
    def is_true(self) -> bool:
        """Whether the word true stands here."""
        return self.node.json == "true"

    def __bool__(self) -> bool:
        return self.node is not _NOTHING

    def get(self, *names: str) -> Element:
        """The element at the end of these names; an empty one where there is none."""
        element = self
        for name in names:
            node = next((value for key, value in element.node.entries or () if key.text == name), _NOTHING)
            element = element._replace(node=node, name=f"{element.name}.{name}")
        return element

    def all(self, name: str) -> tuple[Element, ...]:
        """The elements of a list of this name."""
        of_list = self.get(name)
        return tuple(
            of_list._replace(node=node, name=f"{of_list.name}[{place}]")
            for place, node in enumerate(of_list.node.items or ())
        )

    def first(self, *names: str) -> str:
        """The text at the end of these names, through the first of each list."""
        element = self
        for name in names:
            element = next(iter(element.all(name)), element.get(name))
        return element.text

    def fault(self, text: str, code: str = "") -> None:
        """Note what is wrong here, with its code of `cec.errors.CODES`."""
        self.found.faults.append(Fault(text, self.name, self.file, self.node.line, self.node.column, code=code))

    def note(self, text: str) -> None:
        """Note what a person should know of it."""
        self.found.notes.append(f"{self.name}: {text}")

    def extensions(self, begins: str) -> Iterator[tuple[str, Element]]:
        """The extensions whose address begins so, each with the rest of its address."""
        for each in self.all("extension"):
            address = each.get("url").text
            if address.startswith(begins):
                yield address.removeprefix(begins), each


_DATE_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?P<time>T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)


def date_of(element: Element, zone: ZoneInfo | None = None) -> datetime.date | None:
    """The date of a date or a time that stands here; None, and a fault, for a time without its zone or for no date.

    A time in UTC has its date in the zone that is given.
    """
    match = _DATE_TIME.fullmatch(element.text)
    try:
        time = datetime.datetime.fromisoformat(element.text) if match else None
    except ValueError:
        time = None
    if match is None or time is None:
        element.fault(f"'{element.text}' is not a date", "not-a-date")
        return None
    if match["time"] and not match["zone"]:
        element.fault(f"{element.text} has a time without its zone; write it like {element.text}+01:00", "not-a-date")
        return None
    return (time.astimezone(zone) if zone and match["zone"] == "Z" else time).date()


def refuse_modifiers(*elements: Element) -> None:
    """Note what may change the meaning of an element and is not read."""
    for each in elements:
        for name, words in (("modifierExtension", "a modifierExtension"), ("implicitRules", "implicitRules")):
            if each.get(name):
                each.fault(f"has {words}, which may change what it says and is not read")


def refuse_repeated(root: Element) -> None:
    """Note each key that stands twice in one mapping: two readers would read two bundles."""
    level = [root.node]
    while level:
        inner: list[Node] = []
        for node in level:
            keys = [key for key, _ in node.entries or ()]
            repeated = {text for text, count in Counter(key.text for key in keys).items() if count > 1}
            for key in keys:
                if key.text in repeated:
                    repeated.discard(key.text)
                    root._replace(node=key, name="").fault(f"the key {key.text} stands here twice", "told-twice")
            inner += [value for _, value in node.entries or ()]
            inner += node.items or ()
        level = inner


def codes_of(concept: Element, system: str) -> Iterator[str]:
    """The codes of one system in a CodeableConcept."""
    return (each.get("code").text for each in concept.all("coding") if each.get("system").text == system)


def words_of(concept: Element) -> str:
    """What a CodeableConcept is, in words: its text, else what its codes are called."""
    displays: Iterable[str] = (each.get("display").text or each.get("code").text for each in concept.all("coding"))
    return concept.get("text").text or next(filter(None, displays), "")
