"""Every command with its arguments and options, from the program itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from cec.cli import program
from making.markdown import anchor, code, table

SHARED_BY = 3
"""An option that so many commands have alike stands in the table of shared options."""

OTHERS = "Other options"
"""The heading of options that the help puts under none."""

HEAD = """# Commands

`cec COMMAND --help` says the same on a terminal. What a script can rely on (streams, exit status, `-o`) stands under
[batch and tables](../batch-and-tables.md#what-a-script-can-rely-on).

"""
SHARED = """## Options that several commands share

An option may be given once, unless it is repeatable. `-h`, `--help` shows the help of any command.

"""


class Command(NamedTuple):
    """One command: its words, what it does, and its parameters."""

    name: str
    text: str
    parameters: Sequence[Any]


class Option(NamedTuple):
    """An option as it is shown; two commands share it where all of this is the same."""

    names: tuple[str, ...]
    metavar: str
    text: str
    heading: str


def page() -> str:
    """The page, as Markdown."""
    commands = list(_commands())
    owners: dict[Option, list[str]] = {}
    for command in commands:
        for option in _options(command):
            owners.setdefault(option, []).append(command.name)
    shared = {option: names for option, names in owners.items() if len(names) >= SHARED_BY}
    overview = [("command", "what it does"), *((_link(each.name), each.text.splitlines()[0]) for each in commands)]
    sections = [_section(command, shared) for command in commands]
    return HEAD + table(overview) + "\n" + "\n".join(sections) + "\n" + SHARED + _shared(shared)


def _commands() -> Iterator[Command]:
    """The program itself, then every command that does something, in its order."""
    root: Any = program()
    waiting = [("cec", root)]
    while waiting:
        name, each = waiting.pop(0)
        inner = getattr(each, "commands", {})
        waiting[:0] = [(f"{name} {word}", command) for word, command in inner.items()]
        if not inner or each is root:
            yield Command(name, inspect.cleandoc(each.help or ""), each.params)


def _link(name: str) -> str:
    return f"[`{name}`](#{anchor(name)})"


def _options(command: Command) -> list[Option]:
    options = (each for each in command.parameters if each.param_type_name == "option")
    return [_option(each) for each in options if "--help" not in each.opts]


def _option(parameter: Any) -> Option:
    metavar = "" if parameter.is_flag else str(parameter.metavar or "")
    return Option(
        tuple(sorted(parameter.opts, key=len)),
        metavar,
        str(parameter.help or ""),
        str(parameter.rich_help_panel or OTHERS),
    )


def _section(command: Command, shared: dict[Option, list[str]]) -> str:
    """One command: what it does, its example, its arguments and the options that it does not share."""
    text, examples = apart(command.text)
    rows = [(_metavar(each), str(each.help or "")) for each in command.parameters if each.param_type_name == "argument"]
    options = _options(command)
    rows += [(_names(each), each.text) for each in options if each not in shared]
    also = "; ".join(
        f"[{heading.lower()}](#{anchor(heading)}) {', '.join(code(each.names[-1]) for each in group)}"
        for heading, group in _by_heading([each for each in options if each in shared]).items()
    )
    parts = [f"## `{command.name}`", text, "\n".join(("```sh", *examples, "```")) if examples else ""]
    parts += [table([("argument or option", "what it says"), *rows]).rstrip()] if rows else []
    parts += [f"Shared options: {also}."] if also else []
    return "\n\n".join(filter(None, parts)) + "\n"


def _by_heading(options: Iterable[Option]) -> dict[str, list[Option]]:
    """Options by the headings under which the help of a command has them."""
    groups: dict[str, list[Option]] = {}
    for option in options:
        groups.setdefault(option.heading, []).append(option)
    return groups


def apart(text: str) -> tuple[str, list[str]]:
    """What a command does, and its examples as they are typed."""
    words, _, examples = text.partition("\b\n")
    return words.strip(), [line.strip() for line in examples.splitlines()[1:] if line.strip()]


def _metavar(parameter: Any) -> str:
    return code(str(parameter.metavar or parameter.name).replace("|", " or "))


def _names(option: Option) -> str:
    return f"{', '.join(map(code, option.names))} {option.metavar.replace('|', ', ')}".strip()


def _shared(owners: dict[Option, list[str]]) -> str:
    """A table of shared options for each heading."""
    tables = (
        f"### {heading}\n\n{table(_shared_rows({option: owners[option] for option in group}))}"
        for heading, group in _by_heading(owners).items()
    )
    return "\n".join(tables)


def _shared_rows(shared: dict[Option, list[str]]) -> Iterator[Sequence[str]]:
    yield ("option", "what it says", "of")
    for option, commands in shared.items():
        yield (_names(option), option.text, ", ".join(name.removeprefix("cec ") for name in commands))
