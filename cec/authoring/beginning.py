"""The text of a new regimen file, commented: from what a person said of it, or from another regimen's file."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from decimal import localcontext
from typing import Any

from cec.errors import Fault, FileError, InputError
from cec.load.nodes import Node, SourceFile
from cec.load.regimen_file import REGIMEN
from cec.load.shapes import Reading
from cec.load.shapes.suggestions import did_you_mean
from cec.load.yaml_nodes import read_text
from cec.units import EXACT

REGIMEN_KEYS: Mapping[str, Any] = REGIMEN.schema["properties"]
LINE: Mapping[str, Any] = REGIMEN_KEYS["drugs"]["items"]
LINE_KEYS: Mapping[str, Any] = LINE["properties"]
"""The JSON Schema of every key of a drug line."""

DRAFT = "draft"
COMMENTS_FROM = 40
"""The column at which comments behind keys begin."""

Line = Mapping[str, str]
"""The texts of a drug line, by key."""


def read_line(typed: str) -> dict[str, str]:
    """A drug line from one text.

    >>> read_line("drug=etoposide; dose=100 mg/m2; route=oral; days=1-3")
    {'drug': 'etoposide', 'dose': '100 mg/m2', 'route': 'oral', 'days': '1-3'}
    """
    line: dict[str, str] = {}
    for part in typed.split(";"):
        key, sign, value = (each.strip() for each in part.partition("="))
        if not sign or not value or key in line:
            reason = f"'{part.strip()}' {'stands twice' if key in line else 'is not KEY=VALUE'}"
            raise InputError(f"{reason}; write it like 'drug=etoposide; dose=100 mg/m2; route=oral; days=1-3'")
        if key not in LINE_KEYS:
            raise InputError(f"'{key}' is not a key of a drug line{did_you_mean(key, LINE_KEYS)}")
        line[key] = value
    return line


def new_text(head: Mapping[str, str], source: Mapping[str, str], lines: Sequence[Line]) -> str:
    """A file with these keys, every one with its meaning; CecError with every fault of it."""
    text = "".join(f"{line}\n" for line in _new_lines(head, source, lines))
    refuse_faults(text)
    return text


def refuse_faults(text: str) -> None:
    """InputError with every fault of a regimen's text, without places: no file has it yet."""
    if faults := faults_of(text):
        raise InputError(*(Fault(fault.text, fault.where) for fault in faults))


def faults_of(text: str) -> list[Fault]:
    """Every fault of a regimen's text, and every danger."""
    reading = Reading("")
    with localcontext(EXACT):
        REGIMEN.read(read_text(text, "the new file"), "", reading)
    return reading.faults + reading.dangers


def faults_of_line(line: Line) -> list[Fault]:
    """What is wrong with one drug line; nothing where it can be read."""
    return faults_of("\n".join((_HEAD_OF_NO_REGIMEN, *lines_of(line))))


_HEAD_OF_NO_REGIMEN = "name: new\ntitle: new\nedition: 1\nfor: new\nsource: {citation: new}\ndrugs:"
"""What a file must have before its drug lines, for lines that are in no file yet."""


def lines_of(line: Line) -> Iterator[str]:
    """A drug line as a file has it, each key on a line of its own."""
    for place, (key, value) in enumerate(line.items()):
        yield f"{'    ' if place else '  - '}{key}: {quoted(value)}"


def _new_lines(head: Mapping[str, str], source: Mapping[str, str], lines: Sequence[Line]) -> Iterator[str]:
    """The lines of a new file: what is known of the regimen, then every other key as a comment."""
    yield "# A regimen. What every key means, and which others there are, stands behind it and at the end."
    yield f"# Check it with cec regimen check {head['name']}.yaml; cec regimen show reads it as a protocol."
    yield ""
    for key, value in head.items():
        yield _commented(f"{key}: {quoted(value)}", REGIMEN_KEYS[key])
    yield _commented("source:", REGIMEN_KEYS["source"])
    for key, value in source.items():
        yield _commented(f"  {key}: {quoted(value)}", REGIMEN_KEYS["source"]["properties"][key])
    yield _commented("drugs:", REGIMEN_KEYS["drugs"])
    for number, line in enumerate(lines):
        for key, text in zip(line, lines_of(line), strict=True):
            yield text if number else _commented(text, LINE_KEYS[key])
    yield ""
    yield "# Other keys of a drug line, where the protocol says more:"
    yield from _others(LINE_KEYS, {key for line in lines for key in line})
    yield ""
    yield "# Other keys of the regimen:"
    yield from _others(REGIMEN_KEYS, {*head, "source", "drugs"})


def _commented(text: str, schema: Mapping[str, Any]) -> str:
    about = re.split(r";(?![^(]*\))", schema.get("description", ""))[0]  # never within parentheses
    return f"{text:{COMMENTS_FROM}}  # {about}" if about else text


def _others(schemas: Mapping[str, Any], used: set[str]) -> Iterator[str]:
    """A comment for each key that is not used, with its meaning."""
    for key, schema in schemas.items():
        if key not in used:
            about = schema.get("description", "")
            yield from textwrap.wrap(
                f"#   {f'{key}:':{COMMENTS_FROM - 4}}  {about}", 120, subsequent_indent=f"#{' ' * (COMMENTS_FROM + 1)}"
            )


def quoted(value: str) -> str:
    """A text as YAML has it: plain where that is read back as the same, else in quotes, as times of day always are.

    >>> quoted("1, 8, 15"), quoted("a: b"), quoted("08:00, 20:00")
    ('1, 8, 15', '"a: b"', '"08:00, 20:00"')
    """
    try:
        root = read_text(f"x: {value}\n", "")
        entries = root.entries or ()
        is_plain = len(entries) == 1 and entries[0][1].text == value
    except FileError:
        is_plain = False
    is_clock = re.search(r"[0-9]:[0-9]", value)
    return value if is_plain and not is_clock else json.dumps(value, ensure_ascii=False)


def copied_text(source: SourceFile, text: str, replaced: Mapping[str, str], origin: str) -> str:
    """The text of another regimen's file with other values of single keys, and where it is from said above it."""
    lines = text.removeprefix("\ufeff").splitlines()
    schema = re.compile(r"\s*# yaml-language-server:")  # a path that holds only where the file lay
    entries = list(source.root.entries or ())
    for place in reversed(range(len(entries))):
        key, value = entries[place]
        if key.text and key.text in replaced:
            last = entries[place + 1][0].line - 1 if place + 1 < len(entries) else len(lines)
            lines[key.line - 1 : _end(lines, value, last)] = [f"{key.text}: {quoted(replaced[key.text])}"]
    there = {key.text for key, _ in entries}
    missing = [f"{key}: {quoted(value)}" for key, value in replaced.items() if key not in there]
    place = next(number for number, line in enumerate(lines) if re.match(r"name\s*:", line)) + 1
    lines[place:place] = missing
    kept = (line for line in lines if not schema.match(line))
    whole = "".join(f"{line}\n" for line in (f"# {origin}", "# Hold every line against the source.", *kept))
    refuse_faults(whole)
    return whole


def _end(lines: Sequence[str], value: Node, last: int) -> int:
    """After which line a value ends: before the next key, without blank lines and comments in between."""
    while last > value.line and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    return last
